//! Signing in and out.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use engine::sessions;
use serde::Deserialize;
use serde_json::json;

use crate::app::App;
use crate::guard::same_text;
use crate::texts;
use crate::visitor::{COOKIE, Sent, accepted, cookie};

/// Ties the form to the browser that asked for it, before there is a session.
const BEFORE: &str = "__Host-before";

const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// How long the browser keeps the session's cookie: as long as a session can live.
const KEPT_S: i64 = sessions::LIFE.as_secs();

#[derive(Deserialize)]
pub(crate) struct Goal {
    #[serde(default)]
    to: String,
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
pub(crate) async fn show(
    State(app): State<App>,
    Query(goal): Query<Goal>,
    headers: HeaderMap,
) -> Response {
    form(&app, &headers, StatusCode::OK, "", &goal.to, "")
}

/// Signs in, and goes where the person wanted to go.
pub(crate) async fn send(
    State(app): State<App>,
    headers: HeaderMap,
    Form(sent): Form<Credentials>,
) -> Response {
    let before = cookie(&headers, BEFORE).unwrap_or_default();
    if before.is_empty() || !same_text(&sent.form_token, &token_of(before)) {
        return form(
            &app,
            &headers,
            StatusCode::FORBIDDEN,
            &sent.email,
            &sent.to,
            "form-stale",
        );
    }
    let (key, now) = (
        format!("email {}", sent.email.trim().to_lowercase()),
        app.desk.now(),
    );
    if !app.attempts.may(&key, now) {
        let status = StatusCode::TOO_MANY_REQUESTS;
        return form(
            &app,
            &headers,
            status,
            &sent.email,
            &sent.to,
            "sign-in-too-often",
        );
    }
    match sessions::sign_in(&app.desk, &sent.email, &sent.password).await {
        Ok(Some(token)) => {
            app.attempts.forget(&key);
            let kept = format!("{COOKIE}={token}; {ATTRIBUTES}; Max-Age={KEPT_S}");
            ([(header::SET_COOKIE, kept)], Redirect::to(within(&sent.to))).into_response()
        }
        Ok(None) => {
            app.attempts.failed(&key, now);
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            form(
                &app,
                &headers,
                status,
                &sent.email,
                &sent.to,
                "sign-in-wrong",
            )
        }
        Err(error) => {
            tracing::error!(%error, "signing in failed");
            let status = StatusCode::SERVICE_UNAVAILABLE;
            form(&app, &headers, status, &sent.email, &sent.to, "broken")
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Nothing {}

/// Signs out here.
pub(crate) async fn out(
    Sent {
        visitor,
        form: Nothing {},
    }: Sent<Nothing>,
) -> Response {
    if let Err(error) = sessions::sign_out(&visitor.app.desk, &visitor.signed_in).await {
        return visitor.failed(&error.into());
    }
    let gone = format!("{COOKIE}=; {ATTRIBUTES}; Max-Age=0");
    ([(header::SET_COOKIE, gone)], Redirect::to("/sign-in")).into_response()
}

fn form(
    app: &App,
    headers: &HeaderMap,
    status: StatusCode,
    email: &str,
    to: &str,
    problem: &str,
) -> Response {
    let language = texts::language(None, accepted(headers));
    let known = cookie(headers, BEFORE).filter(|value| !value.is_empty());
    let before = known.map_or_else(|| app.desk.ids().fresh("", app.desk.now()), str::to_owned);
    let context = json!({
        "language": language,
        "form_token": token_of(&before),
        "email": email,
        "to": within(to),
        "problem": problem,
    });
    let page = app.page(status, "sign_in.html", context);
    let set = format!("{BEFORE}={before}; {ATTRIBUTES}");
    ([(header::SET_COOKIE, set)], page).into_response()
}

fn token_of(before: &str) -> String {
    blake3::hash(format!("sign in {before}").as_bytes())
        .to_hex()
        .to_string()
}

/// A path of ours; a link made by others must not send anyone to another site after signing in.
fn within(to: &str) -> &str {
    let is_path = to.starts_with('/') && !to.starts_with("//") && !to.contains(['\\', '\n', '\r']);
    if is_path { to } else { "/orders" }
}
