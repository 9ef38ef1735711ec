//! The settings of an organization (P1, P2): who belongs, what they may do, keys, fees, policies, and the log of all of it.

mod deliveries;
mod emails;
mod fees;
mod keys;
mod log;
mod organization;
mod payments;
mod places;
mod policies;
mod roles;
mod team;
mod webhook_rows;
mod webhooks;

use axum::Router;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use domain::actor::{Permission, Permissions};
use domain::team::{ADMIN, MEMBER, TeamRefusal};
use engine::failure::Failure;
use engine::people::Role;
use engine::permit::{ManageSettings, ManageTeam};
use engine::team::TeamFailure;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::app::App;
use crate::pages::invitation;
use crate::pages::query::name;
use crate::texts::say;
use crate::visitor::Visitor;

/// The sections, with what one needs to see them.
const SECTIONS: &[(&str, Permission)] = &[
    ("team", Permission::ManageTeam),
    ("roles", Permission::ManageTeam),
    ("keys", Permission::ManageTeam),
    ("organization", Permission::ManageSettings),
    ("emails", Permission::ManageSettings),
    ("places", Permission::ManageSettings),
    ("payments", Permission::ManageSettings),
    ("fees", Permission::ManageSettings),
    ("policies", Permission::ManageSettings),
    ("webhooks", Permission::ManageSettings),
    ("deliveries", Permission::ManageSettings),
    ("log", Permission::ManageTeam),
];

/// Every route of the settings, and of what invitations lead to.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/settings", get(first))
        .route(
            "/settings/organization",
            get(organization::show).post(organization::save),
        )
        .route(
            "/settings/organization/second-factor",
            post(organization::require_second_factor),
        )
        .route("/settings/emails", get(emails::list))
        .route(
            "/settings/emails/{kind}/{language}",
            get(emails::show).post(emails::send),
        )
        .route(
            "/settings/emails/{kind}/{language}/preview",
            get(emails::preview).post(emails::preview_typed),
        )
        .route(
            "/settings/payments",
            get(payments::show).post(payments::save),
        )
        .route("/settings/fees", get(fees::show).post(fees::save))
        .route("/settings/deliveries", get(deliveries::list))
        .route(
            "/settings/deliveries/{id}",
            get(deliveries::show).post(deliveries::replay),
        )
        .route(
            "/settings/policies",
            get(policies::show).post(policies::save),
        )
        .route("/settings/log", get(log::show))
        .merge(told_elsewhere())
        .merge(ship_from())
        .merge(people())
}

/// Webhooks out.
fn told_elsewhere() -> Router<App> {
    Router::new()
        .route("/settings/webhooks", get(webhooks::list))
        .route(
            "/settings/webhooks/new",
            get(webhooks::new).post(webhooks::make),
        )
        .route(
            "/settings/webhooks/{id}",
            get(webhooks::show).post(webhooks::save),
        )
        .route("/settings/webhooks/{id}/act", post(webhooks::act))
        .route(
            "/settings/webhooks/{id}/delete",
            get(webhooks::ask_delete).post(webhooks::delete),
        )
        .route(
            "/settings/webhooks/{id}/log/{attempt}",
            get(webhooks::attempt),
        )
}

/// Where parcels leave from.
fn ship_from() -> Router<App> {
    Router::new()
        .route("/settings/places", get(places::list))
        .route("/settings/places/new", get(places::new).post(places::add))
        .route(
            "/settings/places/{id}",
            get(places::edit).post(places::save),
        )
        .route("/settings/places/{id}/default", post(places::make_default))
        .route(
            "/settings/places/{id}/remove",
            get(places::ask_remove).post(places::remove),
        )
}

/// Who belongs to the organization, what they may do, and how one joins.
fn people() -> Router<App> {
    Router::new()
        .route("/settings/team", get(team::show).post(team::invite))
        .route("/settings/team/{person}/role", post(team::give_role))
        .route(
            "/settings/team/{person}/remove",
            get(team::ask_remove).post(team::remove),
        )
        .route(
            "/settings/team/{person}/second-factor",
            get(team::ask_reset).post(team::reset),
        )
        .route("/settings/invitations/{id}/send", post(team::send_again))
        .route("/settings/invitations/{id}/withdraw", post(team::withdraw))
        .route("/settings/roles", get(roles::show))
        .route("/settings/roles/new", get(roles::new).post(roles::make))
        .route("/settings/roles/{id}", get(roles::edit).post(roles::save))
        .route(
            "/settings/roles/{id}/delete",
            get(roles::ask_delete).post(roles::delete),
        )
        .route("/settings/keys", get(keys::show).post(keys::make))
        .route(
            "/settings/keys/{id}/revoke",
            get(keys::ask_revoke).post(keys::revoke),
        )
        .route(
            "/invitation/{token}",
            get(invitation::show).post(invitation::join_as_new),
        )
        .route("/invitation/{token}/join", post(invitation::join))
}

/// Whether the header leads here.
pub(crate) fn may_see(visitor: &Visitor) -> bool {
    let actor = &visitor.signed_in.session.actor;
    SECTIONS.iter().any(|(_, needed)| actor.may(*needed))
}

/// Goes to the first section that the visitor may see.
async fn first(visitor: Visitor) -> Response {
    let actor = &visitor.signed_in.session.actor;
    match SECTIONS.iter().find(|(_, needed)| actor.may(*needed)) {
        Some((section, _)) => visitor.redirect(&format!("/settings/{section}")),
        None => {
            let lacking = visitor.permit::<ManageTeam>().err();
            let lacking = lacking.or_else(|| visitor.permit::<ManageSettings>().err());
            lacking.unwrap_or_else(|| visitor.redirect("/orders"))
        }
    }
}

