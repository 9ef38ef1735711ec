//! What must hold of every order, and between an order and what became of it.

use std::collections::BTreeSet;

use domain::apply::replay;
use domain::command::{Command, Decision};
use domain::coverage::Promise;
use domain::event::{Event, EventKind};
use domain::fees::fee_on;
use domain::journal::{Account, Movement, balance, imbalances};
use domain::order::{Order, OrderStatus};
use domain::payment::{Payment, PaymentState};
use domain::refund::RefundState;
use domain::shipment::{LabelState, ShipmentState};
use domain::waiting::Waiting;

use crate::steps::Step;

pub fn must(holds: bool, problem: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(problem()) }
}

/// What holds of every order.
pub fn hold(order: &Order) -> Result<(), String> {
    books_balance(order)?;
    books_tell_the_payments(order)?;
    refunds_stay_within(order)?;
    fees_return_in_full_and_no_more(order)?;
    nothing_is_returned_twice(order)?;
    goods_are_where_they_are_once(order)?;
    labels_are_where_their_shipments_are(order)?;
    identifiers_are_unique(order)?;
    let last = order.transitions.last().map(|last| last.status);
    must(last == Some(order.status), || {
        format!("{:?} is the status, {last:?} the last change", order.status)
    })?;
    must(
        (order.status == OrderStatus::Canceled) == order.cancellation.is_some(),
        || "the status and the cancellation disagree".to_owned(),
    )
}

fn books_balance(order: &Order) -> Result<(), String> {
    for entry in &order.journal {
        let over = imbalances(std::slice::from_ref(entry));
        must(over.is_empty(), || format!("{entry:?} is over by {over:?}"))?;
    }
    let over = imbalances(&order.journal);
    must(over.is_empty(), || {
        format!("the books are over by {over:?}")
    })
}

/// Every account holds what payments, refunds and disputes say: money is neither made nor lost.
fn books_tell_the_payments(order: &Order) -> Result<(), String> {
    let (captured, returned) = (order.captured_minor(), order.returned_minor());
    let disputed: i64 = order.payments.iter().map(Payment::disputed_minor).sum();
    let held: i64 = order
        .payments
        .iter()
        .map(|payment| held_for(order, payment))
        .sum();
    // What was settled by hand stays with the provider; the retailer paid it.
    let by_hand = order.by_hand_minor();
    let fee = fee_on(order, captured);
    let told = told_more(order);
    let fee_returned = fee_returned(order);
    let (shown, base) = (order.currency(), order.rate.base);
    let disputes = order.payments.iter().flat_map(Payment::disputes);
    let charged: i64 = disputes
        .filter_map(|dispute| dispute.fee)
        .map(|fee| fee.minor)
        .sum();
    for (account, currency, expected) in [
        (
            Account::Provider,
            shown,
            captured - returned + by_hand - disputed,
        ),
        (Account::Shopper, shown, returned - captured - held),
        (Account::Held, shown, held),
        (Account::Bank, shown, disputed),
        (
            Account::CardProcessor,
            base,
            fee.kept.minor + charged + told,
        ),
        (Account::Desk, base, fee.returnable.minor - fee_returned),
        (
            Account::Retailer,
            base,
            fee_returned
                - fee.returnable.minor
                - fee.kept.minor
                - charged
                - told
                - if shown == base { by_hand } else { 0 },
        ),
    ] {
        let is = balance(&order.journal, account, currency);
        must(is == expected, || {
            format!("{account:?} holds {is}, not {expected}")
        })?;
    }
    holds_are_those_of_their_payments(order)
}

/// The books hold on the card what the state of each payment says.
fn holds_are_those_of_their_payments(order: &Order) -> Result<(), String> {
    for payment in &order.payments {
        let held = held_for(order, payment);
        let is_right = match payment.state {
            PaymentState::Authorized | PaymentState::CaptureRequested => {
                held == payment.amount_minor
            }
            PaymentState::VoidRequested => held == 0 || held == payment.amount_minor,
            PaymentState::Pending
            | PaymentState::Captured
            | PaymentState::Voided
            | PaymentState::Expired
            | PaymentState::Failed => held == 0,
        };
        must(is_right, || {
            format!("{} holds {held}: {payment:?}", payment.id)
        })?;
    }
    Ok(())
}

/// How much more the processor has than the rates said, once the provider told.
fn told_more(order: &Order) -> i64 {
    let told = order.journal.iter();
    let told: Vec<_> = told
        .filter(|entry| entry.movement == Movement::FeeTold)
        .cloned()
        .collect();
    balance(&told, Account::CardProcessor, order.rate.base)
}

