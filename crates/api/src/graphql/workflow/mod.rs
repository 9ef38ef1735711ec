//! From parties to an order, step by step: the mutations of one document share one root, and a later request goes on with
//! it. Each step answers what was told; nothing here decides.

pub(super) mod cartons;
pub(super) mod enums;
mod inputs;
mod order_create;
mod queries;
pub(super) mod sale;
mod units;

use async_graphql::{Context, ID, Object, Result};
use domain::address::Address;
use domain::ids::{LandedCostId, RootId};
use domain::money::Money;
use domain::party::{Details, PartyKind};
use domain::refusal::{Problem, Refusal};
use domain::roots::{IsPacked, Root, Told};
use engine::exchange_rates::{self, NewRate};
use engine::landed_costs;
use engine::permit::{CreateOrders, Permit};
use engine::root_quotes::{self, Wish};
use engine::root_ratings;
use engine::roots::{self, Draft};
use tokio::sync::MutexGuard;

use super::caller::{Asked, Caller};
use super::cartons::Carton;
use super::exchange_rates::{ExchangeRate, held_rate};
use super::inputs_parties::PartyCreateWorkflowInput;
use super::items::{Item, told_item};
use super::landed_costs::{LandedCost, quoted_cost};
use super::order::Order;
use super::parties::{Party, kept_party};
use super::ratings::{ShipmentRating, told_rating};
use super::scalars::Decimal;
use cartons::told_carton;
use inputs::{
    CartonCreateWorkflowInput, CartonizeWorkflowInput, ExchangeRateCreateInput,
    ItemCreateWorkflowInput, LandedCostWorkFlowInput, ShipmentRatingCalculateWorkflowInput,
    ShipmentRatingCreateWorkflowInput,
};
use order_create::OrderCreateInput;
pub(super) use queries::WorkflowQueries;
use sale::Sale;

/// What is told of a sale, and the order that is made of it.
#[derive(Default)]
pub(super) struct WorkflowMutations;

#[Object]
impl WorkflowMutations {
    /// Tells who takes part in a sale, and where they are: an ORIGIN and a DESTINATION at least.
    async fn party_create_workflow(
        &self,
        context: &Context<'_>,
        input: Vec<PartyCreateWorkflowInput>,
        #[graphql(desc = "A root to go on with; the request's own where nothing is said.")]
        root_id: Option<ID>,
    ) -> Result<Vec<Party>> {
        let told = input.into_iter().map(|party| {
            let kind = party.kind.into();
            let (address, details) = party.told()?;
            Ok((kind, address, details))
        });
        let told = told.collect::<Result<_, Refusal>>()?;
        parties(context, root_id.as_ref(), "root_id", told).await
    }

    /// Tells what is sold.
    async fn item_create_workflow(
        &self,
        context: &Context<'_>,
        input: Vec<ItemCreateWorkflowInput>,
        #[graphql(desc = "A root to go on with; the request's own where nothing is said.")]
        root_id: Option<ID>,
    ) -> Result<Vec<Item>> {
        let goods = input.into_iter().enumerate();
        let goods = goods.map(|(index, item)| item.goods(&format!("input[{index}]")));
        let goods: Vec<_> = goods.collect::<Result<_, Refusal>>()?;
        let (sale, made) = step(context, root_id.as_ref(), |root, told| {
            root.add_items(goods.clone(), told)
        })
        .await?;
        let items = sale.root.items.iter();
        let items = items.filter(|item| made.contains(&item.id.0));
        Ok(items.map(|item| told_item(&sale, item)).collect())
    }

    /// Packs the items into the organization's boxes, the largest first: the size of each has to be told.
    async fn cartonize_workflow(
        &self,
        context: &Context<'_>,
        input: Option<CartonizeWorkflowInput>,
    ) -> Option<Result<Vec<Option<Carton>>>> {
        let root = input.and_then(|input| input.root_id);
        Some(cartonize(context, root.as_ref()).await)
    }

