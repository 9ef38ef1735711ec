//! A refund at the provider: recorded before it is asked for, asked with one key, settled by the provider's word (R10).

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::actor::ActorKind;
use domain::command::Fact;
use domain::ids::OrderId;
use domain::money::{Currency, Money};
use domain::order::Concern;
use domain::payment_settle::PaymentFact;
use domain::refund::RefundState;
use domain::refund_settle::RefundFact;
use domain::refusal::Refusal;
use engine::desk::Desk;
use engine::fakes::Fakes;
use engine::jobs::{JobKind, Worker};
use engine::permit::Scope;
use engine::ports::{Answer, Movements, MovementsAsk, PaymentAsk, Payments, Ports, RefundAsk};

use crate::support::{Harness, on_every_database, refund_of};

fn unknown<T>() -> Answer<T> {
    Answer::Unknown("no answer in time".to_owned())
}

fn not_now<T>() -> Answer<T> {
    Answer::NotNow("down for maintenance".to_owned())
}

async fn say(harness: &Harness, id: &OrderId, refund: &str, fact: RefundFact) {
    let refund = format!("refund_{refund}").as_str().into();
    let fact = Fact::Refund { refund, fact };
    harness.told(id, ActorKind::Provider, fact).await;
}

fn states(order: &domain::order::Order) -> Vec<RefundState> {
    order.refunds.iter().map(|refund| refund.state).collect()
}

/// A provider that looks at our books when it is asked, and may speak before it answers.
struct Looking {
    desk: Desk,
    scope: Scope,
    seen: Mutex<Vec<(RefundState, String)>>,
    speaks_first: Option<RefundFact>,
    fakes: Arc<Fakes>,
}

#[async_trait]
impl Payments for Looking {
    async fn refund(&self, ask: &RefundAsk) -> Answer<RefundFact> {
        let id = OrderId(ask.order_id.clone());
        let (organization, mode) = (&self.scope.organization_id, self.scope.mode);
        let store = self.desk.store();
        let order = store.load(organization, mode, &id).await.unwrap().unwrap();
        let events = store.events(organization, &id).await.unwrap();
        let last = serde_json::to_value(events.last().unwrap()).unwrap();
        let last = format!(
            "{} to {}",
            last["type"].as_str().unwrap(),
            last["to"].as_str().unwrap()
        );
        self.seen
            .lock()
            .unwrap()
            .push((order.refunds[0].state, last));
        if let Some(fact) = self.speaks_first.clone() {
            let refund = order.refunds[0].id.clone();
            let fact = Fact::Refund { refund, fact };
            let kind = ActorKind::Provider;
            engine::orders::record_fact(&self.desk, &self.scope, &id, kind, &fact)
                .await
                .unwrap();
        }
        self.fakes.refund(ask).await
    }

    async fn refund_status(&self, ask: &RefundAsk, reference: &str) -> Answer<RefundFact> {
        self.fakes.refund_status(ask, reference).await
    }

    async fn capture(&self, ask: &PaymentAsk) -> Answer<PaymentFact> {
        self.fakes.capture(ask).await
    }

    async fn void(&self, ask: &PaymentAsk) -> Answer<PaymentFact> {
        Payments::void(&*self.fakes, ask).await
    }

    async fn payment_status(&self, ask: &PaymentAsk) -> Answer<Vec<PaymentFact>> {
        self.fakes.payment_status(ask).await
    }

    async fn movements(&self, ask: &MovementsAsk) -> Answer<Movements> {
        self.fakes.movements(ask).await
    }
}

