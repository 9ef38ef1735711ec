//! Several workers on one queue: nothing is lost with a worker, nothing is done twice, nobody waits behind a crowd.

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use domain::actor::{ActorKind, Permission};
use domain::command::Fact;
use domain::ids::OrganizationId;
use domain::order::Mode;
use domain::parts::Parts;
use domain::payment_settle::PaymentFact;
use domain::refund_settle::RefundFact;
use engine::fakes::Fakes;
use engine::jobs::Worker;
use engine::orders::{Terms, record_fact, take};
use engine::organizations::{Settings, create};
use engine::permit::Scope;
use engine::ports::{Answer, Movements, MovementsAsk, PaymentAsk, Payments, Ports, RefundAsk};
use futures_util::future::join_all;
use jiff::SignedDuration;
use tokio::sync::{Semaphore, mpsc, watch};

use crate::support::orders::checkout;
use crate::support::{Harness, on_every_database, request, session};

/// So many paid orders, each with one refund that is asked for.
async fn refunds(harness: &Harness, organization: &OrganizationId, name: &str, count: usize) {
    let scope = Scope {
        organization_id: organization.clone(),
        mode: Mode::Live,
    };
    let session = session(scope.clone(), ActorKind::Person, &Permission::ALL);
    for index in 0..count {
        let name = format!("{name}-{index}");
        let mut new = checkout(&name);
        new.shop = None;
        let permit = session.permit().unwrap();
        let order = take(&harness.desk, &permit, new, None).await.unwrap();
        let payment = order.payments[0].id.clone();
        let fact = PaymentFact::Captured {
            captured_minor: 12_000,
        };
        let fact = Fact::Payment { payment, fact };
        let kind = ActorKind::Provider;
        record_fact(&harness.desk, &scope, &order.id, kind, &fact)
            .await
            .unwrap();
        let asked = request(&name, Parts::from_array([100, 0, 0]));
        let permit = session.permit().unwrap();
        let terms = Terms::default();
        engine::refunds::request(&harness.desk, &permit, &order.id, asked, &terms)
            .await
            .unwrap();
    }
}

