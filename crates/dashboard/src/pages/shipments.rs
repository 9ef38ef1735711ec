//! The shipments of an order, as its page shows them.

use domain::order::Order;
use domain::shipment::{LabelState, Shipment, ShipmentState};
use serde_json::{Value, json};

use super::query::name;
use crate::visitor::Visitor;

/// A shipment with its numbers, its label and what was said of it.
pub(crate) fn told(visitor: &Visitor, order: &Order, shipment: &Shipment) -> Value {
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
