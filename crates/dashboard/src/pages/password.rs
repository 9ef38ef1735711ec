//! A forgotten password: the address, the e-mail, another one. Nobody learns here who has an account.

use axum::Form;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use engine::password_resets;
use engine::people::PersonError;
use serde::Deserialize;
use serde_json::json;

use crate::guest::Guest;

/// Who forgot.
#[derive(Deserialize)]
pub(crate) struct Address {
    #[serde(default)]
    email: String,
    #[serde(default)]
    form_token: String,
}

/// Asks for the address.
pub(crate) async fn forgotten(guest: Guest) -> Response {
    asked(&guest, StatusCode::OK, "", "")
}

/// Sends the link, and answers the same to everybody.
pub(crate) async fn send(guest: Guest, Form(sent): Form<Address>) -> Response {
    let email = sent.email.trim();
    if !guest.sent(&sent.form_token) {
        return asked(&guest, StatusCode::FORBIDDEN, email, "form-stale");
    }
    if !email.contains('@') {
        return asked(
            &guest,
            StatusCode::UNPROCESSABLE_ENTITY,
            email,
            "email-malformed",
        );
    }
    let (key, now) = (
        format!("forgotten {}", email.to_lowercase()),
        guest.app.desk.now(),
    );
    if !guest.app.attempts.may(&key, now) {
        let status = StatusCode::TOO_MANY_REQUESTS;
        return asked(&guest, status, email, "password-forgotten-too-often");
    }
    guest.app.attempts.failed(&key, now);
    let (desk, email) = (guest.app.desk.clone(), email.to_owned());
    let page = guest.page(
        StatusCode::OK,
        "password_forgotten.html",
        json!({"email": email, "problem": "", "is_sent": true}),
    );
    // The answer does not wait for it: how long it takes would tell whether somebody has the address.
    let language = guest.language;
    tokio::spawn(async move {
        if let Err(error) = password_resets::request(&desk, &email, language).await {
            tracing::error!(%error, "a link to another password could not be kept");
        }
    });
    page
}

/// What the link holds.
#[derive(Deserialize)]
pub(crate) struct Link {
    #[serde(default)]
    token: String,
}

/// Asks for another password, where the link works.
pub(crate) async fn choose(guest: Guest, Query(link): Query<Link>) -> Response {
    match password_resets::is_good(&guest.app.desk, &link.token).await {
        Ok(true) => chosen(&guest, StatusCode::OK, &link.token, ""),
        Ok(false) => dead(&guest),
        Err(error) => failed(&guest, &link.token, &error.into()),
    }
}

/// Another password.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    #[serde(default)]
    token: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    form_token: String,
}

/// Sets it, and sends the person to sign in with it.
pub(crate) async fn set(guest: Guest, Form(sent): Form<Chosen>) -> Response {
    if !guest.sent(&sent.form_token) {
        return chosen(&guest, StatusCode::FORBIDDEN, &sent.token, "form-stale");
    }
    let desk = &guest.app.desk;
    match password_resets::complete(desk, &sent.token, &sent.password, guest.language).await {
        Ok(true) => Redirect::to("/sign-in?done=password").into_response(),
        Ok(false) => dead(&guest),
        Err(PersonError::PasswordTooShort) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            chosen(&guest, status, &sent.token, "password-short")
        }
        Err(error) => failed(&guest, &sent.token, &error),
    }
}

fn asked(guest: &Guest, status: StatusCode, email: &str, problem: &str) -> Response {
    guest.page(
        status,
        "password_forgotten.html",
        json!({"email": email, "problem": problem, "is_sent": false}),
    )
}

fn chosen(guest: &Guest, status: StatusCode, token: &str, problem: &str) -> Response {
    guest.page(
        status,
        "password_new.html",
        json!({"token": token, "problem": problem, "is_dead": false}),
    )
}

fn dead(guest: &Guest) -> Response {
    guest.page(
        StatusCode::GONE,
        "password_new.html",
        json!({"token": "", "problem": "", "is_dead": true}),
    )
}

fn failed(guest: &Guest, token: &str, error: &PersonError) -> Response {
    tracing::error!(%error, "another password could not be set");
    chosen(guest, StatusCode::SERVICE_UNAVAILABLE, token, "broken")
}
