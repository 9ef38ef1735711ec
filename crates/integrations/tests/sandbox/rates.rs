//! The table of rates: fixed, stated, crossing over the dollar.

use domain::money::Currency;
use engine::ports::{Answer, Quote};
use integrations::rates::table::{SOURCE, STATED_AT};
use integrations::{Call, Misbehaviour};
use rust_decimal::Decimal;

use crate::support::{World, currency, start};

async fn quote(world: &World, from: &str, to: &str) -> Answer<Quote> {
    let (from, to) = (currency(from), currency(to));
    world.ports.rates.quote(from, to, start()).await
}

async fn rate(world: &World, from: &str, to: &str) -> String {
    match quote(world, from, to).await {
        Answer::Done(quote) => {
            assert_eq!((quote.source.as_str(), quote.at), (SOURCE, STATED_AT));
            quote.rate.to_string()
        }
        other => panic!("{from} to {to}: {other:?}"),
    }
}

#[tokio::test]
async fn rates_cross_over_the_dollar() {
    let world = World::new();
    assert_eq!(STATED_AT.to_string(), "2026-01-02T00:00:00Z");
    assert_eq!(rate(&world, "EUR", "USD").await, "1.1739");
    assert_eq!(rate(&world, "USD", "USD").await, "1");
    assert_eq!(rate(&world, "EUR", "JPY").await, "183.996865204");
    assert_eq!(rate(&world, "USD", "KWD").await, "0.307503075031");
}

#[tokio::test]
async fn every_pair_is_positive_and_nearly_its_own_inverse() {
    let world = World::new();
    let nearly_one = Decimal::new(1, 9);
    let mut known = Vec::new();
    for code in Currency::all() {
        if let Answer::Done(_) = quote(&world, code.code(), "USD").await {
            known.push(code.code());
        }
    }
    assert_eq!(known.len(), 42);
    for from in &known {
        for to in &known {
            let there: Decimal = rate(&world, from, to).await.parse().unwrap();
            let back: Decimal = rate(&world, to, from).await.parse().unwrap();
            assert!(there > Decimal::ZERO, "{from} to {to}");
            assert!(
                (there * back - Decimal::ONE).abs() < nearly_one,
                "{from} to {to}"
            );
        }
    }
}

#[tokio::test]
async fn an_unknown_pair_is_refused() {
    let world = World::new();
    let problem = "there is no rate from XPF to USD".to_owned();
    assert_eq!(quote(&world, "XPF", "USD").await, Answer::Refused(problem));
    world
        .sandbox
        .misbehave(Call::QuoteRate, Misbehaviour::TimeOutBeforeDoing);
    let silence = "the sandbox did not answer in time".to_owned();
    assert_eq!(quote(&world, "EUR", "USD").await, Answer::Unknown(silence));
}
