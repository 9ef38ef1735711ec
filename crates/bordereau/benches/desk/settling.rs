//! Refunds from request to settled, with the worker at work and a provider that answers at once or late; and a long queue
//! that is worked off.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use async_trait::async_trait;
use domain::ids::OrderId;
use domain::payment_settle::PaymentFact;
use domain::refund_settle::RefundFact;
use engine::jobs::Worker;
use engine::orders;
use engine::ports::{Answer, Movements, MovementsAsk, PaymentAsk, Payments, Ports, RefundAsk};
use integrations::sandbox::sandbox_ports;
use sqlx::AssertSqlSafe;

use crate::measure::{Figure, calls, figure, rows};
use crate::report::Report;
use crate::work::{Bench, CALLERS};

/// Refunds that are settled while a provider answers at once.
const AT_ONCE: usize = 2_000;

/// Refunds that are settled while each answer takes [`LATENCY`].
const LATE: usize = 800;

/// How long a provider far away takes.
const LATENCY: Duration = Duration::from_millis(200);

/// Jobs in the long queue.
const QUEUED: usize = 100_000;

/// How many at the beginning of the queue, and how many at its end, are one figure.
const SHARE: usize = QUEUED / 10;

/// How often it is asked whether everything is settled.
const POLL: Duration = Duration::from_millis(5);

/// A provider that refunds whatever it is asked for, after a while.
struct Paced(Duration);

const NOT_ASKED: &str = "the benchmark asks for refunds alone";

#[async_trait]
impl Payments for Paced {
    async fn refund(&self, ask: &RefundAsk) -> Answer<RefundFact> {
        tokio::time::sleep(self.0).await;
        Answer::Done(RefundFact::Succeeded {
            reference: format!("re_{}", ask.key),
        })
    }

    async fn refund_status(&self, _: &RefundAsk, _: &str) -> Answer<RefundFact> {
        Answer::Refused(NOT_ASKED.to_owned())
    }

    async fn capture(&self, _: &PaymentAsk) -> Answer<PaymentFact> {
        Answer::Refused(NOT_ASKED.to_owned())
    }

    async fn void(&self, _: &PaymentAsk) -> Answer<PaymentFact> {
        Answer::Refused(NOT_ASKED.to_owned())
    }

    async fn payment_status(&self, _: &PaymentAsk) -> Answer<Vec<PaymentFact>> {
        Answer::Refused(NOT_ASKED.to_owned())
    }

    async fn movements(&self, _: &MovementsAsk) -> Answer<Movements> {
        Answer::Refused(NOT_ASKED.to_owned())
    }
}

impl Bench {
    /// Refunds a second from the first request to the last one settled; the times are of single refunds.
    pub async fn settling(&self, report: &mut Report) -> Result<()> {
        let paid = self.paid().await?;
        let kinds = [
            (
                Duration::ZERO,
                AT_ONCE,
                "refund to settled, answered at once",
            ),
            (LATENCY, LATE, "refund to settled, answered after 200 ms"),
        ];
        for (round, (latency, count, name)) in kinds.into_iter().enumerate() {
            self.put_jobs_aside().await?;
            let inputs: Vec<OrderId> = paid.iter().cycle().take(count).cloned().collect();
            let ours = self.settled(inputs.clone(), latency).await?;
            // Requested, sent, settled: a refund is three commits.
            let thrice: Vec<OrderId> = inputs.iter().cycle().take(count * 3).cloned().collect();
            let mut bare = self.bare_refunds(thrice, CALLERS, 50 + round).await?;
            bare.in_threes();
            report.add(self.database, name, ours, Some(bare));
        }
        Ok(())
    }

    async fn settled(&self, inputs: Vec<OrderId>, latency: Duration) -> Result<Figure> {
        let worker = Worker::new(self.desk.clone(), ports(Paced(latency))?);
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let began_at = self.desk.now();
        let started = Instant::now();
        let working = tokio::spawn(async move { worker.run(stopped).await });
        let count = inputs.len();
        self.request_refunds(inputs.clone(), CALLERS).await?;
        while self.count_jobs("state = 'waiting'").await? > 0 {
            tokio::time::sleep(POLL).await;
        }
        let took = started.elapsed();
        stop.send(true).context("the worker is there")?;
        working.await?;
        let mut times = Vec::with_capacity(count);
        let mut ids = inputs;
        ids.sort();
        ids.dedup();
        for id in ids {
            let order = orders::load(&self.desk, &self.session.permit()?, &id).await?;
            let settled = order.refunds.iter().filter(|refund| refund.is_returned());
            let new = settled.filter(|refund| refund.requested_at >= began_at);
            for refund in new {
                let time = refund.changed_at.duration_since(refund.requested_at);
                times.push(time.try_into().unwrap_or(Duration::ZERO));
            }
        }
        anyhow::ensure!(times.len() == count, "{} of {count} settled", times.len());
        Ok(figure(times, took, count))
    }

