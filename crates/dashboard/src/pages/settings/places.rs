//! Where parcels leave from: places with their addresses, one of them the default (P1).

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::address::{Address, FIELDS};
use domain::ids::PlaceId;
use domain::places::{Place, PlaceForm, PlaceKind};
use domain::refusal::Refusal;
use engine::failure::Failure;
use engine::permit::ManageSettings;
use engine::places;
use serde_json::{Value, json};

use super::{Done, Question, Wrong, ask, page};
use crate::pages::clash::Typed;
use crate::pages::query::name;
use crate::refusals;
use crate::visitor::{Answer, Nothing, Sent, Visitor};

const KINDS: [PlaceKind; 3] = [
    PlaceKind::Standard,
    PlaceKind::Primary,
    PlaceKind::Consolidation,
];

/// Every place.
pub(super) async fn list(visitor: Visitor, Query(done): Query<Done>) -> Answer {
    let done = done.said(&visitor);
    listed(&visitor, &Wrong::default(), &done).await
}

async fn listed(visitor: &Visitor, wrong: &Wrong, done: &str) -> Answer {
    let places = all(visitor).await?;
    let places: Vec<Value> = places.iter().map(told).collect();
    let context = json!({"places": places, "done": done});
    Ok(page(
        visitor,
        "places",
        "settings_places.html",
        wrong,
        context,
    ))
}

fn told(place: &Place) -> Value {
    let address = &place.address;
    let town = format!("{} {}", address.postal_code, address.city);
    let lines = [
        address.line1.as_str(),
        &address.line2,
        town.trim(),
        &address.region,
        &address.country,
    ];
    let said: Vec<&str> = lines.into_iter().filter(|line| !line.is_empty()).collect();
    json!({
        "id": place.id.as_str(),
        "name": place.name,
        "kind": name(&place.kind),
        "is_default": place.kind == PlaceKind::Primary,
        "address": said.join(", "),
    })
}

async fn all(visitor: &Visitor) -> Result<Vec<Place>, Response> {
    let permit = visitor.permit::<ManageSettings>()?;
    let found = places::places(&visitor.app.desk, &permit).await;
    found.map_err(|error| visitor.failed(&error.into()))
}

async fn one(visitor: &Visitor, id: &str) -> Result<Option<Place>, Response> {
    let mut places = all(visitor).await?.into_iter();
    Ok(places.find(|place| place.id.as_str() == id))
}

/// The form of a new place.
pub(super) async fn new(visitor: Visitor) -> Answer {
    visitor.permit::<ManageSettings>()?;
    let empty = PlaceForm {
        name: String::new(),
        kind: PlaceKind::Standard,
        address: Address::default(),
    };
    Ok(form(&visitor, "", &empty, &Wrong::default()))
}

/// The form of a place that is there.
pub(super) async fn edit(Path(id): Path<String>, visitor: Visitor) -> Answer {
    let Some(place) = one(&visitor, &id).await? else {
        return Ok(crate::guard::nothing_here(visitor).await);
    };
    let sent = PlaceForm {
        name: place.name,
        kind: place.kind,
        address: place.address,
    };
    Ok(form(&visitor, &id, &sent, &Wrong::default()))
}

fn form(visitor: &Visitor, id: &str, sent: &PlaceForm, wrong: &Wrong) -> Response {
    let fields = FIELDS.iter().map(|field| {
        let is_needed = ["line1", "city", "country"].contains(&field.name);
        json!({"name": field.name, "value": (field.get)(&sent.address), "is_needed": is_needed})
    });
    let kinds = KINDS.map(|kind| json!({"id": name(&kind), "is_chosen": kind == sent.kind}));
    let context = json!({
        "id": id,
        "name": sent.name,
        "kinds": kinds,
        "fields": fields.collect::<Vec<_>>(),
    });
    page(visitor, "places", "settings_place.html", wrong, context)
}

