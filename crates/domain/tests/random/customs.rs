//! Random consignments: the linter never ends the program, says the same whatever the order of the lines, and every
//! finding has the data that its words say.

use std::collections::BTreeSet;

use domain::customs::tax_ids::{Scheme, TaxIds};
use domain::customs::{Code, Consignment, Hazard, Line, findings};
use proptest::collection::{btree_map, btree_set, vec};
use proptest::prelude::*;

use crate::each;
use crate::support::currency;
use crate::support::customs::{clean, mug};

const TEXTS: [&str; 10] = [
    "",
    "gift",
    "Mug",
    "MUG-1",
    "0",
    "\u{0}é陶",
    "Ceramics & Sons",
    "12345678901234",
    "PO Box 1",
    "  ",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(&TEXTS[..]).prop_map(str::to_owned),
        ".{0,12}",
    ]
}

fn hs_code() -> impl Strategy<Value = String> {
    prop_oneof!["[0-9. ]{0,13}", text(), Just("220421".to_owned())]
}

fn line() -> impl Strategy<Value = Line> {
    let texts = (text(), hs_code(), text(), 0..4_u8);
    let hazards = btree_set(prop::sample::select(&Hazard::ALL[..]), 0..3);
    let numbers = (
        any::<u32>(),
        any::<i64>(),
        any::<Option<i64>>(),
        any::<u32>(),
    );
    (texts, numbers, hazards).prop_map(|(texts, numbers, hazards)| Line {
        item: format!("item_{}", texts.3).as_str().into(),
        description: texts.0,
        hs_code: texts.1,
        origin: texts.2,
        quantity: numbers.0,
        unit_price_minor: numbers.1,
        paid_minor: numbers.2,
        weight_g: numbers.3,
        hazards,
        ..mug()
    })
}

fn consignment() -> impl Strategy<Value = Consignment> {
    let places = [
        "DE", "FR", "US", "GB", "JP", "NO", "CH", "BR", "KR", "HK", "", "?",
    ];
    let place = prop::sample::select(places.to_vec());
    let codes = prop::sample::select(vec!["USD", "EUR", "JPY", "KWD"]);
    let tax_ids = btree_map(prop::sample::select(&Scheme::ALL[..]), text(), 0..4);
    let there = (place.clone(), place, text(), text(), text());
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let numbers = (
        any::<u32>(),
        any::<i64>(),
        any::<i64>(),
        any::<Option<i64>>(),
    );
    (vec(line(), 0..6), there, codes, tax_ids, flags, numbers).prop_map(
        |(lines, there, code, tax_ids, flags, numbers)| {
            let mut one = clean();
            one.lines = lines;
            one.from = there.0.to_owned();
            one.to.country = there.1.to_owned();
            (one.to.line1, one.to.phone, one.to.company) = (there.2, there.3, there.4);
            one.currency = currency(code);
            one.tax_ids = TaxIds(tax_ids);
            (one.is_for_resale, one.is_guaranteed) = (flags.0, flags.1);
            let service = one.service.as_mut().unwrap();
            (service.pays_duties, service.is_courier) = (flags.2, flags.3);
            one.weight_g = numbers.0;
            one.collected.duties_minor = numbers.1;
            one.collected.taxes_minor = numbers.2;
            one.declared_minor = numbers.3;
            one
        },
    )
}

#[test]
fn findings_are_the_same_whatever_the_order_of_the_lines() {
    each(2_000, consignment(), |one| {
        let mut turned = one.clone();
        turned.lines.reverse();
        let (found, other) = (findings(&one), findings(&turned));
        if found == other && found.is_sorted() {
            Ok(())
        } else {
            Err(format!("{found:?}\n{other:?}"))
        }
    });
}

#[test]
fn every_finding_has_the_data_that_its_words_say_and_names_an_item_that_is_there() {
    each(2_000, consignment(), |one| {
        let items: BTreeSet<_> = one.lines.iter().map(|line| &line.item).collect();
        for finding in findings(&one) {
            let data: Vec<&str> = finding.data.keys().copied().collect();
            let is_there = finding
                .item
                .as_ref()
                .is_none_or(|item| items.contains(item));
            if data != finding.code.data() || !is_there || !Code::ALL.contains(&finding.code) {
                return Err(format!("{finding:?}"));
            }
        }
        Ok(())
    });
}
