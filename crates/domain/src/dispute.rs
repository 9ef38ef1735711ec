//! Chargebacks: what the bank takes back, and what returns when the retailer wins (R9). Refunds of a disputed payment
//! are refused in [`crate::refund`].

use crate::command::Context;
use crate::event::EventKind;
use crate::journal::{Account, Movement};
use crate::order::{Concern, Order};
use crate::payment::{Dispute, Payment};
use crate::payment_settle::moved;

/// The bank takes back what it says until it decides. A repetition is known by the dispute's reference; one that was
/// won can be followed by another.
pub(crate) fn opened(
    order: &Order,
    known: &Payment,
    dispute: &Dispute,
    context: &Context,
) -> Vec<EventKind> {
    let is_new = known
        .dispute
        .as_ref()
        .is_none_or(|last| last.won == Some(true) && last.reference != dispute.reference);
    if !is_new {
        return Vec::new();
    }
    let amount = order.money(dispute.amount_minor);
    // How it was decided comes as its own fact, which moves the money back.
    let dispute = Dispute {
        won: None,
        ..dispute.clone()
    };
    vec![
        EventKind::DisputeOpened {
            payment: known.id.clone(),
            dispute,
        },
        moved(
            Movement::Dispute,
            known,
            context,
            Account::Provider,
            Account::Bank,
            amount,
        ),
        context.attention(order, Concern::Disputed),
    ]
}

/// The bank has decided: what it took back returns where the retailer won.
pub(crate) fn closed(
    order: &Order,
    known: &Payment,
    won: bool,
    context: &Context,
) -> Vec<EventKind> {
    let Some(open) = known
        .dispute
        .as_ref()
        .filter(|dispute| dispute.won.is_none())
    else {
        return Vec::new();
    };
    let mut events = vec![EventKind::DisputeClosed {
        payment: known.id.clone(),
        won,
    }];
    if won {
        let amount = order.money(open.amount_minor);
        events.push(moved(
            Movement::DisputeWon,
            known,
            context,
            Account::Bank,
            Account::Provider,
            amount,
        ));
    }
    let mut others = order
        .payments
        .iter()
        .filter(|payment| payment.id != known.id);
    if !others.any(Payment::is_in_dispute) {
        events.extend(context.resolve_all(order, |concern| *concern == Concern::Disputed));
    }
    events
}
