//! Labels: S2 to S4, and regressions 19 to 23.

use domain::carrier::LabelFact;
use domain::command::{Command, Fact};
use domain::coverage::Cover;
use domain::money::Money;
use domain::order::{Concern, Order, OrderStatus, Sync};
use domain::refusal::{Problem, Refusal};
use domain::shipment::{LabelState, ShipmentState};

use crate::support::*;

fn label(order: &Order, fact: LabelFact) -> Order {
    let label = "label_1".into();
    tell(order, Fact::Label { label, fact })
}

fn bought(number: &str) -> LabelFact {
    LabelFact::Bought {
        reference: "shp_1".to_owned(),
        tracking: tracking(number),
        postage: Some(Money::new(1_250, usd())),
    }
}

fn problem() -> String {
    "no answer".to_owned()
}

fn lost() -> LabelFact {
    LabelFact::Unknown { problem: problem() }
}

fn not_sold() -> LabelFact {
    LabelFact::Failed { problem: problem() }
}

fn void() -> Command {
    Command::VoidLabel {
        label: "label_1".into(),
    }
}

fn requested() -> Order {
    run(
        &checkout_order(usd()),
        request_label("label_1", &[("mug", 2), ("plate", 1)]),
    )
}

fn sold() -> Order {
    label(&requested(), bought("rr 1"))
}

#[test]
fn s2_a_bought_label_adds_its_tracking_number_by_itself() {
    let asked = requested();
    assert_eq!(asked.status, OrderStatus::Open);
    assert_eq!(asked.shipments[0].state, ShipmentState::LabelPending);
    let order = label(&label(&asked, LabelFact::Sent), bought("rr 1"));
    assert_eq!(order.status, OrderStatus::Completed);
    assert_eq!(order.shipments[0].tracking, [tracking("RR1")]);
    let label = order.shipments[0].label.as_ref().unwrap();
    assert_eq!(label.state, LabelState::Bought);
    assert_eq!(label.postage, Some(Money::new(1_250, usd())));
    assert_eq!(label.reference, "shp_1");
    assert_eq!(order.sync, Sync::Waiting);
}

#[test]
fn s2_an_item_left_out_stays_for_another_shipment() {
    let order = run(
        &checkout_order(usd()),
        request_label("label_1", &[("mug", 1)]),
    );
    assert_eq!(
        order.all_unshipped(),
        quantities(&[("mug", 1), ("plate", 1)])
    );
    let order = label(&order, bought("RR1"));
    assert_eq!(order.status, OrderStatus::PartiallyShipped);
}

#[test]
fn s2_a_label_that_cannot_be_is_refused_by_field() {
    let order = checkout_order(usd());
    let with = |change: &dyn Fn(&mut domain::ship::LabelRequest)| {
        let mut request = label_request("label_1", &[("mug", 1)]);
        change(&mut request);
        Command::RequestLabel(Box::new(request))
    };
    let declared = order.items[0].declared.clone();
    let twice = Problem::Twice {
        given: "mug".to_owned(),
    };
    for (command, field, problem) in [
        (
            with(&|label| label.parcel.weight_g = 0),
            "weight",
            Problem::NotPositive,
        ),
        (
            with(&|label| label.account.clear()),
            "account",
            Problem::Missing,
        ),
        (
            with(&|label| label.service = " ".to_owned()),
            "service",
            Problem::Missing,
        ),
        (
            with(&|label| label.items.clear()),
            "items",
            Problem::Missing,
        ),
        (
            with(&|label| label.ship_to = Some(domain::address::Address::default())),
            "ship_to.country",
            Problem::Missing,
        ),
        (
            with(&|label| label.declared = vec![("mug".into(), declared.clone()); 2]),
            "declared",
            twice,
        ),
    ] {
        assert_eq!(refusal(&order, command), Refusal::invalid(field, problem));
    }
    let exceeds = Refusal::QuantityExceeds {
        item: "mug".into(),
        asked: u32::MAX,
        left: 2,
    };
    let too_many = request_label("label_1", &[("mug", u32::MAX)]);
    assert_eq!(refusal(&order, too_many), exceeds);
}

#[test]
fn s3_what_is_corrected_on_the_label_moves_coverage_and_the_weight_does_not() {
    let order = checkout_order(usd());
    let mut request = label_request("label_1", &[("mug", 1)]);
    request.parcel.weight_g = 9_000;
    let heavy = run(&order, Command::RequestLabel(Box::new(request.clone())));
    assert_eq!(heavy.coverage, order.coverage);
    assert_eq!(heavy.estimated_weight, order.estimated_weight);
    let mut declared = order.items[0].declared.clone();
    declared.unit_price_minor = 1;
    request.declared = vec![("mug".into(), declared)];
    request.ship_to = Some(domain::address::Address {
        line1: "9 Rue".to_owned(),
        ..address()
    });
    let changed = run(&order, Command::RequestLabel(Box::new(request)));
    assert_eq!(changed.coverage.guarantee.state, Cover::Void);
    assert_eq!(changed.coverage.fraud.state, Cover::AtRisk);
    assert_eq!(changed.shipments[0].ship_to.line1, "9 Rue");
    assert_eq!(changed.ship_to, order.ship_to);
}

#[test]
fn s4_regression_19_twelve_clicks_buy_one_label() {
    let order = requested();
    for _ in 0..11 {
        let again = request_label("label_1", &[("mug", 2), ("plate", 1)]);
        assert_eq!(events(&order, again), [""; 0]);
    }
    // Also where each click has its own key: nothing is left to put in.
    let other = request_label("label_2", &[("mug", 2)]);
    assert_eq!(refusal(&order, other), Refusal::NothingToShip);
}

