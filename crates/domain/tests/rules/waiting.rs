//! What was confirmed and waits: the while in which it can be undone, and the approval of another person.

use domain::actor::{Actor, ActorKind, Permission};
use domain::command::{Command, Context, Decision, Fact, record};
use domain::ids::WaitingId;
use domain::order::{Concern, Order, OrderStatus};
use domain::payment_settle::PaymentFact;
use domain::policy::{Policies, Policy};
use domain::refusal::{Instead, Refusal};
use domain::shop::ShopFact;
use domain::waiting::{Outcome, WaitsFor};
use jiff::{SignedDuration, Timestamp};

use crate::support::*;

/// Ten seconds in which it can be undone.
fn ten_seconds() -> Policy {
    Policy {
        undo_s: 10,
        ..Policy::none()
    }
}

/// No more than this many minor units of US dollars by oneself.
fn up_to(minor: i64) -> Policy {
    Policy {
        limits_minor: [(usd(), minor)].into(),
        ..Policy::none()
    }
}

fn under(order: &Order, command: Command, actor: &Actor, policy: &Policy) -> Decision {
    try_under(order, &command, actor, policy)
        .unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"))
}

fn refused(order: &Order, command: &Command, actor: &Actor, policy: &Policy) -> Refusal {
    let before = order.clone();
    let refusal = try_under(order, command, actor, policy).expect_err("it should be refused");
    assert_eq!(*order, before, "a refusal leaves the order as it was");
    refusal
}

fn undo(order: &Order) -> Command {
    Command::Undo {
        waiting: the_one(order),
    }
}

fn approve(order: &Order) -> Command {
    Command::Approve {
        waiting: the_one(order),
        note: "I asked the shopper".to_owned(),
    }
}

fn decline(order: &Order, note: &str) -> Command {
    Command::Decline {
        waiting: the_one(order),
        note: note.to_owned(),
    }
}

fn the_one(order: &Order) -> WaitingId {
    assert_eq!(order.waiting.len(), 1, "{:?}", order.waiting);
    order.waiting[0].id.clone()
}

/// What the worker tells when the while is over, at this moment.
fn over_at(order: &Order, at: Timestamp) -> Decision {
    let waiting = the_one(order);
    let actor = system(ActorKind::Desk);
    let fact = Fact::WaitingOver { waiting };
    record(order, &fact, &Context::of(&actor, at)).unwrap()
}

fn until(order: &Order) -> Timestamp {
    match order.waiting[0].waits {
        WaitsFor::Time { until } => until,
        WaitsFor::Approval { .. } => panic!("it waits for a person"),
    }
}

fn over(order: &Order) -> Decision {
    over_at(order, until(order))
}

/// 120.00 paid, of which 12.50 were confirmed to go back ten seconds from now.
fn refund_waits() -> Order {
    let command = refund("refund_1", parts(1_250, 0, 0));
    under(&checkout_order(usd()), command, &member(), &ten_seconds()).order
}

fn cancellation_waits() -> Order {
    let command = cancel("out of stock");
    under(&checkout_order(usd()), command, &member(), &ten_seconds()).order
}

/// 120.00 paid; a member who may return 10.00 by themselves asked for 12.50.
fn refund_needs_approval() -> Order {
    let command = refund("refund_1", parts(1_250, 0, 0));
    under(&checkout_order(usd()), command, &member(), &up_to(1_000)).order
}

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
fn above_their_limit_who_asks_waits_for_another_person_and_the_order_needs_attention() {
    let order = refund_needs_approval();
    assert_eq!(order.refunds, []);
    assert_eq!(order.left(), parts(7_550, 1_000, 2_200));
    let limit = order.money(1_000);
    assert_eq!(order.waiting[0].waits, WaitsFor::Approval { limit });
    let concern = Concern::ApprovalNeeded {
        waiting: the_one(&order),
    };
    assert_eq!(order.attention[0].concern, concern);
    // Up to the limit nobody is asked, and time alone sends nothing.
    let within = refund("refund_2", parts(1_000, 0, 0));
    let done = under(&order, within, &member(), &up_to(1_000));
    assert_eq!(names(&done.events), ["refund_requested"]);
    let waiting = the_one(&order);
    assert_eq!(told(&order, Fact::WaitingOver { waiting }).events, []);
}

#[test]
fn another_person_approves_and_exactly_what_was_asked_is_sent() {
    let order = refund_needs_approval();
    let done = under(&order, approve(&order), &admin(), &ten_seconds());
    let expected = ["waiting_ended", "attention_resolved", "refund_requested"];
    assert_eq!(names(&done.events), expected);
    assert_eq!(done.order.refunds[0].parts, parts(1_250, 0, 0));
    assert_eq!(done.order.attention, []);
    // The second of two at once is told.
    let refusal = refused(&done.order, &approve(&order), &admin(), &Policy::none());
    assert_eq!(refusal.code(), "waiting_not_found");
}

#[test]
fn who_asked_does_not_approve_nor_does_a_program_nor_one_whose_own_limit_is_lower() {
    let order = refund_needs_approval();
    let viewer = actor(ActorKind::Person, "viewer", &[Permission::ViewOrders]);
    let program = actor(ActorKind::ApiKey, "key_1", &Permission::ALL);
    let colleague = actor(ActorKind::Person, "colleague", &Permission::MEMBER);
    let (asked, limit) = (order.money(1_250), order.money(1_249));
    let permission = Permission::RefundOrders;
    for (who, policy, expected) in [
        (member(), Policy::none(), Refusal::OwnRequest),
        (program, Policy::none(), Refusal::ApprovedByPeople),
        (
            colleague.clone(),
            up_to(1_249),
            Refusal::AboveLimit { asked, limit },
        ),
        (viewer, Policy::none(), Refusal::NotPermitted { permission }),
    ] {
        for command in [approve(&order), decline(&order, "no")] {
            assert_eq!(refused(&order, &command, &who, &policy), expected);
        }
    }
    under(&order, approve(&order), &colleague, &up_to(1_250));
}

