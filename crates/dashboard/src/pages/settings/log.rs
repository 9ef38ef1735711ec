//! What was changed in the settings and the team, by whom and when.

use axum::extract::Query;
use domain::actor::{ActorKind, Permissions};
use domain::capture::CaptureRule;
use domain::fees::{FeeTerms, points};
use domain::money::Money;
use domain::order::Mode;
use engine::organizations::SecondFactor;
use engine::permit::ManageTeam;
use engine::settings_log::{Act, Entry, entries};
use serde::Deserialize;
use serde_json::{Value, json};

use super::policies::called;
use super::{Wrong, key_of, page, role_name};
use crate::visitor::{Answer, Visitor};

/// Where the page begins.
#[derive(Deserialize)]
pub(super) struct From {
    #[serde(default)]
    before: String,
}

/// The page, newest first.
pub(super) async fn show(visitor: Visitor, Query(from): Query<From>) -> Answer {
    let permit = visitor.permit::<ManageTeam>()?;
    let before = from.before.parse().ok();
    let (found, has_more) = entries(&visitor.app.desk, &permit, before)
        .await
        .map_err(|error| visitor.failed(&error.into()))?;
    let next = found.last().filter(|_| has_more).map(|entry| entry.seq);
    let told: Vec<Value> = found.iter().map(|entry| told(&visitor, entry)).collect();
    let context = json!({"entries": told, "next": next, "is_first": before.is_none()});
    let fine = Wrong::default();
    Ok(page(&visitor, "log", "settings_log.html", &fine, context))
}

fn told(visitor: &Visitor, entry: &Entry) -> Value {
    json!({
        "at": entry.at.to_string(),
        "when": visitor.formats.moment(entry.at),
        "by": entry.by.name,
        "is_support": entry.by.kind == ActorKind::Support,
        "what": said(visitor, &entry.act),
    })
}

fn said(visitor: &Visitor, act: &Act) -> String {
    let value = serde_json::to_value(act).unwrap_or_default();
    let kind = value["kind"].as_str().unwrap_or_default().replace('_', "-");
    let mut args = in_words(visitor, act);
    for name in ["name", "email", "role", "from", "to", "hint", "source"] {
        let is_said = args.iter().any(|(known, _)| *known == name);
        if let Some(text) = value[name].as_str().filter(|_| !is_said) {
            args.push((name, text.to_owned()));
        }
    }
    visitor.say(&format!("log-{kind}"), &args)
}

/// What of an act is not said as it is kept.
#[allow(clippy::too_many_lines, reason = "each act by its name, in one table")]
fn in_words(visitor: &Visitor, act: &Act) -> Vec<(&'static str, String)> {
    let role = |name: &str| role_name(visitor.formats.language, name);
    let change = |from: String, to: String| vec![("from", from), ("to", to)];
    match act {
        Act::Invited { role: to, .. }
        | Act::Joined { role: to, .. }
        | Act::Removed { role: to, .. } => vec![("role", role(to))],
        Act::RoleGiven { from, to, .. } => change(role(from), role(to)),
        Act::RoleMade { permissions, .. } => vec![("permissions", list(visitor, permissions))],
        Act::RoleChanged { added, removed, .. } => vec![
            ("added", list(visitor, added)),
            ("removed", list(visitor, removed)),
        ],
        Act::KeyMade {
            mode, permissions, ..
        } => {
            let mode = match mode {
                Mode::Live => "key-live",
                Mode::Test => "key-test",
            };
            let permissions = list(visitor, permissions);
            vec![
                ("mode", visitor.say(mode, &[])),
                ("permissions", permissions),
            ]
        }
        Act::SecondFactorRequired { from, to } => {
            change(second_factor(visitor, *from), second_factor(visitor, *to))
        }
        Act::FeesChanged { from, to } => change(fees(visitor, *from), fees(visitor, *to)),
        Act::WordsChanged { letter, language } | Act::WordsReset { letter, language } => {
            let letter = format!("letter-{}", letter.name().replace('_', "-"));
            let language = format!("language-{}", language.tag());
            let say = |key: &str| visitor.say(key, &[]);
            vec![("letter", say(&letter)), ("language", say(&language))]
        }
        Act::CaptureChanged { from, to } => change(capture(visitor, *from), capture(visitor, *to)),
        Act::UndoChanged { from_s, to_s } => change(from_s.to_string(), to_s.to_string()),
        Act::LimitChanged { role, from, to } => {
            let mut said = change(limit(visitor, *from), limit(visitor, *to));
            said.push(("role", called(visitor, role)));
            said
        }
        Act::TariffImported { version, rows, .. } => {
            vec![("version", version.to_string()), ("rows", rows.to_string())]
        }
        Act::WebhookReplayed { messages, .. } => vec![("messages", messages.to_string())],
        Act::WebhookMade { .. }
        | Act::WebhookChanged { .. }
        | Act::WebhookEnabled { .. }
        | Act::WebhookDisabled { .. }
        | Act::WebhookSecretRotated { .. }
        | Act::WebhookDeleted { .. }
        | Act::LandedCostTermsChanged
        | Act::PlaceAdded { .. }
        | Act::PlaceChanged { .. }
        | Act::PlaceRemoved { .. }
        | Act::InvitedAgain { .. }
        | Act::InvitationWithdrawn { .. }
        | Act::RoleDeleted { .. }
        | Act::KeyRevoked { .. }
        | Act::SecondFactorReset { .. }
        | Act::Renamed { .. }
        | Act::MailFromChanged { .. }
        | Act::ReplyToChanged { .. } => Vec::new(),
    }
}

fn limit(visitor: &Visitor, limit: Option<Money>) -> String {
    match limit {
        Some(limit) => visitor.formats.money(limit),
        None => visitor.say("policies-none", &[]),
    }
}

fn list(visitor: &Visitor, permissions: &Permissions) -> String {
    if permissions.is_empty() {
        return visitor.say("nothing", &[]);
    }
    let said = |one| visitor.say(&format!("permission-{}", key_of(one)), &[]);
    let said: Vec<String> = permissions.iter().map(|one| said(*one)).collect();
    said.join(", ")
}

fn second_factor(visitor: &Visitor, wanted: SecondFactor) -> String {
    let key = match wanted {
        SecondFactor::Optional => "second-factor-optional",
        SecondFactor::Required => "second-factor-required",
    };
    visitor.say(key, &[])
}

fn capture(visitor: &Visitor, rule: CaptureRule) -> String {
    match rule {
        CaptureRule::ByHand => visitor.say("capture-when-by-hand", &[]),
        CaptureRule::FirstShipment => visitor.say("capture-when-first-shipment", &[]),
        CaptureRule::WholeShipment => visitor.say("capture-when-whole-shipment", &[]),
        CaptureRule::AfterHours { hours } => {
            visitor.say("capture-after", &[("hours", hours.to_string())])
        }
    }
}

fn fees(visitor: &Visitor, terms: FeeTerms) -> String {
    let written = |bp| visitor.formats.decimal(&points(bp));
    let args = [
        ("total", written(terms.total_bp)),
        ("returned", written(terms.returned_bp)),
    ];
    visitor.say("fees-terms", &args)
}
