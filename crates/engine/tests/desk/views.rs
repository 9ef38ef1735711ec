//! Saved views and their counts, which are exact without looking at any order (O1, regression 17).

use domain::actor::{ActorKind, Permission};
use domain::command::Command;
use domain::filter::{Filter, Sort};
use domain::ids::{PersonId, ViewId};
use domain::order::{Mode, OrderStatus};
use domain::refusal::{Problem, Refusal};
use engine::listing::{MAX_VIEWS, NewView, delete_view, save_view, views};
use engine::store::views::SavedView;
use futures_util::future::join_all;

use crate::support::orders::plain;
use crate::support::random::Random;
use crate::support::{Harness, on_every_database, session};

fn new_view(name: &str, filter: Filter) -> NewView {
    let (person_id, name) = (None, name.to_owned());
    NewView {
        person_id,
        name,
        filter,
        sort: Sort::default(),
    }
}

async fn save(harness: &Harness, new: NewView) -> SavedView {
    let session = harness.admin();
    save_view(&harness.desk, &session.permit().unwrap(), new)
        .await
        .unwrap()
}

async fn delete(harness: &Harness, view: &ViewId) -> bool {
    let session = harness.admin();
    delete_view(&harness.desk, &session.permit().unwrap(), None, view)
        .await
        .unwrap()
}

/// The names of the views everyone sees, each with its count, in the order of the tabs.
async fn counted(harness: &Harness, mode: Mode) -> Vec<(String, u64)> {
    let session = session(harness.scope_of(mode), ActorKind::Person, &Permission::ALL);
    let views = views(&harness.desk, &session.permit().unwrap(), None)
        .await
        .unwrap();
    views
        .into_iter()
        .map(|(view, count)| (view.name, count))
        .collect()
}

fn named(views: &[(&str, u64)]) -> Vec<(String, u64)> {
    views
        .iter()
        .map(|(name, count)| ((*name).to_owned(), *count))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_organization_has_views_that_count_from_the_first_order_on() {
    on_every_database(async |harness| {
        let first = [
            "all",
            "attention",
            "to_ship",
            "on_hold",
            "shipped",
            "canceled",
        ];
        let empty: Vec<_> = first.iter().map(|name| ((*name).to_owned(), 0)).collect();
        assert_eq!(counted(harness, Mode::Live).await, empty);
        let one = harness.take(plain("A-1")).await;
        let two = harness.take(plain("A-2")).await;
        harness.take(plain("A-3")).await;
        harness
            .command(
                &one.id,
                Command::Hold {
                    note: "look".to_owned(),
                },
            )
            .await
            .unwrap();
        harness.cancel(&two.id, false).await.unwrap();
        let expected = named(&[
            ("all", 3),
            ("attention", 0),
            ("to_ship", 1),
            ("on_hold", 1),
            ("shipped", 0),
            ("canceled", 1),
        ]);
        assert_eq!(counted(harness, Mode::Live).await, expected);
        assert_eq!(counted(harness, Mode::Test).await, empty);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_counts_what_was_there_before_it_and_what_comes_after() {
    on_every_database(async |harness| {
        let mut random = Random::seeded(31);
        random.orders(harness, "A", 60).await;
        for index in 0..40 {
            let filter = random.filter();
            save(harness, new_view(&format!("view {index}"), filter)).await;
        }
        // The harness counts again, by looking at every order, when the test ends.
        for id in random.orders(harness, "B", 60).await {
            random.change(harness, &id).await;
        }
        harness.settle().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn views_made_and_removed_while_orders_change_count_exactly() {
    on_every_database(async |harness| {
        let mut random = Random::seeded(32);
        let ids = random.orders(harness, "A", 48).await;
        let changing = ids.chunks(6).enumerate().map(async |(part, ids)| {
            let mut random = Random::seeded(100 + part as u64);
            for _ in 0..6 {
                for id in ids {
                    random.change(harness, id).await;
                }
            }
        });
        let viewing = (0..4).map(async |part| {
            let mut random = Random::seeded(200 + part);
            for index in 0..8 {
                let filter = if index % 2 == 0 {
                    Filter::default()
                } else {
                    random.filter()
                };
                let view = save(harness, new_view(&format!("{part} {index}"), filter)).await;
                if index % 3 == 0 {
                    assert!(delete(harness, &view.id).await);
                }
            }
        });
        let taking = async {
            for index in 0..40 {
                harness.take(plain(&format!("B-{index}"))).await;
            }
        };
        tokio::join!(join_all(changing), join_all(viewing), taking);
        harness.settle().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_is_removed_leaves_no_counts() {
    on_every_database(async |harness| {
        harness.take(plain("A-1")).await;
        let before = harness.traces().await;
        let status = vec![OrderStatus::Open];
        let view = save(
            harness,
            new_view(
                "Open",
                Filter {
                    status,
                    ..Filter::default()
                },
            ),
        )
        .await;
        assert_eq!(
            counted(harness, Mode::Live).await.last().unwrap(),
            &("Open".to_owned(), 1)
        );
        assert!(delete(harness, &view.id).await);
        assert_eq!(harness.traces().await, before);
        assert!(!delete(harness, &view.id).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_a_view_without_a_name_and_one_too_many() {
    on_every_database(async |harness| {
        let admin = harness.admin();
        let permit = admin.permit().unwrap();
        let unnamed = save_view(&harness.desk, &permit, new_view("  ", Filter::default()));
        let refusal = harness.refusal(unnamed).await;
        assert_eq!(refusal, Refusal::invalid("name", Problem::Missing));
        // Each of three people keeps some that the others do not see: every commit looks at all of them.
        let first = counted(harness, Mode::Live).await.len();
        for index in first..MAX_VIEWS {
            let mut new = new_view(&index.to_string(), Filter::default());
            new.person_id = Some(PersonId(format!("person_{}", index % 3)));
            save(harness, new).await;
        }
        let refusal = Refusal::invalid("views", Problem::TooMany { max: MAX_VIEWS });
        for person in ["person_0", "person_9"] {
            let mut new = new_view("one more", Filter::default());
            new.person_id = Some(PersonId(person.to_owned()));
            let more = save_view(&harness.desk, &permit, new);
            assert_eq!(harness.refusal(more).await, refusal);
        }
    })
    .await;
}
