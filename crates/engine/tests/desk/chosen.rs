//! Bulk actions on chosen orders (O1): each order by its own use case, each reported, a limit that is said.

use domain::actor::{ActorKind, Permission};
use domain::ids::OrderId;
use domain::order::{Mode, Order};
use domain::refusal::{Problem, Refusal};
use engine::chosen::{MAX_CHOSEN, Outcome, Tagging, load, tag};
use engine::failure::Failure;
use engine::organizations::{Settings, create};
use engine::permit::{EditOrders, Scope, ViewOrders};
use engine::transfer::export::{HEADER, export_chosen};

use crate::support::orders::plain;
use crate::support::{Harness, on_every_database, session};

async fn tagged(
    harness: &Harness,
    ids: &[OrderId],
    tagging: &Tagging,
) -> Result<Vec<(OrderId, Outcome)>, Failure> {
    let admin = harness.admin();
    tag(&harness.desk, &admin.permit().unwrap(), ids, tagging).await
}

fn add(tag: &str) -> Tagging {
    Tagging::Add(tag.to_owned())
}

fn ids(orders: &[Order]) -> Vec<OrderId> {
    orders.iter().map(|order| order.id.clone()).collect()
}

/// What became of each, in a word.
fn words(outcomes: &[(OrderId, Outcome)]) -> Vec<&'static str> {
    outcomes
        .iter()
        .map(|(_, outcome)| match outcome {
            Outcome::Done => "done",
            Outcome::Already => "already",
            Outcome::Failed(Failure::NotFound(_)) => "not found",
            Outcome::Failed(Failure::Refused(_)) => "refused",
            Outcome::Failed(_) => "failed",
            Outcome::NotTried => "not tried",
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_chosen_order_is_tagged_once_and_reported() {
    on_every_database(async |harness| {
        let mut orders = Vec::new();
        for number in ["A-1", "A-2", "A-3"] {
            orders.push(harness.take(plain(number)).await);
        }
        // One has the tag, one has as many as an order may.
        tagged(harness, &ids(&orders[..1]), &add("gift"))
            .await
            .unwrap();
        for index in 0..50 {
            let tag = add(&index.to_string());
            tagged(harness, &ids(&orders[2..]), &tag).await.unwrap();
        }
        let mut chosen = ids(&orders);
        chosen.push("order_nowhere".into());
        chosen.push(orders[1].id.clone());
        let outcomes = tagged(harness, &chosen, &add(" gift ")).await.unwrap();
        assert_eq!(
            words(&outcomes),
            ["already", "done", "refused", "not found"]
        );
        let named: Vec<OrderId> = outcomes.into_iter().map(|(id, _)| id).collect();
        assert_eq!(named, chosen[..4]);
        assert!(harness.load(&orders[1].id).await.tags.contains("gift"));
        assert!(!harness.load(&orders[2].id).await.tags.contains("gift"));
        // Asking again changes nothing more.
        let before = harness.traces().await;
        let again = tagged(harness, &chosen, &add("gift")).await.unwrap();
        assert_eq!(
            words(&again),
            ["already", "already", "refused", "not found"]
        );
        assert_eq!(harness.traces().await, before);
        let remove = Tagging::Remove("gift".to_owned());
        let removed = tagged(harness, &ids(&orders), &remove).await.unwrap();
        assert_eq!(words(&removed), ["done", "done", "already"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refuses_none_too_many_and_a_tag_that_cannot_be_before_anything_happens() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        let one = ids(std::slice::from_ref(&order));
        let many: Vec<OrderId> = (0..=MAX_CHOSEN)
            .map(|index| OrderId(format!("order_{index}")))
            .chain(one.clone())
            .collect();
        let max = MAX_CHOSEN;
        for (chosen, text, field, problem) in [
            (&vec![], "gift", "orders", Problem::Missing),
            (&many, "gift", "orders", Problem::TooMany { max }),
            (&one, " ", "tag", Problem::Missing),
            (&one, &"x".repeat(41), "tag", Problem::TooLong { max: 40 }),
        ] {
            let refusal = harness.refusal(tagged(harness, chosen, &add(text))).await;
            assert_eq!(refusal, Refusal::invalid(field, problem));
        }
        let admin = harness.admin();
        let permit = admin.permit().unwrap();
        let whole = load(&harness.desk, &permit, &many);
        let refusal = harness.refusal(whole).await;
        assert_eq!(
            refusal,
            Refusal::invalid("orders", Problem::TooMany { max })
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn chosen_orders_are_printed_and_exported_oldest_first_and_only_together() {
    on_every_database(async |harness| {
        let mut taken = Vec::new();
        for number in ["A-1", "A-2"] {
            taken.push(harness.take(plain(number)).await);
        }
        let admin = harness.admin();
        let (view, export) = (admin.permit().unwrap(), admin.permit().unwrap());
        let mut chosen = ids(&taken);
        chosen.reverse();
        let whole = load(&harness.desk, &view, &chosen).await.unwrap();
        assert_eq!(whole, taken);
        let file = export_chosen(&harness.desk, &export, &chosen)
            .await
            .unwrap();
        let file = String::from_utf8(file).unwrap();
        let lines: Vec<&str> = file.lines().collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0], HEADER.join(","));
        assert!(lines[1].contains("A-1") && lines[2].contains("A-2"));
        // One that is not there: nobody gets the rest for the whole.
        chosen.push("order_nowhere".into());
        let failure = harness.failure(load(&harness.desk, &view, &chosen)).await;
        assert!(matches!(failure, Failure::NotFound(id) if id.as_str() == "order_nowhere"));
        let export = export_chosen(&harness.desk, &export, &chosen);
        let failure = harness.failure(export).await;
        assert!(matches!(failure, Failure::NotFound(_)));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn o5_orders_of_others_and_of_the_other_mode_are_not_there_to_choose() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        let chosen = ids(std::slice::from_ref(&order));
        let organization_id = create(&harness.desk, "Second", Settings::default())
            .await
            .unwrap();
        let elsewhere = Scope {
            organization_id,
            mode: Mode::Live,
        };
        for scope in [elsewhere, harness.scope_of(Mode::Test)] {
            let outsider = session(scope, ActorKind::Person, &Permission::ALL);
            let edit = outsider.permit::<EditOrders>().unwrap();
            let outcomes = tag(&harness.desk, &edit, &chosen, &add("x")).await.unwrap();
            assert_eq!(words(&outcomes), ["not found"]);
            let view = outsider.permit::<ViewOrders>().unwrap();
            let failure = harness.failure(load(&harness.desk, &view, &chosen)).await;
            assert!(matches!(failure, Failure::NotFound(_)));
        }
        assert_eq!(harness.load(&order.id).await, order);
    })
    .await;
}
