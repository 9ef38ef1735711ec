//! Reconciliation: our books against the payment provider's for a period, order by order and in total.
//!
//! Both sides become lines about the same things: what was taken for a payment, what went back for a refund, what a bank
//! took. A thing whose lines fall on both sides of the period's edge is compared whole, so that a second's difference
//! between two clocks is none of money.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::ids::OrderId;
use crate::journal::{Account, Entry, Movement};
use crate::money::{Currency, Money};
use crate::order::Order;
use crate::payment::Payment;

/// How far around a period both books are read, so that what the two date differently is found.
pub const AROUND: SignedDuration = SignedDuration::from_hours(24);

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Taken for a payment.
    Charge,
    /// Returned to the shopper; what came back of it counts against it.
    Refund,
    /// Taken back by the shopper's bank; what it returned counts against it.
    Dispute,
    /// What the provider keeps for itself.
    Fee,
}

/// What one side says of one movement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The order it belongs to; none where no order here knows the payment.
    pub order: Option<OrderId>,
    /// The provider and its payment, as `provider:reference`.
    pub payment: String,
    /// Our refund, or the provider's name of one that is not ours; empty for everything else.
    pub refund: String,
    /// What it is about.
    pub kind: Kind,
    /// When it was booked.
    pub at: Timestamp,
    /// How it changes what the provider holds for the retailer; a fee is positive.
    pub money: Money,
}

/// From when until before when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Period {
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Period {
    /// Whether an instant is in it.
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }

    /// The period with [`AROUND`] on either side.
    #[must_use]
    pub fn widened(&self) -> Self {
        Self {
            from: self.from.checked_sub(AROUND).unwrap_or(Timestamp::MIN),
            until: self.until.checked_add(AROUND).unwrap_or(Timestamp::MAX),
        }
    }
}

/// What one side says in all, in minor units of one currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of Kind")]
pub struct Sums {
    pub charged_minor: i64,
    pub refunded_minor: i64,
    pub disputed_minor: i64,
    pub fee_minor: i64,
}

impl Sums {
    /// What the provider holds after it, without its fee.
    pub fn held_minor(&self) -> i64 {
        self.charged_minor + self.refunded_minor + self.disputed_minor
    }

    fn add(&mut self, kind: Kind, minor: i64) {
        let sum = match kind {
            Kind::Charge => &mut self.charged_minor,
            Kind::Refund => &mut self.refunded_minor,
            Kind::Dispute => &mut self.disputed_minor,
            Kind::Fee => &mut self.fee_minor,
        };
        *sum = sum.saturating_add(minor);
    }

    fn plus(&mut self, other: &Self) {
        self.add(Kind::Charge, other.charged_minor);
        self.add(Kind::Refund, other.refunded_minor);
        self.add(Kind::Dispute, other.disputed_minor);
        self.add(Kind::Fee, other.fee_minor);
    }
}

/// Both sides of an order, or of all of them, in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The order; none for a payment that no order here knows.
    pub order: Option<OrderId>,
    /// That payment; empty where the order is known.
    pub payment: String,
    /// In which currency.
    pub currency: Currency,
    /// What our books say.
    pub ours: Sums,
    /// What the provider's say.
    pub theirs: Sums,
}

impl Row {
    /// How much more the provider holds than our books say.
    pub fn difference(&self) -> Money {
        let minor = self.theirs.held_minor() - self.ours.held_minor();
        Money::new(minor, self.currency)
    }

    /// How much more the provider charged than our books say.
    pub fn fee_difference(&self) -> Money {
        Money::new(self.theirs.fee_minor - self.ours.fee_minor, self.currency)
    }

    /// Whether both sides say the same of everything.
    pub fn agrees(&self) -> bool {
        self.ours == self.theirs
    }
}

/// What a period came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// An order and a currency each: those whose books differ first, then by order.
    pub rows: Vec<Row>,
    /// All of them, a currency each.
    pub totals: Vec<Row>,
}

/// What a line is about, and thus which lines of both sides are compared.
type About = (Option<OrderId>, String, String, Kind);

#[derive(Default)]
struct Group {
    is_in_period: bool,
    ours: BTreeMap<Currency, i64>,
    theirs: BTreeMap<Currency, i64>,
}

