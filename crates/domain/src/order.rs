//! The order as a document: everything the desk knows about one sale. Only [`crate::apply`] changes it.
//!
//! Amounts of an order are minor units of its presentment currency unless a name says base. Its state is told on
//! separate axes (status, payment, fulfilment, coverage, sync), never one mega-status.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::capture::CaptureRule;
use crate::coverage::Coverage;
use crate::fees::FeeTerms;
use crate::ids::{ItemId, LandedCostId, OrderId, OrganizationId, RefundId};
use crate::journal::Entry;
use crate::money::{Currency, Money};
use crate::pairs::Pair;
use crate::parts::Parts;
use crate::payment::Payment;
use crate::rate::ExchangeRate;
use crate::refund::Refund;
use crate::shipment::Shipment;
pub use crate::state::*;
use crate::waiting::Waiting;

/// What customs is told about an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Declaration {
    /// Harmonized System code, digits only; empty where unknown.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub hs_code: String,
    /// Country of origin, ISO 3166-1 alpha-2; empty where unknown.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub origin: String,
    /// What customs reads.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Declared price of one, in presentment minor units.
    pub unit_price_minor: i64,
}

/// A line of the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// Its identifier.
    pub id: ItemId,
    /// The shop's stock-keeping unit.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sku: String,
    /// What the shopper bought, in the shop's words.
    pub name: String,
    /// How many were sold.
    pub quantity: u32,
    /// How many were removed again (S2).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub removed: u32,
    /// What one was sold for, in presentment minor units; never changes.
    pub unit_price_minor: i64,
    /// Weight of one, in grams; 0 where unknown.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub weight_g: u32,
    /// What customs is told.
    pub declared: Declaration,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Item {
    /// How many still belong to the order.
    pub fn remaining(&self) -> u32 {
        self.quantity.saturating_sub(self.removed)
    }
}

/// What the shopper was charged for, in presentment minor units; discounts are positive and taken off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "the names are the specification's")]
pub struct Amounts {
    pub items_minor: i64,
    pub shipping_minor: i64,
    pub duties_minor: i64,
    pub taxes_minor: i64,
    pub fees_minor: i64,
    pub discounts_minor: i64,
    /// Grand total as charged, less the sum of the rest.
    pub variance_minor: i64,
}

impl Amounts {
    /// What the shopper owed in all.
    pub fn total_minor(&self) -> i64 {
        self.items_minor + self.shipping_minor + self.landed_cost_minor() - self.discounts_minor
            + self.variance_minor
    }

    /// Duties, taxes and fees: the landed cost without goods and shipping.
    pub fn landed_cost_minor(&self) -> i64 {
        self.duties_minor + self.taxes_minor + self.fees_minor
    }

    /// The total in the three parts of a refund (R4). Discounts and variance belong to the cart; where they are
    /// larger than it, they take from shipping, then from duties and taxes, so that no part is negative.
    pub fn parts(&self) -> Parts {
        let mut parts = Parts {
            item_minor: self.items_minor - self.discounts_minor + self.variance_minor,
            shipping_minor: self.shipping_minor,
            duty_tax_fee_minor: self.landed_cost_minor(),
        };
        let short = parts.item_minor.min(0);
        parts.item_minor -= short;
        parts.shipping_minor += short;
        let short = parts.shipping_minor.min(0);
        parts.shipping_minor -= short;
        parts.duty_tax_fee_minor += short;
        parts
    }
}

/// What shipping was quoted on; it cannot be edited (N5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EstimatedWeight {
    /// On the scales, in grams.
    pub physical_g: u32,
    /// By volume, in grams.
    pub dimensional_g: u32,
}

impl EstimatedWeight {
    /// The greater of the two.
    pub fn quoted_g(self) -> u32 {
        self.physical_g.max(self.dimensional_g)
    }
}

/// What the program that brings an order keeps with it, and is handed back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Particulars {
    /// What the program calls where it comes from.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Anything, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metadata: Vec<Pair>,
    /// What others know the order by.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Pair>,
}

