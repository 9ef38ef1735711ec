//! Shipments that a program makes whole: S1 to S4, C4, O3.

use domain::carrier::LabelFact;
use domain::command::{Command, Fact};
use domain::coverage::{Cause, Cover};
use domain::order::{Concern, Order, OrderStatus};
use domain::pack::{CartonAsk, ItemAsk};
use domain::refusal::{Problem, Refusal};
use domain::send::{MAX_SHIPMENTS, ShipmentRequest};
use domain::shipment::{LabelState, Parcel, ShipmentState};
use domain::shipment_details::{
    Battery, BatteryMaterial, BatteryPacking, CartonService, Details, Handling,
};

use crate::support::*;

fn carton(items: &[ItemAsk]) -> CartonAsk {
    CartonAsk {
        items: items.to_vec(),
        ..CartonAsk::default()
    }
}

/// A shipment of these boxes.
fn of(cartons: &[CartonAsk]) -> ShipmentRequest {
    ShipmentRequest {
        cartons: cartons.to_vec(),
        ..shipment_request("shipment_1")
    }
}

fn one(request: ShipmentRequest) -> Command {
    create_shipments(&[request])
}

fn with_label(mut request: ShipmentRequest) -> ShipmentRequest {
    request.label = Some(label_wish("label_1"));
    request
}

fn label(order: &Order, fact: LabelFact) -> Order {
    let label = "label_1".into();
    tell(order, Fact::Label { label, fact })
}

fn bought() -> LabelFact {
    LabelFact::Bought {
        reference: "shp_1".to_owned(),
        tracking: tracking("RR1"),
        postage: None,
    }
}

fn update(state: ShipmentState, note: &str) -> Command {
    Command::UpdateShipment {
        shipment: "shipment_1".into(),
        state,
        note: note.to_owned(),
    }
}

#[test]
fn s1_a_shipment_without_a_label_is_shipped_and_the_status_follows() {
    let order = checkout_order(usd());
    let part = run(&order, one(of(&[carton(&[packed("mug", None)])])));
    assert_eq!(part.status, OrderStatus::PartiallyShipped);
    assert_eq!(part.shipments[0].items, quantities(&[("mug", 2)]));
    let all = run(&part, create_shipments(&[shipment_request("shipment_2")]));
    assert_eq!(all.status, OrderStatus::Completed);
    assert_eq!(all.shipments[1].items, quantities(&[("plate", 1)]));
    let more = create_shipments(&[shipment_request("shipment_3")]);
    assert_eq!(refusal(&all, more), Refusal::NothingToShip);
    // C4: void first, then it can be canceled.
    let shipped = refusal(&all, cancel("late"));
    assert!(matches!(shipped, Refusal::Shipped { .. }), "{shipped:?}");
    let void = |order: &Order, id: &str| {
        let (shipment, state, note) = (id.into(), ShipmentState::Voided, String::new());
        run(
            order,
            Command::UpdateShipment {
                shipment,
                state,
                note,
            },
        )
    };
    let open = void(&void(&all, "shipment_1"), "shipment_2");
    assert_eq!(open.status, OrderStatus::Open);
    assert_eq!(run(&open, cancel("late")).status, OrderStatus::Canceled);
}

#[test]
fn s2_boxes_share_what_is_left_and_keep_what_was_said() {
    let order = checkout_order(usd());
    let mut first = carton(&[packed("mug", Some(1))]);
    first.tracking = "1z 999 aa1 0123456784".to_owned();
    first.parcel.weight_g = 400;
    first.handling = Handling {
        services: vec![CartonService::Battery, CartonService::Battery],
        battery: Some(Battery {
            material: BatteryMaterial::LithiumIon,
            packing: BatteryPacking::BatteryInsideEquipment,
        }),
        ..Handling::default()
    };
    // The stock-keeping unit says which, and what is left how many.
    let sku = order.items[0].sku.clone();
    let second = carton(&[packed(&sku, None), packed("plate", None)]);
    let mut request = of(&[first, second]);
    request.tracking = vec![tracking("RR2")];
    request.details.exemption = " 30.37(a) ".to_owned();
    let made = run(&order, one(request));
    let shipment = &made.shipments[0];
    assert_eq!(shipment.items, quantities(&[("mug", 2), ("plate", 1)]));
    assert_eq!(shipment.details.exemption, "30.37(a)");
    let cartons = &shipment.details.cartons;
    assert_eq!(cartons[0].items, quantities(&[("mug", 1)]));
    assert_eq!(cartons[0].handling.services, [CartonService::Battery]);
    assert_eq!(cartons[0].tracking, "1Z999AA10123456784");
    assert_eq!(cartons[1].items, quantities(&[("mug", 1), ("plate", 1)]));
    let numbers: Vec<&str> = made.tracking_numbers().collect();
    assert_eq!(numbers, ["RR2", "1Z999AA10123456784"]);
    insta::assert_json_snapshot!("shipment_with_details", shipment);
}

