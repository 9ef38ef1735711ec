//! The customs linter on who gets a parcel, how it is sent, what someone answers for, and what an order becomes of it (N3,
//! S2; regression 26).

use std::collections::BTreeSet;

use domain::customs::consignment::{Draft, of_order};
use domain::customs::overrides::{Override, take};
use domain::customs::{Code, Datum, Field, Finding, Hazard, Severity, counted, findings};
use domain::money::Money;
use domain::order::Declaration;
use domain::refusal::{Problem, Refusal};

use crate::support::customs::*;
use crate::support::{admin, at, checkout_order, currency};

use Code as C;
use Field as F;
use Severity::{Asks, Blocks, Tells};

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
        weight_g: 500,
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
