//! Which row of a tariff holds, and which rows there can be.

use domain::money::Money;
use domain::refusal::{Problem, Refusal};
use domain::tariff::find::{Tariff, Way};
use domain::tariff::{EU_MEMBERS, Limited, Row, Rule, TaxedToo, Valuation, standard};
use jiff::civil::{Date, date};

use crate::support::currency;
use crate::support::landed::*;

fn way<'a>(to: &'a str, region: &'a str, on: Date) -> Way<'a> {
    let from = "US";
    Way {
        from,
        to,
        region,
        on,
    }
}

/// The rate of duty on a shirt of this make into France.
fn found(rows: &[Row], made_in: &str) -> Option<String> {
    let tariff = tariff(rows.to_vec());
    let way = way("FR", "", ON);
    let found = tariff.duty(&way, "610910", made_in);
    found.map(|found| found.says.to_string())
}

#[test]
fn the_longest_beginning_wins_then_the_narrowest_origin_then_the_country_then_the_newest() {
    let any = duty("FR", "", "", "1");
    let chapter = duty("FR", "61", "PT", "2");
    let heading = duty("FR", "6109", "", "3");
    let of_union = duty("FR", "6109", "EU", "4");
    let of_country = duty("EU", "6109", "PT", "5");
    let here = duty("FR", "6109", "PT", "6");
    let newer = Row {
        valid_from: date(2026, 3, 2),
        ..duty("FR", "6109", "PT", "7")
    };
    let tomorrow = Row {
        valid_from: date(2026, 3, 3),
        ..duty("FR", "610910", "PT", "8")
    };
    let elsewhere = duty("GB", "610910", "PT", "9");
    let other = duty("FR", "6110", "PT", "10");
    let rows = [
        any, chapter, heading, of_union, of_country, here, newer, tomorrow, elsewhere, other,
    ];
    let mut seen = Vec::new();
    for count in 1..=rows.len() {
        // Rows win by what they say, not by where they stand.
        let mut some = rows[..count].to_vec();
        let rate = found(&some, "PT").unwrap();
        some.reverse();
        assert_eq!(found(&some, "PT"), Some(rate.clone()));
        seen.push(rate);
    }
    assert_eq!(seen, ["1", "2", "3", "4", "5", "6", "7", "7", "7", "7"]);
    assert_eq!(found(&rows, "CN").as_deref(), Some("3"));
    assert_eq!(found(&rows, "DE").as_deref(), Some("4"));
    assert_eq!(found(&rows, "").as_deref(), Some("3"));
    assert_eq!(found(&rows[7..], "PT"), None);
}

#[test]
fn a_row_of_the_organization_goes_before_the_desks_own() {
    let rate = |rows: Vec<Row>, region: &str| {
        let tariff = tariff(rows);
        let way = way("CA", region, ON);
        tariff.tax(&way, "610910").unwrap().says.rate_percent
    };
    let ontario = tax("CA", "ON", "13", &[TaxedToo::Duty]);
    assert_eq!(rate(vec![], "ON"), percent("5"));
    assert_eq!(rate(vec![ontario.clone()], "ON"), percent("13"));
    assert_eq!(rate(vec![ontario], "AB"), percent("5"));
    // Older than the desk's, and still the organization's word.
    let old = Row {
        valid_from: date(2020, 1, 1),
        ..tax("CA", "", "7", &[])
    };
    assert_eq!(rate(vec![old], "AB"), percent("7"));
}

