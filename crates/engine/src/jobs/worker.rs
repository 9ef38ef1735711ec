//! The worker: claims what is due, organization by organization, does it, and says what came of it. Tests step it;
//! the server runs it.

use std::time::Duration;

use domain::actor::ActorKind;
use domain::command::Fact;
use domain::ids::OrganizationId;
use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::watch;

use super::running::Running;
use super::{
    JobKind, account_mails, deliveries, labels, later, mails, payments, refunds, shops, sweep,
    waiting, webhooks,
};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::record_fact;
use crate::permit::Scope;
use crate::ports::Ports;
use crate::store::StoreError;
use crate::store::queue::Job;

/// How long a claimed job is nobody else's, in seconds. Longer than any call outside takes.
const LEASE_S: i64 = 120;

/// How many jobs of one organization are claimed at once, and run side by side.
pub(super) const BATCH: u32 = 16;

/// How long a call outside may take before its outcome is unknown.
const CALL_TIMEOUT: Duration = Duration::from_secs(60);

/// How often a job is tried before a person is asked to look: over some three days, with the waits below.
const MAX_ATTEMPTS: u64 = 24;

/// The first wait, in seconds; each further one doubles, up to [`MAX_WAIT_S`].
pub(super) const FIRST_WAIT_S: i64 = 2;

/// The longest wait between two tries, in seconds.
pub(super) const MAX_WAIT_S: i64 = 6 * 3600;

/// How often refunds that hear nothing are looked after, in seconds; the first time when the worker starts.
const SWEEP_EVERY_S: i64 = 300;

/// How long an idle worker sleeps before it looks by itself: other processes do not ring its bell.
pub(super) const IDLE: Duration = Duration::from_secs(1);

/// What came of one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Tried {
    /// Nothing is left to do.
    Finished,
    /// Not yet; try again later.
    Again(String),
    /// Trying again cannot help.
    GiveUp(String),
}

/// What one step of the worker did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stepped {
    /// Jobs that are done.
    pub finished: usize,
    /// Jobs put back for later.
    pub put_back: usize,
    /// Jobs given up, which a person has to look at.
    pub parked: usize,
}

impl Stepped {
    /// How many jobs were tried.
    pub fn tried(self) -> usize {
        self.finished + self.put_back + self.parked
    }
}

/// A worker; several may share one database.
#[derive(Clone)]
pub struct Worker {
    desk: Desk,
    ports: Ports,
}

impl Worker {
    /// A worker of this desk that calls these ports.
    pub fn new(desk: Desk, ports: Ports) -> Self {
        Self { desk, ports }
    }

    /// Does what is due now, once: each organization that has work gets one batch.
    ///
    /// # Errors
    /// The database; what was claimed comes back when its lease ends.
    pub async fn step(&self) -> Result<Stepped, StoreError> {
        let mut stepped = Stepped::default();
        let mut after = String::new();
        while let Some(organization) = self
            .desk
            .store()
            .next_with_work(&after, self.desk.now())
            .await?
        {
            self.batch(&organization, &mut stepped).await?;
            after = organization.0;
        }
        Ok(stepped)
    }

    /// Steps until nothing is due.
    ///
    /// # Errors
    /// The database.
    pub async fn drain(&self) -> Result<Stepped, StoreError> {
        let mut all = Stepped::default();
        loop {
            let stepped = self.step().await?;
            if stepped.tried() == 0 {
                return Ok(all);
            }
            all.finished += stepped.finished;
            all.put_back += stepped.put_back;
            all.parked += stepped.parked;
        }
    }

    /// Tells webhooks what is due, until nothing is.
    ///
    /// # Errors
    /// The database; what was being told is told again when its lease ends.
    pub async fn tell(&self) -> Result<webhooks::ToldNow, StoreError> {
        webhooks::tell(&self.desk).await
    }

    /// Looks after refunds that hear nothing for too long, whatever became of their jobs, and says how many it looked at.
    /// What programs were answered long ago is forgotten.
    ///
    /// # Errors
    /// The database.
    pub async fn sweep(&self) -> Result<usize, StoreError> {
        sweep::forget_answers(&self.desk).await?;
        sweep::forget_webhooks(&self.desk).await?;
        sweep::sweep(&self.desk).await
    }

