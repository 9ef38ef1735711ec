//! How a landed cost is reckoned: with the tariff that holds and the rates of exchange that are held or asked for.

use std::collections::BTreeSet;

use domain::ids::LandedCostId;
use domain::landed_cost::Request;
use domain::landed_cost::calculate::{Given, calculate, currencies};
use domain::landed_cost::how::RateChoice;
use domain::landed_cost::quote::{LandedCost, held_rate};
use domain::landed_cost::terms::Terms;
use domain::money::Currency;
use domain::rate::ExchangeRate;
use domain::refusal::Refusal;
use domain::tariff::find::{Entry, Tariff};
use domain::tariff::{covers, standard};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use crate::desk::Desk;
use crate::exchange_rates::asked;
use crate::failure::Failure;
use crate::organizations::Settings;
use crate::permit::{CreateOrders, Permit, Scope};
use crate::ports::Rates;
use crate::store::StoreError;
use crate::store::tariffs::Reach;

/// What a landed cost is reckoned with besides tariffs.
pub(crate) struct Basis<'a> {
    /// Who is asked for rates that are not held.
    pub rates: &'a dyn Rates,
    /// Rates that are held and go before; the first of a kind counts.
    pub held: &'a [ExchangeRate],
    /// What the organization has set.
    pub settings: &'a Settings,
}

impl Basis<'_> {
    async fn rate(
        &self,
        from: Currency,
        to: Currency,
        now: Timestamp,
    ) -> Result<ExchangeRate, String> {
        let mut held = self.held.iter();
        match held.find(|rate| rate.presentment == from && rate.base == to) {
            Some(rate) => Ok(rate.clone()),
            None => asked(self.rates, from, to, now).await,
        }
    }
}

/// A landed cost of a request that was checked; nothing is kept.
pub(crate) async fn calculated(
    desk: &Desk,
    permit: &Permit<'_, CreateOrders>,
    basis: &Basis<'_>,
    request: Request,
    rate: Option<Decimal>,
) -> Result<LandedCost, Failure> {
    let scope = permit.scope();
    let (now, terms) = (desk.now(), &basis.settings.landed_cost);
    let on = now.to_zoned(TimeZone::UTC).date();
    let tariff = tariff_for(desk, scope, &request).await?;
    let (from, to) = (request.currency, basis.settings.base_currency);
    let rate = match rate {
        Some(rate) => held_rate(from, to, rate, "given", now)?,
        None => basis
            .rate(from, to, now)
            .await
            .map_err(|why| Refusal::NoExchangeRate { from, to, why })?,
    };
    let mut exchange = Vec::new();
    for other in currencies(&request, &tariff, terms, on) {
        // What is not known is told by the answer, and not guessed.
        let known = match other == to {
            true => Ok(rate.clone()),
            false => basis.rate(from, other, now).await,
        };
        exchange.extend(known);
    }
    let given = Given {
        tariff: &tariff,
        exchange: &exchange,
        terms,
        on,
    };
    let calculation = calculate(&request, given)?;
    Ok(LandedCost {
        id: LandedCostId(desk.ids().fresh(LandedCostId::PREFIX, now)),
        mode: scope.mode,
        created_at: now,
        created_by: permit.actor().by.clone(),
        expires_at: expiry(now, terms),
        on,
        request,
        rate,
        exchange,
        calculation,
        root: None,
        rating: None,
    })
}

fn expiry(now: Timestamp, terms: &Terms) -> Timestamp {
    let days = SignedDuration::from_hours(i64::from(terms.valid_days) * 24);
    now.saturating_add(days).unwrap_or(Timestamp::MAX)
}

/// The organization's rows that may hold for a request, and the desk's own.
async fn tariff_for(desk: &Desk, scope: &Scope, request: &Request) -> Result<Tariff, StoreError> {
    let items = request.items.iter();
    let codes: BTreeSet<&str> = items.map(|item| item.declared.hs_code.as_str()).collect();
    let country = &request.destination.country;
    let reach = match request.how.rate_choice {
        RateChoice::Exact => Reach::Above,
        RateChoice::Minimum | RateChoice::Maximum | RateChoice::Median => Reach::AboveAndBeneath,
    };
    let own = standard::entries().iter();
    let here = own.filter(|entry| covers(&entry.row.destination, country));
    let mut entries: Vec<Entry> = here.cloned().collect();
    for code in codes {
        let found = desk
            .store()
            .tariff_of(&scope.organization_id, country, code, reach)
            .await?;
        entries.extend(found);
    }
    Ok(Tariff { entries })
}
