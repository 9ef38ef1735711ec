//! E-mails to the shopper: asked for once the fact is certain, sent once (C7).

use domain::actor::ActorKind;
use domain::command::Fact;
use domain::ids::MailId;
use domain::order::MailState;
use letters::{Facts, Language, Mistake, Shop, Words, Written, write};

use super::worker::{Tried, scope};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::mail_words::{Which, in_force};
use crate::orders::{load_in, record_fact};
use crate::outgoing::{Delivery, deliver, give_up};
use crate::ports::{Letter, Ports};
use crate::store::StoreError;
use crate::store::queue::Job;

/// Sends an e-mail in the order's language.
pub(super) async fn send(desk: &Desk, ports: &Ports, job: &Job) -> Result<Tried, Failure> {
    let order = load_in(desk, &scope(job), &job.job.order_id).await?;
    let id = MailId(job.job.subject.clone());
    let waiting = order
        .mails
        .iter()
        .find(|mail| mail.id == id && mail.state == MailState::Requested);
    let Some(mail) = waiting.cloned() else {
        return Ok(Tried::Finished);
    };
    let (shop, settings) = desk.store().sender(&order.organization_id).await?;
    let addresses = [&order.bill_to.email, &order.ship_to.email];
    let Some(to) = addresses
        .into_iter()
        .find(|address| !address.is_empty())
        .cloned()
    else {
        return record(
            desk,
            job,
            id,
            MailState::Failed,
            "the order has no e-mail address",
        )
        .await;
    };
    let which = Which {
        kind: mail.kind.into(),
        language: Language::of(&order.language),
    };
    let facts = letters::order(&order, &id, which.kind, &Shop { name: &shop });
    let words = in_force(desk, &order.organization_id, which).await?;
    let written = written(&words, which, &facts)?;
    let letter = Letter {
        id: id.clone(),
        scope: scope(job),
        kind: which.kind,
        order_id: Some(order.id.clone()),
        to,
        from: settings.mail_from,
        from_name: shop,
        reply_to: settings.mail_reply_to,
        at: order.updated_at,
        subject: written.subject,
        text: written.text,
        html: written.html,
    };
    match deliver(desk, &*ports.mail, &letter).await? {
        Delivery::Sent => record(desk, job, id, MailState::Sent, "").await,
        Delivery::Refused(problem) => record(desk, job, id, MailState::Failed, &problem).await,
        Delivery::Unknown(problem) => record(desk, job, id, MailState::Unknown, &problem).await,
        Delivery::Later(problem) => Ok(Tried::Again(problem)),
    }
}

/// Says on the order what came of an e-mail that is not tried any more.
pub(super) async fn given_up(desk: &Desk, job: &Job, problem: &str) -> Result<(), Failure> {
    let id = MailId(job.job.subject.clone());
    let state = give_up(desk, &job.job.organization_id, &id, problem).await?;
    record(desk, job, id, state, problem).await.map(|_| ())
}

/// The letter; where the merchant's words do not work for this order after all, in ours: the shopper waits for it.
pub(super) fn written(words: &Words, which: Which, facts: &Facts) -> Result<Written, Failure> {
    let ours = |mistake: Mistake| {
        tracing::warn!(kind = which.kind.name(), %mistake, "an e-mail went out in our words");
        write(&Words::ours(which.kind, which.language), facts)
    };
    write(words, facts).or_else(ours).map_err(|mistake| {
        let problem = format!("the words of a {} e-mail: {mistake}", which.kind.name());
        Failure::Store(StoreError::Setup(problem))
    })
}

async fn record(
    desk: &Desk,
    job: &Job,
    mail: MailId,
    state: MailState,
    problem: &str,
) -> Result<Tried, Failure> {
    let fact = Fact::Mail {
        mail,
        state,
        problem: problem.to_owned(),
    };
    record_fact(desk, &scope(job), &job.job.order_id, ActorKind::Desk, &fact).await?;
    Ok(Tried::Finished)
}
