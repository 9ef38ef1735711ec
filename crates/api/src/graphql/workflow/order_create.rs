//! The order of a landed cost.

use async_graphql::{Context, ID, InputObject, Result};
use domain::ids::{ItemId, LandedCostId, PaymentId};
use domain::landed_cost::quote::{LandedCost, OrderTerms};
use domain::money::AmountError;
use domain::order::{FraudReview, Particulars, Source as Kind};
use domain::party::PartyKind;
use domain::past::{Past, Sent};
use domain::payment::{Payment, PaymentState};
use domain::refusal::{Problem, Refusal};
use domain::roots::Root;
use domain::send::MAX_SHIPMENTS;
use domain::shipment::Tracking;
use engine::landed_costs::{self, Held};
use engine::permit::CreateOrders;

use super::super::addresses::known;
use super::super::caller::{Asked, Caller};
use super::super::enums::{DimensionalUnitCode, Source, WeightUnitCode};
use super::super::order::Order;
use super::super::scalars::{CountryCode, CurrencyCode, DateTime, Decimal};
use super::inputs::pair;
use super::sale::Sale;

/// An order to make of a landed cost.
#[derive(InputObject)]
pub(super) struct OrderCreateInput {
    /// The shop's own number, unique in the organization.
    account_order_number: Option<String>,
    /// The party who pays; the PAYOR of the workflow where nothing is said, else the ship-to.
    bill_to: Option<ID>,
    /// The landed cost's.
    currency_code: CurrencyCode,
    /// What was charged in all. The order is refused where it is not what the landed cost came to.
    grand_total: Option<Decimal>,
    /// The landed cost; the one that the same request calculated where nothing is said.
    landed_cost_id: Option<ID>,
    /// What the program keeps with the order.
    metadata: Option<Vec<Option<OrderMetadataInput>>>,
    /// What others know the order by.
    references: Option<Vec<Option<OrderReferenceInput>>>,
    /// The party it goes to; the DESTINATION of the workflow where nothing is said. Another country or region is another
    /// landed cost.
    ship_to: Option<ID>,
    /// What was sent already, each carton with its tracking number.
    shipment_details: Option<Vec<OrderShipmentDetailInput>>,
    /// What the program calls where the order comes from.
    source: Option<String>,
    /// Payments that are processed through the desk; the provider is asked how they stand, unless
    /// paymentsCaptured says it.
    payments: Option<Vec<OrderPaymentInput>>,
    /// Whether the payments were taken in full already; then the provider is not asked.
    payments_captured: Option<bool>,
    /// Where the payment was taken; CHECKOUT where payments are told, else API.
    kind: Option<Source>,
    /// When the shopper placed it; now where nothing is said.
    placed_at: Option<DateTime>,
    /// The shopper's language, a BCP 47 tag; en where nothing is said.
    language: Option<String>,
    /// An internal note.
    note: Option<String>,
    /// Labels of the team's own making.
    tags: Option<Vec<String>>,
}

/// What a program keeps with an order.
#[derive(InputObject)]
pub(super) struct OrderMetadataInput {
    key: String,
    value: String,
}

/// What another program knows an order by.
#[derive(InputObject)]
pub(super) struct OrderReferenceInput {
    key: Option<String>,
    value: Option<String>,
}

/// A payment that is processed through the desk.
#[derive(InputObject)]
pub(super) struct OrderPaymentInput {
    /// Which provider, such as stripe.
    provider: String,
    /// The provider's own id of the payment.
    reference: String,
    /// What was authorised; the order's total where nothing is said.
    amount: Option<Decimal>,
    /// Such as the card's brand and last digits.
    method: Option<String>,
}

/// What was sent together.
#[derive(InputObject)]
#[allow(dead_code, reason = "the interface takes more than the desk keeps")]
pub(super) struct OrderShipmentDetailInput {
    /// Not kept.
    fulfillment_center: Option<ID>,
    /// Who carries it.
    service_level: Option<String>,
    shipment_cartons: Vec<OrderShipmentCartonInput>,
    /// Of a carton that has none of its own.
    tracking_number: Option<String>,
}

/// A carton that was sent. Its sides and weight are not kept.
#[derive(InputObject)]
#[allow(dead_code, reason = "the interface takes more than the desk keeps")]
pub(super) struct OrderShipmentCartonInput {
    dimensional_unit: Option<DimensionalUnitCode>,
    height: Decimal,
    items: Vec<OrderShipmentCartonItemInput>,
    length: Decimal,
    tracking_number: Option<String>,
    weight: Decimal,
    weight_unit: Option<WeightUnitCode>,
    width: Decimal,
}

