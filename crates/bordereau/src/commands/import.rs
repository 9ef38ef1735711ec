//! `bordereau import`.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use engine::transfer::import::{Reject, import};
use engine::transfer::rows::Format;

use super::Outcome;
use super::progress::bar;
use crate::place::{Place, Whose};

/// Takes orders in from a file. Good rows are kept, bad ones are told in a rejects file; doing it twice changes
/// nothing. The format is documented in docs/import.md.
#[derive(Args)]
pub struct Import {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    whose: Whose,
    /// The file: .csv, .jsonl or .ndjson; - for standard input.
    file: PathBuf,
    /// How it is written, where its name does not say.
    #[arg(long, value_enum)]
    format: Option<FileFormat>,
    /// Where rejected rows are told; the file's name with .rejects.csv where nothing is said.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
}

/// How a file of orders is written.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub enum FileFormat {
    /// A header, then one item a row.
    Csv,
    /// One order in JSON a line.
    Jsonl,
}

impl FileFormat {
    /// As the engine names it.
    pub fn format(self) -> Format {
        match self {
            Self::Csv => Format::Csv,
            Self::Jsonl => Format::JsonLines,
        }
    }

    /// What a file's name says.
    ///
    /// # Errors
    /// It says nothing.
    pub fn of(path: &Path) -> Result<Self> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("csv") => Ok(Self::Csv),
            Some("jsonl" | "ndjson") => Ok(Self::Jsonl),
            _ => bail!(
                "{} does not say how it is written; add --format csv or --format jsonl",
                path.display()
            ),
        }
    }
}

impl Import {
    pub(super) async fn run(self) -> Result<Outcome> {
        let format = match self.format {
            Some(format) => format,
            None => FileFormat::of(&self.file)?,
        };
        let (desk, _) = self.place.open(false).await?;
        let session = self.whose.session(&desk).await?;
        let input: Box<dyn BufRead + Send> = if self.file == Path::new("-") {
            Box::new(BufReader::new(std::io::stdin()))
        } else {
            let file = File::open(&self.file)
                .with_context(|| format!("cannot read {}", self.file.display()))?;
            Box::new(BufReader::with_capacity(1 << 20, file))
        };
        let path = self
            .rejects
            .clone()
            .unwrap_or_else(|| rejects_beside(&self.file));
        let mut rejects: Option<BufWriter<File>> = None;
        let mut tell = |reject: &Reject| -> std::io::Result<()> {
            let file = match &mut rejects {
                Some(file) => file,
                None => {
                    let mut file = BufWriter::new(File::create(&path)?);
                    writeln!(file, "line,order_number,field,rule,problem")?;
                    rejects.insert(file)
                }
            };
            writeln!(file, "{}", row(reject))
        };
        let bar = bar(None, "orders read");
        let permit = session.permit()?;
        let report = import(
            &desk,
            &permit,
            format.format(),
            input,
            &mut tell,
            &mut |report| bar.set_position(report.read),
        )
        .await;
        bar.finish_and_clear();
        if let Some(mut file) = rejects {
            file.flush()
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        let report = report?;
        if report.created > 0 {
            desk.store().analyze().await?;
        }
        desk.store().close().await;
        println!(
            "{} orders read: {} new, {} known already, {} rejected",
            report.read, report.created, report.unchanged, report.rejected
        );
        if report.rejected > 0 {
            println!(
                "{} says which and why; correct them there and import the file again",
                path.display()
            );
            return Ok(Outcome::NeedsALook);
        }
        Ok(Outcome::Fine)
    }
}

fn rejects_beside(file: &Path) -> PathBuf {
    match file.file_name().and_then(|name| name.to_str()) {
        Some("-") | None => PathBuf::from("import.rejects.csv"),
        Some(name) => file.with_file_name(format!("{name}.rejects.csv")),
    }
}

fn row(reject: &Reject) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let field = reject.refusal.field().unwrap_or_default();
    let problem = reject.refusal.to_string();
    format!(
        "{},{},{},{},{}",
        reject.line,
        quoted(&reject.number),
        quoted(field),
        reject.refusal.rule(),
        quoted(&problem)
    )
}
