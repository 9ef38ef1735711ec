//! What Stripe tells by itself, the whole way: signed bytes at the door, the worker, the order (R4, R9, R10).

use std::time::Duration;

use domain::order::{Concern, Order, PaymentStatus};
use domain::parts::Parts;
use domain::payment::PaymentState;
use domain::payment_settle::PaymentFact;
use domain::refund::{RefundFailure, RefundOrigin, RefundState};
use domain::refusal::Refusal;
use engine::deliveries::{DeliveryState, NotTaken};
use engine::orders::Terms;
use serde_json::json;

use crate::harness::{refund_of, request};
use crate::office::{at_the_office, states, worker};
use crate::post::made_of;
use crate::proxy::Fault;
use crate::world::Card;

fn concerns(order: &Order) -> Vec<&Concern> {
    order.attention.iter().map(|open| &open.concern).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn r9_a_refund_made_in_stripes_dashboard_counts_against_what_is_left() {
    at_the_office(async |harness, office| {
        let order = office.paid("USD", Card::Good).await;
        let payment = order.payments[0].reference.as_str();
        let made = [("payment_intent", payment), ("amount", "5000")];
        office.world.post("/v1/refunds", &made).await;
        let told = office.event("refund.created").await;
        let charge = office.event("charge.refunded").await;
        office.hears(&[&told, &charge]).await;
        let known = office.load(&order).await;
        assert_eq!(states(&known), [RefundState::Succeeded]);
        let refund = &known.refunds[0];
        assert_eq!(refund.origin, RefundOrigin::Provider);
        assert_eq!(
            refund.reference,
            told["data"]["object"]["id"].as_str().unwrap()
        );
        assert_eq!(known.left().total_minor(), 7_000);
        assert_eq!(known.payment_status(), PaymentStatus::PartiallyRefunded);
        let refund = refund.id.clone();
        assert_eq!(concerns(&known), [&Concern::RefundedAtProvider { refund }]);
        // What is left is all that can still be returned, and no more.
        let more = Parts {
            item_minor: known.left().item_minor + 1,
            ..known.left()
        };
        let terms = Terms::default();
        let refused = harness.refund_on(&order.id, request("r1", more), &terms);
        let refusal = harness.refusal(refused).await;
        assert!(matches!(refusal, Refusal::ExceedsPart { .. }), "{refusal}");
        let rest = request("r2", known.left());
        harness.refund_on(&order.id, rest, &terms).await.unwrap();
        office.drain().await;
        let done = office.load(&order).await;
        assert_eq!(done.payment_status(), PaymentStatus::Refunded);
        assert_eq!(office.refunded(&order).await, [5_000, 7_000]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_2_a_webhook_that_beats_stripes_answer_settles_the_refund_once() {
    at_the_office(async |harness, office| {
        let order = office.paid("USD", Card::Good).await;
        office.drain().await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        let late = Fault::Delay(Duration::from_millis(800));
        office.world.proxy.will([late]);
        let other = worker(harness, &office.world);
        let word = async {
            let told = loop {
                if let Some(told) = office.events("refund.created").await.pop() {
                    break told;
                }
            };
            office.posted(&told).await;
            other.drain().await.unwrap();
            office.load(&order).await
        };
        let (before_the_answer, ()) = tokio::join!(word, office.drain());
        assert_eq!(states(&before_the_answer), [RefundState::Succeeded]);
        let known = office.load(&order).await;
        assert_eq!(known, before_the_answer, "the answer is no news any more");
        assert_eq!(known.returned_minor(), 1_250);
        assert_eq!(known.refunds[0].origin, RefundOrigin::Desk);
        assert_eq!(concerns(&known), Vec::<&Concern>::new());
        assert_eq!(office.refunded(&order).await, [1_250]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_5_a_refund_that_fails_days_later_frees_its_amount_and_asks_for_attention() {
    at_the_office(async |harness, office| {
        let order = office.paid("USD", Card::Good).await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        office.drain().await;
        let created = office.event("refund.created").await;
        assert_eq!(office.load(&order).await.returned_minor(), 1_250);
        harness.clock.advance_s(4 * 24 * 3_600);
        let why = json!({"status": "failed", "failure_reason": "expired_or_canceled_card"});
        let failed = made_of(&created, "evt_failed", "refund.failed", why.clone());
        let updated = made_of(&created, "evt_updated", "charge.refund.updated", why);
        office.hears(&[&failed, &updated]).await;
        let known = office.load(&order).await;
        let refund = refund_of(&known, "r1");
        assert_eq!(
            (refund.state, refund.failure),
            (RefundState::Failed, Some(RefundFailure::CardClosed))
        );
        assert_eq!(
            (known.returned_minor(), known.left().total_minor()),
            (0, 12_000)
        );
        let refund = refund.id.clone();
        assert_eq!(concerns(&known), [&Concern::RefundFailed { refund }]);
        assert_eq!(known.payment_status(), PaymentStatus::Paid);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r10_events_in_disorder_end_where_they_do_in_order() {
    at_the_office(async |harness, office| {
        // The failure comes first, then how the refund began; of ours, and of one that someone made there.
        let order = office.paid("USD", Card::RefundedLater).await;
        let payment = order.payments[0].reference.as_str();
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        office.drain().await;
        let made = [("payment_intent", payment), ("amount", "700")];
        let theirs = office.world.post("/v1/refunds", &made).await;
        let begun = office.events("refund.created").await;
        let ours = office.load(&order).await.refunds[0].reference.clone();
        for refund in [ours.as_str(), theirs["id"].as_str().unwrap()] {
            let path = format!("/v1/refunds/{refund}/cancel");
            office.world.post(&path, &[]).await;
        }
        let ended = office.events("refund.updated").await;
        assert_eq!((begun.len(), ended.len()), (2, 2));
        office
            .hears(&[&ended[0], &ended[1], &begun[0], &begun[1]])
            .await;
        let known = office.load(&order).await;
        assert_eq!(states(&known), [RefundState::Failed, RefundState::Failed]);
        let refund = refund_of(&known, "r1").id.clone();
        assert_eq!(concerns(&known), [&Concern::RefundFailed { refund }]);
        assert_eq!(known.left().total_minor(), 12_000);
        // Word that it succeeded, older than its failure, is asked about.
        let done = json!({"status": "succeeded"});
        let older = made_of(&begun[1], "evt_older", "refund.updated", done);
        office.hears(&[&older]).await;
        assert_eq!(office.load(&order).await, known);
        office.later().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_or_released_in_stripes_dashboard_is_heard_of() {
    at_the_office(async |harness, office| {
        let (taken, released) = (office.held().await, office.held().await);
        office.drain().await;
        let path = |order: &Order, what| {
            format!("/v1/payment_intents/{}/{what}", order.payments[0].reference)
        };
        office
            .world
            .post(&path(&taken, "capture"), &[("amount_to_capture", "9000")])
            .await;
        office.world.post(&path(&released, "cancel"), &[]).await;
        let captured = office.event("payment_intent.succeeded").await;
        let canceled = office.event("payment_intent.canceled").await;
        let holds = office
            .events("payment_intent.amount_capturable_updated")
            .await;
        // How they were held is told last.
        office
            .hears(&[&captured, &canceled, &holds[0], &holds[1]])
            .await;
        let taken = office.load(&taken).await;
        assert_eq!(taken.payments[0].state, PaymentState::Captured);
        assert_eq!(taken.captured_minor(), 9_000);
        let released = office.load(&released).await;
        assert_eq!(released.payments[0].state, PaymentState::Voided);
        assert_eq!(released.payment_status(), PaymentStatus::Voided);
        // By the clock each would be captured, or asked about once its hold is over.
        harness.leaves_jobs(4);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_knows_its_charge_alone_hears_of_it() {
    at_the_office(async |_, office| {
        let mut orders = Vec::new();
        for card in [Card::Good, Card::Disputed] {
            let payment = office.world.pays("12000", "usd", card).await;
            let path = format!("/v1/payment_intents/{payment}");
            let intent = office.world.get(&path).await;
            let charge = intent["latest_charge"].as_str().unwrap().to_owned();
            let captured_minor = 12_000;
            let taken = PaymentFact::Captured { captured_minor };
            orders.push(office.taken_in("USD", charge, taken).await);
        }
        let made = [
            ("charge", orders[0].payments[0].reference.as_str()),
            ("amount", "500"),
        ];
        office.world.post("/v1/refunds", &made).await;
        let refund = office.event("refund.created").await;
        let dispute = office.event("charge.dispute.created").await;
        for told in [&refund, &dispute] {
            let payment = told["data"]["object"]["payment_intent"].as_str().unwrap();
            assert!(payment.starts_with("pi_"));
        }
        office.hears(&[&refund, &dispute]).await;
        assert_eq!(office.load(&orders[0]).await.left().total_minor(), 11_500);
        assert!(office.load(&orders[1]).await.is_disputed());
        office.later().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stripe_did_not_sign_is_not_stored() {
    at_the_office(async |harness, office| {
        let order = office.paid("USD", Card::Good).await;
        office.drain().await;
        let told = office.event("payment_intent.succeeded").await.to_string();
        let before = harness.traces().await;
        let refused = office.sent("whsec_of_another", &told).await;
        assert!(
            matches!(refused, Err(NotTaken::NotSigned(_))),
            "{refused:?}"
        );
        assert_eq!(harness.traces().await, before);
        assert_eq!(office.deliveries().await, []);
        // A kind that is none of ours is kept and about nothing here.
        let other = office.event("charge.succeeded").await;
        office.hears(&[&other]).await;
        let kept = office.deliveries().await.remove(0);
        assert_eq!(
            (kept.state, kept.kind.as_str()),
            (DeliveryState::Ignored, "charge.succeeded")
        );
        assert_eq!(office.load(&order).await.payments, order.payments);
    })
    .await;
}
