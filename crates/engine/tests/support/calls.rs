//! The calls that tests make most, as an admin of live orders.

use domain::actor::{Actor, ActorKind, By, Permission};
use domain::command::{Command, Fact};
use domain::ids::{OrderId, RefundId};
use domain::intake::NewOrder;
use domain::order::Order;
use domain::parts::Parts;
use domain::payment_settle::PaymentFact;
use domain::refund::{Refund, RefundReason, RefundRequest};
use engine::cancellations::{Cancel, cancel as cancel_order};
use engine::corrections::correct;
use engine::failure::Failure;
use engine::orders::{Changed, Terms, record_fact};
use engine::permit::{
    AddNotes, CancelOrders, EditOrders, RefundOrders, Scope, Session, ShipOrders,
};

use super::{Harness, orders};

impl Harness {
    pub async fn take(&self, new: NewOrder) -> Order {
        self.try_take(new).await.unwrap()
    }

    pub async fn try_take(&self, new: NewOrder) -> Result<Order, Failure> {
        let session = self.admin();
        engine::orders::take(&self.desk, &session.permit()?, new, None).await
    }

    /// A checkout order of this number, paid 120.00 in one payment.
    pub async fn paid(&self, number: &str) -> Order {
        let order = self.take(orders::checkout(number)).await;
        let payment = order.payments[0].id.clone();
        let fact = PaymentFact::Captured {
            captured_minor: 12_000,
        };
        self.told(
            &order.id,
            ActorKind::Provider,
            Fact::Payment { payment, fact },
        )
        .await
    }

    pub async fn load(&self, id: &OrderId) -> Order {
        let session = self.admin();
        engine::orders::load(&self.desk, &session.permit().unwrap(), id)
            .await
            .unwrap()
    }

    /// The names of an order's events.
    pub async fn events(&self, id: &OrderId) -> Vec<&'static str> {
        let session = self.admin();
        let permit = session.permit().unwrap();
        let events = engine::orders::history(&self.desk, &permit, id)
            .await
            .unwrap();
        events.iter().map(|event| event.kind.name()).collect()
    }

    pub async fn told(&self, id: &OrderId, kind: ActorKind, fact: Fact) -> Order {
        record_fact(&self.desk, &self.scope(), id, kind, &fact)
            .await
            .unwrap()
            .order
    }

    /// Carries out a command as an admin, under the permit of its kind.
    pub async fn command(&self, id: &OrderId, command: Command) -> Result<Changed, Failure> {
        self.command_on(id, command, &Terms::default()).await
    }

    pub async fn command_on(
        &self,
        id: &OrderId,
        command: Command,
        terms: &Terms,
    ) -> Result<Changed, Failure> {
        let (desk, session) = (&self.desk, self.admin());
        match command.permission() {
            Permission::EditOrders => {
                correct::<EditOrders>(desk, &session.permit()?, id, command, terms).await
            }
            Permission::AddNotes => {
                correct::<AddNotes>(desk, &session.permit()?, id, command, terms).await
            }
            Permission::ShipOrders => {
                correct::<ShipOrders>(desk, &session.permit()?, id, command, terms).await
            }
            Permission::RefundOrders => {
                correct::<RefundOrders>(desk, &session.permit()?, id, command, terms).await
            }
            Permission::CancelOrders => {
                correct::<CancelOrders>(desk, &session.permit()?, id, command, terms).await
            }
            other => panic!("no command needs {other:?}"),
        }
    }

    /// Asks for a refund of goods.
    pub async fn refund(
        &self,
        id: &OrderId,
        refund: &str,
        item_minor: i64,
    ) -> Result<Changed, Failure> {
        let parts = Parts {
            item_minor,
            ..Parts::default()
        };
        self.refund_on(id, request(refund, parts), &Terms::default())
            .await
    }

    pub async fn refund_on(
        &self,
        id: &OrderId,
        request: RefundRequest,
        terms: &Terms,
    ) -> Result<Changed, Failure> {
        let session = self.admin();
        engine::refunds::request(&self.desk, &session.permit()?, id, request, terms).await
    }

    pub async fn cancel(&self, id: &OrderId, notify: bool) -> Result<Changed, Failure> {
        let (session, note) = (self.admin(), "the shopper asked".to_owned());
        let cancel = Cancel {
            note,
            notify,
            without_refund: false,
        };
        cancel_order(
            &self.desk,
            &session.permit()?,
            id,
            cancel,
            &Terms::default(),
        )
        .await
    }
}

pub fn session(scope: Scope, kind: ActorKind, permissions: &[Permission]) -> Session {
    let (id, name) = ("someone".to_owned(), "Someone".to_owned());
    let permissions = permissions.iter().copied().collect();
    Session {
        scope,
        actor: Actor {
            by: By { kind, id, name },
            permissions,
        },
    }
}

pub fn request(id: &str, parts: Parts) -> RefundRequest {
    RefundRequest {
        id: RefundId(format!("{}{id}", RefundId::PREFIX)),
        parts,
        items: Vec::new(),
        reason: RefundReason::Other("dented".to_owned()),
        note: String::new(),
        notify: false,
    }
}

/// The refund of this id.
pub fn refund_of<'a>(order: &'a Order, id: &str) -> &'a Refund {
    let id = format!("{}{id}", RefundId::PREFIX);
    order
        .refunds
        .iter()
        .find(|refund| refund.id.as_str() == id)
        .unwrap()
}
