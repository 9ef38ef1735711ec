//! API keys. What is stored of a key is its hash.

use domain::actor::Permissions;
use domain::ids::{KeyId, OrganizationId};
use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, Executor, Row};

use super::orders::name;
use super::people::{instant, json, text};
use super::{Store, StoreError};
use crate::keys::ApiKey;

impl Store {
    /// Adds an API key.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_key(&self, key: &ApiKey) -> Result<(), StoreError> {
        insert_key(self.writer(), key).await
    }

    /// Every API key of an organization, newest first.
    ///
    /// # Errors
    /// The database.
    pub async fn keys(&self, organization: &OrganizationId) -> Result<Vec<ApiKey>, StoreError> {
        let statement = format!(
            "select {KEY_COLUMNS} from api_keys where organization_id = $1 order by id desc"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(organization.as_str())
            .fetch_all(self.reader())
            .await?;
        rows.iter().map(|row| read_key(row, organization)).collect()
    }

    /// The API key with this hash.
    ///
    /// # Errors
    /// The database.
    pub async fn key_by_hash(
        &self,
        organization: &OrganizationId,
        hash: &str,
    ) -> Result<Option<ApiKey>, StoreError> {
        let statement =
            format!("select {KEY_COLUMNS} from api_keys where organization_id = $1 and hash = $2");
        let row = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(organization.as_str())
            .bind(hash)
            .fetch_optional(self.reader())
            .await?;
        row.map(|row| read_key(&row, organization)).transpose()
    }

    /// Writes down when a key was used.
    ///
    /// # Errors
    /// The database.
    pub async fn touch_key(
        &self,
        organization: &OrganizationId,
        id: &KeyId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "update api_keys set last_used_at_us = $1 where organization_id = $2 and id = $3",
        )
        .bind(at.as_microsecond())
        .bind(organization.as_str())
        .bind(id.as_str())
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// Revokes a key for good; whether it was there and still good.
    ///
    /// # Errors
    /// The database.
    pub async fn revoke_key(
        &self,
        organization: &OrganizationId,
        id: &KeyId,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        revoke_key(self.writer(), organization, id, at).await
    }
}

pub(super) async fn insert_key<'e>(
    executor: impl Executor<'e, Database = Any>,
    key: &ApiKey,
) -> Result<(), StoreError> {
    sqlx::query(
            "insert into api_keys (organization_id, id, mode, name, hash, hint, permissions, created_at_us, \
             last_used_at_us, revoked_at_us) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(key.organization_id.as_str())
        .bind(key.id.as_str())
        .bind(name(&key.mode))
        .bind(key.name.as_str())
        .bind(key.hash.as_str())
        .bind(key.hint.as_str())
        .bind(text(&key.permissions, "permissions")?)
        .bind(key.created_at.as_microsecond())
        .bind(key.last_used_at.map(Timestamp::as_microsecond))
        .bind(key.revoked_at.map(Timestamp::as_microsecond))
        .execute(executor)
        .await?;
    Ok(())
}

pub(super) async fn revoke_key<'e>(
    executor: impl Executor<'e, Database = Any>,
    organization: &OrganizationId,
    id: &KeyId,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "update api_keys set revoked_at_us = $1 \
             where organization_id = $2 and id = $3 and revoked_at_us is null",
    )
    .bind(at.as_microsecond())
    .bind(organization.as_str())
    .bind(id.as_str())
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

const KEY_COLUMNS: &str =
    "id, mode, name, hash, hint, permissions, created_at_us, last_used_at_us, revoked_at_us";

fn read_key(row: &AnyRow, organization: &OrganizationId) -> Result<ApiKey, StoreError> {
    let permissions: Permissions = json(row.try_get("permissions")?, "permissions")?;
    Ok(ApiKey {
        organization_id: organization.clone(),
        id: KeyId(row.try_get("id")?),
        mode: super::views::mode(row.try_get("mode")?)?,
        name: row.try_get("name")?,
        hash: row.try_get("hash")?,
        hint: row.try_get("hint")?,
        permissions,
        created_at: instant(row, "created_at_us")?.unwrap_or_default(),
        last_used_at: instant(row, "last_used_at_us")?,
        revoked_at: instant(row, "revoked_at_us")?,
    })
}
