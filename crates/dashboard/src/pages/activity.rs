//! The activity of an order: a page of it, newest first, all of it or one group.

use std::collections::BTreeSet;

use domain::actor::ActorKind;
use domain::event::{Event, EventKind};
use domain::ids::{MailId, NoteId};
use domain::order::Order;
use engine::activity::{Wanted, activity};
use engine::failure::Failure;
use engine::outbox;
use engine::permit::{Permit, ViewOrders};
use serde_json::{Value, json};

use super::events::{detail, title};
use crate::visitor::Visitor;

/// Events of one page.
const EVENTS: u32 = 50;

/// The kinds of activity that can be shown alone, each with the events that belong to it.
const GROUPS: [(&str, &[&str]); 5] = [
    ("notes", &["note_added", "note_edited", "note_deleted"]),
    (
        "money",
        &[
            "payment_changed",
            "payment_asked",
            "dispute_opened",
            "dispute_changed",
            "dispute_closed",
            "money_moved",
            "waiting_begun",
            "waiting_ended",
            "refund_requested",
            "refund_retried",
            "refund_changed",
            "refund_settled_by_hand",
            "fee_returned",
            "refunded_in_shop",
            "amounts_changed",
        ],
    ),
    (
        "shipping",
        &[
            "shipment_added",
            "shipment_changed",
            "tracking_added",
            "tracking_removed",
            "label_changed",
            "label_requested",
        ],
    ),
    (
        "messages",
        &["mail_requested", "mail_settled", "sync_changed"],
    ),
    (
        "changes",
        &[
            "taken",
            "status_changed",
            "canceled",
            "held",
            "released",
            "fraud_reviewed",
            "canceled_in_shop",
            "number_changed",
            "address_changed",
            "item_declared",
            "items_removed",
            "coverage_changed",
            "tagged",
            "untagged",
            "attention_raised",
            "attention_resolved",
        ],
    ),
];

/// The group an event belongs to.
pub(crate) fn group_of(kind: &EventKind) -> &'static str {
    let has = |(_, names): &&(&str, &[&str])| names.contains(&kind.name());
    GROUPS
        .iter()
        .find(has)
        .map_or("changes", |(group, _)| group)
}

/// A page of what happened: of a group, or of all where it is none; before a place in the history, or the newest.
pub(crate) async fn told(
    visitor: &Visitor,
    permit: &Permit<'_, ViewOrders>,
    order: &Order,
    group: &str,
    before: Option<u64>,
) -> Result<Value, Failure> {
    let known = GROUPS.iter().find(|(name, _)| *name == group);
    let wanted = Wanted {
        kinds: known.map_or(&[][..], |(_, names)| names),
        before,
        // One event more than is shown tells whether there are older ones.
        limit: EVENTS + 1,
    };
    let mut events = activity(&visitor.app.desk, permit, order, &wanted).await?;
    let has_older = events.len() > EVENTS as usize;
    events.truncate(EVENTS as usize);
    let older = events.last().filter(|_| has_older).map(|event| event.seq);
    let letters = letters(visitor, permit, order, &events).await?;
    Ok(json!({
        "group": known.map_or("", |(name, _)| name),
        "groups": GROUPS.map(|(name, _)| name),
        "before": before,
        "older": older,
        "events": events.iter().map(|event| {
            let mut told = self::event(visitor, order, event);
            told["letter"] = mail_of(event).filter(|id| letters.contains(id)).map(MailId::as_str).into();
            told
        }).collect::<Vec<_>>(),
    }))
}

/// The e-mails of these events that the outbox has something on.
async fn letters(
    visitor: &Visitor,
    permit: &Permit<'_, ViewOrders>,
    order: &Order,
    events: &[Event],
) -> Result<BTreeSet<MailId>, Failure> {
    if !events.iter().any(|event| mail_of(event).is_some()) {
        return Ok(BTreeSet::new());
    }
    outbox::about(&visitor.app.desk, &*visitor.app.mail, permit, &order.id).await
}

/// The e-mail that an event is about.
fn mail_of(event: &Event) -> Option<&MailId> {
    match &event.kind {
        EventKind::MailRequested { mail } => Some(&mail.id),
        EventKind::MailSettled { mail, .. } => Some(mail),
        _ => None,
    }
}

fn event(visitor: &Visitor, order: &Order, event: &Event) -> Value {
    json!({
        "seq": event.seq,
        "group": group_of(&event.kind),
        "title": title(visitor, &event.kind),
        "detail": detail(visitor, &event.kind),
        "by": visitor.named(&event.by),
        "is_support": event.by.kind == ActorKind::Support,
        "at": visitor.formats.moment(event.at),
        "at_utc": event.at.to_string(),
        "note": own_note(visitor, order, event),
    })
}

/// The note that this event brought, where it is still there and the visitor's own to change.
fn own_note(visitor: &Visitor, order: &Order, event: &Event) -> Option<Value> {
    let EventKind::NoteAdded { note } = &event.kind else {
        return None;
    };
    let actor = &visitor.signed_in.session.actor;
    let now = domain::edits::own_note(order, &note.id, actor).ok()?;
    let NoteId(id) = &now.id;
    Some(json!({"id": id, "text": now.text}))
}
