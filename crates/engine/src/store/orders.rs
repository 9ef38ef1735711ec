//! Orders as rows: the columns, how an order becomes them, and how one is read back.

use std::collections::BTreeMap;

use domain::event::Event;
use domain::filter::Summary;
use domain::ids::{OrderId, OrganizationId};
use domain::order::{Mode, Order};
use domain::reconcile::Period;
use domain::search::squeezed;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::dialect::{POSITION_BITS, askable, searchable_text};
use super::facets;
use super::rows::Value;
use super::{Store, StoreError, placeholders};
use crate::activity::Wanted;

/// The desk number's share of a position: two orders of one second differ by it.
pub(crate) const DESK_NUMBER_BITS: u32 = 19;

/// An order's place in its organization's list: the second it was placed, then the desk number.
pub fn position(order: &Order) -> i64 {
    let number = i64::try_from(order.desk_number).unwrap_or(i64::MAX);
    (order.placed_at.as_second() << DESK_NUMBER_BITS) | (number & ((1 << DESK_NUMBER_BITS) - 1))
}

/// The first position of a second.
pub(crate) fn position_of_second(second: i64) -> i64 {
    second.max(0) << DESK_NUMBER_BITS
}

/// A serde name as the database holds it: `PARTIALLY_SHIPPED` and `partially_shipped` are the enum's own affair.
pub(crate) fn name<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

/// The reverse of [`name`].
pub(crate) fn named<T: serde::de::DeserializeOwned>(
    text: &str,
    what: &str,
) -> Result<T, StoreError> {
    serde_json::from_value(serde_json::Value::String(text.to_owned()))
        .map_err(|error| StoreError::unreadable(what, error))
}

/// The columns of `orders` that say which order it is, in the order of their values.
pub(crate) const IDENTITY: [&str; 5] = ["organization_id", "id", "mode", "desk_number", "position"];

/// The columns that indexes are made of. A statement that sets one writes its indexes again, changed or not.
pub(crate) const INDEXED: [&str; 4] =
    ["customer_sort", "facets", "destination", "total_base_minor"];

/// All other columns.
pub(crate) const OTHER: [&str; 11] = [
    "version",
    "number",
    "customer",
    "attention_count",
    "currency",
    "total_minor",
    "base_currency",
    "tags",
    "words",
    "updated_at_us",
    "document",
];

/// How many columns there are.
pub(crate) const COLUMN_COUNT: usize = IDENTITY.len() + INDEXED.len() + OTHER.len();

/// Every column, as a statement names them.
pub(crate) fn columns() -> String {
    [&IDENTITY[..], &INDEXED, &OTHER].concat().join(", ")
}

/// An order as its row.
pub(crate) struct OrderRow {
    pub position: i64,
    pub words: String,
    pub indexed: Indexed,
    summary: Summary,
    document: String,
}

/// What the indexes hold of an order.
#[derive(PartialEq, Eq)]
pub(crate) struct Indexed {
    pub customer_sort: String,
    pub facets: String,
    pub destination: String,
    pub total_base_minor: i64,
}

impl Indexed {
    pub(crate) fn of(summary: &Summary) -> Self {
        Self {
            customer_sort: squeezed(&summary.customer).chars().take(40).collect(),
            facets: facets::text(&summary.facets()),
            destination: summary.destination.clone(),
            total_base_minor: summary.total_base_minor,
        }
    }
}

impl OrderRow {
    pub(crate) fn of(order: &Order) -> Result<Self, StoreError> {
        let document =
            serde_json::to_string(order).map_err(|error| StoreError::unreadable("order", error))?;
        // Beyond its bits a position would be found among another organization's words.
        let position = position(order);
        if position >> POSITION_BITS != 0 {
            let (id, placed_at) = (&order.id, order.placed_at);
            return Err(StoreError::Setup(format!(
                "order {id} was placed at {placed_at}, which is later than a list can tell"
            )));
        }
        let summary = Summary::of(order);
        Ok(Self {
            position,
            words: searchable_text(order),
            indexed: Indexed::of(&summary),
            summary,
            document,
        })
    }

    /// The value of every column.
    pub(crate) fn values(self, order: &Order) -> Vec<Value> {
        let mut values = vec![
            order.organization_id.as_str().into(),
            order.id.as_str().into(),
            name(&order.mode).into(),
            int(order.desk_number).into(),
            self.position.into(),
        ];
        values.extend(self.changed(order));
        values
    }

    /// The values of [`INDEXED`] and [`OTHER`].
    pub(crate) fn changed(mut self, order: &Order) -> Vec<Value> {
        let indexed = &mut self.indexed;
        let mut values = vec![
            std::mem::take(&mut indexed.customer_sort).into(),
            std::mem::take(&mut indexed.facets).into(),
            std::mem::take(&mut indexed.destination).into(),
            indexed.total_base_minor.into(),
        ];
        values.extend(self.other(order));
        values
    }

