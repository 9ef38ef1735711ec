//! The columns of the list: which a person sees and in what order, kept with their preferences. The number leads always.

use axum::extract::RawQuery;
use axum::response::Response;
use domain::filter::SortKey;
use domain::money::Money;
use domain::order::Order;
use engine::people::{Preferences, save_preferences};
use engine::store::list::Listed;
use serde::Deserialize;
use serde_json::{Value, json};

use super::query::{ListQuery, name};
use crate::visitor::{Sent, Visitor};

/// A column besides the number.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Column {
    /// What it is called in preferences and forms; its title is the message `column-` and this.
    pub name: &'static str,
    /// Whether everyone begins with it.
    is_first: bool,
    /// What clicking its title sorts by.
    sort: Option<SortKey>,
    /// Whether it is told by the order itself, which is read beside the list's row then.
    is_of_order: bool,
}

/// A column that is told by the list's own row.
const fn column(name: &'static str, is_first: bool, sort: Option<SortKey>) -> Column {
    Column {
        name,
        is_first,
        sort,
        is_of_order: false,
    }
}

/// Every column, in the order in which everyone begins.
const COLUMNS: [Column; 15] = [
    column("placed", true, Some(SortKey::Placed)),
    column("customer", true, Some(SortKey::Customer)),
    column("destination", true, None),
    column("total", true, Some(SortKey::Total)),
    column("order", true, None),
    column("payment", true, None),
    column("fulfilment", true, None),
    column("coverage", true, None),
    column("tags", true, None),
    column("source", false, None),
    column("desk", false, None),
    column("updated", false, None),
    Column {
        is_of_order: true,
        ..column("email", false, None)
    },
    Column {
        is_of_order: true,
        ..column("items", false, None)
    },
    Column {
        is_of_order: true,
        ..column("city", false, None)
    },
];

/// The columns that a person sees.
pub(crate) fn chosen(preferences: &Preferences) -> Vec<&'static Column> {
    let known = |name: &String| COLUMNS.iter().find(|column| column.name == name);
    let chosen: Vec<&Column> = preferences.columns.iter().filter_map(known).collect();
    if chosen.is_empty() {
        return COLUMNS.iter().filter(|column| column.is_first).collect();
    }
    chosen
}

/// Whether any of them needs the orders themselves.
pub(crate) fn need_orders(columns: &[&Column]) -> bool {
    columns.iter().any(|column| column.is_of_order)
}

/// The titles of a list's columns.
pub(crate) fn titles(query: &ListQuery, columns: &[&Column]) -> Vec<Value> {
    let present = query.sort();
    columns
        .iter()
        .map(|column| {
            let sort = column.sort.map(|key| {
                let order = match (present.key == key, present.is_descending) {
                    (false, _) => "none",
                    (true, true) => "descending",
                    (true, false) => "ascending",
                };
                json!({"address": query.sorted_by(key).address(), "order": order})
            });
            json!({"name": column.name, "sort": sort})
        })
        .collect()
}

/// Every column for the dialog: those that are seen in their order, then the others.
pub(crate) fn choices(columns: &[&Column]) -> Vec<Value> {
    let others = COLUMNS.iter().filter(|column| !columns.contains(column));
    let seen = columns.iter().map(|column| (column.name, true));
    seen.chain(others.map(|column| (column.name, false)))
        .map(|(name, is_seen)| json!({"name": name, "is_seen": is_seen}))
        .collect()
}

