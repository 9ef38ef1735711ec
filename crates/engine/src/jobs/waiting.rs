//! What could be undone until now, and was not.

use domain::actor::ActorKind;
use domain::command::Fact;
use domain::ids::WaitingId;

use super::worker::{Tried, scope};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::record_fact;
use crate::store::queue::Job;

/// Sends it; what was undone meanwhile is not there any more.
pub(super) async fn over(desk: &Desk, job: &Job) -> Result<Tried, Failure> {
    let waiting = WaitingId(job.job.subject.clone());
    let fact = Fact::WaitingOver {
        waiting: waiting.clone(),
    };
    let changed = record_fact(desk, &scope(job), &job.job.order_id, ActorKind::Desk, &fact).await?;
    // Another process, whose clock was ahead, may have made the job due before it is over.
    match changed.order.waiting.iter().any(|one| one.id == waiting) {
        true => Ok(Tried::Again("it can still be undone".to_owned())),
        false => Ok(Tried::Finished),
    }
}
