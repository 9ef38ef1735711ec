//! What a label of the sandbox costs: by weight, destination and service, in the account's currency.

use domain::money::{Currency, Money};
use domain::rate::ExchangeRate;
use domain::roots::Offer;
use engine::ports::RatesAsk;

use crate::rates::table;

/// Weight is charged by started steps of so many grams.
const STEP_G: u32 = 500;

/// What a zone costs, in US cents: the parcel itself, and each started step of weight.
struct Zone {
    parcel_cents: i64,
    step_cents: i64,
}

/// What an express label costs of a plain one.
const EXPRESS_TIMES: i64 = 2;

/// The postage of a parcel of this weight to this country.
pub(crate) fn postage(weight_g: u32, country: &str, is_express: bool, currency: Currency) -> Money {
    let zone = zone(country);
    let steps = i64::from(weight_g.div_ceil(STEP_G).max(1));
    let times = if is_express { EXPRESS_TIMES } else { 1 };
    let cents = (zone.parcel_cents + steps * zone.step_cents) * times;
    let usd = Money::new(cents, Currency::USD);
    let Some(rate) = table::rate(Currency::USD, currency) else {
        return usd;
    };
    let exchange = ExchangeRate {
        presentment: Currency::USD,
        base: currency,
        rate,
        source: table::SOURCE.to_owned(),
        at: table::STATED_AT,
    };
    exchange.to_base(cents)
}

/// A service: its code, what the shopper reads, whether it is express, and how many days it takes.
const SERVICES: [(&str, &str, bool, [u32; 2]); 2] = [
    ("standard", "Standard", false, [6, 12]),
    ("express", "Express", true, [2, 4]),
];

/// What parcels cost by each service, cheapest first.
pub(crate) fn offers(ask: &RatesAsk) -> Vec<Offer> {
    let each = SERVICES
        .iter()
        .filter_map(|(code, name, is_express, days)| {
            let prices = ask
                .parcels
                .iter()
                .map(|parcel| postage(parcel.weight_g, &ask.to.country, *is_express, ask.currency));
            let price = prices.reduce(|sum, price| Money {
                minor: sum.minor.saturating_add(price.minor),
                ..sum
            })?;
            Some(Offer {
                price,
                service: (*code).to_owned(),
                name: (*name).to_owned(),
                carrier: "sandbox".to_owned(),
                min_days: Some(days[0]),
                max_days: Some(days[1]),
            })
        });
    each.collect()
}

/// The currency an account is billed in: the code in capitals at the end of its name, as in `post-EUR`; else USD.
pub(crate) fn currency_of(account: &str) -> Currency {
    let last = account
        .rsplit(|letter: char| !letter.is_ascii_alphanumeric())
        .next();
    last.filter(|code| code.bytes().all(|byte| byte.is_ascii_uppercase()))
        .and_then(|code| Currency::parse(code).ok())
        .filter(|currency| table::rate(Currency::USD, *currency).is_some())
        .unwrap_or(Currency::USD)
}

/// Zones as seen from the United States, where the sandbox posts its parcels.
fn zone(country: &str) -> Zone {
    let (parcel_cents, step_cents) = match country {
        "US" => (540, 110),
        "CA" | "MX" => (1_290, 260),
        "AT" | "BE" | "CH" | "CZ" | "DE" | "DK" | "ES" | "FI" | "FR" | "GB" | "IE" | "IT"
        | "LU" | "NL" | "NO" | "PL" | "PT" | "SE" => (1_690, 320),
        _ => (2_190, 410),
    };
    Zone {
        parcel_cents,
        step_cents,
    }
}
