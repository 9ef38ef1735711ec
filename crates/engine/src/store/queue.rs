//! The queue: the database itself. A job is claimed by one update that repeats its condition; while it is claimed it
//! is due again only when its lease ends, so a dead worker's jobs come back by themselves.

use domain::ids::{JobId, OrderId, OrganizationId};
use domain::order::Mode;
use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use super::orders::{count, name, named};
use super::rows::Rows;
use super::{Store, StoreError, placeholders};
use crate::jobs::JobKind;

/// Work to be done after a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// Its identifier.
    pub id: JobId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Live or test.
    pub mode: Mode,
    /// What to do.
    pub kind: JobKind,
    /// With which order.
    pub order_id: OrderId,
    /// With which refund, payment, label or e-mail of it.
    pub subject: String,
    /// Not before.
    pub due_at: Timestamp,
    /// When it was decided.
    pub created_at: Timestamp,
}

/// A job as it stands in the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// What and with what.
    pub job: NewJob,
    /// How often it was claimed.
    pub attempts: u64,
    /// Who holds it now.
    pub lease: String,
    /// Whether it was given up and waits for a person.
    pub is_parked: bool,
    /// What went wrong last.
    pub problem: String,
}

const COLUMNS: &str = "organization_id, id, mode, kind, order_id, subject, due_at_us, attempts, lease, state, \
                       problem, created_at_us";

/// What asks the outside about refunds.
const REFUND_KINDS: &str = "kind in ('refund_execute', 'refund_reconcile')";

fn read(row: &AnyRow) -> Result<Job, StoreError> {
    let instant = |column: &str| -> Result<Timestamp, StoreError> {
        let us: i64 = row.try_get(column)?;
        Timestamp::from_microsecond(us).map_err(|error| StoreError::unreadable(column, error))
    };
    let state: String = row.try_get("state")?;
    Ok(Job {
        job: NewJob {
            id: JobId(row.try_get("id")?),
            organization_id: OrganizationId(row.try_get("organization_id")?),
            mode: named(row.try_get("mode")?, "job.mode")?,
            kind: named(row.try_get("kind")?, "job.kind")?,
            order_id: OrderId(row.try_get("order_id")?),
            subject: row.try_get("subject")?,
            due_at: instant("due_at_us")?,
            created_at: instant("created_at_us")?,
        },
        attempts: count(row, "attempts")?,
        lease: row.try_get("lease")?,
        is_parked: state == "parked",
        problem: row.try_get("problem")?,
    })
}

/// New jobs as their rows; one that is there already stays as it is.
pub(crate) fn rows(jobs: &[NewJob]) -> Rows {
    let start = "insert into jobs (organization_id, id, kind, mode, order_id, subject, state, due_at_us, attempts, \
                 lease, problem, created_at_us)";
    let row = |job: &NewJob| {
        vec![
            job.organization_id.as_str().into(),
            job.id.as_str().into(),
            name(&job.kind).into(),
            name(&job.mode).into(),
            job.order_id.as_str().into(),
            job.subject.as_str().into(),
            "waiting".into(),
            job.due_at.as_microsecond().into(),
            0.into(),
            "".into(),
            "".into(),
            job.created_at.as_microsecond().into(),
        ]
    };
    Rows::of(start, jobs.iter().map(row)).ending(" on conflict do nothing")
}

pub(crate) async fn insert(
    tx: &mut Transaction<'static, Any>,
    jobs: &[NewJob],
) -> Result<(), StoreError> {
    rows(jobs).write(tx).await?;
    Ok(())
}

impl Store {
    /// The next organization after `after` that has work due, so that each gets its turn.
    ///
    /// # Errors
    /// The database.
    pub async fn next_with_work(
        &self,
        after: &str,
        now: Timestamp,
    ) -> Result<Option<OrganizationId>, StoreError> {
        let row = sqlx::query(
            "select organization_id from jobs where state = 'waiting' and organization_id > $1 and due_at_us <= $2 \
             order by organization_id limit 1",
        )
        .bind(after)
        .bind(now.as_microsecond())
        .fetch_optional(self.reader())
        .await?;
        row.map(|row| Ok(OrganizationId(row.try_get(0)?)))
            .transpose()
    }

