//! Examples of the interface: the files of `docs/api/examples`, which a test sends to a real desk. They stand in the
//! reference and in the console.

use async_graphql::parser::parse_query;
use serde::Deserialize;
use serde_json::value::RawValue;

/// The files: the name, what is sent, and what was sent and answered when it was last looked at.
const FILES: &[(&str, &str, &str)] = include!(concat!(env!("OUT_DIR"), "/examples.rs"));

/// What the variables of an example stand under.
const VARIABLES: &str = "Variables:";

/// What the code stands behind that an example is refused with, where it shows a refusal.
const REFUSED: &str = "Refused:";

/// A document that someone may send.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The operation that it is about; behind a hyphen what tells it from others of that operation.
    pub name: &'static str,
    /// The file: what it does and its variables as comments, then the document.
    file: &'static str,
    /// What was sent and answered, with what differs from desk to desk masked; empty before it was run.
    shown: &'static str,
}

/// Every example, by name.
pub fn examples() -> impl Iterator<Item = Example> {
    let example = |(name, file, shown): &(&'static str, &'static str, &'static str)| Example {
        name,
        file,
        shown,
    };
    FILES.iter().map(example)
}

impl Example {
    /// The operation that it is about.
    pub fn operation(&self) -> &'static str {
        self.name.split('-').next().unwrap_or_default()
    }

    /// What it does, in a sentence or two.
    pub fn words(&self) -> String {
        let is_told = |line: &&str| !line.starts_with(VARIABLES) && !line.starts_with(REFUSED);
        let lines = self.head().take_while(is_told);
        lines.collect::<Vec<_>>().join(" ").trim().to_owned()
    }

    /// The code that it is refused with; none where it is carried out.
    pub fn refused(&self) -> Option<&'static str> {
        self.head()
            .find_map(|line| line.strip_prefix(REFUSED))
            .map(str::trim)
    }

    /// Its variables as they are written, with names in braces for what only a desk knows; empty where it has none.
    pub fn variables(&self) -> String {
        let lines = self.head().skip_while(|line| !line.starts_with(VARIABLES));
        let text = lines.collect::<Vec<_>>().join("\n");
        text.trim_start_matches(VARIABLES).trim().to_owned()
    }

    /// What is sent.
    pub fn document(&self) -> String {
        let lines = self.file.lines().skip_while(|line| is_comment(line));
        lines.collect::<Vec<_>>().join("\n").trim().to_owned()
    }

    /// The variables as they were sent, with what differs from desk to desk masked.
    pub fn sent(&self) -> String {
        self.shown()
            .map_or_else(String::new, |shown| outdented(shown.variables))
    }

    /// What was answered, masked in the same way.
    pub fn answered(&self) -> String {
        self.shown()
            .map_or_else(String::new, |shown| outdented(shown.answer))
    }

    fn shown(&self) -> Option<Shown<'static>> {
        serde_json::from_str(self.shown).ok()
    }

    /// The operations that its document asks for.
    pub fn asked(&self) -> Vec<String> {
        use async_graphql::parser::types::Selection;
        let Ok(document) = parse_query(self.document()) else {
            return Vec::new();
        };
        let operations = document.operations.iter();
        let fields = operations.flat_map(|(_, operation)| {
            let set = &operation.node.selection_set.node;
            set.items
                .iter()
                .filter_map(|selection| match &selection.node {
                    Selection::Field(field) => Some(field.node.name.node.to_string()),
                    _ => None,
                })
        });
        fields.collect()
    }

    /// The comments before the document.
    fn head(&self) -> impl Iterator<Item = &'static str> {
        let lines = self.file.lines().take_while(|line| is_comment(line));
        lines.map(|line| {
            line.trim_start_matches('#')
                .strip_prefix(' ')
                .unwrap_or_default()
        })
    }
}

/// What was sent and answered, as it is written.
#[derive(Deserialize)]
struct Shown<'a> {
    #[serde(borrow)]
    variables: &'a RawValue,
    #[serde(borrow)]
    answer: &'a RawValue,
}

/// A value that stood within another, as it stands alone.
fn outdented(value: &RawValue) -> String {
    value.get().replace("\n  ", "\n")
}

fn is_comment(line: &str) -> bool {
    line.starts_with('#')
}
