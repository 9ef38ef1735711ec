//! Payments: authorised, captured, voided, disputed, in any order and more than once.

use domain::command::{Command, Fact};
use domain::journal::{Account, balance};
use domain::money::{AmountError, MAX_MINOR, Money};
use domain::order::{Concern, Order, OrderStatus, PaymentStatus};
use domain::payment::{Dispute, PaymentState};
use domain::payment_settle::PaymentFact;
use domain::refusal::{Problem, Refusal};

use crate::support::*;

pub fn dispute(reference: &str, amount_minor: i64) -> PaymentFact {
    PaymentFact::DisputeOpened {
        dispute: Dispute {
            reference: reference.to_owned(),
            reason: "not received".to_owned(),
            amount_minor,
            ..Dispute::default()
        },
    }
}

pub fn disputed(order: &Order, payment: &str, amount_minor: i64) -> Order {
    pay(order, payment, dispute("dispute_1", amount_minor))
}

pub fn capture(amount_minor: i64) -> Command {
    Command::Capture {
        payment: "payment_1".into(),
        amount_minor,
    }
}

pub fn authorized() -> PaymentFact {
    PaymentFact::Authorized { expires_at: None }
}

pub fn captured_fact(captured_minor: i64) -> PaymentFact {
    PaymentFact::Captured { captured_minor }
}

pub fn refused() -> PaymentFact {
    PaymentFact::Refused {
        reason: "try later".to_owned(),
    }
}

fn declined() -> PaymentFact {
    PaymentFact::Failed {
        reason: "declined".to_owned(),
    }
}

fn pay_all(order: &Order, facts: &[PaymentFact]) -> Order {
    facts.iter().fold(order.clone(), |order, fact| {
        pay(&order, "payment_1", fact.clone())
    })
}

/// Where the money of the first payment is: held, with the provider, with the bank.
pub fn where_it_is(order: &Order) -> (PaymentState, [i64; 3]) {
    let accounts = [Account::Held, Account::Provider, Account::Bank];
    let holds = accounts.map(|account| balance(&order.journal, account, order.currency()));
    (order.payments[0].state, holds)
}

#[test]
fn regression_28_words_about_a_payment_in_any_order_keep_the_books() {
    use PaymentState as S;
    let lapsed = PaymentFact::Expired;
    for (facts, expected) in [
        (
            vec![authorized(), authorized()],
            (S::Authorized, [12_000, 0, 0]),
        ),
        (
            vec![authorized(), captured_fact(5_000)],
            (S::Captured, [0, 5_000, 0]),
        ),
        (
            vec![captured_fact(5_000), authorized()],
            (S::Captured, [0, 5_000, 0]),
        ),
        (
            vec![
                captured_fact(8_000),
                captured_fact(5_000),
                captured_fact(9_000),
            ],
            (S::Captured, [0, 9_000, 0]),
        ),
        (vec![captured_fact(0)], (S::Pending, [0, 0, 0])),
        (
            vec![authorized(), PaymentFact::Voided, lapsed.clone()],
            (S::Voided, [0, 0, 0]),
        ),
        (vec![lapsed, PaymentFact::Voided], (S::Expired, [0, 0, 0])),
        // A void that loses the race: what the provider took, it took.
        (
            vec![authorized(), PaymentFact::Voided, captured_fact(100)],
            (S::Captured, [0, 100, 0]),
        ),
        (
            vec![captured_fact(100), PaymentFact::Voided],
            (S::Captured, [0, 100, 0]),
        ),
        (vec![declined(), declined()], (S::Failed, [0, 0, 0])),
        // Declined at first, then tried with another card; and the same words the other way round.
        (
            vec![declined(), authorized()],
            (S::Authorized, [12_000, 0, 0]),
        ),
        (
            vec![authorized(), declined()],
            (S::Authorized, [12_000, 0, 0]),
        ),
        (vec![refused()], (S::Pending, [0, 0, 0])),
    ] {
        let order = pay_all(&pending_order(usd()), &facts);
        assert_eq!(where_it_is(&order), expected, "{facts:?}");
    }
}

#[test]
fn a_payment_that_was_only_asked_for_is_voided_without_touching_the_books() {
    let order = run(&pending_order(usd()), cancel("out of stock"));
    assert_eq!(order.payments[0].state, PaymentState::VoidRequested);
    for (facts, expected) in [
        (vec![PaymentFact::Voided], (PaymentState::Voided, [0, 0, 0])),
        (vec![captured_fact(7)], (PaymentState::Captured, [0, 7, 0])),
        (vec![refused()], (PaymentState::Pending, [0, 0, 0])),
        (
            vec![authorized()],
            (PaymentState::VoidRequested, [12_000, 0, 0]),
        ),
        (
            vec![authorized(), authorized(), PaymentFact::Voided],
            (PaymentState::Voided, [0, 0, 0]),
        ),
        (
            vec![authorized(), refused()],
            (PaymentState::Authorized, [12_000, 0, 0]),
        ),
    ] {
        assert_eq!(where_it_is(&pay_all(&order, &facts)), expected, "{facts:?}");
    }
}

