//! Saved views and their counts, which are exact without looking at any order (O1, regression 17).

use domain::actor::{ActorKind, Permission};
use domain::command::Command;
use domain::filter::{Filter, Sort};
use domain::ids::ViewId;
use domain::order::{Mode, OrderStatus};
use domain::refusal::{Problem, Refusal};
use engine::permit::Session;
use engine::store::views::SavedView;
use engine::views::{self, Keeper, MAX_OWN_VIEWS, MAX_VIEWS, NewView, Towards};
use futures_util::future::join_all;

use crate::support::orders::plain;
use crate::support::random::Random;
use crate::support::{Harness, on_every_database, session};

pub fn new_view(name: &str, filter: Filter) -> NewView {
    NewView {
        name: name.to_owned(),
        filter,
        sort: Sort::default(),
    }
}

/// Someone called this, who may do everything.
pub fn someone(harness: &Harness, id: &str) -> Session {
    let mut session = harness.admin();
    session.actor.by.id = id.to_owned();
    session
}

pub fn own(session: &Session) -> Keeper<'_> {
    Keeper::Person(session.permit().unwrap())
}

pub fn shared(session: &Session) -> Keeper<'_> {
    Keeper::Organization(session.permit().unwrap())
}

async fn save(harness: &Harness, new: NewView) -> SavedView {
    let session = harness.admin();
    views::save(&harness.desk, &shared(&session), new)
        .await
        .unwrap()
}

async fn delete(harness: &Harness, view: &ViewId) -> bool {
    let session = harness.admin();
    views::delete(&harness.desk, &shared(&session), view)
        .await
        .unwrap()
}

/// The names of the views everyone sees, each with its count, in the order of the tabs.
pub async fn counted(harness: &Harness, mode: Mode) -> Vec<(String, u64)> {
    let session = session(harness.scope_of(mode), ActorKind::Person, &Permission::ALL);
    seen_by(harness, &session).await
}

