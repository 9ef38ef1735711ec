//! Labels at the carrier: marked as sent before they are bought. Carriers know no idempotency, so one that may have
//! been bought is looked for, never bought again blindly (S4).

use domain::actor::ActorKind;
use domain::carrier::LabelFact;
use domain::command::Fact;
use domain::ids::LabelId;
use domain::shipment::LabelState;

use super::worker::{Tried, scope};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::labels::Printed;
use crate::orders::{load_in, record_fact};
use crate::ports::{Answer, BoughtLabel, Ports};
use crate::store::queue::Job;

/// Buys a label, or finds the one that was bought.
pub(super) async fn buy(desk: &Desk, ports: &Ports, job: &Job) -> Result<Tried, Failure> {
    let order = load_in(desk, &scope(job), &job.job.order_id).await?;
    let id = LabelId(job.job.subject.clone());
    let Some((shipment, label)) = order.label(&id) else {
        return Ok(Tried::GiveUp(format!("label {id} is not on the order")));
    };
    match label.state {
        LabelState::Requested => record(desk, job, LabelFact::Sent).await?,
        LabelState::Sent | LabelState::Unknown => {
            match ports.carriers.find(&label.account, &id).await {
                Answer::Done(Some(bought)) => return settle(desk, job, Answer::Done(bought)).await,
                Answer::Done(None) => {}
                Answer::Refused(problem)
                | Answer::NotNow(problem)
                | Answer::Unknown(problem)
                | Answer::NeedsALook(problem) => {
                    record(
                        desk,
                        job,
                        LabelFact::Unknown {
                            problem: problem.clone(),
                        },
                    )
                    .await?;
                    return Ok(Tried::Again(problem));
                }
            }
        }
        LabelState::Bought
        | LabelState::Failed
        | LabelState::VoidRequested
        | LabelState::Voided => {
            return Ok(Tried::Finished);
        }
    }
    let answer = ports.carriers.buy(&order, shipment, label).await;
    settle(desk, job, answer).await
}

/// Voids a label with the account that bought it.
pub(super) async fn void(desk: &Desk, ports: &Ports, job: &Job) -> Result<Tried, Failure> {
    let order = load_in(desk, &scope(job), &job.job.order_id).await?;
    let id = LabelId(job.job.subject.clone());
    let Some((_, label)) = order
        .label(&id)
        .filter(|(_, label)| label.state == LabelState::VoidRequested)
    else {
        return Ok(Tried::Finished);
    };
    let fact = match ports.carriers.void(&label.account, &label.reference).await {
        Answer::Done(()) => LabelFact::Voided,
        Answer::Refused(problem) => LabelFact::VoidRefused { problem },
        Answer::NotNow(problem) | Answer::Unknown(problem) => return Ok(Tried::Again(problem)),
        Answer::NeedsALook(problem) => return Ok(Tried::GiveUp(problem)),
    };
    record(desk, job, fact).await?;
    Ok(Tried::Finished)
}

async fn settle(desk: &Desk, job: &Job, answer: Answer<BoughtLabel>) -> Result<Tried, Failure> {
    let fact = match answer {
        Answer::Done(BoughtLabel {
            reference,
            tracking,
            postage,
            printed,
        }) => {
            if let Some(printed) = &printed {
                keep(desk, job, printed).await?;
            }
            LabelFact::Bought {
                reference,
                tracking,
                postage,
            }
        }
        Answer::Refused(problem) => LabelFact::Failed { problem },
        // Certainly not bought; the next try finds nothing and buys.
        Answer::NotNow(problem) => return Ok(Tried::Again(problem)),
        Answer::NeedsALook(problem) => return Ok(Tried::GiveUp(problem)),
        Answer::Unknown(problem) => {
            record(
                desk,
                job,
                LabelFact::Unknown {
                    problem: problem.clone(),
                },
            )
            .await?;
            return Ok(Tried::Again(problem));
        }
    };
    record(desk, job, fact).await?;
    Ok(Tried::Finished)
}

/// Keeps what is printed before the label counts as bought: whoever sees the label can print it.
async fn keep(desk: &Desk, job: &Job, printed: &Printed) -> Result<(), Failure> {
    let (organization, label) = (scope(job).organization_id, LabelId(job.job.subject.clone()));
    let kept = desk
        .store()
        .put_label_file(&organization, &label, printed, desk.now());
    Ok(kept.await?)
}

async fn record(desk: &Desk, job: &Job, fact: LabelFact) -> Result<(), Failure> {
    let by = if fact == LabelFact::Sent {
        ActorKind::Desk
    } else {
        ActorKind::Carrier
    };
    let fact = Fact::Label {
        label: LabelId(job.job.subject.clone()),
        fact,
    };
    record_fact(desk, &scope(job), &job.job.order_id, by, &fact)
        .await
        .map(|_| ())
}