#[test]
fn what_cannot_be_a_shipment_is_refused_by_its_field() {
    let mut order = checkout_order(usd());
    let sku = order.items[0].sku.clone();
    order.items[1].sku.clone_from(&sku);
    let invalid = Refusal::invalid;
    let reference = |index: usize| format!("shipment_cartons[0].items[{index}].item_reference");
    let ambiguous = Problem::Malformed {
        given: sku.clone(),
        expected: "the name of one item: several have it; give the item's id".to_owned(),
    };
    let unknown = Problem::Unknown {
        given: "hat".to_owned(),
    };
    let twice = Problem::Twice {
        given: "mug".to_owned(),
    };
    let exceeds = Refusal::QuantityExceeds {
        item: "mug".into(),
        asked: 3,
        left: 2,
    };
    let empty = carton(&[]);
    let cases = [
        (
            of(&[carton(&[packed(&sku, None)])]),
            invalid(&reference(0), ambiguous),
        ),
        (
            of(&[carton(&[packed("hat", None)])]),
            invalid(&reference(0), unknown),
        ),
        (
            of(&[carton(&[packed("", None)])]),
            invalid(&reference(0), Problem::Missing),
        ),
        (
            of(&[carton(&[packed("mug", None), packed("mug", None)])]),
            invalid(&reference(1), twice),
        ),
        (of(&[carton(&[packed("mug", Some(3))])]), exceeds),
        (
            of(&[carton(&[packed("mug", Some(0))])]),
            invalid(
                "shipment_cartons[0].items[0].quantity",
                Problem::NotPositive,
            ),
        ),
        (
            of(&[empty.clone(), empty]),
            invalid("shipment_cartons[0].items", Problem::Missing),
        ),
    ];
    for (request, expected) in cases {
        assert_eq!(refusal(&order, one(request)), expected);
    }
}

#[test]
fn what_is_too_much_for_a_shipment_is_refused_by_its_field() {
    let (order, invalid) = (checkout_order(usd()), Refusal::invalid);
    let mut heavy = carton(&[packed("mug", None)]);
    heavy.parcel.weight_g = 10_000_001;
    let too_heavy = Problem::Malformed {
        given: "10000001 g".to_owned(),
        expected: "a box of at most 10000000 g".to_owned(),
    };
    let mut declared = of(&[carton(&[packed("mug", None)])]);
    declared.details.declared_value_minor = Some(-1);
    for (request, expected) in [
        (
            of(&[heavy]),
            invalid("shipment_cartons[0].weight", too_heavy),
        ),
        (declared, invalid("declared_value", Problem::Negative)),
    ] {
        assert_eq!(refusal(&order, one(request)), expected);
    }
    let none = invalid("shipments", Problem::Missing);
    assert_eq!(refusal(&order, create_shipments(&[])), none);
    let max = MAX_SHIPMENTS;
    let many = vec![shipment_request("shipment_1"); max + 1];
    let too_many = invalid("shipments", Problem::TooMany { max });
    assert_eq!(refusal(&order, create_shipments(&many)), too_many);
}

#[test]
fn several_shipments_are_made_all_or_none() {
    let order = checkout_order(usd());
    let mug = |id: &str| ShipmentRequest {
        shipment: id.into(),
        ..of(&[carton(&[packed("mug", Some(1))])])
    };
    let rest = shipment_request("shipment_3");
    let all = [mug("shipment_1"), mug("shipment_2"), rest];
    let made = run(&order, create_shipments(&all));
    assert_eq!(made.status, OrderStatus::Completed);
    assert_eq!(made.shipments[2].items, quantities(&[("plate", 1)]));
    let three = [mug("shipment_1"), mug("shipment_2"), mug("shipment_3")];
    let exceeds = Refusal::QuantityExceeds {
        item: "mug".into(),
        asked: 1,
        left: 0,
    };
    assert_eq!(refusal(&order, create_shipments(&three)), exceeds);
}

#[test]
fn s3_what_customs_is_told_otherwise_moves_the_guarantee() {
    let order = checkout_order(usd());
    assert_eq!(order.coverage.guarantee.state, Cover::Covered);
    let worth = |minor| {
        let mut request = of(&[]);
        request.details = Details {
            declared_value_minor: Some(minor),
            ..Details::default()
        };
        run(&order, one(request)).coverage.guarantee
    };
    let declared: i64 = order
        .items
        .iter()
        .map(|item| item.declared.unit_price_minor * i64::from(item.quantity))
        .sum();
    assert_eq!(worth(declared).state, Cover::Covered);
    let moved = worth(declared - 1);
    assert_eq!(moved.state, Cover::Void);
    assert_eq!(moved.moved, Some((Cause::PriceChanged, at(3))));
    let mut ask = packed("mug", None);
    ask.origin = Some("cn".to_owned());
    let elsewhere = run(&order, one(of(&[carton(&[ask.clone()])])));
    assert_eq!(elsewhere.items[0].declared.origin, "CN");
    assert_eq!(elsewhere.coverage.guarantee.state, Cover::AtRisk);
    // One item told in two ways is told in none.
    ask.quantity = Some(1);
    let mut other = ask.clone();
    other.origin = Some("PT".to_owned());
    let two = of(&[carton(&[ask]), carton(&[other])]);
    let given = "mug".to_owned();
    let twice = Refusal::invalid("declared", Problem::Twice { given });
    assert_eq!(refusal(&order, one(two)), twice);
}

