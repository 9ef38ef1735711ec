//! Which index leads a page, so that few rows are looked at whatever is asked for. Three ways, tried in this order:
//!
//! 1. One index holds the page as it is: every order, or those of a tag, as it is sorted, or what a search finds where that comes sorted.
//! 2. Some condition keeps few orders: those are read and sorted.
//! 3. Every condition keeps many, and a page is full soon: by date the lists of the facets that the filter keeps are
//!    merged; of a tag, and by total and customer, the index in that order is followed. What does not meet the rest is
//!    passed over.

mod choice;

use domain::filter::{Filter, Sort, SortKey};
use domain::search::Query;

use super::StoreError;
use super::list::{Cursor, Page};
use super::statement::{Columns, Lead, Scope, Statement};

/// How many orders are few. Measured with a million of them: reading the rows of so many takes about as long as finding
/// a page of fifty by passing over index entries, when so many match.
pub(super) const FEW: i64 = 1_000;

/// The most lists that are merged; SQLite takes 500.
const MAX_LISTS: usize = 400;

/// A page as it is asked for, taken apart.
pub(super) struct Asked<'a> {
    scope: Scope<'a>,
    filter: &'a Filter,
    query: Option<Query>,
    sort: Sort,
    after: Option<&'a Cursor>,
    /// Each once: an order that two lists hold would be shown twice.
    destinations: Vec<String>,
    columns: &'a str,
    limit: Option<i64>,
}

/// The condition that keeps few orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Few {
    Tag,
    Destination,
    Totals,
    Facets,
    Words,
}

impl<'a> Asked<'a> {
    /// `limit` is none where every row is wanted.
    pub fn of(scope: Scope<'a>, page: &'a Page, columns: &'a str, limit: Option<i64>) -> Self {
        let mut destinations = page.filter.destination.clone();
        destinations.sort_unstable();
        destinations.dedup();
        Self {
            scope,
            destinations,
            filter: &page.filter,
            query: Query::parse(&page.filter.text),
            sort: page.sort,
            after: page.after.as_ref(),
            columns,
            limit,
        }
    }

    fn is_by_date(&self) -> bool {
        self.sort.key == SortKey::Placed
    }

    fn has_totals(&self) -> bool {
        self.filter.min_base_minor.is_some() || self.filter.max_base_minor.is_some()
    }

    /// The conditions that are there, but for the dates: those that are counted fastest come first. What a search
    /// finds is counted by looking each order up.
    fn conditions(&self) -> Vec<Few> {
        let there = [
            (Few::Tag, self.filter.tag.is_some()),
            (Few::Destination, !self.destinations.is_empty()),
            (Few::Facets, self.filter.asks_facets()),
            (Few::Totals, self.has_totals()),
            (Few::Words, self.query.is_some()),
        ];
        there
            .into_iter()
            .filter(|(_, is_there)| *is_there)
            .map(|(few, _)| few)
            .collect()
    }

    /// Whether merged lists, or the index that the list is sorted by, hold the page without an entry in vain.
    fn is_listed(&self) -> bool {
        matches!(
            (self.sort.key, self.conditions().as_slice()),
            (_, [])
                | (SortKey::Placed, [Few::Facets | Few::Destination])
                | (SortKey::Placed, [Few::Destination, Few::Facets])
                | (SortKey::Total, [Few::Totals])
        )
    }

    /// One index holds the page as it is.
    fn straight(&self) -> Result<Option<Statement>, StoreError> {
        match self.conditions().as_slice() {
            [] => {
                let beside = self.beside(Lead::Orders);
                let indexed = Columns::INDEXED;
                let placed = if self.is_by_date() { indexed } else { beside };
                self.sorted_by(Lead::Orders, &placed, &indexed).map(Some)
            }
            [Few::Tag] => self.followed(&[]).map(Some),
            [Few::Words] if self.scope.dialect.search_comes_sorted() => self.found(),
            _ => Ok(None),
        }
    }

    /// What a search finds, and nothing else asks for, newest or oldest first as the index of its words has it.
    fn found(&self) -> Result<Option<Statement>, StoreError> {
        match (self.conditions().as_slice(), &self.query) {
            ([Few::Words], Some(query)) if self.is_by_date() => {
                let columns = self.matches();
                self.sorted_by(Lead::Search(query), &columns, &columns)
                    .map(Some)
            }
            _ => Ok(None),
        }
    }

