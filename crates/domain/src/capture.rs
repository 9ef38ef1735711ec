//! Taking what is only held on a card: when it is taken by itself, how much, and why not.
//!
//! A payment is captured once. What is not taken then is released by the provider, so a part is a decision.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::command::Context;
use crate::event::EventKind;
use crate::ids::PaymentId;
use crate::journal::{Account, Movement};
use crate::order::{Concern, FraudReview, Fulfilment, Order};
use crate::payment::{Payment, PaymentState};
use crate::refusal::{Problem, Refusal};

/// The longest a capture can be put off, in hours: no authorisation holds for more than thirty days.
pub const MAX_HOURS: u32 = 720;

/// When what is held on a card is taken by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "when", rename_all = "snake_case")]
pub enum CaptureRule {
    /// Never: a person or a program asks.
    #[default]
    ByHand,
    /// As soon as anything is shipped.
    FirstShipment,
    /// Once everything is shipped.
    WholeShipment,
    /// So long after it was authorised.
    AfterHours {
        /// From 1 to [`MAX_HOURS`].
        hours: u32,
    },
}

impl CaptureRule {
    /// Whether somebody has to ask.
    pub fn is_by_hand(&self) -> bool {
        *self == Self::ByHand
    }

    /// Refuses what no authorisation lasts.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `capture.hours`.
    pub fn checked(self) -> Result<Self, Refusal> {
        match self {
            Self::AfterHours { hours } if !(1..=MAX_HOURS).contains(&hours) => {
                let problem = Problem::Malformed {
                    given: hours.to_string(),
                    expected: format!("from 1 to {MAX_HOURS} hours"),
                };
                Err(Refusal::invalid("capture.hours", problem))
            }
            Self::ByHand | Self::FirstShipment | Self::WholeShipment | Self::AfterHours { .. } => {
                Ok(self)
            }
        }
    }
}

/// Asks to take an authorised amount, or part of it.
///
/// # Errors
/// As [`may_capture`] of this payment; an amount that is not within what is authorised.
pub(crate) fn capture(
    order: &Order,
    payment: &PaymentId,
    amount_minor: i64,
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    order.check_open()?;
    let found = order.payment(payment)?;
    if found.state != PaymentState::Authorized {
        return Err(wrong_state(found));
    }
    if amount_minor <= 0 {
        return Err(Refusal::invalid("amount", Problem::NotPositive));
    }
    if amount_minor > found.amount_minor {
        let problem = Problem::DoesNotAddUp {
            sum: order.money(amount_minor),
            expected: order.money(found.amount_minor),
        };
        return Err(Refusal::invalid("amount", problem));
    }
    let mut events = vec![asked(found, amount_minor)];
    events.extend(tried_again(order, "capture", context));
    Ok(events)
}

/// Asks to release what is held without taking it, of an order that goes on or of one whose release was refused.
///
/// # Errors
/// The payment is not known, or holds nothing that can be released.
pub(crate) fn void(
    order: &Order,
    payment: &PaymentId,
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    let found = order.payment(payment)?;
    if !is_releasable(found) {
        return Err(wrong_state(found));
    }
    let mut events = vec![EventKind::PaymentChanged {
        payment: found.id.clone(),
        from: found.state,
        to: PaymentState::VoidRequested,
        captured_minor: 0,
        expires_at: None,
        reason: None,
    }];
    events.extend(tried_again(order, "void", context));
    Ok(events)
}

/// Asks the provider how a payment stands.
///
/// # Errors
/// The payment is not known, or has come to its end here.
pub(crate) fn ask(order: &Order, payment: &PaymentId) -> Result<Vec<EventKind>, Refusal> {
    let found = order.payment(payment)?;
    if !is_open(found) {
        return Err(wrong_state(found));
    }
    let payment = found.id.clone();
    Ok(vec![EventKind::PaymentAsked { payment }])
}

/// Whether anything of this order can be captured.
///
/// # Errors
/// Canceled, paid elsewhere, or the state of the first payment.
pub fn may_capture(order: &Order) -> Result<(), Refusal> {
    order.check_open()?;
    any(order, |payment| payment.state == PaymentState::Authorized)
}

/// Whether anything that is held can be released without canceling the order.
///
/// # Errors
/// Paid elsewhere, or the state of the first payment.
pub fn may_void(order: &Order) -> Result<(), Refusal> {
    any(order, is_releasable)
}

/// Whether the provider can be asked about any payment.
///
/// # Errors
/// Paid elsewhere, or the state of the first payment.
pub fn may_ask(order: &Order) -> Result<(), Refusal> {
    any(order, is_open)
}

fn any(order: &Order, can: impl Fn(&Payment) -> bool) -> Result<(), Refusal> {
    let first = order.payments.first().ok_or(Refusal::PaidElsewhere)?;
    match order.payments.iter().any(can) {
        true => Ok(()),
        false => Err(wrong_state(first)),
    }
}

/// Whether what is held of a payment can be released.
pub fn is_releasable(payment: &Payment) -> bool {
    match payment.state {
        PaymentState::Pending | PaymentState::Authorized => true,
        PaymentState::CaptureRequested
        | PaymentState::Captured
        | PaymentState::VoidRequested
        | PaymentState::Voided
        | PaymentState::Expired
        | PaymentState::Failed => false,
    }
}

