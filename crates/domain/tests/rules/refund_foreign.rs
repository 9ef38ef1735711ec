//! Refunds that someone made at the provider (R4, R9): they count against what is left, whatever order its words come in.

use domain::command::Fact;
use domain::order::Concern;
use domain::payment::PaymentState;
use domain::payment_settle::PaymentFact;
use domain::refund::{RefundFailure, RefundOrigin, RefundState};
use domain::refund_settle::{ForeignRefund, RefundFact};
use domain::refusal::Refusal;

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
    assert_eq!(told.refunds, order.refunds);
    let concern = Concern::RefundedAtProvider {
        refund: "refund_f".into(),
    };
    assert_eq!(told.attention[0].concern, concern);
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
