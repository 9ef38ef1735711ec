//! Webhooks as programs set and see them: subscriptions, tries, and what is sent again.

pub mod bodies;
mod objects;

use async_graphql::{Context, Error, ID, InputObject, MaybeUndefined, Object, Result};
use domain::ids::{AttemptId, MessageId, WebhookId};
use domain::webhook::WebhookRefusal;
use engine::failure::Failure;
use engine::orders::Idempotency;
use engine::permit::ManageSettings;
use engine::webhooks::WebhookFailure;
use engine::webhooks::acts::{self, Again, Draft};
use engine::webhooks::looks::{self, Tries};
use engine::webhooks::patch::Patch;
use jiff::Timestamp;

use self::objects::{
    Done, Webhook, WebhookConnection, WebhookLog, WebhookLogConnection, WebhookStatus, WebhookType,
};
use super::caller::{Asked, Caller};
use super::errors::{ErrorType, Said};
use super::query::page_size;
use super::scalars::DateTime;

/// Which webhooks.
#[derive(Default, InputObject)]
pub(super) struct WebhooksFilterInput {
    #[graphql(name = "type")]
    kind: Option<WebhookType>,
}

/// Which tries; what is said must all hold.
#[derive(Default, InputObject)]
pub(super) struct WebhookLogsFilterInput {
    #[graphql(name = "type")]
    kind: Option<WebhookType>,
    /// Of this webhook alone, which may be deleted.
    webhook_id: Option<ID>,
}

/// A webhook to be made.
#[derive(InputObject)]
pub(super) struct WebhookCreateInput {
    status: WebhookStatus,
    #[graphql(name = "type")]
    kind: WebhookType,
    /// Where messages go: https, and a public address unless the desk allows others.
    url: String,
    /// A query of its own, whose answer is the data of each message; the whole object where there is none. It is given
    /// the variables $id (the shipment's or the order's) and $orderId, and shows what whoever sets it may see.
    query: Option<String>,
    /// What it is for.
    description: Option<String>,
}

/// What is to change of a webhook; what is left out stays.
#[derive(InputObject)]
pub(super) struct WebhookUpdateInput {
    id: ID,
    status: Option<WebhookStatus>,
    #[graphql(name = "type")]
    kind: Option<WebhookType>,
    url: Option<String>,
    /// Null, or an empty text, for the whole object.
    query: MaybeUndefined<String>,
    description: Option<String>,
}

/// Messages to send again: one, or all of a time.
#[derive(InputObject)]
pub(super) struct WebhookReplayInput {
    /// The webhook.
    id: ID,
    /// One message, by its webhook-id.
    message_id: Option<ID>,
    /// Of what happened from this time on.
    from: Option<DateTime>,
    /// Of what happened before this time.
    until: Option<DateTime>,
    /// Only what was given up, not what arrived.
    parked_only: Option<bool>,
}

/// What can be asked about webhooks; it needs the permission to manage settings.
#[derive(Default)]
pub(super) struct WebhookQueries;

#[Object]
impl WebhookQueries {
    /// A webhook of the key's mode.
    async fn webhook(&self, context: &Context<'_>, id: ID) -> Option<Result<Webhook>> {
        Some(one(context, &id).await)
    }

    /// The webhooks of the key's mode, oldest first: 50 a page, and 250 at most.
    async fn webhooks(
        &self,
        context: &Context<'_>,
        after: Option<String>,
        before: Option<String>,
        filter: Option<WebhooksFilterInput>,
        first: Option<i64>,
        last: Option<i64>,
    ) -> Result<WebhookConnection> {
        let caller = Caller::of(context);
        let permit = caller.permit::<ManageSettings>()?;
        let all = looks::webhooks(&caller.desk, &permit).await?;
        let kind = filter.unwrap_or_default().kind.map(Into::into);
        let all = all.into_iter();
        let all: Vec<_> = all
            .filter(|webhook| kind.is_none_or(|kind| webhook.kind == kind))
            .collect();
        let limit = limit(first, last)?;
        Ok(WebhookConnection::page(
            all,
            (after, before),
            limit,
            last.is_some(),
        ))
    }