/// So many of an item in a carton.
#[derive(InputObject)]
#[allow(dead_code, reason = "the interface takes more than the desk keeps")]
pub(super) struct OrderShipmentCartonItemInput {
    /// Not kept: customs is told what the landed cost was calculated with.
    country_of_origin: Option<CountryCode>,
    /// Not kept, as countryOfOrigin.
    hs_code: Option<String>,
    /// The item's id, stock-keeping unit or product.
    item_reference: String,
    /// All where nothing is said.
    quantity: Option<u32>,
}

/// Makes the order.
pub(super) async fn create(context: &Context<'_>, input: OrderCreateInput) -> Result<Order> {
    let caller = Caller::of(context);
    let permit = caller.permit::<CreateOrders>()?;
    let once = caller.terms(context, &Asked::default()).idempotency;
    let id = landed_cost_id(caller, &input).await?;
    let held = landed_costs::load(&caller.desk, &caller.session.permit()?, &id).await?;
    let mut sales = Sale::of_all(caller, vec![held]).await?;
    let (Held { landed_cost, .. }, sale) = sales.remove(0);
    check_charged(&input, &landed_cost)?;
    let is_captured = input.payments_captured.unwrap_or_default();
    let past = Past {
        is_captured,
        asks_provider: !is_captured && input.payments.as_ref().is_some_and(|all| !all.is_empty()),
        parcels: sent(&input, &sale.root)?,
        notes: input.note.clone().into_iter().collect(),
        ..Past::default()
    };
    let terms = terms(caller, input, &landed_cost, &sale.root).await?;
    let terms = (terms, &past);
    let order =
        landed_costs::take_order_with_past(&caller.desk, &permit, &id, terms, once.as_ref());
    let order = order.await?;
    caller.remember(&order.id, &[]);
    Ok(Order::alone(order))
}

/// The landed cost that is named, or the one that the request calculated.
async fn landed_cost_id(caller: &Caller, input: &OrderCreateInput) -> Result<LandedCostId> {
    if let Some(id) = &input.landed_cost_id {
        return Ok(LandedCostId(id.0.clone()));
    }
    let draft = caller.draft.lock().await;
    let step = "landedCostCalculateWorkflow, or name the landed cost with landedCostId";
    let not_yet = || {
        let step = step.to_owned();
        Refusal::invalid("landed_cost_id", Problem::NotYet { step })
    };
    let root = draft.as_ref().map(|draft| draft.root.id.clone());
    let root = root.ok_or_else(not_yet)?;
    let permit = caller.session.permit()?;
    let held = landed_costs::of_root(&caller.desk, &permit, &root).await?;
    match held.as_slice() {
        [] => Err(not_yet().into()),
        [one] => Ok(one.landed_cost.id.clone()),
        several => {
            let ids: Vec<&str> = several
                .iter()
                .map(|one| one.landed_cost.id.as_str())
                .collect();
            let (given, expected) = (ids.join(", "), "one landed cost; name it".to_owned());
            let problem = Problem::Malformed { given, expected };
            Err(Refusal::invalid("landed_cost_id", problem).into())
        }
    }
}

/// Refuses a currency or a total that the landed cost does not have.
fn check_charged(input: &OrderCreateInput, landed_cost: &LandedCost) -> Result<(), Refusal> {
    let (given, expected) = (input.currency_code.0, landed_cost.request.currency);
    if given != expected {
        let problem = Problem::Amount(AmountError::WrongCurrency { expected, given });
        return Err(Refusal::invalid("currency_code", problem));
    }
    match &input.grand_total {
        Some(total) => landed_cost.check_total(total.money(expected, "grand_total")?),
        None => Ok(()),
    }
}

/// What the order is besides its landed cost.
async fn terms(
    caller: &Caller,
    input: OrderCreateInput,
    landed_cost: &LandedCost,
    root: &Root,
) -> Result<OrderTerms> {
    let permit = caller.session.permit()?;
    let told = |kind| root.party(kind).map(|party| party.address.clone());
    let ship_to = match &input.ship_to {
        Some(id) => known(caller, &permit, id).await?,
        None => told(PartyKind::Destination).unwrap_or_default(),
    };
    let bill_to = match &input.bill_to {
        Some(id) => Some(known(caller, &permit, id).await?),
        None => told(PartyKind::Payor),
    };
    let payments = input.payments.unwrap_or_default().into_iter().enumerate();
    let payments = payments.map(|(index, one)| payment(caller, one, index, landed_cost));
    let payments: Vec<Payment> = payments.collect::<Result<_, Refusal>>()?;
    let kind = match input.kind {
        Some(kind) => kind.into(),
        None if payments.is_empty() => Kind::Api,
        None => Kind::Checkout,
    };
    let metadata = input.metadata.unwrap_or_default().into_iter().flatten();
    let references = input.references.unwrap_or_default().into_iter().flatten();
    Ok(OrderTerms {
        source: kind,
        number: input.account_order_number,
        shop: None,
        placed_at: input.placed_at.map_or(caller.desk.now(), |at| at.0),
        language: input.language.unwrap_or_else(|| "en".to_owned()),
        ship_to,
        bill_to,
        total: None,
        payments,
        fraud_review: FraudReview::default(),
        fraud_protection: false,
        tags: input.tags.unwrap_or_default().into_iter().collect(),
        particulars: Particulars {
            source: input.source.unwrap_or_default(),
            metadata: metadata
                .map(|one| pair(Some(one.key), Some(one.value)))
                .collect(),
            references: references.map(|one| pair(one.key, one.value)).collect(),
        },
    })
}

