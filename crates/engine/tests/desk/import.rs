//! Many new orders at once: as if each had been taken in by itself, all or none.

use domain::command::Decision;
use domain::filter::{Filter, Sort};
use domain::ids::OrderId;
use domain::order::{Mode, Order};
use engine::jobs::JobKind;
use engine::store::commit::CommitError;
use engine::store::keys::KeyKind;
use engine::store::list::Page;
use engine::store::queue::NewJob;

use crate::support::check;
use crate::support::import::decisions;
use crate::support::orders::{payment, plain};
use crate::support::{Harness, on_every_database};

async fn insert(harness: &Harness, decisions: &[Decision]) -> Result<(), CommitError> {
    let store = harness.desk.store();
    store
        .insert_all(&harness.organization, decisions, &[])
        .await
}

async fn listed(harness: &Harness, filter: Filter) -> Vec<OrderId> {
    let page = Page {
        filter,
        sort: Sort::default(),
        after: None,
        limit: 500,
    };
    let store = harness.desk.store();
    let rows = store
        .list(&harness.organization, Mode::Live, &page)
        .await
        .unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

/// A batch that must leave nothing.
async fn refused(harness: &Harness, decisions: &[Decision]) -> CommitError {
    let before = harness.traces().await;
    let error = insert(harness, decisions).await.unwrap_err();
    assert_eq!(harness.traces().await, before);
    error
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_are_found_and_counted_as_one_by_one() {
    on_every_database(async |harness| {
        // More than fit a few statements, and a rest that does not fill the last.
        let decisions = decisions(harness, "A", 187).await;
        insert(harness, &decisions).await.unwrap();
        let orders = check::orders(harness, &harness.organization).await;
        assert_eq!(orders.len(), 187);
        let store = harness.desk.store();
        let (organization, mode) = (&harness.organization, Mode::Live);
        for Decision { order, .. } in &decisions {
            assert_eq!(harness.load(&order.id).await, *order);
            for (kind, value) in keys(order) {
                let found = store.find(organization, mode, kind, &value).await.unwrap();
                assert_eq!(found, std::slice::from_ref(&order.id), "{kind:?} {value}");
            }
            let text = order.desk_number.to_string();
            let found = listed(
                harness,
                Filter {
                    text,
                    ..Filter::default()
                },
            )
            .await;
            assert_eq!(found, std::slice::from_ref(&order.id));
        }
        for tag in ["gift", "VIP", "été", "re-ship"] {
            let filter = Filter {
                tag: Some(tag.to_owned()),
                ..Filter::default()
            };
            let tagged = decisions
                .iter()
                .filter(|one| filter.keeps(&one.order))
                .count();
            assert!(tagged > 0);
            assert_eq!(listed(harness, filter).await.len(), tagged);
        }
    })
    .await;
}

fn keys(order: &Order) -> Vec<(KeyKind, String)> {
    let mut keys = Vec::new();
    keys.extend(order.number.clone().map(|number| (KeyKind::Number, number)));
    for payment in &order.payments {
        keys.push((KeyKind::Payment, payment.id.0.clone()));
        let reference = format!("{}:{}", payment.provider, payment.reference);
        keys.push((KeyKind::ProviderPayment, reference));
    }
    let shop = order.shop.as_ref();
    keys.extend(shop.map(|shop| (KeyKind::Shop, format!("shop:{}", shop.external_id))));
    keys
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_writes_the_very_rows_that_single_orders_write() {
    on_every_database(async |harness| {
        // The same new orders, once one by one in test mode's place: an organization of its own.
        let other = engine::organizations::create(&harness.desk, "Single", Default::default()).await;
        let other = other.unwrap();
        let decisions = decisions(harness, "A", 50).await;
        insert(harness, &decisions).await.unwrap();
        for Decision { order, .. } in &decisions {
            let mut single = Decision { events: Vec::new(), order: order.clone() };
            single.order.organization_id = other.clone();
            let mut taken = decisions.iter().find(|one| one.order.id == order.id).unwrap().events[0].clone();
            taken.kind = domain::event::EventKind::Taken { order: Box::new(single.order.clone()) };
            single.events.push(taken);
            let whole = engine::store::commit::Commit {
                before: None,
                decision: &single,
                jobs: &[],
                remembered: None,
            };
            harness.desk.store().commit(&whole).await.unwrap();
        }
        for (table, columns) in [
            ("orders", "id, mode, desk_number, position, number, customer_sort, facets, words, tags, total_base_minor"),
            ("order_events", "order_id, seq, at_us, kind"),
            ("order_keys", "kind, value, within, order_id"),
            ("order_tags", "mode, tag, facets, position, customer_sort, destination, total_base_minor"),
            ("view_counts", "view_id, mode, day, slot, count"),
        ] {
            let count = async |organization: &domain::ids::OrganizationId, than: &domain::ids::OrganizationId| {
                let text = format!(
                    "select count(*) from (select {columns} from {table} where organization_id = '{organization}' \
                     except select {columns} from {table} where organization_id = '{than}') as differing"
                );
                check::number(harness.raw(), &text).await
            };
            assert_eq!(count(&harness.organization, &other).await, 0, "{table}");
            assert_eq!(count(&other, &harness.organization).await, 0, "{table}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_taken_refuses_the_whole_batch() {
    on_every_database(async |harness| {
        let number = decisions(harness, "A", 60).await.into_iter();
        let number = number
            .filter_map(|one| one.order.number)
            .next_back()
            .unwrap();
        harness.take(plain(&number)).await;
        let batch = decisions(harness, "A", 60).await;
        let error = refused(harness, &batch).await;
        assert!(matches!(error, CommitError::PlaceTaken), "{error}");
        let fine = decisions(harness, "B", 60).await;
        insert(harness, &fine).await.unwrap();
        let error = refused(harness, &fine).await;
        assert!(matches!(error, CommitError::PlaceTaken), "{error}");
        let mut twice = decisions(harness, "C", 2).await;
        twice.push(twice[0].clone());
        let error = refused(harness, &twice).await;
        assert!(matches!(error, CommitError::PlaceTaken), "{error}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_with_two_payments_of_one_reference_is_taken_either_way() {
    on_every_database(async |harness| {
        let mut new = crate::support::orders::checkout("A-1");
        let mut second = payment("payment_second", 500);
        second.reference.clone_from(&new.payments[0].reference);
        new.payments.push(second);
        harness.take(new).await;
        let mut batch = decisions(harness, "B", 40).await;
        let paid = batch
            .iter_mut()
            .find(|one| !one.order.payments.is_empty())
            .unwrap();
        let mut second = payment("payment_third", 500);
        second
            .reference
            .clone_from(&paid.order.payments[0].reference);
        paid.order.payments.push(second);
        paid.events[0].kind = domain::event::EventKind::Taken {
            order: Box::new(paid.order.clone()),
        };
        insert(harness, &batch).await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn jobs_come_with_the_batch_and_with_nothing_else() {
    on_every_database(async |harness| {
        let batch = decisions(harness, "A", 3).await;
        let (order, now) = (&batch[0].order, harness.desk.now());
        let job = NewJob {
            id: "job_1".into(),
            organization_id: harness.organization.clone(),
            mode: Mode::Live,
            kind: JobKind::ShopTell,
            order_id: order.id.clone(),
            subject: String::new(),
            due_at: now,
            created_at: now,
        };
        let store = harness.desk.store();
        store
            .insert_all(&harness.organization, &batch, std::slice::from_ref(&job))
            .await
            .unwrap();
        let jobs = store.jobs(&harness.organization, 5).await.unwrap();
        assert_eq!((jobs.len(), &jobs[0].job), (1, &job));
        let mut late = job;
        late.id = "job_2".into();
        let again = store
            .insert_all(&harness.organization, &batch, &[late])
            .await;
        assert!(again.is_err());
        assert_eq!(store.jobs(&harness.organization, 5).await.unwrap().len(), 1);
        harness.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_is_told_in_one_read() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        let store = harness.desk.store();
        let values: Vec<String> = (0..1_200).map(|index| format!("A-{index}")).collect();
        let taken = store
            .taken(&harness.organization, KeyKind::Number, "live", &values)
            .await
            .unwrap();
        assert_eq!(
            taken.into_iter().collect::<Vec<_>>(),
            [("A-1".to_owned(), order.id)]
        );
        let elsewhere = store
            .taken(&harness.organization, KeyKind::Number, "test", &values)
            .await;
        assert!(elsewhere.unwrap().is_empty());
    })
    .await;
}
