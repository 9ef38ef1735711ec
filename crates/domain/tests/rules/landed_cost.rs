//! The landed cost: each line with its formula, on the base that the destination takes.

use domain::landed_cost::terms::{Fee, FeeBase, FeeKind, Terms};
use domain::landed_cost::{EndUse, LineKind};
use domain::money::Money;
use domain::order::Amounts;
use domain::refusal::Refusal;
use domain::tariff::{Limited, Rounding, TaxedToo, Valuation};

use crate::support::currency;
use crate::support::landed::*;

fn fee(name: &str, kind: FeeKind, rate: &str, of: FeeBase) -> Fee {
    Fee {
        name: name.to_owned(),
        kind,
        rate_percent: percent(rate),
        of,
        fixed: None,
        destination: String::new(),
    }
}

/// Duties on shirts and mugs, and no threshold for them.
fn german() -> Vec<domain::tariff::Row> {
    vec![
        duty("EU", "6109", "", "12"),
        duty("EU", "69", "CN", "10.5"),
        threshold("EU", Limited::Duty, 0, "EUR"),
    ]
}

#[test]
fn duty_is_on_the_cif_value_and_tax_on_goods_and_duty_and_shipping() {
    let told = calculated(&request("DE"), german());
    assert_eq!(
        lines(&told, LineKind::Duty),
        [
            (
                528,
                "12 % of 44.00 EUR (CIF value: goods 40.00 EUR + shipping 4.00 EUR)"
            ),
            (
                693,
                "10.5 % of 66.00 EUR (CIF value: goods 60.00 EUR + shipping 6.00 EUR)"
            ),
        ]
    );
    assert_eq!(
        lines(&told, LineKind::Tax),
        [
            (860, "19 % of 45.28 EUR (goods 40.00 EUR + duty 5.28 EUR)"),
            (1_272, "19 % of 66.93 EUR (goods 60.00 EUR + duty 6.93 EUR)"),
        ]
    );
    assert_eq!(
        lines(&told, LineKind::ShippingTax),
        [(190, "19 % of 10.00 EUR (shipping)")]
    );
    let amounts = Amounts {
        items_minor: 10_000,
        shipping_minor: 1_000,
        duties_minor: 1_221,
        taxes_minor: 2_322,
        ..Amounts::default()
    };
    assert_eq!(told.amounts, amounts);
    assert_eq!(told.missing, [""; 0]);
}

#[test]
fn where_the_goods_alone_are_valued_shipping_is_in_no_base() {
    let rows = vec![
        duty("CA", "", "", "18"),
        tax("CA", "", "5", &[TaxedToo::Duty]),
    ];
    let mut request = request("CA");
    request.insurance_minor = 500;
    let exchange = [worth(&request, "CAD", "1.6")];
    let told = try_calculated(&request, rows, &Terms::default(), &exchange).unwrap();
    assert_eq!(
        lines(&told, LineKind::Duty),
        [
            (720, "18 % of 40.00 EUR (FOB value: goods)"),
            (1_080, "18 % of 60.00 EUR (FOB value: goods)")
        ]
    );
    assert_eq!(
        lines(&told, LineKind::Tax),
        [
            (236, "5 % of 47.20 EUR (goods 40.00 EUR + duty 7.20 EUR)"),
            (354, "5 % of 70.80 EUR (goods 60.00 EUR + duty 10.80 EUR)")
        ]
    );
    assert_eq!(lines(&told, LineKind::ShippingTax), []);
    assert_eq!(told.amounts.shipping_minor, 1_500);
}

#[test]
fn discounts_and_insurance_are_shared_out_by_value_to_the_last_unit() {
    let mut request = request("DE");
    (request.discounts_minor, request.insurance_minor) = (1_001, 333);
    let told = calculated(&request, german());
    let bases: Vec<i64> = told.lines[..2].iter().map(|line| line.base_minor).collect();
    assert_eq!(bases.iter().sum::<i64>(), 10_000 - 1_001 + 1_000 + 333);
    assert_eq!(
        lines(&told, LineKind::Duty)[0].1,
        "12 % of 41.33 EUR (CIF value: goods 36.00 EUR + shipping 4.00 EUR + insurance 1.33 EUR)"
    );
    assert_eq!(
        told.amounts.total_minor(),
        10_332 + told.amounts.landed_cost_minor()
    );
}

