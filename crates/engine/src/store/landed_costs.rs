//! Landed costs that were quoted.

use domain::ids::{LandedCostId, OrderId, OrganizationId, RootId};
use domain::landed_cost::quote::LandedCost;
use domain::order::{Mode, Order};
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use super::orders::name;
use super::people::{json, text};
use super::{Store, StoreError};
use crate::landed_costs::{Held, Wanted};
use crate::orders::Idempotency;

/// The columns of a landed cost that is read.
const HELD: &str = "document, order_id";

/// So many of the last letter stand behind every identifier.
const LAST_LETTERS: usize = 23;

impl Store {
    /// Keeps a landed cost; whether the caller's key was free.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn insert_landed_cost(
        &self,
        organization: &OrganizationId,
        landed_cost: &LandedCost,
        idempotency: Option<&Idempotency>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let is_new = insert(&mut tx, organization, landed_cost, idempotency).await?;
        tx.commit().await?;
        Ok(is_new)
    }

    /// These landed costs, as far as they are there.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn landed_costs_of(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        ids: &[LandedCostId],
    ) -> Result<Vec<Held>, StoreError> {
        let ids = ids.iter().map(|id| id.as_str());
        let text =
            &format!("select {HELD} from landed_costs where organization_id = $1 and mode = $2");
        let rows = self.rows_of(text, organization, mode, ids).await?;
        rows.iter().map(read).collect()
    }

    /// Every landed cost of a root, oldest first.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn landed_costs_of_root(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        root: &RootId,
    ) -> Result<Vec<Held>, StoreError> {
        let text = format!(
            "select {HELD} from landed_costs where organization_id = $1 and root_id = $2 and mode = $3 order by id"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(organization.as_str())
            .bind(super::dialect::askable(root.as_str()))
            .bind(name(&mode))
            .fetch_all(self.reader())
            .await?;
        rows.iter().map(read).collect()
    }

    /// How many landed costs a list has in all.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn count_landed_costs(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        wanted: &Wanted,
    ) -> Result<u64, StoreError> {
        let row = sqlx::query(
            "select count(*) as many from landed_costs where organization_id = $1 and mode = $2 \
             and ($3 = '' or origin = $3) and ($4 = '' or destination = $4) \
             and created_at_us >= $5 and created_at_us < $6",
        )
        .bind(organization.as_str())
        .bind(name(&mode))
        .bind(super::dialect::askable(&wanted.origin))
        .bind(super::dialect::askable(&wanted.destination))
        .bind(us(wanted.from, i64::MIN))
        .bind(us(wanted.until, i64::MAX))
        .fetch_one(self.reader())
        .await?;
        super::orders::count(&row, "many")
    }

    /// One landed cost.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn landed_cost(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        id: &LandedCostId,
    ) -> Result<Option<Held>, StoreError> {
        let text = format!(
            "select {HELD} from landed_costs where organization_id = $1 and mode = $2 and id = $3"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(organization.as_str())
            .bind(name(&mode))
            .bind(super::dialect::askable(id.as_str()))
            .fetch_optional(self.reader())
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// The landed cost that a caller's key was answered with, and what was asked then.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn landed_cost_of_key(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        key: &str,
    ) -> Result<Option<(Held, String)>, StoreError> {
        let text = format!(
            "select {HELD}, fingerprint from landed_costs \
             where organization_id = $1 and mode = $2 and request_key = $3"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(organization.as_str())
            .bind(name(&mode))
            .bind(super::dialect::askable(key))
            .fetch_optional(self.reader())
            .await?;
        let whole = |row: &AnyRow| Ok((read(row)?, row.try_get("fingerprint")?));
        row.as_ref().map(whole).transpose()
    }

    /// A page of landed costs, newest first.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn landed_costs(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        wanted: &Wanted,
        limit: usize,
    ) -> Result<Vec<Held>, StoreError> {
        let order = if wanted.is_from_the_end {
            "asc"
        } else {
            "desc"
        };
        let text = format!(
            "select {HELD} from landed_costs where organization_id = $1 and mode = $2 \
             and id < $3 and ($4 = '' or origin = $4) and ($5 = '' or destination = $5) \
             and created_at_us >= $6 and created_at_us < $7 and id > $9 order by id {order} limit $8"
        );
        let before = wanted.before.as_ref().map_or("", LandedCostId::as_str);
        let last = format!("{}{}", LandedCostId::PREFIX, "z".repeat(LAST_LETTERS));
        let after = wanted.after.as_ref().map_or(&*last, LandedCostId::as_str);
        let rows = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(organization.as_str())
            .bind(name(&mode))
            .bind(super::dialect::askable(after))
            .bind(super::dialect::askable(&wanted.origin))
            .bind(super::dialect::askable(&wanted.destination))
            .bind(us(wanted.from, i64::MIN))
            .bind(us(wanted.until, i64::MAX))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .bind(super::dialect::askable(before))
            .fetch_all(self.reader())
            .await?;
        rows.iter().map(read).collect()
    }

    /// Forgets landed costs that expired before then and of which no order was made; how many.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn forget_landed_costs(
        &self,
        organization: &OrganizationId,
        before: jiff::Timestamp,
    ) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "delete from landed_costs where organization_id = $1 and order_id is null and expires_at_us < $2",
        )
        .bind(organization.as_str())
        .bind(before.as_microsecond())
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected())
    }
}

fn us(at: Option<jiff::Timestamp>, otherwise: i64) -> i64 {
    at.map_or(otherwise, jiff::Timestamp::as_microsecond)
}

/// Adds a landed cost; whether the caller's key was free.
pub(super) async fn insert(
    tx: &mut Transaction<'static, Any>,
    organization: &OrganizationId,
    landed_cost: &LandedCost,
    idempotency: Option<&Idempotency>,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "insert into landed_costs (organization_id, id, mode, origin, destination, document, created_at_us, \
         expires_at_us, request_key, fingerprint, root_id) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing",
    )
    .bind(organization.as_str())
    .bind(landed_cost.id.as_str())
    .bind(name(&landed_cost.mode))
    .bind(landed_cost.request.origin.country.as_str())
    .bind(landed_cost.request.destination.country.as_str())
    .bind(text(landed_cost, "a landed cost")?)
    .bind(landed_cost.created_at.as_microsecond())
    .bind(landed_cost.expires_at.as_microsecond())
    .bind(idempotency.map(|wanted| wanted.key.clone()))
    .bind(idempotency.map(|wanted| wanted.fingerprint.clone()))
    .bind(landed_cost.root.as_ref().map(|root| root.0.clone()))
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}

fn read(row: &AnyRow) -> Result<Held, StoreError> {
    let order_id: Option<String> = row.try_get("order_id")?;
    Ok(Held {
        landed_cost: json(row.try_get("document")?, "a landed cost")?,
        order_id: order_id.map(OrderId),
    })
}

/// Marks the landed cost of an order that is taken in as used; whether it was free and still held.
pub(super) async fn take(
    tx: &mut Transaction<'static, Any>,
    landed_cost: &LandedCostId,
    order: &Order,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "update landed_costs set order_id = $1 where organization_id = $2 and mode = $3 and id = $4 \
         and order_id is null and expires_at_us > $5",
    )
    .bind(order.id.as_str())
    .bind(order.organization_id.as_str())
    .bind(name(&order.mode))
    .bind(landed_cost.as_str())
    .bind(order.created_at.as_microsecond())
    .execute(&mut **tx)
    .await?;
    Ok(done.rows_affected() == 1)
}
