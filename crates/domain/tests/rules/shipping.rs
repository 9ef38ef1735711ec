//! Tracking numbers by hand, and what the carrier says of parcels: S1, S5.

use domain::command::{Command, Fact};
use domain::order::{Fulfilment, MailKind, OrderStatus, Sync};
use domain::refusal::{Problem, Refusal};
use domain::shipment::{ShipmentState, Tracking};

use crate::support::*;

fn remove(number: &str) -> Command {
    Command::RemoveTracking {
        numbers: vec![number.to_owned()],
    }
}

#[test]
fn s1_a_tracking_number_marks_the_order_shipped_and_ties_it_to_a_shipment() {
    let order = checkout_order(usd());
    let shipped = run(&order, add_tracking("shipment_1", " rr 12-3 jp ", &[]));
    assert_eq!(shipped.status, OrderStatus::Completed);
    assert_eq!(
        shipped.shipments[0].items,
        quantities(&[("mug", 2), ("plate", 1)])
    );
    assert_eq!(shipped.shipments[0].tracking, [tracking("RR12-3JP")]);
    assert_eq!(shipped.sync, Sync::Waiting);
    // A second number is tied to the same shipment.
    let second = run(&shipped, add_tracking("shipment_2", "RR2", &[]));
    assert_eq!(second.shipments.len(), 1);
    assert_eq!(second.shipments[0].tracking.len(), 2);
    // Either is removed; the last one opens the items again.
    let one = run(&second, remove("RR12-3JP"));
    assert_eq!(one.status, OrderStatus::Completed);
    let none = run(&one, remove("RR2"));
    assert_eq!(
        (none.status, none.fulfilment()),
        (OrderStatus::Open, Fulfilment::None)
    );
    assert_eq!(
        none.all_unshipped(),
        quantities(&[("mug", 2), ("plate", 1)])
    );
}

#[test]
fn s1_some_items_ship_some_of_the_order() {
    let order = checkout_order(usd());
    let partly = run(&order, add_tracking("shipment_1", "RR1", &[("mug", 1)]));
    assert_eq!(
        (partly.status, partly.fulfilment()),
        (OrderStatus::PartiallyShipped, Fulfilment::Some)
    );
    let exceeds = Refusal::QuantityExceeds {
        item: "mug".into(),
        asked: 2,
        left: 1,
    };
    assert_eq!(
        refusal(&partly, add_tracking("shipment_2", "RR2", &[("mug", 2)])),
        exceeds
    );
    let rest = run(&partly, add_tracking("shipment_2", "RR2", &[]));
    assert_eq!(
        rest.shipments[1].items,
        quantities(&[("mug", 1), ("plate", 1)])
    );
    assert_eq!(rest.status, OrderStatus::Completed);
}

#[test]
fn s1_a_number_that_cannot_be_is_refused_by_name() {
    let order = run(
        &checkout_order(usd()),
        add_tracking("shipment_1", "RR1", &[("mug", 1)]),
    );
    let known = Refusal::TrackingKnown {
        number: "RR1".to_owned(),
    };
    assert_eq!(
        refusal(&order, add_tracking("shipment_2", "rr 1", &[])),
        known
    );
    let malformed = |given: &str, expected: &str| Problem::Malformed {
        given: given.to_owned(),
        expected: expected.to_owned(),
    };
    let form = "a tracking number: letters, digits, and - _ . /";
    for (number, problem) in [
        ("", Problem::Missing),
        ("RÄ1", malformed("RÄ1", form)),
        ("R\0", malformed("R\u{fffd}", "text without NUL characters")),
        (&"R".repeat(61), Problem::TooLong { max: 60 }),
    ] {
        let expected = Refusal::invalid("tracking_numbers", problem);
        assert_eq!(
            refusal(&order, add_tracking("shipment_2", number, &[])),
            expected
        );
    }
    let with = |numbers: Vec<Tracking>| Command::AddTracking {
        shipment: "shipment_2".into(),
        numbers,
        items: Vec::new(),
        notify: false,
    };
    let carrier = Tracking {
        number: "RR2".to_owned(),
        carrier: "x".repeat(61),
    };
    let twice = Problem::Twice {
        given: "RR2".to_owned(),
    };
    for (command, field, problem) in [
        (with(vec![carrier]), "carrier", Problem::TooLong { max: 60 }),
        (with(Vec::new()), "tracking_numbers", Problem::Missing),
        (
            with(vec![tracking("RR2"); 51]),
            "tracking_numbers",
            Problem::TooMany { max: 50 },
        ),
        (with(vec![tracking("RR2"); 2]), "tracking_numbers", twice),
    ] {
        assert_eq!(refusal(&order, command), Refusal::invalid(field, problem));
    }
}

