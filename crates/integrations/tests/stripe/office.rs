//! A whole desk with Stripe behind a bad network, on every database.

use std::sync::Arc;

use domain::actor::ActorKind;
use domain::command::Fact;
use domain::intake::NewOrder;
use domain::money::Currency;
use domain::order::Order;
use domain::payment_settle::PaymentFact;
use domain::refund::RefundState;
use domain::refund_settle::RefundFact;
use engine::jobs::Worker;

use crate::harness::{Harness, on_every_database, orders};
use crate::post::hook;
use crate::world::{Card, World};

/// A desk, an account at Stripe, and the worker between them.
pub struct Office<'a> {
    pub harness: &'a Harness,
    pub world: World,
    pub worker: Worker,
}

/// Runs a test on every database, with an account at Stripe of its own; nothing where there is no stand-in.
pub async fn at_the_office(test: impl AsyncFn(&Harness, &Office<'_>)) {
    on_every_database(async |harness| {
        if let Some(office) = Office::open(harness).await {
            test(harness, &office).await;
        }
    })
    .await;
}

impl<'a> Office<'a> {
    async fn open(harness: &'a Harness) -> Option<Self> {
        Some(Self::with(harness, World::open().await?))
    }

    /// A desk with this account.
    pub fn with(harness: &'a Harness, world: World) -> Self {
        let worker = worker(harness, &world);
        Self {
            harness,
            world,
            worker,
        }
    }

    /// An order of 120.00, or as many of the currency's smallest coins, that was paid with this card.
    pub async fn paid(&self, currency: &str, card: Card) -> Order {
        let payment = self
            .world
            .pays("12000", &currency.to_lowercase(), card)
            .await;
        let captured_minor = 12_000;
        let fact = PaymentFact::Captured { captured_minor };
        let order = self.taken_in(currency, payment, fact).await;
        // What Stripe tells of it is known before a test begins to lose its words.
        self.drain().await;
        self.load(&order).await
    }

    pub async fn held(&self) -> Order {
        let payment = self.world.holds("12000", "usd").await;
        self.taken_in("USD", payment, PaymentFact::Authorized { expires_at: None })
            .await
    }

    pub async fn taken_in(&self, currency: &str, reference: String, fact: PaymentFact) -> Order {
        let order = self.harness.take(named(currency, reference)).await;
        let payment = order.payments[0].id.clone();
        let fact = Fact::Payment { payment, fact };
        self.harness
            .told(&order.id, ActorKind::Provider, fact)
            .await
    }

    pub async fn drain(&self) {
        self.worker.drain().await.unwrap();
    }

    /// Does what was put back.
    pub async fn later(&self) {
        self.harness.wait();
        self.drain().await;
    }

    pub async fn load(&self, order: &Order) -> Order {
        self.harness.load(&order.id).await
    }

    /// What Stripe's books say was refunded of the order.
    pub async fn refunded(&self, order: &Order) -> Vec<i64> {
        let refunds = self.world.refunded(&order.payments[0].reference).await;
        refunds.into_iter().map(|(amount, _)| amount).collect()
    }

    /// Stripe's word by itself, as a webhook brings it.
    pub async fn heard(&self, order: &Order, key: &str, fact: RefundFact) {
        let scope = self.harness.scope();
        let heard = engine::refunds::heard(&self.harness.desk, &scope, &order.id, key, fact);
        assert!(heard.await.unwrap());
    }

    /// The one refund that Stripe has made of the order.
    pub async fn made(&self, order: &Order) -> Option<RefundFact> {
        let payment = &order.payments[0].reference;
        let path = format!("/v1/refunds?payment_intent={payment}");
        let list = self.world.get(&path).await;
        let reference = list["data"][0]["id"].as_str()?.to_owned();
        Some(RefundFact::Succeeded { reference })
    }
}

/// An order that names its payment at Stripe, and no more of it.
pub fn named(currency: &str, reference: String) -> NewOrder {
    let mut new = orders::checkout(&reference);
    // A shop is told again where the order changes meanwhile, which is left for later: here nobody waits for it.
    new.shop = None;
    new.rate.presentment = Currency::parse(currency).unwrap();
    new.payments[0].provider = "stripe".to_owned();
    new.payments[0].reference = reference;
    new
}

pub fn worker(harness: &Harness, world: &World) -> Worker {
    let mut ports = harness.fakes.ports();
    ports.payments = Arc::new(world.stripe());
    ports.hooks.push(Arc::new(hook()));
    Worker::new(harness.desk.clone(), ports)
}

pub fn states(order: &Order) -> Vec<RefundState> {
    order.refunds.iter().map(|refund| refund.state).collect()
}
