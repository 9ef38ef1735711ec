//! Taking and releasing what is authorised (C2), learning how a payment stands, and what the clock brings.

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
    let Some(ask) = asked(desk, job, PaymentState::CaptureRequested, "capture").await? else {
        return Ok(Tried::Finished);
    };
    let answer = ports.payments.capture(&ask).await;
    settle(desk, ports, job, &ask, answer).await
}

/// Releases what was asked to be released.
pub(super) async fn void(desk: &Desk, ports: &Ports, job: &Job) -> Result<Tried, Failure> {
    let Some(ask) = asked(desk, job, PaymentState::VoidRequested, "void").await? else {
        return Ok(Tried::Finished);
    };
    let answer = ports.payments.void(&ask).await;
    settle(desk, ports, job, &ask, answer).await
}

/// Asks the provider how a payment stands, until its state is more than a question.
pub(super) async fn status(desk: &Desk, ports: &Ports, job: &Job) -> Result<Tried, Failure> {
    let order = load_in(desk, &scope(job), &job.job.order_id).await?;
    let Some(payment) = find(&order, job).filter(|payment| domain::capture::is_open(payment))
    else {
        return Ok(Tried::Finished);
    };
    match learn(desk, ports, job, &ask(&order, payment, "status")).await? {
        Answer::Done(()) => {}
        Answer::Refused(problem) | Answer::NeedsALook(problem) => {
            return Ok(Tried::GiveUp(problem));
        }
        Answer::NotNow(problem) | Answer::Unknown(problem) => return Ok(Tried::Again(problem)),
    }
    let order = load_in(desk, &scope(job), &job.job.order_id).await?;
    let has_run_out = |payment: &Payment| payment.expires_at.is_some_and(|at| at <= desk.now());
    Ok(match find(&order, job) {
        Some(payment) if payment.state == PaymentState::Pending => {
            Tried::Again("the payment is not decided yet".to_owned())
        }
        Some(payment) if payment.state == PaymentState::Authorized && has_run_out(payment) => {
            Tried::Again("the hold has run out, and the provider does not say so yet".to_owned())
        }
        Some(_) | None => Tried::Finished,
    })
}

/// Does what the clock brings to a payment that is only held.
pub(super) async fn due(desk: &Desk, job: &Job) -> Result<Tried, Failure> {
    let payment = subject(job);
    let fact = Fact::PaymentDue { payment };
    record(desk, job, ActorKind::Desk, &fact).await?;
    Ok(Tried::Finished)
}

/// What is to be asked of a payment that is in this state; nothing where it is not, or not any more. Which wish it is
/// and how much was wished stand in the event that asked: the document keeps only what is taken. The wish is part of
/// the key, because a provider answers a key as it did before.
async fn asked(
    desk: &Desk,
    job: &Job,
    state: PaymentState,
    what: &str,
) -> Result<Option<PaymentAsk>, Failure> {
    let order = load_in(desk, &scope(job), &job.job.order_id).await?;
    let Some(payment) = find(&order, job).filter(|payment| payment.state == state) else {
        return Ok(None);
    };
    let events = desk
        .store()
        .events(&job.job.organization_id, &job.job.order_id)
        .await?;
    let wish = events.iter().rev().find_map(|event| match &event.kind {
        EventKind::PaymentChanged {
            payment: id,
            to,
            captured_minor,
            ..
        } if *id == payment.id && *to == state => Some((event.seq, *captured_minor)),
        _ => None,
    });
    let (wish, minor) = wish.unwrap_or((0, 0));
    let mut ask = ask(&order, payment, &format!("{what}.{wish}"));
    if minor > 0 {
        ask.money = order.money(minor);
    }
    Ok(Some(ask))
}

/// Records what came of taking or releasing. Before a refusal is believed the provider is asked how the payment stands:
/// an answer that was lost, or another wish that was faster, may be why it refuses.
async fn settle(
    desk: &Desk,
    ports: &Ports,
    job: &Job,
    ask: &PaymentAsk,
    answer: Answer<PaymentFact>,
) -> Result<Tried, Failure> {
    let fact = match answer {
        Answer::Done(fact) => fact,
        Answer::Refused(reason) => match learn(desk, ports, job, ask).await? {
            Answer::Done(()) | Answer::Refused(_) => PaymentFact::Refused { reason },
            Answer::NotNow(problem) | Answer::Unknown(problem) => {
                return Ok(Tried::Again(problem));
            }
            Answer::NeedsALook(problem) => return Ok(Tried::GiveUp(problem)),
        },
        // Taking and releasing are safe to ask again: the key is the same, and the payment can only be taken once.
        Answer::NotNow(problem) | Answer::Unknown(problem) => return Ok(Tried::Again(problem)),
        Answer::NeedsALook(problem) => return Ok(Tried::GiveUp(problem)),
    };
    tell(desk, job, fact).await?;
    Ok(Tried::Finished)
}

/// Asks how a payment stands and records it.
async fn learn(
    desk: &Desk,
    ports: &Ports,
    job: &Job,
    ask: &PaymentAsk,
) -> Result<Answer<()>, Failure> {
    Ok(match ports.payments.payment_status(ask).await {
        Answer::Done(facts) => {
            for fact in facts {
                tell(desk, job, fact).await?;
            }
            Answer::Done(())
        }
        Answer::Refused(problem) => Answer::Refused(problem),
        Answer::NotNow(problem) => Answer::NotNow(problem),
        Answer::Unknown(problem) => Answer::Unknown(problem),
        Answer::NeedsALook(problem) => Answer::NeedsALook(problem),
    })
}

async fn tell(desk: &Desk, job: &Job, fact: PaymentFact) -> Result<(), Failure> {
    let payment = subject(job);
    let fact = Fact::Payment { payment, fact };
    record(desk, job, ActorKind::Provider, &fact).await
}

async fn record(desk: &Desk, job: &Job, by: ActorKind, fact: &Fact) -> Result<(), Failure> {
    record_fact(desk, &scope(job), &job.job.order_id, by, fact).await?;
    Ok(())
}

fn subject(job: &Job) -> PaymentId {
    PaymentId(job.job.subject.clone())
}

fn find<'a>(order: &'a Order, job: &Job) -> Option<&'a Payment> {
    let mut payments = order.payments.iter();
    payments.find(|payment| payment.id.as_str() == job.job.subject)
}

fn ask(order: &Order, payment: &Payment, what: &str) -> PaymentAsk {
    PaymentAsk {
        key: format!("{}.{what}", payment.id),
        provider: payment.provider.clone(),
        organization_id: order.organization_id.clone(),
        payment: payment.id.clone(),
        payment_reference: payment.reference.clone(),
        money: order.money(payment.amount_minor),
    }
}