#[test]
fn s1_a_shipment_has_its_own_identifier() {
    let order = run(
        &checkout_order(usd()),
        add_tracking("shipment_1", "RR1", &[("mug", 1)]),
    );
    let twice = Refusal::invalid(
        "shipment",
        Problem::Twice {
            given: "shipment_1".to_owned(),
        },
    );
    assert_eq!(
        refusal(&order, add_tracking("shipment_1", "RR2", &[("mug", 1)])),
        twice
    );
    let mut request = label_request("label_1", &[("mug", 1)]);
    request.shipment = "shipment_1".into();
    assert_eq!(
        refusal(&order, Command::RequestLabel(Box::new(request))),
        twice
    );
}

#[test]
fn s1_removing_what_is_not_there_is_refused() {
    let order = checkout_order(usd());
    let unknown = Refusal::TrackingNotFound {
        number: "RR1".to_owned(),
    };
    assert_eq!(refusal(&order, remove("RR1")), unknown);
    let none = Command::RemoveTracking {
        numbers: Vec::new(),
    };
    let missing = Refusal::invalid("tracking_numbers", Problem::Missing);
    assert_eq!(refusal(&order, none), missing);
    let shipped = run(&order, add_tracking("shipment_1", "RR1", &[]));
    let twice = Command::RemoveTracking {
        numbers: vec!["RR1".to_owned(); 2],
    };
    assert_eq!(refusal(&shipped, twice).code(), "invalid");
}

#[test]
fn nothing_is_shipped_before_the_payment_or_the_review() {
    let mut new = new_order(domain::order::Source::Checkout, usd());
    new.fraud_review = domain::order::FraudReview::Pending;
    let in_review = captured(&taken(new), "payment_1", 12_000);
    for (order, status) in [
        (pending_order(usd()), OrderStatus::PaymentPending),
        (in_review, OrderStatus::FraudHold),
    ] {
        let expected = Refusal::NotReady { status };
        assert_eq!(
            refusal(&order, add_tracking("shipment_1", "RR1", &[])),
            expected
        );
        assert_eq!(
            refusal(&order, request_label("label_1", &[("mug", 1)])),
            expected
        );
    }
}

#[test]
fn the_shopper_hears_once_of_a_shipment_where_that_was_asked_for() {
    let mut command = add_tracking("shipment_1", "RR1", &[]);
    if let Command::AddTracking { notify, .. } = &mut command {
        *notify = true;
    }
    let order = run(&checkout_order(usd()), command);
    assert_eq!(order.mails.len(), 1);
    assert_eq!(order.mails[0].kind, MailKind::Shipment);
    assert_eq!(
        run(&order, add_tracking("shipment_2", "RR2", &[]))
            .mails
            .len(),
        1
    );
}

fn parcel(state: ShipmentState) -> Fact {
    Fact::Parcel {
        shipment: "shipment_1".into(),
        state,
        note: String::new(),
    }
}

#[test]
fn regression_28_what_the_carrier_saw_only_moves_on() {
    use ShipmentState as S;
    let order = run(
        &checkout_order(usd()),
        add_tracking("shipment_1", "RR1", &[]),
    );
    for (facts, state) in [
        (vec![S::InTransit, S::InTransit], S::InTransit),
        (
            vec![S::InTransit, S::Created, S::InTransitToConsolidationCenter],
            S::InTransit,
        ),
        (vec![S::Delivered, S::InTransit], S::Delivered),
        // A carrier does not void what a person sent, and what waits for its label was not sent.
        (vec![S::Voided, S::LabelPending], S::Created),
    ] {
        let told = facts
            .iter()
            .fold(order.clone(), |order, state| tell(&order, parcel(*state)));
        assert_eq!(told.shipments[0].state, state, "{facts:?}");
    }
    let consolidating = tell(&order, parcel(S::InTransitToConsolidationCenter));
    assert_eq!(
        consolidating.status,
        OrderStatus::InTransitToConsolidationCenter
    );
}

#[test]
fn a_shipment_is_set_back_or_voided_by_hand() {
    use ShipmentState as S;
    let order = run(
        &checkout_order(usd()),
        add_tracking("shipment_1", "RR1", &[]),
    );
    let set = |state, note: &str| Command::UpdateShipment {
        shipment: "shipment_1".into(),
        state,
        note: note.to_owned(),
    };
    let delivered = tell(&order, parcel(S::Delivered));
    let back = run(&delivered, set(S::InTransit, "wrong parcel"));
    assert_eq!(back.shipments[0].state, S::InTransit);
    let void = run(&back, set(S::Voided, ""));
    assert_eq!(void.status, OrderStatus::Open);
    let wrong = |state| Refusal::ShipmentStateWrong {
        shipment: "shipment_1".into(),
        state,
    };
    assert_eq!(refusal(&delivered, set(S::Voided, "")), wrong(S::Delivered));
    assert_eq!(refusal(&void, set(S::InTransit, "")), wrong(S::Voided));
    assert_eq!(refusal(&order, set(S::LabelPending, "")), wrong(S::Created));
    let long = Refusal::invalid("note", Problem::TooLong { max: 2_000 });
    assert_eq!(refusal(&order, set(S::InTransit, &"x".repeat(2_001))), long);
}
