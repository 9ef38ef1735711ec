//! Chargebacks: what the bank takes back, and what returns when the retailer wins (R9). Refunds of a disputed payment
//! are refused in [`crate::refund`].

use crate::command::Context;
use crate::event::EventKind;
use crate::journal::{Account, Movement};
use crate::order::{Concern, Order};
use crate::payment::{Dispute, Payment};
use crate::payment_settle::moved;

/// A dispute as the provider tells it now: opened where it is new, else what has changed of it. Its reference says which
/// it is, so words that come late or twice change nothing, and a decision that comes before its opening is kept.
pub(crate) fn told(
    order: &Order,
    known: &Payment,
    said: &Dispute,
    context: &Context,
) -> Vec<EventKind> {
    let mut all = known.disputes();
    match all.find(|one| one.reference == said.reference) {
        Some(one) => followed(order, known, one, said, context),
        None => opened(order, known, said, context),
    }
}

/// The bank takes back what it says until it decides.
fn opened(order: &Order, known: &Payment, said: &Dispute, context: &Context) -> Vec<EventKind> {
    let earlier = known.disputes().map(alone);
    let dispute = Dispute {
        // How it was decided is an event of its own, which moves the money back.
        won: None,
        earlier: earlier.collect(),
        ..said.clone()
    };
    let mut events = vec![
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
            order.money(said.amount_minor),
        ),
    ];
    events.extend(charged(known, None, said, context));
    match said.won {
        Some(won) => events.extend(decided(order, known, said, won, context)),
        None => events.push(context.attention(order, Concern::Disputed)),
    }
    events
}

/// What has changed of a known dispute: evidence was handed in, another day, what the provider charges, the decision.
fn followed(
    order: &Order,
    known: &Payment,
    one: &Dispute,
    said: &Dispute,
    context: &Context,
) -> Vec<EventKind> {
    let before = alone(one);
    let is_same_currency = |fee: &crate::money::Money| {
        one.fee
            .is_none_or(|charged| charged.currency == fee.currency)
    };
    let fee = said.fee.filter(is_same_currency).or(one.fee);
    let dispute = Dispute {
        is_answered: one.is_answered || said.is_answered,
        evidence_due_at: said.evidence_due_at.or(one.evidence_due_at),
        fee,
        ..before.clone()
    };
    let mut events = Vec::new();
    if dispute != before {
        events.extend(charged(known, one.fee, &dispute, context));
        let payment = known.id.clone();
        events.push(EventKind::DisputeChanged { payment, dispute });
    }
    if let (None, Some(won)) = (one.won, said.won) {
        events.extend(decided(order, known, one, won, context));
    }
    events
}

/// The latest dispute is decided, by one who does not say which it means.
pub(crate) fn closed(
    order: &Order,
    known: &Payment,
    won: bool,
    context: &Context,
) -> Vec<EventKind> {
    match &known.dispute {
        Some(open) if open.won.is_none() => decided(order, known, open, won, context),
        Some(_) | None => Vec::new(),
    }
}

/// The bank has decided: what it took back returns where the retailer won.
fn decided(
    order: &Order,
    known: &Payment,
    dispute: &Dispute,
    won: bool,
    context: &Context,
) -> Vec<EventKind> {
    let mut events = vec![EventKind::DisputeClosed {
        payment: known.id.clone(),
        won,
        reference: dispute.reference.clone(),
    }];
    if won {
        let amount = order.money(dispute.amount_minor);
        events.push(moved(
            Movement::DisputeWon,
            known,
            context,
            Account::Bank,
            Account::Provider,
            amount,
        ));
    }
    let is_open = |payment: &Payment| {
        payment.disputes().any(|other| {
            other.won.is_none() && !(payment.id == known.id && other.reference == dispute.reference)
        })
    };
    if !order.payments.iter().any(is_open) {
        events.extend(context.resolve_all(order, |concern| *concern == Concern::Disputed));
    }
    events
}

/// The provider charges the retailer for a dispute, told in all: what is told less later comes back.
fn charged(
    known: &Payment,
    before: Option<crate::money::Money>,
    dispute: &Dispute,
    context: &Context,
) -> Option<EventKind> {
    let mut fee = dispute.fee?;
    fee.minor -= before.map_or(0, |before| before.minor);
    let is_charge = fee.minor > 0;
    fee.minor = fee.minor.abs();
    let (from, to) = match is_charge {
        true => (Account::Retailer, Account::CardProcessor),
        false => (Account::CardProcessor, Account::Retailer),
    };
    (fee.minor != 0).then(|| moved(Movement::DisputeFee, known, context, from, to, fee))
}

/// A dispute without those before it.
fn alone(dispute: &Dispute) -> Dispute {
    Dispute {
        earlier: Vec::new(),
        ..dispute.clone()
    }
}