/// The names of the views that someone sees, each with its count, in the order of the tabs.
async fn seen_by(harness: &Harness, session: &Session) -> Vec<(String, u64)> {
    let seen = views::views(&harness.desk, &session.permit().unwrap()).await;
    seen.unwrap()
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
        let keep = async |keeper: Keeper<'_>, name: &str| {
            views::save(&harness.desk, &keeper, new_view(name, Filter::default())).await
        };
        let refusal = harness.refusal(keep(shared(&admin), "  ")).await;
        assert_eq!(refusal, Refusal::invalid("name", Problem::Missing));
        let refusal = harness.refusal(keep(shared(&admin), "all")).await;
        let given = "all".to_owned();
        assert_eq!(refusal, Refusal::invalid("name", Problem::Twice { given }));
        // Each person keeps some that the others do not see: every commit looks at all of them.
        let first = counted(harness, Mode::Live).await.len();
        for index in first..MAX_VIEWS {
            let person = someone(harness, &format!("person_{}", index / MAX_OWN_VIEWS));
            keep(own(&person), &index.to_string()).await.unwrap();
        }
        let too_many = |max| Refusal::invalid("views", Problem::TooMany { max });
        for (person, max) in [("person_1", MAX_OWN_VIEWS), ("person_99", MAX_VIEWS)] {
            let person = someone(harness, person);
            let more = keep(own(&person), "one more");
            assert_eq!(harness.refusal(more).await, too_many(max));
        }
        let more = keep(shared(&admin), "one more");
        assert_eq!(harness.refusal(more).await, too_many(MAX_VIEWS));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_gets_another_name_and_another_filter_and_counts_anew() {
    on_every_database(async |harness| {
        let one = harness.take(plain("A-1")).await;
        harness.take(plain("A-2")).await;
        harness.cancel(&one.id, false).await.unwrap();
        let (desk, anna) = (&harness.desk, someone(harness, "anna"));
        let view = views::save(desk, &own(&anna), new_view("Mine", Filter::default()))
            .await
            .unwrap();
        assert_eq!(seen_by(harness, &anna).await[6], ("Mine".to_owned(), 2));
        assert!(
            views::rename(desk, &own(&anna), &view.id, " Final ")
                .await
                .unwrap()
        );
        // Its own name is not taken.
        assert!(
            views::rename(desk, &own(&anna), &view.id, "Final")
                .await
                .unwrap()
        );
        let canceled = Filter {
            status: vec![OrderStatus::Canceled],
            ..Filter::default()
        };
        let sort = Sort {
            is_descending: false,
            ..Sort::default()
        };
        let hers = own(&anna);
        let refiltered = views::refilter(desk, &hers, &view.id, canceled.clone(), sort);
        assert!(refiltered.await.unwrap());
        let seen = views::views(desk, &anna.permit().unwrap()).await.unwrap();
        let (last, count) = seen.last().unwrap();
        let expected = SavedView {
            name: "Final".to_owned(),
            filter: canceled,
            sort,
            ..view.clone()
        };
        assert_eq!((last, *count), (&expected, 1));
        let permit = anna.permit().unwrap();
        assert_eq!(
            views::count(desk, &permit, &view.id).await.unwrap(),
            Some(1)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_to_call_a_view_as_another_one_is_called() {
    on_every_database(async |harness| {
        let (desk, anna) = (&harness.desk, someone(harness, "anna"));
        let hers = own(&anna);
        let view = views::save(desk, &hers, new_view("Final", Filter::default()))
            .await
            .unwrap();
        views::save(desk, &own(&anna), new_view("Other", Filter::default()))
            .await
            .unwrap();
        for (name, problem) in [
            (
                "Other",
                Problem::Twice {
                    given: "Other".to_owned(),
                },
            ),
            (" ", Problem::Missing),
        ] {
            let renamed = views::rename(desk, &hers, &view.id, name);
            let refusal = harness.refusal(renamed).await;
            assert_eq!(refusal, Refusal::invalid("name", problem));
        }
        assert_eq!(seen_by(harness, &anna).await[6].0, "Final");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn views_change_places_among_their_own_and_the_outermost_stay() {
    on_every_database(async |harness| {
        let (desk, anna) = (&harness.desk, someone(harness, "anna"));
        let mut ids = Vec::new();
        for name in ["one", "two", "three"] {
            let view = views::save(desk, &own(&anna), new_view(name, Filter::default())).await;
            ids.push(view.unwrap().id);
        }
        let order = async || {
            let seen = seen_by(harness, &anna).await;
            seen.into_iter().map(|(name, _)| name).collect::<Vec<_>>()
        };
        let of_all = [
            "all",
            "attention",
            "to_ship",
            "on_hold",
            "shipped",
            "canceled",
        ];
        for (id, towards, expected) in [
            (&ids[2], Towards::First, ["one", "three", "two"]),
            (&ids[2], Towards::First, ["three", "one", "two"]),
            (&ids[2], Towards::First, ["three", "one", "two"]),
            (&ids[0], Towards::Last, ["three", "two", "one"]),
            (&ids[0], Towards::Last, ["three", "two", "one"]),
        ] {
            assert!(views::shift(desk, &own(&anna), id, towards).await.unwrap());
            assert_eq!(order().await, [&of_all[..], &expected].concat());
        }
        // The organization's move for everyone.
        let admin = harness.admin();
        let shipped = ViewId("view_shipped".to_owned());
        for _ in 0..4 {
            views::shift(desk, &shared(&admin), &shipped, Towards::First)
                .await
                .unwrap();
        }
        assert_eq!(order().await[..3], ["shipped", "all", "attention"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_persons_own_view_is_reached_by_nobody_else() {
    on_every_database(async |harness| {
        let (desk, anna, ben) = (
            &harness.desk,
            someone(harness, "anna"),
            someone(harness, "ben"),
        );
        let view = views::save(desk, &own(&anna), new_view("Mine", Filter::default()))
            .await
            .unwrap();
        let before = harness.traces().await;
        let seen = seen_by(harness, &ben).await;
        assert!(!seen.iter().any(|(name, _)| name == "Mine"));
        let permit = ben.permit().unwrap();
        assert_eq!(views::count(desk, &permit, &view.id).await.unwrap(), None);
        // Not as another person, and not as who may change everyone's.
        for keeper in [own(&ben), shared(&anna)] {
            let id = &view.id;
            assert!(!views::rename(desk, &keeper, id, "Yours").await.unwrap());
            let sorted = Sort::default();
            let refiltered = views::refilter(desk, &keeper, id, Filter::default(), sorted);
            assert!(!refiltered.await.unwrap());
            assert!(
                !views::shift(desk, &keeper, id, Towards::First)
                    .await
                    .unwrap()
            );
            assert!(!views::delete(desk, &keeper, id).await.unwrap());
        }
        // The organization's are no person's own.
        let all = ViewId("view_all".to_owned());
        assert!(!views::delete(desk, &own(&anna), &all).await.unwrap());
        assert_eq!(harness.traces().await, before);
        assert_eq!(seen_by(harness, &anna).await[6], ("Mine".to_owned(), 0));
    })
    .await;
}
