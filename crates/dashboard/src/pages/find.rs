//! What the palette finds while someone types: a few orders.

use axum::extract::Query;
use domain::filter::{Filter, Sort};
use domain::money::Money;
use engine::listing;
use engine::permit::ViewOrders;
use engine::store::list::{Listed, Page};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::visitor::{Answer, Visitor};

/// Orders that are told.
const ORDERS: u32 = 6;

/// What is looked for.
#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
}

/// The newest orders that a text finds.
pub(crate) async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Answer {
    let permit = visitor.permit::<ViewOrders>()?;
    if asked.q.trim().is_empty() {
        return Ok(visitor.data(&json!([])));
    }
    let page = Page {
        filter: Filter {
            text: asked.q,
            ..Filter::default()
        },
        sort: Sort::default(),
        after: None,
        limit: ORDERS,
    };
    let rows = listing::page(&visitor.app.desk, &permit, &page)
        .await
        .map_err(|failure| visitor.failed(&failure))?;
    let orders: Vec<Value> = rows.iter().map(|row| order(&visitor, row)).collect();
    Ok(visitor.data(&Value::from(orders)))
}

fn order(visitor: &Visitor, row: &Listed) -> Value {
    let (summary, formats) = (&row.summary, &visitor.formats);
    let number = summary
        .number
        .clone()
        .unwrap_or_else(|| summary.desk_number.to_string());
    let total = formats.money(Money::new(summary.total_minor, summary.currency));
    let placed = formats.moment(summary.placed_at);
    let detail = [&summary.customer, &summary.destination, &total, &placed];
    let detail: Vec<&str> = detail.into_iter().map(String::as_str).collect();
    json!({
        "address": format!("/orders/{}", row.id),
        "title": visitor.say("order-title", &[("number", number)]),
        "detail": detail.join(" · "),
    })
}
