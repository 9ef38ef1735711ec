//! What shipping a sale costs, asked of the carrier, and the rates of exchange that a root is reckoned at.

use domain::cartons::MAX_CARTONS;
use domain::ids::RootId;
use domain::money::Currency;
use domain::party::{Party, PartyKind};
use domain::rate::ExchangeRate;
use domain::refusal::{Problem, Refusal};
use domain::roots::Root;
use domain::shipment::Parcel;

use crate::desk::Desk;
use crate::exchange_rates::{asked, held_for};
use crate::failure::Failure;
use crate::orders::Idempotency;
use crate::permit::{CreateOrders, Permit, Scope};
use crate::ports::{Answer, Carriers, Rates, RatesAsk};
use crate::roots::{Draft, tell};

/// Asks the carrier what shipping costs, in the currency of the goods.
///
/// # Errors
/// A step that is missing; no weight; what the carrier refuses; [`Refusal::NoExchangeRate`]; the database.
pub async fn ask_ratings(
    desk: &Desk,
    (carriers, rates): (&dyn Carriers, &dyn Rates),
    permit: &Permit<'_, CreateOrders>,
    draft: &mut Draft,
    once: Option<&Idempotency>,
) -> Result<Vec<String>, Failure> {
    if let Some(made) = draft.made(once)? {
        return Ok(made);
    }
    let (scope, root) = (permit.scope(), &draft.root);
    let (currency, _, _) = (root.goods_currency()?, root.destination()?, root.origin()?);
    let address = |kind| {
        let party = root.party(kind);
        party
            .map(|party: &Party| party.address.clone())
            .unwrap_or_default()
    };
    let ask = RatesAsk {
        scope: scope.clone(),
        from: address(PartyKind::Origin),
        to: address(PartyKind::Destination),
        parcels: parcels(root)?,
        currency,
    };
    let offers = match carriers.rates(&ask).await {
        Answer::Done(offers) => offers,
        Answer::Refused(given)
        | Answer::NotNow(given)
        | Answer::Unknown(given)
        | Answer::NeedsALook(given) => {
            let expected =
                "a price: the carrier gave none; tell one with shipmentRatingCreateWorkflow";
            let expected = expected.to_owned();
            let problem = Problem::Malformed { given, expected };
            return Err(Refusal::invalid("shipment_rating", problem).into());
        }
    };
    let mut priced = Vec::new();
    for offer in offers {
        let asked_for = offer.price;
        let rate = rate_of(desk, rates, scope, &root.id, (asked_for.currency, currency)).await?;
        let price = domain::landed_cost::asked::converted(asked_for, currency, &[rate])?;
        let is_other = price.currency != asked_for.currency;
        priced.push((
            domain::roots::Offer { price, ..offer },
            is_other.then_some(asked_for),
        ));
    }
    tell(desk, permit, draft, once, |root, told| {
        root.add_ratings(priced.clone(), told)
    })
    .await
}

/// What is handed over: the cartons that count, or the goods in one parcel.
fn parcels(root: &Root) -> Result<Vec<Parcel>, Refusal> {
    let cartons = root.packed();
    let parcels: Vec<Parcel> = match cartons.as_slice() {
        [] => {
            let weights = root.items.iter().map(|item| {
                let goods = &item.goods;
                goods.weight_g.saturating_mul(goods.quantity)
            });
            let weight_g = weights.fold(0, u32::saturating_add);
            vec![Parcel {
                weight_g,
                ..Parcel::default()
            }]
        }
        cartons => cartons
            .iter()
            .take(MAX_CARTONS)
            .map(|carton| Parcel {
                length_mm: carton.size.length_mm,
                width_mm: carton.size.width_mm,
                height_mm: carton.size.height_mm,
                weight_g: carton.chargeable_g(),
            })
            .collect(),
    };
    if parcels.iter().any(|parcel| parcel.weight_g == 0) {
        let step =
            "the WEIGHT of each item to itemCreateWorkflow, or weights to cartonsCreateWorkflow";
        let step = step.to_owned();
        return Err(Refusal::invalid("weight", Problem::NotYet { step }));
    }
    Ok(parcels)
}

/// A rate that was held for the root and has not expired, else what the provider says now.
pub(crate) async fn rate_of(
    desk: &Desk,
    rates: &dyn Rates,
    scope: &Scope,
    root: &RootId,
    (from, to): (Currency, Currency),
) -> Result<ExchangeRate, Failure> {
    let now = desk.now();
    if from != to {
        let held = held_for(desk, scope, root).await?;
        let mut newest = held.into_iter().rev();
        let found = newest.find(|held| {
            held.expires_at > now && held.rate.presentment == from && held.rate.base == to
        });
        if let Some(held) = found {
            return Ok(held.rate);
        }
    }
    let rate = asked(rates, from, to, now).await;
    Ok(rate.map_err(|why| Refusal::NoExchangeRate { from, to, why })?)
}
