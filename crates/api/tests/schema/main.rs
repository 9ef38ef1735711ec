//! The interface as it is published: the file in `docs`, and the names that clients of the reference interface rely on.
//!
//! `interface.txt` lists those names, one type a line; `not_there_yet.txt` says which of them the desk does not have yet.
//! The latter only gets shorter.

#![allow(clippy::unwrap_used, reason = "a test program: helpers may unwrap too")]

mod errors;

use std::collections::BTreeMap;
use std::path::Path;

use api::graphql::{reference, schema_text};
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, Type, TypeKind, TypeSystemDefinition};

/// A field, with its arguments, or a field of an input.
#[derive(Debug)]
struct Field {
    arguments: BTreeMap<String, Argument>,
    of: Type,
}

#[derive(Debug)]
struct Argument {
    of: Type,
    has_default: bool,
}

/// What a type has: fields, fields of an input, or the values of an enum.
#[derive(Debug)]
enum Kind {
    Object(BTreeMap<String, Field>),
    Input(BTreeMap<String, Argument>),
    Values(Vec<String>),
    /// The types that something is one of.
    OneOf(Vec<String>),
}

fn ours() -> BTreeMap<String, Kind> {
    let document = parse_schema(schema_text()).unwrap();
    let types = document.definitions.into_iter().filter_map(|definition| {
        let TypeSystemDefinition::Type(of) = definition else {
            return None;
        };
        let kind = match of.node.kind {
            TypeKind::Object(object) => Kind::Object(
                object
                    .fields
                    .into_iter()
                    .map(|field| {
                        let arguments = field.node.arguments.into_iter().map(argument);
                        let of = field.node.ty.node;
                        let arguments = arguments.collect();
                        (field.node.name.to_string(), Field { arguments, of })
                    })
                    .collect(),
            ),
            TypeKind::InputObject(input) => {
                Kind::Input(input.fields.into_iter().map(argument).collect())
            }
            TypeKind::Enum(of) => Kind::Values(
                of.values
                    .iter()
                    .map(|value| value.node.value.to_string())
                    .collect(),
            ),
            TypeKind::Union(of) => {
                let members = of.members.iter();
                Kind::OneOf(members.map(|member| member.node.to_string()).collect())
            }
            _ => return None,
        };
        Some((of.node.name.to_string(), kind))
    });
    types.collect()
}

fn argument(
    value: async_graphql::Positioned<async_graphql::parser::types::InputValueDefinition>,
) -> (String, Argument) {
    let has_default = value.node.default_value.is_some();
    let of = value.node.ty.node;
    (value.node.name.to_string(), Argument { of, has_default })
}

/// Whether every value of `given` is one of `wanted`: the same name, and no weaker about null.
fn fits(given: &Type, wanted: &Type) -> bool {
    if given.nullable && !wanted.nullable {
        return false;
    }
    match (&given.base, &wanted.base) {
        (BaseType::Named(given), BaseType::Named(wanted)) => given == wanted,
        (BaseType::List(given), BaseType::List(wanted)) => fits(given, wanted),
        _ => false,
    }
}

fn type_of(text: &str) -> Type {
    Type::new(text).unwrap_or_else(|| panic!("{text} is no type"))
}

/// Compares one line of the list with what we have: what is missing, and what is there and weaker.
fn compare(line: &str, ours: &BTreeMap<String, Kind>, missing: &mut Vec<String>) -> Vec<String> {
    let (head, parts) = line.split_once(": ").unwrap();
    let (kind, name) = head.split_once(' ').unwrap();
    let Some(known) = ours.get(name) else {
        missing.push(name.to_owned());
        return Vec::new();
    };
    let mut weaker = Vec::new();
    match (kind, known) {
        ("enum", Kind::Values(values)) | ("union", Kind::OneOf(values)) => {
            let absent = parts
                .split(' ')
                .filter(|value| !values.iter().any(|one| one == value));
            missing.extend(absent.map(|value| format!("{name}.{value}")));
        }
        ("type", Kind::Object(fields)) => {
            for part in parts.split("; ") {
                let (field, of) = part
                    .rsplit_once("):")
                    .map_or_else(|| part.split_once(':').unwrap(), |(field, of)| (field, of));
                let (field, arguments) = field.split_once('(').unwrap_or((field, ""));
                let Some(known) = fields.get(field) else {
                    missing.push(format!("{name}.{field}"));
                    continue;
                };
                if !fits(&known.of, &type_of(of)) {
                    weaker.push(format!("{name}.{field}: {} is not {of}", known.of));
                }
                let (absent, bad) = inputs(&format!("{name}.{field}"), arguments, &known.arguments);
                missing.extend(absent);
                weaker.extend(bad);
            }
        }
        ("input", Kind::Input(fields)) => {
            let (absent, bad) = inputs(name, &parts.replace("; ", " "), fields);
            missing.extend(absent);
            weaker.extend(bad);
        }
        _ => weaker.push(format!("{name} is no {kind} here")),
    }
    weaker
}

/// What is missing of these inputs, and what of them asks for more than it may.
fn inputs(of: &str, wanted: &str, ours: &BTreeMap<String, Argument>) -> (Vec<String>, Vec<String>) {
    let (mut missing, mut weaker, mut names) = (Vec::new(), Vec::new(), Vec::new());
    for part in wanted.split(' ').filter(|part| !part.is_empty()) {
        let (name, of_type) = part.split_once(':').unwrap();
        names.push(name);
        match ours.get(name) {
            None => missing.push(format!("{of}({name})")),
            // What clients send must be taken: so theirs has to fit ours.
            Some(known) if fits(&type_of(of_type), &known.of) || known.has_default => {}
            Some(known) => weaker.push(format!("{of}({name}): {} asks for more", known.of)),
        }
    }
    let own = ours
        .iter()
        .filter(|(name, _)| !names.contains(&name.as_str()));
    for (name, argument) in own {
        if !argument.of.nullable && !argument.has_default {
            weaker.push(format!("{of}({name}) is ours and required"));
        }
    }
    (missing, weaker)
}

#[test]
fn the_reference_interface_is_here_or_on_the_list_of_what_is_not() {
    let (ours, mut missing) = (ours(), Vec::new());
    let lines = include_str!("interface.txt").lines();
    let weaker: Vec<String> = lines
        .flat_map(|line| compare(line, &ours, &mut missing))
        .collect();
    assert_eq!(weaker, [""; 0]);
    let listed: Vec<&str> = include_str!("not_there_yet.txt").lines().collect();
    assert_eq!(
        missing,
        listed,
        "the list of what is not there yet is another:\n{}",
        missing.join("\n")
    );
}

#[test]
fn what_is_published_is_what_the_desk_answers() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api");
    for (file, text) in [
        ("schema.graphql", schema_text()),
        ("operations.md", reference::operations_text()),
        ("types.md", reference::types_text()),
    ] {
        let published = std::fs::read_to_string(folder.join(file)).unwrap_or_default();
        assert!(
            published == text,
            "docs/api/{file} is another; `cargo xtask reference` writes it anew"
        );
    }
}
