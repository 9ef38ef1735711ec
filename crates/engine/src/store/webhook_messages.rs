//! What webhooks are told: written by the commit that it is about, in one statement that adds a row for each webhook of
//! its type and none where there is none; settled by the worker that sent it.

use domain::command::Decision;
use domain::ids::{MessageId, OrganizationId, WebhookId};
use domain::webhook::{Told, told_by};
use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::change::Change;
use super::commit::Tx;
use super::dialect::askable;
use super::orders::{count, int, name, named};
use super::people::instant;
use super::{Store, StoreError, placeholders};
use crate::webhooks::acts::Again;
use crate::webhooks::{Message, MessageState, Webhook};

const COLUMNS: &str = "id, kind, order_id, subject, state, body, attempts, happened_at_us, since_us, next_at_us, problem";

/// An earlier message of the same order that is still to be sent: an order's messages go out one after the other.
const EARLIER: &str = "e.organization_id = m.organization_id and e.webhook_id = m.webhook_id \
    and e.order_id = m.order_id and e.state = 'waiting' and (e.seq < m.seq or (e.seq = m.seq and e.id < m.id))";

fn read(row: &AnyRow) -> Result<Message, StoreError> {
    let time = |column: &str| Ok::<_, StoreError>(instant(row, column)?.unwrap_or_default());
    Ok(Message {
        id: MessageId(row.try_get("id")?),
        kind: named(row.try_get("kind")?, "message.kind")?,
        order_id: row.try_get("order_id")?,
        subject: row.try_get("subject")?,
        state: named(row.try_get("state")?, "message.state")?,
        body: row.try_get("body")?,
        attempts: count(row, "attempts")?,
        happened_at: time("happened_at_us")?,
        since: time("since_us")?,
        next_at: time("next_at_us")?,
        problem: row.try_get("problem")?,
    })
}

/// How many values say what is told.
const SAID: usize = 4;

/// Writes down what a decision tells, for the webhooks that are there now; how many messages that are.
pub(super) async fn record(tx: &mut Tx, decision: &Decision) -> Result<u64, StoreError> {
    let told = told_by(decision);
    if told.is_empty() {
        return Ok(0);
    }
    let (order, values) = (&decision.order, placeholders(5, told.len(), SAID));
    // All of one order's messages begin with its identifier, so that they are unique without asking.
    let statement = format!(
        "with told (id, kind, subject, seq) as (values {values}) \
         insert into webhook_messages (organization_id, webhook_id, id, kind, order_id, subject, seq, state, body, \
         attempts, happened_at_us, since_us, next_at_us, problem) \
         select w.organization_id, w.id, t.id, t.kind, $3, t.subject, t.seq, 'waiting', '', 0, $4, $4, $4, '' \
         from webhooks w join told t on t.kind = w.kind and w.organization_id = $1 \
         where w.organization_id = $1 and w.mode = $2 and w.status = 'enabled'"
    );
    let query = sqlx::query(sqlx::AssertSqlSafe(statement))
        .bind(order.organization_id.as_str())
        .bind(name(&order.mode))
        .bind(order.id.as_str())
        .bind(order.updated_at.as_microsecond());
    let query = told.iter().fold(query, |query, one| {
        query
            .bind(message_id(order.id.as_str(), one))
            .bind(name(&one.kind))
            .bind(one.subject.as_str())
            .bind(int(one.seq))
    });
    Ok(query.execute(&mut **tx).await?.rows_affected())
}

/// The identifier of what is told: made of the order, its version and the type, which happen together once.
fn message_id(order: &str, told: &Told) -> String {
    let whole = format!("{order} {} {:?} {}", told.seq, told.kind, told.subject);
    let hash = crate::orders::fingerprint(&whole);
    format!("{}{}", MessageId::PREFIX, &hash[..24])
}