fn keys(harness: &Harness) -> Vec<String> {
    let asked = harness.fakes.refunds.asked();
    asked.into_iter().map(|ask| ask.key).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_workers_do_five_hundred_jobs_once_each() {
    on_every_database(async |harness| {
        refunds(harness, &harness.organization, "A", 500).await;
        let workers = (0..8).map(|_| {
            let worker = Worker::new(harness.desk.clone(), harness.fakes.ports());
            tokio::spawn(async move { worker.drain().await.unwrap() })
        });
        let finished = join_all(workers).await.into_iter().map(|one| one.unwrap());
        let stepped: Vec<_> = finished.collect();
        assert_eq!(stepped.iter().map(|one| one.finished).sum::<usize>(), 500);
        assert_eq!(
            stepped
                .iter()
                .map(|one| one.put_back + one.parked)
                .sum::<usize>(),
            0
        );
        let keys = keys(harness);
        let distinct: BTreeSet<&String> = keys.iter().collect();
        assert_eq!((keys.len(), distinct.len()), (500, 500));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_worker_held_is_due_at_once_where_it_is_freed_and_nothing_else_is() {
    on_every_database(async |harness| {
        refunds(harness, &harness.organization, "A", 2).await;
        let (store, now) = (harness.desk.store(), harness.desk.now());
        let later = now + SignedDuration::from_secs(120);
        let claimed = store
            .claim(&harness.organization, now, later, "dead", 16)
            .await
            .unwrap();
        assert_eq!(claimed.len(), 2);
        // One was put back before the worker died, and waits its time.
        store
            .put_back(&claimed[1], later, false, "busy")
            .await
            .unwrap();
        let free = async || store.free_leases(&harness.organization, now).await.unwrap();
        assert_eq!((free().await, free().await), (1, 0));
        let again = store
            .claim(&harness.organization, now, later, "other", 16)
            .await
            .unwrap();
        let again: Vec<(&str, u64)> = again
            .iter()
            .map(|job| (job.job.id.as_str(), job.attempts))
            .collect();
        assert_eq!(again, [(claimed[0].job.id.as_str(), 2)]);
        harness.clock.advance_s(120);
        assert_eq!(harness.step().await.finished, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_worker_held_is_due_again_when_its_lease_ends() {
    on_every_database(async |harness| {
        refunds(harness, &harness.organization, "A", 1).await;
        let (store, now) = (harness.desk.store(), harness.desk.now());
        let until = now + SignedDuration::from_secs(120);
        let dead = store
            .claim(&harness.organization, now, until, "dead", 16)
            .await
            .unwrap();
        assert_eq!((dead.len(), dead[0].attempts), (1, 1));
        let again = store
            .claim(&harness.organization, now, until, "other", 16)
            .await
            .unwrap();
        assert_eq!(again, []);
        harness.clock.advance_s(119);
        assert_eq!(harness.step().await.tried(), 0);
        harness.clock.advance_s(1);
        assert_eq!(harness.step().await.finished, 1);
        assert_eq!(keys(harness), ["refund_A-0.1"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_comes_back_late_does_not_touch_what_another_holds() {
    on_every_database(async |harness| {
        refunds(harness, &harness.organization, "A", 1).await;
        let (store, organization) = (harness.desk.store(), &harness.organization);
        let claim = async |lease: &str| {
            let now = harness.desk.now();
            let until = now + SignedDuration::from_secs(120);
            store
                .claim(organization, now, until, lease, 16)
                .await
                .unwrap()
                .remove(0)
        };
        let late = claim("late").await;
        harness.clock.advance_s(121);
        let held = claim("held").await;
        store.finish(&late).await.unwrap();
        store
            .put_back(&late, harness.desk.now(), true, "late")
            .await
            .unwrap();
        let jobs = store.jobs(organization, 10).await.unwrap();
        assert_eq!((jobs.len(), &jobs[0]), (1, &held));
        store.finish(&held).await.unwrap();
        assert_eq!(store.jobs(organization, 10).await.unwrap(), []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_organization_gets_its_turn() {
    on_every_database(async |harness| {
        let quiet = create(&harness.desk, "Quiet", Settings::default())
            .await
            .unwrap();
        refunds(harness, &harness.organization, "crowd", 60).await;
        refunds(harness, &quiet, "quiet", 2).await;
        let first = harness.step().await;
        let of_quiet = |keys: &[String]| keys.iter().filter(|key| key.contains("quiet")).count();
        assert_eq!(
            of_quiet(&keys(harness)),
            2,
            "nobody waits until a crowd is served"
        );
        assert_eq!(first.finished, 18);
        harness.drain().await;
        assert_eq!(keys(harness).len(), 62);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_asked_first_is_done_first() {
    on_every_database(async |harness| {
        for index in 0..3 {
            refunds(harness, &harness.organization, &format!("B{index}"), 1).await;
            harness.clock.advance_s(1);
        }
        let (store, now) = (harness.desk.store(), harness.desk.now());
        let claimed = store
            .claim(&harness.organization, now, now, "one", 2)
            .await
            .unwrap();
        let subjects: Vec<&str> = claimed.iter().map(|job| job.job.subject.as_str()).collect();
        assert_eq!(subjects, ["refund_B0-0", "refund_B1-0"]);
        harness.drain().await;
    })
    .await;
}

/// A provider that says when it is asked, and answers some only when it is let.
struct Telling {
    asked: mpsc::UnboundedSender<String>,
    slow: Arc<Semaphore>,
    fakes: Arc<Fakes>,
}

#[async_trait]
impl Payments for Telling {
    async fn refund(&self, ask: &RefundAsk) -> Answer<RefundFact> {
        self.asked.send(ask.key.clone()).unwrap();
        if ask.key.contains("slow") {
            self.slow.acquire().await.unwrap().forget();
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

/// A worker that asks such a provider, and what it is asked.
fn telling(harness: &Harness, slow: &Arc<Semaphore>) -> (Worker, mpsc::UnboundedReceiver<String>) {
    let (sender, asked) = mpsc::unbounded_channel();
    let payments = Arc::new(Telling {
        asked: sender,
        slow: slow.clone(),
        fakes: harness.fakes.clone(),
    });
    let ports = Ports {
        payments,
        ..harness.fakes.ports()
    };
    (Worker::new(harness.desk.clone(), ports), asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_that_does_not_answer_one_organization_holds_up_no_other() {
    on_every_database(async |harness| {
        let slow = Arc::new(Semaphore::new(0));
        let (worker, mut asked) = telling(harness, &slow);
        refunds(harness, &harness.organization, "slow", 20).await;
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(async move { worker.run(stopped).await });
        for _ in 0..16 {
            assert!(asked.recv().await.unwrap().contains("slow"));
        }
        let quick = create(&harness.desk, "Quick", Settings::default())
            .await
            .unwrap();
        for name in ["one", "two"] {
            refunds(harness, &quick, name, 1).await;
            assert_eq!(asked.recv().await.unwrap(), format!("refund_{name}-0.1"));
        }
        // One that is answered makes room for one that waits, and no more.
        slow.add_permits(1);
        assert!(asked.recv().await.unwrap().contains("slow"));
        assert!(asked.is_empty());
        slow.add_permits(20);
        stop.send(true).unwrap();
        running.await.unwrap();
        harness.drain().await;
        let once: BTreeSet<String> = keys(harness).into_iter().collect();
        assert_eq!((once.len(), keys(harness).len()), (22, 22));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_worker_is_woken_by_a_commit_and_stops_when_told_to() {
    on_every_database(async |harness| {
        let slow = Arc::new(Semaphore::new(0));
        let (worker, mut asked) = telling(harness, &slow);
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(async move { worker.run(stopped).await });
        for name in ["one", "two", "three"] {
            refunds(harness, &harness.organization, name, 1).await;
            assert_eq!(asked.recv().await.unwrap(), format!("refund_{name}-0.1"));
        }
        stop.send(true).unwrap();
        running.await.unwrap();
        harness.drain().await;
        assert_eq!(keys(harness).len(), 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_worker_stops_when_whoever_could_stop_it_is_gone() {
    on_every_database(async |harness| {
        let (stop, stopped) = watch::channel(false);
        let worker = harness.worker.clone();
        let running = tokio::spawn(async move { worker.run(stopped).await });
        drop(stop);
        running.await.unwrap();
    })
    .await;
}
