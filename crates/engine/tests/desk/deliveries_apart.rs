//! Whom a message is about: one organization, live or test orders, a payment by whichever of its names is known here.

use domain::actor::{ActorKind, Permission};
use domain::ids::OrderId;
use domain::money::{Currency, Money};
use domain::order::{Mode, Order};
use domain::payment_settle::PaymentFact;
use domain::refund_settle::RefundFact;
use engine::deliveries::{DeliveryState, Receipt, replay};
use engine::ports::{News, Unread, Word};

use crate::deliveries::{kept, sent, told};
use crate::support::{Harness, on_every_database, orders, session};

/// A refund of 10.00 that someone made at the provider, of the payment with these names.
fn refunded(reference: &str, names: &[&str]) -> Vec<News> {
    vec![News::Refund {
        payment_references: names.iter().copied().map(str::to_owned).collect(),
        reference: reference.to_owned(),
        key: None,
        money: Money::new(1_000, Currency::USD),
        fact: RefundFact::Succeeded {
            reference: reference.to_owned(),
        },
    }]
}

/// Has the provider say this of its live mode or of its test mode.
async fn told_of(harness: &Harness, body: &str, mode: Mode, news: Vec<News>) {
    let word = Word {
        id: format!("evt_{body}"),
        kind: "refund.created".to_owned(),
        mode: Some(mode),
        news,
    };
    harness.fakes.says(body, Ok(word));
    sent(harness, body).await.unwrap();
    harness.drain().await;
}

/// What a message came to, newest first.
async fn came_to(harness: &Harness) -> (DeliveryState, String) {
    let latest = kept(harness).await.remove(0);
    (latest.state, latest.problem)
}

/// An order of tests, paid by the same payment as a live one may be.
async fn paid_in_tests(harness: &Harness, number: &str) -> OrderId {
    let scope = harness.scope_of(Mode::Test);
    let someone = session(scope.clone(), ActorKind::Person, &Permission::ALL);
    let permit = someone.permit().unwrap();
    let new = orders::checkout(number);
    let taken = engine::orders::take(&harness.desk, &permit, new, None).await;
    let order = taken.unwrap();
    let fact = domain::command::Fact::Payment {
        payment: order.payments[0].id.clone(),
        fact: PaymentFact::Captured {
            captured_minor: 12_000,
        },
    };
    let kind = ActorKind::Provider;
    engine::orders::record_fact(&harness.desk, &scope, &order.id, kind, &fact)
        .await
        .unwrap();
    order.id
}

async fn load_test(harness: &Harness, id: &OrderId) -> Order {
    let scope = harness.scope_of(Mode::Test);
    let someone = session(scope, ActorKind::Person, &Permission::ALL);
    let permit = someone.permit().unwrap();
    engine::orders::load(&harness.desk, &permit, id)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn o5_a_live_message_touches_live_orders_and_a_test_message_test_orders() {
    on_every_database(async |harness| {
        let live = harness.paid("A-1").await;
        let test = paid_in_tests(harness, "A-1").await;
        let name = live.payments[0].reference.as_str();
        told_of(harness, "test", Mode::Test, refunded("re_1", &[name])).await;
        assert_eq!(harness.load(&live.id).await, live);
        assert_eq!(load_test(harness, &test).await.returned_minor(), 1_000);
        told_of(harness, "live", Mode::Live, refunded("re_2", &[name])).await;
        assert_eq!(harness.load(&live.id).await.returned_minor(), 1_000);
        assert_eq!(load_test(harness, &test).await.returned_minor(), 1_000);
        assert_eq!(
            came_to(harness).await,
            (DeliveryState::TakenIn, String::new())
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_about_no_order_of_its_mode_says_so() {
    on_every_database(async |harness| {
        let live = harness.paid("A-1").await;
        let test = paid_in_tests(harness, "T-1").await;
        let name = live.payments[0].reference.as_str();
        told_of(harness, "one", Mode::Test, refunded("re_1", &[name])).await;
        let why = "it is about a payment of a test, and no test order here has it";
        assert_eq!(
            came_to(harness).await,
            (DeliveryState::Ignored, why.to_owned())
        );
        let name = load_test(harness, &test).await.payments[0]
            .reference
            .clone();
        told_of(harness, "two", Mode::Live, refunded("re_1", &[&name])).await;
        let why = "it is about a live payment, and no live order here has it";
        assert_eq!(
            came_to(harness).await,
            (DeliveryState::Ignored, why.to_owned())
        );
        assert_eq!(harness.load(&live.id).await, live);
        assert_eq!(load_test(harness, &test).await.returned_minor(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_hears_of_its_payment_by_any_of_its_names_once() {
    on_every_database(async |harness| {
        let mut new = orders::checkout("A-1");
        // One payment of it is known by itself, and the other by its charge.
        let mut other = orders::payment("payment_2", 5_000);
        new.payments[0].amount_minor = 7_000;
        new.payments[0].reference = "pi_1".to_owned();
        other.reference = "ch_2".to_owned();
        new.payments.push(other);
        let order = harness.take(new).await;
        for (body, names) in [("one", ["pi_1", "ch_1"]), ("two", ["pi_2", "ch_2"])] {
            let captured_minor = if body == "one" { 7_000 } else { 5_000 };
            let news = News::Payment {
                references: names.map(str::to_owned).into(),
                fact: PaymentFact::Captured { captured_minor },
            };
            assert_eq!(told(harness, body, vec![news]).await, Receipt::Stored);
        }
        told(harness, "three", refunded("re_1", &["pi_1", "ch_1"])).await;
        told(harness, "four", refunded("re_2", &["pi_2", "ch_2"])).await;
        // A refund that is looked at before its payment is known to be taken waits for that.
        harness.settle().await;
        let order = harness.load(&order.id).await;
        assert_eq!(order.captured_minor(), 12_000);
        let mut refunded: Vec<&str> = order
            .refunds
            .iter()
            .map(|refund| refund.payment.as_str())
            .collect();
        refunded.sort_unstable();
        assert_eq!(refunded, ["payment_2", "payment_A-1"]);
        assert_eq!(order.left().total_minor(), 10_000);
        assert!(
            kept(harness)
                .await
                .iter()
                .all(|one| one.state == DeliveryState::TakenIn)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_about_anothers_account_is_put_aside_and_what_it_says_is_not_kept() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let why = "it is about another account".to_owned();
        let theirs = Err(Unread::NotTheirs {
            id: "evt_1".to_owned(),
            kind: "refund.created".to_owned(),
            problem: why.clone(),
        });
        harness.fakes.says("theirs", theirs);
        assert_eq!(sent(harness, "theirs").await.unwrap(), Receipt::Stored);
        harness.drain().await;
        let aside = kept(harness).await.remove(0);
        assert_eq!((aside.state, aside.problem), (DeliveryState::Ignored, why));
        assert_eq!(
            (aside.external_id, aside.kind, aside.body),
            (
                "evt_1".to_owned(),
                "refund.created".to_owned(),
                String::new()
            )
        );
        let admin = harness.admin();
        let permit = admin.permit().unwrap();
        let again = replay(&harness.desk, &permit, &aside.id).await.unwrap();
        assert!(!again, "there is nothing left to look at");
        // Once the settings name the account, sending it again brings it in.
        let name = order.payments[0].reference.as_str();
        let receipt = told(harness, "theirs", refunded("re_1", &[name])).await;
        assert_eq!(receipt, Receipt::Stored);
        harness.drain().await;
        assert_eq!(harness.load(&order.id).await.returned_minor(), 1_000);
        assert_eq!(kept(harness).await.len(), 2);
    })
    .await;
}
