//! Refunds at the provider: marked as sent before they are asked for, asked with the same key until the outcome is
//! certain (R10).

use domain::order::Order;
use domain::refund::{Refund, RefundState};
use domain::refund_settle::RefundFact;

use super::worker::{Tried, scope};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::load_in;
use crate::ports::{Answer, Ports, RefundAsk};
use crate::refunds::heard;
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
    let ask = ask(&order, refund);
    match refund.state {
        RefundState::Succeeded | RefundState::Failed | RefundState::Pending => {
            return Ok(Tried::Finished);
        }
        RefundState::Requested => {
            if !record(desk, job, &ask.key, RefundFact::Sent).await? {
                return Ok(Tried::Finished);
            }
        }
        // It may have been asked for before.
        RefundState::Sent | RefundState::Unknown => {}
    }
    let answer = ports.payments.refund(&ask).await;
    settle(desk, job, &ask.key, answer).await
}

/// Asks what became of a refund that the provider took on.
pub(super) async fn reconcile(desk: &Desk, ports: &Ports, job: &Job) -> Result<Tried, Failure> {
    let order = load_in(desk, &scope(job), &job.job.order_id).await?;
    match find(&order, job) {
        Some(refund) if refund.state == RefundState::Pending => {
            let ask = ask(&order, refund);
            let answer = ports.payments.refund_status(&ask, &refund.reference);
            match answer.await {
                Answer::Done(RefundFact::Pending { .. }) => {
                    Ok(Tried::Again("the provider has not finished".to_owned()))
                }
                answer => settle(desk, job, &ask.key, answer).await,
            }
        }
        _ => Ok(Tried::Finished),
    }
}

/// Records an answer, for the attempt that was asked with this key alone: while the provider was slow it may have failed
/// and been tried again, and the amount of the attempt under way is not this answer's to free.
async fn settle(
    desk: &Desk,
    job: &Job,
    key: &str,
    answer: Answer<RefundFact>,
) -> Result<Tried, Failure> {
    let unknown = |problem: &str| RefundFact::Unknown {
        problem: problem.to_owned(),
    };
    let failure = None;
    let (fact, tried) = match answer {
        Answer::Done(fact) => (fact, Tried::Finished),
        Answer::Refused(problem) => (RefundFact::Failed { problem, failure }, Tried::Finished),
        Answer::NotNow(problem) => return Ok(Tried::Again(problem)),
        Answer::Unknown(problem) => (unknown(&problem), Tried::Again(problem)),
        // Its amount stays spoken for: only the provider's word settles it.
        Answer::NeedsALook(problem) => (unknown(&problem), Tried::GiveUp(problem)),
    };
    match record(desk, job, key, fact).await? {
        true => Ok(tried),
        false => Ok(Tried::Finished),
    }
}

async fn record(desk: &Desk, job: &Job, key: &str, fact: RefundFact) -> Result<bool, Failure> {
    heard(desk, &scope(job), &job.job.order_id, key, fact).await
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
        mode: order.mode,
        refund: refund.id.clone(),
        is_repeated: refund.state != RefundState::Requested,
    }
}
