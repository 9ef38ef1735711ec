//! A commit: one transaction that begins with the versioned update of the order's row.

use std::sync::LazyLock;

use domain::command::Decision;
use domain::filter::Summary;
use domain::ids::{LandedCostId, OrderId, OrganizationId};
use domain::order::Order;
use jiff::Timestamp;
use sqlx::{Any, Row, Transaction};

use super::keys::Key;
use super::orders::{
    AnyQuery, COLUMN_COUNT, INDEXED, Indexed, OTHER, OrderRow, columns, int, name, position,
};
use super::queue::NewJob;
use super::rows::{Rows, Value};
use super::{Store, StoreError, placeholders};
use super::{insert as rows_of, open_refunds};

/// What was answered to a key, remembered in the transaction that made it true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// The caller's key.
    pub key: String,
    /// A hash of what was asked, so that the same key with another request is refused.
    pub fingerprint: String,
    /// The order it was about.
    pub order_id: OrderId,
    /// The order's version afterwards.
    pub version: u64,
}

/// Everything one commit writes.
#[derive(Debug)]
pub struct Commit<'a> {
    /// The order as it was; none for one that is taken in.
    pub before: Option<&'a Order>,
    /// What was decided.
    pub decision: &'a Decision,
    /// The work that follows.
    pub jobs: &'a [NewJob],
    /// The answer to remember.
    pub remembered: Option<&'a Remembered>,
}

/// Why a commit did not happen. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// Someone was faster: load again and decide again.
    #[error("the order changed meanwhile")]
    Stale,
    /// The order number is another order's (N1).
    #[error("the order number is taken by order {0}")]
    NumberTaken(OrderId),
    /// Another order has this identifier, so what is asked for under it could be mistaken for the other's.
    #[error("the identifier {0} is another order's")]
    IdTaken(String),
    /// Another order has the same place in the list: take another desk number.
    #[error("the desk number's place is taken")]
    PlaceTaken,
    /// The landed cost of the order is another order's, has expired, or is not there.
    #[error("landed cost {0} is not free")]
    LandedCostTaken(LandedCostId),
    /// The key was answered meanwhile: answer the same.
    #[error("the key was answered meanwhile")]
    Answered,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<rusqlite::Error> for CommitError {
    fn from(error: rusqlite::Error) -> Self {
        if super::embedded::is_taken(&error) {
            return Self::PlaceTaken;
        }
        Self::Store(error.into())
    }
}

impl From<sqlx::Error> for CommitError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

pub(super) type Tx = Transaction<'static, Any>;

impl Store {
    /// Writes a decision, whole or not at all; how many messages it has for webhooks.
    ///
    /// # Errors
    /// [`CommitError`]; the database is as it was.
    pub async fn commit(&self, commit: &Commit<'_>) -> Result<u64, CommitError> {
        let order = &commit.decision.order;
        let base = self.search_base(&order.organization_id).await?;
        let row = OrderRow::of(order)?;
        let words = row.words.clone();
        let mut tx = self.write().await?;
        match commit.before {
            Some(before) => update(&mut tx, before, order, row).await?,
            None => insert(&mut tx, order, row).await?,
        }
        if let (None, Some(id)) = (commit.before, &order.landed_cost)
            && !super::landed_costs::take(&mut tx, id, order).await?
        {
            return Err(CommitError::LandedCostTaken(id.clone()));
        }
        let words = self
            .change_words(&mut tx, commit.before, order, words, base)
            .await?;
        rows_of::events([commit.decision])?.write(&mut tx).await?;
        write_keys(&mut tx, commit.before, order).await?;
        super::labels::write(&mut tx, commit.before, order).await?;
        let tally = self.tally(&mut tx, commit.before, order).await?;
        let tables = [
            words,
            super::tags::change(&mut tx, commit.before, order).await?,
            open_refunds::change(&mut tx, commit.before, order).await?,
            super::tally::counts(&order.organization_id, &tally),
            super::queue::rows(commit.jobs),
        ];
        for rows in tables {
            rows.write(&mut tx).await?;
        }
        let told = super::webhook_messages::record(&mut tx, commit.decision).await?;
        if let Some(remembered) = commit.remembered {
            remember(
                &mut tx,
                &order.organization_id,
                remembered,
                order.updated_at,
            )
            .await?;
        }
        tx.commit().await?;
        Ok(told)
    }

    /// What was answered to this key before.
    ///
    /// # Errors
    /// The database.
    pub async fn answered(
        &self,
        organization: &OrganizationId,
        key: &str,
    ) -> Result<Option<Remembered>, StoreError> {
        let row = sqlx::query(
            "select fingerprint, order_id, version from idempotency where organization_id = $1 and key = $2",
        )
        .bind(organization.as_str())
        .bind(key)
        .fetch_optional(self.reader())
        .await?;
        row.map(|row| {
            Ok(Remembered {
                key: key.to_owned(),
                fingerprint: row.try_get(0)?,
                order_id: OrderId(row.try_get(1)?),
                version: super::orders::count(&row, "version")?,
            })
        })
        .transpose()
    }

