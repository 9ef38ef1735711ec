//! What is asked before money goes back or an order is canceled: time to undo it, and limits by role and currency.

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use domain::money::{Currency, decimal_text};
use domain::policy::{API_KEYS, MAX_UNDO_S, Policies, SUPPORT};
use domain::refusal::Refusal;
use engine::failure::Failure;
use engine::permit::ManageSettings;
use engine::policies::{self, Shown};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Done, Wrong, page, role_name};
use crate::forms;
use crate::visitor::{Answer, Sent, Visitor};

/// What the form holds; the last limit is the one to add.
#[derive(Clone, Default, Deserialize)]
pub(super) struct Form {
    #[serde(default)]
    undo: String,
    #[serde(default)]
    role: Vec<String>,
    #[serde(default)]
    currency: Vec<String>,
    #[serde(default)]
    amount: Vec<String>,
}

/// One limit as it is typed.
type Typed<'a> = (&'a str, &'a str, &'a str);

impl Form {
    fn of(policies: &Policies) -> Self {
        let mut form = Self {
            undo: policies.undo_s.to_string(),
            ..Self::default()
        };
        for (role, limits) in &policies.approval_above_minor {
            for (currency, minor) in limits {
                form.add(role, currency.code(), &decimal_text(*minor, *currency));
            }
        }
        form.add("", "", "");
        form
    }

    fn add(&mut self, role: &str, currency: &str, amount: &str) {
        self.role.push(role.to_owned());
        self.currency.push(currency.to_owned());
        self.amount.push(amount.to_owned());
    }

    fn limits(&self) -> impl Iterator<Item = Typed<'_>> {
        let money = self.currency.iter().zip(&self.amount);
        let each = self.role.iter().zip(money);
        each.map(|(role, (currency, amount))| (role.as_str(), currency.as_str(), amount.as_str()))
    }
}

/// The page.
pub(super) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Answer {
    let found = known(&visitor).await?;
    let (form, done) = (Form::of(&found.policies), done.said(&visitor));
    Ok(shown(
        &visitor,
        &found,
        &form,
        &Wrong::default(),
        None,
        &done,
    ))
}

async fn known(visitor: &Visitor) -> Result<Shown, Response> {
    let permit = visitor.permit::<ManageSettings>()?;
    let found = policies::shown(&visitor.app.desk, &permit).await;
    found.map_err(|error| visitor.failed(&error.into()))
}

/// What a role is called, the pseudo-roles of programs and operator support too.
pub(super) fn called(visitor: &Visitor, name: &str) -> String {
    match name {
        API_KEYS => visitor.say("policies-api-keys", &[]),
        SUPPORT => visitor.say("policies-support", &[]),
        own => role_name(visitor.formats.language, own),
    }
}

fn shown(
    visitor: &Visitor,
    found: &Shown,
    form: &Form,
    wrong: &Wrong,
    wrong_at: Option<usize>,
    done: &str,
) -> Response {
    let called = |id: &str| {
        let known = found.roles.iter().find(|(known, _)| known == id);
        known.map(|(_, name)| called(visitor, name))
    };
    let limit = |(place, (role, currency, amount)): (usize, Typed<'_>)| {
        json!({
            "role": role,
            "name": called(role),
            "currency": currency,
            "amount": amount,
            "is_wrong": wrong_at == Some(place),
        })
    };
    let mut limits: Vec<Value> = form.limits().enumerate().map(limit).collect();
    let none = json!({"role": "", "currency": "", "amount": "", "is_wrong": false});
    let added = limits.pop().unwrap_or(none);
    // A limit of a role that is gone holds for nobody, and goes when the page is saved.
    limits.retain(|limit| !limit["name"].is_null());
    let roles: Vec<Value> = found
        .roles
        .iter()
        .map(|(id, name)| json!({"id": id, "name": self::called(visitor, name)}))
        .collect();
    let context = json!({
        "undo": form.undo,
        "max_undo_s": MAX_UNDO_S,
        "limits": limits,
        "added": added,
        "roles": roles,
        "done": done,
    });
    page(
        visitor,
        "policies",
        "settings_policies.html",
        wrong,
        context,
    )
}

/// Sets them.
pub(super) async fn save(Sent { visitor, form }: Sent<Form>) -> Answer {
    let found = known(&visitor).await?;
    let permit = visitor.permit::<ManageSettings>()?;
    let wrong = |field, key: &str| Wrong {
        status: Some(StatusCode::UNPROCESSABLE_ENTITY),
        field,
        problem: visitor.say(key, &[("max", MAX_UNDO_S.to_string())]),
    };
    let again = |field, key, place| {
        let wrong = wrong(field, key);
        shown(&visitor, &found, &form, &wrong, place, "")
    };
    let Ok(undo_s) = form.undo.trim().parse() else {
        return Ok(again("undo", "policies-undo-wrong", None));
    };
    let approval_above_minor = match read(&found, &form) {
        Ok(limits) => limits,
        Err(place) => return Ok(again("limit", "policies-limit-wrong", Some(place))),
    };
    let policies = Policies {
        undo_s,
        approval_above_minor,
    };
    match policies::set(&visitor.app.desk, &permit, policies).await {
        Ok(()) => Ok(visitor.redirect("/settings/policies?done=policies")),
        Err(Failure::Refused(Refusal::Invalid { field, .. })) if field == "undo" => {
            Ok(again("undo", "policies-undo-wrong", None))
        }
        Err(Failure::Refused(Refusal::Invalid { .. })) => {
            Ok(again("limit", "policies-limit-wrong", None))
        }
        Err(failure) => Err(visitor.failed(&failure)),
    }
}

/// The limits that were typed; the place of the first that is none.
fn read(found: &Shown, form: &Form) -> Result<BTreeMap<String, BTreeMap<Currency, i64>>, usize> {
    let mut limits: BTreeMap<String, BTreeMap<Currency, i64>> = BTreeMap::new();
    for (place, (role, currency, amount)) in form.limits().enumerate() {
        let is_known = found.roles.iter().any(|(known, _)| known == role);
        if amount.trim().is_empty() || !is_known {
            continue;
        }
        let currency = Currency::parse(currency).map_err(|_| place)?;
        let minor = forms::amount(amount, currency).map_err(|_| place)?;
        if minor < 0 {
            return Err(place);
        }
        limits
            .entry(role.to_owned())
            .or_default()
            .insert(currency, minor);
    }
    Ok(limits)
}
