//! Money: exact integers of a currency's minor unit, never without their currency.
//!
//! Nothing here rounds unless its name says so. Exchange lives in [`crate::rate`], the books in [`crate::journal`].

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The largest amount the desk takes in, in minor units.
///
/// A thousand of these still fit an `i64`, so sums over one order cannot overflow.
pub const MAX_MINOR: i64 = 1_000_000_000_000_000;

/// An ISO 4217 currency that has a minor unit (metals, funds of account and test codes have none).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// US dollars, the base currency unless an organization says otherwise.
    pub const USD: Self = Self(iso_currency::Currency::USD);

    /// The currency of this ISO 4217 code, in any letter case.
    ///
    /// # Errors
    /// [`AmountError::UnknownCurrency`] when there is none, or when it has no minor unit.
    pub fn parse(code: &str) -> Result<Self, AmountError> {
        iso_currency::Currency::from_code(&code.trim().to_ascii_uppercase())
            .filter(|currency| currency.exponent().is_some())
            .map(Self)
            .ok_or_else(|| AmountError::UnknownCurrency(code.to_owned()))
    }

    /// The ISO 4217 code, such as `EUR`.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimals the minor unit stands for: 0 for JPY, 2 for USD, 3 for KWD.
    pub fn exponent(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }

    /// Every currency that can be used here.
    pub fn all() -> impl Iterator<Item = Self> {
        use iso_currency::IntoEnumIterator;
        iso_currency::Currency::iter()
            .filter(|currency| currency.exponent().is_some())
            .map(Self)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Currency {
    type Err = AmountError;

    fn from_str(code: &str) -> Result<Self, AmountError> {
        Self::parse(code)
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&code).map_err(serde::de::Error::custom)
    }
}

/// Why a text or a sum is not an amount.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(tag = "problem", content = "given", rename_all = "snake_case")]
pub enum AmountError {
    /// Not an ISO 4217 code with a minor unit.
    #[error("\"{0}\" is not an ISO 4217 currency code; use one such as EUR")]
    UnknownCurrency(String),
    /// Not a plain decimal number.
    #[error("\"{0}\" is not an amount; write digits with a point, such as 12.50")]
    NotANumber(String),
    /// More decimals than the currency has.
    #[error("\"{given}\" has too many decimals; {currency} has {exponent}")]
    TooManyDecimals {
        /// What was written.
        given: String,
        /// In which currency.
        currency: Currency,
        /// How many decimals it has.
        exponent: u32,
    },
    /// Beyond [`MAX_MINOR`].
    #[error("the amount is larger than the desk can keep")]
    TooLarge,
    /// Two currencies met in one sum.
    #[error("{expected} was expected, {given} was given")]
    WrongCurrency {
        /// The currency of the order.
        expected: Currency,
        /// The currency that came.
        given: Currency,
    },
}

/// An exact amount with its currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Units of the currency's smallest coin: cents for USD, yen for JPY, fils for KWD.
    pub minor: i64,
    /// What the units are of.
    pub currency: Currency,
}

