//! How the embedded database finds what it is asked for: by an index, without looking at every order and without
//! sorting (regression 17). Held on an empty desk and on a filled one whose statistics are up to date.

use domain::filter::{Sort, SortKey};
use domain::order::Mode;
use engine::store::list::{Cursor, Page};
use sqlx::Row;

use crate::statements::statement;
use crate::support::import::decisions;
use crate::support::random::Random;
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

/// The plan of a page where more than `few` orders are looked at only if an index has them in order.
async fn plan_of_page(harness: &Harness, few: i64, page: &Page) -> String {
    let store = harness.desk.store().with_few(few);
    let text = store
        .page_text(&harness.organization, Mode::Live, page)
        .await
        .unwrap();
    assert!(!text.is_empty(), "no order can be on {page:?}");
    plan(harness, &text).await
}

/// Filters as JSON, each with the index that each of its merged lists is read from.
const FILTERS: [(&str, &str); 13] = [
    ("{}", "orders_position"),
    (r#"{"from": "2026-01-01T00:00:00Z"}"#, "orders_position"),
    (r#"{"status": ["open"]}"#, FACETS),
    (
        r#"{"status": ["open", "canceled"], "payment": ["paid"]}"#,
        FACETS,
    ),
    (r#"{"needs_attention": false}"#, FACETS),
    (
        r#"{"guarantee": ["covered", "none"], "from": "2026-01-01T00:00:00Z"}"#,
        FACETS,
    ),
    (r#"{"destination": ["JP"]}"#, DESTINATION),
    (
        r#"{"destination": ["JP", "FR"], "source": ["checkout"]}"#,
        DESTINATION,
    ),
    (r#"{"tag": "gift"}"#, TAG),
    (r#"{"tag": "gift", "needs_attention": false}"#, TAG),
    (r#"{"tag": "gift", "destination": ["JP"]}"#, TAG),
    (r#"{"tag": "gift", "min_base_minor": 1}"#, TAG),
    (r#"{"min_base_minor": 1, "status": ["open"]}"#, FACETS),
];

const FACETS: &str = "orders_facets (organization_id=? AND mode=? AND facets=?";
const DESTINATION: &str =
    "orders_destination (organization_id=? AND mode=? AND destination=? AND facets=?";
const TAG: &str = "order_tags_placed (organization_id=? AND mode=? AND tag=?";

/// Filters whose one condition keeps few, each with the index it is read from; the few are sorted afterwards.
const FEW: [(&str, &str); 5] = [
    (
        r#"{"tag": "gift", "destination": ["JP"]}"#,
        "(organization_id=? AND mode=? AND tag=?",
    ),
    (
        r#"{"destination": ["JP"], "min_base_minor": 5}"#,
        "orders_destination (organization_id=? AND mode=? AND destination=?",
    ),
    (
        r#"{"min_base_minor": 5, "status": ["open"]}"#,
        "orders_facets (organization_id=? AND mode=? AND facets=?",
    ),
    (
        r#"{"text": "hana", "min_base_minor": 5}"#,
        "orders_total (organization_id=? AND mode=? AND total_base_minor>?",
    ),
    (r#"{"text": "hana", "status": ["open"]}"#, "orders_facets"),
];

/// Parts of statements, each with what its plan says. An index that a table's constraint made has a number.
const LOOK_UPS: [(&str, &str); 11] = [
    (
        "select document from orders where organization_id = $1 and id = $2",
        "autoindex_orders_1",
    ),
    ("order_id = $2 order by seq", "autoindex_order_events_1"),
    ("select k.order_id from order_keys k", "PRIMARY KEY"),
    (
        "select id from orders where organization_id = $1 and desk_number",
        "autoindex_orders_2",
    ),
    (
        "select fingerprint, order_id, version from idempotency",
        "PRIMARY KEY",
    ),
    ("update jobs set due_at_us = $1, lease = $2", "jobs_due"),
    ("select organization_id from jobs", "jobs_due"),
    ("update orders set", "autoindex_orders_1"),
    (
        "select view_id, cast(sum(count)",
        "SEARCH view_counts USING PRIMARY KEY",
    ),
    ("with recursive present", "COVERING INDEX orders_facets"),
    (
        "from api_keys where organization_id = $1 and hash",
        "api_keys_hash",
    ),
];

async fn assert_plans(harness: &Harness) {
    let page = |json: &str, sort, after| Page {
        filter: serde_json::from_str(json).unwrap(),
        sort,
        after,
        limit: 50,
    };
    let cursor = |value: &str| {
        let value = value.to_owned();
        Some(Cursor { value, position: 7 })
    };
    for (json, index) in FILTERS {
        for after in [None, cursor("")] {
            let page = page(json, Sort::default(), after);
            let plan = plan_of_page(harness, 0, &page).await;
            assert_quick(&plan);
            assert_each_list(&plan, index);
        }
    }
    for (key, index, of_tag, value) in [
        (
            SortKey::Total,
            "orders_total (organization_id=? AND mode=?",
            "order_tags_total (organization_id=? AND mode=? AND tag=?",
            "100",
        ),
        (
            SortKey::Customer,
            "orders_customer (organization_id=? AND mode=?",
            "order_tags_customer (organization_id=? AND mode=? AND tag=?",
            "hana",
        ),
        (SortKey::Placed, "orders_position", "", ""),
    ] {
        for (is_descending, after) in [(true, None), (true, cursor(value)), (false, cursor(value))]
        {
            let filters = [
                ("{}", index),
                (r#"{"status": ["open"]}"#, index),
                (r#"{"destination": ["JP"], "tag": "gift"}"#, of_tag),
                (r#"{"min_base_minor": 1, "tag": "gift"}"#, of_tag),
            ];
            let filters = if key == SortKey::Placed {
                &filters[..1]
            } else {
                &filters
            };
            for (json, index) in filters {
                let page = page(json, Sort { key, is_descending }, after.clone());
                let plan = plan_of_page(harness, 0, &page).await;
                assert_quick(&plan);
                assert_each_list(&plan, index);
            }
        }
    }
    assert_few(harness).await;
    assert_look_ups(harness).await;
}

async fn assert_few(harness: &Harness) {
    let page = |json: &str| Page {
        filter: serde_json::from_str(json).unwrap(),
        sort: Sort::default(),
        after: None,
        limit: 50,
    };
    for (json, index) in FEW {
        let page = page(json);
        let plan = plan_of_page(harness, 5_000, &page).await;
        assert!(plan.contains(index), "{json} should use {index}:\n{plan}");
    }
    let search = page(r#"{"text": "hana"}"#);
    let plan = plan_of_page(harness, 0, &search).await;
    assert_quick(&plan.replace("SCAN s VIRTUAL TABLE", "SEARCH s"));
}

async fn assert_look_ups(harness: &Harness) {
    for (part, index) in LOOK_UPS {
        let whole = filled(&statement(part));
        let mut plan = plan(harness, &whole).await;
        if part.contains("order_keys") {
            // The few orders of one key are sorted; everything else comes sorted.
            plan = plan.replace("USE TEMP B-TREE FOR ORDER BY", "");
        }
        // The few facets texts that were found stand in no table.
        let plan = plan.replace("SCAN present", "").replace("SCAN p", "");
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
        let filling = if before.ends_with('$') { "3" } else { "id" };
        text = format!("{before}{filling}{after}");
    }
    text
}

/// Every list of a merged page is read from this index.
fn assert_each_list(plan: &str, index: &str) {
    let lists: Vec<&str> = plan
        .lines()
        .filter(|line| line.starts_with("SEARCH o") || line.starts_with("SEARCH l"))
        .collect();
    let led: Vec<&&str> = lists.iter().filter(|line| line.contains(index)).collect();
    // A tag's row leads to its order, which is looked up.
    let looked_up = lists
        .iter()
        .filter(|line| line.contains("position=?)"))
        .count();
    assert!(!led.is_empty(), "should use {index}:\n{plan}");
    assert_eq!(
        led.len(),
        lists.len() - looked_up,
        "each should use {index}:\n{plan}"
    );
}

fn assert_quick(plan: &str) {
    // A page that was found in an index alone is read and sorted as it was: fifty rows.
    let plan = match plan.starts_with("CO-ROUTINE l") {
        true => {
            let plan = plan.replacen("SCAN l", "", 1);
            let (found, sorted) = plan.rsplit_once("USE TEMP B-TREE FOR ORDER BY").unwrap();
            format!("{found}{sorted}")
        }
        false => plan.to_owned(),
    };
    assert!(!plan.contains("SCAN"), "looks at every row:\n{plan}");
    assert!(!plan.contains("TEMP B-TREE FOR ORDER BY"), "sorts:\n{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_look_ups_use_an_index_on_a_desk_of_few_orders() {
    on_sqlite(async |harness| {
        Random::seeded(3).orders(harness, "A", 30).await;
        assert_plans(harness).await;
    })
    .await;
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

#[tokio::test(flavor = "multi_thread")]
async fn forgetting_answers_looks_at_those_of_programs_alone() {
    on_sqlite(async |harness| {
        let source = include_str!("../../src/store/commit.rs");
        let begin = "delete from idempotency where ";
        let (_, rest) = source.split_once(begin).unwrap();
        let conditions = rest.split('"').next().unwrap();
        let conditions = conditions.replace("$1", "'org_1'").replace("$2", "1");
        let plan = plan(harness, &format!("{begin}{conditions}")).await;
        assert!(plan.contains("idempotency_programs"), "{plan}");
        assert_quick(&plan);
    })
    .await;
}