#[test]
fn s4_regression_20_a_lost_answer_is_never_a_second_purchase() {
    let order = label(&label(&requested(), LabelFact::Sent), lost());
    assert_eq!(
        order.shipments[0].label.as_ref().unwrap().state,
        LabelState::Unknown
    );
    let concern = Concern::Label { reason: problem() };
    assert_eq!(order.attention[0].concern, concern);
    let again = request_label("label_1", &[("mug", 2), ("plate", 1)]);
    assert_eq!(events(&order, again), [""; 0]);
    let other = request_label("label_2", &[("mug", 1)]);
    assert_eq!(refusal(&order, other), Refusal::NothingToShip);
    let state_wrong = Refusal::LabelStateWrong {
        label: "label_1".into(),
        state: LabelState::Unknown,
    };
    assert_eq!(refusal(&order, void()), state_wrong);
    // The carrier's word settles it, either way.
    assert_eq!(label(&order, bought("RR1")).status, OrderStatus::Completed);
    let open = label(&order, not_sold());
    assert_eq!(open.all_unshipped().len(), 2);
    assert_eq!(
        events(&open, request_label("label_2", &[("mug", 1)])),
        ["shipment_added"]
    );
}

#[test]
fn s4_regression_20_a_sold_label_is_kept_though_its_number_cannot_be_read() {
    let order = label(&requested(), bought("R\0"));
    assert_eq!(
        order.shipments[0].label.as_ref().unwrap().state,
        LabelState::Bought
    );
    assert_eq!(order.shipments[0].tracking, []);
    assert_eq!(order.attention.len(), 1);
    assert_eq!(order.attention[0].concern.name(), "label");
}

#[test]
fn s4_regression_20_a_label_sold_after_it_had_failed_is_brought_to_a_person() {
    let order = label(&label(&requested(), not_sold()), bought("RR1"));
    assert_eq!(
        order.shipments[0].label.as_ref().unwrap().state,
        LabelState::Failed
    );
    let reason = "label label_1 was sold after it had failed, as shp_1".to_owned();
    assert_eq!(order.attention[0].concern, Concern::Label { reason });
    assert_eq!(order.all_unshipped().len(), 2);
}

#[test]
fn s4_a_void_is_final_and_makes_cancelling_possible_again() {
    let order = sold();
    let shipped = Refusal::Shipped {
        shipments: vec!["shipment_label_1".into()],
        labels: vec!["label_1".into()],
    };
    assert_eq!(refusal(&order, cancel("late")), shipped);
    let asked = run(&order, void());
    assert_eq!(events(&asked, void()), [""; 0]);
    let refused = label(&asked, LabelFact::VoidRefused { problem: problem() });
    assert_eq!(
        refused.shipments[0].label.as_ref().unwrap().state,
        LabelState::Bought
    );
    let in_step = tell(&asked, Fact::Sync(Sync::InStep));
    let voided = label(&in_step, LabelFact::Voided);
    // The shop hears that the number it was told is void.
    assert_eq!(voided.sync, Sync::Waiting);
    assert_eq!(voided.status, OrderStatus::Open);
    assert_eq!(label(&voided, bought("RR1")), voided);
    let final_state = Refusal::LabelStateWrong {
        label: "label_1".into(),
        state: LabelState::Voided,
    };
    assert_eq!(refusal(&voided, void()), final_state);
    assert_eq!(run(&voided, cancel("late")).status, OrderStatus::Canceled);
}

#[test]
fn s4_regression_23_labelling_again_after_a_void_has_all_the_items() {
    let voided = label(&run(&sold(), void()), LabelFact::Voided);
    let all = [("mug", 2), ("plate", 1)];
    assert_eq!(voided.all_unshipped(), quantities(&all));
    let again = run(&voided, request_label("label_2", &all));
    assert_eq!(again.shipments[1].items, quantities(&all));
}

#[test]
fn s4_a_label_is_voided_and_not_its_number() {
    let order = sold();
    let remove = Command::RemoveTracking {
        numbers: vec!["RR1".to_owned()],
    };
    let of_label = Refusal::TrackingOfLabel {
        number: "RR1".to_owned(),
        label: "label_1".into(),
    };
    assert_eq!(refusal(&order, remove), of_label);
    let by_carrier = Fact::Parcel {
        shipment: "shipment_label_1".into(),
        state: ShipmentState::Voided,
        note: String::new(),
    };
    assert_eq!(tell(&order, by_carrier), order);
    let unknown = Refusal::LabelNotFound {
        label: "label_9".into(),
    };
    let fact = Fact::Label {
        label: "label_9".into(),
        fact: LabelFact::Sent,
    };
    assert_eq!(try_tell(&order, &fact), Err(unknown));
}

#[test]
fn s4_the_label_of_what_has_arrived_is_not_voided_before_it_is_set_back() {
    let shipment = sold().shipments[0].id.clone();
    let set = |state| Command::UpdateShipment {
        shipment: shipment.clone(),
        state,
        note: String::new(),
    };
    let arrived = run(&sold(), set(ShipmentState::Delivered));
    let wrong = Refusal::ShipmentStateWrong {
        shipment: shipment.clone(),
        state: ShipmentState::Delivered,
    };
    assert_eq!(refusal(&arrived, void()), wrong);
    assert_eq!(refusal(&arrived, set(ShipmentState::Voided)), wrong);
    let back = run(&arrived, set(ShipmentState::InTransit));
    assert_eq!(events(&back, void()), ["label_changed"]);
}
