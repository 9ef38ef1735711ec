//! A whole desk with Stripe behind a bad network, on every database: what other systems' users complain of does not
//! happen, by the provider's own books.

use std::sync::Arc;
use std::time::Duration;

use domain::actor::ActorKind;
use domain::command::Fact;
use domain::money::Currency;
use domain::order::{Concern, Order, OrderStatus, PaymentStatus};
use domain::parts::Parts;
use domain::payment::PaymentState;
use domain::payment_settle::PaymentFact;
use domain::refund::{RefundFailure, RefundState};
use domain::refund_settle::RefundFact;
use engine::jobs::Worker;
use engine::orders::Terms;

use crate::harness::{Harness, on_every_database, orders, refund_of, request};
use crate::proxy::Fault;
use crate::world::{Card, World};

/// A desk, an account at Stripe, and the worker between them.
struct Office<'a> {
    harness: &'a Harness,
    world: World,
    worker: Worker,
}

impl<'a> Office<'a> {
    async fn open(harness: &'a Harness) -> Option<Self> {
        let world = World::open().await?;
        let worker = worker(harness, &world);
        Some(Self {
            harness,
            world,
            worker,
        })
    }

    /// An order of 120.00, or as many of the currency's smallest coins, that was paid with this card.
    async fn paid(&self, currency: &str, card: Card) -> Order {
        let payment = self
            .world
            .pays("12000", &currency.to_lowercase(), card)
            .await;
        let captured_minor = 12_000;
        self.taken_in(currency, payment, PaymentFact::Captured { captured_minor })
            .await
    }

    async fn held(&self) -> Order {
        let payment = self.world.holds("12000", "usd").await;
        self.taken_in("USD", payment, PaymentFact::Authorized { expires_at: None })
            .await
    }

    async fn taken_in(&self, currency: &str, reference: String, fact: PaymentFact) -> Order {
        let mut new = orders::checkout(&reference);
        new.rate.presentment = Currency::parse(currency).unwrap();
        new.payments[0].provider = "stripe".to_owned();
        new.payments[0].reference = reference;
        let order = self.harness.take(new).await;
        let payment = order.payments[0].id.clone();
        self.harness
            .told(
                &order.id,
                ActorKind::Provider,
                Fact::Payment { payment, fact },
            )
            .await
    }

    async fn drain(&self) {
        self.worker.drain().await.unwrap();
    }

    /// Does what was put back.
    async fn later(&self) {
        self.harness.wait();
        self.drain().await;
    }

    async fn load(&self, order: &Order) -> Order {
        self.harness.load(&order.id).await
    }

    /// What Stripe's books say was refunded of the order.
    async fn refunded(&self, order: &Order) -> Vec<i64> {
        let refunds = self.world.refunded(&order.payments[0].reference).await;
        refunds.into_iter().map(|(amount, _)| amount).collect()
    }

    /// Stripe's word by itself, as a webhook brings it.
    async fn heard(&self, order: &Order, key: &str, fact: RefundFact) {
        let scope = self.harness.scope();
        let heard = engine::refunds::heard(&self.harness.desk, &scope, &order.id, key, fact);
        assert!(heard.await.unwrap());
    }

    /// The one refund that Stripe has made of the order.
    async fn made(&self, order: &Order) -> Option<RefundFact> {
        let payment = &order.payments[0].reference;
        let path = format!("/v1/refunds?payment_intent={payment}");
        let list = self.world.get(&path).await;
        let reference = list["data"][0]["id"].as_str()?.to_owned();
        Some(RefundFact::Succeeded { reference })
    }
}

fn worker(harness: &Harness, world: &World) -> Worker {
    let mut ports = harness.fakes.ports();
    ports.payments = Arc::new(world.stripe());
    Worker::new(harness.desk.clone(), ports)
}

