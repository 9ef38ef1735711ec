//! A statement of the list as it grows: its text, what is bound, and the conditions a filter adds. Rows are read from
//! `orders o`, behind whatever leads to them.

use domain::filter::{Filter, Sort, SortKey};
use domain::ids::OrganizationId;
use domain::order::Mode;
use domain::search::Query;

use super::dialect::{askable, kept_word};
use super::list::Cursor;
use super::orders::{AnyQuery, name, position_of_second};
use super::rows::Value;
use super::{Dialect, StoreError};

/// Keeps what carries a tag.
const TAGGED: &str = "exists (select 1 from order_tags t where t.organization_id = o.organization_id \
    and t.mode = o.mode and t.facets = o.facets and t.position = o.position and t.tag = ";

/// A statement's text and what is bound.
#[derive(Debug, Default)]
pub(super) struct Statement {
    pub text: String,
    binds: Vec<Value>,
}

/// What rows are read from.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lead<'a> {
    /// An index of the orders themselves.
    Orders,
    /// What carries this tag.
    Tag(&'a str),
    /// What this search finds.
    Search(&'a Query),
}

/// Which list of whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scope<'a> {
    pub organization: &'a OrganizationId,
    pub mode: Mode,
    pub base: i64,
    pub dialect: Dialect,
}

impl Statement {
    fn bind(&mut self, bind: Value) -> usize {
        // The same value is bound once: a page of many lists names its organization in each.
        let known = self.binds.iter().position(|known| *known == bind);
        let index = known.unwrap_or_else(|| {
            self.binds.push(bind);
            self.binds.len() - 1
        });
        index + 1
    }

    pub fn text(&mut self, text: &str) -> usize {
        self.bind(askable(text).into())
    }

    pub fn number(&mut self, number: i64) -> usize {
        self.bind(number.into())
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// The query behind it, with everything bound.
    pub fn query(&self, dialect: Dialect) -> AnyQuery<'_> {
        let query = sqlx::query(sqlx::AssertSqlSafe(self.text.clone()));
        let query = query.persistent(dialect.keeps_plans());
        self.binds
            .iter()
            .fold(query, |query, bind| bind.clone().bind(query))
    }

    /// Binds everything to the same text prepared by the embedded file's own driver.
    pub fn bind_to(&self, prepared: &mut rusqlite::Statement<'_>) -> rusqlite::Result<()> {
        for (index, bind) in self.binds.iter().enumerate() {
            // SQLite numbers the placeholders as they come in the text; the names are ours.
            let Some(place) = prepared.parameter_index(&format!("${}", index + 1))? else {
                continue;
            };
            prepared.raw_bind_parameter(place, bind)?;
        }
        Ok(())
    }

    /// `select … from … where` the organization and mode.
    pub fn select(&mut self, columns: &str, scope: &Scope<'_>, lead: Lead<'_>) {
        self.push(&format!("select {columns} from "));
        let (organization, mode) = (
            self.text(scope.organization.as_str()),
            self.text(&name(&scope.mode)),
        );
        let led = match lead {
            Lead::Orders => "orders o where ".to_owned(),
            Lead::Tag(tag) => {
                let tag = self.text(tag);
                format!(
                    "{} where l.organization_id = ${organization} and l.mode = ${mode} and l.tag = ${tag} and ",
                    scope.dialect.tags_lead()
                )
            }
            Lead::Search(query) => {
                let found = self.text(&scope.dialect.search_text(query));
                scope.dialect.search_lead(scope.base, found)
            }
        };
        self.push(&led);
        self.push(&format!(
            "o.organization_id = ${organization} and o.mode = ${mode}"
        ));
    }

    /// Makes it a select of the orders at the positions that it finds.
    pub fn read_at(&mut self, columns: &str, scope: &Scope<'_>) {
        let organization = self.text(scope.organization.as_str());
        let mode = self.text(&name(&scope.mode));
        // In this order on SQLite, which takes `cross join` by its word.
        self.text = format!(
            "select {columns} from ({}) l cross join orders o where o.organization_id = ${organization} \
             and o.mode = ${mode} and o.position = l.position",
            self.text
        );
    }

    /// `select … from` what a search finds, without the orders.
    pub fn matches(&mut self, columns: &str, scope: &Scope<'_>, query: &Query) {
        let found = self.text(&scope.dialect.search_text(query));
        let organization = self.text(scope.organization.as_str());
        let mode = self.text(&name(&scope.mode));
        let matches = scope.dialect.matches(scope.base, found, organization, mode);
        self.push(&format!("select {columns} from {matches}"));
    }

    /// Adds ` and column in (…)`.
    pub fn among(&mut self, column: &str, wanted: &[String]) {
        let numbers: Vec<String> = wanted
            .iter()
            .map(|one| format!("${}", self.text(one)))
            .collect();
        match numbers.as_slice() {
            [one] => self.push(&format!(" and {column} = {one}")),
            many => self.push(&format!(" and {column} in ({})", many.join(", "))),
        }
    }

    /// Adds that the order carries a tag.
    pub fn tagged(&mut self, tag: &str) {
        let tag = self.text(tag);
        self.push(&format!(" and {TAGGED}${tag})"));
    }

    /// Adds when the orders were placed, as the filter says.
    pub fn placed(&mut self, columns: &Columns, filter: &Filter) {
        for (than, instant) in [(">=", filter.from), ("<", filter.until)] {
            if let Some(instant) = instant {
                let position = position_of_second(instant.as_second()) + columns.offset;
                let (column, bound) = (columns.position, self.number(position));
                self.push(&format!(" and {column} {than} ${bound}"));
            }
        }
    }

