//! Where an order stands in its file, and how a refusal is told there: by the file's own line and column.

use domain::refusal::Refusal;

use super::rows::Format;

/// Where an order stands in its file.
#[derive(Clone, Debug)]
pub struct Lines {
    /// How the file is written.
    pub format: Format,
    /// The order's number, where that could be read.
    pub number: String,
    /// The line a fault of the whole order is told by, from 1: its first, or that of the row that cannot be read.
    pub first: u64,
    /// The line of each item in a CSV; empty in JSON lines.
    pub items: Vec<u64>,
}

/// An order of the file that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The line at fault, from 1.
    pub line: u64,
    /// Its number, where that could be read.
    pub number: String,
    /// The column of the CSV or the field of the JSON, where it is about one.
    pub field: String,
    /// Why not.
    pub refusal: Refusal,
}

impl Lines {
    /// Tells a refusal of this order by the names and lines of its file.
    pub fn reject(&self, refusal: Refusal) -> Reject {
        let known = refusal.field().unwrap_or_default();
        let line = item_of(known)
            .and_then(|(index, _)| self.items.get(index))
            .copied()
            .unwrap_or(self.first);
        let field = match self.format {
            Format::Csv => column(known),
            Format::JsonLines => json_field(known),
        };
        let refusal = match refusal {
            Refusal::Invalid { problem, .. } => Refusal::invalid(&field, problem),
            other => other,
        };
        Reject {
            line,
            number: self.number.clone(),
            field,
            refusal,
        }
    }
}

/// The index and the name within `items[3].name`.
fn item_of(field: &str) -> Option<(usize, &str)> {
    let (index, name) = field.strip_prefix("items[")?.split_once("].")?;
    Some((index.parse().ok()?, name))
}

/// What the rules call a field, as the documented JSON has it.
fn json_field(field: &str) -> String {
    match field {
        "amounts.total" | "amounts.variance" | "payments[0].amount" => "total",
        "payments" => "payment",
        other => other.strip_prefix("amounts.").unwrap_or(other),
    }
    .to_owned()
}

/// What the rules call a field, as the header of the CSV has it.
fn column(field: &str) -> String {
    if let Some((_, name)) = item_of(field) {
        return format!("item_{name}");
    }
    match json_field(field).as_str() {
        "number" => "order_number".to_owned(),
        "payment" => "payment_reference".to_owned(),
        other => other.replace('.', "_"),
    }
}