fn states(order: &Order) -> Vec<RefundState> {
    order.refunds.iter().map(|refund| refund.state).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_1_two_identical_refund_calls_at_once_make_one_refund() {
    on_every_database(async |harness| {
        let Some(office) = Office::open(harness).await else {
            return;
        };
        let order = office.paid("USD", Card::Good).await;
        let (one, two) = tokio::join!(
            harness.refund(&order.id, "r1", 1_250),
            harness.refund(&order.id, "r1", 1_250)
        );
        one.unwrap();
        two.unwrap();
        // Several workers, and a network that doubles what is sent.
        office.world.proxy.will([Fault::Duplicate]);
        let other = worker(harness, &office.world);
        let (one, two) = tokio::join!(office.worker.drain(), other.drain());
        one.unwrap();
        two.unwrap();
        assert_eq!(office.refunded(&order).await, [1_250]);
        assert_eq!(states(&office.load(&order).await), [RefundState::Succeeded]);
        office.world.is_as_described();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_2_stripes_word_comes_before_its_answer() {
    on_every_database(async |harness| {
        let Some(office) = Office::open(harness).await else {
            return;
        };
        let order = office.paid("USD", Card::Good).await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        office
            .world
            .proxy
            .will([Fault::Delay(Duration::from_millis(600))]);
        let word = async {
            loop {
                if let Some(fact) = office.made(&order).await {
                    return office.heard(&order, "refund_r1.1", fact).await;
                }
            }
        };
        tokio::join!(word, office.drain());
        let known = office.load(&order).await;
        assert_eq!(states(&known), [RefundState::Succeeded]);
        assert_eq!(known.returned_minor(), 1_250);
        assert_eq!(office.refunded(&order).await, [1_250]);
        let changes = harness.events(&order.id).await;
        let changed = changes.iter().filter(|name| **name == "refund_changed");
        assert_eq!(changed.count(), 2, "{changes:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_3_stripe_times_out_then_its_success_arrives() {
    on_every_database(async |harness| {
        let Some(office) = Office::open(harness).await else {
            return;
        };
        let order = office.paid("USD", Card::Good).await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        office.world.proxy.will([Fault::Swallow]);
        office.drain().await;
        assert_eq!(states(&office.load(&order).await), [RefundState::Unknown]);
        let word = office.made(&order).await.unwrap();
        office.heard(&order, "refund_r1.1", word).await;
        office.later().await;
        let known = office.load(&order).await;
        assert_eq!(states(&known), [RefundState::Succeeded]);
        assert_eq!((known.returned_minor(), known.attention.len()), (1_250, 0));
        assert_eq!(office.refunded(&order).await, [1_250]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_4_stripe_times_out_then_a_person_tries_again() {
    on_every_database(async |harness| {
        let Some(office) = Office::open(harness).await else {
            return;
        };
        let order = office.paid("USD", Card::Good).await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        office.world.proxy.will([Fault::CutAfter(50)]);
        office.drain().await;
        assert_eq!(states(&office.load(&order).await), [RefundState::Unknown]);
        let session = harness.admin();
        let permit = session.permit().unwrap();
        let retry = engine::refunds::retry(&harness.desk, &permit, &order.id, "refund_r1".into());
        harness.refusal(retry).await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        office.later().await;
        let known = office.load(&order).await;
        assert_eq!(states(&known), [RefundState::Succeeded]);
        assert_eq!(office.refunded(&order).await, [1_250]);
        // It was looked for and found: nothing was asked for twice.
        assert_eq!(office.world.proxy.count("POST", "/v1/refunds"), 1);
        office.world.is_as_described();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_5_a_failed_refund_frees_its_amount_and_is_tried_again_in_place() {
    on_every_database(async |harness| {
        let Some(office) = Office::open(harness).await else {
            return;
        };
        let order = office.paid("USD", Card::RefundedLater).await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        office.drain().await;
        let pending = office.load(&order).await;
        let first = refund_of(&pending, "r1").reference.clone();
        office
            .world
            .post(&format!("/v1/refunds/{first}/cancel"), &[])
            .await;
        office.later().await;
        let failed = office.load(&order).await;
        let refund = refund_of(&failed, "r1");
        assert_eq!(
            (refund.state, refund.failure),
            (
                RefundState::Failed,
                Some(RefundFailure::WithdrawnAtProvider)
            )
        );
        assert_eq!(failed.left().total_minor(), 12_000);
        assert_eq!(failed.returned_minor(), 0);

        let session = harness.admin();
        let permit = session.permit().unwrap();
        engine::refunds::retry(&harness.desk, &permit, &order.id, "refund_r1".into())
            .await
            .unwrap();
        office.drain().await;
        let again = office.load(&order).await;
        let refund = refund_of(&again, "r1");
        assert_eq!((refund.state, refund.failure), (RefundState::Pending, None));
        assert_ne!(refund.reference, first);
        assert_eq!(again.left().total_minor(), 10_750);
        let reference = refund.reference.clone();
        office.world.is_as_described();
        office
            .heard(&order, "refund_r1.2", RefundFact::Succeeded { reference })
            .await;
        office.later().await;
        assert_eq!(office.load(&order).await.returned_minor(), 1_250);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_6_ten_partial_refunds_leave_nothing_in_currencies_of_0_2_and_3_decimals() {
    on_every_database(async |harness| {
        let Some(office) = Office::open(harness).await else {
            return;
        };
        for currency in ["JPY", "USD", "KWD"] {
            let order = office.paid(currency, Card::Good).await;
            let goods = [1_010, 790, 1_200, 1_000, 800, 1_000, 990, 2_010];
            let parts = goods
                .map(|item_minor| (item_minor, 0, 0))
                .into_iter()
                .chain([(0, 1_000, 0), (0, 0, 2_200)]);
            let mut expected = Vec::new();
            for (index, (item_minor, shipping_minor, duty_tax_fee_minor)) in parts.enumerate() {
                let parts = Parts {
                    item_minor,
                    shipping_minor,
                    duty_tax_fee_minor,
                };
                expected.push(parts.total_minor());
                let wanted = request(&format!("{currency}{index}"), parts);
                harness
                    .refund_on(&order.id, wanted, &Terms::default())
                    .await
                    .unwrap();
            }
            office.drain().await;
            let known = office.load(&order).await;
            assert_eq!(known.left(), Parts::default());
            assert_eq!(known.payment_status(), PaymentStatus::Refunded);
            expected.sort_unstable();
            assert_eq!(office.refunded(&order).await, expected);
            let intent = office
                .world
                .get(&format!(
                    "/v1/payment_intents/{}?expand[]=latest_charge",
                    order.payments[0].reference
                ))
                .await;
            assert_eq!(intent["latest_charge"]["amount_refunded"], 12_000);
            assert_eq!(intent["latest_charge"]["refunded"], true);
        }
        office.world.is_as_described();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_10_cancelling_after_a_partial_refund_returns_the_rest_alone() {
    on_every_database(async |harness| {
        let Some(office) = Office::open(harness).await else {
            return;
        };
        let order = office.paid("USD", Card::Good).await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        office.world.proxy.will([Fault::Swallow]);
        office.drain().await;
        harness.cancel(&order.id, false).await.unwrap();
        office.drain().await;
        office.later().await;
        let canceled = office.load(&order).await;
        assert_eq!(canceled.status, OrderStatus::Canceled);
        assert_eq!(canceled.returned_minor(), 12_000);
        assert_eq!(office.refunded(&order).await, [1_250, 10_750]);
        office.world.is_as_described();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cancelling_what_is_only_held_releases_it_once() {
    on_every_database(async |harness| {
        let Some(office) = Office::open(harness).await else {
            return;
        };
        let order = office.held().await;
        harness.cancel(&order.id, false).await.unwrap();
        office.world.proxy.will([Fault::Swallow]);
        office.drain().await;
        office.later().await;
        let canceled = office.load(&order).await;
        assert_eq!(canceled.payments[0].state, PaymentState::Voided);
        let path = format!("/v1/payment_intents/{}", order.payments[0].reference);
        let intent = office.world.get(&path).await;
        assert_eq!(intent["status"], "canceled");
        assert!(office.refunded(&order).await.is_empty());
        office.world.is_as_described();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_11_two_equal_partial_refunds_both_go_out() {
    on_every_database(async |harness| {
        let Some(office) = Office::open(harness).await else {
            return;
        };
        let order = office.paid("USD", Card::Good).await;
        harness.refund(&order.id, "r1", 1_000).await.unwrap();
        harness.refund(&order.id, "r2", 1_000).await.unwrap();
        // The first answer is lost, so that its refund is looked for while its twin is there.
        office.world.proxy.will([Fault::Swallow, Fault::Swallow]);
        office.drain().await;
        office.later().await;
        let known = office.load(&order).await;
        assert_eq!(
            states(&known),
            [RefundState::Succeeded, RefundState::Succeeded]
        );
        assert_ne!(known.refunds[0].reference, known.refunds[1].reference);
        assert_eq!(office.refunded(&order).await, [1_000, 1_000]);
        office.world.is_as_described();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_12_a_disputed_or_wholly_refunded_charge_is_refused_with_its_reason() {
    on_every_database(async |harness| {
        let Some(office) = Office::open(harness).await else {
            return;
        };
        let disputed = office.paid("USD", Card::Disputed).await;
        harness.refund(&disputed.id, "r1", 1_250).await.unwrap();
        let emptied = office.paid("USD", Card::Good).await;
        harness.refund(&emptied.id, "r2", 1_250).await.unwrap();
        let all = [("payment_intent", emptied.payments[0].reference.as_str())];
        office.world.post("/v1/refunds", &all).await;
        office.drain().await;
        for (order, id, failure, made) in [
            (&disputed, "r1", RefundFailure::Disputed, vec![]),
            (&emptied, "r2", RefundFailure::RefundedAlready, vec![12_000]),
        ] {
            let known = office.load(order).await;
            let refund = refund_of(&known, id);
            assert_eq!(
                (refund.state, refund.failure),
                (RefundState::Failed, Some(failure))
            );
            assert!(!refund.problem.is_empty());
            assert_eq!(known.returned_minor(), 0);
            assert_eq!(known.left().total_minor(), 12_000);
            let concern = Concern::RefundFailed {
                refund: refund.id.clone(),
            };
            assert!(known.attention.iter().any(|open| open.concern == concern));
            assert_eq!(office.refunded(order).await, made);
        }
        office.world.is_as_described();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_13_what_is_only_asked_for_is_not_shown_as_returned() {
    on_every_database(async |harness| {
        let Some(office) = Office::open(harness).await else {
            return;
        };
        let order = office.paid("USD", Card::RefundedLater).await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        for expected in [RefundState::Requested, RefundState::Pending] {
            let known = office.load(&order).await;
            assert_eq!(states(&known), [expected]);
            assert_eq!(known.returned_minor(), 0);
            assert_eq!(known.payment_status(), PaymentStatus::Paid);
            assert_eq!(known.left().total_minor(), 10_750);
            office.drain().await;
        }
        let reference = office.load(&order).await.refunds[0].reference.clone();
        office
            .heard(&order, "refund_r1.1", RefundFact::Succeeded { reference })
            .await;
        let done = office.load(&order).await;
        assert_eq!(done.returned_minor(), 1_250);
        assert_eq!(done.payment_status(), PaymentStatus::PartiallyRefunded);
        office.later().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_came_with_other_words_asks_for_attention_and_is_not_tried_again() {
    on_every_database(async |harness| {
        let Some(office) = Office::open(harness).await else {
            return;
        };
        let order = office.paid("USD", Card::Good).await;
        let other = [
            ("payment_intent", order.payments[0].reference.as_str()),
            ("amount", "300"),
        ];
        office
            .world
            .post_under("refund_r1.1", "/v1/refunds", &other)
            .await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        office.drain().await;
        let known = office.load(&order).await;
        assert_eq!(states(&known), [RefundState::Unknown]);
        assert_eq!(known.left().total_minor(), 10_750, "it stays spoken for");
        let concerns: Vec<&Concern> = known.attention.iter().map(|open| &open.concern).collect();
        assert!(
            matches!(concerns[..], [Concern::GivenUp { job, .. }] if job == "refund_execute"),
            "{concerns:?}"
        );
        let asked = office.world.proxy.arrived().len();
        office.later().await;
        assert_eq!(office.world.proxy.arrived().len(), asked);
        assert_eq!(office.refunded(&order).await, [300]);
        harness.leaves_jobs(1);
    })
    .await;
}
