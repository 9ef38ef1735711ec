//! Organizations and their settings; desk numbers, taken in blocks so that orders do not queue up for them.

use domain::ids::OrganizationId;
use sqlx::Row;

use super::dialect::{Dialect, MAX_EMBEDDED_ORGANIZATIONS, POSITION_BITS};
use super::orders::int;
use super::{Store, StoreError};
use crate::organizations::{Organization, Settings};

impl Store {
    /// Makes an organization.
    ///
    /// # Errors
    /// An embedded desk is full; the database.
    pub async fn insert_organization(&self, organization: &Organization) -> Result<(), StoreError> {
        let settings = serde_json::to_string(&organization.settings)
            .map_err(|error| StoreError::unreadable("settings", error))?;
        let mut tx = self.write().await?;
        let last: i64 = sqlx::query("select coalesce(max(ordinal), -1) from organizations")
            .fetch_one(&mut *tx)
            .await?
            .try_get(0)?;
        let ordinal = last + 1;
        if self.dialect() == Dialect::Sqlite && ordinal >= MAX_EMBEDDED_ORGANIZATIONS {
            return Err(StoreError::Setup(format!(
                "an embedded desk holds {MAX_EMBEDDED_ORGANIZATIONS} organizations; move to PostgreSQL"
            )));
        }
        sqlx::query(
            "insert into organizations (id, ordinal, name, settings, next_desk_number, created_at_us) \
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(organization.id.as_str())
        .bind(ordinal)
        .bind(organization.name.as_str())
        .bind(settings)
        .bind(int(organization.first_desk_number))
        .bind(organization.created_at.as_microsecond())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }

    /// Every organization's id and name, by name.
    ///
    /// # Errors
    /// The database.
    pub async fn organizations(&self) -> Result<Vec<(OrganizationId, String)>, StoreError> {
        let rows = sqlx::query("select id, name from organizations order by name, id")
            .fetch_all(self.reader())
            .await?;
        rows.iter()
            .map(|row| Ok((OrganizationId(row.try_get(0)?), row.try_get(1)?)))
            .collect()
    }

    /// An organization's settings.
    ///
    /// # Errors
    /// There is no such organization; the database.
    pub async fn settings(&self, organization: &OrganizationId) -> Result<Settings, StoreError> {
        let row = sqlx::query("select settings from organizations where id = $1")
            .bind(organization.as_str())
            .fetch_optional(self.reader())
            .await?
            .ok_or_else(|| StoreError::Setup(format!("there is no organization {organization}")))?;
        serde_json::from_str(row.try_get(0)?)
            .map_err(|error| StoreError::unreadable(&format!("settings of {organization}"), error))
    }

    /// Replaces an organization's settings.
    ///
    /// # Errors
    /// The database.
    pub async fn update_settings(
        &self,
        organization: &OrganizationId,
        settings: &Settings,
    ) -> Result<(), StoreError> {
        let settings = serde_json::to_string(settings)
            .map_err(|error| StoreError::unreadable("settings", error))?;
        sqlx::query("update organizations set settings = $1 where id = $2")
            .bind(settings)
            .bind(organization.as_str())
            .execute(self.writer())
            .await?;
        Ok(())
    }

    /// Takes `count` desk numbers and returns the first. A crash loses what was taken; numbers may have gaps.
    ///
    /// # Errors
    /// There is no such organization; the database.
    pub async fn take_desk_numbers(
        &self,
        organization: &OrganizationId,
        count: u64,
    ) -> Result<u64, StoreError> {
        let row = sqlx::query(
            "update organizations set next_desk_number = next_desk_number + $1 where id = $2 \
             returning next_desk_number",
        )
        .bind(int(count))
        .bind(organization.as_str())
        .fetch_optional(self.writer())
        .await?
        .ok_or_else(|| StoreError::Setup(format!("there is no organization {organization}")))?;
        let next: i64 = row.try_get(0)?;
        u64::try_from(next - int(count))
            .map_err(|error| StoreError::unreadable("next_desk_number", error))
    }

    /// What the search index's row numbers of this organization begin at; 0 where it has a table of rows.
    ///
    /// # Errors
    /// There is no such organization; the database.
    pub async fn search_base(&self, organization: &OrganizationId) -> Result<i64, StoreError> {
        if self.dialect() == Dialect::Postgres {
            return Ok(0);
        }
        if let Some(base) = self.bases().get(organization) {
            return Ok(base);
        }
        let row = sqlx::query("select ordinal from organizations where id = $1")
            .bind(organization.as_str())
            .fetch_optional(self.reader())
            .await?
            .ok_or_else(|| StoreError::Setup(format!("there is no organization {organization}")))?;
        let ordinal: i64 = row.try_get(0)?;
        let base = ordinal << POSITION_BITS;
        self.bases().put(organization, base);
        Ok(base)
    }
}
