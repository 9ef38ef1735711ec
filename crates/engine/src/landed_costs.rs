//! Landed costs: quote one, read them, and make the one order of it. A quote asks for exchange rates before it is kept;
//! asking changes nothing outside, and what was answered is held with the quote.

use std::collections::BTreeMap;

use domain::cartons::{Carton, Size, pack};
use domain::ids::{ItemId, LandedCostId, OrderId, RootId};
use domain::landed_cost::Request;
use domain::landed_cost::quote::{LandedCost, OrderTerms};
use domain::landed_cost::terms::Terms;
use domain::order::{Item, Order};
use domain::past::Past;
use domain::refusal::Refusal;
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::{self, Idempotency};
use crate::permit::{CreateOrders, ManageSettings, Permit, Scope, ViewOrders};
use crate::ports::Rates;
use crate::reckoning::{Basis, calculated};
use crate::settings_log::Act;
use crate::store::StoreError;

/// The most landed costs that a page has.
pub const MAX_PAGE: usize = 250;

/// How long it can be told of a landed cost that it has expired, before it is forgotten.
pub const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A landed cost, and the order that was made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The landed cost.
    pub landed_cost: LandedCost,
    /// The order, once there is one.
    pub order_id: Option<OrderId>,
}

/// Which landed costs are listed; empty texts and none for all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Sent from this country.
    pub origin: String,
    /// Sent to this country.
    pub destination: String,
    /// Made from then on.
    pub from: Option<Timestamp>,
    /// Made before then.
    pub until: Option<Timestamp>,
    /// Older than this one, which was the last of the page before.
    pub after: Option<LandedCostId>,
    /// Newer than this one.
    pub before: Option<LandedCostId>,
    /// The oldest of all that is wanted instead of the newest, oldest first.
    pub is_from_the_end: bool,
}

/// Calculates a landed cost and keeps it until it expires. `rate` is how much of the organization's currency one unit of
/// the request's is worth; it is asked for where it is not given.
///
/// # Errors
/// The first field that cannot be; [`Refusal::NoExchangeRate`]; a key used before for another request; the database.
pub async fn quote(
    desk: &Desk,
    rates: &dyn Rates,
    permit: &Permit<'_, CreateOrders>,
    request: Request,
    rate: Option<Decimal>,
    idempotency: Option<&Idempotency>,
) -> Result<Held, Failure> {
    let scope = permit.scope();
    if let Some(held) = answered(desk, scope, idempotency).await? {
        return Ok(held);
    }
    let request = request.checked()?;
    let settings = desk.store().settings(&scope.organization_id).await?;
    let basis = Basis {
        rates,
        held: &[],
        settings: &settings,
    };
    let landed_cost = calculated(desk, permit, &basis, request, rate).await?;
    keep(desk, scope, landed_cost, idempotency).await
}

async fn keep(
    desk: &Desk,
    scope: &Scope,
    landed_cost: LandedCost,
    idempotency: Option<&Idempotency>,
) -> Result<Held, Failure> {
    let is_new = desk
        .store()
        .insert_landed_cost(&scope.organization_id, &landed_cost, idempotency)
        .await?;
    if is_new {
        return Ok(Held {
            landed_cost,
            order_id: None,
        });
    }
    // The same request at the same time was faster.
    let held = answered(desk, scope, idempotency).await?;
    let taken = || StoreError::Setup(format!("landed cost {} is there already", landed_cost.id));
    Ok(held.ok_or_else(taken)?)
}

/// What this key was answered before, if it was.
async fn answered(
    desk: &Desk,
    scope: &Scope,
    idempotency: Option<&Idempotency>,
) -> Result<Option<Held>, Failure> {
    let Some(wanted) = idempotency else {
        return Ok(None);
    };
    let known = desk
        .store()
        .landed_cost_of_key(&scope.organization_id, scope.mode, &wanted.key)
        .await?;
    match known {
        Some((_, fingerprint)) if fingerprint != wanted.fingerprint => Err(Failure::KeyReused),
        Some((held, _)) => Ok(Some(held)),
        None => Ok(None),
    }
}

/// One landed cost.
///
/// # Errors
/// [`Refusal::LandedCostNotFound`]; the database.
pub async fn load(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    id: &LandedCostId,
) -> Result<Held, Failure> {
    load_in(desk, permit.scope(), id).await
}

async fn load_in(desk: &Desk, scope: &Scope, id: &LandedCostId) -> Result<Held, Failure> {
    let store = desk.store();
    let held = store
        .landed_cost(&scope.organization_id, scope.mode, id)
        .await?;
    let landed_cost = id.clone();
    Ok(held.ok_or(Refusal::LandedCostNotFound { landed_cost })?)
}

