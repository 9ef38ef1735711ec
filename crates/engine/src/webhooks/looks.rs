//! What a person or a program sees of webhooks. Whoever may manage settings sees all of it, secrets too, but for
//! what was sent: it shows orders, and is left out for whoever may not see those.

use domain::actor::Permission;
use domain::ids::{AttemptId, WebhookId};
use domain::webhook::WebhookType;
use jiff::SignedDuration;

use super::{Attempt, Health, Message, Webhook};
use crate::desk::Desk;
use crate::permit::{ManageSettings, Permit};
use crate::store::StoreError;

/// Over how long the tries that arrived are counted.
const COUNTED: SignedDuration = SignedDuration::from_hours(24);

/// The webhooks of an organization in the mode of the session, oldest first.
///
/// # Errors
/// The database.
pub async fn webhooks(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
) -> Result<Vec<Webhook>, StoreError> {
    let scope = permit.scope();
    desk.store()
        .webhooks(&scope.organization_id, scope.mode)
        .await
}

/// One webhook; another mode's is not there (O5).
///
/// # Errors
/// The database.
pub async fn webhook(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    id: &WebhookId,
) -> Result<Option<Webhook>, StoreError> {
    let scope = permit.scope();
    let found = desk.store().webhook(&scope.organization_id, id).await?;
    Ok(found.filter(|webhook| webhook.mode == scope.mode))
}

/// How a webhook does.
///
/// # Errors
/// The database.
pub async fn health(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    id: &WebhookId,
) -> Result<Health, StoreError> {
    let from = desk.now().checked_sub(COUNTED).unwrap_or_default();
    desk.store()
        .webhook_health(&permit.scope().organization_id, id, from)
        .await
}

/// Which tries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tries {
    /// Of this webhook alone.
    pub webhook: Option<WebhookId>,
    /// Of this type alone.
    pub kind: Option<WebhookType>,
    /// Older than this one.
    pub before: Option<AttemptId>,
    /// Newer than this one.
    pub after: Option<AttemptId>,
    /// Whether they come oldest first instead of newest first.
    pub is_oldest_first: bool,
}

/// The tries of a mode, newest first unless asked otherwise, and whether there are more of them.
///
/// # Errors
/// The database.
pub async fn attempts(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    tries: &Tries,
    limit: usize,
) -> Result<(Vec<Attempt>, bool), StoreError> {
    let scope = permit.scope();
    let found = desk.store();
    let mut found = found
        .webhook_attempts(&scope.organization_id, scope.mode, tries, limit + 1)
        .await?;
    let has_more = found.len() > limit;
    found.truncate(limit);
    for one in &mut found {
        leave_out(permit, one.kind, &mut one.body);
    }
    Ok((found, has_more))
}

/// One try.
///
/// # Errors
/// The database.
pub async fn attempt(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    id: &AttemptId,
) -> Result<Option<Attempt>, StoreError> {
    let scope = permit.scope();
    let found = desk
        .store()
        .webhook_attempt(&scope.organization_id, id)
        .await?;
    let mut found = found.filter(|attempt| attempt.mode == scope.mode);
    if let Some(one) = &mut found {
        leave_out(permit, one.kind, &mut one.body);
    }
    Ok(found)
}

/// The messages of a webhook that are not settled, those that a person has to look at first: at most `limit`.
///
/// # Errors
/// The database.
pub async fn unsettled(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    id: &WebhookId,
    limit: usize,
) -> Result<Vec<Message>, StoreError> {
    let organization = &permit.scope().organization_id;
    let mut found = desk
        .store()
        .unsettled_messages(organization, id, limit)
        .await?;
    for one in &mut found {
        leave_out(permit, one.kind, &mut one.body);
    }
    Ok(found)
}

/// What a body shows of an order is for whoever may see orders; a test shows none.
fn leave_out(permit: &Permit<'_, ManageSettings>, kind: WebhookType, body: &mut String) {
    if kind != WebhookType::Test && !permit.actor().may(Permission::ViewOrders) {
        body.clear();
    }
}
