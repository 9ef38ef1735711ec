//! The words of e-mails to shoppers: ours or the merchant's, tried before they are kept.

use domain::actor::{ActorKind, Permission};
use domain::order::Mode;
use domain::refusal::Refusal;
use engine::account_mail::Kind;
use engine::failure::Failure;
use engine::mail_words::{Which, WordsError, own, preview, reset, save, send_test};
use engine::organizations::{Settings, create};
use engine::permit::{ManageSettings, Scope};
use engine::settings_log::{Act, entries};
use letters::{Field, Language, Why, Words};

use crate::support::{Harness, on_every_database, session};

const REFUND: Which = Which {
    kind: Kind::Refund,
    language: Language::French,
};

fn words(subject: &str) -> Words {
    Words {
        subject: subject.to_owned(),
        ..Words::ours(REFUND.kind, REFUND.language)
    }
}

/// The subject of a trial, which is sent in the words in force.
async fn sent(harness: &Harness) -> String {
    let admin = harness.admin();
    let permit = admin.permit().unwrap();
    send_test(&harness.desk, &permit, REFUND, "ada@shop.example")
        .await
        .unwrap();
    harness.drain().await;
    let letter = harness.fakes.letters.asked().pop().unwrap();
    assert_eq!(letter.to, "ada@shop.example");
    letter.subject
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merchants_words_are_in_force_until_ours_are_again() {
    on_every_database(async |harness| {
        let admin = harness.admin();
        let permit = admin.permit::<ManageSettings>().unwrap();
        let desk = &harness.desk;
        let ours = "Un remboursement pour votre commande 1001";
        assert_eq!(sent(harness).await, ours);
        for subject in ["Premier {{ number }}", "Merci {{ name }} de {{ shop }}"] {
            save(desk, &permit, REFUND, words(&format!("{subject} !")))
                .await
                .unwrap();
        }
        assert_eq!(sent(harness).await, "Merci Zoé de First !");
        let kept = own(desk, &permit).await.unwrap();
        assert_eq!(kept.len(), 1);
        assert_eq!((kept[0].which, kept[0].at), (REFUND, desk.now()));
        reset(desk, &permit, REFUND).await.unwrap();
        assert_eq!(sent(harness).await, ours);

        save(desk, &permit, REFUND, words("Autre")).await.unwrap();
        save(
            desk,
            &permit,
            REFUND,
            Words::ours(REFUND.kind, REFUND.language),
        )
        .await
        .unwrap();
        assert_eq!(own(desk, &permit).await.unwrap(), []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_log_tells_who_changed_which_words() {
    on_every_database(async |harness| {
        let admin = harness.admin();
        let permit = admin.permit::<ManageSettings>().unwrap();
        let desk = &harness.desk;
        let Which { kind, language } = REFUND;
        reset(desk, &permit, REFUND).await.unwrap();
        for _ in 0..2 {
            save(desk, &permit, REFUND, words("Merci")).await.unwrap();
        }
        save(desk, &permit, REFUND, Words::ours(kind, language))
            .await
            .unwrap();
        let (log, _) = entries(desk, &admin.permit().unwrap(), None).await.unwrap();
        let acts: Vec<Act> = log.iter().map(|entry| entry.act.clone()).collect();
        let letter = kind;
        assert_eq!(
            acts,
            [
                Act::WordsReset { letter, language },
                Act::WordsChanged { letter, language }
            ]
        );
        assert_eq!((&log[0].by, log[0].at), (&admin.actor.by, desk.now()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_that_do_not_work_for_every_order_are_not_kept() {
    on_every_database(async |harness| {
        let admin = harness.admin();
        let permit = admin.permit::<ManageSettings>().unwrap();
        save(&harness.desk, &permit, REFUND, words("Avant"))
            .await
            .unwrap();
        let before = harness.traces().await;
        for (subject, why) in [
            ("{{ nmae }}", Why::UnknownName),
            ("{{ name", Why::Notation),
            ("{{ name }}", Why::Empty),
        ] {
            let error = save(&harness.desk, &permit, REFUND, words(subject)).await;
            let Err(WordsError::Mistake(mistake)) = error else {
                panic!("{subject}: {error:?}");
            };
            assert_eq!((mistake.field, mistake.why), (Field::Subject, why));
        }
        assert_eq!(harness.traces().await, before);
        assert_eq!(sent(harness).await, "Avant");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organization_keeps_its_own() {
    on_every_database(async |harness| {
        let admin = harness.admin();
        let permit = admin.permit::<ManageSettings>().unwrap();
        save(&harness.desk, &permit, REFUND, words("Le nôtre"))
            .await
            .unwrap();
        let second = create(&harness.desk, "Second", Settings::default())
            .await
            .unwrap();
        let scope = Scope {
            organization_id: second,
            mode: Mode::Live,
        };
        let other = session(scope, ActorKind::Person, &Permission::ALL);
        let other = other.permit::<ManageSettings>().unwrap();
        assert_eq!(own(&harness.desk, &other).await.unwrap(), []);
        reset(&harness.desk, &other, REFUND).await.unwrap();
        assert_eq!(own(&harness.desk, &permit).await.unwrap().len(), 1);
        let shown = preview(&harness.desk, &other, REFUND, None, "").await;
        let subject = shown.unwrap().subject;
        assert_eq!(subject, "Un remboursement pour votre commande 1001");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_preview_speaks_of_orders_that_one_may_see() {
    on_every_database(async |harness| {
        let admin = harness.admin();
        let permit = admin.permit::<ManageSettings>().unwrap();
        let shown = preview(&harness.desk, &permit, REFUND, None, " nowhere ").await;
        assert!(
            matches!(&shown, Err(WordsError::NoSuchOrder(number)) if number == "nowhere"),
            "{shown:?}"
        );
        let blind = session(
            harness.scope(),
            ActorKind::Person,
            &[Permission::ManageSettings],
        );
        let blind = blind.permit::<ManageSettings>().unwrap();
        let shown = preview(&harness.desk, &blind, REFUND, None, "nowhere").await;
        let permission = Permission::ViewOrders;
        assert!(
            matches!(
                &shown,
                Err(WordsError::Failure(Failure::Refused(Refusal::NotPermitted { permission: lacking })))
                    if *lacking == permission
            ),
            "{shown:?}"
        );
    })
    .await;
}
