//! Lists of labels: what commits keep of them, and what a migration makes of those that were there before.

use domain::command::Command;
use domain::ids::LabelId;
use engine::labels::{LabelPlace, LabelStanding, Wanted};
use engine::ports::Answer;

use crate::support::orders::{label, plain};
use crate::support::{Harness, on_every_database};

fn everything() -> Wanted {
    Wanted {
        limit: 50,
        ..Wanted::default()
    }
}

/// The labels of a page, and how many there are in all.
async fn listed(harness: &Harness, wanted: &Wanted) -> (Vec<String>, i64) {
    let admin = harness.admin();
    let permit = admin.permit().unwrap();
    let page = engine::labels::page(&harness.desk, &permit, wanted).await;
    let count = engine::labels::count(&harness.desk, &permit, wanted).await;
    let names = page.unwrap().into_iter().map(|label| label.place.label.0);
    (names.collect(), count.unwrap())
}

/// Two orders with a label each, the second one voided, and one whose label was not sold.
async fn three_labels(harness: &Harness) -> domain::order::Order {
    let first = harness.take(plain("A-1")).await;
    let second = harness.take(plain("A-2")).await;
    let third = harness.take(plain("A-3")).await;
    for (order, id) in [(&first, "l1"), (&second, "l2"), (&third, "l3")] {
        harness.command(&order.id, label(order, id)).await.unwrap();
        if id == "l3" {
            let refused = Answer::Refused("too heavy".to_owned());
            harness.fakes.labels.reply(refused);
        }
        harness.drain().await;
        harness.clock.advance_s(60);
    }
    let label = LabelId("label_l2".to_owned());
    let void = Command::VoidLabel { label };
    harness.command(&second.id, void).await.unwrap();
    harness.drain().await;
    first
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_labels_are_listed_newest_first_and_counted_as_the_list_keeps_them() {
    on_every_database(async |harness| {
        three_labels(harness).await;
        let wanted = everything();
        let all = (vec!["label_l2".to_owned(), "label_l1".to_owned()], 2);
        assert_eq!(listed(harness, &wanted).await, all);
        let of = |standing| Wanted {
            standing: Some(standing),
            ..everything()
        };
        let voided = listed(harness, &of(LabelStanding::Voided)).await;
        assert_eq!(voided, (vec!["label_l2".to_owned()], 1));
        let good = listed(harness, &of(LabelStanding::Created)).await;
        assert_eq!(good, (vec!["label_l1".to_owned()], 1));
        let other = Wanted {
            account: "another".to_owned(),
            ..everything()
        };
        assert_eq!(listed(harness, &other).await, (Vec::new(), 0));
        let admin = harness.admin();
        let permit = admin.permit().unwrap();
        let page = engine::labels::page(&harness.desk, &permit, &wanted);
        let places: Vec<LabelPlace> = page
            .await
            .unwrap()
            .into_iter()
            .map(|one| one.place)
            .collect();
        let after = Wanted {
            after: Some(places[0].clone()),
            ..everything()
        };
        assert_eq!(listed(harness, &after).await.0, ["label_l1"]);
        let last = Wanted {
            is_backward: true,
            ..everything()
        };
        assert_eq!(listed(harness, &last).await.0, ["label_l1", "label_l2"]);
        let before = Wanted {
            before: Some(places[1].clone()),
            ..last
        };
        assert_eq!(listed(harness, &before).await.0, ["label_l2"]);
        harness.settle().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_was_filled_before_gets_its_list_of_labels_when_it_is_migrated() {
    on_every_database(async |harness| {
        three_labels(harness).await;
        for statement in [
            "drop table labels",
            "delete from _sqlx_migrations where version = 25",
        ] {
            sqlx::query(statement).execute(harness.raw()).await.unwrap();
        }
        harness.desk.store().migrate().await.unwrap();
        let all = (vec!["label_l2".to_owned(), "label_l1".to_owned()], 2);
        assert_eq!(listed(harness, &everything()).await, all);
        let voided = Wanted {
            standing: Some(LabelStanding::Voided),
            ..everything()
        };
        assert_eq!(listed(harness, &voided).await.0, ["label_l2"]);
        harness.settle().await;
    })
    .await;
}
