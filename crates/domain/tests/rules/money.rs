//! Money, rates and their division: every currency of ISO 4217, exact to its own minor unit (regressions 6, 7).

use domain::money::{AmountError, Currency, MAX_MINOR, Money, allocate, decimal_text, prorate};
use domain::rate::ExchangeRate;
use proptest::prelude::*;
use rust_decimal::Decimal;

use crate::support::*;

#[test]
fn every_currency_has_its_own_grain() {
    for (code, exponent) in [
        ("JPY", 0),
        ("USD", 2),
        ("KWD", 3),
        ("CLF", 4),
        ("VND", 0),
        ("MRU", 2),
    ] {
        assert_eq!(currency(code).exponent(), exponent, "{code}");
    }
    let all: Vec<Currency> = Currency::all().collect();
    assert!(all.len() > 150, "{}", all.len());
    for exponent in [0, 2, 3, 4] {
        assert!(all.iter().any(|currency| currency.exponent() == exponent));
    }
    assert!(all.iter().all(|currency| currency.exponent() <= 4));
}

#[test]
fn amounts_of_every_currency_are_printed_and_read_exactly() {
    for currency in Currency::all() {
        for minor in [
            0, 1, -1, 7, 99, 100, -12_345, 1_000_000, MAX_MINOR, -MAX_MINOR,
        ] {
            let text = decimal_text(minor, currency);
            let money = Money::new(minor, currency);
            assert_eq!(
                Money::parse(&text, currency),
                Ok(money),
                "{text} {currency}"
            );
            assert_eq!(money.to_string(), format!("{text} {}", currency.code()));
        }
        let one = Money::parse("1", currency).unwrap().minor;
        assert_eq!(one, 10_i64.pow(currency.exponent()));
        let code = currency.code().to_lowercase();
        assert_eq!(Currency::parse(&format!(" {code} ")), Ok(currency));
    }
}

#[test]
fn too_many_decimals_are_refused_in_every_currency_and_zeros_are_none() {
    for currency in Currency::all() {
        let exponent = currency.exponent();
        let zeros = "0".repeat(exponent as usize);
        let given = format!("5.{zeros}1");
        let expected = AmountError::TooManyDecimals {
            given: given.clone(),
            currency,
            exponent,
        };
        assert_eq!(Money::parse(&given, currency), Err(expected));
        let padded = format!("5.{zeros}000");
        assert_eq!(Money::parse(&padded, currency), Money::parse("5", currency));
    }
}

#[test]
fn what_is_no_amount_is_refused() {
    for text in [
        "", "-", "--1", "1,5", "1.", ".5", "1e3", "+1", "1 000", "0x1", "１", "1.5.0", "NaN", "1\0",
    ] {
        let expected = AmountError::NotANumber(text.to_owned());
        assert_eq!(Money::parse(text, usd()), Err(expected), "{text}");
    }
    for text in [
        "10000000000000.01",
        "9223372036854775807",
        "-10000000000000.01",
        &"9".repeat(5_000),
    ] {
        assert_eq!(Money::parse(text, usd()), Err(AmountError::TooLarge));
    }
    for (text, minor) in [(" 12.5 ", 1_250), ("-0", 0), ("-3", -300), ("0012", 1_200)] {
        assert_eq!(Money::parse(text, usd()), Ok(Money::new(minor, usd())));
    }
    for code in ["", "XXX", "XAU", "EURO", "€", "ÉUR", "U\0D"] {
        let expected = AmountError::UnknownCurrency(code.to_owned());
        assert_eq!(Currency::parse(code), Err(expected));
    }
}

#[test]
fn sums_are_checked() {
    let one = Money::new(1, usd());
    assert_eq!(one.plus(one), Ok(Money::new(2, usd())));
    let most = Money::new(i64::MAX, usd());
    assert_eq!(most.plus(one), Err(AmountError::TooLarge));
    let yen = currency("JPY");
    let expected = AmountError::WrongCurrency {
        expected: usd(),
        given: yen,
    };
    assert_eq!(one.plus(Money::new(1, yen)), Err(expected));
}

