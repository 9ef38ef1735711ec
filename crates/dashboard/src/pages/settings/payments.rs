//! When what is held on a shopper's card is taken.

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use domain::capture::{CaptureRule, MAX_HOURS};
use domain::refusal::Refusal;
use engine::failure::Failure;
use engine::organizations::{set_capture, settings};
use engine::permit::ManageSettings;
use serde::Deserialize;
use serde_json::json;

use super::{Done, Wrong, page};
use crate::visitor::{Answer, Sent, Visitor};

/// The hours that are offered to who has set none: a day.
const USUAL_HOURS: u32 = 24;

/// What the form holds.
#[derive(Deserialize)]
pub(super) struct Form {
    /// The rule's name, as it is stored.
    #[serde(default)]
    when: String,
    #[serde(default)]
    hours: String,
}

/// The page.
pub(super) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let (rule, wrong) = match settings(&visitor.app.desk, &permit).await {
        Ok((_, settings)) => (settings.capture, Wrong::default()),
        Err(failure) => (CaptureRule::default(), Wrong::of(&visitor, failure)?),
    };
    let done = done.said(&visitor);
    Ok(shown(&visitor, &of(rule), &wrong, &done))
}

fn of(rule: CaptureRule) -> Form {
    let (when, hours) = match rule {
        CaptureRule::ByHand => ("by_hand", USUAL_HOURS),
        CaptureRule::FirstShipment => ("first_shipment", USUAL_HOURS),
        CaptureRule::WholeShipment => ("whole_shipment", USUAL_HOURS),
        CaptureRule::AfterHours { hours } => ("after_hours", hours),
    };
    Form {
        when: when.to_owned(),
        hours: hours.to_string(),
    }
}

fn shown(visitor: &Visitor, form: &Form, wrong: &Wrong, done: &str) -> Response {
    let context = json!({
        "when": form.when,
        "hours": form.hours,
        "rules": ["by_hand", "first_shipment", "whole_shipment"],
        "max_hours": MAX_HOURS,
        "done": done,
    });
    page(
        visitor,
        "payments",
        "settings_payments.html",
        wrong,
        context,
    )
}

/// Sets the rule.
pub(super) async fn save(Sent { visitor, form }: Sent<Form>) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let again = |field, key: &str| {
        let wrong = Wrong {
            status: Some(StatusCode::UNPROCESSABLE_ENTITY),
            field,
            problem: visitor.say(key, &[("max", MAX_HOURS.to_string())]),
        };
        shown(&visitor, &form, &wrong, "")
    };
    let rule = match (form.when.as_str(), form.hours.trim().parse()) {
        ("by_hand", _) => CaptureRule::ByHand,
        ("first_shipment", _) => CaptureRule::FirstShipment,
        ("whole_shipment", _) => CaptureRule::WholeShipment,
        ("after_hours", Ok(hours)) => CaptureRule::AfterHours { hours },
        ("after_hours", Err(_)) => return Ok(again("hours", "capture-no-hours")),
        _ => return Ok(again("when", "capture-no-rule")),
    };
    match set_capture(&visitor.app.desk, &permit, rule).await {
        Ok(()) => Ok(visitor.redirect("/settings/payments?done=capture")),
        Err(Failure::Refused(Refusal::Invalid { .. })) => Ok(again("hours", "capture-no-hours")),
        Err(failure) => Err(visitor.failed(&failure)),
    }
}
