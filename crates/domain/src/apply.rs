//! Applies events to the order, and decides nothing: an event carries all that it changes, so that rules can change
//! without altering history. Replaying the events gives the document exactly.

use crate::event::{AddressKind, Event, EventKind};
use crate::ids::{PaymentId, ShipmentId};
use crate::order::{Order, Transition};
use crate::payment::{Dispute, Payment, PaymentState};
use crate::refund::{Refund, RefundState};
use crate::refund_by_hand::SettledByHand;
use crate::shipment::{Label, Shipment};
use crate::waiting::Waiting;

/// Replays a history into the order it made.
///
/// # Errors
/// What is wrong with the history, in words for `bordereau doctor`.
pub fn replay(events: &[Event]) -> Result<Order, String> {
    let (first, rest) = events.split_first().ok_or("there are no events")?;
    let EventKind::Taken { order } = &first.kind else {
        return Err(format!(
            "the first event is {}, not taken",
            first.kind.name()
        ));
    };
    let mut order = (**order).clone();
    for event in rest {
        if event.seq != order.version + 1 {
            return Err(format!(
                "event {} follows event {}",
                event.seq, order.version
            ));
        }
        apply(&mut order, event)?;
    }
    Ok(order)
}

/// Applies one event.
///
/// # Errors
/// What the event is about is not on this order: a defect, or a history that was tampered with.
pub(crate) fn apply(order: &mut Order, event: &Event) -> Result<(), String> {
    apply_kind(order, event)?;
    order.version = event.seq;
    order.updated_at = event.at;
    Ok(())
}

