//! Shipping: tracking numbers by hand, labels bought and voided, what the carrier says (S1 to S4, N3).

use crate::address::Address;
use crate::command::Context;
use crate::edits::check_unshipped;
use crate::event::EventKind;
use crate::ids::{ItemId, LabelId, ShipmentId};
use crate::order::{Declaration, Fulfilment, Order, OrderStatus};
use crate::refusal::{Problem, Refusal};
use crate::shipment::{Label, LabelState, Parcel, Shipment, ShipmentState, Tracking};
use crate::shipment_details::Details;
use crate::text::{optional_text, required_text};

/// The longest tracking number, in characters.
pub const MAX_TRACKING: usize = 60;

/// The most tracking numbers one command takes.
pub const MAX_NUMBERS: usize = 50;

/// Numbers to add by hand.
pub(crate) struct Tracked<'a> {
    pub shipment: &'a ShipmentId,
    pub numbers: &'a [Tracking],
    pub items: &'a [(ItemId, u32)],
    pub notify: bool,
}

/// A label to buy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelRequest {
    /// Chosen by who asks; a repetition is recognised by it (S4: buying twelve times by impatience buys one).
    pub label: LabelId,
    /// The shipment it makes.
    pub shipment: ShipmentId,
    /// What goes in; what is left out stays for another shipment.
    pub items: Vec<(ItemId, u32)>,
    /// The carrier account.
    pub account: String,
    /// The carrier's service.
    pub service: String,
    /// The box.
    pub parcel: Parcel,
    /// Where it goes, where that is not the order's ship-to.
    pub ship_to: Option<Address>,
    /// What customs is told instead of what the order says.
    pub declared: Vec<(ItemId, Declaration)>,
    /// Whether the shopper gets an e-mail.
    pub notify: bool,
}

/// Whether anything can be sent now.
///
/// # Errors
/// [`Refusal::Canceled`], [`Refusal::CancellationPending`], or [`Refusal::NotReady`] while a review, the payment or a hold comes first.
pub fn may_ship(order: &Order) -> Result<(), Refusal> {
    order.check_open()?;
    match order.status {
        OrderStatus::Canceled => Err(Refusal::Canceled),
        OrderStatus::FraudHold
        | OrderStatus::PaymentPending
        | OrderStatus::PaymentFailed
        | OrderStatus::Hold => Err(Refusal::NotReady {
            status: order.status,
        }),
        OrderStatus::Open
        | OrderStatus::PartiallyShipped
        | OrderStatus::Completed
        | OrderStatus::InTransitToConsolidationCenter => Ok(()),
    }
}

/// Whether a tracking number can be added: there is something to ship, or something shipped to tie it to.
///
/// # Errors
/// As for [`may_ship`], or [`Refusal::NothingToShip`] while a label that is not there yet holds every item.
pub fn may_add_tracking(order: &Order) -> Result<(), Refusal> {
    may_ship(order)?;
    if order.all_unshipped().is_empty() && order.fulfilment() == Fulfilment::None {
        return Err(Refusal::NothingToShip);
    }
    Ok(())
}

/// Whether a label can be bought.
///
/// # Errors
/// As for [`may_ship`], or [`Refusal::NothingToShip`].
pub fn may_create_label(order: &Order) -> Result<(), Refusal> {
    may_ship(order)?;
    if order.all_unshipped().is_empty() {
        return Err(Refusal::NothingToShip);
    }
    Ok(())
}

/// Refuses a shipment's identifier that is taken: events about one would reach the other.
pub(crate) fn check_new_shipment(order: &Order, id: &ShipmentId) -> Result<(), Refusal> {
    if order.shipments.iter().any(|known| known.id == *id) {
        let given = id.to_string();
        return Err(Refusal::invalid("shipment", Problem::Twice { given }));
    }
    Ok(())
}

/// A number as carriers print it: capitals, without spaces.
pub(crate) fn checked_tracking(given: &Tracking) -> Result<Tracking, Refusal> {
    let number: String = given
        .number
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect();
    let number = required_text(&number, "tracking_numbers", MAX_TRACKING)?.to_uppercase();
    if !number
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || "-_./".contains(letter))
    {
        let expected = "a tracking number: letters, digits, and - _ . /".to_owned();
        return Err(Refusal::invalid(
            "tracking_numbers",
            Problem::Malformed {
                given: number,
                expected,
            },
        ));
    }
    let carrier = optional_text(&given.carrier, "carrier", MAX_TRACKING)?;
    Ok(Tracking { number, carrier })
}

/// Adds tracking numbers (S1): the order is shipped, the numbers tied to a shipment. Without items they stand for
/// all that is in no shipment; where all is, they are tied to the last one.
pub(crate) fn add_tracking(
    order: &Order,
    parcel: &Tracked,
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    may_add_tracking(order)?;
    check_numbers(parcel.numbers)?;
    let tracking = new_numbers(order, parcel.numbers)?;
    let items = match parcel.items {
        [] => order.all_unshipped(),
        chosen => {
            check_unshipped(order, chosen)?;
            chosen.to_vec()
        }
    };
    if items.is_empty() {
        let shipped = order
            .shipments
            .iter()
            .rev()
            .find(|shipment| shipment.is_shipped());
        let shipment = shipped.ok_or(Refusal::NothingToShip)?.id.clone();
        let add = |tracking| EventKind::TrackingAdded {
            shipment: shipment.clone(),
            tracking,
        };
        return Ok(tracking.into_iter().map(add).collect());
    }
    check_new_shipment(order, parcel.shipment)?;
    let shipment = Shipment {
        id: parcel.shipment.clone(),
        items,
        ship_to: order.ship_to.clone(),
        tracking,
        label: None,
        details: Details::default(),
        state: ShipmentState::Created,
        created_at: context.at,
        notify: parcel.notify,
    };
    Ok(vec![EventKind::ShipmentAdded {
        shipment: Box::new(shipment),
    }])
}

