//! Pages of the list: any combination of filters, sorted, continued after the last row by its key.

use std::collections::BTreeMap;

use domain::filter::{Facets, Filter, Sort, SortKey, Summary};
use domain::ids::{OrderId, OrganizationId};
use domain::money::Currency;
use domain::order::{Mode, Order};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::dialect::askable;
use super::orders::{Indexed, count, int, name, position};
use super::pages::Asked;
use super::statement::{Scope, Statement};
use super::{Store, StoreError};

/// The most rows one page has.
pub const MAX_PAGE: u32 = 500;

/// Which page of which list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// What to keep.
    pub filter: Filter,
    /// How to sort it.
    pub sort: Sort,
    /// After which row; none for the first page.
    pub after: Option<Cursor>,
    /// How many rows, up to [`MAX_PAGE`].
    pub limit: u32,
}

/// A place in a sorted list; it survives orders that come and go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The row's sort value: a total, or a folded name; empty when sorted by date.
    pub value: String,
    /// The row's position.
    pub position: i64,
}

impl Cursor {
    /// Where an order stands in a list sorted by this.
    pub fn of(order: &Order, key: SortKey) -> Self {
        let indexed = Indexed::of(&Summary::of(order));
        let value = match key {
            SortKey::Placed => String::new(),
            SortKey::Total => indexed.total_base_minor.to_string(),
            SortKey::Customer => indexed.customer_sort,
        };
        let position = position(order);
        Self { value, position }
    }
}

/// One row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The order.
    pub id: OrderId,
    /// What the row says.
    pub summary: Summary,
    /// Counts the order's changes.
    pub version: u64,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Where the page goes on after it.
    pub cursor: Cursor,
}

/// The columns of a row, written once. Those that sort have a name of their own, by which merged lists are sorted.
pub(crate) const SUMMARY: &str = "o.id, o.number, o.desk_number, o.position as position, o.customer, \
    o.customer_sort as customer_sort, o.facets, o.destination, o.attention_count, o.currency, o.total_minor, \
    o.base_currency, o.total_base_minor as total_base_minor, o.tags, o.version, o.updated_at_us";

impl Store {
    /// One page of the list.
    ///
    /// # Errors
    /// The database, or a cursor of another list.
    pub async fn list(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        page: &Page,
    ) -> Result<Vec<Listed>, StoreError> {
        let scope = self.scope(organization, mode).await?;
        let mut connection = self.reader().acquire().await?;
        let Some(statement) = self.page_statement(scope, page, &mut connection).await? else {
            return Ok(Vec::new());
        };
        let rows = statement
            .query(self.dialect())
            .fetch_all(&mut *connection)
            .await?;
        rows.iter().map(|row| read(row, page.sort.key)).collect()
    }

    /// The orders with these identifiers, oldest first; those that are not there are left out.
    ///
    /// # Errors
    /// The database, or a document that cannot be read.
    pub async fn load_many(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        ids: &[OrderId],
    ) -> Result<Vec<Order>, StoreError> {
        let text = format!(
            "select id, document from orders where organization_id = $1 and mode = $2 and id in ({}) \
             order by position",
            places(3, ids.len())
        );
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut query = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(organization.as_str())
            .bind(name(&mode));
        for id in ids {
            query = query.bind(askable(id.as_str()));
        }
        let rows = query.fetch_all(self.reader()).await?;
        rows.iter()
            .map(|row| super::orders::document(row.try_get("document")?, row.try_get("id")?))
            .collect()
    }

    /// At which version the orders with these desk numbers are.
    ///
    /// # Errors
    /// The database.
    pub async fn versions(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        desk_numbers: &[u64],
    ) -> Result<BTreeMap<u64, u64>, StoreError> {
        if desk_numbers.is_empty() {
            return Ok(BTreeMap::new());
        }
        let text = format!(
            "select desk_number, version from orders where organization_id = $1 and mode = $2 \
             and desk_number in ({})",
            places(3, desk_numbers.len())
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(organization.as_str())
            .bind(name(&mode));
        for number in desk_numbers {
            query = query.bind(int(*number));
        }
        let rows = query.fetch_all(self.reader()).await?;
        rows.iter()
            .map(|row| Ok((count(row, "desk_number")?, count(row, "version")?)))
            .collect()
    }

    /// The text of the statement behind a page, for tests that look at the database's plan of it; empty where no order
    /// can be on it.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    #[doc(hidden)]
    pub async fn page_text(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        page: &Page,
    ) -> Result<String, StoreError> {
        let scope = self.scope(organization, mode).await?;
        let mut connection = self.reader().acquire().await?;
        let statement = self.page_statement(scope, page, &mut connection).await?;
        Ok(statement
            .map(|statement| statement.text)
            .unwrap_or_default())
    }

    async fn page_statement(
        &self,
        scope: Scope<'_>,
        page: &Page,
        connection: &mut AnyConnection,
    ) -> Result<Option<Statement>, StoreError> {
        let limit = i64::from(page.limit.clamp(1, MAX_PAGE));
        self.page_of(&Asked::of(scope, page, SUMMARY, Some(limit)), connection)
            .await
    }

    pub(super) async fn scope<'a>(
        &self,
        organization: &'a OrganizationId,
        mode: Mode,
    ) -> Result<Scope<'a>, StoreError> {
        Ok(Scope {
            organization,
            mode,
            base: self.search_base(organization).await?,
            dialect: self.dialect(),
        })
    }
}

