//! Refunds that someone made at the provider itself: they count against what is left, and a person has to look (R4, R9).

use crate::command::Context;
use crate::event::EventKind;
use crate::ids::{PaymentId, RefundId};
use crate::money::MAX_MINOR;
use crate::order::{Concern, Order};
use crate::parts::Parts;
use crate::payment::PaymentState;
use crate::refund::{Refund, RefundOrigin, RefundReason, RefundState};
use crate::refund_settle::{RefundFact, money_returned};
use crate::refusal::Refusal;

/// A refund that someone made at the provider itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignRefund {
    /// Ours to be.
    pub refund: RefundId,
    /// Of which payment.
    pub payment: PaymentId,
    /// How much of it, in presentment minor units.
    pub amount_minor: i64,
    /// The provider's id of it.
    pub reference: String,
    /// How it stands.
    pub fact: RefundFact,
}

impl Refund {
    /// What the shopper gets with it, which the provider decides where it was made there.
    pub fn amount_minor(&self) -> i64 {
        self.told_minor.max(self.parts.total_minor())
    }

    /// What the provider returned with it that its parts leave out.
    pub fn beyond_minor(&self) -> i64 {
        self.amount_minor() - self.parts.total_minor()
    }
}

/// A refund made at the provider counts against what is left as soon as it is taken on there, and a person has to look;
/// it is money returned once it is done there.
/// One that failed is known only so that older words of it, which come later, count for nothing.
///
/// # Errors
/// [`Refusal::PaymentNotFound`]; [`Refusal::NothingCaptured`] where the words that the payment was taken are still to
/// come. An amount that is more than is left is recorded up to that, and the rest of it is not offered again (R10).
pub fn record_foreign(
    order: &Order,
    foreign: &ForeignRefund,
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    let payment = order.payment(&foreign.payment)?;
    // Refunds that were not sent yet have no reference, so none is no sign of being known.
    let is_same = |refund: &Refund| {
        let is_named = !foreign.reference.is_empty() && refund.reference == foreign.reference;
        refund.id == foreign.refund || is_named
    };
    if foreign.amount_minor <= 0 || order.refunds.iter().any(is_same) {
        return Ok(Vec::new());
    }
    if payment.captured_minor == 0 {
        return match payment.state {
            // What was only held is back without having been taken: a provider may call that a refund.
            PaymentState::Voided | PaymentState::Expired => Ok(Vec::new()),
            PaymentState::Pending
            | PaymentState::Authorized
            | PaymentState::CaptureRequested
            | PaymentState::Captured
            | PaymentState::VoidRequested
            | PaymentState::Failed => Err(Refusal::NothingCaptured),
        };
    }
    match &foreign.fact {
        RefundFact::Sent | RefundFact::Unknown { .. } => Ok(Vec::new()),
        RefundFact::Failed { problem, failure } => {
            let parts = order
                .paid()
                .fill(foreign.amount_minor.min(payment.captured_minor));
            let refund = Box::new(Refund {
                state: RefundState::Failed,
                problem: problem.clone(),
                failure: *failure,
                ..as_made(foreign, parts, context)
            });
            Ok(vec![EventKind::RefundRequested { refund }])
        }
        RefundFact::Pending { .. } => {
            let refund = Refund {
                state: RefundState::Pending,
                ..as_made(foreign, what_is_free(order, foreign), context)
            };
            Ok(looked_at(order, refund, Vec::new(), context))
        }
        RefundFact::Succeeded { .. } => {
            let refund = as_made(foreign, what_is_free(order, foreign), context);
            let returned = money_returned(order, &refund, context);
            Ok(looked_at(order, refund, returned, context))
        }
    }
}

/// The parts of it that nothing is promised of. Where that is not all, one of those refunds is going to fail: what was
/// told stays known, so that what is free then is not offered again.
fn what_is_free(order: &Order, foreign: &ForeignRefund) -> Parts {
    let left = order.left();
    let of_payment = order.unpromised_minor(&foreign.payment);
    let free = left.total_minor().min(of_payment);
    left.fill(foreign.amount_minor.min(free))
}

/// A refund that nobody here asked for, what it moved, and that a person has to look.
fn looked_at(
    order: &Order,
    refund: Refund,
    returned: Vec<EventKind>,
    context: &Context,
) -> Vec<EventKind> {
    let about = refund.id.clone();
    let concern = Concern::RefundedAtProvider { refund: about };
    let refund = Box::new(refund);
    let mut events = vec![EventKind::RefundRequested { refund }];
    events.extend(returned);
    events.push(context.attention(order, concern));
    events
}

fn as_made(foreign: &ForeignRefund, parts: Parts, context: &Context) -> Refund {
    Refund {
        id: foreign.refund.clone(),
        payment: foreign.payment.clone(),
        parts,
        told_minor: foreign.amount_minor.min(MAX_MINOR),
        items: Vec::new(),
        reason: RefundReason::Other("refunded at the payment provider".to_owned()),
        note: String::new(),
        origin: RefundOrigin::Provider,
        state: RefundState::Succeeded,
        attempt: 1,
        requested_at: context.at,
        changed_at: context.at,
        reference: foreign.reference.clone(),
        problem: String::new(),
        failure: None,
        fee_returned: None,
        notify: false,
        by_hand: None,
        asked_by: None,
    }
}