#[test]
fn the_desks_own_table_has_the_whole_union_and_no_duty() {
    let entries = standard::entries();
    let tariff = Tariff {
        entries: entries.to_vec(),
    };
    for member in EU_MEMBERS {
        let way = way(member, "", ON);
        let tax = tariff.tax(&way, "").unwrap().says.rate_percent;
        assert!(
            tax >= percent("17") && tax <= percent("27"),
            "{member} {tax}"
        );
        let threshold = tariff.threshold(&way, Limited::Duty).unwrap().says;
        assert_eq!(threshold.limit, Money::new(15_000, currency("EUR")));
        assert!(tariff.threshold(&way, Limited::Tax).is_none());
    }
    assert!(entries.iter().all(|entry| entry.row.rule.kind() != "duty"));
    for entry in entries {
        assert_eq!(entry.row.clone().checked().as_ref(), Ok(&entry.row));
    }
    // What ends is told from its last day on.
    let later = tariff.threshold(&way("FR", "", date(2026, 7, 1)), Limited::Duty);
    let later = later.unwrap();
    assert_eq!(later.says.limit.minor, 0);
    assert!(later.entry.row.note.contains("1 July 2026"));
    // Before the day that it tells of, it says nothing.
    assert!(tariff.tax(&way("FR", "", date(2025, 12, 31)), "").is_none());
    // Where a parcel is sent from may matter.
    let canada = way("CA", "", ON);
    let limit = |from| {
        let way = Way { from, ..canada };
        tariff
            .threshold(&way, Limited::Tax)
            .unwrap()
            .says
            .limit
            .minor
    };
    assert_eq!((limit("US"), limit("CN")), (4_000, 2_000));
}

#[test]
fn a_row_that_cannot_be_is_refused_by_its_field() {
    let field = |row: Row| match row.checked() {
        Err(Refusal::Invalid { field, .. }) => field,
        other => panic!("{other:?}"),
    };
    assert_eq!(field(duty("", "61", "", "1")), "destination");
    assert_eq!(field(duty("XX", "61", "", "1")), "destination");
    assert_eq!(field(duty("FR", "6", "", "1")), "hs_prefix");
    assert_eq!(field(duty("FR", "61a", "", "1")), "hs_prefix");
    assert_eq!(field(duty("FR", "61", "ZZ", "1")), "origin");
    assert_eq!(field(duty("FR", "61", "", "-0.1")), "rate");
    assert_eq!(field(duty("FR", "61", "", "1000.1")), "rate");
    assert_eq!(field(duty("FR", "61", "", "1.1234567")), "rate");
    assert_eq!(field(threshold("FR", Limited::Duty, -1, "EUR")), "limit");
    let mut nameless = tax("FR", "", "1", &[]);
    if let Rule::Tax { name, .. } = &mut nameless.rule {
        name.clear();
    }
    assert_eq!(
        nameless.checked(),
        Err(Refusal::invalid("name", Problem::Missing))
    );
    let fine = duty(" eu ", "61.09 10", "pt", "12.50").checked().unwrap();
    assert_eq!(fine, duty("EU", "610910", "PT", "12.5"));
}

#[test]
fn the_stored_form_of_each_kind_of_row_stays() {
    let rows = [
        duty("EU", "6109", "PT", "12.5"),
        tax("FR", "", "20", &[TaxedToo::Shipping, TaxedToo::Duty]),
        threshold("EU", Limited::Sale, 15_000, "EUR"),
        counts("EU", Valuation::Cif, domain::tariff::Rounding::Down),
    ];
    let stored: Vec<String> = rows
        .iter()
        .map(|row| serde_json::to_string(row).unwrap())
        .collect();
    assert_eq!(
        stored,
        [
            r#"{"destination":"EU","valid_from":"2026-01-01","kind":"duty","hs_prefix":"6109","origin":"PT","rate_percent":"12.5"}"#,
            r#"{"destination":"FR","valid_from":"2026-01-01","kind":"tax","name":"VAT","rate_percent":"20","on":["shipping","duty"]}"#,
            r#"{"destination":"EU","valid_from":"2026-01-01","kind":"threshold","of":"sale","limit":{"minor":15000,"currency":"EUR"},"compared":"fob"}"#,
            r#"{"destination":"EU","valid_from":"2026-01-01","kind":"destination","value":"cif","rounding":"down"}"#,
        ]
    );
    for (text, row) in stored.iter().zip(rows) {
        assert_eq!(serde_json::from_str::<Row>(text).unwrap(), row);
    }
}
