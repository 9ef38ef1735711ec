//! Many new orders at once, for import and the demo: one transaction, a few rows a statement.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use domain::command::Decision;
use domain::event::Event;
use domain::filter::Filter;
use domain::ids::OrganizationId;
use domain::order::{Mode, Order};
use jiff::Timestamp;
use rusqlite::TransactionBehavior;
use sqlx::Row;

use super::commit::{CommitError, Remembered};
use super::embedded::{Embedded, away};
use super::keys::{Key, KeyKind};
use super::open_refunds::{self, OpenRefund};
use super::orders::{OrderRow, columns, int};
use super::queue::{self, NewJob};
use super::rows::{Rows, Value};
use super::{Dialect, Store, StoreError, placeholders, tags, tally, views};

/// New orders of one organization, made ready for the database away from it.
pub struct Batch {
    organization_id: OrganizationId,
    orders: Vec<Order>,
    /// The rows of each table, but for the words.
    rows: Vec<Rows>,
    /// Mode, position and words, in the order of the positions.
    words: Vec<(Mode, i64, String)>,
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
        words.sort_unstable_by_key(|(_, position, _)| *position);
        let found_by = decisions.iter().flat_map(|Decision { order, .. }| {
            let keys = Key::all_of(order).into_iter();
            keys.map(move |key| (order, key))
        });
        let answered = decisions.iter().zip(remembered);
        let answered = answered
            .map(|(one, remembered)| (organization.clone(), remembered, one.order.updated_at));
        let rows = vec![
            orders,
            events(&decisions)?,
            keys(found_by),
            tags::rows(decisions.iter().flat_map(|one| tags::rows_of(&one.order))).sorted(),
            open_refunds::rows(decisions.iter().flat_map(|one| {
                let open = OpenRefund::all_of(&one.order).into_iter();
                open.map(|row| row.values(organization))
            })),
            answers(answered),
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

    /// Every row, those of words and counts too, which the database has to be asked for.
    fn into_rows(self, dialect: Dialect, base: i64, filters: &[(String, Filter)]) -> Vec<Rows> {
        let mut added = BTreeMap::new();
        for order in &self.orders {
            tally::changes(filters, None, order, &mut added);
        }
        let counts = tally::counts(&self.organization_id, &added);
        let words = dialect.words(&self.organization_id, base, self.words);
        let mut rows = self.rows;
        rows.extend([words, counts]);
        rows
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
        let filters = self.view_filters(&mut tx, &batch.organization_id).await?;
        for rows in batch.into_rows(self.dialect(), base, &filters) {
            rows.write(&mut tx).await.map_err(taken)?;
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
}

/// One transaction on the embedded file.
fn write_to_file(file: &Embedded, batch: Batch, base: i64) -> Result<(), CommitError> {
    let mut connection = file.connect_for_many()?;
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let filters = filters(&tx, &batch.organization_id)?;
    for rows in batch.into_rows(Dialect::Sqlite, base, &filters) {
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

fn orders(
    decisions: &[Decision],
    words: &mut Vec<(Mode, i64, String)>,
) -> Result<Rows, StoreError> {
    let mut rows = Vec::with_capacity(decisions.len());
    for Decision { order, .. } in decisions {
        let row = OrderRow::of(order)?;
        words.push((order.mode, row.position, row.words.clone()));
        rows.push(row.values(order));
    }
    Ok(Rows::of(&ORDERS, rows))
}

/// What happened, as rows.
pub(super) fn events<'a>(
    decisions: impl IntoIterator<Item = &'a Decision>,
) -> Result<Rows, StoreError> {
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
    let rows = decisions.into_iter().flat_map(|decision| {
        let events = decision.events.iter();
        events.map(move |event| row(&decision.order, event))
    });
    let start = "insert into order_events (organization_id, order_id, seq, at_us, kind, body)";
    Ok(Rows::of(start, rows.collect::<Result<Vec<_>, _>>()?))
}

/// What orders are found by, as rows.
pub(super) fn keys<'a>(keys: impl IntoIterator<Item = (&'a Order, Key)>) -> Rows {
    let row = |(order, key): (&Order, Key)| {
        vec![
            order.organization_id.as_str().into(),
            key.kind.name().into(),
            key.value.into(),
            key.within.into(),
            order.id.as_str().into(),
        ]
    };
    let start = "insert into order_keys (organization_id, kind, value, within, order_id)";
    Rows::of(start, keys.into_iter().map(row)).sorted()
}

/// What was answered to keys, as rows.
pub(super) fn answers(
    remembered: impl IntoIterator<Item = (OrganizationId, Remembered, Timestamp)>,
) -> Rows {
    let row = |(organization, remembered, at): (OrganizationId, Remembered, Timestamp)| {
        vec![
            organization.0.into(),
            remembered.key.into(),
            remembered.fingerprint.into(),
            remembered.order_id.0.into(),
            int(remembered.version).into(),
            at.as_microsecond().into(),
        ]
    };
    let start = "insert into idempotency (organization_id, key, fingerprint, order_id, version, created_at_us)";
    Rows::of(start, remembered.into_iter().map(row)).sorted()
}