#[test]
fn up_to_the_threshold_nothing_is_due_and_one_unit_above_all_of_it() {
    let own = |limit_minor| {
        vec![
            duty("EU", "", "", "10"),
            threshold("EU", Limited::Duty, limit_minor, "EUR"),
            threshold("EU", Limited::Tax, limit_minor, "EUR"),
        ]
    };
    let below = calculated(&request("DE"), own(10_000));
    assert_eq!(
        (below.amounts.duties_minor, below.amounts.taxes_minor),
        (0, 0)
    );
    assert_eq!(
        lines(&below, LineKind::Duty),
        [(0, "no duty up to the threshold"); 2]
    );
    assert_eq!(
        lines(&below, LineKind::Tax),
        [(0, "no tax up to the threshold"); 2]
    );
    let told: Vec<_> = below
        .de_minimis
        .iter()
        .map(|one| (one.of, one.is_above, one.formula.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (
                Limited::Duty,
                false,
                "100.00 EUR (FOB value: goods) is not above 100.00 EUR"
            ),
            (
                Limited::Sale,
                false,
                "100.00 EUR (FOB value: goods) is not above 150.00 EUR"
            ),
            (
                Limited::Tax,
                false,
                "100.00 EUR (FOB value: goods) is not above 100.00 EUR"
            ),
        ]
    );
    let above = calculated(&request("DE"), own(9_999));
    assert_eq!(above.amounts.duties_minor, 1_100);
    assert_eq!(
        above.de_minimis[0].formula,
        "100.00 EUR (FOB value: goods) is above 99.99 EUR"
    );
}

#[test]
fn a_threshold_in_another_currency_is_compared_at_the_rate_that_is_held() {
    let request = request("GB");
    let rows = || vec![duty("GB", "", "", "10")];
    let at = |rate| {
        let exchange = [worth(&request, "GBP", rate)];
        try_calculated(&request, rows(), &Terms::default(), &exchange).unwrap()
    };
    let below = at("1.35");
    assert_eq!(below.amounts.duties_minor, 0);
    assert_eq!(
        below.de_minimis[0].formula,
        "135.00 GBP, for 100.00 EUR (FOB value: goods), is not above 135.00 GBP"
    );
    assert_eq!(at("1.3501").amounts.duties_minor, 1_100);
    // Without the rate the threshold is not applied, and the answer says so.
    let unknown = try_calculated(&request, rows(), &Terms::default(), &[]).unwrap();
    assert_eq!(unknown.amounts.duties_minor, 1_100);
    assert_eq!(unknown.de_minimis, []);
    assert_eq!(
        unknown.missing[0],
        "the rate from EUR to GBP, so that no threshold of 135.00 GBP was applied"
    );
}

#[test]
fn a_registered_seller_collects_the_tax_with_the_sale_up_to_its_threshold() {
    let mut terms = Terms::default();
    let rows = || {
        vec![
            duty("EU", "", "", "10"),
            threshold("EU", Limited::Duty, 0, "EUR"),
        ]
    };
    let told = |terms: &Terms, request| try_calculated(&request, rows(), terms, &[]).unwrap();
    let at_import = told(&terms, request("DE"));
    assert_eq!(at_import.amounts.taxes_minor, 844 + 1_265 + 190);
    assert!(
        at_import
            .notes
            .iter()
            .any(|note| note.contains("not registered to collect the tax of EU"))
    );
    terms.registered_in.insert("EU".to_owned());
    let with_sale = told(&terms, request("DE"));
    // The sale knows no duty.
    assert_eq!(
        lines(&with_sale, LineKind::Tax),
        [
            (760, "19 % of 40.00 EUR (goods)"),
            (1_140, "19 % of 60.00 EUR (goods)")
        ]
    );
    assert_eq!(with_sale.lines[2].note, "collected with the sale");
    let mut resold = request("DE");
    resold.end_use = EndUse::ForResale;
    assert_eq!(told(&terms, resold).amounts, at_import.amounts);
    let mut dear = request("DE");
    dear.items[1].unit_price_minor = 11_001;
    let dear = told(&terms, dear);
    assert!(dear.de_minimis[1].is_above);
    assert!(lines(&dear, LineKind::Tax)[0].1.contains("duty"));
}

