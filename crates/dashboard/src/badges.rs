//! Badges: a state in colour, icon and word, the same on every page. There are few, so each is written once a language.

use std::collections::HashMap;

use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind, HtmlEscape};

use crate::texts::say;

/// The colour and the icon of each state, by what it is a state of.
const TONES: &[(&str, &[(&str, &str, &str)])] = &[
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

const COVER: &[(&str, &str, &str)] = &[
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
            let words =
                [called.to_owned(), key("cover", state)].map(|key| say(language, &key, &[]));
            let short = say(language, &format!("promise-short-{name}"), &[]);
            (*state, promise(colour, icon, &short, &words.join(": ")))
        });
        (name, written.collect())
    });
    for (function, written) in [
        ("badge", badges.collect::<Written>()),
        ("promise", promises.collect()),
    ] {
        environment.add_function(function, move |group: &str, state: &str| {
            let found = written.get(group).and_then(|group| group.get(state));
            let missing = || {
                let missing = format!("no {function} of {group} {state}");
                Error::new(ErrorKind::InvalidOperation, missing)
            };
            found.cloned().ok_or_else(missing)
        });
    }
    environment.add_function("icon", |name: &str| Value::from_safe_string(icon(name)));
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
