//! Many new orders at once, for import and the demo: one transaction, a few rows a statement.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::command::Decision;
use domain::event::Event;
use domain::filter::Filter;
use domain::ids::OrganizationId;
use domain::order::{Mode, Order};
use rusqlite::TransactionBehavior;
use sqlx::{Any, Row, Transaction};

use super::commit::{CommitError, Remembered};
use super::embedded::{Embedded, away};
use super::keys::{Key, KeyKind};
use super::open_refunds::{self, OpenRefund};
use super::orders::{OrderRow, columns, int, name};
use super::queue::{self, NewJob};
use super::rows::{Rows, Value};
use super::{Store, StoreError, placeholders, tags, tally, views};

type Tx = Transaction<'static, Any>;

/// New orders of one organization, made ready for the database away from it.
pub struct Batch {
    organization_id: OrganizationId,
    orders: Vec<Order>,
    /// The rows of each table, but for the words.
    rows: Vec<Rows>,
    /// In the order of their positions.
    words: Vec<Words>,
}

/// What the search finds an order by.
struct Words {
    position: i64,
    mode: Mode,
    words: String,
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
        let mut words = Vec::with_capacity(decisions.len());
        let orders = orders(&decisions, &mut words)?;
        // The search index writes itself out whenever a position is lower than the one before.
        words.sort_unstable_by_key(|words| words.position);
        let rows = vec![
            orders,
            events(&decisions)?,
            keys(&decisions),
            tags::rows(decisions.iter().flat_map(|one| tags::rows_of(&one.order))).sorted(),
            open_refunds::rows(decisions.iter().flat_map(|one| {
                let open = OpenRefund::all_of(&one.order).into_iter();
                open.map(|row| row.values(organization))
            })),
            answers(organization, &decisions, remembered),
            queue::rows(&jobs),
        ];
        Ok(Self {
            organization_id: organization.clone(),
            orders: decisions
                .into_iter()
                .map(|decision| decision.order)
                .collect(),
            rows,
            words,
        })
    }

    /// How many orders it holds.
    pub fn len(&self) -> usize {
        self.orders.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.orders.is_empty()
    }

    /// What it adds to the counts of views.
    fn counts(&self, filters: &[(String, Filter)]) -> Rows {
        let mut added = BTreeMap::new();
        for order in &self.orders {
            tally::changes(filters, None, order, &mut added);
        }
        tally::counts(&self.organization_id, &added)
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
    pub async fn insert_batch(&self, mut batch: Batch) -> Result<(), CommitError> {
        let base = self.search_base(&batch.organization_id).await?;
        if let Some(file) = self.file.clone() {
            // Writers wait in one line: whoever holds the desk's own connection has its turn.
            let turn = self.writer().acquire().await?;
            return away(move || {
                let written = write_to_file(&file, batch, base);
                drop(turn);
                written
            })
            .await;
        }
        let mut tx = self.write().await?;
        for rows in std::mem::take(&mut batch.rows) {
            rows.write(&mut tx).await.map_err(taken)?;
        }
        let words = std::mem::take(&mut batch.words);
        self.insert_words_of(&mut tx, &batch.organization_id, words, base)
            .await?;
        let filters = self.view_filters(&mut tx, &batch.organization_id).await?;
        batch.counts(&filters).write(&mut tx).await?;
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
        organization: &OrganizationId,
        words: Vec<Words>,
        base: i64,
    ) -> Result<(), CommitError> {
        for Words {
            position,
            mode,
            words,
        } in words
        {
            sqlx::query(self.dialect().insert_words())
                .bind(organization.as_str())
                .bind(position)
                .bind(words)
                .bind(base)
                .bind(name(&mode))
                .execute(&mut **tx)
                .await?;
        }
        Ok(())
    }
}

/// One transaction on the embedded file.
fn write_to_file(file: &Embedded, batch: Batch, base: i64) -> Result<(), CommitError> {
    let mut connection = file.connect_for_many()?;
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let counts = batch.counts(&filters(&tx, &batch.organization_id)?);
    let start = "insert into order_search (rowid, words)";
    let words = batch.words.into_iter();
    let words = words.map(|words| vec![(base + words.position).into(), words.words.into()]);
    let words = Rows::of(start, words);
    for rows in batch.rows.into_iter().chain([words, counts]) {
        rows.write_to_file(&tx)?;
    }
    tx.commit()?;
    Ok(())
}

/// The filters of every view, which nobody changes while the file is written to.
fn filters(
    tx: &rusqlite::Transaction<'_>,
    organization: &OrganizationId,
) -> Result<Vec<(String, Filter)>, StoreError> {
    let mut prepared = tx.prepare(views::FILTERS)?;
    let mut rows = prepared.query([organization.as_str()])?;
    let mut filters = Vec::new();
    while let Some(row) = rows.next()? {
        let filter: String = row.get(1)?;
        filters.push(views::read_filter(row.get(0)?, &filter)?);
    }
    Ok(filters)
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

static ORDERS: LazyLock<String> = LazyLock::new(|| {
    let columns = columns();
    format!("insert into orders ({columns})")
});

fn orders(decisions: &[Decision], words: &mut Vec<Words>) -> Result<Rows, StoreError> {
    let mut rows = Vec::with_capacity(decisions.len());
    for Decision { order, .. } in decisions {
        let row = OrderRow::of(order)?;
        words.push(Words {
            position: row.position,
            mode: order.mode,
            words: row.words.clone(),
        });
        rows.push(row.values(order));
    }
    Ok(Rows::of(&ORDERS, rows))
}

fn events(decisions: &[Decision]) -> Result<Rows, StoreError> {
    let row = |order: &Order, event: &Event| -> Result<Vec<Value>, StoreError> {
        let body = serde_json::to_string(event);
        let body = body.map_err(|error| StoreError::unreadable("event", error))?;
        Ok(vec![
            order.organization_id.as_str().into(),
            order.id.as_str().into(),
            int(event.seq).into(),
            event.at.as_microsecond().into(),
            event.kind.name().into(),
            body.into(),
        ])
    };
    let rows = decisions.iter().flat_map(|decision| {
        let events = decision.events.iter();
        events.map(move |event| row(&decision.order, event))
    });
    let start = "insert into order_events (organization_id, order_id, seq, at_us, kind, body)";
    Ok(Rows::of(start, rows.collect::<Result<Vec<_>, _>>()?))
}

fn keys(decisions: &[Decision]) -> Rows {
    let rows = decisions.iter().flat_map(|Decision { order, .. }| {
        let keys = Key::all_of(order).into_iter();
        keys.map(move |key| {
            vec![
                order.organization_id.as_str().into(),
                key.kind.name().into(),
                key.value.into(),
                key.within.into(),
                order.id.as_str().into(),
            ]
        })
    });
    let start = "insert into order_keys (organization_id, kind, value, within, order_id)";
    Rows::of(start, rows).sorted()
}

fn answers(
    organization: &OrganizationId,
    decisions: &[Decision],
    remembered: Vec<Remembered>,
) -> Rows {
    let rows = decisions
        .iter()
        .zip(remembered)
        .map(|(decision, remembered)| {
            vec![
                organization.as_str().into(),
                remembered.key.into(),
                remembered.fingerprint.into(),
                remembered.order_id.0.into(),
                int(remembered.version).into(),
                decision.order.updated_at.as_microsecond().into(),
            ]
        });
    let start = "insert into idempotency (organization_id, key, fingerprint, order_id, version, created_at_us)";
    Rows::of(start, rows).sorted()
}
