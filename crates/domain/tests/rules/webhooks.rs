//! What webhooks are told of each thing that happens to an order: the table from events to types.

use domain::carrier::LabelFact;
use domain::command::{Command, Decision, Fact};
use domain::order::{MailState, Sync};
use domain::refund_settle::RefundFact;
use domain::shipment::ShipmentState;
use domain::webhook::{WebhookType, told_by};

use crate::support::*;

/// The types that a decision tells, each with what it is about, without the order's own.
fn types(decision: &Decision) -> Vec<String> {
    let order = &decision.order.id.0;
    let told = told_by(decision).into_iter().map(|told| {
        let last = decision.events.last().unwrap().seq;
        assert!(told.seq <= last && told.seq > last - decision.events.len() as u64);
        assert_eq!(told.kind.is_about_shipment(), told.subject != *order);
        let name = serde_json::to_value(told.kind).unwrap();
        name.as_str().unwrap().to_owned()
    });
    told.collect()
}

fn by(order: &domain::order::Order, command: Command) -> Vec<String> {
    types(&run_as(order, command, &admin()))
}

#[test]
fn each_change_is_told_under_its_types_once() {
    let order = checkout_order(usd());
    let note = Command::AddNote {
        note: "note_1".into(),
        text: "hello".to_owned(),
    };
    assert_eq!(by(&order, note), ["ORDER_UPDATED"]);
    let canceled = by(&duty_and_tax_order(false), cancel("the shopper asked"));
    assert_eq!(
        canceled,
        ["ORDER_UPDATED", "ORDER_CANCELED", "ORDER_STATUS_CHANGED"]
    );
    let shipped = add_tracking("shipment_1", "RR1", &[]);
    assert_eq!(
        by(&order, shipped.clone()),
        ["ORDER_UPDATED", "SHIPMENT_CREATED", "ORDER_STATUS_CHANGED"]
    );
    let second = by(
        &run(&order, shipped),
        add_tracking("shipment_2", "RR2", &[]),
    );
    assert_eq!(second, ["ORDER_UPDATED", "SHIPMENT_UPDATED"]);
}

#[test]
fn a_refund_is_told_when_money_went_back_or_did_not() {
    let order = checkout_order(usd());
    let asked = run_as(&order, refund("1", parts(1_000, 0, 0)), &admin());
    assert_eq!(types(&asked), ["ORDER_UPDATED"]);
    let settled = |fact| {
        let refund = asked.order.refunds[0].id.clone();
        types(&told(&asked.order, Fact::Refund { refund, fact }))
    };
    let reference = "re_1".to_owned();
    let done = settled(RefundFact::Succeeded { reference });
    assert_eq!(done, ["ORDER_UPDATED", "ORDER_REFUNDED"]);
}

#[test]
fn a_parcel_is_told_once_its_label_is_bought_and_not_before() {
    let asked = run_as(
        &checkout_order(usd()),
        request_label("label_1", &[("mug", 2), ("plate", 1)]),
        &admin(),
    );
    assert_eq!(types(&asked), ["ORDER_UPDATED"]);
    let of_label = |order, fact| {
        let label = "label_1".into();
        told(order, Fact::Label { label, fact })
    };
    let bought = LabelFact::Bought {
        reference: "shp_1".to_owned(),
        tracking: tracking("RR1"),
        postage: None,
    };
    let bought = of_label(&asked.order, bought);
    let mut kinds = types(&bought);
    kinds.sort();
    assert_eq!(
        kinds,
        [
            "LABEL_CREATED",
            "ORDER_STATUS_CHANGED",
            "ORDER_UPDATED",
            "SHIPMENT_CREATED"
        ]
    );
    let shipment = bought.order.shipments[0].id.clone();
    let moved = Fact::Parcel {
        shipment,
        state: ShipmentState::InTransit,
        note: String::new(),
    };
    assert_eq!(
        types(&told(&bought.order, moved)),
        ["ORDER_UPDATED", "SHIPMENT_UPDATED"]
    );
    let problem = "sold out".to_owned();
    let failed = types(&of_label(&asked.order, LabelFact::Failed { problem }));
    assert!(
        !failed.iter().any(|kind| kind.starts_with("SHIPMENT")),
        "{failed:?}"
    );
}

#[test]
fn the_desks_own_errands_are_told_to_nobody() {
    let mut order = checkout_order(usd());
    order.sync = Sync::Waiting;
    assert_eq!(types(&told(&order, Fact::Sync(Sync::InStep))), [""; 0]);
    let canceled = Command::Cancel {
        note: "the shopper asked".to_owned(),
        notify: true,
        without_refund: false,
    };
    let canceled = run(&duty_and_tax_order(false), canceled);
    let mail = canceled.mails.first().map(|mail| mail.id.clone());
    if let Some(mail) = mail {
        let sent = Fact::Mail {
            mail,
            state: MailState::Sent,
            problem: String::new(),
        };
        assert_eq!(types(&told(&canceled, sent)), [""; 0]);
    }
}

#[test]
fn every_type_but_those_of_others_is_told_here() {
    let not = WebhookType::ALL
        .into_iter()
        .filter(|kind| !kind.is_told_here());
    assert_eq!(
        not.collect::<Vec<_>>(),
        [
            WebhookType::InclusivePriceSyncReady,
            WebhookType::IpSettingStatusChanged
        ]
    );
}
