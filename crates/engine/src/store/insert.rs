//! Many new orders at once, for import and the demo: one transaction, a few rows a statement.

use std::collections::BTreeMap;

use domain::command::Decision;
use domain::ids::OrganizationId;
use sqlx::{Any, Row, Transaction};

use super::commit::{CommitError, Remembered, add_counts};
use super::facets;
use super::keys::{Key, KeyKind};
use super::open_refunds::{self, OpenRefund};
use super::orders::{AnyQuery, COLUMN_COUNT, OrderRow, columns, int, name, position};
use super::queue::NewJob;
use super::{Dialect, Store, StoreError, placeholders};

/// Rows a statement: measured, ten to twenty are best; the driver looks every placeholder up by its name.
const ROWS: usize = 16;

type Tx = Transaction<'static, Any>;

/// New orders of one organization, made ready for the database away from it.
pub struct Batch {
    organization_id: OrganizationId,
    decisions: Vec<Decision>,
    rows: Vec<OrderRow>,
    words: Vec<String>,
    bodies: Vec<String>,
    remembered: Vec<Remembered>,
    jobs: Vec<NewJob>,
}

impl Batch {
    /// Makes ready what costs time and needs no database.
    ///
    /// # Errors
    /// An order that cannot be written as JSON: a defect.
    pub fn of(
        organization: &OrganizationId,
        decisions: Vec<Decision>,
        remembered: Vec<Remembered>,
        jobs: Vec<NewJob>,
    ) -> Result<Self, StoreError> {
        let rows: Vec<OrderRow> = decisions
            .iter()
            .map(|decision| OrderRow::of(&decision.order))
            .collect::<Result<_, _>>()?;
        let words = rows.iter().map(|row| row.words.clone()).collect();
        let events = decisions.iter().flat_map(|decision| decision.events.iter());
        let bodies = events
            .map(|event| {
                serde_json::to_string(event).map_err(|error| StoreError::unreadable("event", error))
            })
            .collect::<Result<_, _>>()?;
        let organization_id = organization.clone();
        Ok(Self {
            organization_id,
            decisions,
            rows,
            words,
            bodies,
            remembered,
            jobs,
        })
    }

    /// How many orders it holds.
    pub fn len(&self) -> usize {
        self.decisions.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.decisions.is_empty()
    }
}

impl Store {
    /// Writes new orders of one organization with their whole histories, all or none.
    ///
    /// The caller has made sure that no order number is taken; a race with another writer refuses the whole batch.
    ///
    /// # Errors
    /// [`CommitError::PlaceTaken`] when any row's key is taken; the database.
    pub async fn insert_all(
        &self,
        organization: &OrganizationId,
        decisions: &[Decision],
        jobs: &[NewJob],
    ) -> Result<(), CommitError> {
        let batch = Batch::of(organization, decisions.to_vec(), Vec::new(), jobs.to_vec())?;
        self.insert_batch(batch).await
    }

