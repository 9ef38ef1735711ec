//! What must hold of everything that waits: nothing is sent early or without approval, and what is withdrawn is free.

use domain::command::{Command, Decision};
use domain::event::{Event, EventKind};
use domain::order::Order;
use domain::refund::{Refund, RefundOrigin};
use domain::waiting::{Confirmed, Outcome, Waiting, WaitsFor};

use crate::invariants::must;
use crate::steps::Step;

/// Checks what one step has done to what waits.
pub fn keep(before: &Order, decision: &Decision, step: &Step) -> Result<(), String> {
    let events = &decision.events;
    let requested: Vec<&Refund> = events.iter().filter_map(asked_here).collect();
    let total: i64 = requested.iter().map(|one| one.parts.total_minor()).sum();
    for event in events {
        match &event.kind {
            EventKind::WaitingBegun { waiting } => begun(before, decision, waiting)?,
            EventKind::WaitingEnded {
                waiting, outcome, ..
            } => {
                let waiting = before.waiting.iter().find(|one| one.id == *waiting);
                let waiting = waiting.ok_or("something ended that did not wait")?;
                if !outcome.is_sent() {
                    return withdrawn(before, decision, waiting);
                }
                sent_as_asked(waiting, &requested, total)?;
                return sent_in_its_time(before, waiting, *outcome, event, step);
            }
            _ => {}
        }
    }
    let command = step.command(before);
    if !matches!(command, Some(Command::Cancel { .. } | Command::Refund(_))) || !is_sent(events) {
        return Ok(());
    }
    let policy = step.policy(before);
    must(
        policy.undo_s == 0 && policy.exceeded_by(before.money(total)).is_none(),
        || format!("{total} was sent at once, under {policy:?}"),
    )
}

fn asked_here(event: &Event) -> Option<&Refund> {
    match &event.kind {
        EventKind::RefundRequested { refund } if refund.origin != RefundOrigin::Provider => {
            Some(refund)
        }
        _ => None,
    }
}

fn is_sent(events: &[Event]) -> bool {
    let is_canceled = |event: &Event| matches!(event.kind, EventKind::Canceled { .. });
    events
        .iter()
        .any(|event| asked_here(event).is_some() || is_canceled(event))
}

/// What begins to wait asks nothing of the outside, and its amounts are spoken for.
fn begun(before: &Order, decision: &Decision, waiting: &Waiting) -> Result<(), String> {
    let held: i64 = waiting
        .refunds()
        .iter()
        .map(|one| one.parts.total_minor())
        .sum();
    let order = &decision.order;
    let is_held = order.left().total_minor() == before.left().total_minor() - held;
    let is_refund = !waiting.is_cancellation();
    must(
        !is_sent(&decision.events) && order.refunds == before.refunds,
        || "what waits was sent".to_owned(),
    )?;
    must(
        is_held && (held == waiting.amount.minor || !is_refund),
        || format!("{held} is held of {:?}", waiting.amount),
    )
}

/// What is withdrawn frees exactly what it spoke for, and sends nothing.
fn withdrawn(before: &Order, decision: &Decision, waiting: &Waiting) -> Result<(), String> {
    let held = waiting.refunds().iter().map(|one| one.parts);
    let freed = held.fold(before.left(), domain::parts::Parts::plus);
    let left = decision.order.left();
    let mut counted = before.refunds.iter().filter(|one| one.counts());
    let is_right = match counted.any(|one| one.beyond_minor() > 0) {
        // What the provider returned besides is not free with it.
        true => left.total_minor() <= freed.total_minor(),
        false => left == freed,
    };
    must(is_right, || format!("{left:?} is left, not {freed:?}"))?;
    must(!is_sent(&decision.events), || {
        "what was withdrawn was sent".to_owned()
    })
}

fn sent_as_asked(waiting: &Waiting, requested: &[&Refund], total: i64) -> Result<(), String> {
    let is_exact = match &waiting.what {
        Confirmed::Refund { refunds } => {
            let told = |one: &Refund| (one.id.clone(), one.payment.clone(), one.parts);
            let asked: Vec<_> = refunds.iter().map(told).collect();
            asked == requested.iter().map(|one| told(one)).collect::<Vec<_>>()
        }
        Confirmed::Cancellation { .. } => total == waiting.amount.minor,
    };
    must(is_exact, || format!("{requested:?} is not {waiting:?}"))
}

fn sent_in_its_time(
    before: &Order,
    waiting: &Waiting,
    outcome: Outcome,
    event: &Event,
    step: &Step,
) -> Result<(), String> {
    let is_right = match (&waiting.waits, outcome) {
        (WaitsFor::Time { until }, Outcome::Sent) => event.at >= *until && event.by == waiting.by,
        (WaitsFor::Approval { .. }, Outcome::Approved) => {
            let policy = step.policy(before);
            event.by.id != waiting.by.id && policy.exceeded_by(waiting.amount).is_none()
        }
        _ => false,
    };
    must(is_right, || {
        format!("{waiting:?} was {outcome:?} by {:?}", event.by)
    })
}
