//! What a page offers is what is decided: every verdict against a well-formed command of its kind (O3).

use domain::actions::{Action, actions};
use domain::capture::{is_open, is_releasable};
use domain::command::{Command, Context, decide};
use domain::coverage::{Cover, Promise};
use domain::edits::may_resolve;
use domain::event::AddressKind;
use domain::ids::{PaymentId, RefundId, WaitingId};
use domain::mails::unsent;
use domain::order::Order;
use domain::payment::{Payment, PaymentState};
use domain::refund::RefundState;
use domain::refund_settle::may_retry_as;
use domain::shipment::{Label, LabelState};
use domain::waiting::Waiting;
use domain::waiting_end::{may_approve, may_decide, may_undo};
use jiff::SignedDuration;

use crate::steps::Step;
use crate::support;

/// Compares every verdict on `order` with what comes of the command.
pub fn agree(order: &Order, step: &Step) -> Result<(), String> {
    let actor = &step.actor();
    let at = order.updated_at + SignedDuration::from_mins(1);
    let policy = &step.policy(order);
    let context = Context { actor, at, policy };
    for (action, verdict) in actions(order, &context) {
        let command = well_formed(order, action, &context);
        let is_about_payments = matches!(
            action,
            Action::Capture | Action::VoidPayment | Action::AskPayment
        );
        let decided = decide(order, &command, &context);
        let agrees = match (&verdict, &decided) {
            (Ok(()), Ok(decision)) => !decision.events.is_empty(),
            (Err(said), Err(refusal)) => said.code() == refusal.code(),
            // A void that is asked for already is refused on the page, and no event for who repeats the call.
            (Err(_), Ok(decision)) => action == Action::VoidLabel && decision.events.is_empty(),
            // There is no payment of an order that was paid elsewhere to compare with.
            (Ok(()), Err(_)) => false,
        } || (is_about_payments && order.payments.is_empty());
        if !agrees {
            let decided = decided.map(|decision| support::names(&decision.events));
            return Err(format!(
                "{action:?} is {verdict:?}, {command:?} is {decided:?}"
            ));
        }
    }
    Ok(())
}

/// A command of this kind that nothing but the order's state can refuse.
#[allow(
    clippy::too_many_lines,
    reason = "one arm an action, each a plain value"
)]
fn well_formed(order: &Order, action: Action, context: &Context) -> Command {
    let fresh = format!("fresh{}", order.version);
    let note = "because".to_owned();
    match action {
        Action::Cancel | Action::CancelAndPlaceAgain => support::cancel(&note),
        Action::CancelWithoutRefund => Command::Cancel {
            note,
            notify: false,
            without_refund: true,
        },
        Action::Refund => {
            let parts = order.returnable();
            let parts = if parts.total_minor() > 0 {
                parts
            } else {
                support::parts(1, 0, 0)
            };
            support::refund(&fresh, parts)
        }
        Action::RetryRefund => Command::RetryRefund {
            refund: failed(order, context),
        },
        Action::SettleRefund => support::settle(failed(order, context).as_str()),
        Action::Undo => Command::Undo {
            waiting: waiting(order, |one| may_undo(one, context).is_ok()),
        },
        Action::Approve => {
            let may = |one: &Waiting| may_approve(order, one, context).is_ok();
            let waiting = waiting(order, may);
            Command::Approve { waiting, note }
        }
        Action::Decline => {
            let waiting = waiting(order, |one| may_decide(one, context).is_ok());
            Command::Decline { waiting, note }
        }
        Action::Capture => capture(order),
        Action::VoidPayment => Command::VoidPayment {
            payment: one(order, is_releasable),
        },
        Action::AskPayment => Command::AskPayment {
            payment: one(order, is_open),
        },
        Action::EditNumber => Command::SetNumber {
            number: fresh,
            was: Some(order.number.clone()),
        },
        Action::EditShipTo => edit_address(order, AddressKind::ShipTo, fresh),
        Action::EditBillTo => edit_address(order, AddressKind::BillTo, fresh),
        Action::EditItems => {
            let item = &order.items[0];
            let mut after = item.declared.clone();
            after.description = fresh;
            Command::DeclareItem {
                item: item.id.clone(),
                before: item.declared.clone(),
                after,
            }
        }
        Action::SetTotal => {
            let total = order.amounts.total_minor();
            let total_minor = if total > 0 { total - 1 } else { 1 };
            Command::SetTotal { total_minor }
        }
        Action::AddNote => Command::AddNote {
            note: fresh.as_str().into(),
            text: note,
        },
        Action::Tag => Command::Tag { tag: fresh },
        Action::SendMailAgain => Command::SendMailAgain {
            mail: unsent(order)
                .next()
                .map_or("none".into(), |mail| mail.id.clone()),
        },
        Action::AddTracking => support::add_tracking(&fresh, &fresh, &[]),
        Action::RemoveTracking => remove_tracking(order),
        Action::CreateLabel => {
            let mut request = support::label_request(&fresh, &[]);
            request.items = order.all_unshipped();
            Command::RequestLabel(Box::new(request))
        }
        Action::VoidLabel => void_label(order),
        Action::Hold => Command::Hold { note },
        Action::Release => Command::Release,
        Action::JudgeCoverage => {
            let is_at_risk = order.coverage.guarantee.state == Cover::AtRisk;
            let promise = if is_at_risk {
                Promise::Guarantee
            } else {
                Promise::FraudProtection
            };
            Command::JudgeCoverage {
                promise,
                keeps: true,
                note,
            }
        }
        Action::Resolve => {
            let mut all = order.attention.iter();
            let open = all.find(|open| may_resolve(order, open).is_ok());
            let open = open.or(order.attention.last());
            let attention = open.map_or("none".into(), |open| open.id.clone());
            Command::Resolve { attention, note }
        }
    }
}

