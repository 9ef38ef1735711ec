//! `bordereau backup`.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::Outcome;
use crate::place::Place;

/// Copies a running embedded desk into a new file.
///
/// The copy is whole and consistent, and the desk goes on working meanwhile.
#[derive(Args)]
pub struct Backup {
    #[command(flatten)]
    place: Place,
    /// The new file. To go back to it, put it into an empty folder as bordereau.db.
    file: PathBuf,
}

impl Backup {
    pub(super) async fn run(self) -> Result<Outcome> {
        let config = self.place.config()?;
        let store = crate::place::open(&config, false).await?;
        store.backup(&self.file).await?;
        store.close().await;
        let bytes = std::fs::metadata(&self.file)?.len();
        println!(
            "{} holds the whole desk, {} MB",
            self.file.display(),
            bytes.div_ceil(1_000_000)
        );
        Ok(Outcome::Fine)
    }
}
