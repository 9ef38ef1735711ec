//! The approval of another person, above the limit of who asks.

use domain::actor::{Actor, ActorKind, Permission};
use domain::command::{Command, Fact};
use domain::order::{Concern, Order, OrderStatus};
use domain::policy::{Policies, Policy};
use domain::refund_settle::{ForeignRefund, RefundFact};
use domain::refusal::{Instead, Refusal};
use domain::waiting::{Outcome, WaitsFor};

use crate::support::waits::*;
use crate::support::*;

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

/// Part of an order's goods.
fn portion(id: &str, minor: i64) -> Command {
    refund(id, parts(minor, 0, 0))
}

/// An order of which someone has returned 6.00 by themselves.
fn returned_in_part(who: &Actor, policy: &Policy) -> Order {
    let asked = portion("refund_1", 600);
    under(&checkout_order(usd()), asked, who, policy).order
}

#[test]
fn a_limit_counts_what_one_has_returned_of_the_order_so_that_portions_do_not_evade_it() {
    let (mine, policy) = (member(), up_to(1_000));
    let first = returned_in_part(&mine, &policy);
    // A while in which it can be undone is no way around it.
    let undone_later = Policy {
        undo_s: 10,
        ..policy.clone()
    };
    let second = under(&first, portion("refund_2", 400), &mine, &undone_later).order;
    assert_eq!(second.waiting.len(), 1);
    let third = under(&second, portion("refund_3", 1), &mine, &policy);
    assert_eq!(names(&third.events), ["waiting_begun", "attention_raised"]);
    // A colleague has a limit of their own, and what another person approved counts towards nobody's.
    let colleague = actor(ActorKind::Person, "colleague", &Permission::MEMBER);
    let theirs = under(&second, portion("refund_3", 1_000), &colleague, &policy);
    assert_eq!(names(&theirs.events), ["refund_requested"]);
    let asked = refund_needs_approval();
    let approved = under(&asked, approve(&asked), &admin(), &Policy::none()).order;
    let again = under(&approved, portion("refund_9", 1_000), &mine, &policy);
    assert_eq!(names(&again.events), ["refund_requested"]);
}

#[test]
fn what_failed_is_tried_again_within_the_limit_alone_unless_another_person_approved_it() {
    let (mine, policy) = (member(), up_to(1_000));
    let first = returned_in_part(&mine, &policy);
    let first = failed(&first, "refund_1");
    let second = under(&first, portion("refund_2", 600), &mine, &policy).order;
    let again = Command::RetryRefund {
        refund: "refund_1".into(),
    };
    let (asked, limit) = (second.money(600), second.money(1_000));
    let above = Refusal::AboveLimit { asked, limit };
    assert_eq!(refused(&second, &again, &mine, &policy), above);
    assert_eq!(refused(&second, &settle("refund_1"), &mine, &policy), above);
    let without = under(&first, again.clone(), &mine, &policy);
    assert_eq!(names(&without.events)[0], "refund_retried");
    // Two people have decided on this one.
    let asked = refund_needs_approval();
    let approved = under(&asked, approve(&asked), &admin(), &Policy::none()).order;
    let approved = failed(&approved, "refund_1");
    let retried = under(&approved, again, &mine, &policy);
    assert_eq!(names(&retried.events)[0], "refund_retried");
}

#[test]
fn c2_a_cancellation_that_returns_nothing_needs_nobody_else() {
    let (mine, much) = (member(), up_to(20_000));
    let order = checkout_order(usd());
    let whole = refund("refund_1", order.left());
    let refunded = succeeded(&under(&order, whole, &mine, &much).order, "refund_1");
    let lowered = up_to(1);
    let done = under(&refunded, cancel("a duplicate"), &mine, &lowered);
    assert_eq!(done.order.status, OrderStatus::Canceled);
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
    let foreign = Fact::ForeignRefund(ForeignRefund {
        refund: "refund_foreign".into(),
        payment: "payment_1".into(),
        amount_minor: 1_000,
        reference: "re_1".to_owned(),
        fact: RefundFact::Succeeded {
            reference: "re_1".to_owned(),
        },
    });
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
