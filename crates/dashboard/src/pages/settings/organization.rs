//! What an organization is called, and where its e-mails come from.

use axum::extract::Query;
use axum::response::Response;
use engine::organizations;
use engine::permit::ManageSettings;
use serde::Deserialize;
use serde_json::json;

use super::{Done, Wrong, page};
use crate::visitor::{Sent, Visitor};

/// What the form holds.
#[derive(Deserialize)]
pub(super) struct Form {
    #[serde(default)]
    name: String,
    #[serde(default)]
    mail_from: String,
    #[serde(default)]
    mail_reply_to: String,
}

/// The page.
pub(super) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Response {
    let done = done.said(&visitor);
    shown(&visitor, None, Wrong::default(), &done).await
}

async fn shown(visitor: &Visitor, form: Option<&Form>, wrong: Wrong, done: &str) -> Response {
    let permit = match visitor.permit::<ManageSettings>() {
        Ok(permit) => permit,
        Err(page) => return page,
    };
    let (name, settings) = match organizations::settings(&visitor.app.desk, &permit).await {
        Ok(found) => found,
        Err(failure) => {
            return match Wrong::of(visitor, failure) {
                Ok(wrong) => page(
                    visitor,
                    "organization",
                    "settings_sure.html",
                    &wrong,
                    json!({"title": "", "text": "", "button": ""}),
                ),
                Err(page) => page,
            };
        }
    };
    let context = json!({
        "name": form.map_or(name.as_str(), |form| form.name.as_str()),
        "mail_from": form.map_or(settings.mail_from.as_str(), |form| form.mail_from.as_str()),
        "mail_reply_to": form.map_or(settings.mail_reply_to.as_str(), |form| form.mail_reply_to.as_str()),
        "base": settings.base_currency.to_string(),
        "done": done,
    });
    page(
        visitor,
        "organization",
        "settings_organization.html",
        &wrong,
        context,
    )
}

/// Saves both.
pub(super) async fn save(Sent { visitor, form }: Sent<Form>) -> Response {
    let permit = match visitor.permit::<ManageSettings>() {
        Ok(permit) => permit,
        Err(page) => return page,
    };
    let saved = organizations::describe(
        &visitor.app.desk,
        &permit,
        &form.name,
        &form.mail_from,
        &form.mail_reply_to,
    )
    .await;
    match saved {
        Ok(()) => visitor.redirect("/settings/organization?done=saved"),
        Err(failure) => match Wrong::of(&visitor, failure) {
            Ok(wrong) => shown(&visitor, Some(&form), wrong, "").await,
            Err(page) => page,
        },
    }
}
