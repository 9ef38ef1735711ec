//! What follows by itself from what was decided: the status, e-mails that have become certain, news for the shop.

use crate::actor::ActorKind;
use crate::apply::apply;
use crate::capture;
use crate::command::{Context, Decision};
use crate::coverage::{Cause, Cover, Promise, fall_events};
use crate::event::{Event, EventKind};
use crate::ids::{AttentionId, MailId};
use crate::order::{
    Attention, Concern, FraudReview, Fulfilment, Mail, MailKind, MailState, Order, OrderStatus,
    PaymentStatus, Sync,
};
use crate::payment::PaymentState;
use crate::refund::RefundState;
use crate::shipment::ShipmentState;

/// Applies the events, adds what follows from them, and numbers them all.
pub(crate) fn conclude(order: &Order, kinds: Vec<EventKind>, context: &Context) -> Decision {
    let mut decision = Decision {
        events: Vec::with_capacity(kinds.len() + 1),
        order: order.clone(),
    };
    // What the shop has told us is no news to it.
    let is_from_shop = context.actor.by.kind == ActorKind::Shop;
    let tells_shop = !is_from_shop && kinds.iter().any(|kind| is_news_for_shop(order, kind));
    for kind in kinds {
        if !is_open_already(&decision.order, &kind) {
            push(&mut decision, kind, context);
        }
    }
    if decision.events.is_empty() {
        return decision;
    }
    for kind in capture::follows(order, &decision.order, context.at) {
        push(&mut decision, kind, context);
    }
    let to = natural_status(&decision.order);
    let from = decision.order.status;
    if from != to {
        let after = &decision.order;
        let note = match to {
            OrderStatus::Hold => after.hold.clone(),
            _ => after
                .cancellation
                .as_ref()
                .map(|canceled| canceled.note.clone()),
        };
        push(
            &mut decision,
            EventKind::StatusChanged { from, to, note },
            context,
        );
    }
    for mail in mails_due(&decision.order) {
        push(&mut decision, EventKind::MailRequested { mail }, context);
    }
    if tells_shop && !matches!(decision.order.sync, Sync::Waiting | Sync::NotConnected) {
        let from = decision.order.sync.clone();
        push(
            &mut decision,
            EventKind::SyncChanged {
                from,
                to: Sync::Waiting,
            },
            context,
        );
    }
    decision
}

fn push(decision: &mut Decision, kind: EventKind, context: &Context) {
    let event = Event {
        seq: decision.order.version + 1,
        at: context.at,
        by: context.actor.by.clone(),
        kind,
    };
    apply(&mut decision.order, &event)
        .expect("the rules only decide events that this order can take");
    decision.events.push(event);
}

fn is_open_already(order: &Order, kind: &EventKind) -> bool {
    match kind {
        EventKind::AttentionRaised { attention } => order
            .attention
            .iter()
            .any(|open| open.concern == attention.concern),
        _ => false,
    }
}

/// What the shop is told of: cancellations made here, our number, tracking numbers that came or
/// went, refunds that succeeded (S5, C5).
fn is_news_for_shop(order: &Order, kind: &EventKind) -> bool {
    match kind {
        EventKind::Canceled { cancellation } => cancellation.told_shop,
        EventKind::NumberChanged { is_ours, .. } => *is_ours,
        EventKind::TrackingAdded { .. } | EventKind::TrackingRemoved { .. } => true,
        EventKind::ShipmentAdded { shipment } => !shipment.tracking.is_empty(),
        EventKind::ShipmentChanged { shipment, to, .. } => {
            *to == ShipmentState::Voided
                && order
                    .shipments
                    .iter()
                    .any(|known| known.id == *shipment && !known.tracking.is_empty())
        }
        EventKind::RefundChanged { to, .. } => {
            *to == RefundState::Succeeded && order.is_paid_here()
        }
        EventKind::RefundSettledByHand { .. } => true,
        _ => false,
    }
}

/// The status that follows from everything else an order says; CANCELED is final.
pub fn natural_status(order: &Order) -> OrderStatus {
    if order.cancellation.is_some() {
        return OrderStatus::Canceled;
    }
    if order.hold.is_some() {
        return OrderStatus::Hold;
    }
    let is_consolidating = |state| state == ShipmentState::InTransitToConsolidationCenter;
    match order.fulfilment() {
        Fulfilment::All
            if order
                .shipments
                .iter()
                .any(|shipment| is_consolidating(shipment.state)) =>
        {
            OrderStatus::InTransitToConsolidationCenter
        }
        Fulfilment::All => OrderStatus::Completed,
        Fulfilment::Some => OrderStatus::PartiallyShipped,
        Fulfilment::None => unshipped_status(order),
    }
}

