//! Cancelling (C1 to C10): final, refunding in full what is left, unless operator support decides otherwise.

use crate::command::Context;
use crate::event::EventKind;
use crate::ids::RefundId;
use crate::money::Money;
use crate::order::{Cancellation, Fulfilment, Order, OrderStatus};
use crate::payment_settle::release_all;
use crate::refund::{
    MAX_NOTE, Parts, RefundOrigin, RefundReason, RefundRequest, cancellation_key, legs,
};
use crate::refusal::Refusal;
use crate::text::required_text;

/// How someone wants an order canceled.
pub(crate) struct Wish<'a> {
    pub note: &'a str,
    pub notify: bool,
    pub without_refund: bool,
}

/// Decides a cancellation.
///
/// # Errors
/// C3; then see [`may_cancel`]; then C6.
pub(crate) fn cancel(
    order: &Order,
    wish: &Wish,
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    // Who may comes before what the order's state allows, as everywhere.
    if wish.without_refund && !context.actor.is_support() {
        return Err(Refusal::OperatorSupportOnly);
    }
    may_cancel(order, context)?;
    let note = required_text(wish.note, "note", MAX_NOTE)?;
    let refunds = if wish.without_refund {
        Vec::new()
    } else {
        refund_all(order, &note, context)
    };
    let ids = refunds.iter().filter_map(|event| match event {
        EventKind::RefundRequested { refund } => Some(refund.id.clone()),
        _ => None,
    });
    let cancellation = Cancellation {
        note,
        notify: wish.notify,
        without_refund: wish.without_refund,
        // The shop was not asked first, so it is not told: operator support said so before (C5).
        told_shop: order.shop.is_some() && !order.is_guaranteed_by_plugin(),
        refunds: ids.collect(),
    };
    let mut events = vec![EventKind::Canceled { cancellation }];
    if !wish.without_refund {
        events.extend(release_all(order));
    }
    events.extend(refunds);
    events.extend(crate::lapse::settled(order, None, context));
    Ok(events)
}

/// Whether the order can be canceled here by this actor at all, the most telling reason first.
///
/// # Errors
/// Canceled already or about to be (C1), a refund that waits, shipped or a label on its way (C4), canceled in the shop (C5), disputed (R9).
pub fn may_cancel(order: &Order, context: &Context) -> Result<(), Refusal> {
    order.check_open()?;
    if let Some(waiting) = order.waiting.first() {
        return Err(waiting.in_the_way());
    }
    if order.fulfilment() != Fulfilment::None {
        let shipped = order
            .shipments
            .iter()
            .filter(|shipment| shipment.is_shipped());
        let (shipments, labels): (Vec<_>, Vec<_>) = shipped
            .map(|shipment| {
                (
                    shipment.id.clone(),
                    shipment.label.as_ref().map(|label| label.id.clone()),
                )
            })
            .unzip();
        let labels = labels.into_iter().flatten().collect();
        return Err(Refusal::Shipped { shipments, labels });
    }
    if let Some(label) = order.label_in_progress() {
        return Err(Refusal::LabelInProgress {
            label: label.id.clone(),
        });
    }
    if order.is_guaranteed_by_plugin() && !context.actor.is_support() {
        return Err(Refusal::CancelInShop);
    }
    if let Some(disputed) = order
        .payments
        .iter()
        .find(|payment| payment.is_in_dispute())
    {
        return Err(disputed.is_with_the_bank());
    }
    Ok(())
}

/// The refunds of everything that is left, in the presentment currency (C2).
pub(crate) fn refund_all(order: &Order, note: &str, context: &Context) -> Vec<EventKind> {
    let parts = order.returnable();
    if parts.total_minor() <= 0 {
        return Vec::new();
    }
    let request = RefundRequest {
        id: RefundId(cancellation_key(order.id.as_str())),
        parts,
        items: Vec::new(),
        reason: RefundReason::Cancellation,
        note: note.to_owned(),
        notify: false,
    };
    legs(order, &request, RefundOrigin::Cancellation, context)
}

/// What the dialog says first: what happens to money, labels, e-mail and coverage (C8).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consequences {
    /// What goes back to the shopper.
    pub refunded: Money,
    /// In its parts.
    pub parts: Parts,
    /// What is released without having been taken.
    pub released: Money,
    /// Who has to refund, where it is not us: the shop (C2).
    pub shop_refunds: bool,
    /// Whether the shop hears of it (C5).
    pub told_shop: bool,
    /// What of our fee returns and what does not (R8).
    pub fee: crate::fees::FeeSplit,
}

/// Tells what cancelling would do, changing nothing.
pub fn consequences(order: &Order) -> Consequences {
    let parts = order.returnable();
    let voids = release_all(order);
    let released = voids.iter().filter_map(|event| match event {
        EventKind::PaymentChanged { payment, .. } => order.payment(payment).ok(),
        _ => None,
    });
    let released = released.map(|payment| payment.amount_minor).sum();
    Consequences {
        refunded: order.money(parts.total_minor()),
        parts,
        released: order.money(released),
        shop_refunds: !order.is_paid_here(),
        told_shop: order.shop.is_some() && !order.is_guaranteed_by_plugin(),
        fee: crate::fees::preview(order, parts.total_minor()),
    }
}

/// Whether cancelling would serve better: everything is refunded and nothing is shipped (R3).
pub fn is_better_canceled(order: &Order, parts: Parts) -> bool {
    let is_open = order.status != OrderStatus::Canceled && order.fulfilment() == Fulfilment::None;
    is_open && parts == order.returnable() && order.promised_minor() == 0
}
