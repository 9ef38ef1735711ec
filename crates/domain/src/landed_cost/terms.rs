//! What an organization has set about landed costs: its fees, the guarantee's price, where it collects taxes with the
//! sale, how long a quote holds, and its boxes.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::LineKind;
use super::how::{Paying, RateChoice};
use crate::cartons::{Packaging, check_packaging};
use crate::intake_check::check_amount;
use crate::money::Money;
use crate::refusal::{Problem, Refusal};
use crate::tariff;
use crate::text::required_text;

/// The longest time a quote holds, in days.
pub const MAX_VALID_DAYS: u32 = 365;

/// The most fees an organization has.
pub const MAX_FEES: usize = 20;

/// What is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Terms {
    /// How long a quote holds, in days.
    pub valid_days: u32,
    /// What is charged besides duties and taxes.
    pub fees: Vec<Fee>,
    /// What the guarantee costs; none where the organization gives none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub guarantee: Option<Fee>,
    /// Where it is registered to collect the tax with the sale: countries, or `EU`.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub registered_in: BTreeSet<String>,
    /// What its goods are packed in.
    pub packaging: Packaging,
    /// Who pays at import where nothing is said.
    #[serde(skip_serializing_if = "Paying::is_usual")]
    pub paying: Paying,
    /// Which rate is taken where several may hold and nothing is said.
    #[serde(skip_serializing_if = "RateChoice::is_usual")]
    pub rate_choice: RateChoice,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            valid_days: 90,
            fees: Vec::new(),
            guarantee: None,
            registered_in: BTreeSet::new(),
            packaging: Packaging::default(),
            paying: Paying::default(),
            rate_choice: RateChoice::default(),
        }
    }
}

/// A fee: a share of something, a fixed amount, or both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fee {
    /// What the shopper reads.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub kind: FeeKind,
    /// A share of what `of` names.
    #[serde(default)]
    pub rate_percent: Decimal,
    /// What it is a share of.
    #[serde(default)]
    pub of: FeeBase,
    /// Charged besides the share, in whatever currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixed: Option<Money>,
    /// The one destination it is charged for, a country or `EU`; empty for all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub destination: String,
}

/// What a fee is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "as the lines of the same names")]
pub enum FeeKind {
    Brokerage,
    Advancement,
    DdpService,
    #[default]
    Other,
}

impl FeeKind {
    pub(super) fn line(self) -> LineKind {
        match self {
            Self::Brokerage => LineKind::Brokerage,
            Self::Advancement => LineKind::Advancement,
            Self::DdpService => LineKind::DdpService,
            Self::Other => LineKind::OtherFee,
        }
    }
}

/// What a fee is a share of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeeBase {
    /// Of what is due; not charged where nothing is.
    #[default]
    DutiesAndTaxes,
    /// Of the goods, after discounts.
    Goods,
    /// Of the goods, shipping, insurance, duties and taxes.
    Everything,
}

impl Terms {
    /// The same terms with their codes in capitals, where they can be kept.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming the field.
    pub fn checked(mut self) -> Result<Self, Refusal> {
        if self.valid_days == 0 || self.valid_days > MAX_VALID_DAYS {
            let (given, expected) = (
                self.valid_days.to_string(),
                format!("1 to {MAX_VALID_DAYS}"),
            );
            let problem = Problem::Malformed { given, expected };
            return Err(Refusal::invalid("valid_days", problem));
        }
        if self.fees.len() > MAX_FEES {
            let problem = Problem::TooMany { max: MAX_FEES };
            return Err(Refusal::invalid("fees", problem));
        }
        let fees = self.fees.into_iter().enumerate();
        self.fees = fees
            .map(|(index, fee)| checked_fee(fee, &format!("fees[{index}]")))
            .collect::<Result<_, _>>()?;
        self.guarantee = self
            .guarantee
            .map(|fee| checked_fee(fee, "guarantee"))
            .transpose()?;
        let places = self.registered_in.iter();
        self.registered_in = places
            .map(|code| tariff::place(code, "registered_in"))
            .collect::<Result<_, _>>()?;
        check_packaging(&self.packaging)?;
        Ok(self)
    }
}

fn checked_fee(mut fee: Fee, field: &str) -> Result<Fee, Refusal> {
    fee.name = required_text(&fee.name, &format!("{field}.name"), tariff::MAX_TEXT)?;
    fee.destination = tariff::place(&fee.destination, &format!("{field}.destination"))?;
    fee.rate_percent = tariff::checked_percent(fee.rate_percent, &format!("{field}.rate_percent"))?;
    if let Some(fixed) = fee.fixed {
        check_amount(fixed.minor, &format!("{field}.fixed"))?;
    }
    Ok(fee)
}
