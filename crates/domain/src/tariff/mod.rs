//! What is due where goods come in: duties, taxes, thresholds, and how a destination values goods.
//!
//! Rows are an organization's own, brought in with their source and date; [`standard`] has the little that the desk
//! knows by itself. [`find`] says which row holds. Nothing here calculates; that is [`crate::landed_cost`].

pub mod find;
pub mod standard;

use std::collections::BTreeSet;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::address::check_country;
use crate::money::Money;
use crate::refusal::{Problem, Refusal};
use crate::text::optional_text;

/// Stands for every member of the European Union, wherever a row names a country.
pub const EU: &str = "EU";

/// The members of the European Union, which is one place to customs.
pub const EU_MEMBERS: [&str; 27] = [
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "HU", "IE", "IT", "LV",
    "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE",
];

/// The most rows that one import has.
pub const MAX_ROWS: usize = 200_000;

/// The longest note, name or region of a row, in characters.
pub const MAX_TEXT: usize = 200;

/// The highest rate a row has, in percent.
pub const MAX_PERCENT: i64 = 1_000;

/// The most decimals of a rate in percent.
pub const MAX_PERCENT_DECIMALS: u32 = 6;

/// One row of a tariff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Where goods come in: a country, or [`EU`].
    pub destination: String,
    /// The first day it holds.
    pub valid_from: Date,
    /// What whoever reads an answer that rests on it should know.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// What it says.
    #[serde(flatten)]
    pub rule: Rule,
}

/// What a row says. The JSON is kept for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Rule {
    /// A duty on goods.
    Duty {
        /// What their HS code begins with; empty for all goods.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        hs_prefix: String,
        /// Where they were made: a country, or [`EU`]; empty for anywhere.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        origin: String,
        /// Of the customs value.
        rate_percent: Decimal,
    },
    /// A tax on what comes in.
    Tax {
        /// What it is called there, such as VAT or GST.
        name: String,
        /// The one state or province where it holds; empty for the whole destination.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        region: String,
        /// What the HS code of goods begins with; empty for all goods.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        hs_prefix: String,
        /// Of its base.
        rate_percent: Decimal,
        /// What is in its base besides the goods.
        on: BTreeSet<TaxedToo>,
    },
    /// A value up to which something is different.
    Threshold {
        /// What.
        of: Limited,
        /// Where the parcel is sent from: a country, or [`EU`]; empty for anywhere.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        origin: String,
        /// The highest value on this side of it.
        limit: Money,
        /// What is held against it.
        compared: Valuation,
    },
    /// How the destination counts.
    Destination {
        /// What a duty is reckoned on.
        value: Valuation,
        /// How a line is rounded.
        #[serde(default)]
        rounding: Rounding,
    },
}

/// What may be in the base of a tax besides the goods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name says it")]
pub enum TaxedToo {
    Shipping,
    Insurance,
    Duty,
}

/// What a threshold is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limited {
    /// No duty up to it.
    Duty,
    /// No tax is due at import up to it.
    Tax,
    /// Up to it the seller collects the tax with the sale, where registered for that.
    Sale,
}

/// What goods are valued at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Valuation {
    /// With shipping and insurance.
    #[default]
    Cif,
    /// The goods alone.
    Fob,
}

/// How a line is rounded to the currency's minor unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// To the nearest, a half upwards.
    #[default]
    HalfUp,
    /// What is less than a unit is not due.
    Down,
    /// What is less than a unit is a whole one.
    Up,
}

impl Rule {
    /// Its name in files.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Duty { .. } => "duty",
            Self::Tax { .. } => "tax",
            Self::Threshold { .. } => "threshold",
            Self::Destination { .. } => "destination",
        }
    }

    /// What an HS code must begin with; empty where it does not matter.
    pub fn hs_prefix(&self) -> &str {
        match self {
            Self::Duty { hs_prefix, .. } | Self::Tax { hs_prefix, .. } => hs_prefix,
            Self::Threshold { .. } | Self::Destination { .. } => "",
        }
    }
}