    /// Every try to tell something, newest first: 50 a page, and 250 at most. They are kept for 30 days.
    async fn webhook_logs(
        &self,
        context: &Context<'_>,
        after: Option<String>,
        before: Option<String>,
        filter: Option<WebhookLogsFilterInput>,
        first: Option<i64>,
        last: Option<i64>,
    ) -> Result<WebhookLogConnection> {
        let caller = Caller::of(context);
        let permit = caller.permit::<ManageSettings>()?;
        let filter = filter.unwrap_or_default();
        let is_from_end = last.is_some();
        let has_bound = if is_from_end {
            before.is_some()
        } else {
            after.is_some()
        };
        // What comes after a try on the page was before it in time.
        let tries = Tries {
            webhook: filter.webhook_id.map(|id| WebhookId(id.0)),
            kind: filter.kind.map(Into::into),
            before: after.map(AttemptId),
            after: before.map(AttemptId),
            is_oldest_first: is_from_end,
        };
        let limit = limit(first, last)?;
        let found = looks::attempts(&caller.desk, &permit, &tries, limit).await?;
        let all = looks::webhooks(&caller.desk, &permit).await?;
        let (mut found, has_more) = found;
        if is_from_end {
            found.reverse();
        }
        let logs = found.into_iter().map(|attempt| {
            let webhook = all.iter().find(|one| one.id == attempt.webhook_id);
            WebhookLog::of(attempt, webhook.cloned(), &caller.session.scope)
        });
        Ok(WebhookLogConnection::page(
            logs.collect(),
            (has_bound, has_more),
            is_from_end,
        ))
    }
}

/// What can be done with webhooks; it needs the permission to manage settings.
#[derive(Default)]
pub(super) struct WebhookMutations;

#[Object]
impl WebhookMutations {
    /// Makes a webhook of the key's mode. Its messages show what the key may see, and no more.
    async fn webhook_create(
        &self,
        context: &Context<'_>,
        input: WebhookCreateInput,
    ) -> Option<Result<Webhook>> {
        Some(create(context, input).await)
    }

    /// Changes a webhook. From then on its messages show what the key may see.
    async fn webhook_update(
        &self,
        context: &Context<'_>,
        input: WebhookUpdateInput,
    ) -> Option<Result<Webhook>> {
        Some(update(context, input).await)
    }

    /// Deletes a webhook. Nothing more is sent; what waits is dropped.
    async fn webhook_delete(&self, context: &Context<'_>, id: ID) -> Option<Result<Done>> {
        Some(delete(context, id).await)
    }

    /// Gives a webhook a new secret. The one before signs beside it for 24 hours.
    async fn webhook_rotate_secret(&self, context: &Context<'_>, id: ID) -> Result<Webhook> {
        let caller = Caller::of(context);
        let permit = caller.permit::<ManageSettings>()?;
        let (id, once) = (WebhookId(id.0), once(context));
        let rotated = acts::rotate(&caller.desk, &permit, &id, once.as_ref()).await;
        Ok(Webhook(rotated.map_err(failed)?))
    }

    /// Sends a message of the type TEST, and answers its webhook-id.
    async fn webhook_test(&self, context: &Context<'_>, id: ID) -> Result<ID> {
        let caller = Caller::of(context);
        let permit = caller.permit::<ManageSettings>()?;
        let (id, once) = (WebhookId(id.0), once(context));
        let sent = acts::test(&caller.desk, &permit, &id, once.as_ref()).await;
        Ok(ID(sent.map_err(failed)?.0))
    }

