//! What a person has to look at, above the order.

use domain::mails;
use domain::order::{Attention, Concern, Order};
use serde_json::{Value, json};

use super::events;
use super::query::name;
use crate::visitor::Visitor;

/// What was raised, each with how long there is time for it.
pub(super) fn raised(visitor: &Visitor, order: &Order) -> Vec<Value> {
    // What needs approval is shown with what decides on it.
    let is_shown = |one: &&Attention| !matches!(one.concern, Concern::ApprovalNeeded { .. });
    let open = order.attention.iter().filter(is_shown);
    open.map(|attention| {
        json!({
            "id": attention.id.as_str(),
            "text": events::concern(visitor, &attention.concern),
            "due": due(visitor, order, &attention.concern),
            "at": visitor.formats.moment(attention.at),
        })
    })
    .collect()
}

/// Until when something has to be done about it.
fn due(visitor: &Visitor, order: &Order, concern: &Concern) -> Option<String> {
    let at = order
        .evidence_due_at()
        .filter(|_| *concern == Concern::Disputed)?;
    let key = match at <= visitor.app.desk.now() {
        true => "dispute-over",
        false => "dispute-due",
    };
    Some(visitor.say(key, &[("at", visitor.formats.moment(at))]))
}

/// The e-mails that did not arrive, or may not have, and can be sent again.
pub(super) fn unsent(order: &Order) -> Vec<Value> {
    let mails = mails::unsent(order);
    mails
        .map(|mail| json!({"id": mail.id.as_str(), "kind": name(&mail.kind)}))
        .collect()
}
