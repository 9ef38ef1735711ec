//! Orders in CSV: one item a row; rows of one order number that follow each other are one order.

use std::cell::Cell;
use std::collections::HashMap;
use std::io::{BufRead, Read};
use std::rc::Rc;

use domain::address::{Address, FIELDS};
use domain::refusal::{Problem, Refusal};

use super::form::{Exact, ItemForm, OrderForm, PaymentForm, StateForm};
use super::lines::Lines;
use super::rows::{FileOrder, Format, MAX_LINE, RowsError};

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

/// Reads a CSV, calling `each` for every order until it returns false.
///
/// # Errors
/// As [`read`](super::rows::read).
pub(super) fn read_csv(
    input: impl BufRead,
    each: &mut dyn FnMut(FileOrder) -> bool,
) -> Result<(), RowsError> {
    let left = Rc::new(Cell::new(MAX_LINE));
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .trim(csv::Trim::Headers)
        .from_reader(Bounded {
            input,
            left: Rc::clone(&left),
        });
    let header = reader.headers()?.clone();
    check_header(&header)?;
    let columns = header
        .iter()
        .enumerate()
        .map(|(index, name)| (name.to_owned(), index))
        .collect();
    // The order whose rows are being read; a fault in any row is a fault of the whole order.
    let mut open: Option<Open> = None;
    let mut bytes = csv::ByteRecord::new();
    loop {
        left.set(MAX_LINE);
        let line = reader.position().line();
        match reader.read_byte_record(&mut bytes) {
            Ok(true) => {}
            Ok(false) => break,
            Err(_) if left.get() == 0 => return Err(RowsError::EndlessRow(line)),
            Err(error) => return Err(error.into()),
        }
        // Where the row begins: the reader's own place may be before empty lines.
        let line = bytes.position().map_or(line, csv::Position::line);
        let (values, is_text) =
            match csv::StringRecord::from_byte_record(std::mem::take(&mut bytes)) {
                Ok(values) => (values, true),
                // Its order is still told by its number, so that no order is taken without this row.
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
        if let Some(open) = &mut open
            && !row.get("order_number").is_empty()
            && open.order.lines.number == row.get("order_number")
        {
            open.add(line, &row, checked);
            continue;
        }
        let finished = open.replace(Open::begin(line, row, checked));
        if !finished.is_none_or(|open| each(open.order)) {
            return Ok(());
        }
    }
    if let Some(open) = open {
        each(open.order);
    }
    Ok(())
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

/// An order of a CSV whose rows are not all read yet.
struct Open {
    first: csv::StringRecord,
    order: FileOrder,
}

impl Open {
    fn begin(line: u64, row: Row, checked: Result<(), Refusal>) -> Self {
        let lines = Lines {
            format: Format::Csv,
            number: row.get("order_number").to_owned(),
            first: line,
            items: vec![line],
        };
        let form = checked.and_then(|()| order(&row));
        Self {
            first: row.values,
            order: FileOrder { lines, form },
        }
    }

    /// Takes in one more row of the order. The first fault is the one that is told, with its own line.
    fn add(&mut self, line: u64, row: &Row, checked: Result<(), Refusal>) {
        let item = checked
            .and_then(|()| self.check_agrees(row))
            .and_then(|()| item(row));
        match (item, &mut self.order.form) {
            (Ok(item), Ok(order)) => {
                order.items.push(item);
                self.order.lines.items.push(line);
            }
            (Err(refusal), form @ Ok(_)) => {
                *form = Err(refusal);
                self.order.lines.first = line;
            }
            (_, Err(_)) => {}
        }
    }

    /// What is said of the whole order stands in its first row; a later row says the same or nothing.
    fn check_agrees(&self, row: &Row) -> Result<(), Refusal> {
        for (column, index) in row.columns {
            let (given, first) = (row.get(column), self.first.get(*index).unwrap_or_default());
            if !given.is_empty() && given != first.trim() && !column.starts_with("item_") {
                let expected = format!(
                    "\"{}\" as in the order's first row; repeat that, or leave it empty",
                    first.trim()
                );
                let given = given.to_owned();
                return Err(Refusal::invalid(
                    column,
                    Problem::Malformed { given, expected },
                ));
            }
        }
        Ok(())
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

fn order(row: &Row) -> Result<OrderForm, Refusal> {
    let exact = |column: &str| Exact(row.get(column).to_owned());
    let list = |column: &str| {
        row.get(column)
            .split(';')
            .map(str::trim)
            .filter(|one| !one.is_empty())
            .map(str::to_owned)
    };
    let payment = match row.get("payment_reference") {
        "" => None,
        reference => Some(PaymentForm {
            provider: row.get("payment_provider").to_owned(),
            reference: reference.to_owned(),
            method: String::new(),
            captured: None,
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
