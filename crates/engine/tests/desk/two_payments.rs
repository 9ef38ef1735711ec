//! An order that is paid by two payments: refunds go over both, one leg may fail, and cancelling treats each as it stands.

use domain::actor::ActorKind;
use domain::command::Fact;
use domain::ids::{OrderId, PaymentId};
use domain::order::{Order, PaymentStatus};
use domain::parts::Parts;
use domain::payment::PaymentState;
use domain::payment_settle::PaymentFact;
use domain::refund::{RefundOrigin, RefundState};
use domain::refund_settle::RefundFact;
use engine::orders::Terms;
use engine::ports::Answer;

use crate::support::orders::{checkout, payment};
use crate::support::{Harness, on_every_database, request};

/// An order of 120.00 paid by 50.00 and 70.00 that are asked for.
async fn begun(harness: &Harness) -> Order {
    let mut new = checkout("A-1");
    new.payments = vec![payment("payment_1", 5_000), payment("payment_2", 7_000)];
    harness.take(new).await
}

async fn hears(harness: &Harness, id: &OrderId, payment: &str, fact: PaymentFact) -> Order {
    let payment = PaymentId(payment.to_owned());
    let fact = Fact::Payment { payment, fact };
    harness.told(id, ActorKind::Provider, fact).await
}

async fn taken(harness: &Harness, id: &OrderId, payment: &str, captured_minor: i64) -> Order {
    let fact = PaymentFact::Captured { captured_minor };
    hears(harness, id, payment, fact).await
}

fn legs(order: &Order) -> Vec<(&str, i64, RefundState)> {
    let each = order.refunds.iter();
    each.map(|refund| {
        let minor = refund.parts.total_minor();
        (refund.payment.as_str(), minor, refund.state)
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_goes_over_both_and_a_failed_leg_is_tried_again_alone() {
    on_every_database(async |harness| {
        let order = begun(harness).await;
        taken(harness, &order.id, "payment_1", 5_000).await;
        taken(harness, &order.id, "payment_2", 7_000).await;
        let parts = Parts {
            item_minor: 8_800,
            ..Parts::default()
        };
        harness
            .refund_on(&order.id, request("both", parts), &Terms::default())
            .await
            .unwrap();
        // Jobs of one organization run side by side; the script answers whoever asks first.
        let failed = RefundFact::Failed {
            failure: None,
            problem: "card closed".to_owned(),
        };
        harness.fakes.refunds.reply(Answer::Done(failed));
        harness.drain().await;
        let half = harness.load(&order.id).await;
        let asked: Vec<i64> = legs(&half).iter().map(|leg| leg.1).collect();
        assert_eq!(asked, [5_000, 3_800]);
        let of = |state| {
            let found = half.refunds.iter().find(|refund| refund.state == state);
            found.unwrap()
        };
        let (failed, done) = (of(RefundState::Failed), of(RefundState::Succeeded));
        assert_eq!(half.returned_minor(), done.parts.total_minor());
        assert_eq!(half.payment_status(), PaymentStatus::PartiallyRefunded);
        let session = harness.admin();
        let permit = session.permit().unwrap();
        engine::refunds::retry(&harness.desk, &permit, &order.id, failed.id.clone())
            .await
            .unwrap();
        harness.drain().await;
        let order = harness.load(&order.id).await;
        assert_eq!(order.returned_minor(), 8_800);
        assert_eq!(order.left_by_payment(), [0, 3_200]);
        assert_eq!(order.attention, []);
        let asked = harness.fakes.refunds.asked();
        assert_eq!(asked.len(), 3);
        let references: Vec<&str> = asked
            .iter()
            .map(|ask| ask.payment_reference.as_str())
            .collect();
        assert!(references.contains(&"at-provider-payment_1"));
        assert!(references.contains(&"at-provider-payment_2"));
        let total: i64 = asked.iter().map(|ask| ask.money.minor).sum();
        assert_eq!(total - failed.parts.total_minor(), 8_800);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c2_cancelling_refunds_what_was_taken_and_releases_what_is_held() {
    on_every_database(async |harness| {
        let order = begun(harness).await;
        taken(harness, &order.id, "payment_1", 5_000).await;
        let fact = PaymentFact::Authorized { expires_at: None };
        hears(harness, &order.id, "payment_2", fact).await;
        harness.cancel(&order.id, true).await.unwrap();
        // The refund, the release and the shop run side by side; one that comes too early comes again.
        harness.settle().await;
        let order = harness.load(&order.id).await;
        assert_eq!(legs(&order), [("payment_1", 5_000, RefundState::Succeeded)]);
        assert_eq!(order.refunds[0].origin, RefundOrigin::Cancellation);
        assert_eq!(order.payments[1].state, PaymentState::Voided);
        assert_eq!(order.payment_status(), PaymentStatus::Refunded);
        assert_eq!(harness.fakes.voids.asked().len(), 1);
        assert_eq!(harness.fakes.letters.asked().len(), 1);
        assert_eq!(order.attention, []);
    })
    .await;
}
