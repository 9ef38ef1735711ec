//! The list's address: filter, sort and place as a query that can be shared, and back.

use domain::coverage::Cover;
use domain::filter::{Filter, Sort, SortKey};
use domain::money::{Currency, decimal_text};
use domain::order::{Fulfilment, OrderStatus, PaymentStatus, Source};
use engine::store::list::Cursor;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::days::End;
use crate::forms::amount;

/// The query as it stands in the address; what is empty is not written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct ListQuery {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub view: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub q: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub payment: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fulfilment: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fraud: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub guarantee: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<String>,
    /// Country codes, separated by spaces or commas.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub destination: String,
    /// The first day, which is in; an instant where a view begins at no day's beginning.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// The last day, which is in.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub until: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub min: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub max: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tag: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub attention: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub disputed: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub sort: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub after: String,
    /// Rows of a page: one of [`ROWS`], else the first of them.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub rows: String,
}

/// How many rows a page can have; the first is what everyone begins with.
pub(crate) const ROWS: [u32; 3] = [50, 100, 200];

impl ListQuery {
    /// Reads an address; what nobody could have meant is left out.
    pub fn parse(query: &str) -> Self {
        serde_html_form::from_str(query).unwrap_or_default()
    }

    /// How many rows a page has.
    pub fn row_count(&self) -> u32 {
        let asked = self.rows.parse().ok();
        asked.filter(|rows| ROWS.contains(rows)).unwrap_or(ROWS[0])
    }

    /// The query as it stands in the address, without the question mark.
    pub fn text(&self) -> String {
        serde_html_form::to_string(self).unwrap_or_default()
    }

    /// The first page of the same list.
    pub fn first(&self) -> Self {
        Self {
            after: String::new(),
            ..self.clone()
        }
    }

    /// What a view keeps of it: the filter and how it is sorted.
    pub fn kept(&self) -> Self {
        Self {
            view: String::new(),
            after: String::new(),
            rows: String::new(),
            ..self.clone()
        }
    }

    /// The address of the list with this query.
    pub fn address(&self) -> String {
        let query = self.text();
        if query.is_empty() {
            "/orders".to_owned()
        } else {
            format!("/orders?{query}")
        }
    }

    /// The filter it stands for. Amounts are of the base currency, days of this time zone.
    pub fn filter(&self, base: Currency, zone: &TimeZone) -> Filter {
        let minor = |text: &str| {
            let text = text.trim();
            if text.is_empty() {
                None
            } else {
                amount(text, base).ok()
            }
        };
        let countries = self
            .destination
            .split([' ', ','])
            .map(str::trim)
            .filter(|code| !code.is_empty());
        Filter {
            text: self.q.clone(),
            status: named::<OrderStatus>(&self.status),
            payment: named::<PaymentStatus>(&self.payment),
            is_disputed: flag(&self.disputed),
            fulfilment: named::<Fulfilment>(&self.fulfilment),
            fraud: named::<Cover>(&self.fraud),
            guarantee: named::<Cover>(&self.guarantee),
            source: named::<Source>(&self.source),
            destination: countries.map(str::to_uppercase).collect(),
            from: End::First.instant(&self.from, zone),
            until: End::Last.instant(&self.until, zone),
            min_base_minor: minor(&self.min),
            max_base_minor: minor(&self.max),
            tag: Some(self.tag.trim().to_owned()).filter(|tag| !tag.is_empty()),
            needs_attention: flag(&self.attention),
        }
    }

    /// The query of a filter, of a saved view, for someone in this time zone.
    pub fn of(filter: &Filter, sort: Sort, base: Currency, zone: &TimeZone) -> Self {
        let day =
            |at: Option<Timestamp>, end: End| at.map(|at| end.text(at, zone)).unwrap_or_default();
        let minor = |minor: Option<i64>| {
            minor
                .map(|minor| decimal_text(minor, base))
                .unwrap_or_default()
        };
        Self {
            q: filter.text.clone(),
            status: names(&filter.status),
            payment: names(&filter.payment),
            fulfilment: names(&filter.fulfilment),
            fraud: names(&filter.fraud),
            guarantee: names(&filter.guarantee),
            source: names(&filter.source),
            destination: filter.destination.join(" "),
            from: day(filter.from, End::First),
            until: day(filter.until, End::Last),
            min: minor(filter.min_base_minor),
            max: minor(filter.max_base_minor),
            tag: filter.tag.clone().unwrap_or_default(),
            attention: filter.needs_attention.map(yes_no).unwrap_or_default(),
            disputed: filter.is_disputed.map(yes_no).unwrap_or_default(),
            sort: sort_name(sort),
            ..Self::default()
        }
    }