/// What the books hold on the card for one payment.
fn held_for(order: &Order, payment: &Payment) -> i64 {
    let about = order
        .journal
        .iter()
        .filter(|entry| entry.about == payment.id.as_str());
    let entries: Vec<_> = about.cloned().collect();
    balance(&entries, Account::Held, order.currency())
}

fn refunds_stay_within(order: &Order) -> Result<(), String> {
    let (left, promised) = (order.left(), order.promised_minor());
    must(left.to_array().iter().all(|part| *part >= 0), || {
        format!("more is promised than was paid: {left:?}")
    })?;
    let mut free = 0;
    for payment in &order.payments {
        let left = order.unpromised_minor(&payment.id);
        let expected = neither_promised_nor_returned(order, payment)?;
        must(left == expected, || {
            format!("{left} is left of {}, not {expected}", payment.id)
        })?;
        free += left;
    }
    must(left.total_minor() == free, || {
        format!("{left:?} is left, {promised} promised, {free} free")
    })?;
    must(
        order.left_by_payment().iter().all(|left| *left >= 0),
        || "a payment has less than nothing left".to_owned(),
    )?;
    let returnable = order.returnable();
    let within = returnable.zip(left, |one, other| other - one);
    must(within.to_array().iter().all(|part| *part >= 0), || {
        format!("{returnable:?} could be returned of {left:?}")
    })
}

/// What is free of a payment: what the provider returned of it is not, however little of that was free when it was told.
fn neither_promised_nor_returned(order: &Order, payment: &Payment) -> Result<i64, String> {
    let of_it = || order.spoken_for().filter(|one| one.payment == payment.id);
    let promised: i64 = of_it().map(|one| one.parts.total_minor()).sum();
    let rest = payment.captured_minor - promised;
    must(rest >= 0, || {
        format!("{promised} is promised of {}", payment.id)
    })?;
    let told = of_it().map(|one| i128::from(one.amount_minor()));
    let free = i128::from(payment.captured_minor) - told.sum::<i128>();
    i64::try_from(free.max(0)).map_err(|error| error.to_string())
}

fn fee_returned(order: &Order) -> i64 {
    let fees = order
        .refunds
        .iter()
        .filter_map(|refund| refund.fee_returned);
    fees.map(|fee| fee.minor).sum()
}

fn fees_return_in_full_and_no_more(order: &Order) -> Result<(), String> {
    let (captured, fee) = (order.captured_minor(), fee_returned(order));
    let share = fee_on(order, captured).returnable.minor;
    // Nothing of the fee returns with what was settled by hand.
    let from_provider = order.returned_minor() - order.by_hand_minor();
    let is_all_back = captured > 0 && from_provider == captured;
    must(fee <= share && (!is_all_back || fee == share), || {
        format!("{fee} of the fee returned, of {share}")
    })
}

/// What was settled by hand failed at the provider, and moved once.
fn nothing_is_returned_twice(order: &Order) -> Result<(), String> {
    for refund in order.refunds.iter().filter(|one| one.by_hand.is_some()) {
        must(refund.state == RefundState::Failed, || {
            format!("{} is {:?} and settled by hand", refund.id, refund.state)
        })?;
        let about = order.journal.iter();
        let moved = about.filter(|entry| {
            entry.about == refund.id.as_str() && entry.movement == Movement::RefundByHand
        });
        let moved = moved.count();
        must(moved == 1, || {
            format!("{} moved {moved} times by hand", refund.id)
        })?;
    }
    Ok(())
}

fn goods_are_where_they_are_once(order: &Order) -> Result<(), String> {
    for item in &order.items {
        let holding = order
            .shipments
            .iter()
            .filter(|shipment| !shipment.is_void());
        let held: u64 = holding
            .flat_map(|shipment| &shipment.items)
            .filter(|(id, _)| *id == item.id)
            .map(|(_, quantity)| u64::from(*quantity))
            .sum();
        must(held <= u64::from(item.remaining()), || {
            format!("{held} of {} are in shipments", item.id)
        })?;
    }
    Ok(())
}

/// A shipment is void where its label is; it waits for its label only while that is being bought.
fn labels_are_where_their_shipments_are(order: &Order) -> Result<(), String> {
    for shipment in &order.shipments {
        let Some(label) = &shipment.label else {
            continue;
        };
        let is_right = match label.state {
            LabelState::Requested | LabelState::Sent | LabelState::Unknown => !shipment.is_void(),
            LabelState::Bought | LabelState::VoidRequested => shipment.is_shipped(),
            LabelState::Failed => shipment.state != ShipmentState::LabelPending,
            LabelState::Voided => shipment.is_void(),
        };
        must(is_right, || {
            format!("{:?} with label {:?}", shipment.state, label.state)
        })?;
    }
    Ok(())
}

