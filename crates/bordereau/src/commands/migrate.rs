//! `bordereau migrate`.

use anyhow::Result;
use clap::Args;

use super::Outcome;
use crate::place::Place;

/// Brings the database's schema up to date, making the database where there is none.
///
/// `serve` does so by itself.
#[derive(Args)]
pub struct Migrate {
    #[command(flatten)]
    place: Place,
}

impl Migrate {
    pub(super) async fn run(self) -> Result<Outcome> {
        let config = self.place.config()?;
        let store = crate::place::open(&config, true).await?;
        let count = store.migrate().await?;
        store.close().await;
        println!("the schema is up to date: {count} migrations");
        Ok(Outcome::Fine)
    }
}
