//! The page of errors names every refusal of the rules and every error of the door, and nothing else.

use std::collections::BTreeMap;

const PAGE: &str = include_str!("../../../../docs/api/errors.md");

/// What is refused before any rule is asked, or failed: these have no variant of their own.
const OF_THE_DOOR: [&str; 11] = [
    "body_too_large BAD_REQUEST",
    "busy UNAVAILABLE",
    "internal INTERNAL",
    "invalid_body BAD_REQUEST",
    "invalid_document BAD_REQUEST",
    "invalid_key BAD_REQUEST",
    "key_reused BAD_REQUEST",
    "no_key UNAUTHENTICATED",
    "not_found NOT_FOUND",
    "rate_limited UNAVAILABLE",
    "unknown_key UNAUTHENTICATED",
];

/// The part of a source between two of its lines.
fn between<'a>(source: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, rest) = source.split_once(begin).unwrap();
    rest.split_once(end).unwrap().0
}

fn in_snake_case(name: &str) -> String {
    let letters = name.chars().enumerate();
    let letters = letters.flat_map(|(at, letter)| {
        let gap = (at > 0 && letter.is_ascii_uppercase()).then_some('_');
        gap.into_iter().chain([letter.to_ascii_lowercase()])
    });
    letters.collect()
}

/// An enum of refusals and the function that says their kinds.
struct Refusals {
    /// Where the enum is, what it begins with, and what its codes begin with.
    source: &'static str,
    name: &'static str,
    prefix: &'static str,
    /// The source with the function, what that begins with, and the kind of those that it does not name.
    kinds: &'static str,
    function: &'static str,
    usual: &'static str,
}

const ALL: [Refusals; 2] = [
    Refusals {
        source: include_str!("../../../domain/src/refusal.rs"),
        name: "Refusal",
        prefix: "",
        kinds: include_str!("../../src/graphql/errors.rs"),
        function: "fn kind_of",
        usual: "FAILED_PRECONDITION",
    },
    Refusals {
        source: include_str!("../../../domain/src/webhook.rs"),
        name: "WebhookRefusal",
        prefix: "webhook_",
        kinds: include_str!("../../src/graphql/webhooks/mod.rs"),
        function: "fn failed",
        usual: "BAD_REQUEST",
    },
];

impl Refusals {
    /// Each code with its kind.
    fn codes(&self) -> Vec<String> {
        let mut kinds = BTreeMap::new();
        let body = between(self.kinds, self.function, "\n}\n");
        let arms: Vec<&str> = body.split("ErrorType::").collect();
        for arm in arms.windows(2) {
            let kind: String = letters(arm[1]);
            for named in arm[0].split(&format!("{}::", self.name)).skip(1) {
                kinds.insert(letters(named), in_snake_case(&kind).to_uppercase());
            }
        }
        let begin = format!("pub enum {} {{", self.name);
        let variants = between(self.source, &begin, "\n}\n").lines();
        let names = variants.filter_map(|line| {
            let name = letters(line.strip_prefix("    ")?);
            let is_variant = name.starts_with(|letter: char| letter.is_ascii_uppercase());
            is_variant.then_some(name)
        });
        let kind = |name: &str| kinds.get(name).cloned();
        let told = names.map(|name| {
            let kind = kind(&name).unwrap_or_else(|| self.usual.to_owned());
            format!("{}{} {kind}", self.prefix, in_snake_case(&name))
        });
        told.collect()
    }
}

/// The name that a text begins with.
fn letters(text: &str) -> String {
    text.chars().take_while(char::is_ascii_alphabetic).collect()
}

#[test]
fn every_error_is_on_the_page_with_its_kind() {
    let mut known: Vec<String> = ALL.iter().flat_map(Refusals::codes).collect();
    assert!(known.len() > 40, "{known:?}");
    known.extend(OF_THE_DOOR.map(str::to_owned));
    known.sort();
    let rows = PAGE
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | `"));
    let mut told: Vec<String> = rows
        .map(|(code, rest)| format!("{code} {}", rest.split('`').next().unwrap()))
        .collect();
    told.sort();
    assert_eq!(told, known);
}
