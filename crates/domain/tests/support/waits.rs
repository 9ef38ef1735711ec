//! What waits: commands under a policy, and what ends a wait.

use domain::actor::{Actor, ActorKind};
use domain::command::{Command, Context, Decision, Fact, record};
use domain::ids::WaitingId;
use domain::order::Order;
use domain::policy::Policy;
use domain::refusal::Refusal;
use domain::waiting::WaitsFor;
use jiff::Timestamp;

use super::*;

/// Ten seconds in which it can be undone.
pub fn ten_seconds() -> Policy {
    Policy {
        undo_s: 10,
        ..Policy::none()
    }
}

/// No more than this many minor units of US dollars by oneself.
pub fn up_to(minor: i64) -> Policy {
    Policy {
        limits_minor: [(usd(), minor)].into(),
        ..Policy::none()
    }
}

pub fn under(order: &Order, command: Command, actor: &Actor, policy: &Policy) -> Decision {
    try_under(order, &command, actor, policy)
        .unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"))
}

pub fn refused(order: &Order, command: &Command, actor: &Actor, policy: &Policy) -> Refusal {
    let before = order.clone();
    let refusal = try_under(order, command, actor, policy).expect_err("it should be refused");
    assert_eq!(*order, before, "a refusal leaves the order as it was");
    refusal
}

pub fn undo(order: &Order) -> Command {
    Command::Undo {
        waiting: the_one(order),
    }
}

pub fn approve(order: &Order) -> Command {
    Command::Approve {
        waiting: the_one(order),
        note: "I asked the shopper".to_owned(),
    }
}

pub fn decline(order: &Order, note: &str) -> Command {
    Command::Decline {
        waiting: the_one(order),
        note: note.to_owned(),
    }
}

pub fn the_one(order: &Order) -> WaitingId {
    assert_eq!(order.waiting.len(), 1, "{:?}", order.waiting);
    order.waiting[0].id.clone()
}

/// What the worker tells when the while is over, at this moment.
pub fn over_at(order: &Order, at: Timestamp) -> Decision {
    let waiting = the_one(order);
    let actor = system(ActorKind::Desk);
    let fact = Fact::WaitingOver { waiting };
    record(order, &fact, &Context::of(&actor, at)).unwrap()
}

pub fn until(order: &Order) -> Timestamp {
    match order.waiting[0].waits {
        WaitsFor::Time { until } => until,
        WaitsFor::Approval { .. } => panic!("it waits for a person"),
    }
}

pub fn over(order: &Order) -> Decision {
    over_at(order, until(order))
}

/// 120.00 paid, of which 12.50 were confirmed to go back ten seconds from now.
pub fn refund_waits() -> Order {
    let command = refund("refund_1", parts(1_250, 0, 0));
    under(&checkout_order(usd()), command, &member(), &ten_seconds()).order
}

pub fn cancellation_waits() -> Order {
    let command = cancel("out of stock");
    under(&checkout_order(usd()), command, &member(), &ten_seconds()).order
}

/// 120.00 paid; a member who may return 10.00 by themselves asked for 12.50.
pub fn refund_needs_approval() -> Order {
    let command = refund("refund_1", parts(1_250, 0, 0));
    under(&checkout_order(usd()), command, &member(), &up_to(1_000)).order
}