#[allow(
    clippy::too_many_lines,
    reason = "one arm a kind of event, each a plain assignment"
)]
fn apply_kind(order: &mut Order, event: &Event) -> Result<(), String> {
    match &event.kind {
        EventKind::Taken { .. } => return Err("an order is taken once".to_owned()),
        EventKind::StatusChanged { to, note, .. } => {
            order.status = *to;
            order.transitions.push(Transition {
                status: *to,
                at: event.at,
                by: event.by.clone(),
                note: note.clone(),
            });
        }
        EventKind::Canceled { cancellation } => order.cancellation = Some(cancellation.clone()),
        EventKind::Held { note } => order.hold = Some(note.clone()),
        EventKind::Released => order.hold = None,
        EventKind::FraudReviewed { to, .. } => order.fraud_review = *to,
        EventKind::PaymentChanged {
            payment,
            to,
            captured_minor,
            expires_at,
            ..
        } => {
            let payment = find(
                &mut order.payments,
                |known: &Payment| known.id == *payment,
                payment,
            )?;
            payment.state = *to;
            payment.expires_at = expires_at.or(payment.expires_at);
            if *to == PaymentState::Captured {
                payment.captured_minor = *captured_minor;
            }
        }
        EventKind::DisputeOpened { payment, dispute } => {
            let payment = find(
                &mut order.payments,
                |known: &Payment| known.id == *payment,
                payment,
            )?;
            payment.dispute = Some(dispute.clone());
        }
        EventKind::DisputeChanged { payment, dispute } => {
            let known = dispute_of(order, payment, &dispute.reference)?;
            let earlier = std::mem::take(&mut known.earlier);
            *known = Dispute {
                earlier,
                ..dispute.clone()
            };
        }
        EventKind::DisputeClosed {
            payment,
            won,
            reference,
        } => dispute_of(order, payment, reference)?.won = Some(*won),
        EventKind::MoneyMoved { entry } => order.journal.push(entry.clone()),
        EventKind::WaitingBegun { waiting } => order.waiting.push((**waiting).clone()),
        EventKind::WaitingEnded {
            waiting, outcome, ..
        } => {
            let known = find(
                &mut order.waiting,
                |known: &Waiting| known.id == *waiting,
                waiting,
            )?;
            let first = known.refunds().first().map(|refund| refund.id.clone());
            order.withdrawn.extend(first.filter(|_| !outcome.is_sent()));
            order.waiting.retain(|known| known.id != *waiting);
        }
        EventKind::RefundRequested { refund } => order.refunds.push((**refund).clone()),
        EventKind::RefundRetried { refund, attempt } => {
            let refund = find(
                &mut order.refunds,
                |known: &Refund| known.id == *refund,
                refund,
            )?;
            refund.attempt = *attempt;
            refund.state = RefundState::Requested;
            refund.changed_at = event.at;
            refund.problem = String::new();
            refund.failure = None;
            refund.reference = String::new();
        }
        EventKind::RefundChanged {
            refund,
            to,
            reference,
            problem,
            failure,
            ..
        } => {
            let refund = find(
                &mut order.refunds,
                |known: &Refund| known.id == *refund,
                refund,
            )?;
            refund.state = *to;
            refund.changed_at = event.at;
            refund.problem.clone_from(problem);
            refund.failure = *failure;
            if !reference.is_empty() {
                refund.reference.clone_from(reference);
            }
        }
        EventKind::RefundSettledByHand {
            refund,
            reference,
            note,
        } => {
            let refund = find(
                &mut order.refunds,
                |known: &Refund| known.id == *refund,
                refund,
            )?;
            refund.changed_at = event.at;
            refund.by_hand = Some(SettledByHand {
                reference: reference.clone(),
                note: note.clone(),
                by: event.by.clone(),
                at: event.at,
            });
        }
        EventKind::FeeReturned { refund, fee } => {
            find(
                &mut order.refunds,
                |known: &Refund| known.id == *refund,
                refund,
            )?
            .fee_returned = *fee;
        }
        EventKind::RefundedInShop { amount } => order.refunded_in_shop_minor = amount.minor,
        EventKind::CanceledInShop { .. } | EventKind::PaymentAsked { .. } => {}
        EventKind::NumberChanged { to, is_ours, .. } => {
            order.number.clone_from(to);
            order.number_is_ours = *is_ours;
        }
        EventKind::AddressChanged { which, from, to } => {
            let (now, original) = match which {
                AddressKind::ShipTo => (&mut order.ship_to, &mut order.original_ship_to),
                AddressKind::BillTo => (&mut order.bill_to, &mut order.original_bill_to),
            };
            original.get_or_insert_with(|| (**from).clone());
            now.clone_from(to);
        }
        EventKind::ItemDeclared { item, to, .. } => {
            find(&mut order.items, |known| known.id == *item, item)?.declared = to.clone();
        }
        EventKind::ItemsRemoved { items } => {
            for (id, quantity) in items {
                find(&mut order.items, |known| known.id == *id, id)?.removed += quantity;
            }
        }
        EventKind::AmountsChanged { to, .. } => order.amounts = *to,
        EventKind::CoverageChanged {
            promise, to, cause, ..
        } => {
            let standing = match promise {
                crate::coverage::Promise::FraudProtection => &mut order.coverage.fraud,
                crate::coverage::Promise::Guarantee => &mut order.coverage.guarantee,
            };
            standing.state = *to;
            standing.moved = Some((cause.clone(), event.at));
        }
        EventKind::NoteAdded { note } => order.notes.push(note.clone()),
        EventKind::NoteEdited { note, to, .. } => {
            let note = find(&mut order.notes, |known| known.id == *note, note)?;
            note.text.clone_from(to);
            note.edited_at = Some(event.at);
        }
        EventKind::NoteDeleted { note, .. } => order.notes.retain(|known| known.id != *note),
        EventKind::Tagged { tag } => {
            order.tags.insert(tag.clone());
        }
        EventKind::Untagged { tag } => {
            order.tags.remove(tag);
        }
        EventKind::ShipmentAdded { shipment } => order.shipments.push((**shipment).clone()),
        EventKind::ShipmentChanged { shipment, to, .. } => {
            shipment_of(order, shipment)?.state = *to;
        }
        EventKind::TrackingAdded { shipment, tracking } => {
            let shipment = shipment_of(order, shipment)?;
            shipment.tracking.push(tracking.clone());
        }
        EventKind::TrackingRemoved { shipment, number } => {
            let shipment = shipment_of(order, shipment)?;
            shipment
                .tracking
                .retain(|tracking| tracking.number != *number);
        }
        EventKind::LabelChanged {
            shipment,
            to,
            reference,
            postage,
            problem,
            note,
            ..
        } => {
            let shipment = shipment_of(order, shipment)?;
            let label: &mut Label = shipment.label.as_mut().ok_or("the shipment has no label")?;
            label.state = *to;
            label.problem.clone_from(problem);
            label.postage = postage.or(label.postage);
            if !reference.is_empty() {
                label.reference.clone_from(reference);
            }
            if !note.is_empty() {
                label.note.clone_from(note);
            }
        }
        EventKind::LabelRequested {
            shipment,
            label,
            ship_to,
        } => {
            let shipment = shipment_of(order, shipment)?;
            shipment.label = Some((**label).clone());
            if let Some(ship_to) = ship_to {
                shipment.ship_to.clone_from(ship_to);
            }
        }
        EventKind::MailRequested { mail } => order.mails.push(mail.clone()),
        EventKind::MailSettled { mail, to, .. } => {
            find(&mut order.mails, |known| known.id == *mail, mail)?.state = *to;
        }
        EventKind::SyncChanged { to, .. } => order.sync = to.clone(),
        EventKind::AttentionRaised { attention } => order.attention.push(attention.clone()),
        EventKind::AttentionResolved { attention, .. } => {
            order.attention.retain(|open| open.id != *attention)
        }
    }
    Ok(())
}

/// The dispute of this reference; the latest where none is given.
fn dispute_of<'a>(
    order: &'a mut Order,
    payment: &PaymentId,
    reference: &str,
) -> Result<&'a mut Dispute, String> {
    let payments = &mut order.payments;
    let known = find(payments, |known: &Payment| known.id == *payment, payment)?;
    let latest = known
        .dispute
        .as_mut()
        .ok_or_else(|| format!("{payment} has no dispute"))?;
    if reference.is_empty() || latest.reference == reference {
        return Ok(latest);
    }
    let is_it = |one: &Dispute| one.reference == reference;
    find(&mut latest.earlier, is_it, &reference)
}

fn shipment_of<'a>(order: &'a mut Order, id: &ShipmentId) -> Result<&'a mut Shipment, String> {
    find(&mut order.shipments, |known| known.id == *id, id)
}

fn find<'a, T>(
    all: &'a mut [T],
    is_it: impl Fn(&T) -> bool,
    id: &impl std::fmt::Display,
) -> Result<&'a mut T, String> {
    all.iter_mut()
        .find(|one| is_it(one))
        .ok_or_else(|| format!("{id} is not on this order"))
}
