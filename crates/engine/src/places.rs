//! Ship-from places of an organization (P1): where parcels leave from, one of them the default.

use domain::ids::PlaceId;
use domain::places::{self, Place, PlaceForm};

use crate::desk::Desk;
use crate::failure::Failure;
use crate::permit::{ManageSettings, Permit};
use crate::settings_log::Act;
use crate::store::StoreError;

/// Every place, the default first, then by name.
///
/// # Errors
/// The database.
pub async fn places<G>(desk: &Desk, permit: &Permit<'_, G>) -> Result<Vec<Place>, StoreError> {
    let organization = &permit.scope().organization_id;
    let mut places = desk.store().settings(organization).await?.places;
    places.sort_by_key(|place| {
        let is_other = place.kind != places::PlaceKind::Primary;
        (is_other, place.name.to_lowercase())
    });
    Ok(places)
}

/// Adds a place; its identifier.
///
/// # Errors
/// What the rules refuse; the database.
pub async fn add(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    form: PlaceForm,
) -> Result<PlaceId, Failure> {
    let id = PlaceId(desk.ids().fresh(PlaceId::PREFIX, desk.now()));
    let by = &permit.actor().by;
    let put = |places: &[Place]| places::put(places, &id, form.clone(), by, desk.now());
    change(desk, permit, put).await?;
    Ok(id)
}

/// Gives a place another name, kind or address.
///
/// # Errors
/// [`domain::refusal::Refusal::PlaceNotFound`]; what the rules refuse; the database.
pub async fn edit(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    id: &PlaceId,
    form: PlaceForm,
) -> Result<(), Failure> {
    let by = &permit.actor().by;
    change(desk, permit, |known| {
        places::find(known, id)?;
        places::put(known, id, form.clone(), by, desk.now())
    })
    .await
}

/// Takes a place away; shipments that left from it keep what it was.
///
/// # Errors
/// [`domain::refusal::Refusal::PlaceNotFound`]; the default while there are others; the database.
pub async fn remove(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    id: &PlaceId,
) -> Result<(), Failure> {
    change(desk, permit, |known| places::remove(known, id)).await
}

/// Decides on the places that are there, and writes down what became of each, under the organization's row.
async fn change(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    decide: impl Fn(&[Place]) -> Result<Vec<Place>, domain::refusal::Refusal>,
) -> Result<(), Failure> {
    let change = desk.store().change(&permit.scope().organization_id).await?;
    let Some(mut change) = change else {
        return Ok(());
    };
    let now = decide(&change.settings.places)?;
    let was = std::mem::replace(&mut change.settings.places, now);
    let acts = acts(&was, &change.settings.places);
    if acts.is_empty() {
        return Ok(());
    }
    for act in &acts {
        change.note(desk, &permit.actor().by, act).await?;
    }
    change.save().await?;
    change.commit().await?;
    Ok(())
}

/// What the log says of it.
fn acts(was: &[Place], now: &[Place]) -> Vec<Act> {
    let same =
        |places: &[Place], id: &PlaceId| places.iter().find(|place| place.id == *id).cloned();
    let gone = was.iter().filter(|place| same(now, &place.id).is_none());
    let mut acts: Vec<Act> = gone
        .map(|place| Act::PlaceRemoved {
            name: place.name.clone(),
        })
        .collect();
    for place in now {
        let name = place.name.clone();
        match same(was, &place.id) {
            None => acts.push(Act::PlaceAdded { name }),
            Some(before) if before != *place => acts.push(Act::PlaceChanged {
                from: before.name,
                name,
            }),
            Some(_) => {}
        }
    }
    acts
}
