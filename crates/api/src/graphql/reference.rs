//! The reference in Markdown, made of the schema and of the examples: what `docs/api/operations.md` and
//! `docs/api/types.md` hold.

use std::fmt::Write as _;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind,
    TypeSystemDefinition,
};

use super::examples::{Example, examples};
use super::schema_text;

/// Where types are described, from the page of the operations.
const TYPES: &str = "types.md";

/// What is said on top of both pages.
const GENERATED: &str =
    "`bordereau schema` writes this page: change the schema's own words, not these.";

/// Every operation with its arguments, what it answers and an example with its answer.
pub fn operations_text() -> String {
    let mut page = format!(
        "# Operations\n\nWhat a program can ask and change; how it is asked stands in [README.md](README.md), what the \
         types hold in [{TYPES}]({TYPES}). {GENERATED}\n"
    );
    for (root, title) in [("Query", "Queries"), ("Mutation", "Mutations")] {
        let fields = fields_of(root);
        let links = fields
            .iter()
            .map(|field| link("", &field.name.node, &field.name.node));
        let _ = write!(
            page,
            "\n## {title}\n\n{}\n",
            links.collect::<Vec<_>>().join(" · ")
        );
        for field in &fields {
            operation(&mut page, field);
        }
    }
    page
}

/// Every type with what it holds.
pub fn types_text() -> String {
    let mut page = format!(
        "# Types\n\nWhat the operations of [operations.md](operations.md) take and answer. A `!` says that there always \
         is a value. {GENERATED}\n"
    );
    for (title, is_kind) in KINDS {
        let of_kind = definitions()
            .into_iter()
            .filter(|of| is_kind(&of.kind) && !is_root(of));
        let of_kind: Vec<TypeDefinition> = of_kind.collect();
        if of_kind.is_empty() {
            continue;
        }
        let _ = write!(page, "\n## {title}\n");
        for of in &of_kind {
            type_of(&mut page, of);
        }
    }
    page
}

/// Types that nobody has to describe.
const OF_THE_LANGUAGE: [&str; 5] = ["Boolean", "Float", "ID", "Int", "String"];

type IsKind = fn(&TypeKind) -> bool;

/// The kinds of types in the order in which they are told.
const KINDS: [(&str, IsKind); 6] = [
    ("Objects", |kind| matches!(kind, TypeKind::Object(_))),
    ("Interfaces", |kind| matches!(kind, TypeKind::Interface(_))),
    ("Unions", |kind| matches!(kind, TypeKind::Union(_))),
    ("Inputs", |kind| matches!(kind, TypeKind::InputObject(_))),
    ("Enums", |kind| matches!(kind, TypeKind::Enum(_))),
    ("Scalars", |kind| matches!(kind, TypeKind::Scalar)),
];

fn is_root(of: &TypeDefinition) -> bool {
    ["Query", "Mutation"].contains(&of.name.node.as_str())
}

fn definitions() -> Vec<TypeDefinition> {
    let document = parse_schema(schema_text()).expect("the library reads what it writes");
    let types = document
        .definitions
        .into_iter()
        .filter_map(|definition| match definition {
            TypeSystemDefinition::Type(of) => Some(of.node),
            _ => None,
        });
    types.collect()
}

fn fields_of(root: &str) -> Vec<FieldDefinition> {
    let found = definitions().into_iter().find(|of| of.name.node == root);
    match found.map(|of| of.kind) {
        Some(TypeKind::Object(object)) => {
            object.fields.into_iter().map(|field| field.node).collect()
        }
        _ => Vec::new(),
    }
}

/// Every operation of the interface by its name.
pub fn operations() -> Vec<String> {
    let roots = ["Query", "Mutation"].into_iter().flat_map(fields_of);
    roots.map(|field| field.name.node.to_string()).collect()
}

fn operation(page: &mut String, field: &FieldDefinition) {
    let name = &field.name.node;
    let said = words(field.description.as_ref().map(|said| said.node.as_str()));
    let answers = linked(TYPES, &field.ty.node);
    let _ = write!(page, "\n### {name}\n\n{said}\n\nAnswers {answers}.\n");
    if !field.arguments.is_empty() {
        page.push_str("\n| argument | type | |\n|---|---|---|\n");
        for argument in &field.arguments {
            input(page, TYPES, &argument.node);
        }
    }
    let own: Vec<Example> = examples()
        .filter(|one| one.operation() == name.as_str())
        .collect();
    for example in &own {
        shown(page, example);
    }
    if own.is_empty() {
        let within = examples().find(|one| one.asked().iter().any(|asked| asked == name.as_str()));
        if let Some(within) = within {
            let there = link("", within.operation(), within.operation());
            let _ = write!(page, "\nThe example of {there} shows it at work.\n");
        }
    }
}