    /// Writes a batch that was made ready.
    ///
    /// # Errors
    /// As [`insert_all`](Self::insert_all).
    pub async fn insert_batch(&self, batch: Batch) -> Result<(), CommitError> {
        let Batch {
            organization_id: organization,
            decisions,
            rows,
            words,
            bodies,
            remembered,
            jobs,
        } = batch;
        let base = self.search_base(&organization).await?;
        let mut tx = self.write().await?;
        insert_orders(&mut tx, &decisions, rows).await?;
        insert_events(&mut tx, &decisions, bodies).await?;
        insert_keys(&mut tx, &decisions).await?;
        self.insert_words_of(&mut tx, &decisions, &words, base)
            .await?;
        insert_tags(&mut tx, &decisions).await?;
        insert_open_refunds(&mut tx, &organization, &decisions).await?;
        insert_remembered(&mut tx, &organization, &decisions, &remembered).await?;
        let filters = self.view_filters(&mut tx, &organization).await?;
        let mut tally = BTreeMap::new();
        for decision in &decisions {
            super::views::changes(&filters, None, &decision.order, &mut tally);
        }
        add_counts(&mut tx, &organization, &tally).await?;
        for job in &jobs {
            super::queue::insert(&mut tx, job).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Which of these keys were answered before.
    ///
    /// # Errors
    /// The database.
    pub async fn answered_keys(
        &self,
        organization: &OrganizationId,
        keys: &[String],
    ) -> Result<std::collections::BTreeSet<String>, StoreError> {
        let mut answered = std::collections::BTreeSet::new();
        for chunk in keys.chunks(500) {
            let text = format!(
                "select key from idempotency where organization_id = $1 and key in {}",
                placeholders(2, 1, chunk.len())
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(organization.as_str());
            for key in chunk {
                query = query.bind(key.as_str());
            }
            for row in query.fetch_all(self.reader()).await? {
                answered.insert(row.try_get(0)?);
            }
        }
        Ok(answered)
    }

    /// Which of these values are keys of an order already, with the order: in one read.
    ///
    /// # Errors
    /// The database.
    pub async fn taken(
        &self,
        organization: &OrganizationId,
        kind: KeyKind,
        within: &str,
        values: &[String],
    ) -> Result<BTreeMap<String, domain::ids::OrderId>, StoreError> {
        let mut taken = BTreeMap::new();
        for chunk in values.chunks(500) {
            let text = format!(
                "select value, order_id from order_keys where organization_id = $1 and kind = $2 and within = $3 \
                 and value in {}",
                placeholders(4, 1, chunk.len())
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(text))
                .bind(organization.as_str())
                .bind(kind.name())
                .bind(within);
            for value in chunk {
                query = query.bind(value.as_str());
            }
            for row in query.fetch_all(self.reader()).await? {
                taken.insert(row.try_get(0)?, domain::ids::OrderId(row.try_get(1)?));
            }
        }
        Ok(taken)
    }

    async fn insert_words_of(
        &self,
        tx: &mut Tx,
        decisions: &[Decision],
        words: &[String],
        base: i64,
    ) -> Result<(), CommitError> {
        if self.dialect() == Dialect::Postgres {
            for (decision, words) in decisions.iter().zip(words) {
                sqlx::query(self.dialect().insert_words())
                    .bind(decision.order.organization_id.as_str())
                    .bind(position(&decision.order))
                    .bind(words.as_str())
                    .bind(base)
                    .bind(name(&decision.order.mode))
                    .execute(&mut **tx)
                    .await?;
            }
            return Ok(());
        }
        let rows: Vec<_> = decisions.iter().zip(words).collect();
        let start = "insert into order_search (rowid, words)";
        many(tx, start, 2, &rows, |query, (decision, words)| {
            query
                .bind(base + position(&decision.order))
                .bind(words.to_string())
        })
        .await
    }
}

/// Writes rows in statements of [`ROWS`]; fewer rows than given mean that a key was taken.
async fn many<T>(
    tx: &mut Tx,
    start: &str,
    columns: usize,
    rows: &[T],
    bind: impl for<'q> Fn(AnyQuery<'q>, &T) -> AnyQuery<'q>,
) -> Result<(), CommitError> {
    for chunk in rows.chunks(ROWS) {
        let text = format!("{start} values {}", placeholders(1, chunk.len(), columns));
        let mut query = sqlx::query(sqlx::AssertSqlSafe(text));
        for row in chunk {
            query = bind(query, row);
        }
        query.execute(&mut **tx).await.map_err(taken)?;
    }
    Ok(())
}

/// A key that is taken is the batch's affair; anything else is the database's.
fn taken(error: sqlx::Error) -> CommitError {
    match &error {
        sqlx::Error::Database(database) if database.is_unique_violation() => {
            CommitError::PlaceTaken
        }
        _ => error.into(),
    }
}

async fn insert_orders(
    tx: &mut Tx,
    decisions: &[Decision],
    rows: Vec<OrderRow>,
) -> Result<(), CommitError> {
    let columns = columns();
    let mut rows = decisions.iter().zip(rows);
    loop {
        let chunk: Vec<_> = rows.by_ref().take(ROWS).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        let values = placeholders(1, chunk.len(), COLUMN_COUNT);
        let text = format!("insert into orders ({columns}) values {values}");
        let mut query = sqlx::query(sqlx::AssertSqlSafe(text));
        for (decision, row) in chunk {
            query = row.bind(query, &decision.order);
        }
        query.execute(&mut **tx).await.map_err(taken)?;
    }
}

async fn insert_events(
    tx: &mut Tx,
    decisions: &[Decision],
    bodies: Vec<String>,
) -> Result<(), CommitError> {
    let events = decisions.iter().flat_map(|decision| {
        decision
            .events
            .iter()
            .map(move |event| (&decision.order, event))
    });
    let rows: Vec<_> = events.zip(bodies).collect();
    let start = "insert into order_events (organization_id, order_id, seq, at_us, kind, body)";
    many(tx, start, 6, &rows, |query, ((order, event), body)| {
        query
            .bind(order.organization_id.0.clone())
            .bind(order.id.0.clone())
            .bind(int(event.seq))
            .bind(event.at.as_microsecond())
            .bind(event.kind.name())
            .bind(body.clone())
    })
    .await
}

async fn insert_remembered(
    tx: &mut Tx,
    organization: &OrganizationId,
    decisions: &[Decision],
    remembered: &[Remembered],
) -> Result<(), CommitError> {
    let rows: Vec<_> = decisions.iter().zip(remembered).collect();
    let start = "insert into idempotency (organization_id, key, fingerprint, order_id, version, created_at_us)";
    many(tx, start, 6, &rows, |query, (decision, remembered)| {
        query
            .bind(organization.0.clone())
            .bind(remembered.key.clone())
            .bind(remembered.fingerprint.clone())
            .bind(remembered.order_id.0.clone())
            .bind(int(remembered.version))
            .bind(decision.order.updated_at.as_microsecond())
    })
    .await
}

async fn insert_keys(tx: &mut Tx, decisions: &[Decision]) -> Result<(), CommitError> {
    let rows: Vec<_> = decisions
        .iter()
        .flat_map(|decision| {
            Key::all_of(&decision.order)
                .into_iter()
                .map(move |key| (&decision.order, key))
        })
        .collect();
    let start = "insert into order_keys (organization_id, kind, value, within, order_id)";
    many(tx, start, 5, &rows, |query, (order, key)| {
        query
            .bind(order.organization_id.0.clone())
            .bind(key.kind.name())
            .bind(key.value.clone())
            .bind(key.within.clone())
            .bind(order.id.0.clone())
    })
    .await
}

async fn insert_open_refunds(
    tx: &mut Tx,
    organization: &OrganizationId,
    decisions: &[Decision],
) -> Result<(), CommitError> {
    let orders = decisions.iter().map(|decision| &decision.order);
    let rows: Vec<_> = orders.flat_map(OpenRefund::all_of).collect();
    many(
        tx,
        open_refunds::NEW_ROW,
        open_refunds::COLUMN_COUNT,
        &rows,
        |query, row| row.bind(query, organization),
    )
    .await
}

async fn insert_tags(tx: &mut Tx, decisions: &[Decision]) -> Result<(), CommitError> {
    let rows: Vec<_> = decisions
        .iter()
        .flat_map(|decision| {
            decision
                .order
                .tags
                .iter()
                .map(move |tag| (&decision.order, tag))
        })
        .collect();
    let start = "insert into order_tags (organization_id, mode, tag, facets, position)";
    many(tx, start, 5, &rows, |query, (order, tag)| {
        query
            .bind(order.organization_id.0.clone())
            .bind(name(&order.mode))
            .bind((*tag).clone())
            .bind(facets::of(order))
            .bind(position(order))
    })
    .await
}
