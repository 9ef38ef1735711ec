//! What the carrier says about labels and parcels, and where a shipment is put by hand (S4, S5).

use crate::command::Context;
use crate::event::EventKind;
use crate::ids::{LabelId, ShipmentId};
use crate::money::Money;
use crate::order::{Concern, Order};
use crate::refund::MAX_NOTE;
use crate::refusal::Refusal;
use crate::ship::{checked_tracking, label_to, moved, void_requested};
use crate::shipment::{Label, LabelState, Shipment, ShipmentState, Tracking};
use crate::text::optional_text;

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
    let concern = |reason: &str| concern(order, reason, context);
    let is_buying = matches!(label.state, L::Requested | L::Sent | L::Unknown);
    Ok(match fact {
        LabelFact::Sent if label.state == L::Requested => {
            vec![label_to(shipment, label, L::Sent, "")]
        }
        LabelFact::Bought {
            reference,
            tracking,
            postage,
        } if is_buying => {
            let (mut events, problem) = bought(shipment, label, reference, tracking, *postage);
            events.extend(problem.map(|problem| concern(&problem)));
            events
        }
        // Its items are open again, so it is not taken up: but it is paid for, and someone has to void it there.
        LabelFact::Bought { reference, .. } if label.state == L::Failed => {
            vec![concern(&format!(
                "label {id} was sold after it had failed, as {reference}"
            ))]
        }
        LabelFact::Failed { problem } if is_buying => {
            let mut events = vec![label_to(shipment, label, L::Failed, problem)];
            // One that was there before its label stays; that it has none is for a person to settle.
            events.push(match shipment.state {
                ShipmentState::LabelPending => moved(shipment, ShipmentState::Voided, problem),
                _ => concern(problem),
            });
            events
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
                moved(shipment, ShipmentState::Voided, &label.note),
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

fn concern(order: &Order, reason: &str, context: &Context) -> EventKind {
    let reason = reason.to_owned();
    context.attention(order, Concern::Label { reason })
}

/// The label is paid for, so it is kept whatever its number looks like; one that cannot be read is the problem
/// that a person hears of.
fn bought(
    shipment: &Shipment,
    label: &Label,
    reference: &str,
    tracking: &Tracking,
    postage: Option<Money>,
) -> (Vec<EventKind>, Option<String>) {
    let mut events = vec![EventKind::LabelChanged {
        shipment: shipment.id.clone(),
        label: label.id.clone(),
        from: label.state,
        to: LabelState::Bought,
        reference: reference.to_owned(),
        postage,
        problem: String::new(),
        note: String::new(),
    }];
    let problem = match checked_tracking(tracking) {
        Ok(tracking) => {
            events.push(EventKind::TrackingAdded {
                shipment: shipment.id.clone(),
                tracking,
            });
            None
        }
        Err(refusal) => Some(format!(
            "the number of label {} was not taken: {refusal}",
            label.id
        )),
    };
    if shipment.state == ShipmentState::LabelPending {
        events.push(moved(shipment, ShipmentState::Created, ""));
    }
    (events, problem)
}

/// Sets where a shipment stands by hand. Voiding one that has a label asks the carrier to void that, and the shipment
/// follows when the carrier agrees.
pub(crate) fn update_shipment(
    order: &Order,
    id: &ShipmentId,
    to: ShipmentState,
    note: &str,
) -> Result<Vec<EventKind>, Refusal> {
    let shipment = find(order, id)?;
    let note = optional_text(note, "note", MAX_NOTE)?;
    if shipment.state == to {
        return Ok(Vec::new());
    }
    if let (ShipmentState::Voided, Some(label)) = (to, &shipment.label) {
        match label.state {
            LabelState::Bought if !may_follow(shipment.state, to) => {}
            LabelState::Bought => return Ok(vec![void_requested(shipment, label, &note)]),
            LabelState::VoidRequested => return Ok(Vec::new()),
            LabelState::Requested | LabelState::Sent | LabelState::Unknown => {
                return Err(Refusal::LabelStateWrong {
                    label: label.id.clone(),
                    state: label.state,
                });
            }
            // Nothing was paid for it, or it is paid back: the shipment stands by itself.
            LabelState::Failed | LabelState::Voided => {}
        }
    }
    if !may_follow(shipment.state, to) {
        return Err(Refusal::ShipmentStateWrong {
            shipment: id.clone(),
            state: shipment.state,
        });
    }
    Ok(vec![moved(shipment, to, &note)])
}

/// Which state a person may set after which. A person sets a parcel back too: what the carrier said by mistake is
/// corrected by hand. One that has arrived is set back before it can be void, and void is final.
fn may_follow(from: ShipmentState, to: ShipmentState) -> bool {
    use ShipmentState as S;
    match (from, to) {
        (S::Voided | S::LabelPending, _) | (_, S::LabelPending) | (S::Delivered, S::Voided) => {
            false
        }
        (
            S::Created
            | S::InTransitToConsolidationCenter
            | S::DeliveredToConsolidationCenter
            | S::InTransit
            | S::Delivered,
            S::Created
            | S::InTransitToConsolidationCenter
            | S::DeliveredToConsolidationCenter
            | S::InTransit
            | S::Delivered
            | S::Voided,
        ) => true,
    }
}

/// How far along a state is; what the carrier never says of a parcel is nowhere.
fn progress(state: ShipmentState) -> Option<u8> {
    match state {
        ShipmentState::Created => Some(0),
        ShipmentState::InTransitToConsolidationCenter => Some(1),
        ShipmentState::DeliveredToConsolidationCenter => Some(2),
        ShipmentState::InTransit => Some(3),
        ShipmentState::Delivered => Some(4),
        ShipmentState::LabelPending | ShipmentState::Voided => None,
    }
}

/// Records where the carrier saw a shipment; a void one, one waiting for its label, and old news change nothing.
pub(crate) fn record_parcel(
    order: &Order,
    id: &ShipmentId,
    to: ShipmentState,
    note: &str,
) -> Result<Vec<EventKind>, Refusal> {
    let shipment = find(order, id)?;
    match (progress(shipment.state), progress(to)) {
        (Some(from), Some(next)) if next > from => Ok(vec![moved(shipment, to, note)]),
        _ => Ok(Vec::new()),
    }
}

fn find<'a>(order: &'a Order, id: &ShipmentId) -> Result<&'a Shipment, Refusal> {
    let found = order.shipments.iter().find(|shipment| shipment.id == *id);
    found.ok_or_else(|| Refusal::ShipmentNotFound {
        shipment: id.clone(),
    })
}
