//! A landed cost says what it does not know, what it assumed and what it rests on; and it holds until it expires.

use domain::actor::By;
use domain::ids::{LandedCostId, OrderId};
use domain::landed_cost::quote::{LandedCost, OrderTerms};
use domain::landed_cost::terms::{Fee, FeeBase, FeeKind, Terms};
use domain::landed_cost::{LineKind, Request};
use domain::money::{AmountError, Money};
use domain::order::{EstimatedWeight, FraudReview, Mode, Source};
use domain::rate::ExchangeRate;
use domain::refusal::{Instead, Problem, Refusal};
use domain::tariff::{Limited, Row};

use crate::support::landed::*;
use crate::support::{address, at, currency, taken, usd};

/// A price of the guarantee.
fn terms() -> Terms {
    let guarantee = Fee {
        name: "Guarantee".to_owned(),
        kind: FeeKind::Other,
        rate_percent: percent("2"),
        of: FeeBase::Everything,
        fixed: None,
        destination: String::new(),
    };
    Terms {
        guarantee: Some(guarantee),
        ..Terms::default()
    }
}

fn rows() -> Vec<Row> {
    vec![
        duty("EU", "61", "", "12"),
        threshold("EU", Limited::Duty, 0, "EUR"),
    ]
}

#[test]
fn without_a_rate_there_is_no_duty_and_the_answer_says_so() {
    let mut request = request("DE");
    request.wants_guarantee = true;
    request.items[0].declared.origin.clear();
    let told = try_calculated(&request, rows(), &terms(), &[]).unwrap();
    assert_eq!(lines(&told, LineKind::Duty)[1], (0, "no duty rate known"));
    assert_eq!(
        (told.lines[0].note.as_str(), told.lines[1].note.as_str()),
        (
            "no country of origin: only a rate for any origin could be looked for",
            "no duty rate for 691110 made in CN into DE is known: none was counted"
        )
    );
    assert_eq!(told.missing, ["a duty rate for 691110 made in CN into DE"]);
    assert!(!told.is_guaranteed);
    assert!(
        told.notes
            .contains(&"no guarantee: not everything that may be due is known".to_owned())
    );
    assert_eq!(lines(&told, LineKind::Guarantee), []);
    // What it rests on is named, with its day.
    assert_eq!(
        told.notes[told.notes.len() - 2..],
        [
            "ours of 2026-01-01 (version 1)",
            "Bordereau's standard rates of 2026-01-01, written down from public knowledge: standard rates only, to be \
             checked before use"
        ]
    );
}

#[test]
fn a_destination_that_nothing_is_known_of_is_told_as_that() {
    let told = calculated(&request("BR"), vec![]);
    assert_eq!(told.amounts.landed_cost_minor(), 0);
    assert_eq!(lines(&told, LineKind::Tax), [(0, "no tax rate known"); 2]);
    assert_eq!(
        told.missing,
        [
            "a duty rate for 610910 made in PT into BR",
            "a duty rate for 691110 made in CN into BR",
            "a tax rate for BR"
        ]
    );
    assert_eq!(
        told.notes,
        [
            "how BR values goods is not known: CIF, with shipping and insurance, was assumed",
            "no threshold for duty is known for BR: it counts from the first unit"
        ]
    );
}

#[test]
fn no_customs_border_nothing_due() {
    for (from, to) in [("DE", "DE"), ("FR", "DE"), ("US", "US")] {
        let mut request = request(to);
        request.origin = place(from);
        request.wants_guarantee = true;
        let told = try_calculated(&request, rows(), &terms(), &[]).unwrap();
        assert_eq!(told.amounts.landed_cost_minor(), 0, "{from} {to}");
        assert_eq!((told.missing.len(), told.is_guaranteed), (0, false));
    }
}

#[test]
fn a_guarantee_is_given_where_all_is_known_and_has_its_price() {
    let mut request = request("DE");
    request.items.truncate(1);
    let told = try_calculated(&request, rows(), &terms(), &[]).unwrap();
    assert!(!told.is_guaranteed, "it was not asked for");
    request.wants_guarantee = true;
    let told = try_calculated(&request, rows(), &terms(), &[]).unwrap();
    assert!(told.is_guaranteed);
    assert_eq!(
        lines(&told, LineKind::Guarantee),
        [(
            133,
            "2 % of 66.64 EUR (goods 40.00 EUR + shipping 10.00 EUR + duties 6.00 EUR + taxes 10.64 EUR)"
        )]
    );
    let none = try_calculated(&request, rows(), &Terms::default(), &[]).unwrap();
    assert!(!none.is_guaranteed);
    assert!(
        none.notes
            .contains(&"no guarantee: the organization gives none".to_owned())
    );
    // A price that cannot be reckoned is none.
    let mut foreign = terms();
    let fee = foreign.guarantee.as_mut().unwrap();
    fee.fixed = Some(Money::new(100, currency("JPY")));
    let told = try_calculated(&request, rows(), &foreign, &[]).unwrap();
    assert_eq!((told.is_guaranteed, told.amounts.fees_minor), (false, 0));
}