impl Row {
    /// What a row is about, without what it says of it: two rows of one tariff are never about the same.
    pub fn key(&self) -> String {
        let about = match &self.rule {
            Rule::Duty {
                hs_prefix, origin, ..
            } => format!("{hs_prefix} {origin}"),
            Rule::Tax {
                hs_prefix, region, ..
            } => format!("{hs_prefix} {region}"),
            Rule::Threshold { of, origin, .. } => format!("{of:?} {origin}"),
            Rule::Destination { .. } => String::new(),
        };
        let (kind, place, day) = (self.rule.kind(), &self.destination, self.valid_from);
        format!("{kind} {place} {day} {about}")
    }

    /// The row with its codes in capitals and its texts trimmed.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming the field as files do.
    pub fn checked(mut self) -> Result<Self, Refusal> {
        self.destination = place(&self.destination, "destination")?;
        if self.destination.is_empty() {
            return Err(Refusal::invalid("destination", Problem::Missing));
        }
        self.note = optional_text(&self.note, "note", MAX_TEXT)?;
        match &mut self.rule {
            Rule::Duty {
                hs_prefix,
                origin,
                rate_percent,
            } => {
                *hs_prefix = checked_prefix(hs_prefix)?;
                *origin = place(origin, "origin")?;
                *rate_percent = checked_percent(*rate_percent, "rate")?;
            }
            Rule::Tax {
                name,
                region,
                hs_prefix,
                rate_percent,
                ..
            } => {
                *name = crate::text::required_text(name, "name", MAX_TEXT)?;
                *region = optional_text(region, "region", MAX_TEXT)?.to_uppercase();
                *hs_prefix = checked_prefix(hs_prefix)?;
                *rate_percent = checked_percent(*rate_percent, "rate")?;
            }
            Rule::Threshold { origin, limit, .. } => {
                *origin = place(origin, "origin")?;
                crate::intake_check::check_amount(limit.minor, "limit")?;
            }
            Rule::Destination { .. } => {}
        }
        Ok(self)
    }
}

/// A country or [`EU`], in capitals; empty passes.
///
/// # Errors
/// [`Refusal::Invalid`] naming `field`.
pub fn place(code: &str, field: &str) -> Result<String, Refusal> {
    let code = code.trim().to_ascii_uppercase();
    if code != EU {
        check_country(&code, field)?;
    }
    Ok(code)
}

/// Whether a place of a row is where something is: itself, or the union that it is a member of.
pub fn covers(place: &str, country: &str) -> bool {
    place == country || (place == EU && EU_MEMBERS.contains(&country))
}

/// The digits that an HS code is written with, without points and spaces.
pub(crate) fn hs_digits(code: &str) -> String {
    code.chars()
        .filter(|letter| !matches!(letter, '.' | ' '))
        .collect()
}

fn checked_prefix(given: &str) -> Result<String, Refusal> {
    let digits = hs_digits(given);
    let is_prefix = digits.is_empty()
        || ((2..=12).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()));
    if is_prefix {
        return Ok(digits);
    }
    let problem = Problem::Malformed {
        given: given.to_owned(),
        expected: "the beginning of an HS code, 2 to 12 digits, or empty for all goods".to_owned(),
    };
    Err(Refusal::invalid("hs_prefix", problem))
}

/// A share in percent that the desk can reckon with exactly.
///
/// # Errors
/// [`Refusal::Invalid`] naming `field`.
pub(crate) fn checked_percent(rate_percent: Decimal, field: &str) -> Result<Decimal, Refusal> {
    let rate_percent = rate_percent.normalize();
    if rate_percent.is_sign_negative() && !rate_percent.is_zero() {
        return Err(Refusal::invalid(field, Problem::Negative));
    }
    if rate_percent > Decimal::from(MAX_PERCENT) || rate_percent.scale() > MAX_PERCENT_DECIMALS {
        let expected =
            format!("at most {MAX_PERCENT} percent, with {MAX_PERCENT_DECIMALS} decimals or fewer");
        let given = rate_percent.to_string();
        return Err(Refusal::invalid(
            field,
            Problem::Malformed { given, expected },
        ));
    }
    Ok(rate_percent)
}