impl Particulars {
    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One international sale, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its identifier.
    pub id: OrderId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Live or test.
    pub mode: Mode,
    /// Our own short number, always there.
    pub desk_number: u64,
    /// How many events made it.
    pub version: u64,
    /// Who brought it and where it is paid.
    pub source: Source,
    /// The shop's own number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Whether a person chose the number, so that the shop's no longer replaces it (N1).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub number_is_ours: bool,
    /// The shop it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<ShopLink>,
    /// When the shopper placed it.
    pub placed_at: Timestamp,
    /// When it was taken in here.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The shopper's language, a BCP 47 tag.
    pub language: String,
    /// Its status.
    pub status: OrderStatus,
    /// Every change of status, oldest first.
    pub transitions: Vec<Transition>,
    /// Why it is on hold, while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<String>,
    /// What the fraud screening said.
    #[serde(default)]
    pub fraud_review: FraudReview,
    /// Presentment and base currency, and the rate between them.
    pub rate: ExchangeRate,
    /// The landed cost that it was quoted, where it was quoted one here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landed_cost: Option<LandedCostId>,
    /// What the shopper was charged for.
    pub amounts: Amounts,
    /// What was bought.
    pub items: Vec<Item>,
    /// Where it goes.
    pub ship_to: Address,
    /// Who pays.
    pub bill_to: Address,
    /// Where it was sold to go, once that was changed (N2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_ship_to: Option<Address>,
    /// Who was to pay, once that was changed (N2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original_bill_to: Option<Address>,
    /// What shipping was quoted on.
    pub estimated_weight: EstimatedWeight,
    /// What the program that brought it keeps with it.
    #[serde(default, skip_serializing_if = "Particulars::is_empty")]
    pub particulars: Particulars,
    /// Payments processed here; empty where someone else took the money.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub payments: Vec<Payment>,
    /// Refunds, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<Refund>,
    /// Refunds and a cancellation that were confirmed and have not been sent, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Waiting>,
    /// Refunds that were confirmed and never sent: a form that is sent again must not ask for them again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withdrawn: Vec<RefundId>,
    /// What the shop says it returned of a payment taken there, in presentment minor units.
    #[serde(default, skip_serializing_if = "is_zero_minor")]
    pub refunded_in_shop_minor: i64,
    /// The organization's fees when the order was taken in.
    pub fees: FeeTerms,
    /// When what is held on a card is taken by itself, as the organization had it when the order was taken in.
    #[serde(default, skip_serializing_if = "CaptureRule::is_by_hand")]
    pub capture: CaptureRule,
    /// The books: balanced entries, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub journal: Vec<Entry>,
    /// Shipments, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shipments: Vec<Shipment>,
    /// Fraud protection and guarantee.
    pub coverage: Coverage,
    /// How it was canceled, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancellation: Option<Cancellation>,
    /// Internal notes, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// Labels of the team's own making.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<String>,
    /// What a person has to look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attention: Vec<Attention>,
    /// E-mails to the shopper.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mails: Vec<Mail>,
    /// Whether the shop knows.
    pub sync: Sync,
}

fn is_zero_minor(number: &i64) -> bool {
    *number == 0
}

impl Order {
    /// What the shopper paid in; refunds are issued in it.
    pub fn currency(&self) -> Currency {
        self.rate.presentment
    }

    /// An amount of the order, with its currency.
    pub fn money(&self, minor: i64) -> Money {
        Money::new(minor, self.currency())
    }

    /// An amount of the order in both currencies, at the order's own rate (R6): presentment, then base.
    pub fn in_both(&self, minor: i64) -> (Money, Money) {
        (self.money(minor), self.rate.to_base(minor))
    }

    /// Whether its payment is processed here, so that money can be returned here (C2, R1).
    pub fn is_paid_here(&self) -> bool {
        !self.payments.is_empty()
    }

    /// Whether the shop's plugin sold it with the guarantee, which still holds (C5).
    pub fn is_guaranteed_by_plugin(&self) -> bool {
        use crate::coverage::Cover;
        let guarantee = self.coverage.guarantee.state;
        self.source == Source::DutyAndTax && matches!(guarantee, Cover::Covered | Cover::AtRisk)
    }

    /// The item of this id.
    pub fn item(&self, id: &ItemId) -> Option<&Item> {
        self.items.iter().find(|item| item.id == *id)
    }

    /// Every tracking number of shipments that are not voided.
    pub fn tracking_numbers(&self) -> impl Iterator<Item = &str> {
        self.shipments
            .iter()
            .filter(|shipment| !shipment.is_void())
            .flat_map(|shipment| shipment.tracking.iter())
            .map(|tracking| tracking.number.as_str())
    }
}
