//! The columns of the list: which a person sees and in what order, kept with their preferences. The number leads always.

use axum::extract::RawQuery;
use axum::response::Response;
use domain::filter::{SortKey, Summary};
use domain::money::Money;
use domain::order::Order;
use engine::people::{Preferences, save_preferences};
use engine::store::list::Listed;
use jiff::Timestamp;
use minijinja::value::Value as Shown;
use serde::Deserialize;
use serde_json::{Value, json};

use super::query::{ListQuery, name};
use crate::given::Few;
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

/// A row of the list with the cells of the columns that are seen.
pub(crate) fn row(
    visitor: &Visitor,
    columns: &[&Column],
    row: &Listed,
    order: Option<&Order>,
) -> Shown {
    let summary = &row.summary;
    let called = summary
        .number
        .clone()
        .unwrap_or_else(|| desk_number(summary));
    let cells = columns.iter().map(|column| match order {
        _ if !column.is_of_order => cell(visitor, column.name, row),
        Some(order) => cell_of_order(visitor, column.name, order),
        None => texts(column.name, "cut", ""),
    });
    Few([
        ("id", Shown::from(row.id.as_str())),
        (
            "mark",
            format!("{}.{}", summary.desk_number, row.version).into(),
        ),
        (
            "choose",
            visitor
                .say("choose-order", &[("number", called.clone())])
                .into(),
        ),
        ("called", called.into()),
        ("attention", Shown::from(summary.attention_count > 0)),
        ("cells", cells.collect()),
    ])
    .value()
}

/// What a column shows that the list's own row tells: which kind of cell, and what that kind has.
fn cell(visitor: &Visitor, column: &'static str, row: &Listed) -> Shown {
    let (formats, summary) = (&visitor.formats, &row.summary);
    match column {
        "placed" => moment(visitor, column, summary.placed_at),
        "updated" => moment(visitor, column, row.updated_at),
        "customer" => texts(column, "cut", &summary.customer),
        "total" => {
            let total = Money::new(summary.total_minor, summary.currency);
            let base = Money::new(summary.total_base_minor, summary.base);
            let other = (total.currency != base.currency).then(|| formats.money(base));
            Few([
                ("name", Shown::from(column)),
                ("kind", "total".into()),
                ("text", formats.money(total).into()),
                ("other", other.into()),
            ])
            .value()
        }
        "order" => state(column, "status", &name(&summary.status), false),
        "payment" => state(column, column, &name(&summary.payment), summary.is_disputed),
        "fulfilment" => state(column, column, &name(&summary.fulfilment), false),
        "coverage" => Few([
            ("name", Shown::from(column)),
            ("kind", "promises".into()),
            ("fraud", name(&summary.fraud).into()),
            ("guarantee", name(&summary.guarantee).into()),
        ])
        .value(),
        "tags" => Few([
            ("name", Shown::from(column)),
            ("kind", "tags".into()),
            ("tags", summary.tags.iter().map(String::as_str).collect()),
        ])
        .value(),
        "source" => {
            let key = format!("source-{}", name(&summary.source).replace('_', "-"));
            texts(column, "text", &visitor.say(&key, &[]))
        }
        "desk" => texts(column, "text", &desk_number(summary)),
        _ => texts(column, "text", &summary.destination),
    }
}

/// What a column shows that only the order itself tells.
fn cell_of_order(visitor: &Visitor, column: &'static str, order: &Order) -> Shown {
    let text = match column {
        "email" => order.ship_to.email.clone(),
        "city" => order.ship_to.city.clone(),
        _ => items(visitor, order),
    };
    texts(column, "cut", &text)
}

fn texts(column: &'static str, kind: &'static str, text: &str) -> Shown {
    Few([
        ("name", Shown::from(column)),
        ("kind", kind.into()),
        ("text", text.into()),
    ])
    .value()
}

fn state(column: &'static str, group: &'static str, state: &str, is_disputed: bool) -> Shown {
    Few([
        ("name", Shown::from(column)),
        ("kind", "state".into()),
        ("group", group.into()),
        ("state", state.into()),
        ("disputed", is_disputed.into()),
    ])
    .value()
}

fn moment(visitor: &Visitor, column: &'static str, at: Timestamp) -> Shown {
    let formats = &visitor.formats;
    let (day, time) = formats.day_and_time(at, visitor.app.desk.now());
    Few([
        ("name", Shown::from(column)),
        ("kind", "moment".into()),
        ("at", at.to_string().into()),
        ("whole", formats.moment(at).into()),
        ("day", day.into()),
        ("time", time.into()),
    ])
    .value()
}

fn desk_number(summary: &Summary) -> String {
    format!("#{}", summary.desk_number)
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
