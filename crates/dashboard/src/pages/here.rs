//! What an open page of an order asks every few seconds: who else is there, and whether anything has changed.

use axum::extract::Path;
use domain::actor::ActorKind;
use domain::event::{Event, EventKind};
use domain::ids::OrderId;
use domain::waiting::Outcome;
use engine::activity::{Wanted, activity};
use engine::failure::Failure;
use engine::permit::ViewOrders;
use engine::presence::{Place, Present, arrive, leave};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::json;

use super::query::name;
use crate::visitor::{Answer, Sent, Visitor};

/// How long a change has just happened.
const JUST_NOW: SignedDuration = SignedDuration::from_mins(1);

/// How many of the newest events are looked at for the person behind a change.
const LOOKED_AT: u32 = 10;

/// Where the page is, and what it shows.
#[derive(Deserialize)]
pub(crate) struct Here {
    #[serde(default = "the_order")]
    place: Place,
    /// The order's version on the page.
    #[serde(default)]
    version: u64,
    #[serde(default)]
    leaving: Option<String>,
}

fn the_order() -> Place {
    Place::Order
}

/// Answers an open page.
pub(crate) async fn send(Path(id): Path<String>, Sent { visitor, form }: Sent<Here>) -> Answer {
    let visitor = &visitor;
    let permit = visitor.permit::<ViewOrders>()?;
    let (desk, id) = (&visitor.app.desk, OrderId(id));
    let failed = |failure: Failure| visitor.failed(&failure);
    if form.leaving.is_some() {
        leave(desk, &permit, &id, form.place)
            .await
            .map_err(failed)?;
        return Ok(visitor.data(&json!({})));
    }
    let seen = arrive(desk, &permit, &id, form.place)
        .await
        .map_err(failed)?;
    let changed = if seen.version > form.version {
        let order = visitor.order(id.as_str()).await?;
        let wanted = Wanted {
            kinds: &[],
            before: None,
            limit: LOOKED_AT,
        };
        let newest = activity(desk, &permit, &order, &wanted)
            .await
            .map_err(failed)?;
        changed(visitor, &newest, form.version)
    } else {
        None
    };
    let here: Vec<String> = seen.others.iter().map(|one| told(visitor, one)).collect();
    let answer = json!({"version": seen.version, "here": here, "changed": changed});
    Ok(visitor.data(&answer))
}

fn told(visitor: &Visitor, present: &Present) -> String {
    let key = format!("here-{}", name(&present.place).replace('_', "-"));
    visitor.say(&key, &[("name", present.name.clone())])
}

/// By whom the order was changed since a version: a person rather than what followed by itself.
fn changed(visitor: &Visitor, newest: &[Event], since: u64) -> Option<String> {
    let is_person = |event: &&Event| {
        matches!(
            event.by.kind,
            ActorKind::Person | ActorKind::Support | ActorKind::ApiKey
        )
    };
    let mut new = newest.iter().filter(|event| event.seq > since);
    let event = new.clone().find(is_person).or_else(|| new.clone().next())?;
    if event.by == visitor.signed_in.session.actor.by {
        // What they confirmed goes out by itself: that is no change of theirs made somewhere else.
        let is_sent = new.any(|one| match &one.kind {
            EventKind::WaitingEnded { outcome, .. } => *outcome == Outcome::Sent,
            _ => false,
        });
        let key = if is_sent {
            "changed-sent"
        } else {
            "changed-by-you"
        };
        return Some(visitor.say(key, &[]));
    }
    let by = ("name", visitor.named(&event.by));
    let now = visitor.app.desk.now();
    if now.duration_since(event.at) < JUST_NOW {
        return Some(visitor.say("changed-now", &[by]));
    }
    let at = ("at", visitor.formats.moment(event.at));
    Some(visitor.say("changed-at", &[by, at]))
}