fn unshipped_status(order: &Order) -> OrderStatus {
    if matches!(
        order.fraud_review,
        FraudReview::Pending | FraudReview::Declined
    ) {
        return OrderStatus::FraudHold;
    }
    let has = |state| order.payments.iter().any(|payment| payment.state == state);
    if has(PaymentState::Pending) {
        OrderStatus::PaymentPending
    } else if order.payment_status() == PaymentStatus::Unpaid && has(PaymentState::Failed) {
        OrderStatus::PaymentFailed
    } else {
        OrderStatus::Open
    }
}

/// E-mails that were asked for and whose fact has become certain: each is requested once.
fn mails_due(order: &Order) -> Vec<Mail> {
    let mut due = Vec::new();
    let mut add = |kind, about: &str| {
        let id = MailId(format!("{}{about}", MailId::PREFIX));
        if !order.mails.iter().any(|mail| mail.id == id) {
            let state = MailState::Requested;
            due.push(Mail { id, kind, state });
        }
    };
    if let Some(canceled) = order
        .cancellation
        .as_ref()
        .filter(|canceled| canceled.notify)
    {
        let is_done = |refund: &&crate::refund::Refund| {
            !canceled.refunds.contains(&refund.id) || refund.is_returned()
        };
        let is_released = order
            .payments
            .iter()
            .all(|payment| payment.state != PaymentState::VoidRequested);
        if is_released && order.refunds.iter().all(|refund| is_done(&refund)) {
            add(MailKind::Cancellation, order.id.as_str());
        }
    }
    let succeeded =
        |refund: &&crate::refund::Refund| refund.notify && refund.state == RefundState::Succeeded;
    for refund in order.refunds.iter().filter(succeeded) {
        add(MailKind::Refund, refund.id.as_str());
    }
    for shipment in order
        .shipments
        .iter()
        .filter(|shipment| shipment.notify && shipment.is_shipped())
    {
        add(MailKind::Shipment, shipment.id.as_str());
    }
    due
}

/// Records that an e-mail went out, or could not.
pub(crate) fn mail_settled(
    order: &Order,
    mail: &MailId,
    to: MailState,
    problem: &str,
    context: &Context,
) -> Vec<EventKind> {
    let is_open = order
        .mails
        .iter()
        .any(|known| known.id == *mail && known.state == MailState::Requested);
    if !is_open {
        return Vec::new();
    }
    let problem = problem.to_owned();
    let settled = EventKind::MailSettled {
        mail: mail.clone(),
        to,
        problem: problem.clone(),
    };
    match to {
        MailState::Requested => Vec::new(),
        MailState::Sent => vec![settled],
        MailState::Failed => vec![
            settled,
            context.attention(order, Concern::MailFailed { reason: problem }),
        ],
        MailState::Unknown => vec![
            settled,
            context.attention(order, Concern::MailUnknown { reason: problem }),
        ],
    }
}

/// Records what the fraud screening says. An approval keeps the promise that was given; a decline voids it.
pub(crate) fn fraud_reviewed(order: &Order, to: FraudReview) -> Vec<EventKind> {
    let from = order.fraud_review;
    let is_older = match to {
        FraudReview::None => true,
        FraudReview::Pending => from != FraudReview::None,
        FraudReview::Approved | FraudReview::Declined => {
            from == to || from == FraudReview::Declined
        }
    };
    if is_older {
        return Vec::new();
    }
    let mut events = vec![EventKind::FraudReviewed { from, to }];
    if to == FraudReview::Declined {
        let fall = (Promise::FraudProtection, Cover::Void, Cause::FraudDeclined);
        events.extend(fall_events(order, vec![fall]));
    }
    events
}

impl Context<'_> {
    /// The event that asks a person to look; the same concern is raised once while it is open.
    pub(crate) fn attention(&self, order: &Order, concern: Concern) -> EventKind {
        let id = AttentionId(format!(
            "{}{}_{}",
            AttentionId::PREFIX,
            concern.name(),
            order.version
        ));
        EventKind::AttentionRaised {
            attention: Attention {
                id,
                concern,
                at: self.at,
            },
        }
    }

    /// The events that resolve every open concern that `is_over`.
    pub(crate) fn resolve_all(
        &self,
        order: &Order,
        is_over: impl Fn(&Concern) -> bool,
    ) -> Vec<EventKind> {
        let over = order.attention.iter().filter(|open| is_over(&open.concern));
        over.map(|open| EventKind::AttentionResolved {
            attention: open.id.clone(),
            note: String::new(),
        })
        .collect()
    }
}
