//! Ship-from places: P1.

use domain::address::Address;
use domain::ids::PlaceId;
use domain::places::{MAX_PLACES, Place, PlaceForm, PlaceKind, default_of, put, remove};
use domain::refusal::{Problem, Refusal};

use crate::support::*;

fn form(name: &str, kind: PlaceKind) -> PlaceForm {
    let name = name.to_owned();
    let address = address();
    PlaceForm {
        name,
        kind,
        address,
    }
}

fn with(places: &[Place], id: &str, form: PlaceForm) -> Result<Vec<Place>, Refusal> {
    put(
        places,
        &id.into(),
        form,
        &admin().by,
        at(places.len() as i64),
    )
}

fn kinds(places: &[Place]) -> Vec<(&str, PlaceKind)> {
    let each = places.iter().map(|place| (place.name.as_str(), place.kind));
    each.collect()
}

/// A default and another one.
fn two() -> Vec<Place> {
    let one = with(&[], "a", form("Warehouse", PlaceKind::Standard)).unwrap();
    with(&one, "b", form("Shop", PlaceKind::Standard)).unwrap()
}

#[test]
fn p1_the_first_place_is_the_default_and_there_is_one_default() {
    use PlaceKind as K;
    let places = two();
    assert_eq!(
        kinds(&places),
        [("Warehouse", K::Primary), ("Shop", K::Standard)]
    );
    assert_eq!(default_of(&places).unwrap().name, "Warehouse");
    let other = with(&places, "b", form("Shop", K::Primary)).unwrap();
    assert_eq!(
        kinds(&other),
        [("Warehouse", K::Standard), ("Shop", K::Primary)]
    );
    // Both changed, and say when; when they were added stays.
    let times = |place: &Place| (place.created_at, place.updated_at);
    assert_eq!(times(&other[0]), (at(0), at(2)));
    assert_eq!(times(&other[1]), (at(1), at(2)));
    let renamed = with(&other, "b", form(" Store ", K::Primary)).unwrap();
    assert_eq!(
        kinds(&renamed),
        [("Warehouse", K::Standard), ("Store", K::Primary)]
    );
    // What says the same again changes nothing.
    assert_eq!(
        with(&renamed, "b", form("Store", K::Primary)).unwrap(),
        renamed
    );
}

#[test]
fn p1_what_cannot_be_a_place_is_refused_by_its_field() {
    use PlaceKind as K;
    let places = two();
    let refused = |id: &str, form: PlaceForm| with(&places, id, form).unwrap_err();
    let missing = |field: &str| Refusal::invalid(field, Problem::Missing);
    assert_eq!(refused("c", form(" ", K::Standard)), missing("name"));
    let given = "SHOP".to_owned();
    let taken = Refusal::invalid("name", Problem::Twice { given });
    assert_eq!(refused("c", form("SHOP", K::Standard)), taken);
    for (name, field) in [
        ("address.line1", 0),
        ("address.city", 1),
        ("address.country", 2),
    ] {
        let mut nowhere = form("Barn", K::Standard);
        let Address {
            line1,
            city,
            country,
            ..
        } = &mut nowhere.address;
        [line1, city, country][field].clear();
        assert_eq!(refused("c", nowhere), missing(name));
    }
    let name = "Warehouse".to_owned();
    let is_default = Refusal::DefaultPlace { name };
    assert_eq!(refused("a", form("Warehouse", K::Standard)), is_default);
    let mut many = places.clone();
    for index in 2..MAX_PLACES {
        let name = format!("Place {index}");
        many = with(&many, &name, form(&name, K::Standard)).unwrap();
    }
    let max = MAX_PLACES;
    let full = Refusal::invalid("places", Problem::TooMany { max });
    assert_eq!(with(&many, "x", form("One more", K::Standard)), Err(full));
}

#[test]
fn p1_the_default_is_removed_last() {
    let places = two();
    let id = |id: &str| PlaceId(id.to_owned());
    let name = "Warehouse".to_owned();
    assert_eq!(
        remove(&places, &id("a")),
        Err(Refusal::DefaultPlace { name })
    );
    let left = remove(&places, &id("b")).unwrap();
    assert_eq!(kinds(&left), [("Warehouse", PlaceKind::Primary)]);
    assert_eq!(remove(&left, &id("a")), Ok(Vec::new()));
    let place = id("z");
    assert_eq!(remove(&left, &place), Err(Refusal::PlaceNotFound { place }));
}
