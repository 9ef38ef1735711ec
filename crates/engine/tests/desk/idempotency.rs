//! The same key, once (R10); regressions 1 and 11: a repetition is one refund, two equal wishes are two.

use domain::ids::OrderId;
use domain::money::Money;
use domain::order::Order;
use domain::parts::Parts;
use domain::refusal::Refusal;
use engine::failure::Failure;
use engine::orders::{Changed, Idempotency, Terms, fingerprint, take};
use futures_util::future::join_all;

use crate::support::check::count;
use crate::support::orders::{checkout, plain};
use crate::support::{Harness, on_every_database, request};

fn key(key: &str, request: &str) -> Idempotency {
    let (key, fingerprint) = (key.to_owned(), fingerprint(request));
    Idempotency { key, fingerprint }
}

fn goods(item_minor: i64) -> Parts {
    Parts {
        item_minor,
        ..Parts::default()
    }
}

async fn take_under(harness: &Harness, number: &str, key: &Idempotency) -> Result<Order, Failure> {
    let session = harness.admin();
    let permit = session.permit()?;
    take(&harness.desk, &permit, checkout(number), Some(key)).await
}

async fn refund_under(
    harness: &Harness,
    id: &OrderId,
    refund: &str,
    key: Option<Idempotency>,
) -> Result<Changed, Failure> {
    let terms = Terms {
        idempotency: key,
        ..Terms::default()
    };
    harness
        .refund_on(id, request(refund, goods(1_000)), &terms)
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_again_is_answered_and_does_nothing() {
    on_every_database(async |harness| {
        let first = take_under(harness, "A-1", &key("k1", "A-1")).await.unwrap();
        let before = harness.traces().await;
        let again = take_under(harness, "A-1", &key("k1", "A-1")).await.unwrap();
        assert_eq!(again, first);
        assert_eq!(harness.traces().await, before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_request_many_times_at_once_takes_one_order() {
    on_every_database(async |harness| {
        let key = key("k1", "A-1");
        let orders = join_all((0..20).map(|_| take_under(harness, "A-1", &key))).await;
        let orders: Vec<Order> = orders.into_iter().map(Result::unwrap).collect();
        assert!(orders.iter().all(|order| *order == orders[0]));
        assert_eq!(count(harness.raw(), "orders").await, 1);
        assert_eq!(count(harness.raw(), "order_events").await, 1);
        assert_eq!(count(harness.raw(), "idempotency").await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_with_another_request_is_refused() {
    on_every_database(async |harness| {
        take_under(harness, "A-1", &key("k1", "A-1")).await.unwrap();
        let other_request = key("k1", "A-2");
        let other = take_under(harness, "A-2", &other_request);
        let failure = harness.failure(other).await;
        assert!(matches!(failure, Failure::KeyReused), "{failure}");
        assert!(!failure.can_retry());
        let order = harness.paid("A-3").await;
        let refund = refund_under(harness, &order.id, "r1", Some(key("k1", "refund")));
        assert!(matches!(harness.failure(refund).await, Failure::KeyReused));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_1_the_same_refund_at_once_under_one_key_is_one_refund() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let key = key("k1", "refund");
        let asked = (0..12).map(|_| refund_under(harness, &order.id, "r1", Some(key.clone())));
        let asked = join_all(asked).await;
        let done: Vec<Changed> = asked.into_iter().map(Result::unwrap).collect();
        assert_eq!(
            done.iter()
                .filter(|changed| !changed.events.is_empty())
                .count(),
            1
        );
        assert!(done.iter().all(|changed| changed.order == done[0].order));
        harness.drain().await;
        assert_eq!(harness.fakes.refunds.asked().len(), 1);
        let left = harness.load(&order.id).await.left();
        assert_eq!(left, Parts::from_array([7_800, 1_000, 2_200]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_1_the_same_refund_under_other_keys_or_none_is_one_refund() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let keys = [None, None, Some(key("k1", "a")), Some(key("k2", "b"))];
        let asked = keys.map(|key| refund_under(harness, &order.id, "r1", key));
        for changed in join_all(asked).await {
            assert_eq!(changed.unwrap().order.refunds.len(), 1);
        }
        harness.drain().await;
        assert_eq!(harness.fakes.refunds.asked().len(), 1);
        assert_eq!(harness.load(&order.id).await.returned_minor(), 1_000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_of_the_same_id_with_another_amount_is_refused() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        harness.refund(&order.id, "r1", 1_000).await.unwrap();
        let refusal = harness
            .refusal(harness.refund(&order.id, "r1", 2_000))
            .await;
        let refund = "refund_r1".into();
        assert_eq!(refusal, Refusal::RefundDiffers { refund });
        harness.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_11_two_equal_refunds_with_their_own_ids_both_happen() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let (one, two) = tokio::join!(
            refund_under(harness, &order.id, "r1", Some(key("k1", "r1"))),
            refund_under(harness, &order.id, "r2", Some(key("k2", "r2"))),
        );
        one.unwrap();
        two.unwrap();
        harness.drain().await;
        let order = harness.load(&order.id).await;
        assert_eq!(order.returned_minor(), 2_000);
        let money = Money::new(1_000, order.currency());
        let asked = harness.fakes.refunds.asked();
        let mut keys: Vec<&str> = asked.iter().map(|ask| ask.key.as_str()).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["refund_r1.1", "refund_r2.1"]);
        assert!(asked.iter().all(|ask| ask.money == money));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_request_does_not_use_its_key_up() {
    on_every_database(async |harness| {
        let order = harness.take(checkout("A-1")).await;
        let key = key("k1", "refund");
        let early = refund_under(harness, &order.id, "r1", Some(key.clone()));
        assert_eq!(harness.refusal(early).await, Refusal::NothingCaptured);
        let paid = harness.paid("A-2").await;
        refund_under(harness, &paid.id, "r1", Some(key))
            .await
            .unwrap();
        harness.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_nothing_is_remembered_too() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        let tag = || domain::command::Command::Tag {
            tag: "gift".to_owned(),
        };
        harness.command(&order.id, tag()).await.unwrap();
        let terms = |request: &str| Terms {
            idempotency: Some(key("k1", request)),
            ..Terms::default()
        };
        let changed = harness
            .command_on(&order.id, tag(), &terms("tag"))
            .await
            .unwrap();
        assert_eq!((changed.events.len(), changed.order.version), (0, 2));
        assert_eq!(count(harness.raw(), "idempotency").await, 1);
        let other = terms("other");
        let reused = harness.command_on(&order.id, tag(), &other);
        assert!(matches!(harness.failure(reused).await, Failure::KeyReused));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_about_another_order_is_never_given() {
    on_every_database(async |harness| {
        let first = harness.paid("A-1").await;
        let second = harness.paid("A-2").await;
        let key = key("k1", "refund 10.00");
        refund_under(harness, &first.id, "r1", Some(key.clone()))
            .await
            .unwrap();
        // A caller whose fingerprint forgot the order.
        let other = refund_under(harness, &second.id, "r2", Some(key));
        assert!(matches!(harness.failure(other).await, Failure::KeyReused));
        harness.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_program_was_answered_is_kept_for_thirty_days_and_what_an_import_knows_for_ever() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let of_program = key("api/k1/orderRefundCreate", "refund");
        let of_import = key("import:1", "A-2");
        take_under(harness, "A-2", &of_import).await.unwrap();
        let refund = |id| refund_under(harness, &order.id, id, Some(of_program.clone()));
        refund("r1").await.unwrap();
        harness.drain().await;
        let kept = async || count(harness.raw(), "idempotency").await;
        const DAY_S: i64 = 24 * 3600;
        harness.clock.advance_s(30 * DAY_S);
        harness.worker.sweep().await.unwrap();
        assert_eq!(kept().await, 2);
        // Still the same answer: nothing new is asked for.
        refund("r2").await.unwrap();
        assert_eq!(harness.load(&order.id).await.refunds.len(), 1);
        harness.clock.advance_s(1);
        harness.worker.sweep().await.unwrap();
        assert_eq!(kept().await, 1);
        refund("r2").await.unwrap();
        assert_eq!(harness.load(&order.id).await.refunds.len(), 2);
        harness.drain().await;
        assert_eq!(kept().await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_answers_what_would_be_and_leaves_no_trace() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let before = harness.traces().await;
        let terms = Terms {
            idempotency: Some(key("k1", "refund")),
            is_rehearsal: true,
            ..Terms::default()
        };
        let asked = request("r1", goods(1_000));
        let would = harness.refund_on(&order.id, asked, &terms).await.unwrap();
        assert_eq!(would.order.refunds.len(), 1);
        assert_eq!(would.order.version, order.version + 1);
        assert_eq!(harness.traces().await, before);
        assert_eq!(harness.load(&order.id).await, order);
        // What would be refused is refused.
        let too_much = request("r2", goods(1_000_000));
        let refused = harness.refund_on(&order.id, too_much, &terms);
        assert!(matches!(
            harness.refusal(refused).await,
            Refusal::ExceedsPart { .. }
        ));
    })
    .await;
}
