//! Webhooks see one organization, one mode, and no more than who set them; and what they refuse changes nothing.

use domain::actor::{ActorKind, Permission};
use domain::ids::KeyId;
use domain::order::Mode;
use domain::webhook::{MOST, WebhookRefusal, WebhookType};
use engine::jobs::ToldNow;
use engine::keys;
use engine::orders::{Idempotency, take};
use engine::organizations::{Settings, create};
use engine::people::{self, NewPerson};
use engine::permit::{Scope, Session};
use engine::webhooks::acts::{self, Draft, Once};
use engine::webhooks::looks::{self, Tries};
use engine::webhooks::{MessageState, Webhook, WebhookFailure};

use crate::support::check::count;
use crate::support::orders::plain;
use crate::support::webhooks::{URL, draft};
use crate::support::{Harness, on_every_database, session};

async fn make(
    harness: &Harness,
    who: &Session,
    draft: Draft,
    once: Once<'_>,
) -> Result<Webhook, WebhookFailure> {
    let (permit, sees) = (who.permit().unwrap(), who.permit().unwrap());
    acts::create(&harness.desk, &permit, &sees, draft, once).await
}

async fn take_as(harness: &Harness, who: &Session, number: &str) {
    take(&harness.desk, &who.permit().unwrap(), plain(number), None)
        .await
        .unwrap();
}

/// A key that may set webhooks up and see orders, and a session of it.
async fn program(harness: &Harness) -> (KeyId, Session) {
    let allowed = [Permission::ViewOrders, Permission::ManageSettings];
    let made = keys::create(
        &harness.desk,
        &harness.organization,
        Mode::Live,
        "Hooks",
        allowed.into_iter().collect(),
    );
    let (key, _) = made.await.unwrap();
    let mut program = session(harness.scope(), ActorKind::ApiKey, &allowed);
    program.actor.by.id = key.id.0.clone();
    (key.id, program)
}