#[test]
fn the_destination_says_how_a_line_is_rounded() {
    let rounded = |rounding| {
        let mut request = request("MX");
        request.shipping_minor = 0;
        request.items = vec![goods("pin", 1, 50, "711790", "US")];
        let rows = vec![
            duty("MX", "", "", "5"),
            counts("MX", Valuation::Fob, rounding),
        ];
        let told = calculated(&request, rows);
        let (amount_minor, formula) = lines(&told, LineKind::Duty)[0];
        (amount_minor, formula.to_owned())
    };
    let formula = "5 % of 0.50 EUR (FOB value: goods)";
    assert_eq!(rounded(Rounding::HalfUp), (3, formula.to_owned()));
    assert_eq!(
        rounded(Rounding::Down),
        (2, format!("{formula}, rounded down"))
    );
    assert_eq!(rounded(Rounding::Up), (3, format!("{formula}, rounded up")));
}

#[test]
fn currencies_have_their_own_minor_units() {
    let rows = || vec![duty("CL", "", "", "6")];
    let told = |code: &str| {
        let mut request = request("CL");
        request.currency = currency(code);
        lines(&calculated(&request, rows()), LineKind::Duty)[0]
            .1
            .to_owned()
    };
    assert_eq!(
        told("JPY"),
        "6 % of 4400 JPY (CIF value: goods 4000 JPY + shipping 400 JPY)"
    );
    assert_eq!(
        told("KWD"),
        "6 % of 4.400 KWD (CIF value: goods 4.000 KWD + shipping 0.400 KWD)"
    );
}

#[test]
fn fees_are_shares_and_fixed_amounts_of_what_they_name() {
    let mut terms = Terms::default();
    let brokerage = Fee {
        fixed: Some(Money::new(500, currency("USD"))),
        ..fee(
            "Clearing",
            FeeKind::Brokerage,
            "2.5",
            FeeBase::DutiesAndTaxes,
        )
    };
    let elsewhere = Fee {
        destination: "GB".to_owned(),
        ..fee("British", FeeKind::Other, "50", FeeBase::Goods)
    };
    terms.fees = vec![
        brokerage,
        fee("Service", FeeKind::DdpService, "1", FeeBase::Goods),
        elsewhere,
        fee("All", FeeKind::Other, "1", FeeBase::Everything),
    ];
    let mut request = request("DE");
    request.discounts_minor = 1_000;
    let exchange = [worth(&request, "USD", "1.25")];
    let told = try_calculated(&request, german(), &terms, &exchange).unwrap();
    let due = told.amounts.duties_minor + told.amounts.taxes_minor;
    assert_eq!(due, 1_110 + 2_111);
    assert_eq!(
        lines(&told, LineKind::Brokerage),
        [(
            81 + 400,
            "2.5 % of 32.21 EUR (duties 11.10 EUR + taxes 21.11 EUR) + 5.00 USD (4.00 EUR)"
        )]
    );
    assert_eq!(
        lines(&told, LineKind::DdpService),
        [(90, "1 % of 90.00 EUR (goods)")]
    );
    assert_eq!(lines(&told, LineKind::OtherFee)[0].0, 132);
    assert_eq!(lines(&told, LineKind::OtherFee).len(), 1);
    assert_eq!(told.amounts.fees_minor, 481 + 90 + 132);
    // Nothing due, nothing to clear.
    let mut inland = request.clone();
    inland.origin = place("FR");
    let told = try_calculated(&inland, german(), &terms, &exchange).unwrap();
    assert_eq!(lines(&told, LineKind::Brokerage), []);
}

#[test]
fn more_than_the_desk_keeps_is_refused() {
    let mut request = request("DE");
    request.items = vec![goods("gold", 1, domain::money::MAX_MINOR, "7108", "CH")];
    let refusal = try_calculated(
        &request,
        vec![duty("EU", "", "", "1000")],
        &Terms::default(),
        &[],
    );
    let too_large = domain::money::AmountError::TooLarge;
    let problem = domain::refusal::Problem::Amount(too_large);
    assert_eq!(refusal, Err(Refusal::invalid("duties", problem)));
}
