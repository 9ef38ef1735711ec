//! What had happened to an order before it was taken in: an import brings orders that were paid, shipped or canceled
//! elsewhere, and the demo tells whole histories.

use crate::command::{Context, Decision};
use crate::event::EventKind;
use crate::ids::{NoteId, ShipmentId};
use crate::intake::then;
use crate::order::{Cancellation, Note};
use crate::payment_settle::{PaymentFact, record};
use crate::refusal::{Problem, Refusal};
use crate::ship::{Tracked, add_tracking};
use crate::shipment::{Shipment, ShipmentState, Tracking};
use crate::shipment_details::Details;
use crate::text::required_text;

/// The past of an order that is taken in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    /// Whether the payments processed here were captured in full.
    pub is_captured: bool,
    /// Whether the provider is to be asked how its payments stand, where nobody else knows.
    pub asks_provider: bool,
    /// Whether all of it was sent.
    pub is_shipped: bool,
    /// The numbers it was sent with.
    pub tracking: Vec<Tracking>,
    /// Why it was canceled, if it was.
    pub canceled: Option<String>,
    /// What the team had noted.
    pub notes: Vec<String>,
}

/// Adds its past to an order that was just taken in. Nothing is asked of the outside: it has all happened.
///
/// # Errors
/// A past that cannot be: canceled and shipped at once, a tracking number or a note that cannot be.
pub fn with_past(decision: Decision, past: &Past, context: &Context) -> Result<Decision, Refusal> {
    let mut decision = paid(decision, past, context)?;
    for (index, text) in past.notes.iter().enumerate() {
        let id = NoteId(format!("{}{}_{index}", NoteId::PREFIX, decision.order.id));
        let text = required_text(text, "notes", crate::refund::MAX_NOTE)?;
        let by = context.actor.by.clone();
        let note = Note {
            id,
            text,
            by,
            at: context.at,
            edited_at: None,
        };
        decision = then(decision, vec![EventKind::NoteAdded { note }], context);
    }
    if past.is_shipped || !past.tracking.is_empty() {
        if past.canceled.is_some() {
            let given = "shipped and canceled".to_owned();
            let expected = "one of the two; a canceled order is not shipped".to_owned();
            return Err(Refusal::invalid(
                "state",
                Problem::Malformed { given, expected },
            ));
        }
        let kinds = shipped(&decision, past, context)?;
        decision = then(decision, kinds, context);
    }
    if let Some(note) = &past.canceled {
        let note = if note.trim().is_empty() {
            "canceled before it was imported"
        } else {
            note.trim()
        };
        let cancellation = Cancellation {
            note: note.to_owned(),
            notify: false,
            without_refund: true,
            told_shop: false,
            refunds: Vec::new(),
        };
        decision = then(
            decision,
            vec![EventKind::Canceled { cancellation }],
            context,
        );
    }
    Ok(decision)
}

/// What had become of the payments, or the question how they stand.
fn paid(decision: Decision, past: &Past, context: &Context) -> Result<Decision, Refusal> {
    let mut decision = decision;
    if past.is_captured {
        for payment in decision.order.payments.clone() {
            let captured_minor = payment.amount_minor;
            let fact = PaymentFact::Captured { captured_minor };
            let kinds = record(&decision.order, &payment.id, &fact, context)?;
            decision = then(decision, kinds, context);
        }
    }
    if past.asks_provider {
        let payments = decision.order.payments.iter();
        let asked = payments.map(|payment| EventKind::PaymentAsked {
            payment: payment.id.clone(),
        });
        let kinds = asked.collect();
        decision = then(decision, kinds, context);
    }
    Ok(decision)
}

fn shipped(decision: &Decision, past: &Past, context: &Context) -> Result<Vec<EventKind>, Refusal> {
    let order = &decision.order;
    let shipment = ShipmentId(order.id.0.replacen(
        crate::ids::OrderId::PREFIX,
        ShipmentId::PREFIX,
        1,
    ));
    if !past.tracking.is_empty() {
        let numbers = Tracked {
            shipment: &shipment,
            numbers: &past.tracking,
            items: &[],
            notify: false,
        };
        return add_tracking(order, &numbers, context);
    }
    let shipment = Shipment {
        id: shipment,
        items: order.all_unshipped(),
        ship_to: order.ship_to.clone(),
        tracking: Vec::new(),
        label: None,
        details: Details::default(),
        state: ShipmentState::Created,
        created_at: context.at,
        notify: false,
    };
    Ok(vec![EventKind::ShipmentAdded {
        shipment: Box::new(shipment),
    }])
}