impl Money {
    /// `minor` units of `currency`.
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads a plain decimal such as `12.50` or `-3`, exactly.
    ///
    /// # Errors
    /// [`AmountError`] for anything else: grouping, exponents, too many decimals, more than [`MAX_MINOR`].
    /// Trailing zeros beyond the exponent are no decimals: `5.00` is five yen.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, AmountError> {
        let not_a_number = || AmountError::NotANumber(text.to_owned());
        let trimmed = text.trim();
        let (negative, digits) = match trimmed.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, trimmed),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_digits(whole) || !is_digits(fraction) || digits.ends_with('.') {
            return Err(not_a_number());
        }
        let exponent = currency.exponent();
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > exponent as usize {
            return Err(AmountError::TooManyDecimals {
                given: trimmed.to_owned(),
                currency,
                exponent,
            });
        }
        let padded = format!("{whole}{fraction:0<width$}", width = exponent as usize);
        let significant = padded.trim_start_matches('0');
        let minor: i64 = match significant {
            "" => 0,
            digits => digits.parse().map_err(|_| AmountError::TooLarge)?,
        };
        if minor > MAX_MINOR {
            return Err(AmountError::TooLarge);
        }
        Ok(Self::new(if negative { -minor } else { minor }, currency))
    }

    /// The sum, of one currency.
    ///
    /// # Errors
    /// [`AmountError::WrongCurrency`] or [`AmountError::TooLarge`]; never a wrong number.
    pub fn plus(self, other: Self) -> Result<Self, AmountError> {
        if self.currency != other.currency {
            return Err(AmountError::WrongCurrency {
                expected: self.currency,
                given: other.currency,
            });
        }
        let minor = self.minor.checked_add(other.minor);
        minor
            .map(|minor| Self::new(minor, self.currency))
            .ok_or(AmountError::TooLarge)
    }
}

/// Plain and exact, for logs, files and the API: `12.50 EUR`. Pages use the reader's locale instead.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}",
            decimal_text(self.minor, self.currency),
            self.currency
        )
    }
}

/// The exact decimal of `minor` units without the currency, as files and the API write it: `12.50`.
pub fn decimal_text(minor: i64, currency: Currency) -> String {
    let exponent = currency.exponent() as usize;
    let digits = format!("{:0>width$}", minor.unsigned_abs(), width = exponent + 1);
    let (whole, fraction) = digits.split_at(digits.len() - exponent);
    let sign = if minor < 0 { "-" } else { "" };
    let point = if exponent == 0 { "" } else { "." };
    format!("{sign}{whole}{point}{fraction}")
}

/// Splits `total` by `weights` so that the parts always add up to it: the largest remainders get the odd units.
///
/// Without any weight the first part takes all. Ties go to the earlier part. `total` may be negative.
pub fn allocate(total: i64, weights: &[i64]) -> Vec<i64> {
    if weights.is_empty() {
        return Vec::new();
    }
    let sum: i128 = weights
        .iter()
        .map(|weight| i128::from((*weight).max(0)))
        .sum();
    if sum == 0 {
        let mut parts = vec![0; weights.len()];
        parts[0] = total;
        return parts;
    }
    let magnitude = i128::from(total.unsigned_abs());
    let shares: Vec<(i128, i128)> = weights
        .iter()
        .map(|weight| magnitude * i128::from((*weight).max(0)))
        .map(|product| (product / sum, product % sum))
        .collect();
    let mut parts: Vec<i128> = shares.iter().map(|share| share.0).collect();
    let odd = magnitude - parts.iter().sum::<i128>();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|&index| std::cmp::Reverse(shares[index].1));
    let odd = usize::try_from(odd).expect("the odd units are fewer than the parts");
    for &index in order.iter().take(odd) {
        parts[index] += 1;
    }
    let sign = if total < 0 { -1 } else { 1 };
    parts
        .into_iter()
        .map(|part| i64::try_from(part * sign).expect("a part is at most the total"))
        .collect()
}

/// `whole × numerator ÷ denominator`, rounded half away from zero; 0 where the denominator is 0.
///
/// Saturates, so that an absurd share stays over every ceiling instead of ending the program.
pub fn prorate(whole: i64, numerator: i64, denominator: i64) -> i64 {
    if denominator == 0 {
        return 0;
    }
    let product = i128::from(whole) * i128::from(numerator);
    let denominator = i128::from(denominator);
    let (quotient, rest) = (product / denominator, product % denominator);
    let is_up = rest.abs() * 2 >= denominator.abs();
    let away = product.signum() * denominator.signum();
    let rounded = if is_up { quotient + away } else { quotient };
    let bound = if away < 0 { i64::MIN } else { i64::MAX };
    i64::try_from(rounded).unwrap_or(bound)
}
