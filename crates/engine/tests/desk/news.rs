//! What came since a list was shown, and the orders beside one (O1, O2): few rows are looked at, none is forgotten.

use domain::command::Command;
use domain::filter::{Filter, Sort, SortKey};
use domain::ids::ViewId;
use domain::order::OrderStatus;
use engine::listing::{News, Shown, neighbours, news};

use crate::support::orders::plain;
use crate::support::{Harness, on_every_database};

async fn asked(harness: &Harness, shown: &Shown) -> News {
    let admin = harness.admin();
    news(&harness.desk, &admin.permit().unwrap(), shown)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn new_orders_that_the_filter_keeps_are_counted_and_others_are_not() {
    on_every_database(async |harness| {
        let mut first = plain("A-1");
        first.ship_to.country = "JP".to_owned();
        first.placed_at = "2026-02-01T00:00:00Z".parse().unwrap();
        harness.take(first).await;
        let mut shown = Shown {
            filter: Filter {
                destination: vec!["JP".to_owned()],
                ..Filter::default()
            },
            ..Shown::default()
        };
        // A list that does not know yet what its newest was learns it.
        let begun = asked(harness, &shown).await;
        assert_eq!((begun.arrived, begun.changed, begun.count), (0, 0, None));
        shown.newest = Some(begun.newest);
        assert_eq!(asked(harness, &shown).await, begun);
        for (number, country) in [("A-2", "JP"), ("A-3", "JP"), ("A-4", "FR")] {
            let mut new = plain(number);
            new.placed_at = "2026-02-02T00:00:00Z".parse().unwrap();
            new.ship_to.country = country.to_owned();
            harness.take(new).await;
        }
        assert_eq!(asked(harness, &shown).await.arrived, 2);
        let nothing = Shown {
            filter: Filter {
                status: vec![OrderStatus::Canceled],
                ..Filter::default()
            },
            newest: Some(0),
            ..Shown::default()
        };
        assert_eq!(asked(harness, &nothing).await.arrived, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_changed_are_counted_and_the_open_view_is_told_exactly() {
    on_every_database(async |harness| {
        let one = harness.take(plain("A-1")).await;
        let two = harness.take(plain("A-2")).await;
        let rows = [&one, &two].map(|order| (order.desk_number, order.version));
        let shown = Shown {
            newest: Some(i64::MAX),
            // A number that nobody has is no change.
            rows: [&rows[..], &[(99_999, 1)]].concat(),
            view: Some(ViewId("view_to_ship".to_owned())),
            ..Shown::default()
        };
        let before = asked(harness, &shown).await;
        assert_eq!((before.changed, before.count), (0, Some(2)));
        let note = "look".to_owned();
        harness
            .command(&two.id, Command::Hold { note })
            .await
            .unwrap();
        let after = asked(harness, &shown).await;
        assert_eq!((after.arrived, after.changed, after.count), (0, 1, Some(1)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn o2_the_orders_beside_one_are_those_of_the_list_it_was_opened_from() {
    on_every_database(async |harness| {
        let mut taken = Vec::new();
        for (number, country, name) in [
            ("A-1", "FR", "Cleo"),
            ("A-2", "JP", "Anna"),
            ("A-3", "FR", "Anna"),
            ("A-4", "FR", "Berta"),
        ] {
            let mut new = plain(number);
            new.ship_to.country = country.to_owned();
            new.ship_to.first_name = name.to_owned();
            taken.push(harness.take(new).await);
        }
        let admin = harness.admin();
        let beside = async |index: usize, filter: &Filter, sort: Sort| {
            let permit = admin.permit().unwrap();
            let found = neighbours(&harness.desk, &permit, &taken[index], filter, sort).await;
            let found = found.unwrap();
            found.map(|id| {
                taken
                    .iter()
                    .position(|order| Some(&order.id) == id.as_ref())
            })
        };
        let (all, french) = (
            Filter::default(),
            Filter {
                destination: vec!["FR".to_owned()],
                ..Filter::default()
            },
        );
        let newest = Sort::default();
        assert_eq!(beside(2, &all, newest).await, [Some(3), Some(1)]);
        assert_eq!(beside(2, &french, newest).await, [Some(3), Some(0)]);
        assert_eq!(beside(3, &french, newest).await, [None, Some(2)]);
        // An order that the filter does not keep any more still stands between those it keeps.
        assert_eq!(beside(1, &french, newest).await, [Some(2), Some(0)]);
        let by_name = Sort {
            key: SortKey::Customer,
            is_descending: false,
        };
        assert_eq!(beside(3, &all, by_name).await, [Some(2), Some(0)]);
        assert_eq!(beside(1, &all, by_name).await, [None, Some(2)]);
    })
    .await;
}
