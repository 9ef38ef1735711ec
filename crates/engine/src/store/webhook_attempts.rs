//! Tries to tell webhooks something: each round of an endpoint is written down whole, in one transaction with what became
//! of its messages and how the endpoint stands. And how webhooks do, in figures.

use domain::ids::{AttemptId, MessageId, OrganizationId, WebhookId};
use domain::order::Mode;
use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::dialect::askable;
use super::orders::{count, int, name, named};
use super::people::{instant, json, text};
use super::rows::Rows;
use super::webhook_messages::{Outcome, settle};
use super::{Store, StoreError};
use crate::webhooks::looks::Tries;
use crate::webhooks::{Attempt, Health, Standing, Webhook};

const COLUMNS: &str = "a.id, a.webhook_id, a.message_id, a.mode, a.kind, a.order_id, a.url, a.headers, a.status, a.answer, \
                       a.problem, a.duration_ms, a.at_us, m.body";

/// What was sent stands with the message: it is the same at every try.
const JOINED: &str = "from webhook_attempts a left join webhook_messages m \
    on m.organization_id = a.organization_id and m.webhook_id = a.webhook_id and m.id = a.message_id \
    where a.organization_id = $1";

/// What one round of an endpoint came to.
pub(crate) struct Round<'a> {
    pub webhook: &'a Webhook,
    pub lease: &'a str,
    pub attempts: &'a [Attempt],
    pub outcomes: &'a [Outcome],
    /// How the endpoint stands since.
    pub standing: &'a Standing,
    /// What happens to everything that waits, beyond the messages that were sent.
    pub others: Others,
    pub at: Timestamp,
}

/// What happens to everything else that waits for an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Others {
    /// Nothing.
    Stay,
    /// It answers again: nothing waits any longer.
    AreDue,
    /// What is tried since this time or longer waits for a person, with this problem.
    Park(Timestamp, String),
}

fn read(row: &AnyRow) -> Result<Attempt, StoreError> {
    let (status, body): (Option<i64>, Option<String>) =
        (row.try_get("status")?, row.try_get("body")?);
    Ok(Attempt {
        id: AttemptId(row.try_get("id")?),
        webhook_id: WebhookId(row.try_get("webhook_id")?),
        message_id: MessageId(row.try_get("message_id")?),
        mode: named(row.try_get("mode")?, "attempt.mode")?,
        kind: named(row.try_get("kind")?, "attempt.kind")?,
        order_id: row.try_get("order_id")?,
        url: row.try_get("url")?,
        headers: json(row.try_get("headers")?, "attempt.headers")?,
        body: body.unwrap_or_default(),
        status: status.and_then(|status| u16::try_from(status).ok()),
        answer: row.try_get("answer")?,
        problem: row.try_get("problem")?,
        duration_ms: count(row, "duration_ms")?,
        at: instant(row, "at_us")?.unwrap_or_default(),
    })
}

fn rows(organization: &OrganizationId, attempts: &[Attempt]) -> Result<Rows, StoreError> {
    let start = "insert into webhook_attempts (organization_id, id, webhook_id, message_id, mode, kind, order_id, url, \
                 headers, status, answer, problem, duration_ms, at_us)";
    let row = |one: &Attempt| {
        Ok(vec![
            organization.as_str().into(),
            one.id.as_str().into(),
            one.webhook_id.as_str().into(),
            one.message_id.as_str().into(),
            name(&one.mode).into(),
            name(&one.kind).into(),
            one.order_id.as_str().into(),
            one.url.as_str().into(),
            text(&one.headers, "attempt.headers")?.into(),
            one.status.map(i64::from).into(),
            one.answer.as_str().into(),
            one.problem.as_str().into(),
            int(one.duration_ms).into(),
            one.at.as_microsecond().into(),
        ])
    };
    let rows: Result<Vec<_>, StoreError> = attempts.iter().map(row).collect();
    Ok(Rows::of(start, rows?))
}

