//! Files of orders, row by row: JSON lines hold one order each; CSV holds one item a row, and rows of one order
//! number that follow each other are one order.

use std::io::{BufRead, Read as _};

use domain::refusal::{Problem, Refusal};

use super::csv_rows::read_csv;
use super::form::OrderForm;
use super::lines::Lines;

/// How a file of orders is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One item a row, with a header.
    Csv,
    /// One order a line.
    JsonLines,
}

/// The longest line that is read; a longer one is rejected and skipped.
pub(super) const MAX_LINE: usize = 4 * 1024 * 1024;

/// One order of a file, or why its rows are none.
#[derive(Clone, Debug)]
pub struct FileOrder {
    /// Where it stands.
    pub lines: Lines,
    /// The order, or what is wrong.
    pub form: Result<OrderForm, Refusal>,
}

/// Reads a file of orders, calling `each` for every order until it returns false.
///
/// # Errors
/// The file cannot be read, or a CSV header that names no or unknown columns: then nothing was read.
pub fn read(
    format: Format,
    input: impl BufRead,
    each: &mut dyn FnMut(FileOrder) -> bool,
) -> Result<(), RowsError> {
    match format {
        Format::Csv => read_csv(input, each),
        Format::JsonLines => read_lines(input, each),
    }
}

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum RowsError {
    /// The disk or the pipe.
    #[error("the file cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// Not CSV.
    #[error("the file is not CSV: {0}")]
    Csv(#[from] csv::Error),
    /// A column of the header is not known.
    #[error("column \"{name}\" is not known; see {document} for the columns")]
    UnknownColumn {
        /// Which.
        name: String,
        /// Where the columns are told.
        document: &'static str,
    },
    /// A column of the header stands twice.
    #[error("column \"{0}\" is there twice; keep one")]
    TwiceColumn(String),
    /// A column is missing.
    #[error("column \"{name}\" is missing; see {document} for the columns")]
    MissingColumn {
        /// Which.
        name: &'static str,
        /// Where the columns are told.
        document: &'static str,
    },
    /// More rows than one file may have.
    #[error("the file has more than {0} rows; split it by source, and import each")]
    TooMany(usize),
    /// A row has no end: what follows a quote that is never closed would all be one field.
    #[error("the row on line {0} is longer than 4 MiB; close its quote, and import the file again")]
    EndlessRow(u64),
}

fn read_lines(
    mut input: impl BufRead,
    each: &mut dyn FnMut(FileOrder) -> bool,
) -> Result<(), RowsError> {
    let mut line = 0;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        line += 1;
        let most = MAX_LINE as u64 + 1;
        if input.by_ref().take(most).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(());
        }
        let is_too_long = bytes.len() > MAX_LINE;
        if is_too_long && !bytes.ends_with(b"\n") {
            input.skip_until(b'\n')?;
        }
        // Some editors begin a file with a byte order mark, which JSON does not know.
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
        let text = text.trim_ascii();
        if text.is_empty() {
            continue;
        }
        let form: Result<OrderForm, Refusal> = if is_too_long {
            Err(Refusal::invalid("line", Problem::TooLong { max: MAX_LINE }))
        } else {
            serde_json::from_slice(text).map_err(|error| {
                let given = String::from_utf8_lossy(&text[..text.len().min(60)]).into_owned();
                let expected = format!("an order in JSON: {error}");
                Refusal::invalid("line", Problem::Malformed { given, expected })
            })
        };
        let number = form.as_ref().map(|form| form.number.clone());
        let lines = Lines {
            format: Format::JsonLines,
            number: number.unwrap_or_default(),
            first: line,
            items: Vec::new(),
        };
        if !each(FileOrder { lines, form }) {
            return Ok(());
        }
    }
}