    /// Works until `stop` says so; what is being done then is finished first. A call outside that takes its time holds up
    /// neither other organizations nor what else is due.
    pub async fn run(&self, mut stop: watch::Receiver<bool>) {
        let telling = tokio::spawn(webhooks::run(self.desk.clone(), stop.clone()));
        let mut sweep_at = self.desk.now();
        let mut running = Running::default();
        while !*stop.borrow() {
            let bell = self.desk.bell().notified();
            if self.desk.now() >= sweep_at {
                sweep_at = later(self.desk.now(), SWEEP_EVERY_S);
                if let Err(error) = self.sweep().await {
                    tracing::error!(%error, "the worker could not look after refunds");
                }
            }
            match self.begin(&mut running).await {
                Ok(begun) if begun > 0 => continue,
                Ok(_) => {}
                Err(error) => tracing::error!(%error, "the worker could not read its queue"),
            }
            tokio::select! {
                changed = stop.changed() => {
                    // Whoever could say so is gone.
                    if changed.is_err() {
                        break;
                    }
                }
                () = running.one_ended(), if running.is_busy() => {}
                () = bell => {}
                () = tokio::time::sleep(IDLE) => {}
            }
        }
        while running.is_busy() {
            running.one_ended().await;
        }
        if let Err(error) = telling.await {
            tracing::error!(%error, "telling webhooks broke down");
        }
    }

    /// Begins what is due, as far as there is room; how many jobs that are. Where the room ends, the next organization comes
    /// first the next time.
    async fn begin(&self, running: &mut Running) -> Result<usize, StoreError> {
        let (mut begun, mut after) = (0, std::mem::take(&mut running.from));
        let mut is_last_round = after.is_empty();
        loop {
            let next = self.desk.store().next_with_work(&after, self.desk.now());
            let Some(organization) = next.await? else {
                if is_last_round {
                    return Ok(begun);
                }
                (is_last_round, after) = (true, String::new());
                continue;
            };
            if running.is_full() {
                running.from = after;
                return Ok(begun);
            }
            let room = running.room(&organization);
            if room > 0 {
                for job in self.claim(&organization, room).await? {
                    begun += 1;
                    running.add(organization.clone(), self.clone().finish(job));
                }
            }
            after = organization.0;
        }
    }

    /// Does one job; what cannot be written down comes back when its lease ends.
    async fn finish(self, job: Job) {
        if let Err(error) = self.one(&job).await {
            tracing::error!(job = %job.job.id, %error, "what came of a job could not be written; it comes back");
        }
    }

    async fn claim(
        &self,
        organization: &OrganizationId,
        limit: u32,
    ) -> Result<Vec<Job>, StoreError> {
        let now = self.desk.now();
        let lease = self.desk.ids().fresh("lease_", now);
        self.desk
            .store()
            .claim(organization, now, later(now, LEASE_S), &lease, limit)
            .await
    }

    async fn batch(
        &self,
        organization: &OrganizationId,
        stepped: &mut Stepped,
    ) -> Result<(), StoreError> {
        let jobs = self.claim(organization, BATCH).await?;
        let mut running: FuturesUnordered<_> = jobs.iter().map(|job| self.one(job)).collect();
        let mut failed = None;
        while let Some(tried) = running.next().await {
            match tried {
                Ok(Tried::Finished) => stepped.finished += 1,
                Ok(Tried::Again(_)) => stepped.put_back += 1,
                Ok(Tried::GiveUp(_)) => stepped.parked += 1,
                // The others are calling outside: they are finished first.
                Err(error) => failed = Some(error),
            }
        }
        failed.map_or(Ok(()), Err)
    }

