//! How refunds are settled: R8, R10, and what other systems' users complain of.

use domain::command::Command;
use domain::fees::preview;
use domain::journal::{Account, balance};
use domain::money::Money;
use domain::order::{Concern, Order, PaymentStatus};
use domain::refund::{Refund, RefundFailure, RefundState};
use domain::refund_settle::RefundFact;
use domain::refusal::Refusal;

use crate::support::*;

fn sent() -> RefundFact {
    RefundFact::Sent
}

fn pending() -> RefundFact {
    RefundFact::Pending {
        reference: "at-provider".to_owned(),
    }
}

fn done() -> RefundFact {
    RefundFact::Succeeded {
        reference: "at-provider".to_owned(),
    }
}

fn lost() -> RefundFact {
    RefundFact::Unknown {
        problem: "timed out".to_owned(),
    }
}

fn declined() -> RefundFact {
    RefundFact::Failed {
        problem: "card closed".to_owned(),
        failure: None,
    }
}

fn retry(id: &str) -> Command {
    Command::RetryRefund { refund: id.into() }
}

fn asked() -> Order {
    run(
        &checkout_order(usd()),
        refund("refund_1", parts(6_000, 0, 0)),
    )
}

fn tell_all(order: &Order, facts: Vec<RefundFact>) -> Order {
    facts.into_iter().fold(order.clone(), |order, fact| {
        tell(&order, refund_fact("refund_1", fact))
    })
}

/// What the provider holds, and what of the fee has returned.
fn books(order: &Order) -> (i64, i64) {
    let base = order.rate.base;
    let provider = balance(&order.journal, Account::Provider, order.currency());
    (provider, 252 - balance(&order.journal, Account::Desk, base))
}

#[test]
fn r10_words_in_any_order_end_in_the_same_state_and_move_money_once() {
    use RefundState as S;
    for (facts, state, provider) in [
        (vec![sent()], S::Sent, 12_000),
        (vec![sent(), pending()], S::Pending, 12_000),
        // Regression 3: the answer is lost, and the success comes by itself.
        (vec![sent(), lost()], S::Unknown, 12_000),
        (vec![sent(), lost(), sent()], S::Unknown, 12_000),
        (vec![sent(), lost(), done()], S::Succeeded, 6_000),
        (vec![sent(), lost(), declined()], S::Failed, 12_000),
        // Regression 2: the provider's message comes before its answer.
        (vec![done(), pending(), lost()], S::Succeeded, 6_000),
        (vec![sent(), done(), done(), pending()], S::Succeeded, 6_000),
        (vec![sent(), pending(), lost(), done()], S::Succeeded, 6_000),
        // It succeeds, and days later it did not.
        (vec![done(), declined()], S::Failed, 12_000),
        (
            vec![done(), declined(), declined(), pending()],
            S::Failed,
            12_000,
        ),
        (vec![declined(), done()], S::Succeeded, 6_000),
        (vec![done(), declined(), done()], S::Succeeded, 6_000),
    ] {
        let order = tell_all(&asked(), facts.clone());
        let fee = if state == S::Succeeded { 126 } else { 0 };
        assert_eq!(order.refunds[0].state, state, "{facts:?}");
        assert_eq!(books(&order), (provider, fee), "{facts:?}");
    }
}

#[test]
fn r10_a_settled_refund_is_not_asked_for_again() {
    for (fact, state) in [
        (done(), RefundState::Succeeded),
        (declined(), RefundState::Failed),
    ] {
        let order = tell_all(&asked(), vec![fact]);
        let expected = Refusal::RefundStateWrong {
            refund: "refund_1".into(),
            state,
        };
        assert_eq!(
            try_tell(&order, &refund_fact("refund_1", sent())),
            Err(expected)
        );
    }
    let unknown = Refusal::RefundNotFound {
        refund: "refund_9".into(),
    };
    assert_eq!(
        try_tell(&asked(), &refund_fact("refund_9", done())),
        Err(unknown.clone())
    );
    assert_eq!(refusal(&asked(), retry("refund_9")), unknown);
}

#[test]
fn r10_regression_4_an_unknown_refund_keeps_its_amount_and_is_not_retried() {
    let order = tell_all(&asked(), vec![sent(), lost()]);
    assert_eq!(order.left().item_minor, 2_800);
    let expected = Refusal::RefundStateWrong {
        refund: "refund_1".into(),
        state: RefundState::Unknown,
    };
    assert_eq!(refusal(&order, retry("refund_1")), expected);
}

#[test]
fn r10_regression_5_a_failed_refund_frees_its_amount_and_is_retried_in_place() {
    let first = asked();
    assert_eq!(first.refunds[0].idempotency_key(), "refund_1.1");
    let order = tell_all(&first, vec![sent(), declined()]);
    assert_eq!(order.left().item_minor, 8_800);
    assert_eq!(order.returned_minor(), 0);
    let concern = Concern::RefundFailed {
        refund: "refund_1".into(),
    };
    assert_eq!(order.attention[0].concern, concern);
    let again = run(&order, retry("refund_1"));
    assert_eq!(again.attention, []);
    assert_eq!(again.refunds.len(), 1);
    assert_eq!(again.refunds[0].idempotency_key(), "refund_1.2");
    assert_eq!(again.refunds[0].state, RefundState::Requested);
    assert_eq!(again.left().item_minor, 2_800);
    let paid = succeeded(&again, "refund_1");
    assert_eq!(paid.payment_status(), PaymentStatus::PartiallyRefunded);
    assert_eq!(paid.returned_minor(), 6_000);
}

