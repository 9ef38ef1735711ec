//! `bordereau tariff`.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use domain::tariff::{Row, standard};
use engine::desk::Desk;
use engine::landed_costs::{set_terms, terms};
use engine::permit::{ManageSettings, Permit};
use engine::tariffs::{self, NewTariff, Version};
use engine::transfer::export::quoted;
use engine::transfer::tariff_rows::{read_tariff, write_tariff};
use jiff::civil::Date;

use super::Outcome;
use super::import::{Rejects, rejects_beside};
use crate::place::{Place, Whose};

/// Keeps what landed costs are calculated with: duties, taxes, thresholds, and the organization's terms.
///
/// The format is documented in docs/landed-cost.md.
#[derive(Args)]
pub struct Tariff {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    whose: Whose,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Brings a tariff in from CSV, whole or not at all; doing it twice changes nothing.
    Import {
        /// The file, in CSV.
        file: PathBuf,
        /// Whose data it is; it replaces what was brought in under the same name.
        #[arg(long, value_name = "NAME")]
        source: String,
        /// The day that the data tells of, such as 2026-01-01.
        #[arg(long, value_name = "DAY")]
        stated_on: Date,
        /// Where rejected rows are told; the file's name with .rejects.csv where nothing is said.
        #[arg(long, value_name = "FILE")]
        rejects: Option<PathBuf>,
    },
    /// Sets one row by hand, such as: kind=duty destination=DE hs_prefix=6109 rate=12 valid_from=2026-01-01.
    Set {
        /// The row's columns.
        #[arg(value_name = "COLUMN=VALUE", required = true)]
        columns: Vec<String>,
    },
    /// Lists every version, newest first, as CSV.
    List,
    /// Writes the rows of a version as CSV.
    Export {
        /// Its number, from the list; or `standard` for what the desk knows by itself.
        #[arg(value_name = "VERSION")]
        which: String,
        /// The file; standard output where nothing is said.
        file: Option<PathBuf>,
    },
    /// Shows the terms of landed costs as JSON, or sets them: fees, guarantee, registrations, boxes.
    Terms {
        /// The file to set them from.
        file: Option<PathBuf>,
    },
}

impl Tariff {
    pub(super) async fn run(self) -> Result<Outcome> {
        let (desk, _) = self.place.open(false).await?;
        let session = self.whose.session(&desk).await?;
        let permit = session.permit::<ManageSettings>()?;
        let outcome = match self.what {
            What::Import {
                file,
                source,
                stated_on,
                rejects,
            } => {
                let rejects = rejects.unwrap_or_else(|| rejects_beside(&file));
                let rows = read(&file, &rejects)?;
                let new = NewTariff {
                    source,
                    stated_on,
                    rows,
                };
                tell(&tariffs::import(&desk, &permit, new).await?);
                Outcome::Fine
            }
            What::Set { columns } => {
                tell(&tariffs::set_row(&desk, &permit, row_of(&columns)?).await?);
                Outcome::Fine
            }
            What::List => {
                list(&tariffs::versions(&desk, &permit).await?)?;
                Outcome::Fine
            }
            What::Export { which, file } => {
                export(&rows_of(&desk, &permit, &which).await?, file.as_deref())?;
                Outcome::Fine
            }
            What::Terms { file } => {
                if let Some(file) = file {
                    let text = std::fs::read_to_string(&file)
                        .with_context(|| format!("cannot read {}", file.display()))?;
                    let to = serde_json::from_str(&text)
                        .with_context(|| format!("{} holds no terms", file.display()))?;
                    set_terms(&desk, &permit, to).await?;
                }
                let terms = terms(&desk, &permit).await?;
                println!("{}", serde_json::to_string_pretty(&terms)?);
                Outcome::Fine
            }
        };
        desk.store().close().await;
        Ok(outcome)
    }
}

fn read(file: &Path, told: &Path) -> Result<Vec<Row>> {
    let input = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    let mut rejects = Rejects::to(told, file)?;
    let read = read_tariff(BufReader::new(input))?;
    let written = match &read {
        Ok(_) => Ok(()),
        Err(all) => all.iter().try_for_each(|reject| rejects.tell(reject)),
    };
    written
        .and_then(|()| rejects.finish())
        .with_context(|| format!("cannot write {}", told.display()))?;
    match read {
        Ok(rows) => Ok(rows),
        Err(all) => bail!(
            "{} rows cannot be taken, so none was; {} says which and why",
            all.len(),
            told.display()
        ),
    }
}

/// A row that was typed as `column=value`, read as one of a file.
fn row_of(columns: &[String]) -> Result<Row> {
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for column in columns {
        let Some((name, value)) = column.split_once('=') else {
            bail!("\"{column}\" is not COLUMN=VALUE");
        };
        for (line, text) in [(&mut names, name), (&mut values, value)] {
            if !line.is_empty() {
                line.push(b',');
            }
            line.extend(format!("\"{}\"", text.replace('"', "\"\"")).bytes());
        }
    }
    let table = [names, b"\n".to_vec(), values, b"\n".to_vec()].concat();
    match read_tariff(table.as_slice())? {
        Ok(rows) => rows.into_iter().next().context("there is no row"),
        Err(rejects) => match rejects.into_iter().next() {
            Some(reject) => bail!("{}", reject.refusal),
            None => bail!("there is no row"),
        },
    }
}

fn tell((version, is_new): &(Version, bool)) {
    let what = if *is_new { "is now" } else { "is still" };
    println!(
        "\"{}\" {what} version {}: {} rows, as of {}",
        version.source, version.version, version.row_count, version.stated_on
    );
}

fn list(versions: &[Version]) -> Result<()> {
    let mut output = BufWriter::new(std::io::stdout().lock());
    writeln!(
        output,
        "version,source,stated_on,rows,imported_at,imported_by,replaced_by"
    )?;
    for one in versions {
        let mut line = one.version.to_string().into_bytes();
        let replaced_by = one.replaced_by.map(|version| version.to_string());
        for text in [
            one.source.clone(),
            one.stated_on.to_string(),
            one.row_count.to_string(),
            one.imported_at.to_string(),
            one.imported_by.clone(),
            replaced_by.unwrap_or_default(),
        ] {
            line.push(b',');
            quoted(&mut line, &text);
        }
        line.push(b'\n');
        output.write_all(&line)?;
    }
    Ok(output.flush()?)
}

async fn rows_of(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    which: &str,
) -> Result<Vec<Row>> {
    if which == "standard" {
        let own = standard::entries().iter();
        return Ok(own.map(|entry| entry.row.clone()).collect());
    }
    let Ok(number) = which.parse() else {
        bail!(
            "\"{which}\" is no version; `bordereau tariff list` has them, and there is `standard`"
        );
    };
    Ok(tariffs::rows(desk, permit, number).await?)
}

fn export(rows: &[Row], file: Option<&Path>) -> Result<()> {
    match file {
        None => write_tariff(rows, &mut std::io::stdout().lock())?,
        Some(file) => {
            let written = File::create(file).and_then(|output| {
                let mut output = BufWriter::new(output);
                write_tariff(rows, &mut output)?;
                output.flush()
            });
            written.with_context(|| format!("cannot write {}", file.display()))?;
        }
    }
    Ok(())
}
