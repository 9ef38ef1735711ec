//! E-mails through a server that takes the same one twice: none goes out twice, none is lost in silence.

use std::sync::atomic::Ordering;

use domain::ids::{MailId, OrderId};
use domain::order::{Concern, MailState};
use engine::account_mail::{Kind, NewAccountMail, request};
use engine::outgoing::{Outgoing, OutgoingState};
use engine::ports::Answer;
use engine::store::StoreError;

use crate::support::orders::plain;
use crate::support::{Harness, on_every_database};

/// A canceled order whose shopper is to be told by such a server.
async fn canceled(harness: &Harness) -> OrderId {
    harness.fakes.letters_repeat.store(true, Ordering::Relaxed);
    let order = harness.take(plain("A-1")).await;
    harness.cancel(&order.id, true).await.unwrap();
    order.id
}

async fn outgoing(harness: &Harness) -> Vec<Outgoing> {
    let store = harness.desk.store();
    store.outgoing(&harness.scope(), 10).await.unwrap()
}

/// What a crash in the middle of asking the server leaves behind.
async fn crashed(harness: &Harness) {
    let waiting = "update outgoing_mails set state = 'sending' where state = 'waiting'";
    let done = sqlx::query(waiting).execute(harness.raw()).await.unwrap();
    assert_eq!(done.rows_affected(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_whose_answer_was_lost_is_not_repeated_and_asks_for_a_person() {
    on_every_database(async |harness| {
        let id = canceled(harness).await;
        let letters = &harness.fakes.letters;
        letters.reply(Answer::Unknown("the connection broke".to_owned()));
        harness.settle().await;
        harness.settle().await;
        assert_eq!(letters.asked().len(), 1);
        let order = harness.load(&id).await;
        assert_eq!(order.mails[0].state, MailState::Unknown);
        let reason = "the connection broke".to_owned();
        let concerns: Vec<_> = order.attention.iter().map(|one| &one.concern).collect();
        assert_eq!(concerns, [&Concern::MailUnknown { reason }]);
        let mails = outgoing(harness).await;
        assert_eq!(mails.len(), 1);
        assert_eq!(
            (mails[0].state, mails[0].problem.as_str()),
            (OutgoingState::Unknown, "the connection broke")
        );
        assert_eq!(mails[0].order_id, Some(id));
        assert_eq!(mails[0].settled_at, Some(mails[0].begun_at));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_a_crash_interrupted_is_not_repeated_and_asks_for_a_person() {
    on_every_database(async |harness| {
        let id = canceled(harness).await;
        let letters = &harness.fakes.letters;
        letters.reply(Answer::NotNow("greylisted".to_owned()));
        harness.drain().await;
        crashed(harness).await;
        harness.settle().await;
        assert_eq!(letters.asked().len(), 1);
        let order = harness.load(&id).await;
        let reason = "the desk was interrupted while the mail server was asked".to_owned();
        assert_eq!(order.attention[0].concern, Concern::MailUnknown { reason });
        assert_eq!(outgoing(harness).await[0].state, OutgoingState::Unknown);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_was_sent_and_not_recorded_is_recorded_and_not_sent() {
    on_every_database(async |harness| {
        let id = canceled(harness).await;
        let letters = &harness.fakes.letters;
        letters.reply(Answer::NotNow("greylisted".to_owned()));
        harness.drain().await;
        let sent = "update outgoing_mails set state = 'sent'";
        sqlx::query(sent).execute(harness.raw()).await.unwrap();
        harness.settle().await;
        assert_eq!(letters.asked().len(), 1);
        let order = harness.load(&id).await;
        assert_eq!(
            (order.mails[0].state, order.attention.len()),
            (MailState::Sent, 0)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_certainly_not_sent_is_sent_later_and_what_is_refused_is_not() {
    on_every_database(async |harness| {
        let id = canceled(harness).await;
        let letters = &harness.fakes.letters;
        letters.reply(Answer::NotNow("greylisted".to_owned()));
        harness.drain().await;
        let waiting = outgoing(harness).await.remove(0);
        assert_eq!(
            (waiting.state, waiting.problem.as_str()),
            (OutgoingState::Waiting, "greylisted")
        );
        harness.settle().await;
        let sent = outgoing(harness).await.remove(0);
        assert_eq!(
            (sent.state, sent.problem.as_str()),
            (OutgoingState::Sent, "")
        );
        assert_eq!((sent.id, letters.asked().len()), (waiting.id, 2));
        assert_eq!(harness.load(&id).await.mails[0].state, MailState::Sent);

        letters.reply(Answer::Refused("no such mailbox".to_owned()));
        let order = harness.take(plain("A-2")).await;
        harness.cancel(&order.id, true).await.unwrap();
        harness.settle().await;
        let refused = outgoing(harness).await.remove(0);
        assert_eq!(refused.order_id, Some(order.id.clone()));
        assert_eq!(refused.state, OutgoingState::Refused);
        assert_eq!(letters.asked().len(), 3);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_tried_for_three_days_is_not_sent_and_the_order_says_so() {
    on_every_database(async |harness| {
        let id = canceled(harness).await;
        let letters = &harness.fakes.letters;
        let mut tries = 0;
        while outgoing(harness).await.first().map(|mail| mail.state) != Some(OutgoingState::Refused)
        {
            letters.reply(Answer::NotNow("the mail server is down".to_owned()));
            harness.clock.advance_s(8 * 3_600);
            harness.step().await;
            tries += 1;
            assert!(tries < 50, "it is never given up");
        }
        let told = outgoing(harness).await.remove(0);
        assert_eq!(told.problem, "the mail server is down");
        let order = harness.load(&id).await;
        assert_eq!(order.mails[0].state, MailState::Failed);
        let reason = "the mail server is down".to_owned();
        assert_eq!(order.attention[0].concern, Concern::MailFailed { reason });
        let left = harness.desk.store().jobs(&harness.organization, 10).await;
        assert_eq!(left.unwrap(), []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_e_mail_to_the_team_is_not_repeated_either() {
    on_every_database(async |harness| {
        harness.fakes.letters_repeat.store(true, Ordering::Relaxed);
        let letters = &harness.fakes.letters;
        letters.reply(Answer::Unknown("the connection broke".to_owned()));
        let id: MailId = request(
            &harness.desk,
            NewAccountMail {
                organization_id: harness.organization.clone(),
                kind: Kind::PasswordReset,
                to: "zoe@shop.example".to_owned(),
                name: String::new(),
                by: String::new(),
                language: "en".to_owned(),
                link: "https://desk.example/password/new?token=s3cret".to_owned(),
                good_until: None,
            },
        )
        .await
        .unwrap();
        harness.settle().await;
        assert_eq!(letters.asked().len(), 1);
        let store = harness.desk.store();
        let mail = store.account_mail(&harness.organization, &id).await;
        let mail = mail.unwrap().unwrap();
        assert_eq!(
            (mail.state, mail.new.link.as_str()),
            (MailState::Unknown, "")
        );
        assert_eq!(outgoing(harness).await[0].state, OutgoingState::Unknown);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_server_that_is_restarted_is_asked_again() {
    on_every_database(async |harness| {
        let ended = sqlx::query("select pg_terminate_backend(pg_backend_pid())");
        let pool = sqlx::AnyPool::connect(&harness.url).await.unwrap();
        let error = ended.execute(&pool).await.unwrap_err();
        // SQLite has no such function, and asking again does not give it one.
        let is_postgres = !error.to_string().contains("no such function");
        assert_eq!(StoreError::from(error).is_transient(), is_postgres);
    })
    .await;
}