#[test]
fn s4_a_label_is_bought_for_one_box_that_weighs_what_is_in_it() {
    let order = checkout_order(usd());
    let made = run(
        &order,
        one(with_label(of(&[carton(&[packed("mug", None)])]))),
    );
    let (shipment, bought) = made.label(&"label_1".into()).unwrap();
    assert_eq!(shipment.state, ShipmentState::LabelPending);
    assert_eq!(made.status, OrderStatus::Open);
    let weight_g = 2 * order.items[0].weight_g;
    assert_eq!(
        bought.parcel,
        Parcel {
            weight_g,
            ..Parcel::default()
        }
    );
    let boxes = [
        carton(&[packed("mug", None)]),
        carton(&[packed("plate", None)]),
    ];
    let problem = Problem::Malformed {
        given: "2 cartons".to_owned(),
        expected: "one carton, which a label is for; make a shipment for each".to_owned(),
    };
    let two = Refusal::invalid("shipment_cartons", problem);
    assert_eq!(refusal(&order, one(with_label(of(&boxes)))), two);
    let mut numbered = with_label(of(&[]));
    numbered.tracking = vec![tracking("RR1")];
    let field = refusal(&order, one(numbered));
    assert_eq!(field.field(), Some("tracking_numbers"));
}

#[test]
fn s4_a_label_for_a_shipment_that_is_there_is_bought_once_and_leaves_it_shipped() {
    let order = run(&checkout_order(usd()), one(of(&[])));
    let asked = run(&order, label_shipment("shipment_1", "label_1"));
    assert_eq!(asked.status, OrderStatus::Completed);
    assert_eq!(
        events(&asked, label_shipment("shipment_1", "label_2")),
        [""; 0]
    );
    let fact = Fact::Label {
        label: "label_1".into(),
        fact: bought(),
    };
    let told = told(&asked, fact);
    // It was shipped before, so that only the label and its number are news.
    assert_eq!(
        names(&told.events),
        ["label_changed", "tracking_added", "sync_changed"]
    );
    let sold = told.order;
    assert_eq!(sold.shipments[0].state, ShipmentState::Created);
    assert_eq!(sold.tracking_numbers().collect::<Vec<_>>(), ["RR1"]);
    assert_eq!(
        events(&sold, label_shipment("shipment_1", "label_2")),
        [""; 0]
    );
    // Not sold: the shipment stays, and a person hears of it.
    let problem = "no such service".to_owned();
    let failed = label(&asked, LabelFact::Failed { problem });
    assert_eq!(failed.shipments[0].state, ShipmentState::Created);
    let reason = "no such service".to_owned();
    assert_eq!(failed.attention[0].concern, Concern::Label { reason });
    let state = LabelState::Failed;
    let wrong = Refusal::LabelStateWrong {
        label: "label_1".into(),
        state,
    };
    assert_eq!(
        refusal(&failed, label_shipment("shipment_1", "label_2")),
        wrong
    );
    let void = run(&failed, update(ShipmentState::Voided, "another service"));
    assert_eq!(
        void.all_unshipped(),
        quantities(&[("mug", 2), ("plate", 1)])
    );
    let gone = Refusal::ShipmentNotFound {
        shipment: "shipment_9".into(),
    };
    assert_eq!(
        refusal(&void, label_shipment("shipment_9", "label_2")),
        gone
    );
    // A number that was told already says who carries it.
    let told = run(
        &checkout_order(usd()),
        add_tracking("shipment_1", "RR1", &[]),
    );
    let field = refusal(&told, label_shipment("shipment_1", "label_1"));
    assert_eq!(field.field(), Some("tracking_numbers"));
}

#[test]
fn s4_voiding_a_shipment_voids_its_label_and_keeps_why() {
    let order = label(
        &run(&checkout_order(usd()), one(with_label(of(&[])))),
        bought(),
    );
    let asked = run(&order, update(ShipmentState::Voided, "wrong box"));
    let (shipment, being_voided) = asked.label(&"label_1".into()).unwrap();
    assert_eq!(being_voided.state, LabelState::VoidRequested);
    assert_eq!(shipment.state, ShipmentState::Created);
    assert_eq!(events(&asked, update(ShipmentState::Voided, "")), [""; 0]);
    let fact = Fact::Label {
        label: "label_1".into(),
        fact: LabelFact::Voided,
    };
    let told = told(&asked, fact);
    let domain::event::EventKind::ShipmentChanged { to, note, .. } =
        the(&told.events, "shipment_changed")
    else {
        panic!("the shipment follows");
    };
    assert_eq!((*to, note.as_str()), (ShipmentState::Voided, "wrong box"));
    // While it is being bought nobody knows whether there is anything to void.
    let buying = run(&checkout_order(usd()), one(with_label(of(&[]))));
    let wrong = Refusal::LabelStateWrong {
        label: "label_1".into(),
        state: LabelState::Requested,
    };
    assert_eq!(refusal(&buying, update(ShipmentState::Voided, "")), wrong);
}
