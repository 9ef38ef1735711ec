//! Live and test never mix at Stripe either (O5): a key is asked with about orders of its own mode alone. Nobody listens
//! at the address of these tests, so that whatever is asked is answered with "not now".

use std::sync::Arc;

use domain::actor::ActorKind;
use domain::command::Fact;
use domain::order::{Concern, Mode, Order};
use domain::payment::PaymentState;
use domain::payment_settle::PaymentFact;
use domain::refund::RefundState;
use engine::jobs::Worker;
use engine::ports::{Answer, PaymentAsk, Payments as _, RefundAsk};
use integrations::payments::Stripe;

use crate::harness::{Harness, on_every_database};
use crate::office::{named, states};
use crate::world::{payment_ask, refund_ask};

const NOWHERE: &str = "http://127.0.0.1:1";

const LIVE_BY_A_TEST_KEY: &str = "Stripe was not asked: the secret key is of tests, and this is a live order, which needs one with _live_";

const TEST_BY_A_LIVE_KEY: &str = "Stripe was not asked: the secret key is of live payments, and this is a test order, which needs one with _test_";

fn asks(mode: Mode) -> (RefundAsk, PaymentAsk) {
    let mut refund = refund_ask("r.1", "pi_1", 1_000, "USD");
    let mut payment = payment_ask("capture.1", "pi_1", 1_000, "USD");
    (refund.mode, payment.mode) = (mode, mode);
    (refund, payment)
}

#[tokio::test]
async fn o5_about_an_order_of_the_other_mode_stripe_is_asked_nothing_and_a_person_is() {
    for (key, mode, why) in [
        ("sk_live_1", Mode::Test, TEST_BY_A_LIVE_KEY),
        ("rk_live_1", Mode::Test, TEST_BY_A_LIVE_KEY),
        ("sk_test_1", Mode::Live, LIVE_BY_A_TEST_KEY),
    ] {
        let stripe = Stripe::at(NOWHERE, key).unwrap();
        let (refund, payment) = asks(mode);
        let why = || why.to_owned();
        assert_eq!(stripe.refund(&refund).await, Answer::Refused(why()));
        // What was asked with another key before may have been done: its amount stays spoken for.
        let again = RefundAsk {
            is_repeated: true,
            ..refund.clone()
        };
        assert_eq!(stripe.refund(&again).await, Answer::NeedsALook(why()));
        let status = stripe.refund_status(&refund, "re_1").await;
        assert_eq!(status, Answer::NeedsALook(why()));
        assert_eq!(stripe.capture(&payment).await, Answer::Refused(why()));
        assert_eq!(stripe.void(&payment).await, Answer::Refused(why()));
        let status = stripe.payment_status(&payment).await;
        assert_eq!(status, Answer::Refused(why()));
        let refunds = stripe.refunds_of(&payment).await;
        assert_eq!(refunds, Answer::Refused(why()));
    }
}

#[tokio::test]
async fn o5_about_an_order_of_its_own_mode_stripe_is_asked_and_a_key_that_does_not_say_asks_about_both()
 {
    for (key, mode) in [
        ("sk_live_1", Mode::Live),
        ("rk_test_1", Mode::Test),
        ("sk_of_a_stand_in", Mode::Live),
        ("sk_of_a_stand_in", Mode::Test),
    ] {
        let stripe = Stripe::at(NOWHERE, key).unwrap();
        let (refund, payment) = asks(mode);
        let answer = stripe.refund(&refund).await;
        assert!(matches!(answer, Answer::NotNow(_)), "{key}: {answer:?}");
        let answer = stripe.capture(&payment).await;
        assert!(matches!(answer, Answer::NotNow(_)), "{key}: {answer:?}");
    }
}

fn worker(harness: &Harness, key: &str) -> Worker {
    let mut ports = harness.fakes.ports();
    ports.payments = Arc::new(Stripe::at(NOWHERE, key).unwrap());
    Worker::new(harness.desk.clone(), ports)
}

async fn with_payment(harness: &Harness, reference: &str, fact: PaymentFact) -> Order {
    let order = harness.take(named("USD", reference.to_owned())).await;
    let payment = order.payments[0].id.clone();
    let fact = Fact::Payment { payment, fact };
    harness.told(&order.id, ActorKind::Provider, fact).await
}

#[tokio::test(flavor = "multi_thread")]
async fn o5_a_refund_and_a_release_of_a_live_order_with_a_test_key_move_nothing_and_ask_for_a_person()
 {
    on_every_database(async |harness| {
        let captured_minor = 12_000;
        let taken = PaymentFact::Captured { captured_minor };
        let paid = with_payment(harness, "pi_1", taken).await;
        let held = PaymentFact::Authorized { expires_at: None };
        let held = with_payment(harness, "pi_2", held).await;
        harness.refund(&paid.id, "r1", 1_250).await.unwrap();
        harness.cancel(&held.id, false).await.unwrap();
        let stepped = worker(harness, "sk_test_1").drain().await.unwrap();
        assert_eq!(stepped.put_back, 0, "nothing is asked again and again");
        let known = harness.load(&paid.id).await;
        assert_eq!(states(&known), [RefundState::Failed]);
        assert_eq!(known.refunds[0].problem, LIVE_BY_A_TEST_KEY);
        assert_eq!(known.left().total_minor(), 12_000);
        let refund = known.refunds[0].id.clone();
        assert_eq!(known.attention.len(), 1);
        assert_eq!(known.attention[0].concern, Concern::RefundFailed { refund });
        let known = harness.load(&held.id).await;
        assert_eq!(known.payments[0].state, PaymentState::Authorized);
        let (job, reason) = ("void".to_owned(), LIVE_BY_A_TEST_KEY.to_owned());
        let concern = Concern::GivenUp { job, reason };
        let concerns: Vec<_> = known.attention.iter().map(|open| &open.concern).collect();
        assert!(concerns.contains(&&concern), "{concerns:?}");
        // How the held payment stands was given up too.
        harness.leaves_jobs(1);
    })
    .await;
}
