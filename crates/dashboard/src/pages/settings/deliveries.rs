//! What providers told by themselves: what came of each message, what it says, and looking at it again.

use axum::extract::{Path, Query};
use domain::ids::DeliveryId;
use engine::deliveries::{self, Delivery, DeliveryState};
use engine::permit::ManageSettings;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Done, Wrong, page};
use crate::guard::nothing_here;
use crate::pages::query::name;
use crate::visitor::{Answer, Nothing, Sent, Visitor};

/// Where they are among the settings.
const SECTION: &str = "deliveries";

/// Where the page begins.
#[derive(Deserialize)]
pub(super) struct From {
    #[serde(default)]
    before: String,
}

/// The page, newest first.
pub(super) async fn list(visitor: Visitor, Query(from): Query<From>) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let before = Some(DeliveryId(from.before)).filter(|id| !id.as_str().is_empty());
    let (found, has_more) = deliveries::deliveries(&visitor.app.desk, &permit, before.as_ref())
        .await
        .map_err(|error| visitor.failed(&error.into()))?;
    let next = found.last().filter(|_| has_more);
    let rows: Vec<Value> = found.iter().map(|one| told(&visitor, one)).collect();
    let context = json!({
        "deliveries": rows,
        "next": next.map(|one| one.id.as_str()),
        "is_first": before.is_none(),
    });
    let fine = Wrong::default();
    let template = "settings_deliveries.html";
    Ok(page(&visitor, SECTION, template, &fine, context))
}

/// One message, whole.
pub(super) async fn show(
    Path(id): Path<String>,
    Query(done): Query<Done>,
    visitor: Visitor,
) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let found = deliveries::delivery(&visitor.app.desk, &permit, &DeliveryId(id))
        .await
        .map_err(|error| visitor.failed(&error.into()))?;
    let Some(delivery) = found else {
        return Ok(nothing_here(visitor).await);
    };
    let mut context = told(&visitor, &delivery);
    // Until it is read nobody knows whether it was sent to the right organization.
    let is_theirs = delivery.state != DeliveryState::Waiting && delivery.is_kept();
    context["body"] = is_theirs.then(|| laid_out(&delivery.body)).into();
    context["may_replay"] = is_theirs.into();
    context["done"] = done.said(&visitor).into();
    let fine = Wrong::default();
    Ok(page(
        &visitor,
        SECTION,
        "settings_delivery.html",
        &fine,
        context,
    ))
}

/// Has a message looked at again. One that waits anyway stays as it is.
pub(super) async fn replay(Path(id): Path<String>, Sent { visitor, .. }: Sent<Nothing>) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let id = DeliveryId(id);
    let is_again = deliveries::replay(&visitor.app.desk, &permit, &id)
        .await
        .map_err(|error| visitor.failed(&error.into()))?;
    if !is_again {
        return Ok(nothing_here(visitor).await);
    }
    Ok(visitor.redirect(&format!("/settings/deliveries/{id}?done=replayed")))
}

fn told(visitor: &Visitor, delivery: &Delivery) -> Value {
    json!({
        "id": delivery.id.as_str(),
        "source": delivery.source,
        "kind": delivery.kind,
        "external_id": delivery.external_id,
        "state": name(&delivery.state),
        "why": delivery.problem,
        "at": delivery.received_at.to_string(),
        "when": visitor.formats.moment(delivery.received_at),
    })
}

/// A body as a person reads it: JSON on several lines, anything else as it came.
pub(super) fn laid_out(body: &str) -> String {
    serde_json::from_str::<Value>(body)
        .and_then(|value| serde_json::to_string_pretty(&value))
        .unwrap_or_else(|_| body.to_owned())
}
