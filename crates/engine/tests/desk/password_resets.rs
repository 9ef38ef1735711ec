//! Forgotten passwords: a link that works once, for an hour, and tells nobody who is here.

use engine::account_mail::Kind;
use engine::password_resets::{MOST_AT_ONCE, complete, is_good, request};
use engine::people::{ADMIN, NewPerson, PersonError, add};
use engine::sessions::{PasswordChange, change_password, resume, sign_in};

use crate::support::check::{count, number};
use crate::support::{Harness, on_every_database};

const ADA: &str = "ada@shop.example";
const OLD: &str = "correct horse battery";
const NEW: &str = "another staple horse";

async fn with_ada(harness: &Harness) {
    let ada = NewPerson {
        email: ADA.to_owned(),
        name: "Ada".to_owned(),
        password: OLD.to_owned(),
        is_support: false,
    };
    let membership = Some((&harness.organization, ADMIN));
    add(&harness.desk, ada, membership).await.unwrap();
}

/// The token of the last link that was sent.
fn token(harness: &Harness) -> String {
    let letters = harness.fakes.letters.asked();
    let text = &letters.last().unwrap().text;
    let (_, rest) = text
        .split_once("http://localhost:8080/password/new?token=")
        .unwrap_or_else(|| panic!("{text}"));
    rest.lines().next().unwrap().to_owned()
}

async fn asked(harness: &Harness) -> String {
    request(&harness.desk, " ADA@shop.example ", "fr")
        .await
        .unwrap();
    harness.drain().await;
    token(harness)
}

