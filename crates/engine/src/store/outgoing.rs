//! E-mails on their way through a mail server.

use domain::ids::{MailId, OrderId, OrganizationId};
use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::orders::{name, named};
use super::people::instant;
use super::{Store, StoreError, dialect};
use crate::outgoing::{Outgoing, OutgoingState};
use crate::permit::Scope;
use crate::ports::Letter;

const COLUMNS: &str = "organization_id, id, mode, kind, order_id, recipient, subject, state, problem, begun_at_us, settled_at_us";

fn read(row: &AnyRow) -> Result<Outgoing, StoreError> {
    Ok(Outgoing {
        id: MailId(row.try_get("id")?),
        scope: Scope {
            organization_id: OrganizationId(row.try_get("organization_id")?),
            mode: named(row.try_get("mode")?, "outgoing_mails.mode")?,
        },
        kind: named(row.try_get("kind")?, "outgoing_mails.kind")?,
        order_id: row.try_get::<Option<String>, _>("order_id")?.map(OrderId),
        to: row.try_get("recipient")?,
        subject: row.try_get("subject")?,
        state: named(row.try_get("state")?, "outgoing_mails.state")?,
        problem: row.try_get("problem")?,
        begun_at: instant(row, "begun_at_us")?.unwrap_or_default(),
        settled_at: instant(row, "settled_at_us")?,
    })
}

impl Store {
    /// Writes down that a letter is begun; where it was begun before and is not waiting, how it stands instead.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn begin_outgoing(
        &self,
        letter: &Letter,
        at: Timestamp,
    ) -> Result<Option<(OutgoingState, String)>, StoreError> {
        let begun = sqlx::query(
            "insert into outgoing_mails (organization_id, id, mode, kind, order_id, recipient, subject, state, \
             problem, begun_at_us) values ($1, $2, $3, $4, $5, $6, $7, 'sending', '', $8) \
             on conflict (organization_id, id) do update \
             set state = excluded.state, recipient = excluded.recipient, subject = excluded.subject, \
             begun_at_us = excluded.begun_at_us, settled_at_us = null \
             where outgoing_mails.state = 'waiting'",
        )
        .bind(letter.scope.organization_id.as_str())
        .bind(letter.id.as_str())
        .bind(name(&letter.scope.mode))
        .bind(name(&letter.kind))
        .bind(letter.order_id.as_ref().map(OrderId::as_str))
        .bind(letter.to.as_str())
        .bind(letter.subject.as_str())
        .bind(at.as_microsecond())
        .execute(self.writer())
        .await?;
        if begun.rows_affected() == 1 {
            return Ok(None);
        }
        let row = sqlx::query(
            "select state, problem from outgoing_mails where organization_id = $1 and id = $2",
        )
        .bind(letter.scope.organization_id.as_str())
        .bind(letter.id.as_str())
        .fetch_one(self.writer())
        .await?;
        let state = named(row.try_get("state")?, "outgoing_mails.state")?;
        Ok(Some((state, row.try_get("problem")?)))
    }

    /// Writes what came of a letter that was begun.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn settle_outgoing(
        &self,
        letter: &Letter,
        to: OutgoingState,
        problem: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "update outgoing_mails set state = $1, problem = $2, settled_at_us = $3 \
             where organization_id = $4 and id = $5 and state = 'sending'",
        )
        .bind(name(&to))
        .bind(problem)
        .bind(at.as_microsecond())
        .bind(letter.scope.organization_id.as_str())
        .bind(letter.id.as_str())
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// Writes that a letter is not tried any more, and tells how it stands: one that waited was not sent; of one whose
    /// answer is not known nobody can tell. One that was never begun was not sent either.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn give_up_outgoing(
        &self,
        organization: &OrganizationId,
        id: &MailId,
        problem: &str,
        at: Timestamp,
    ) -> Result<OutgoingState, StoreError> {
        let given_up = sqlx::query(
            "update outgoing_mails set problem = $1, settled_at_us = $2, \
             state = case when state = 'waiting' then 'refused' else 'unknown' end \
             where organization_id = $3 and id = $4 and state in ('waiting', 'sending')",
        );
        given_up
            .bind(problem)
            .bind(at.as_microsecond())
            .bind(organization.as_str())
            .bind(id.as_str())
            .execute(self.writer())
            .await?;
        let row =
            sqlx::query("select state from outgoing_mails where organization_id = $1 and id = $2")
                .bind(organization.as_str())
                .bind(id.as_str())
                .fetch_optional(self.writer())
                .await?;
        let Some(row) = row else {
            return Ok(OutgoingState::Refused);
        };
        named(row.try_get("state")?, "outgoing_mails.state")
    }

    /// The latest e-mails of a scope that went out or are on their way, newest first.
    ///
    /// # Errors
    /// The database.
    pub async fn outgoing(&self, scope: &Scope, limit: usize) -> Result<Vec<Outgoing>, StoreError> {
        let text = format!(
            "select {COLUMNS} from outgoing_mails where organization_id = $1 and mode = $2 \
             order by begun_at_us desc, id desc limit $3"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(scope.organization_id.as_str())
            .bind(name(&scope.mode))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(self.reader())
            .await?;
        rows.iter().map(read).collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// The database.
    pub async fn outgoing_mail(
        &self,
        scope: &Scope,
        id: &MailId,
    ) -> Result<Option<Outgoing>, StoreError> {
        let text = format!(
            "select {COLUMNS} from outgoing_mails where organization_id = $1 and id = $2 and mode = $3"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(scope.organization_id.as_str())
            .bind(dialect::askable(id.as_str()))
            .bind(name(&scope.mode))
            .fetch_optional(self.reader())
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Those about an order.
    ///
    /// # Errors
    /// The database.
    pub async fn outgoing_of(
        &self,
        scope: &Scope,
        order: &OrderId,
    ) -> Result<Vec<MailId>, StoreError> {
        let rows = sqlx::query(
            "select id from outgoing_mails where organization_id = $1 and order_id = $2 order by id",
        )
        .bind(scope.organization_id.as_str())
        .bind(order.as_str())
        .fetch_all(self.reader())
        .await?;
        rows.iter()
            .map(|row| Ok(MailId(row.try_get("id")?)))
            .collect()
    }
}
