//! Where parcels leave from: an organization's ship-from places, one of which is the default (P1).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::actor::By;
use crate::address::Address;
use crate::ids::PlaceId;
use crate::refusal::{Problem, Refusal};
use crate::text::required_text;

/// The most places of one organization.
pub const MAX_PLACES: usize = 100;

/// The longest name of a place, in characters.
pub const MAX_PLACE_NAME: usize = 80;

/// What a place is for. The names are stored: add, do not rename.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlaceKind {
    /// Parcels leave from it where a shipment names it.
    #[default]
    Standard,
    /// Parcels leave from it where a shipment names none: the default.
    Primary,
    /// Parcels of several orders are brought together there before they cross the border.
    Consolidation,
}

/// A place that parcels leave from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its identifier.
    pub id: PlaceId,
    /// What the team calls it.
    pub name: String,
    /// What it is for.
    pub kind: PlaceKind,
    /// Where it is, and who answers there.
    pub address: Address,
    /// When it was added.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: By,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// By whom.
    pub updated_by: By,
}

/// A place as it stood when a shipment was made: what is changed or removed later does not change what was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departure {
    /// Which place.
    pub place: PlaceId,
    /// What it was called.
    pub name: String,
    /// What it was for.
    #[serde(default)]
    pub kind: PlaceKind,
    /// Where it was.
    pub address: Address,
}

impl From<&Place> for Departure {
    fn from(place: &Place) -> Self {
        Self {
            place: place.id.clone(),
            name: place.name.clone(),
            kind: place.kind,
            address: place.address.clone(),
        }
    }
}

/// What a person says of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceForm {
    /// What the team calls it.
    pub name: String,
    /// What it is for.
    pub kind: PlaceKind,
    /// Where it is.
    pub address: Address,
}

/// The place that parcels leave from where a shipment names none.
pub fn default_of(places: &[Place]) -> Option<&Place> {
    places.iter().find(|place| place.kind == PlaceKind::Primary)
}

/// The place of this identifier.
///
/// # Errors
/// [`Refusal::PlaceNotFound`].
pub fn find<'a>(places: &'a [Place], id: &PlaceId) -> Result<&'a Place, Refusal> {
    let found = places.iter().find(|place| place.id == *id);
    found.ok_or_else(|| Refusal::PlaceNotFound { place: id.clone() })
}

/// Adds a place, or gives one that is there another name, kind or address: with who says it and when, of which `at` and
/// `by` of the adding stay. The first place is the default whatever is said, and there is one default: another one
/// becomes a standard place.
///
/// # Errors
/// A name that is missing or taken, an address without a street, a town or a country, too many places, or the default
/// made another kind: then another one is made the default instead.
pub fn put(
    places: &[Place],
    id: &PlaceId,
    form: PlaceForm,
    by: &By,
    at: Timestamp,
) -> Result<Vec<Place>, Refusal> {
    let name = required_text(&form.name, "name", MAX_PLACE_NAME)?;
    let folded = name.to_lowercase();
    let others = || places.iter().filter(|place| place.id != *id);
    if others().any(|other| other.name.to_lowercase() == folded) {
        return Err(Refusal::invalid("name", Problem::Twice { given: name }));
    }
    let address = checked_place(form.address)?;
    let was = places.iter().find(|place| place.id == *id);
    let has_other_default = others().any(|place| place.kind == PlaceKind::Primary);
    let is_default = was.is_some_and(|place| place.kind == PlaceKind::Primary);
    let kind = match form.kind {
        PlaceKind::Primary => PlaceKind::Primary,
        _ if is_default => return Err(Refusal::DefaultPlace { name }),
        _ if !has_other_default => PlaceKind::Primary,
        other => other,
    };
    let mut now: Vec<Place> = places.to_vec();
    if kind == PlaceKind::Primary {
        demote(&mut now, id, by, at);
    }
    match now.iter_mut().find(|place| place.id == *id) {
        Some(place) if (&place.name, place.kind, &place.address) == (&name, kind, &address) => {}
        Some(place) => {
            (place.name, place.kind, place.address) = (name, kind, address);
            (place.updated_at, place.updated_by) = (at, by.clone());
        }
        None if places.len() >= MAX_PLACES => {
            return Err(Refusal::invalid(
                "places",
                Problem::TooMany { max: MAX_PLACES },
            ));
        }
        None => now.push(Place {
            id: id.clone(),
            name,
            kind,
            address,
            created_at: at,
            created_by: by.clone(),
            updated_at: at,
            updated_by: by.clone(),
        }),
    }
    Ok(now)
}

/// Takes a place away; shipments that left from it keep what it was.
///
/// # Errors
/// [`Refusal::PlaceNotFound`], or [`Refusal::DefaultPlace`] while there are others.
pub fn remove(places: &[Place], id: &PlaceId) -> Result<Vec<Place>, Refusal> {
    let place = find(places, id)?;
    if place.kind == PlaceKind::Primary && places.len() > 1 {
        return Err(Refusal::DefaultPlace {
            name: place.name.clone(),
        });
    }
    let left = places.iter().filter(|other| other.id != *id);
    Ok(left.cloned().collect())
}

/// Every other default becomes a standard place.
fn demote(places: &mut [Place], keeps: &PlaceId, by: &By, at: Timestamp) {
    let defaults = places.iter_mut();
    for place in defaults.filter(|place| place.kind == PlaceKind::Primary && place.id != *keeps) {
        place.kind = PlaceKind::Standard;
        (place.updated_at, place.updated_by) = (at, by.clone());
    }
}

/// What a carrier needs to come to a place.
fn checked_place(address: Address) -> Result<Address, Refusal> {
    let address = address.checked("address")?;
    for (value, name) in [
        (&address.line1, "line1"),
        (&address.city, "city"),
        (&address.country, "country"),
    ] {
        if value.is_empty() {
            return Err(Refusal::invalid(
                &format!("address.{name}"),
                Problem::Missing,
            ));
        }
    }
    Ok(address)
}
