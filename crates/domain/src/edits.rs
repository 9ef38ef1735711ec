//! Corrections: number, addresses, items, notes, tags, holds (N1 to N5).

use crate::actor::{Actor, ActorKind};
use crate::address::Address;
use crate::command::Context;
use crate::coverage::{Fall, bill_to_falls, declaration_falls, fall_events, ship_to_falls};
use crate::event::{AddressKind, EventKind};
use crate::ids::{AttentionId, ItemId, NoteId};
use crate::order::{Attention, Concern, Declaration, Note, Order, OrderStatus};
use crate::refund::MAX_NOTE;
use crate::refusal::{Problem, Refusal};
use crate::text::{optional_text, required_text};

/// The longest order number, in characters.
pub const MAX_NUMBER: usize = 100;

/// The longest tag, in characters.
pub const MAX_TAG: usize = 40;

/// The most tags one order carries.
pub const MAX_TAGS: usize = 50;

/// Changes the order number (N1). That it is unique in the organization is held by the store.
///
/// # Errors
/// [`Refusal::Changed`] when it is no longer what the person saw; an empty or overlong number.
pub(crate) fn set_number(
    order: &Order,
    number: &str,
    was: Option<&Option<String>>,
) -> Result<Vec<EventKind>, Refusal> {
    let number = required_text(number, "number", MAX_NUMBER)?;
    if order.number.as_deref() == Some(number.as_str()) {
        return Ok(Vec::new());
    }
    if was.is_some_and(|was| *was != order.number) {
        return Err(Refusal::Changed {
            field: "number".to_owned(),
            now: order.number.clone().unwrap_or_default(),
            yours: number,
        });
    }
    Ok(vec![EventKind::NumberChanged {
        from: order.number.clone(),
        to: Some(number),
        is_ours: true,
    }])
}

/// Edits an address, field by field (N2). A canceled order keeps its ship-to.
///
/// # Errors
/// [`Refusal::Canceled`], [`Refusal::Changed`], or a field that cannot be.
pub(crate) fn edit_address(
    order: &Order,
    which: AddressKind,
    before: &Address,
    after: &Address,
) -> Result<Vec<EventKind>, Refusal> {
    order.check_open()?;
    let now = address(order, which);
    let merged = now
        .merged(before, after, which.field())?
        .checked(which.field())?;
    if merged == *now {
        return Ok(Vec::new());
    }
    if which == AddressKind::ShipTo && merged.country.is_empty() {
        return Err(Refusal::invalid("ship_to.country", Problem::Missing));
    }
    let falls = address_falls(order, which, &merged);
    let (from, to) = (Box::new(now.clone()), Box::new(merged));
    let mut events = vec![EventKind::AddressChanged { which, from, to }];
    events.extend(fall_events(order, falls));
    Ok(events)
}

/// One of the order's addresses.
pub fn address(order: &Order, which: AddressKind) -> &Address {
    match which {
        AddressKind::ShipTo => &order.ship_to,
        AddressKind::BillTo => &order.bill_to,
    }
}

/// What saving this address would do to the promises; said before saving (N2).
pub fn address_falls(order: &Order, which: AddressKind, to: &Address) -> Vec<Fall> {
    match which {
        AddressKind::ShipTo => ship_to_falls(&order.ship_to, to),
        AddressKind::BillTo => bill_to_falls(&order.bill_to, to),
    }
}

/// Declares an item otherwise: HS code, price, description, origin (S3, N5).
///
/// # Errors
/// The order is canceled, the item is not there, someone else changed it meanwhile, or a field cannot be.
pub(crate) fn declare_item(
    order: &Order,
    id: &ItemId,
    before: &Declaration,
    after: &Declaration,
) -> Result<Vec<EventKind>, Refusal> {
    order.check_open()?;
    let item = order
        .item(id)
        .ok_or_else(|| Refusal::ItemNotFound { item: id.clone() })?;
    let after = crate::intake_check::checked_declaration(after.clone(), "item")?;
    if item.declared == after {
        return Ok(Vec::new());
    }
    if item.declared != *before {
        let text = |declared: &Declaration| {
            format!(
                "{} {} {}",
                declared.hs_code, declared.origin, declared.description
            )
        };
        return Err(Refusal::Changed {
            field: "item".to_owned(),
            now: text(&item.declared),
            yours: text(&after),
        });
    }
    let falls = declaration_falls(&item.declared, &after);
    let from = item.declared.clone();
    let mut events = vec![EventKind::ItemDeclared {
        item: id.clone(),
        from,
        to: after,
    }];
    events.extend(fall_events(order, falls));
    Ok(events)
}

