//! What was confirmed and waits while it can be undone.

use domain::command::{Command, Fact};
use domain::order::{Concern, OrderStatus};
use domain::payment_settle::PaymentFact;
use domain::policy::Policy;
use domain::refusal::{Instead, Refusal};
use domain::shop::ShopFact;
use jiff::SignedDuration;

use crate::support::waits::*;
use crate::support::*;

#[test]
fn a_confirmed_refund_speaks_for_its_amount_and_is_not_requested_while_it_can_be_undone() {
    let order = refund_waits();
    assert_eq!(order.refunds, []);
    assert_eq!(order.left(), parts(7_550, 1_000, 2_200));
    assert_eq!(order.waiting[0].amount, order.money(1_250));
    assert_eq!(
        until(&order),
        order.updated_at + SignedDuration::from_secs(10)
    );
    let second_too_early = until(&order) - SignedDuration::from_secs(1);
    assert_eq!(over_at(&order, second_too_early).events, []);
    // R4: what waits counts.
    let too_much = refund("refund_2", parts(7_551, 0, 0));
    let refusal = refused(&order, &too_much, &admin(), &Policy::none());
    assert_eq!(refusal.code(), "exceeds_part");
}

#[test]
fn at_the_end_of_the_while_it_is_requested_in_the_name_of_who_confirmed_it() {
    let sent = over(&refund_waits());
    assert_eq!(names(&sent.events), ["waiting_ended", "refund_requested"]);
    assert!(sent.events.iter().all(|event| event.by == member().by));
    let order = sent.order;
    assert_eq!(order.refunds[0].parts, parts(1_250, 0, 0));
    assert_eq!((order.waiting.len(), order.withdrawn.len()), (0, 0));
    assert_eq!(order.left(), parts(7_550, 1_000, 2_200));
}

#[test]
fn undo_frees_exactly_what_it_spoke_for_and_the_same_form_does_not_ask_again() {
    let order = refund_waits();
    let undone = under(&order, undo(&order), &member(), &ten_seconds());
    assert_eq!(names(&undone.events), ["waiting_ended"]);
    let before = checkout_order(usd());
    assert_eq!(undone.order.left(), before.left());
    assert_eq!(undone.order.refunds, []);
    // R10: a form that is sent again, or a repetition that was late, asks for nothing.
    let again = refund("refund_1", parts(1_250, 0, 0));
    let refusal = refused(&undone.order, &again, &member(), &ten_seconds());
    assert_eq!(refusal.code(), "refund_withdrawn");
    assert_eq!(refusal.instead(), Instead::AskAnew);
    let another = refund("refund_2", parts(1_250, 0, 0));
    run(&undone.order, another);
}

#[test]
fn whoever_is_late_with_undo_is_told_and_the_worker_finds_nothing_to_do() {
    let order = refund_waits();
    let undo = undo(&order);
    let waiting = the_one(&order);
    let sent = over(&order).order;
    let refusal = refused(&sent, &undo, &member(), &ten_seconds());
    assert_eq!(refusal, Refusal::WaitingNotFound { waiting });
    let undone = under(&order, undo, &member(), &ten_seconds()).order;
    let waiting = order.waiting[0].id.clone();
    assert_eq!(told(&undone, Fact::WaitingOver { waiting }).events, []);
}

#[test]
fn a_repetition_of_what_waits_changes_nothing() {
    let order = refund_waits();
    let same = refund("refund_1", parts(1_250, 0, 0));
    assert_eq!(under(&order, same, &member(), &ten_seconds()).events, []);
    let other = refund("refund_1", parts(1_251, 0, 0));
    let refusal = refused(&order, &other, &member(), &ten_seconds());
    assert_eq!(refusal.code(), "refund_differs");
}

#[test]
fn c1_an_order_is_not_canceled_while_that_can_be_undone_and_what_conflicts_is_refused() {
    let order = cancellation_waits();
    assert_eq!(order.status, OrderStatus::Open);
    assert_eq!((&order.cancellation, order.refunds.len()), (&None, 0));
    let waiting = the_one(&order);
    let pending = Refusal::CancellationPending { waiting };
    assert_eq!(pending.instead(), Instead::UndoFirst);
    for command in [
        cancel("again"),
        refund("refund_2", parts(1, 0, 0)),
        add_tracking("shipment_1", "RR1", &[]),
        request_label("label_1", &[("mug", 1)]),
        Command::Hold {
            note: "why".to_owned(),
        },
        Command::RemoveItems {
            items: quantities(&[("mug", 1)]),
        },
        Command::SetTotal { total_minor: 1 },
    ] {
        let refusal = refused(&order, &command, &admin(), &Policy::none());
        assert_eq!(refusal, pending, "{command:?}");
    }
    let note = Command::AddNote {
        note: "note_1".into(),
        text: "asked the shopper".to_owned(),
    };
    run(&order, note);
    let undone = under(&order, undo(&order), &admin(), &ten_seconds()).order;
    let before = checkout_order(usd());
    assert_eq!(undone.status, OrderStatus::Open);
    assert_eq!(undone.returnable(), before.returnable());
    run(&undone, add_tracking("shipment_1", "RR1", &[]));
}

