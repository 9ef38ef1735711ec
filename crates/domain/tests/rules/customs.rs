//! The customs linter: each rule with what passes beside what does not (S2, S3, N3; regressions 24 to 26).

use std::collections::BTreeSet;

use domain::customs::consignment::{Draft, of_order};
use domain::customs::overrides::{Override, take};
use domain::customs::{Code, Datum, Field, Finding, Hazard, Severity, counted, findings};
use domain::money::Money;
use domain::order::Declaration;
use domain::refusal::{Problem, Refusal};
use domain::shipment::Parcel;

use crate::support::customs::*;
use crate::support::{admin, at, checkout_order, currency};

use Code as C;
use Field as F;
use Severity::{Asks, Blocks, Tells};

/// What is said of one line when only this is changed.
fn of_line(change: impl FnOnce(&mut domain::customs::Line)) -> Vec<Told> {
    let mut consignment = clean();
    change(&mut consignment.lines[0]);
    told(&consignment)
}

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
fn the_recipient_can_be_found_and_reached() {
    let with = |change: &dyn Fn(&mut domain::customs::Consignment)| {
        let mut consignment = clean();
        change(&mut consignment);
        told(&consignment)
    };
    let name = with(&|one| {
        one.to.first_name = String::new();
        one.to.last_name = " ".to_owned();
    });
    assert_eq!(name, [(Blocks, C::NameMissing, F::Name)]);
    let street = with(&|one| one.to.line1 = String::new());
    assert_eq!(street, [(Blocks, C::StreetMissing, F::Line1)]);
    let city = with(&|one| one.to.city = String::new());
    assert_eq!(city, [(Blocks, C::CityMissing, F::City)]);
    let postal_code = with(&|one| one.to.postal_code = String::new());
    let missing = (Blocks, C::PostalCodeMissing, F::PostalCode);
    assert_eq!(postal_code, [missing]);
    let mut without = to("HK");
    without.to.postal_code = String::new();
    assert_eq!(told(&without), []);
    let contact = with(&|one| one.to.email = String::new());
    assert_eq!(contact, [(Asks, C::ContactMissing, F::Contact)]);
    let short = with(&|one| one.to.phone = "123-45".to_owned());
    assert_eq!(short, [(Asks, C::PhoneMalformed, F::Phone)]);
    assert_eq!(with(&|one| one.to.phone = "+81 3 1234".to_owned()), []);
    let needed = with(&|one| one.service.as_mut().unwrap().needs_phone = true);
    assert_eq!(needed, [(Blocks, C::PhoneMissing, F::Phone)]);
}

#[test]
fn couriers_go_to_no_post_office_box() {
    for (line, is_box) in [
        ("PO Box 12", true),
        ("P.O. Box 12", true),
        ("p o box 7", true),
        ("Boîte postale 3", true),
        ("BP 1200", true),
        ("Postfach 22 01", true),
        ("Apartado Postal 9", true),
        ("12 Post Road", false),
        ("Box Hill 4", false),
        ("BP Tower", false),
    ] {
        let mut consignment = clean();
        consignment.to.line2 = line.to_owned();
        assert_eq!(the(&consignment, C::PoBox), None, "{line}");
        consignment.service.as_mut().unwrap().is_courier = true;
        assert_eq!(the(&consignment, C::PoBox).is_some(), is_box, "{line}");
    }
}

#[test]
fn regression_26_a_service_that_leaves_collected_duties_unpaid_is_blocked() {
    let mut consignment = clean();
    consignment.service.as_mut().unwrap().pays_duties = false;
    let unpaid = the(&consignment, C::DutiesUnpaid).unwrap();
    assert_eq!((unpaid.severity, unpaid.field), (Blocks, F::Service));
    assert!(unpaid.is_blocking() && unpaid.code.can_be_overridden());
    let all = Money::new(2_000, currency("USD"));
    assert_eq!(unpaid.data["collected"], Datum::from(all));
    // The guarantee alone promises as much.
    consignment.collected = domain::customs::Collected::default();
    assert!(the(&consignment, C::DutiesUnpaid).is_some());
    consignment.is_guaranteed = false;
    assert_eq!(told(&consignment), []);
    consignment.service = None;
    assert_eq!(told(&consignment), []);
    consignment.service = Some(service());
    assert_eq!(
        told(&consignment),
        [(Asks, C::DutiesNotCollected, F::Service)]
    );
}

#[test]
fn the_flat_duty_of_the_union_is_told_where_nothing_was_collected_for_it() {
    let mut consignment = to("DE");
    consignment.collected.duties_minor = 0;
    consignment.is_guaranteed = false;
    let mut plate = mug();
    plate.item = "item_plate".into();
    plate.hs_code = "6911.10".to_owned();
    consignment.lines.push(plate);
    let flat = the(&consignment, C::FlatDutyNotCollected).unwrap();
    assert_eq!(flat.severity, Tells);
    let six = Money::new(600, currency("EUR"));
    assert_eq!(flat.data["duty"], Datum::from(six));
    consignment.collected.duties_minor = 1;
    assert_eq!(the(&consignment, C::FlatDutyNotCollected), None);
}

