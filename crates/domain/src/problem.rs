//! What is wrong with one field of what came in, for [`crate::refusal::Refusal::Invalid`].

use serde::{Deserialize, Serialize};

use crate::money::{AmountError, Money};

/// What is wrong with one field of what came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum Problem {
    /// Required, and not there.
    #[error("is missing")]
    Missing,
    /// Longer than the bound.
    #[error("is longer than {max} characters; shorten it")]
    TooLong {
        /// The bound, in characters.
        max: usize,
    },
    /// More entries than the bound.
    #[error("has more than {max} entries; split it")]
    TooMany {
        /// The bound.
        max: usize,
    },
    /// Zero or less where there must be something.
    #[error("must be greater than zero")]
    NotPositive,
    /// Less than zero.
    #[error("must not be negative")]
    Negative,
    /// Not ISO 3166-1.
    #[error("\"{given}\" is not an ISO 3166-1 country code; use two letters such as FR")]
    UnknownCountry {
        /// What came.
        given: String,
    },
    /// Not an amount of the order's currency.
    #[error("{0}")]
    Amount(AmountError),
    /// Parts that do not add up.
    #[error("adds up to {sum}, not {expected}; correct the parts or the total")]
    DoesNotAddUp {
        /// What the parts make.
        sum: Money,
        /// What was said.
        expected: Money,
    },
    /// The same value twice where it may stand once.
    #[error("\"{given}\" is there twice; keep one")]
    Twice {
        /// The value.
        given: String,
    },
    /// Not of the form that is asked for.
    #[error("\"{given}\" is not {expected}")]
    Malformed {
        /// What came.
        given: String,
        /// The form, in plain words.
        expected: String,
    },
    /// Names something that is not there.
    #[error("\"{given}\" is not known here")]
    Unknown {
        /// What came.
        given: String,
    },
    /// Something that comes before was not told.
    #[error("is not told yet; add {step} before")]
    NotYet {
        /// What tells it, in plain words.
        step: String,
    },
}