/// Compares the lines of both sides. Where the provider tells no fee for a payment, ours is what the rates say, and there
/// is nothing to compare it with (R8).
pub fn compare(ours: Vec<Line>, theirs: Vec<Line>, period: Period) -> Report {
    let mut groups: BTreeMap<About, Group> = BTreeMap::new();
    for (lines, is_ours) in [(ours, true), (theirs, false)] {
        for line in lines {
            let about = (line.order, line.payment, line.refund, line.kind);
            let group = groups.entry(about).or_default();
            group.is_in_period |= period.holds(line.at);
            let side = if is_ours {
                &mut group.ours
            } else {
                &mut group.theirs
            };
            let sum = side.entry(line.money.currency).or_default();
            *sum = sum.saturating_add(line.money.minor);
        }
    }
    let mut rows: BTreeMap<(Option<OrderId>, String, Currency), Row> = BTreeMap::new();
    for ((order, payment, _, kind), group) in groups {
        let is_untold_fee = kind == Kind::Fee && group.theirs.is_empty();
        if !group.is_in_period || is_untold_fee {
            continue;
        }
        let payment = if order.is_some() {
            String::new()
        } else {
            payment
        };
        for (side, is_ours) in [(&group.ours, true), (&group.theirs, false)] {
            for (currency, minor) in side {
                let key = (order.clone(), payment.clone(), *currency);
                let row = rows.entry(key.clone()).or_insert_with(|| Row::new(key));
                let sums = if is_ours {
                    &mut row.ours
                } else {
                    &mut row.theirs
                };
                sums.add(kind, *minor);
            }
        }
    }
    let mut rows: Vec<Row> = rows.into_values().collect();
    rows.retain(|row| row.ours != Sums::default() || row.theirs != Sums::default());
    let mut totals: BTreeMap<Currency, Row> = BTreeMap::new();
    for row in &rows {
        let total = totals
            .entry(row.currency)
            .or_insert_with(|| Row::new((None, String::new(), row.currency)));
        total.ours.plus(&row.ours);
        total.theirs.plus(&row.theirs);
    }
    rows.sort_by_key(Row::agrees);
    let totals = totals.into_values().collect();
    Report { rows, totals }
}

impl Row {
    fn new((order, payment, currency): (Option<OrderId>, String, Currency)) -> Self {
        Self {
            order,
            payment,
            currency,
            ours: Sums::default(),
            theirs: Sums::default(),
        }
    }
}

/// What our books say of an order within a period. What was settled by hand never was at the provider.
pub fn lines_of(order: &Order, period: Period) -> Vec<Line> {
    let within = order.journal.iter().filter(|entry| period.holds(entry.at));
    within.flat_map(|entry| lines(order, entry)).collect()
}

fn lines(order: &Order, entry: &Entry) -> Vec<Line> {
    let (kind, account) = match entry.movement {
        Movement::Charge => (Kind::Charge, Account::Provider),
        Movement::Refund | Movement::RefundReversed => (Kind::Refund, Account::Provider),
        Movement::Dispute | Movement::DisputeWon => (Kind::Dispute, Account::Provider),
        Movement::Fee | Movement::FeeTold | Movement::DisputeFee => {
            (Kind::Fee, Account::CardProcessor)
        }
        Movement::Authorization
        | Movement::Void
        | Movement::FeeReturned
        | Movement::FeeReturnReversed
        | Movement::RefundByHand => return Vec::new(),
    };
    let refund = order
        .refunds
        .iter()
        .find(|refund| refund.id.as_str() == entry.about);
    let is_of = |payment: &&Payment| match refund {
        Some(refund) => payment.id == refund.payment,
        None => payment.id.as_str() == entry.about,
    };
    let payment = order.payments.iter().find(is_of);
    let payment = payment.map(|payment| provider_key(&payment.provider, &payment.reference));
    let booked = entry.lines.iter().filter(|line| line.account == account);
    booked
        .map(|line| Line {
            order: Some(order.id.clone()),
            payment: payment.clone().unwrap_or_default(),
            refund: refund.map(|refund| refund.id.0.clone()).unwrap_or_default(),
            kind,
            at: entry.at,
            money: line.money,
        })
        .collect()
}

/// A provider's payment as both sides call it.
pub fn provider_key(provider: &str, reference: &str) -> String {
    format!("{provider}:{reference}")
}
