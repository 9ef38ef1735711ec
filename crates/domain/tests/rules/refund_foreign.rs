//! Refunds that someone made at the provider (R4, R9): they count against what is left, whatever order its words come in.

use domain::command::{Command, Fact};
use domain::journal::{Account, balance, imbalances};
use domain::money::Money;
use domain::order::{Concern, Order, PaymentStatus};
use domain::parts::{Part, Parts};
use domain::payment::PaymentState;
use domain::payment_settle::PaymentFact;
use domain::refund::{RefundFailure, RefundOrigin, RefundState};
use domain::refund_settle::{ForeignRefund, RefundFact};
use domain::refusal::Refusal;
use domain::shop::ShopFact;

use crate::support::*;

fn foreign(refund: &str, payment: &str, amount_minor: i64, reference: &str) -> Fact {
    let done = RefundFact::Succeeded {
        reference: reference.to_owned(),
    };
    foreign_as(refund, payment, amount_minor, reference, done)
}

fn foreign_as(
    refund: &str,
    payment: &str,
    amount_minor: i64,
    reference: &str,
    fact: RefundFact,
) -> Fact {
    Fact::ForeignRefund(ForeignRefund {
        refund: refund.into(),
        payment: payment.into(),
        amount_minor,
        reference: reference.to_owned(),
        fact,
    })
}

#[test]
fn a_refund_made_at_the_provider_counts_and_is_known_by_its_reference() {
    let order = checkout_order(usd());
    let told = tell(&order, foreign("refund_f", "payment_1", 9_000, "re_1"));
    assert_eq!(told.refunds[0].origin, RefundOrigin::Provider);
    assert_eq!(told.left(), parts(0, 800, 2_200));
    assert_eq!(told.attention.len(), 1);
    assert_eq!(
        tell(&told, foreign("refund_g", "payment_1", 9_000, "re_1")),
        told
    );
    assert_eq!(
        tell(&told, foreign("refund_f", "payment_1", 9_000, "re_2")),
        told
    );
    let unknown = Refusal::PaymentNotFound {
        payment: "payment_9".into(),
    };
    let fact = foreign("refund_g", "payment_9", 1, "re_3");
    assert_eq!(try_tell(&told, &fact), Err(unknown));
}

#[test]
fn a_refund_made_at_the_provider_without_a_reference_is_recorded_beside_one_not_yet_sent() {
    let asked = run(
        &checkout_order(usd()),
        refund("refund_1", parts(2_000, 0, 0)),
    );
    let told = tell(&asked, foreign("refund_f", "payment_1", 1_000, ""));
    assert_eq!(told.refunds.len(), 2);
}

#[test]
fn a_refund_made_at_the_provider_never_takes_more_than_its_own_payment_has() {
    let order = order_over(usd(), &[5_000, 7_000]);
    let told = tell(&order, foreign("refund_f", "payment_1", 9_000, "re_1"));
    assert_eq!(told.refunds[0].parts.total_minor(), 5_000);
    assert_eq!(told.left_by_payment(), [0, 7_000]);
}

#[test]
fn a_refund_made_at_the_provider_of_money_that_is_promised_already_is_brought_to_a_person() {
    let order = checkout_order(usd());
    let order = run(&order, refund("refund_1", order.returnable()));
    let told = tell(&order, foreign("refund_f", "payment_1", 500, "re_1"));
    assert_eq!(told.refunds[0], order.refunds[0]);
    assert_eq!(
        (told.refunds[1].parts, told.refunds[1].told_minor),
        (Parts::default(), 500)
    );
    assert_eq!(told.refunds[1].amount_minor(), 500);
    assert_eq!(told.journal, order.journal);
    let concern = Concern::RefundedAtProvider {
        refund: "refund_f".into(),
    };
    assert_eq!(told.attention[0].concern, concern);
}

#[test]
fn regression_13_a_refund_the_provider_has_taken_on_is_money_returned_once_it_is_done() {
    let order = checkout_order(usd());
    let pending = RefundFact::Pending {
        reference: "re_1".to_owned(),
    };
    let begun = foreign_as("refund_f", "payment_1", 9_000, "re_1", pending);
    let begun = tell(&order, begun);
    assert_eq!(begun.refunds[0].state, RefundState::Pending);
    assert_eq!(
        (begun.returned_minor(), begun.refunds[0].is_open()),
        (0, true)
    );
    assert_eq!(begun.left(), parts(0, 800, 2_200));
    assert_eq!(begun.payment_status(), PaymentStatus::Paid);
    assert_eq!(begun.journal, order.journal);
    let concern = Concern::RefundedAtProvider {
        refund: "refund_f".into(),
    };
    assert_eq!(begun.attention[0].concern, concern);
    let done = succeeded(&begun, "refund_f");
    assert_eq!(done.returned_minor(), 9_000);
    assert_eq!(done.payment_status(), PaymentStatus::PartiallyRefunded);
    assert_eq!(
        balance(&done.journal, Account::Provider, done.currency()),
        3_000
    );
    // Three quarters of 2.52.
    assert_eq!(done.refunds[0].fee_returned, Some(Money::new(189, usd())));
    let failed = tell(&begun, refund_fact("refund_f", refused()));
    assert_eq!(
        (failed.left(), &failed.journal),
        (order.left(), &order.journal)
    );
}

/// Ours of 60.00 is asked for, of 120.00 paid; someone returns so much at the provider first; then ours fails.
fn overtaken(amount_minor: i64) -> Order {
    let asked = run(
        &checkout_order(usd()),
        refund("refund_1", parts(6_000, 0, 0)),
    );
    let told = tell(
        &asked,
        foreign("refund_f", "payment_1", amount_minor, "re_1"),
    );
    assert_eq!(told.left().total_minor(), (6_000 - amount_minor).max(0));
    tell(&told, refund_fact("refund_1", refused()))
}

