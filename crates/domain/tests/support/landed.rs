//! A parcel that is easy to reckon with: two shirts at 20.00 and a mug at 60.00, shipping 10.00, from the United States
//! to Germany, in euros; and rows of a merchant's own.

use std::collections::BTreeMap;

use domain::ids::ItemId;
use domain::landed_cost::calculate::{Given, calculate};
use domain::landed_cost::terms::Terms;
use domain::landed_cost::{Calculation, EndUse, Line, LineKind, Place, Request};
use domain::money::Money;
use domain::order::{Declaration, Item};
use domain::rate::ExchangeRate;
use domain::refusal::Refusal;
use domain::tariff::find::{Entry, Origin, Tariff};
use domain::tariff::{Limited, Rounding, Row, Rule, TaxedToo, Valuation, standard};
use jiff::civil::{Date, date};
use rust_decimal::Decimal;

use super::currency;

pub const ON: Date = date(2026, 3, 2);

pub fn goods(id: &str, quantity: u32, unit_price_minor: i64, hs_code: &str, origin: &str) -> Item {
    Item {
        id: ItemId(format!("item_{id}")),
        sku: String::new(),
        name: id.to_owned(),
        quantity,
        removed: 0,
        unit_price_minor,
        weight_g: 250,
        declared: Declaration {
            hs_code: hs_code.to_owned(),
            origin: origin.to_owned(),
            description: String::new(),
            unit_price_minor,
        },
    }
}

pub fn place(country: &str) -> Place {
    let country = country.to_owned();
    Place {
        country,
        region: String::new(),
    }
}

pub fn request(to: &str) -> Request {
    Request {
        currency: currency("EUR"),
        origin: place("US"),
        destination: place(to),
        items: vec![
            goods("shirt", 2, 2_000, "610910", "PT"),
            goods("mug", 1, 6_000, "691110", "CN"),
        ],
        sizes: BTreeMap::new(),
        shipping_minor: 1_000,
        insurance_minor: 0,
        discounts_minor: 0,
        end_use: EndUse::NotForResale,
        wants_guarantee: false,
        how: Default::default(),
    }
}

pub fn percent(text: &str) -> Decimal {
    text.parse().unwrap()
}

pub fn row(destination: &str, rule: Rule) -> Row {
    Row {
        destination: destination.to_owned(),
        valid_from: date(2026, 1, 1),
        note: String::new(),
        rule,
    }
}

pub fn duty(destination: &str, hs_prefix: &str, origin: &str, rate: &str) -> Row {
    let rule = Rule::Duty {
        hs_prefix: hs_prefix.to_owned(),
        origin: origin.to_owned(),
        rate_percent: percent(rate),
    };
    row(destination, rule)
}

pub fn tax(destination: &str, region: &str, rate: &str, on: &[TaxedToo]) -> Row {
    let rule = Rule::Tax {
        name: "VAT".to_owned(),
        region: region.to_owned(),
        hs_prefix: String::new(),
        rate_percent: percent(rate),
        on: on.iter().copied().collect(),
    };
    row(destination, rule)
}

pub fn threshold(destination: &str, of: Limited, limit_minor: i64, code: &str) -> Row {
    let rule = Rule::Threshold {
        of,
        origin: String::new(),
        limit: Money::new(limit_minor, currency(code)),
        compared: Valuation::Fob,
    };
    row(destination, rule)
}

pub fn counts(destination: &str, value: Valuation, rounding: Rounding) -> Row {
    row(destination, Rule::Destination { value, rounding })
}

/// Rows of the organization's own, beside what the desk knows by itself.
pub fn tariff(rows: Vec<Row>) -> Tariff {
    let own = rows.into_iter().map(|row| Entry {
        from: Origin {
            source: "ours".to_owned(),
            version: 1,
            stated_on: date(2026, 1, 1),
        },
        row,
    });
    let entries = own.chain(standard::entries().iter().cloned()).collect();
    Tariff { entries }
}

/// How many of `other` one unit of the request's currency is worth.
pub fn worth(request: &Request, other: &str, rate: &str) -> ExchangeRate {
    ExchangeRate {
        presentment: request.currency,
        base: currency(other),
        rate: percent(rate),
        source: "test".to_owned(),
        at: super::at(0),
    }
}

pub fn try_calculated(
    request: &Request,
    rows: Vec<Row>,
    terms: &Terms,
    exchange: &[ExchangeRate],
) -> Result<Calculation, Refusal> {
    let request = request.clone().checked()?;
    let tariff = &tariff(rows);
    let on = ON;
    let given = Given {
        tariff,
        exchange,
        terms,
        on,
    };
    calculate(&request, given)
}

pub fn calculated(request: &Request, rows: Vec<Row>) -> Calculation {
    try_calculated(request, rows, &Terms::default(), &[]).unwrap()
}

/// The lines of a kind: amount and formula.
pub fn lines(of: &Calculation, kind: LineKind) -> Vec<(i64, &str)> {
    let told = |line: &&Line| line.kind == kind;
    let lines = of.lines.iter().filter(told);
    lines
        .map(|line| (line.amount_minor, line.formula.as_str()))
        .collect()
}
