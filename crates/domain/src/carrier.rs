//! What the carrier says about labels and parcels, and where a shipment is put by hand (S4, S5).

use crate::command::Context;
use crate::event::EventKind;
use crate::ids::{LabelId, ShipmentId};
use crate::money::Money;
use crate::order::{Concern, Order};
use crate::refusal::Refusal;
use crate::ship::{label_to, moved};
use crate::shipment::{Label, LabelState, Shipment, ShipmentState, Tracking};

/// What the carrier says about a label.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields repeat Label's")]
pub enum LabelFact {
    /// We are asking now.
    Sent,
    /// Sold.
    Bought {
        reference: String,
        tracking: Tracking,
        postage: Option<Money>,
    },
    /// Not sold.
    Failed { problem: String },
    /// No answer that can be read; it may be paid for.
    Unknown { problem: String },
    /// Voided, which is final.
    Voided,
    /// Will not be voided.
    VoidRefused { problem: String },
}

/// Records what the carrier says about a label. What is known already changes nothing.
pub(crate) fn record_label(
    order: &Order,
    id: &LabelId,
    fact: &LabelFact,
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    use LabelState as L;
    let (shipment, label) = order
        .label(id)
        .ok_or_else(|| Refusal::LabelNotFound { label: id.clone() })?;
    let concern = |reason: &str| {
        context.attention(
            order,
            Concern::Label {
                reason: reason.to_owned(),
            },
        )
    };
    let is_buying = matches!(label.state, L::Requested | L::Sent | L::Unknown);
    Ok(match fact {
        LabelFact::Sent if label.state == L::Requested => {
            vec![label_to(shipment, label, L::Sent, "")]
        }
        LabelFact::Bought {
            reference,
            tracking,
            postage,
        } if is_buying => bought(shipment, label, reference, tracking, *postage),
        LabelFact::Failed { problem } if is_buying => {
            vec![
                label_to(shipment, label, L::Failed, problem),
                moved(shipment, ShipmentState::Voided, problem),
            ]
        }
        LabelFact::Unknown { problem } if matches!(label.state, L::Requested | L::Sent) => {
            vec![
                label_to(shipment, label, L::Unknown, problem),
                concern(problem),
            ]
        }
        LabelFact::Voided if matches!(label.state, L::Bought | L::VoidRequested) => {
            vec![
                label_to(shipment, label, L::Voided, ""),
                moved(shipment, ShipmentState::Voided, ""),
            ]
        }
        LabelFact::VoidRefused { problem } if label.state == L::VoidRequested => {
            vec![
                label_to(shipment, label, L::Bought, problem),
                concern(problem),
            ]
        }
        LabelFact::Sent
        | LabelFact::Bought { .. }
        | LabelFact::Failed { .. }
        | LabelFact::Unknown { .. }
        | LabelFact::Voided
        | LabelFact::VoidRefused { .. } => Vec::new(),
    })
}

fn bought(
    shipment: &Shipment,
    label: &Label,
    reference: &str,
    tracking: &Tracking,
    postage: Option<Money>,
) -> Vec<EventKind> {
    vec![
        EventKind::LabelChanged {
            shipment: shipment.id.clone(),
            label: label.id.clone(),
            from: label.state,
            to: LabelState::Bought,
            reference: reference.to_owned(),
            postage,
            problem: String::new(),
        },
        EventKind::TrackingAdded {
            shipment: shipment.id.clone(),
            tracking: tracking.clone(),
        },
        moved(shipment, ShipmentState::Created, ""),
    ]
}

/// Sets where a shipment stands by hand; one made by hand can be voided so, a label has to be voided.
pub(crate) fn update_shipment(
    order: &Order,
    id: &ShipmentId,
    to: ShipmentState,
    note: &str,
) -> Result<Vec<EventKind>, Refusal> {
    let shipment = find(order, id)?;
    if let (ShipmentState::Voided, Some(label)) = (to, &shipment.label) {
        return Err(Refusal::LabelStateWrong {
            label: label.id.clone(),
            state: label.state,
        });
    }
    if shipment.is_void() || !shipment.is_shipped() || to == ShipmentState::LabelPending {
        return Err(Refusal::ShipmentNotFound {
            shipment: id.clone(),
        });
    }
    record_parcel(order, id, to, note)
}

/// Records where the carrier saw a shipment; a void one, one waiting for its label, and old news change nothing.
pub(crate) fn record_parcel(
    order: &Order,
    id: &ShipmentId,
    to: ShipmentState,
    note: &str,
) -> Result<Vec<EventKind>, Refusal> {
    let shipment = find(order, id)?;
    let is_news =
        shipment.is_shipped() && shipment.state != to && shipment.state != ShipmentState::Delivered;
    if is_news && to != ShipmentState::LabelPending {
        return Ok(vec![moved(shipment, to, note)]);
    }
    Ok(Vec::new())
}

fn find<'a>(order: &'a Order, id: &ShipmentId) -> Result<&'a Shipment, Refusal> {
    let found = order.shipments.iter().find(|shipment| shipment.id == *id);
    found.ok_or_else(|| Refusal::ShipmentNotFound {
        shipment: id.clone(),
    })
}