/// Takes items off the order (S2); what they cost is refunded separately.
///
/// # Errors
/// Canceled, not there, more than is unshipped, or nothing would remain: then the order is canceled instead.
pub(crate) fn remove_items(
    order: &Order,
    items: &[(ItemId, u32)],
) -> Result<Vec<EventKind>, Refusal> {
    order.check_open()?;
    check_unshipped(order, items)?;
    let removed: u32 = items.iter().map(|(_, quantity)| quantity).sum();
    let remaining: u32 = order.items.iter().map(crate::order::Item::remaining).sum();
    if removed == remaining {
        return Err(Refusal::invalid(
            "items",
            Problem::Malformed {
                given: "every item".to_owned(),
                expected: "a part of the order; cancel it instead".to_owned(),
            },
        ));
    }
    Ok(vec![EventKind::ItemsRemoved {
        items: items.to_vec(),
    }])
}

/// Refuses items that are not there, stand twice, or are more than what is in no shipment.
pub(crate) fn check_unshipped(order: &Order, items: &[(ItemId, u32)]) -> Result<(), Refusal> {
    if items.is_empty() {
        return Err(Refusal::invalid("items", Problem::Missing));
    }
    for (index, (id, asked)) in items.iter().enumerate() {
        if order.item(id).is_none() {
            return Err(Refusal::ItemNotFound { item: id.clone() });
        }
        if *asked == 0 {
            return Err(Refusal::invalid("items", Problem::NotPositive));
        }
        if items[..index].iter().any(|(other, _)| other == id) {
            return Err(Refusal::invalid(
                "items",
                Problem::Twice {
                    given: id.0.clone(),
                },
            ));
        }
        let left = order.unshipped(id);
        if *asked > left {
            return Err(Refusal::QuantityExceeds {
                item: id.clone(),
                asked: *asked,
                left,
            });
        }
    }
    Ok(())
}

/// Adds an internal note (N4); a repetition of the same note is no event.
pub(crate) fn add_note(
    order: &Order,
    id: &NoteId,
    text: &str,
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    let text = required_text(text, "note", MAX_NOTE)?;
    if order.notes.iter().any(|note| note.id == *id) {
        return Ok(Vec::new());
    }
    let by = context.actor.by.clone();
    let note = Note {
        id: id.clone(),
        text,
        by,
        at: context.at,
        edited_at: None,
    };
    Ok(vec![EventKind::NoteAdded { note }])
}

/// Changes a note of one's own (N4).
pub(crate) fn edit_note(
    order: &Order,
    id: &NoteId,
    text: &str,
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    let to = required_text(text, "note", MAX_NOTE)?;
    let from = own_note(order, id, context.actor)?.text.clone();
    if from == to {
        return Ok(Vec::new());
    }
    Ok(vec![EventKind::NoteEdited {
        note: id.clone(),
        from,
        to,
    }])
}

/// Takes a note of one's own away; the activity keeps what it said (N4).
pub(crate) fn delete_note(
    order: &Order,
    id: &NoteId,
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    let text = own_note(order, id, context.actor)?.text.clone();
    Ok(vec![EventKind::NoteDeleted {
        note: id.clone(),
        text,
    }])
}

