//! Files of orders, row by row: JSON lines hold one order each; CSV holds one item a row, and rows of one order
//! number that follow each other are one order.

use std::collections::HashMap;
use std::io::BufRead;

use domain::address::{Address, FIELDS};
use domain::refusal::{Problem, Refusal};

use super::form::{Exact, ItemForm, OrderForm, PaymentForm, StateForm};

/// How a file of orders is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One item a row, with a header.
    Csv,
    /// One order a line.
    JsonLines,
}

/// The longest line that is read; a longer one is rejected and skipped.
const MAX_LINE: usize = 4 * 1024 * 1024;

/// One order of a file, or why its rows are none.
#[derive(Clone, Debug)]
pub struct FileOrder {
    /// The first line it stands on, from 1.
    pub line: u64,
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
    #[error("column \"{0}\" is not known; see docs/import.md for the columns")]
    UnknownColumn(String),
    /// A column of the header stands twice.
    #[error("column \"{0}\" is there twice; keep one")]
    TwiceColumn(String),
    /// A column is missing.
    #[error("column \"{0}\" is missing; see docs/import.md for the columns")]
    MissingColumn(&'static str),
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
        if input.read_until(b'\n', &mut bytes)? == 0 {
            return Ok(());
        }
        let text = bytes.trim_ascii();
        if text.is_empty() {
            continue;
        }
        let form = if text.len() > MAX_LINE {
            Err(Refusal::invalid("line", Problem::TooLong { max: MAX_LINE }))
        } else {
            serde_json::from_slice(text).map_err(|error| {
                let given = String::from_utf8_lossy(&text[..text.len().min(60)]).into_owned();
                let expected = format!("an order in JSON: {error}");
                Refusal::invalid("line", Problem::Malformed { given, expected })
            })
        };
        if !each(FileOrder { line, form }) {
            return Ok(());
        }
    }
}

/// Columns besides those of the two addresses.
const COLUMNS: [&str; 27] = [
    "order_number",
    "source",
    "placed_at",
    "currency",
    "base_currency",
    "rate",
    "language",
    "item_sku",
    "item_name",
    "item_quantity",
    "item_unit_price",
    "item_hs_code",
    "item_origin",
    "item_description",
    "item_weight_g",
    "shipping",
    "duties",
    "taxes",
    "fees",
    "discounts",
    "total",
    "payment_provider",
    "payment_reference",
    "guarantee",
    "fraud_protection",
    "state",
    "tracking_numbers",
];

/// Columns no order can do without.
const REQUIRED: [&str; 6] = [
    "placed_at",
    "currency",
    "item_name",
    "item_quantity",
    "item_unit_price",
    "ship_to_country",
];

/// A CSV row, and where each column stands.
struct Row<'a> {
    columns: &'a HashMap<String, usize>,
    values: csv::StringRecord,
}

impl Row<'_> {
    fn get(&self, column: &str) -> &str {
        let index = self.columns.get(column);
        index
            .and_then(|index| self.values.get(*index))
            .unwrap_or_default()
            .trim()
    }
}

fn check_header(header: &csv::StringRecord) -> Result<(), RowsError> {
    let is_address = |name: &str| {
        let field = name
            .strip_prefix("ship_to_")
            .or_else(|| name.strip_prefix("bill_to_"));
        field.is_some_and(|field| FIELDS.iter().any(|known| known.name == field))
    };
    let extra = ["tags", "notes"];
    for name in header {
        if !COLUMNS.contains(&name) && !extra.contains(&name) && !is_address(name) {
            return Err(RowsError::UnknownColumn(name.to_owned()));
        }
    }
    let mut names: Vec<&str> = header.iter().collect();
    names.sort_unstable();
    if let Some(twice) = names.windows(2).find(|pair| pair[0] == pair[1]) {
        return Err(RowsError::TwiceColumn(twice[0].to_owned()));
    }
    match REQUIRED
        .iter()
        .find(|name| !header.iter().any(|known| known == **name))
    {
        Some(missing) => Err(RowsError::MissingColumn(missing)),
        None => Ok(()),
    }
}

