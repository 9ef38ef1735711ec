//! The table, and the same as JSON.

use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};

use crate::measure::Figure;

/// Everything that was measured.
pub struct Report {
    orders: u64,
    rows: Vec<Row>,
    facts: Vec<(String, String)>,
}

struct Row {
    database: &'static str,
    what: String,
    desk: Figure,
    bare: Option<Figure>,
}

impl Report {
    /// An empty report of a database of so many orders.
    pub fn new(orders: u64) -> Self {
        Self {
            orders,
            rows: Vec::new(),
            facts: Vec::new(),
        }
    }

    /// Adds a figure with its baseline, and tells it at once.
    pub fn add(&mut self, database: &'static str, what: &str, desk: Figure, bare: Option<Figure>) {
        eprintln!(
            "{database}: {what}: {:.0}/s, p50 {:.2?}, p99 {:.2?}",
            desk.rate, desk.p50, desk.p99
        );
        self.rows.push(Row {
            database,
            what: what.to_owned(),
            desk,
            bare,
        });
    }

    /// Adds something that is no rate.
    pub fn fact(&mut self, what: &str, value: String) {
        self.facts.push((what.to_owned(), value));
    }

    /// Prints the table as Markdown.
    pub fn print(&self) {
        println!("\n{} orders\n", self.orders);
        println!(
            "| database | operation | desk /s | p50 ms | p99 ms | bare /s | bare p50 ms | bare p99 ms | desk ÷ bare |"
        );
        println!("|---|---|---:|---:|---:|---:|---:|---:|---:|");
        for row in &self.rows {
            let (rate, p50, p99) = cells(row.desk);
            let bare = row.bare.map(cells).unwrap_or_default();
            let ratio = row
                .bare
                .map(|bare| format!("{:.2}", ratio(row.desk, bare)))
                .unwrap_or_default();
            println!(
                "| {} | {} | {rate} | {p50} | {p99} | {} | {} | {} | {ratio} |",
                row.database, row.what, bare.0, bare.1, bare.2
            );
        }
        println!();
        for (what, value) in &self.facts {
            println!("- {what}: {value}");
        }
    }

    /// The same as JSON.
    pub fn json(&self) -> Result<String> {
        let figure = |figure: Figure| json!({"rate": figure.rate.round(), "p50_us": micros(figure.p50), "p99_us": micros(figure.p99)});
        let rows: Vec<Value> = self
            .rows
            .iter()
            .map(|row| {
                json!({
                    "database": row.database,
                    "operation": row.what,
                    "desk": figure(row.desk),
                    "bare": row.bare.map(figure),
                })
            })
            .collect();
        let facts: Vec<Value> = self
            .facts
            .iter()
            .map(|(what, value)| json!({"what": what, "value": value}))
            .collect();
        Ok(serde_json::to_string_pretty(
            &json!({"orders": self.orders, "rows": rows, "facts": facts}),
        )?)
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[allow(clippy::float_arithmetic, reason = "a benchmark's times, not money")]
fn cells(figure: Figure) -> (String, String, String) {
    let ms = |time: Duration| format!("{:.2}", time.as_secs_f64() * 1_000.0);
    (
        format!("{:.0}", figure.rate),
        ms(figure.p50),
        ms(figure.p99),
    )
}

#[allow(clippy::float_arithmetic, reason = "a benchmark's ratio, not money")]
fn ratio(desk: Figure, bare: Figure) -> f64 {
    desk.rate / bare.rate
}
