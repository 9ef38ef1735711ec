//! What a person or a program does with webhooks; each is written down in the log of settings.

use domain::ids::{MessageId, OrderId, WebhookId};
use domain::webhook::{MAX_DESCRIPTION, MAX_QUERY, MAX_URL, MOST, WebhookRefusal, WebhookType};
use jiff::Timestamp;

use super::looks::webhook;
use super::patch::Patch;
use super::{
    Kept, Message, MessageState, OVERLAP, Secret, Standing, Webhook, WebhookFailure, WebhookStatus,
};
use crate::desk::Desk;
use crate::orders::{Idempotency, kept_key};
use crate::outlet::Outlet;
use crate::permit::{ManageSettings, Permit, ViewOrders};
use crate::settings_log::Act;
use crate::store::StoreError;
use crate::store::change::Change;
use crate::store::commit::Remembered;

/// What a webhook is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What it tells.
    pub kind: WebhookType,
    /// Where.
    pub url: String,
    /// Whether it is told anything.
    pub status: WebhookStatus,
    /// What it is for.
    pub description: String,
    /// A query of its own; none for the whole object.
    pub query: Option<String>,
}

/// Makes a webhook in the mode of the session. Its messages show what whoever makes it may see, and no more.
///
/// # Errors
/// [`WebhookRefusal`] naming the field; the database.
pub async fn create(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    _sees: &Permit<'_, ViewOrders>,
    draft: Draft,
    once: Once<'_>,
) -> Result<Webhook, WebhookFailure> {
    let draft = checked(desk, draft).await?;
    let (scope, now, actor) = (permit.scope(), desk.now(), permit.actor());
    let mut change = match begin(desk, permit, once).await? {
        Begun::Fresh(change) => change,
        Begun::Answered(id, _) => return found(desk, permit, &WebhookId(id)).await,
    };
    if change.count_webhooks().await? >= MOST {
        return Err(WebhookRefusal::TooMany { max: MOST }.into());
    }
    let webhook = Webhook {
        organization_id: scope.organization_id.clone(),
        id: WebhookId(desk.ids().fresh(WebhookId::PREFIX, now)),
        mode: scope.mode,
        kind: draft.kind,
        url: draft.url,
        status: draft.status,
        description: draft.description,
        query: draft.query,
        secrets: vec![Secret::fresh(desk)],
        actor: Kept::from(actor),
        created_by: actor.by.id.clone(),
        created_at: now,
        updated_by: actor.by.id.clone(),
        updated_at: now,
        standing: Standing::default(),
    };
    change.insert_webhook(&webhook).await?;
    let (name, to) = told(&webhook);
    let act = Act::WebhookMade { name, to };
    change.note(desk, &actor.by, &act).await?;
    finish(desk, permit, change, once, (&webhook.id.0, 0)).await?;
    Ok(webhook)
}

/// Changes a webhook. From then on its messages show what whoever changes it may see.
///
/// # Errors
/// As [`create`]; [`WebhookRefusal::Gone`].
pub async fn update(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    _sees: &Permit<'_, ViewOrders>,
    id: &WebhookId,
    patch: Patch,
    once: Once<'_>,
) -> Result<Webhook, WebhookFailure> {
    let Begun::Fresh(mut change) = begin(desk, permit, once).await? else {
        return found(desk, permit, id).await;
    };
    let before = found(desk, permit, id).await?;
    let draft = checked(desk, patch.over(&before)).await?;
    let actor = permit.actor();
    let after = Webhook {
        kind: draft.kind,
        url: draft.url,
        status: draft.status,
        description: draft.description,
        query: draft.query,
        actor: Kept::from(actor),
        updated_by: actor.by.id.clone(),
        updated_at: desk.now(),
        ..before.clone()
    };
    change.put_webhook(&after, desk.now()).await?;
    let (name, to) = told(&after);
    let act = if before.status == after.status {
        let from = before.url;
        Act::WebhookChanged { name, from, to }
    } else if after.status == WebhookStatus::Enabled {
        Act::WebhookEnabled { name, to }
    } else {
        Act::WebhookDisabled { name, to }
    };
    change.note(desk, &actor.by, &act).await?;
    finish(desk, permit, change, once, (&id.0, 0)).await?;
    desk.webhook_bell().notify_one();
    Ok(after)
}

