//! All orders (O1): views, search, filter, sort, columns, pages.

use std::collections::BTreeMap;

use axum::extract::RawQuery;
use axum::http::StatusCode;
use axum::response::Response;
use domain::filter::{Filter, Sort};
use domain::ids::{OrderId, OrganizationId};
use domain::money::Currency;
use domain::order::Order;
use engine::chosen::{self, MAX_CHOSEN};
use engine::failure::Failure;
use engine::permit::{EditOrders, ExportOrders, ManageSettings, Permit, ViewOrders};
use engine::store::list::{Listed, Page};
use engine::store::views::SavedView;
use engine::{listing, views};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::columns::{self, Column};
use super::days::End;
use super::query::{ListQuery, ROWS};
use crate::given::Given;
use crate::visitor::{Answer, Visitor};

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

/// What the address can say besides the list itself.
#[derive(Default, Deserialize)]
struct Beside {
    /// The dialog that is open.
    #[serde(default)]
    panel: String,
}

/// The list.
pub(crate) async fn list(visitor: Visitor, RawQuery(query): RawQuery) -> Answer {
    let (visitor, text) = (&visitor, query.as_deref().unwrap_or_default());
    let permit = visitor.permit::<ViewOrders>()?;
    let desk = &visitor.app.desk;
    let failed = |failure: Failure| visitor.failed(&failure);
    let base = base_currency(visitor, &permit.scope().organization_id).await?;
    let query = ListQuery::parse(text);
    let beside: Beside = serde_html_form::from_str(text).unwrap_or_default();
    let seen = views::views(desk, &permit).await.map_err(failed)?;
    let (count, columns) = (
        query.row_count(),
        columns::chosen(&visitor.signed_in.person.preferences),
    );
    let filter = query.filter(base, &visitor.formats.zone);
    let page = Page {
        filter: filter.clone(),
        sort: query.sort(),
        after: query.cursor(),
        limit: count + 1,
    };
    let mut rows = listing::page(desk, &permit, &page).await.map_err(failed)?;
    // One row more than is shown tells whether there is another page.
    let has_more = rows.len() > count as usize;
    rows.truncate(count as usize);
    let next = rows
        .last()
        .filter(|_| has_more)
        .map(|row| query.after(&row.cursor).address());
    let orders = orders_of(visitor, &permit, &columns, &rows).await?;
    let tabs: Vec<Value> = seen
        .iter()
        .map(|(view, count)| tab(visitor, view, *count, &query, base))
        .collect();
    let open = tabs.iter().find(|tab| tab["is_open"] == true);
    let context = json!({
        "open": open,
        "tabs": tabs,
        "chips": chips(visitor, &query),
        "facets": facets(&query),
        "columns": columns::titles(&query, &columns),
        "choices": columns::choices(&columns),
        "panel": beside.panel,
        "newest": newest(&query, &rows),
        "list": query.first().text(),
        "list_param": carried(&query.first().text()),
        "first_page": query.first().address(),
        "next": next,
        "first": (!query.after.is_empty()).then(|| query.first().address()),
        "sizes": sizes(&query),
        "base": base.code(),
        "csv": query.first().address().replacen("/orders", "/orders.csv", 1),
        "max_chosen": MAX_CHOSEN,
        "query": query,
    });
    let told = |row: &Listed| columns::row(visitor, &columns, row, orders.get(&row.id));
    let given = Given::from(context)
        .and(may(visitor).into())
        .and(days(visitor, &filter).into())
        .with("rows", rows.iter().map(told).collect());
    Ok(visitor.page(StatusCode::OK, "orders.html", given))
}

/// What the visitor may do with the list.
fn may(visitor: &Visitor) -> Value {
    let session = &visitor.signed_in.session;
    json!({
        "may_export": session.permit::<ExportOrders>().is_ok(),
        "may_edit": session.permit::<EditOrders>().is_ok(),
        "may_share": session.permit::<ManageSettings>().is_ok(),
    })
}

