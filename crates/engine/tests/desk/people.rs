//! People, their roles, and what they may do (P1, P2).

use domain::actor::{ActorKind, Permission};
use domain::ids::{OrganizationId, PersonId};
use domain::order::Mode;
use domain::refusal::Refusal;
use engine::organizations::{Settings, create};
use engine::people::{
    ADMIN, Appearance, CurrencyPreference, MEMBER, NewPerson, Person, PersonError, Preferences,
    Role, Shortcuts, Units, actor, add, is_password, save_preferences, set_password,
};
use engine::permit::{CancelOrders, EditOrders, Permit, RefundOrders, Scope, Session, ViewOrders};

use crate::support::{Harness, on_every_database};

const PASSWORD: &str = "correct horse battery";

fn person(email: &str) -> NewPerson {
    NewPerson {
        email: email.to_owned(),
        name: "Anna".to_owned(),
        password: PASSWORD.to_owned(),
        is_support: false,
    }
}

async fn added(harness: &Harness, email: &str, role: Option<&str>) -> Person {
    let membership = role.map(|role| (&harness.organization, role));
    let id = add(&harness.desk, person(email), membership).await.unwrap();
    let found = known(harness, email).await;
    assert_eq!(found.id, id);
    found
}

async fn known(harness: &Harness, email: &str) -> Person {
    harness.desk.store().person(email).await.unwrap().unwrap()
}

/// Why nobody was added; nothing is written.
async fn refused(harness: &Harness, new: NewPerson, role: Option<&str>) -> PersonError {
    let before = harness.traces().await;
    let membership = role.map(|role| (&harness.organization, role));
    let error = add(&harness.desk, new, membership).await.unwrap_err();
    assert_eq!(harness.traces().await, before);
    error
}

