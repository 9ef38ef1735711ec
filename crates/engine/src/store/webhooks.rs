//! Webhooks: each row is a subscription and, with its messages, the queue of its endpoint. An endpoint is claimed by one
//! update that repeats its condition, like a job; while it is claimed it is due again only when its lease ends.

use domain::ids::{OrganizationId, WebhookId};
use domain::order::Mode;
use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::change::Change;
use super::dialect::askable;
use super::orders::{count, name, named};
use super::people::{instant, json, text};
use super::{Store, StoreError};
use crate::webhooks::{MessageState, Standing, Webhook};

const COLUMNS: &str = "organization_id, id, mode, kind, url, status, description, query, secrets, actor, created_by, \
                       created_at_us, updated_by, updated_at_us, failures, failing_since_us, last_success_at_us, problem";

fn read(row: &AnyRow) -> Result<Webhook, StoreError> {
    let query: String = row.try_get("query")?;
    Ok(Webhook {
        organization_id: OrganizationId(row.try_get("organization_id")?),
        id: WebhookId(row.try_get("id")?),
        mode: named(row.try_get("mode")?, "webhook.mode")?,
        kind: named(row.try_get("kind")?, "webhook.kind")?,
        url: row.try_get("url")?,
        status: named(row.try_get("status")?, "webhook.status")?,
        description: row.try_get("description")?,
        query: Some(query).filter(|query| !query.is_empty()),
        secrets: json(row.try_get("secrets")?, "webhook.secrets")?,
        actor: json(row.try_get("actor")?, "webhook.actor")?,
        created_by: row.try_get("created_by")?,
        created_at: instant(row, "created_at_us")?.unwrap_or_default(),
        updated_by: row.try_get("updated_by")?,
        updated_at: instant(row, "updated_at_us")?.unwrap_or_default(),
        standing: Standing {
            failures: count(row, "failures")?,
            failing_since: instant(row, "failing_since_us")?,
            last_success_at: instant(row, "last_success_at_us")?,
            problem: row.try_get("problem")?,
        },
    })
}

impl Store {
    /// The webhooks of an organization and a mode, oldest first.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn webhooks(
        &self,
        organization: &OrganizationId,
        mode: Mode,
    ) -> Result<Vec<Webhook>, StoreError> {
        let statement = format!(
            "select {COLUMNS} from webhooks where organization_id = $1 and mode = $2 order by id"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(organization.as_str())
            .bind(name(&mode))
            .fetch_all(self.reader())
            .await?;
        rows.iter().map(read).collect()
    }

    /// One webhook.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn webhook(
        &self,
        organization: &OrganizationId,
        id: &WebhookId,
    ) -> Result<Option<Webhook>, StoreError> {
        let statement =
            format!("select {COLUMNS} from webhooks where organization_id = $1 and id = $2");
        let row = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(organization.as_str())
            .bind(askable(id.as_str()))
            .fetch_optional(self.reader())
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// The next organization after `after` that has something to tell, so that each gets its turn.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn next_with_webhooks(
        &self,
        after: &str,
        now: Timestamp,
    ) -> Result<Option<OrganizationId>, StoreError> {
        let row = sqlx::query(
            "select w.organization_id from webhooks w where w.status = 'enabled' and w.organization_id > $1 \
             and w.due_at_us <= $2 and exists (select 1 from webhook_messages m \
             where m.organization_id = w.organization_id and m.webhook_id = w.id and m.state = 'waiting' \
             and m.next_at_us <= $2) order by w.organization_id limit 1",
        )
        .bind(after)
        .bind(now.as_microsecond())
        .fetch_optional(self.reader())
        .await?;
        row.map(|row| Ok(OrganizationId(row.try_get(0)?)))
            .transpose()
    }

    /// Claims up to `limit` endpoints that have something to tell until `lease_until`; no other worker serves them before.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn claim_webhooks(
        &self,
        organization: &OrganizationId,
        now: Timestamp,
        lease_until: Timestamp,
        lease: &str,
        limit: u32,
    ) -> Result<Vec<WebhookId>, StoreError> {
        let rows = sqlx::query(
            "update webhooks set due_at_us = $1, lease = $2 \
             where organization_id = $3 and status = 'enabled' and due_at_us <= $4 and id in ( \
             select w.id from webhooks w where w.organization_id = $3 and w.status = 'enabled' and w.due_at_us <= $4 \
             and exists (select 1 from webhook_messages m where m.organization_id = w.organization_id \
             and m.webhook_id = w.id and m.state = 'waiting' and m.next_at_us <= $4) \
             order by w.due_at_us, w.id limit $5) returning id",
        )
        .bind(lease_until.as_microsecond())
        .bind(lease)
        .bind(organization.as_str())
        .bind(now.as_microsecond())
        .bind(i64::from(limit))
        .fetch_all(self.writer())
        .await?;
        let ids = rows.iter();
        ids.map(|row| Ok(WebhookId(row.try_get(0)?))).collect()
    }

    /// Lets an endpoint go, due again at this time, unless its lease went to someone else.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn release_webhook(
        &self,
        organization: &OrganizationId,
        id: &WebhookId,
        lease: &str,
        due_at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "update webhooks set due_at_us = $1, lease = '' where organization_id = $2 and id = $3 and lease = $4",
        )
        .bind(due_at.as_microsecond())
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(lease)
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// Makes every claimed endpoint of an organization due at once: for a desk whose last worker is certainly gone.
    ///
    /// # Errors
    /// The database.
    pub async fn free_webhooks(
        &self,
        organization: &OrganizationId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("update webhooks set due_at_us = $1, lease = '' where organization_id = $2 and lease <> ''")
            .bind(now.as_microsecond())
            .bind(organization.as_str())
            .execute(self.writer())
            .await?;
        Ok(())
    }
}

