//! Disputes: opened, answered, charged for, decided, more than one, in any order of words.

use domain::cancel::may_cancel;
use domain::command::Context;
use domain::journal::{Account, Movement, balance, imbalances};
use domain::money::{MAX_MINOR, Money};
use domain::order::{Concern, Order};
use domain::payment::{Dispute, DisputeState, PaymentState};
use domain::payment_settle::PaymentFact;
use domain::refusal::{Instead, Problem, Refusal};

use crate::payments::{dispute, disputed, where_it_is};
use crate::support::*;

/// The dispute as the provider tells it at some time.
fn as_it_stands(reference: &str, change: impl Fn(&mut Dispute)) -> PaymentFact {
    let PaymentFact::DisputeOpened { mut dispute } = dispute(reference, 12_000) else {
        panic!("a dispute");
    };
    change(&mut dispute);
    PaymentFact::DisputeOpened { dispute }
}

fn decided(reference: &str, won: bool) -> PaymentFact {
    as_it_stands(reference, |dispute| dispute.won = Some(won))
}

fn states(order: &Order) -> Vec<(&str, DisputeState)> {
    let all = order.payments[0].disputes();
    all.map(|one| (one.reference.as_str(), one.state()))
        .collect()
}

#[test]
fn a_dispute_takes_the_money_and_a_decision_gives_it_back_or_does_not() {
    let order = checkout_order(usd());
    let open = disputed(&order, "payment_1", 12_000);
    assert_eq!(where_it_is(&open), (PaymentState::Captured, [0, 0, 12_000]));
    assert_eq!(open.attention[0].concern, Concern::Disputed);
    assert_eq!(disputed(&open, "payment_1", 12_000), open);
    let lost = pay(
        &open,
        "payment_1",
        PaymentFact::DisputeClosed { won: false },
    );
    assert_eq!(where_it_is(&lost), (PaymentState::Captured, [0, 0, 12_000]));
    assert_eq!(lost.attention, []);
    assert!(lost.is_disputed());
    let won = pay(&open, "payment_1", PaymentFact::DisputeClosed { won: true });
    assert_eq!(where_it_is(&won), (PaymentState::Captured, [0, 12_000, 0]));
    assert!(!won.is_disputed());
    // The first dispute's words come again, then there is a second dispute.
    assert_eq!(disputed(&won, "payment_1", 12_000), won);
    let second = pay(&won, "payment_1", dispute("dispute_2", 3_000));
    assert_eq!(
        where_it_is(&second),
        (PaymentState::Captured, [0, 9_000, 3_000])
    );
    // What a lost dispute took stays with the bank, whatever follows.
    let third = pay(&lost, "payment_1", dispute("dispute_2", 3_000));
    assert_eq!(
        where_it_is(&third),
        (PaymentState::Captured, [0, -3_000, 15_000])
    );
}

#[test]
fn a_dispute_that_comes_with_its_decision_still_moves_money_both_ways() {
    let order = checkout_order(usd());
    let PaymentFact::DisputeOpened { mut dispute } = dispute("dispute_1", 12_000) else {
        panic!("a dispute");
    };
    dispute.won = Some(true);
    let open = pay(&order, "payment_1", PaymentFact::DisputeOpened { dispute });
    let closed = pay(&open, "payment_1", PaymentFact::DisputeClosed { won: true });
    assert_eq!(
        where_it_is(&closed),
        (PaymentState::Captured, [0, 12_000, 0])
    );
}

#[test]
fn the_concern_about_disputes_stays_until_the_last_one_is_decided() {
    let order = order_over(usd(), &[5_000, 7_000]);
    let order = disputed(&disputed(&order, "payment_1", 5_000), "payment_2", 7_000);
    assert_eq!(order.attention.len(), 1);
    let one = pay(
        &order,
        "payment_1",
        PaymentFact::DisputeClosed { won: true },
    );
    assert_eq!(one.attention.len(), 1);
    let both = pay(&one, "payment_2", PaymentFact::DisputeClosed { won: false });
    assert_eq!(both.attention, []);
}

#[test]
fn a_decision_that_comes_before_its_opening_is_not_lost() {
    for (won, state, bank) in [
        (true, DisputeState::Won, 0),
        (false, DisputeState::Lost, 12_000),
    ] {
        let order = pay(
            &checkout_order(usd()),
            "payment_1",
            decided("dispute_1", won),
        );
        assert_eq!(states(&order), [("dispute_1", state)]);
        let expected = (PaymentState::Captured, [0, 12_000 - bank, bank]);
        assert_eq!(where_it_is(&order), expected);
        assert_eq!(order.attention, [], "there is nothing to answer any more");
        // Its opening arrives late, and so does the decision once more.
        for late in [
            dispute("dispute_1", 12_000),
            decided("dispute_1", won),
            PaymentFact::DisputeClosed { won },
        ] {
            assert_eq!(pay(&order, "payment_1", late), order);
        }
    }
}

