//! Our books against the provider's: what agrees, what differs, and what the edge of a period does not make differ.

use domain::money::Money;
use domain::order::Order;
use domain::reconcile::{Kind, Line, Period, Report, Sums, compare, lines_of};
use jiff::{SignedDuration, Timestamp};

use crate::support::*;

fn period() -> Period {
    Period {
        from: at(-60),
        until: at(24 * 60),
    }
}

/// A paid order of 120.00 with a refund of 60.00 that was made.
fn refunded() -> Order {
    let order = checkout_order(usd());
    let asked = run(&order, refund("refund_1", parts(6_000, 0, 0)));
    succeeded(&asked, "refund_1")
}

fn theirs(kind: Kind, at: Timestamp, minor: i64) -> Line {
    let is_refund = kind == Kind::Refund;
    Line {
        order: Some("order_1".into()),
        payment: "sandbox:at-provider-payment_1".to_owned(),
        refund: if is_refund { "refund_1" } else { "" }.to_owned(),
        kind,
        at,
        money: Money::new(minor, usd()),
    }
}

fn report(order: &Order, theirs: Vec<Line>) -> Report {
    compare(lines_of(order, period().widened()), theirs, period())
}

#[test]
fn books_that_say_the_same_agree_and_an_untold_fee_is_no_difference() {
    let told = vec![
        theirs(Kind::Charge, at(1), 12_000),
        theirs(Kind::Refund, at(3), -6_000),
    ];
    let report = report(&refunded(), told);
    let [row] = report.rows.as_slice() else {
        panic!("{report:?}");
    };
    let both = Sums {
        charged_minor: 12_000,
        refunded_minor: -6_000,
        ..Sums::default()
    };
    assert_eq!((row.ours, row.theirs), (both, both));
    assert!(row.agrees());
    assert_eq!(report.totals[0].ours.held_minor(), 6_000);
}

#[test]
fn what_one_side_does_not_know_differs_and_stands_first() {
    let mut told = vec![theirs(Kind::Charge, at(1), 12_000)];
    told.push(Line {
        order: None,
        payment: "sandbox:elsewhere".to_owned(),
        ..theirs(Kind::Charge, at(1), 700)
    });
    let report = report(&refunded(), told);
    assert_eq!(report.rows.len(), 2);
    let differences: Vec<_> = report
        .rows
        .iter()
        .map(|row| row.difference().minor)
        .collect();
    assert_eq!(differences, [700, 6_000]);
    assert_eq!(report.rows[0].payment, "sandbox:elsewhere");
    assert_eq!(report.totals[0].difference(), Money::new(6_700, usd()));
    assert!(report.rows.iter().all(|row| !row.agrees()));
}

#[test]
fn r8_a_fee_that_the_provider_tells_is_compared_with_ours() {
    let told = vec![
        theirs(Kind::Charge, at(1), 12_000),
        theirs(Kind::Fee, at(1), 400),
    ];
    let report = report(&checkout_order(usd()), told);
    assert_eq!(report.rows[0].fee_difference(), Money::new(-68, usd()));
    assert_eq!(report.rows[0].difference(), Money::new(0, usd()));
}

#[test]
fn clocks_that_differ_at_the_edge_of_a_period_make_no_difference() {
    let order = refunded();
    let charged_at = lines_of(&order, period())[0].at;
    let told = || {
        vec![theirs(
            Kind::Charge,
            charged_at - SignedDuration::from_secs(2),
            12_000,
        )]
    };
    // The provider booked the charge in the day before, we a second later in this one.
    let begins = Period {
        from: charged_at - SignedDuration::from_secs(1),
        until: charged_at + SignedDuration::from_secs(1),
    };
    let report = compare(lines_of(&order, begins.widened()), told(), begins);
    assert_eq!(report.rows.len(), 1);
    assert!(report.rows[0].agrees(), "{report:?}");
    // And what neither booked within the period is none of its.
    let later = Period {
        from: charged_at + SignedDuration::from_hours(1),
        until: charged_at + SignedDuration::from_hours(2),
    };
    let report = compare(lines_of(&order, later.widened()), told(), later);
    assert!(report.rows.is_empty());
}

#[test]
fn what_was_settled_by_hand_never_was_at_the_provider() {
    let order = checkout_order(usd());
    let asked = run(&order, refund("refund_1", parts(6_000, 0, 0)));
    let order = run(&failed(&asked, "refund_1"), settle("refund_1"));
    let report = report(&order, vec![theirs(Kind::Charge, at(1), 12_000)]);
    assert!(report.rows[0].agrees());
}