fn refused() -> RefundFact {
    RefundFact::Failed {
        problem: "it was refunded already".to_owned(),
        failure: Some(RefundFailure::RefundedAlready),
    }
}

#[test]
fn r10_what_was_returned_at_the_provider_is_not_offered_again_when_ours_fails() {
    let order = overtaken(10_000);
    // What was free when it was told is in the books; all of it is gone.
    assert_eq!(order.returned_minor(), 6_000);
    assert_eq!(order.left(), parts(2_000, 0, 0));
    assert_eq!(order.left_by_payment(), [2_000]);
    let exceeds = Refusal::ExceedsPart {
        part: Part::Item,
        asked: order.money(6_000),
        left: order.money(2_000),
    };
    let by_hand = Command::SettleRefund {
        refund: "refund_1".into(),
        reference: "transfer 7".to_owned(),
        note: "by bank transfer".to_owned(),
    };
    let again = Command::RetryRefund {
        refund: "refund_1".into(),
    };
    for command in [by_hand, again] {
        assert_eq!(try_run(&order, &command, &admin()), Err(exceeds.clone()));
    }
    // The rest goes back, and no more.
    let rest = run(&order, refund("refund_2", order.left()));
    assert_eq!(rest.left(), parts(0, 0, 0));
    let more = refund("refund_3", parts(1, 0, 0));
    assert_eq!(try_run(&rest, &more, &admin()), Err(Refusal::NothingLeft));
}

#[test]
fn r10_all_that_was_returned_at_the_provider_leaves_nothing_whatever_was_promised() {
    let order = overtaken(12_000);
    assert_eq!(order.left(), Parts::default());
    // Nothing was free: nothing is in the books, and it is gone all the same.
    let asked = run(
        &checkout_order(usd()),
        refund("refund_1", checkout_order(usd()).left()),
    );
    let told = tell(&asked, foreign("refund_f", "payment_1", 12_000, "re_1"));
    let failed = tell(&told, refund_fact("refund_1", refused()));
    for order in [order, failed] {
        assert_eq!(order.left_by_payment(), [0]);
        let by_hand = Command::SettleRefund {
            refund: "refund_1".into(),
            reference: "transfer 7".to_owned(),
            note: "by bank transfer".to_owned(),
        };
        assert_eq!(
            try_run(&order, &by_hand, &admin()),
            Err(Refusal::NothingLeft)
        );
        let again = foreign("refund_g", "payment_1", 12_000, "re_1");
        assert_eq!(tell(&order, again), order);
    }
}

#[test]
fn r10_a_refund_at_the_provider_that_fails_after_all_gives_back_what_it_took_of_a_failed_one() {
    let order = overtaken(12_000);
    let failed = tell(&order, refund_fact("refund_f", refused()));
    assert_eq!(failed.left().total_minor(), 12_000);
    assert_eq!(imbalances(&failed.journal), []);
    assert_eq!(
        balance(&failed.journal, Account::Provider, failed.currency()),
        12_000
    );
}

#[test]
fn r9_a_refund_in_the_shop_of_what_was_returned_at_the_provider_is_no_difference_to_settle() {
    let order = overtaken(12_000);
    let total = order.money(12_000);
    let told = tell(&order, Fact::Shop(ShopFact::Refunded { total }));
    assert_eq!(told.refunded_in_shop_minor, 12_000);
    assert_eq!(told.attention, order.attention);
}

#[test]
fn a_failure_at_the_provider_that_comes_before_its_beginning_counts_for_nothing() {
    let order = checkout_order(usd());
    let failed = RefundFact::Failed {
        problem: "re_1 failed: declined".to_owned(),
        failure: Some(RefundFailure::BankDeclined),
    };
    let known = tell(
        &order,
        foreign_as("refund_f", "payment_1", 9_000, "re_1", failed),
    );
    let refund = &known.refunds[0];
    assert_eq!(
        (refund.state, refund.origin, refund.failure),
        (
            RefundState::Failed,
            RefundOrigin::Provider,
            Some(RefundFailure::BankDeclined)
        )
    );
    assert_eq!(refund.parts.total_minor(), 9_000);
    assert_eq!(known.left(), order.left());
    assert_eq!(
        (&known.journal, &known.attention),
        (&order.journal, &order.attention)
    );
    // How it began is told late.
    let begun = RefundFact::Pending {
        reference: "re_1".to_owned(),
    };
    for late in [
        foreign_as("refund_f", "payment_1", 9_000, "re_1", begun.clone()),
        refund_fact("refund_f", begun),
    ] {
        assert_eq!(tell(&known, late), known);
    }
}

#[test]
fn a_refund_of_what_is_not_known_to_be_taken_comes_too_early_and_one_of_what_was_released_is_none()
{
    let early = foreign("refund_f", "payment_1", 500, "re_1");
    let held = authorized_order(usd());
    assert_eq!(try_tell(&held, &early), Err(Refusal::NothingCaptured));
    let captured_minor = 12_000;
    let taken = pay(&held, "payment_1", PaymentFact::Captured { captured_minor });
    assert_eq!(tell(&taken, early.clone()).left().total_minor(), 11_500);
    let released = pay(&held, "payment_1", PaymentFact::Voided);
    assert_eq!(released.payments[0].state, PaymentState::Voided);
    assert_eq!(tell(&released, early), released);
}
