//! Making shipments: boxes with what is in them, what is said of the whole, tracking numbers or a label to buy (S1 to S4).

use crate::address::Address;
use crate::apply::apply;
use crate::command::Context;
use crate::coverage::{Cause, Cover, Fall, Promise, declaration_falls, fall_events, ship_to_falls};
use crate::edits::check_unshipped;
use crate::event::{Event, EventKind};
use crate::ids::{ItemId, LabelId, ShipmentId};
use crate::order::{Declaration, Order};
use crate::pack::{CartonAsk, each_once, pack};
use crate::refusal::{Problem, Refusal};
use crate::ship::{
    LabelRequest, MAX_TRACKING, check_new_shipment, check_numbers, may_create_label, may_ship,
    new_numbers,
};
use crate::shipment::{Label, LabelFormat, LabelState, Parcel, Shipment, ShipmentState, Tracking};
use crate::shipment_details::{Carton, Details};
use crate::text::{optional_text, required_text};

/// The most shipments that one command makes.
pub const MAX_SHIPMENTS: usize = 50;

/// The longest exemption, filing number or name of a service, in characters.
pub const MAX_CITED: usize = 100;

/// A label to buy with a shipment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelWish {
    /// Chosen by who asks: the key it is bought with.
    pub label: LabelId,
    /// The carrier account.
    pub account: String,
    /// The carrier's service.
    pub service: String,
    /// What is printed.
    pub format: LabelFormat,
}

/// A shipment to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShipmentRequest {
    /// Chosen by who asks.
    pub shipment: ShipmentId,
    /// Its boxes; one with all that is in no shipment yet where there is none.
    pub cartons: Vec<CartonAsk>,
    /// Numbers of the whole; those of its boxes are told with them.
    pub tracking: Vec<Tracking>,
    /// What is said besides. Its boxes are made here.
    pub details: Details,
    /// The label to buy; without one it counts as shipped.
    pub label: Option<LabelWish>,
    /// Whether the shopper gets an e-mail once it is shipped.
    pub notify: bool,
}

impl ShipmentRequest {
    /// A shipment of all that is in none yet, without a label and with nothing said besides.
    pub fn whole(shipment: ShipmentId) -> Self {
        Self {
            shipment,
            cartons: Vec::new(),
            tracking: Vec::new(),
            details: Details::default(),
            label: None,
            notify: false,
        }
    }
}

/// Makes shipments, all or none, each of what those before it left.
pub(crate) fn create_shipments(
    order: &Order,
    requests: &[ShipmentRequest],
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    match requests.len() {
        0 => return Err(Refusal::invalid("shipments", Problem::Missing)),
        many if many > MAX_SHIPMENTS => {
            let problem = Problem::TooMany { max: MAX_SHIPMENTS };
            return Err(Refusal::invalid("shipments", problem));
        }
        _ => {}
    }
    let (mut after, mut events) = (order.clone(), Vec::new());
    for request in requests {
        let made = create(&after, request, context)?;
        for kind in &made {
            let event = Event {
                seq: after.version + 1,
                at: context.at,
                by: context.actor.by.clone(),
                kind: kind.clone(),
            };
            apply(&mut after, &event).expect("the rules only decide what this order can take");
        }
        events.extend(made);
    }
    Ok(events)
}

fn create(
    order: &Order,
    request: &ShipmentRequest,
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    may_create_label(order)?;
    check_new_shipment(order, &request.shipment)?;
    let packed = pack(order, &request.cartons)?;
    let details = checked(&request.details, packed.cartons.clone())?;
    let mut numbers = request.tracking.clone();
    numbers.extend(packed.numbers.iter().cloned());
    if !numbers.is_empty() {
        check_numbers(&numbers)?;
    }
    let tracking = new_numbers(order, &numbers)?;
    let label = match &request.label {
        None => None,
        Some(_) if !tracking.is_empty() => {
            let (given, expected) = (tracking[0].number.clone(), brings_its_own());
            let problem = Problem::Malformed { given, expected };
            return Err(Refusal::invalid("tracking_numbers", problem));
        }
        Some(wish) => Some(label(order, wish, &packed.items, &details.cartons)?),
    };
    let made = Made {
        shipment: request.shipment.clone(),
        items: packed.items.clone(),
        ship_to: order.ship_to.clone(),
        tracking,
        label,
        details,
        notify: request.notify,
    };
    added(order, made, &packed.declared(order), context)
}