/// Whether only the provider knows how a payment will end.
pub fn is_open(payment: &Payment) -> bool {
    match payment.state {
        PaymentState::Pending
        | PaymentState::Authorized
        | PaymentState::CaptureRequested
        | PaymentState::VoidRequested => true,
        PaymentState::Captured
        | PaymentState::Voided
        | PaymentState::Expired
        | PaymentState::Failed => false,
    }
}

/// What capturing takes where nobody says an amount: of each authorised payment what is still owed, in their order.
pub fn amounts(order: &Order) -> Vec<(&Payment, i64)> {
    let taken = |payment: &Payment| match payment.state {
        PaymentState::CaptureRequested => payment.amount_minor,
        _ => payment.captured_minor,
    };
    let mut owed = order.amounts.total_minor() - order.payments.iter().map(taken).sum::<i64>();
    let mut amounts = Vec::new();
    for payment in &order.payments {
        if payment.state == PaymentState::Authorized {
            let minor = payment.amount_minor.min(owed.max(0));
            owed -= minor;
            amounts.push((payment, minor));
        }
    }
    amounts
}

/// When the rule takes a payment that was authorised then; nothing where the clock does not decide.
pub fn due_at(rule: CaptureRule, authorized_at: Timestamp) -> Option<Timestamp> {
    match rule {
        CaptureRule::AfterHours { hours } => authorized_at
            .checked_add(SignedDuration::from_hours(i64::from(hours)))
            .ok(),
        CaptureRule::ByHand | CaptureRule::FirstShipment | CaptureRule::WholeShipment => None,
    }
}

/// What the rule takes now: of this payment, or of all.
pub(crate) fn due(order: &Order, only: Option<&PaymentId>, at: Timestamp) -> Vec<EventKind> {
    if is_stopped(order) {
        return Vec::new();
    }
    amounts(order)
        .into_iter()
        .filter(|(payment, minor)| {
            *minor > 0 && only.is_none_or(|id| *id == payment.id) && is_time(order, payment, at)
        })
        .map(|(payment, minor)| asked(payment, minor))
        .collect()
}

/// What the rule takes because of what has just happened: a shipment, an authorisation, the end of a hold. A capture
/// that was refused is not asked for again by itself.
pub(crate) fn follows(before: &Order, after: &Order, at: Timestamp) -> Vec<EventKind> {
    if after.capture.is_by_hand() {
        return Vec::new();
    }
    let was_due: Vec<PaymentId> = due(before, None, at).iter().filter_map(of).collect();
    let was_asked = |id: &PaymentId| {
        before.payment(id).is_ok_and(|payment| {
            matches!(
                payment.state,
                PaymentState::CaptureRequested | PaymentState::VoidRequested
            )
        })
    };
    let mut due = due(after, None, at);
    due.retain(|event| of(event).is_some_and(|id| !was_due.contains(&id) && !was_asked(&id)));
    due
}

fn of(event: &EventKind) -> Option<PaymentId> {
    match event {
        EventKind::PaymentChanged { payment, .. } => Some(payment.clone()),
        _ => None,
    }
}

/// Whether a person has to look at the order before money is taken by itself.
fn is_stopped(order: &Order) -> bool {
    let is_reviewed = match order.fraud_review {
        FraudReview::None | FraudReview::Approved => true,
        FraudReview::Pending | FraudReview::Declined => false,
    };
    order.cancellation.is_some() || order.hold.is_some() || !is_reviewed
}

fn is_time(order: &Order, payment: &Payment, at: Timestamp) -> bool {
    match order.capture {
        CaptureRule::ByHand => false,
        CaptureRule::FirstShipment => order.fulfilment() != Fulfilment::None,
        CaptureRule::WholeShipment => order.fulfilment() == Fulfilment::All,
        CaptureRule::AfterHours { .. } => authorized_at(order, payment)
            .and_then(|since| due_at(order.capture, since))
            .is_some_and(|due| due <= at),
    }
}

/// Since when the books hold a payment's amount.
fn authorized_at(order: &Order, payment: &Payment) -> Option<Timestamp> {
    let mut latest_first = order.journal.iter().rev();
    let entry = latest_first.find(|entry| {
        entry.about == payment.id.as_str()
            && entry.movement == Movement::Authorization
            && entry.lines.iter().any(|line| line.account == Account::Held)
    });
    entry.map(|entry| entry.at)
}

fn asked(payment: &Payment, amount_minor: i64) -> EventKind {
    EventKind::PaymentChanged {
        payment: payment.id.clone(),
        from: payment.state,
        to: PaymentState::CaptureRequested,
        captured_minor: amount_minor,
        expires_at: None,
        reason: None,
    }
}

/// What was refused or given up is asked for again, so nobody has to look at it any more.
fn tried_again(order: &Order, what: &str, context: &Context) -> Vec<EventKind> {
    context.resolve_all(
        order,
        |concern| matches!(concern, Concern::GivenUp { job, .. } if job == what),
    )
}

fn wrong_state(payment: &Payment) -> Refusal {
    Refusal::PaymentStateWrong {
        payment: payment.id.clone(),
        state: payment.state,
    }
}