#[test]
fn c2_at_the_end_of_the_while_the_order_is_canceled_by_who_confirmed_it_and_all_goes_back() {
    let done = over(&cancellation_waits());
    let expected = [
        "waiting_ended",
        "canceled",
        "refund_requested",
        "status_changed",
        "sync_changed",
    ];
    assert_eq!(names(&done.events), expected);
    assert!(done.events.iter().all(|event| event.by == member().by));
    assert_eq!(done.order.status, OrderStatus::Canceled);
    assert_eq!(done.order.refunds[0].parts.total_minor(), 12_000);
    assert_eq!(done.order.cancellation.unwrap().note, "out of stock");
}

#[test]
fn a_cancellation_that_would_return_another_amount_by_then_is_not_sent_and_a_person_looks() {
    let order = under(
        &authorized_order(usd()),
        cancel("out of stock"),
        &member(),
        &ten_seconds(),
    )
    .order;
    assert_eq!(order.waiting[0].amount.minor, 0);
    let order = captured(&order, "payment_1", 12_000);
    let done = over_at(&order, order.updated_at + SignedDuration::from_mins(1));
    assert_eq!(names(&done.events), ["waiting_ended", "attention_raised"]);
    assert_eq!(done.order.status, OrderStatus::Open);
    let Concern::NotSent { code, reason, .. } = &done.order.attention[0].concern else {
        panic!("{:?}", done.order.attention);
    };
    assert_eq!(code, "amount_changed");
    let said = "0.00 USD was confirmed to go back, and now it would be 120.00 USD";
    assert_eq!(reason, said);
}

#[test]
fn a_refund_of_a_payment_that_is_disputed_by_then_is_not_sent_and_is_free_again() {
    let order = pay(
        &refund_waits(),
        "payment_1",
        crate::payments::dispute("dispute_1", 900),
    );
    let done = over_at(&order, order.updated_at + SignedDuration::from_mins(1));
    assert_eq!(names(&done.events), ["waiting_ended", "attention_raised"]);
    assert_eq!(done.order.refunds, []);
    assert_eq!(done.order.left(), checkout_order(usd()).left());
}

#[test]
fn c5_an_order_that_the_shop_cancels_meanwhile_is_canceled_once() {
    let mut new = new_order(domain::order::Source::DutyAndTax, usd());
    new.guarantee = false;
    let order = under(
        &taken(new),
        cancel("out of stock"),
        &member(),
        &ten_seconds(),
    )
    .order;
    let reason = "changed my mind".to_owned();
    let order = shop(&order, ShopFact::Canceled { reason });
    assert_eq!(order.status, OrderStatus::Canceled);
    let done = over_at(&order, order.updated_at + SignedDuration::from_mins(1));
    assert_eq!(names(&done.events), ["waiting_ended"]);
    assert_eq!(done.order.attention, []);
}

#[test]
fn a_cancellation_waits_for_the_refund_that_waits_before_it() {
    let order = refund_waits();
    let waiting = the_one(&order);
    let refusal = refused(&order, &cancel("why"), &admin(), &Policy::none());
    assert_eq!(refusal, Refusal::RefundPending { waiting });
}

#[test]
fn a_refund_over_two_payments_waits_and_is_sent_whole() {
    let order = order_over(usd(), &[8_000, 4_000]);
    let command = refund("refund_1", parts(8_800, 1_000, 0));
    let waits = under(&order, command, &member(), &ten_seconds()).order;
    assert_eq!(waits.waiting[0].refunds().len(), 2);
    assert_eq!(waits.unpromised_minor(&"payment_1".into()), 0);
    let sent = over(&waits).order;
    let total: i64 = sent.refunds.iter().map(|one| one.parts.total_minor()).sum();
    assert_eq!((sent.refunds.len(), total), (2, 9_800));
    let fact = PaymentFact::Captured {
        captured_minor: 8_000,
    };
    assert_eq!(pay(&sent, "payment_1", fact).left(), sent.left());
}
