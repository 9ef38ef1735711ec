//! Refunds at the provider: marked as sent before they are asked for, asked with the same key until the outcome is
//! certain (R10).

use domain::actor::ActorKind;
use domain::command::Fact;
use domain::ids::RefundId;
use domain::order::Order;
use domain::refund::{Refund, RefundState};
use domain::refund_settle::RefundFact;

use super::worker::{Tried, scope};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::{load_in, record_fact};
use crate::ports::{Answer, Ports, RefundAsk};
use crate::store::queue::Job;

/// Asks for a refund, or for what became of it.
pub(super) async fn execute(desk: &Desk, ports: &Ports, job: &Job) -> Result<Tried, Failure> {
    let order = load_in(desk, &scope(job), &job.job.order_id).await?;
    let Some(refund) = find(&order, job) else {
        return Ok(Tried::GiveUp(format!(
            "refund {} is not on the order",
            job.job.subject
        )));
    };
    match refund.state {
        RefundState::Succeeded | RefundState::Failed | RefundState::Pending => {
            return Ok(Tried::Finished);
        }
        RefundState::Requested => record(desk, job, RefundFact::Sent).await?,
        // It may have been asked for before.
        RefundState::Sent | RefundState::Unknown => {}
    }
    let answer = ports.payments.refund(&ask(&order, refund)).await;
    settle(desk, job, answer).await
}

/// Asks what became of a refund that the provider took on.
pub(super) async fn reconcile(desk: &Desk, ports: &Ports, job: &Job) -> Result<Tried, Failure> {
    let order = load_in(desk, &scope(job), &job.job.order_id).await?;
    match find(&order, job) {
        Some(refund) if refund.state == RefundState::Pending => {
            let answer = ports
                .payments
                .refund_status(&ask(&order, refund), &refund.reference)
                .await;
            match answer {
                Answer::Done(RefundFact::Pending { .. }) => {
                    Ok(Tried::Again("the provider has not finished".to_owned()))
                }
                answer => settle(desk, job, answer).await,
            }
        }
        _ => Ok(Tried::Finished),
    }
}

async fn settle(desk: &Desk, job: &Job, answer: Answer<RefundFact>) -> Result<Tried, Failure> {
    match answer {
        Answer::Done(fact) => record(desk, job, fact).await.map(|()| Tried::Finished),
        Answer::Refused(problem) => {
            let failure = None;
            record(desk, job, RefundFact::Failed { problem, failure })
                .await
                .map(|()| Tried::Finished)
        }
        Answer::NotNow(problem) => Ok(Tried::Again(problem)),
        Answer::Unknown(problem) => {
            unknown(desk, job, &problem).await?;
            Ok(Tried::Again(problem))
        }
        // Its amount stays spoken for: only the provider's word settles it.
        Answer::NeedsALook(problem) => {
            unknown(desk, job, &problem).await?;
            Ok(Tried::GiveUp(problem))
        }
    }
}

async fn unknown(desk: &Desk, job: &Job, problem: &str) -> Result<(), Failure> {
    let problem = problem.to_owned();
    record(desk, job, RefundFact::Unknown { problem }).await
}

async fn record(desk: &Desk, job: &Job, fact: RefundFact) -> Result<(), Failure> {
    let by = if fact == RefundFact::Sent {
        ActorKind::Desk
    } else {
        ActorKind::Provider
    };
    let fact = Fact::Refund {
        refund: RefundId(job.job.subject.clone()),
        fact,
    };
    record_fact(desk, &scope(job), &job.job.order_id, by, &fact)
        .await
        .map(|_| ())
}

fn find<'a>(order: &'a Order, job: &Job) -> Option<&'a Refund> {
    order
        .refunds
        .iter()
        .find(|refund| refund.id.as_str() == job.job.subject)
}

/// What the provider is asked about this refund with.
pub(super) fn ask(order: &Order, refund: &Refund) -> RefundAsk {
    let payment = order
        .payments
        .iter()
        .find(|payment| payment.id == refund.payment);
    RefundAsk {
        key: refund.idempotency_key(),
        provider: payment
            .map(|payment| payment.provider.clone())
            .unwrap_or_default(),
        payment_reference: payment
            .map(|payment| payment.reference.clone())
            .unwrap_or_default(),
        money: order.money(refund.parts.total_minor()),
        order_id: order.id.0.clone(),
        organization_id: order.organization_id.clone(),
        refund: refund.id.clone(),
        is_repeated: refund.state != RefundState::Requested,
    }
}
