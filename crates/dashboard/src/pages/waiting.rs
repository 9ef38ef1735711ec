//! What was confirmed and waits: how the order page shows it, what ends it, and what is said before it is confirmed.

use axum::response::Response;
use domain::command::{Command, Context};
use domain::ids::{OrderId, WaitingId};
use domain::money::Money;
use domain::order::Order;
use domain::policy::Policy;
use domain::refund::RefundReason;
use domain::waiting::{Confirmed, Waiting, WaitsFor, needs_approval};
use domain::waiting_end::{may_approve, may_decide, may_undo};
use engine::corrections::correct;
use engine::orders::Terms;
use engine::permit::ViewOrders;
use engine::policies;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::events::with;
use super::order::{self, Shown};
use crate::refusals;
use crate::visitor::{Answer, Visitor};

/// What waits on an order, with what the visitor can do about each.
pub(super) async fn shown(visitor: &Visitor, order: &Order) -> Result<Vec<Value>, Response> {
    if order.waiting.is_empty() {
        return Ok(Vec::new());
    }
    let policy = &policy(visitor).await?;
    let context = Context {
        actor: &visitor.signed_in.session.actor,
        at: visitor.app.desk.now(),
        policy,
    };
    let each = order.waiting.iter();
    Ok(each
        .map(|one| told(visitor, order, one, &context))
        .collect())
}

async fn policy(visitor: &Visitor) -> Result<Policy, Response> {
    let permit = visitor.permit::<ViewOrders>()?;
    let found = policies::of(&visitor.app.desk, &permit, true).await;
    found.map_err(|error| visitor.failed(&error.into()))
}

fn told(visitor: &Visitor, order: &Order, waiting: &Waiting, context: &Context) -> Value {
    let (is_timed, seconds) = match waiting.waits {
        WaitsFor::Time { until } => (true, seconds_until(until, context.at)),
        WaitsFor::Approval { .. } => (false, 0),
    };
    let approved = may_approve(order, waiting, context);
    let can_undo = may_undo(waiting, context).is_ok();
    let undo = if is_timed {
        "waiting-undo"
    } else {
        "waiting-withdraw"
    };
    // Who looks is told why they cannot approve; what can be undone nobody approves.
    let why_not = approved.as_ref().err().filter(|_| !is_timed);
    json!({
        "id": waiting.id.as_str(),
        "text": text(visitor, waiting),
        "what": visitor.formats.money(waiting.amount),
        "is_timed": is_timed,
        "seconds": seconds,
        "note": why(visitor, waiting),
        "by": waiting.by.name,
        "at": visitor.formats.moment(waiting.at),
        "undo": can_undo.then(|| visitor.say(undo, &[])),
        "can_approve": approved.is_ok(),
        "can_decide": may_decide(waiting, context).is_ok(),
        "why_not": why_not.map(|refusal| refusals::refusal(&visitor.formats, refusal).why),
    })
}

/// Whole seconds, the one that has begun included.
fn seconds_until(until: Timestamp, now: Timestamp) -> i64 {
    let left_us = until.as_microsecond() - now.as_microsecond();
    left_us.max(0).div_euclid(1_000_000) + i64::from(left_us.rem_euclid(1_000_000) > 0)
}

fn text(visitor: &Visitor, waiting: &Waiting) -> String {
    let amount = ("amount", visitor.formats.money(waiting.amount));
    let name = ("name", waiting.by.name.clone());
    match &waiting.waits {
        WaitsFor::Time { .. } => {
            let key = match (waiting.is_cancellation(), waiting.amount.minor) {
                (false, _) => "waiting-refund-goes",
                (true, 0) => "waiting-cancel-goes-alone",
                (true, _) => "waiting-cancel-goes",
            };
            visitor.say(key, &[amount])
        }
        WaitsFor::Approval { limit } => {
            let key = match waiting.is_cancellation() {
                false => "waiting-refund-asks",
                true => "waiting-cancel-asks",
            };
            let limit = [("limit", visitor.formats.money(*limit))];
            let needs = visitor.say("waiting-needs", &limit);
            format!("{} {needs}", visitor.say(key, &[name, amount]))
        }
    }
}

