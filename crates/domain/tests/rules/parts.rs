//! The three parts of an amount: filled, split, never more than the whole (R4).

use domain::parts::{Part, Parts};
use proptest::prelude::*;

use crate::support::parts;

#[test]
fn an_amount_fills_goods_then_shipping_then_duties_and_what_is_over_is_goods() {
    let whole = parts(100, 20, 30);
    for (minor, expected) in [
        (0, parts(0, 0, 0)),
        (99, parts(99, 0, 0)),
        (110, parts(100, 10, 0)),
        (150, parts(100, 20, 30)),
        (160, parts(110, 20, 30)),
    ] {
        assert_eq!(whole.fill(minor), expected, "{minor}");
    }
}

#[test]
fn the_first_payment_is_emptied_first() {
    let asked = parts(60, 30, 10);
    for (left, expected) in [
        (&[100][..], vec![asked]),
        (&[0, 100], vec![Parts::default(), asked]),
        (&[50, 50], vec![parts(30, 15, 5), parts(30, 15, 5)]),
        (&[1, 99], vec![parts(1, 0, 0), parts(59, 30, 10)]),
        (&[-5, 100], vec![Parts::default(), asked]),
    ] {
        assert_eq!(asked.over(left), expected, "{left:?}");
    }
}

#[test]
fn absurd_parts_stay_over_every_ceiling() {
    let most = parts(i64::MAX, i64::MAX, i64::MAX);
    assert_eq!(most.total_minor(), i64::MAX);
    assert_eq!(most.plus(most), most);
    assert_eq!(parts(i64::MIN, 0, 0).minus(most).item_minor, i64::MIN);
}

#[test]
fn parts_are_stored_without_zeros() {
    assert_eq!(
        serde_json::to_string(&parts(0, 7, 0)).unwrap(),
        r#"{"shipping_minor":7}"#
    );
    let none: Parts = serde_json::from_str("{}").unwrap();
    assert_eq!(none, Parts::default());
}

fn any_parts() -> impl Strategy<Value = Parts> {
    [0..1_000_000_i64, 0..1_000_000, 0..1_000_000].prop_map(Parts::from_array)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn filling_adds_up_and_grows_in_every_part(whole in any_parts(), a in 0..4_000_000_i64, b in 0..4_000_000_i64) {
        let (less, more) = (whole.fill(a.min(b)), whole.fill(a.max(b)));
        prop_assert_eq!(less.total_minor(), a.min(b));
        for part in Part::ALL {
            prop_assert!(0 <= less.get(part) && less.get(part) <= more.get(part));
        }
    }

    #[test]
    fn legs_add_up_part_by_part_and_keep_to_their_payment(asked in any_parts(), left in prop::collection::vec(0..2_000_000_i64, 0..5)) {
        let legs = asked.over(&left);
        prop_assert_eq!(legs.len(), left.len());
        let sum = legs.iter().fold(Parts::default(), |sum, leg| sum.plus(*leg));
        for (leg, left) in legs.iter().zip(&left) {
            prop_assert!(leg.total_minor() <= *left);
            prop_assert!(leg.to_array().iter().all(|part| *part >= 0));
        }
        let can = left.iter().sum::<i64>() >= asked.total_minor();
        prop_assert_eq!(sum == asked, can);
    }
}
