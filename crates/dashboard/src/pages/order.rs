//! The order page (O2 to O5): everything about one order, and what can be done with it, and why not.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use domain::actions::Action;
use domain::address::{Address, FIELDS};
use domain::ids::OrderId;
use domain::order::Order;
use domain::refund::Refund;
use domain::refusal::Refusal;
use domain::shipment::{LabelState, Shipment, ShipmentState};
use engine::failure::Failure;
use engine::listing::neighbours;
use engine::orders::possible;
use engine::people::CurrencyPreference;
use engine::permit::ViewOrders;
use serde::Deserialize;
use serde_json::{Value, json};

use super::orders::carried;
use super::query::{ListQuery, name};
use super::{activity, attention, capture, events, waiting};
use crate::refusals;
use crate::visitor::{Answer, Visitor};

/// What a page of an order can be asked for besides the order.
#[derive(Default, Deserialize)]
pub(crate) struct Shown {
    /// The currency to show first: `base` or `presentment`.
    #[serde(default)]
    pub currency: String,
    /// Which kind of activity: all where nothing is said.
    #[serde(default)]
    pub activity: String,
    /// Only activity before this place in the history.
    pub before: Option<u64>,
    /// What has just been done, for the message on top.
    #[serde(default)]
    pub done: String,
    /// A note that could not be added, and why: never from the address.
    #[serde(skip)]
    pub note: String,
    #[serde(skip)]
    pub note_problem: String,
    /// Why what was asked for did not happen: never from the address.
    #[serde(skip)]
    pub problem: String,
}

/// The page.
pub(crate) async fn show(
    visitor: Visitor,
    Path(id): Path<String>,
    Query(shown): Query<Shown>,
) -> Answer {
    page(&visitor, OrderId(id), &shown).await
}

/// The page, after what was asked of it.
pub(super) async fn page(visitor: &Visitor, id: OrderId, shown: &Shown) -> Answer {
    let permit = visitor.permit::<ViewOrders>()?;
    let desk = &visitor.app.desk;
    let failed = |failure: Failure| visitor.failed(&failure);
    let order = visitor.order(id.as_str()).await?;
    let told = activity::told(visitor, &permit, &order, &shown.activity, shown.before);
    let told = told.await.map_err(failed)?;
    let actions = possible(desk, &permit, &order).await.map_err(failed)?;
    let waiting = waiting::shown(visitor, &order).await?;
    let in_base = is_in_base(visitor, &shown.currency);
    let carried = visitor.list();
    let list = ListQuery::parse(&carried);
    let filter = list.filter(order.rate.base, &visitor.formats.zone);
    let [newer, older] = neighbours(desk, &permit, &order, &filter, list.sort())
        .await
        .map_err(failed)?;
    let mut context = head(visitor, &order);
    let more = json!({
        "in_base": in_base,
        "done": shown.done,
        "note": shown.note,
        "note_problem": shown.note_problem,
        "problem": shown.problem,
        "waiting": waiting,
        "newer": newer.as_ref().map(|id| beside(id, &carried)),
        "older": older.as_ref().map(|id| beside(id, &carried)),
        "list": list.address(),
        "amounts": amounts(visitor, &order, in_base),
        "items": items(visitor, &order, in_base),
        "payments": capture::payments(visitor, &order, in_base),
        "refunds": refunds(visitor, &order, in_base),
        "shipments": order.shipments.iter().map(|shipment| shipment_of(visitor, &order, shipment)).collect::<Vec<_>>(),
        "coverage": coverage(visitor, &order),
        "attention": attention::raised(visitor, &order),
        "unsent": attention::unsent(&order),
        "actions": actions.iter().map(|(action, verdict)| offered(visitor, *action, verdict)).collect::<Vec<_>>(),
        "told": told,
        "weight": weight(visitor, order.estimated_weight.quoted_g()),
        "tags": order.tags,
        "hold": order.hold,
        "cancellation": order.cancellation.as_ref().map(|one| one.note.clone()),
    });
    extend(&mut context, more);
    let status = if shown.note_problem.is_empty() && shown.problem.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    Ok(visitor.page(status, "order.html", context))
}

/// Whether amounts are told in base currency first: as asked for, else as the person prefers (O4).
pub(crate) fn is_in_base(visitor: &Visitor, asked: &str) -> bool {
    match asked {
        "base" => true,
        "presentment" => false,
        _ => visitor.signed_in.person.preferences.currency == CurrencyPreference::Base,
    }
}

