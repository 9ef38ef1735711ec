//! The scalars of the interface. A decimal is exact: it is kept as the text that was written, never as a float, and
//! leaves as a number of JSON with the decimals of its currency.

use async_graphql::{
    InputType, InputValueError, InputValueResult, Scalar, ScalarType, Value, to_value,
};
use domain::money::{Currency, Money, decimal_text};
use domain::refusal::{Problem, Refusal};
use jiff::Timestamp;
use serde_json::value::RawValue;

/// How many digits every reader of JSON keeps exactly; whoever writes more writes them as a text.
const EXACT_DIGITS: usize = 15;

/// An exact decimal number. It is answered as a number with as many decimals as its currency has. As an argument it is
/// a number of at most 15 digits or, for any number of digits, a text such as "12.50".
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal(String);

impl Decimal {
    /// This many minor units of a currency.
    pub fn of(minor: i64, currency: Currency) -> Self {
        Self(decimal_text(minor, currency))
    }

    /// A whole number.
    pub fn whole(number: impl Into<i64>) -> Self {
        Self(number.into().to_string())
    }

    /// A rate.
    pub fn exact(number: rust_decimal::Decimal) -> Self {
        Self(number.to_string())
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// The amount that it is in a currency.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming the field: too many decimals, too large.
    pub fn money(&self, currency: Currency, field: &str) -> Result<Money, Refusal> {
        Money::parse(&self.0, currency)
            .map_err(|error| Refusal::invalid(field, Problem::Amount(error)))
    }
}

/// A plain decimal: an optional sign, digits, and a point with digits behind it.
fn is_plain(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    is_digits(whole) && is_digits(fraction)
}

#[Scalar(name = "Decimal")]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        let text = match &value {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => {
                let text = number.to_string();
                let digits = text.bytes().filter(u8::is_ascii_digit).count();
                let is_exact = number.is_i64() || number.is_u64() || digits <= EXACT_DIGITS;
                if !is_exact {
                    return Err(InputValueError::custom(
                        "has more digits than a number of JSON keeps; write it as a text, such as \"12.50\"",
                    ));
                }
                text
            }
            _ => return Err(InputValueError::expected_type(value)),
        };
        if is_plain(&text) {
            return Ok(Self(text));
        }
        Err(InputValueError::custom(
            "is no plain decimal; write digits with a point, such as 12.50",
        ))
    }

    fn to_value(&self) -> Value {
        let raw = RawValue::from_string(self.0.clone());
        let value = raw.map(|raw| to_value(raw).unwrap_or_default());
        value.expect("a plain decimal is a number of JSON")
    }
}

/// A time as RFC 3339 has it, such as 2026-11-20T16:00:00Z; answered in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DateTime(pub Timestamp);

#[Scalar(
    name = "DateTime",
    specified_by_url = "https://www.rfc-editor.org/rfc/rfc3339"
)]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else {
            return Err(InputValueError::expected_type(value));
        };
        text.parse()
            .map(Self)
            .map_err(|_| InputValueError::custom("is no time; write it as in 2026-11-20T16:00:00Z"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// The text of a code that clients write as a name or as a text.
fn code<T: InputType>(value: Value) -> Result<String, InputValueError<T>> {
    match value {
        Value::String(text) => Ok(text),
        Value::Enum(name) => Ok(name.to_string()),
        other => Err(InputValueError::custom(format!("{other} is no code"))),
    }
}

/// An ISO 3166-1 alpha-2 code, such as FR; written as a name or as a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CountryCode(pub String);

#[Scalar(name = "CountryCode")]
impl ScalarType for CountryCode {
    fn parse(value: Value) -> InputValueResult<Self> {
        let code = code(value)?.to_ascii_uppercase();
        match domain::address::check_country(&code, "countryCode") {
            Ok(()) if !code.is_empty() => Ok(Self(code)),
            _ => Err(InputValueError::custom(
                "is no ISO 3166-1 country code; use two letters such as FR",
            )),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl CountryCode {
    /// A code that is kept; none where nothing is.
    pub fn kept(code: &str) -> Option<Self> {
        (!code.is_empty()).then(|| Self(code.to_owned()))
    }
}

/// An ISO 4217 code, such as EUR; written as a name or as a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CurrencyCode(pub Currency);

#[Scalar(name = "CurrencyCode")]
impl ScalarType for CurrencyCode {
    fn parse(value: Value) -> InputValueResult<Self> {
        let currency = Currency::parse(&code(value)?);
        currency.map(Self).map_err(InputValueError::custom)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.code().to_owned())
    }
}

/// A text that is kept; none where it is empty.
pub(crate) fn kept(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
