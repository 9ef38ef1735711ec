//! How payments move: captured or released when asked, recorded as the provider tells it. The books follow.

use jiff::Timestamp;

use crate::command::Context;
use crate::event::EventKind;
use crate::fees::{self, fee_on};
use crate::ids::PaymentId;
use crate::intake_check::check_amount;
use crate::journal::{Account, Entry, Movement};
use crate::money::Money;
use crate::order::{Concern, Order, OrderStatus};
use crate::payment::{Dispute, Payment, PaymentState};
use crate::refusal::Refusal;
use crate::{dispute, lapse};

/// What the payment provider says about a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields repeat Payment's and Dispute's")]
pub enum PaymentFact {
    /// The bank holds the amount; told again with a later `expires_at` where it holds it for longer.
    Authorized { expires_at: Option<Timestamp> },
    /// In all, so much is taken now.
    Captured { captured_minor: i64 },
    /// Declined.
    Failed { reason: String },
    /// Released.
    Voided,
    /// The authorisation lapsed.
    Expired,
    /// Could not be voided or captured; the payment is what it was.
    Refused { reason: String },
    /// A chargeback as it stands: opened, answered, charged for, or decided where `won` says so. Whoever tells a decision
    /// with the whole dispute tells it so: then nothing is lost where it comes before the opening.
    DisputeOpened { dispute: Dispute },
    /// The latest chargeback was decided, by one who says no more of it.
    DisputeClosed { won: bool },
    /// What the provider charges for what it took of this payment, in all, in the currency it bills.
    FeeTold { fee: Money },
}

/// Sets the total as charged; the difference to the parts becomes the variance.
///
/// # Errors
/// [`Refusal::AmountsFinal`] once money was captured, [`Refusal::Canceled`], or a total out of bounds.
pub fn set_total(order: &Order, total_minor: i64) -> Result<Vec<EventKind>, Refusal> {
    order.check_open()?;
    if order.captured_minor() > 0 {
        return Err(Refusal::AmountsFinal);
    }
    check_amount(total_minor, "total")?;
    let mut to = order.amounts;
    to.variance_minor += total_minor - order.amounts.total_minor();
    if to == order.amounts {
        return Ok(Vec::new());
    }
    Ok(vec![EventKind::AmountsChanged {
        from: order.amounts,
        to,
    }])
}

/// Records what the provider says about a payment. What is known already, or older than what is known, changes nothing.
///
/// # Errors
/// [`Refusal::PaymentNotFound`], or [`Refusal::Invalid`] for an amount that cannot be.
pub fn record(
    order: &Order,
    payment: &PaymentId,
    fact: &PaymentFact,
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    let known = order.payment(payment)?;
    Ok(match fact {
        PaymentFact::Authorized { expires_at } => authorized(order, known, *expires_at, context),
        PaymentFact::Captured { captured_minor } => {
            check_amount(*captured_minor, "captured")?;
            captured(order, known, *captured_minor, context)
        }
        PaymentFact::Failed { reason } if known.state == PaymentState::Pending => {
            vec![changed(known, PaymentState::Failed, 0, Some(reason))]
        }
        PaymentFact::Voided => released(order, known, PaymentState::Voided, context),
        PaymentFact::Expired => released(order, known, PaymentState::Expired, context),
        PaymentFact::Refused { reason } => refused(order, known, reason, context),
        PaymentFact::DisputeOpened { dispute } => {
            check_amount(dispute.amount_minor, "dispute.amount")?;
            check_amount(dispute.fee.map_or(0, |fee| fee.minor), "dispute.fee")?;
            dispute::told(order, known, dispute, context)
        }
        PaymentFact::DisputeClosed { won } => dispute::closed(order, known, *won, context),
        PaymentFact::FeeTold { fee } => {
            check_amount(fee.minor, "fee")?;
            fees::told(order, known, *fee, context)
        }
        PaymentFact::Failed { .. } => Vec::new(),
    })
}

/// What is held on the card for this payment, as the books have it: a payment that is to be voided may never have
/// been authorised.
fn held_minor(order: &Order, known: &Payment) -> i64 {
    let about = order
        .journal
        .iter()
        .filter(|entry| entry.about == known.id.as_str());
    let lines = about.flat_map(|entry| entry.lines.iter());
    lines
        .filter(|line| line.account == Account::Held)
        .map(|line| line.money.minor)
        .sum()
}

/// The bank holds the amount: of a payment that was pending, or declined at first and tried with another card. Where
/// a void is asked for already, only the books hear of the hold.
fn authorized(
    order: &Order,
    known: &Payment,
    expires_at: Option<Timestamp>,
    context: &Context,
) -> Vec<EventKind> {
    let is_void_requested = match known.state {
        PaymentState::Authorized if expires_at > known.expires_at => {
            let mut events = vec![authorized_until(known, expires_at)];
            events.extend(lapse::over(order, known, context));
            return events;
        }
        PaymentState::Pending | PaymentState::Failed => false,
        PaymentState::VoidRequested if held_minor(order, known) == 0 => true,
        PaymentState::VoidRequested
        | PaymentState::Authorized
        | PaymentState::CaptureRequested
        | PaymentState::Captured
        | PaymentState::Voided
        | PaymentState::Expired => return Vec::new(),
    };
    let (amount, mut events) = (order.money(known.amount_minor), Vec::new());
    if !is_void_requested {
        events.push(authorized_until(known, expires_at));
    }
    events.push(moved(
        Movement::Authorization,
        known,
        context,
        Account::Shopper,
        Account::Held,
        amount,
    ));
    events
}