/// What the head of every page of an order says.
pub(crate) fn head(visitor: &Visitor, order: &Order) -> Value {
    let (formats, list) = (&visitor.formats, visitor.list());
    let carry = |with: char| match list.as_str() {
        "" => String::new(),
        list => format!("{with}{}", carried(list)),
    };
    json!({"order": {
        "id": order.id.as_str(),
        "number": order.number,
        "desk_number": order.desk_number,
        "version": order.version,
        // What its links and forms end with, to lead back to the list that it was opened from.
        "carry": carry('?'),
        "carry_too": carry('&'),
        "placed": formats.moment(order.placed_at),
        "status": name(&order.status),
        "payment": if order.has_lapsed() { "expired".to_owned() } else { name(&order.payment_status()) },
        "fulfilment": name(&order.fulfilment()),
        "is_disputed": order.is_disputed(),
        "is_canceling": order.waiting_cancellation().is_some(),
        "source": name(&order.source),
        "sync": sync(order),
        "fraud": name(&order.coverage.fraud.state),
        "guarantee": name(&order.coverage.guarantee.state),
        "attention": order.attention.len(),
        "customer": order.ship_to.display_name(),
        "email": order.ship_to.email,
        "language": order.language,
        "presentment": order.currency().code(),
        "base": order.rate.base.code(),
        "rate": formats.decimal(&order.rate.rate.to_string()),
        "has_two_currencies": order.rate.base != order.currency(),
        "ship_to": address(&order.ship_to),
        "bill_to": address(&order.bill_to),
        "original_ship_to": order.original_ship_to.as_ref().map(address),
        "original_bill_to": order.original_bill_to.as_ref().map(address),
    }})
}

/// Adds what one page shows to what all show.
pub(crate) fn extend(context: &mut Value, more: Value) {
    if let (Value::Object(context), Value::Object(more)) = (context, more) {
        context.extend(more);
    }
}

fn sync(order: &Order) -> Value {
    let value = serde_json::to_value(&order.sync).unwrap_or_default();
    json!({"state": value["state"], "reason": value.get("reason")})
}

/// The lines of an address as they stand on a letter; a country is told by its code.
fn address(address: &Address) -> Value {
    let joined = |parts: [&str; 2]| parts.join(" ").trim().to_owned();
    let lines = [
        joined([&address.first_name, &address.last_name]),
        address.company.clone(),
        address.line1.clone(),
        address.line2.clone(),
        joined([&address.postal_code, &address.city]),
        joined([&address.region, &address.country]),
    ];
    let lines: Vec<String> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    let fields: Vec<Value> = FIELDS
        .iter()
        .map(|field| json!({"name": field.name, "value": (field.get)(address)}))
        .collect();
    json!({"lines": lines, "email": address.email, "phone": address.phone, "fields": fields})
}

/// An amount in the currency that is shown first, with the other beside it.
pub(crate) fn both(visitor: &Visitor, order: &Order, minor: i64, in_base: bool) -> Value {
    let (presentment, base) = order.in_both(minor);
    let (first, second) = if in_base {
        (base, presentment)
    } else {
        (presentment, base)
    };
    let formats = &visitor.formats;
    let other = (first.currency != second.currency).then(|| formats.money(second));
    json!({"shown": formats.money(first), "other": other})
}

fn amounts(visitor: &Visitor, order: &Order, in_base: bool) -> Vec<Value> {
    let amounts = &order.amounts;
    let lines = [
        ("items", amounts.items_minor, true),
        ("shipping", amounts.shipping_minor, true),
        ("duties", amounts.duties_minor, true),
        ("taxes", amounts.taxes_minor, true),
        ("fees", amounts.fees_minor, true),
        (
            "discounts",
            -amounts.discounts_minor,
            amounts.discounts_minor != 0,
        ),
        (
            "variance",
            amounts.variance_minor,
            amounts.variance_minor != 0,
        ),
        ("total", amounts.total_minor(), true),
    ];
    let shown = lines.into_iter().filter(|(_, _, is_shown)| *is_shown);
    shown
        .map(|(key, minor, _)| json!({"key": format!("amount-{key}"), "amount": both(visitor, order, minor, in_base)}))
        .collect()
}

fn items(visitor: &Visitor, order: &Order, in_base: bool) -> Vec<Value> {
    order
        .items
        .iter()
        .map(|item| {
            let whole = item
                .unit_price_minor
                .saturating_mul(i64::from(item.quantity));
            json!({
                "id": item.id.as_str(),
                "name": item.name,
                "sku": item.sku,
                "quantity": item.quantity,
                "removed": item.removed,
                "unshipped": order.unshipped(&item.id),
                "hs_code": item.declared.hs_code,
                "origin": item.declared.origin,
                "description": item.declared.description,
                "weight": weight(visitor, item.weight_g),
                "price": both(visitor, order, item.unit_price_minor, in_base),
                "whole": both(visitor, order, whole, in_base),
            })
        })
        .collect()
}

/// A weight in the units that the person reads; nothing where it is unknown.
fn weight(visitor: &Visitor, grams: u32) -> String {
    let units = visitor.signed_in.person.preferences.units;
    visitor.formats.weight(grams, units)
}