    /// Tells how the items are packed.
    async fn cartons_create_workflow(
        &self,
        context: &Context<'_>,
        input: Vec<CartonCreateWorkflowInput>,
        #[graphql(desc = "A root to go on with; the request's own where nothing is said.")]
        root_id: Option<ID>,
    ) -> Option<Result<Vec<Option<Carton>>>> {
        Some(cartons(context, root_id.as_ref(), input).await)
    }

    /// Tells what shipping costs.
    async fn shipment_rating_create_workflow(
        &self,
        context: &Context<'_>,
        input: ShipmentRatingCreateWorkflowInput,
        #[graphql(desc = "A root to go on with; the request's own where nothing is said.")]
        root_id: Option<ID>,
    ) -> Option<Result<ShipmentRating>> {
        Some(rating(context, root_id.as_ref(), input).await)
    }

    /// Asks the carrier what shipping costs, by each service. A landed cost is then calculated with each.
    async fn shipment_rating_calculate_workflow(
        &self,
        context: &Context<'_>,
        input: Option<ShipmentRatingCalculateWorkflowInput>,
        #[graphql(desc = "A root to go on with; the request's own where nothing is said.")]
        root_id: Option<ID>,
    ) -> Result<Vec<ShipmentRating>> {
        let input = input.unwrap_or_default();
        if input.special_service_detail.is_some() {
            let (given, expected) = ("special services", "asked of a carrier; leave them out");
            let problem = Problem::Malformed {
                given: given.to_owned(),
                expected: expected.to_owned(),
            };
            return Err(Refusal::invalid("special_service_detail", problem).into());
        }
        let caller = Caller::of(context);
        let permit = caller.permit::<CreateOrders>()?;
        let once = caller.terms(context, &Asked::default()).idempotency;
        let mut draft = draft(caller, &permit, root_id.as_ref(), "root_id").await?;
        let draft = draft.as_mut().expect("a draft was opened");
        let outside = (&*caller.outside.carriers, &*caller.outside.rates);
        let made =
            root_ratings::ask_ratings(&caller.desk, outside, &permit, draft, once.as_ref()).await?;
        Ok(ratings(&Sale::of(caller, draft.root.clone()), &made))
    }

    /// Calculates what is due at import, for each price of shipping, and holds it until it expires.
    async fn landed_cost_calculate_workflow(
        &self,
        context: &Context<'_>,
        input: LandedCostWorkFlowInput,
    ) -> Option<Result<Vec<Option<LandedCost>>>> {
        Some(calculate(context, input).await)
    }

    /// Makes the one order of a landed cost, as it was quoted.
    async fn order_create(
        &self,
        context: &Context<'_>,
        input: OrderCreateInput,
    ) -> Option<Result<Order>> {
        Some(order_create::create(context, input).await)
    }

    /// Asks what a currency is worth, and holds the rate. Landed costs of its root are reckoned at it until it expires.
    async fn exchange_rate_create(
        &self,
        context: &Context<'_>,
        input: ExchangeRateCreateInput,
    ) -> Option<Result<ExchangeRate>> {
        Some(hold_rate(context, input).await)
    }
}

/// The root of a request, opened where it is not yet, or the one that is named.
async fn draft<'a>(
    caller: &'a Caller,
    permit: &Permit<'_, CreateOrders>,
    named: Option<&ID>,
    field: &str,
) -> Result<MutexGuard<'a, Option<Draft>>> {
    let mut held = caller.draft.lock().await;
    let is_other = |draft: &Draft| named.is_some_and(|id| *draft.root.id.0 != **id);
    if let Some(draft) = held.as_mut().filter(|draft| is_other(draft)) {
        roots::keep(&caller.desk, permit, draft).await?;
        *held = None;
    }
    if held.is_none() {
        *held = Some(match named {
            Some(id) => roots::go_on(&caller.desk, permit, &RootId(id.0.clone()), field).await?,
            None => roots::open(&caller.desk, permit, caller.idempotency.as_ref()).await?,
        });
    }
    Ok(held)
}

