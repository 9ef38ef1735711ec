//! Refunds that end outside the provider: one that failed is settled another way, such as a bank transfer; and one that
//! stays without an answer for too long is brought before a person (R4, R10).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::actor::By;
use crate::command::Context;
use crate::event::EventKind;
use crate::ids::RefundId;
use crate::journal::{Account, Entry, Movement};
use crate::order::{Concern, Order};
use crate::refund::{MAX_NOTE, Refund, RefundState};
use crate::refund_settle::{find, may_retry_as};
use crate::refusal::Refusal;
use crate::text::required_text;

/// The longest reference of a transfer, in characters.
pub const MAX_REFERENCE: usize = 140;

/// How long a refund may stay without the provider's word before a person hears of it.
pub const OVERDUE_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// How a refund that failed was settled outside the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettledByHand {
    /// What the money can be found by, such as the number of a transfer.
    pub reference: String,
    /// How, in the words of who did it.
    pub note: String,
    /// Who.
    pub by: By,
    /// When.
    pub at: Timestamp,
}

/// Settles a failed refund outside the provider: its amount counts as returned, the retailer's own money pays it, and
/// nothing of the fee returns. A repetition with the same words is no event.
///
/// # Errors
/// As for trying it again: while the provider may still pay it, or where its amount was refunded otherwise, the shopper
/// would get it twice. A note or a reference that is missing or too long.
pub fn settle(
    order: &Order,
    id: &RefundId,
    reference: &str,
    note: &str,
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    let refund = find(order, id)?;
    let is_same =
        |known: &SettledByHand| known.reference == reference.trim() && known.note == note.trim();
    if refund.by_hand.as_ref().is_some_and(is_same) {
        return Ok(Vec::new());
    }
    may_retry_as(order, refund, context)?;
    let reference = required_text(reference, "reference", MAX_REFERENCE)?;
    let note = required_text(note, "note", MAX_NOTE)?;
    let entry = Entry::transfer(
        Movement::RefundByHand,
        id.as_str(),
        context.at,
        Account::Retailer,
        Account::Shopper,
        order.money(refund.parts.total_minor()),
    );
    let mut events = vec![
        EventKind::RefundSettledByHand {
            refund: id.clone(),
            reference,
            note,
        },
        EventKind::MoneyMoved { entry },
    ];
    let concern = Concern::RefundFailed { refund: id.clone() };
    events.extend(context.resolve_all(order, |open| *open == concern));
    Ok(events)
}

/// A person is to look at a refund that has waited for the provider's word for too long.
///
/// # Errors
/// [`Refusal::RefundNotFound`]. One that is settled, pending, or has not waited for long is no event.
pub fn record_overdue(
    order: &Order,
    id: &RefundId,
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    let refund = find(order, id)?;
    let concern = Concern::RefundOverdue { refund: id.clone() };
    Ok(match is_overdue(refund, context.at) {
        true => vec![context.attention(order, concern)],
        false => Vec::new(),
    })
}

/// Whether nobody knows for too long what became of it. Pending is known: the provider has it.
pub fn is_overdue(refund: &Refund, now: Timestamp) -> bool {
    match refund.state {
        RefundState::Requested | RefundState::Sent | RefundState::Unknown => {
            now.duration_since(refund.changed_at) >= OVERDUE_AFTER
        }
        RefundState::Pending | RefundState::Succeeded | RefundState::Failed => false,
    }
}

impl Order {
    /// What was returned outside the provider, which keeps that much of what it took.
    pub fn by_hand_minor(&self) -> i64 {
        let by_hand = self
            .refunds
            .iter()
            .filter(|refund| refund.by_hand.is_some());
        by_hand.map(|refund| refund.parts.total_minor()).sum()
    }
}