/// Why it was asked for: what whoever approves it has to know.
fn why(visitor: &Visitor, waiting: &Waiting) -> String {
    let refund = match &waiting.what {
        Confirmed::Cancellation { note, .. } => return note.clone(),
        Confirmed::Refund { refunds } => refunds.first(),
    };
    refund.map_or_else(String::new, |refund| {
        let reason = match &refund.reason {
            RefundReason::Other(text) => text.clone(),
            known => {
                let value = serde_json::to_value(known).unwrap_or_default();
                let key = value["reason"].as_str().unwrap_or_default();
                visitor.say(&format!("reason-{}", key.replace('_', "-")), &[])
            }
        };
        with(reason, &refund.note)
    })
}

/// How something confirmed waits, in the words of the activity.
pub(super) fn begun(visitor: &Visitor, waiting: &Waiting) -> String {
    let what = match waiting.is_cancellation() {
        false => "refund",
        true => "cancellation",
    };
    let amount = ("amount", visitor.formats.money(waiting.amount));
    match &waiting.waits {
        WaitsFor::Time { until } => {
            let at = ("at", visitor.formats.moment(*until));
            visitor.say(&format!("waits-{what}-time"), &[amount, at])
        }
        WaitsFor::Approval { limit } => {
            let limit = ("limit", visitor.formats.money(*limit));
            visitor.say(&format!("waits-{what}-approval"), &[amount, limit])
        }
    }
}

/// What one button or form does to what waits; a refusal is said above the order as it is now.
pub(super) async fn send(visitor: &Visitor, id: String, command: Command) -> Answer {
    let permit = visitor.permit::<ViewOrders>()?;
    let done = match &command {
        Command::Approve { .. } => "approved",
        Command::Decline { .. } => "declined",
        _ => "undone",
    };
    let (desk, order) = (&visitor.app.desk, OrderId(id));
    match correct(desk, &permit, &order, command, &Terms::default()).await {
        Ok(_) => Ok(visitor.back_to_order(order.as_str(), done)),
        Err(engine::failure::Failure::Refused(refusal)) => {
            let shown = Shown {
                problem: refusals::refusal(&visitor.formats, &refusal).whole(),
                ..Shown::default()
            };
            order::page(visitor, order, &shown).await
        }
        Err(failure) => Err(visitor.failed(&failure)),
    }
}

/// The command of a button; none where it is no button of ours.
pub(super) fn command(action: &str, subject: &str, note: &str) -> Option<Command> {
    let (waiting, note) = (WaitingId(subject.to_owned()), note.to_owned());
    match action {
        "undo" => Some(Command::Undo { waiting }),
        "approve" => Some(Command::Approve { waiting, note }),
        "decline" => Some(Command::Decline { waiting, note }),
        _ => None,
    }
}

/// What will happen to so much of an order before it is sent, for who is about to confirm it; nothing where it is sent at once.
pub(super) async fn before(
    visitor: &Visitor,
    order: &Order,
    amount: Money,
) -> Result<String, Response> {
    let policy = policy(visitor).await?;
    let by = &visitor.signed_in.session.actor.by.id;
    Ok(match needs_approval(order, amount, by, &policy) {
        Some(limit) => {
            let limit = [("limit", visitor.formats.money(limit))];
            visitor.say("will-need-approval", &limit)
        }
        None if policy.undo_s > 0 => {
            visitor.say("will-wait", &[("count", policy.undo_s.to_string())])
        }
        None => String::new(),
    })
}

/// What is said once it is confirmed: what it waits for, or else that it is so.
pub(super) fn confirmed(
    order: &Order,
    is_it: impl Fn(&Waiting) -> bool,
    at_once: &'static str,
) -> &'static str {
    let found = order.waiting.iter().find(|waiting| is_it(waiting));
    match found.map(|waiting| &waiting.waits) {
        None => at_once,
        Some(WaitsFor::Time { .. }) => "confirmed",
        Some(WaitsFor::Approval { .. }) => "asked",
    }
}
