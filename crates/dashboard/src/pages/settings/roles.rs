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

use super::team::Nothing;
use super::{
    Done, Question, Wrong, ask, key_of, page, permission_boxes, permissions_of, role_name,
};
use crate::visitor::{Sent, Visitor};

/// What the form holds.
#[derive(Default, Deserialize)]
pub(super) struct Form {
    #[serde(default)]
    name: String,
    #[serde(default)]
    permissions: Vec<String>,
}

/// Every role beside every permission.
pub(super) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Response {
    let roles = match all(&visitor).await {
        Ok(roles) => roles,
        Err(page) => return page,
    };
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
                "name": role_name(&visitor, &role.name),
                "is_built_in": is_built_in(role),
            })
        })
        .collect();
    let context = json!({"roles": roles, "rows": rows, "done": done.said(&visitor)});
    let fine = Wrong::default();
    page(&visitor, "roles", "settings_roles.html", &fine, context)
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
pub(super) async fn new(visitor: Visitor) -> Response {
    if let Err(page) = visitor.permit::<ManageTeam>() {
        return page;
    }
    form(&visitor, "", &Form::default(), &Wrong::default())
}

/// The form of a role that is there.
pub(super) async fn edit(Path(id): Path<String>, visitor: Visitor) -> Response {
    let role = match own(&visitor, &id).await {
        Ok(Some(role)) => role,
        Ok(None) => return crate::guard::nothing_here(visitor).await,
        Err(page) => return page,
    };
    let names = role.permissions.iter().map(|one| {
        let value = serde_json::to_value(one).unwrap_or_default();
        value.as_str().unwrap_or_default().to_owned()
    });
    let sent = Form {
        permissions: names.collect(),
        name: role.name,
    };
    form(&visitor, &role.id, &sent, &Wrong::default())
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
pub(super) async fn make(Sent { visitor, form }: Sent<Form>) -> Response {
    let permit = match visitor.permit::<ManageTeam>() {
        Ok(permit) => permit,
        Err(page) => return page,
    };
    let chosen = permissions_of(&form.permissions);
    let made = roles::make(&visitor.app.desk, &permit, &form.name, chosen).await;
    saved(&visitor, made.map(|_| ()), "", &form, "role-made")
}

/// Renames a role, or changes what it allows.
pub(super) async fn save(Path(id): Path<String>, Sent { visitor, form }: Sent<Form>) -> Response {
    let permit = match visitor.permit::<ManageTeam>() {
        Ok(permit) => permit,
        Err(page) => return page,
    };
    let chosen = permissions_of(&form.permissions);
    let saved = roles::edit(&visitor.app.desk, &permit, &id, &form.name, chosen).await;
    self::saved(&visitor, saved, &id, &form, "role-saved")
}

fn saved(
    visitor: &Visitor,
    saved: Result<(), TeamFailure>,
    id: &str,
    sent: &Form,
    done: &str,
) -> Response {
    match saved {
        Ok(()) => visitor.redirect(&format!("/settings/roles?done={done}")),
        Err(failure) => match Wrong::of(visitor, failure) {
            Ok(wrong) => form(visitor, id, sent, &wrong),
            Err(page) => page,
        },
    }
}

/// Asks before a role is deleted.
pub(super) async fn ask_delete(Path(id): Path<String>, visitor: Visitor) -> Response {
    let role = match own(&visitor, &id).await {
        Ok(Some(role)) => role,
        Ok(None) => return crate::guard::nothing_here(visitor).await,
        Err(page) => return page,
    };
    ask(&visitor, &question(&visitor, &role.name), &Wrong::default())
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
pub(super) async fn delete(
    Path(id): Path<String>,
    Sent { visitor, .. }: Sent<Nothing>,
) -> Response {
    let permit = match visitor.permit::<ManageTeam>() {
        Ok(permit) => permit,
        Err(page) => return page,
    };
    let failure = match roles::delete(&visitor.app.desk, &permit, &id).await {
        Ok(()) => return visitor.redirect("/settings/roles?done=role-deleted"),
        Err(failure) => failure,
    };
    let name = match own(&visitor, &id).await {
        Ok(role) => role.map(|role| role.name).unwrap_or_default(),
        Err(page) => return page,
    };
    match Wrong::of(&visitor, failure) {
        Ok(wrong) => ask(&visitor, &question(&visitor, &name), &wrong),
        Err(page) => page,
    }
}
