//! What cannot be done now comes back later, later each time, and in the end asks for a person: never silence.

use domain::actor::ActorKind;
use domain::order::Concern;
use domain::refund::RefundState;
use engine::jobs::JobKind;
use engine::ports::Answer;
use engine::store::queue::Job;

use crate::support::{Harness, on_every_database};

const DAY_S: i64 = 86_400;

/// No wait is longer: six hours and a third of jitter.
const LONGEST_S: i64 = 8 * 3600;

async fn only_job(harness: &Harness) -> Job {
    let store = harness.desk.store();
    let mut jobs = store.jobs(&harness.organization, 10).await.unwrap();
    assert_eq!(jobs.len(), 1);
    jobs.remove(0)
}

/// Fails the only job until it is parked; returns the waits, in seconds.
async fn fail_until_parked(harness: &Harness) -> Vec<i64> {
    let mut waits = Vec::new();
    for _ in 0..100 {
        harness
            .fakes
            .refunds
            .reply(Answer::NotNow("down".to_owned()));
        let stepped = harness.step().await;
        assert_eq!(stepped.tried(), 1);
        if stepped.parked == 1 {
            return waits;
        }
        let job = only_job(harness).await;
        assert_eq!((job.problem.as_str(), job.is_parked), ("down", false));
        assert_eq!(job.attempts, waits.len() as u64 + 1);
        let wait_s = job.job.due_at.as_second() - harness.desk.now().as_second();
        harness.clock.advance_s(wait_s - 1);
        assert_eq!(harness.step().await.tried(), 0, "not before it is due");
        harness.clock.advance_s(1);
        waits.push(wait_s);
    }
    panic!("it is never given up");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_down_is_asked_at_growing_waits_over_some_three_days() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        let waits = fail_until_parked(harness).await;
        assert!((2..=3).contains(&waits[0]), "{waits:?}");
        for pair in waits.windows(2) {
            // Each doubles, give or take the jitter of a third.
            assert!(
                pair[1] > pair[0] || pair[0] > LONGEST_S * 3 / 5,
                "{waits:?}"
            );
        }
        assert!(
            waits.iter().all(|wait| (2..=LONGEST_S).contains(wait)),
            "{waits:?}"
        );
        let all: i64 = waits.iter().sum();
        assert!((5 * DAY_S / 2..4 * DAY_S).contains(&all), "{all} s in all");
        harness.leaves_jobs(1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_up_asks_for_a_person_and_runs_again_when_told_to() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        let tries = fail_until_parked(harness).await.len() + 1;
        assert_eq!(harness.fakes.refunds.asked().len(), tries);
        let parked = only_job(harness).await;
        assert_eq!((parked.is_parked, parked.problem.as_str()), (true, "down"));
        assert_eq!(parked.attempts, tries as u64);
        let stuck = harness.load(&order.id).await;
        let concerns: Vec<&Concern> = stuck.attention.iter().map(|open| &open.concern).collect();
        let (job, reason) = ("refund_execute".to_owned(), "down".to_owned());
        assert_eq!(concerns, [&Concern::GivenUp { job, reason }]);
        let by = harness
            .desk
            .store()
            .events(&harness.organization, &order.id)
            .await
            .unwrap();
        assert_eq!(by.last().unwrap().by.kind, ActorKind::Desk);
        assert_eq!(stuck.refunds[0].state, RefundState::Sent);
        assert_eq!(
            stuck.left().item_minor,
            8_800 - 1_250,
            "it may have happened"
        );

        harness.clock.advance_s(30 * DAY_S);
        assert_eq!(harness.step().await.tried(), 0, "what is parked stays");
        let store = harness.desk.store();
        let now = harness.desk.now();
        let elsewhere = "order_other".into();
        assert_eq!(
            store
                .unpark(&harness.organization, &elsewhere, now)
                .await
                .unwrap(),
            0
        );
        assert_eq!(
            store
                .unpark(&harness.organization, &order.id, now)
                .await
                .unwrap(),
            1
        );
        assert_eq!(only_job(harness).await.attempts, 0);
        harness.drain().await;
        let asked = harness.fakes.refunds.asked();
        assert!(
            asked.iter().all(|ask| ask.key == asked[0].key),
            "the same key to the end"
        );
        assert_eq!(harness.load(&order.id).await.returned_minor(), 1_250);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_shown_after_what_is_parked() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        harness.refund(&order.id, "r1", 100).await.unwrap();
        fail_until_parked(harness).await;
        harness.refund(&order.id, "r2", 200).await.unwrap();
        let store = harness.desk.store();
        let jobs = store.jobs(&harness.organization, 10).await.unwrap();
        let shown: Vec<(JobKind, &str, bool)> = jobs
            .iter()
            .map(|job| (job.job.kind, job.job.subject.as_str(), job.is_parked))
            .collect();
        assert_eq!(
            shown,
            [
                (JobKind::RefundExecute, "refund_r1", true),
                (JobKind::RefundExecute, "refund_r2", false)
            ]
        );
        assert_eq!(store.jobs(&harness.organization, 1).await.unwrap().len(), 1);
        harness.drain().await;
        harness.leaves_jobs(1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_about_something_that_is_not_there_is_given_up_at_once() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        harness.refund(&order.id, "r1", 100).await.unwrap();
        let rename = "update jobs set subject = 'refund_nowhere' where organization_id = $1";
        let rename = sqlx::query(rename).bind(harness.organization.as_str());
        rename.execute(harness.raw()).await.unwrap();
        assert_eq!(harness.step().await.parked, 1);
        assert_eq!(harness.fakes.refunds.asked(), []);
        assert_eq!(harness.load(&order.id).await.attention.len(), 1);
        harness.leaves_jobs(1);
    })
    .await;
}
