//! The words of the pages: each language says every message, no message is said nowhere, and the French labels are
//! those of the user's own document, to the letter.

#![allow(clippy::unwrap_used, reason = "a test program")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Every message of a language with its pattern.
fn messages(language: &str) -> BTreeMap<String, String> {
    let text = texts(&format!("locales/{language}"));
    let lines = text
        .lines()
        .filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let mut messages = BTreeMap::new();
    for line in lines {
        let (key, pattern) = line.split_once(" = ").unwrap_or_else(|| panic!("{line}"));
        assert!(
            messages
                .insert(key.to_owned(), pattern.to_owned())
                .is_none(),
            "{key} is there twice"
        );
    }
    messages
}

/// The texts of all files in a folder, and of the folders in it.
fn texts(folder: &str) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.push_str(&texts(path.to_str().unwrap()));
        } else {
            all.push_str(&fs::read_to_string(path).unwrap());
        }
    }
    all
}

/// What stands in braces in a pattern.
fn variables(pattern: &str) -> BTreeSet<&str> {
    let parts = pattern.split("{ $").skip(1);
    parts.map(|part| part.split(' ').next().unwrap()).collect()
}

/// Keys that are put together from a state, a field or a kind.
const BEGINNINGS: &[&str] = &[
    "letter-",
    "language-",
    "words-",
    "words-name-",
    "status-",
    "payment-",
    "fulfilment-",
    "cover-",
    "source-",
    "promise-",
    "promise-short-",
    "paid-",
    "delivery-",
    "refund-",
    "shipment-",
    "label-",
    "sync-",
    "mail-",
    "mailed-",
    "outgoing-",
    "outbox-told-",
    "review-",
    "movement-",
    "action-",
    "done-",
    "amount-",
    "activity-",
    "part-",
    "reason-",
    "field-",
    "event-",
    "cause-",
    "concern-",
    "problem-",
    "permission-",
    "refusal-",
    "instead-",
    "filter-",
    "view-",
    "answer-",
    "here-",
    "column-",
    "outcome-many-",
    "dispute-reason-",
    "dispute-state-",
    "capture-when-",
    "settings-",
    "permission-about-",
    "role-",
    "log-",
    "team-refusal-",
    "appearance-",
    "place-kind-",
    "place-is-",
    "waits-",
    "waited-",
    "webhook-",
];

#[test]
fn every_language_says_every_message_with_the_same_values() {
    let (english, french) = (messages("en"), messages("fr"));
    let keys =
        |messages: &BTreeMap<String, String>| messages.keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(&english), keys(&french));
    for (key, pattern) in &english {
        assert_eq!(variables(pattern), variables(&french[key]), "{key}");
    }
}

#[test]
fn every_message_is_said_somewhere() {
    let said = texts("templates") + &texts("src");
    for key in messages("en").keys() {
        let is_said = said.contains(&format!("\"{key}\""))
            || BEGINNINGS.iter().any(|start| key.starts_with(start))
            || key
                .strip_suffix("-instead")
                .is_some_and(|key| said.contains(&format!("\"{key}\"")));
        assert!(is_said, "{key} is said nowhere");
    }
}

#[test]
fn every_message_that_a_template_says_is_there() {
    let (messages, templates) = (messages("en"), texts("templates"));
    let mut seen = 0;
    for (at, _) in templates.match_indices("t(\"") {
        // Not the end of another word, such as a filter's.
        if templates[..at].ends_with(char::is_alphabetic) {
            continue;
        }
        let part = &templates[at + 3..];
        let (key, rest) = part.split_once('"').unwrap();
        if rest.trim_start().starts_with('~') {
            assert!(BEGINNINGS.contains(&key), "{key} begins no message");
        } else {
            assert!(messages.contains_key(key), "{key} is no message");
        }
        seen += 1;
    }
    assert!(seen > 150, "only {seen} were found");
}

#[test]
fn every_kind_of_event_belongs_to_a_group_of_activity() {
    let groups = fs::read_to_string("src/pages/activity.rs").unwrap();
    let keys = messages("en");
    let kinds = keys.keys().filter_map(|key| key.strip_prefix("event-"));
    for kind in kinds {
        let quoted = format!("\"{}\"", kind.replace('-', "_"));
        assert_eq!(groups.matches(&quoted).count(), 1, "{kind}");
    }
}

#[test]
fn every_reason_a_refund_fails_has_words() {
    let messages = messages("en");
    for failure in domain::refund::RefundFailure::ALL {
        let name = serde_json::to_value(failure).unwrap();
        let key = format!(
            "refund-failure-{}",
            name.as_str().unwrap().replace('_', "-")
        );
        assert!(messages.contains_key(&key), "{key}");
    }
}

#[test]
fn the_french_labels_are_those_of_the_document() {
    let french = messages("fr");
    for (key, label) in [
        ("nav-orders", "Commandes"),
        ("orders-title", "Toutes les commandes"),
        ("more-actions", "Plus d'actions"),
        ("action-cancel", "Annuler la commande"),
        ("cancel-notify", "Envoyer un e-mail d'annulation au client"),
        ("are-you-sure", "Êtes-vous sûr ?"),
        ("action-refund", "Rembourser la commande"),
        ("refund-process", "Traiter le remboursement"),
        ("refund-confirm", "Confirmer le remboursement"),
        ("edit", "Modifier"),
        ("order-number", "Numéro de commande"),
        ("add-order-number", "Ajouter un numéro de commande"),
        ("save", "Enregistrer"),
        ("ship-to", "Expédier à"),
        ("bill-to", "Facturer à"),
        ("save-details", "Enregistrer les détails"),
        ("activity", "Activité"),
        ("add-note", "Ajouter une note"),
        ("action-add-tracking", "Ajouter un numéro de suivi"),
        ("action-create-label", "Créer une étiquette"),
        ("status-completed", "Expédié"),
        ("estimated-weight", "Poids estimé"),
        ("nav-preferences", "Préférences"),
        ("email", "E-mail"),
        ("password", "Mot de passe"),
        ("sign-in", "Se connecter"),
        ("second-factor", "Double authentification"),
        ("second-factor-code", "Code à 6 chiffres"),
        ("second-factor-codes", "Codes de secours"),
    ] {
        assert_eq!(french[key], label, "{key}");
    }
}