    /// The values of [`OTHER`].
    pub(crate) fn other(self, order: &Order) -> Vec<Value> {
        let summary = self.summary;
        vec![
            int(order.version).into(),
            summary.number.into(),
            summary.customer.into(),
            int(summary.attention_count).into(),
            summary.currency.code().into(),
            summary.total_minor.into(),
            summary.base.code().into(),
            summary.tags.join("\n").into(),
            format!(" {}", self.words).into(),
            order.updated_at.as_microsecond().into(),
            self.document.into(),
        ]
    }
}

pub(crate) type AnyQuery<'q> = sqlx::query::Query<'q, sqlx::Any, sqlx::any::AnyArguments>;

/// A count as the database holds it.
pub(crate) fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number from the database that is never negative.
pub(crate) fn count(row: &AnyRow, column: &str) -> Result<u64, StoreError> {
    let number: i64 = row.try_get(column)?;
    u64::try_from(number).map_err(|error| StoreError::unreadable(column, error))
}

/// Reads an order's document.
pub(crate) fn document(text: &str, id: &str) -> Result<Order, StoreError> {
    serde_json::from_str(text)
        .map_err(|error| StoreError::unreadable(&format!("order {id}"), error))
}

impl Store {
    /// One order, or none; an order of the other mode is not there (O5).
    ///
    /// # Errors
    /// The database, or a document that cannot be read.
    pub async fn load(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        id: &OrderId,
    ) -> Result<Option<Order>, StoreError> {
        let row = sqlx::query(
            "select document from orders where organization_id = $1 and id = $2 and mode = $3",
        )
        .bind(organization.as_str())
        .bind(askable(id.as_str()))
        .bind(name(&mode))
        .fetch_optional(self.reader())
        .await?;
        row.map(|row| document(row.try_get(0)?, id.as_str()))
            .transpose()
    }

    /// An order's history, oldest first.
    ///
    /// # Errors
    /// The database, or an event that cannot be read.
    pub async fn events(
        &self,
        organization: &OrganizationId,
        id: &OrderId,
    ) -> Result<Vec<Event>, StoreError> {
        let rows = sqlx::query(
            "select body from order_events where organization_id = $1 and order_id = $2 order by seq",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .fetch_all(self.reader())
        .await?;
        rows.iter().map(|row| event(row, id)).collect()
    }

    /// Every event of these orders, oldest first, in one read.
    ///
    /// # Errors
    /// The database.
    pub async fn histories(
        &self,
        organization: &OrganizationId,
        ids: &[OrderId],
    ) -> Result<BTreeMap<OrderId, Vec<Event>>, StoreError> {
        let mut histories = BTreeMap::new();
        if ids.is_empty() {
            return Ok(histories);
        }
        let text = format!(
            "select body, order_id from order_events where organization_id = $1 and order_id in {} \
             order by order_id, seq",
            placeholders(2, 1, ids.len())
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(organization.as_str());
        let query = ids.iter().fold(query, |query, id| query.bind(id.as_str()));
        for row in &query.fetch_all(self.reader()).await? {
            let id = OrderId(row.try_get(1)?);
            let event = event(row, &id)?;
            histories.entry(id).or_insert_with(Vec::new).push(event);
        }
        Ok(histories)
    }

    /// The orders whose money moved in a period, each once; of both modes.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn orders_with_money_moved(
        &self,
        organization: &OrganizationId,
        period: Period,
        limit: usize,
    ) -> Result<Vec<OrderId>, StoreError> {
        // The kind is written out: only then do the planners take the small index that holds nothing else.
        let rows = sqlx::query(
            "select distinct order_id from order_events where organization_id = $1 and kind = 'money_moved' \
             and at_us >= $2 and at_us < $3 order by order_id limit $4",
        )
        .bind(organization.as_str())
        .bind(period.from.as_microsecond())
        .bind(period.until.as_microsecond())
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.reader())
        .await?;
        rows.iter()
            .map(|row| Ok(OrderId(row.try_get(0)?)))
            .collect()
    }

    /// An order's events of the kinds that are wanted, newest first.
    ///
    /// # Errors
    /// The database, or an event that cannot be read.
    pub async fn newest_events(
        &self,
        organization: &OrganizationId,
        id: &OrderId,
        wanted: &Wanted<'_>,
    ) -> Result<Vec<Event>, StoreError> {
        let kinds = match wanted.kinds {
            [] => String::new(),
            kinds => format!(" and kind in {}", placeholders(5, 1, kinds.len())),
        };
        let text = format!(
            "select body from order_events where organization_id = $1 and order_id = $2 and seq < $3{kinds} \
             order by seq desc limit $4"
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(organization.as_str())
            .bind(id.as_str())
            .bind(int(wanted.before.unwrap_or(u64::MAX)))
            .bind(i64::from(wanted.limit));
        let query = wanted
            .kinds
            .iter()
            .fold(query, |query, kind| query.bind((*kind).to_owned()));
        let rows = query.fetch_all(self.reader()).await?;
        rows.iter().map(|row| event(row, id)).collect()
    }
}

fn event(row: &AnyRow, id: &OrderId) -> Result<Event, StoreError> {
    let body: &str = row.try_get(0)?;
    serde_json::from_str(body)
        .map_err(|error| StoreError::unreadable(&format!("an event of order {id}"), error))
}
