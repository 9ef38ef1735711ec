//! Landed costs of a root: one for each price of shipping that was told, and for each way to pay at import that is asked
//! for. They are kept with the root they were calculated of, all or none.

use domain::ids::{LandedCostId, RatingId};
use domain::landed_cost::EndUse;
use domain::landed_cost::asked::Asked;
use domain::landed_cost::how::{Method, Paying, RateChoice};
use domain::landed_cost::quote::LandedCost;
use domain::money::{Currency, Money};
use domain::rate::ExchangeRate;
use domain::refusal::{Problem, Refusal};

use crate::desk::Desk;
use crate::exchange_rates::held_for;
use crate::failure::Failure;
use crate::landed_costs::Held;
use crate::orders::{Idempotency, MAX_TRIES};
use crate::organizations::Settings;
use crate::permit::{CreateOrders, Permit};
use crate::ports::Rates;
use crate::reckoning::{Basis, calculated};
use crate::root_ratings::rate_of;
use crate::roots::{Draft, note};

/// The most landed costs that one step calculates.
const MOST: usize = 50;

/// What is asked for besides what was told for the root.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// What the shopper pays in; what the goods are priced in where nothing is said.
    pub currency: Option<Currency>,
    /// Who pays at import; as the organization has set where nothing is said.
    pub paying: Option<Paying>,
    /// Which rate is taken where several may hold; as the organization has set where nothing is said.
    pub rate_choice: Option<RateChoice>,
    /// What the goods are for.
    pub end_use: EndUse,
    /// Whether a guarantee is wanted where the organization gives one.
    pub wants_guarantee: bool,
    /// Charged for insuring the parcel.
    pub insurance: Option<Money>,
    /// Taken off the goods, positive.
    pub discount: Option<Money>,
}

/// Calculates the landed costs of a root and keeps them with it. Under a key that did so before, nothing is calculated.
///
/// # Errors
/// A step that is missing; the first field that cannot be; [`Refusal::NoExchangeRate`]; a key used before for another
/// request; the database.
pub async fn quote(
    desk: &Desk,
    rates: &dyn Rates,
    permit: &Permit<'_, CreateOrders>,
    draft: &mut Draft,
    wish: &Wish,
    once: Option<&Idempotency>,
) -> Result<Vec<Held>, Failure> {
    let scope = permit.scope();
    let organization = &scope.organization_id;
    for _ in 0..MAX_TRIES {
        if let Some(made) = draft.made(once)? {
            let ids: Vec<LandedCostId> = made.into_iter().map(LandedCostId).collect();
            let known = desk.store().landed_costs_of(organization, scope.mode, &ids);
            return Ok(known.await?);
        }
        let settings = desk.store().settings(organization).await?;
        let landed_costs = all(desk, rates, permit, draft, wish, &settings).await?;
        let mut root = draft.root.clone();
        let made: Vec<String> = landed_costs.iter().map(|one| one.id.0.clone()).collect();
        note(&mut root, once, &made);
        let held = landed_costs.iter().map(|one| one.expires_at);
        root.expires_at = held.fold(root.expires_at, Ord::max);
        let store = desk.store();
        if store
            .put_root(organization, &root, draft.stored(), &landed_costs)
            .await?
        {
            draft.kept(root);
            let held = landed_costs.into_iter().map(|landed_cost| Held {
                landed_cost,
                order_id: None,
            });
            return Ok(held.collect());
        }
        // Someone changed the root, or the same request at the same time was faster.
        draft.reload(desk, scope).await?;
    }
    let id = domain::ids::OrderId(draft.root.id.0.clone());
    Err(Failure::Busy(id))
}