#[test]
fn what_is_dangerous_asks_for_the_service_that_takes_it() {
    for (code, hazard, severity) in [
        ("850760", "batteries", Asks),
        ("220421", "alcohol", Asks),
        ("330300", "perfume", Asks),
        ("360410", "explosives", Blocks),
    ] {
        let mut consignment = clean();
        consignment.lines[0].hs_code = format!("{code}000");
        let (found, expected) = (findings(&consignment), Datum::from(hazard));
        assert_eq!(found.len(), 1, "{code}");
        assert_eq!(
            (found[0].severity, &found[0].data["hazard"]),
            (severity, &expected)
        );
        let takes = &mut consignment.service.as_mut().unwrap().takes;
        *takes = BTreeSet::from(Hazard::ALL);
        assert_eq!(told(&consignment), [], "{code}");
    }
    let found = of_line(|line| line.hazards = BTreeSet::from([Hazard::Batteries]));
    assert_eq!(found, [(Asks, C::SpecialService, F::Service)]);
}

#[test]
fn within_one_customs_territory_nothing_is_declared() {
    for (from, country) in [("DE", "FR"), ("JP", "JP")] {
        let mut consignment = to(country);
        consignment.from = from.to_owned();
        consignment.lines[0].hs_code = String::new();
        consignment.lines[0].origin = String::new();
        consignment.currency = currency("EUR");
        assert_eq!(told(&consignment), [], "{from} {country}");
    }
}

#[test]
fn an_override_takes_a_reason_and_only_what_can_be_overridden() {
    let by = admin().by;
    let mut consignment = clean();
    consignment.service.as_mut().unwrap().pays_duties = false;
    consignment.lines[0].origin = String::new();
    let found = findings(&consignment);
    let mug = "item_mug".into();
    let field = |given: Result<Override, Refusal>| match given.unwrap_err() {
        Refusal::Invalid { field, problem } => (field, problem),
        other => panic!("{other}"),
    };
    let duties = (C::DutiesUnpaid, None);
    let empty = take(&found, duties, "  ", (&by, at(0)));
    assert_eq!(field(empty), ("reason".to_owned(), Problem::Missing));
    let other_item = take(&found, (C::DutiesUnpaid, Some(&mug)), "why", (&by, at(0)));
    let given = "duties_unpaid".to_owned();
    assert_eq!(
        field(other_item),
        ("code".to_owned(), Problem::Unknown { given })
    );
    let never = take(&found, (C::OriginMissing, Some(&mug)), "why", (&by, at(0)));
    assert!(
        matches!(field(never), (_, Problem::Malformed { given, .. }) if given == "origin_missing")
    );
    let taken = take(&found, duties, " agreed by telephone ", (&by, at(0))).unwrap();
    assert_eq!(
        (taken.reason.as_str(), &taken.by, taken.at),
        ("agreed by telephone", &by, at(0))
    );
    consignment.overrides = vec![taken];
    let found = findings(&consignment);
    let blocking: Vec<Code> = found
        .iter()
        .filter(|one| one.is_blocking())
        .map(|one| one.code)
        .collect();
    assert_eq!(blocking, [C::OriginMissing]);
    let overridden = the(&consignment, C::DutiesUnpaid).unwrap().overridden;
    assert_eq!(overridden.as_deref(), Some("agreed by telephone"));
    let counts: Vec<_> = counted(&found).into_iter().collect();
    assert_eq!(counts, [(Blocks, 1), (Tells, 1)]);
}

#[test]
fn what_blocks_comes_first_then_the_parcel_then_item_by_item() {
    let mut consignment = clean();
    consignment.to.city = String::new();
    consignment.to.email = String::new();
    consignment.lines[0].origin = String::new();
    consignment.lines[0].weight_g = 0;
    let order: Vec<_> = findings(&consignment)
        .into_iter()
        .map(
            |Finding {
                 severity,
                 item,
                 code,
                 ..
             }| (severity, item.is_some(), code),
        )
        .collect();
    assert_eq!(
        order,
        [
            (Blocks, false, C::CityMissing),
            (Blocks, true, C::OriginMissing),
            (Asks, false, C::ContactMissing),
            (Asks, true, C::WeightMissing),
        ]
    );
}

#[test]
fn a_consignment_of_an_order_is_what_the_draft_sends_of_it() {
    let order = checkout_order(currency("USD"));
    let item = &order.items[0];
    let draft = Draft {
        from: "US".to_owned(),
        items: vec![(item.id.clone(), 1), ("item_other".into(), 1)],
        declared: vec![(
            item.id.clone(),
            Declaration {
                hs_code: "6911.10".to_owned(),
                ..item.declared.clone()
            },
        )],
        weight_g: Parcel {
            weight_g: 500,
            ..Parcel::default()
        }
        .weight_g,
        ..Draft::default()
    };
    let made = of_order(&order, &draft, "Ceramics", &Default::default());
    assert_eq!(made.lines.len(), 1);
    let line = &made.lines[0];
    assert_eq!((line.quantity, line.hs_code.as_str()), (1, "6911.10"));
    // The order has a discount, so that the price of one is not what was paid for it.
    assert_eq!(line.paid_minor, None);
    assert_eq!((made.currency, made.to), (order.currency(), order.ship_to));
    assert_eq!(
        (made.collected.duties_minor, made.collected.taxes_minor),
        (500, 1_500)
    );
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
