//! How a landed cost is to be calculated: who pays at import, which of several rates is taken, what is left out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::ItemId;

/// What is said of a calculation besides what is in the parcel.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct How {
    /// Who pays at import.
    #[serde(skip_serializing_if = "Method::is_usual")]
    pub method: Method,
    /// Which rate is taken where several may hold.
    #[serde(skip_serializing_if = "RateChoice::is_usual")]
    pub rate_choice: RateChoice,
    /// What is left out of single items.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub levies: BTreeMap<ItemId, Levies>,
}

/// Who pays what is due at import.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// The shopper with the sale: it is collected and handed on.
    #[default]
    Ddp,
    /// The recipient when it arrives: nothing is collected with the sale, and nothing guaranteed.
    Dap,
}

/// Who is to pay, as it is asked for or set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paying {
    /// The shopper with the sale.
    #[default]
    Ddp,
    /// The recipient when it arrives.
    Dap,
    /// Both are calculated, and whoever sells chooses.
    Both,
    /// The shopper with the sale where all that may be due is known, else the recipient.
    DdpPreferred,
}

/// Which duty rate is taken where an HS code is too short for one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateChoice {
    /// The one of the code as it is.
    #[default]
    Exact,
    /// The lowest of those beneath the code.
    Minimum,
    /// The highest of those beneath the code.
    Maximum,
    /// The one in the middle of those beneath the code; of two, the higher.
    Median,
}

/// What counts for an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Levies {
    /// Everything.
    #[default]
    IncludeAll,
    /// Nothing.
    ExcludeAll,
    /// All but duty.
    ExcludeDuty,
    /// All but fees.
    ExcludeFee,
    /// All but tax.
    ExcludeTax,
    /// Tax alone.
    IncludeTax,
}

impl How {
    /// Whether nothing is said.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// What counts for an item.
    pub fn levies_of(&self, item: &ItemId) -> Levies {
        self.levies.get(item).copied().unwrap_or_default()
    }
}

impl Method {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl Paying {
    /// Whether it is what is set where nothing is.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl RateChoice {
    /// Whether it is what is set where nothing is.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// In words: `the lowest`.
    pub(super) fn told(self) -> &'static str {
        match self {
            Self::Exact => "the exact one",
            Self::Minimum => "the lowest",
            Self::Maximum => "the highest",
            Self::Median => "the one in the middle",
        }
    }
}

impl Levies {
    /// Whether duty is due on the item.
    pub fn has_duty(self) -> bool {
        matches!(self, Self::IncludeAll | Self::ExcludeFee | Self::ExcludeTax)
    }

    /// Whether tax is due on the item and its share of shipping.
    pub fn has_tax(self) -> bool {
        matches!(
            self,
            Self::IncludeAll | Self::ExcludeDuty | Self::ExcludeFee | Self::IncludeTax
        )
    }

    /// Whether fees are charged for the item.
    pub fn has_fee(self) -> bool {
        matches!(
            self,
            Self::IncludeAll | Self::ExcludeDuty | Self::ExcludeTax
        )
    }
}