#[test]
fn another_person_declines_with_a_note_and_who_asked_withdraws() {
    let order = refund_needs_approval();
    let refusal = refused(&order, &decline(&order, "  "), &admin(), &Policy::none());
    assert_eq!(refusal.field(), Some("note"));
    let declined = under(
        &order,
        decline(&order, "too much"),
        &admin(),
        &Policy::none(),
    );
    let withdrawn = under(&order, undo(&order), &member(), &Policy::none());
    for (done, expected) in [
        (declined, Outcome::Declined),
        (withdrawn, Outcome::Withdrawn),
    ] {
        assert_eq!(names(&done.events), ["waiting_ended", "attention_resolved"]);
        let domain::event::EventKind::WaitingEnded { outcome, .. } = done.events[0].kind else {
            panic!("{:?}", done.events);
        };
        assert_eq!(outcome, expected);
        assert_eq!(done.order.left(), checkout_order(usd()).left());
        assert_eq!(
            (done.order.refunds.len(), done.order.attention.len()),
            (0, 0)
        );
    }
    let name = "member".to_owned();
    let refusal = refused(&order, &undo(&order), &admin(), &Policy::none());
    assert_eq!(refusal, Refusal::AskedByAnother { name });
}

#[test]
fn a_cancellation_that_returns_more_than_the_limit_waits_and_is_approved_as_it_was_asked() {
    let order = under(
        &checkout_order(usd()),
        cancel("out of stock"),
        &member(),
        &up_to(11_999),
    )
    .order;
    assert_eq!(order.status, OrderStatus::Open);
    let done = under(&order, approve(&order), &admin(), &Policy::none());
    assert_eq!(done.order.status, OrderStatus::Canceled);
    assert_eq!(done.order.refunds[0].parts.total_minor(), 12_000);
    // What a bank has taken back meanwhile is another order than the one that was asked about.
    let disputed = pay(
        &order,
        "payment_1",
        crate::payments::dispute("dispute_1", 900),
    );
    let refusal = refused(&disputed, &approve(&order), &admin(), &Policy::none());
    assert_eq!(refusal.code(), "disputed");
    // Where nothing goes back, there is nothing to approve.
    let order = under(
        &authorized_order(usd()),
        cancel("out of stock"),
        &member(),
        &up_to(0),
    );
    assert_eq!(order.order.status, OrderStatus::Canceled);
}

#[test]
fn an_approval_is_of_the_amount_that_was_asked_and_of_no_other() {
    let order = under(
        &order_over(usd(), &[6_000]),
        cancel("out of stock"),
        &member(),
        &up_to(100),
    )
    .order;
    let foreign = Fact::ForeignRefund {
        refund: "refund_foreign".into(),
        payment: "payment_1".into(),
        amount_minor: 1_000,
        reference: "re_1".to_owned(),
    };
    let order = tell(&order, foreign);
    let (asked, now) = (order.money(6_000), order.money(5_000));
    let refusal = refused(&order, &approve(&order), &admin(), &Policy::none());
    assert_eq!(refusal, Refusal::AmountChanged { asked, now });
    assert_eq!(refusal.instead(), Instead::AskAnew);
    under(
        &order,
        decline(&order, "ask anew"),
        &admin(),
        &Policy::none(),
    );
}

#[test]
fn a_cancellation_waits_for_the_refund_that_waits_before_it() {
    let order = refund_waits();
    let waiting = the_one(&order);
    let refusal = refused(&order, &cancel("why"), &admin(), &Policy::none());
    assert_eq!(refusal, Refusal::RefundPending { waiting });
}

#[test]
fn what_needs_approval_is_not_resolved_by_hand() {
    let order = refund_needs_approval();
    let attention = order.attention[0].id.clone();
    let resolve = Command::Resolve {
        attention,
        note: String::new(),
    };
    let refusal = refused(&order, &resolve, &admin(), &Policy::none());
    assert_eq!(refusal.code(), "refund_pending");
}

#[test]
fn a_limit_holds_for_its_currency_and_role_and_what_cannot_be_kept_is_refused() {
    let mut policies = Policies::default();
    assert_eq!(policies.undo_s, 10);
    let limits = [(usd(), 1_000)].into();
    policies
        .approval_above_minor
        .insert("member".to_owned(), limits);
    let of = policies.of_role("member", true);
    assert_eq!((of.undo_s, of.limits_minor.len()), (10, 1));
    assert_eq!(policies.of_role("admin", false), Policy::none());
    let yen = checkout_order(currency("JPY"));
    assert_eq!(of.exceeded_by(yen.money(9_999_999)), None);
    assert!(policies.clone().checked().is_ok());
    let long = Policies {
        undo_s: 301,
        ..policies.clone()
    };
    assert_eq!(long.checked().unwrap_err().field(), Some("undo"));
    let negative = [("member".to_owned(), [(usd(), -1)].into())].into();
    policies.approval_above_minor = negative;
    assert_eq!(policies.checked().unwrap_err().field(), Some("limit"));
    let old: Policies = serde_json::from_str("{}").unwrap();
    assert_eq!(old, Policies::default());
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