fn identifiers_are_unique(order: &Order) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    let ids = (order.refunds.iter().map(|one| one.id.to_string()))
        .chain(order.shipments.iter().map(|one| one.id.to_string()))
        .chain(order.mails.iter().map(|one| one.id.to_string()))
        .chain(order.attention.iter().map(|one| one.id.to_string()))
        .chain(order.notes.iter().map(|one| one.id.to_string()))
        .chain(order.waiting.iter().map(|one| one.id.to_string()))
        .chain(order.withdrawn.iter().map(ToString::to_string))
        .chain((order.waiting.iter().flat_map(Waiting::refunds)).map(|one| one.id.to_string()));
    for id in ids {
        must(seen.insert(id.clone()), || format!("{id} is there twice"))?;
    }
    Ok(())
}

/// What holds between an order and what became of it.
pub fn follows(before: &Order, decision: &Decision, step: &Step) -> Result<(), String> {
    let Decision { events, order } = decision;
    for (event, seq) in events.iter().zip(before.version + 1..) {
        must(event.seq == seq, || {
            format!("event {} is not {seq}", event.seq)
        })?;
    }
    must(
        order.version == before.version + events.len() as u64,
        || "the version is not the count of events".to_owned(),
    )?;
    let command = step.command(before);
    canceled_is_final(before, decision, command.is_some())?;
    is_taken_by_itself_only_by_the_rule(
        order,
        events,
        matches!(command, Some(Command::Capture { .. })),
    )?;
    for promise in [Promise::FraudProtection, Promise::Guarantee] {
        let is_judged = matches!(command, Some(Command::JudgeCoverage { .. }));
        let (was, is) = (
            before.coverage.get(promise).state,
            order.coverage.get(promise).state,
        );
        must(
            is >= was || (is_judged && step.actor().is_support()),
            || format!("{promise:?} went from {was:?} to {is:?}"),
        )?;
    }
    replays(before, decision)
}

/// Where nobody asks, money is asked for by the rule, of orders that go on, and never right after it was refused.
fn is_taken_by_itself_only_by_the_rule(
    order: &Order,
    events: &[Event],
    is_asked: bool,
) -> Result<(), String> {
    let asked = events.iter().filter_map(|event| match &event.kind {
        EventKind::PaymentChanged {
            payment, from, to, ..
        } if *to == PaymentState::CaptureRequested && !is_asked => Some((payment, *from)),
        _ => None,
    });
    for (payment, from) in asked {
        let is_allowed = !order.capture.is_by_hand()
            && order.hold.is_none()
            && order.cancellation.is_none()
            && from == PaymentState::Authorized;
        let refused = events.iter().any(|event| {
            matches!(
                &event.kind,
                EventKind::PaymentChanged {
                    payment: other,
                    from: PaymentState::CaptureRequested,
                    ..
                } if other == payment
            )
        });
        must(is_allowed && !refused, || {
            format!("{payment} is taken by itself: {events:?}")
        })?;
    }
    Ok(())
}

fn canceled_is_final(before: &Order, decision: &Decision, is_command: bool) -> Result<(), String> {
    if before.status != OrderStatus::Canceled {
        return Ok(());
    }
    must(decision.order.status == OrderStatus::Canceled, || {
        "a canceled order came to life".to_owned()
    })?;
    let is_business = |event: &Event| {
        matches!(
            event.kind,
            EventKind::ShipmentAdded { .. }
                | EventKind::LabelRequested { .. }
                | EventKind::TrackingAdded { .. }
                | EventKind::Held { .. }
                | EventKind::Canceled { .. }
                | EventKind::AmountsChanged { .. }
        ) || match event.kind {
            EventKind::PaymentChanged { to, .. } => {
                to == PaymentState::CaptureRequested
                    || (is_command && to != PaymentState::VoidRequested)
            }
            _ => false,
        }
    };
    must(!decision.events.iter().any(is_business), || {
        format!("a canceled order had business: {:?}", decision.events)
    })
}

/// The events, as they are and as they are stored, make the new document of the old one.
fn replays(before: &Order, decision: &Decision) -> Result<(), String> {
    let taken = Event {
        seq: before.version,
        at: before.updated_at,
        by: before.transitions[0].by.clone(),
        kind: EventKind::Taken {
            order: Box::new(before.clone()),
        },
    };
    let mut history = vec![taken];
    for event in &decision.events {
        let stored = serde_json::to_string(event).map_err(|error| error.to_string())?;
        let read: Event =
            serde_json::from_str(&stored).map_err(|error| format!("{error} in {stored}"))?;
        must(read == *event, || format!("{stored} reads as {read:?}"))?;
        history.push(read);
    }
    must(replay(&history)? == decision.order, || {
        "the events replayed make another order".to_owned()
    })
}
