//! Orders in CSV: one item a row; rows of one order number that follow each other are one order.

use std::io::BufRead;

use domain::address::{Address, FIELDS};
use domain::refusal::{Problem, Refusal};

use super::csv_table::{Header, Row, read_table, word};
use super::form::{Exact, ItemForm, OrderForm, PaymentForm, PaymentStateForm, StateForm};
use super::lines::Lines;
use super::rows::{FileOrder, Format, RowsError};

/// Columns besides those of the two addresses.
const COLUMNS: [&str; 28] = [
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
    "payment_state",
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

/// Whether a column is one of those that are documented.
fn is_known(name: &str) -> bool {
    let field = name
        .strip_prefix("ship_to_")
        .or_else(|| name.strip_prefix("bill_to_"));
    let is_address = field.is_some_and(|field| FIELDS.iter().any(|known| known.name == field));
    COLUMNS.contains(&name) || ["tags", "notes"].contains(&name) || is_address
}

/// Reads a CSV, calling `each` for every order until it returns false.
///
/// # Errors
/// As [`read`](super::rows::read).
pub(super) fn read_csv(
    input: impl BufRead,
    each: &mut dyn FnMut(FileOrder) -> bool,
) -> Result<(), RowsError> {
    let header = Header {
        is_known,
        required: &REQUIRED,
        document: "docs/import.md",
    };
    // The order whose rows are being read; a fault in any row is a fault of the whole order.
    let mut open: Option<Open> = None;
    let mut is_wanted = true;
    read_table(input, &header, &mut |line, row, checked| {
        let number = row.get("order_number");
        if let Some(open) = &mut open
            && !number.is_empty()
            && open.order.lines.number == number
        {
            open.add(line, &row, checked);
            return true;
        }
        let finished = open.replace(Open::begin(line, row, checked));
        is_wanted = finished.is_none_or(|open| each(open.order));
        is_wanted
    })?;
    if let Some(open) = open.filter(|_| is_wanted) {
        each(open.order);
    }
    Ok(())
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
            state: match row.get("payment_state") {
                "" => PaymentStateForm::Captured,
                text => word(text, "payment_state")?,
            },
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