/// What was just done, as the address says after a form.
#[derive(Deserialize)]
struct Done {
    #[serde(default)]
    done: String,
}

impl Done {
    /// In words; nothing where the address says nothing that we say.
    fn said(&self, visitor: &Visitor) -> String {
        const KNOWN: &[&str] = &[
            "saved",
            "role-given",
            "removed",
            "withdrawn",
            "role-made",
            "role-saved",
            "role-deleted",
            "key-revoked",
            "fees",
            "replayed",
            "second-factor-reset",
            "capture",
            "policies",
            "webhook-made",
            "webhook-tested",
            "webhook-rotated",
            "webhook-replayed",
            "webhook-deleted",
            "place-added",
            "place-saved",
            "place-default",
            "place-removed",
        ];
        if !KNOWN.contains(&self.done.as_str()) {
            return String::new();
        }
        visitor.say(&format!("settings-done-{}", self.done), &[])
    }
}

/// What went wrong on a page, and beside which field.
#[derive(Default)]
struct Wrong {
    status: Option<StatusCode>,
    field: &'static str,
    problem: String,
}

impl Wrong {
    /// # Errors
    /// The page of a failure that no form explains.
    #[allow(clippy::result_large_err, reason = "a page is the answer either way")]
    fn of(visitor: &Visitor, failure: TeamFailure) -> Result<Self, Response> {
        let refusal = match failure {
            TeamFailure::Refused(refusal) => refusal,
            TeamFailure::Store(error) => return Err(visitor.failed(&Failure::Store(error))),
        };
        let status = match &refusal {
            TeamRefusal::Gone => StatusCode::NOT_FOUND,
            TeamRefusal::Beyond { .. } => StatusCode::FORBIDDEN,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        };
        Ok(Self {
            status: Some(status),
            field: refusal.field(),
            problem: said(visitor.formats.language, &refusal),
        })
    }
}

/// A page of the settings with its navigation.
fn page(
    visitor: &Visitor,
    section: &str,
    template: &str,
    wrong: &Wrong,
    mut context: Value,
) -> Response {
    let actor = &visitor.signed_in.session.actor;
    let sections = SECTIONS
        .iter()
        .filter(|(_, needed)| actor.may(*needed))
        .map(|(name, _)| json!({"name": name, "is_open": *name == section}))
        .collect();
    context["sections"] = Value::Array(sections);
    context["section"] = section.into();
    context["wrong"] = wrong.field.into();
    context["problem"] = wrong.problem.as_str().into();
    if context.get("done").is_none() {
        context["done"] = "".into();
    }
    visitor.page(wrong.status.unwrap_or(StatusCode::OK), template, context)
}

/// Asks before something that cannot be taken back; every field is a key of what is said.
struct Question<'a> {
    section: &'a str,
    title: String,
    text: String,
    button: &'a str,
}

fn ask(visitor: &Visitor, question: &Question<'_>, wrong: &Wrong) -> Response {
    let context = json!({
        "title": question.title,
        "text": question.text,
        "button": visitor.say(question.button, &[]),
    });
    page(
        visitor,
        question.section,
        "settings_sure.html",
        wrong,
        context,
    )
}

/// Why a team stays as it is, in words.
pub(crate) fn said(language: &str, refusal: &TeamRefusal) -> String {
    let value = serde_json::to_value(refusal).unwrap_or_default();
    let text = |name: &'static str| {
        let value = value.get(name)?;
        let text = value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned);
        Some((name, text))
    };
    let mut args: Vec<_> = ["name", "role", "people", "max", "given", "email", "min"]
        .into_iter()
        .filter_map(text)
        .collect();
    if let TeamRefusal::Beyond { permission } = refusal {
        let key = format!("permission-{}", key_of(*permission));
        args.push(("permission", say(language, &key, &[])));
    }
    let key = format!("team-refusal-{}", refusal.code().replace('_', "-"));
    say(language, &key, &args)
}

/// A permission as keys of messages name it.
fn key_of(permission: Permission) -> String {
    name(&permission).replace('_', "-")
}

/// What a role is called: the built-in ones in the reader's language.
pub(crate) fn role_name(language: &str, name: &str) -> String {
    match name {
        ADMIN | MEMBER => say(language, &format!("role-{name}"), &[]),
        own => own.to_owned(),
    }
}

/// Roles to choose among: those that the visitor could give.
fn choices(visitor: &Visitor, roles: &[Role], chosen: &str) -> Vec<Value> {
    let actor = &visitor.signed_in.session.actor;
    roles
        .iter()
        .filter(|role| engine::team::may_give(actor, role))
        .map(|role| {
            json!({
                "id": role.id,
                "name": role_name(visitor.formats.language, &role.name),
                "is_chosen": role.id == chosen,
            })
        })
        .collect()
}

/// Permissions to choose, with what each means; those that the visitor does not have cannot be chosen.
fn permission_boxes(visitor: &Visitor, chosen: &Permissions) -> Vec<Value> {
    let actor = &visitor.signed_in.session.actor;
    Permission::ALL
        .into_iter()
        .map(|permission| {
            json!({
                "id": permission,
                "key": key_of(permission),
                "is_chosen": chosen.contains(&permission),
                "may": actor.may(permission),
            })
        })
        .collect()
}

/// The permissions that a form names; what is none is passed over.
fn permissions_of(names: &[String]) -> Permissions {
    let read = |name: &String| serde_json::from_value(Value::String(name.clone())).ok();
    names.iter().filter_map(read).collect()
}