/// What a row shows, whichever of it the columns take.
pub(crate) fn row(visitor: &Visitor, row: &Listed, order: Option<&Order>) -> Value {
    let (formats, now, summary) = (&visitor.formats, visitor.app.desk.now(), &row.summary);
    let total = Money::new(summary.total_minor, summary.currency);
    let base = Money::new(summary.total_base_minor, summary.base);
    let (placed_day, placed_time) = formats.day_and_time(summary.placed_at, now);
    let (updated_day, updated_time) = formats.day_and_time(row.updated_at, now);
    json!({
        "id": row.id.as_str(),
        "version": row.version,
        "number": summary.number,
        "desk_number": summary.desk_number,
        "placed": formats.moment(summary.placed_at),
        "placed_at": summary.placed_at.to_string(),
        "placed_day": placed_day,
        "placed_time": placed_time,
        "updated": formats.moment(row.updated_at),
        "updated_at": row.updated_at.to_string(),
        "updated_day": updated_day,
        "updated_time": updated_time,
        "customer": summary.customer,
        "destination": summary.destination,
        "total": formats.money(total),
        "base": (total.currency != base.currency).then(|| formats.money(base)),
        "status": name(&summary.status),
        "payment": name(&summary.payment),
        "fulfilment": name(&summary.fulfilment),
        "fraud": name(&summary.fraud),
        "guarantee": name(&summary.guarantee),
        "source": name(&summary.source),
        "is_disputed": summary.is_disputed,
        "attention": summary.attention_count,
        "tags": summary.tags,
        "email": order.map(|order| order.ship_to.email.clone()),
        "city": order.map(|order| order.ship_to.city.clone()),
        "items": order.map(|order| items(visitor, order)),
    })
}

/// `3 × Cap` where an order has one item, the count of all pieces where it has several.
fn items(visitor: &Visitor, order: &Order) -> String {
    let pieces = order
        .items
        .iter()
        .map(|item| u64::from(item.quantity))
        .sum();
    let pieces = visitor.formats.count(pieces);
    match order.items.as_slice() {
        [one] => format!("{pieces}\u{a0}× {}", one.name),
        _ => visitor.say("pieces", &[("count", pieces)]),
    }
}

/// What the dialog holds.
#[derive(Deserialize)]
pub(crate) struct Form {
    /// The names of the columns that are seen, in their order.
    #[serde(default)]
    column: Vec<String>,
    /// A column that goes one place to the front.
    #[serde(default)]
    earlier: String,
    /// A column that goes one place to the end.
    #[serde(default)]
    later: String,
    /// Whether everyone's first columns come back.
    #[serde(default)]
    first: String,
}

/// Keeps which columns the person sees, and shows the list again that they came from.
pub(crate) async fn save(
    RawQuery(query): RawQuery,
    Sent { visitor, form }: Sent<Form>,
) -> Response {
    let known = |name: &String| COLUMNS.iter().any(|column| column.name == name);
    let mut columns: Vec<String> = Vec::new();
    for name in form.column.iter().filter(|name| known(name)) {
        if !columns.contains(name) {
            columns.push(name.clone());
        }
    }
    let place = |wanted: &String| columns.iter().position(|name| name == wanted);
    let swapped = match (place(&form.earlier), place(&form.later)) {
        (Some(at), _) if at > 0 => Some((at, at - 1)),
        (None, Some(at)) if at + 1 < columns.len() => Some((at, at + 1)),
        _ => None,
    };
    if let Some((one, other)) = swapped {
        columns.swap(one, other);
    }
    if !form.first.is_empty() {
        columns.clear();
    }
    let person = &visitor.signed_in.person;
    let preferences = Preferences {
        columns,
        ..person.preferences.clone()
    };
    if let Err(error) = save_preferences(&visitor.app.desk, person, preferences).await {
        return visitor.failed(&error.into());
    }
    let list = ListQuery::parse(query.as_deref().unwrap_or_default()).address();
    // Someone who moves columns is not done yet: the dialog stays open.
    let is_moving = !form.earlier.is_empty() || !form.later.is_empty();
    match (is_moving, list.contains('?')) {
        (false, _) => visitor.redirect(&list),
        (true, true) => visitor.redirect(&format!("{list}&panel=columns")),
        (true, false) => visitor.redirect(&format!("{list}?panel=columns")),
    }
}
