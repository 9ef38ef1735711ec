//! Taking and releasing what is authorised (C2).

use domain::actor::ActorKind;
use domain::command::{Command, Fact};
use domain::money::{Currency, Money};
use domain::payment::PaymentState;
use domain::payment_settle::PaymentFact;
use engine::ports::Answer;

use crate::support::on_every_database;
use crate::support::orders::checkout;

#[tokio::test(flavor = "multi_thread")]
async fn c2_cancelling_releases_what_is_only_held_and_refunds_nothing() {
    on_every_database(async |harness| {
        let order = harness.take(checkout("A-1")).await;
        let payment = order.payments[0].id.clone();
        let fact = PaymentFact::Authorized { expires_at: None };
        let fact = Fact::Payment {
            payment: payment.clone(),
            fact,
        };
        harness.told(&order.id, ActorKind::Provider, fact).await;
        harness.cancel(&order.id, true).await.unwrap();
        harness
            .fakes
            .voids
            .reply(Answer::Unknown("no answer in time".to_owned()));
        harness.step().await;
        assert_eq!(
            harness.fakes.letters.asked().len(),
            0,
            "no mail before it is certain"
        );
        harness.wait();
        harness.drain().await;
        let order = harness.load(&order.id).await;
        assert_eq!(order.payments[0].state, PaymentState::Voided);
        assert_eq!(order.refunds, []);
        let asked = harness.fakes.voids.asked();
        assert_eq!((asked.len(), &asked[0]), (2, &asked[1]));
        assert_eq!(asked[0].money, Money::new(12_000, Currency::USD));
        assert_eq!(harness.fakes.letters.asked().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_capture_can_be_asked_for_again_under_a_new_key() {
    on_every_database(async |harness| {
        let order = harness.take(checkout("A-1")).await;
        let payment = order.payments[0].id.clone();
        let fact = PaymentFact::Authorized { expires_at: None };
        let fact = Fact::Payment {
            payment: payment.clone(),
            fact,
        };
        harness.told(&order.id, ActorKind::Provider, fact).await;
        let capture = |amount_minor| Command::Capture {
            payment: payment.clone(),
            amount_minor,
        };
        harness.command(&order.id, capture(12_000)).await.unwrap();
        harness
            .fakes
            .captures
            .reply(Answer::NotNow("down for maintenance".to_owned()));
        harness
            .fakes
            .captures
            .reply(Answer::Refused("over the limit".to_owned()));
        harness.step().await;
        harness.wait();
        harness.drain().await;
        let refused = harness.load(&order.id).await;
        assert_eq!(refused.payments[0].state, PaymentState::Authorized);
        assert_eq!(refused.attention.len(), 1);
        harness.command(&order.id, capture(9_000)).await.unwrap();
        harness.drain().await;
        assert_eq!(harness.load(&order.id).await.captured_minor(), 9_000);
        let asked = harness.fakes.captures.asked();
        let amounts: Vec<i64> = asked.iter().map(|ask| ask.money.minor).collect();
        assert_eq!(amounts, [12_000, 12_000, 9_000]);
        assert_eq!(asked[0].key, asked[1].key);
        // A provider answers a key as it did before, so another wish needs another key.
        assert_ne!(asked[1].key, asked[2].key);
    })
    .await;
}
