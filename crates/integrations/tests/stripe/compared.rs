//! The desk's books against Stripe's, and what Stripe knows of a payment that the desk has not heard: what it kept, and
//! what was returned there by someone else.

use std::sync::Arc;

use domain::command::Command;
use domain::journal::Account;
use domain::order::{Concern, Order};
use domain::payment::PaymentState;
use domain::payment_settle::PaymentFact;
use domain::reconcile::Period;
use domain::refund::{RefundOrigin, RefundState};
use engine::ports::Payments;
use engine::reconcile::{Reconciled, csv_of, reconcile};
use integrations::payments::ByProvider;
use jiff::{SignedDuration, Timestamp};

use crate::harness::Harness;
use crate::office::{Office, at_the_office, named, states};
use crate::world::Card;

/// Lets the desk's clock say what Stripe's does.
async fn on_one_day(harness: &Harness, office: &Office<'_>) {
    let payment = office.world.pays("700", "usd", Card::Good).await;
    let intent = office
        .world
        .get(&format!("/v1/payment_intents/{payment}"))
        .await;
    let created = Timestamp::from_second(intent["created"].as_i64().unwrap()).unwrap();
    let ahead = created.duration_since(harness.desk.now());
    harness.clock.advance_s(ahead.as_secs());
}

async fn compared(harness: &Harness, office: &Office<'_>) -> Reconciled {
    let providers: Vec<(&str, Arc<dyn Payments>)> = vec![
        ("sandbox", harness.fakes.clone()),
        ("stripe", Arc::new(office.world.stripe())),
    ];
    let now = harness.desk.now();
    let around = SignedDuration::from_hours(1);
    let period = Period {
        from: now - around,
        until: now + around,
    };
    let session = harness.admin();
    let permit = session.permit().unwrap();
    let both = ByProvider::of(providers);
    reconcile(&harness.desk, &permit, &both, period)
        .await
        .unwrap()
}

/// What the card processor kept of an order, by the books, in minor units of its own currency.
fn kept_minor(order: &Order) -> i64 {
    let lines = order.journal.iter().flat_map(|entry| &entry.lines);
    let kept = lines.filter(|line| line.account == Account::CardProcessor);
    kept.map(|line| line.money.minor).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_books_differ_by_exactly_what_was_done_behind_the_desk() {
    at_the_office(async |harness, office| {
        on_one_day(harness, office).await;
        let ours = office.paid("JPY", Card::Good).await;
        let theirs = office.paid("USD", Card::Good).await;
        harness.refund(&ours.id, "r1", 1_250).await.unwrap();
        office.drain().await;
        let payment = theirs.payments[0].reference.as_str();
        let behind = [("payment_intent", payment), ("amount", "300")];
        office.world.post("/v1/refunds", &behind).await;

        let found = compared(harness, office).await;
        let text = String::from_utf8(csv_of(&found)).unwrap();
        let lines: Vec<&str> = text.lines().skip(1).collect();
        let nobodys = &found.report.rows[0].payment;
        let line = |order: &Order, rest: &str| {
            let number = order.number.as_deref().unwrap();
            format!("{number},{},,{rest}", order.id)
        };
        let expected = [
            format!(",,{nobodys},USD,0.00,7.00,0.00,0.00,0.00,0.00,0.00,0.50,7.00,0.50,no"),
            line(
                &theirs,
                "USD,120.00,120.00,0.00,-3.00,0.00,0.00,3.78,3.78,-3.00,0.00,no",
            ),
            line(&ours, "JPY,12000,12000,-1250,-1250,0,0,378,378,0,0,yes"),
        ];
        assert_eq!(lines, expected);
        let totals = found.report.totals.iter();
        let differences: Vec<_> = totals
            .map(|total| {
                let fee = total.fee_difference();
                (total.difference().to_string(), fee.to_string())
            })
            .collect();
        let text = |money: &str| money.to_owned();
        assert_eq!(
            differences,
            [
                (text("0 JPY"), text("0 JPY")),
                (text("4.00 USD"), text("0.50 USD"))
            ]
        );
        office.world.is_as_described();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r8_what_stripe_kept_takes_the_place_of_the_rates_once_a_capture_is_booked() {
    at_the_office(async |harness, office| {
        on_one_day(harness, office).await;
        let order = office.held().await;
        let capture = Command::Capture {
            payment: order.payments[0].id.clone(),
            amount_minor: 9_000,
        };
        harness.command(&order.id, capture).await.unwrap();
        office.drain().await;
        let taken = office.load(&order).await;
        assert_eq!(taken.payments[0].state, PaymentState::Captured);
        // 2.9 % and 0.30; the rates would have said 3.9 %.
        assert_eq!((taken.captured_minor(), kept_minor(&taken)), (9_000, 291));
        assert_eq!(taken.attention, []);
        let found = compared(harness, office).await;
        let mut rows = found.report.rows.iter();
        let row = rows.find(|row| row.order.as_ref() == Some(&order.id));
        assert!(row.unwrap().agrees(), "{row:?}");
        office.world.is_as_described();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refunded_at_stripe_before_an_order_came_counts_against_what_is_left() {
    at_the_office(async |harness, office| {
        for is_known_as_taken in [false, true] {
            let payment = office.world.pays("12000", "usd", Card::Good).await;
            for amount in ["300", "1000"] {
                let before = [("payment_intent", payment.as_str()), ("amount", amount)];
                office.world.post("/v1/refunds", &before).await;
            }
            let captured_minor = 12_000;
            let taken = PaymentFact::Captured { captured_minor };
            let order = if is_known_as_taken {
                office.taken_in("USD", payment, taken).await
            } else {
                harness.take(named("USD", payment)).await
            };
            office.drain().await;
            let known = office.load(&order).await;
            assert_eq!(known.captured_minor(), 12_000);
            let came: Vec<_> = known
                .refunds
                .iter()
                .map(|refund| (refund.origin, refund.parts.total_minor()))
                .collect();
            let provider = RefundOrigin::Provider;
            assert_eq!(came, [(provider, 300), (provider, 1_000)]);
            assert_eq!(states(&known), [RefundState::Succeeded; 2]);
            assert_eq!(known.returned_minor(), 1_300);
            assert_eq!(known.left().total_minor(), 10_700);
            let look = |refund: &domain::refund::Refund| Concern::RefundedAtProvider {
                refund: refund.id.clone(),
            };
            let concerns = known.attention.iter().map(|open| open.concern.clone());
            let expected: Vec<_> = known.refunds.iter().map(look).collect();
            assert_eq!(concerns.collect::<Vec<_>>(), expected);
            // Asking again tells nothing new, and canceling returns the rest alone.
            office.later().await;
            assert_eq!(office.load(&order).await.version, known.version);
            harness.cancel(&order.id, false).await.unwrap();
            office.drain().await;
            assert_eq!(office.refunded(&order).await, [300, 1_000, 10_700]);
        }
        office.world.is_as_described();
    })
    .await;
}
