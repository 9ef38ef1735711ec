//! Amounts as Stripe writes them.

use domain::money::{Currency, Money};
use integrations::payments::stripe_amounts::{from_stripe, to_stripe};

fn money(minor: i64, code: &str) -> Money {
    Money::new(minor, Currency::parse(code).unwrap())
}

#[test]
fn an_amount_is_written_as_stripe_counts_it() {
    for (code, minor, amount) in [
        ("USD", 1_234, 1_234),
        ("JPY", 1_234, 1_234),
        ("XAF", 1, 1),
        ("KWD", 12_340, 12_340),
        ("TND", 10, 10),
        ("HUF", 123_456, 123_456),
        ("TWD", 150, 150),
        ("ISK", 5, 500),
        ("UGX", 7, 700),
        // The ariary has a smaller coin by ISO 4217, which Stripe does not count.
        ("MGA", 12_300, 123),
    ] {
        assert_eq!(to_stripe(money(minor, code)), Ok(amount), "{code}");
        assert_eq!(
            from_stripe(amount, &code.to_lowercase()),
            Ok(money(minor, code))
        );
    }
}

#[test]
fn an_amount_that_stripe_cannot_express_is_refused_with_the_reason() {
    for (code, minor, reason) in [
        (
            "KWD",
            12_345,
            "Stripe cannot express 12.345 KWD: it takes multiples of 0.010 KWD",
        ),
        (
            "MGA",
            12_345,
            "Stripe cannot express 123.45 MGA: it takes multiples of 1.00 MGA",
        ),
        ("IQD", 1_000, "Stripe does not take IQD"),
        ("CLF", 10_000, "Stripe does not take CLF"),
        (
            "ISK",
            i64::MAX,
            "Stripe cannot express 9223372036854775807 ISK: it takes multiples of 1 ISK",
        ),
    ] {
        assert_eq!(to_stripe(money(minor, code)), Err(reason.to_owned()));
    }
    assert_eq!(
        from_stripe(550, "isk"),
        Err("550 of ISK is finer than its smallest coin".to_owned())
    );
    assert!(from_stripe(1, "zzz").is_err());
}

#[test]
fn what_is_written_reads_back_as_it_was_in_every_currency() {
    let mut taken = 0;
    for currency in Currency::all() {
        for minor in [0, 10, 100, 1_000, 123_400] {
            let Ok(amount) = to_stripe(Money::new(minor, currency)) else {
                continue;
            };
            taken += 1;
            let read = from_stripe(amount, currency.code());
            assert_eq!(read, Ok(Money::new(minor, currency)));
        }
    }
    assert!(taken > 700, "{taken}");
}
