//! Numbers for customs: how each registration's look, where they are needed, and the recipient's own.

use std::collections::{BTreeMap, BTreeSet};

use domain::customs::tax_ids::{Scheme, TaxIds};
use domain::customs::{Code, Consignment, Datum, Field, Severity, currencies};
use domain::refusal::{Problem, Refusal};

use crate::support::currency;
use crate::support::customs::*;

use Scheme as S;

fn with(scheme: Scheme, number: &str) -> TaxIds {
    TaxIds(BTreeMap::from([(scheme, number.to_owned())]))
}

#[test]
fn numbers_are_read_as_their_offices_write_them() {
    for (scheme, given, expected) in [
        (S::Ioss, "im 276 000 001", None),
        (S::Ioss, "im 276 000 00121", None),
        (S::Ioss, "IM27600000A2", None),
        (S::Ioss, "im 276 000 00 12", Some("IM2760000012")),
        (S::Ioss, "2760000012", None),
        (S::EuEori, "de 123456789012345", Some("DE123456789012345")),
        (S::EuEori, "FR1234567890123456", None),
        (S::EuEori, "XI123456789000", Some("XI123456789000")),
        (S::EuEori, "GB123456789000", None),
        (S::EuEori, "DE", None),
        (S::GbEori, "GB 987 6543 21 000", Some("GB987654321000")),
        (S::GbEori, "GB987654321", None),
        // Two ways to check: the elder, and the one that is short of 97 by 55.
        (S::GbVat, "GB 980 7806 84", Some("GB980780684")),
        (S::GbVat, "980780684", Some("GB980780684")),
        (S::GbVat, "GB980780685", None),
        (S::GbVat, "GB100000034", Some("GB100000034")),
        (S::GbVat, "GB100000035", None),
        (S::NoVoec, "VOEC 2021234", Some("2021234")),
        (S::NoVoec, "2021234", Some("2021234")),
        (S::NoVoec, "1021234", None),
        (S::NoVoec, "20212345", None),
        (S::ChVat, "CHE-116.281.710 MWST", Some("CHE116281710")),
        (S::ChVat, "CHE116281710TVA", Some("CHE116281710")),
        (S::ChVat, "CHE-116.281.711", None),
        (S::ChVat, "116281710", None),
        (S::AuGst, "3000 1234 5678", Some("300012345678")),
        (S::AuGst, "51 824 753 556", Some("51824753556")),
        (S::AuGst, "51 824 753 557", None),
        (S::AuGst, "00 000 000 000", None),
        (S::NzGst, "49-091-850", Some("49091850")),
        (S::NzGst, "136410132", Some("136410132")),
        (S::NzGst, "136410133", None),
        (S::NzGst, "9125568", None),
    ] {
        assert_eq!(
            scheme.read(given).as_deref(),
            expected,
            "{scheme:?} {given}"
        );
    }
}

