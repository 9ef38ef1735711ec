//! Roots: a document for each sale that programs tell step by step.

use domain::ids::{OrganizationId, RootId};
use domain::landed_cost::quote::LandedCost;
use domain::order::Mode;
use domain::roots::Root;
use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::orders::name;
use super::people::{json, text};
use super::{Store, StoreError};

impl Store {
    /// Keeps a root, and landed costs that were calculated of it, all or nothing: anew, or in the place of the version
    /// that was seen. Whether it was kept: someone else may have been faster.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn put_root(
        &self,
        organization: &OrganizationId,
        root: &Root,
        seen: Option<i64>,
        landed_costs: &[LandedCost],
    ) -> Result<bool, StoreError> {
        let document = text(root, "a root")?;
        let mut tx = self.write().await?;
        let query = match seen {
            None => sqlx::query(
                "insert into roots (organization_id, id, mode, document, expires_at_us, version, created_at_us) \
                 values ($1, $2, $3, $4, $5, 1, $6) on conflict do nothing",
            ),
            Some(_) => sqlx::query(
                "update roots set document = $4, expires_at_us = $5, version = version + 1 \
                 where organization_id = $1 and id = $2 and mode = $3 and version = $6",
            ),
        };
        let done = query
            .bind(organization.as_str())
            .bind(root.id.as_str())
            .bind(name(&root.mode))
            .bind(document)
            .bind(root.expires_at.as_microsecond())
            .bind(seen.unwrap_or(root.created_at.as_microsecond()))
            .execute(&mut *tx)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        for landed_cost in landed_costs {
            if !super::landed_costs::insert(&mut tx, organization, landed_cost, None).await? {
                let id = &landed_cost.id;
                return Err(StoreError::Setup(format!(
                    "landed cost {id} is there already"
                )));
            }
        }
        tx.commit().await?;
        Ok(true)
    }

    /// A root and its version.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn root(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        id: &RootId,
    ) -> Result<Option<(Root, i64)>, StoreError> {
        let row = sqlx::query(
            "select document, version from roots where organization_id = $1 and id = $2 and mode = $3",
        )
        .bind(organization.as_str())
        .bind(super::dialect::askable(id.as_str()))
        .bind(name(&mode))
        .fetch_optional(self.reader())
        .await?;
        row.map(|row| Ok((read(&row)?, row.try_get("version")?)))
            .transpose()
    }

    /// These roots, as far as they are there.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn roots_of(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        ids: &[RootId],
    ) -> Result<Vec<Root>, StoreError> {
        let ids = ids.iter().map(|id| id.as_str());
        let text = "select document from roots where organization_id = $1 and mode = $2";
        let rows = self.rows_of(text, organization, mode, ids).await?;
        rows.iter().map(read).collect()
    }

    /// Roots, newest first, behind so many of them.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn newest_roots(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        behind: i64,
        limit: i64,
    ) -> Result<Vec<Root>, StoreError> {
        let rows = sqlx::query(
            "select document from roots where organization_id = $1 and mode = $2 \
             order by created_at_us desc, id desc limit $3 offset $4",
        )
        .bind(organization.as_str())
        .bind(name(&mode))
        .bind(limit)
        .bind(behind)
        .fetch_all(self.reader())
        .await?;
        rows.iter().map(read).collect()
    }

    /// Forgets roots that expired before then and of which no landed cost is kept; how many.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn forget_roots(
        &self,
        organization: &OrganizationId,
        before: Timestamp,
    ) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "delete from roots where organization_id = $1 and expires_at_us < $2 and not exists \
             (select 1 from landed_costs where landed_costs.organization_id = $1 and landed_costs.root_id = roots.id)",
        )
        .bind(organization.as_str())
        .bind(before.as_microsecond())
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected())
    }
}

fn read(row: &AnyRow) -> Result<Root, StoreError> {
    json(row.try_get("document")?, "a root")
}
