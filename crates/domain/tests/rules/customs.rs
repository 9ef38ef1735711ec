//! The customs linter on what is declared: each rule with what passes beside what does not (S2, S3; regressions 24, 25).

use std::collections::BTreeSet;

use domain::customs::{Code, Datum, Field, Severity};
use domain::money::Money;

use crate::support::currency;
use crate::support::customs::*;

use Code as C;
use Field as F;
use Severity::{Asks, Blocks};

#[test]
fn nothing_is_said_of_a_consignment_that_is_right() {
    assert_eq!(told(&clean()), []);
}

#[test]
fn hs_codes_are_digits_of_the_nomenclature_and_long_enough_to_read() {
    for (given, expected) in [
        ("6912.00.00 0", None),
        ("691200000", None),
        ("", Some((Blocks, C::HsMissing))),
        ("  .", Some((Blocks, C::HsMissing))),
        ("69A200000", Some((Blocks, C::HsMalformed))),
        ("6912000000000", Some((Blocks, C::HsMalformed))),
        ("６９１２００", Some((Blocks, C::HsMalformed))),
        ("6912", Some((Blocks, C::HsTooShort))),
        ("771200000", Some((Blocks, C::HsUnknown))),
        ("001200000", Some((Blocks, C::HsUnknown))),
        ("691500000", Some((Blocks, C::HsUnknown))),
        ("691201000", Some((Blocks, C::HsUnknown))),
        ("980100000", Some((Asks, C::HsNational))),
        ("990100000", Some((Asks, C::HsNational))),
    ] {
        let found = of_line(|line| line.hs_code = given.to_owned());
        let expected: Vec<Told> = expected
            .map(|(severity, code)| (severity, code, F::HsCode))
            .into_iter()
            .collect();
        assert_eq!(found, expected, "{given}");
    }
}

#[test]
fn regression_25_a_missing_or_unknown_code_names_its_item_and_what_is_wrong() {
    let mut consignment = clean();
    consignment.lines[0].hs_code = "6915.00".to_owned();
    let unknown = the(&consignment, C::HsUnknown).unwrap();
    assert_eq!(unknown.item, Some("item_mug".into()));
    assert_eq!(unknown.data["given"], Datum::from("6915.00"));
    assert_eq!(unknown.data["unknown"], Datum::from("6915"));
    consignment.lines[0].hs_code = String::new();
    let missing = the(&consignment, C::HsMissing).unwrap();
    assert_eq!(missing.item, Some("item_mug".into()));
}

#[test]
fn the_whole_edition_of_2022_is_known() {
    // Some of the first, the last, and what came in or went out with the edition.
    for (code, is_known) in [
        ("010121", true),
        ("970690", true),
        ("854913", true),
        ("240411", true),
        ("851713", true),
        ("851712", false),
        ("854810", false),
        ("970700", false),
    ] {
        let found = of_line(|line| line.hs_code = format!("{code}000"));
        let is_unknown = found.contains(&(Blocks, C::HsUnknown, F::HsCode));
        assert_eq!(!is_unknown, is_known, "{code}");
    }
}

#[test]
fn codes_are_long_enough_for_the_destination_and_the_value() {
    // 40.00 USD are 20.00 EUR, GBP and 60.00 AUD: small. The price then makes it large.
    for (country, unit_minor, digits) in [
        ("DE", 2_000, 6),
        ("DE", 15_000, 6),
        ("DE", 15_001, 10),
        ("GB", 13_500, 6),
        ("GB", 13_501, 10),
        ("US", 2_000, 10),
        ("CA", 2_000, 6),
        ("CH", 2_000, 8),
        ("AU", 40_000, 10),
        ("JP", 2_000, 6),
        ("JP", 80_000, 9),
        ("TR", 2_000, 12),
        ("MA", 2_000, 6),
    ] {
        let mut consignment = to(country);
        consignment.from = "SG".to_owned();
        consignment.lines[0].unit_price_minor = unit_minor;
        let code = "691200000000";
        for (given, is_enough) in [(&code[..digits], true), (&code[..digits - 1], false)] {
            consignment.lines[0].hs_code = given.to_owned();
            let found = the(&consignment, C::HsShortForDestination);
            let is_too_short = the(&consignment, C::HsTooShort).is_some();
            assert_eq!(
                found.is_none() && !is_too_short,
                is_enough,
                "{country} {unit_minor} {given}"
            );
            if let Some(found) = found {
                assert_eq!(found.severity, Asks);
                assert_eq!(found.data["digits"], Datum::from(digits));
            }
        }
    }
}

#[test]
fn descriptions_say_what_the_thing_is() {
    for (given, expected) in [
        ("Stoneware coffee mug, gift", None),
        ("Hat", None),
        ("陶器", None),
        ("茶", None),
        ("", Some((Blocks, C::DescriptionMissing))),
        ("   ", Some((Blocks, C::DescriptionMissing))),
        ("12345", Some((Blocks, C::DescriptionWithoutWords))),
        ("- / -", Some((Blocks, C::DescriptionWithoutWords))),
        ("ab", Some((Blocks, C::DescriptionTooShort))),
        ("mug 1", Some((Asks, C::DescriptionIsSku))),
        ("CERAMICS & sons", Some((Blocks, C::DescriptionIsSeller))),
        ("Gift", Some((Asks, C::DescriptionVague))),
        ("Various gifts", Some((Asks, C::DescriptionVague))),
        (
            "Spare Parts for machines",
            Some((Asks, C::DescriptionVague)),
        ),
        ("ELECTRONICS, 3 pcs", Some((Asks, C::DescriptionVague))),
        ("Women's clothes", Some((Asks, C::DescriptionVague))),
        ("Vêtements pour femmes", Some((Asks, C::DescriptionVague))),
        ("Échantillons gratuits", Some((Asks, C::DescriptionVague))),
        ("Pièces détachées de vélo", None),
        ("Cadeau d'anniversaire", Some((Asks, C::DescriptionVague))),
        ("Women's cotton shirt", None),
    ] {
        let found = of_line(|line| line.description = given.to_owned());
        let expected: Vec<Told> = expected
            .map(|(severity, code)| (severity, code, F::Description))
            .into_iter()
            .collect();
        assert_eq!(found, expected, "{given}");
    }
}

