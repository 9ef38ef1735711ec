//! A consignment that nothing is wrong with: two mugs of 350 g at 20.00 USD, sold with duties and taxes, from the United
//! States to Japan by a service that pays them.

use std::collections::BTreeSet;

use domain::address::Address;
use domain::customs::tax_ids::TaxIds;
use domain::customs::{
    Code, Collected, Consignment, Field, Finding, Line, Service, Severity, findings,
};
use domain::ids::ItemId;
use domain::rate::ExchangeRate;

use super::{address, at, currency};

pub fn mug() -> Line {
    Line {
        item: ItemId("item_mug".to_owned()),
        sku: "MUG-1".to_owned(),
        description: "Stoneware coffee mug".to_owned(),
        hs_code: "691200000".to_owned(),
        origin: "PT".to_owned(),
        quantity: 2,
        unit_price_minor: 2_000,
        paid_minor: Some(2_000),
        weight_g: 350,
        hazards: BTreeSet::new(),
    }
}

pub fn service() -> Service {
    Service {
        name: "Express".to_owned(),
        pays_duties: true,
        ..Service::default()
    }
}

pub fn clean() -> Consignment {
    Consignment {
        from: "US".to_owned(),
        to: address(),
        lines: vec![mug()],
        currency: currency("USD"),
        paid_in: currency("USD"),
        declared_minor: Some(4_000),
        weight_g: 900,
        is_for_resale: false,
        service: Some(service()),
        collected: Collected {
            duties_minor: 500,
            taxes_minor: 1_500,
        },
        is_guaranteed: true,
        seller: "Ceramics & Sons".to_owned(),
        tax_ids: TaxIds::default(),
        rates: ["EUR", "GBP", "NOK", "AUD", "NZD", "CAD", "JPY"]
            .map(rate_to)
            .to_vec(),
        overrides: Vec::new(),
    }
}

/// A dollar is worth so much of each, in whole or half units that are easy to reckon with.
fn rate_to(code: &str) -> ExchangeRate {
    let mut rate = ExchangeRate::identity(currency("USD"), at(0));
    rate.base = currency(code);
    let per_unit = match code {
        "EUR" | "GBP" => "0.5",
        "NOK" => "10",
        "JPY" => "150",
        _ => "1.5",
    };
    rate.rate = per_unit.parse().unwrap();
    rate
}

/// The same consignment to another country, with an address that every country reads.
pub fn to(country: &str) -> Consignment {
    let mut consignment = clean();
    consignment.to = Address {
        region: String::new(),
        postal_code: "12345".to_owned(),
        country: country.to_owned(),
        ..address()
    };
    consignment
}

/// Severity, code and field of each finding.
pub type Told = (Severity, Code, Field);

pub fn told(consignment: &Consignment) -> Vec<Told> {
    let found = findings(consignment);
    let told = found.iter();
    told.map(|one| (one.severity, one.code, one.field))
        .collect()
}

pub fn the(consignment: &Consignment, code: Code) -> Option<Finding> {
    findings(consignment)
        .into_iter()
        .find(|one| one.code == code)
}

/// What is said of one line when only this is changed.
pub fn of_line(change: impl FnOnce(&mut Line)) -> Vec<Told> {
    let mut consignment = clean();
    change(&mut consignment.lines[0]);
    told(&consignment)
}