    /// How the list is sorted; newest first where nothing is said.
    pub fn sort(&self) -> Sort {
        let (key, is_descending) = match self.sort.strip_prefix('-') {
            Some(key) => (key, true),
            None => (self.sort.as_str(), self.sort.is_empty()),
        };
        let key = match key {
            "total" => SortKey::Total,
            "customer" => SortKey::Customer,
            _ => SortKey::Placed,
        };
        Sort { key, is_descending }
    }

    /// The same list, sorted by this column: the other way round where it is sorted by it already.
    pub fn sorted_by(&self, key: SortKey) -> Self {
        let present = self.sort();
        let is_descending = if present.key == key {
            !present.is_descending
        } else {
            key != SortKey::Customer
        };
        let sort = sort_name(Sort { key, is_descending });
        Self {
            sort,
            after: String::new(),
            ..self.clone()
        }
    }

    /// After which row the page begins.
    pub fn cursor(&self) -> Option<Cursor> {
        let (position, value) = self.after.split_once('~')?;
        Some(Cursor {
            value: value.to_owned(),
            position: position.parse().ok()?,
        })
    }

    /// The page after this row.
    pub fn after(&self, cursor: &Cursor) -> Self {
        Self {
            after: format!("{}~{}", cursor.position, cursor.value),
            ..self.clone()
        }
    }

    /// Each condition with the query that lacks it: the field, the value, the rest.
    pub fn conditions(&self) -> Vec<(&'static str, String, Self)> {
        let mut found = Vec::new();
        let clean = Self {
            view: String::new(),
            ..self.first()
        };
        type Many = fn(&mut ListQuery) -> &mut Vec<String>;
        let many: [(&'static str, Many); 6] = [
            ("status", |query| &mut query.status),
            ("payment", |query| &mut query.payment),
            ("fulfilment", |query| &mut query.fulfilment),
            ("fraud", |query| &mut query.fraud),
            ("guarantee", |query| &mut query.guarantee),
            ("source", |query| &mut query.source),
        ];
        for (field, get) in many {
            for value in get(&mut clean.clone()).clone() {
                let mut rest = clean.clone();
                get(&mut rest).retain(|other| *other != value);
                found.push((field, value, rest));
            }
        }
        type One = fn(&mut ListQuery) -> &mut String;
        let one: [(&'static str, One); 9] = [
            ("q", |query| &mut query.q),
            ("destination", |query| &mut query.destination),
            ("from", |query| &mut query.from),
            ("until", |query| &mut query.until),
            ("min", |query| &mut query.min),
            ("max", |query| &mut query.max),
            ("tag", |query| &mut query.tag),
            ("attention", |query| &mut query.attention),
            ("disputed", |query| &mut query.disputed),
        ];
        for (field, get) in one {
            let value = get(&mut clean.clone()).clone();
            if !value.trim().is_empty() {
                let mut rest = clean.clone();
                get(&mut rest).clear();
                found.push((field, value, rest));
            }
        }
        found
    }
}

fn named<T: DeserializeOwned>(texts: &[String]) -> Vec<T> {
    texts
        .iter()
        .filter_map(|text| serde_json::from_value(Value::String(text.clone())).ok())
        .collect()
}

fn names<T: Serialize>(values: &[T]) -> Vec<String> {
    values.iter().map(name).collect()
}

/// A state's stable name.
pub(crate) fn name<T: Serialize>(value: &T) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}

fn flag(text: &str) -> Option<bool> {
    match text {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

fn yes_no(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}

fn sort_name(sort: Sort) -> String {
    if sort == Sort::default() {
        return String::new();
    }
    let key = match sort.key {
        SortKey::Placed => "placed",
        SortKey::Total => "total",
        SortKey::Customer => "customer",
    };
    if sort.is_descending {
        format!("-{key}")
    } else {
        key.to_owned()
    }
}