#[test]
fn an_organization_keeps_only_numbers_that_can_be() {
    let kept = with(S::GbEori, " gb 987654321000 ").checked().unwrap();
    assert_eq!(kept, with(S::GbEori, "GB987654321000"));
    assert_eq!(with(S::Ioss, "  ").checked().unwrap(), TaxIds::default());
    for scheme in S::ALL {
        let refusal = with(scheme, "no number").checked().unwrap_err();
        let (given, expected) = ("no number".to_owned(), scheme.form().to_owned());
        let problem = Problem::Malformed { given, expected };
        assert_eq!(refusal, Refusal::invalid(&scheme.name(), problem));
    }
    let json = serde_json::to_string(&kept).unwrap();
    assert_eq!(json, r#"{"gb_eori":"GB987654321000"}"#);
    assert_eq!(serde_json::from_str::<TaxIds>(&json).unwrap(), kept);
}

/// What is said of numbers on a consignment from Singapore, of one thing at this price.
fn said(country: &str, unit_minor: i64, change: impl FnOnce(&mut Consignment)) -> Vec<Told> {
    let mut consignment = to(country);
    consignment.from = "SG".to_owned();
    consignment.service = None;
    consignment.lines[0].quantity = 1;
    consignment.lines[0].unit_price_minor = unit_minor;
    change(&mut consignment);
    let all = told(&consignment).into_iter();
    all.filter(|(_, _, field)| *field == Field::TaxId).collect()
}

const MISSING: Told = (Severity::Blocks, Code::TaxIdMissing, Field::TaxId);
const ASKED: Told = (Severity::Asks, Code::TaxIdMissing, Field::TaxId);

#[test]
fn where_the_tax_was_collected_the_number_it_is_declared_under_is_there_up_to_the_limit() {
    // In dollars: 300.00 are 150.00 EUR, 270.00 are 135.00 GBP, 299.99 are 2,999.90 NOK, 666.66 are 999.99 AUD or NZD.
    for (country, scheme, largest_minor, number) in [
        ("DE", S::Ioss, 30_000, "IM2760000012"),
        ("GB", S::GbVat, 27_000, "GB980780684"),
        ("NO", S::NoVoec, 29_999, "2021234"),
        ("AU", S::AuGst, 66_666, "51824753556"),
        ("NZ", S::NzGst, 66_666, "49091850"),
    ] {
        assert_eq!(said(country, largest_minor, |_| ()), [MISSING], "{country}");
        assert_eq!(said(country, largest_minor + 2, |_| ()), [], "{country}");
        let there = |one: &mut Consignment| one.tax_ids = with(scheme, number);
        assert_eq!(said(country, largest_minor, there), [], "{country}");
        let wrong = |one: &mut Consignment| one.tax_ids = with(scheme, "1");
        let malformed = (Severity::Blocks, Code::TaxIdMalformed, Field::TaxId);
        assert_eq!(
            said(country, largest_minor, wrong),
            [malformed],
            "{country}"
        );
        let untaxed = |one: &mut Consignment| one.collected.taxes_minor = 0;
        assert_eq!(said(country, largest_minor, untaxed), [], "{country}");
        let resold = |one: &mut Consignment| one.is_for_resale = true;
        assert_eq!(said(country, largest_minor, resold), [], "{country}");
    }
    // Switzerland knows no limit.
    assert_eq!(said("CH", 90_000_000, |_| ()), [MISSING]);
    assert_eq!(said("JP", 1_000, |_| ()), []);
}

#[test]
fn norway_looks_at_each_thing_and_the_union_at_all_of_them() {
    let ten = |one: &mut Consignment| one.lines[0].quantity = 10;
    assert_eq!(said("NO", 29_999, ten), [MISSING]);
    assert_eq!(said("DE", 29_999, ten), []);
}

#[test]
fn without_a_rate_the_limit_is_asked_about_and_not_guessed() {
    let rateless = |one: &mut Consignment| one.rates.clear();
    let undecided = (Severity::Asks, Code::TaxIdUndecided, Field::TaxId);
    assert_eq!(said("DE", 30_000, rateless), [undecided]);
    let mut consignment = to("DE");
    let wanted = BTreeSet::from([currency("EUR")]);
    assert_eq!(currencies(&consignment), wanted);
    consignment.currency = currency("EUR");
    assert_eq!(currencies(&consignment), BTreeSet::new());
    assert_eq!(currencies(&to("MA")), BTreeSet::new());
}

#[test]
fn a_registered_seller_settles_the_tax_whatever_the_service_does() {
    let mut consignment = to("DE");
    let service = consignment.service.as_mut().unwrap();
    service.pays_duties = false;
    consignment.is_guaranteed = false;
    consignment.collected.duties_minor = 0;
    assert!(the(&consignment, Code::DutiesUnpaid).is_some());
    consignment.tax_ids = with(S::Ioss, "IM2760000012");
    assert_eq!(the(&consignment, Code::DutiesUnpaid), None);
    consignment.collected.duties_minor = 300;
    assert!(the(&consignment, Code::DutiesUnpaid).is_some());
}

#[test]
fn who_exports_or_imports_as_a_trader_has_an_eori() {
    let from = |country: &'static str| {
        move |one: &mut Consignment| {
            one.from = country.to_owned();
            one.collected.taxes_minor = 0;
        }
    };
    // 2,000.00 USD are 1,000.00 EUR.
    assert_eq!(said("JP", 200_000, from("FR")), []);
    assert_eq!(said("JP", 200_002, from("FR")), [ASKED]);
    assert_eq!(said("JP", 1_000, from("GB")), [ASKED]);
    let imports = |one: &mut Consignment| {
        one.service = Some(service());
    };
    assert_eq!(said("DE", 30_002, imports), [ASKED]);
    assert_eq!(said("GB", 27_002, imports), [ASKED]);
    let known = |one: &mut Consignment| {
        one.service = Some(service());
        one.tax_ids = with(S::EuEori, "DE123456789012345");
    };
    assert_eq!(said("DE", 30_002, known), []);
}

#[test]
fn a_country_that_asks_who_imports_is_told() {
    for (country, number, given) in [
        ("BR", "CPF / CNPJ", "CPF 123.456.789-09"),
        ("KR", "PCCC", "P123456789012"),
        ("CL", "RUT", "12.345.678-K"),
    ] {
        let mut consignment = to(country);
        let missing = the(&consignment, Code::RecipientTaxIdMissing).unwrap();
        assert_eq!(missing.data["number"], Datum::from(number));
        consignment.to.company = given.to_owned();
        assert_eq!(the(&consignment, Code::RecipientTaxIdMissing), None);
        consignment.to.company = "Padaria 24".to_owned();
        assert!(the(&consignment, Code::RecipientTaxIdMissing).is_some());
        consignment.to.line2 = given.to_owned();
        assert_eq!(the(&consignment, Code::RecipientTaxIdMissing), None);
    }
}