#[test]
fn a_request_that_cannot_be_is_refused_by_its_field() {
    let field = |change: fn(&mut Request)| {
        let mut request = request("DE");
        change(&mut request);
        match request.checked() {
            Err(Refusal::Invalid { field, .. }) => field,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(field(|r| r.origin.country.clear()), "origin.country");
    assert_eq!(
        field(|r| r.destination = place("EU")),
        "destination.country"
    );
    assert_eq!(field(|r| r.items.clear()), "items");
    assert_eq!(field(|r| r.items[1].quantity = 0), "items[1].quantity");
    assert_eq!(
        field(|r| r.items[1].declared.hs_code = "no".to_owned()),
        "items[1].hs_code"
    );
    assert_eq!(field(|r| r.shipping_minor = -1), "shipping");
    assert_eq!(field(|r| r.insurance_minor = -1), "insurance");
    assert_eq!(field(|r| r.discounts_minor = 10_001), "discounts");
    assert_eq!(
        field(|r| r.items[0].unit_price_minor = i64::MAX),
        "items[0].unit_price"
    );
}

fn quoted() -> LandedCost {
    let request = request("DE").checked().unwrap();
    let calculation = calculated(&request, rows());
    LandedCost {
        id: LandedCostId("landed_cost_1".to_owned()),
        mode: Mode::Live,
        created_at: at(0),
        created_by: By::desk(),
        expires_at: at(10),
        on: ON,
        rate: ExchangeRate {
            base: usd(),
            ..worth(&request, "USD", "1.08")
        },
        exchange: Vec::new(),
        request,
        calculation,
        root: None,
        rating: None,
    }
}

#[test]
fn the_stored_form_of_a_landed_cost_stays() {
    let mut quoted = quoted();
    quoted.calculation = calculated(&quoted.request, german());
    insta::assert_json_snapshot!("landed_cost", quoted);
    let stored = serde_json::to_string(&quoted).unwrap();
    assert_eq!(serde_json::from_str::<LandedCost>(&stored).unwrap(), quoted);
    let terms = serde_json::to_string(&terms()).unwrap();
    insta::assert_snapshot!("landed_cost_terms", terms);
}

/// A duty that is known and one that is not, and every threshold.
fn german() -> Vec<Row> {
    vec![
        duty("EU", "61", "", "12"),
        threshold("EU", Limited::Duty, 5_000, "EUR"),
        threshold("DE", Limited::Tax, 1_000, "EUR"),
    ]
}

fn order_terms() -> OrderTerms {
    let mut ship_to = address();
    ship_to.country = "de".to_owned();
    OrderTerms {
        source: Source::Api,
        number: Some("1001".to_owned()),
        shop: None,
        placed_at: at(5),
        language: "de".to_owned(),
        ship_to,
        bill_to: None,
        total: None,
        payments: Vec::new(),
        fraud_review: FraudReview::None,
        fraud_protection: false,
        tags: [].into(),
        particulars: Default::default(),
    }
}

#[test]
fn an_order_is_made_once_and_in_time() {
    let quoted = quoted();
    assert_eq!(quoted.check_usable(None, at(9)), Ok(()));
    let expired = quoted.check_usable(None, at(10)).unwrap_err();
    assert_eq!(
        expired,
        Refusal::LandedCostExpired {
            landed_cost: quoted.id.clone(),
            expired_at: at(10)
        }
    );
    let order = OrderId("order_1".to_owned());
    let used = quoted.check_usable(Some(&order), at(9)).unwrap_err();
    let landed_cost = quoted.id.clone();
    assert_eq!(used, Refusal::LandedCostUsed { landed_cost, order });
    for refusal in [expired, used] {
        assert_eq!(
            (refusal.rule(), refusal.instead(), refusal.field()),
            ("O3", Instead::QuoteAgain, Some("landed_cost"))
        );
    }
}

#[test]
fn the_order_has_the_quotes_amounts_rate_and_weight() {
    let quoted = quoted();
    let order = taken(quoted.order(order_terms()).unwrap());
    assert_eq!(order.amounts, quoted.calculation.amounts);
    assert_eq!(order.rate, quoted.rate);
    assert_eq!(order.items, quoted.request.items);
    assert_eq!(order.landed_cost, Some(quoted.id.clone()));
    let weight = EstimatedWeight {
        physical_g: 750,
        dimensional_g: 0,
    };
    assert_eq!(order.estimated_weight, weight);
    // What was charged in all decides; the difference is the variance.
    let total = order.amounts.total_minor();
    let terms = OrderTerms {
        total: Some(Money::new(total - 7, currency("EUR"))),
        ..order_terms()
    };
    assert_eq!(quoted.order(terms).unwrap().amounts.variance_minor, -7);
}

#[test]
fn what_goes_elsewhere_or_is_charged_otherwise_is_another_landed_cost() {
    let mut quoted = quoted();
    let mut terms = order_terms();
    terms.ship_to.country = "FR".to_owned();
    let problem = Problem::Malformed {
        given: "FR".to_owned(),
        expected: "DE, which landed cost landed_cost_1 is for".to_owned(),
    };
    let refusal = Refusal::invalid("ship_to.country", problem);
    assert_eq!(quoted.order(terms), Err(refusal));
    let terms = OrderTerms {
        total: Some(Money::new(1, usd())),
        ..order_terms()
    };
    let problem = Problem::Amount(AmountError::WrongCurrency {
        expected: currency("EUR"),
        given: usd(),
    });
    let refusal = Refusal::invalid("total", problem);
    assert_eq!(quoted.order(terms), Err(refusal));
    quoted.request.destination.region = "BY".to_owned();
    let refusal = quoted.order(order_terms()).unwrap_err();
    assert_eq!(refusal.field(), Some("ship_to.region"));
}