#[test]
fn a_currency_is_stored_by_its_code() {
    let stored = serde_json::to_string(&Money::new(1_250, currency("EUR"))).unwrap();
    assert_eq!(stored, r#"{"minor":1250,"currency":"EUR"}"#);
    assert!(serde_json::from_str::<Currency>(r#""XAU""#).is_err());
}

#[test]
fn dividing_gives_the_odd_units_to_the_largest_remainders() {
    for (total, weights, expected) in [
        (100, &[1, 1, 1][..], vec![34, 33, 33]),
        (-100, &[1, 1, 1], vec![-34, -33, -33]),
        (5, &[0, 0], vec![5, 0]),
        (5, &[], vec![]),
        (10, &[-4, 1], vec![0, 10]),
        (i64::MIN, &[1], vec![i64::MIN]),
        (
            i64::MAX,
            &[i64::MAX, i64::MAX],
            vec![i64::MAX / 2 + 1, i64::MAX / 2],
        ),
    ] {
        assert_eq!(allocate(total, weights), expected, "{total} {weights:?}");
    }
}

#[test]
fn a_share_is_rounded_half_away_from_zero_and_never_overflows() {
    for (whole, numerator, denominator, expected) in [
        (100, 1, 3, 33),
        (5, 1, 2, 3),
        (-5, 1, 2, -3),
        (5, -1, 2, -3),
        (5, 1, -2, -3),
        (7, 1, 0, 0),
        (i64::MIN, i64::MIN, i64::MIN, i64::MIN),
        (i64::MIN, i64::MIN, 1, i64::MAX),
        (i64::MAX, i64::MIN, 1, i64::MIN),
        (i64::MAX, i64::MAX, i64::MAX, i64::MAX),
    ] {
        assert_eq!(
            prorate(whole, numerator, denominator),
            expected,
            "{whole} {numerator}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn shares_add_up_and_none_is_off_by_a_unit(total: i64, weights in prop::collection::vec(any::<i64>(), 1..8)) {
        let parts = allocate(total, &weights);
        let sum: i128 = parts.iter().map(|part| i128::from(*part)).sum();
        prop_assert_eq!(sum, i128::from(total));
        let positive: i128 = weights.iter().map(|weight| i128::from((*weight).max(0))).sum();
        if positive > 0 {
            for (part, weight) in parts.iter().zip(&weights) {
                let product = i128::from(total) * i128::from((*weight).max(0));
                let off = (i128::from(*part) * positive - product).abs();
                prop_assert!(off < positive);
            }
        }
    }

    #[test]
    fn pro_rata_grows_with_its_numerator_and_ends_at_the_whole(whole in 0..=MAX_MINOR, a in 0..=MAX_MINOR, b in 0..=MAX_MINOR, of in 1..=MAX_MINOR) {
        let (low, high) = (a.min(b), a.max(b));
        prop_assert!(prorate(whole, low, of) <= prorate(whole, high, of));
        prop_assert_eq!(prorate(whole, of, of), whole);
    }

    #[test]
    fn any_text_is_an_amount_or_a_refusal(text in ".{0,40}", minor: i64) {
        for code in ["JPY", "USD", "KWD", "CLF"] {
            let currency = currency(code);
            if let Ok(money) = Money::parse(&text, currency) {
                prop_assert!(money.minor.abs() <= MAX_MINOR);
            }
            let _ = Currency::parse(&text);
            let round = Money::parse(&decimal_text(minor, currency), currency);
            let is_kept = minor.checked_abs().is_some_and(|minor| minor <= MAX_MINOR);
            prop_assert_eq!(round.is_ok(), is_kept);
        }
    }

    #[test]
    fn r6_settling_in_base_never_offers_what_is_refused(left in 0..=MAX_MINOR, typed: i64, mantissa in 1..i64::MAX, scale in 0..=18_u32, pair in (0..6_usize, 0..6_usize)) {
        let codes = ["JPY", "USD", "KWD", "CLF", "VND", "EUR"];
        let mut rate = ExchangeRate::identity(currency(codes[pair.0]), at(0));
        if pair.0 != pair.1 {
            rate.base = currency(codes[pair.1]);
            rate.rate = Decimal::new(mantissa, scale);
        }
        let shown = rate.to_base(left).minor;
        prop_assert_eq!(rate.settle_base(shown, left), left);
        let meant = rate.settle_base(typed, left);
        if typed < shown {
            prop_assert!(meant <= left);
        } else if typed > shown {
            prop_assert!(meant > left);
        }
        if typed < 0 {
            prop_assert!(meant <= 0);
        }
    }
}
