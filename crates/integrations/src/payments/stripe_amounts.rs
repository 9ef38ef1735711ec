//! Amounts as Stripe writes them: mostly the currency's minor unit, with exceptions of its own, exact or not at all.

use domain::money::{Currency, Money};

/// Currencies that Stripe counts in whole units.
const WHOLE: [&str; 15] = [
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
    "XOF", "XPF",
];

/// Currencies that Stripe counts in thousandths, the last of which has to be a zero.
const THOUSANDTHS: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];

/// Currencies without a coin below the unit that Stripe nevertheless counts in hundredths, always whole ones.
const WHOLE_IN_HUNDREDTHS: [&str; 2] = ["ISK", "UGX"];

/// How many decimals an amount of Stripe's has, and the number that it has to be a multiple of.
fn notation(currency: Currency) -> Option<(u32, i64)> {
    let code = currency.code();
    if WHOLE.contains(&code) {
        Some((0, 1))
    } else if THOUSANDTHS.contains(&code) {
        Some((3, 10))
    } else if WHOLE_IN_HUNDREDTHS.contains(&code) {
        Some((2, 100))
    } else if currency.exponent() <= 2 {
        // HUF and TWD are charged and refunded to the hundredth: only payouts of them are whole.
        Some((2, 1))
    } else {
        None
    }
}

/// What Stripe is asked for.
///
/// # Errors
/// Stripe does not take the currency, or cannot express the amount.
pub fn to_stripe(money: Money) -> Result<i64, String> {
    let currency = money.currency;
    let (decimals, step) =
        notation(currency).ok_or_else(|| format!("Stripe does not take {currency}"))?;
    let inexpressible = || {
        let smallest = Money::new(smallest_minor(currency), currency);
        format!("Stripe cannot express {money}: it takes multiples of {smallest}")
    };
    let amount = rescale(money.minor, currency.exponent(), decimals).ok_or_else(inexpressible)?;
    match amount % step {
        0 => Ok(amount),
        _ => Err(inexpressible()),
    }
}

/// What Stripe says, in the currency's minor unit.
///
/// # Errors
/// The currency is unknown, or the amount is finer than its minor unit.
pub fn from_stripe(amount: i64, code: &str) -> Result<Money, String> {
    let currency = Currency::parse(code).map_err(|error| error.to_string())?;
    let (decimals, _) =
        notation(currency).ok_or_else(|| format!("Stripe does not take {currency}"))?;
    let minor = rescale(amount, decimals, currency.exponent())
        .ok_or_else(|| format!("{amount} of {currency} is finer than its smallest coin"))?;
    Ok(Money::new(minor, currency))
}

/// The currency that Stripe calls this.
///
/// # Errors
/// There is none, or Stripe does not take it.
pub fn currency(code: &str) -> Result<Currency, String> {
    from_stripe(0, code).map(|nothing| nothing.currency)
}

/// The smallest amount that both sides can write, in minor units.
fn smallest_minor(currency: Currency) -> i64 {
    let (decimals, step) = notation(currency).unwrap_or((currency.exponent(), 1));
    let finer = 10_i64.pow(currency.exponent().saturating_sub(decimals));
    let coarser = 10_i64.pow(decimals.saturating_sub(currency.exponent()));
    (step / coarser).max(1) * finer
}

/// The same amount with another number of decimals; nothing where it would have to be rounded or does not fit.
fn rescale(amount: i64, from: u32, to: u32) -> Option<i64> {
    if to >= from {
        return amount.checked_mul(10_i64.pow(to - from));
    }
    let step = 10_i64.pow(from - to);
    (amount % step == 0).then_some(amount / step)
}
