//! What a customs officer would stumble over, found before the label is bought: a linter of what is to be declared.
//!
//! [`findings`] reads one [`Consignment`] and looks nothing up; [`consignment`] makes one of an order. The tables are
//! facts of a day ([`STATED_ON`]) from public knowledge, not advice: what they do not know, they do not question.
//! `docs/customs.md` says what is checked, from which sources, and what is not.

mod amounts;
pub mod consignment;
mod descriptions;
mod finding;
mod hs;
pub mod overrides;
mod recipient;
mod registrations;
mod service;
pub mod tax_ids;
mod vague;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, date};

use crate::address::Address;
use crate::ids::ItemId;
use crate::money::{Currency, Money};
use crate::rate::ExchangeRate;
use crate::tariff::{EU, covers};

pub use finding::{Code, Datum, Field, Finding, Severity};
pub use registrations::currencies;
pub use service::{Hazard, Service};

use overrides::Override;
use tax_ids::TaxIds;

/// The day that the tables tell of.
pub const STATED_ON: Date = date(2026, 11, 25);

/// One parcel as customs is to be told of it. Amounts are minor units of its currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consignment {
    /// The country it is sent from, ISO 3166-1 alpha-2.
    pub from: String,
    /// Who gets it, and where.
    pub to: Address,
    /// What is in it.
    pub lines: Vec<Line>,
    /// What the values are declared in.
    pub currency: Currency,
    /// What the shopper paid in.
    pub paid_in: Currency,
    /// What the papers say the goods are worth in all; the sum of the lines where they say nothing else.
    pub declared_minor: Option<i64>,
    /// On the scales, box and all, in grams; 0 where unknown.
    pub weight_g: u32,
    /// Whether it is sold on by who gets it.
    pub is_for_resale: bool,
    /// What the carrier's service does; none while none is chosen.
    pub service: Option<Service>,
    /// What the shopper was charged for.
    pub collected: Collected,
    /// Whether the landed cost was guaranteed, and may still be.
    pub is_guaranteed: bool,
    /// The seller's name, which is no description.
    pub seller: String,
    /// The seller's registrations.
    pub tax_ids: TaxIds,
    /// From the declared currency to those of [`currencies`], as far as they are known.
    pub rates: Vec<ExchangeRate>,
    /// What someone answers for.
    pub overrides: Vec<Override>,
}

/// What was collected for customs with the sale, in minor units of the currency paid in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "each name says it")]
pub struct Collected {
    pub duties_minor: i64,
    pub taxes_minor: i64,
}

/// One kind of goods in a consignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The order's item.
    pub item: ItemId,
    /// The shop's stock-keeping unit.
    pub sku: String,
    /// What customs reads.
    pub description: String,
    /// Harmonized System code; points and spaces do not matter.
    pub hs_code: String,
    /// Where it was made, ISO 3166-1 alpha-2.
    pub origin: String,
    /// How many are in the parcel.
    pub quantity: u32,
    /// Declared value of one.
    pub unit_price_minor: i64,
    /// What one was sold for, where nothing was taken off the goods; customs wants the price paid.
    pub paid_minor: Option<i64>,
    /// Weight of one, in grams; 0 where unknown.
    pub weight_g: u32,
    /// What it holds besides what its HS code says.
    pub hazards: BTreeSet<Hazard>,
}

impl Consignment {
    /// Whether it crosses no customs border. Territories with customs of their own within a country are not known.
    pub fn is_inland(&self) -> bool {
        let (from, to) = (self.from.as_str(), self.to.country.as_str());
        from == to || (covers(EU, from) && covers(EU, to))
    }

    /// The declared value of the goods; beyond what an amount can be, the largest.
    fn goods_minor(&self) -> i64 {
        let lines = self.lines.iter().map(Line::value_minor);
        i64::try_from(lines.sum::<i128>()).unwrap_or(i64::MAX)
    }

    /// An amount of the declared currency in another one; none where no rate is known.
    fn in_currency(&self, minor: i64, wanted: Currency) -> Option<i64> {
        if wanted == self.currency {
            return Some(minor);
        }
        let is_it = |rate: &&ExchangeRate| rate.presentment == self.currency && rate.base == wanted;
        Some(self.rates.iter().find(is_it)?.to_base(minor).minor)
    }

    /// Whether the goods are worth no more than a limit; none where no rate tells.
    fn is_up_to(&self, limit: Money) -> Option<bool> {
        let worth = self.in_currency(self.goods_minor(), limit.currency)?;
        Some(worth <= limit.minor)
    }

    fn declared(&self, minor: i64) -> Money {
        Money::new(minor, self.currency)
    }

    fn paid(&self, minor: i64) -> Money {
        Money::new(minor, self.paid_in)
    }
}

impl Line {
    /// Its declared value; wider than an amount, so that it is never a wrong number.
    fn value_minor(&self) -> i128 {
        i128::from(self.unit_price_minor) * i128::from(self.quantity)
    }

    fn weight_of_all_g(&self) -> u64 {
        u64::from(self.weight_g) * u64::from(self.quantity)
    }
}

/// A limit of a table: an amount of a currency that is certainly there.
fn limit(minor: i64, code: &str) -> Money {
    let currency = code.parse();
    Money::new(
        minor,
        currency.expect("the tables' currencies are ISO 4217 codes"),
    )
}

/// Everything that customs or the carrier would stumble over, what matters most first. The order of the lines does not
/// change it. Within one customs territory only the recipient and the service are looked at.
pub fn findings(consignment: &Consignment) -> Vec<Finding> {
    let mut found = Vec::new();
    recipient::check(consignment, &mut found);
    service::check_hazards(consignment, &mut found);
    if !consignment.is_inland() {
        for line in &consignment.lines {
            descriptions::check(consignment, line, &mut found);
            hs::check(consignment, line, &mut found);
            if line.origin.trim().is_empty() {
                let finding = Finding::new(Severity::Blocks, Code::OriginMissing, Field::Origin);
                found.push(finding.of(&line.item));
            }
        }
        amounts::check(consignment, &mut found);
        registrations::check(consignment, &mut found);
        service::check_duties(consignment, &mut found);
    }
    overrides::apply(&consignment.overrides, &mut found);
    found.sort();
    found.dedup();
    found
}

/// How many of each severity there are; what is overridden no longer blocks.
pub fn counted(findings: &[Finding]) -> BTreeMap<Severity, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings {
        let severity = match finding.overridden {
            Some(_) => Severity::Tells,
            None => finding.severity,
        };
        *counts.entry(severity).or_default() += 1;
    }
    counts
}
