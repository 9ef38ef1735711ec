//! How refunds are settled: only by the provider's word, whatever order its words arrive in (R8, R9, R10).

use crate::command::Context;
use crate::event::EventKind;
use crate::fees::fee_returned_on;
use crate::ids::RefundId;
use crate::journal::{Account, Entry, Movement};
use crate::money::Money;
use crate::order::{Concern, Order};
use crate::parts::Part;
use crate::refund::{
    Refund, RefundFailure, RefundOrigin, RefundState, check_items, check_parts, may_refund,
};
pub use crate::refund_foreign::{ForeignRefund, record_foreign};
use crate::refusal::Refusal;
use crate::waiting::needs_approval;

/// What the payment provider says about a refund.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields repeat Refund's")]
pub enum RefundFact {
    /// We are asking now.
    Sent,
    /// Taken on, not finished.
    Pending { reference: String },
    /// Done.
    Succeeded { reference: String },
    /// Not done, and will not be; also after a success, days later.
    Failed {
        problem: String,
        failure: Option<RefundFailure>,
    },
    /// No answer that can be read.
    Unknown { problem: String },
}

/// Records what the provider says about a refund, or that it is being asked. What is known already changes nothing.
///
/// # Errors
/// [`Refusal::RefundNotFound`]; [`Refusal::RefundStateWrong`] for asking about one that is settled.
pub fn record(
    order: &Order,
    id: &RefundId,
    fact: &RefundFact,
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    use RefundState as S;
    let refund = find(order, id)?;
    let moved = |to: S, reference: &str, problem: &str, failure| EventKind::RefundChanged {
        refund: id.clone(),
        from: refund.state,
        to,
        reference: reference.to_owned(),
        problem: problem.to_owned(),
        failure,
    };
    let to = |state: S, reference: &str, problem: &str| moved(state, reference, problem, None);
    let failed_by = |problem: &str, why| moved(S::Failed, "", problem, why);
    let mut events = match (refund.state, fact) {
        (S::Requested, RefundFact::Sent) => vec![to(S::Sent, "", "")],
        // Asking again with the same key is how a lost answer is found.
        (S::Sent | S::Unknown | S::Pending, RefundFact::Sent) => Vec::new(),
        (S::Succeeded | S::Failed, RefundFact::Sent) => return Err(wrong_state(refund)),
        (S::Requested | S::Sent | S::Unknown, RefundFact::Pending { reference }) => {
            vec![to(S::Pending, reference, "")]
        }
        (S::Requested | S::Sent, RefundFact::Unknown { problem }) => {
            vec![to(S::Unknown, "", problem)]
        }
        // The shopper has it twice: once by hand, once from the provider. Only a person can ask for it back.
        (S::Failed, RefundFact::Succeeded { .. }) if refund.by_hand.is_some() => {
            vec![context.attention(order, Concern::RefundedTwice { refund: id.clone() })]
        }
        // A failure the provider took back: its amount may be promised again meanwhile, so a person has to look.
        (S::Failed, RefundFact::Succeeded { .. }) if !fits(order, refund) => {
            vec![context.attention(order, Concern::RefundedAtProvider { refund: id.clone() })]
        }
        (
            S::Requested | S::Sent | S::Unknown | S::Pending | S::Failed,
            RefundFact::Succeeded { reference },
        ) => {
            let mut events = vec![to(S::Succeeded, reference, "")];
            events.extend(money_returned(order, refund, context));
            events
        }
        (
            S::Requested | S::Sent | S::Unknown | S::Pending,
            RefundFact::Failed { problem, failure },
        ) => vec![failed_by(problem, *failure), failed(order, id, context)],
        (S::Succeeded, RefundFact::Failed { problem, failure }) => {
            let mut events = vec![failed_by(problem, *failure)];
            events.extend(money_back_again(order, refund, context));
            events.push(failed(order, id, context));
            events
        }
        (S::Succeeded | S::Failed | S::Pending, RefundFact::Pending { .. })
        | (S::Succeeded | S::Failed | S::Pending | S::Unknown, RefundFact::Unknown { .. })
        | (S::Succeeded, RefundFact::Succeeded { .. })
        | (S::Failed, RefundFact::Failed { .. }) => Vec::new(),
    };
    if !events.is_empty() && !matches!(fact, RefundFact::Sent | RefundFact::Unknown { .. }) {
        let concern = Concern::RefundOverdue { refund: id.clone() };
        events.extend(context.resolve_all(order, |open| *open == concern));
    }
    Ok(events)
}

/// Whether its amount is still free, in every part and of its own payment.
fn fits(order: &Order, refund: &Refund) -> bool {
    let left = order.left();
    let is_free = |part: &Part| refund.parts.get(*part) <= left.get(*part);
    refund.parts.total_minor() <= order.unpromised_minor(&refund.payment)
        && Part::ALL.iter().all(is_free)
}

fn failed(order: &Order, id: &RefundId, context: &Context) -> EventKind {
    context.attention(order, Concern::RefundFailed { refund: id.clone() })
}

