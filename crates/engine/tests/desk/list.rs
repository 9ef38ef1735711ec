//! The list: what SQL shows is what the filter keeps, in exact order, page by page (O1, regression 16).

use std::collections::BTreeSet;

use domain::filter::{Filter, Sort, SortKey, Summary};
use domain::ids::OrderId;
use domain::order::{Mode, Order};
use domain::search::squeezed;
use engine::listing::page;
use engine::store::list::{Cursor, Listed, MAX_PAGE, Page};
use engine::store::orders::position;
use jiff::Timestamp;
use rand::Rng;

use crate::support::check;
use crate::support::orders::plain;
use crate::support::random::Random;
use crate::support::{Harness, on_every_database};

async fn read(harness: &Harness, page_of: &Page) -> Vec<Listed> {
    let session = harness.admin();
    let rows = page(&harness.desk, &session.permit().unwrap(), page_of)
        .await
        .unwrap();
    // Where most conditions keep more than is few, other indexes lead, to the same rows.
    for few in [0, 12] {
        let store = harness.desk.store().with_few(few);
        let other = store
            .list(&harness.organization, Mode::Live, page_of)
            .await
            .unwrap();
        assert_eq!(other, rows, "{page_of:?} with {few}");
    }
    rows
}

/// Every row, page by page.
async fn walk(harness: &Harness, filter: &Filter, sort: Sort, limit: u32) -> Vec<Listed> {
    let mut rows: Vec<Listed> = Vec::new();
    loop {
        let after = rows.last().map(|row| row.cursor.clone());
        let page = Page {
            filter: filter.clone(),
            sort,
            after,
            limit,
        };
        let more = read(harness, &page).await;
        assert!(more.len() <= limit as usize);
        let is_last = more.len() < limit as usize;
        rows.extend(more);
        if is_last {
            return rows;
        }
    }
}

/// What the list must show, found by looking at every order.
fn expected(orders: &[Order], filter: &Filter, sort: Sort) -> Vec<(OrderId, Summary)> {
    let mut kept: Vec<&Order> = orders.iter().filter(|order| filter.keeps(order)).collect();
    kept.sort_by_cached_key(|order| {
        let summary = Summary::of(order);
        let name: String = squeezed(&summary.customer).chars().take(40).collect();
        match sort.key {
            SortKey::Placed => (0, String::new(), position(order)),
            SortKey::Total => (summary.total_base_minor, String::new(), position(order)),
            SortKey::Customer => (0, name, position(order)),
        }
    });
    if sort.is_descending {
        kept.reverse();
    }
    kept.into_iter()
        .map(|order| {
            let mut summary = Summary::of(order);
            // A row tells time to the second.
            summary.placed_at = Timestamp::from_second(order.placed_at.as_second()).unwrap();
            (order.id.clone(), summary)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn o1_pages_show_exactly_what_the_filter_keeps() {
    on_every_database(async |harness| {
        let mut random = Random::seeded(11);
        random.orders(harness, "A", 300).await;
        let orders = check::orders(harness, &harness.organization).await;
        assert_eq!(orders.len(), 300);
        let mut kept = 0;
        for round in 0..250 {
            // The first rounds hold few conditions, so that every sort walks through all orders.
            let filter = if round < 6 {
                Filter::default()
            } else {
                random.filter()
            };
            let (sort, limit) = (random.sort(), random.0.random_range(1..50));
            let rows = walk(harness, &filter, sort, limit).await;
            let rows: Vec<_> = rows.into_iter().map(|row| (row.id, row.summary)).collect();
            kept += rows.len();
            assert_eq!(
                rows,
                expected(&orders, &filter, sort),
                "{filter:?} {sort:?} by {limit}"
            );
        }
        assert!(
            kept > 3_000,
            "filters that keep nothing prove nothing: {kept}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_hold_together_while_orders_come_in() {
    on_every_database(async |harness| {
        let mut random = Random::seeded(12);
        random.orders(harness, "A", 120).await;
        let orders = check::orders(harness, &harness.organization).await;
        let mut came = 0;
        for key in [SortKey::Placed, SortKey::Total, SortKey::Customer] {
            for is_descending in [true, false] {
                let sort = Sort { key, is_descending };
                let filter = Filter::default();
                let mut rows: Vec<Listed> = Vec::new();
                loop {
                    let after = rows.last().map(|row| row.cursor.clone());
                    let page = Page {
                        filter: filter.clone(),
                        sort,
                        after,
                        limit: 17,
                    };
                    let more = read(harness, &page).await;
                    if more.is_empty() {
                        break;
                    }
                    rows.extend(more);
                    came += 1;
                    harness.take(random.new_order(&format!("B-{came}"))).await;
                }
                let ids: Vec<OrderId> = rows.iter().map(|row| row.id.clone()).collect();
                let distinct: BTreeSet<&OrderId> = ids.iter().collect();
                assert_eq!(distinct.len(), ids.len(), "no row twice");
                let before = expected(&orders, &filter, sort);
                let seen: Vec<_> = ids
                    .iter()
                    .filter(|id| before.iter().any(|(old, _)| old == *id))
                    .collect();
                let before: Vec<_> = before.iter().map(|(id, _)| id).collect();
                assert_eq!(seen, before, "none is left out, and none moves");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_16_a_new_order_is_in_the_list_at_once() {
    on_every_database(async |harness| {
        for index in 0..20 {
            let order = harness.take(plain(&format!("A-{index}"))).await;
            let filter = Filter {
                text: format!("A-{index}"),
                ..Filter::default()
            };
            let page = Page {
                filter,
                sort: Sort::default(),
                after: None,
                limit: 1,
            };
            let rows = read(harness, &page).await;
            assert_eq!(rows.first().map(|row| &row.id), Some(&order.id));
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_has_one_row_at_least_and_a_bound() {
    on_every_database(async |harness| {
        harness.take(plain("A-1")).await;
        harness.take(plain("A-2")).await;
        for (limit, rows) in [(0, 1), (1, 1), (u32::MAX, 2)] {
            let filter = Filter::default();
            let page = Page {
                filter,
                sort: Sort::default(),
                after: None,
                limit,
            };
            assert_eq!(read(harness, &page).await.len(), rows);
        }
        assert_eq!(MAX_PAGE, 500);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_another_list_is_an_error_and_no_page() {
    on_every_database(async |harness| {
        harness.take(plain("A-1")).await;
        let sort = Sort {
            key: SortKey::Total,
            is_descending: true,
        };
        let value = "hana".to_owned();
        let after = Some(Cursor { value, position: 1 });
        let page_of = Page {
            filter: Filter::default(),
            sort,
            after,
            limit: 5,
        };
        let session = harness.admin();
        let permit = session.permit().unwrap();
        let failure = harness
            .failure(page(&harness.desk, &permit, &page_of))
            .await;
        assert!(!failure.can_retry(), "{failure}");
    })
    .await;
}