/// What was typed.
fn read(typed: &Typed) -> PlaceForm {
    let mut address = Address::default();
    for field in &FIELDS {
        typed
            .yours(field.name)
            .clone_into((field.get_mut)(&mut address));
    }
    let kind = KINDS
        .into_iter()
        .find(|kind| name(kind) == typed.yours("kind"));
    PlaceForm {
        name: typed.yours("name").to_owned(),
        kind: kind.unwrap_or_default(),
        address,
    }
}

/// Adds a place.
pub(super) async fn add(Sent { visitor, form }: Sent<Typed>) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let sent = read(&form);
    let added = places::add(&visitor.app.desk, &permit, sent.clone()).await;
    saved(&visitor, added.map(|_| ()), ("", &sent), "place-added").await
}

/// Gives a place another name, kind or address.
pub(super) async fn save(Path(id): Path<String>, Sent { visitor, form }: Sent<Typed>) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let (sent, place) = (read(&form), PlaceId(id.clone()));
    let saved = places::edit(&visitor.app.desk, &permit, &place, sent.clone()).await;
    self::saved(&visitor, saved, (&id, &sent), "place-saved").await
}

/// Makes a place the default.
pub(super) async fn make_default(
    Path(id): Path<String>,
    Sent { visitor, .. }: Sent<Nothing>,
) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let Some(place) = one(&visitor, &id).await? else {
        return Ok(crate::guard::nothing_here(visitor).await);
    };
    let sent = PlaceForm {
        name: place.name,
        kind: PlaceKind::Primary,
        address: place.address,
    };
    let saved = places::edit(&visitor.app.desk, &permit, &place.id, sent.clone()).await;
    self::saved(&visitor, saved, (&id, &sent), "place-default").await
}

async fn saved(
    visitor: &Visitor,
    saved: Result<(), Failure>,
    (id, sent): (&str, &PlaceForm),
    done: &str,
) -> Answer {
    match saved {
        Ok(()) => Ok(visitor.redirect(&format!("/settings/places?done={done}"))),
        Err(failure) => Ok(form(visitor, id, sent, &wrong(visitor, &failure)?)),
    }
}

/// What the rules say against it, beside its field.
#[allow(clippy::result_large_err, reason = "a page is the answer either way")]
fn wrong(visitor: &Visitor, failure: &Failure) -> Result<Wrong, Response> {
    let Failure::Refused(refusal) = failure else {
        return Err(visitor.failed(failure));
    };
    let field = refusal
        .field()
        .and_then(|field| field.rsplit('.').next())
        .unwrap_or_default();
    let mut known = FIELDS
        .iter()
        .map(|field| field.name)
        .chain(["name", "kind"]);
    let status = match refusal {
        Refusal::PlaceNotFound { .. } => StatusCode::NOT_FOUND,
        _ => refusals::status(failure),
    };
    Ok(Wrong {
        status: Some(status),
        field: known.find(|known| *known == field).unwrap_or_default(),
        problem: refusals::failure(&visitor.formats, failure).whole(),
    })
}

/// Asks before a place is removed.
pub(super) async fn ask_remove(Path(id): Path<String>, visitor: Visitor) -> Answer {
    let Some(place) = one(&visitor, &id).await? else {
        return Ok(crate::guard::nothing_here(visitor).await);
    };
    let question = Question {
        section: "places",
        title: visitor.say("place-remove-sure", &[("name", place.name)]),
        text: visitor.say("place-remove-what", &[]),
        button: "place-remove",
    };
    Ok(ask(&visitor, &question, &Wrong::default()))
}

/// Removes a place.
pub(super) async fn remove(Path(id): Path<String>, Sent { visitor, .. }: Sent<Nothing>) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    match places::remove(&visitor.app.desk, &permit, &PlaceId(id)).await {
        Ok(()) => Ok(visitor.redirect("/settings/places?done=place-removed")),
        Err(failure) => listed(&visitor, &wrong(&visitor, &failure)?, "").await,
    }
}