fn brings_its_own() -> String {
    "needed where a label is bought, which brings its own; leave it out".to_owned()
}

/// Decides to buy a label (S2), with the corrections made on its page and what they do to the promises (S3).
pub(crate) fn request_label(
    order: &Order,
    request: &LabelRequest,
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    if order.label(&request.label).is_some() {
        return Ok(Vec::new());
    }
    may_create_label(order)?;
    check_new_shipment(order, &request.shipment)?;
    check_unshipped(order, &request.items)?;
    let ship_to = match &request.ship_to {
        Some(given) => given.clone().checked("ship_to")?,
        None => order.ship_to.clone(),
    };
    let wish = LabelWish {
        label: request.label.clone(),
        account: request.account.clone(),
        service: request.service.clone(),
        format: LabelFormat::default(),
    };
    let made = Made {
        shipment: request.shipment.clone(),
        items: request.items.clone(),
        ship_to,
        tracking: Vec::new(),
        label: Some(wanted(&wish, request.parcel)?),
        details: Details::default(),
        notify: request.notify,
    };
    added(order, made, &request.declared, context)
}

/// Decides to buy a label for a shipment that was made without one. While that is being bought asking again buys
/// nothing; the shipment stays as it is until the carrier answers.
pub(crate) fn label_shipment(
    order: &Order,
    id: &ShipmentId,
    wish: &LabelWish,
) -> Result<Vec<EventKind>, Refusal> {
    let mut known = order.shipments.iter();
    let found = known.find(|shipment| shipment.id == *id);
    let shipment = found.ok_or_else(|| Refusal::ShipmentNotFound {
        shipment: id.clone(),
    })?;
    if let Some(label) = &shipment.label {
        return match label.state {
            LabelState::Requested | LabelState::Sent | LabelState::Unknown | LabelState::Bought => {
                Ok(Vec::new())
            }
            LabelState::Failed | LabelState::VoidRequested | LabelState::Voided => {
                Err(Refusal::LabelStateWrong {
                    label: label.id.clone(),
                    state: label.state,
                })
            }
        };
    }
    may_ship(order)?;
    if shipment.is_void() {
        return Err(Refusal::ShipmentStateWrong {
            shipment: id.clone(),
            state: shipment.state,
        });
    }
    if let Some(tracking) = shipment.tracking.first() {
        let (given, expected) = (tracking.number.clone(), brings_its_own());
        let problem = Problem::Malformed { given, expected };
        return Err(Refusal::invalid("tracking_numbers", problem));
    }
    // The label is addressed to where the order goes now, which may be elsewhere than when the shipment was made (N3).
    check_destination(&order.ship_to)?;
    let label = label(order, wish, &shipment.items, &shipment.details.cartons)?;
    let goes_elsewhere = order.ship_to != shipment.ship_to;
    Ok(vec![EventKind::LabelRequested {
        shipment: id.clone(),
        label: Box::new(label),
        ship_to: goes_elsewhere.then(|| Box::new(order.ship_to.clone())),
    }])
}

/// A shipment that is about to be made.
struct Made {
    shipment: ShipmentId,
    items: Vec<(ItemId, u32)>,
    ship_to: Address,
    tracking: Vec<Tracking>,
    label: Option<Label>,
    details: Details,
    notify: bool,
}

/// The events of a shipment: what is declared otherwise, what falls by that and by where it goes, and the shipment.
fn added(
    order: &Order,
    made: Made,
    declared: &[(ItemId, Declaration)],
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    check_destination(&made.ship_to)?;
    let (mut events, mut falls) = declared_otherwise(order, declared)?;
    falls.extend(ship_to_falls(&order.ship_to, &made.ship_to));
    falls.extend(value_falls(order, &made, declared));
    let state = match made.label {
        Some(_) => ShipmentState::LabelPending,
        None => ShipmentState::Created,
    };
    events.extend(fall_events(order, falls));
    events.push(EventKind::ShipmentAdded {
        shipment: Box::new(Shipment {
            id: made.shipment,
            items: made.items,
            ship_to: made.ship_to,
            tracking: made.tracking,
            label: made.label,
            details: made.details,
            state,
            created_at: context.at,
            notify: made.notify,
        }),
    });
    Ok(events)
}

fn check_destination(ship_to: &Address) -> Result<(), Refusal> {
    match ship_to.country.is_empty() {
        true => Err(Refusal::invalid("ship_to.country", Problem::Missing)),
        false => Ok(()),
    }
}

