//! Rates of exchange that are held.

use domain::ids::{ExchangeRateId, OrganizationId, RootId};
use domain::order::Mode;
use jiff::Timestamp;
use sqlx::Row;

use super::commit::{CommitError, Remembered, remember};
use super::orders::name;
use super::people::{json, text};
use super::{Store, StoreError};
use crate::exchange_rates::HeldRate;

impl Store {
    /// Adds a rate, and what its program was answered, both or neither.
    ///
    /// # Errors
    /// [`CommitError::Answered`] where the key was answered meanwhile; the database.
    pub(crate) async fn insert_exchange_rate(
        &self,
        organization: &OrganizationId,
        held: &HeldRate,
        remembered: Option<&Remembered>,
    ) -> Result<(), CommitError> {
        let document = text(held, "a rate of exchange")?;
        let mut tx = self.write().await?;
        sqlx::query(
            "insert into exchange_rates (organization_id, id, mode, root_id, document, expires_at_us) \
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(organization.as_str())
        .bind(held.id.as_str())
        .bind(name(&held.mode))
        .bind(held.root.as_ref().map(|root| root.0.clone()))
        .bind(document)
        .bind(held.expires_at.as_microsecond())
        .execute(&mut *tx)
        .await?;
        if let Some(remembered) = remembered {
            remember(&mut tx, organization, remembered, held.created_at).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// A rate.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn exchange_rate(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        id: &ExchangeRateId,
    ) -> Result<Option<HeldRate>, StoreError> {
        let row = sqlx::query(
            "select document from exchange_rates where organization_id = $1 and id = $2 and mode = $3",
        )
        .bind(organization.as_str())
        .bind(super::dialect::askable(id.as_str()))
        .bind(name(&mode))
        .fetch_optional(self.reader())
        .await?;
        row.map(|row| json(row.try_get("document")?, "a rate of exchange"))
            .transpose()
    }

    /// Every rate of a root, oldest first.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn exchange_rates_of_root(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        root: &RootId,
    ) -> Result<Vec<HeldRate>, StoreError> {
        let rows = sqlx::query(
            "select document from exchange_rates where organization_id = $1 and root_id = $2 and mode = $3 order by id",
        )
        .bind(organization.as_str())
        .bind(super::dialect::askable(root.as_str()))
        .bind(name(&mode))
        .fetch_all(self.reader())
        .await?;
        rows.iter()
            .map(|row| json(row.try_get("document")?, "a rate of exchange"))
            .collect()
    }

    /// Forgets rates that expired before then, but for those of roots that are kept; how many.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn forget_exchange_rates(
        &self,
        organization: &OrganizationId,
        before: Timestamp,
    ) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "delete from exchange_rates where organization_id = $1 and expires_at_us < $2 and not exists \
             (select 1 from roots where roots.organization_id = $1 and roots.id = exchange_rates.root_id)",
        )
        .bind(organization.as_str())
        .bind(before.as_microsecond())
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected())
    }
}
