//! Taking and releasing what is authorised (C2), learning how a payment stands, and what the clock brings.

use domain::actor::ActorKind;
use domain::command::Fact;
use domain::event::EventKind;
use domain::ids::PaymentId;
use domain::order::Order;
use domain::payment::{Payment, PaymentState};
use domain::payment_settle::PaymentFact;

use super::deliveries::{self, NotYet};
use super::tells_more;
use super::worker::{Tried, scope};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::{load_in, record_fact};
use crate::ports::{Answer, PaymentAsk, Ports};
use crate::store::queue::Job;

/// How often a provider that does not answer is asked about what it took: over some three days.
const TRIES_UNANSWERED: u64 = 23;

/// How often one that answers is asked what it kept: it books that within the hour, or tells no fees.
const TRIES_UNBOOKED: u64 = 12;

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

/// Asks the provider how a payment stands, until its state is more than a question; of one that was taken, until it is
/// told what that cost.
pub(super) async fn status(desk: &Desk, ports: &Ports, job: &Job) -> Result<Tried, Failure> {
    let order = load_in(desk, &scope(job), &job.job.order_id).await?;
    let Some(payment) = find(&order, job) else {
        return Ok(Tried::Finished);
    };
    let ask = ask(&order, payment, "status");
    if !domain::capture::is_open(payment) {
        return match tells_more(payment) {
            true => taken(desk, ports, job, &ask).await,
            false => Ok(Tried::Finished),
        };
    }
    match learn(desk, ports, job, &ask).await? {
        Answer::Done(_) => {}
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
            Answer::Done(_) | Answer::Refused(_) => PaymentFact::Refused { reason },
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
) -> Result<Answer<Vec<PaymentFact>>, Failure> {
    let answer = ports.payments.payment_status(ask).await;
    if let Answer::Done(facts) = &answer {
        for fact in facts {
            tell(desk, job, fact.clone()).await?;
        }
    }
    Ok(answer)
}

/// Learns of a payment that was taken what the provider returned of it that nobody here asked for, and what it kept (R8).
/// Nobody has to look where it does not tell: the rates hold, it refuses to return more than is left, and comparing the
/// books shows the difference.
async fn taken(desk: &Desk, ports: &Ports, job: &Job, ask: &PaymentAsk) -> Result<Tried, Failure> {
    let (scope, order) = (scope(job), &job.job.order_id);
    let again = |problem, tries| match job.attempts < tries {
        true => Tried::Again(problem),
        false => Tried::Finished,
    };
    match ports.payments.refunds_of(ask).await {
        Answer::Done(all) => {
            for news in &all {
                let told =
                    deliveries::record(desk, ports, (&scope, order), &ask.provider, news).await;
                if let Err(NotYet(tried)) = told {
                    return Ok(tried);
                }
            }
        }
        Answer::Refused(_) | Answer::NeedsALook(_) => return Ok(Tried::Finished),
        Answer::NotNow(problem) | Answer::Unknown(problem) => {
            return Ok(again(problem, TRIES_UNANSWERED));
        }
    }
    let known = load_in(desk, &scope, order).await?;
    if find(&known, job).is_none_or(|payment| !domain::fees::is_untold(&known, payment)) {
        return Ok(Tried::Finished);
    }
    Ok(match learn(desk, ports, job, ask).await? {
        Answer::Done(facts) => {
            let is_fee = |fact: &PaymentFact| matches!(fact, PaymentFact::FeeTold { .. });
            match facts.iter().any(is_fee) {
                true => Tried::Finished,
                false => again("the fee is not booked yet".to_owned(), TRIES_UNBOOKED),
            }
        }
        Answer::Refused(_) | Answer::NeedsALook(_) => Tried::Finished,
        Answer::NotNow(problem) | Answer::Unknown(problem) => again(problem, TRIES_UNANSWERED),
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
