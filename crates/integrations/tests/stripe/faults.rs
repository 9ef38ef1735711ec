//! What the network and a busy provider do, told for what it is.

use std::time::Duration;

use domain::refund_settle::RefundFact;
use engine::ports::{Answer, Payments as _};
use integrations::payments::Stripe;

use crate::proxy::Fault;
use crate::world::{Card, PATIENCE, SECRET_KEY, World, refund_ask};

#[tokio::test]
async fn a_door_that_is_shut_is_not_now() {
    // A port that was free a moment ago: nobody answers there.
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let stripe = Stripe::at(&format!("http://{address}"), SECRET_KEY).unwrap();
    let answer = stripe
        .refund(&refund_ask("r.1", "pi_1", 1_000, "USD"))
        .await;
    assert!(matches!(answer, Answer::NotNow(_)), "{answer:?}");
}

#[tokio::test]
async fn a_busy_provider_is_not_now_and_a_broken_one_unknown() {
    let Some(world) = World::open().await else {
        return;
    };
    let payment = world.pays("5000", "usd", Card::Good).await;
    let (stripe, ask) = (world.stripe(), refund_ask("r.1", &payment, 1_000, "USD"));
    let told =
        r#"{"error":{"type":"invalid_request_error","code":"lock_timeout","message":"Wait."}}"#;
    for status in [401, 409, 429, 503] {
        world.proxy.will([Fault::Answer(status, told.to_owned())]);
        let expected = Answer::NotNow(format!("{status} lock_timeout: Wait."));
        assert_eq!(stripe.refund(&ask).await, expected);
    }
    for status in [500, 502, 504] {
        world.proxy.will([Fault::Answer(status, told.to_owned())]);
        let answer = stripe.refund(&ask).await;
        assert!(matches!(answer, Answer::Unknown(_)), "{answer:?}");
    }
    assert_eq!(world.refunded(&payment).await, []);
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_unknown_and_one_in_time_is_not() {
    let Some(world) = World::open().await else {
        return;
    };
    let payment = world.pays("5000", "usd", Card::Good).await;
    let (stripe, ask) = (world.stripe(), refund_ask("r.1", &payment, 1_000, "USD"));
    world.proxy.will([Fault::Delay(PATIENCE * 2)]);
    assert_eq!(
        stripe.refund(&ask).await,
        Answer::Unknown("no answer in time".to_owned())
    );
    world.proxy.will([Fault::Delay(Duration::from_millis(50))]);
    let answer = stripe.refund(&ask).await;
    assert!(
        matches!(answer, Answer::Done(RefundFact::Succeeded { .. })),
        "{answer:?}"
    );
    assert_eq!(world.refunded(&payment).await.len(), 1);
    world.is_as_described();
}