#[test]
fn a_vague_description_blocks_where_it_is_turned_away_before_the_goods_arrive() {
    for (country, severity) in [
        ("DE", Blocks),
        ("NO", Blocks),
        ("CH", Blocks),
        ("GB", Blocks),
        ("US", Blocks),
        ("JP", Asks),
        ("MA", Asks),
    ] {
        let mut consignment = to(country);
        consignment.from = "SG".to_owned();
        consignment.lines[0].description = "accessories".to_owned();
        let vague = the(&consignment, C::DescriptionVague).unwrap();
        assert_eq!(vague.severity, severity, "{country}");
    }
}

#[test]
fn an_origin_is_there() {
    let found = of_line(|line| line.origin = " ".to_owned());
    assert_eq!(found, [(Blocks, C::OriginMissing, F::Origin)]);
}

#[test]
fn values_are_there_and_add_up_to_what_is_declared() {
    let found = of_line(|line| line.quantity = 0);
    assert!(found.contains(&(Blocks, C::QuantityMissing, F::Quantity)));
    let found = of_line(|line| line.unit_price_minor = 0);
    let adds_up = (Blocks, C::ValueDoesNotAddUp, F::DeclaredValue);
    assert_eq!(found, [adds_up, (Blocks, C::ValueMissing, F::UnitPrice)]);
    let found = of_line(|line| line.unit_price_minor = 1_999);
    assert_eq!(found, [adds_up, (Asks, C::ValueBelowPrice, F::UnitPrice)]);
    let mut consignment = clean();
    for (declared_minor, is_right) in [
        (None, true),
        (Some(4_000), true),
        (Some(3_999), false),
        (Some(4_001), false),
    ] {
        consignment.declared_minor = declared_minor;
        let found = the(&consignment, C::ValueDoesNotAddUp);
        assert_eq!(found.is_none(), is_right, "{declared_minor:?}");
    }
    let sum = the(&consignment, C::ValueDoesNotAddUp).unwrap().data["sum"].clone();
    assert_eq!(sum, Datum::from(Money::new(4_000, currency("USD"))));
    consignment.lines.clear();
    consignment.declared_minor = None;
    assert_eq!(
        told(&consignment),
        [(Blocks, C::NothingInside, F::Quantity)]
    );
}

#[test]
fn regression_24_the_declared_currency_is_the_one_that_was_paid() {
    let mut consignment = clean();
    consignment.paid_in = currency("JPY");
    assert_eq!(
        told(&consignment),
        [(Blocks, C::CurrencyDiffers, F::Currency)]
    );
}

#[test]
fn weights_are_there_likely_and_add_up() {
    for (item_g, parcel_g, expected) in [
        (350, 700, None),
        (
            350,
            699,
            Some((Blocks, C::ParcelLighterThanItems, F::ParcelWeight)),
        ),
        (350, 1_400, None),
        (
            350,
            1_401,
            Some((Asks, C::ParcelMuchHeavierThanItems, F::ParcelWeight)),
        ),
        (10, 520, None),
        (
            10,
            521,
            Some((Asks, C::ParcelMuchHeavierThanItems, F::ParcelWeight)),
        ),
        (0, 5_000, Some((Asks, C::WeightMissing, F::Weight))),
        (
            350,
            0,
            Some((Blocks, C::ParcelWeightMissing, F::ParcelWeight)),
        ),
        (35_000, 70_000, None),
        (
            35_000,
            70_001,
            Some((Asks, C::ParcelWeightAbsurd, F::ParcelWeight)),
        ),
    ] {
        let mut consignment = clean();
        consignment.lines[0].weight_g = item_g;
        consignment.weight_g = parcel_g;
        let expected: Vec<Told> = expected.into_iter().collect();
        assert_eq!(told(&consignment), expected, "{item_g} {parcel_g}");
    }
    let mut consignment = clean();
    consignment.lines[0].weight_g = 70_001;
    consignment.weight_g = 150_000;
    let absurd = the(&consignment, C::WeightAbsurd).unwrap();
    assert_eq!(absurd.data["weight"], Datum::Weight { weight_g: 70_001 });
}

#[test]
fn the_codes_are_kept_for_ever() {
    let names: Vec<String> = Code::ALL
        .iter()
        .map(|code| {
            let may = if code.can_be_overridden() { " *" } else { "" };
            format!("{}({}){may}", code.name(), code.data().join(", "))
        })
        .collect();
    let unique: BTreeSet<&String> = names.iter().collect();
    assert_eq!(unique.len(), names.len());
    insta::assert_snapshot!(names.join("\n"));
}
