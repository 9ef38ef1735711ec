//! Shipments that a program or a page makes whole: where they leave from is looked up, the rules decide, one order at a
//! time. What a carrier has to be asked becomes the worker's.

use std::collections::BTreeSet;

use domain::command::Command;
use domain::ids::{OrderId, PlaceId, ShipmentId};
use domain::places::{Departure, default_of, find};
use domain::refusal::{Problem, Refusal};
use domain::send::ShipmentRequest;

use crate::corrections::correct;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::{Changed, Idempotency, Terms};
use crate::permit::{Permit, ShipOrders};

/// The most orders that are shipped at once: so many are changed while someone waits.
pub const MAX_AT_ONCE: usize = 500;

/// A shipment to make, and the place that it leaves from; the default where none is named.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What is asked of the rules. Its departure is filled in here.
    pub request: ShipmentRequest,
    /// Where it leaves from.
    pub place: Option<PlaceId>,
}

/// Makes shipments of an order, all or none.
///
/// # Errors
/// [`Refusal::PlaceNotFound`]; what the rules refuse; the database.
pub async fn create(
    desk: &Desk,
    permit: &Permit<'_, ShipOrders>,
    order: &OrderId,
    drafts: Vec<Draft>,
    terms: &Terms,
) -> Result<Changed, Failure> {
    let mut shipments = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let mut request = draft.request;
        request.details.departure = departure(desk, permit, draft.place.as_ref()).await?;
        shipments.push(request);
    }
    let command = Command::CreateShipments { shipments };
    correct(desk, permit, order, command, terms).await
}

/// One order of several that are shipped at once.
#[derive(Clone, Debug)]
pub struct BulkPart {
    /// Which order.
    pub order: OrderId,
    /// The shipment to make.
    pub shipment: ShipmentId,
    /// How it is made.
    pub terms: Terms,
}

/// Makes a shipment of all that is left of each order, and says of each what became of it, in the order given.
///
/// # Errors
/// No order, one of them twice, more than [`MAX_AT_ONCE`], a place that is not there: nothing has changed then. The
/// database: asking again under the same keys finds what is done.
pub async fn create_in_bulk(
    desk: &Desk,
    permit: &Permit<'_, ShipOrders>,
    parts: &[BulkPart],
    place: Option<&PlaceId>,
) -> Result<Vec<Result<Changed, Failure>>, Failure> {
    check_orders(parts)?;
    let departure = departure(desk, permit, place).await?;
    let mut outcomes = Vec::with_capacity(parts.len());
    for part in parts {
        let mut request = ShipmentRequest::whole(part.shipment.clone());
        request.details.departure.clone_from(&departure);
        let shipments = vec![request];
        let command = Command::CreateShipments { shipments };
        let outcome = correct(desk, permit, &part.order, command, &part.terms).await;
        if let Err(Failure::Store(error)) = outcome {
            return Err(error.into());
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

fn check_orders(parts: &[BulkPart]) -> Result<(), Refusal> {
    let field = "order_reference_ids";
    if parts.is_empty() {
        return Err(Refusal::invalid(field, Problem::Missing));
    }
    if parts.len() > MAX_AT_ONCE {
        let problem = Problem::TooMany { max: MAX_AT_ONCE };
        return Err(Refusal::invalid(field, problem));
    }
    let mut seen = BTreeSet::new();
    match parts.iter().find(|part| !seen.insert(&part.order)) {
        Some(twice) => {
            let given = twice.order.to_string();
            Err(Refusal::invalid(field, Problem::Twice { given }))
        }
        None => Ok(()),
    }
}

/// The key of one order's part of a request that is about several.
pub fn part_of(whole: Option<&Idempotency>, order: &OrderId) -> Option<Idempotency> {
    whole.map(|whole| Idempotency {
        key: format!("{}/{order}", whole.key),
        fingerprint: whole.fingerprint.clone(),
    })
}

/// The place as it is now: the one that is named, else the default, else none.
async fn departure(
    desk: &Desk,
    permit: &Permit<'_, ShipOrders>,
    place: Option<&PlaceId>,
) -> Result<Option<Departure>, Failure> {
    let places = crate::places::places(desk, permit).await?;
    let place = match place {
        Some(id) => Some(find(&places, id)?),
        None => default_of(&places),
    };
    Ok(place.map(Departure::from))
}
