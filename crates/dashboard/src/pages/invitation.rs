//! The public page of an invitation: a newcomer sets a name and a password, who has an account confirms.

use axum::Form;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::team::TeamRefusal;
use engine::invitations::{self, Offer};
use engine::team::TeamFailure;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::guest::Guest;
use crate::pages::settings::{role_name, said};
use crate::pages::sign_in;
use crate::texts::say;
use crate::visitor::{Answer, Nothing, Sent, Visitor};

/// What a newcomer says of themselves.
#[derive(Default, Deserialize)]
pub(crate) struct Given {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    form_token: String,
}

/// What is wrong with it: the status, the field and the words.
type Wrong = (StatusCode, &'static str, String);

/// The page: of a newcomer, of who has to sign in, or of who is signed in.
pub(crate) async fn show(
    guest: Guest,
    visitor: Result<Visitor, Response>,
    Path(token): Path<String>,
) -> Answer {
    let offer = offered(&guest, &token).await?;
    Ok(match visitor {
        Ok(visitor) => signed_in(&visitor, &token, &offer),
        Err(_) => newcomer(&guest, &token, &offer, &Given::default(), None),
    })
}

/// Joins as someone new, and is signed in by it.
pub(crate) async fn join_as_new(
    guest: Guest,
    Path(token): Path<String>,
    Form(given): Form<Given>,
) -> Answer {
    let offer = offered(&guest, &token).await?;
    if !guest.sent(&given.form_token) {
        let stale = say(guest.language, "form-stale", &[]);
        let wrong = (StatusCode::FORBIDDEN, "", stale);
        return Ok(newcomer(&guest, &token, &offer, &given, Some(wrong)));
    }
    let desk = &guest.app.desk;
    let joined = invitations::join_as_new(desk, &token, &given.name, &given.password);
    Ok(match joined.await {
        Ok(session) => sign_in::begun(&session, "/orders"),
        Err(TeamFailure::Refused(TeamRefusal::Gone)) => gone(&guest),
        Err(TeamFailure::Refused(refusal)) => {
            let said = said(guest.language, &refusal);
            let wrong = (StatusCode::UNPROCESSABLE_ENTITY, refusal.field(), said);
            newcomer(&guest, &token, &offer, &given, Some(wrong))
        }
        Err(TeamFailure::Store(error)) => {
            tracing::error!(%error, "an invitation could not be accepted");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    })
}

/// Joins as someone who is signed in.
pub(crate) async fn join(
    Path(token): Path<String>,
    Sent { visitor, .. }: Sent<Nothing>,
) -> Response {
    match invitations::join(&visitor.app.desk, &visitor.signed_in, &token).await {
        Ok(()) => Redirect::to("/orders").into_response(),
        Err(TeamFailure::Refused(_)) => {
            let (title, text) = (
                visitor.say("invitation-gone", &[]),
                visitor.say("invitation-gone-instead", &[]),
            );
            let context = json!({"title": title, "text": text});
            visitor.page(StatusCode::NOT_FOUND, "message.html", context)
        }
        Err(TeamFailure::Store(error)) => visitor.failed(&error.into()),
    }
}

/// The offer, or the page that says the same of every link that is no good.
async fn offered(guest: &Guest, token: &str) -> Result<Offer, Response> {
    match invitations::find(&guest.app.desk, token).await {
        Ok(Some(offer)) => Ok(offer),
        Ok(None) => Err(gone(guest)),
        Err(error) => {
            tracing::error!(%error, "an invitation could not be read");
            Err(StatusCode::SERVICE_UNAVAILABLE.into_response())
        }
    }
}

fn gone(guest: &Guest) -> Response {
    let context = json!({"state": "gone", "problem": "", "wrong": ""});
    guest.page(StatusCode::NOT_FOUND, "invitation.html", context)
}

fn newcomer(
    guest: &Guest,
    token: &str,
    offer: &Offer,
    given: &Given,
    wrong: Option<Wrong>,
) -> Response {
    let (status, field, problem) = wrong.unwrap_or((StatusCode::OK, "", String::new()));
    let mut context = json!({
        "state": if offer.has_account { "sign-in" } else { "new" },
        "name": given.name,
        "wrong": field,
        "problem": problem,
        "here": format!("/invitation/{token}"),
    });
    describe(&mut context, guest.language, offer);
    guest.page(status, "invitation.html", context)
}

fn signed_in(visitor: &Visitor, token: &str, offer: &Offer) -> Response {
    let me = &visitor.signed_in.person.email;
    let is_theirs = offer.invitation.email == *me;
    let language = visitor.formats.language;
    let mut context = json!({
        "state": if is_theirs { "join" } else { "other" },
        "problem": "",
        "wrong": "",
        "here": format!("/invitation/{token}"),
        "my_email": me,
    });
    describe(&mut context, language, offer);
    visitor.page(StatusCode::OK, "invitation.html", context)
}

fn describe(context: &mut Value, language: &str, offer: &Offer) {
    let role = role_name(language, &offer.invitation.role.name);
    context["organization"] = offer.organization.as_str().into();
    context["email"] = offer.invitation.email.as_str().into();
    context["role"] = role.into();
    context["by"] = offer.invitation.by.name.as_str().into();
}