fn read_csv(input: impl BufRead, each: &mut dyn FnMut(FileOrder) -> bool) -> Result<(), RowsError> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::Headers)
        .from_reader(input);
    let header = reader.headers()?.clone();
    check_header(&header)?;
    let columns = header
        .iter()
        .enumerate()
        .map(|(index, name)| (name.to_owned(), index))
        .collect();
    // The order whose rows are being read, with its number; a fault in any row is a fault of the whole order.
    let mut open: Option<(String, FileOrder)> = None;
    for values in reader.records() {
        let (line, read) = match values {
            Ok(values) => (values.position().map_or(0, csv::Position::line), Ok(values)),
            Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => {
                let problem = Problem::Malformed {
                    given: "this row".to_owned(),
                    expected: "UTF-8 text".to_owned(),
                };
                let line = error.position().map_or(0, csv::Position::line);
                (line, Err(Refusal::invalid("line", problem)))
            }
            Err(error) => return Err(error.into()),
        };
        let row = read.map(|values| Row {
            columns: &columns,
            values,
        });
        let number = row
            .as_ref()
            .map_or("", |row| row.get("order_number"))
            .to_owned();
        if let (Some((known, FileOrder { form, .. })), Ok(row)) = (&mut open, &row)
            && !number.is_empty()
            && *known == number
        {
            match (item(row), &mut *form) {
                (Ok(item), Ok(order)) => order.items.push(item),
                (Err(refusal), Ok(_)) => *form = Err(refusal),
                (_, Err(_)) => {}
            }
            continue;
        }
        let next = FileOrder {
            line,
            form: row.and_then(|row| order(&row)),
        };
        let finished = open.replace((number, next));
        if !finished.is_none_or(|(_, order)| each(order)) {
            return Ok(());
        }
    }
    if let Some((_, order)) = open {
        each(order);
    }
    Ok(())
}

fn order(row: &Row) -> Result<OrderForm, Refusal> {
    let exact = |column: &str| Exact(row.get(column).to_owned());
    let list = |column: &str| {
        row.get(column)
            .split(';')
            .map(str::trim)
            .filter(|one| !one.is_empty())
            .map(str::to_owned)
    };
    if row.values.len() != row.columns.len() {
        let given = format!("{} fields", row.values.len());
        let expected = format!(
            "{} fields, as the header has; quote what holds a comma",
            row.columns.len()
        );
        return Err(Refusal::invalid(
            "line",
            Problem::Malformed { given, expected },
        ));
    }
    let payment = match row.get("payment_reference") {
        "" => None,
        reference => Some(PaymentForm {
            provider: row.get("payment_provider").to_owned(),
            reference: reference.to_owned(),
            method: String::new(),
        }),
    };
    let bill_to = address(row, "bill_to_");
    Ok(OrderForm {
        number: row.get("order_number").to_owned(),
        source: Some(row.get("source"))
            .filter(|text| !text.is_empty())
            .map(|text| word(text, "source"))
            .transpose()?,
        placed_at: row.get("placed_at").to_owned(),
        currency: row.get("currency").to_owned(),
        base_currency: row.get("base_currency").to_owned(),
        rate: exact("rate"),
        language: row.get("language").to_owned(),
        items: vec![item(row)?],
        shipping: exact("shipping"),
        duties: exact("duties"),
        taxes: exact("taxes"),
        fees: exact("fees"),
        discounts: exact("discounts"),
        total: exact("total"),
        ship_to: address(row, "ship_to_"),
        bill_to: Some(bill_to).filter(|address| *address != Address::default()),
        payment,
        guarantee: flag(row, "guarantee")?,
        fraud_protection: flag(row, "fraud_protection")?,
        state: match row.get("state") {
            "" => StateForm::Open,
            text => word(text, "state")?,
        },
        tracking_numbers: list("tracking_numbers").collect(),
        tags: list("tags").collect(),
        notes: Some(row.get("notes").to_owned())
            .filter(|note| !note.is_empty())
            .into_iter()
            .collect(),
    })
}

fn item(row: &Row) -> Result<ItemForm, Refusal> {
    let number = |column: &str, otherwise: Option<u32>| match (row.get(column), otherwise) {
        ("", Some(otherwise)) => Ok(otherwise),
        ("", None) => Err(Refusal::invalid(column, Problem::Missing)),
        (text, _) => text.parse().map_err(|_| {
            let expected = "a whole number of zero or more".to_owned();
            Refusal::invalid(
                column,
                Problem::Malformed {
                    given: text.to_owned(),
                    expected,
                },
            )
        }),
    };
    Ok(ItemForm {
        sku: row.get("item_sku").to_owned(),
        name: row.get("item_name").to_owned(),
        quantity: number("item_quantity", None)?,
        unit_price: Exact(row.get("item_unit_price").to_owned()),
        hs_code: row.get("item_hs_code").to_owned(),
        origin: row.get("item_origin").to_owned(),
        description: row.get("item_description").to_owned(),
        weight_g: number("item_weight_g", Some(0))?,
    })
}

fn address(row: &Row, prefix: &str) -> Address {
    let mut address = Address::default();
    for field in &FIELDS {
        row.get(&format!("{prefix}{}", field.name))
            .clone_into((field.get_mut)(&mut address));
    }
    address
}

fn flag(row: &Row, column: &str) -> Result<bool, Refusal> {
    match row.get(column).to_ascii_lowercase().as_str() {
        "" | "no" | "false" | "0" => Ok(false),
        "yes" | "true" | "1" => Ok(true),
        other => {
            let expected = "yes or no".to_owned();
            Err(Refusal::invalid(
                column,
                Problem::Malformed {
                    given: other.to_owned(),
                    expected,
                },
            ))
        }
    }
}

/// One of an enum's names.
fn word<T: serde::de::DeserializeOwned>(text: &str, column: &str) -> Result<T, Refusal> {
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
