//! Units that programs measure in, and the whole millimetres and grams that the desk reckons with. What is between two
//! of them is rounded up, as carriers do.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde::{Deserialize, Serialize};

use crate::cartons::MAX_SIDE_MM;
use crate::goods::Side;
use crate::refusal::{Problem, Refusal};

/// The heaviest thing, in grams.
pub const MAX_WEIGHT_G: u32 = 100_000_000;

/// A unit of length or of weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name says it")]
pub enum Unit {
    Millimeter,
    Centimeter,
    Decimeter,
    Meter,
    Inch,
    Foot,
    Yard,
    Gram,
    Kilogram,
    Ounce,
    Pound,
}

impl Unit {
    /// How many millimetres, or grams, one is: digits, and how many of them are decimals.
    fn factor(self) -> (Decimal, Dimension) {
        use Dimension::{Length, Weight};
        let (digits, decimals, dimension) = match self {
            Self::Millimeter => (1, 0, Length),
            Self::Centimeter => (10, 0, Length),
            Self::Decimeter => (100, 0, Length),
            Self::Meter => (1_000, 0, Length),
            Self::Inch => (254, 1, Length),
            Self::Foot => (3_048, 1, Length),
            Self::Yard => (9_144, 1, Length),
            Self::Gram => (1, 0, Weight),
            Self::Kilogram => (1_000, 0, Weight),
            Self::Ounce => (28_349_523_125, 9, Weight),
            Self::Pound => (45_359_237, 5, Weight),
        };
        (Decimal::new(digits, decimals), dimension)
    }

    /// So many of it in whole millimetres.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `field`: nothing, more than [`MAX_SIDE_MM`], or a unit of weight.
    pub fn mm(self, value: Decimal, field: &str) -> Result<u32, Refusal> {
        self.whole(value, Dimension::Length, field)
    }

    /// So many of it in whole grams.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `field`: nothing, more than [`MAX_WEIGHT_G`], or a unit of length.
    pub fn g(self, value: Decimal, field: &str) -> Result<u32, Refusal> {
        self.whole(value, Dimension::Weight, field)
    }

    fn whole(self, value: Decimal, wanted: Dimension, field: &str) -> Result<u32, Refusal> {
        let (factor, dimension) = self.factor();
        let malformed = |given: String, expected: String| {
            Refusal::invalid(field, Problem::Malformed { given, expected })
        };
        if dimension != wanted {
            let expected = format!("a unit of {}", wanted.name());
            return Err(malformed(format!("{self:?}"), expected));
        }
        if value <= Decimal::ZERO {
            return Err(Refusal::invalid(field, Problem::NotPositive));
        }
        let whole = value.checked_mul(factor).map(|exact| exact.ceil());
        let whole = whole.and_then(|whole| whole.to_u32());
        let most = wanted.most();
        whole.filter(|whole| *whole <= most).ok_or_else(|| {
            let expected = format!("at most {most} {}", wanted.unit());
            malformed(format!("{value} {self:?}"), expected)
        })
    }
}

/// What a unit measures.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dimension {
    Length,
    Weight,
}

impl Dimension {
    fn name(self) -> &'static str {
        match self {
            Self::Length => "length",
            Self::Weight => "weight",
        }
    }

    fn unit(self) -> &'static str {
        match self {
            Self::Length => "mm",
            Self::Weight => "g",
        }
    }

    fn most(self) -> u32 {
        match self {
            Self::Length => MAX_SIDE_MM,
            Self::Weight => MAX_WEIGHT_G,
        }
    }
}

/// One side or the weight of a carton, where it was told; 0 where it was not.
///
/// # Errors
/// [`Refusal::Invalid`] naming `field`.
pub fn told_measure(
    value: Option<Decimal>,
    unit: Option<Unit>,
    side: Side,
    field: &str,
) -> Result<u32, Refusal> {
    let Some(value) = value else {
        return Ok(0);
    };
    let unit = unit.ok_or_else(|| Refusal::invalid(&format!("{field}_unit"), Problem::Missing))?;
    match side {
        Side::Weight => unit.g(value, field),
        Side::Height | Side::Length | Side::Width => unit.mm(value, field),
    }
}