fn refunds(visitor: &Visitor, order: &Order, in_base: bool) -> Vec<Value> {
    order
        .refunds
        .iter()
        .rev()
        .map(|refund| {
            let reason = serde_json::to_value(&refund.reason).unwrap_or_default();
            let named = reason["reason"].as_str().unwrap_or_default();
            let said = visitor.say(&format!("reason-{}", named.replace('_', "-")), &[]);
            let why = match reason["text"].as_str() {
                Some(text) => visitor.labelled(&said, text),
                None => said,
            };
            json!({
                "id": refund.id.as_str(),
                "state": shown_state(refund),
                "why": why,
                "note": refund.note,
                "problem": refund.problem,
                "by_hand": refund.by_hand.as_ref().map(|by_hand| visitor.say(
                    "settled-by",
                    &[
                        ("name", by_hand.by.name.clone()),
                        ("at", visitor.formats.moment(by_hand.at)),
                        ("reference", by_hand.reference.clone()),
                        ("note", by_hand.note.clone()),
                    ],
                )),
                "failure": refund.failure.map(|why| events::refund_failure(visitor, why)),
                "requested": visitor.formats.moment(refund.requested_at),
                "amount": both(visitor, order, -refund.amount_minor(), in_base),
                "fee": refund.fee_returned.map(|fee| visitor.formats.money(fee)),
            })
        })
        .collect()
}

/// Where a refund stands to a reader: one that was settled another way has not just failed.
fn shown_state(refund: &Refund) -> String {
    match refund.by_hand {
        Some(_) => "by_hand".to_owned(),
        None => name(&refund.state),
    }
}

fn shipment_of(visitor: &Visitor, order: &Order, shipment: &Shipment) -> Value {
    let named = |(id, quantity): &(domain::ids::ItemId, u32)| json!({"quantity": quantity, "name": order.item(id).map_or("", |item| item.name.as_str())});
    let tracking: Vec<Value> = shipment
        .tracking
        .iter()
        .map(|tracking| json!({"number": tracking.number, "carrier": tracking.carrier_name(), "url": tracking.url()}))
        .collect();
    json!({
        "id": shipment.id.as_str(),
        "state": name(&shipment.state),
        "items": shipment.items.iter().map(named).collect::<Vec<_>>(),
        "tracking": tracking,
        "label": shipment.label.as_ref().map(|label| json!({"id": label.id.as_str(), "state": name(&label.state), "service": label.service})),
        "can_be_voided": can_be_voided(shipment),
        "details": details(visitor, order, shipment).join(" · "),
    })
}

/// Whether nothing else opens its items again: no number can be removed, and no label voided.
fn can_be_voided(shipment: &Shipment) -> bool {
    let label = shipment.label.as_ref();
    shipment.is_shipped()
        && shipment.state != ShipmentState::Delivered
        && shipment.tracking.is_empty()
        && label.is_none_or(|label| label.state == LabelState::Failed)
}

/// What was said of a shipment besides what is in it.
fn details(visitor: &Visitor, order: &Order, shipment: &Shipment) -> Vec<String> {
    let told = &shipment.details;
    let say =
        |key: &str, what: String| (!what.is_empty()).then(|| visitor.say(key, &[("what", what)]));
    let label = shipment.label.as_ref().map(|label| &label.service);
    let value = told.declared_value_minor.map(|minor| order.money(minor));
    let each = [
        say("shipment-service", label.unwrap_or(&told.service).clone()),
        say(
            "shipment-from",
            told.departure
                .as_ref()
                .map_or_else(String::new, |from| from.name.clone()),
        ),
        say(
            "shipment-value",
            value.map_or_else(String::new, |value| visitor.formats.money(value)),
        ),
        say("shipment-exemption", told.exemption.clone()),
        say("shipment-itn", told.itn.clone()),
    ];
    each.into_iter().flatten().collect()
}

fn coverage(visitor: &Visitor, order: &Order) -> Vec<Value> {
    let promises = [
        ("fraud", &order.coverage.fraud),
        ("guarantee", &order.coverage.guarantee),
    ];
    promises
        .into_iter()
        .map(|(promise, standing)| {
            let moved = standing.moved.as_ref().map(|(cause, at)| {
                json!({"cause": events::cause(visitor, cause), "at": visitor.formats.moment(*at)})
            });
            json!({"promise": promise, "state": name(&standing.state), "moved": moved})
        })
        .collect()
}

/// The page of an action, where it has one here.
fn address_of(action: Action) -> Option<&'static str> {
    match action {
        Action::Cancel => Some("cancel"),
        Action::Refund => Some("refund"),
        Action::Capture => Some("capture"),
        Action::EditNumber => Some("number"),
        Action::EditShipTo => Some("ship-to"),
        Action::EditBillTo => Some("bill-to"),
        Action::AddTracking => Some("tracking"),
        _ => None,
    }
}

/// An action with whether it is possible, and if not why and what to do instead (O3).
fn offered(visitor: &Visitor, action: Action, verdict: &Result<(), Refusal>) -> Value {
    let said = verdict
        .as_ref()
        .err()
        .map(|refusal| refusals::refusal(&visitor.formats, refusal));
    json!({
        "action": name(&action),
        "key": format!("action-{}", name(&action).replace('_', "-")),
        "page": address_of(action),
        "why": said.as_ref().map(|said| said.why.clone()),
        "instead": said.as_ref().map(|said| said.instead.clone()),
    })
}

/// The address of another order of the same list.
fn beside(id: &OrderId, list: &str) -> String {
    match list {
        "" => format!("/orders/{id}"),
        list => format!("/orders/{id}?{}", carried(list)),
    }
}
