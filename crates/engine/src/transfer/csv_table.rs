//! Tables in CSV: a header that names known columns, then rows, each with the line it begins on and whether it is text
//! of as many fields as the header has.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{BufRead, Read};
use std::rc::Rc;

use domain::refusal::{Problem, Refusal};

use super::rows::{MAX_LINE, RowsError};

/// What the columns of a table may be.
pub(super) struct Header<'a> {
    /// Whether there is a column of this name.
    pub is_known: fn(&str) -> bool,
    /// Columns that no row can do without.
    pub required: &'a [&'static str],
    /// Where the columns are documented.
    pub document: &'static str,
}

/// A CSV row, and where each column stands.
pub(super) struct Row<'a> {
    pub columns: &'a HashMap<String, usize>,
    pub values: csv::StringRecord,
}

impl Row<'_> {
    pub fn get(&self, column: &str) -> &str {
        let index = self.columns.get(column);
        index
            .and_then(|index| self.values.get(*index))
            .unwrap_or_default()
            .trim()
    }
}

impl Header<'_> {
    fn check(&self, header: &csv::StringRecord) -> Result<(), RowsError> {
        if let Some(name) = header.iter().find(|name| !(self.is_known)(name)) {
            let (name, document) = (name.to_owned(), self.document);
            return Err(RowsError::UnknownColumn { name, document });
        }
        let mut names: Vec<&str> = header.iter().collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(RowsError::TwiceColumn(twice[0].to_owned()));
        }
        let is_there = |name: &str| header.iter().any(|known| known == name);
        match self.required.iter().find(|name| !is_there(name)) {
            Some(name) => {
                let document = self.document;
                Err(RowsError::MissingColumn { name, document })
            }
            None => Ok(()),
        }
    }
}

/// What is done with a row, told with its line and what is wrong with it as a whole; false ends the reading.
pub(super) type Each<'a> = &'a mut dyn FnMut(u64, Row<'_>, Result<(), Refusal>) -> bool;

/// Reads a table, calling `each` with the line and the row until it returns false.
///
/// # Errors
/// The file cannot be read, its header is not what it must be, or a row has no end.
pub(super) fn read_table(
    input: impl BufRead,
    header: &Header<'_>,
    each: Each<'_>,
) -> Result<(), RowsError> {
    let left = Rc::new(Cell::new(MAX_LINE));
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::Headers)
        .from_reader(Bounded {
            input,
            left: Rc::clone(&left),
        });
    let names = reader.headers()?.clone();
    header.check(&names)?;
    let columns = names
        .iter()
        .enumerate()
        .map(|(index, name)| (name.to_owned(), index))
        .collect();
    let mut bytes = csv::ByteRecord::new();
    loop {
        left.set(MAX_LINE);
        let line = reader.position().line();
        match reader.read_byte_record(&mut bytes) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(_) if left.get() == 0 => return Err(RowsError::EndlessRow(line)),
            Err(error) => return Err(error.into()),
        }
        // Where the row begins: the reader's own place may be before empty lines.
        let line = bytes.position().map_or(line, csv::Position::line);
        let (values, is_text) =
            match csv::StringRecord::from_byte_record(std::mem::take(&mut bytes)) {
                Ok(values) => (values, true),
                // What stands in it is still told by its first columns, so that nothing is taken without this row.
                Err(error) => (
                    csv::StringRecord::from_byte_record_lossy(error.into_byte_record()),
                    false,
                ),
            };
        let row = Row {
            columns: &columns,
            values,
        };
        let checked = if is_text {
            check_length(&row)
        } else {
            Err(not_text())
        };
        if !each(line, row, checked) {
            return Ok(());
        }
    }
}

/// An input that ends in an error when a row takes more than is left for it.
struct Bounded<R> {
    input: R,
    left: Rc<Cell<usize>>,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let left = self.left.get();
        if left == 0 {
            return Err(std::io::Error::other("a row without an end"));
        }
        let most = into.len().min(left);
        let count = self.input.read(&mut into[..most])?;
        self.left.set(left - count);
        Ok(count)
    }
}

fn not_text() -> Refusal {
    let problem = Problem::Malformed {
        given: "this row".to_owned(),
        expected: "UTF-8 text; save the file as UTF-8".to_owned(),
    };
    Refusal::invalid("line", problem)
}

fn check_length(row: &Row) -> Result<(), Refusal> {
    if row.values.len() == row.columns.len() {
        return Ok(());
    }
    let given = format!("a row of {} fields", row.values.len());
    let expected = format!(
        "one of {} fields, as the header has; quote what holds a comma",
        row.columns.len()
    );
    Err(Refusal::invalid(
        "line",
        Problem::Malformed { given, expected },
    ))
}

/// One of an enum's names.
pub(super) fn word<T: serde::de::DeserializeOwned>(text: &str, column: &str) -> Result<T, Refusal> {
    let value = serde_json::Value::String(text.to_ascii_lowercase());
    serde_json::from_value(value).map_err(|error| {
        let message = error.to_string();
        let expected = message
            .split_once("expected ")
            .map_or(message.as_str(), |(_, names)| names);
        let problem = Problem::Malformed {
            given: text.to_owned(),
            expected: expected.to_owned(),
        };
        Refusal::invalid(column, problem)
    })
}
