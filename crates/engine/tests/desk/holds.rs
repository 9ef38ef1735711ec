//! What is held on a card: learned from the provider, taken by the organization's rule, warned of before it lapses.

use domain::actor::ActorKind;
use domain::capture::CaptureRule;
use domain::command::{Command, Fact};
use domain::ids::OrderId;
use domain::order::{Concern, Order, PaymentStatus};
use domain::past::Past;
use domain::payment::PaymentState;
use domain::payment_settle::PaymentFact;
use engine::orders::take_with_past;
use engine::organizations::set_capture;
use engine::permit::{CreateOrders, ManageSettings};
use engine::ports::Answer;
use engine::settings_log::Act;
use engine::transfer::form::PaymentForm;
use jiff::Timestamp;

use crate::support::orders::{checkout, tracked};
use crate::support::{Harness, on_every_database};
use crate::team::log;

const DAY_S: i64 = 24 * 3600;

async fn hears(harness: &Harness, id: &OrderId, fact: PaymentFact) -> Order {
    let payment = harness.load(id).await.payments[0].id.clone();
    let fact = Fact::Payment { payment, fact };
    harness.told(id, ActorKind::Provider, fact).await
}

async fn held(harness: &Harness, number: &str, expires_at: Option<Timestamp>) -> Order {
    let order = harness.take(checkout(number)).await;
    hears(harness, &order.id, PaymentFact::Authorized { expires_at }).await
}

async fn capture_by(harness: &Harness, rule: CaptureRule) {
    let session = harness.admin();
    let permit = session.permit::<ManageSettings>().unwrap();
    set_capture(&harness.desk, &permit, rule).await.unwrap();
}

async fn state(harness: &Harness, id: &OrderId) -> PaymentState {
    harness.load(id).await.payments[0].state
}

