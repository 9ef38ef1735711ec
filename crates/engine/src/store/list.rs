//! Pages of the list: any combination of filters, sorted, continued after the last row by its key. The statement
//! holds only the conditions that are asked for, so that the planner can choose among the indexes.

use domain::filter::{Filter, Sort, SortKey, Summary};
use domain::ids::{OrderId, OrganizationId};
use domain::money::Currency;
use domain::order::Mode;
use domain::search::Query;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::Row;
use sqlx::any::AnyRow;

use super::dialect::askable;
use super::orders::{AnyQuery, count, name, named, position_of_second};
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

/// The columns of a row, written once.
pub(crate) const SUMMARY: &str = "o.id, o.number, o.desk_number, o.position, o.customer, o.customer_sort, o.status, \
    o.payment, o.is_disputed, o.fulfilment, o.fraud, o.guarantee, o.source, o.destination, o.attention_count, \
    o.currency, o.total_minor, o.base_currency, o.total_base_minor, o.tags";

/// A statement as it grows: its text and what is bound.
pub(super) struct Statement {
    pub text: String,
    pub binds: Vec<Bind>,
}

pub(super) enum Bind {
    Text(String),
    Number(i64),
}

impl Statement {
    fn bind(&mut self, bind: Bind) -> usize {
        self.binds.push(bind);
        self.binds.len()
    }

    /// Adds ` and column operator $n`.
    fn and(&mut self, condition: &str, bind: Bind) {
        let number = self.bind(bind);
        self.text.push_str(&format!(" and {condition} ${number}"));
    }

    /// Adds ` and column in (…)` where anything is wanted.
    fn and_any<T: Serialize>(&mut self, column: &str, wanted: &[T]) {
        let numbers: Vec<String> = wanted
            .iter()
            .map(|one| format!("${}", self.bind(Bind::Text(name(one)))))
            .collect();
        match numbers.as_slice() {
            [] => {}
            [one] => self.text.push_str(&format!(" and {column} = {one}")),
            many => self
                .text
                .push_str(&format!(" and {column} in ({})", many.join(", "))),
        }
    }
}

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
        let statement = self.page_statement(organization, mode, page).await?;
        let query = bound(
            sqlx::query(sqlx::AssertSqlSafe(statement.text)),
            statement.binds,
        );
        let rows = query.fetch_all(self.reader()).await?;
        rows.iter().map(|row| read(row, page.sort.key)).collect()
    }

    /// The text of the statement behind a page, for tests that look at the database's plan of it.
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
        Ok(self.page_statement(organization, mode, page).await?.text)
    }

    async fn page_statement(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        page: &Page,
    ) -> Result<Statement, StoreError> {
        let base = self.search_base(organization).await?;
        let mut statement = self.list_statement(organization, mode, page, base, SUMMARY)?;
        let limit = statement.bind(Bind::Number(i64::from(page.limit.clamp(1, MAX_PAGE))));
        statement.text.push_str(&format!(" limit ${limit}"));
        Ok(statement)
    }

    pub(super) fn list_statement(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        page: &Page,
        base: i64,
        columns: &str,
    ) -> Result<Statement, StoreError> {
        let search = Query::parse(&page.filter.text);
        let mut statement = Statement {
            text: format!("select {columns} "),
            binds: Vec::new(),
        };
        match &search {
            Some(query) => {
                let number = statement.bind(Bind::Text(self.dialect().search_text(query)));
                let from = self.dialect().search_from(base, number);
                statement.text.push_str(&from);
            }
            None if page.filter.tag.is_some() => {
                statement.text.push_str(self.dialect().tags_from())
            }
            None => statement.text.push_str("from orders o where"),
        }
        let number = statement.bind(Bind::Text(organization.0.clone()));
        statement
            .text
            .push_str(&format!(" o.organization_id = ${number}"));
        statement.and("o.mode =", Bind::Text(name(&mode)));
        filter(&mut statement, &page.filter);
        let position = match (&search, &page.filter.tag) {
            (Some(_), tag) => {
                if let Some(tag) = tag {
                    statement.and(TAGGED, Bind::Text(tag.clone()));
                    statement.text.push(')');
                }
                self.dialect().search_position()
            }
            (None, Some(tag)) => {
                statement.and("t.organization_id =", Bind::Text(organization.0.clone()));
                statement.and("t.mode =", Bind::Text(name(&mode)));
                statement.and("t.tag =", Bind::Text(tag.clone()));
                "t.position"
            }
            (None, None) => "o.position",
        };
        order(
            &mut statement,
            page,
            position,
            base,
            self.dialect() == super::Dialect::Sqlite && search.is_some(),
        )?;
        Ok(statement)
    }
}

