//! The landed cost: what is due on a parcel at its destination, calculated before the sale and held until it expires.
//!
//! [`calculate::calculate`] makes the lines from what was asked and what a [`crate::tariff::find::Tariff`] says; each
//! line tells its formula, and what was missing or assumed is said instead of guessed. [`quote`] is what is kept of it
//! and turned into an order.

pub mod asked;
pub mod calculate;
mod check;
mod duties;
mod fees;
pub mod how;
pub mod quote;
mod taxes;
pub mod terms;
mod words;

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::cartons::{Carton, Size};
use crate::ids::ItemId;
use crate::money::{Currency, Money};
use crate::order::{Amounts, Item};
use crate::tariff::Limited;
use crate::tariff::find::Origin;
use how::How;

/// A country, and a state or province of it where that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// By its code, where it has one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub region: String,
}

/// What the goods are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndUse {
    /// Whoever buys them keeps them.
    #[default]
    NotForResale,
    /// They are sold on: no tax is collected with this sale.
    ForResale,
}

/// What a landed cost is asked for. Amounts are minor units of its currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// What the shopper pays in.
    pub currency: Currency,
    /// Where the parcel is sent from.
    pub origin: Place,
    /// Where it goes.
    pub destination: Place,
    /// What is in it, each with its HS code and country of origin as far as they are known.
    pub items: Vec<Item>,
    /// How large one of each is, as far as it is known.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sizes: BTreeMap<ItemId, Size>,
    /// Charged for shipping.
    #[serde(default)]
    pub shipping_minor: i64,
    /// Charged for insuring it.
    #[serde(default)]
    pub insurance_minor: i64,
    /// Taken off the goods, positive.
    #[serde(default)]
    pub discounts_minor: i64,
    /// What the goods are for.
    #[serde(default)]
    pub end_use: EndUse,
    /// Whether the landed cost is to be guaranteed.
    #[serde(default)]
    pub wants_guarantee: bool,
    /// How it is to be calculated, where that is not the usual way.
    #[serde(default, skip_serializing_if = "How::is_usual")]
    pub how: How,
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LineKind {
    /// The duty on an item.
    Duty,
    /// The tax on an item.
    Tax,
    /// The tax on shipping.
    ShippingTax,
    /// What clearing the parcel costs.
    Brokerage,
    /// What paying duties and taxes ahead costs.
    Advancement,
    /// What sending with duties paid costs.
    DdpService,
    /// The price of the guarantee.
    Guarantee,
    /// Another fee.
    OtherFee,
}

/// One amount, and how it came about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What it is about.
    pub kind: LineKind,
    /// The item, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// What it is called: Duty, VAT, the fee's name.
    pub name: String,
    /// What is due, in minor units.
    pub amount_minor: i64,
    /// Of the base; none where no rate is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_percent: Option<Decimal>,
    /// What the rate is of, in minor units.
    pub base_minor: i64,
    /// The same in words and numbers.
    pub formula: String,
    /// What was missing or assumed, and what its row adds; empty where there is nothing to say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Where its rate is from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Origin>,
}

/// On which side of a threshold the parcel is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeMinimis {
    /// What the threshold is of.
    pub of: Limited,
    /// Whether the parcel's value is above it.
    pub is_above: bool,
    /// What was compared, in the threshold's currency.
    pub value: Money,
    /// The highest value that is not above.
    pub limit: Money,
    /// The same in words and numbers.
    pub formula: String,
    /// What its row adds; empty where there is nothing to say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Where it is from.
    pub from: Origin,
}

/// What a landed cost came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calculation {
    /// Every amount with its formula: duties and taxes in the order of the items, then fees.
    pub lines: Vec<Line>,
    /// The thresholds that were looked at.
    pub de_minimis: Vec<DeMinimis>,
    /// The sums of the lines beside what was asked with; shipping is with its insurance.
    pub amounts: Amounts,
    /// What was assumed, and what the tables say of themselves.
    pub notes: Vec<String>,
    /// What was not known, so that the true amounts may be others; nothing is guaranteed then.
    pub missing: Vec<String>,
    /// Whether the landed cost is guaranteed.
    pub is_guaranteed: bool,
    /// How the goods are packed; empty where a size is not known or the organization has no boxes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cartons: Vec<Carton>,
}

impl LineKind {
    /// Which subtotal a line belongs to.
    fn subtotal(self, amounts: &mut Amounts) -> &mut i64 {
        match self {
            Self::Duty => &mut amounts.duties_minor,
            Self::Tax | Self::ShippingTax => &mut amounts.taxes_minor,
            Self::Brokerage
            | Self::Advancement
            | Self::DdpService
            | Self::Guarantee
            | Self::OtherFee => &mut amounts.fees_minor,
        }
    }
}
