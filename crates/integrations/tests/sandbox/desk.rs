//! A whole desk on the embedded database with the sandbox outside: what goes wrong outside ends right inside.

use domain::actor::ActorKind;
use domain::command::{Command, Fact};
use domain::ids::{LabelId, OrderId, OrganizationId, PaymentId, RefundId};
use domain::order::{Concern, Mode, Order, OrderStatus, Sync};
use domain::parts::Parts;
use domain::payment::PaymentState;
use domain::payment_settle::PaymentFact;
use domain::refund::{Refund, RefundReason, RefundRequest, RefundState};
use domain::ship::LabelRequest;
use domain::shipment::LabelState;
use engine::cancellations::{Cancel, cancel};
use engine::corrections::correct;
use engine::desk::{Clock, Desk, Ids};
use engine::jobs::Worker;
use engine::orders::{Terms, load, record_fact, take};
use engine::organizations::{Settings, create};
use engine::permit::{Scope, Session, ShipOrders};
use engine::refunds::request;
use engine::store::Store;
use integrations::payments::Standing;

use crate::support::{World, actor, eur, new_order, parcel, start};

/// A desk, its worker and the world outside; the worker is stepped and the clock is set.
struct Office {
    desk: Desk,
    clock: Clock,
    worker: Worker,
    world: World,
    session: Session,
}

impl Office {
    async fn open() -> Self {
        let world = World::new();
        let store = Store::open_embedded(world.folder.path()).await.unwrap();
        store.migrate().await.unwrap();
        let clock = Clock::set_to(start());
        let desk = Desk::new(store, clock.clone(), Ids::seeded(7));
        let organization = create(&desk, "First", Settings::default()).await.unwrap();
        let session = session(organization);
        let worker = Worker::new(desk.clone(), world.ports.clone());
        Self {
            desk,
            clock,
            worker,
            world,
            session,
        }
    }

    /// Outside and worker as after a crash.
    fn reopened(self) -> Self {
        let world = self.world.reopened();
        let worker = Worker::new(self.desk.clone(), world.ports.clone());
        Self {
            world,
            worker,
            ..self
        }
    }

    async fn load(&self, id: &OrderId) -> Order {
        load(&self.desk, &self.session.permit().unwrap(), id)
            .await
            .unwrap()
    }

    async fn told(&self, id: &OrderId, fact: Fact) -> Order {
        let kind = ActorKind::Provider;
        let changed = record_fact(&self.desk, &self.session.scope, id, kind, &fact).await;
        changed.unwrap().order
    }

    async fn authorized(&self) -> Order {
        let permit = self.session.permit().unwrap();
        let order = take(&self.desk, &permit, new_order("1001"), None)
            .await
            .unwrap();
        let payment = order.payments[0].id.clone();
        let fact = PaymentFact::Authorized { expires_at: None };
        self.told(&order.id, Fact::Payment { payment, fact }).await
    }

    /// An order with 120.00 taken, which the provider knows of.
    async fn paid(&self) -> Order {
        let order = self.authorized().await;
        self.world
            .sandbox
            .register_payment("pay_1001", eur(12_000))
            .unwrap();
        let payment = order.payments[0].id.clone();
        let captured_minor = 12_000;
        let fact = PaymentFact::Captured { captured_minor };
        self.told(&order.id, Fact::Payment { payment, fact }).await
    }

    async fn refund(&self, id: &OrderId, item_minor: i64) {
        let parts = Parts {
            item_minor,
            ..Parts::default()
        };
        let wanted = RefundRequest {
            id: RefundId("refund_1".to_owned()),
            parts,
            items: Vec::new(),
            reason: RefundReason::OrderChange,
            note: String::new(),
            notify: true,
        };
        let permit = self.session.permit().unwrap();
        let changed = request(&self.desk, &permit, id, wanted, &Terms::default()).await;
        changed.unwrap();
    }

    /// Does what is due now, and everything that is due so much later.
    async fn work_after_s(&self, seconds: i64) {
        self.clock.advance_s(seconds);
        self.worker.drain().await.unwrap();
    }

    async fn ship(&self, id: &OrderId, command: Command) -> Order {
        let permit = self.session.permit().unwrap();
        let terms = Terms::default();
        let changed = correct::<ShipOrders>(&self.desk, &permit, id, command, &terms).await;
        changed.unwrap().order
    }

    fn outside(&self) -> Vec<(i64, Standing)> {
        let refunds = self.world.sandbox.refunds().unwrap();
        let told = refunds
            .into_iter()
            .map(|refund| (refund.money.minor, refund.standing));
        told.collect()
    }
}