/// A page of landed costs, newest first; at most [`MAX_PAGE`], and one that tells whether there is another page.
///
/// # Errors
/// The database.
pub async fn list(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    wanted: &Wanted,
    limit: usize,
) -> Result<Vec<Held>, StoreError> {
    let scope = permit.scope();
    let limit = limit.min(MAX_PAGE + 1);
    desk.store()
        .landed_costs(&scope.organization_id, scope.mode, wanted, limit)
        .await
}

/// How many landed costs there are of those that are wanted, wherever the page is.
///
/// # Errors
/// The database.
pub async fn count(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    wanted: &Wanted,
) -> Result<u64, StoreError> {
    let scope = permit.scope();
    desk.store()
        .count_landed_costs(&scope.organization_id, scope.mode, wanted)
        .await
}

/// These landed costs, as far as they are there.
///
/// # Errors
/// The database.
pub async fn all_of(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    ids: &[LandedCostId],
) -> Result<Vec<Held>, StoreError> {
    let scope = permit.scope();
    desk.store()
        .landed_costs_of(&scope.organization_id, scope.mode, ids)
        .await
}

/// Every landed cost of a root, oldest first.
///
/// # Errors
/// The database.
pub async fn of_root(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    root: &RootId,
) -> Result<Vec<Held>, StoreError> {
    let scope = permit.scope();
    desk.store()
        .landed_costs_of_root(&scope.organization_id, scope.mode, root)
        .await
}

/// Makes the one order of a landed cost, with its items, amounts, guarantee and exchange rate.
///
/// # Errors
/// [`Refusal::LandedCostNotFound`], [`Refusal::LandedCostUsed`], [`Refusal::LandedCostExpired`]; as [`orders::take`].
pub async fn take_order(
    desk: &Desk,
    permit: &Permit<'_, CreateOrders>,
    id: &LandedCostId,
    terms: OrderTerms,
    idempotency: Option<&Idempotency>,
) -> Result<Order, Failure> {
    take_order_with_past(desk, permit, id, (terms, &Past::default()), idempotency).await
}

/// As [`take_order`], with what had happened to the order before.
///
/// # Errors
/// As [`take_order`]; a past that cannot be.
pub async fn take_order_with_past(
    desk: &Desk,
    permit: &Permit<'_, CreateOrders>,
    id: &LandedCostId,
    (terms, past): (OrderTerms, &Past),
    idempotency: Option<&Idempotency>,
) -> Result<Order, Failure> {
    let scope = permit.scope();
    let held = load_in(desk, scope, id).await?;
    // Behind the look at the landed cost: whoever used it remembered the answer in the same transaction.
    if let Some(order) = orders::answered(desk, scope, idempotency).await? {
        return Ok(order);
    }
    held.landed_cost
        .check_usable(held.order_id.as_ref(), desk.now())?;
    let new = held.landed_cost.order(terms)?;
    orders::take_with_past(desk, permit, new, past, idempotency).await
}

/// Why a landed cost was not free when its order was to be taken in.
pub(crate) async fn why_not_free(
    desk: &Desk,
    scope: &Scope,
    id: &LandedCostId,
) -> Result<(), Failure> {
    let held = load_in(desk, scope, id).await?;
    let usable = held
        .landed_cost
        .check_usable(held.order_id.as_ref(), desk.now());
    Ok(usable?)
}

/// Packs goods into the organization's boxes, without keeping anything.
///
/// # Errors
/// A size that is not known or cannot be, no boxes, too many cartons; the database.
pub async fn cartonize(
    desk: &Desk,
    permit: &Permit<'_, CreateOrders>,
    items: &[Item],
    sizes: &BTreeMap<ItemId, Size>,
) -> Result<Vec<Carton>, Failure> {
    for (id, size) in sizes {
        size.check(&format!("sizes.{id}"))?;
    }
    let organization = &permit.scope().organization_id;
    let settings = desk.store().settings(organization).await?;
    let packed = pack(items, sizes, &settings.landed_cost.packaging);
    Ok(packed.map_err(Refusal::from)?)
}

/// What an organization has set about landed costs.
///
/// # Errors
/// The database.
pub async fn terms(desk: &Desk, permit: &Permit<'_, ManageSettings>) -> Result<Terms, StoreError> {
    let organization = &permit.scope().organization_id;
    Ok(desk.store().settings(organization).await?.landed_cost)
}

/// Sets it, for what is quoted from then on.
///
/// # Errors
/// A refusal naming the field; the database.
pub async fn set_terms(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    to: Terms,
) -> Result<(), Failure> {
    let to = to.checked()?;
    let change = desk.store().change(&permit.scope().organization_id).await?;
    let Some(mut change) = change else {
        return Ok(());
    };
    if change.settings.landed_cost == to {
        return Ok(());
    }
    change.settings.landed_cost = to;
    let act = Act::LandedCostTermsChanged;
    change.note(desk, &permit.actor().by, &act).await?;
    change.save().await?;
    change.commit().await?;
    Ok(())
}
