//! Exchange: an order keeps the one rate it was sold at, and both currencies are shown at that rate (R6).

use jiff::Timestamp;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::money::{Currency, MAX_MINOR, Money};

/// How much of the base currency one unit of the presentment currency was worth when the order was placed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeRate {
    /// What the shopper paid in.
    pub presentment: Currency,
    /// What the organization is billed in.
    pub base: Currency,
    /// Base units for one presentment unit; greater than zero.
    pub rate: Decimal,
    /// Who said so: a bank, the shop, the quote.
    pub source: String,
    /// When it held.
    pub at: Timestamp,
}

impl ExchangeRate {
    /// The rate of a currency to itself.
    pub fn identity(currency: Currency, at: Timestamp) -> Self {
        Self {
            presentment: currency,
            base: currency,
            rate: Decimal::ONE,
            source: "same currency".to_owned(),
            at,
        }
    }

    /// A presentment amount in base currency, to the nearest minor unit, half away from zero.
    pub fn to_base(&self, presentment_minor: i64) -> Money {
        if self.presentment == self.base {
            return Money::new(presentment_minor, self.base);
        }
        let exact =
            Decimal::new(presentment_minor, self.presentment.exponent()).checked_mul(self.rate);
        Money::new(minor_units(exact, self.base, presentment_minor), self.base)
    }

    /// A base amount in presentment currency, to the nearest minor unit, half away from zero.
    ///
    /// Not the exact inverse of [`to_base`](Self::to_base): two currencies do not have the same grain. Where a base
    /// amount stands for all that is left, use [`settle_base`](Self::settle_base).
    pub fn to_presentment(&self, base_minor: i64) -> Money {
        if self.presentment == self.base {
            return Money::new(base_minor, self.presentment);
        }
        let exact = Decimal::new(base_minor, self.base.exponent()).checked_div(self.rate);
        Money::new(
            minor_units(exact, self.presentment, base_minor),
            self.presentment,
        )
    }

    /// What a person means who types `base_minor` while `left_minor` presentment units are left (R6).
    ///
    /// All of what is left, shown in base currency, is exactly all of what is left; and what fits in base fits in
    /// presentment too, so that rounding never refuses an amount the form offered.
    pub fn settle_base(&self, base_minor: i64, left_minor: i64) -> i64 {
        let left_base = self.to_base(left_minor).minor;
        if base_minor == left_base {
            return left_minor;
        }
        let presentment = self.to_presentment(base_minor).minor;
        if base_minor < left_base {
            presentment.min(left_minor)
        } else {
            presentment.max(left_minor.saturating_add(1))
        }
    }
}

/// Rounds an exact amount of major units to minor ones; beyond every bound it becomes one past [`MAX_MINOR`] with the
/// sign of what was `given`: no ceiling admits it, and a debt never turns into a sum.
fn minor_units(exact: Option<Decimal>, currency: Currency, given: i64) -> i64 {
    exact
        .and_then(|major| major.checked_mul(Decimal::from(10_u64.pow(currency.exponent()))))
        .map(|minor| minor.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero))
        .and_then(|minor| i64::try_from(minor).ok())
        .filter(|minor| (-MAX_MINOR..=MAX_MINOR).contains(minor))
        .unwrap_or((MAX_MINOR + 1) * given.signum())
}