    /// Adds how much they come to, as the filter says.
    pub fn totals(&mut self, columns: &Columns, filter: &Filter) {
        for (than, minor) in [(">=", filter.min_base_minor), ("<=", filter.max_base_minor)] {
            if let Some(minor) = minor {
                let (column, bound) = (columns.total, self.number(minor));
                self.push(&format!(" and {column} {than} ${bound}"));
            }
        }
    }

    /// Adds that the words of the order are found, by looking at them.
    pub fn words(&mut self, query: &Query) {
        let mut like = |word: &String| {
            let pattern = self.text(&format!("% {}%", kept_word(word)));
            format!("o.words like ${pattern}")
        };
        let all: Vec<String> = query.words.iter().map(&mut like).collect();
        let all = all.join(" and ");
        let found = match &query.together {
            None => all,
            Some(together) => format!("({all}) or {}", like(together)),
        };
        self.push(&format!(" and ({found})"));
    }

    /// Adds after which row the page begins.
    ///
    /// # Errors
    /// A cursor of a list that is sorted otherwise.
    pub fn after(
        &mut self,
        sort: Sort,
        columns: &Columns,
        cursor: &Cursor,
    ) -> Result<(), StoreError> {
        let than = if sort.is_descending { "<" } else { ">" };
        let (place, position) = (
            columns.position,
            self.number(cursor.position + columns.offset),
        );
        let value = match sort.key {
            SortKey::Placed => None,
            SortKey::Total => {
                let total = cursor.value.parse();
                let total = total.map_err(|error| StoreError::unreadable("cursor", error))?;
                Some((columns.total, self.number(total)))
            }
            SortKey::Customer => Some((columns.customer, self.text(&cursor.value))),
        };
        self.push(&match value {
            None => format!(" and {place} {than} ${position}"),
            Some((column, value)) => {
                format!(" and ({column}, {place}) {than} (${value}, ${position})")
            }
        });
        Ok(())
    }

    /// Adds the order of the rows; the position breaks ties in the same direction.
    pub fn order_by(&mut self, sort: Sort, columns: &Columns) {
        let direction = if sort.is_descending { "desc" } else { "asc" };
        self.push(" order by ");
        match sort.key {
            SortKey::Placed => {}
            SortKey::Total => self.push(&format!("{} {direction}, ", columns.total)),
            SortKey::Customer => self.push(&format!("{} {direction}, ", columns.customer)),
        }
        self.push(&format!("{} {direction}", columns.position));
    }

    /// Adds how many rows at most.
    pub fn limit(&mut self, limit: i64) {
        let limit = self.number(limit);
        self.push(&format!(" limit ${limit}"));
    }
}

/// How the columns that sort the list, and those that it is asked for, are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Columns {
    pub facets: &'static str,
    pub destination: &'static str,
    pub position: &'static str,
    pub total: &'static str,
    pub customer: &'static str,
    /// What is added to a position to compare it.
    pub offset: i64,
}

impl Columns {
    /// As an index of the orders has them.
    pub const INDEXED: Self = Self {
        facets: "o.facets",
        destination: "o.destination",
        position: "o.position",
        total: "o.total_base_minor",
        customer: "o.customer_sort",
        offset: 0,
    };
    /// As the list of a tag has them.
    pub const TAGGED: Self = Self {
        facets: "l.facets",
        destination: "l.destination",
        position: "l.position",
        total: "l.total_base_minor",
        customer: "l.customer_sort",
        offset: 0,
    };
    /// As the result of several merged selects has them.
    pub const MERGED: Self = Self {
        position: "position",
        total: "total_base_minor",
        customer: "customer_sort",
        ..Self::INDEXED
    };
    /// As conditions that SQLite's planner takes no index for.
    pub const PASSED_OVER: Self = Self {
        facets: "+o.facets",
        destination: "+o.destination",
        position: "+o.position",
        total: "+o.total_base_minor",
        customer: "+o.customer_sort",
        offset: 0,
    };
    /// The same of the list of a tag.
    pub const TAGGED_PASSED_OVER: Self = Self {
        facets: "+l.facets",
        destination: "+l.destination",
        position: "+l.position",
        total: "+l.total_base_minor",
        customer: "+l.customer_sort",
        offset: 0,
    };
    /// Sorted by so that no index is chosen for it: the rows are few, and sorted when they are there.
    pub const COLLECTED: Self = Self {
        position: "o.position + 0",
        total: "o.total_base_minor + 0",
        customer: "o.customer_sort || ''",
        ..Self::INDEXED
    };

    /// As the list has them that this leads to.
    pub fn of(lead: Lead<'_>) -> Self {
        match lead {
            Lead::Tag(_) => Self::TAGGED,
            Lead::Orders | Lead::Search(_) => Self::INDEXED,
        }
    }

    /// The same as conditions beside the index that is followed.
    pub fn beside(lead: Lead<'_>, dialect: Dialect) -> Self {
        match (dialect, lead) {
            (Dialect::Postgres, _) => Self::of(lead),
            (Dialect::Sqlite, Lead::Tag(_)) => Self::TAGGED_PASSED_OVER,
            (Dialect::Sqlite, _) => Self::PASSED_OVER,
        }
    }
}