impl Store {
    /// Writes down what a round came to, whole or not at all.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn record_round(&self, round: &Round<'_>) -> Result<(), StoreError> {
        let (organization, id) = (&round.webhook.organization_id, &round.webhook.id);
        let rows = rows(organization, round.attempts)?;
        let mut tx = self.write().await?;
        sqlx::query(
            "update webhooks set failures = $1, failing_since_us = $2, last_success_at_us = $3, problem = $4 \
             where organization_id = $5 and id = $6 and lease = $7",
        )
        .bind(int(round.standing.failures))
        .bind(round.standing.failing_since.map(Timestamp::as_microsecond))
        .bind(round.standing.last_success_at.map(Timestamp::as_microsecond))
        .bind(round.standing.problem.as_str())
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(round.lease)
        .execute(&mut *tx)
        .await?;
        rows.write(&mut tx).await?;
        settle(&mut tx, organization, id, round.outcomes, round.at).await?;
        match &round.others {
            Others::Stay => {}
            Others::AreDue => {
                sqlx::query(
                    "update webhook_messages set next_at_us = $1 \
                     where organization_id = $2 and webhook_id = $3 and state = 'waiting' and next_at_us > $1",
                )
                .bind(round.at.as_microsecond())
                .bind(organization.as_str())
                .bind(id.as_str())
                .execute(&mut *tx)
                .await?;
            }
            Others::Park(since, problem) => {
                sqlx::query(
                    "update webhook_messages set state = 'parked', settled_at_us = $1, problem = $2 \
                     where organization_id = $3 and webhook_id = $4 and state = 'waiting' and since_us <= $5",
                )
                .bind(round.at.as_microsecond())
                .bind(problem.as_str())
                .bind(organization.as_str())
                .bind(id.as_str())
                .bind(since.as_microsecond())
                .execute(&mut *tx)
                .await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// Tries of an organization and a mode.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn webhook_attempts(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        tries: &Tries,
        limit: usize,
    ) -> Result<Vec<Attempt>, StoreError> {
        let order = if tries.is_oldest_first { "" } else { " desc" };
        let of_webhook = match tries.webhook {
            Some(_) => "a.webhook_id = $3",
            None => "$3 = ''",
        };
        let statement = format!(
            "select {COLUMNS} {JOINED} and a.mode = $2 and {of_webhook} and ($4 = '' or a.kind = $4) \
             and ($5 = '' or a.id < $5) and a.id > $6 order by a.id{order} limit $7"
        );
        let kind = tries.kind.map(|kind| name(&kind)).unwrap_or_default();
        let id = |id: &Option<AttemptId>| {
            let id = id.as_ref();
            id.map_or_else(String::new, |id| askable(id.as_str()))
        };
        let webhook = tries.webhook.as_ref();
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(organization.as_str())
            .bind(name(&mode))
            .bind(webhook.map_or_else(String::new, |id| askable(id.as_str())))
            .bind(kind)
            .bind(id(&tries.before))
            .bind(id(&tries.after))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(self.reader())
            .await?;
        rows.iter().map(read).collect()
    }

    /// One try.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn webhook_attempt(
        &self,
        organization: &OrganizationId,
        id: &AttemptId,
    ) -> Result<Option<Attempt>, StoreError> {
        let statement = format!("select {COLUMNS} {JOINED} and a.id = $2");
        let row = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(organization.as_str())
            .bind(askable(id.as_str()))
            .fetch_optional(self.reader())
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// How a webhook does; its tries are counted from this time on.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn webhook_health(
        &self,
        organization: &OrganizationId,
        webhook: &WebhookId,
        from: Timestamp,
    ) -> Result<Health, StoreError> {
        let row = sqlx::query(
            "select (select count(*) from webhook_attempts where organization_id = $1 and webhook_id = $2 \
             and at_us >= $3) as tried, \
             (select count(*) from webhook_attempts where organization_id = $1 and webhook_id = $2 \
             and at_us >= $3 and problem = '') as arrived, \
             (select count(*) from webhook_messages where organization_id = $1 and webhook_id = $2 \
             and state = 'waiting') as waiting, \
             (select min(since_us) from webhook_messages where organization_id = $1 and webhook_id = $2 \
             and state = 'waiting') as oldest_us, \
             (select count(*) from webhook_messages where organization_id = $1 and webhook_id = $2 \
             and state = 'parked') as parked",
        )
        .bind(organization.as_str())
        .bind(webhook.as_str())
        .bind(from.as_microsecond())
        .fetch_one(self.reader())
        .await?;
        Ok(Health {
            tried: count(&row, "tried")?,
            arrived: count(&row, "arrived")?,
            waiting: count(&row, "waiting")?,
            oldest_waiting: instant(&row, "oldest_us")?,
            parked: count(&row, "parked")?,
        })
    }

    /// Forgets tries from before this time, and messages that were settled before it.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn forget_webhook_attempts(
        &self,
        organization: &OrganizationId,
        before: Timestamp,
    ) -> Result<(), StoreError> {
        for statement in [
            "delete from webhook_attempts where organization_id = $1 and at_us < $2",
            "delete from webhook_messages where organization_id = $1 and settled_at_us < $2",
        ] {
            sqlx::query(statement)
                .bind(organization.as_str())
                .bind(before.as_microsecond())
                .execute(self.writer())
                .await?;
        }
        Ok(())
    }
}
