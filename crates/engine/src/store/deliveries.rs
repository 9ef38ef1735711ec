//! Deliveries: stored once with their job, settled once, swept out when they are old.

use domain::ids::{DeliveryId, OrganizationId};
use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::dialect::askable;
use super::orders::{name, named};
use super::people::instant;
use super::queue::{self, NewJob};
use super::{Store, StoreError};
use crate::deliveries::{Delivery, DeliveryState};

const COLUMNS: &str = "organization_id, id, source, body, external_id, kind, state, problem, received_at_us, settled_at_us";

fn read(row: &AnyRow) -> Result<Delivery, StoreError> {
    Ok(Delivery {
        id: DeliveryId(row.try_get("id")?),
        organization_id: OrganizationId(row.try_get("organization_id")?),
        source: row.try_get("source")?,
        body: row.try_get("body")?,
        external_id: row.try_get("external_id")?,
        kind: row.try_get("kind")?,
        state: named(row.try_get("state")?, "delivery.state")?,
        problem: row.try_get("problem")?,
        received_at: instant(row, "received_at_us")?.unwrap_or_default(),
        settled_at: instant(row, "settled_at_us")?,
    })
}

impl Store {
    /// Stores a delivery with its job; whether its words are new. What was settled before `old` is swept out.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn insert_delivery(
        &self,
        delivery: &Delivery,
        job: &NewJob,
        old: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let stored = sqlx::query(
            "insert into deliveries (organization_id, id, source, fingerprint, body, external_id, kind, state, problem, \
             received_at_us) values ($1, $2, $3, $4, $5, '', '', $6, '', $7) on conflict do nothing",
        )
        .bind(delivery.organization_id.as_str())
        .bind(delivery.id.as_str())
        .bind(delivery.source.as_str())
        .bind(crate::orders::fingerprint(&delivery.body))
        .bind(delivery.body.as_str())
        .bind(name(&delivery.state))
        .bind(delivery.received_at.as_microsecond())
        .execute(&mut *tx)
        .await?;
        if stored.rows_affected() == 0 {
            return Ok(false);
        }
        queue::insert(&mut tx, std::slice::from_ref(job)).await?;
        sqlx::query("delete from deliveries where organization_id = $1 and settled_at_us < $2")
            .bind(delivery.organization_id.as_str())
            .bind(old.as_microsecond())
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// One delivery of an organization.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn delivery(
        &self,
        organization: &OrganizationId,
        id: &DeliveryId,
    ) -> Result<Option<Delivery>, StoreError> {
        let text =
            format!("select {COLUMNS} from deliveries where organization_id = $1 and id = $2");
        let row = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(organization.as_str())
            .bind(askable(id.as_str()))
            .fetch_optional(self.reader())
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Deliveries of an organization, newest first. Identifiers made later sort later.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn deliveries(
        &self,
        organization: &OrganizationId,
        before: Option<&DeliveryId>,
        limit: usize,
    ) -> Result<Vec<Delivery>, StoreError> {
        let text = format!(
            "select {COLUMNS} from deliveries where organization_id = $1 and ($2 = '' or id < $2) \
             order by id desc limit $3"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(organization.as_str())
            .bind(before.map_or_else(String::new, |id| askable(id.as_str())))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(self.reader())
            .await?;
        rows.iter().map(read).collect()
    }

    /// Writes what came of a delivery that waits. One of which nothing is kept is new when it is told again.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn settle_delivery(
        &self,
        delivery: &Delivery,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "update deliveries set state = $1, problem = $2, external_id = $3, kind = $4, settled_at_us = $5, body = $8, \
             fingerprint = case when $8 = '' then id else fingerprint end \
             where organization_id = $6 and id = $7 and state = 'waiting'",
        )
        .bind(name(&delivery.state))
        .bind(delivery.problem.as_str())
        .bind(delivery.external_id.as_str())
        .bind(delivery.kind.as_str())
        .bind(at.as_microsecond())
        .bind(delivery.organization_id.as_str())
        .bind(delivery.id.as_str())
        .bind(delivery.body.as_str())
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// Lets a settled delivery wait again, with a new job; whether it was settled.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn replay_delivery(
        &self,
        delivery: &Delivery,
        job: &NewJob,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let again = sqlx::query(
            "update deliveries set state = $1, problem = '', settled_at_us = null \
             where organization_id = $2 and id = $3 and state <> 'waiting'",
        )
        .bind(name(&DeliveryState::Waiting))
        .bind(delivery.organization_id.as_str())
        .bind(delivery.id.as_str())
        .execute(&mut *tx)
        .await?;
        if again.rows_affected() == 0 {
            return Ok(false);
        }
        queue::insert(&mut tx, std::slice::from_ref(job)).await?;
        tx.commit().await?;
        Ok(true)
    }
}
