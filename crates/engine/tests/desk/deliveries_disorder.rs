//! Messages in disorder (R9, R10): what cannot be yet waits, and what is older than a failure does not undo it.

use domain::payment_settle::PaymentFact;
use domain::refund::RefundState;
use domain::refund_settle::RefundFact;
use engine::deliveries::DeliveryState;
use engine::ports::{Answer, News};

use crate::deliveries::{kept, pending, reference, refunded, requested, succeeded, told};
use crate::support::{on_every_database, orders};

fn failed() -> RefundFact {
    RefundFact::Failed {
        failure: None,
        problem: "re_1 failed: declined".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn r9_a_refund_that_is_told_before_its_payment_was_taken_waits_and_then_counts() {
    on_every_database(async |harness| {
        let order = harness.take(orders::checkout("A-1")).await;
        told(harness, "early", refunded(&order, None, 5_000, succeeded())).await;
        let stepped = harness.drain().await;
        assert_eq!((stepped.finished, stepped.put_back), (0, 1));
        assert_eq!(harness.load(&order.id).await, order);
        assert_eq!(kept(harness).await[0].state, DeliveryState::Waiting);
        let taken = News::Payment {
            references: vec![reference(&order)],
            fact: PaymentFact::Captured {
                captured_minor: 12_000,
            },
        };
        told(harness, "taken", vec![taken]).await;
        harness.settle().await;
        let order = harness.load(&order.id).await;
        assert_eq!(order.returned_minor(), 5_000);
        assert_eq!(order.left().total_minor(), 7_000);
        assert_eq!(order.attention.len(), 1);
        let all = kept(harness).await;
        assert!(all.iter().all(|one| one.state == DeliveryState::TakenIn));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r9_a_refund_made_at_the_provider_that_failed_before_it_is_heard_of_blocks_nothing() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        told(harness, "failed", refunded(&order, None, 5_000, failed())).await;
        harness.drain().await;
        told(harness, "begun", refunded(&order, None, 5_000, pending())).await;
        harness.drain().await;
        let order = harness.load(&order.id).await;
        assert_eq!(order.refunds.len(), 1);
        assert_eq!(order.refunds[0].state, RefundState::Failed);
        assert_eq!(order.left().total_minor(), 12_000);
        assert_eq!(order.attention, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r10_a_success_told_after_a_failure_is_asked_about_and_never_believed_by_itself() {
    on_every_database(async |harness| {
        let asked = requested(harness).await;
        let key = asked.refunds[0].idempotency_key();
        let reply = Answer::Done(succeeded());
        harness.fakes.refunds.reply(reply);
        harness.drain().await;
        let news = |fact| refunded(&asked, Some(key.clone()), 3_000, fact);
        told(harness, "failed", news(failed())).await;
        harness.drain().await;
        let known = harness.load(&asked.id).await;
        assert_eq!(known.refunds[0].state, RefundState::Failed);
        // It was sent days ago, could not be delivered, and comes now.
        harness.fakes.refund_statuses.reply(Answer::Done(failed()));
        told(harness, "older", news(succeeded())).await;
        harness.drain().await;
        assert_eq!(harness.load(&asked.id).await, known);
        assert_eq!(harness.fakes.refund_statuses.asked(), ["re_1"]);
        // No answer settles nothing; the next one says that the failure was taken back.
        let silence = Answer::Unknown("no answer".to_owned());
        harness.fakes.refund_statuses.reply(silence);
        told(harness, "newer", news(succeeded())).await;
        let stepped = harness.drain().await;
        assert_eq!((stepped.finished, stepped.put_back), (0, 1));
        assert_eq!(harness.load(&asked.id).await, known);
        harness.wait();
        harness.drain().await;
        let order = harness.load(&asked.id).await;
        assert_eq!(order.refunds[0].state, RefundState::Succeeded);
        assert_eq!(order.returned_minor(), 3_000);
    })
    .await;
}
