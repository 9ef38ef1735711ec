//! The queue of refunds: every one that is not settled, across all orders, oldest first, with what is done about it.
//!
//! It is read from a small table that each commit keeps, never from the orders: as many rows as are shown.

use std::collections::BTreeMap;

use domain::command::Command;
use domain::ids::{JobId, OrderId, RefundId};
use domain::order::Order;
use domain::refund::{Refund, RefundState};
use domain::refusal::Refusal;

use crate::chosen::known;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::jobs::JobKind;
use crate::orders::{Changed, Terms, command, load_in};
use crate::permit::{Permit, RefundOrders, Scope, ViewOrders};
use crate::store::open_refunds::QueueCursor;
use crate::store::queue::{Job, NewJob};

/// The most rows of a page.
pub const MAX_ROWS: usize = 200;

/// One refund of the queue.
#[derive(Clone, Debug)]
pub struct Queued {
    /// The order it is of.
    pub order: Order,
    /// Which refund of it.
    pub refund_id: RefundId,
    /// What asks the provider about it, where anything does.
    pub job: Option<Job>,
}

impl Queued {
    /// The refund.
    pub fn refund(&self) -> &Refund {
        let mut refunds = self.order.refunds.iter();
        refunds
            .find(|refund| refund.id == self.refund_id)
            .expect("only a refund of the order is put into a row")
    }
}

/// A page of the queue.
#[derive(Clone, Debug)]
pub struct QueuePage {
    /// Its rows, oldest first.
    pub rows: Vec<Queued>,
    /// After which row the next page begins, where there is one.
    pub next: Option<QueueCursor>,
}

/// A page of the queue: of every state, or of one. What is settled while it is read is left out.
///
/// # Errors
/// The database.
pub async fn queue(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    state: Option<RefundState>,
    after: Option<&QueueCursor>,
    limit: usize,
) -> Result<QueuePage, Failure> {
    let (scope, limit) = (permit.scope(), limit.clamp(1, MAX_ROWS));
    let (organization, store) = (&scope.organization_id, desk.store());
    // One row more than is shown tells whether there is another page.
    let mut open = store
        .open_refunds(organization, scope.mode, state, after, limit + 1)
        .await?;
    let has_more = open.len() > limit;
    open.truncate(limit);
    let next = open.last().filter(|_| has_more).map(|last| QueueCursor {
        requested_at_us: last.requested_at_us,
        refund_id: last.refund_id.clone(),
    });
    let ids: Vec<OrderId> = open.iter().map(|row| row.order_id.clone()).collect();
    let orders: BTreeMap<OrderId, Order> = known(desk, permit, &ids)
        .await?
        .into_iter()
        .map(|order| (order.id.clone(), order))
        .collect();
    let jobs = store.refund_jobs(organization, &ids).await?;
    let row = |open: crate::store::open_refunds::OpenRefund| {
        let order = orders.get(&open.order_id)?;
        let mut refunds = order.refunds.iter();
        refunds.find(|refund| refund.id == open.refund_id && refund.is_open())?;
        let is_its = |job: &&Job| {
            job.job.order_id == open.order_id && job.job.subject == open.refund_id.as_str()
        };
        Some(Queued {
            order: order.clone(),
            job: jobs.iter().find(is_its).cloned(),
            refund_id: open.refund_id,
        })
    };
    let rows = open.into_iter().filter_map(row).collect();
    Ok(QueuePage { rows, next })
}

/// Has the provider asked now what became of a refund, however long the next try is away.
///
/// # Errors
/// It is not on the order, or is settled: there is nothing to ask.
pub async fn ask_now(
    desk: &Desk,
    permit: &Permit<'_, RefundOrders>,
    id: &OrderId,
    refund: &RefundId,
) -> Result<(), Failure> {
    let scope = permit.scope();
    let order = load_in(desk, scope, id).await?;
    let found = order.refunds.iter().find(|one| one.id == *refund);
    let found = found.ok_or_else(|| Refusal::RefundNotFound {
        refund: refund.clone(),
    })?;
    let job = job_of(desk, scope, id, found).ok_or_else(|| Refusal::RefundStateWrong {
        refund: refund.clone(),
        state: found.state,
    })?;
    desk.store().ensure_refund_job(&job, true).await?;
    desk.bell().notify_one();
    Ok(())
}

/// Settles a failed refund outside the provider, such as by a bank transfer.
///
/// # Errors
/// What [`domain::refund_by_hand::settle`] refuses.
pub async fn settle_by_hand(
    desk: &Desk,
    permit: &Permit<'_, RefundOrders>,
    order: &OrderId,
    refund: RefundId,
    reference: &str,
    note: &str,
) -> Result<Changed, Failure> {
    let wanted = Command::SettleRefund {
        refund,
        reference: reference.to_owned(),
        note: note.to_owned(),
    };
    command(desk, permit, order, &wanted, &Terms::default()).await
}

/// The job that asks the provider about a refund, due now; none where there is nothing to ask. The same refund in the
/// same attempt has the same job, so that two who miss it make one.
pub(crate) fn job_of(
    desk: &Desk,
    scope: &Scope,
    order: &OrderId,
    refund: &Refund,
) -> Option<NewJob> {
    let kind = match refund.state {
        RefundState::Requested | RefundState::Sent | RefundState::Unknown => JobKind::RefundExecute,
        RefundState::Pending => JobKind::RefundReconcile,
        RefundState::Succeeded | RefundState::Failed => return None,
    };
    let now = desk.now();
    Some(NewJob {
        id: JobId(format!("{}{}", JobId::PREFIX, refund.idempotency_key())),
        organization_id: scope.organization_id.clone(),
        mode: scope.mode,
        kind,
        order_id: order.clone(),
        subject: refund.id.0.clone(),
        due_at: now,
        created_at: now,
    })
}
