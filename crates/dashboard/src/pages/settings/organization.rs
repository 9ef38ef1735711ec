//! What an organization is called, and where its e-mails come from.

use axum::extract::Query;
use engine::organizations::{self, SecondFactor};
use engine::permit::ManageSettings;
use serde::Deserialize;
use serde_json::json;

use super::{Done, Wrong, page};
use crate::visitor::{Answer, Sent, Visitor};

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
pub(super) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Answer {
    let done = done.said(&visitor);
    shown(&visitor, None, Wrong::default(), &done).await
}

async fn shown(visitor: &Visitor, form: Option<&Form>, wrong: Wrong, done: &str) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let (name, settings) = match organizations::settings(&visitor.app.desk, &permit).await {
        Ok(found) => found,
        Err(failure) => {
            let wrong = Wrong::of(visitor, failure)?;
            let nothing = json!({"title": "", "text": "", "button": ""});
            let section = "organization";
            return Ok(page(
                visitor,
                section,
                "settings_sure.html",
                &wrong,
                nothing,
            ));
        }
    };
    let context = json!({
        "name": form.map_or(name.as_str(), |form| form.name.as_str()),
        "mail_from": form.map_or(settings.mail_from.as_str(), |form| form.mail_from.as_str()),
        "mail_reply_to": form.map_or(settings.mail_reply_to.as_str(), |form| form.mail_reply_to.as_str()),
        "base": settings.base_currency.to_string(),
        "is_second_factor_required": settings.second_factor == SecondFactor::Required,
        "done": done,
    });
    Ok(page(
        visitor,
        "organization",
        "settings_organization.html",
        &wrong,
        context,
    ))
}

/// Saves both.
pub(super) async fn save(Sent { visitor, form }: Sent<Form>) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let saved = organizations::describe(
        &visitor.app.desk,
        &permit,
        &form.name,
        &form.mail_from,
        &form.mail_reply_to,
    )
    .await;
    match saved {
        Ok(()) => Ok(visitor.redirect("/settings/organization?done=saved")),
        Err(failure) => shown(&visitor, Some(&form), Wrong::of(&visitor, failure)?, "").await,
    }
}

/// What the form about second factors holds.
#[derive(Deserialize)]
pub(super) struct Required {
    #[serde(default)]
    second_factor: String,
}

/// Says whether everybody has to have a second factor.
pub(super) async fn require_second_factor(Sent { visitor, form }: Sent<Required>) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let to = match form.second_factor.as_str() {
        "required" => SecondFactor::Required,
        _ => SecondFactor::Optional,
    };
    match organizations::require_second_factor(&visitor.app.desk, &permit, to).await {
        Ok(()) => Ok(visitor.redirect("/settings/organization?done=saved")),
        Err(failure) => shown(&visitor, None, Wrong::of(&visitor, failure)?, "").await,
    }
}