#[test]
fn r10_a_refund_that_fails_days_after_its_success_is_retried_and_the_books_follow() {
    let order = tell_all(&asked(), vec![sent(), done(), declined()]);
    assert_eq!(order.refunds[0].fee_returned, None);
    let again = run(&order, retry("refund_1"));
    assert_eq!(
        again.refunds[0].reference, "",
        "the new attempt has no answer yet"
    );
    let order = succeeded(&run(&order, retry("refund_1")), "refund_1");
    assert_eq!(order.refunds[0].attempt, 2);
    assert_eq!(books(&order), (6_000, 126));
}

#[test]
fn r10_a_retry_is_refused_once_its_amount_is_promised_otherwise() {
    let order = tell_all(&asked(), vec![declined()]);
    let order = run(&order, refund("refund_2", parts(3_000, 0, 0)));
    let exceeds = Refusal::ExceedsPart {
        part: domain::parts::Part::Item,
        asked: Money::new(6_000, usd()),
        left: Money::new(5_800, usd()),
    };
    assert_eq!(refusal(&order, retry("refund_1")), exceeds);
    // The provider takes its failure back: that does not fit either, so a person has to look.
    let told = tell_all(&order, vec![done()]);
    assert_eq!(told.refunds[0].state, RefundState::Failed);
    let concern = Concern::RefundedAtProvider {
        refund: "refund_1".into(),
    };
    assert_eq!(told.attention.last().unwrap().concern, concern);
    assert_eq!(told.promised_minor(), 3_000);
}

#[test]
fn r10_a_retry_is_refused_once_its_items_are_refunded_otherwise() {
    let with = |id: &str| {
        let mut request = refund_request(id, parts(1_000, 0, 0));
        request.items = quantities(&[("mug", 2)]);
        Command::Refund(request)
    };
    let order = tell_all(
        &run(&checkout_order(usd()), with("refund_1")),
        vec![declined()],
    );
    let order = run(&order, with("refund_2"));
    let exceeds = Refusal::QuantityExceeds {
        item: "mug".into(),
        asked: 2,
        left: 0,
    };
    assert_eq!(refusal(&order, retry("refund_1")), exceeds);
    // The provider's word counts though the items are refunded twice; asking for a third is still only refused.
    let told = tell_all(&order, vec![done()]);
    assert_eq!(told.refunds[0].state, RefundState::Succeeded);
    assert_eq!(refusal(&told, with("refund_3")).code(), "quantity_exceeds");
}

#[test]
fn r10_a_retry_and_a_late_success_keep_to_the_refunds_own_payment() {
    let order = order_over(usd(), &[5_000, 7_000]);
    let order = tell_all(
        &run(&order, refund("refund_1", parts(4_000, 0, 0))),
        vec![declined()],
    );
    let order = run(&order, refund("refund_2", parts(3_000, 0, 0)));
    assert_eq!(order.left_by_payment(), [2_000, 7_000]);
    assert_eq!(refusal(&order, retry("refund_1")), Refusal::NothingLeft);
    let told = tell_all(&order, vec![done()]);
    assert_eq!(told.refunds[0].state, RefundState::Failed);
    assert_eq!(told.left_by_payment(), [2_000, 7_000]);
    let disputed = crate::payments::disputed(&order, "payment_1", 5_000);
    let expected = Refusal::Disputed {
        payment: "payment_1".into(),
        dispute: "dispute_1".to_owned(),
    };
    assert_eq!(refusal(&disputed, retry("refund_1")), expected);
}

#[test]
fn r8_a_share_of_the_fee_returns_and_the_processors_share_never_does() {
    let order = checkout_order(usd());
    // 6 % of 120.00 are 7.20, of which 2.52 can return.
    assert_eq!(balance(&order.journal, Account::Desk, usd()), 252);
    assert_eq!(balance(&order.journal, Account::CardProcessor, usd()), 468);
    let said = preview(&order, 4_000);
    assert_eq!((said.returnable.minor, said.kept.minor), (84, 156));
    let order = run(&order, refund("refund_1", parts(4_000, 0, 0)));
    let order = succeeded(&order, "refund_1");
    assert_eq!(order.refunds[0].fee_returned, Some(Money::new(84, usd())));
    let order = run(&order, refund("refund_2", order.returnable()));
    let order = succeeded(&order, "refund_2");
    assert_eq!(balance(&order.journal, Account::Desk, usd()), 0);
    assert_eq!(balance(&order.journal, Account::CardProcessor, usd()), 468);
    assert_eq!(balance(&order.journal, Account::Retailer, usd()), -468);
}

#[test]
fn r8_the_preview_of_an_absurd_amount_is_the_whole_share() {
    let order = checkout_order(usd());
    for amount in [12_000, 12_001, i64::MAX] {
        let said = preview(&order, amount);
        assert_eq!(
            (said.returnable.minor, said.kept.minor),
            (252, 468),
            "{amount}"
        );
    }
}

#[test]
fn the_reason_a_refund_failed_is_kept_until_it_is_tried_again() {
    let failed = tell(
        &asked(),
        refund_fact(
            "refund_1",
            RefundFact::Failed {
                problem: "lost_or_stolen_card".to_owned(),
                failure: Some(RefundFailure::CardLost),
            },
        ),
    );
    assert_eq!(failed.refunds[0].failure, Some(RefundFailure::CardLost));
    assert_eq!(failed.refunds[0].problem, "lost_or_stolen_card");
    assert_eq!(failed.left().total_minor(), 12_000);
    let again = run(&failed, retry("refund_1"));
    assert_eq!(again.refunds[0].failure, None);
    // What was stored before there were reasons still reads.
    let mut stored = serde_json::to_value(&failed.refunds[0]).unwrap();
    assert_eq!(stored["failure"], "card_lost");
    stored.as_object_mut().unwrap().remove("failure");
    let read: Refund = serde_json::from_value(stored).unwrap();
    assert_eq!(read.failure, None);
}