fn looking(harness: &Harness, speaks_first: Option<RefundFact>) -> (Arc<Looking>, Worker) {
    let payments = Arc::new(Looking {
        desk: harness.desk.clone(),
        scope: harness.scope(),
        seen: Mutex::default(),
        speaks_first,
        fakes: harness.fakes.clone(),
    });
    let ports = Ports {
        payments: payments.clone(),
        ..harness.fakes.ports()
    };
    (payments, Worker::new(harness.desk.clone(), ports))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_is_recorded_as_sent_before_the_provider_is_asked() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let asked = harness.refund(&order.id, "r1", 1_250).await.unwrap();
        assert_eq!(states(&asked.order), [RefundState::Requested]);
        let (provider, worker) = looking(harness, None);
        let stepped = worker.drain().await.unwrap();
        assert_eq!((stepped.put_back, stepped.parked), (0, 0));
        let seen = provider.seen.lock().unwrap().clone();
        assert_eq!(
            seen,
            [(RefundState::Sent, "refund_changed to sent".to_owned())]
        );
        let expected = RefundAsk {
            key: "refund_r1.1".to_owned(),
            payment_reference: "at-provider-payment_A-1".to_owned(),
            money: Money::new(1_250, Currency::USD),
            order_id: order.id.0.clone(),
            provider: "sandbox".to_owned(),
            organization_id: order.organization_id.clone(),
            mode: order.mode,
            refund: domain::ids::RefundId("refund_r1".to_owned()),
            is_repeated: false,
        };
        assert_eq!(harness.fakes.refunds.asked(), [expected]);
        let order = harness.load(&order.id).await;
        let refund = refund_of(&order, "r1");
        assert_eq!(
            (refund.state, refund.reference.as_str()),
            (RefundState::Succeeded, "fake_refund_r1.1")
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_2_the_providers_word_comes_before_its_answer() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        let reference = "re_1".to_owned();
        let (provider, worker) = looking(harness, Some(RefundFact::Succeeded { reference }));
        harness.fakes.refunds.reply(unknown());
        worker.drain().await.unwrap();
        harness.wait();
        worker.drain().await.unwrap();
        assert_eq!(
            provider.seen.lock().unwrap().len(),
            1,
            "what is settled is not asked again"
        );
        let order = harness.load(&order.id).await;
        assert_eq!(states(&order), [RefundState::Succeeded]);
        assert_eq!((order.returned_minor(), order.attention.len()), (1_250, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_2_the_providers_word_comes_before_we_asked() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        let reference = "re_1".to_owned();
        say(
            harness,
            &order.id,
            "r1",
            RefundFact::Succeeded { reference },
        )
        .await;
        harness.drain().await;
        assert_eq!(harness.fakes.refunds.asked(), []);
        assert_eq!(harness.load(&order.id).await.returned_minor(), 1_250);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_3_a_lost_answer_is_asked_for_again_with_the_same_key() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        harness.fakes.refunds.reply(unknown());
        assert_eq!(harness.step().await.put_back, 1);
        let lost = harness.load(&order.id).await;
        assert_eq!(states(&lost), [RefundState::Unknown]);
        assert_eq!(
            lost.left().item_minor,
            8_800 - 1_250,
            "its amount stays promised"
        );
        assert_eq!(lost.returned_minor(), 0);
        assert_eq!(
            harness.step().await.tried(),
            0,
            "not before its wait is over"
        );
        harness.wait();
        harness.drain().await;
        let asked = harness.fakes.refunds.asked();
        // The same question, which says that it may have been asked before: then it is looked for first.
        let again = RefundAsk {
            is_repeated: true,
            ..asked[0].clone()
        };
        assert!(!asked[0].is_repeated);
        assert_eq!(asked[1..], [again]);
        assert_eq!(
            states(&harness.load(&order.id).await),
            [RefundState::Succeeded]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_3_a_lost_answer_is_settled_by_the_providers_word() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        harness.fakes.refunds.reply(unknown());
        harness.step().await;
        let reference = "re_1".to_owned();
        say(
            harness,
            &order.id,
            "r1",
            RefundFact::Succeeded { reference },
        )
        .await;
        harness.wait();
        harness.drain().await;
        assert_eq!(harness.fakes.refunds.asked().len(), 1);
        assert_eq!(
            states(&harness.load(&order.id).await),
            [RefundState::Succeeded]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_4_nobody_can_try_again_what_may_have_happened() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        harness.refund(&order.id, "r1", 8_800).await.unwrap();
        harness.fakes.refunds.reply(unknown());
        harness.step().await;
        let refund = domain::ids::RefundId("refund_r1".to_owned());
        let session = harness.admin();
        let permit = session.permit().unwrap();
        let retry = engine::refunds::retry(&harness.desk, &permit, &order.id, refund.clone());
        let state = RefundState::Unknown;
        assert_eq!(
            harness.refusal(retry).await,
            Refusal::RefundStateWrong { refund, state }
        );
        let again = harness
            .refusal(harness.refund(&order.id, "r2", 8_800))
            .await;
        assert!(matches!(again, Refusal::ExceedsPart { .. }), "{again}");
        harness.wait();
        harness.drain().await;
        assert_eq!(harness.load(&order.id).await.returned_minor(), 8_800);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_5_a_refused_refund_frees_its_amount_and_is_tried_again_in_place() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        harness.refund(&order.id, "r1", 8_800).await.unwrap();
        harness
            .fakes
            .refunds
            .reply(Answer::Refused("the card is closed".to_owned()));
        let stepped = harness.drain().await;
        assert_eq!((stepped.put_back, stepped.parked), (0, 0));
        let failed = harness.load(&order.id).await;
        let refund = domain::ids::RefundId("refund_r1".to_owned());
        assert_eq!(states(&failed), [RefundState::Failed]);
        assert_eq!(refund_of(&failed, "r1").problem, "the card is closed");
        assert_eq!(
            (failed.left().item_minor, failed.returned_minor()),
            (8_800, 0)
        );
        let concerns: Vec<&Concern> = failed.attention.iter().map(|open| &open.concern).collect();
        assert_eq!(
            concerns,
            [&Concern::RefundFailed {
                refund: refund.clone()
            }]
        );

        let session = harness.admin();
        let permit = session.permit().unwrap();
        let retried = engine::refunds::retry(&harness.desk, &permit, &order.id, refund).await;
        assert_eq!(retried.unwrap().order.attention, []);
        harness.drain().await;
        let asked = harness.fakes.refunds.asked();
        let keys: Vec<&str> = asked.iter().map(|ask| ask.key.as_str()).collect();
        assert_eq!(keys, ["refund_r1.1", "refund_r1.2"]);
        let order = harness.load(&order.id).await;
        assert_eq!((order.refunds.len(), order.returned_minor()), (1, 8_800));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_took_on_is_asked_about_until_it_is_done() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        let pending = || RefundFact::Pending {
            reference: "re_1".to_owned(),
        };
        harness.fakes.refunds.reply(Answer::Done(pending()));
        harness.fakes.refund_statuses.reply(Answer::Done(pending()));
        harness.fakes.refund_statuses.reply(not_now());
        harness.drain().await;
        assert_eq!(
            states(&harness.load(&order.id).await),
            [RefundState::Pending]
        );
        let store = harness.desk.store();
        let jobs = store.jobs(&harness.organization, 10).await.unwrap();
        let kinds: Vec<JobKind> = jobs.iter().map(|job| job.job.kind).collect();
        assert_eq!(kinds, [JobKind::RefundReconcile]);
        harness.clock.advance_s(899);
        assert_eq!(harness.step().await.tried(), 0);
        harness.clock.advance_s(1);
        assert_eq!(harness.step().await.put_back, 1);
        harness.wait();
        assert_eq!(harness.step().await.put_back, 1);
        harness.wait();
        assert!(harness.drain().await.finished >= 1);
        assert_eq!(harness.fakes.refund_statuses.asked(), ["re_1"; 3]);
        assert_eq!(harness.fakes.refunds.asked().len(), 1);
        assert_eq!(harness.load(&order.id).await.returned_minor(), 1_250);
    })
    .await;
}