fn payment(
    caller: &Caller,
    input: OrderPaymentInput,
    index: usize,
    landed_cost: &LandedCost,
) -> Result<Payment, Refusal> {
    let (currency, desk) = (landed_cost.request.currency, &caller.desk);
    let total = landed_cost.calculation.amounts.total_minor();
    let field = format!("payments[{index}].amount");
    let amount = input.amount.map(|amount| amount.money(currency, &field));
    let amount = amount.transpose()?.map(|money| money.minor);
    Ok(Payment {
        id: PaymentId(desk.ids().fresh(PaymentId::PREFIX, desk.now())),
        provider: input.provider,
        reference: input.reference,
        amount_minor: amount.unwrap_or(total),
        captured_minor: 0,
        state: PaymentState::Pending,
        method: input.method.unwrap_or_default(),
        expires_at: None,
        dispute: None,
    })
}

/// What was sent already: a parcel for each number, of all the cartons that have it.
fn sent(input: &OrderCreateInput, root: &Root) -> Result<Vec<Sent>, Refusal> {
    let mut parcels: Vec<Sent> = Vec::new();
    for (n, detail) in input.shipment_details.iter().flatten().enumerate() {
        for (index, carton) in detail.shipment_cartons.iter().enumerate() {
            let field = format!("shipment_details[{n}].shipment_cartons[{index}]");
            let number = carton.tracking_number.as_ref();
            let number = number.or(detail.tracking_number.as_ref());
            let number = number.ok_or_else(|| {
                Refusal::invalid(&format!("{field}.tracking_number"), Problem::Missing)
            })?;
            let items = carton.items.iter().map(|item| line(root, item, &field));
            let items: Vec<(ItemId, u32)> = items.collect::<Result<_, _>>()?;
            let known = parcels
                .iter_mut()
                .find(|one| one.numbers[0].number == *number);
            if let Some(known) = known {
                add(&mut known.items, items);
                continue;
            }
            if parcels.len() == MAX_SHIPMENTS {
                let problem = Problem::TooMany { max: MAX_SHIPMENTS };
                return Err(Refusal::invalid("shipment_details", problem));
            }
            parcels.push(Sent {
                numbers: vec![Tracking {
                    number: number.clone(),
                    carrier: detail.service_level.clone().unwrap_or_default(),
                }],
                items,
            });
        }
    }
    Ok(parcels)
}

/// Adds quantities of items to those that are there.
fn add(to: &mut Vec<(ItemId, u32)>, items: Vec<(ItemId, u32)>) {
    for (item, quantity) in items {
        match to.iter_mut().find(|(known, _)| *known == item) {
            Some((_, known)) => *known = known.saturating_add(quantity),
            None => to.push((item, quantity)),
        }
    }
}

/// The item that is meant: by its id, else by the SKU or the product's id that it alone has.
fn line(
    root: &Root,
    told: &OrderShipmentCartonItemInput,
    field: &str,
) -> Result<(ItemId, u32), Refusal> {
    let (reference, field) = (told.item_reference.trim(), format!("{field}.items"));
    let given = reference.to_owned();
    let by_id = root.items.iter().find(|item| item.id.0 == reference);
    let mut named = root.items.iter().filter(|item| {
        let goods = &item.goods;
        !reference.is_empty() && [&*goods.sku, &*goods.product_id].contains(&reference)
    });
    let found = match (by_id, named.next(), named.next()) {
        (Some(item), ..) | (None, Some(item), None) => item,
        (None, None, _) => return Err(Refusal::invalid(&field, Problem::Unknown { given })),
        (None, Some(_), Some(_)) => {
            let expected = "the name of one item: several have it; give the item's id".to_owned();
            let problem = Problem::Malformed { given, expected };
            return Err(Refusal::invalid(&field, problem));
        }
    };
    Ok((
        found.id.clone(),
        told.quantity.unwrap_or(found.goods.quantity),
    ))
}