    /// Forgets what programs were answered before this time, and tells how many answers that were.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn forget_answers(
        &self,
        organization: &OrganizationId,
        before: Timestamp,
    ) -> Result<u64, StoreError> {
        // The pattern is written out: only then do the planners take the index that holds nothing else.
        let done = sqlx::query(
            "delete from idempotency where organization_id = $1 and key like '%:api/%' and created_at_us < $2",
        )
        .bind(organization.as_str())
        .bind(before.as_microsecond())
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected())
    }

    /// Replaces an order's words where they changed; the rows of a new one.
    async fn change_words(
        &self,
        tx: &mut Tx,
        before: Option<&Order>,
        order: &Order,
        words: String,
        base: i64,
    ) -> Result<Rows, CommitError> {
        let organization = &order.organization_id;
        let place = position(order);
        let Some(was) = before.map(super::dialect::searchable_text) else {
            let words = [(order.mode, place, words)];
            return Ok(self.dialect().words(organization, base, words));
        };
        if was != words {
            sqlx::query(self.dialect().update_words())
                .bind(organization.as_str())
                .bind(place)
                .bind(words)
                .bind(base)
                .bind(name(&order.mode))
                .execute(&mut **tx)
                .await?;
        }
        Ok(self.dialect().words(organization, base, []))
    }
}

/// The first statement of every change: no row means that someone was faster.
async fn update(
    tx: &mut Tx,
    before: &Order,
    order: &Order,
    row: OrderRow,
) -> Result<(), CommitError> {
    static WHOLE: LazyLock<String> =
        LazyLock::new(|| update_text(&[&INDEXED[..], &OTHER].concat()));
    static QUIET: LazyLock<String> = LazyLock::new(|| update_text(&OTHER));
    let (text, values) = if row.indexed == Indexed::of(&Summary::of(before)) {
        (QUIET.as_str(), row.other(order))
    } else {
        (WHOLE.as_str(), row.changed(order))
    };
    let done = bound(text, values)
        .bind(order.organization_id.as_str())
        .bind(order.id.as_str())
        .bind(int(before.version))
        .execute(&mut **tx)
        .await?;
    match done.rows_affected() {
        0 => Err(CommitError::Stale),
        _ => Ok(()),
    }
}

/// The first statement of a new order.
async fn insert(tx: &mut Tx, order: &Order, row: OrderRow) -> Result<(), CommitError> {
    static STATEMENT: LazyLock<String> = LazyLock::new(|| {
        let (columns, values) = (columns(), placeholders(1, 1, COLUMN_COUNT));
        format!("insert into orders ({columns}) values {values} on conflict do nothing")
    });
    let query = bound(STATEMENT.as_str(), row.values(order));
    match query.execute(&mut **tx).await?.rows_affected() {
        0 => Err(CommitError::PlaceTaken),
        _ => Ok(()),
    }
}

fn bound(text: &'static str, values: Vec<Value>) -> AnyQuery<'static> {
    let values = values.into_iter();
    values.fold(sqlx::query(text), |query, value| value.bind(query))
}

/// Writes the keys that an order has anew, and takes away those that it no longer has.
async fn write_keys(tx: &mut Tx, before: Option<&Order>, order: &Order) -> Result<(), CommitError> {
    let was: Vec<Key> = before.map(Key::all_of).unwrap_or_default();
    let is = Key::all_of(order);
    for key in was.iter().filter(|key| !is.contains(key)) {
        key.delete(tx, &order.organization_id).await?;
    }
    let fresh: Vec<Key> = is.into_iter().filter(|key| !was.contains(key)).collect();
    let rows = rows_of::keys(fresh.iter().map(|key| (order, key.clone())));
    if rows.ending(KEEP).write(tx).await? == fresh.len() as u64 {
        return Ok(());
    }
    for key in fresh {
        match key.owner(tx, &order.organization_id).await? {
            None => {}
            Some(owner) if owner == order.id => {}
            Some(owner) if key.is_number() => return Err(CommitError::NumberTaken(owner)),
            Some(_) => return Err(CommitError::IdTaken(key.value)),
        }
    }
    // Whoever held it let it go meanwhile: as if someone was faster.
    Err(CommitError::Stale)
}

/// The update of these columns of an order at a version.
fn update_text(columns: &[&str]) -> String {
    let set: Vec<String> = columns
        .iter()
        .enumerate()
        .map(|(index, column)| format!("{column} = ${}", index + 1))
        .collect();
    let (set, next) = (set.join(", "), columns.len() + 1);
    let (id, was) = (next + 1, next + 2);
    format!(
        "update orders set {set} where organization_id = ${next} and id = ${id} and version = ${was}"
    )
}

/// What a row does that is there already.
const KEEP: &str = " on conflict do nothing";

/// Writes down what was answered to a key, in the transaction that made it true.
pub(super) async fn remember(
    tx: &mut Tx,
    organization: &OrganizationId,
    remembered: &Remembered,
    at: Timestamp,
) -> Result<(), CommitError> {
    let answers = rows_of::answers([(organization.clone(), remembered.clone(), at)]);
    match answers.ending(KEEP).write(tx).await? {
        0 => Err(CommitError::Answered),
        _ => Ok(()),
    }
}