fn shown(page: &mut String, example: &Example) {
    let _ = write!(
        page,
        "\n{}\n\n```graphql\n{}\n```\n",
        example.words(),
        example.document()
    );
    if example.sent() != "{}" {
        let _ = write!(page, "\nVariables:\n\n```json\n{}\n```\n", example.sent());
    }
    let _ = write!(page, "\nAnswer:\n\n```json\n{}\n```\n", example.answered());
}

fn type_of(page: &mut String, of: &TypeDefinition) {
    let said = words(of.description.as_ref().map(|said| said.node.as_str()));
    let _ = write!(page, "\n### {}\n", of.name.node);
    if !said.is_empty() {
        let _ = write!(page, "\n{said}\n");
    }
    match &of.kind {
        TypeKind::Object(object) => fields(page, object.fields.iter().map(|field| &field.node)),
        TypeKind::Interface(of) => fields(page, of.fields.iter().map(|field| &field.node)),
        TypeKind::InputObject(of) => {
            page.push_str("\n| field | type | |\n|---|---|---|\n");
            for field in &of.fields {
                input(page, "", &field.node);
            }
        }
        TypeKind::Enum(of) => {
            page.push_str("\n| value | |\n|---|---|\n");
            for value in &of.values {
                let said = value
                    .node
                    .description
                    .as_ref()
                    .map(|said| said.node.as_str());
                let _ = writeln!(page, "| `{}` | {} |", value.node.value.node, words(said));
            }
        }
        TypeKind::Union(of) => {
            let members = of.members.iter();
            let members = members.map(|member| link("", &member.node, &member.node));
            let members = members.collect::<Vec<_>>().join(", ");
            let _ = write!(page, "\nOne of {members}.\n");
        }
        TypeKind::Scalar => {}
    }
}

fn fields<'a>(page: &mut String, fields: impl Iterator<Item = &'a FieldDefinition>) {
    page.push_str("\n| field | type | |\n|---|---|---|\n");
    for field in fields {
        let said = words(field.description.as_ref().map(|said| said.node.as_str()));
        let of = linked("", &field.ty.node);
        let _ = writeln!(page, "| `{}` | {of} | {said} |", field.name.node);
        for argument in &field.arguments {
            let argument =
                InputValueDefinition {
                    name: argument.node.name.clone().map(|name| {
                        async_graphql::Name::new(format!("{}({name}:)", field.name.node))
                    }),
                    ..argument.node.clone()
                };
            input(page, "", &argument);
        }
    }
}

/// A row of what can be given.
fn input(page: &mut String, types: &str, input: &InputValueDefinition) {
    let said = words(input.description.as_ref().map(|said| said.node.as_str()));
    let unless = input.default_value.as_ref();
    let unless = unless.map(|value| format!(" `{}` unless said.", value.node));
    let of = linked(types, &input.ty.node);
    let said = format!("{said}{}", unless.unwrap_or_default());
    let _ = writeln!(page, "| `{}` | {of} | {} |", input.name.node, said.trim());
}

/// A type as it is written, leading to where it is described.
fn linked(page: &str, of: &Type) -> String {
    let mut base = &of.base;
    while let BaseType::List(inner) = base {
        base = &inner.base;
    }
    let BaseType::Named(name) = base else {
        return of.to_string();
    };
    if OF_THE_LANGUAGE.contains(&name.as_str()) {
        return format!("`{of}`");
    }
    link(page, name, &of.to_string())
}

fn link(page: &str, name: &str, shown: &str) -> String {
    format!("[`{shown}`]({page}#{})", name.to_lowercase())
}

/// Words of the schema in one line of a table.
fn words(said: Option<&str>) -> String {
    let lines = said.unwrap_or_default().split_whitespace();
    lines.collect::<Vec<_>>().join(" ").replace('|', "\\|")
}
