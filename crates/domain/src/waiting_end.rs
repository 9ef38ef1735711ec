//! How a wait ends: undone or withdrawn, approved or declined by another person, or sent when its time is over.

use crate::actor::{Actor, ActorKind};
use crate::cancel::{self, Wish};
use crate::command::{Context, Decision};
use crate::conclude::conclude;
use crate::event::EventKind;
use crate::ids::WaitingId;
use crate::order::{Concern, Order};
use crate::refund::MAX_NOTE;
use crate::refund_settle::may_return;
use crate::refusal::Refusal;
use crate::text::{optional_text, required_text};
use crate::waiting::{Confirmed, Outcome, Waiting, WaitsFor, requested, total};

/// Withdraws what waits: anyone who might have asked for it while it can be undone, who asked where it waits for
/// another person.
///
/// # Errors
/// [`Refusal::WaitingNotFound`] where it was sent or withdrawn meanwhile; see [`may_undo`].
pub(crate) fn undo(
    order: &Order,
    id: &WaitingId,
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    let waiting = find(order, id)?;
    may_undo(waiting, context)?;
    let outcome = match waiting.waits {
        WaitsFor::Time { .. } => Outcome::Undone,
        WaitsFor::Approval { .. } => Outcome::Withdrawn,
    };
    Ok(ended(order, waiting, outcome, String::new(), context))
}

/// Whether this actor can withdraw it.
///
/// # Errors
/// [`Refusal::NotPermitted`]; [`Refusal::AskedByAnother`].
pub fn may_undo(waiting: &Waiting, context: &Context) -> Result<(), Refusal> {
    check_permission(waiting, context)?;
    let is_theirs = waiting.by.id == context.actor.by.id;
    if matches!(waiting.waits, WaitsFor::Approval { .. }) && !is_theirs {
        let name = waiting.by.name.clone();
        return Err(Refusal::AskedByAnother { name });
    }
    Ok(())
}

/// Approves what waits for another person, which sends exactly what was asked for.
///
/// # Errors
/// As for [`may_decide`]; what the rules say of the order as it is now.
pub(crate) fn approve(
    order: &Order,
    id: &WaitingId,
    note: &str,
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    let waiting = find(order, id)?;
    may_decide(waiting, context)?;
    let note = optional_text(note, "note", MAX_NOTE)?;
    let mut sent = send(order, waiting, context)?;
    for event in &mut sent {
        // It is two people's now, and counts towards nobody's limit.
        if let EventKind::RefundRequested { refund } = event {
            refund.asked_by = None;
        }
    }
    let mut events = ended(order, waiting, Outcome::Approved, note, context);
    events.extend(sent);
    Ok(events)
}

/// Whether this actor can approve it, and the order is still such that it fits.
///
/// # Errors
/// As for [`may_decide`]; what the rules say of the order as it is now.
pub fn may_approve(order: &Order, waiting: &Waiting, context: &Context) -> Result<(), Refusal> {
    may_decide(waiting, context)?;
    send(order, waiting, context).map(|_| ())
}

/// Declines what waits for another person, and says why.
///
/// # Errors
/// As for [`may_decide`]; a note is required.
pub(crate) fn decline(
    order: &Order,
    id: &WaitingId,
    note: &str,
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    let waiting = find(order, id)?;
    may_decide(waiting, context)?;
    let note = required_text(note, "note", MAX_NOTE)?;
    Ok(ended(order, waiting, Outcome::Declined, note, context))
}

/// Whether this actor can approve or decline it: another person than who asked, whose own limit allows it.
///
/// # Errors
/// [`Refusal::NotPermitted`], [`Refusal::WaitingNotFound`] where it waits for nobody, [`Refusal::ApprovedByPeople`],
/// [`Refusal::OwnRequest`], [`Refusal::AboveLimit`].
pub fn may_decide(waiting: &Waiting, context: &Context) -> Result<(), Refusal> {
    check_permission(waiting, context)?;
    if let WaitsFor::Time { .. } = waiting.waits {
        let waiting = waiting.id.clone();
        return Err(Refusal::WaitingNotFound { waiting });
    }
    let by = &context.actor.by;
    if !matches!(by.kind, ActorKind::Person | ActorKind::Support) {
        return Err(Refusal::ApprovedByPeople);
    }
    if by.id == waiting.by.id {
        return Err(Refusal::OwnRequest);
    }
    match context.policy.exceeded_by(waiting.amount) {
        Some(limit) => Err(Refusal::AboveLimit {
            asked: waiting.amount,
            limit,
        }),
        None => Ok(()),
    }
}