    /// Claims up to `limit` due jobs of an organization until `lease_until`; no other worker gets them before.
    ///
    /// # Errors
    /// The database.
    pub async fn claim(
        &self,
        organization: &OrganizationId,
        now: Timestamp,
        lease_until: Timestamp,
        lease: &str,
        limit: u32,
    ) -> Result<Vec<Job>, StoreError> {
        // The condition stands twice: without the repetition two workers claim the same row on PostgreSQL.
        let text = format!(
            "update jobs set due_at_us = $1, lease = $2, attempts = attempts + 1 \
             where organization_id = $3 and state = 'waiting' and due_at_us <= $4 and id in ( \
             select id from jobs where organization_id = $3 and state = 'waiting' and due_at_us <= $4 \
             order by due_at_us, id limit $5) returning {COLUMNS}"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(lease_until.as_microsecond())
            .bind(lease)
            .bind(organization.as_str())
            .bind(now.as_microsecond())
            .bind(i64::from(limit))
            .fetch_all(self.writer())
            .await?;
        let mut jobs: Vec<Job> = rows.iter().map(read).collect::<Result<_, _>>()?;
        jobs.sort_by(|a, b| (a.job.created_at, &a.job.id).cmp(&(b.job.created_at, &b.job.id)));
        Ok(jobs)
    }

    /// Makes every claimed job of an organization due at once: for a desk whose last worker is certainly gone.
    ///
    /// # Errors
    /// The database.
    pub async fn free_leases(
        &self,
        organization: &OrganizationId,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "update jobs set due_at_us = $1, lease = '' \
             where organization_id = $2 and state = 'waiting' and lease <> ''",
        )
        .bind(now.as_microsecond())
        .bind(organization.as_str())
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected())
    }

    /// Removes a finished job, unless its lease went to someone else.
    ///
    /// # Errors
    /// The database.
    pub async fn finish(&self, job: &Job) -> Result<(), StoreError> {
        sqlx::query("delete from jobs where organization_id = $1 and id = $2 and lease = $3")
            .bind(job.job.organization_id.as_str())
            .bind(job.job.id.as_str())
            .bind(job.lease.as_str())
            .execute(self.writer())
            .await?;
        Ok(())
    }

    /// Puts a job back for later, or parks it for a person.
    ///
    /// # Errors
    /// The database.
    pub async fn put_back(
        &self,
        job: &Job,
        due_at: Timestamp,
        is_parked: bool,
        problem: &str,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "update jobs set due_at_us = $1, state = $2, problem = $3, lease = '' \
             where organization_id = $4 and id = $5 and lease = $6",
        )
        .bind(due_at.as_microsecond())
        .bind(if is_parked { "parked" } else { "waiting" })
        .bind(problem)
        .bind(job.job.organization_id.as_str())
        .bind(job.job.id.as_str())
        .bind(job.lease.as_str())
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// The queue of an organization as a person sees it: parked first, then what is due first.
    ///
    /// # Errors
    /// The database.
    pub async fn jobs(
        &self,
        organization: &OrganizationId,
        limit: u32,
    ) -> Result<Vec<Job>, StoreError> {
        let text = format!(
            "select {COLUMNS} from jobs where organization_id = $1 order by state, due_at_us, id limit $2"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(organization.as_str())
            .bind(i64::from(limit))
            .fetch_all(self.reader())
            .await?;
        rows.iter().map(read).collect()
    }

    /// The jobs that ask for refunds of these orders, or what became of them.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn refund_jobs(
        &self,
        organization: &OrganizationId,
        orders: &[OrderId],
    ) -> Result<Vec<Job>, StoreError> {
        if orders.is_empty() {
            return Ok(Vec::new());
        }
        let text = format!(
            "select {COLUMNS} from jobs where organization_id = $1 and {REFUND_KINDS} and order_id in {} \
             order by due_at_us, id",
            placeholders(2, 1, orders.len())
        );
        let query = sqlx::query(sqlx::AssertSqlSafe(text)).bind(organization.as_str());
        let query = orders
            .iter()
            .fold(query, |query, order| query.bind(order.as_str()));
        let rows = query.fetch_all(self.reader()).await?;
        rows.iter().map(read).collect()
    }

    /// Makes sure that the outside is asked about a refund: its job as it is, or this one where there is none. Where
    /// someone wants it now, the job is due at once, parked or not; one that is asking just now goes on.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn ensure_refund_job(
        &self,
        job: &NewJob,
        is_wanted_now: bool,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        if is_wanted_now {
            let text = format!(
                "update jobs set state = 'waiting', due_at_us = $4, attempts = 0 \
                 where organization_id = $1 and order_id = $2 and subject = $3 and {REFUND_KINDS} and lease = ''"
            );
            sqlx::query(sqlx::AssertSqlSafe(text))
                .bind(job.organization_id.as_str())
                .bind(job.order_id.as_str())
                .bind(job.subject.as_str())
                .bind(job.due_at.as_microsecond())
                .execute(&mut *tx)
                .await?;
        }
        let text = format!(
            "select id from jobs where organization_id = $1 and order_id = $2 and subject = $3 and {REFUND_KINDS} \
             order by id limit 1"
        );
        let known = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(job.organization_id.as_str())
            .bind(job.order_id.as_str())
            .bind(job.subject.as_str())
            .fetch_optional(&mut *tx)
            .await?;
        if known.is_none() {
            insert(&mut tx, std::slice::from_ref(job)).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Lets parked jobs of an order run again, from their first attempt.
    ///
    /// # Errors
    /// The database.
    pub async fn unpark(
        &self,
        organization: &OrganizationId,
        order: &OrderId,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let done = sqlx::query(
            "update jobs set state = 'waiting', due_at_us = $1, attempts = 0 \
             where organization_id = $2 and order_id = $3 and state = 'parked'",
        )
        .bind(now.as_microsecond())
        .bind(organization.as_str())
        .bind(order.as_str())
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected())
    }
}