fn session(organization_id: OrganizationId) -> Session {
    Session {
        scope: Scope {
            organization_id,
            mode: Mode::Live,
        },
        actor: actor(),
    }
}

fn the_refund(order: &Order) -> &Refund {
    assert_eq!(order.refunds.len(), 1);
    &order.refunds[0]
}

#[tokio::test]
async fn a_refund_done_without_an_answer_ends_succeeded_and_is_done_once() {
    let office = Office::open().await;
    let order = office.paid().await;
    office.refund(&order.id, 1_014).await;
    office.worker.drain().await.unwrap();
    let unsure = office.load(&order.id).await;
    assert_eq!(the_refund(&unsure).state, RefundState::Unknown);
    assert_eq!(office.outside(), [(1_014, Standing::Succeeded)]);

    let office = office.reopened();
    office.work_after_s(60).await;
    let sure = office.load(&order.id).await;
    assert_eq!(the_refund(&sure).state, RefundState::Succeeded);
    assert_eq!(sure.returned_minor(), 1_014);
    assert_eq!(sure.attention, []);
    assert_eq!(office.outside(), [(1_014, Standing::Succeeded)]);
    let reference = office.world.sandbox.refunds().unwrap()[0].reference.clone();
    assert_eq!(the_refund(&sure).reference, reference);
    // The shopper and the shop hear of it once it is certain.
    let letters = office.world.sandbox.letters().unwrap();
    assert_eq!(letters.len(), 1);
    assert!(
        letters[0].text.contains("10,14\u{a0}EUR"),
        "{}",
        letters[0].text
    );
    let told = office.world.sandbox.last_told("shop", "gid-1001").unwrap();
    assert_eq!(told.unwrap().refunded, eur(1_014));
    assert_eq!(sure.sync, Sync::InStep);
}

#[tokio::test]
async fn a_refund_lost_on_the_way_is_done_once_in_the_end() {
    let office = Office::open().await;
    let order = office.paid().await;
    office.refund(&order.id, 1_018).await;
    office.worker.drain().await.unwrap();
    let unsure = office.load(&order.id).await;
    assert_eq!(the_refund(&unsure).state, RefundState::Unknown);
    assert_eq!(office.outside(), []);
    office.work_after_s(60).await;
    let sure = office.load(&order.id).await;
    assert_eq!(the_refund(&sure).state, RefundState::Succeeded);
    assert_eq!(office.outside(), [(1_018, Standing::Succeeded)]);
}

#[tokio::test]
async fn a_refused_refund_frees_its_amount() {
    let office = Office::open().await;
    let order = office.paid().await;
    office.refund(&order.id, 1_013).await;
    assert_eq!(office.load(&order.id).await.left().total_minor(), 10_987);
    office.worker.drain().await.unwrap();
    let refused = office.load(&order.id).await;
    assert_eq!(the_refund(&refused).state, RefundState::Failed);
    assert_eq!(the_refund(&refused).problem, "the shopper's bank declined");
    assert_eq!(refused.left().total_minor(), 12_000);
    let concerns: Vec<&Concern> = refused.attention.iter().map(|open| &open.concern).collect();
    let refund = RefundId("refund_1".to_owned());
    assert_eq!(concerns, [&Concern::RefundFailed { refund }]);
    assert_eq!(office.world.sandbox.letters().unwrap(), []);
}

#[tokio::test]
async fn a_pending_refund_is_asked_about_until_it_is_done() {
    let office = Office::open().await;
    let order = office.paid().await;
    office.refund(&order.id, 1_015).await;
    office.worker.drain().await.unwrap();
    let pending = office.load(&order.id).await;
    assert_eq!(the_refund(&pending).state, RefundState::Pending);
    assert_eq!(office.outside(), [(1_015, Standing::Pending)]);
    let office = office.reopened();
    office.work_after_s(3_600).await;
    let done = office.load(&order.id).await;
    assert_eq!(the_refund(&done).state, RefundState::Succeeded);
    assert_eq!(office.outside(), [(1_015, Standing::Succeeded)]);
}

