//! The console of the order API: a page without a session, from which a person asks what a program would ask. The key
//! is typed there, sent with each question by the page's script, and never told to this side of the desk.

use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use crate::guest::Guest;

/// Where the order API is asked, and so where its console is.
pub(crate) const ADDRESS: &str = "/graphql";

/// Something to begin with.
#[derive(Clone, Debug, Serialize)]
pub struct Sample {
    /// What it is chosen by.
    pub name: String,
    /// What it does.
    pub words: String,
    /// What is sent.
    pub document: String,
    /// Its variables, as JSON.
    pub variables: String,
}

/// The page, for a browser; a program that gets instead of posting is told so.
pub(crate) async fn show(guest: Guest, headers: HeaderMap) -> Response {
    let accepted = headers.get(header::ACCEPT);
    let accepted = accepted.and_then(|value| value.to_str().ok());
    if !accepted.is_some_and(|kinds| kinds.contains("text/html")) {
        let told = "send a GraphQL request by POST; a browser finds a console here\n";
        return (
            StatusCode::METHOD_NOT_ALLOWED,
            [(header::ALLOW, "POST")],
            told,
        )
            .into_response();
    }
    let url = format!("{}{ADDRESS}", guest.app.desk.url());
    let samples = guest.app.samples.as_deref().unwrap_or_default();
    guest.app.page(
        guest.language,
        StatusCode::OK,
        "console.html",
        json!({"url": url, "samples": samples}),
    )
}