#[test]
fn what_becomes_of_a_dispute_is_kept_and_older_words_take_nothing_back() {
    let open = disputed(&checkout_order(usd()), "payment_1", 12_000);
    assert_eq!(states(&open), [("dispute_1", DisputeState::NeedsResponse)]);
    let answered = as_it_stands("dispute_1", |dispute| {
        dispute.is_answered = true;
        dispute.evidence_due_at = Some(at(10_000));
    });
    let order = pay(&open, "payment_1", answered.clone());
    assert_eq!(states(&order), [("dispute_1", DisputeState::UnderReview)]);
    let kept = order.payments[0].dispute.as_ref().unwrap();
    assert_eq!(kept.evidence_due_at, Some(at(10_000)));
    assert_eq!(kept.reason, "not received");
    assert_eq!(order.attention, open.attention);
    for known in [answered, dispute("dispute_1", 9_000)] {
        assert_eq!(pay(&order, "payment_1", known), order);
    }
    // How it was decided says nothing of the evidence, which was handed in all the same.
    for won in [true, false] {
        let closed = pay(&order, "payment_1", decided("dispute_1", won));
        let kept = closed.payments[0].dispute.as_ref().unwrap();
        assert_eq!((kept.won, kept.is_answered), (Some(won), true));
        assert_eq!(kept.evidence_due_at, Some(at(10_000)));
    }
}

#[test]
fn several_disputes_of_one_payment_are_told_apart() {
    let first = disputed(&checkout_order(usd()), "payment_1", 4_000);
    let both = pay(&first, "payment_1", dispute("dispute_2", 3_000));
    assert_eq!(
        where_it_is(&both),
        (PaymentState::Captured, [0, 5_000, 7_000])
    );
    let one = pay(&both, "payment_1", decided("dispute_1", true));
    assert_eq!(
        states(&one),
        [
            ("dispute_1", DisputeState::Won),
            ("dispute_2", DisputeState::NeedsResponse)
        ]
    );
    assert_eq!(
        where_it_is(&one),
        (PaymentState::Captured, [0, 9_000, 3_000])
    );
    assert_eq!(one.attention.len(), 1, "the other one has to be answered");
    let none = pay(&one, "payment_1", PaymentFact::DisputeClosed { won: false });
    assert_eq!(none.attention, []);
    assert_eq!(none.payments[0].disputed_minor(), 3_000);
    assert!(none.is_disputed());
}

#[test]
fn the_deadline_of_an_order_is_the_first_of_those_that_wait_for_evidence() {
    let order = checkout_order(usd());
    assert_eq!(order.evidence_due_at(), None);
    let due = |reference: &str, minutes| {
        as_it_stands(reference, |dispute| {
            dispute.amount_minor = 3_000;
            dispute.evidence_due_at = Some(at(minutes));
        })
    };
    let order = pay(&order, "payment_1", due("dispute_1", 20_000));
    let order = pay(&order, "payment_1", due("dispute_2", 10_000));
    assert_eq!(order.evidence_due_at(), Some(at(10_000)));
    let answered = as_it_stands("dispute_2", |dispute| dispute.is_answered = true);
    let order = pay(&order, "payment_1", answered);
    assert_eq!(order.evidence_due_at(), Some(at(20_000)));
    let order = pay(&order, "payment_1", decided("dispute_1", false));
    assert_eq!(order.evidence_due_at(), None);
}

#[test]
fn regression_12_a_lost_dispute_names_itself_when_its_money_is_asked_for_again() {
    let lost = pay(
        &checkout_order(usd()),
        "payment_1",
        decided("dispute_7", false),
    );
    let expected = Refusal::Disputed {
        payment: "payment_1".into(),
        dispute: "dispute_7".to_owned(),
    };
    let asked = refund("refund_1", parts(1_000, 0, 0));
    assert_eq!(refusal(&lost, asked), expected);
    assert_eq!(expected.instead(), Instead::AnswerDispute);
    assert!(expected.to_string().contains("dispute_7"));
    // What is decided holds no cancellation up, and nothing is returned a second time.
    let (actor, at) = (&admin(), at(1_000));
    assert_eq!(may_cancel(&lost, &Context::of(actor, at)), Ok(()));
    assert_eq!(run(&lost, cancel("lost")).refunds, []);
}

#[test]
fn what_the_provider_charges_for_a_dispute_is_in_the_books_and_told_in_all() {
    let open = disputed(&checkout_order(usd()), "payment_1", 12_000);
    let charge = |minor| {
        as_it_stands("dispute_1", |dispute| {
            dispute.fee = Some(Money::new(minor, usd()));
        })
    };
    let processor = |order: &Order| balance(&order.journal, Account::CardProcessor, usd());
    let before = processor(&open);
    let charged = pay(&open, "payment_1", charge(1_500));
    assert_eq!(processor(&charged) - before, 1_500);
    assert_eq!(pay(&charged, "payment_1", charge(1_500)), charged);
    // A provider that gives the fee back to who wins tells less.
    let back = pay(&charged, "payment_1", charge(0));
    assert_eq!(processor(&back), before);
    assert_eq!(imbalances(&back.journal), []);
    let moved = back.journal.iter();
    let fees = moved.filter(|entry| entry.movement == Movement::DisputeFee);
    assert_eq!(fees.count(), 2);
    for (minor, problem) in [
        (-1, Problem::Negative),
        (
            MAX_MINOR + 1,
            Problem::Amount(domain::money::AmountError::TooLarge),
        ),
    ] {
        let (payment, fact) = ("payment_1".into(), charge(minor));
        let told = try_tell(&open, &domain::command::Fact::Payment { payment, fact });
        assert_eq!(told, Err(Refusal::invalid("dispute.fee", problem)));
    }
}
