//! What a person prefers (P1), their password and sessions, and where they are.

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use domain::ids::OrganizationId;
use domain::order::Mode;
use engine::people::{
    Appearance, CurrencyPreference, PersonError, Preferences, Shortcuts, Units, save_preferences,
};
use engine::sessions::{self, PasswordChange};
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::json;

use crate::texts::{LANGUAGES, say};
use crate::visitor::{Nothing, Sent, Visitor};

/// What the form holds.
#[derive(Deserialize)]
pub(crate) struct Form {
    #[serde(default)]
    currency: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    time_zone: String,
    #[serde(default)]
    units: String,
    #[serde(default)]
    shortcuts: String,
    #[serde(default)]
    appearance: String,
}

/// What was just done.
#[derive(Deserialize)]
pub(crate) struct Done {
    #[serde(default)]
    done: String,
}

/// The page.
pub(crate) async fn show(visitor: Visitor, Query(asked): Query<Done>) -> Response {
    let done = match asked.done.as_str() {
        "saved" => visitor.say("preferences-saved", &[]),
        "password" => visitor.say("password-changed", &[]),
        _ => String::new(),
    };
    page(&visitor, StatusCode::OK, "", "", &done)
}

/// Saves what the person prefers.
pub(crate) async fn save(Sent { mut visitor, form }: Sent<Form>) -> Response {
    let zone = form.time_zone.trim();
    let preferences = Preferences {
        currency: match form.currency.as_str() {
            "presentment" => CurrencyPreference::Presentment,
            _ => CurrencyPreference::Base,
        },
        language: LANGUAGES
            .into_iter()
            .find(|known| *known == form.language)
            .map(str::to_owned),
        time_zone: Some(zone.to_owned()).filter(|zone| !zone.is_empty()),
        units: if form.units == "imperial" {
            Units::Imperial
        } else {
            Units::Metric
        },
        columns: visitor.signed_in.person.preferences.columns.clone(),
        shortcuts: if form.shortcuts == "off" {
            Shortcuts::Off
        } else {
            Shortcuts::On
        },
        appearance: match form.appearance.as_str() {
            "light" => Appearance::Light,
            "dark" => Appearance::Dark,
            _ => Appearance::System,
        },
    };
    if !zone.is_empty() && TimeZone::get(zone).is_err() {
        let problem = visitor.say("preferences-zone-unknown", &[("zone", zone.to_owned())]);
        // The page shows what was chosen and typed, to be corrected.
        visitor.signed_in.person.preferences = preferences;
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return page(&visitor, status, "time_zone", &problem, "");
    }
    match save_preferences(&visitor.app.desk, &visitor.signed_in.person, preferences).await {
        Ok(()) => visitor.redirect("/preferences?done=saved"),
        Err(error) => visitor.failed(&error.into()),
    }
}

/// What the form of the password holds.
#[derive(Deserialize)]
pub(crate) struct Password {
    #[serde(default)]
    present: String,
    #[serde(default)]
    new: String,
}

/// Sets another password, and signs out everywhere else.
pub(crate) async fn password(Sent { visitor, form }: Sent<Password>) -> Response {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let (key, now) = (
        format!("password {}", visitor.signed_in.person.id),
        visitor.app.desk.now(),
    );
    if !visitor.app.attempts.may(&key, now) {
        let problem = visitor.say("sign-in-too-often", &[]);
        return page(
            &visitor,
            StatusCode::TOO_MANY_REQUESTS,
            "present",
            &problem,
            "",
        );
    }
    match sessions::change_password(
        &visitor.app.desk,
        &visitor.signed_in,
        &PasswordChange {
            present: &form.present,
            new: &form.new,
            language: visitor.formats.language,
        },
    )
    .await
    {
        Ok(true) => visitor.redirect("/preferences?done=password"),
        Ok(false) => {
            visitor.app.attempts.failed(&key, now);
            page(
                &visitor,
                status,
                "present",
                &visitor.say("password-wrong", &[]),
                "",
            )
        }
        Err(PersonError::Store(error)) => visitor.failed(&error.into()),
        Err(_) => page(
            &visitor,
            status,
            "new",
            &visitor.say("password-short", &[]),
            "",
        ),
    }
}

/// Signs out everywhere else.
pub(crate) async fn sign_out_elsewhere(Sent { visitor, .. }: Sent<Nothing>) -> Response {
    match sessions::sign_out_elsewhere(&visitor.app.desk, &visitor.signed_in).await {
        Ok(count) => {
            let done = visitor.say("sessions-ended", &[("count", visitor.formats.count(count))]);
            page(&visitor, StatusCode::OK, "", "", &done)
        }
        Err(error) => visitor.failed(&error.into()),
    }
}

/// Where to go.
#[derive(Deserialize)]
pub(crate) struct Place {
    #[serde(default)]
    organization: String,
    #[serde(default)]
    mode: String,
}

/// Goes to another organization, or between live and test orders (O5).
pub(crate) async fn switch(Sent { visitor, form }: Sent<Place>) -> Response {
    let here = &visitor.signed_in.session.scope;
    let organization = match form.organization.as_str() {
        "" => here.organization_id.clone(),
        id => OrganizationId(id.to_owned()),
    };
    let mode = match form.mode.as_str() {
        "test" => Mode::Test,
        "live" => Mode::Live,
        _ => here.mode,
    };
    match sessions::switch(&visitor.app.desk, &visitor.signed_in, &organization, mode).await {
        Ok(true) => visitor.redirect("/orders"),
        Ok(false) => crate::guard::nothing_here(visitor).await,
        Err(error) => visitor.failed(&error.into()),
    }
}

fn page(visitor: &Visitor, status: StatusCode, wrong: &str, problem: &str, done: &str) -> Response {
    let preferences = &visitor.signed_in.person.preferences;
    let languages: Vec<_> = LANGUAGES
        .into_iter()
        .map(|language| json!({"id": language, "name": say(language, "language-name", &[])}))
        .collect();
    visitor.page(
        status,
        "preferences.html",
        json!({
            "preferences": preferences,
            "has_second_factor": visitor.signed_in.has_second_factor,
            "languages": languages,
            "chosen_language": preferences.language.clone().unwrap_or_default(),
            "time_zone": preferences.time_zone.clone().unwrap_or_default(),
            "wrong": wrong,
            "problem": problem,
            "done": done,
        }),
    )
}
