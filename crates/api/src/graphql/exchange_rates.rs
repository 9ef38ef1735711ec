//! Rates of exchange: those that are held, and those that something was sold at.

use async_graphql::{ID, SimpleObject};
use domain::ids::LandedCostId;
use domain::landed_cost::quote::LandedCost;
use domain::rate::ExchangeRate as Rate;
use engine::exchange_rates::HeldRate;
use jiff::Timestamp;

use super::enums::Mode;
use super::ids::within;
use super::root::CHARGED;
use super::scalars::{CurrencyCode, DateTime, Decimal};
use super::sold::Sold;
use super::workflow::enums::ExchangeRateType;

/// What is before the letters of a rate's identifier.
pub(crate) const PREFIX: &str = domain::ids::ExchangeRateId::PREFIX;

/// What is behind the letters of a landed cost in the identifier of its rate.
pub(crate) const HELD: &str = "-held";

/// What one unit of a currency is worth in another.
#[derive(SimpleObject)]
pub(crate) struct ExchangeRate {
    id: ID,
    rate: Decimal,
    source_currency_code: CurrencyCode,
    target_currency_code: CurrencyCode,
    mode: Mode,
    created_at: DateTime,
    created_by: ID,
    /// From when on nothing more is sold at it.
    expires_at: DateTime,
    #[graphql(name = "type")]
    kind: ExchangeRateType,
    /// Who said so.
    source: String,
}

fn shown(id: ID, rate: &Rate, mode: domain::order::Mode, told: (Timestamp, &str)) -> ExchangeRate {
    ExchangeRate {
        id,
        rate: Decimal::exact(rate.rate),
        source_currency_code: CurrencyCode(rate.presentment),
        target_currency_code: CurrencyCode(rate.base),
        mode: mode.into(),
        created_at: DateTime(told.0),
        created_by: ID(told.1.to_owned()),
        expires_at: DateTime(told.0),
        kind: ExchangeRateType::MidMarket,
        source: rate.source.clone(),
    }
}

/// The rate that an order was sold at; none where it was sold in the organization's own currency.
pub(crate) fn charged_rate(sold: &Sold) -> Option<ExchangeRate> {
    let (rate, stamp) = (&sold.rate, sold.taken_in());
    (rate.presentment != rate.base).then(|| {
        let id = within(PREFIX, &sold.id, CHARGED);
        let told = (rate.at, &*stamp.by.0);
        shown(id, rate, sold.mode, told)
    })
}

/// The rate that a landed cost holds, in the organization's currency; none where it is in that.
pub(crate) fn quoted_rate(landed_cost: &LandedCost) -> Option<ExchangeRate> {
    let rate = &landed_cost.rate;
    let letters = landed_cost.id.0.replacen(LandedCostId::PREFIX, PREFIX, 1);
    let told = (landed_cost.created_at, &*landed_cost.created_by.id);
    (rate.presentment != rate.base).then(|| ExchangeRate {
        expires_at: DateTime(landed_cost.expires_at),
        kind: ExchangeRateType::Guaranteed,
        ..shown(ID(format!("{letters}{HELD}")), rate, landed_cost.mode, told)
    })
}

/// A rate that is held.
pub(crate) fn held_rate(held: &HeldRate) -> ExchangeRate {
    let told = (held.created_at, &*held.created_by);
    ExchangeRate {
        expires_at: DateTime(held.expires_at),
        kind: held.kind.into(),
        ..shown(ID(held.id.0.clone()), &held.rate, held.mode, told)
    }
}