    /// A queue of a hundred thousand jobs that have nothing left to do: what claiming and finishing cost, first and last.
    pub async fn queue(&self, report: &mut Report) -> Result<()> {
        self.put_jobs_aside().await?;
        self.fill_queue("waiting").await?;
        let worker = Worker::new(self.desk.clone(), ports(Paced(Duration::ZERO))?);
        let (mut done, mut begun) = (0, Instant::now());
        let mut times = Vec::new();
        let mut shares = Vec::new();
        while done < QUEUED {
            let step = Instant::now();
            let tried = worker.step().await?.tried();
            anyhow::ensure!(tried > 0, "{done} of {QUEUED} jobs, and no more are due");
            times.push(step.elapsed());
            let before = done;
            done += tried;
            if before / SHARE != done / SHARE {
                let count = done - before / SHARE * SHARE;
                shares.push(figure(std::mem::take(&mut times), begun.elapsed(), count));
                begun = Instant::now();
            }
        }
        let bare = self.bare_queue().await?;
        let (first, last) = (shares.first(), shares.last());
        for (name, share) in [
            ("work off 100,000 jobs: the first tenth", first),
            ("work off 100,000 jobs: the last tenth", last),
        ] {
            let share = share.context("a queue has a beginning and an end")?;
            report.add(self.database, name, *share, Some(bare));
        }
        Ok(())
    }

    /// The bare driver finding a job, taking it and removing it, each durably.
    async fn bare_queue(&self) -> Result<Figure> {
        let ids: Vec<usize> = (0..SHARE).collect();
        self.fill_queue("parked").await?;
        let (pool, organization) = (self.pool.clone(), self.organization.clone());
        let started = Instant::now();
        calls(ids, CALLERS, move |number| {
            let (pool, organization) = (pool.clone(), organization.clone());
            async move {
                sqlx::query("delete from jobs where organization_id = $1 and id = $2")
                    .bind(organization.as_str())
                    .bind(format!("job_queued_{number}"))
                    .execute(&pool)
                    .await?;
                Ok(())
            }
        })
        .await?;
        let bare = rows(u64::try_from(SHARE)?, started.elapsed());
        let text = "delete from jobs where organization_id = $1 and state = 'parked'";
        sqlx::query(text)
            .bind(self.organization.as_str())
            .execute(&self.pool)
            .await?;
        Ok(bare)
    }

    /// Jobs about e-mails that nobody remembers: each is claimed, looked at, and finished.
    async fn fill_queue(&self, state: &str) -> Result<()> {
        let now_us = self.desk.now().as_microsecond();
        let mut tx = self.pool.begin_with(self.begin).await?;
        for number in 0..QUEUED {
            sqlx::query(
                "insert into jobs (organization_id, id, kind, mode, order_id, subject, state, due_at_us, attempts, lease, \
                 problem, created_at_us) values ($1, $2, 'account_mail_send', 'live', '', $2, $3, $4, 0, '', '', $4)",
            )
            .bind(self.organization.as_str())
            .bind(format!("job_queued_{number}"))
            .bind(state)
            .bind(now_us)
            .execute(&mut *tx)
            .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// What other parts have left in the queue is not what is measured.
    pub async fn put_jobs_aside(&self) -> Result<()> {
        sqlx::query("delete from jobs where state = 'waiting' or lease <> ''")
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn count_jobs(&self, condition: &str) -> Result<i64> {
        let text = format!("select count(*) from jobs where {condition}");
        Ok(sqlx::query_scalar(AssertSqlSafe(text))
            .fetch_one(&self.pool)
            .await?)
    }
}

/// The sandbox in a folder of its own, with another provider of payments.
fn ports(payments: Paced) -> Result<Ports> {
    let folder = tempfile::tempdir()?.keep();
    let (sandbox, _) = sandbox_ports(&folder, 7)?;
    Ok(Ports {
        payments: Arc::new(payments),
        ..sandbox
    })
}
