//! E-mails to people of the desk: recorded with what caused them, sent once, their secrets forgotten.

use domain::ids::MailId;
use domain::order::MailState;
use engine::account_mail::{AccountMail, Kind, NewAccountMail, request};
use engine::jobs::Stepped;
use engine::organizations::{Settings, create};
use engine::ports::Answer;
use jiff::SignedDuration;

use crate::support::{Harness, on_every_database};

const LINK: &str = "https://desk.example/invitations/s3cret";

fn invitation(harness: &Harness) -> NewAccountMail {
    NewAccountMail {
        organization_id: harness.organization.clone(),
        kind: Kind::Invitation,
        to: "zoe@shop.example".to_owned(),
        name: String::new(),
        by: "Ada".to_owned(),
        language: "fr-CA".to_owned(),
        link: LINK.to_owned(),
        good_until: None,
    }
}

async fn stored(harness: &Harness, id: &MailId) -> AccountMail {
    let store = harness.desk.store();
    let found = store.account_mail(&harness.organization, id).await;
    found.unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_sent_once_and_its_link_forgotten() {
    on_every_database(async |harness| {
        let id = request(&harness.desk, invitation(harness)).await.unwrap();
        let waiting = stored(harness, &id).await;
        assert_eq!(
            (waiting.state, waiting.new.link.as_str()),
            (MailState::Requested, LINK)
        );
        assert!(harness.fakes.letters.asked().is_empty(), "first recorded");
        harness.drain().await;
        let sent = stored(harness, &id).await;
        assert_eq!((sent.state, sent.new.link.as_str()), (MailState::Sent, ""));
        assert_eq!(sent.settled_at, Some(harness.desk.now()));
        harness.settle().await;
        let letters = harness.fakes.letters.asked();
        assert_eq!(letters.len(), 1);
        let letter = &letters[0];
        assert_eq!(letter.id, id);
        assert_eq!(letter.to, "zoe@shop.example");
        assert_eq!(
            (letter.from.as_str(), letter.from_name.as_str()),
            ("orders@localhost", "First")
        );
        assert_eq!(
            letter.subject,
            "Ada vous invite au bureau des commandes de First"
        );
        assert!(letter.text.contains(LINK), "{}", letter.text);
        assert!(letter.html.contains(LINK), "{}", letter.html);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_could_not_be_sent_is_tried_again_with_the_same_id() {
    on_every_database(async |harness| {
        let id = request(&harness.desk, invitation(harness)).await.unwrap();
        let letters = &harness.fakes.letters;
        letters.reply(Answer::NotNow("421 too busy".to_owned()));
        letters.reply(Answer::Unknown("no answer".to_owned()));
        harness.drain().await;
        assert_eq!(stored(harness, &id).await.state, MailState::Requested);
        harness.wait();
        harness.drain().await;
        assert_eq!(stored(harness, &id).await.new.link, LINK);
        harness.settle().await;
        assert_eq!(stored(harness, &id).await.state, MailState::Sent);
        let ids: Vec<MailId> = letters
            .asked()
            .into_iter()
            .map(|letter| letter.id)
            .collect();
        assert_eq!(ids, [id.clone(), id.clone(), id]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_or_never_works_says_so_and_keeps_no_secret() {
    on_every_database(async |harness| {
        let letters = &harness.fakes.letters;
        let refused = request(&harness.desk, invitation(harness)).await.unwrap();
        letters.reply(Answer::Refused("550 no such user".to_owned()));
        harness.drain().await;
        let refused = stored(harness, &refused).await;
        assert_eq!(refused.state, MailState::Failed);
        assert_eq!(refused.problem, "550 no such user");
        assert_eq!(refused.new.link, "");

        let never = request(&harness.desk, invitation(harness)).await.unwrap();
        for _ in 0..24 {
            letters.reply(Answer::NotNow("421 too busy".to_owned()));
            harness.wait();
            harness.step().await;
        }
        let never = stored(harness, &never).await;
        assert_eq!(never.state, MailState::Failed);
        assert_eq!(
            (never.problem.as_str(), never.new.link.as_str()),
            ("421 too busy", "")
        );
        assert_eq!(letters.asked().len(), 25);
        harness.wait();
        assert_eq!(harness.drain().await, Stepped::default());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_has_ended_is_not_sent() {
    on_every_database(async |harness| {
        let mut late = invitation(harness);
        late.good_until = Some(harness.desk.now() + SignedDuration::from_hours(1));
        let id = request(&harness.desk, late).await.unwrap();
        harness.clock.advance_s(3_600);
        harness.drain().await;
        let late = stored(harness, &id).await;
        assert_eq!(late.state, MailState::Failed);
        assert_eq!(late.problem, "it could not be sent before its link ended");
        assert_eq!(late.new.link, "");
        assert!(harness.fakes.letters.asked().is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organization_does_not_see_it() {
    on_every_database(async |harness| {
        let second = create(&harness.desk, "Second", Settings::default())
            .await
            .unwrap();
        let id = request(&harness.desk, invitation(harness)).await.unwrap();
        let found = harness.desk.store().account_mail(&second, &id).await;
        assert!(found.unwrap().is_none());
        harness.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_shows_neither_address_nor_link() {
    on_every_database(async |harness| {
        let id = request(&harness.desk, invitation(harness)).await.unwrap();
        let shown = format!("{:?}", stored(harness, &id).await);
        harness.drain().await;
        let letter = format!("{:?}", harness.fakes.letters.asked());
        for secret in ["s3cret", "zoe@"] {
            assert!(!shown.contains(secret), "{shown}");
            assert!(!letter.contains(secret), "{letter}");
        }
    })
    .await;
}