/// So many placeholders, from this number on.
fn places(first: usize, many: usize) -> String {
    let places: Vec<String> = (first..first + many)
        .map(|place| format!("${place}"))
        .collect();
    places.join(", ")
}

/// Reads a row of [`SUMMARY`].
fn read(row: &AnyRow, key: SortKey) -> Result<Listed, StoreError> {
    let summary = summary(row)?;
    let position: i64 = row.try_get("position")?;
    let value = match key {
        SortKey::Placed => String::new(),
        SortKey::Total => summary.total_base_minor.to_string(),
        SortKey::Customer => row.try_get("customer_sort")?,
    };
    Ok(Listed {
        id: OrderId(row.try_get("id")?),
        summary,
        version: count(row, "version")?,
        updated_at: updated_at(row)?,
        cursor: Cursor { value, position },
    })
}

/// Reads when an order last changed.
pub(crate) fn updated_at(row: &AnyRow) -> Result<Timestamp, StoreError> {
    instant(row.try_get("updated_at_us")?)
}

pub(super) fn instant(microsecond: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(microsecond)
        .map_err(|error| StoreError::unreadable("updated_at_us", error))
}

/// Reads what a row says of its order.
pub(crate) fn summary(row: &AnyRow) -> Result<Summary, StoreError> {
    let read = SummaryRow {
        number: row.try_get("number")?,
        desk_number: row.try_get("desk_number")?,
        position: row.try_get("position")?,
        customer: row.try_get("customer")?,
        destination: row.try_get("destination")?,
        attention_count: row.try_get("attention_count")?,
        currency: row.try_get("currency")?,
        total_minor: row.try_get("total_minor")?,
        base_currency: row.try_get("base_currency")?,
        total_base_minor: row.try_get("total_base_minor")?,
        tags: row.try_get("tags")?,
    };
    read.summary(super::facets::parse(row.try_get("facets")?)?)
}

/// What a row of [`SUMMARY`] says of its order, as any driver hands it over, but for the facets.
pub(super) struct SummaryRow<'r> {
    pub number: Option<&'r str>,
    pub desk_number: i64,
    pub position: i64,
    pub customer: &'r str,
    pub destination: &'r str,
    pub attention_count: i64,
    pub currency: &'r str,
    pub total_minor: i64,
    pub base_currency: &'r str,
    pub total_base_minor: i64,
    pub tags: &'r str,
}

impl SummaryRow<'_> {
    /// The summary of an order that shows these facets. The time is to the second, as positions are.
    pub fn summary(&self, facets: Facets) -> Result<Summary, StoreError> {
        let currency = |column: &str, code: &str| {
            Currency::parse(code).map_err(|error| StoreError::unreadable(column, error))
        };
        let count = |column: &str, number: i64| {
            u64::try_from(number).map_err(|error| StoreError::unreadable(column, error))
        };
        Ok(Summary {
            number: self.number.map(str::to_owned),
            desk_number: count("desk_number", self.desk_number)?,
            placed_at: Timestamp::from_second(self.position >> super::orders::DESK_NUMBER_BITS)
                .map_err(|error| StoreError::unreadable("position", error))?,
            customer: self.customer.to_owned(),
            status: facets.status,
            payment: facets.payment,
            is_disputed: facets.is_disputed,
            fulfilment: facets.fulfilment,
            fraud: facets.fraud,
            guarantee: facets.guarantee,
            source: facets.source,
            destination: self.destination.to_owned(),
            attention_count: count("attention_count", self.attention_count)?,
            currency: currency("currency", self.currency)?,
            total_minor: self.total_minor,
            base: currency("base_currency", self.base_currency)?,
            total_base_minor: self.total_base_minor,
            tags: self
                .tags
                .split('\n')
                .filter(|tag| !tag.is_empty())
                .map(str::to_owned)
                .collect(),
        })
    }
}
