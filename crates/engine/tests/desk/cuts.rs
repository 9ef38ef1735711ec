//! What a person asks for and what the worker does, cut at every point where they wait, as a process that dies cuts them:
//! asked again and worked on, all of it is there once (R10, C10, regression 33).

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use domain::actor::ActorKind;
use domain::command::{Command, Fact};
use domain::order::{MailState, Order, OrderStatus};
use domain::parts::Parts;
use domain::payment::PaymentState;
use domain::payment_settle::PaymentFact;
use domain::refund::RefundState;
use engine::failure::Failure;
use engine::orders::Terms;
use engine::refunds;

use crate::support::orders::checkout;
use crate::support::{Harness, on_every_database, request};

/// More than anything here ever waits.
const MANY: usize = 2_000;

/// Runs a future until it has waited so often, and drops it there; its outcome where it ended before.
async fn cut<T>(future: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}

/// Asks and works, each cut after so many waits, then asks again and works on as the next start does. Whether nothing
/// was cut any more.
async fn cut_and_go_on<T, F>(harness: &Harness, polls: usize, ask: impl Fn() -> F) -> bool
where
    F: Future<Output = Result<T, Failure>>,
{
    let asked = cut(ask(), polls).await;
    let is_asked = asked.is_some_and(|asked| asked.is_ok());
    if !is_asked {
        // Whoever did not get an answer asks again; it may have been done.
        ask().await.ok();
    }
    let worked = cut(harness.worker.step(), polls).await;
    // The lease of what was claimed ends.
    harness.wait();
    harness.drain().await;
    harness.wait();
    harness.drain().await;
    is_asked && worked.is_some_and(|worked| worked.is_ok())
}

/// Tries it cut after one wait, after two, and so on, on orders of their own, until nothing is cut any more.
async fn cut_everywhere(is_whole: impl AsyncFn(usize) -> bool) {
    for polls in 1..MANY {
        if is_whole(polls).await {
            return;
        }
    }
    panic!("it never ended");
}

/// One letter went out, under one id, and nothing asks for a person.
fn assert_told_once(harness: &Harness, order: &Order) {
    let letters = harness.fakes.letters.asked();
    let letters = letters
        .iter()
        .filter(|letter| letter.order_id.as_ref() == Some(&order.id));
    let ids: BTreeSet<&str> = letters.map(|letter| letter.id.as_str()).collect();
    assert_eq!((ids.len(), order.mails.len()), (1, 1));
    assert_eq!(order.mails[0].state, MailState::Sent);
    assert_eq!(order.attention, []);
}

/// The order's refunds are there once, whole, and were asked for with one key each.
fn assert_refunded_once(harness: &Harness, order: &Order, minor: i64) {
    assert_eq!(order.refunds.len(), 1);
    assert_eq!(order.refunds[0].state, RefundState::Succeeded);
    assert_eq!(order.returned_minor(), minor);
    let asked = harness.fakes.refunds.asked();
    let asked = asked.iter().filter(|ask| ask.order_id == order.id.as_str());
    let keys: BTreeSet<&str> = asked.map(|ask| ask.key.as_str()).collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn r10_a_refund_cut_anywhere_is_made_once() {
    on_every_database(async |harness| {
        cut_everywhere(async |polls| {
            let name = format!("A-{polls}");
            let order = harness.paid(&name).await;
            harness.drain().await;
            let mut wanted = request(&name, Parts::from_array([3_000, 0, 0]));
            wanted.notify = true;
            let admin = harness.admin();
            let permit = admin.permit().unwrap();
            let terms = Terms::default();
            let ask =
                || refunds::request(&harness.desk, &permit, &order.id, wanted.clone(), &terms);
            let is_whole = cut_and_go_on(harness, polls, ask).await;
            let order = harness.load(&order.id).await;
            assert_refunded_once(harness, &order, 3_000);
            assert_told_once(harness, &order);
            is_whole
        })
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c10_a_cancellation_cut_anywhere_refunds_and_tells_once() {
    on_every_database(async |harness| {
        cut_everywhere(async |polls| {
            let order = harness.paid(&format!("A-{polls}")).await;
            harness.drain().await;
            let ask = || harness.cancel(&order.id, true);
            let is_whole = cut_and_go_on(harness, polls, ask).await;
            let order = harness.load(&order.id).await;
            assert_eq!(order.status, OrderStatus::Canceled);
            assert_refunded_once(harness, &order, 12_000);
            assert_told_once(harness, &order);
            is_whole
        })
        .await;
    })
    .await;
}

/// An order whose payment is held.
async fn held(harness: &Harness, name: &str) -> Order {
    let order = harness.take(checkout(name)).await;
    let held = Fact::Payment {
        payment: order.payments[0].id.clone(),
        fact: PaymentFact::Authorized { expires_at: None },
    };
    harness.told(&order.id, ActorKind::Provider, held).await;
    harness.drain().await;
    order
}

/// So much of the order's payment is taken, and the provider was asked with one key.
async fn assert_settled_once(harness: &Harness, order: &Order, settled: (PaymentState, i64)) {
    let order = harness.load(&order.id).await;
    let payment = &order.payments[0];
    assert_eq!((payment.state, order.captured_minor()), settled);
    assert_eq!(order.attention, []);
    let asked = [harness.fakes.captures.asked(), harness.fakes.voids.asked()];
    let asked = asked
        .iter()
        .flatten()
        .filter(|ask| ask.payment == payment.id);
    let keys: BTreeSet<&str> = asked.map(|ask| ask.key.as_str()).collect();
    assert_eq!(keys.len(), 1, "{keys:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn c2_a_capture_cut_anywhere_is_made_once() {
    on_every_database(async |harness| {
        cut_everywhere(async |polls| {
            let order = held(harness, &format!("A-{polls}")).await;
            let capture = Command::Capture {
                payment: order.payments[0].id.clone(),
                amount_minor: 12_000,
            };
            let ask = || harness.command(&order.id, capture.clone());
            let is_whole = cut_and_go_on(harness, polls, ask).await;
            assert_settled_once(harness, &order, (PaymentState::Captured, 12_000)).await;
            is_whole
        })
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c2_a_void_cut_anywhere_is_made_once() {
    on_every_database(async |harness| {
        cut_everywhere(async |polls| {
            let order = held(harness, &format!("A-{polls}")).await;
            let ask = || harness.cancel(&order.id, false);
            let is_whole = cut_and_go_on(harness, polls, ask).await;
            assert_settled_once(harness, &order, (PaymentState::Voided, 0)).await;
            is_whole
        })
        .await;
    })
    .await;
}
