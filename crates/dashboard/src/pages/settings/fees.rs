//! What the desk costs, and what of it returns with the shopper's money (R8).

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use domain::fees::{FeeTerms, parse_points, points};
use domain::refusal::Refusal;
use engine::failure::Failure;
use engine::organizations::{set_fees, settings};
use engine::permit::ManageSettings;
use serde::Deserialize;
use serde_json::json;

use super::{Done, Wrong, page};
use crate::visitor::{Answer, Sent, Visitor};

/// What the form holds, in percent points.
#[derive(Deserialize)]
pub(super) struct Form {
    #[serde(default)]
    total: String,
    #[serde(default)]
    returned: String,
}

/// The page.
pub(super) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let (fees, wrong) = match settings(&visitor.app.desk, &permit).await {
        Ok((_, settings)) => (settings.fees, Wrong::default()),
        Err(failure) => (FeeTerms::default(), Wrong::of(&visitor, failure)?),
    };
    let done = done.said(&visitor);
    Ok(shown(&visitor, &of(&visitor, fees), &wrong, &done))
}

fn of(visitor: &Visitor, fees: FeeTerms) -> Form {
    let written = |bp| visitor.formats.decimal(&points(bp));
    Form {
        total: written(fees.total_bp),
        returned: written(fees.returned_bp),
    }
}

fn shown(visitor: &Visitor, form: &Form, wrong: &Wrong, done: &str) -> Response {
    let usual = of(visitor, FeeTerms::default());
    let context = json!({
        "total": form.total,
        "returned": form.returned,
        "usual_total": usual.total,
        "usual_returned": usual.returned,
        "done": done,
    });
    page(visitor, "fees", "settings_fees.html", wrong, context)
}

/// Sets the rates.
pub(super) async fn save(Sent { visitor, form }: Sent<Form>) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let wrong = |field, key: &str| Wrong {
        status: Some(StatusCode::UNPROCESSABLE_ENTITY),
        field,
        problem: visitor.say(key, &[]),
    };
    let again = |field, key| shown(&visitor, &form, &wrong(field, key), "");
    let Some(total_bp) = parse_points(&form.total) else {
        return Ok(again("total", "fees-no-rate"));
    };
    let Some(returned_bp) = parse_points(&form.returned) else {
        return Ok(again("returned", "fees-no-rate"));
    };
    let terms = FeeTerms {
        total_bp,
        returned_bp,
    };
    match set_fees(&visitor.app.desk, &permit, terms).await {
        Ok(()) => Ok(visitor.redirect("/settings/fees?done=fees")),
        Err(Failure::Refused(Refusal::Invalid { field, .. })) if field == "fees.total" => {
            Ok(again("total", "fees-total-too-much"))
        }
        Err(Failure::Refused(Refusal::Invalid { .. })) => {
            Ok(again("returned", "fees-returned-too-much"))
        }
        Err(failure) => Err(visitor.failed(&failure)),
    }
}