/// An order that names its payment and does not know how it stands.
async fn unknown(harness: &Harness, number: &str) -> Order {
    let session = harness.admin();
    let permit = session.permit::<CreateOrders>().unwrap();
    let past = Past {
        asks_provider: true,
        ..Past::default()
    };
    take_with_past(&harness.desk, &permit, checkout(number), &past, None)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_named_payment_stands_is_learned_from_the_provider() {
    on_every_database(async |harness| {
        let order = unknown(harness, "A-1").await;
        assert_eq!(order.payments[0].state, PaymentState::Pending);
        let lost = Answer::Unknown("no answer in time".to_owned());
        harness.fakes.payment_statuses.reply(lost);
        // The shopper has not answered yet; then the whole life of the payment is told.
        harness
            .fakes
            .payment_statuses
            .reply(Answer::Done(Vec::new()));
        let expires_at = None;
        harness.fakes.payment_statuses.reply(Answer::Done(vec![
            PaymentFact::Authorized { expires_at },
            PaymentFact::Captured {
                captured_minor: 12_000,
            },
        ]));
        for expected in [PaymentState::Pending, PaymentState::Pending] {
            harness.step().await;
            assert_eq!(state(harness, &order.id).await, expected);
            harness.wait();
        }
        harness.drain().await;
        let order = harness.load(&order.id).await;
        assert_eq!(order.payments[0].state, PaymentState::Captured);
        assert_eq!(order.payment_status(), PaymentStatus::Paid);
        let asked = harness.fakes.payment_statuses.asked();
        assert_eq!(asked.len(), 3);
        assert_eq!(asked[0].payment_reference, "at-provider-payment_A-1");
        assert_eq!((&asked[0], &asked[1]), (&asked[1], &asked[2]));
    })
    .await;
}

#[test]
fn an_order_of_a_file_that_says_nothing_new_is_recognised_as_before() {
    // What recognises an order again is made of what is written here, so nothing may be added to it by itself.
    let form = PaymentForm::default();
    let written = serde_json::to_string(&form).unwrap();
    assert_eq!(written, r#"{"provider":"","reference":"","method":""}"#);
    let read: PaymentForm = serde_json::from_str(&written).unwrap();
    assert_eq!(read, form);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_the_provider_does_not_have_asks_for_a_person() {
    on_every_database(async |harness| {
        let order = unknown(harness, "A-1").await;
        let none = "there is no such payment".to_owned();
        let answer = Answer::Refused(none.clone());
        harness.fakes.payment_statuses.reply(answer);
        harness.drain().await;
        harness.leaves_jobs(1);
        let order = harness.load(&order.id).await;
        assert_eq!(order.payments[0].state, PaymentState::Pending);
        let concern = Concern::GivenUp {
            job: "payment_status".to_owned(),
            reason: none,
        };
        assert_eq!(order.attention[0].concern, concern);
        // A person has it asked again.
        let payment = order.payments[0].id.clone();
        let ask = Command::AskPayment { payment };
        let voided = Answer::Done(vec![PaymentFact::Voided]);
        harness.fakes.payment_statuses.reply(voided);
        harness.command(&order.id, ask).await.unwrap();
        harness.drain().await;
        assert_eq!(state(harness, &order.id).await, PaymentState::Voided);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shipping_takes_what_is_held_once() {
    on_every_database(async |harness| {
        let before = held(harness, "A-0", None).await;
        capture_by(harness, CaptureRule::WholeShipment).await;
        let order = held(harness, "A-1", None).await;
        for id in [&before.id, &order.id] {
            let number = format!("RR{id}");
            harness
                .command(id, tracked(id.as_str(), &number))
                .await
                .unwrap();
        }
        harness.drain().await;
        // An order keeps the rule it was taken in under.
        let held = state(harness, &before.id).await;
        assert_eq!(held, PaymentState::Authorized);
        assert_eq!(state(harness, &order.id).await, PaymentState::Captured);
        let asked = harness.fakes.captures.asked();
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].money.minor, 12_000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_held_is_taken_after_the_hours_that_were_set() {
    on_every_database(async |harness| {
        capture_by(harness, CaptureRule::AfterHours { hours: 48 }).await;
        let order = held(harness, "A-1", None).await;
        let canceled = held(harness, "A-2", None).await;
        harness.cancel(&canceled.id, false).await.unwrap();
        harness.drain().await;
        harness.clock.advance_s(2 * DAY_S - 1);
        harness.drain().await;
        assert_eq!(state(harness, &order.id).await, PaymentState::Authorized);
        harness.clock.advance_s(1);
        harness.drain().await;
        assert_eq!(state(harness, &order.id).await, PaymentState::Captured);
        assert_eq!(state(harness, &canceled.id).await, PaymentState::Voided);
        assert_eq!(harness.fakes.captures.asked().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_warns_a_day_before_it_lapses_and_the_provider_says_that_it_has() {
    on_every_database(async |harness| {
        let expires_at = harness.desk.now() + jiff::SignedDuration::from_hours(7 * 24);
        let order = held(harness, "A-1", Some(expires_at)).await;
        harness.clock.advance_s(6 * DAY_S - 1);
        harness.drain().await;
        assert_eq!(harness.load(&order.id).await.attention, []);
        harness.clock.advance_s(1);
        harness.drain().await;
        let (payment, at) = (order.payments[0].id.clone(), expires_at);
        let lapses = Concern::AuthorizationLapses {
            payment: payment.clone(),
            at,
        };
        let warned = harness.load(&order.id).await;
        assert_eq!(warned.attention[0].concern, lapses);
        assert_eq!(harness.fakes.payment_statuses.asked().len(), 0);
        // The clock alone says nothing: the provider is asked until it does.
        harness.clock.advance_s(DAY_S);
        harness.drain().await;
        assert_eq!(state(harness, &order.id).await, PaymentState::Authorized);
        let lapsed = Answer::Done(vec![PaymentFact::Expired]);
        harness.fakes.payment_statuses.reply(lapsed);
        harness.wait();
        harness.drain().await;
        let order = harness.load(&order.id).await;
        assert_eq!(order.payments[0].state, PaymentState::Expired);
        let concerns: Vec<&Concern> = order.attention.iter().map(|open| &open.concern).collect();
        assert_eq!(concerns, [&Concern::AuthorizationLapsed { payment }]);
        assert_eq!(harness.fakes.payment_statuses.asked().len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_capture_rule_is_bounded_and_written_into_the_log() {
    on_every_database(async |harness| {
        let session = harness.admin();
        let permit = session.permit::<ManageSettings>().unwrap();
        let set = set_capture(&harness.desk, &permit, CaptureRule::AfterHours { hours: 0 });
        let refusal = harness.refusal(set).await;
        assert_eq!(refusal.field(), Some("capture.hours"));
        let (from, to) = (CaptureRule::ByHand, CaptureRule::FirstShipment);
        capture_by(harness, to).await;
        capture_by(harness, to).await;
        let act = Act::CaptureChanged { from, to };
        assert_eq!(log(harness).await, [(act, ActorKind::Person)]);
    })
    .await;
}
