//! What an order comes to with Stripe outside: canceled, refused with a reason, not yet returned, for a person to see.

use domain::order::{Concern, OrderStatus, PaymentStatus};
use domain::payment::PaymentState;
use domain::refund::{RefundFailure, RefundState};
use domain::refund_settle::RefundFact;

use crate::harness::refund_of;
use crate::office::{at_the_office, states};
use crate::proxy::Fault;
use crate::world::Card;

#[tokio::test(flavor = "multi_thread")]
async fn regression_10_cancelling_after_a_partial_refund_returns_the_rest_alone() {
    at_the_office(async |harness, office| {
        let order = office.paid("USD", Card::Good).await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        office.world.proxy.will([Fault::Swallow]);
        office.drain().await;
        harness.cancel(&order.id, false).await.unwrap();
        office.drain().await;
        office.later().await;
        let canceled = office.load(&order).await;
        assert_eq!(canceled.status, OrderStatus::Canceled);
        assert_eq!(canceled.returned_minor(), 12_000);
        assert_eq!(office.refunded(&order).await, [1_250, 10_750]);
        office.world.is_as_described();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_what_is_only_held_releases_it_once() {
    at_the_office(async |harness, office| {
        let order = office.held().await;
        harness.cancel(&order.id, false).await.unwrap();
        office.world.proxy.will([Fault::Swallow]);
        office.drain().await;
        office.later().await;
        let canceled = office.load(&order).await;
        assert_eq!(canceled.payments[0].state, PaymentState::Voided);
        let path = format!("/v1/payment_intents/{}", order.payments[0].reference);
        let intent = office.world.get(&path).await;
        assert_eq!(intent["status"], "canceled");
        assert!(office.refunded(&order).await.is_empty());
        office.world.is_as_described();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_11_two_equal_partial_refunds_both_go_out() {
    at_the_office(async |harness, office| {
        let order = office.paid("USD", Card::Good).await;
        harness.refund(&order.id, "r1", 1_000).await.unwrap();
        harness.refund(&order.id, "r2", 1_000).await.unwrap();
        // The first answer is lost, so that its refund is looked for while its twin is there.
        office.world.proxy.will([Fault::Swallow, Fault::Swallow]);
        office.drain().await;
        office.later().await;
        let known = office.load(&order).await;
        assert_eq!(
            states(&known),
            [RefundState::Succeeded, RefundState::Succeeded]
        );
        assert_ne!(known.refunds[0].reference, known.refunds[1].reference);
        assert_eq!(office.refunded(&order).await, [1_000, 1_000]);
        office.world.is_as_described();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_12_a_disputed_or_wholly_refunded_charge_is_refused_with_its_reason() {
    at_the_office(async |harness, office| {
        let disputed = office.paid("USD", Card::Disputed).await;
        harness.refund(&disputed.id, "r1", 1_250).await.unwrap();
        let emptied = office.paid("USD", Card::Good).await;
        harness.refund(&emptied.id, "r2", 1_250).await.unwrap();
        let all = [("payment_intent", emptied.payments[0].reference.as_str())];
        office.world.post("/v1/refunds", &all).await;
        office.drain().await;
        for (order, id, failure, made) in [
            (&disputed, "r1", RefundFailure::Disputed, vec![]),
            (&emptied, "r2", RefundFailure::RefundedAlready, vec![12_000]),
        ] {
            let known = office.load(order).await;
            let refund = refund_of(&known, id);
            assert_eq!(
                (refund.state, refund.failure),
                (RefundState::Failed, Some(failure))
            );
            assert!(!refund.problem.is_empty());
            assert_eq!(known.returned_minor(), 0);
            assert_eq!(known.left().total_minor(), 12_000);
            let concern = Concern::RefundFailed {
                refund: refund.id.clone(),
            };
            assert!(known.attention.iter().any(|open| open.concern == concern));
            assert_eq!(office.refunded(order).await, made);
        }
        office.world.is_as_described();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_13_what_is_only_asked_for_is_not_shown_as_returned() {
    at_the_office(async |harness, office| {
        let order = office.paid("USD", Card::RefundedLater).await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        for expected in [RefundState::Requested, RefundState::Pending] {
            let known = office.load(&order).await;
            assert_eq!(states(&known), [expected]);
            assert_eq!(known.returned_minor(), 0);
            assert_eq!(known.payment_status(), PaymentStatus::Paid);
            assert_eq!(known.left().total_minor(), 10_750);
            office.drain().await;
        }
        let reference = office.load(&order).await.refunds[0].reference.clone();
        office
            .heard(&order, "refund_r1.1", RefundFact::Succeeded { reference })
            .await;
        let done = office.load(&order).await;
        assert_eq!(done.returned_minor(), 1_250);
        assert_eq!(done.payment_status(), PaymentStatus::PartiallyRefunded);
        office.later().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_came_with_other_words_asks_for_attention_and_is_not_tried_again() {
    at_the_office(async |harness, office| {
        let order = office.paid("USD", Card::Good).await;
        let other = [
            ("payment_intent", order.payments[0].reference.as_str()),
            ("amount", "300"),
        ];
        office
            .world
            .post_under("refund_r1.1", "/v1/refunds", &other)
            .await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        office.drain().await;
        let known = office.load(&order).await;
        assert_eq!(states(&known), [RefundState::Unknown]);
        assert_eq!(known.left().total_minor(), 10_750, "it stays spoken for");
        let concerns: Vec<&Concern> = known.attention.iter().map(|open| &open.concern).collect();
        assert!(
            matches!(concerns[..], [Concern::GivenUp { job, .. }] if job == "refund_execute"),
            "{concerns:?}"
        );
        let asked = office.world.proxy.arrived().len();
        office.later().await;
        assert_eq!(office.world.proxy.arrived().len(), asked);
        assert_eq!(office.refunded(&order).await, [300]);
        harness.leaves_jobs(1);
    })
    .await;
}
