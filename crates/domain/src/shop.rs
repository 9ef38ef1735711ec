//! What the connected shop says, and whether it knows what we know (C5, C9, N1, R9, S5).

use crate::command::Context;
use crate::edits::set_number;
use crate::event::EventKind;
use crate::ids::ShipmentId;
use crate::money::Money;
use crate::order::{Cancellation, Concern, Fulfilment, Order, OrderStatus, Sync};
use crate::ship::{Tracked, add_tracking, checked_tracking};
use crate::shipment::Tracking;

/// What the shop says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShopFact {
    /// Canceled there.
    Canceled {
        /// In the shop's words.
        reason: String,
    },
    /// Refunded there, in all so far.
    Refunded {
        /// The sum of all refunds there.
        total: Money,
    },
    /// It has this number there.
    Number {
        /// The shop's number.
        number: String,
    },
    /// Shipped there, with these numbers.
    Tracking {
        /// Chosen by who brings the news.
        shipment: ShipmentId,
        /// The numbers.
        numbers: Vec<Tracking>,
    },
}

/// Records what the shop says. What it says that cannot be is left to a person; what is known already changes nothing.
pub(crate) fn record(order: &Order, fact: &ShopFact, context: &Context) -> Vec<EventKind> {
    match fact {
        ShopFact::Canceled { reason } => canceled(order, reason, context),
        ShopFact::Refunded { total } => refunded(order, *total, context),
        ShopFact::Number { number } => renumbered(order, number),
        ShopFact::Tracking { shipment, numbers } => tracked(order, shipment, numbers, context),
    }
}

/// A cancellation in the shop cancels here what the shop was paid for (C5); where the money is here it is left to a
/// person (C9), and so is an order that is shipped already (C4).
fn canceled(order: &Order, reason: &str, context: &Context) -> Vec<EventKind> {
    if order.status == OrderStatus::Canceled {
        return Vec::new();
    }
    let reason = reason.trim().to_owned();
    if order.is_paid_here()
        || order.fulfilment() != Fulfilment::None
        || order.label_in_progress().is_some()
    {
        let is_known = order
            .attention
            .iter()
            .any(|open| open.concern == Concern::CanceledInShop);
        return match is_known {
            true => Vec::new(),
            false => vec![
                EventKind::CanceledInShop { reason },
                context.attention(order, Concern::CanceledInShop),
            ],
        };
    }
    let note = if reason.is_empty() {
        "canceled in the shop".to_owned()
    } else {
        reason
    };
    let cancellation = Cancellation {
        note,
        notify: false,
        without_refund: false,
        told_shop: false,
        refunds: Vec::new(),
    };
    vec![EventKind::Canceled { cancellation }]
}

/// A refund in the shop does not refund here (R9): a difference to settle where the money is here.
fn refunded(order: &Order, total: Money, context: &Context) -> Vec<EventKind> {
    let is_news = total.currency == order.currency() && total.minor > order.refunded_in_shop_minor;
    if !is_news || total.minor > crate::money::MAX_MINOR {
        return Vec::new();
    }
    let mut events = vec![EventKind::RefundedInShop { amount: total }];
    let settled_minor = order.captured_minor() - order.left().total_minor();
    if order.is_paid_here() && settled_minor < total.minor {
        let is_older = |concern: &Concern| matches!(concern, Concern::RefundedInShop { .. });
        events.extend(context.resolve_all(order, is_older));
        let amount = order.money(total.minor - settled_minor);
        events.push(context.attention(order, Concern::RefundedInShop { amount }));
    }
    events
}

/// The shop's number, unless a person chose another (N1).
fn renumbered(order: &Order, number: &str) -> Vec<EventKind> {
    if order.number_is_ours {
        return Vec::new();
    }
    let mut events = set_number(order, number, None).unwrap_or_default();
    for event in &mut events {
        if let EventKind::NumberChanged { is_ours, .. } = event {
            *is_ours = false;
        }
    }
    events
}

fn tracked(
    order: &Order,
    shipment: &ShipmentId,
    numbers: &[Tracking],
    context: &Context,
) -> Vec<EventKind> {
    // Compared as carriers print them, so that the shop's own spelling is not news; what cannot be read is refused below.
    let mut seen: Vec<String> = order.tracking_numbers().map(str::to_owned).collect();
    let mut is_new = |tracking: &&Tracking| {
        let printed = checked_tracking(tracking);
        let number = printed.map_or_else(|_| tracking.number.clone(), |printed| printed.number);
        let is_new = !seen.contains(&number);
        seen.push(number);
        is_new
    };
    let numbers: Vec<Tracking> = numbers.iter().filter(|one| is_new(one)).cloned().collect();
    if numbers.is_empty() {
        return Vec::new();
    }
    let parcel = Tracked {
        shipment,
        numbers: &numbers,
        items: &[],
        notify: false,
    };
    match add_tracking(order, &parcel, context) {
        Ok(events) => events,
        Err(refusal) => {
            let reason = format!("the shop's tracking number was not taken: {refusal}");
            vec![context.attention(order, Concern::SyncFailed { reason })]
        }
    }
}

/// Records whether the shop could be told.
pub(crate) fn record_sync(order: &Order, to: &Sync, context: &Context) -> Vec<EventKind> {
    let from = order.sync.clone();
    if from == *to || from == Sync::NotConnected {
        return Vec::new();
    }
    let mut events = vec![EventKind::SyncChanged {
        from,
        to: to.clone(),
    }];
    match to {
        Sync::Failed { reason } => {
            events.push(context.attention(
                order,
                Concern::SyncFailed {
                    reason: reason.clone(),
                },
            ));
        }
        Sync::InStep => {
            let is_over = |concern: &Concern| matches!(concern, Concern::SyncFailed { .. });
            events.extend(context.resolve_all(order, is_over));
        }
        Sync::Waiting | Sync::NotConnected => {}
    }
    events
}
