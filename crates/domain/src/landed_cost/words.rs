//! Formulas in words and numbers, and the arithmetic that they tell.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::money::{Currency, MAX_MINOR, Money};
use crate::tariff::Rounding;
use crate::tariff::find::{Entry, Origin};

/// What a rate is of, and what that is made of.
pub(super) struct Base {
    currency: Currency,
    parts: Vec<(&'static str, i64)>,
}

impl Base {
    /// Of parts in minor units; those that are nothing are not told.
    pub fn of(currency: Currency, parts: impl IntoIterator<Item = (&'static str, i64)>) -> Self {
        let parts = parts.into_iter().filter(|(_, minor)| *minor != 0).collect();
        Self { currency, parts }
    }

    /// The sum in minor units.
    pub fn minor(&self) -> i64 {
        self.parts.iter().map(|(_, minor)| minor).sum()
    }

    /// `45.00 EUR (goods 40.00 EUR + shipping 5.00 EUR)`, led by what the sum is called where that is said.
    pub fn told(&self, called: &str) -> String {
        let money = |minor| Money::new(minor, self.currency);
        let whole = money(self.minor());
        let called = match called {
            "" => String::new(),
            called => format!("{called}: "),
        };
        let parts: Vec<String> = match self.parts.as_slice() {
            [] => vec!["nothing".to_owned()],
            [(name, _)] => vec![(*name).to_owned()],
            several => several
                .iter()
                .map(|(name, minor)| format!("{name} {}", money(*minor)))
                .collect(),
        };
        format!("{whole} ({called}{})", parts.join(" + "))
    }
}

/// A share of an amount, rounded as the destination does. It is never negative, and beyond every bound it is one past
/// [`MAX_MINOR`], which no total admits.
pub(super) fn share(base_minor: i64, rate_percent: Decimal, rounding: Rounding) -> i64 {
    let strategy = match rounding {
        Rounding::HalfUp => RoundingStrategy::MidpointAwayFromZero,
        Rounding::Down => RoundingStrategy::ToZero,
        Rounding::Up => RoundingStrategy::AwayFromZero,
    };
    let exact = Decimal::from(base_minor.max(0)).checked_mul(rate_percent);
    exact
        .and_then(|percent| percent.checked_div(Decimal::ONE_HUNDRED))
        .map(|exact| exact.round_dp_with_strategy(0, strategy))
        .and_then(|minor| i64::try_from(minor).ok())
        .unwrap_or(MAX_MINOR + 1)
        .min(MAX_MINOR + 1)
}

/// `12 % of …`, and how it is rounded where that is not the usual way.
pub(super) fn formula(rate_percent: Decimal, base: &str, rounding: Rounding) -> String {
    let rounded = match rounding {
        Rounding::HalfUp => "",
        Rounding::Down => ", rounded down",
        Rounding::Up => ", rounded up",
    };
    format!("{} % of {base}{rounded}", rate_percent.normalize())
}

/// Notes as one text.
pub(super) fn joined(notes: impl IntoIterator<Item = String>) -> String {
    let notes: Vec<String> = notes.into_iter().filter(|note| !note.is_empty()).collect();
    notes.join("; ")
}

/// What a row adds to an answer: its note.
pub(super) fn note(entry: &Entry) -> String {
    entry.row.note.clone()
}

/// What an answer says of a table that it rests on.
pub(super) fn told_source(from: &Origin) -> String {
    match from.version {
        0 => format!(
            "{} of {}, written down from public knowledge: standard rates only, to be checked before use",
            from.source, from.stated_on
        ),
        version => format!("{} of {} (version {version})", from.source, from.stated_on),
    }
}