/// Binds a statement's values in their order.
pub(super) fn bound(query: AnyQuery<'_>, binds: Vec<Bind>) -> AnyQuery<'_> {
    binds.into_iter().fold(query, |query, bind| match bind {
        Bind::Text(text) => query.bind(askable(&text)),
        Bind::Number(number) => query.bind(number),
    })
}

/// Keeps what carries a tag among what a search finds.
const TAGGED: &str = "exists (select 1 from order_tags t where t.organization_id = o.organization_id \
    and t.mode = o.mode and t.position = o.position and t.tag =";

/// Adds what the filter asks for, but for the tag.
fn filter(statement: &mut Statement, filter: &Filter) {
    use domain::coverage::Cover;
    statement.and_any("o.status", &filter.status);
    statement.and_any("o.payment", &filter.payment);
    statement.and_any("o.fulfilment", &filter.fulfilment);
    statement.and_any("o.fraud", &filter.fraud);
    statement.and_any("o.guarantee", &filter.guarantee);
    statement.and_any("o.source", &filter.source);
    statement.and_any("o.destination", &filter.destination);
    let has_fallen = |wanted: &[Cover]| {
        !wanted.is_empty()
            && wanted
                .iter()
                .all(|cover| matches!(cover, Cover::AtRisk | Cover::Void))
    };
    if has_fallen(&filter.fraud) || has_fallen(&filter.guarantee) {
        // Says what follows anyway, in the words of the index of the few such orders.
        statement.text.push_str(" and o.fallen_count > 0");
    }
    match filter.needs_attention {
        Some(true) => statement.text.push_str(" and o.attention_count > 0"),
        Some(false) => statement.text.push_str(" and o.attention_count = 0"),
        None => {}
    }
    match filter.is_disputed {
        Some(true) => statement.text.push_str(" and o.is_disputed > 0"),
        Some(false) => statement.text.push_str(" and o.is_disputed = 0"),
        None => {}
    }
    if let Some(from) = filter.from {
        statement.and(
            "o.position >=",
            Bind::Number(position_of_second(from.as_second())),
        );
    }
    if let Some(until) = filter.until {
        statement.and(
            "o.position <",
            Bind::Number(position_of_second(until.as_second())),
        );
    }
    if let Some(least) = filter.min_base_minor {
        statement.and("o.total_base_minor >=", Bind::Number(least));
    }
    if let Some(most) = filter.max_base_minor {
        statement.and("o.total_base_minor <=", Bind::Number(most));
    }
}

/// Adds where the page begins and how it is sorted; the position breaks ties in the same direction.
fn order(
    statement: &mut Statement,
    page: &Page,
    position: &str,
    base: i64,
    is_search_row: bool,
) -> Result<(), StoreError> {
    let (than, direction) = if page.sort.is_descending {
        ("<", "desc")
    } else {
        (">", "asc")
    };
    let column = match page.sort.key {
        SortKey::Placed => None,
        SortKey::Total => Some("o.total_base_minor"),
        SortKey::Customer => Some("o.customer_sort"),
    };
    if let Some(cursor) = &page.after {
        let offset = if is_search_row && column.is_none() {
            base
        } else {
            0
        };
        match column {
            None => {
                let number = statement.bind(Bind::Number(cursor.position + offset));
                statement
                    .text
                    .push_str(&format!(" and {position} {than} ${number}"));
            }
            Some(column) => {
                let value = match page.sort.key {
                    SortKey::Total => {
                        let total = cursor.value.parse();
                        Bind::Number(
                            total.map_err(|error| StoreError::unreadable("cursor", error))?,
                        )
                    }
                    SortKey::Placed | SortKey::Customer => Bind::Text(cursor.value.clone()),
                };
                let (value, place) = (
                    statement.bind(value),
                    statement.bind(Bind::Number(cursor.position)),
                );
                let after = format!(" and ({column}, o.position) {than} (${value}, ${place})");
                statement.text.push_str(&after);
            }
        }
    }
    let by = match column {
        None => format!(" order by {position} {direction}"),
        Some(column) => format!(" order by {column} {direction}, o.position {direction}"),
    };
    statement.text.push_str(&by);
    Ok(())
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
    let disputed: i64 = row.try_get("is_disputed")?;
    Ok(Summary {
        number: row.try_get("number")?,
        desk_number: count(row, "desk_number")?,
        placed_at: Timestamp::from_second(position >> super::orders::DESK_NUMBER_BITS)
            .map_err(|error| StoreError::unreadable("position", error))?,
        customer: row.try_get("customer")?,
        status: named(row.try_get("status")?, "status")?,
        payment: named(row.try_get("payment")?, "payment")?,
        is_disputed: disputed > 0,
        fulfilment: named(row.try_get("fulfilment")?, "fulfilment")?,
        fraud: named(row.try_get("fraud")?, "fraud")?,
        guarantee: named(row.try_get("guarantee")?, "guarantee")?,
        source: named(row.try_get("source")?, "source")?,
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