async fn all(
    desk: &Desk,
    rates: &dyn Rates,
    permit: &Permit<'_, CreateOrders>,
    draft: &Draft,
    wish: &Wish,
    settings: &Settings,
) -> Result<Vec<LandedCost>, Failure> {
    let root = &draft.root;
    root.check_complete()?;
    let (scope, now) = (permit.scope(), desk.now());
    let currency = match wish.currency {
        Some(currency) => currency,
        None => root.goods_currency()?,
    };
    let mut held: Vec<ExchangeRate> = Vec::new();
    for from in root.other_currencies(currency) {
        held.push(rate_of(desk, rates, scope, &root.id, (from, currency)).await?);
    }
    let converted: Vec<String> = held.iter().map(told).collect();
    let told_for = held_for(desk, scope, &root.id).await?;
    let holding = told_for
        .into_iter()
        .rev()
        .filter(|one| one.expires_at > now);
    held.extend(holding.map(|one| one.rate));
    let basis = Basis {
        rates,
        held: &held,
        settings,
    };
    let paying = wish.paying.unwrap_or(settings.landed_cost.paying);
    let methods = match paying {
        Paying::Ddp | Paying::DdpPreferred => vec![Method::Ddp],
        Paying::Dap => vec![Method::Dap],
        Paying::Both => vec![Method::Ddp, Method::Dap],
    };
    let ratings: Vec<RatingId> = root.offers().iter().map(|one| one.id.clone()).collect();
    if ratings.len() * methods.len() > MOST {
        let problem = Problem::TooMany { max: MOST };
        return Err(Refusal::invalid("shipment_rating", problem).into());
    }
    let mut landed_costs = Vec::new();
    for rating in &ratings {
        for method in &methods {
            let asked = asked(wish, currency, *method, settings);
            let one = of_root(desk, permit, draft, &basis, &asked, rating);
            let mut landed_cost = one.await?;
            let missing = landed_cost.calculation.missing.join("; ");
            if paying == Paying::DdpPreferred && !missing.is_empty() {
                let asked = Asked {
                    method: Method::Dap,
                    ..asked
                };
                landed_cost = of_root(desk, permit, draft, &basis, &asked, rating).await?;
                let why =
                    format!("not collected with the sale, because it is not known: {missing}");
                landed_cost.calculation.notes.push(why);
            }
            landed_cost.calculation.notes.extend(converted.clone());
            landed_costs.push(landed_cost);
        }
    }
    Ok(landed_costs)
}

fn asked(wish: &Wish, currency: Currency, method: Method, settings: &Settings) -> Asked {
    let terms = &settings.landed_cost;
    Asked {
        currency,
        method,
        rate_choice: wish.rate_choice.unwrap_or(terms.rate_choice),
        end_use: wish.end_use,
        wants_guarantee: wish.wants_guarantee && terms.guarantee.is_some(),
        insurance_minor: wish.insurance.map_or(0, |money| money.minor),
        discounts_minor: wish.discount.map_or(0, |money| money.minor),
    }
}

async fn of_root(
    desk: &Desk,
    permit: &Permit<'_, CreateOrders>,
    draft: &Draft,
    basis: &Basis<'_>,
    asked: &Asked,
    rating: &RatingId,
) -> Result<LandedCost, Failure> {
    let root = &draft.root;
    let request = root.request(asked, rating, basis.held)?;
    let mut landed_cost = calculated(desk, permit, basis, request, None).await?;
    landed_cost.root = Some(root.id.clone());
    landed_cost.rating = Some(rating.clone());
    let packed = root.packed();
    if !packed.is_empty() {
        landed_cost.calculation.cartons = packed;
        let notes = &mut landed_cost.calculation.notes;
        notes.retain(|note| !note.starts_with(domain::landed_cost::calculate::NOT_PACKED));
    }
    Ok(landed_cost)
}

/// At which rate prices were converted.
fn told(rate: &ExchangeRate) -> String {
    let day = rate.at.strftime("%Y-%m-%d");
    format!(
        "prices in {} were converted at 1 {} = {} {}, {} of {day}",
        rate.presentment, rate.presentment, rate.rate, rate.base, rate.source
    )
}
