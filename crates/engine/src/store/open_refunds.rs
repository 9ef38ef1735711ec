//! Refunds that are not settled, in a small table that each commit keeps: the queue reads it, never the orders.

use std::collections::BTreeMap;

use domain::ids::{OrderId, OrganizationId, RefundId};
use domain::order::{Mode, Order};
use domain::refund::RefundState;
use domain::refund_by_hand::OVERDUE_AFTER;
use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use super::dialect::askable;
use super::orders::{name, named};
use super::rows::{Rows, Value};
use super::{Store, StoreError};

type Tx = Transaction<'static, Any>;

/// A row: which refund, where it stands, and since when, in microseconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRefund {
    /// Of which order.
    pub order_id: OrderId,
    /// Which.
    pub refund_id: RefundId,
    /// Live or test.
    pub mode: Mode,
    /// Where it stands.
    pub state: RefundState,
    /// When it was asked for.
    pub requested_at_us: i64,
    /// When it reached its state.
    pub changed_at_us: i64,
}

/// The place of a row in the queue: the queue is told oldest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueCursor {
    /// When the refund was asked for.
    pub requested_at_us: i64,
    /// Which of that instant.
    pub refund_id: RefundId,
}

impl OpenRefund {
    /// The rows of an order, by refund.
    pub fn all_of(order: &Order) -> Vec<Self> {
        let open = order.refunds.iter().filter(|refund| refund.is_open());
        let mut rows: Vec<Self> = open
            .map(|refund| Self {
                order_id: order.id.clone(),
                refund_id: refund.id.clone(),
                mode: order.mode,
                state: refund.state,
                requested_at_us: refund.requested_at.as_microsecond(),
                changed_at_us: refund.changed_at.as_microsecond(),
            })
            .collect();
        rows.sort_by(|one, other| one.refund_id.cmp(&other.refund_id));
        rows
    }

    /// When the desk looks whether it is stuck; never where it waits for a person.
    fn look_at_us(&self) -> Option<i64> {
        let after_us = i64::try_from(OVERDUE_AFTER.as_micros()).unwrap_or(i64::MAX);
        (self.state != RefundState::Failed).then(|| self.changed_at_us.saturating_add(after_us))
    }

    /// What stands in its row.
    pub(super) fn values(&self, organization: &OrganizationId) -> Vec<Value> {
        vec![
            organization.as_str().into(),
            self.order_id.as_str().into(),
            self.refund_id.as_str().into(),
            name(&self.mode).into(),
            name(&self.state).into(),
            self.requested_at_us.into(),
            self.changed_at_us.into(),
            self.look_at_us().into(),
        ]
    }
}

const COLUMNS: &str = "order_id, refund_id, mode, state, requested_at_us, changed_at_us";

/// Rows to write; those that are there already take what may have changed.
pub(super) fn rows(rows: impl IntoIterator<Item = Vec<Value>>) -> Rows {
    let start = "insert into open_refunds (organization_id, order_id, refund_id, mode, state, requested_at_us, \
                 changed_at_us, look_at_us)";
    Rows::of(start, rows).ending(
        " on conflict (organization_id, order_id, refund_id) do update set state = excluded.state, \
         changed_at_us = excluded.changed_at_us, look_at_us = excluded.look_at_us",
    )
}

fn read(row: &AnyRow) -> Result<OpenRefund, StoreError> {
    Ok(OpenRefund {
        order_id: OrderId(row.try_get("order_id")?),
        refund_id: RefundId(row.try_get("refund_id")?),
        mode: named(row.try_get("mode")?, "open_refund.mode")?,
        state: named(row.try_get("state")?, "open_refund.state")?,
        requested_at_us: row.try_get("requested_at_us")?,
        changed_at_us: row.try_get("changed_at_us")?,
    })
}

