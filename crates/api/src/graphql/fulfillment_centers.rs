//! Places that parcels leave from.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::ids::{OrganizationId, PartyId, PlaceId};
use domain::order::Mode as Kept;
use domain::places::{Departure, Place};
use engine::parties::{Party as Told, PartyKind};
use engine::permit::ViewOrders;

use super::caller::Caller;
use super::enums::Mode;
use super::parties::{Party, kept_party};
use super::scalars::DateTime;
use super::ship_enums::FulfillmentCenterType;
use super::sold::{Sold, Stamp};

/// Which places.
#[derive(Default, InputObject)]
pub(crate) struct FulfillmentCenterFilter {
    #[graphql(name = "type")]
    kind: Option<FulfillmentCenterType>,
}

/// A place that parcels leave from. Live and test orders share them; the mode is the key's.
#[derive(SimpleObject)]
pub(crate) struct FulfillmentCenter {
    id: ID,
    name: String,
    #[graphql(name = "type")]
    kind: FulfillmentCenterType,
    mode: Mode,
    organization: ID,
    /// Who answers there, and where it is.
    party: Party,
    created_at: DateTime,
    created_by: ID,
    updated_at: DateTime,
    updated_by: ID,
}

/// What can be asked about places.
#[derive(Default)]
pub(super) struct FulfillmentCenterQueries;

#[Object]
impl FulfillmentCenterQueries {
    /// The places that parcels leave from, the default first.
    async fn fulfillment_centers(
        &self,
        context: &Context<'_>,
        filter: Option<FulfillmentCenterFilter>,
    ) -> Option<Result<Vec<FulfillmentCenter>>> {
        Some(listed(context, filter.unwrap_or_default()).await)
    }
}

async fn listed(
    context: &Context<'_>,
    filter: FulfillmentCenterFilter,
) -> Result<Vec<FulfillmentCenter>> {
    let caller = Caller::of(context);
    let permit = caller.session.permit::<ViewOrders>()?;
    let places = engine::places::places(&caller.desk, &permit).await?;
    let scope = permit.scope();
    let wanted = filter.kind.map(domain::places::PlaceKind::from);
    let kept = places
        .iter()
        .filter(|place| wanted.is_none_or(|kind| place.kind == kind));
    let each = kept.map(|place| of_place(place, scope.mode, &scope.organization_id));
    Ok(each.collect())
}

/// Who answers at the place that a party's identifier names; none where it names no place that is there.
pub(super) async fn party(context: &Context<'_>, id: &ID) -> Result<Option<Party>> {
    let place = id.strip_prefix(PartyId::PREFIX);
    let Some(place) = place.filter(|place| place.starts_with(PlaceId::PREFIX)) else {
        return Ok(None);
    };
    let caller = Caller::of(context);
    let permit = caller.session.permit::<ViewOrders>()?;
    let places = engine::places::places(&caller.desk, &permit).await?;
    let found = places.iter().find(|known| known.id.as_str() == place);
    let scope = permit.scope();
    Ok(found.map(|place| of_place(place, scope.mode, &scope.organization_id).party))
}

fn of_place(place: &Place, mode: Kept, organization: &OrganizationId) -> FulfillmentCenter {
    let told = Stamp::new(place.created_at, &place.created_by.id);
    let changed = Stamp::new(place.updated_at, &place.updated_by.id);
    shown(&Departure::from(place), mode, organization, (told, changed))
}

/// Where a shipment left from, as it was then.
pub(super) fn left_from(departure: &Departure, sold: &Sold, made: Stamp) -> FulfillmentCenter {
    let again = Stamp {
        at: made.at,
        by: made.by.clone(),
    };
    let (mode, organization) = (sold.mode, &sold.organization_id);
    shown(departure, mode, organization, (made, again))
}

fn shown(
    departure: &Departure,
    mode: Kept,
    organization: &OrganizationId,
    (told, changed): (Stamp, Stamp),
) -> FulfillmentCenter {
    FulfillmentCenter {
        id: ID(departure.place.0.clone()),
        name: departure.name.clone(),
        kind: departure.kind.into(),
        mode: mode.into(),
        organization: ID(organization.0.clone()),
        party: origin(departure, mode, organization, &told),
        created_at: told.at,
        created_by: told.by,
        updated_at: changed.at,
        updated_by: changed.by,
    }
}

/// Who answers where parcels leave from.
pub(super) fn origin(
    departure: &Departure,
    mode: Kept,
    organization: &OrganizationId,
    told: &Stamp,
) -> Party {
    let party = Told {
        id: PartyId(format!("{}{}", PartyId::PREFIX, departure.place)),
        mode,
        kind: PartyKind::Origin,
        address: departure.address.clone(),
        author: told.by.to_string(),
        created_at: told.at.0,
    };
    kept_party(party, organization)
}
