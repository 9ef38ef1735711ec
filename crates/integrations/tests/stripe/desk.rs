//! Lost, late and doubled words between the desk and Stripe: what other systems' users complain of does not happen, by
//! Stripe's own books.

use std::time::Duration;

use domain::order::PaymentStatus;
use domain::parts::Parts;
use domain::refund::{RefundFailure, RefundState};
use domain::refund_settle::RefundFact;
use engine::orders::Terms;

use crate::harness::{refund_of, request};
use crate::office::{at_the_office, states, worker};
use crate::proxy::Fault;
use crate::world::Card;

#[tokio::test(flavor = "multi_thread")]
async fn regression_1_two_identical_refund_calls_at_once_make_one_refund() {
    at_the_office(async |harness, office| {
        let order = office.paid("USD", Card::Good).await;
        let (one, two) = tokio::join!(
            harness.refund(&order.id, "r1", 1_250),
            harness.refund(&order.id, "r1", 1_250)
        );
        one.unwrap();
        two.unwrap();
        // Several workers, and a network that doubles what is sent.
        office.world.proxy.will([Fault::Duplicate]);
        let other = worker(harness, &office.world);
        let (one, two) = tokio::join!(office.worker.drain(), other.drain());
        one.unwrap();
        two.unwrap();
        assert_eq!(office.refunded(&order).await, [1_250]);
        assert_eq!(states(&office.load(&order).await), [RefundState::Succeeded]);
        office.world.is_as_described();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_2_stripes_word_comes_before_its_answer() {
    at_the_office(async |harness, office| {
        let order = office.paid("USD", Card::Good).await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        office
            .world
            .proxy
            .will([Fault::Delay(Duration::from_millis(600))]);
        let word = async {
            loop {
                if let Some(fact) = office.made(&order).await {
                    return office.heard(&order, "refund_r1.1", fact).await;
                }
            }
        };
        tokio::join!(word, office.drain());
        let known = office.load(&order).await;
        assert_eq!(states(&known), [RefundState::Succeeded]);
        assert_eq!(known.returned_minor(), 1_250);
        assert_eq!(office.refunded(&order).await, [1_250]);
        let changes = harness.events(&order.id).await;
        let changed = changes.iter().filter(|name| **name == "refund_changed");
        assert_eq!(changed.count(), 2, "{changes:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_3_stripe_times_out_then_its_success_arrives() {
    at_the_office(async |harness, office| {
        let order = office.paid("USD", Card::Good).await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        office.world.proxy.will([Fault::Swallow]);
        office.drain().await;
        assert_eq!(states(&office.load(&order).await), [RefundState::Unknown]);
        let word = office.made(&order).await.unwrap();
        office.heard(&order, "refund_r1.1", word).await;
        office.later().await;
        let known = office.load(&order).await;
        assert_eq!(states(&known), [RefundState::Succeeded]);
        assert_eq!((known.returned_minor(), known.attention.len()), (1_250, 0));
        assert_eq!(office.refunded(&order).await, [1_250]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_4_stripe_times_out_then_a_person_tries_again() {
    at_the_office(async |harness, office| {
        let order = office.paid("USD", Card::Good).await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        office.world.proxy.will([Fault::CutAfter(50)]);
        office.drain().await;
        assert_eq!(states(&office.load(&order).await), [RefundState::Unknown]);
        let session = harness.admin();
        let permit = session.permit().unwrap();
        let retry = engine::refunds::retry(&harness.desk, &permit, &order.id, "refund_r1".into());
        harness.refusal(retry).await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        office.later().await;
        let known = office.load(&order).await;
        assert_eq!(states(&known), [RefundState::Succeeded]);
        assert_eq!(office.refunded(&order).await, [1_250]);
        // It was looked for and found: nothing was asked for twice.
        assert_eq!(office.world.proxy.count("POST", "/v1/refunds"), 1);
        office.world.is_as_described();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_5_a_failed_refund_frees_its_amount_and_is_tried_again_in_place() {
    at_the_office(async |harness, office| {
        let order = office.paid("USD", Card::RefundedLater).await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        office.drain().await;
        let pending = office.load(&order).await;
        let first = refund_of(&pending, "r1").reference.clone();
        office
            .world
            .post(&format!("/v1/refunds/{first}/cancel"), &[])
            .await;
        office.later().await;
        let failed = office.load(&order).await;
        let refund = refund_of(&failed, "r1");
        assert_eq!(
            (refund.state, refund.failure),
            (
                RefundState::Failed,
                Some(RefundFailure::WithdrawnAtProvider)
            )
        );
        assert_eq!(failed.left().total_minor(), 12_000);
        assert_eq!(failed.returned_minor(), 0);

        let session = harness.admin();
        let permit = session.permit().unwrap();
        engine::refunds::retry(&harness.desk, &permit, &order.id, "refund_r1".into())
            .await
            .unwrap();
        office.drain().await;
        let again = office.load(&order).await;
        let refund = refund_of(&again, "r1");
        assert_eq!((refund.state, refund.failure), (RefundState::Pending, None));
        assert_ne!(refund.reference, first);
        assert_eq!(again.left().total_minor(), 10_750);
        let reference = refund.reference.clone();
        office.world.is_as_described();
        office
            .heard(&order, "refund_r1.2", RefundFact::Succeeded { reference })
            .await;
        office.later().await;
        assert_eq!(office.load(&order).await.returned_minor(), 1_250);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_6_ten_partial_refunds_leave_nothing_in_currencies_of_0_2_and_3_decimals() {
    at_the_office(async |harness, office| {
        for currency in ["JPY", "USD", "KWD"] {
            let order = office.paid(currency, Card::Good).await;
            let goods = [1_010, 790, 1_200, 1_000, 800, 1_000, 990, 2_010];
            let parts = goods
                .map(|item_minor| (item_minor, 0, 0))
                .into_iter()
                .chain([(0, 1_000, 0), (0, 0, 2_200)]);
            let mut expected = Vec::new();
            for (index, (item_minor, shipping_minor, duty_tax_fee_minor)) in parts.enumerate() {
                let parts = Parts {
                    item_minor,
                    shipping_minor,
                    duty_tax_fee_minor,
                };
                expected.push(parts.total_minor());
                let wanted = request(&format!("{currency}{index}"), parts);
                harness
                    .refund_on(&order.id, wanted, &Terms::default())
                    .await
                    .unwrap();
            }
            office.drain().await;
            let known = office.load(&order).await;
            assert_eq!(known.left(), Parts::default());
            assert_eq!(known.payment_status(), PaymentStatus::Refunded);
            expected.sort_unstable();
            assert_eq!(office.refunded(&order).await, expected);
            let intent = office
                .world
                .get(&format!(
                    "/v1/payment_intents/{}?expand[]=latest_charge",
                    order.payments[0].reference
                ))
                .await;
            assert_eq!(intent["latest_charge"]["amount_refunded"], 12_000);
            assert_eq!(intent["latest_charge"]["refunded"], true);
        }
        office.world.is_as_described();
    })
    .await;
}
