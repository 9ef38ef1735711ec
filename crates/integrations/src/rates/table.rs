//! A fixed table of rates to the US dollar: plausible, stated for one day, the same for ever. For the demo and tests;
//! nobody should be billed by it.

use std::sync::Arc;

use async_trait::async_trait;
use domain::money::Currency;
use engine::ports::{Answer, Quote, Rates};
use jiff::Timestamp;
use rust_decimal::Decimal;

use crate::script::{Call, Misbehaviour, Script, deliver};

/// Whose rates these are.
pub const SOURCE: &str = "sandbox";

/// When they held: 2 January 2026, 00:00 UTC.
pub const STATED_AT: Timestamp = Timestamp::constant(1_767_312_000, 0);

/// What one unit of a currency is worth in US dollars: digits, and how many of them are decimals.
const IN_USD: [(&str, i64, u32); 42] = [
    ("AED", 27_229, 5),
    ("ARS", 69, 5),
    ("AUD", 6_670, 4),
    ("BHD", 265_252, 5),
    ("BRL", 1_822, 4),
    ("CAD", 7_288, 4),
    ("CHF", 12_620, 4),
    ("CLP", 111, 5),
    ("CNY", 14_306, 5),
    ("COP", 265, 6),
    ("CZK", 4_858, 5),
    ("DKK", 15_717, 5),
    ("EGP", 2_098, 5),
    ("EUR", 11_739, 4),
    ("GBP", 13_456, 4),
    ("HKD", 12_847, 5),
    ("HUF", 305, 5),
    ("IDR", 598, 7),
    ("ILS", 3_138, 4),
    ("INR", 1_111, 5),
    ("ISK", 797, 5),
    ("JPY", 638, 5),
    ("KRW", 692, 6),
    ("KWD", 32_520, 4),
    ("MAD", 10_963, 5),
    ("MXN", 5_571, 5),
    ("MYR", 2_464, 4),
    ("NOK", 9_921, 5),
    ("NZD", 5_760, 4),
    ("PEN", 2_973, 4),
    ("PHP", 1_700, 5),
    ("PLN", 2_783, 4),
    ("RON", 2_305, 4),
    ("SAR", 26_660, 5),
    ("SEK", 10_857, 5),
    ("SGD", 7_778, 4),
    ("THB", 3_175, 5),
    ("TRY", 2_327, 5),
    ("TWD", 3_182, 5),
    ("USD", 1, 0),
    ("VND", 380, 7),
    ("ZAR", 6_036, 5),
];

/// How many digits a cross rate keeps: more than any bank quotes.
const DIGITS: u32 = 12;

/// What one unit of `from` is worth in `to`; none where the table does not have both.
pub(crate) fn rate(from: Currency, to: Currency) -> Option<Decimal> {
    if from == to {
        return Some(Decimal::ONE);
    }
    let cross = in_usd(from)?.checked_div(in_usd(to)?)?;
    cross.round_sf(DIGITS).map(|rate| rate.normalize())
}

fn in_usd(currency: Currency) -> Option<Decimal> {
    let (_, digits, decimals) = IN_USD.iter().find(|(code, ..)| *code == currency.code())?;
    Decimal::try_new(*digits, *decimals).ok()
}

/// The rates of the sandbox.
pub struct RateTable {
    script: Arc<Script>,
}

impl RateTable {
    pub(crate) fn new(script: Arc<Script>) -> Self {
        Self { script }
    }
}

#[async_trait]
impl Rates for RateTable {
    async fn quote(&self, from: Currency, to: Currency, _now: Timestamp) -> Answer<Quote> {
        let how = self.script.next(Call::QuoteRate);
        let known = rate(from, to).filter(|_| how != Some(Misbehaviour::Refuse));
        let answer = match known {
            Some(rate) => Answer::Done(Quote {
                rate,
                source: SOURCE.to_owned(),
                at: STATED_AT,
            }),
            None => Answer::Refused(format!("there is no rate from {from} to {to}")),
        };
        deliver(how, answer).await
    }
}
