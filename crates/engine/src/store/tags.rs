//! The tags of orders as rows of their own: each holds what the list of its tag is sorted by and asked for.

use std::collections::BTreeSet;

use domain::filter::Summary;
use domain::order::Order;
use sqlx::{Any, Transaction};

use super::orders::{AnyQuery, Indexed, name, position};
use super::rows::{Rows, Value};

/// How many columns lead a row: its key.
const KEY: usize = 5;

const DELETE: &str = "delete from order_tags where organization_id = $1 and mode = $2 and tag = $3 and facets = $4 and position = $5";

/// The rows of an order's tags.
pub(super) fn rows_of(order: &Order) -> Vec<Vec<Value>> {
    if order.tags.is_empty() {
        return Vec::new();
    }
    let indexed = Indexed::of(&Summary::of(order));
    let row = |tag: &String| {
        vec![
            order.organization_id.as_str().into(),
            name(&order.mode).into(),
            tag.as_str().into(),
            indexed.facets.as_str().into(),
            position(order).into(),
            indexed.customer_sort.as_str().into(),
            indexed.destination.as_str().into(),
            indexed.total_base_minor.into(),
        ]
    };
    order.tags.iter().map(row).collect()
}

/// New rows.
pub(super) fn rows(rows: impl IntoIterator<Item = Vec<Value>>) -> Rows {
    let start = "insert into order_tags (organization_id, mode, tag, facets, position, customer_sort, destination, \
                 total_base_minor)";
    Rows::of(start, rows)
}

/// Takes away what changed of an order's tags, and of what their rows hold; the rows to write.
pub(super) async fn change(
    tx: &mut Transaction<'static, Any>,
    before: Option<&Order>,
    order: &Order,
) -> Result<Rows, sqlx::Error> {
    let was: BTreeSet<_> = before.map(rows_of).into_iter().flatten().collect();
    let is: BTreeSet<_> = rows_of(order).into_iter().collect();
    for row in was.difference(&is) {
        let key = row[..KEY].iter().cloned();
        let query: AnyQuery<'_> = key.fold(sqlx::query(DELETE), |query, value| value.bind(query));
        query.execute(&mut **tx).await?;
    }
    Ok(rows(is.difference(&was).cloned()))
}