/// The shopper has the money; the returnable share of the fee follows, told for the whole so far (R8).
pub(crate) fn money_returned(order: &Order, refund: &Refund, context: &Context) -> Vec<EventKind> {
    let amount = order.money(refund.parts.total_minor());
    if amount.minor == 0 {
        return Vec::new();
    }
    let about = refund.id.as_str();
    let refunded = Entry::transfer(
        Movement::Refund,
        about,
        context.at,
        Account::Provider,
        Account::Shopper,
        amount,
    );
    let base = order.rate.base;
    let already: i64 = order
        .refunds
        .iter()
        .filter_map(|known| known.fee_returned)
        .map(|fee| fee.minor)
        .sum();
    // What was returned by hand brought nothing of the fee back.
    let returned_minor = order.returned_minor() - order.by_hand_minor();
    let due = fee_returned_on(order, returned_minor + amount.minor).minor - already;
    let fee = Money::new(due, base);
    let mut events = vec![EventKind::MoneyMoved { entry: refunded }];
    if due > 0 {
        let entry = Entry::transfer(
            Movement::FeeReturned,
            about,
            context.at,
            Account::Desk,
            Account::Retailer,
            fee,
        );
        events.push(EventKind::MoneyMoved { entry });
        events.push(EventKind::FeeReturned {
            refund: refund.id.clone(),
            fee: Some(fee),
        });
    }
    events
}

/// A refund that had succeeded did not: the money is back with the provider, and the fee's return with it.
fn money_back_again(order: &Order, refund: &Refund, context: &Context) -> Vec<EventKind> {
    let about = refund.id.as_str();
    let amount = order.money(refund.parts.total_minor());
    if amount.minor == 0 {
        return Vec::new();
    }
    let movement = Movement::RefundReversed;
    let reversed = Entry::transfer(
        movement,
        about,
        context.at,
        Account::Shopper,
        Account::Provider,
        amount,
    );
    let mut events = vec![EventKind::MoneyMoved { entry: reversed }];
    if let Some(fee) = refund.fee_returned {
        let movement = Movement::FeeReturnReversed;
        let entry = Entry::transfer(
            movement,
            about,
            context.at,
            Account::Retailer,
            Account::Desk,
            fee,
        );
        events.push(EventKind::MoneyMoved { entry });
        events.push(EventKind::FeeReturned {
            refund: refund.id.clone(),
            fee: None,
        });
    }
    events
}

pub(crate) fn find<'a>(order: &'a Order, id: &RefundId) -> Result<&'a Refund, Refusal> {
    let found = order.refunds.iter().find(|refund| refund.id == *id);
    found.ok_or_else(|| Refusal::RefundNotFound { refund: id.clone() })
}

fn wrong_state(refund: &Refund) -> Refusal {
    Refusal::RefundStateWrong {
        refund: refund.id.clone(),
        state: refund.state,
    }
}

/// Tries a failed refund again in place, as a new attempt.
///
/// # Errors
/// It is not known, did not fail, or its amount was refunded otherwise meanwhile.
pub fn retry(order: &Order, id: &RefundId, context: &Context) -> Result<Vec<EventKind>, Refusal> {
    let refund = find(order, id)?;
    may_retry_as(order, refund, context)?;
    let mut events = vec![EventKind::RefundRetried {
        refund: id.clone(),
        attempt: refund.attempt + 1,
    }];
    let concern = Concern::RefundFailed { refund: id.clone() };
    events.extend(context.resolve_all(order, |open| *open == concern));
    Ok(events)
}

/// Whether this refund can be tried again, or settled another way: it failed, and what it returns is still free.
///
/// # Errors
/// As for [`retry`].
pub fn may_retry(order: &Order, refund: &Refund) -> Result<(), Refusal> {
    if refund.state != RefundState::Failed || refund.origin == RefundOrigin::Provider {
        return Err(wrong_state(refund));
    }
    if refund.by_hand.is_some() {
        let refund = refund.id.clone();
        return Err(Refusal::RefundSettledByHand { refund });
    }
    may_return(order, refund)
}

/// Whether this actor can: above their limit for the order only what another person has approved before.
///
/// # Errors
/// As for [`may_retry`]; [`Refusal::AboveLimit`].
pub fn may_retry_as(order: &Order, refund: &Refund, context: &Context) -> Result<(), Refusal> {
    may_retry(order, refund)?;
    let asked = order.money(refund.parts.total_minor());
    match needs_approval(order, asked, &context.actor.by.id, context.policy) {
        Some(limit) if refund.asked_by.is_some() => Err(Refusal::AboveLimit { asked, limit }),
        _ => Ok(()),
    }
}

/// Whether what a refund returns is free, in every part and of its own payment.
///
/// # Errors
/// As for a new refund of the same amounts; its payment is disputed, or has too little left.
pub(crate) fn may_return(order: &Order, refund: &Refund) -> Result<(), Refusal> {
    may_refund(order)?;
    // Between failing or being confirmed and now its items may have been refunded otherwise, or its money.
    check_items(order, &refund.items)?;
    check_parts(order, refund.parts)?;
    let payment = order.payment(&refund.payment)?;
    if payment.is_disputed() {
        return Err(payment.is_with_the_bank());
    }
    if refund.parts.total_minor() > order.unpromised_minor(&refund.payment) {
        return Err(Refusal::NothingLeft);
    }
    Ok(())
}
