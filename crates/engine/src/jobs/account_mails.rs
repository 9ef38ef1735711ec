//! Sends e-mails to people of the desk: each once, and none whose link has ended.

use domain::ids::MailId;
use domain::order::MailState;
use letters::{Account, Kind, Language, Shop, Words, account};

use super::mails::written;
use super::worker::{Tried, scope};
use crate::account_mail::AccountMail;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::mail_words::{Which, in_force};
use crate::outgoing::{Delivery, deliver, give_up};
use crate::permit::Scope;
use crate::ports::{Letter, Ports};
use crate::store::StoreError;
use crate::store::queue::Job;

/// Sends one.
pub(super) async fn send(desk: &Desk, ports: &Ports, job: &Job) -> Result<Tried, Failure> {
    let Some(mail) = waiting(desk, job).await? else {
        return Ok(Tried::Finished);
    };
    if mail.new.good_until.is_some_and(|until| until <= desk.now()) {
        let problem = "it could not be sent before its link ended";
        return settled(desk, &mail, MailState::Failed, problem).await;
    }
    let letter = letter(desk, &mail, scope(job)).await?;
    match deliver(desk, &*ports.mail, &letter).await? {
        Delivery::Sent => settled(desk, &mail, MailState::Sent, "").await,
        Delivery::Refused(problem) => settled(desk, &mail, MailState::Failed, &problem).await,
        Delivery::Unknown(problem) => settled(desk, &mail, MailState::Unknown, &problem).await,
        Delivery::Later(problem) => Ok(Tried::Again(problem)),
    }
}

/// Marks an e-mail as failed that was tried for long enough.
pub(super) async fn given_up(desk: &Desk, job: &Job, problem: &str) -> Result<(), StoreError> {
    if let Some(mail) = waiting(desk, job).await? {
        let state = give_up(desk, &job.job.organization_id, &mail.id, problem).await?;
        let store = desk.store();
        store
            .settle_account_mail(&mail, state, problem, desk.now())
            .await?;
    }
    Ok(())
}

async fn waiting(desk: &Desk, job: &Job) -> Result<Option<AccountMail>, StoreError> {
    let id = MailId(job.job.subject.clone());
    let organization = &job.job.organization_id;
    let mail = desk.store().account_mail(organization, &id).await?;
    Ok(mail.filter(|mail| mail.state == MailState::Requested))
}

async fn settled(
    desk: &Desk,
    mail: &AccountMail,
    to: MailState,
    problem: &str,
) -> Result<Tried, Failure> {
    let store = desk.store();
    store
        .settle_account_mail(mail, to, problem, desk.now())
        .await?;
    Ok(Tried::Finished)
}

async fn letter(desk: &Desk, mail: &AccountMail, scope: Scope) -> Result<Letter, Failure> {
    let new = &mail.new;
    let (name, settings) = desk.store().sender(&new.organization_id).await?;
    let which = Which {
        kind: new.kind,
        language: Language::of(&new.language),
    };
    let shop = Shop { name: &name };
    // What shoppers get comes here only as a trial that someone sends to themselves.
    let is_trial = Kind::TO_SHOPPER.contains(&new.kind);
    let (words, facts) = if is_trial {
        let example = letters::example(which.language);
        let words = in_force(desk, &new.organization_id, which).await?;
        (words, letters::facts(&example, new.kind, &shop))
    } else {
        let reader = Account {
            name: &new.name,
            email: &new.to,
            by: &new.by,
            link: &new.link,
            language: &new.language,
        };
        let words = Words::ours(new.kind, which.language);
        (words, account(&reader, new.kind, &shop))
    };
    let written = written(&words, which, &facts)?;
    Ok(Letter {
        id: mail.id.clone(),
        scope,
        kind: new.kind,
        order_id: None,
        to: new.to.clone(),
        from: settings.mail_from,
        from_name: name,
        reply_to: settings.mail_reply_to,
        at: mail.created_at,
        subject: written.subject,
        text: written.text,
        html: written.html,
    })
}
