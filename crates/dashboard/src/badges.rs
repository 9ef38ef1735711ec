//! Badges: a state in colour, icon and word, the same on every page. There are few, so each is written once a language.

use std::collections::HashMap;

use fluent_bundle::FluentArgs;
use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind, HtmlEscape};

use crate::texts::{message, say};

/// States, each with its colour and its icon.
type Tones = &'static [(&'static str, &'static str, &'static str)];

/// The colour and the icon of each state, by what it is a state of.
const TONES: &[(&str, Tones)] = &[
    (
        "status",
        &[
            ("open", "blue", "open"),
            ("partially_shipped", "blue", "part"),
            ("completed", "green", "done"),
            ("canceled", "grey", "stop"),
            ("hold", "amber", "wait"),
            ("fraud_hold", "amber", "wait"),
            ("payment_pending", "amber", "wait"),
            ("payment_failed", "red", "stop"),
            ("in_transit_to_consolidation_center", "blue", "part"),
        ],
    ),
    (
        "payment",
        &[
            ("unpaid", "grey", "open"),
            ("paid", "green", "done"),
            ("partially_refunded", "amber", "part"),
            ("refunded", "grey", "back"),
            ("voided", "grey", "stop"),
            ("expired", "amber", "stop"),
        ],
    ),
    (
        "fulfilment",
        &[
            ("none", "grey", "open"),
            ("some", "blue", "part"),
            ("all", "green", "done"),
        ],
    ),
    ("cover", COVER),
    (
        "refund",
        &[
            ("requested", "blue", "wait"),
            ("sent", "blue", "wait"),
            ("pending", "blue", "wait"),
            ("unknown", "amber", "warn"),
            ("succeeded", "green", "done"),
            ("failed", "red", "stop"),
            ("by_hand", "green", "done"),
        ],
    ),
    (
        "paid",
        &[
            ("pending", "amber", "wait"),
            ("authorized", "blue", "part"),
            ("capture_requested", "blue", "wait"),
            ("captured", "green", "done"),
            ("void_requested", "grey", "wait"),
            ("voided", "grey", "stop"),
            ("expired", "grey", "stop"),
            ("failed", "red", "stop"),
        ],
    ),
    (
        "dispute-state",
        &[
            ("needs_response", "red", "warn"),
            ("under_review", "amber", "wait"),
            ("won", "green", "done"),
            ("lost", "grey", "stop"),
        ],
    ),
    (
        "delivery",
        &[
            ("waiting", "blue", "wait"),
            ("taken_in", "green", "done"),
            ("ignored", "grey", "none"),
            ("failed", "red", "stop"),
        ],
    ),
    (
        "webhook",
        &[
            ("enabled", "green", "done"),
            ("disabled", "grey", "stop"),
            ("failing", "amber", "warn"),
            ("attention", "red", "warn"),
            ("arrived", "green", "done"),
            ("failed", "red", "stop"),
            ("waiting", "blue", "wait"),
            ("parked", "red", "warn"),
        ],
    ),
    (
        "outgoing",
        &[
            ("kept", "grey", "none"),
            ("sending", "blue", "wait"),
            ("waiting", "amber", "wait"),
            ("sent", "green", "done"),
            ("refused", "red", "stop"),
            ("unknown", "amber", "warn"),
        ],
    ),
    (
        "shipment",
        &[
            ("label_pending", "blue", "wait"),
            ("created", "blue", "open"),
            ("in_transit_to_consolidation_center", "blue", "part"),
            ("delivered_to_consolidation_center", "blue", "part"),
            ("in_transit", "blue", "part"),
            ("delivered", "green", "done"),
            ("voided", "grey", "stop"),
        ],
    ),
];

const COVER: Tones = &[
    ("covered", "green", "shield"),
    ("at_risk", "amber", "warn"),
    ("void", "red", "stop"),
    ("none", "grey", "none"),
];

/// The two promises, each with what it is called in full.
const PROMISES: [(&str, &str); 2] = [
    ("fraud", "promise-fraud-protection"),
    ("guarantee", "promise-guarantee"),
];

/// What is written once, by its group and its state.
type Written = HashMap<&'static str, HashMap<&'static str, Value>>;

/// Gives the templates of a language `badge(group, state)`, `promise(name, state)` for the narrow column of the list,
/// and `icon(name)`, whose drawing stands once in each page.
pub(crate) fn add_to(environment: &mut Environment<'static>, language: &'static str) {
    let badges = TONES.iter().map(|(group, tones)| {
        let written = tones.iter().map(|(state, colour, icon)| {
            let word = say(language, &key(group, state), &[]);
            (*state, badge(colour, icon, &word))
        });
        (*group, written.collect())
    });
    let promises = PROMISES.into_iter().map(|(name, called)| {
        let written = COVER.iter().map(|(state, colour, icon)| {
            let args = [("label", called.to_owned()), ("text", key("cover", state))];
            let args = args.map(|(name, key)| (name, say(language, &key, &[])));
            let words = say(language, "labelled", &args);
            let short = say(language, &format!("promise-short-{name}"), &[]);
            (*state, promise(colour, icon, &short, &words))
        });
        (name, written.collect())
    });
    let (badges, promises): (Written, Written) = (badges.collect(), promises.collect());
    environment.add_function("badge", move |group: &str, state: &str| {
        // A state that was given no colour yet is told in grey.
        let plain = || {
            let word = message(language, &key(group, state), &FluentArgs::new());
            word.map(|word| badge("grey", "open", &word))
        };
        let found = found(&badges, group, state).or_else(plain);
        found.ok_or_else(|| missing(group, state))
    });
    environment.add_function("promise", move |name: &str, state: &str| {
        found(&promises, name, state).ok_or_else(|| missing(name, state))
    });
    environment.add_function("icon", |name: &str| Value::from_safe_string(icon(name)));
}

fn found(written: &Written, group: &str, state: &str) -> Option<Value> {
    written.get(group)?.get(state).cloned()
}

fn missing(group: &str, state: &str) -> Error {
    let missing = format!("there is no word for {group} {state}");
    Error::new(ErrorKind::InvalidOperation, missing)
}

fn key(group: &str, state: &str) -> String {
    format!("{group}-{}", state.replace('_', "-"))
}

fn icon(name: &str) -> String {
    format!("<svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-{name}\"/></svg>")
}

fn badge(colour: &str, icon: &str, word: &str) -> Value {
    let (icon, word) = (self::icon(icon), HtmlEscape(word));
    Value::from_safe_string(format!(
        "<span class=\"badge {colour}\">{icon}{word}</span>"
    ))
}

fn promise(colour: &str, icon: &str, short: &str, words: &str) -> Value {
    let (icon, short, words) = (self::icon(icon), HtmlEscape(short), HtmlEscape(words));
    Value::from_safe_string(format!(
        "<span class=\"badge {colour}\" title=\"{words}\">{icon}<span aria-hidden=\"true\">{short}</span>\
         <span class=\"sr\">{words}</span></span>"
    ))
}