/// The note, where who asks may change it: people change what they wrote themselves, and a program any note, as the
/// reference API has it (orderUpdateNote, orderDeleteNote).
///
/// # Errors
/// [`Refusal::NoteNotFound`] or [`Refusal::NoteOfAnother`].
pub fn own_note<'a>(order: &'a Order, id: &NoteId, actor: &Actor) -> Result<&'a Note, Refusal> {
    let found = order.notes.iter().find(|note| note.id == *id);
    let note = found.ok_or_else(|| Refusal::NoteNotFound { note: id.clone() })?;
    if actor.by.kind != ActorKind::ApiKey && note.by.id != actor.by.id {
        return Err(Refusal::NoteOfAnother {
            note: id.clone(),
            author: note.by.name.clone(),
        });
    }
    Ok(note)
}

/// Adds a tag. Tags are compared as they are written, trimmed.
pub(crate) fn tag(order: &Order, tag: &str) -> Result<Vec<EventKind>, Refusal> {
    let tag = required_text(tag, "tag", MAX_TAG)?;
    if order.tags.contains(&tag) {
        return Ok(Vec::new());
    }
    if order.tags.len() >= MAX_TAGS {
        return Err(Refusal::invalid("tag", Problem::TooMany { max: MAX_TAGS }));
    }
    Ok(vec![EventKind::Tagged { tag }])
}

pub(crate) fn untag(order: &Order, tag: &str) -> Result<Vec<EventKind>, Refusal> {
    let tag = tag.trim().to_owned();
    if order.tags.contains(&tag) {
        return Ok(vec![EventKind::Untagged { tag }]);
    }
    Ok(Vec::new())
}

/// Puts the order on hold, with a reason.
pub(crate) fn hold(order: &Order, note: &str) -> Result<Vec<EventKind>, Refusal> {
    may_hold(order)?;
    let note = required_text(note, "note", MAX_NOTE)?;
    Ok(vec![EventKind::Held { note }])
}

/// Whether the order can be put on hold: it is neither canceled, nor shipped whole, nor held.
///
/// # Errors
/// [`Refusal::Canceled`] or [`Refusal::NotReady`].
pub fn may_hold(order: &Order) -> Result<(), Refusal> {
    order.check_open()?;
    match order.status {
        OrderStatus::Canceled => Err(Refusal::Canceled),
        OrderStatus::Hold | OrderStatus::Completed => Err(Refusal::NotReady {
            status: order.status,
        }),
        OrderStatus::Open
        | OrderStatus::PartiallyShipped
        | OrderStatus::FraudHold
        | OrderStatus::PaymentPending
        | OrderStatus::PaymentFailed
        | OrderStatus::InTransitToConsolidationCenter => Ok(()),
    }
}

/// Releases the hold; an order without one is refused, so that a stale page does not seem to work.
pub(crate) fn release(order: &Order) -> Result<Vec<EventKind>, Refusal> {
    order.check_open()?;
    if order.hold.is_none() {
        let status = order.status;
        return Err(Refusal::NotReady { status });
    }
    Ok(vec![EventKind::Released])
}

/// Resolves something a person had to look at.
pub(crate) fn resolve(
    order: &Order,
    id: &AttentionId,
    note: &str,
) -> Result<Vec<EventKind>, Refusal> {
    let note = optional_text(note, "note", MAX_NOTE)?;
    let open = order.attention.iter().find(|open| open.id == *id);
    let open = open.ok_or_else(|| Refusal::AttentionNotFound {
        attention: id.clone(),
    })?;
    may_resolve(order, open)?;
    Ok(vec![EventKind::AttentionResolved {
        attention: id.clone(),
        note,
    }])
}

/// Whether a person can say that this is resolved: what waits for approval is decided on instead.
///
/// # Errors
/// [`Refusal::RefundPending`] or [`Refusal::CancellationPending`].
pub fn may_resolve(order: &Order, open: &Attention) -> Result<(), Refusal> {
    let Concern::ApprovalNeeded { waiting } = &open.concern else {
        return Ok(());
    };
    let mut waits = order.waiting.iter();
    let found = waits.find(|one| one.id == *waiting);
    found.map_or(Ok(()), |waiting| Err(waiting.in_the_way()))
}
