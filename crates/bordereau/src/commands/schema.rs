//! `bordereau schema`.

use anyhow::Result;
use api::graphql::{reference, schema_text};
use clap::{Args, ValueEnum};

use super::Outcome;

/// Prints the order API's schema, in the language that GraphQL describes schemas in.
#[derive(Args)]
pub struct Schema {
    /// A page of the reference in Markdown instead.
    #[arg(long, value_name = "PAGE")]
    page: Option<Page>,
}

/// A page of the reference.
#[derive(Clone, Copy, ValueEnum)]
enum Page {
    /// What can be asked and changed, with an example of each.
    Operations,
    /// What is taken and answered.
    Types,
}

impl Schema {
    pub(super) fn run(self) -> Result<Outcome> {
        let text = match self.page {
            None => schema_text(),
            Some(Page::Operations) => reference::operations_text(),
            Some(Page::Types) => reference::types_text(),
        };
        print!("{text}");
        Ok(Outcome::Fine)
    }
}