#[tokio::test]
async fn a_refund_that_fails_days_later_frees_its_amount() {
    let office = Office::open().await;
    let order = office.paid().await;
    office.refund(&order.id, 1_016).await;
    office.worker.drain().await.unwrap();
    let done = office.load(&order.id).await;
    assert_eq!(the_refund(&done).state, RefundState::Succeeded);
    let sandbox = &office.world.sandbox;
    for news in sandbox.news().unwrap() {
        assert_eq!(news.key, the_refund(&done).idempotency_key());
        assert_eq!(news.order_id, order.id.as_str());
        let (refund, fact) = (the_refund(&done).id.clone(), news.fact);
        office.told(&order.id, Fact::Refund { refund, fact }).await;
        sandbox.heard(&news.key).unwrap();
    }
    let failed = office.load(&order.id).await;
    assert_eq!(the_refund(&failed).state, RefundState::Failed);
    assert_eq!(failed.left().total_minor(), 12_000);
    assert_eq!(sandbox.news().unwrap(), []);
}

#[tokio::test]
async fn news_that_comes_twice_changes_nothing() {
    let office = Office::open().await;
    let order = office.paid().await;
    office.refund(&order.id, 1_019).await;
    office.worker.drain().await.unwrap();
    let done = office.load(&order.id).await;
    let news = office.world.sandbox.news().unwrap();
    assert_eq!(news.len(), 1);
    let (refund, fact) = (the_refund(&done).id.clone(), news[0].fact.clone());
    let after = office.told(&order.id, Fact::Refund { refund, fact }).await;
    assert_eq!(after, done);
}

#[tokio::test]
async fn a_label_sold_without_an_answer_is_found_and_not_bought_again() {
    let office = Office::open().await;
    let order = office.paid().await;
    let request = LabelRequest {
        label: LabelId("label_1".to_owned()),
        shipment: "shipment_1".into(),
        items: order.all_unshipped(),
        account: "post".to_owned(),
        service: "priority".to_owned(),
        parcel: parcel(1_214),
        ship_to: None,
        declared: Vec::new(),
        notify: true,
    };
    office
        .ship(&order.id, Command::RequestLabel(Box::new(request)))
        .await;
    office.worker.drain().await.unwrap();
    let label = LabelId("label_1".to_owned());
    let unsure = office.load(&order.id).await;
    assert_eq!(unsure.label(&label).unwrap().1.state, LabelState::Unknown);
    let office = office.reopened();
    office.work_after_s(60).await;
    let sure = office.load(&order.id).await;
    assert_eq!(sure.label(&label).unwrap().1.state, LabelState::Bought);
    let labels = office.world.sandbox.labels().unwrap();
    assert_eq!(labels.len(), 1);
    let number = labels[0].tracking.number.as_str();
    assert_eq!(sure.tracking_numbers().collect::<Vec<_>>(), [number]);
    let permit = office.session.permit().unwrap();
    let printed = engine::labels::printed(&office.desk, &permit, &label).await;
    let printed = printed.unwrap().expect("what was found is printed too");
    assert!(printed.bytes.starts_with(b"%PDF-"));
    let letters = office.world.sandbox.letters().unwrap();
    assert!(letters[0].text.contains(number), "{}", letters[0].text);

    office
        .ship(
            &order.id,
            Command::VoidLabel {
                label: label.clone(),
            },
        )
        .await;
    office.worker.drain().await.unwrap();
    let void = office.load(&order.id).await;
    assert_eq!(void.label(&label).unwrap().1.state, LabelState::Voided);
    assert!(office.world.sandbox.labels().unwrap()[0].is_void);
}

#[tokio::test]
async fn a_cancellation_releases_what_is_held_and_tells_everyone_once() {
    let office = Office::open().await;
    let order = office.authorized().await;
    let permit = office.session.permit().unwrap();
    let wish = Cancel {
        note: "the shopper asked".to_owned(),
        notify: true,
        without_refund: false,
    };
    let terms = Terms::default();
    cancel(&office.desk, &permit, &order.id, wish, &terms)
        .await
        .unwrap();
    office.worker.drain().await.unwrap();
    let canceled = office.load(&order.id).await;
    assert_eq!(canceled.status, OrderStatus::Canceled);
    assert_eq!(
        canceled.payments[0].id,
        PaymentId("payment_1001".to_owned())
    );
    assert_eq!(canceled.payments[0].state, PaymentState::Voided);
    let letters = office.world.sandbox.letters().unwrap();
    assert_eq!(letters.len(), 1);
    assert_eq!(letters[0].subject, "Votre commande 1001 est annulée");
    let told = office
        .world
        .sandbox
        .last_told("shop", "gid-1001")
        .unwrap()
        .unwrap();
    assert_eq!(told.canceled.as_deref(), Some("the shopper asked"));
    assert_eq!(office.world.sandbox.times_told(&told.key).unwrap(), 1);
}