#[tokio::test(flavor = "multi_thread")]
async fn live_and_test_and_other_organizations_stay_apart() {
    on_every_database(async |harness| {
        let other = create(&harness.desk, "Other", Settings::default()).await;
        let scope = Scope {
            organization_id: other.unwrap(),
            mode: Mode::Live,
        };
        let outsider = session(scope, ActorKind::Desk, &Permission::ALL);
        let live = harness.webhook(WebhookType::OrderCreated, URL).await;
        let tester = harness.keeper(Mode::Test);
        let of_test = "https://test.example/";
        let kind = WebhookType::OrderCreated;
        make(harness, &tester, draft(kind, of_test), None)
            .await
            .unwrap();
        let of_others = "https://others.example/";
        make(harness, &outsider, draft(kind, of_others), None)
            .await
            .unwrap();
        for (who, url) in [
            (&harness.keeper(Mode::Live), URL),
            (&tester, of_test),
            (&outsider, of_others),
        ] {
            take_as(harness, who, "same").await;
            let one = ToldNow {
                arrived: 1,
                ..ToldNow::default()
            };
            assert_eq!(harness.tell().await, one);
            let posts = harness.fakes.posted();
            assert_eq!(posts[0].url, url);
        }
        for stranger in [&tester, &outsider] {
            let permit = stranger.permit().unwrap();
            let found = looks::webhook(&harness.desk, &permit, &live.id).await;
            assert_eq!(found.unwrap(), None);
            let deleted = acts::delete(&harness.desk, &permit, &live.id, None).await;
            assert!(matches!(
                deleted,
                Err(WebhookFailure::Refused(WebhookRefusal::Gone))
            ));
            let all = looks::webhooks(&harness.desk, &permit).await.unwrap();
            assert_eq!(all.len(), 1);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_shows_no_more_than_who_set_it_may_see_now() {
    on_every_database(async |harness| {
        let (key, program) = program(harness).await;
        let kind = WebhookType::OrderCreated;
        let hook = make(harness, &program, draft(kind, URL), None).await;
        let hook = hook.unwrap();
        harness.take(plain("W1")).await;
        assert_eq!(harness.tell().await.arrived, 1);
        let admin = harness.admin();
        keys::revoke(&harness.desk, &admin.permit().unwrap(), &key)
            .await
            .unwrap();
        harness.take(plain("W2")).await;
        let told = harness.tell().await;
        assert_eq!((told.arrived, told.parked), (0, 1));
        let parked = harness.unsettled(&hook.id).await;
        assert_eq!(parked[0].state, MessageState::Parked);
        assert_eq!(parked[0].problem, "this needs the permission ViewOrders");
        assert_eq!(harness.fakes.posted().len(), 1);
        // Whoever may see orders takes it over by saving it.
        let keeper = harness.keeper(Mode::Live);
        let (permit, sees) = (keeper.permit().unwrap(), keeper.permit().unwrap());
        acts::update(
            &harness.desk,
            &permit,
            &sees,
            &hook.id,
            draft(kind, URL).into(),
            None,
        )
        .await
        .unwrap();
        harness.take(plain("W3")).await;
        assert_eq!(harness.tell().await.arrived, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_written_down_before_is_not_sent_once_the_rights_ended_and_a_test_is() {
    on_every_database(async |harness| {
        let (key, program) = program(harness).await;
        let kind = WebhookType::OrderCreated;
        let hook = make(harness, &program, draft(kind, URL), None).await;
        let hook = hook.unwrap();
        harness.take(plain("W1")).await;
        harness.fakes.endpoint_answers(URL, 500);
        assert_eq!(harness.tell().await.failed, 1);
        assert_eq!(harness.fakes.posted().len(), 1);
        let admin = harness.admin();
        keys::revoke(&harness.desk, &admin.permit().unwrap(), &key)
            .await
            .unwrap();
        let tested = acts::test(&harness.desk, &admin.permit().unwrap(), &hook.id, None).await;
        harness.fakes.endpoint_answers(URL, 200);
        harness.clock.advance_s(60);
        let told = harness.tell().await;
        assert_eq!((told.arrived, told.parked), (1, 1));
        let posts = harness.fakes.posted();
        assert_eq!(posts.len(), 1);
        assert_eq!(posts[0].id, tested.unwrap().0);
        let parked = harness.unsettled(&hook.id).await;
        assert_eq!(parked[0].state, MessageState::Parked);
        assert_eq!(parked[0].problem, "this needs the permission ViewOrders");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_see_orders_sees_every_try_without_what_was_sent_but_of_a_test() {
    on_every_database(async |harness| {
        let hook = harness.webhook(WebhookType::OrderCreated, URL).await;
        let keeper = harness.keeper(Mode::Live);
        let tested = acts::test(&harness.desk, &keeper.permit().unwrap(), &hook.id, None).await;
        tested.unwrap();
        harness.take(plain("W1")).await;
        harness.fakes.endpoint_answers(URL, 500);
        harness.tell().await;
        let allowed = [Permission::ManageSettings];
        let settler = session(harness.scope(), ActorKind::Person, &allowed);
        for (who, sees) in [(&keeper, true), (&settler, false)] {
            let (desk, permit) = (&harness.desk, who.permit().unwrap());
            let found = looks::attempts(desk, &permit, &Tries::default(), 10).await;
            let (found, _) = found.unwrap();
            assert!(found.len() > 1);
            for one in found {
                let is_shown = sees || one.kind == WebhookType::Test;
                assert_eq!(!one.body.is_empty(), is_shown);
                let alone = looks::attempt(desk, &permit, &one.id).await.unwrap();
                assert_eq!(alone, Some(one));
            }
            let waiting = looks::unsettled(desk, &permit, &hook.id, 10).await.unwrap();
            let of_order = waiting.iter().find(|one| one.kind == hook.kind).unwrap();
            assert_eq!(!of_order.body.is_empty(), sees);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_of_operator_support_is_told_nothing_once_they_are_disabled() {
    on_every_database(async |harness| {
        let new = NewPerson {
            email: "support@example.com".to_owned(),
            name: "Support".to_owned(),
            password: "a long enough password".to_owned(),
            is_support: true,
        };
        let id = people::add(&harness.desk, new, None).await.unwrap();
        let mut support = session(harness.scope(), ActorKind::Support, &Permission::ALL);
        support.actor.by.id = id.0.clone();
        let kind = WebhookType::OrderCreated;
        let hook = make(harness, &support, draft(kind, URL), None).await;
        let hook = hook.unwrap();
        harness.take(plain("W1")).await;
        assert_eq!(harness.tell().await.arrived, 1);
        let store = harness.desk.store();
        let mut person = store.person_of(&id).await.unwrap().unwrap();
        person.disabled_at = Some(harness.desk.now());
        store.update_person(&person).await.unwrap();
        harness.take(plain("W2")).await;
        let told = harness.tell().await;
        assert_eq!((told.arrived, told.parked), (0, 1));
        let parked = harness.unsettled(&hook.id).await;
        assert_eq!(parked[0].problem, "this needs the permission ViewOrders");
        assert_eq!(harness.fakes.posted().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_webhook_is_refused_by_name_and_changes_nothing() {
    on_every_database(async |harness| {
        let keeper = harness.keeper(Mode::Live);
        let kind = WebhookType::OrderCreated;
        let long = "x".repeat(201);
        let cases = [
            (draft(kind, "http://shop.example/"), "url_not_secure", "url"),
            (draft(WebhookType::Test, URL), "type_none", "type"),
            (
                Draft {
                    query: Some("nonsense".to_owned()),
                    ..draft(kind, URL)
                },
                "query_wrong",
                "query",
            ),
            (
                Draft {
                    description: long,
                    ..draft(kind, URL)
                },
                "too_long",
                "description",
            ),
        ];
        let before = harness.traces().await;
        for (draft, code, field) in cases {
            let Err(WebhookFailure::Refused(refusal)) = make(harness, &keeper, draft, None).await
            else {
                panic!("{code} is not refused");
            };
            assert_eq!((refusal.code(), refusal.field()), (code, field));
        }
        assert_eq!(harness.traces().await, before);
        for _ in 0..MOST {
            harness.webhook(kind, URL).await;
        }
        let one_more = make(harness, &keeper, draft(kind, URL), None).await;
        assert!(matches!(
            one_more,
            Err(WebhookFailure::Refused(WebhookRefusal::TooMany {
                max: MOST
            }))
        ));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn under_the_same_key_one_webhook_is_made() {
    on_every_database(async |harness| {
        let keeper = harness.keeper(Mode::Live);
        let once = Idempotency {
            key: "api/one".to_owned(),
            fingerprint: "same".to_owned(),
        };
        let kind = WebhookType::OrderCreated;
        let first = make(harness, &keeper, draft(kind, URL), Some(&once)).await;
        let second = make(harness, &keeper, draft(kind, URL), Some(&once)).await;
        assert_eq!(first.unwrap(), second.unwrap());
        assert_eq!(count(harness.raw(), "webhooks").await, 1);
        let other = Idempotency {
            fingerprint: "another".to_owned(),
            ..once
        };
        let reused = make(harness, &keeper, draft(kind, URL), Some(&other)).await;
        assert!(matches!(reused, Err(WebhookFailure::KeyReused)));
        assert_eq!(harness.tell().await, ToldNow::default());
    })
    .await;
}
