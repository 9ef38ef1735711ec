//! What people type, as the rules want it.

use domain::money::{AmountError, Currency, Money};

/// An amount as people write it: a comma or a point before the decimals, spaces between thousands. Nothing is nothing.
///
/// # Errors
/// It is no amount, or has more decimals than the currency.
pub(crate) fn amount(text: &str, currency: Currency) -> Result<i64, AmountError> {
    let plain: String = text
        .trim()
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '\u{202f}' && *letter != '\'')
        .collect();
    if plain.is_empty() {
        return Ok(0);
    }
    // Of a comma and a point the last one stands before the decimals.
    let plain = match (plain.rfind(','), plain.rfind('.')) {
        (Some(comma), Some(point)) if comma > point => plain.replace('.', "").replace(',', "."),
        (Some(_), Some(_)) => plain.replace(',', ""),
        (Some(_), None) => plain.replace(',', "."),
        _ => plain,
    };
    Money::parse(&plain, currency).map(|money| money.minor)
}
