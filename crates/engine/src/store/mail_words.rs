//! What merchants have written instead of our words.

use domain::ids::OrganizationId;
use jiff::Timestamp;
use sqlx::Row;

use super::change::Change;
use super::orders::{name, named};
use super::people::instant;
use super::{Store, StoreError};
use crate::mail_words::{Own, Which};

impl Store {
    /// Every text of an organization's own.
    ///
    /// # Errors
    /// The database.
    pub async fn mail_words(&self, organization: &OrganizationId) -> Result<Vec<Own>, StoreError> {
        let rows = sqlx::query(
            "select kind, language, words, changed_by, changed_at_us from mail_words \
             where organization_id = $1 order by kind, language",
        )
        .bind(organization.as_str())
        .fetch_all(self.reader())
        .await?;
        let read = |row: &sqlx::any::AnyRow| {
            let which = Which {
                kind: named(row.try_get("kind")?, "mail_words.kind")?,
                language: named(row.try_get("language")?, "mail_words.language")?,
            };
            let words = serde_json::from_str(row.try_get("words")?)
                .map_err(|error| StoreError::unreadable("mail_words.words", error))?;
            Ok(Own {
                which,
                words,
                by: row.try_get("changed_by")?,
                at: instant(row, "changed_at_us")?.unwrap_or_default(),
            })
        };
        rows.iter().map(read).collect()
    }
}

impl Change {
    /// Keeps words, in the place of those that were there.
    pub async fn put_mail_words(&mut self, own: &Own) -> Result<(), StoreError> {
        let words = serde_json::to_string(&own.words)
            .map_err(|error| StoreError::unreadable("mail_words.words", error))?;
        sqlx::query(
            "insert into mail_words (organization_id, kind, language, words, changed_by, changed_at_us) \
             values ($1, $2, $3, $4, $5, $6) on conflict (organization_id, kind, language) do update \
             set words = excluded.words, changed_by = excluded.changed_by, changed_at_us = excluded.changed_at_us",
        )
        .bind(self.organization.as_str())
        .bind(name(&own.which.kind))
        .bind(name(&own.which.language))
        .bind(words)
        .bind(own.by.as_str())
        .bind(Timestamp::as_microsecond(own.at))
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Forgets words, so that ours are in force; whether there were any.
    pub async fn delete_mail_words(&mut self, which: Which) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "delete from mail_words where organization_id = $1 and kind = $2 and language = $3",
        )
        .bind(self.organization.as_str())
        .bind(name(&which.kind))
        .bind(name(&which.language))
        .execute(&mut *self.tx)
        .await?;
        Ok(done.rows_affected() == 1)
    }
}
