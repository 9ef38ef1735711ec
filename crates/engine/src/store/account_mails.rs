//! E-mails to people of the desk, from the intent to what came of it.

use domain::ids::{MailId, OrganizationId};
use domain::order::MailState;
use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use super::orders::{name, named};
use super::people::instant;
use super::{Store, StoreError, queue};
use crate::account_mail::{AccountMail, NewAccountMail, Prepared};
use crate::organizations::Settings;

const COLUMNS: &str = "organization_id, id, kind, recipient, name, sent_by, language, link, good_until_us, state, \
                       problem, created_at_us, settled_at_us";

fn read(row: &AnyRow) -> Result<AccountMail, StoreError> {
    Ok(AccountMail {
        id: MailId(row.try_get("id")?),
        new: NewAccountMail {
            organization_id: OrganizationId(row.try_get("organization_id")?),
            kind: named(row.try_get("kind")?, "account_mail.kind")?,
            to: row.try_get("recipient")?,
            name: row.try_get("name")?,
            by: row.try_get("sent_by")?,
            language: row.try_get("language")?,
            link: row.try_get("link")?,
            good_until: instant(row, "good_until_us")?,
        },
        state: named(row.try_get("state")?, "account_mail.state")?,
        problem: row.try_get("problem")?,
        created_at: instant(row, "created_at_us")?.unwrap_or_default(),
        settled_at: instant(row, "settled_at_us")?,
    })
}

/// Records an e-mail and its job in the transaction of what caused it.
pub(crate) async fn insert(
    tx: &mut Transaction<'static, Any>,
    prepared: &Prepared,
) -> Result<(), StoreError> {
    let AccountMail { id, new, .. } = &prepared.mail;
    sqlx::query(
        "insert into account_mails (organization_id, id, kind, recipient, name, sent_by, language, link, \
         good_until_us, state, problem, created_at_us, settled_at_us) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
        .bind(new.organization_id.as_str())
        .bind(id.as_str())
        .bind(name(&new.kind))
        .bind(new.to.as_str())
        .bind(new.name.as_str())
        .bind(new.by.as_str())
        .bind(new.language.as_str())
        .bind(new.link.as_str())
        .bind(new.good_until.map(Timestamp::as_microsecond))
        .bind(name(&prepared.mail.state))
        .bind(prepared.mail.problem.as_str())
        .bind(prepared.mail.created_at.as_microsecond())
        .bind(prepared.mail.settled_at.map(Timestamp::as_microsecond))
        .execute(&mut **tx)
        .await?;
    queue::insert(tx, std::slice::from_ref(&prepared.job)).await
}

impl Store {
    /// Records an e-mail and its job by themselves.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_account_mail(&self, prepared: &Prepared) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        insert(&mut tx, prepared).await?;
        tx.commit().await?;
        Ok(())
    }

    /// One e-mail to someone of an organization.
    ///
    /// # Errors
    /// The database.
    pub async fn account_mail(
        &self,
        organization: &OrganizationId,
        id: &MailId,
    ) -> Result<Option<AccountMail>, StoreError> {
        let text =
            format!("select {COLUMNS} from account_mails where organization_id = $1 and id = $2");
        let row = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(organization.as_str())
            .bind(id.as_str())
            .fetch_optional(self.reader())
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Writes what came of an e-mail, once, and forgets its link.
    ///
    /// # Errors
    /// The database.
    pub async fn settle_account_mail(
        &self,
        mail: &AccountMail,
        to: MailState,
        problem: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "update account_mails set state = $1, problem = $2, settled_at_us = $3, link = '' \
             where organization_id = $4 and id = $5 and state = 'requested'",
        )
        .bind(name(&to))
        .bind(problem)
        .bind(at.as_microsecond())
        .bind(mail.new.organization_id.as_str())
        .bind(mail.id.as_str())
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// What an organization is called and has set: who its e-mails come from.
    ///
    /// # Errors
    /// There is no such organization; the database.
    pub async fn sender(
        &self,
        organization: &OrganizationId,
    ) -> Result<(String, Settings), StoreError> {
        let row = sqlx::query("select name, settings from organizations where id = $1")
            .bind(organization.as_str())
            .fetch_optional(self.reader())
            .await?
            .ok_or_else(|| StoreError::Setup(format!("there is no organization {organization}")))?;
        let settings = serde_json::from_str(row.try_get(1)?).map_err(|error| {
            StoreError::unreadable(&format!("settings of {organization}"), error)
        })?;
        Ok((row.try_get(0)?, settings))
    }
}