    fn sorted_by(
        &self,
        lead: Lead<'_>,
        placed: &Columns,
        columns: &Columns,
    ) -> Result<Statement, StoreError> {
        let mut statement = Statement::default();
        statement.select(self.columns, &self.scope, lead);
        statement.placed(placed, self.filter);
        self.finish(&mut statement, columns)?;
        Ok(statement)
    }

    /// The columns of what a search finds, sorted as it comes.
    fn matches(&self) -> Columns {
        let (position, offset) = self.scope.dialect.match_position(self.scope.base);
        Columns {
            position,
            offset,
            ..Columns::INDEXED
        }
    }

    /// Adds where the page begins and how it is sorted.
    fn finish(&self, statement: &mut Statement, columns: &Columns) -> Result<(), StoreError> {
        if let Some(cursor) = self.after {
            statement.after(self.sort, columns, cursor)?;
        }
        self.sorted(statement, columns);
        Ok(())
    }

    /// Adds how it is sorted, and where it ends.
    fn sorted(&self, statement: &mut Statement, columns: &Columns) {
        statement.order_by(self.sort, columns);
        if let Some(limit) = self.limit {
            statement.limit(limit);
        }
    }

    /// What reads the orders that one condition keeps, for counting or collecting.
    fn led_by(&self, few: Few, columns: &str, facets: &[String]) -> Statement {
        let mut statement = Statement::default();
        let lead = match (few, &self.filter.tag, &self.query) {
            (Few::Tag, Some(tag), _) => Lead::Tag(tag),
            (Few::Words, _, Some(query)) => Lead::Search(query),
            _ => Lead::Orders,
        };
        statement.select(columns, &self.scope, lead);
        match few {
            Few::Tag if self.filter.asks_facets() => statement.among("l.facets", facets),
            Few::Tag | Few::Words => {}
            Few::Destination => {
                statement.among("o.destination", &self.destinations);
                if self.filter.asks_facets() {
                    statement.among("o.facets", facets);
                }
            }
            Few::Totals => statement.totals(&Columns::INDEXED, self.filter),
            Few::Facets => statement.among("o.facets", facets),
        }
        statement
    }

    /// The few orders that one condition keeps, those that meet the others too, sorted.
    fn collected(&self, few: Few, facets: &[String]) -> Result<Statement, StoreError> {
        let mut statement = self.led_by(few, self.columns, facets);
        let columns = Columns::COLLECTED;
        let beside = self.beside(match few {
            Few::Tag => self.tag_or_orders(),
            _ => Lead::Orders,
        });
        if matches!(few, Few::Words | Few::Totals) && self.filter.asks_facets() {
            statement.among(beside.facets, facets);
        }
        if few != Few::Tag
            && let Some(tag) = &self.filter.tag
        {
            statement.tagged(tag);
        }
        if few != Few::Destination && !self.destinations.is_empty() {
            statement.among(beside.destination, &self.destinations);
        }
        if few != Few::Totals {
            statement.totals(&beside, self.filter);
        }
        if few != Few::Words
            && let Some(query) = &self.query
        {
            statement.words(query);
        }
        statement.placed(&beside, self.filter);
        self.finish(&mut statement, &columns)?;
        Ok(statement)
    }

