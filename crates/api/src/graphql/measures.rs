//! Lengths and weights in the units that clients write, as the whole millimetres and grams that the desk keeps.

use domain::refusal::{Problem, Refusal};
use rust_decimal::{Decimal as Exact, RoundingStrategy};

use super::enums::{DimensionalUnitCode, WeightUnitCode};
use super::scalars::Decimal;

/// A length in millimetres; 0 where none is told.
///
/// # Errors
/// [`Refusal::Invalid`] naming `field`: below zero, or beyond what anything measures.
pub(crate) fn length_mm(
    length: Option<&Decimal>,
    unit: DimensionalUnitCode,
    field: &str,
) -> Result<u32, Refusal> {
    use DimensionalUnitCode as U;
    // Exactly: an inch is 25.4 mm by definition.
    let of_one = match unit {
        U::Millimeter => Exact::ONE,
        U::Centimeter => Exact::TEN,
        U::Decimeter => Exact::ONE_HUNDRED,
        U::Meter => Exact::ONE_THOUSAND,
        U::Inch => Exact::new(254, 1),
        U::Foot => Exact::new(3_048, 1),
        U::Yard => Exact::new(9_144, 1),
    };
    whole(length, of_one, field)
}

/// A weight in grams; 0 where none is told.
///
/// # Errors
/// As for [`length_mm`].
pub(crate) fn weight_g(
    weight: Option<&Decimal>,
    unit: WeightUnitCode,
    field: &str,
) -> Result<u32, Refusal> {
    use WeightUnitCode as U;
    let of_one = match unit {
        U::Gram => Exact::ONE,
        U::Kilogram => Exact::ONE_THOUSAND,
        U::Ounce => Exact::new(28_349_523_125, 9),
        U::Pound => Exact::new(45_359_237, 5),
    };
    whole(weight, of_one, field)
}

/// Rounded to the nearest whole, halves up; what is anything at all is at least one.
fn whole(number: Option<&Decimal>, of_one: Exact, field: &str) -> Result<u32, Refusal> {
    let Some(number) = number else {
        return Ok(0);
    };
    let too_large = || {
        let given = number.text().to_owned();
        let expected = "a size or weight that a parcel has".to_owned();
        Refusal::invalid(field, Problem::Malformed { given, expected })
    };
    let exact: Exact = number.text().parse().map_err(|_| too_large())?;
    if exact.is_sign_negative() && !exact.is_zero() {
        return Err(Refusal::invalid(field, Problem::Negative));
    }
    let product = exact.checked_mul(of_one).ok_or_else(too_large)?;
    let rounded = product.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    let whole = u32::try_from(rounded).map_err(|_| too_large())?;
    Ok(whole.max(u32::from(!exact.is_zero())))
}