    /// Sends messages again that arrived or were given up, with the same webhook-id and body; answers how many.
    async fn webhook_replay(
        &self,
        context: &Context<'_>,
        input: WebhookReplayInput,
    ) -> Result<i64> {
        let caller = Caller::of(context);
        let permit = caller.permit::<ManageSettings>()?;
        let time = |time: Option<DateTime>, otherwise| time.map_or(otherwise, |time| time.0);
        let again = match input.message_id {
            Some(id) => Again::Message(MessageId(id.0)),
            None => Again::Between {
                from: time(input.from, Timestamp::UNIX_EPOCH),
                until: time(input.until, Timestamp::MAX),
                is_parked_only: input.parked_only.unwrap_or_default(),
            },
        };
        let (id, once) = (WebhookId(input.id.0), once(context));
        let sent = acts::replay(&caller.desk, &permit, &id, &again, once.as_ref()).await;
        let count = sent.map_err(failed)?;
        Ok(i64::try_from(count).unwrap_or(i64::MAX))
    }
}

async fn one(context: &Context<'_>, id: &ID) -> Result<Webhook> {
    let caller = Caller::of(context);
    let permit = caller.permit::<ManageSettings>()?;
    let found = looks::webhook(&caller.desk, &permit, &WebhookId(id.0.clone())).await?;
    let found = found.ok_or_else(|| failed(WebhookRefusal::Gone.into()))?;
    Ok(Webhook(found))
}

async fn create(context: &Context<'_>, input: WebhookCreateInput) -> Result<Webhook> {
    let caller = Caller::of(context);
    let permit = caller.permit::<ManageSettings>()?;
    let draft = Draft {
        kind: input.kind.into(),
        url: input.url,
        status: input.status.into(),
        description: input.description.unwrap_or_default(),
        query: input.query,
    };
    let (sees, once) = (caller.session.permit()?, once(context));
    let made = acts::create(&caller.desk, &permit, &sees, draft, once.as_ref()).await;
    Ok(Webhook(made.map_err(failed)?))
}

async fn update(context: &Context<'_>, input: WebhookUpdateInput) -> Result<Webhook> {
    let caller = Caller::of(context);
    let permit = caller.permit::<ManageSettings>()?;
    let patch = Patch {
        kind: input.kind.map(Into::into),
        url: input.url,
        status: input.status.map(Into::into),
        description: input.description,
        query: match input.query {
            MaybeUndefined::Undefined => None,
            MaybeUndefined::Null => Some(String::new()),
            MaybeUndefined::Value(query) => Some(query),
        },
    };
    let id = WebhookId(input.id.0);
    let (sees, once) = (caller.session.permit()?, once(context));
    let changed = acts::update(&caller.desk, &permit, &sees, &id, patch, once.as_ref()).await;
    Ok(Webhook(changed.map_err(failed)?))
}

async fn delete(context: &Context<'_>, id: ID) -> Result<Done> {
    let caller = Caller::of(context);
    let permit = caller.permit::<ManageSettings>()?;
    let (id, once) = (WebhookId(id.0), once(context));
    let deleted = acts::delete(&caller.desk, &permit, &id, once.as_ref()).await;
    deleted.map_err(failed)?;
    Ok(Done::Success)
}

/// This mutation's part of the request's own key.
fn once(context: &Context<'_>) -> Option<Idempotency> {
    Caller::of(context)
        .terms(context, &Asked::default())
        .idempotency
}

fn limit(first: Option<i64>, last: Option<i64>) -> Result<usize> {
    let field = if last.is_some() { "last" } else { "first" };
    Ok(page_size(last.or(first), field)? as usize)
}

/// A failure in our way of telling errors.
fn failed(failure: WebhookFailure) -> Error {
    let refusal = match failure {
        WebhookFailure::Refused(refusal) => refusal,
        WebhookFailure::KeyReused => return Failure::KeyReused.into(),
        WebhookFailure::Store(error) => return error.into(),
    };
    let kind = match &refusal {
        WebhookRefusal::Gone | WebhookRefusal::NothingToReplay => ErrorType::NotFound,
        WebhookRefusal::Disabled | WebhookRefusal::TooMany { .. } => ErrorType::FailedPrecondition,
        _ => ErrorType::BadRequest,
    };
    let code = format!("webhook_{}", refusal.code());
    let said = Said::new(kind, &code, refusal.to_string());
    Said {
        field: Some(refusal.field()).filter(|field| !field.is_empty()),
        ..said
    }
    .into()
}