async fn can(harness: &Harness, password: &str) -> bool {
    let token = sign_in(&harness.desk, ADA, password).await.unwrap();
    token.is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_sets_another_password_once_and_ends_every_session() {
    on_every_database(async |harness| {
        with_ada(harness).await;
        let session = sign_in(&harness.desk, ADA, OLD)
            .await
            .unwrap()
            .unwrap()
            .session()
            .unwrap();
        let token = asked(harness).await;
        let letter = harness.fakes.letters.asked().pop().unwrap();
        assert_eq!(letter.to, ADA);
        assert_eq!(
            letter.subject,
            "Choisissez un nouveau mot de passe Bordereau"
        );
        let hashes = format!("select count(*) from password_resets where token_hash = '{token}'");
        assert_eq!(
            number(harness.raw(), &hashes).await,
            0,
            "it is stored hashed"
        );

        assert!(is_good(&harness.desk, &token).await.unwrap());
        assert!(complete(&harness.desk, &token, NEW, "en").await.unwrap());
        assert!(can(harness, NEW).await);
        assert!(!can(harness, OLD).await);
        assert!(resume(&harness.desk, &session).await.unwrap().is_none());
        harness.drain().await;
        let told = harness.fakes.letters.asked().pop().unwrap();
        assert_eq!(
            (told.to.as_str(), told.subject.as_str()),
            (ADA, "Your Bordereau password was changed")
        );

        let before = harness.traces().await;
        assert!(!is_good(&harness.desk, &token).await.unwrap());
        assert!(!complete(&harness.desk, &token, OLD, "en").await.unwrap());
        assert_eq!(harness.traces().await, before);
        assert!(can(harness, NEW).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_ends_after_an_hour() {
    on_every_database(async |harness| {
        with_ada(harness).await;
        let token = asked(harness).await;
        harness.clock.advance_s(3_599);
        assert!(is_good(&harness.desk, &token).await.unwrap());
        harness.clock.advance_s(1);
        let before = harness.traces().await;
        assert!(!is_good(&harness.desk, &token).await.unwrap());
        assert!(!complete(&harness.desk, &token, NEW, "en").await.unwrap());
        assert_eq!(harness.traces().await, before);
        assert!(can(harness, OLD).await);
        asked(harness).await;
        let kept = count(harness.raw(), "password_resets").await;
        assert_eq!(kept, 1, "what has ended is forgotten");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_password_leaves_the_link_as_good_as_it_was() {
    on_every_database(async |harness| {
        with_ada(harness).await;
        let token = asked(harness).await;
        let before = harness.traces().await;
        let refused = complete(&harness.desk, &token, "too short", "en").await;
        assert!(matches!(refused, Err(PersonError::PasswordTooShort)));
        assert_eq!(harness.traces().await, before);
        assert!(complete(&harness.desk, &token, NEW, "en").await.unwrap());
        harness.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_is_sent_anything() {
    on_every_database(async |harness| {
        with_ada(harness).await;
        let nowhere = NewPerson {
            email: "nowhere@shop.example".to_owned(),
            name: "Nowhere".to_owned(),
            password: OLD.to_owned(),
            is_support: false,
        };
        add(&harness.desk, nowhere, None).await.unwrap();
        let store = harness.desk.store();
        let mut ada = store.person(ADA).await.unwrap().unwrap();
        ada.disabled_at = Some(harness.desk.now());
        store.update_person(&ada).await.unwrap();
        let before = harness.traces().await;
        for email in [
            "nobody@shop.example",
            "",
            "nowhere@shop.example",
            ADA,
            "a\0b@c",
        ] {
            request(&harness.desk, email, "en").await.unwrap();
        }
        assert_eq!(harness.traces().await, before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_disabled_meanwhile_cannot_use_the_link() {
    on_every_database(async |harness| {
        with_ada(harness).await;
        let token = asked(harness).await;
        let store = harness.desk.store();
        let mut ada = store.person(ADA).await.unwrap().unwrap();
        ada.disabled_at = Some(harness.desk.now());
        store.update_person(&ada).await.unwrap();
        let before = harness.traces().await;
        assert!(!is_good(&harness.desk, &token).await.unwrap());
        assert!(!complete(&harness.desk, &token, NEW, "en").await.unwrap());
        assert_eq!(harness.traces().await, before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobodys_mailbox_is_filled_by_others() {
    on_every_database(async |harness| {
        with_ada(harness).await;
        for _ in 0..10 {
            request(&harness.desk, ADA, "en").await.unwrap();
        }
        harness.drain().await;
        let sent = harness.fakes.letters.asked().len() as u64;
        assert_eq!(sent, MOST_AT_ONCE);
        harness.clock.advance_s(3_600);
        asked(harness).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_uses_at_once_are_one() {
    on_every_database(async |harness| {
        with_ada(harness).await;
        let token = asked(harness).await;
        let uses = (0..8).map(|number| {
            let (desk, token) = (harness.desk.clone(), token.clone());
            let password = format!("a password of use {number}");
            tokio::spawn(async move { complete(&desk, &token, &password, "en").await.unwrap() })
        });
        let mut worked = 0;
        for used in uses.collect::<Vec<_>>() {
            worked += usize::from(used.await.unwrap());
        }
        assert_eq!(worked, 1);
        harness.drain().await;
        assert_eq!(harness.fakes.letters.asked().len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_a_password_ends_other_sessions_and_links_and_is_told() {
    on_every_database(async |harness| {
        with_ada(harness).await;
        let link = asked(harness).await;
        let here = sign_in(&harness.desk, ADA, OLD)
            .await
            .unwrap()
            .unwrap()
            .session()
            .unwrap();
        let elsewhere = sign_in(&harness.desk, ADA, OLD)
            .await
            .unwrap()
            .unwrap()
            .session()
            .unwrap();
        let signed_in = resume(&harness.desk, &here).await.unwrap().unwrap();
        let wrong = PasswordChange {
            present: NEW,
            new: NEW,
            language: "fr",
        };
        let before = harness.traces().await;
        assert!(
            !change_password(&harness.desk, &signed_in, &wrong)
                .await
                .unwrap()
        );
        assert_eq!(harness.traces().await, before);
        let right = PasswordChange {
            present: OLD,
            ..wrong
        };
        assert!(
            change_password(&harness.desk, &signed_in, &right)
                .await
                .unwrap()
        );
        assert!(resume(&harness.desk, &here).await.unwrap().is_some());
        assert!(resume(&harness.desk, &elsewhere).await.unwrap().is_none());
        assert!(!is_good(&harness.desk, &link).await.unwrap());
        harness.drain().await;
        let told = harness.fakes.letters.asked().pop().unwrap();
        assert_eq!(told.subject, "Votre mot de passe Bordereau a été modifié");
        let kinds =
            "select count(*) from account_mails where kind = 'password_changed' and state = 'sent'";
        assert_eq!(number(harness.raw(), kinds).await, 1);
        assert_eq!(Kind::PasswordChanged.name(), "password_changed");
    })
    .await;
}
