//! How the embedded database finds what it is asked for: by an index, without looking at every order and without
//! sorting (regression 17). Held on an empty desk and on a filled one whose statistics are up to date.

use domain::filter::{Filter, Sort, SortKey};
use domain::order::Mode;
use engine::store::list::{Cursor, Page};
use sqlx::Row;

use crate::statements::statement;
use crate::support::import::decisions;
use crate::support::{Harness, on_sqlite};

/// What the database says it would do.
async fn plan(harness: &Harness, statement: &str) -> String {
    let text = sqlx::AssertSqlSafe(format!("explain query plan {statement}"));
    let rows = sqlx::query(text).fetch_all(harness.raw()).await.unwrap();
    let lines: Vec<String> = rows
        .iter()
        .map(|row| row.try_get("detail").unwrap())
        .collect();
    lines.join("\n")
}

async fn plan_of_page(
    harness: &Harness,
    filter: &Filter,
    sort: Sort,
    after: Option<Cursor>,
) -> String {
    let page = Page {
        filter: filter.clone(),
        sort,
        after,
        limit: 50,
    };
    let store = harness.desk.store();
    let text = store
        .page_text(&harness.organization, Mode::Live, &page)
        .await
        .unwrap();
    plan(harness, &text).await
}

/// Filters as JSON, each with what the plan of its page says.
const FILTERS: [(&str, &str); 12] = [
    ("{}", "orders_position"),
    (r#"{"status": ["hold"]}"#, "orders_status"),
    (r#"{"payment": ["refunded"]}"#, "orders_payment"),
    (r#"{"destination": ["JP"]}"#, "orders_destination"),
    (r#"{"needs_attention": true}"#, "orders_attention"),
    (r#"{"fraud": ["void"]}"#, "orders_fallen"),
    (r#"{"guarantee": ["at_risk", "void"]}"#, "orders_fallen"),
    (r#"{"is_disputed": true}"#, "orders_disputed"),
    (
        r#"{"tag": "gift"}"#,
        "SEARCH t USING PRIMARY KEY (organization_id=? AND mode=? AND tag=?",
    ),
    (r#"{"from": "2026-01-01T00:00:00Z"}"#, "orders_position"),
    (r#"{"status": ["open", "partially_shipped"]}"#, ""),
    (r#"{"destination": ["JP", "FR"]}"#, ""),
];

/// Parts of statements, each with what its plan says. An index that a table's constraint made has a number.
const LOOK_UPS: [(&str, &str); 11] = [
    (
        "select document from orders where organization_id = $1 and id = $2",
        "autoindex_orders_1",
    ),
    ("select body from order_events", "autoindex_order_events_1"),
    ("select k.order_id from order_keys k", "PRIMARY KEY"),
    (
        "select id from orders where organization_id = $1 and desk_number",
        "autoindex_orders_2",
    ),
    (
        "select fingerprint, order_id, version from idempotency",
        "PRIMARY KEY",
    ),
    ("update jobs set due_at_us = $1, lease", "jobs_due"),
    ("select organization_id from jobs", "jobs_due"),
    ("update orders set", "autoindex_orders_1"),
    (
        "select view_id, cast(sum(count)",
        "SEARCH view_counts USING PRIMARY KEY",
    ),
    (
        "select document from orders where organization_id = $1 and mode = $2 order",
        "orders_position",
    ),
    (
        "from api_keys where organization_id = $1 and hash",
        "api_keys_hash",
    ),
];

async fn assert_plans(harness: &Harness) {
    let cursor = |value: &str| {
        let value = value.to_owned();
        Some(Cursor { value, position: 7 })
    };
    for (json, index) in FILTERS {
        let filter: Filter = serde_json::from_str(json).unwrap();
        for after in [None, cursor("")] {
            let plan = plan_of_page(harness, &filter, Sort::default(), after).await;
            assert_quick(&plan);
            assert!(plan.contains(index), "{json} should use {index}:\n{plan}");
        }
    }
    for (key, index, value) in [
        (SortKey::Total, "orders_total", "100"),
        (SortKey::Customer, "orders_customer", "hana"),
        (SortKey::Placed, "orders_position", ""),
    ] {
        for (is_descending, after) in [(true, None), (true, cursor(value)), (false, cursor(value))]
        {
            let sort = Sort { key, is_descending };
            let plan = plan_of_page(harness, &Filter::default(), sort, after).await;
            assert_quick(&plan);
            assert!(plan.contains(index), "{sort:?} should use {index}:\n{plan}");
        }
    }
    let text = "hana".to_owned();
    let search = Filter {
        text,
        ..Filter::default()
    };
    let plan = plan_of_page(harness, &search, Sort::default(), None).await;
    assert_quick(&plan.replace("SCAN s VIRTUAL TABLE", "SEARCH s"));
    for (part, index) in LOOK_UPS {
        let whole = filled(&statement(part));
        let mut plan = self::plan(harness, &whole).await;
        if part.contains("order_keys") {
            // The few orders of one key are sorted; everything else comes sorted.
            plan = plan.replace("USE TEMP B-TREE FOR ORDER BY", "");
        }
        assert_quick(&plan);
        assert!(plan.contains(index), "{part} should use {index}:\n{plan}");
    }
}

/// A statement with something in each place that the code fills in.
fn filled(statement: &str) -> String {
    let mut text = statement
        .replace("{set}", "version = 1")
        .replace("{was}", "3");
    while let Some((before, rest)) = text.split_once('{') {
        let (_, after) = rest.split_once('}').unwrap();
        text = format!("{before}id{after}");
    }
    text
}

fn assert_quick(plan: &str) {
    assert!(!plan.contains("SCAN"), "looks at every row:\n{plan}");
    assert!(!plan.contains("TEMP B-TREE FOR ORDER BY"), "sorts:\n{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_look_ups_use_an_index_on_a_new_desk() {
    on_sqlite(async |harness| assert_plans(harness).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_look_ups_use_an_index_on_a_filled_desk() {
    on_sqlite(async |harness| {
        let store = harness.desk.store();
        let decisions = decisions(harness, "A", 3_000).await;
        store
            .insert_all(&harness.organization, &decisions, &[])
            .await
            .unwrap();
        store.analyze().await.unwrap();
        assert_plans(harness).await;
    })
    .await;
}