/// The days of the filter as its form has them, and whose days they are.
fn days(visitor: &Visitor, filter: &Filter) -> Value {
    let zone = &visitor.formats.zone;
    let day = |at: Option<Timestamp>, end: End| at.map(|at| end.day(at, zone).to_string());
    json!({
        "from_day": day(filter.from, End::First),
        "until_day": day(filter.until, End::Last),
        "zone": zone.iana_name().unwrap_or("UTC"),
    })
}

/// The orders of the rows themselves, where a column needs them.
async fn orders_of(
    visitor: &Visitor,
    permit: &Permit<'_, ViewOrders>,
    columns: &[&Column],
    rows: &[Listed],
) -> Result<BTreeMap<OrderId, Order>, Response> {
    if !columns::need_orders(columns) {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<OrderId> = rows.iter().map(|row| row.id.clone()).collect();
    let orders = chosen::known(&visitor.app.desk, permit, &ids)
        .await
        .map_err(|failure| visitor.failed(&failure))?;
    let by_id = orders.into_iter().map(|order| (order.id.clone(), order));
    Ok(by_id.collect())
}

/// The newest position that the page shows, where it shows the newest: what came since is counted from there.
fn newest(query: &ListQuery, rows: &[Listed]) -> Option<i64> {
    let shows_newest = query.after.is_empty() && query.sort() == Sort::default();
    shows_newest.then(|| rows.first().map_or(0, |row| row.cursor.position))
}

/// A list's query as what other pages carry along, to lead back to it.
pub(super) fn carried(list: &str) -> String {
    serde_html_form::to_string([("list", list)]).unwrap_or_default()
}

/// The sizes of a page, each with its address.
fn sizes(query: &ListQuery) -> Vec<Value> {
    ROWS.into_iter()
        .map(|rows| {
            let sized = ListQuery {
                rows: if rows == ROWS[0] { String::new() } else { rows.to_string() },
                ..query.first()
            };
            json!({"rows": rows, "address": sized.address(), "is_present": rows == query.row_count()})
        })
        .collect()
}

/// The currency that amounts of the filter are in.
pub(super) async fn base_currency(
    visitor: &Visitor,
    organization: &OrganizationId,
) -> Result<Currency, Response> {
    let settings = visitor.app.desk.store().settings(organization).await;
    settings
        .map(|settings| settings.base_currency)
        .map_err(|error| visitor.failed(&error.into()))
}

/// A tab.
fn tab(
    visitor: &Visitor,
    view: &SavedView,
    count: u64,
    query: &ListQuery,
    base: Currency,
) -> Value {
    let mut address = ListQuery::of(&view.filter, view.sort, base, &visitor.formats.zone);
    let is_open = address == query.kept();
    address.view = view.id.0.clone();
    json!({
        "id": view.id.as_str(),
        "label": label(visitor, view),
        "total": count,
        "count": visitor.formats.count(count),
        "address": address.address(),
        "is_open": is_open,
        "is_own": view.person_id.is_some(),
    })
}

/// What a view is called; those that every organization begins with are called in the reader's language.
pub(super) fn label(visitor: &Visitor, view: &SavedView) -> String {
    let built_in = [
        "all",
        "attention",
        "to_ship",
        "on_hold",
        "shipped",
        "canceled",
    ];
    if view.person_id.is_none() && built_in.contains(&view.name.as_str()) {
        visitor.say(&format!("view-{}", view.name.replace('_', "-")), &[])
    } else {
        view.name.clone()
    }
}

pub(super) fn chips(visitor: &Visitor, query: &ListQuery) -> Vec<Value> {
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
                "from" | "until" => visitor.formats.day_or_moment(&value),
                _ => value,
            };
            let label = visitor.say(&format!("filter-{field}"), &[]);
            json!({"text": visitor.labelled(&label, &value), "without": rest.address()})
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
