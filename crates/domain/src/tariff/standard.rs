//! What the desk knows by itself: standard rates of VAT and GST, the best known thresholds, and how some destinations
//! value goods. Written down from public knowledge, for one day; to be checked before use. No duty rate is among it:
//! those are the merchant's to bring. An organization's own row always goes before one of these.

use std::sync::LazyLock;

use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use super::find::{Entry, Origin};
use super::{EU, Limited, Rounding, Row, Rule, TaxedToo, Valuation};
use crate::money::{Currency, Money};

/// What the table is called where an answer names it.
pub const SOURCE: &str = "Bordereau's standard rates";

/// The day the table tells of; it holds from then on.
pub const STATED_ON: Date = date(2026, 1, 1);

/// Destination, what the tax is called, and its standard rate in basis points, on goods, shipping, insurance and duty.
const TAXES: [(&str, &str, u32); 56] = [
    ("AT", "VAT", 2_000),
    ("BE", "VAT", 2_100),
    ("BG", "VAT", 2_000),
    ("HR", "VAT", 2_500),
    ("CY", "VAT", 1_900),
    ("CZ", "VAT", 2_100),
    ("DK", "VAT", 2_500),
    ("EE", "VAT", 2_400),
    ("FI", "VAT", 2_550),
    ("FR", "VAT", 2_000),
    ("DE", "VAT", 1_900),
    ("GR", "VAT", 2_400),
    ("HU", "VAT", 2_700),
    ("IE", "VAT", 2_300),
    ("IT", "VAT", 2_200),
    ("LV", "VAT", 2_100),
    ("LT", "VAT", 2_100),
    ("LU", "VAT", 1_700),
    ("MT", "VAT", 1_800),
    ("NL", "VAT", 2_100),
    ("PL", "VAT", 2_300),
    ("PT", "VAT", 2_300),
    ("RO", "VAT", 2_100),
    ("SK", "VAT", 2_300),
    ("SI", "VAT", 2_200),
    ("ES", "VAT", 2_100),
    ("SE", "VAT", 2_500),
    ("GB", "VAT", 2_000),
    ("CH", "VAT", 810),
    ("LI", "VAT", 810),
    ("NO", "VAT", 2_500),
    ("IS", "VAT", 2_400),
    ("UA", "VAT", 2_000),
    ("RS", "VAT", 2_000),
    ("TR", "VAT", 2_000),
    ("IL", "VAT", 1_800),
    ("AE", "VAT", 500),
    ("SA", "VAT", 1_500),
    ("BH", "VAT", 1_000),
    ("OM", "VAT", 500),
    ("ZA", "VAT", 1_500),
    ("EG", "VAT", 1_400),
    ("KE", "VAT", 1_600),
    ("MA", "VAT", 2_000),
    ("MX", "VAT", 1_600),
    ("CL", "VAT", 1_900),
    ("CO", "VAT", 1_900),
    ("AR", "VAT", 2_100),
    ("UY", "VAT", 2_200),
    ("CN", "VAT", 1_300),
    ("KR", "VAT", 1_000),
    ("PH", "VAT", 1_200),
    ("JP", "Consumption tax", 1_000),
    ("SG", "GST", 900),
    ("AU", "GST", 1_000),
    ("NZ", "GST", 1_500),
];

/// Destination, where it is sent from, what it is of, the highest value in whole units, its currency, what is compared.
const THRESHOLDS: [(&str, &str, Limited, i64, &str, Valuation); 20] = [
    (EU, "", Limited::Duty, 150, "EUR", Valuation::Fob),
    (EU, "", Limited::Sale, 150, "EUR", Valuation::Fob),
    ("GB", "", Limited::Duty, 135, "GBP", Valuation::Fob),
    ("GB", "", Limited::Sale, 135, "GBP", Valuation::Fob),
    ("AU", "", Limited::Duty, 1_000, "AUD", Valuation::Fob),
    ("AU", "", Limited::Tax, 1_000, "AUD", Valuation::Fob),
    ("AU", "", Limited::Sale, 1_000, "AUD", Valuation::Fob),
    ("NZ", "", Limited::Duty, 1_000, "NZD", Valuation::Fob),
    ("NZ", "", Limited::Tax, 1_000, "NZD", Valuation::Fob),
    ("NZ", "", Limited::Sale, 1_000, "NZD", Valuation::Fob),
    ("SG", "", Limited::Tax, 400, "SGD", Valuation::Cif),
    ("SG", "", Limited::Sale, 400, "SGD", Valuation::Cif),
    ("JP", "", Limited::Duty, 10_000, "JPY", Valuation::Cif),
    ("JP", "", Limited::Tax, 10_000, "JPY", Valuation::Cif),
    ("CA", "", Limited::Duty, 20, "CAD", Valuation::Fob),
    ("CA", "", Limited::Tax, 20, "CAD", Valuation::Fob),
    ("CA", "US", Limited::Duty, 150, "CAD", Valuation::Fob),
    ("CA", "US", Limited::Tax, 40, "CAD", Valuation::Fob),
    ("CA", "MX", Limited::Duty, 150, "CAD", Valuation::Fob),
    ("CA", "MX", Limited::Tax, 40, "CAD", Valuation::Fob),
];

