//! Looks after refunds that hear nothing for too long: one whose job was lost gets it back, and a person hears of one
//! that nobody knows the outcome of. A job that is given up stays with the person who was asked to look. Landed costs
//! that expired long ago, and of which no order was made, are forgotten.

use domain::actor::ActorKind;
use domain::command::Fact;
use jiff::{SignedDuration, Timestamp};

use super::later;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::landed_costs;
use crate::orders::{load_in, record_fact};
use crate::permit::Scope;
use crate::refund_queue::job_of;
use crate::store::StoreError;
use crate::store::open_refunds::OpenRefund;
use crate::webhooks;

/// How many refunds of an organization one sweep looks at; the next one goes on with those that waited longest.
const MOST: u32 = 100;

/// After how many seconds one is looked at again that is still where it was.
const AGAIN_AFTER_S: i64 = 6 * 3600;

/// How long a program's key is remembered; afterwards it is free.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Looks at what is due to be looked at, and says how many refunds that were.
pub(super) async fn sweep(desk: &Desk) -> Result<usize, StoreError> {
    let (store, mut count) = (desk.store(), 0);
    for (organization, _) in store.organizations().await? {
        // A shop asks for many that no order is made of.
        let before = later(desk.now(), -landed_costs::KEPT.as_secs());
        store.forget_landed_costs(&organization, before).await?;
        let due = store
            .refunds_to_look_at(&organization, desk.now(), MOST)
            .await?;
        for refund in &due {
            let scope = Scope {
                organization_id: organization.clone(),
                mode: refund.mode,
            };
            match look_at(desk, &scope, refund).await {
                Ok(()) => {}
                Err(Failure::Store(error)) => return Err(error),
                Err(failure) => {
                    tracing::error!(refund = %refund.refund_id, order = %refund.order_id, %failure, "a refund could not be looked at");
                }
            }
            let again_at = later(desk.now(), AGAIN_AFTER_S);
            store.looked_at(&organization, refund, again_at).await?;
        }
        count += due.len();
    }
    Ok(count)
}

/// Forgets what programs were answered under keys that are older than they are kept for.
pub(super) async fn forget_answers(desk: &Desk) -> Result<(), StoreError> {
    let before = desk.now().checked_sub(KEPT).unwrap_or(Timestamp::MIN);
    for (organization, _) in desk.store().organizations().await? {
        desk.store().forget_answers(&organization, before).await?;
    }
    Ok(())
}

/// Forgets what webhooks were told, and every try, that is older than it is kept for.
pub(super) async fn forget_webhooks(desk: &Desk) -> Result<(), StoreError> {
    let before = later(desk.now(), -webhooks::KEPT.as_secs());
    for (organization, _) in desk.store().organizations().await? {
        let store = desk.store();
        store.forget_webhook_attempts(&organization, before).await?;
    }
    Ok(())
}

async fn look_at(desk: &Desk, scope: &Scope, open: &OpenRefund) -> Result<(), Failure> {
    let (order, id) = (&open.order_id, &open.refund_id);
    let known = load_in(desk, scope, order).await?;
    let found = known.refunds.iter().find(|refund| refund.id == *id);
    let Some(job) = found.and_then(|refund| job_of(desk, scope, order, refund)) else {
        return Ok(());
    };
    desk.store().ensure_refund_job(&job, false).await?;
    let fact = Fact::RefundOverdue { refund: id.clone() };
    record_fact(desk, scope, order, ActorKind::Desk, &fact).await?;
    Ok(())
}
