//! Taking and releasing what is authorised (C2): answers that are lost, refused, or overtaken.

use domain::actor::ActorKind;
use domain::command::{Command, Fact};
use domain::ids::OrderId;
use domain::money::{Currency, Money};
use domain::order::{Concern, Order};
use domain::payment::PaymentState;
use domain::payment_settle::PaymentFact;
use engine::ports::Answer;

use crate::support::orders::checkout;
use crate::support::{Harness, on_every_database};

/// An order of 120.00 that is held on the shopper's card.
async fn held(harness: &Harness, number: &str) -> Order {
    let order = harness.take(checkout(number)).await;
    let fact = PaymentFact::Authorized { expires_at: None };
    hears(harness, &order.id, fact).await
}

async fn hears(harness: &Harness, id: &OrderId, fact: PaymentFact) -> Order {
    let payment = harness.load(id).await.payments[0].id.clone();
    let fact = Fact::Payment { payment, fact };
    harness.told(id, ActorKind::Provider, fact).await
}

fn capture(order: &Order, amount_minor: i64) -> Command {
    let payment = order.payments[0].id.clone();
    Command::Capture {
        payment,
        amount_minor,
    }
}

fn no_answer<T>() -> Answer<T> {
    Answer::Unknown("no answer in time".to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn c2_cancelling_releases_what_is_only_held_and_refunds_nothing() {
    on_every_database(async |harness| {
        let order = held(harness, "A-1").await;
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
        let order = held(harness, "A-1").await;
        harness
            .command(&order.id, capture(&order, 12_000))
            .await
            .unwrap();
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
        harness
            .command(&order.id, capture(&order, 9_000))
            .await
            .unwrap();
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

#[tokio::test(flavor = "multi_thread")]
async fn c2_a_refused_release_is_asked_for_again_under_a_new_key() {
    on_every_database(async |harness| {
        let order = held(harness, "A-1").await;
        harness.cancel(&order.id, false).await.unwrap();
        let refused = "not now, and not ever".to_owned();
        harness.fakes.voids.reply(Answer::Refused(refused));
        harness.drain().await;
        let order = harness.load(&order.id).await;
        assert_eq!(order.payments[0].state, PaymentState::Authorized);
        assert_eq!(order.attention.len(), 1);
        // Before the refusal was believed the provider was asked how the payment stands.
        assert_eq!(harness.fakes.payment_statuses.asked().len(), 1);
        let payment = order.payments[0].id.clone();
        let void = Command::VoidPayment { payment };
        harness.command(&order.id, void).await.unwrap();
        harness.drain().await;
        let order = harness.load(&order.id).await;
        assert_eq!(order.payments[0].state, PaymentState::Voided);
        assert_eq!(order.attention, []);
        let asked = harness.fakes.voids.asked();
        assert_eq!(asked.len(), 2);
        assert_ne!(asked[0].key, asked[1].key);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_capture_whose_answer_is_lost_is_asked_for_with_one_key_and_takes_once() {
    on_every_database(async |harness| {
        let order = held(harness, "A-1").await;
        harness
            .command(&order.id, capture(&order, 7_000))
            .await
            .unwrap();
        let again = harness.command(&order.id, capture(&order, 7_000));
        let refusal = harness.refusal(again).await;
        assert_eq!(refusal.code(), "payment_state_wrong");
        harness.fakes.captures.reply(no_answer());
        harness.step().await;
        harness.wait();
        harness.drain().await;
        assert_eq!(harness.load(&order.id).await.captured_minor(), 7_000);
        let asked = harness.fakes.captures.asked();
        assert_eq!((asked.len(), &asked[0]), (2, &asked[1]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_that_is_overtaken_by_a_lost_capture_learns_what_was_taken() {
    on_every_database(async |harness| {
        let order = held(harness, "A-1").await;
        harness
            .command(&order.id, capture(&order, 12_000))
            .await
            .unwrap();
        // The provider takes it, and the answer is lost; then the order is canceled.
        harness.fakes.captures.reply(no_answer());
        harness.step().await;
        harness.cancel(&order.id, false).await.unwrap();
        let refused = "it was taken: refund it instead".to_owned();
        harness.fakes.voids.reply(Answer::Refused(refused));
        let taken = PaymentFact::Captured {
            captured_minor: 12_000,
        };
        harness
            .fakes
            .payment_statuses
            .reply(Answer::Done(vec![taken.clone()]));
        harness.settle().await;
        let order = harness.load(&order.id).await;
        assert_eq!(order.payments[0].state, PaymentState::Captured);
        assert_eq!(order.captured_minor(), 12_000);
        let concerns: Vec<&Concern> = order.attention.iter().map(|open| &open.concern).collect();
        assert_eq!(concerns, [&Concern::MoneyHeld]);
        assert_eq!(harness.fakes.captures.asked().len(), 1, "taken once");
        // What the person then does: the money goes back, though the order is canceled.
        harness.refund(&order.id, "back", 8_800).await.unwrap();
        harness.drain().await;
        assert_eq!(harness.load(&order.id).await.returned_minor(), 8_800);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_not_believed_while_the_provider_does_not_say_how_the_payment_stands() {
    on_every_database(async |harness| {
        let order = held(harness, "A-1").await;
        harness
            .command(&order.id, capture(&order, 12_000))
            .await
            .unwrap();
        for _ in 0..2 {
            let refused = "taken already".to_owned();
            harness.fakes.captures.reply(Answer::Refused(refused));
        }
        let down = Answer::NotNow("down for maintenance".to_owned());
        harness.fakes.payment_statuses.reply(down);
        harness.step().await;
        let waiting = harness.load(&order.id).await;
        assert_eq!(waiting.payments[0].state, PaymentState::CaptureRequested);
        let taken = PaymentFact::Captured {
            captured_minor: 12_000,
        };
        let answer = Answer::Done(vec![taken]);
        harness.fakes.payment_statuses.reply(answer);
        harness.wait();
        harness.drain().await;
        let order = harness.load(&order.id).await;
        assert_eq!(order.captured_minor(), 12_000);
        assert_eq!(order.attention, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_known_by_its_reference_alone_is_asked_about_until_it_is_made() {
    on_every_database(async |harness| {
        let mut new = checkout("A-1");
        new.payments[0].provider = "stripe".to_owned();
        new.payments[0].reference = "pi_A-1".to_owned();
        let order = harness.take(new).await;
        let statuses = &harness.fakes.payment_statuses;
        let captured_minor = 9_000;
        let taken = PaymentFact::Captured { captured_minor };
        let fee = Money::new(291, Currency::USD);
        statuses.reply(no_answer());
        statuses.reply(Answer::Done(Vec::new()));
        statuses.reply(Answer::Done(vec![taken, PaymentFact::FeeTold { fee }]));
        for _ in 0..3 {
            let state = harness.load(&order.id).await.payments[0].state;
            assert_eq!(state, PaymentState::Pending);
            harness.drain().await;
            harness.wait();
        }
        assert_eq!(harness.load(&order.id).await.captured_minor(), 9_000);
        let asked = statuses.asked();
        assert_eq!(asked.len(), 3);
        let first = (&*asked[0].provider, &*asked[0].payment_reference);
        assert_eq!(first, ("stripe", "pi_A-1"));
    })
    .await;
}
