//! Endpoints that fail: tried for three days, then a person's; one that is dead holds up no other.

use domain::order::Mode;
use domain::webhook::WebhookType;
use engine::jobs::ToldNow;
use engine::webhooks::acts::{self, Again, Draft};
use engine::webhooks::{MessageState, WebhookStatus};

use super::webhooks::note;
use crate::support::orders::plain;
use crate::support::webhooks::{URL, draft};
use crate::support::{Harness, on_every_database};

const OTHER: &str = "https://other.example/hooks";

/// Lets time pass in steps of some minutes until nothing waits any more; how often it was tried, and for how many seconds.
async fn until_settled(harness: &Harness, hook: &domain::ids::WebhookId) -> (usize, i64) {
    let begun = harness.desk.now();
    let mut tries = 0;
    while harness.health(hook).await.waiting > 0 {
        tries += harness.fakes.posted().len();
        harness.clock.advance_s(1800);
        harness.tell().await;
        assert!(tries < 1_000, "it is never given up");
    }
    tries += harness.fakes.posted().len();
    (tries, harness.desk.now().duration_since(begun).as_secs())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_tried_for_three_days_then_parked_then_sent_again_by_a_person() {
    on_every_database(async |harness| {
        let hook = harness.webhook(WebhookType::OrderCreated, URL).await;
        harness.take(plain("W1")).await;
        harness.fakes.endpoint_answers(URL, 500);
        harness.tell().await;
        let (tries, lasted_s) = until_settled(harness, &hook.id).await;
        assert!((15..60).contains(&tries), "tried {tries} times");
        assert!(lasted_s >= 72 * 3600, "given up after {lasted_s} s");
        assert!(lasted_s < 82 * 3600, "given up after {lasted_s} s");
        let health = harness.health(&hook.id).await;
        assert_eq!((health.parked, health.waiting), (1, 0));
        let parked = harness.unsettled(&hook.id).await;
        assert_eq!(parked[0].state, MessageState::Parked);
        assert_eq!(parked[0].problem, "answered 500");
        // It is enabled as before: what happens since is still recorded, and tried.
        assert_eq!(harness.look(&hook.id).await.status, WebhookStatus::Enabled);
        harness.fakes.endpoint_answers(URL, 204);
        let keeper = harness.keeper(Mode::Live);
        let again = Again::Between {
            from: jiff::Timestamp::UNIX_EPOCH,
            until: jiff::Timestamp::MAX,
            is_parked_only: true,
        };
        let permit = keeper.permit().unwrap();
        let count = acts::replay(&harness.desk, &permit, &hook.id, &again, None).await;
        assert_eq!(count.unwrap(), 1);
        harness.clock.advance_s(600);
        assert_eq!(harness.tell().await.arrived, 1);
        assert_eq!(harness.look(&hook.id).await.standing.failures, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_away_for_an_hour_gets_everything_when_it_is_back() {
    on_every_database(async |harness| {
        let hook = harness.webhook(WebhookType::OrderCreated, URL).await;
        harness.fakes.endpoint_answers(URL, 500);
        for number in 0..40 {
            harness.take(plain(&format!("W{number}"))).await;
        }
        for _ in 0..60 {
            harness.tell().await;
            harness.clock.advance_s(60);
        }
        let tries = harness.fakes.posted().len();
        // One round of many, then one at a time with waits of at most some minutes.
        assert!((20..60).contains(&tries), "tried {tries} times");
        assert_eq!(harness.health(&hook.id).await.waiting, 40);
        harness.fakes.endpoint_answers(URL, 200);
        harness.clock.advance_s(400);
        assert_eq!(harness.tell().await.arrived, 40);
        assert_eq!(harness.fakes.posted().len(), 40);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_hours_is_sent_within_minutes_of_the_endpoints_return() {
    on_every_database(async |harness| {
        let hook = harness.webhook(WebhookType::OrderCreated, URL).await;
        harness.fakes.endpoint_answers(URL, 500);
        for number in 0..3 {
            harness.take(plain(&format!("W{number}"))).await;
        }
        for _ in 0..180 {
            harness.tell().await;
            harness.clock.advance_s(600);
        }
        harness.fakes.endpoint_answers(URL, 200);
        // The one that is due first may be hours away; it brings the others with it.
        let next = harness.unsettled(&hook.id).await;
        let first = next.iter().map(|one| one.next_at).min().unwrap();
        let last = next.iter().map(|one| one.next_at).max().unwrap();
        assert!(last.duration_since(first).as_secs() > 600, "{next:?}");
        let wait_s = first.duration_since(harness.desk.now()).as_secs().max(0);
        harness.clock.advance_s(wait_s + 1);
        assert_eq!(harness.tell().await.arrived, 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn gone_parks_everything_at_once_and_what_comes_later_is_still_tried() {
    on_every_database(async |harness| {
        let hook = harness.webhook(WebhookType::OrderCreated, URL).await;
        for number in 0..20 {
            harness.take(plain(&format!("W{number}"))).await;
        }
        harness.fakes.endpoint_answers(URL, 410);
        harness.tell().await;
        let health = harness.health(&hook.id).await;
        assert_eq!((health.parked, health.waiting), (20, 0));
        assert_eq!(harness.look(&hook.id).await.status, WebhookStatus::Enabled);
        harness.fakes.endpoint_answers(URL, 200);
        harness.take(plain("later")).await;
        harness.clock.advance_s(600);
        assert_eq!(harness.tell().await.arrived, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_but_2xx_is_a_failure() {
    on_every_database(async |harness| {
        let hook = harness.webhook(WebhookType::OrderCreated, URL).await;
        for status in [0, 100, 301, 302, 400, 404, 429, 500, 503] {
            harness.fakes.endpoint_answers(URL, status);
            harness.take(plain(&format!("W{status}"))).await;
            let waiting = harness.health(&hook.id).await.waiting;
            harness.clock.advance_s(7 * 3600);
            assert_eq!(harness.tell().await.arrived, 0, "{status}");
            assert_eq!(harness.health(&hook.id).await.waiting, waiting, "{status}");
        }
        for status in [200, 202, 204] {
            harness.fakes.endpoint_answers(URL, status);
            harness.take(plain(&format!("W{status}"))).await;
            harness.clock.advance_s(7 * 3600);
            assert!(harness.tell().await.arrived > 0, "{status}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_after_is_honoured_within_an_hour() {
    on_every_database(async |harness| {
        harness.webhook(WebhookType::OrderCreated, URL).await;
        harness.take(plain("W1")).await;
        harness.fakes.endpoint_replies(URL, 503, Some(900));
        assert_eq!(harness.tell().await.failed, 1);
        harness.fakes.endpoint_replies(URL, 503, Some(9_000_000));
        harness.clock.advance_s(890);
        assert_eq!(harness.tell().await, ToldNow::default());
        harness.clock.advance_s(400);
        assert_eq!(harness.tell().await.failed, 1);
        harness.fakes.endpoint_answers(URL, 200);
        harness.clock.advance_s(3_500);
        assert_eq!(harness.tell().await, ToldNow::default());
        harness.clock.advance_s(1_400);
        assert_eq!(harness.tell().await.arrived, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_endpoint_holds_up_no_other() {
    on_every_database(async |harness| {
        let dead = harness.webhook(WebhookType::OrderCreated, URL).await;
        let fine = harness.webhook(WebhookType::OrderCreated, OTHER).await;
        harness.fakes.endpoint_answers(URL, 0);
        for number in 0..30 {
            harness.take(plain(&format!("W{number}"))).await;
        }
        let told = harness.tell().await;
        assert_eq!(told.arrived, 30);
        assert_eq!(harness.health(&fine.id).await.waiting, 0);
        assert_eq!(harness.health(&dead.id).await.waiting, 30);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_message_that_fails_leaves_the_endpoint_well() {
    on_every_database(async |harness| {
        let hook = harness.webhook(WebhookType::OrderUpdated, URL).await;
        let order = harness.take(plain("W1")).await;
        harness.fakes.endpoint_answers(URL, 500);
        harness.command(&order.id, note("one")).await.unwrap();
        assert_eq!(harness.tell().await.failed, 1);
        harness.fakes.endpoint_answers(URL, 200);
        for number in 2..30 {
            let order = harness.take(plain(&format!("W{number}"))).await;
            harness.command(&order.id, note("two")).await.unwrap();
        }
        assert_eq!(harness.tell().await.arrived, 28);
        assert_eq!(harness.look(&hook.id).await.standing.failures, 0);
        assert_eq!(harness.health(&hook.id).await.waiting, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_the_address_tries_at_once() {
    on_every_database(async |harness| {
        let hook = harness.webhook(WebhookType::OrderCreated, URL).await;
        harness.fakes.endpoint_answers(URL, 500);
        for number in 0..20 {
            harness.take(plain(&format!("W{number}"))).await;
        }
        for _ in 0..20 {
            harness.tell().await;
            harness.clock.advance_s(60);
        }
        harness.fakes.posted();
        let keeper = harness.keeper(Mode::Live);
        let (permit, sees) = (keeper.permit().unwrap(), keeper.permit().unwrap());
        let draft: Draft = draft(WebhookType::OrderCreated, OTHER);
        acts::update(&harness.desk, &permit, &sees, &hook.id, draft.into(), None)
            .await
            .unwrap();
        harness.tell().await;
        let posts = harness.fakes.posted();
        assert!(!posts.is_empty());
        assert!(posts.iter().all(|post| post.url == OTHER));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_a_dead_worker_held_is_served_when_its_lease_ends() {
    on_every_database(async |harness| {
        let hook = harness.webhook(WebhookType::OrderCreated, URL).await;
        harness.take(plain("W1")).await;
        let until = harness.desk.now().as_microsecond() + 60_000_000;
        sqlx::query("update webhooks set lease = 'dead', due_at_us = $1")
            .bind(until)
            .execute(harness.raw())
            .await
            .unwrap();
        assert_eq!(harness.tell().await, ToldNow::default());
        harness.clock.advance_s(61);
        assert_eq!(harness.tell().await.arrived, 1);
        // And at once where the last worker is certainly gone.
        harness.take(plain("W2")).await;
        let until = harness.desk.now().as_microsecond() + 60_000_000;
        sqlx::query("update webhooks set lease = 'dead', due_at_us = $1")
            .bind(until)
            .execute(harness.raw())
            .await
            .unwrap();
        let store = harness.desk.store();
        store
            .free_webhooks(&harness.organization, harness.desk.now())
            .await
            .unwrap();
        assert_eq!(harness.tell().await.arrived, 1);
        assert_eq!(harness.health(&hook.id).await.waiting, 0);
    })
    .await;
}
