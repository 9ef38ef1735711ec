//! `bordereau export`.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use domain::filter::Filter;
use engine::transfer::export::export;

use super::Outcome;
use super::import::FileFormat;
use super::progress::bar;
use crate::place::{Place, Whose};

/// Writes orders to a CSV or JSON lines file.
///
/// Oldest first: as CSV what the list shows, as JSON lines whole documents.
#[derive(Args)]
pub struct Export {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    whose: Whose,
    /// The file: .csv, .jsonl or .ndjson; - for standard output.
    file: PathBuf,
    /// How to write it, where its name does not say.
    #[arg(long, value_enum)]
    format: Option<FileFormat>,
    /// Only orders found by these words.
    #[arg(long, value_name = "WORDS", default_value = "")]
    search: String,
    /// Only orders of this status, such as open or canceled; may stand several times.
    #[arg(long, value_name = "STATUS")]
    status: Vec<String>,
    /// Only orders that go to this country; may stand several times.
    #[arg(long, value_name = "COUNTRY")]
    destination: Vec<String>,
    /// Only orders that need attention.
    #[arg(long)]
    attention: bool,
}

impl Export {
    pub(super) async fn run(self) -> Result<Outcome> {
        let format = match self.format {
            Some(format) => format,
            None => FileFormat::of(&self.file)?,
        };
        let filter = self.filter()?;
        let (desk, _) = self.place.open(false).await?;
        let session = self.whose.session(&desk).await?;
        let mut output: Box<dyn Write + Send> = if self.file == Path::new("-") {
            Box::new(BufWriter::new(std::io::stdout()))
        } else {
            let file = File::create(&self.file)
                .with_context(|| format!("cannot write {}", self.file.display()))?;
            Box::new(BufWriter::with_capacity(1 << 20, file))
        };
        let bar = bar(None, "orders written");
        let permit = session.permit()?;
        let mut told = |count| bar.set_position(count);
        let count = export(
            &desk,
            &permit,
            format.format(),
            &filter,
            &mut *output,
            &mut told,
        )
        .await;
        bar.finish_and_clear();
        let count = count?;
        desk.store().close().await;
        eprintln!("{count} orders written");
        Ok(Outcome::Fine)
    }

    fn filter(&self) -> Result<Filter> {
        let status = self.status.iter().map(|text| {
            let value = serde_json::Value::String(text.to_lowercase().replace('-', "_"));
            serde_json::from_value(value).with_context(|| format!("--status {text} is no status"))
        });
        let destination: Vec<String> = self
            .destination
            .iter()
            .map(|code| code.to_uppercase())
            .collect();
        if let Some(code) = destination
            .iter()
            .find(|code| domain::address::check_country(code, "destination").is_err())
        {
            bail!("--destination {code} is no ISO 3166-1 country code");
        }
        Ok(Filter {
            text: self.search.clone(),
            status: status.collect::<Result<_>>()?,
            destination,
            needs_attention: self.attention.then_some(true),
            ..Filter::default()
        })
    }
}
