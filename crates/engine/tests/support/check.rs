//! What must hold after every test, and what a call that fails must leave as it was.

use std::collections::BTreeMap;

use domain::apply::replay;
use domain::filter::Filter;
use domain::ids::{OrganizationId, ViewId};
use domain::order::{Mode, Order};
use domain::shipment::LabelState;
use engine::fakes::Fakes;
use engine::store::open_refunds::OpenRefund;
use sqlx::any::AnyRow;
use sqlx::{AnyPool, Row};

use super::Harness;

/// Every table of the desk.
pub const TABLES: &[&str] = &[
    "organizations",
    "orders",
    "order_events",
    "order_keys",
    "order_tags",
    "order_search",
    "idempotency",
    "jobs",
    "saved_views",
    "view_counts",
    "people",
    "roles",
    "members",
    "api_keys",
    "presence",
    "sessions",
    "second_factors",
    "recovery_codes",
    "sign_ins",
    "account_mails",
    "outgoing_mails",
    "password_resets",
    "mail_words",
    "invitations",
    "organization_events",
    "deliveries",
    "open_refunds",
    "tariff_versions",
    "tariff_rows",
    "landed_costs",
    "webhooks",
    "webhook_messages",
    "webhook_attempts",
    "labels",
    "label_files",
    "_sqlx_migrations",
];

/// A number from the database.
pub async fn number(pool: &AnyPool, statement: &str) -> i64 {
    let statement = sqlx::AssertSqlSafe(statement.to_owned());
    let row = sqlx::query(statement).fetch_one(pool).await.unwrap();
    row.try_get(0).unwrap()
}

/// How many rows a table has.
pub async fn count(pool: &AnyPool, table: &str) -> usize {
    let rows = number(pool, &format!("select count(*) from {table}")).await;
    usize::try_from(rows).unwrap()
}

/// The rows of every table, the sum of the orders' versions, and how often the outside was asked.
pub async fn traces(pool: &AnyPool, fakes: &Fakes) -> Vec<(&'static str, usize)> {
    let mut traces = Vec::new();
    for table in TABLES {
        traces.push((*table, count(pool, table).await));
    }
    let versions = "select cast(coalesce(sum(version), 0) as bigint) from orders";
    let versions = number(pool, versions).await;
    traces.push(("versions", usize::try_from(versions).unwrap()));
    traces.push(("asked", asked(fakes)));
    traces
}

/// How often the outside was asked anything.
pub fn asked(fakes: &Fakes) -> usize {
    [
        fakes.refunds.asked().len(),
        fakes.refund_statuses.asked().len(),
        fakes.movements.asked().len(),
        fakes.captures.asked().len(),
        fakes.voids.asked().len(),
        fakes.payment_statuses.asked().len(),
        fakes.payment_refunds.asked().len(),
        fakes.labels.asked().len(),
        fakes.found_labels.asked().len(),
        fakes.label_voids.asked().len(),
        fakes.news.asked().len(),
        fakes.letters.asked().len(),
        fakes.quotes.asked().len(),
        fakes.posts.lock().unwrap().len(),
    ]
    .iter()
    .sum()
}

/// Every order is what its events make, and every view counts the orders that its filter keeps.
pub async fn documents_and_counts(harness: &Harness) {
    let store = harness.desk.store();
    for (organization, _) in store.organizations().await.unwrap() {
        let orders = orders(harness, &organization).await;
        let filters = filters(harness.raw(), &organization).await;
        let open = orders.iter().flat_map(OpenRefund::all_of);
        let queued = store.open_refunds_between(&organization, "", None).await;
        let queued = queued.unwrap().into_values().flatten();
        assert_eq!(queued.collect::<Vec<_>>(), open.collect::<Vec<_>>());
        labels_are_listed(harness.raw(), &organization, &orders).await;
        for mode in [Mode::Live, Mode::Test] {
            let counted = store.view_counts(&organization, mode).await.unwrap();
            for (view, filter) in &filters {
                let kept = |order: &&Order| order.mode == mode && filter.keeps(order);
                let kept = orders.iter().filter(kept).count() as u64;
                let counted = counted.get(view).copied().unwrap_or(0);
                assert_eq!(
                    counted, kept,
                    "view {view} counts what it keeps of {mode:?} orders"
                );
            }
        }
    }
}

/// The list of labels is what the orders say.
async fn labels_are_listed(pool: &AnyPool, organization: &OrganizationId, orders: &[Order]) {
    use LabelState as L;
    let labels = orders.iter().flat_map(|order| &order.shipments);
    let labels = labels.filter_map(|shipment| shipment.label.as_ref());
    let mut bought: Vec<(String, String)> = labels
        .filter_map(|label| match label.state {
            L::Bought | L::VoidRequested => Some((label.id.0.clone(), "created".to_owned())),
            L::Voided => Some((label.id.0.clone(), "voided".to_owned())),
            L::Requested | L::Sent | L::Unknown | L::Failed => None,
        })
        .collect();
    bought.sort();
    let text = "select id, state from labels where organization_id = $1";
    let rows = sqlx::query(text).bind(organization.as_str());
    let rows = rows.fetch_all(pool).await.unwrap();
    let row = |row: &AnyRow| (row.try_get(0).unwrap(), row.try_get(1).unwrap());
    let mut listed: Vec<(String, String)> = rows.iter().map(row).collect();
    listed.sort();
    assert_eq!(listed, bought);
}

/// Every order of an organization, each checked against its history.
pub async fn orders(harness: &Harness, organization: &OrganizationId) -> Vec<Order> {
    let (mut orders, mut after) = (Vec::new(), String::new());
    loop {
        let store = harness.desk.store();
        let page = store.stored(organization, &after, 500).await.unwrap();
        let Some(last) = page.last() else {
            return orders;
        };
        after.clone_from(&last.id.0);
        for stored in page {
            let order: Order = serde_json::from_str(&stored.document).unwrap();
            let events = stored.events.unwrap();
            assert_eq!(
                replay(&events).unwrap(),
                order,
                "order {} is its events",
                order.id
            );
            let versions = (order.version, events.len() as u64);
            assert_eq!((stored.version as u64, order.version), versions);
            orders.push(order);
        }
    }
}

async fn filters(pool: &AnyPool, organization: &OrganizationId) -> BTreeMap<ViewId, Filter> {
    let rows = sqlx::query("select id, filter from saved_views where organization_id = $1");
    let rows = rows
        .bind(organization.as_str())
        .fetch_all(pool)
        .await
        .unwrap();
    let read = |row: &AnyRow| {
        let filter: &str = row.try_get(1).unwrap();
        (
            ViewId(row.try_get(0).unwrap()),
            serde_json::from_str(filter).unwrap(),
        )
    };
    rows.iter().map(read).collect()
}
