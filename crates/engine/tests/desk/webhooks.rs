//! What webhooks are told: recorded with the change, sent signed and in order, written down, and sent again on demand.

use domain::command::Command;
use domain::ids::{MessageId, NoteId};
use domain::order::Mode;
use domain::webhook::{WebhookRefusal, WebhookType};
use engine::jobs::ToldNow;
use engine::webhooks::acts::{self, Again, Draft};
use engine::webhooks::looks::{self, Tries};
use engine::webhooks::patch::Patch;
use engine::webhooks::{WebhookFailure, WebhookStatus};
use serde_json::{Value, json};

use crate::support::check::{count, number};
use crate::support::on_every_database;
use crate::support::orders::plain;
use crate::support::webhooks::{URL, draft};

pub fn note(text: &str) -> Command {
    Command::AddNote {
        note: NoteId(format!("{}{text}", NoteId::PREFIX)),
        text: text.to_owned(),
    }
}

fn arrived(count: usize) -> ToldNow {
    ToldNow {
        arrived: count,
        ..ToldNow::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_told_once_with_its_body_and_both_are_written_down() {
    on_every_database(async |harness| {
        let hook = harness.webhook(WebhookType::OrderCreated, URL).await;
        let order = harness.take(plain("W1")).await;
        assert_eq!(harness.tell().await, arrived(1));
        assert_eq!(harness.tell().await, arrived(0));
        let posts = harness.fakes.posted();
        assert_eq!(posts.len(), 1);
        assert_eq!(posts[0].secrets, [hook.secrets[0].secret.clone()]);
        let body: Value = serde_json::from_str(&posts[0].body).unwrap();
        let data = json!({"version": order.version, "subject": order.id, "query": null});
        let whole =
            json!({"type": "ORDER_CREATED", "timestamp": "2026-03-02T09:00:00Z", "data": data});
        assert_eq!(body, whole);
        let keeper = harness.keeper(Mode::Live);
        let tries = Tries::default();
        let found = looks::attempts(&harness.desk, &keeper.permit().unwrap(), &tries, 10).await;
        let (attempts, has_more) = found.unwrap();
        assert!(!has_more);
        let [attempt] = attempts.as_slice() else {
            panic!("{attempts:?}");
        };
        assert_eq!(attempt.message_id.0, posts[0].id);
        assert_eq!(attempt.body, posts[0].body);
        assert_eq!((attempt.status, attempt.duration_ms), (Some(200), 7));
        assert_eq!(attempt.problem, "");
        let health = harness.health(&hook.id).await;
        assert_eq!((health.tried, health.arrived, health.waiting), (1, 1, 0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_recorded_for_types_that_nobody_hears() {
    on_every_database(async |harness| {
        harness.webhook(WebhookType::OrderCanceled, URL).await;
        let order = harness.take(plain("W1")).await;
        harness.command(&order.id, note("hello")).await.unwrap();
        assert_eq!(count(harness.raw(), "webhook_messages").await, 0);
        harness.cancel(&order.id, false).await.unwrap();
        assert_eq!(count(harness.raw(), "webhook_messages").await, 1);
        assert_eq!(harness.tell().await, arrived(1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_change_records_nothing() {
    on_every_database(async |harness| {
        harness.webhook(WebhookType::OrderUpdated, URL).await;
        let order = harness.take(plain("W1")).await;
        harness.cancel(&order.id, false).await.unwrap();
        harness.tell().await;
        harness.fakes.posted();
        harness.refusal(harness.cancel(&order.id, false)).await;
        assert_eq!(harness.tell().await, arrived(0));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_orders_messages_stay_in_order_when_the_first_fails_and_others_pass() {
    on_every_database(async |harness| {
        let hook = harness.webhook(WebhookType::OrderUpdated, URL).await;
        let first = harness.take(plain("W1")).await;
        let second = harness.take(plain("W2")).await;
        harness.command(&first.id, note("one")).await.unwrap();
        harness.fakes.endpoint_answers(URL, 500);
        assert_eq!(harness.tell().await.failed, 1);
        for text in ["two", "three"] {
            harness.command(&first.id, note(text)).await.unwrap();
        }
        harness.command(&second.id, note("other")).await.unwrap();
        harness.fakes.endpoint_answers(URL, 200);
        harness.fakes.posted();
        // The other order's goes at once; the first order's wait behind the one that failed.
        assert_eq!(harness.tell().await, arrived(1));
        let posts = harness.fakes.posted();
        assert!(posts[0].body.contains(second.id.as_str()));
        assert_eq!(harness.health(&hook.id).await.waiting, 3);
        harness.clock.advance_s(10);
        assert_eq!(harness.tell().await, arrived(3));
        let posts = harness.fakes.posted();
        let versions = "select seq from webhook_messages where id = ";
        let mut seen = Vec::new();
        for post in &posts {
            assert!(post.body.contains(first.id.as_str()));
            seen.push(number(harness.raw(), &format!("{versions}'{}'", post.id)).await);
        }
        assert_eq!(seen, [2, 3, 4]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_sends_the_same_identifier_and_bytes() {
    on_every_database(async |harness| {
        harness.webhook(WebhookType::OrderUpdated, URL).await;
        let order = harness.take(plain("W1")).await;
        harness.command(&order.id, note("one")).await.unwrap();
        harness.fakes.endpoint_answers(URL, 0);
        harness.tell().await;
        harness.command(&order.id, note("two")).await.unwrap();
        harness.clock.advance_s(10);
        harness.tell().await;
        let posts = harness.fakes.posted();
        assert_eq!(posts.len(), 2);
        assert_eq!(
            (&posts[0].id, &posts[0].body),
            (&posts[1].id, &posts[1].body)
        );
        assert!(posts[0].at < posts[1].at);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn both_secrets_sign_for_a_day_after_a_rotation() {
    on_every_database(async |harness| {
        let hook = harness.webhook(WebhookType::OrderCreated, URL).await;
        let keeper = harness.keeper(Mode::Live);
        let permit = keeper.permit().unwrap();
        let rotated = acts::rotate(&harness.desk, &permit, &hook.id, None).await;
        let rotated = rotated.unwrap();
        let (old, new) = (&hook.secrets[0].secret, &rotated.secrets[0].secret);
        assert_ne!(old, new);
        assert!(new.starts_with("whsec_"));
        harness.take(plain("W1")).await;
        harness.tell().await;
        harness.clock.advance_s(24 * 3600);
        harness.take(plain("W2")).await;
        harness.tell().await;
        let posts = harness.fakes.posted();
        assert_eq!(posts[0].secrets, [new.clone(), old.clone()]);
        assert_eq!(posts[1].secrets, std::slice::from_ref(new));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_webhook_hears_nothing_and_goes_on_with_what_waited() {
    on_every_database(async |harness| {
        let hook = harness.webhook(WebhookType::OrderCreated, URL).await;
        let set = async |status| {
            let keeper = harness.keeper(Mode::Live);
            let (permit, sees) = (keeper.permit().unwrap(), keeper.permit().unwrap());
            let draft = Draft {
                status,
                ..draft(WebhookType::OrderCreated, URL)
            };
            acts::update(&harness.desk, &permit, &sees, &hook.id, draft.into(), None)
                .await
                .unwrap();
        };
        harness.take(plain("W1")).await;
        set(WebhookStatus::Disabled).await;
        harness.take(plain("W2")).await;
        assert_eq!(harness.tell().await, arrived(0));
        let keeper = harness.keeper(Mode::Live);
        let tested = acts::test(&harness.desk, &keeper.permit().unwrap(), &hook.id, None).await;
        let is_refused = matches!(
            tested,
            Err(WebhookFailure::Refused(WebhookRefusal::Disabled))
        );
        assert!(is_refused);
        set(WebhookStatus::Enabled).await;
        assert_eq!(harness.tell().await, arrived(1));
        assert_eq!(harness.fakes.posted().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_one_thing_leaves_what_somebody_else_changes_meanwhile() {
    on_every_database(async |harness| {
        let hook = harness.webhook(WebhookType::OrderCreated, URL).await;
        let change = async |patch: Patch| {
            let keeper = harness.keeper(Mode::Live);
            let (permit, sees) = (keeper.permit().unwrap(), keeper.permit().unwrap());
            acts::update(&harness.desk, &permit, &sees, &hook.id, patch, None)
                .await
                .unwrap()
        };
        let moves = Patch {
            url: Some("https://moved.example/".to_owned()),
            ..Patch::default()
        };
        let says = Patch {
            description: Some("To the ERP".to_owned()),
            ..Patch::default()
        };
        tokio::join!(change(moves), change(says));
        let after = harness.look(&hook.id).await;
        assert_eq!(after.url, "https://moved.example/");
        assert_eq!(after.description, "To the ERP");
        assert_eq!((after.kind, after.query), (hook.kind, hook.query));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_webhook_is_told_nothing_more_and_its_log_stays() {
    on_every_database(async |harness| {
        let hook = harness.webhook(WebhookType::OrderCreated, URL).await;
        harness.take(plain("W1")).await;
        harness.tell().await;
        harness.take(plain("W2")).await;
        let keeper = harness.keeper(Mode::Live);
        let permit = keeper.permit().unwrap();
        acts::delete(&harness.desk, &permit, &hook.id, None)
            .await
            .unwrap();
        assert_eq!(harness.tell().await, arrived(0));
        harness.take(plain("W3")).await;
        assert_eq!(harness.tell().await, arrived(0));
        assert_eq!(harness.fakes.posted().len(), 1);
        let tried = looks::attempts(&harness.desk, &permit, &Tries::default(), 10).await;
        let (attempts, _) = tried.unwrap();
        assert_eq!(attempts.len(), 1);
        assert!(attempts[0].body.starts_with(r#"{"type":"ORDER_CREATED""#));
        let again = acts::delete(&harness.desk, &permit, &hook.id, None).await;
        assert!(matches!(
            again,
            Err(WebhookFailure::Refused(WebhookRefusal::Gone))
        ));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_arrived_is_sent_again_on_demand_one_or_of_a_time() {
    on_every_database(async |harness| {
        let hook = harness.webhook(WebhookType::OrderCreated, URL).await;
        let start = harness.desk.now();
        harness.take(plain("W1")).await;
        harness.clock.advance_s(3600);
        let middle = harness.desk.now();
        harness.take(plain("W2")).await;
        harness.tell().await;
        let before = harness.fakes.posted();
        let keeper = harness.keeper(Mode::Live);
        let replay = async |again: Again| {
            let permit = keeper.permit().unwrap();
            acts::replay(&harness.desk, &permit, &hook.id, &again, None).await
        };
        let one = Again::Message(MessageId(before[1].id.clone()));
        assert_eq!(replay(one).await.unwrap(), 1);
        assert_eq!(harness.tell().await, arrived(1));
        let again = harness.fakes.posted();
        assert_eq!(
            (&again[0].id, &again[0].body),
            (&before[1].id, &before[1].body)
        );
        let between = |is_parked_only| Again::Between {
            from: start,
            until: middle,
            is_parked_only,
        };
        assert_eq!(replay(between(false)).await.unwrap(), 1);
        assert_eq!(harness.tell().await, arrived(1));
        assert_eq!(harness.fakes.posted()[0].id, before[0].id);
        let none = replay(between(true)).await;
        assert!(matches!(
            none,
            Err(WebhookFailure::Refused(WebhookRefusal::NothingToReplay))
        ));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_is_sent_and_logged_like_any_message() {
    on_every_database(async |harness| {
        let hook = harness.webhook(WebhookType::OrderCreated, URL).await;
        let keeper = harness.keeper(Mode::Live);
        let sent = acts::test(&harness.desk, &keeper.permit().unwrap(), &hook.id, None).await;
        let id = sent.unwrap();
        assert_eq!(harness.tell().await, arrived(1));
        let posts = harness.fakes.posted();
        assert_eq!(posts[0].id, id.0);
        assert!(posts[0].body.starts_with(r#"{"type":"TEST","timestamp":"#));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_older_than_thirty_days_is_swept_and_what_waits_is_not() {
    on_every_database(async |harness| {
        harness.webhook(WebhookType::OrderCreated, URL).await;
        harness.take(plain("W1")).await;
        harness.tell().await;
        harness.clock.advance_s(31 * 86_400);
        harness.take(plain("W2")).await;
        harness.worker.sweep().await.unwrap();
        assert_eq!(count(harness.raw(), "webhook_attempts").await, 0);
        assert_eq!(count(harness.raw(), "webhook_messages").await, 1);
        assert_eq!(harness.tell().await, arrived(1));
    })
    .await;
}