impl Store {
    /// What can be sent to an endpoint now: the first message of each order that is due, what is due longest first.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn due_messages(
        &self,
        organization: &OrganizationId,
        webhook: &WebhookId,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError> {
        let statement = format!(
            "select {COLUMNS} from webhook_messages m where m.organization_id = $1 and m.webhook_id = $2 \
             and m.state = 'waiting' and m.next_at_us <= $3 and (m.order_id = '' or not exists ( \
             select 1 from webhook_messages e where {EARLIER})) order by m.next_at_us, m.id limit $4"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(organization.as_str())
            .bind(webhook.as_str())
            .bind(now.as_microsecond())
            .bind(i64::from(limit))
            .fetch_all(self.reader())
            .await?;
        rows.iter().map(read).collect()
    }

    /// Lets what is due, and waits behind an earlier message of its order, wait until that is due.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn queue_behind(
        &self,
        organization: &OrganizationId,
        webhook: &WebhookId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = format!(
            "update webhook_messages as m set next_at_us = (select max(e.next_at_us) from webhook_messages e \
             where {EARLIER}) where m.organization_id = $1 and m.webhook_id = $2 and m.state = 'waiting' \
             and m.next_at_us <= $3 and m.order_id <> '' and exists (select 1 from webhook_messages e where {EARLIER} \
             and e.next_at_us > $3)"
        );
        sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(organization.as_str())
            .bind(webhook.as_str())
            .bind(now.as_microsecond())
            .execute(self.writer())
            .await?;
        Ok(())
    }

    /// Fixes how messages read, before they are first sent.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn fix_bodies(
        &self,
        organization: &OrganizationId,
        webhook: &WebhookId,
        bodies: &[(&MessageId, &str)],
    ) -> Result<(), StoreError> {
        if bodies.is_empty() {
            return Ok(());
        }
        let cases = "when $_ then $_ ".repeat(bodies.len());
        let statement = format!(
            "update webhook_messages set body = case id {cases}else body end \
             where organization_id = $_ and webhook_id = $_ and body = '' and id in {}",
            placeholders(2 * bodies.len() + 3, 1, bodies.len())
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(numbered(&statement)));
        let query = bodies.iter().fold(query, |query, (id, body)| {
            query.bind(id.as_str()).bind(*body)
        });
        let query = query.bind(organization.as_str()).bind(webhook.as_str());
        let query = bodies
            .iter()
            .fold(query, |query, (id, _)| query.bind(id.as_str()));
        query.execute(self.writer()).await?;
        Ok(())
    }

    /// The messages of a webhook that wait or are parked, parked ones first, then what is due first.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn unsettled_messages(
        &self,
        organization: &OrganizationId,
        webhook: &WebhookId,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError> {
        let statement = format!(
            "select {COLUMNS} from webhook_messages where organization_id = $1 and webhook_id = $2 \
             and state in ('waiting', 'parked') order by state, next_at_us, id limit $3"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(organization.as_str())
            .bind(askable(webhook.as_str()))
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(self.reader())
            .await?;
        rows.iter().map(read).collect()
    }
}

/// Numbers the places that a statement leaves open.
fn numbered(statement: &str) -> String {
    let mut parts = statement.split("$_");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.zip(1..).fold(first, |mut text, (part, place)| {
        text.push_str(&format!("${place}"));
        text.push_str(part);
        text
    })
}

