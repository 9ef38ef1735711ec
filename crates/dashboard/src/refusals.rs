//! Refusals in words: why something did not happen, and what to do instead.

use axum::http::StatusCode;
use domain::money::{AmountError, Money};
use domain::refusal::{Problem, Refusal};
use engine::failure::Failure;
use serde_json::Value;

use crate::formats::Formats;
use crate::texts::say;

/// Why, and what instead.
pub(crate) struct Said {
    pub why: String,
    pub instead: String,
}

impl Said {
    /// Both, one after the other.
    pub fn whole(&self) -> String {
        format!("{} {}", self.why, self.instead)
    }
}

/// The status of a page that says a failure.
pub(crate) fn status(failure: &Failure) -> StatusCode {
    match failure {
        Failure::Refused(Refusal::NotPermitted { .. } | Refusal::OperatorSupportOnly) => {
            StatusCode::FORBIDDEN
        }
        Failure::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Failure::NotFound(_) => StatusCode::NOT_FOUND,
        Failure::KeyReused | Failure::Busy(_) => StatusCode::CONFLICT,
        Failure::Store(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// A failure in words.
pub(crate) fn failure(formats: &Formats, failure: &Failure) -> Said {
    let plain = |key: &str| Said {
        why: say(formats.language, key, &[]),
        instead: say(formats.language, &format!("{key}-instead"), &[]),
    };
    match failure {
        Failure::Refused(refusal) => self::refusal(formats, refusal),
        Failure::NotFound(_) => plain("not-found"),
        Failure::KeyReused => plain("form-stale"),
        Failure::Busy(_) => plain("busy"),
        Failure::Store(_) => plain("broken"),
    }
}

/// A refusal in words.
pub(crate) fn refusal(formats: &Formats, refusal: &Refusal) -> Said {
    let language = formats.language;
    let instead = serde_json::to_value(refusal.instead()).unwrap_or_default();
    let instead = format!(
        "instead-{}",
        instead.as_str().unwrap_or_default().replace('_', "-")
    );
    let why = match refusal {
        Refusal::Invalid { problem, .. } => self::problem(formats, problem),
        Refusal::PaymentStateWrong { state, .. } => {
            let state = format!(
                "paid-{}",
                crate::pages::query::name(state).replace('_', "-")
            );
            let state = say(language, &state, &[]);
            say(language, "refusal-payment-state-wrong", &[("state", state)])
        }
        other => {
            let key = format!("refusal-{}", other.code().replace('_', "-"));
            say(language, &key, &values(formats, other))
        }
    };
    Said {
        why,
        instead: say(language, &instead, &[]),
    }
}

/// What is wrong with a field, in words.
pub(crate) fn problem(formats: &Formats, problem: &Problem) -> String {
    let language = formats.language;
    match problem {
        Problem::Amount(error) => {
            let key = match error {
                AmountError::TooLarge => "amount-too-large",
                _ => "amount-malformed",
            };
            say(language, key, &[])
        }
        other => {
            let value = serde_json::to_value(other).unwrap_or_default();
            let key = format!(
                "problem-{}",
                value["problem"]
                    .as_str()
                    .unwrap_or_default()
                    .replace('_', "-")
            );
            say(language, &key, &fields(formats, &value))
        }
    }
}

fn values(formats: &Formats, refusal: &Refusal) -> Vec<(&'static str, String)> {
    fields(formats, &serde_json::to_value(refusal).unwrap_or_default())
}

/// The data of a refusal as texts, amounts and states in the reader's words.
fn fields(formats: &Formats, value: &Value) -> Vec<(&'static str, String)> {
    const NAMES: &[&str] = &[
        "max",
        "given",
        "expected",
        "sum",
        "asked",
        "left",
        "number",
        "desk_number",
        "now",
        "yours",
        "current",
        "status",
        "state",
        "permission",
        "part",
        "field",
        "label",
        "item",
        "author",
        "dispute",
        "limit",
        "name",
        "from",
        "to",
    ];
    let written = |name: &str, value: &Value| -> String {
        if let Ok(money) = serde_json::from_value::<Money>(value.clone()) {
            return formats.money(money);
        }
        match (name, value) {
            ("status" | "permission" | "part", Value::String(text)) => say(
                formats.language,
                &format!("{name}-{}", text.replace('_', "-")),
                &[],
            ),
            ("state", Value::String(text)) => text.replace('_', " "),
            (_, Value::String(text)) => text.clone(),
            (_, other) => other.to_string(),
        }
    };
    NAMES
        .iter()
        .copied()
        .filter_map(|name| value.get(name).map(|value| (name, written(name, value))))
        .collect()
}
