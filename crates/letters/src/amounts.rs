//! Amounts as the reader's locale writes them, exact to the currency's minor unit.

use domain::money::{Money, decimal_text};
use icu_decimal::DecimalFormatter;
use icu_decimal::input::Decimal;
use icu_locale_core::Locale;

use crate::Language;

/// `1,234.50 EUR`; the code says which of many dollars it is. `tag` is the reader's own, so that a Swiss reads
/// amounts as the Swiss write them.
pub(crate) fn money(tag: &str, money: Money) -> String {
    let plain = decimal_text(money.minor, money.currency);
    let written = plain
        .parse::<Decimal>()
        .ok()
        .and_then(|decimal| Some(formatter(tag)?.format(&decimal).to_string()))
        .unwrap_or(plain);
    // A space that does not break, so that an amount stays on one line.
    format!("{written}\u{a0}{}", money.currency)
}

/// The locale's own where its language is one that we write; else that of the language we write instead.
fn formatter(tag: &str) -> Option<DecimalFormatter> {
    let language = Language::of(tag).tag();
    let own = tag.parse::<Locale>().ok();
    let locale = own
        .filter(|own| own.id.language.as_str() == language)
        .or_else(|| language.parse().ok())?;
    DecimalFormatter::try_new((&locale).into(), Default::default()).ok()
}