async fn session(
    harness: &Harness,
    person: &Person,
    organization: &OrganizationId,
) -> Option<Session> {
    let actor = actor(&harness.desk, person, organization).await.unwrap()?;
    let organization_id = organization.clone();
    let scope = Scope {
        organization_id,
        mode: Mode::Live,
    };
    Some(Session { scope, actor })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_added_with_a_role_and_signs_in() {
    on_every_database(async |harness| {
        let anna = added(harness, "anna@example.com", Some(MEMBER)).await;
        assert_eq!(
            (anna.email.as_str(), anna.name.as_str()),
            ("anna@example.com", "Anna")
        );
        assert_eq!(
            (anna.created_at, anna.disabled_at),
            (harness.desk.now(), None)
        );
        assert!(is_password(&anna, PASSWORD));
        for wrong in [
            "",
            "correct horse",
            "Correct horse battery",
            "correct horse battery ",
        ] {
            assert!(!is_password(&anna, wrong), "{wrong:?}");
        }
        let team = harness
            .desk
            .store()
            .team(&harness.organization)
            .await
            .unwrap();
        assert_eq!(team, [(anna, Role::built_in(MEMBER))]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_belongs_to_one_person_in_any_letter_case() {
    on_every_database(async |harness| {
        added(harness, "anna@example.com", None).await;
        let error = refused(harness, person(" Anna@EXAMPLE.com "), Some(ADMIN)).await;
        assert!(
            matches!(&error, PersonError::EmailTaken(email) if email == "anna@example.com"),
            "{error}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_what_is_no_address_a_short_password_and_an_unknown_role() {
    on_every_database(async |harness| {
        for email in [
            "",
            "anna",
            "@example.com",
            "anna@",
            "an na@example.com",
            "a@b@c",
            "a\0@b.example",
        ] {
            let error = refused(harness, person(email), None).await;
            assert!(
                matches!(&error, PersonError::EmailMalformed(given) if given == email),
                "{email:?}"
            );
        }
        let mut short = person("anna@example.com");
        // Characters are counted, not bytes.
        short.password = "é".repeat(9);
        let error = refused(harness, short, None).await;
        assert!(matches!(error, PersonError::PasswordTooShort));
        let error = refused(harness, person("anna@example.com"), Some("owner")).await;
        assert!(
            matches!(&error, PersonError::RoleUnknown(role) if role == "owner"),
            "{error}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_replaces_the_old_one() {
    on_every_database(async |harness| {
        added(harness, "anna@example.com", None).await;
        set_password(&harness.desk, "ANNA@example.com", "another long one")
            .await
            .unwrap();
        let anna = known(harness, "anna@example.com").await;
        assert!(is_password(&anna, "another long one") && !is_password(&anna, PASSWORD));
        let short = set_password(&harness.desk, "anna@example.com", "short").await;
        assert!(matches!(short, Err(PersonError::PasswordTooShort)));
        let nobody = set_password(&harness.desk, "ben@example.com", PASSWORD).await;
        assert!(
            matches!(&nobody, Err(PersonError::EmailUnknown(email)) if email == "ben@example.com")
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_a_role_decides_what_its_people_may_do() {
    on_every_database(async |harness| {
        let store = harness.desk.store();
        let viewer = Role {
            id: "viewer".to_owned(),
            name: "Viewer".to_owned(),
            permissions: [Permission::ViewOrders].into(),
        };
        store
            .put_role(&harness.organization, &viewer)
            .await
            .unwrap();
        for (email, role, allowed) in [
            (
                "admin@example.com",
                ADMIN,
                Permission::ALL.into_iter().collect(),
            ),
            (
                "member@example.com",
                MEMBER,
                Permission::MEMBER.into_iter().collect(),
            ),
            ("viewer@example.com", "viewer", viewer.permissions.clone()),
        ] {
            let person = added(harness, email, Some(role)).await;
            let session = session(harness, &person, &harness.organization)
                .await
                .unwrap();
            assert_eq!(session.actor.permissions, allowed, "{role}");
            assert_eq!(session.actor.by.kind, ActorKind::Person);
            assert_eq!(session.actor.by.id, person.id.0);
        }
        assert!(!Permission::MEMBER.contains(&Permission::ManageSettings));
        let roles = store.roles(&harness.organization).await.unwrap();
        let names: Vec<&str> = roles.iter().map(|role| role.name.as_str()).collect();
        // By name as the database sorts names.
        assert_eq!(names.len(), 3, "{names:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_seeing_is_not_refunding() {
    on_every_database(async |harness| {
        let store = harness.desk.store();
        let viewer = Role {
            id: "viewer".to_owned(),
            name: "Viewer".to_owned(),
            permissions: [Permission::ViewOrders].into(),
        };
        store
            .put_role(&harness.organization, &viewer)
            .await
            .unwrap();
        let person = added(harness, "viewer@example.com", Some("viewer")).await;
        let session = session(harness, &person, &harness.organization)
            .await
            .unwrap();
        assert!(session.permit::<ViewOrders>().is_ok());
        fn refused<G>(permit: Result<Permit<'_, G>, Refusal>) -> Refusal {
            permit.err().unwrap()
        }
        for (refusal, permission) in [
            (
                refused(session.permit::<RefundOrders>()),
                Permission::RefundOrders,
            ),
            (
                refused(session.permit::<CancelOrders>()),
                Permission::CancelOrders,
            ),
            (
                refused(session.permit::<EditOrders>()),
                Permission::EditOrders,
            ),
        ] {
            assert_eq!(refusal, Refusal::NotPermitted { permission });
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_role_takes_effect_at_once() {
    on_every_database(async |harness| {
        let (store, now) = (harness.desk.store(), harness.desk.now());
        let anna = added(harness, "anna@example.com", Some(ADMIN)).await;
        store
            .put_member(&harness.organization, &anna.id, MEMBER, now)
            .await
            .unwrap();
        let session = session(harness, &anna, &harness.organization)
            .await
            .unwrap();
        assert!(!session.actor.may(Permission::ManageTeam));
        let unknown = store
            .put_member(&harness.organization, &anna.id, "owner", now)
            .await;
        assert!(unknown.is_err(), "a role that is not there cannot be given");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_belong_or_is_disabled_is_nobody() {
    on_every_database(async |harness| {
        let second = create(&harness.desk, "Second", Settings::default())
            .await
            .unwrap();
        let mut anna = added(harness, "anna@example.com", Some(ADMIN)).await;
        assert!(session(harness, &anna, &second).await.is_none());
        assert_eq!(harness.desk.store().team(&second).await.unwrap(), []);
        anna.disabled_at = Some(harness.desk.now());
        harness.desk.store().update_person(&anna).await.unwrap();
        let disabled = known(harness, "anna@example.com").await;
        assert_eq!(disabled.disabled_at, anna.disabled_at);
        assert!(
            session(harness, &disabled, &harness.organization)
                .await
                .is_none()
        );
        assert!(!is_password(&disabled, PASSWORD));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_operator_support_acts_everywhere_and_is_marked_as_such() {
    on_every_database(async |harness| {
        let second = create(&harness.desk, "Second", Settings::default())
            .await
            .unwrap();
        let mut new = person("support@example.com");
        new.is_support = true;
        add(&harness.desk, new, None).await.unwrap();
        let support = known(harness, "support@example.com").await;
        for organization in [&harness.organization, &second] {
            let session = session(harness, &support, organization).await.unwrap();
            assert!(session.actor.is_support());
            assert!(
                Permission::ALL
                    .into_iter()
                    .all(|permission| session.actor.may(permission))
            );
        }
        let mut disabled = support;
        disabled.disabled_at = Some(harness.desk.now());
        assert!(session(harness, &disabled, &second).await.is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p1_preferences_that_are_saved_leave_a_password_changed_meanwhile() {
    on_every_database(async |harness| {
        let anna = added(harness, "anna@example.com", Some(ADMIN)).await;
        let another = "another long password";
        set_password(&harness.desk, &anna.email, another)
            .await
            .unwrap();
        let imperial = Preferences {
            units: Units::Imperial,
            ..Preferences::default()
        };
        // As the page read her before.
        save_preferences(&harness.desk, &anna, imperial.clone())
            .await
            .unwrap();
        let anna = known(harness, "anna@example.com").await;
        assert_eq!(anna.preferences, imperial);
        assert!(is_password(&anna, another) && !is_password(&anna, PASSWORD));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p1_preferences_are_kept_and_begin_with_the_base_currency() {
    on_every_database(async |harness| {
        let mut anna = added(harness, "anna@example.com", None).await;
        let store = harness.desk.store();
        assert_eq!(
            store.preferences(&anna.id).await.unwrap(),
            Preferences::default()
        );
        assert_eq!(anna.preferences.currency, CurrencyPreference::Base);
        anna.preferences = Preferences {
            currency: CurrencyPreference::Presentment,
            language: Some("fr-CA".to_owned()),
            time_zone: Some("America/Montreal".to_owned()),
            units: Units::Imperial,
            columns: vec!["total".to_owned(), "placed".to_owned()],
            shortcuts: Shortcuts::Off,
            appearance: Appearance::Dark,
        };
        store.update_person(&anna).await.unwrap();
        assert_eq!(store.preferences(&anna.id).await.unwrap(), anna.preferences);
        let nobody = PersonId("person_nobody".to_owned());
        assert_eq!(
            store.preferences(&nobody).await.unwrap(),
            Preferences::default()
        );
        // A release before this one knew fewer of them.
        let older = "update people set preferences = '{}' where id = $1";
        sqlx::query(older)
            .bind(anna.id.as_str())
            .execute(harness.raw())
            .await
            .unwrap();
        assert_eq!(
            store.preferences(&anna.id).await.unwrap(),
            Preferences::default()
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_shows_neither_hash_nor_address() {
    on_every_database(async |harness| {
        let anna = added(harness, "anna@example.com", None).await;
        assert!(anna.password_hash.starts_with("$argon2id$"));
        let shown = format!("{anna:?}");
        for secret in ["argon2", "anna@example.com", "Anna", PASSWORD] {
            assert!(!shown.contains(secret), "{shown}");
        }
        let rows = "select password_hash from people where id = $1";
        let row = sqlx::query(rows)
            .bind(anna.id.as_str())
            .fetch_one(harness.raw())
            .await
            .unwrap();
        let stored: String = sqlx::Row::try_get(&row, 0).unwrap();
        assert!(!stored.contains(PASSWORD));
    })
    .await;
}
