//! Random orders: every source, currencies of every grain, discounts larger than the goods, one to three payments.

use domain::capture::CaptureRule;
use domain::fees::FeeTerms;
use domain::intake::{NewOrder, Placement};
use domain::money::Currency;
use domain::order::{FraudReview, Source};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::support;

/// An order about to be taken in.
#[derive(Clone, Debug)]
pub struct Start {
    pub new: NewOrder,
    pub placement: Placement,
    /// How much of each payment is taken before the first step; none where it is only asked for.
    pub taken_percent: [Option<u8>; 3],
}

const CURRENCIES: [&str; 8] = ["USD", "JPY", "EUR", "KWD", "VND", "IDR", "CLF", "GBP"];

const RATES: [&str; 8] = [
    "1.0837",
    "0.0067",
    "3.2512",
    "0.00004",
    "149.31",
    "0.000000001",
    "98765.4321",
    "0.3333333333333333333333333333",
];

const CAPTURES: [CaptureRule; 5] = [
    CaptureRule::ByHand,
    CaptureRule::FirstShipment,
    CaptureRule::WholeShipment,
    CaptureRule::AfterHours { hours: 1 },
    CaptureRule::AfterHours { hours: 720 },
];

/// Any order that can be taken in.
pub fn start() -> impl Strategy<Value = Start> {
    let money = (
        select(&CURRENCIES[..]),
        select(&CURRENCIES[..3]),
        select(&RATES[..]),
    );
    let source = prop_oneof![
        6 => Just(Source::Checkout),
        2 => Just(Source::DutyAndTax),
        2 => Just(Source::Api),
    ];
    let review = prop_oneof![
        6 => Just(FraudReview::Approved),
        1 => Just(FraudReview::None),
        1 => Just(FraudReview::Pending),
        1 => Just(FraudReview::Declined),
    ];
    let charges = (vec(0..40_000_i64, 4), 0..160_000_i64, -3_000..3_000_i64);
    let lines = vec((1..5_u32, 0..30_000_i64), 1..4);
    let payments = vec(1..60_000_i64, 0..4);
    let fees = (0..=10_000_u32, 0..=10_000_u32);
    let percent = || prop_oneof![Just(None), Just(Some(100)), (1..100_u8).prop_map(Some)];
    let taken = [percent(), percent(), percent()];
    let capture = select(&CAPTURES[..]);
    let given = (any::<bool>(), any::<bool>(), taken, capture);
    (money, source, review, charges, lines, payments, fees, given).prop_map(
        |((presentment, base, rate), source, review, charges, lines, payments, fees, given)| {
            let mut new = support::new_order(source, support::currency(presentment));
            exchange(&mut new, support::currency(base), rate);
            charge(&mut new, &charges, &lines);
            new.payments = match source {
                Source::DutyAndTax => Vec::new(),
                Source::Checkout | Source::Api => payments
                    .iter()
                    .enumerate()
                    .map(|(index, amount)| support::payment(&format!("payment_{index}"), *amount))
                    .collect(),
            };
            new.fraud_review = review;
            (new.fraud_protection, new.guarantee) = (given.0, given.1);
            let mut placement = support::placement();
            placement.capture = given.3;
            placement.fees = FeeTerms {
                total_bp: fees.0.max(fees.1),
                returned_bp: fees.0.min(fees.1),
            };
            Start {
                new,
                placement,
                taken_percent: given.2,
            }
        },
    )
}

fn exchange(new: &mut NewOrder, base: Currency, rate: &str) {
    new.rate.base = base;
    let is_same = new.rate.presentment == base;
    new.rate.rate = if is_same { "1" } else { rate }.parse().unwrap();
}

/// The amounts of the lines and charges; a discount larger than all of it is cut to all of it.
fn charge(new: &mut NewOrder, charges: &(Vec<i64>, i64, i64), lines: &[(u32, i64)]) {
    new.items = lines
        .iter()
        .enumerate()
        .map(|(index, (quantity, price))| {
            support::item(&format!("item_{index}"), *quantity, *price)
        })
        .collect();
    let (charges, discounts, variance) = charges;
    new.amounts.items_minor = lines
        .iter()
        .map(|(count, price)| i64::from(*count) * price)
        .sum();
    new.amounts.shipping_minor = charges[0];
    new.amounts.duties_minor = charges[1];
    new.amounts.taxes_minor = charges[2];
    new.amounts.fees_minor = charges[3];
    new.amounts.variance_minor = *variance;
    new.amounts.discounts_minor = 0;
    let most = new.amounts.total_minor();
    if most < 0 {
        new.amounts.variance_minor = 0;
    }
    new.amounts.discounts_minor = (*discounts).min(new.amounts.total_minor());
}
