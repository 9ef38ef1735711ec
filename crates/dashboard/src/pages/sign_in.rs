//! Signing in and out.

use axum::Form;
use axum::extract::Query;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use engine::sessions::{self, Entrance};
use serde::Deserialize;
use serde_json::json;

use crate::guest::{ATTRIBUTES, Guest};
use crate::origin::Origin;
use crate::pages::sign_in_code;
use crate::visitor::{COOKIE, Nothing, Sent};

/// How long the browser keeps the session's cookie: as long as a session can live.
const KEPT_S: i64 = sessions::LIFE.as_secs();

#[derive(Deserialize)]
pub(crate) struct Goal {
    #[serde(default)]
    to: String,
    /// What was done before, such as a new password.
    #[serde(default)]
    done: String,
}

/// What the form holds.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    #[serde(default)]
    email: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    form_token: String,
}

/// The form.
pub(crate) async fn show(guest: Guest, Query(goal): Query<Goal>) -> Response {
    let done = match goal.done.as_str() {
        "password" => "password-chosen",
        "late" => "sign-in-code-late",
        _ => "",
    };
    guest.page(
        StatusCode::OK,
        "sign_in.html",
        json!({"email": "", "to": within(&goal.to), "problem": "", "done": done}),
    )
}

/// Signs in, and goes where the person wanted to go.
pub(crate) async fn send(guest: Guest, origin: Origin, Form(sent): Form<Credentials>) -> Response {
    let again = |status, problem| again(&guest, &sent, status, problem);
    if !guest.sent(&sent.form_token) {
        return again(StatusCode::FORBIDDEN, "form-stale");
    }
    let app = &guest.app;
    let (key, now) = (
        format!("email {}", sent.email.trim().to_lowercase()),
        app.desk.now(),
    );
    if !app.attempts.may(&key, now) || !app.attempts.may_from(&origin, now) {
        return again(StatusCode::TOO_MANY_REQUESTS, "sign-in-too-often");
    }
    match sessions::sign_in(&app.desk, &sent.email, &sent.password).await {
        Ok(Some(entrance)) => {
            app.attempts.forget(&key);
            match entrance {
                Entrance::Session(token) => begun(&token, within(&sent.to)),
                Entrance::CodeAsked(token) => sign_in_code::ask(&token, within(&sent.to)),
            }
        }
        Ok(None) => {
            app.attempts.failed(&key, now);
            app.attempts.failed_from(&origin, now);
            again(StatusCode::UNPROCESSABLE_ENTITY, "sign-in-wrong")
        }
        Err(error) => {
            tracing::error!(%error, "signing in failed");
            again(StatusCode::SERVICE_UNAVAILABLE, "broken")
        }
    }
}

/// Signs out here.
pub(crate) async fn out(Sent { visitor, .. }: Sent<Nothing>) -> Response {
    if let Err(error) = sessions::sign_out(&visitor.app.desk, &visitor.signed_in).await {
        return visitor.failed(&error.into());
    }
    let gone = format!("{COOKIE}=; {ATTRIBUTES}; Max-Age=0");
    ([(header::SET_COOKIE, gone)], Redirect::to("/sign-in")).into_response()
}

/// Hands the browser its session, and goes on.
pub(crate) fn begun(token: &str, to: &str) -> Response {
    let kept = format!("{COOKIE}={token}; {ATTRIBUTES}; Max-Age={KEPT_S}");
    ([(header::SET_COOKIE, kept)], Redirect::to(to)).into_response()
}

/// The form once more, with what was typed but for the password.
fn again(guest: &Guest, sent: &Credentials, status: StatusCode, problem: &str) -> Response {
    guest.page(
        status,
        "sign_in.html",
        json!({"email": sent.email, "to": within(&sent.to), "problem": problem, "done": ""}),
    )
}

/// A path of ours; a link made by others must not send anyone to another site after signing in.
pub(super) fn within(to: &str) -> &str {
    let is_path = to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\n', '\r']);
    if is_path { to } else { "/orders" }
}
