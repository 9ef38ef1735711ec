//! Taking and releasing payments at a stand-in for Stripe, and asking how they stand.

use domain::money::{Currency, Money};
use domain::payment_settle::PaymentFact;
use engine::ports::{Answer, Payments as _};

use crate::proxy::Fault;
use crate::world::{Card, World, payment_ask};

fn taken(captured_minor: i64) -> Answer<PaymentFact> {
    Answer::Done(PaymentFact::Captured { captured_minor })
}

#[tokio::test]
async fn a_part_is_taken_and_the_rest_released() {
    let Some(world) = World::open().await else {
        return;
    };
    let payment = world.holds("5000", "eur").await;
    let stripe = world.stripe();
    let ask = payment_ask("capture.1", &payment, 3_000, "EUR");
    assert_eq!(stripe.capture(&ask).await, taken(3_000));
    assert_eq!(stripe.capture(&ask).await, taken(3_000));
    // A second wish finds what was taken, and takes nothing.
    let second = payment_ask("capture.2", &payment, 1_000, "EUR");
    assert_eq!(stripe.capture(&second).await, taken(3_000));
    let intent = world.get(&format!("/v1/payment_intents/{payment}")).await;
    assert_eq!(intent["amount_received"], 3_000);
    assert_eq!(intent["amount_capturable"], 0);
    world.is_as_described();
}

#[tokio::test]
async fn more_than_is_held_is_refused_and_takes_nothing() {
    let Some(world) = World::open().await else {
        return;
    };
    let payment = world.holds("5000", "eur").await;
    let ask = payment_ask("capture.1", &payment, 5_001, "EUR");
    let answer = world.stripe().capture(&ask).await;
    assert!(matches!(answer, Answer::Refused(_)), "{answer:?}");
    let intent = world.get(&format!("/v1/payment_intents/{payment}")).await;
    assert_eq!(intent["status"], "requires_capture");
    world.is_as_described();
}

#[tokio::test]
async fn what_is_released_is_told_whoever_asks_and_however_often() {
    let Some(world) = World::open().await else {
        return;
    };
    let payment = world.holds("5000", "eur").await;
    let stripe = world.stripe();
    let ask = payment_ask("void", &payment, 5_000, "EUR");
    world.proxy.will([Fault::Swallow]);
    assert!(matches!(stripe.void(&ask).await, Answer::Unknown(_)));
    let voided = Answer::Done(PaymentFact::Voided);
    assert_eq!(stripe.void(&ask).await, voided);
    let other = payment_ask("void.2", &payment, 5_000, "EUR");
    assert_eq!(stripe.void(&other).await, voided);
    let capture = payment_ask("capture.1", &payment, 5_000, "EUR");
    assert_eq!(stripe.capture(&capture).await, voided);
    world.is_as_described();
}

#[tokio::test]
async fn what_was_taken_cannot_be_released_and_is_told_as_taken() {
    let Some(world) = World::open().await else {
        return;
    };
    let payment = world.pays("5000", "eur", Card::Good).await;
    let ask = payment_ask("void", &payment, 5_000, "EUR");
    assert_eq!(world.stripe().void(&ask).await, taken(5_000));
    assert_eq!(world.refunded(&payment).await, []);
    world.is_as_described();
}

#[tokio::test]
async fn a_payment_is_told_with_its_card_and_what_stripe_kept() {
    let Some(world) = World::open().await else {
        return;
    };
    let (stripe, usd) = (world.stripe(), Currency::USD);
    let payment = world.pays("10000", "usd", Card::Good).await;
    let ask = payment_ask("status", &payment, 10_000, "USD");
    let captured_minor = 10_000;
    let fee = Money::new(320, usd);
    let expected = vec![
        PaymentFact::Captured { captured_minor },
        PaymentFact::FeeTold { fee },
    ];
    assert_eq!(stripe.payment_status(&ask).await, Answer::Done(expected));
    let held = world.holds("10000", "usd").await;
    let ask = payment_ask("status", &held, 10_000, "USD");
    let Answer::Done(facts) = stripe.payment_status(&ask).await else {
        panic!("not told");
    };
    assert!(
        matches!(facts[..], [PaymentFact::Authorized { .. }]),
        "{facts:?}"
    );
    let nowhere = payment_ask("status", "pi_nowhere", 1, "USD");
    let answer = stripe.payment_status(&nowhere).await;
    assert!(matches!(answer, Answer::Refused(_)), "{answer:?}");
    world.is_as_described();
}
