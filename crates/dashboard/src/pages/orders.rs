//! All orders (O1): views, search, filter, sort, pages, and the file of what is shown.

use std::io::BufWriter;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::RawQuery;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::filter::{SortKey, Summary};
use domain::ids::OrganizationId;
use domain::money::{Currency, Money};
use engine::listing;
use engine::permit::{ExportOrders, ViewOrders};
use engine::store::list::{Listed, Page};
use engine::store::views::SavedView;
use engine::transfer::export::export;
use engine::transfer::rows::Format;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

use super::query::{ListQuery, name};
use crate::visitor::Visitor;

/// Rows of one page.
const ROWS: u32 = 50;

/// The values of each facet, in the order the filter shows them.
const FACETS: [(&str, &[&str]); 6] = [
    (
        "status",
        &[
            "open",
            "partially_shipped",
            "completed",
            "canceled",
            "hold",
            "fraud_hold",
            "payment_pending",
            "payment_failed",
            "in_transit_to_consolidation_center",
        ],
    ),
    (
        "payment",
        &["unpaid", "paid", "partially_refunded", "refunded", "voided"],
    ),
    ("fulfilment", &["none", "some", "all"]),
    ("fraud", &["covered", "at_risk", "void", "none"]),
    ("guarantee", &["covered", "at_risk", "void", "none"]),
    ("source", &["checkout", "duty_and_tax", "api"]),
];

/// The list.
pub(crate) async fn list(visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    match shown(&visitor, query.as_deref().unwrap_or_default()).await {
        Ok(response) | Err(response) => response,
    }
}

async fn shown(visitor: &Visitor, query: &str) -> Result<Response, Response> {
    let permit = visitor.permit::<ViewOrders>()?;
    let desk = &visitor.app.desk;
    let failed = |failure: engine::failure::Failure| visitor.failed(&failure);
    let base = base_currency(visitor, &permit.scope().organization_id).await?;
    let query = ListQuery::parse(query);
    let views = listing::views(desk, &permit, Some(&visitor.signed_in.person.id))
        .await
        .map_err(failed)?;
    let page = Page {
        filter: query.filter(base),
        sort: query.sort(),
        after: query.cursor(),
        limit: ROWS + 1,
    };
    let mut rows = listing::page(desk, &permit, &page).await.map_err(failed)?;
    // One row more than is shown tells whether there is another page.
    let has_more = rows.len() > ROWS as usize;
    rows.truncate(ROWS as usize);
    let next = rows
        .last()
        .filter(|_| has_more)
        .map(|row| query.after(&row.cursor).address());
    let first = ListQuery {
        after: String::new(),
        ..query.clone()
    };
    let context = json!({
        "query": query,
        "tabs": views.iter().map(|(view, count)| tab(visitor, view, *count, &query, base)).collect::<Vec<_>>(),
        "chips": chips(visitor, &query),
        "facets": facets(&query),
        "columns": columns(&query),
        "rows": rows.iter().map(|row| self::row(visitor, row)).collect::<Vec<_>>(),
        "next": next,
        "first": (!query.after.is_empty()).then(|| first.address()),
        "base": base.code(),
        "csv": first.address().replacen("/orders", "/orders.csv", 1),
        "may_export": visitor.signed_in.session.permit::<ExportOrders>().is_ok(),
    });
    Ok(visitor.page(StatusCode::OK, "orders.html", context))
}

/// The currency that amounts of the filter are in.
async fn base_currency(
    visitor: &Visitor,
    organization: &OrganizationId,
) -> Result<Currency, Response> {
    let settings = visitor.app.desk.store().settings(organization).await;
    settings
        .map(|settings| settings.base_currency)
        .map_err(|error| visitor.failed(&error.into()))
}

/// A tab; the views that every organization begins with are called in the reader's language.
fn tab(
    visitor: &Visitor,
    view: &SavedView,
    count: u64,
    query: &ListQuery,
    base: Currency,
) -> Value {
    let mut address = ListQuery::of(&view.filter, view.sort, base);
    let of_view = ListQuery {
        view: String::new(),
        after: String::new(),
        ..query.clone()
    };
    let is_open = address == of_view;
    address.view = view.id.0.clone();
    let built_in = [
        "all",
        "attention",
        "to_ship",
        "on_hold",
        "shipped",
        "canceled",
    ];
    let label = if built_in.contains(&view.name.as_str()) {
        visitor.say(&format!("view-{}", view.name.replace('_', "-")), &[])
    } else {
        view.name.clone()
    };
    let count = visitor.formats.count(count);
    json!({"label": label, "count": count, "address": address.address(), "is_open": is_open})
}

fn chips(visitor: &Visitor, query: &ListQuery) -> Vec<Value> {
    let conditions = query.conditions().into_iter();
    conditions
        .map(|(field, value, rest)| {
            let value = match field {
                "status" | "payment" | "fulfilment" | "source" => {
                    visitor.say(&format!("{field}-{}", value.replace('_', "-")), &[])
                }
                "fraud" | "guarantee" => {
                    visitor.say(&format!("cover-{}", value.replace('_', "-")), &[])
                }
                "attention" | "disputed" => visitor.say(&format!("answer-{value}"), &[]),
                _ => value,
            };
            json!({"field": field, "value": value, "without": rest.address()})
        })
        .collect()
}

