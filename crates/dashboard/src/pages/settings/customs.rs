//! The numbers that an organization is registered under with tax and customs offices.

use std::collections::BTreeMap;

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use domain::customs::tax_ids::{Scheme, TaxIds};
use domain::refusal::Refusal;
use engine::customs::{set_tax_ids, tax_ids};
use engine::failure::Failure;
use engine::permit::ManageSettings;
use serde_json::{Value, json};

use super::{Done, Wrong, page};
use crate::visitor::{Answer, Sent, Visitor};

/// What the form holds, by the names of the registrations.
type Form = BTreeMap<String, String>;

/// The page.
pub(super) async fn show(visitor: Visitor, Query(done): Query<Done>) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let kept = tax_ids(&visitor.app.desk, &permit).await;
    let kept = kept.map_err(|error| visitor.failed(&error.into()))?;
    let of = |scheme: Scheme| kept.get(scheme).unwrap_or_default().to_owned();
    let form = Scheme::ALL.map(|scheme| (scheme.name(), of(scheme)));
    let done = done.said(&visitor);
    Ok(shown(&visitor, &form.into(), None, "", &done))
}

/// What a registration is called.
pub(super) fn called(visitor: &Visitor, scheme: Scheme) -> String {
    let key = format!("customs-scheme-{}", scheme.name().replace('_', "-"));
    visitor.say(&key, &[])
}

fn shown(
    visitor: &Visitor,
    form: &Form,
    wrong_at: Option<Scheme>,
    given: &str,
    done: &str,
) -> Response {
    let field = |scheme: Scheme| {
        let name = scheme.name();
        json!({
            "name": name,
            "label": called(visitor, scheme),
            "hint": visitor.say(&format!("tax-ids-{}", name.replace('_', "-")), &[]),
            "value": form.get(&name).map_or("", String::as_str),
            "is_wrong": wrong_at == Some(scheme),
        })
    };
    let fields: Vec<Value> = Scheme::ALL.into_iter().map(field).collect();
    let wrong = wrong_at.map_or_else(Wrong::default, |scheme| {
        let scheme = called(visitor, scheme);
        let said = [("given", given.to_owned()), ("scheme", scheme)];
        Wrong {
            status: Some(StatusCode::UNPROCESSABLE_ENTITY),
            field: "",
            problem: visitor.say("tax-ids-wrong", &said),
        }
    });
    let context = json!({"fields": fields, "done": done});
    page(visitor, "customs", "settings_customs.html", &wrong, context)
}

/// Keeps the numbers.
pub(super) async fn save(Sent { visitor, form }: Sent<Form>) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let given = |scheme: Scheme| Some((scheme, form.get(&scheme.name())?.clone()));
    let ids = TaxIds(Scheme::ALL.into_iter().filter_map(given).collect());
    match set_tax_ids(&visitor.app.desk, &permit, ids).await {
        Ok(()) => Ok(visitor.redirect("/settings/customs?done=saved")),
        Err(Failure::Refused(Refusal::Invalid { field, .. })) => {
            let mut all = Scheme::ALL.into_iter();
            let wrong = all.find(|scheme| scheme.name() == field);
            let typed = form.get(&field).map_or("", String::as_str);
            Ok(shown(&visitor, &form, wrong, typed, ""))
        }
        Err(failure) => Err(visitor.failed(&failure)),
    }
}