/// What a duty is reckoned on.
const VALUATIONS: [(&str, Valuation); 9] = [
    (EU, Valuation::Cif),
    ("GB", Valuation::Cif),
    ("JP", Valuation::Cif),
    ("KR", Valuation::Cif),
    ("SG", Valuation::Cif),
    ("US", Valuation::Fob),
    ("CA", Valuation::Fob),
    ("AU", Valuation::Fob),
    ("NZ", Valuation::Fob),
];

/// Every row, made once.
pub fn entries() -> &'static [Entry] {
    static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
        let from = Origin {
            source: SOURCE.to_owned(),
            version: 0,
            stated_on: STATED_ON,
        };
        let entry = |row| Entry {
            from: from.clone(),
            row,
        };
        rows().map(entry).collect()
    });
    &ENTRIES
}

fn rows() -> impl Iterator<Item = Row> {
    let all = [TaxedToo::Shipping, TaxedToo::Insurance, TaxedToo::Duty];
    let taxes = TAXES.map(|(place, name, rate_bp)| row(place, "", tax(name, rate_bp, &all)));
    let thresholds = THRESHOLDS.map(|(place, origin, of, units, currency, compared)| {
        row(place, "", threshold(of, origin, units, currency, compared))
    });
    let valuations = VALUATIONS.map(|(place, value)| {
        let rounding = Rounding::default();
        row(place, "", Rule::Destination { value, rounding })
    });
    let all = taxes.into_iter().chain(thresholds).chain(valuations);
    all.chain(particular())
}

/// Rows that need a word.
fn particular() -> [Row; 4] {
    let no_limit = |currency| threshold(Limited::Duty, "", 0, currency, Valuation::Fob);
    let eu = Row {
        valid_from: date(2026, 7, 1),
        ..row(
            EU,
            "from 1 July 2026 the EU exempts no value from duty; its flat duty on small parcels is not counted",
            no_limit("EUR"),
        )
    };
    [
        eu,
        row(
            "US",
            "the exemption up to 800 USD is suspended since 29 August 2025",
            no_limit("USD"),
        ),
        row(
            "US",
            "no VAT or GST at import; the sales taxes of states are not counted",
            tax("Import tax", 0, &[]),
        ),
        row(
            "CA",
            "the taxes of provinces are not counted; bring them as rows with a region",
            tax("GST", 500, &[TaxedToo::Duty]),
        ),
    ]
}

fn row(destination: &str, note: &str, rule: Rule) -> Row {
    Row {
        destination: destination.to_owned(),
        valid_from: STATED_ON,
        note: note.to_owned(),
        rule,
    }
}

fn tax(name: &str, rate_bp: u32, on: &[TaxedToo]) -> Rule {
    Rule::Tax {
        name: name.to_owned(),
        region: String::new(),
        hs_prefix: String::new(),
        rate_percent: Decimal::new(i64::from(rate_bp), 2).normalize(),
        on: on.iter().copied().collect(),
    }
}

fn threshold(of: Limited, origin: &str, units: i64, currency: &str, compared: Valuation) -> Rule {
    let currency = Currency::parse(currency).expect("the table names currencies that are there");
    Rule::Threshold {
        of,
        origin: origin.to_owned(),
        limit: Money::new(units * 10_i64.pow(currency.exponent()), currency),
        compared,
    }
}
