//! The page of errors names every refusal of the rules and every error of the door, and nothing else.

use std::collections::BTreeMap;

const PAGE: &str = include_str!("../../../../docs/api/errors.md");
const REFUSALS: &str = include_str!("../../../domain/src/refusal.rs");
const KINDS: &str = include_str!("../../src/graphql/errors.rs");

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

/// The refusals, each with its kind; the arms of `kind_of` name those that are no failed precondition.
fn refusals() -> BTreeMap<String, String> {
    let mut kinds = BTreeMap::new();
    for arm in between(KINDS, "fn kind_of", "\n}\n")
        .split("ErrorType::")
        .collect::<Vec<_>>()
        .windows(2)
    {
        let kind: String = arm[1]
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .collect();
        for named in arm[0].split("Refusal::").skip(1) {
            let name: String = named
                .chars()
                .take_while(char::is_ascii_alphabetic)
                .collect();
            kinds.insert(name, in_snake_case(&kind).to_uppercase());
        }
    }
    let variants = between(REFUSALS, "pub enum Refusal {", "\n}\n").lines();
    let variants = variants.filter_map(|line| {
        let name = line.strip_prefix("    ")?;
        let length = name.find([' ', ',', '(']).unwrap_or(name.len());
        name.starts_with(|letter: char| letter.is_ascii_uppercase())
            .then(|| &name[..length])
    });
    let usual = || "FAILED_PRECONDITION".to_owned();
    variants
        .map(|name| {
            (
                in_snake_case(name),
                kinds.get(name).cloned().unwrap_or_else(usual),
            )
        })
        .collect()
}

#[test]
fn every_error_is_on_the_page_with_its_kind() {
    let mut known: Vec<String> = refusals()
        .into_iter()
        .map(|(code, kind)| format!("{code} {kind}"))
        .collect();
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