/// Takes away what is no longer open of an order; the rows to write. Most commits change none.
pub(super) async fn change(
    tx: &mut Tx,
    before: Option<&Order>,
    order: &Order,
) -> Result<Rows, StoreError> {
    let was = before.map(OpenRefund::all_of).unwrap_or_default();
    let is = OpenRefund::all_of(order);
    let organization = &order.organization_id;
    let is_gone = |old: &&OpenRefund| !is.iter().any(|new| new.refund_id == old.refund_id);
    for gone in was.iter().filter(is_gone) {
        sqlx::query(
            "delete from open_refunds where organization_id = $1 and order_id = $2 and refund_id = $3",
        )
        .bind(organization.as_str())
        .bind(gone.order_id.as_str())
        .bind(gone.refund_id.as_str())
        .execute(&mut **tx)
        .await?;
    }
    let changed = is.iter().filter(|new| !was.contains(new));
    Ok(rows(changed.map(|new| new.values(organization))))
}

impl Store {
    /// A page of the queue, oldest first: of every state, or of one.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn open_refunds(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        state: Option<RefundState>,
        after: Option<&QueueCursor>,
        limit: usize,
    ) -> Result<Vec<OpenRefund>, StoreError> {
        let of_state = state.map_or("", |_| " and state = $6");
        let text = format!(
            "select {COLUMNS} from open_refunds where organization_id = $1 and mode = $2 \
             and (requested_at_us, refund_id) > ($3, $4){of_state} order by requested_at_us, refund_id limit $5"
        );
        let after_us = after.map_or(i64::MIN, |cursor| cursor.requested_at_us);
        let after_id = after.map_or("", |cursor| cursor.refund_id.as_str());
        let query = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(organization.as_str())
            .bind(name(&mode))
            .bind(after_us)
            .bind(askable(after_id))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX));
        let query = match state {
            Some(state) => query.bind(name(&state)),
            None => query,
        };
        let rows = query.fetch_all(self.reader()).await?;
        rows.iter().map(read).collect()
    }

    /// Refunds that may be stuck, the longest first.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn refunds_to_look_at(
        &self,
        organization: &OrganizationId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<OpenRefund>, StoreError> {
        let text = format!(
            "select {COLUMNS} from open_refunds where organization_id = $1 and look_at_us <= $2 \
             order by look_at_us, order_id, refund_id limit $3"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(organization.as_str())
            .bind(now.as_microsecond())
            .bind(i64::from(limit))
            .fetch_all(self.reader())
            .await?;
        rows.iter().map(read).collect()
    }

    /// Says when one that was looked at is looked at again, unless it changed meanwhile.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn looked_at(
        &self,
        organization: &OrganizationId,
        refund: &OpenRefund,
        again_at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "update open_refunds set look_at_us = $1 \
             where organization_id = $2 and order_id = $3 and refund_id = $4 and changed_at_us = $5",
        )
        .bind(again_at.as_microsecond())
        .bind(organization.as_str())
        .bind(refund.order_id.as_str())
        .bind(refund.refund_id.as_str())
        .bind(refund.changed_at_us)
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// The rows of every order after `after`, up to and with `until` where it is said: for the doctor.
    ///
    /// # Errors
    /// The database.
    pub async fn open_refunds_between(
        &self,
        organization: &OrganizationId,
        after: &str,
        until: Option<&str>,
    ) -> Result<BTreeMap<OrderId, Vec<OpenRefund>>, StoreError> {
        let to = until.map_or("", |_| " and order_id <= $3");
        let text = format!(
            "select {COLUMNS} from open_refunds where organization_id = $1 and order_id > $2{to} \
             order by order_id, refund_id"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(organization.as_str())
            .bind(after);
        let query = match until {
            Some(until) => query.bind(until),
            None => query,
        };
        let mut by_order: BTreeMap<OrderId, Vec<OpenRefund>> = BTreeMap::new();
        for row in query.fetch_all(self.reader()).await? {
            let refund = read(&row)?;
            let of_order = by_order.entry(refund.order_id.clone()).or_default();
            of_order.push(refund);
        }
        Ok(by_order)
    }
}