/// Tells one step, and answers the sale with what the step made.
async fn step(
    context: &Context<'_>,
    named: Option<&ID>,
    tell: impl Fn(&mut Root, &Told) -> Result<Vec<String>, Refusal>,
) -> Result<(Sale, Vec<String>)> {
    step_of(context, named, "root_id", tell).await
}

async fn step_of(
    context: &Context<'_>,
    named: Option<&ID>,
    field: &str,
    tell: impl Fn(&mut Root, &Told) -> Result<Vec<String>, Refusal>,
) -> Result<(Sale, Vec<String>)> {
    let caller = Caller::of(context);
    let permit = caller.permit::<CreateOrders>()?;
    let once = caller.terms(context, &Asked::default()).idempotency;
    let mut draft = draft(caller, &permit, named, field).await?;
    let draft = draft.as_mut().expect("a draft was opened");
    let made = roots::tell(&caller.desk, &permit, draft, once.as_ref(), tell).await?;
    Ok((Sale::of(caller, draft.root.clone()), made))
}

/// Tells parties of a sale. `field` is what names the root.
pub(super) async fn parties(
    context: &Context<'_>,
    named: Option<&ID>,
    field: &str,
    told: Vec<(PartyKind, Address, Details)>,
) -> Result<Vec<Party>> {
    let tell = |root: &mut Root, by: &Told| root.add_parties(told.clone(), by);
    let (sale, made) = step_of(context, named, field, tell).await?;
    let scope = &Caller::of(context).session.scope;
    let parties = sale.root.parties.iter();
    let parties = parties.filter(|party| made.contains(&party.id.0));
    Ok(parties
        .map(|party| kept_party(party.clone(), &scope.organization_id))
        .collect())
}

async fn cartonize(context: &Context<'_>, named: Option<&ID>) -> Result<Vec<Option<Carton>>> {
    let caller = Caller::of(context);
    let permit = caller.permit::<CreateOrders>()?;
    let once = caller.terms(context, &Asked::default()).idempotency;
    let mut draft = draft(caller, &permit, named, "root_id").await?;
    let draft = draft.as_mut().expect("a draft was opened");
    let made = roots::cartonize(&caller.desk, &permit, draft, once.as_ref()).await?;
    Ok(shown_cartons(&Sale::of(caller, draft.root.clone()), &made))
}

async fn cartons(
    context: &Context<'_>,
    named: Option<&ID>,
    input: Vec<CartonCreateWorkflowInput>,
) -> Result<Vec<Option<Carton>>> {
    let caller = Caller::of(context);
    let permit = caller.permit::<CreateOrders>()?;
    let cm3_per_kg = roots::cm3_per_kg(&caller.desk, &permit).await?;
    let cartons = input.into_iter().enumerate();
    let cartons =
        cartons.map(|(index, carton)| carton.carton(&format!("input[{index}]"), cm3_per_kg));
    let cartons: Vec<_> = cartons.collect::<Result<_, Refusal>>()?;
    let (sale, made) = step(context, named, |root, told| {
        root.add_cartons(cartons.clone(), IsPacked::Elsewhere, told)
    })
    .await?;
    Ok(shown_cartons(&sale, &made))
}

fn shown_cartons(sale: &Sale, made: &[String]) -> Vec<Option<Carton>> {
    let cartons = sale.root.cartons.iter();
    let cartons = cartons.filter(|carton| made.contains(&carton.id.0));
    cartons
        .map(|carton| Some(told_carton(sale, carton)))
        .collect()
}

async fn rating(
    context: &Context<'_>,
    named: Option<&ID>,
    input: ShipmentRatingCreateWorkflowInput,
) -> Result<ShipmentRating> {
    let offer = input.offer()?;
    let (sale, made) = step(context, named, |root, told| {
        root.add_ratings(vec![(offer.clone(), None)], told)
    })
    .await?;
    let shown = ratings(&sale, &made).into_iter().next();
    Ok(shown.expect("a step that tells a rating makes one"))
}