impl Change {
    /// Adds a message that is about no order.
    pub async fn insert_message(
        &mut self,
        webhook: &Webhook,
        message: &Message,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "insert into webhook_messages (organization_id, webhook_id, id, kind, order_id, subject, seq, state, body, \
             attempts, happened_at_us, since_us, next_at_us, problem) \
             values ($1, $2, $3, $4, '', '', 0, 'waiting', $5, 0, $6, $6, $6, '')",
        )
        .bind(self.organization.as_str())
        .bind(webhook.id.as_str())
        .bind(message.id.as_str())
        .bind(name(&message.kind))
        .bind(message.body.as_str())
        .bind(message.happened_at.as_microsecond())
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Lets settled messages wait again, from their first try; how many.
    pub async fn replay_messages(
        &mut self,
        webhook: &WebhookId,
        again: &Again,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let begin = "update webhook_messages set state = 'waiting', attempts = 0, since_us = $1, next_at_us = $1, \
             settled_at_us = null, problem = '' where organization_id = $2 and webhook_id = $3";
        let (condition, id, from, until) = match again {
            Again::Message(id) => {
                let id = askable(id.as_str());
                let one = "id = $4 and state in ('sent', 'parked') and happened_at_us >= $5 and happened_at_us < $6";
                (one, id, i64::MIN, i64::MAX)
            }
            Again::Between {
                from,
                until,
                is_parked_only,
            } => {
                let condition = if *is_parked_only {
                    "id <> $4 and state = 'parked' and happened_at_us >= $5 and happened_at_us < $6"
                } else {
                    "id <> $4 and state in ('sent', 'parked') and happened_at_us >= $5 and happened_at_us < $6"
                };
                let (from, until) = (from.as_microsecond(), until.as_microsecond());
                (condition, String::new(), from, until)
            }
        };
        let done = sqlx::query(sqlx::AssertSqlSafe(format!("{begin} and {condition}")))
            .bind(now.as_microsecond())
            .bind(self.organization.as_str())
            .bind(webhook.as_str())
            .bind(id)
            .bind(from)
            .bind(until)
            .execute(&mut *self.tx)
            .await?;
        Ok(done.rows_affected())
    }
}

/// What became of a message at one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    /// Which.
    pub id: MessageId,
    /// Of which order; empty for a test.
    pub order_id: String,
    /// Where it stands now.
    pub state: MessageState,
    /// When it is tried again.
    pub next_at: Timestamp,
    /// What went wrong.
    pub problem: String,
}

/// Writes what became of messages; those of an order that comes later wait behind one that is tried again.
pub(super) async fn settle(
    tx: &mut Tx,
    organization: &OrganizationId,
    webhook: &WebhookId,
    outcomes: &[Outcome],
    at: Timestamp,
) -> Result<(), StoreError> {
    let sent = outcomes.iter();
    let sent: Vec<_> = sent.filter(|one| one.state == MessageState::Sent).collect();
    if !sent.is_empty() {
        let statement = format!(
            "update webhook_messages set state = 'sent', attempts = attempts + 1, settled_at_us = $1, problem = '' \
             where organization_id = $2 and webhook_id = $3 and state = 'waiting' and id in {}",
            placeholders(4, 1, sent.len())
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(at.as_microsecond())
            .bind(organization.as_str())
            .bind(webhook.as_str());
        let query = sent
            .iter()
            .fold(query, |query, one| query.bind(one.id.as_str()));
        query.execute(&mut **tx).await?;
    }
    for one in outcomes
        .iter()
        .filter(|one| one.state != MessageState::Sent)
    {
        let settled_at = (one.state == MessageState::Parked).then(|| at.as_microsecond());
        sqlx::query(
            "update webhook_messages set state = $1, attempts = attempts + 1, next_at_us = $2, problem = $3, \
             settled_at_us = $4 where organization_id = $5 and webhook_id = $6 and id = $7 and state = 'waiting'",
        )
        .bind(name(&one.state))
        .bind(one.next_at.as_microsecond())
        .bind(one.problem.as_str())
        .bind(settled_at)
        .bind(organization.as_str())
        .bind(webhook.as_str())
        .bind(one.id.as_str())
        .execute(&mut **tx)
        .await?;
        if one.state == MessageState::Waiting && !one.order_id.is_empty() {
            sqlx::query(
                "update webhook_messages set next_at_us = $1 where organization_id = $2 and webhook_id = $3 \
                 and order_id = $4 and state = 'waiting' and next_at_us < $1",
            )
            .bind(one.next_at.as_microsecond())
            .bind(organization.as_str())
            .bind(webhook.as_str())
            .bind(one.order_id.as_str())
            .execute(&mut **tx)
            .await?;
        }
    }
    Ok(())
}
