//! Authorisations that lapse: a person hears of it a day before, and again when it is too late.

use jiff::{SignedDuration, Timestamp};

use crate::capture;
use crate::command::Context;
use crate::event::EventKind;
use crate::ids::PaymentId;
use crate::order::{Concern, Order, OrderStatus};
use crate::payment::{Payment, PaymentState};
use crate::refusal::Refusal;

/// How long before an authorisation lapses a person is asked to look.
const WARNING: SignedDuration = SignedDuration::from_hours(24);

/// When a person is asked to look at an authorisation that lapses then.
pub fn warn_at(expires_at: Timestamp) -> Timestamp {
    expires_at
        .checked_sub(WARNING)
        .unwrap_or(Timestamp::UNIX_EPOCH)
}

/// What the clock brings to a payment that is only held: the capture that its order's rule wants, else a warning that it
/// is about to lapse. An order that is canceled wants neither.
///
/// # Errors
/// [`Refusal::PaymentNotFound`].
pub(crate) fn due(
    order: &Order,
    payment: &PaymentId,
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    let known = order.payment(payment)?;
    if known.state != PaymentState::Authorized || order.status == OrderStatus::Canceled {
        return Ok(Vec::new());
    }
    let captures = capture::due(order, Some(payment), context.at);
    if !captures.is_empty() {
        return Ok(captures);
    }
    let lapses = known.expires_at.filter(|at| warn_at(*at) <= context.at);
    let warned = lapses.map(|at| {
        let payment = payment.clone();
        context.attention(order, Concern::AuthorizationLapses { payment, at })
    });
    Ok(warned.into_iter().collect())
}

/// What is said when an authorisation has lapsed: nobody took it, and the order goes on unpaid.
pub(crate) fn lapsed(order: &Order, known: &Payment, context: &Context) -> Option<EventKind> {
    let is_missed = order.status != OrderStatus::Canceled
        && matches!(
            known.state,
            PaymentState::Pending | PaymentState::Authorized | PaymentState::CaptureRequested
        );
    let payment = known.id.clone();
    is_missed.then(|| context.attention(order, Concern::AuthorizationLapsed { payment }))
}

/// The warnings about a payment that are over because it holds nothing any more.
pub(crate) fn over(order: &Order, known: &Payment, context: &Context) -> Vec<EventKind> {
    context.resolve_all(order, |concern| match concern {
        Concern::AuthorizationLapses { payment, .. } => *payment == known.id,
        _ => false,
    })
}

/// The warnings that are over because the money came after all, or because nobody wants it.
pub(crate) fn settled(order: &Order, id: Option<&PaymentId>, context: &Context) -> Vec<EventKind> {
    context.resolve_all(order, |concern| match concern {
        Concern::AuthorizationLapses { payment, .. } | Concern::AuthorizationLapsed { payment } => {
            id.is_none_or(|id| id == payment)
        }
        _ => false,
    })
}