impl Change {
    /// How many webhooks the organization has, live and test together.
    pub async fn count_webhooks(&mut self) -> Result<u64, StoreError> {
        let row =
            sqlx::query("select count(*) as webhooks from webhooks where organization_id = $1")
                .bind(self.organization.as_str())
                .fetch_one(&mut *self.tx)
                .await?;
        count(&row, "webhooks")
    }

    /// Adds a webhook.
    pub async fn insert_webhook(&mut self, webhook: &Webhook) -> Result<(), StoreError> {
        sqlx::query(
            "insert into webhooks (organization_id, id, mode, kind, url, status, description, query, secrets, actor, \
             created_by, created_at_us, updated_by, updated_at_us, due_at_us, lease, failures, problem) \
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, '', 0, '')",
        )
        .bind(self.organization.as_str())
        .bind(webhook.id.as_str())
        .bind(name(&webhook.mode))
        .bind(name(&webhook.kind))
        .bind(webhook.url.as_str())
        .bind(name(&webhook.status))
        .bind(webhook.description.as_str())
        .bind(webhook.query.as_deref().unwrap_or_default())
        .bind(text(&webhook.secrets, "webhook.secrets")?)
        .bind(text(&webhook.actor, "webhook.actor")?)
        .bind(webhook.created_by.as_str())
        .bind(webhook.created_at.as_microsecond())
        .bind(webhook.updated_by.as_str())
        .bind(webhook.updated_at.as_microsecond())
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Replaces what a person sets of a webhook. It is tried at once, as if nothing had failed: what was changed may be
    /// what was wrong.
    pub async fn put_webhook(
        &mut self,
        webhook: &Webhook,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "update webhooks set kind = $1, url = $2, status = $3, description = $4, query = $5, actor = $6, \
             updated_by = $7, updated_at_us = $8, failures = 0, failing_since_us = null, problem = '', \
             due_at_us = case when lease = '' then $8 else due_at_us end where organization_id = $9 and id = $10",
        )
        .bind(name(&webhook.kind))
        .bind(webhook.url.as_str())
        .bind(name(&webhook.status))
        .bind(webhook.description.as_str())
        .bind(webhook.query.as_deref().unwrap_or_default())
        .bind(text(&webhook.actor, "webhook.actor")?)
        .bind(webhook.updated_by.as_str())
        .bind(now.as_microsecond())
        .bind(self.organization.as_str())
        .bind(webhook.id.as_str())
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Replaces what a webhook's messages are signed with.
    pub async fn put_secrets(&mut self, webhook: &Webhook) -> Result<(), StoreError> {
        sqlx::query("update webhooks set secrets = $1 where organization_id = $2 and id = $3")
            .bind(text(&webhook.secrets, "webhook.secrets")?)
            .bind(self.organization.as_str())
            .bind(webhook.id.as_str())
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Deletes a webhook and drops what waits for it.
    pub async fn delete_webhook(
        &mut self,
        id: &WebhookId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("delete from webhooks where organization_id = $1 and id = $2")
            .bind(self.organization.as_str())
            .bind(id.as_str())
            .execute(&mut *self.tx)
            .await?;
        sqlx::query(
            "update webhook_messages set state = $1, settled_at_us = $2 \
             where organization_id = $3 and webhook_id = $4 and state in ('waiting', 'parked')",
        )
        .bind(name(&MessageState::Dropped))
        .bind(at.as_microsecond())
        .bind(self.organization.as_str())
        .bind(id.as_str())
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }
}