fn facets(query: &ListQuery) -> Vec<Value> {
    let chosen = |field: &str| match field {
        "status" => &query.status,
        "payment" => &query.payment,
        "fulfilment" => &query.fulfilment,
        "fraud" => &query.fraud,
        "guarantee" => &query.guarantee,
        _ => &query.source,
    };
    FACETS
        .iter()
        .map(|(field, values)| {
            let words = if matches!(*field, "fraud" | "guarantee") { "cover" } else { field };
            let values: Vec<Value> = values
                .iter()
                .map(|value| {
                    let is_chosen = chosen(field).iter().any(|one| one == value);
                    json!({"value": value, "key": format!("{words}-{}", value.replace('_', "-")), "is_chosen": is_chosen})
                })
                .collect();
            json!({"field": field, "values": values})
        })
        .collect()
}

fn columns(query: &ListQuery) -> Value {
    let present = query.sort();
    let column = |key: SortKey| {
        let order = match (present.key == key, present.is_descending) {
            (false, _) => "none",
            (true, true) => "descending",
            (true, false) => "ascending",
        };
        json!({"address": query.sorted_by(key).address(), "order": order})
    };
    json!({
        "placed": column(SortKey::Placed),
        "total": column(SortKey::Total),
        "customer": column(SortKey::Customer),
    })
}

fn row(visitor: &Visitor, row: &Listed) -> Value {
    let Summary {
        number,
        desk_number,
        placed_at,
        customer,
        destination,
        attention_count,
        tags,
        ..
    } = &row.summary;
    let formats = &visitor.formats;
    let total = Money::new(row.summary.total_minor, row.summary.currency);
    let base = Money::new(row.summary.total_base_minor, row.summary.base);
    json!({
        "id": row.id.as_str(),
        "number": number,
        "desk_number": desk_number,
        "placed": formats.moment(*placed_at),
        "placed_at": placed_at.to_string(),
        "customer": customer,
        "destination": destination,
        "total": formats.money(total),
        "base": (total.currency != base.currency).then(|| formats.money(base)),
        "status": name(&row.summary.status),
        "payment": name(&row.summary.payment),
        "fulfilment": name(&row.summary.fulfilment),
        "fraud": name(&row.summary.fraud),
        "guarantee": name(&row.summary.guarantee),
        "is_disputed": row.summary.is_disputed,
        "attention": attention_count,
        "tags": tags,
    })
}

/// What the list shows, as a file.
pub(crate) async fn csv(visitor: Visitor, RawQuery(query): RawQuery) -> Response {
    let permit = match visitor.permit::<ExportOrders>() {
        Ok(permit) => permit,
        Err(response) => return response,
    };
    let desk = &visitor.app.desk;
    let base = match base_currency(&visitor, &permit.scope().organization_id).await {
        Ok(base) => base,
        Err(response) => return response,
    };
    let filter = ListQuery::parse(query.as_deref().unwrap_or_default()).filter(base);
    let (desk, session) = (desk.clone(), visitor.signed_in.session.clone());
    let (sender, receiver) = mpsc::channel(WAITING);
    // Writing a file waits for whoever reads it: away from the threads that answer others.
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || {
        let mut file = BufWriter::with_capacity(CHUNK_BYTES, Chunks(sender));
        let Ok(permit) = session.permit() else { return };
        let mut quiet = |_| {};
        let writing = export(&desk, &permit, Format::Csv, &filter, &mut file, &mut quiet);
        if let Err(error) = runtime.block_on(writing) {
            tracing::warn!(%error, "an export ended early");
        }
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (
            header::CONTENT_DISPOSITION,
            "attachment; filename=\"orders.csv\"",
        ),
    ];
    let stream = futures_util::stream::unfold(receiver, async |mut receiver| {
        let chunk: Bytes = receiver.recv().await?;
        Some((Ok::<_, std::convert::Infallible>(chunk), receiver))
    });
    (headers, Body::from_stream(stream)).into_response()
}

/// Bytes of a file that are sent together.
const CHUNK_BYTES: usize = 64 * 1024;

/// Chunks that wait for a slow reader.
const WAITING: usize = 8;

/// A file that is read by the other end of a channel.
struct Chunks(mpsc::Sender<Bytes>);

impl std::io::Write for Chunks {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut chunk = Bytes::copy_from_slice(bytes);
        loop {
            match self.0.try_send(chunk) {
                Ok(()) => return Ok(bytes.len()),
                Err(TrySendError::Closed(_)) => return Err(std::io::ErrorKind::BrokenPipe.into()),
                Err(TrySendError::Full(back)) => chunk = back,
            }
            std::thread::sleep(PAUSE);
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// How long the writer waits for the reader before it looks again.
const PAUSE: Duration = Duration::from_millis(5);
