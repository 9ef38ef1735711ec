//! Orders in files: writing them, and reading back what an export and a rejects file say.

use std::collections::BTreeMap;
use std::path::Path;

use domain::order::Order;

/// The columns of the files that these tests write.
pub const HEADER: &str = "order_number,placed_at,currency,rate,item_name,item_quantity,item_unit_price,\
ship_to_country,item_hs_code,shipping,source,ship_to_city,notes,payment_reference";

/// A file of orders with these rows.
pub fn csv_of(rows: &[&str]) -> String {
    format!("{HEADER}\n{}\n", rows.join("\n"))
}

/// An order of one item for 12.50 USD that goes to France.
pub fn plain(number: &str) -> String {
    format!("{number},2026-03-01,USD,,Cap,1,12.50,FR,,,,Paris,,")
}

/// The rows of a CSV, each by the names of its header.
pub fn rows_of(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

/// Line, order number, field and problem of every reject, as its file tells them.
pub fn rejects(file: &Path) -> Vec<(u64, String, String, String)> {
    let text = std::fs::read_to_string(file).unwrap();
    let rows = rows_of(&text).into_iter().map(|row| {
        // All that is refused here is refused as a field, or as a number that is taken.
        assert!(["O3", "N1"].contains(&row["rule"].as_str()), "{row:?}");
        let text = |name: &str| row[name].clone();
        (
            text("line").parse().unwrap(),
            text("order_number"),
            text("field"),
            text("problem"),
        )
    });
    rows.collect()
}

/// The orders of an export in JSON lines.
pub fn documents(text: &str) -> Vec<Order> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}