    /// Tries one job and writes down what came of it.
    async fn one(&self, job: &Job) -> Result<Tried, StoreError> {
        let mut tried = match tokio::time::timeout(CALL_TIMEOUT, self.perform(job)).await {
            Ok(Ok(tried)) => tried,
            Ok(Err(failure)) if failure.can_retry() => Tried::Again(failure.to_string()),
            Ok(Err(failure)) => Tried::GiveUp(failure.to_string()),
            Err(_) => Tried::Again("no answer in time".to_owned()),
        };
        if let Tried::Again(problem) = &tried
            && job.attempts >= MAX_ATTEMPTS
        {
            tried = Tried::GiveUp(problem.clone());
        }
        match &tried {
            Tried::Finished => self.desk.store().finish(job).await?,
            Tried::Again(problem) => {
                tracing::warn!(job = %job.job.id, order = %job.job.order_id, attempts = job.attempts, problem, "put back");
                self.desk
                    .store()
                    .put_back(job, self.next_try(job), false, problem)
                    .await?;
            }
            Tried::GiveUp(problem) => self.give_up(job, problem).await?,
        }
        Ok(tried)
    }

    async fn perform(&self, job: &Job) -> Result<Tried, Failure> {
        let (desk, ports) = (&self.desk, &self.ports);
        match job.job.kind {
            JobKind::RefundExecute => refunds::execute(desk, ports, job).await,
            JobKind::RefundReconcile => refunds::reconcile(desk, ports, job).await,
            JobKind::PaymentCapture => payments::capture(desk, ports, job).await,
            JobKind::PaymentVoid => payments::void(desk, ports, job).await,
            JobKind::PaymentStatus => payments::status(desk, ports, job).await,
            JobKind::PaymentDue => payments::due(desk, job).await,
            JobKind::LabelBuy => labels::buy(desk, ports, job).await,
            JobKind::LabelVoid => labels::void(desk, ports, job).await,
            JobKind::MailSend => mails::send(desk, ports, job).await,
            JobKind::ShopTell => shops::tell(desk, ports, job).await,
            JobKind::WaitingOver => waiting::over(desk, job).await,
            JobKind::AccountMailSend => account_mails::send(desk, ports, job).await,
            JobKind::DeliveryProcess => deliveries::process(desk, ports, job).await,
        }
    }

    /// Doubling waits with a third of jitter, so that what failed together does not come back together.
    fn next_try(&self, job: &Job) -> jiff::Timestamp {
        let doublings = u32::try_from(job.attempts.saturating_sub(1).min(20)).unwrap_or(20);
        let wait_s = (FIRST_WAIT_S << doublings).min(MAX_WAIT_S);
        let jitter_s = self
            .desk
            .ids()
            .below(u64::try_from(wait_s / 3).unwrap_or(0) + 1);
        later(
            self.desk.now(),
            wait_s + i64::try_from(jitter_s).unwrap_or(0),
        )
    }

    /// Parks the job and asks a person to look at the order: never silence. What is about no order says so itself.
    async fn give_up(&self, job: &Job, problem: &str) -> Result<(), StoreError> {
        tracing::error!(job = %job.job.id, order = %job.job.order_id, attempts = job.attempts, problem, "given up");
        let said = match job.job.kind {
            JobKind::AccountMailSend => account_mails::given_up(&self.desk, job, problem)
                .await
                .map_err(Failure::from),
            JobKind::DeliveryProcess => deliveries::given_up(&self.desk, job, problem)
                .await
                .map_err(Failure::from),
            JobKind::MailSend => mails::given_up(&self.desk, job, problem).await,
            _ => return self.park(job, problem).await,
        };
        match said {
            Ok(()) => self.desk.store().finish(job).await,
            Err(Failure::Store(error)) => Err(error),
            Err(_) => self.park(job, problem).await,
        }
    }

    async fn park(&self, job: &Job, problem: &str) -> Result<(), StoreError> {
        let fact = Fact::GivenUp {
            job: crate::store::orders::name(&job.job.kind),
            reason: problem.to_owned(),
        };
        if let Err(failure) = record_fact(
            &self.desk,
            &scope(job),
            &job.job.order_id,
            ActorKind::Desk,
            &fact,
        )
        .await
        {
            tracing::error!(job = %job.job.id, order = %job.job.order_id, %failure, "the order could not be marked");
        }
        self.desk
            .store()
            .put_back(job, self.desk.now(), true, problem)
            .await
    }
}

/// Where a job's order is.
pub(crate) fn scope(job: &Job) -> Scope {
    Scope {
        organization_id: job.job.organization_id.clone(),
        mode: job.job.mode,
    }
}
