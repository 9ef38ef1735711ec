//! `bordereau schema`.

use anyhow::Result;
use clap::Args;

use super::Outcome;

/// Prints the order API's schema, in the language that GraphQL describes schemas in.
#[derive(Args)]
pub struct Schema {}

impl Schema {
    pub(super) fn run(self) -> Result<Outcome> {
        print!("{}", api::graphql::schema_text());
        Ok(Outcome::Fine)
    }
}
