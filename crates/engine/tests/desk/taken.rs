//! What a provider tells of a payment once it is taken: what it kept (R8), and what was returned there by others (R9).

use domain::journal::Account;
use domain::money::{Currency, Money};
use domain::order::Order;
use domain::payment_settle::PaymentFact;
use domain::refund::{RefundOrigin, RefundState};
use domain::refund_settle::RefundFact;
use engine::ports::{Answer, News};

use crate::support::orders::checkout;
use crate::support::{Harness, on_every_database};

const CAPTURED: PaymentFact = PaymentFact::Captured {
    captured_minor: 12_000,
};

/// An order whose payment stands at a provider that is asked, and of which nothing more is known.
async fn named(harness: &Harness) -> Order {
    let mut new = checkout("A-1");
    new.payments[0].provider = "stripe".to_owned();
    harness.take(new).await
}

fn fee(minor: i64) -> PaymentFact {
    PaymentFact::FeeTold {
        fee: Money::new(minor, Currency::USD),
    }
}

fn refunded(reference: &str, key: Option<&str>, minor: i64) -> News {
    News::Refund {
        payment_references: vec!["at-provider-payment_A-1".to_owned()],
        reference: reference.to_owned(),
        key: key.map(str::to_owned),
        money: Money::new(minor, Currency::USD),
        fact: RefundFact::Succeeded {
            reference: reference.to_owned(),
        },
    }
}

fn kept_minor(order: &Order) -> i64 {
    let lines = order.journal.iter().flat_map(|entry| &entry.lines);
    let kept = lines.filter(|line| line.account == Account::CardProcessor);
    kept.map(|line| line.money.minor).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn r8_the_rates_hold_until_the_provider_tells_its_fee() {
    on_every_database(async |harness| {
        let order = named(harness).await;
        let statuses = &harness.fakes.payment_statuses;
        // The capture is known before it is booked; an answer is lost; then the fee is there.
        statuses.reply(Answer::Done(vec![CAPTURED]));
        statuses.reply(Answer::Done(vec![CAPTURED]));
        statuses.reply(Answer::Unknown("no answer in time".to_owned()));
        statuses.reply(Answer::Done(vec![CAPTURED, fee(378)]));
        for _ in 0..2 {
            harness.drain().await;
            // 3.9 % of 120.00.
            assert_eq!(kept_minor(&harness.load(&order.id).await), 468);
            harness.wait();
        }
        harness.settle().await;
        let known = harness.load(&order.id).await;
        assert_eq!((kept_minor(&known), statuses.asked().len()), (378, 4));
        assert_eq!(known.attention, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r8_a_provider_that_tells_no_fee_or_does_not_answer_leaves_the_rates_and_asks_for_nobody() {
    on_every_database(async |harness| {
        let order = named(harness).await;
        let statuses = &harness.fakes.payment_statuses;
        statuses.reply(Answer::Done(vec![CAPTURED]));
        for _ in 0..12 {
            harness.settle().await;
        }
        let known = harness.load(&order.id).await;
        assert_eq!((kept_minor(&known), known.attention.len()), (468, 0));
        assert_eq!(statuses.asked().len(), 13);

        let mut silent = checkout("A-2");
        silent.payments[0].provider = "stripe".to_owned();
        let silent = harness.take(silent).await;
        statuses.reply(Answer::Done(vec![CAPTURED]));
        let refunds = &harness.fakes.payment_refunds;
        for _ in 0..23 {
            refunds.reply(Answer::NotNow("it is not connected".to_owned()));
        }
        for _ in 0..23 {
            harness.settle().await;
        }
        let known = harness.load(&silent.id).await;
        assert_eq!((known.captured_minor(), known.attention.len()), (12_000, 0));
        assert_eq!(refunds.asked().len(), 12 + 23);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r9_refunds_that_were_made_before_the_order_came_count_once_whoever_tells_them() {
    on_every_database(async |harness| {
        let order = named(harness).await;
        harness
            .fakes
            .payment_statuses
            .reply(Answer::Done(vec![CAPTURED, fee(378)]));
        let refunds = &harness.fakes.payment_refunds;
        refunds.reply(Answer::NotNow("down for maintenance".to_owned()));
        let failed = News::Refund {
            payment_references: vec!["at-provider-payment_A-1".to_owned()],
            reference: "re_2".to_owned(),
            key: None,
            money: Money::new(700, Currency::USD),
            fact: RefundFact::Failed {
                problem: "declined".to_owned(),
                failure: None,
            },
        };
        let all = vec![
            refunded("re_1", None, 300),
            failed,
            // Another desk asked for it.
            refunded("re_3", Some("refund_elsewhere.1"), 1_000),
            refunded("re_1", None, 300),
        ];
        refunds.reply(Answer::Done(all));
        harness.settle().await;
        let known = harness.load(&order.id).await;
        let came: Vec<_> = known
            .refunds
            .iter()
            .map(|one| (one.origin, one.state, one.reference.as_str()))
            .collect();
        let (provider, done) = (RefundOrigin::Provider, RefundState::Succeeded);
        // What failed is known, so that older word of its success is not believed.
        let expected = [
            (provider, done, "re_1"),
            (provider, RefundState::Failed, "re_2"),
            (provider, done, "re_3"),
        ];
        assert_eq!(came, expected);
        assert_eq!(known.left().total_minor(), 10_700);
        assert_eq!(known.attention.len(), 2);
        // The fee was told with the capture: only the refunds were still to be asked for.
        assert_eq!(harness.fakes.payment_statuses.asked().len(), 1);
        assert_eq!(refunds.asked().len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_sandbox_took_is_asked_about_no_further() {
    on_every_database(async |harness| {
        harness.paid("A-1").await;
        harness.settle().await;
        assert_eq!(harness.fakes.payment_statuses.asked().len(), 0);
        assert_eq!(harness.fakes.payment_refunds.asked().len(), 0);
    })
    .await;
}
