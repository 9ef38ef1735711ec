//! `bordereau import`.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use engine::transfer::export::quoted;
use engine::transfer::import::import;
use engine::transfer::lines::Reject;
use engine::transfer::rows::Format;

use super::Outcome;
use super::progress::bar;
use crate::place::{Place, Whose};

/// Takes orders in from a CSV or JSON lines file.
///
/// Good orders are kept, bad ones are told in a rejects file with line, field and remedy; doing it twice changes
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
        let mut rejects = Rejects::to(&path, &self.file)?;
        let mut tell = |reject: &Reject| rejects.tell(reject);
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
        rejects
            .finish()
            .with_context(|| format!("cannot write {}", path.display()))?;
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
                "{} says which and why; correct them in {} and import it again",
                path.display(),
                self.file.display()
            );
            return Ok(Outcome::NeedsALook);
        }
        Ok(Outcome::Fine)
    }
}

/// The file that tells the rejects; made with the first of them.
pub(super) struct Rejects<'a> {
    path: &'a Path,
    file: Option<BufWriter<File>>,
}

impl<'a> Rejects<'a> {
    /// Looks whether the rejects can go there. What an import before told there is gone: it may not be so any more.
    pub(super) fn to(path: &'a Path, input: &Path) -> Result<Self> {
        let is_input = std::fs::canonicalize(path)
            .is_ok_and(|path| std::fs::canonicalize(input).is_ok_and(|input| input == path));
        if is_input {
            bail!(
                "{} is the file that is imported; choose another for --rejects",
                path.display()
            );
        }
        let mut rejects = Self { path, file: None };
        if path.is_file() {
            rejects
                .begin()
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(rejects)
    }

    fn begin(&mut self) -> std::io::Result<&mut BufWriter<File>> {
        let mut file = BufWriter::new(File::create(self.path)?);
        writeln!(file, "line,order_number,field,rule,problem")?;
        Ok(self.file.insert(file))
    }

    /// Tells one.
    pub(super) fn tell(&mut self, reject: &Reject) -> std::io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.begin()?,
        };
        file.write_all(&row(reject))
    }

    /// Writes what is left to write.
    pub(super) fn finish(self) -> std::io::Result<()> {
        self.file.map_or(Ok(()), |mut file| file.flush())
    }
}

/// Where the rejects of a file are told where nothing is said.
pub(super) fn rejects_beside(file: &Path) -> PathBuf {
    match file.file_name().and_then(|name| name.to_str()) {
        Some("-") | None => PathBuf::from("import.rejects.csv"),
        Some(name) => file.with_file_name(format!("{name}.rejects.csv")),
    }
}

fn row(reject: &Reject) -> Vec<u8> {
    let mut line = reject.line.to_string().into_bytes();
    let problem = reject.refusal.to_string();
    for text in [
        reject.number.as_str(),
        reject.field.as_str(),
        reject.refusal.rule(),
        problem.as_str(),
    ] {
        line.push(b',');
        quoted(&mut line, text);
    }
    line.push(b'\n');
    line
}
