//! Taking and releasing what is authorised (C2), and asking how a payment stands that was begun elsewhere.

use domain::actor::ActorKind;
use domain::command::Fact;
use domain::event::EventKind;
use domain::ids::PaymentId;
use domain::order::Order;
use domain::payment::{Payment, PaymentState};
use domain::payment_settle::PaymentFact;

use super::worker::{Tried, scope};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::{load_in, record_fact};
use crate::ports::{Answer, PaymentAsk, Ports};
use crate::store::queue::Job;

/// Takes what was asked to be taken.
pub(super) async fn capture(desk: &Desk, ports: &Ports, job: &Job) -> Result<Tried, Failure> {
    let order = load_in(desk, &scope(job), &job.job.order_id).await?;
    let Some(payment) = find(&order, job, PaymentState::CaptureRequested) else {
        return Ok(Tried::Finished);
    };
    let (wish, asked_minor) = asked(desk, job, payment).await?;
    let what = format!("capture.{wish}");
    let answer = ports
        .payments
        .capture(&ask(&order, payment, &what, asked_minor))
        .await;
    settle(desk, job, answer).await
}

/// Releases what was asked to be released.
pub(super) async fn void(desk: &Desk, ports: &Ports, job: &Job) -> Result<Tried, Failure> {
    let order = load_in(desk, &scope(job), &job.job.order_id).await?;
    let Some(payment) = find(&order, job, PaymentState::VoidRequested) else {
        return Ok(Tried::Finished);
    };
    let answer = ports
        .payments
        .void(&ask(&order, payment, "void", payment.amount_minor))
        .await;
    settle(desk, job, answer).await
}

/// Asks how a payment stands of which only the reference was told.
pub(super) async fn learn(desk: &Desk, ports: &Ports, job: &Job) -> Result<Tried, Failure> {
    let order = load_in(desk, &scope(job), &job.job.order_id).await?;
    let Some(payment) = find(&order, job, PaymentState::Pending) else {
        return Ok(Tried::Finished);
    };
    let ask = ask(&order, payment, "learn", payment.amount_minor);
    let report = match ports.payments.report(&ask).await {
        Answer::Done(report) => report,
        Answer::NotNow(problem) | Answer::Unknown(problem) => return Ok(Tried::Again(problem)),
        Answer::Refused(problem) | Answer::NeedsALook(problem) => {
            return Ok(Tried::GiveUp(problem));
        }
    };
    // Amounts of one currency would be read as those of another.
    let (made, sold) = (report.currency, order.rate.presentment);
    if made != sold {
        return Ok(Tried::GiveUp(format!(
            "the payment {} was made in {made}, the order in {sold}",
            payment.reference
        )));
    }
    if report.facts.is_empty() {
        return Ok(Tried::Again("the shopper has not paid".to_owned()));
    }
    for fact in report.facts {
        record(desk, job, fact).await?;
    }
    Ok(Tried::Finished)
}

/// Which wish it is, and how much was asked for: both stand in the event that asked, the document keeps only what is
/// taken. The wish is part of the key, because a provider answers a key as it did before.
async fn asked(desk: &Desk, job: &Job, payment: &Payment) -> Result<(u64, i64), Failure> {
    let events = desk
        .store()
        .events(&job.job.organization_id, &job.job.order_id)
        .await?;
    let asked = events.iter().rev().find_map(|event| match &event.kind {
        EventKind::PaymentChanged {
            payment: id,
            to: PaymentState::CaptureRequested,
            captured_minor,
            ..
        } if *id == payment.id => Some((event.seq, *captured_minor)),
        _ => None,
    });
    Ok(asked.unwrap_or((0, payment.amount_minor)))
}

async fn settle(desk: &Desk, job: &Job, answer: Answer<PaymentFact>) -> Result<Tried, Failure> {
    let fact = match answer {
        Answer::Done(fact) => fact,
        Answer::Refused(reason) => PaymentFact::Refused { reason },
        // Taking and releasing are safe to ask again: the key is the same, and the payment can only be taken once.
        Answer::NotNow(problem) | Answer::Unknown(problem) => return Ok(Tried::Again(problem)),
        Answer::NeedsALook(problem) => return Ok(Tried::GiveUp(problem)),
    };
    record(desk, job, fact).await?;
    Ok(Tried::Finished)
}

async fn record(desk: &Desk, job: &Job, fact: PaymentFact) -> Result<(), Failure> {
    let fact = Fact::Payment {
        payment: PaymentId(job.job.subject.clone()),
        fact,
    };
    record_fact(
        desk,
        &scope(job),
        &job.job.order_id,
        ActorKind::Provider,
        &fact,
    )
    .await
    .map(|_| ())
}

fn find<'a>(order: &'a Order, job: &Job, state: PaymentState) -> Option<&'a Payment> {
    let mut payments = order.payments.iter();
    payments.find(|payment| payment.id.as_str() == job.job.subject && payment.state == state)
}

fn ask(order: &Order, payment: &Payment, what: &str, minor: i64) -> PaymentAsk {
    PaymentAsk {
        key: format!("{}.{what}", payment.id),
        provider: payment.provider.clone(),
        organization_id: order.organization_id.clone(),
        payment: payment.id.clone(),
        payment_reference: payment.reference.clone(),
        money: order.money(minor),
    }
}
