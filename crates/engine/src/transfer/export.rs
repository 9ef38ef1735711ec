//! Orders become files: what the list shows as CSV, whole documents as JSON lines. Both stream.

use std::collections::HashMap;
use std::io::Write;

use domain::filter::{Facets, Filter, Summary};
use domain::ids::OrderId;
use domain::money::decimal_text;
use domain::order::Order;

use super::rows::Format;
use crate::chosen::load_as;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::permit::{ExportOrders, Permit};
use crate::store::StoreError;
use crate::store::export::Exported;
use crate::store::orders::name;

/// The header of the CSV, in the order of its columns.
pub const HEADER: [&str; 20] = [
    "desk_number",
    "order_number",
    "placed_at",
    "customer",
    "status",
    "payment",
    "disputed",
    "fulfilment",
    "fraud_protection",
    "guarantee",
    "source",
    "destination",
    "attention",
    "currency",
    "total",
    "base_currency",
    "total_base",
    "tags",
    "id",
    "updated_at",
];

/// Why an export stopped; what was written is a part of it.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Where it goes.
    #[error("the export cannot be written: {0}")]
    Io(#[from] std::io::Error),
    /// Where it comes from.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes the orders that a filter keeps, oldest first, and tells how many there were after every thousand.
///
/// # Errors
/// [`ExportError`].
pub async fn export(
    desk: &Desk,
    permit: &Permit<'_, ExportOrders>,
    format: Format,
    filter: &Filter,
    output: &mut (dyn Write + Send),
    on_progress: &mut (dyn FnMut(u64) + Send),
) -> Result<u64, ExportError> {
    const TELL_EVERY: u64 = 1_000;
    let scope = permit.scope();
    let mut count = 0;
    let mut line = Vec::with_capacity(512);
    if format == Format::Csv {
        output.write_all(HEADER.join(",").as_bytes())?;
        output.write_all(b"\n")?;
    }
    let with_documents = format == Format::JsonLines;
    let mut written = WrittenFacets::new();
    let mut each = |exported: Exported| -> Result<(), ExportError> {
        line.clear();
        match &exported.document {
            Some(document) => line.extend_from_slice(document.as_bytes()),
            None => csv_line(&mut line, &exported, &mut written),
        }
        line.push(b'\n');
        output.write_all(&line)?;
        count += 1;
        if count % TELL_EVERY == 0 {
            on_progress(count);
        }
        Ok(())
    };
    desk.store()
        .each(
            &scope.organization_id,
            scope.mode,
            filter,
            with_documents,
            &mut each,
        )
        .await?;
    output.flush()?;
    on_progress(count);
    Ok(count)
}

/// Chosen orders as CSV, with its header. They are few: whoever chose them has seen each.
///
/// # Errors
/// As [`chosen::load`](crate::chosen::load).
pub async fn export_chosen(
    desk: &Desk,
    permit: &Permit<'_, ExportOrders>,
    ids: &[OrderId],
) -> Result<Vec<u8>, Failure> {
    let orders = load_as(desk, permit, ids).await?;
    Ok(csv_of(&orders))
}

fn csv_of(orders: &[Order]) -> Vec<u8> {
    let mut file = HEADER.join(",").into_bytes();
    file.push(b'\n');
    let mut line = Vec::with_capacity(512);
    let mut written = WrittenFacets::new();
    for order in orders {
        line.clear();
        let exported = Exported {
            id: order.id.0.clone(),
            summary: Summary::of(order),
            updated_at: order.updated_at,
            document: None,
        };
        csv_line(&mut line, &exported, &mut written);
        file.extend_from_slice(&line);
        file.push(b'\n');
    }
    file
}

/// Facets as they stand in the file. A desk shows some hundred of them, so that each is written out once.
type WrittenFacets = HashMap<Facets, String>;

fn csv_line(line: &mut Vec<u8>, exported: &Exported, written: &mut WrittenFacets) {
    let Exported {
        id,
        summary,
        updated_at,
        ..
    } = exported;
    let facets = summary.facets();
    let facets = written.entry(facets).or_insert_with(|| facets_of(&facets));
    let mut field = |text: &str| {
        quoted(line, text);
        line.push(b',');
    };
    field(&summary.desk_number.to_string());
    field(summary.number.as_deref().unwrap_or_default());
    field(&summary.placed_at.to_string());
    field(&summary.customer);
    line.extend_from_slice(facets.as_bytes());
    let mut field = |text: &str| {
        line.push(b',');
        quoted(line, text);
    };
    field(&summary.destination);
    field(&summary.attention_count.to_string());
    field(summary.currency.code());
    field(&decimal_text(summary.total_minor, summary.currency));
    field(summary.base.code());
    field(&decimal_text(summary.total_base_minor, summary.base));
    field(&summary.tags.join(";"));
    field(id);
    field(&updated_at.to_string());
}

/// The columns from the status to the source.
fn facets_of(facets: &Facets) -> String {
    let is_disputed = if facets.is_disputed { "yes" } else { "no" };
    [
        &name(&facets.status),
        &name(&facets.payment),
        is_disputed,
        &name(&facets.fulfilment),
        &name(&facets.fraud),
        &name(&facets.guarantee),
        &name(&facets.source),
    ]
    .join(",")
}

/// One field of RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe in front.
pub fn quoted(line: &mut Vec<u8>, text: &str) {
    let is_formula =
        text.starts_with(['=', '+', '-', '@', '\t', '\r']) && text.parse::<i64>().is_err();
    let is_amount = text.strip_prefix('-').is_some_and(|rest| {
        rest.bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.')
    });
    let guard = if is_formula && !is_amount { "'" } else { "" };
    if text.contains([',', '"', '\n', '\r']) || !guard.is_empty() {
        line.push(b'"');
        line.extend_from_slice(guard.as_bytes());
        line.extend_from_slice(text.replace('"', "\"\"").as_bytes());
        line.push(b'"');
    } else {
        line.extend_from_slice(text.as_bytes());
    }
}
