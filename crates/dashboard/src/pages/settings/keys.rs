//! API keys: what each may do and when it was used; a new one is shown once.

use axum::extract::{Path, Query};
use axum::response::Response;
use domain::ids::KeyId;
use domain::order::Mode;
use engine::keys::{self, ApiKey};
use engine::permit::ManageTeam;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Done, Question, Wrong, ask, key_of, page, permission_boxes, permissions_of};
use crate::visitor::{Answer, Nothing, Sent, Visitor};

/// What the form holds.
#[derive(Default, Deserialize)]
pub(super) struct Form {
    #[serde(default)]
    name: String,
    #[serde(default)]
    mode: String,
    #[serde(default)]
    permissions: Vec<String>,
}

/// The page.
pub(super) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Answer {
    let done = done.said(&visitor);
    shown(&visitor, &Form::default(), &Wrong::default(), &done, "").await
}

async fn shown(visitor: &Visitor, form: &Form, wrong: &Wrong, done: &str, secret: &str) -> Answer {
    let keys = all(visitor).await?;
    let keys: Vec<Value> = keys.iter().map(|key| told(visitor, key)).collect();
    let context = json!({
        "keys": keys,
        "name": form.name,
        "permissions": permission_boxes(visitor, &permissions_of(&form.permissions)),
        "secret": secret,
        "done": done,
        "is_test_key": form.mode == "test",
    });
    Ok(page(visitor, "keys", "settings_keys.html", wrong, context))
}

async fn all(visitor: &Visitor) -> Result<Vec<ApiKey>, Response> {
    let permit = visitor.permit::<ManageTeam>()?;
    let found = keys::keys(&visitor.app.desk, &permit).await;
    found.map_err(|error| visitor.failed(&error.into()))
}

fn told(visitor: &Visitor, key: &ApiKey) -> Value {
    let moment = |at: Option<_>| at.map(|at| visitor.formats.moment(at)).unwrap_or_default();
    let permissions: Vec<String> = key.permissions.iter().map(|one| key_of(*one)).collect();
    json!({
        "id": key.id.as_str(),
        "name": key.name,
        "hint": key.hint,
        "is_test": key.mode == Mode::Test,
        "permissions": permissions,
        "created": moment(Some(key.created_at)),
        "used": moment(key.last_used_at),
        "revoked": moment(key.revoked_at),
    })
}

/// Makes a key, and shows its secret this once.
pub(super) async fn make(Sent { visitor, form }: Sent<Form>) -> Answer {
    let permit = visitor.permit::<ManageTeam>()?;
    let mode = match form.mode.as_str() {
        "test" => Mode::Test,
        _ => Mode::Live,
    };
    let chosen = permissions_of(&form.permissions);
    match keys::make(&visitor.app.desk, &permit, mode, &form.name, chosen).await {
        Ok((_, secret)) => shown(&visitor, &Form::default(), &Wrong::default(), "", &secret).await,
        Err(failure) => shown(&visitor, &form, &Wrong::of(&visitor, failure)?, "", "").await,
    }
}

/// Asks before a key is revoked.
pub(super) async fn ask_revoke(Path(id): Path<String>, visitor: Visitor) -> Answer {
    let keys = all(&visitor).await?;
    let is_it = |key: &ApiKey| key.id.as_str() == id && key.revoked_at.is_none();
    let Some(key) = keys.into_iter().find(is_it) else {
        return Ok(crate::guard::nothing_here(visitor).await);
    };
    let question = Question {
        section: "keys",
        title: visitor.say("key-revoke-sure", &[("name", key.name)]),
        text: visitor.say("key-revoke-what", &[("hint", key.hint)]),
        button: "key-revoke",
    };
    Ok(ask(&visitor, &question, &Wrong::default()))
}

/// Revokes a key.
pub(super) async fn revoke(Path(id): Path<String>, Sent { visitor, .. }: Sent<Nothing>) -> Answer {
    let permit = visitor.permit::<ManageTeam>()?;
    match keys::revoke(&visitor.app.desk, &permit, &KeyId(id)).await {
        Ok(()) => Ok(visitor.redirect("/settings/keys?done=key-revoked")),
        Err(failure) => {
            let wrong = Wrong::of(&visitor, failure)?;
            shown(&visitor, &Form::default(), &wrong, "", "").await
        }
    }
}