/// Deletes a webhook: nothing more is sent, what waits is dropped. Its tries can be looked at for as long as any other.
///
/// # Errors
/// [`WebhookRefusal::Gone`]; the database.
pub async fn delete(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    id: &WebhookId,
    once: Once<'_>,
) -> Result<(), WebhookFailure> {
    let Begun::Fresh(mut change) = begin(desk, permit, once).await? else {
        return Ok(());
    };
    let webhook = found(desk, permit, id).await?;
    change.delete_webhook(id, desk.now()).await?;
    let (name, to) = told(&webhook);
    let act = Act::WebhookDeleted { name, to };
    change.note(desk, &permit.actor().by, &act).await?;
    finish(desk, permit, change, once, (&id.0, 0)).await
}

/// Gives a webhook a new secret. The one before signs beside it for [`OVERLAP`], so that nothing is refused meanwhile.
///
/// # Errors
/// [`WebhookRefusal::Gone`]; the database.
pub async fn rotate(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    id: &WebhookId,
    once: Once<'_>,
) -> Result<Webhook, WebhookFailure> {
    let Begun::Fresh(mut change) = begin(desk, permit, once).await? else {
        return found(desk, permit, id).await;
    };
    let mut webhook = found(desk, permit, id).await?;
    let now = desk.now();
    let end = now.checked_add(OVERLAP).unwrap_or(Timestamp::MAX);
    let still_good = |one: &Secret| one.until.is_none_or(|until| now < until);
    webhook.secrets.retain(still_good);
    for one in &mut webhook.secrets {
        one.until.get_or_insert(end);
    }
    webhook.secrets.insert(0, Secret::fresh(desk));
    change.put_secrets(&webhook).await?;
    let (name, to) = told(&webhook);
    let act = Act::WebhookSecretRotated { name, to };
    change.note(desk, &permit.actor().by, &act).await?;
    finish(desk, permit, change, once, (&id.0, 0)).await?;
    Ok(webhook)
}

/// Sends a message of the type TEST, which tells of no order.
///
/// # Errors
/// [`WebhookRefusal::Gone`], [`WebhookRefusal::Disabled`]; the database.
pub async fn test(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    id: &WebhookId,
    once: Once<'_>,
) -> Result<MessageId, WebhookFailure> {
    let mut change = match begin(desk, permit, once).await? {
        Begun::Fresh(change) => change,
        Begun::Answered(id, _) => return Ok(MessageId(id)),
    };
    let webhook = found(desk, permit, id).await?;
    if webhook.status == WebhookStatus::Disabled {
        return Err(WebhookRefusal::Disabled.into());
    }
    let now = desk.now();
    let data = serde_json::json!({
        "webhookId": webhook.id,
        "description": "This is a test: nothing happened to any order.",
    });
    let message = Message {
        id: MessageId(desk.ids().fresh(MessageId::PREFIX, now)),
        kind: WebhookType::Test,
        order_id: String::new(),
        subject: String::new(),
        state: MessageState::Waiting,
        body: body(WebhookType::Test, now, &data.to_string()),
        attempts: 0,
        happened_at: now,
        since: now,
        next_at: now,
        problem: String::new(),
    };
    change.insert_message(&webhook, &message).await?;
    finish(desk, permit, change, once, (&message.id.0, 0)).await?;
    desk.webhook_bell().notify_one();
    Ok(message.id)
}

/// Which messages to send again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Again {
    /// This one.
    Message(MessageId),
    /// Those of what happened from one time on and before another.
    Between {
        /// From this time on.
        from: Timestamp,
        /// Before this time.
        until: Timestamp,
        /// Only those that a person has to look at, not those that arrived.
        is_parked_only: bool,
    },
}

