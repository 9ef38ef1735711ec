//! The jobs that a worker is at: bounded in all and for each organization, so that slow answers to one hold up no other.

use std::collections::HashMap;

use domain::ids::OrganizationId;
use tokio::task::{self, JoinSet};

use super::worker::BATCH;

/// How many jobs of all organizations run side by side in one process.
const MOST: usize = 128;

/// The jobs that a worker is at, and whose they are.
#[derive(Default)]
pub(super) struct Running {
    tasks: JoinSet<()>,
    whose: HashMap<task::Id, OrganizationId>,
    /// After which organization there was no more room; none where there was.
    pub from: String,
}

impl Running {
    /// Whether it is at anything.
    pub fn is_busy(&self) -> bool {
        !self.tasks.is_empty()
    }

    /// Whether nothing more may begin now.
    pub fn is_full(&self) -> bool {
        self.tasks.len() >= MOST
    }

    /// How many more jobs of an organization may begin now.
    pub fn room(&self, organization: &OrganizationId) -> u32 {
        let theirs = self.whose.values().filter(|one| *one == organization);
        BATCH.saturating_sub(u32::try_from(theirs.count()).unwrap_or(BATCH))
    }

    /// Begins a job of an organization.
    pub fn add(
        &mut self,
        organization: OrganizationId,
        job: impl Future<Output = ()> + Send + 'static,
    ) {
        let task = self.tasks.spawn(job);
        self.whose.insert(task.id(), organization);
    }

    /// Waits until one of them has ended, and forgets it.
    pub async fn one_ended(&mut self) {
        let id = match self.tasks.join_next_with_id().await {
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => {
                tracing::error!(%error, "a job broke down; it comes back when its lease ends");
                error.id()
            }
            None => return,
        };
        self.whose.remove(&id);
    }
}
