//! How an endpoint stands after a round, what becomes of everything else that waits for it, and whose rights its messages
//! are read with.

use domain::actor::{Actor, ActorKind, Permissions};
use domain::ids::PersonId;
use jiff::Timestamp;

use crate::desk::Desk;
use crate::people::actor;
use crate::store::StoreError;
use crate::store::webhook_attempts::Others;
use crate::webhooks::{Attempt, Standing, TRIED_FOR, Webhook};

/// After how many failures in a row everything that waits is due at once when the endpoint is back.
const LONG_FAILING: u64 = 3;

/// How an endpoint stands after these tries: one that arrived is enough to be well.
pub(super) fn standing(before: &Standing, attempts: &[Attempt], now: Timestamp) -> Standing {
    let failed = attempts.iter().find(|one| !one.problem.is_empty());
    let has_arrived = attempts.iter().any(|one| one.problem.is_empty());
    match failed {
        _ if has_arrived => Standing {
            last_success_at: Some(now),
            ..Standing::default()
        },
        Some(failed) => Standing {
            failures: before.failures + 1,
            failing_since: before.failing_since.or(Some(now)),
            last_success_at: before.last_success_at,
            problem: failed.problem.clone(),
        },
        None => before.clone(),
    }
}

/// What becomes of everything else that waits: it is due when the endpoint is back, and a person's when it was away for
/// as long as a message is tried, or says that it is gone.
pub(super) fn others(before: &Standing, after: &Standing, is_gone: bool, now: Timestamp) -> Others {
    if is_gone {
        return Others::Park(now, after.problem.clone());
    }
    let is_back = before.failures >= LONG_FAILING && after.failures == 0;
    if is_back {
        return Others::AreDue;
    }
    let long_ago = now.checked_sub(TRIED_FOR).unwrap_or(Timestamp::MIN);
    match after.failing_since {
        Some(since) if since <= long_ago => Others::Park(long_ago, after.problem.clone()),
        _ => Others::Stay,
    }
}

/// Who a webhook's messages are read as: whoever set it last, with what they might do then and may do still.
pub(super) async fn rights(desk: &Desk, webhook: &Webhook) -> Result<Actor, StoreError> {
    let (store, organization) = (desk.store(), &webhook.organization_id);
    let kept = &webhook.actor;
    let now = match kept.by.kind {
        ActorKind::ApiKey => {
            let keys = store.keys(organization).await?;
            let mut keys = keys.into_iter().filter(|key| key.revoked_at.is_none());
            let key = keys.find(|key| key.id.0 == kept.by.id);
            key.map(|key| key.permissions).unwrap_or_default()
        }
        ActorKind::Person | ActorKind::Support => {
            let now = match store.person_of(&PersonId(kept.by.id.clone())).await? {
                Some(person) => actor(desk, &person, organization).await?,
                None => None,
            };
            let now = now.filter(|now| now.by.kind == kept.by.kind);
            now.map(|now| now.permissions).unwrap_or_default()
        }
        ActorKind::Shop | ActorKind::Provider | ActorKind::Carrier | ActorKind::Desk => {
            kept.permissions.clone()
        }
    };
    let permissions: Permissions = kept.permissions.intersection(&now).copied().collect();
    Ok(Actor {
        by: kept.by.clone(),
        permissions,
    })
}
