//! The list of orders: what a row says, what a filter keeps, how it is sorted (O1).
//!
//! [`Filter::keeps`] and the store's SQL mean the same, which a test holds: counts of saved views are kept by the
//! first, pages are read by the second.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::coverage::Cover;
use crate::money::Currency;
use crate::order::{Fulfilment, Order, OrderStatus, PaymentStatus, Source};
use crate::search::{Query, searchable_words};

/// What the list knows of an order without reading its document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the order's")]
pub struct Summary {
    pub number: Option<String>,
    pub desk_number: u64,
    pub placed_at: Timestamp,
    pub customer: String,
    pub status: OrderStatus,
    pub payment: PaymentStatus,
    pub is_disputed: bool,
    pub fulfilment: Fulfilment,
    pub fraud: Cover,
    pub guarantee: Cover,
    pub source: Source,
    pub destination: String,
    pub attention_count: u64,
    pub currency: Currency,
    pub total_minor: i64,
    pub base: Currency,
    pub total_base_minor: i64,
    pub tags: Vec<String>,
}

impl Summary {
    /// The summary of an order.
    pub fn of(order: &Order) -> Self {
        let total_minor = order.amounts.total_minor();
        Self {
            number: order.number.clone(),
            desk_number: order.desk_number,
            placed_at: order.placed_at,
            customer: order.ship_to.display_name(),
            status: order.status,
            payment: order.payment_status(),
            is_disputed: order.is_disputed(),
            fulfilment: order.fulfilment(),
            fraud: order.coverage.fraud.state,
            guarantee: order.coverage.guarantee.state,
            source: order.source,
            destination: order.ship_to.country.clone(),
            attention_count: order.attention.len() as u64,
            currency: order.currency(),
            total_minor,
            base: order.rate.base,
            total_base_minor: order.rate.to_base(total_minor).minor,
            tags: order.tags.iter().cloned().collect(),
        }
    }

    /// Its facets.
    pub fn facets(&self) -> Facets {
        Facets {
            status: self.status,
            payment: self.payment,
            is_disputed: self.is_disputed,
            fulfilment: self.fulfilment,
            fraud: self.fraud,
            guarantee: self.guarantee,
            source: self.source,
            needs_attention: self.attention_count > 0,
        }
    }
}

/// The part of a summary that has few values: every order of a desk shows one of some hundred combinations of them, and
/// the store keeps a sorted list of each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are the order's")]
pub struct Facets {
    pub status: OrderStatus,
    pub payment: PaymentStatus,
    pub is_disputed: bool,
    pub fulfilment: Fulfilment,
    pub fraud: Cover,
    pub guarantee: Cover,
    pub source: Source,
    pub needs_attention: bool,
}

/// Which orders to show: what is said must all hold; what is not said keeps everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Filter {
    /// Words to find.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Any of these statuses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub status: Vec<OrderStatus>,
    /// Any of these payment states.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub payment: Vec<PaymentStatus>,
    /// Disputed, or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_disputed: Option<bool>,
    /// Any of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fulfilment: Vec<Fulfilment>,
    /// Fraud protection is any of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fraud: Vec<Cover>,
    /// The guarantee is any of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub guarantee: Vec<Cover>,
    /// Any of these sources.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub source: Vec<Source>,
    /// Goes to any of these countries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destination: Vec<String>,
    /// Placed at or after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// Placed before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Total of at least so much, in base minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_base_minor: Option<i64>,
    /// Total of at most so much, in base minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_base_minor: Option<i64>,
    /// Carries this tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Needs attention, or does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs_attention: Option<bool>,
}

impl Filter {
    /// Whether the filter keeps this order.
    pub fn keeps(&self, order: &Order) -> bool {
        let summary = Summary::of(order);
        self.keeps_summary(&summary) && self.finds(order)
    }

    fn finds(&self, order: &Order) -> bool {
        let Some(query) = Query::parse(&self.text) else {
            return true;
        };
        let words = searchable_words(order);
        query.matches(&words.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Whether it asks about any facet.
    pub fn asks_facets(&self) -> bool {
        let is_silent = [
            self.status.is_empty(),
            self.payment.is_empty(),
            self.fulfilment.is_empty(),
            self.fraud.is_empty(),
            self.guarantee.is_empty(),
            self.source.is_empty(),
            self.is_disputed.is_none(),
            self.needs_attention.is_none(),
        ];
        is_silent.contains(&false)
    }

    /// Whether it keeps orders with these facets, as far as they tell.
    pub fn keeps_facets(&self, facets: &Facets) -> bool {
        is_any(&self.status, &facets.status)
            && is_any(&self.payment, &facets.payment)
            && is_any(&self.fulfilment, &facets.fulfilment)
            && is_any(&self.fraud, &facets.fraud)
            && is_any(&self.guarantee, &facets.guarantee)
            && is_any(&self.source, &facets.source)
            && self
                .is_disputed
                .is_none_or(|wanted| wanted == facets.is_disputed)
            && self
                .needs_attention
                .is_none_or(|wanted| wanted == facets.needs_attention)
    }

    fn keeps_summary(&self, summary: &Summary) -> bool {
        self.keeps_facets(&summary.facets())
            && is_any(&self.destination, &summary.destination)
            && self
                .tag
                .as_ref()
                .is_none_or(|tag| summary.tags.contains(tag))
            && self
                .from
                .is_none_or(|from| summary.placed_at.as_second() >= from.as_second())
            && self
                .until
                .is_none_or(|until| summary.placed_at.as_second() < until.as_second())
            && self
                .min_base_minor
                .is_none_or(|least| summary.total_base_minor >= least)
            && self
                .max_base_minor
                .is_none_or(|most| summary.total_base_minor <= most)
    }
}

/// Nothing wanted keeps everything.
fn is_any<T: PartialEq>(wanted: &[T], is: &T) -> bool {
    wanted.is_empty() || wanted.contains(is)
}

/// What the list is sorted by; ties are broken by the order's position, so that pages never overlap.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SortKey {
    /// When it was placed.
    #[default]
    Placed,
    /// The total in base currency.
    Total,
    /// The customer's name, letter case and accents ignored.
    Customer,
}

/// How the list is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    /// By what.
    pub key: SortKey,
    /// Largest or newest first.
    pub is_descending: bool,
}

impl Default for Sort {
    /// Newest first.
    fn default() -> Self {
        Self {
            key: SortKey::Placed,
            is_descending: true,
        }
    }
}