/// Sends settled messages again, with the same identifiers and bodies; how many.
///
/// # Errors
/// [`WebhookRefusal::Gone`], [`WebhookRefusal::Disabled`], [`WebhookRefusal::NothingToReplay`]; the database.
pub async fn replay(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    id: &WebhookId,
    again: &Again,
    once: Once<'_>,
) -> Result<u64, WebhookFailure> {
    let mut change = match begin(desk, permit, once).await? {
        Begun::Fresh(change) => change,
        Begun::Answered(_, count) => return Ok(count),
    };
    let webhook = found(desk, permit, id).await?;
    if webhook.status == WebhookStatus::Disabled {
        return Err(WebhookRefusal::Disabled.into());
    }
    let count = change.replay_messages(id, again, desk.now()).await?;
    if count == 0 {
        return Err(WebhookRefusal::NothingToReplay.into());
    }
    let (name, to) = told(&webhook);
    let act = Act::WebhookReplayed {
        name,
        to,
        messages: count,
    };
    change.note(desk, &permit.actor().by, &act).await?;
    finish(desk, permit, change, once, (&id.0, count)).await?;
    desk.webhook_bell().notify_one();
    Ok(count)
}

/// A body as it is sent: what is told, when it happened, and the data, which is JSON already.
pub(crate) fn body(kind: WebhookType, happened_at: Timestamp, data: &str) -> String {
    let name = crate::store::orders::name(&kind);
    format!(r#"{{"type":"{name}","timestamp":"{happened_at}","data":{data}}}"#)
}

/// What a webhook is called in the log: its type and where it goes.
fn told(webhook: &Webhook) -> (String, String) {
    let name = crate::store::orders::name(&webhook.kind);
    (name, webhook.url.clone())
}

async fn found(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    id: &WebhookId,
) -> Result<Webhook, WebhookFailure> {
    let found = webhook(desk, permit, id).await?;
    Ok(found.ok_or(WebhookRefusal::Gone)?)
}

/// A caller's key, where it sent one: asking again under it changes nothing and answers the same.
pub type Once<'a> = Option<&'a Idempotency>;

/// How an act begins.
enum Begun {
    /// It is new; the organization is held until it is done.
    Fresh(Box<Change>),
    /// It was done before: with what, and how much.
    Answered(String, u64),
}

async fn begin(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    once: Once<'_>,
) -> Result<Begun, WebhookFailure> {
    let (store, scope) = (desk.store(), permit.scope());
    let change = store.change(&scope.organization_id).await?;
    let change = Box::new(change.ok_or(WebhookRefusal::Gone)?);
    let Some(once) = once else {
        return Ok(Begun::Fresh(change));
    };
    let key = kept_key(scope.mode, once);
    match store.answered(&scope.organization_id, &key).await? {
        None => Ok(Begun::Fresh(change)),
        Some(known) if known.fingerprint == once.fingerprint => {
            Ok(Begun::Answered(known.order_id.0, known.version))
        }
        Some(_) => Err(WebhookFailure::KeyReused),
    }
}

/// Commits an act, and remembers what it was about under the caller's key.
async fn finish(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    mut change: Box<Change>,
    once: Once<'_>,
    (about, count): (&str, u64),
) -> Result<(), WebhookFailure> {
    if let Some(once) = once {
        let remembered = Remembered {
            key: kept_key(permit.scope().mode, once),
            fingerprint: once.fingerprint.clone(),
            order_id: OrderId(about.to_owned()),
            version: count,
        };
        change.remember(&remembered, desk.now()).await?;
    }
    Ok(change.commit().await?)
}

async fn checked(desk: &Desk, draft: Draft) -> Result<Draft, WebhookFailure> {
    let outlet: Option<&Outlet> = desk.outlet();
    let no_outlet = || StoreError::Setup("this process sends no webhooks".to_owned());
    let outlet = outlet.ok_or_else(no_outlet)?;
    let text = |text: &str, field: &str, max: usize| {
        let text = text.trim();
        if text.chars().count() > max {
            let field = field.to_owned();
            return Err(WebhookRefusal::TooLong { field, max });
        }
        Ok(text.to_owned())
    };
    if draft.kind == WebhookType::Test {
        return Err(WebhookRefusal::TypeNone.into());
    }
    let url = text(&draft.url, "url", MAX_URL)?;
    outlet.endpoints.check(&url)?;
    let description = text(&draft.description, "description", MAX_DESCRIPTION)?;
    let query = text(
        draft.query.as_deref().unwrap_or_default(),
        "query",
        MAX_QUERY,
    )?;
    let query = Some(query).filter(|query| !query.is_empty());
    if let Some(query) = &query {
        let checked = outlet.bodies.check(query).await;
        checked.map_err(|why| WebhookRefusal::QueryWrong { why })?;
    }
    Ok(Draft {
        url,
        description,
        query,
        ..draft
    })
}
