//! The code after the password. The browser holds a token of a sign-in that waits, and no session before the code is
//! right.

use axum::Form;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use engine::people::Person;
use engine::sign_ins;
use serde::Deserialize;
use serde_json::json;

use crate::app::App;
use crate::guest::{ATTRIBUTES, Guest};
use crate::origin::Origin;
use crate::pages::sign_in::{begun, within};
use crate::visitor::cookie;

/// The cookie of a sign-in that waits, for this host alone.
const COOKIE: &str = "__Host-sign-in";

/// Someone who has given the right password and now needs a code.
pub(crate) struct Waiting {
    token: String,
    person: Person,
}

impl FromRequestParts<App> for Waiting {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let token = cookie(&parts.headers, COOKIE)
            .unwrap_or_default()
            .to_owned();
        match sign_ins::waiting(&app.desk, &token).await {
            Ok(Some(person)) => Ok(Self { token, person }),
            Ok(None) => Err(Redirect::to("/sign-in?done=late").into_response()),
            Err(error) => {
                tracing::error!(%error, "a sign-in could not be read");
                Err(StatusCode::SERVICE_UNAVAILABLE.into_response())
            }
        }
    }
}

/// Where to go afterwards.
#[derive(Deserialize)]
pub(crate) struct Goal {
    #[serde(default)]
    to: String,
}

/// What the form holds.
#[derive(Deserialize)]
pub(crate) struct Given {
    #[serde(default)]
    code: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    form_token: String,
}

/// Sends the browser to the question, with the token of what waits for the answer.
pub(crate) fn ask(token: &str, to: &str) -> Response {
    let kept_s = sign_ins::GOOD_FOR.as_secs();
    let kept = format!("{COOKIE}={token}; {ATTRIBUTES}; Max-Age={kept_s}");
    let goal = serde_html_form::to_string([("to", to)]).unwrap_or_default();
    let question = Redirect::to(&format!("/sign-in/code?{goal}"));
    ([(header::SET_COOKIE, kept)], question).into_response()
}

/// The question.
pub(crate) async fn show(guest: Guest, waiting: Waiting, Query(goal): Query<Goal>) -> Response {
    asked(&guest, &waiting, StatusCode::OK, &goal.to, "")
}

/// Signs in with the answer, and goes where the person wanted to go.
pub(crate) async fn send(
    guest: Guest,
    waiting: Waiting,
    origin: Origin,
    Form(given): Form<Given>,
) -> Response {
    let again = |status, problem| asked(&guest, &waiting, status, &given.to, problem);
    if !guest.sent(&given.form_token) {
        return again(StatusCode::FORBIDDEN, "form-stale");
    }
    let app = &guest.app;
    let (key, now) = (attempts_key(&waiting.person), app.desk.now());
    if !app.attempts.may(&key, now) || !app.attempts.may_from(&origin, now) {
        return again(StatusCode::TOO_MANY_REQUESTS, "sign-in-code-too-often");
    }
    match sign_ins::complete(&app.desk, &waiting.token, &given.code, guest.language).await {
        Ok(Some(session)) => {
            app.attempts.forget(&key);
            let gone = format!("{COOKIE}=; {ATTRIBUTES}; Max-Age=0");
            let gone = AppendHeaders([(header::SET_COOKIE, gone)]);
            (gone, begun(&session, within(&given.to))).into_response()
        }
        Ok(None) => {
            app.attempts.failed(&key, now);
            app.attempts.failed_from(&origin, now);
            again(StatusCode::UNPROCESSABLE_ENTITY, "second-factor-code-wrong")
        }
        Err(error) => {
            tracing::error!(%error, "signing in with a code failed");
            again(StatusCode::SERVICE_UNAVAILABLE, "broken")
        }
    }
}

/// What wrong codes of a person are counted by, wherever they are typed.
pub(crate) fn attempts_key(person: &Person) -> String {
    format!("code {}", person.id)
}

fn asked(
    guest: &Guest,
    waiting: &Waiting,
    status: StatusCode,
    to: &str,
    problem: &str,
) -> Response {
    guest.page(
        status,
        "sign_in_code.html",
        json!({"email": waiting.person.email, "to": within(to), "problem": problem}),
    )
}
