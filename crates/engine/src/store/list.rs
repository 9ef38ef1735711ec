//! Pages of the list: any combination of filters, sorted, continued after the last row by its key.

use domain::filter::{Filter, Sort, SortKey, Summary};
use domain::ids::{OrderId, OrganizationId};
use domain::money::Currency;
use domain::order::Mode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::orders::count;
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

/// One row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The order.
    pub id: OrderId,
    /// What the row says.
    pub summary: Summary,
    /// Where the page goes on after it.
    pub cursor: Cursor,
}

/// The columns of a row, written once. Those that sort have a name of their own, by which merged lists are sorted.
pub(crate) const SUMMARY: &str = "o.id, o.number, o.desk_number, o.position as position, o.customer, \
    o.customer_sort as customer_sort, o.facets, o.destination, o.attention_count, o.currency, o.total_minor, \
    o.base_currency, o.total_base_minor as total_base_minor, o.tags";

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
        let Some(statement) = self.page_statement(organization, mode, page).await? else {
            return Ok(Vec::new());
        };
        let rows = statement
            .query(self.dialect())
            .fetch_all(self.reader())
            .await?;
        rows.iter().map(|row| read(row, page.sort.key)).collect()
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
        let statement = self.page_statement(organization, mode, page).await?;
        Ok(statement
            .map(|statement| statement.text)
            .unwrap_or_default())
    }

    async fn page_statement(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        page: &Page,
    ) -> Result<Option<Statement>, StoreError> {
        let scope = self.scope(organization, mode).await?;
        let limit = i64::from(page.limit.clamp(1, MAX_PAGE));
        self.page_of(&Asked::of(scope, page, SUMMARY, Some(limit)))
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
        cursor: Cursor { value, position },
    })
}

/// Reads what a row says of its order. The time is to the second, as positions are.
pub(crate) fn summary(row: &AnyRow) -> Result<Summary, StoreError> {
    let position: i64 = row.try_get("position")?;
    let currency = |column: &str| -> Result<Currency, StoreError> {
        let code: &str = row.try_get(column)?;
        Currency::parse(code).map_err(|error| StoreError::unreadable(column, error))
    };
    let tags: &str = row.try_get("tags")?;
    let facets = super::facets::parse(row.try_get("facets")?)?;
    Ok(Summary {
        number: row.try_get("number")?,
        desk_number: count(row, "desk_number")?,
        placed_at: Timestamp::from_second(position >> super::orders::DESK_NUMBER_BITS)
            .map_err(|error| StoreError::unreadable("position", error))?,
        customer: row.try_get("customer")?,
        status: facets.status,
        payment: facets.payment,
        is_disputed: facets.is_disputed,
        fulfilment: facets.fulfilment,
        fraud: facets.fraud,
        guarantee: facets.guarantee,
        source: facets.source,
        destination: row.try_get("destination")?,
        attention_count: count(row, "attention_count")?,
        currency: currency("currency")?,
        total_minor: row.try_get("total_minor")?,
        base: currency("base_currency")?,
        total_base_minor: row.try_get("total_base_minor")?,
        tags: tags
            .split('\n')
            .filter(|tag| !tag.is_empty())
            .map(str::to_owned)
            .collect(),
    })
}