fn authorized_until(known: &Payment, expires_at: Option<Timestamp>) -> EventKind {
    EventKind::PaymentChanged {
        payment: known.id.clone(),
        from: known.state,
        to: PaymentState::Authorized,
        captured_minor: 0,
        expires_at,
        reason: None,
    }
}

/// What is taken now, in all. Moves the money, charges the fee, and says so when the order was canceled meanwhile.
fn captured(
    order: &Order,
    known: &Payment,
    captured_minor: i64,
    context: &Context,
) -> Vec<EventKind> {
    let more = captured_minor - known.captured_minor;
    if more <= 0 {
        return Vec::new();
    }
    let mut events = vec![changed(known, PaymentState::Captured, captured_minor, None)];
    // The first capture takes what it takes of the hold and releases the rest.
    events.extend(hold_released(order, known, context));
    let amount = order.money(more);
    events.push(moved(
        Movement::Charge,
        known,
        context,
        Account::Shopper,
        Account::Provider,
        amount,
    ));
    let before = order.captured_minor();
    let (was, is) = (fee_on(order, before), fee_on(order, before + more));
    let shares = [
        (Account::Desk, is.returnable.minor - was.returnable.minor),
        (Account::CardProcessor, is.kept.minor - was.kept.minor),
    ];
    let base = is.kept.currency;
    let entry = Entry::split(
        Movement::Fee,
        known.id.as_str(),
        context.at,
        Account::Retailer,
        &shares,
        base,
    );
    if !entry.lines.is_empty() {
        events.push(EventKind::MoneyMoved { entry });
    }
    events.extend(lapse::settled(order, Some(&known.id), context));
    if order.status == OrderStatus::Canceled {
        events.push(context.attention(order, Concern::MoneyHeld));
    }
    events
}

/// The hold on the card is gone without being taken.
fn released(order: &Order, known: &Payment, to: PaymentState, context: &Context) -> Vec<EventKind> {
    match known.state {
        PaymentState::Pending
        | PaymentState::Authorized
        | PaymentState::CaptureRequested
        | PaymentState::VoidRequested => {
            let mut events = vec![changed(known, to, 0, None)];
            events.extend(hold_released(order, known, context));
            events.extend(lapse::over(order, known, context));
            if to == PaymentState::Expired {
                events.extend(lapse::lapsed(order, known, context));
            }
            events
        }
        PaymentState::Captured
        | PaymentState::Voided
        | PaymentState::Expired
        | PaymentState::Failed => Vec::new(),
    }
}

/// What the books hold on the card goes back to the shopper.
fn hold_released(order: &Order, known: &Payment, context: &Context) -> Option<EventKind> {
    let held = order.money(held_minor(order, known));
    (held.minor > 0).then(|| {
        moved(
            Movement::Void,
            known,
            context,
            Account::Held,
            Account::Shopper,
            held,
        )
    })
}

/// The provider would not capture or void; the payment is what it was before it was asked, and a person hears of it.
fn refused(order: &Order, known: &Payment, reason: &str, context: &Context) -> Vec<EventKind> {
    let job = match known.state {
        PaymentState::CaptureRequested => "capture",
        PaymentState::VoidRequested => "void",
        _ => return Vec::new(),
    };
    let to = if held_minor(order, known) > 0 {
        PaymentState::Authorized
    } else {
        PaymentState::Pending
    };
    let (job, problem) = (job.to_owned(), reason.to_owned());
    let concern = Concern::GivenUp {
        job,
        reason: problem,
    };
    vec![
        changed(known, to, 0, Some(reason)),
        context.attention(order, concern),
    ]
}

fn changed(
    known: &Payment,
    to: PaymentState,
    captured_minor: i64,
    reason: Option<&str>,
) -> EventKind {
    EventKind::PaymentChanged {
        payment: known.id.clone(),
        from: known.state,
        to,
        captured_minor,
        expires_at: None,
        reason: reason.map(str::to_owned),
    }
}

pub(crate) fn moved(
    movement: Movement,
    known: &Payment,
    context: &Context,
    from: Account,
    to: Account,
    money: Money,
) -> EventKind {
    let entry = Entry::transfer(movement, known.id.as_str(), context.at, from, to, money);
    EventKind::MoneyMoved { entry }
}

/// The events that release or refund everything still held or taken, for a cancellation (C2).
pub fn release_all(order: &Order) -> Vec<EventKind> {
    let open = |payment: &&Payment| {
        matches!(
            payment.state,
            PaymentState::Pending | PaymentState::Authorized | PaymentState::CaptureRequested
        )
    };
    let void = |payment: &Payment| changed(payment, PaymentState::VoidRequested, 0, None);
    order.payments.iter().filter(open).map(void).collect()
}