    /// What leads where many orders are kept: the list of a tag says of each order where it goes and what it comes to,
    /// the other lists do not know its tags.
    fn tag_or_orders(&self) -> Lead<'_> {
        match &self.filter.tag {
            Some(tag) => Lead::Tag(tag),
            None => Lead::Orders,
        }
    }

    /// Columns as conditions beside the index that is followed, which no index is chosen for.
    fn beside(&self, lead: Lead<'_>) -> Columns {
        Columns::beside(lead, self.scope.dialect)
    }

    /// The index that the list is sorted by, that of the tag where there is one; what does not meet the conditions is passed
    /// over.
    fn followed(&self, facets: &[String]) -> Result<Statement, StoreError> {
        let mut statement = Statement::default();
        let lead = self.tag_or_orders();
        let (columns, beside) = (Columns::of(lead), self.beside(lead));
        statement.select(self.found_by(lead), &self.scope, lead);
        if self.filter.asks_facets() {
            statement.among(beside.facets, facets);
        }
        if !self.destinations.is_empty() {
            statement.among(beside.destination, &self.destinations);
        }
        let by_total = self.sort.key == SortKey::Total;
        let totals = if by_total { &columns } else { &beside };
        statement.totals(totals, self.filter);
        if let Some(query) = &self.query {
            statement.words(query);
        }
        let placed = if self.is_by_date() { &columns } else { &beside };
        statement.placed(placed, self.filter);
        self.finish(&mut statement, &columns)?;
        self.read_found(&mut statement, lead);
        Ok(statement)
    }

    /// Whether the page is found in an index alone, and only its rows are read then. The words of an order are in no index.
    fn is_found_first(&self, lead: Lead<'_>) -> bool {
        self.limit.is_some() && self.query.is_none() && matches!(lead, Lead::Orders)
    }

    /// What is selected while the page is being found.
    fn found_by(&self, lead: Lead<'_>) -> &str {
        if !self.is_found_first(lead) {
            return self.columns;
        }
        match self.sort.key {
            SortKey::Placed => "o.position as position",
            SortKey::Total => "o.position as position, o.total_base_minor as total_base_minor",
            SortKey::Customer => "o.position as position, o.customer_sort as customer_sort",
        }
    }

    /// Reads the rows of a page that was found: PostgreSQL would read the row of each order that is passed over.
    fn read_found(&self, statement: &mut Statement, lead: Lead<'_>) {
        if self.is_found_first(lead) {
            statement.read_at(self.columns, &self.scope);
            statement.order_by(self.sort, &Columns::COLLECTED);
        }
    }

    /// The lists of these facets by date, merged.
    fn merged(&self, facets: &[String]) -> Result<Statement, StoreError> {
        let mut statement = Statement::default();
        let destinations = &self.destinations;
        let by_destination =
            !destinations.is_empty() && facets.len() * destinations.len() <= MAX_LISTS;
        let lists: Vec<(&[String], &[String])> = match () {
            () if facets.len() > MAX_LISTS => vec![(facets, destinations)],
            () if by_destination => facets
                .chunks(1)
                .flat_map(|facet| {
                    destinations
                        .chunks(1)
                        .map(move |destination| (facet, destination))
                })
                .collect(),
            () => facets
                .chunks(1)
                .map(|facet| (facet, destinations.as_slice()))
                .collect(),
        };
        let is_alone = lists.len() == 1;
        for (index, (facets, destinations)) in lists.into_iter().enumerate() {
            if index > 0 {
                statement.text.push_str(" union all ");
            }
            let sorts_each = !is_alone && self.scope.dialect.sorts_each_list();
            statement.text.push_str(if sorts_each { "(" } else { "" });
            self.list(&mut statement, facets, destinations)?;
            if is_alone || sorts_each {
                self.sorted(&mut statement, &Columns::INDEXED);
            }
            statement.text.push_str(if sorts_each { ")" } else { "" });
        }
        if !is_alone {
            self.sorted(&mut statement, &Columns::MERGED);
        }
        self.read_found(&mut statement, Lead::Orders);
        Ok(statement)
    }

    /// One of the lists.
    fn list(
        &self,
        statement: &mut Statement,
        facets: &[String],
        destinations: &[String],
    ) -> Result<(), StoreError> {
        let (columns, beside) = (Columns::INDEXED, self.beside(Lead::Orders));
        statement.select(self.found_by(Lead::Orders), &self.scope, Lead::Orders);
        statement.among(columns.facets, facets);
        match destinations {
            [] => {}
            [_] => statement.among(columns.destination, destinations),
            _ => statement.among(beside.destination, destinations),
        }
        statement.totals(&beside, self.filter);
        if let Some(query) = &self.query {
            statement.words(query);
        }
        statement.placed(&columns, self.filter);
        if let Some(cursor) = self.after {
            statement.after(self.sort, &columns, cursor)?;
        }
        Ok(())
    }
}