fn ratings(sale: &Sale, made: &[String]) -> Vec<ShipmentRating> {
    let ratings = sale.root.ratings.iter();
    let ratings = ratings.filter(|rating| made.contains(&rating.id.0));
    ratings.map(|rating| told_rating(sale, rating)).collect()
}

async fn calculate(
    context: &Context<'_>,
    input: LandedCostWorkFlowInput,
) -> Result<Vec<Option<LandedCost>>> {
    let caller = Caller::of(context);
    let permit = caller.permit::<CreateOrders>()?;
    let once = caller.terms(context, &Asked::default()).idempotency;
    let (named, field) = match &input.source_landed_cost_id {
        Some(id) => (Some(root_of(caller, id).await?), "source_landed_cost_id"),
        None => (input.root_id.clone(), "root_id"),
    };
    let mut draft = draft(caller, &permit, named.as_ref(), field).await?;
    let draft = draft.as_mut().expect("a draft was opened");
    let currency = match input.currency_code {
        Some(currency) => currency.0,
        None => draft.root.goods_currency()?,
    };
    let money = |amount: Option<Decimal>, field: &str| -> Result<Option<Money>, Refusal> {
        amount
            .map(|amount| amount.money(currency, field))
            .transpose()
    };
    let paying = match (input.calculation_method, input.method) {
        (Some(method), _) => method.paying(),
        (None, Some(method)) => Some(method.paying()?),
        (None, None) => None,
    };
    let wish = Wish {
        currency: Some(currency),
        paying,
        rate_choice: input.tariff_rate.choice(),
        end_use: input.end_use.into(),
        wants_guarantee: input.guarantee.unwrap_or(true),
        insurance: money(input.insurance, "insurance")?,
        discount: money(input.discount, "discount")?,
    };
    let rates = &*caller.outside.rates;
    let held = root_quotes::quote(&caller.desk, rates, &permit, draft, &wish, once.as_ref());
    let held = held.await?;
    let sale = Sale::of(caller, draft.root.clone());
    Ok(held
        .iter()
        .map(|one| Some(quoted_cost(one, &sale)))
        .collect())
}

/// The root that a landed cost was calculated of.
async fn root_of(caller: &Caller, id: &str) -> Result<ID> {
    let permit = caller.session.permit()?;
    let held = landed_costs::load(&caller.desk, &permit, &LandedCostId(id.to_owned())).await?;
    let root = held.landed_cost.root.ok_or_else(|| {
        let given = id.to_owned();
        let expected = "of a workflow; tell its parts anew".to_owned();
        let problem = Problem::Malformed { given, expected };
        Refusal::invalid("source_landed_cost_id", problem)
    })?;
    Ok(ID(root.0))
}

async fn hold_rate(context: &Context<'_>, input: ExchangeRateCreateInput) -> Result<ExchangeRate> {
    let caller = Caller::of(context);
    let permit = caller.permit::<CreateOrders>()?;
    let once = caller.terms(context, &Asked::default()).idempotency;
    let root = match &input.reference_id {
        Some(id) if id.starts_with(LandedCostId::PREFIX) => Some(root_of(caller, id).await?),
        Some(id) => Some(id.clone()),
        None => {
            let draft = caller.draft.lock().await;
            draft.as_ref().map(|draft| ID(draft.root.id.0.clone()))
        }
    };
    // Only a root that is there is referred to.
    if root.is_some() {
        let _held = draft(caller, &permit, root.as_ref(), "reference_id").await?;
    }
    let new = NewRate {
        from: input.source_currency_code.0,
        to: input.target_currency_code.0,
        kind: input.kind.into(),
        root: root.map(|id| RootId(id.0)),
    };
    let rates = &*caller.outside.rates;
    let held = exchange_rates::create(&caller.desk, rates, &permit, new, once.as_ref()).await?;
    Ok(held_rate(&held))
}
