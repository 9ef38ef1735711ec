//! What each role may do, and roles of the organization's own.

use axum::extract::{Path, Query};
use axum::response::Response;
use domain::actor::Permission;
use engine::people::Role;
use engine::permit::ManageTeam;
use engine::roles::{self, is_built_in};
use engine::team::TeamFailure;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Done, Question, Wrong, ask, key_of, page, permission_boxes, permissions_of, role_name,
};
use crate::pages::query::name;
use crate::visitor::{Answer, Nothing, Sent, Visitor};

/// What the form holds.
#[derive(Default, Deserialize)]
pub(super) struct Form {
    #[serde(default)]
    name: String,
    #[serde(default)]
    permissions: Vec<String>,
}

/// Every role beside every permission.
pub(super) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Answer {
    let roles = all(&visitor).await?;
    let rows: Vec<Value> = Permission::ALL
        .into_iter()
        .map(|permission| {
            let allows: Vec<bool> = roles
                .iter()
                .map(|role| role.permissions.contains(&permission))
                .collect();
            json!({"key": key_of(permission), "allows": allows})
        })
        .collect();
    let roles: Vec<Value> = roles
        .iter()
        .map(|role| {
            json!({
                "id": role.id,
                "name": role_name(visitor.formats.language, &role.name),
                "is_built_in": is_built_in(role),
            })
        })
        .collect();
    let context = json!({"roles": roles, "rows": rows, "done": done.said(&visitor)});
    let fine = Wrong::default();
    Ok(page(
        &visitor,
        "roles",
        "settings_roles.html",
        &fine,
        context,
    ))
}

async fn all(visitor: &Visitor) -> Result<Vec<Role>, Response> {
    let permit = visitor.permit::<ManageTeam>()?;
    let found = roles::roles(&visitor.app.desk, &permit).await;
    found.map_err(|error| visitor.failed(&error.into()))
}

/// A role of the organization's own.
async fn own(visitor: &Visitor, id: &str) -> Result<Option<Role>, Response> {
    let mut roles = all(visitor).await?.into_iter();
    Ok(roles.find(|role| role.id == id && !is_built_in(role)))
}

/// The form of a new role.
pub(super) async fn new(visitor: Visitor) -> Answer {
    visitor.permit::<ManageTeam>()?;
    Ok(form(&visitor, "", &Form::default(), &Wrong::default()))
}

/// The form of a role that is there.
pub(super) async fn edit(Path(id): Path<String>, visitor: Visitor) -> Answer {
    let Some(role) = own(&visitor, &id).await? else {
        return Ok(crate::guard::nothing_here(visitor).await);
    };
    let sent = Form {
        permissions: role.permissions.iter().map(name).collect(),
        name: role.name,
    };
    Ok(form(&visitor, &role.id, &sent, &Wrong::default()))
}

fn form(visitor: &Visitor, id: &str, form: &Form, wrong: &Wrong) -> Response {
    let chosen = permissions_of(&form.permissions);
    let context = json!({
        "id": id,
        "name": form.name,
        "permissions": permission_boxes(visitor, &chosen),
    });
    page(visitor, "roles", "settings_role.html", wrong, context)
}

/// Makes a role.
pub(super) async fn make(Sent { visitor, form }: Sent<Form>) -> Answer {
    let permit = visitor.permit::<ManageTeam>()?;
    let chosen = permissions_of(&form.permissions);
    let made = roles::make(&visitor.app.desk, &permit, &form.name, chosen).await;
    saved(&visitor, made.map(|_| ()), "", &form, "role-made")
}

/// Renames a role, or changes what it allows.
pub(super) async fn save(Path(id): Path<String>, Sent { visitor, form }: Sent<Form>) -> Answer {
    let permit = visitor.permit::<ManageTeam>()?;
    let chosen = permissions_of(&form.permissions);
    let saved = roles::edit(&visitor.app.desk, &permit, &id, &form.name, chosen).await;
    self::saved(&visitor, saved, &id, &form, "role-saved")
}

#[allow(clippy::result_large_err, reason = "a page is the answer either way")]
fn saved(
    visitor: &Visitor,
    saved: Result<(), TeamFailure>,
    id: &str,
    sent: &Form,
    done: &str,
) -> Answer {
    Ok(match saved {
        Ok(()) => visitor.redirect(&format!("/settings/roles?done={done}")),
        Err(failure) => form(visitor, id, sent, &Wrong::of(visitor, failure)?),
    })
}

/// Asks before a role is deleted.
pub(super) async fn ask_delete(Path(id): Path<String>, visitor: Visitor) -> Answer {
    let Some(role) = own(&visitor, &id).await? else {
        return Ok(crate::guard::nothing_here(visitor).await);
    };
    let question = question(&visitor, &role.name);
    Ok(ask(&visitor, &question, &Wrong::default()))
}

fn question(visitor: &Visitor, name: &str) -> Question<'static> {
    Question {
        section: "roles",
        title: visitor.say("role-delete-sure", &[("name", name.to_owned())]),
        text: visitor.say("role-delete-what", &[]),
        button: "role-delete",
    }
}

/// Deletes a role.
pub(super) async fn delete(Path(id): Path<String>, Sent { visitor, .. }: Sent<Nothing>) -> Answer {
    let permit = visitor.permit::<ManageTeam>()?;
    let Err(failure) = roles::delete(&visitor.app.desk, &permit, &id).await else {
        return Ok(visitor.redirect("/settings/roles?done=role-deleted"));
    };
    let role = own(&visitor, &id).await?;
    let question = question(&visitor, &role.map(|role| role.name).unwrap_or_default());
    Ok(ask(&visitor, &question, &Wrong::of(&visitor, failure)?))
}