/// Refuses no number at all, and more than [`MAX_NUMBERS`].
pub(crate) fn check_numbers(numbers: &[Tracking]) -> Result<(), Refusal> {
    let problem = match numbers.len() {
        0 => Problem::Missing,
        many if many > MAX_NUMBERS => Problem::TooMany { max: MAX_NUMBERS },
        _ => return Ok(()),
    };
    Err(Refusal::invalid("tracking_numbers", problem))
}

/// The numbers as carriers print them, none of them on the order already.
pub(crate) fn new_numbers(order: &Order, given: &[Tracking]) -> Result<Vec<Tracking>, Refusal> {
    let mut tracking: Vec<Tracking> = Vec::new();
    for given in given {
        let checked = checked_tracking(given)?;
        if order
            .tracking_numbers()
            .any(|known| known == checked.number)
        {
            return Err(Refusal::TrackingKnown {
                number: checked.number,
            });
        }
        if tracking.iter().any(|other| other.number == checked.number) {
            return Err(Refusal::invalid(
                "tracking_numbers",
                Problem::Twice {
                    given: checked.number,
                },
            ));
        }
        tracking.push(checked);
    }
    Ok(tracking)
}

/// Removes tracking numbers; a shipment made by hand that loses its last one is void, and its items are open again.
pub(crate) fn remove_tracking(
    order: &Order,
    numbers: &[String],
) -> Result<Vec<EventKind>, Refusal> {
    if numbers.is_empty() {
        return Err(Refusal::invalid("tracking_numbers", Problem::Missing));
    }
    let mut events = Vec::new();
    let mut left: Vec<(&Shipment, usize)> = Vec::new();
    for (index, number) in numbers.iter().enumerate() {
        if numbers[..index].contains(number) {
            return Err(Refusal::invalid(
                "tracking_numbers",
                Problem::Twice {
                    given: number.clone(),
                },
            ));
        }
        let has = |shipment: &&Shipment| {
            shipment
                .tracking
                .iter()
                .any(|tracking| tracking.number == *number)
        };
        let mut holding = order
            .shipments
            .iter()
            .filter(|shipment| !shipment.is_void());
        let shipment = holding.find(has).ok_or_else(|| Refusal::TrackingNotFound {
            number: number.clone(),
        })?;
        if let Some(label) = &shipment.label {
            return Err(Refusal::TrackingOfLabel {
                number: number.clone(),
                label: label.id.clone(),
            });
        }
        match left.iter_mut().find(|(known, _)| known.id == shipment.id) {
            Some((_, count)) => *count -= 1,
            None => left.push((shipment, shipment.tracking.len() - 1)),
        }
        events.push(EventKind::TrackingRemoved {
            shipment: shipment.id.clone(),
            number: number.clone(),
        });
    }
    let emptied = left.into_iter().filter(|(_, count)| *count == 0);
    events.extend(emptied.map(|(shipment, _)| moved(shipment, ShipmentState::Voided, "")));
    Ok(events)
}

/// Decides to void a label (S4), which is final.
///
/// # Errors
/// It is not known, or not bought; one that is being voided already is no event.
pub fn void_label(order: &Order, id: &LabelId) -> Result<Vec<EventKind>, Refusal> {
    let (shipment, label) = order
        .label(id)
        .ok_or_else(|| Refusal::LabelNotFound { label: id.clone() })?;
    match label.state {
        // Its goods have arrived: whoever knows better sets the shipment back first.
        LabelState::Bought if shipment.state == ShipmentState::Delivered => {
            Err(Refusal::ShipmentStateWrong {
                shipment: shipment.id.clone(),
                state: shipment.state,
            })
        }
        LabelState::Bought => Ok(vec![void_requested(shipment, label, "")]),
        LabelState::VoidRequested => Ok(Vec::new()),
        LabelState::Requested
        | LabelState::Sent
        | LabelState::Unknown
        | LabelState::Failed
        | LabelState::Voided => Err(Refusal::LabelStateWrong {
            label: id.clone(),
            state: label.state,
        }),
    }
}

/// The carrier is to be asked; the note says why when it has agreed.
pub(crate) fn void_requested(shipment: &Shipment, label: &Label, why: &str) -> EventKind {
    let mut event = label_to(shipment, label, LabelState::VoidRequested, "");
    if let EventKind::LabelChanged { note, .. } = &mut event {
        why.clone_into(note);
    }
    event
}

pub(crate) fn moved(shipment: &Shipment, to: ShipmentState, note: &str) -> EventKind {
    EventKind::ShipmentChanged {
        shipment: shipment.id.clone(),
        from: shipment.state,
        to,
        note: note.to_owned(),
    }
}

pub(crate) fn label_to(
    shipment: &Shipment,
    label: &Label,
    to: LabelState,
    problem: &str,
) -> EventKind {
    EventKind::LabelChanged {
        shipment: shipment.id.clone(),
        label: label.id.clone(),
        from: label.state,
        to,
        reference: String::new(),
        postage: None,
        problem: problem.to_owned(),
        note: String::new(),
    }
}