/// A whole that is declared at another value than its items are worth is another price to customs (S3).
fn value_falls(order: &Order, made: &Made, declared: &[(ItemId, Declaration)]) -> Vec<Fall> {
    let Some(value_minor) = made.details.declared_value_minor else {
        return Vec::new();
    };
    let price = |id: &ItemId| {
        let otherwise = declared.iter().find(|(other, _)| other == id);
        let known = || order.item(id).map(|item| &item.declared);
        let now = otherwise.map(|(_, declared)| declared).or_else(known);
        now.map_or(0, |declared| declared.unit_price_minor)
    };
    let worth = made.items.iter().try_fold(0_i64, |sum, (id, quantity)| {
        sum.checked_add(price(id).checked_mul(i64::from(*quantity))?)
    });
    match worth == Some(value_minor) {
        true => Vec::new(),
        false => vec![(Promise::Guarantee, Cover::Void, Cause::PriceChanged)],
    }
}

/// A label of what is in one box: what it weighs is what was said, else what the items weigh.
fn label(
    order: &Order,
    wish: &LabelWish,
    items: &[(ItemId, u32)],
    cartons: &[Carton],
) -> Result<Label, Refusal> {
    if order.label(&wish.label).is_some() {
        let given = wish.label.to_string();
        return Err(Refusal::invalid("label", Problem::Twice { given }));
    }
    let mut parcel = match cartons {
        [] => Parcel::default(),
        [one] => one.parcel,
        many => {
            let given = format!("{} cartons", many.len());
            let expected = "one carton, which a label is for; make a shipment for each".to_owned();
            let problem = Problem::Malformed { given, expected };
            return Err(Refusal::invalid("shipment_cartons", problem));
        }
    };
    if parcel.weight_g == 0 {
        let weigh = |(id, quantity): &(ItemId, u32)| {
            let item = order.item(id).map_or(0, |item| item.weight_g);
            item.saturating_mul(*quantity)
        };
        parcel.weight_g = items.iter().map(weigh).fold(0, u32::saturating_add);
    }
    wanted(wish, parcel)
}

fn wanted(wish: &LabelWish, parcel: Parcel) -> Result<Label, Refusal> {
    if parcel.weight_g == 0 {
        return Err(Refusal::invalid("weight", Problem::NotPositive));
    }
    Ok(Label {
        id: wish.label.clone(),
        account: required_text(&wish.account, "account", MAX_TRACKING)?,
        service: required_text(&wish.service, "service", MAX_TRACKING)?,
        parcel,
        format: wish.format,
        state: LabelState::Requested,
        reference: String::new(),
        postage: None,
        problem: String::new(),
        note: String::new(),
    })
}

/// What customs is told on the label's page that the order does not say, and the falls it brings (S3).
fn declared_otherwise(
    order: &Order,
    declared: &[(ItemId, Declaration)],
) -> Result<(Vec<EventKind>, Vec<Fall>), Refusal> {
    let (mut events, mut falls) = (Vec::new(), Vec::new());
    for (index, (id, to)) in declared.iter().enumerate() {
        let item = order
            .item(id)
            .ok_or_else(|| Refusal::ItemNotFound { item: id.clone() })?;
        if declared[..index].iter().any(|(other, _)| other == id) {
            let given = id.to_string();
            return Err(Refusal::invalid("declared", Problem::Twice { given }));
        }
        let to = crate::intake_check::checked_declaration(to.clone(), "item")?;
        if item.declared != to {
            falls.extend(declaration_falls(&item.declared, &to));
            events.push(EventKind::ItemDeclared {
                item: id.clone(),
                from: item.declared.clone(),
                to,
            });
        }
    }
    Ok((events, falls))
}

/// What is said of a shipment, as it is kept.
fn checked(given: &Details, cartons: Vec<Carton>) -> Result<Details, Refusal> {
    if let Some(minor) = given.declared_value_minor {
        crate::intake_check::check_amount(minor, "declared_value")?;
    }
    Ok(Details {
        service: optional_text(&given.service, "service_level", MAX_CITED)?,
        exemption: optional_text(&given.exemption, "exemption", MAX_CITED)?,
        itn: optional_text(&given.itn, "itn_number", MAX_CITED)?,
        services: each_once(&given.services),
        cartons,
        ..given.clone()
    })
}
