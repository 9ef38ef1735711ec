//! The two promises: what moves them, and that they never improve by themselves (N2, S3).

use domain::address::Address;
use domain::command::{Command, Fact};
use domain::coverage::{Cause, Cover, Promise};
use domain::event::AddressKind;
use domain::order::{Declaration, FraudReview, Order, OrderStatus};
use domain::refusal::{Problem, Refusal};

use crate::support::*;

fn moved_to(which: AddressKind, change: impl Fn(&mut Address)) -> Order {
    let before = address();
    let mut after = address();
    change(&mut after);
    let (before, after) = (Box::new(before), Box::new(after));
    let command = Command::EditAddress {
        which,
        before,
        after,
    };
    run(&checkout_order(usd()), command)
}

fn covers(order: &Order) -> (Cover, Cover) {
    (order.coverage.fraud.state, order.coverage.guarantee.state)
}

#[test]
fn n2_a_new_address_lowers_what_it_puts_at_risk() {
    use AddressKind::{BillTo, ShipTo};
    use Cover::{AtRisk, Covered, Void};
    type Change = fn(&mut Address);
    let cases: [(AddressKind, Change, (Cover, Cover)); 11] = [
        (ShipTo, |to| to.country = "FR".to_owned(), (Void, Void)),
        (
            ShipTo,
            |to| to.line1 = "9 Rue".to_owned(),
            (AtRisk, Covered),
        ),
        // Punctuation tells houses apart; case, accents and spaces do not.
        (
            ShipTo,
            |to| to.line1 = "12-3 Ginza".to_owned(),
            (AtRisk, Covered),
        ),
        (
            ShipTo,
            |to| to.line1 = "1-23  GÍNZA".to_owned(),
            (Covered, Covered),
        ),
        (ShipTo, |to| to.region = "27".to_owned(), (AtRisk, AtRisk)),
        (
            ShipTo,
            |to| to.postal_code = "530-0001".to_owned(),
            (AtRisk, AtRisk),
        ),
        (ShipTo, |to| to.phone = "+81".to_owned(), (Covered, Covered)),
        (ShipTo, |to| to.email.clear(), (Covered, Covered)),
        (
            BillTo,
            |to| to.last_name = "Mori".to_owned(),
            (AtRisk, Covered),
        ),
        (BillTo, |to| to.country = "FR".to_owned(), (AtRisk, Covered)),
        (BillTo, |to| to.phone = "+81".to_owned(), (Covered, Covered)),
    ];
    for (index, (which, change, expected)) in cases.into_iter().enumerate() {
        assert_eq!(covers(&moved_to(which, change)), expected, "case {index}");
    }
}

#[test]
fn n2_moving_back_does_not_restore_what_was_lost() {
    let order = moved_to(AddressKind::ShipTo, |to| to.country = "FR".to_owned());
    let back = Command::EditAddress {
        which: AddressKind::ShipTo,
        before: Box::new(order.ship_to.clone()),
        after: Box::new(address()),
    };
    let back = run(&order, back);
    assert_eq!(back.ship_to, address());
    assert_eq!(covers(&back), (Cover::Void, Cover::Void));
    let (cause, _) = back.coverage.guarantee.moved.unwrap();
    let fields = vec!["country".to_owned()];
    assert_eq!(cause, Cause::ShipToChanged { fields });
}

#[test]
fn s3_another_declaration_lowers_the_guarantee_and_words_do_not() {
    use Cover::{AtRisk, Covered, Void};
    type Change = fn(&mut Declaration);
    let cases: [(Change, Cover); 7] = [
        (|to| to.hs_code = "69111090".to_owned(), AtRisk),
        (|to| to.hs_code = "691200".to_owned(), Void),
        (|to| to.hs_code = "6911".to_owned(), Void),
        (|to| to.hs_code.clear(), Void),
        (|to| to.unit_price_minor = 1_999, Void),
        (|to| to.origin = "ES".to_owned(), AtRisk),
        (|to| to.description = "cup".to_owned(), Covered),
    ];
    let order = checkout_order(usd());
    for (index, (change, expected)) in cases.into_iter().enumerate() {
        let before = order.items[0].declared.clone();
        let mut after = before.clone();
        change(&mut after);
        let item = "mug".into();
        let changed = run(
            &order,
            Command::DeclareItem {
                item,
                before,
                after,
            },
        );
        assert_eq!(covers(&changed), (Covered, expected), "case {index}");
    }
}

fn judge(promise: Promise, keeps: bool) -> Command {
    Command::JudgeCoverage {
        promise,
        keeps,
        note: "same house".to_owned(),
    }
}

#[test]
fn only_operator_support_judges_and_only_what_is_at_risk() {
    let order = moved_to(AddressKind::ShipTo, |to| to.line1 = "9 Rue".to_owned());
    let fraud = Promise::FraudProtection;
    assert_eq!(
        refusal(&order, judge(fraud, true)),
        Refusal::OperatorSupportOnly
    );
    let kept = run_as(&order, judge(fraud, true), &support()).order;
    assert_eq!(covers(&kept), (Cover::Covered, Cover::Covered));
    let gone = run_as(&order, judge(fraud, false), &support()).order;
    assert_eq!(covers(&gone), (Cover::Void, Cover::Covered));
    for (order, promise) in [(&gone, fraud), (&kept, fraud), (&order, Promise::Guarantee)] {
        let refused = refusal_as(order, judge(promise, true), &support());
        assert_eq!(refused, Refusal::CoverageOnlyFalls);
    }
    let silent = Command::JudgeCoverage {
        promise: fraud,
        keeps: true,
        note: String::new(),
    };
    let missing = Refusal::invalid("note", Problem::Missing);
    assert_eq!(refusal_as(&order, silent, &support()), missing);
}

#[test]
fn what_was_never_promised_is_not_lost() {
    let order = duty_and_tax_order(false);
    let mut after = address();
    after.country = "FR".to_owned();
    let command = Command::EditAddress {
        which: AddressKind::ShipTo,
        before: Box::new(address()),
        after: Box::new(after),
    };
    assert_eq!(events(&order, command), ["address_changed"]);
}

#[test]
fn the_screenings_answer_is_not_taken_back_by_older_news() {
    use FraudReview as F;
    let of = |review| {
        let mut new = new_order(domain::order::Source::Checkout, usd());
        new.fraud_review = review;
        captured(&taken(new), "payment_1", 12_000)
    };
    for (from, words, expected, status) in [
        (
            F::None,
            vec![F::Pending],
            F::Pending,
            OrderStatus::FraudHold,
        ),
        (
            F::Pending,
            vec![F::Approved, F::Pending],
            F::Approved,
            OrderStatus::Open,
        ),
        (
            F::Pending,
            vec![F::Approved, F::None],
            F::Approved,
            OrderStatus::Open,
        ),
        (
            F::Pending,
            vec![F::Declined, F::Approved],
            F::Declined,
            OrderStatus::FraudHold,
        ),
        (
            F::Approved,
            vec![F::Declined],
            F::Declined,
            OrderStatus::FraudHold,
        ),
    ] {
        let order = words
            .iter()
            .fold(of(from), |order, word| tell(&order, Fact::Fraud(*word)));
        assert_eq!(
            (order.fraud_review, order.status),
            (expected, status),
            "{from:?} {words:?}"
        );
        let is_covered = order.coverage.fraud.state == Cover::Covered;
        assert_eq!(is_covered, expected != F::Declined);
    }
    assert_eq!(of(F::Declined).coverage.fraud.state, Cover::None);
}