/// The first that waits of which this holds, else the last.
fn waiting(order: &Order, may: impl Fn(&Waiting) -> bool) -> WaitingId {
    let found = order.waiting.iter().find(|one| may(one));
    let found = found.or(order.waiting.last());
    found.map_or("none".into(), |one| one.id.clone())
}

/// The refund that can be tried again or settled by hand, else one that cannot.
fn failed(order: &Order, context: &Context) -> RefundId {
    let is_failed = |state| state == RefundState::Failed;
    let mut refunds = order.refunds.iter();
    let possible = refunds.find(|refund| may_retry_as(order, refund, context).is_ok());
    let failed = || {
        order
            .refunds
            .iter()
            .rev()
            .find(|refund| is_failed(refund.state))
    };
    let found = possible.or_else(failed).or_else(|| order.refunds.last());
    found.map_or("none".into(), |refund| refund.id.clone())
}

fn capture(order: &Order) -> Command {
    let is_authorized = |state| state == PaymentState::Authorized;
    let mut payments = order.payments.iter();
    let found = payments.find(|payment| is_authorized(payment.state));
    let found = found.or_else(|| order.payments.first());
    Command::Capture {
        payment: found.map_or("none".into(), |payment| payment.id.clone()),
        amount_minor: found.map_or(1, |payment| payment.amount_minor),
    }
}

/// A payment with which it can be done; else the one whose state tells why not.
fn one(order: &Order, can: impl Fn(&Payment) -> bool) -> PaymentId {
    let mut payments = order.payments.iter();
    let found = payments.find(|payment| can(payment));
    let found = found.or_else(|| order.payments.first());
    found.map_or("none".into(), |payment| payment.id.clone())
}

fn edit_address(order: &Order, which: AddressKind, phone: String) -> Command {
    let before = domain::edits::address(order, which).clone();
    let mut after = before.clone();
    after.phone = phone;
    Command::EditAddress {
        which,
        before: Box::new(before),
        after: Box::new(after),
    }
}

fn remove_tracking(order: &Order) -> Command {
    let holding = || {
        order
            .shipments
            .iter()
            .filter(|shipment| !shipment.is_void())
    };
    let by_hand = holding().find(|one| one.label.is_none() && !one.tracking.is_empty());
    let any = by_hand.or_else(|| holding().find(|one| !one.tracking.is_empty()));
    let number = any.map_or("none", |shipment| &shipment.tracking[0].number);
    Command::RemoveTracking {
        numbers: vec![number.to_owned()],
    }
}

fn void_label(order: &Order) -> Command {
    let labels: Vec<&Label> = order
        .shipments
        .iter()
        .filter_map(|shipment| shipment.label.as_ref())
        .collect();
    let mut bought = labels
        .iter()
        .filter(|label| label.state == LabelState::Bought);
    let found = bought.next().or(labels.last());
    Command::VoidLabel {
        label: found.map_or("none".into(), |label| label.id.clone()),
    }
}