fn check_permission(waiting: &Waiting, context: &Context) -> Result<(), Refusal> {
    let permission = waiting.permission();
    match context.actor.may(permission) {
        true => Ok(()),
        false => Err(Refusal::NotPermitted { permission }),
    }
}

fn find<'a>(order: &'a Order, id: &WaitingId) -> Result<&'a Waiting, Refusal> {
    let found = order.waiting.iter().find(|waiting| waiting.id == *id);
    found.ok_or_else(|| Refusal::WaitingNotFound {
        waiting: id.clone(),
    })
}

fn ended(
    order: &Order,
    waiting: &Waiting,
    outcome: Outcome,
    note: String,
    context: &Context,
) -> Vec<EventKind> {
    let mut events = vec![EventKind::WaitingEnded {
        waiting: waiting.id.clone(),
        outcome,
        amount: waiting.amount,
        note,
    }];
    let id = waiting.id.clone();
    let concern = Concern::ApprovalNeeded { waiting: id };
    events.extend(context.resolve_all(order, |open| *open == concern));
    events
}

/// The events that make it so, decided by the rules of the order as it is now.
fn send(order: &Order, waiting: &Waiting, context: &Context) -> Result<Vec<EventKind>, Refusal> {
    // Decided as if nothing waited: what it speaks for is its own.
    let mut rest = order.clone();
    rest.waiting.retain(|other| other.id != waiting.id);
    match &waiting.what {
        Confirmed::Refund { refunds } => {
            let mut events = Vec::with_capacity(refunds.len());
            for refund in refunds {
                may_return(&rest, refund)?;
                rest.refunds.push(refund.clone());
                let mut refund = Box::new(refund.clone());
                refund.changed_at = context.at;
                events.push(EventKind::RefundRequested { refund });
            }
            Ok(events)
        }
        Confirmed::Cancellation {
            note,
            notify,
            without_refund,
        } => {
            let wish = Wish {
                note,
                notify: *notify,
                without_refund: *without_refund,
            };
            let events = cancel::cancel(&rest, &wish, context)?;
            let now = total(order, &requested(&events));
            if now != waiting.amount {
                let asked = waiting.amount;
                return Err(Refusal::AmountChanged { asked, now });
            }
            Ok(events)
        }
    }
}

/// Sends what nobody has undone in time, for who confirmed it. What the rules do not allow any more asks a person to
/// look; what is not over or not there changes nothing.
pub(crate) fn over(order: &Order, id: &WaitingId, context: &Context) -> Decision {
    let is_over = |waiting: &&Waiting| {
        let until = match waiting.waits {
            WaitsFor::Time { until } => until,
            WaitsFor::Approval { .. } => return false,
        };
        waiting.id == *id && context.at >= until
    };
    let Some(waiting) = order.waiting.iter().find(is_over) else {
        return conclude(order, Vec::new(), context);
    };
    let asker = Actor {
        by: waiting.by.clone(),
        permissions: [waiting.permission()].into(),
    };
    let theirs = Context {
        actor: &asker,
        ..*context
    };
    let none = String::new();
    match send(order, waiting, &theirs) {
        Ok(sent) => {
            let mut events = ended(order, waiting, Outcome::Sent, none, &theirs);
            events.extend(sent);
            conclude(order, events, &theirs)
        }
        Err(refusal) => {
            let mut events = ended(order, waiting, Outcome::Refused, none, context);
            // An order that was canceled meanwhile is what was wanted.
            if refusal != Refusal::Canceled {
                let concern = Concern::NotSent {
                    waiting: id.clone(),
                    code: refusal.code(),
                    reason: refusal.to_string(),
                };
                events.push(context.attention(order, concern));
            }
            conclude(order, events, context)
        }
    }
}