#[test]
fn when_the_hold_lapses_is_kept() {
    let expires_at = Some(at(10_000));
    let order = pay(
        &pending_order(usd()),
        "payment_1",
        PaymentFact::Authorized { expires_at },
    );
    assert_eq!(order.payments[0].expires_at, expires_at);
    let order = run(&order, capture(100));
    assert_eq!(order.payments[0].expires_at, expires_at);
}

#[test]
fn a_capture_is_within_what_is_held_and_asked_for_once() {
    let order = authorized_order(usd());
    let too_much = Problem::DoesNotAddUp {
        sum: Money::new(i64::MAX, usd()),
        expected: Money::new(12_000, usd()),
    };
    for (amount, problem) in [
        (0, Problem::NotPositive),
        (i64::MIN, Problem::NotPositive),
        (i64::MAX, too_much),
    ] {
        let expected = Refusal::invalid("amount", problem);
        assert_eq!(refusal(&order, capture(amount)), expected);
    }
    let asked = run(&order, capture(5_000));
    assert_eq!(asked.captured_minor(), 0);
    let wrong = |state| Refusal::PaymentStateWrong {
        payment: "payment_1".into(),
        state,
    };
    assert_eq!(
        refusal(&asked, capture(5_000)),
        wrong(PaymentState::CaptureRequested)
    );
    assert_eq!(
        refusal(&checkout_order(usd()), capture(1)),
        wrong(PaymentState::Captured)
    );
    assert_eq!(
        refusal(&pending_order(usd()), capture(1)),
        wrong(PaymentState::Pending)
    );
}

#[test]
fn a_refused_capture_leaves_the_hold_and_a_person_hears_of_it() {
    let order = run(&authorized_order(usd()), capture(5_000));
    let order = pay(&order, "payment_1", refused());
    assert_eq!(
        where_it_is(&order),
        (PaymentState::Authorized, [12_000, 0, 0])
    );
    let concern = Concern::GivenUp {
        job: "capture".to_owned(),
        reason: "try later".to_owned(),
    };
    assert_eq!(order.attention[0].concern, concern);
    let canceled = run(&order, cancel("out of stock"));
    let canceled = pay(&canceled, "payment_1", refused());
    assert_eq!(canceled.attention.len(), 2);
    assert_eq!(canceled.status, OrderStatus::Canceled);
}

#[test]
fn hostile_amounts_of_the_provider_are_refused() {
    let order = checkout_order(usd());
    let too_large = Problem::Amount(AmountError::TooLarge);
    for (fact, field, problem) in [
        (captured_fact(i64::MIN), "captured", Problem::Negative),
        (captured_fact(MAX_MINOR + 1), "captured", too_large.clone()),
        (dispute("d", i64::MIN), "dispute.amount", Problem::Negative),
        (dispute("d", i64::MAX), "dispute.amount", too_large),
    ] {
        let payment = "payment_1".into();
        let told = try_tell(&order, &Fact::Payment { payment, fact });
        assert_eq!(told, Err(Refusal::invalid(field, problem)));
    }
}

#[test]
fn the_total_is_set_until_money_is_captured() {
    let order = authorized_order(usd());
    let set = |total_minor| Command::SetTotal { total_minor };
    let less = run(&order, set(11_500));
    assert_eq!(less.amounts.variance_minor, -500);
    assert_eq!(less.amounts.parts(), parts(8_300, 1_000, 2_200));
    assert_eq!(events(&less, set(11_500)), [""; 0]);
    assert_eq!(run(&less, set(0)).amounts.parts(), parts(0, 0, 0));
    for (total, problem) in [
        (-1, Problem::Negative),
        (i64::MAX, Problem::Amount(AmountError::TooLarge)),
    ] {
        assert_eq!(
            refusal(&order, set(total)),
            Refusal::invalid("total", problem)
        );
    }
    assert_eq!(
        refusal(&checkout_order(usd()), set(1)),
        Refusal::AmountsFinal
    );
}

#[test]
fn the_state_of_the_money_follows_the_payments() {
    let order = pending_order(usd());
    for (facts, status, payment) in [
        (vec![], OrderStatus::PaymentPending, PaymentStatus::Unpaid),
        (
            vec![declined()],
            OrderStatus::PaymentFailed,
            PaymentStatus::Unpaid,
        ),
        (vec![authorized()], OrderStatus::Open, PaymentStatus::Unpaid),
        (
            vec![captured_fact(1)],
            OrderStatus::Open,
            PaymentStatus::Paid,
        ),
        (
            vec![PaymentFact::Voided],
            OrderStatus::Open,
            PaymentStatus::Voided,
        ),
    ] {
        let order = pay_all(&order, &facts);
        assert_eq!(
            (order.status, order.payment_status()),
            (status, payment),
            "{facts:?}"
        );
    }
    assert_eq!(
        duty_and_tax_order(true).payment_status(),
        PaymentStatus::Paid
    );
}
