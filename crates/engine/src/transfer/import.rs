//! Files of orders become orders: the good ones are kept, the bad ones are told by line and field, and doing it twice
//! changes nothing.
//!
//! Reading, deciding, making rows and writing overlap: while the database writes a batch, the rows of the next one are made,
//! the one behind it is decided, and the file is read on.

use std::io::BufRead;

use domain::command::Decision;
use domain::event::{Event, EventKind};
use domain::ids::{JobId, OrganizationId};
use tokio::sync::mpsc;

use super::deciding::{Deciding, Outcome};
use super::lines::Reject;
use super::rows::{FileOrder, Format, RowsError, read};
use crate::desk::Desk;
use crate::jobs::jobs_of_imported;
use crate::permit::{CreateOrders, Permit};
use crate::store::StoreError;
use crate::store::commit::{CommitError, Remembered};
use crate::store::insert::Batch;

/// Orders written in one transaction.
const BATCH: usize = 1_000;

/// Batches that may wait between two stages; with [`BATCH`] it bounds the memory.
const WAITING: usize = 2;

/// What an import came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Orders in the file.
    pub read: u64,
    /// Orders that are new here.
    pub created: u64,
    /// Orders that were imported before.
    pub unchanged: u64,
    /// Orders that were not taken.
    pub rejected: u64,
}

/// Why an import stopped. What was written before stays; doing it again goes on where it stopped.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Another writer took an order number of the batch at the same moment.
    #[error(
        "someone else took orders in at the same time; run the import again, it goes on where it stopped"
    )]
    Raced,
    /// What was to be told could not be.
    #[error("the rejects could not be written: {0}")]
    Rejects(#[source] std::io::Error),
    /// A thread of the import ended early: a defect.
    #[error("the import ended early: {0}")]
    Broken(String),
}

pub(super) fn broken(error: tokio::task::JoinError) -> ImportError {
    ImportError::Broken(error.to_string())
}

/// Imports a file, telling each reject and the progress after each batch.
///
/// # Errors
/// [`ImportError`]; whole batches that were written stay.
pub async fn import(
    desk: &Desk,
    permit: &Permit<'_, CreateOrders>,
    format: Format,
    input: impl BufRead + Send + 'static,
    on_reject: &mut dyn FnMut(&Reject) -> std::io::Result<()>,
    on_progress: &mut dyn FnMut(&Report),
) -> Result<Report, ImportError> {
    let settings = desk
        .store()
        .settings(&permit.scope().organization_id)
        .await?;
    let (sender, mut batches) = mpsc::channel::<Vec<FileOrder>>(WAITING);
    let reading = tokio::task::spawn_blocking(move || read_batches(format, input, &sender));
    let mut deciding = Deciding::new(desk, permit, settings);
    let mut report = Report::default();
    let organization = &permit.scope().organization_id;
    let (mut decided, mut made) = (Vec::new(), None);
    loop {
        let orders = batches.recv().await;
        if orders.is_none() && decided.is_empty() && made.is_none() {
            break;
        }
        // A write of its own, which would wait for that of the batch.
        let first = desk_numbers(desk, organization, &decided).await?;
        let taken = std::mem::take(&mut decided);
        let (written, rows, outcome) = tokio::join!(
            write(desk, made.take()),
            rows(desk, organization, first, taken),
            async {
                match orders {
                    Some(orders) => {
                        report.read += orders.len() as u64;
                        deciding.decide(orders).await
                    }
                    None => Ok(Outcome::default()),
                }
            }
        );
        report.created += written?;
        made = rows?;
        let mut outcome = outcome?;
        report.unchanged += outcome.unchanged;
        report.rejected += outcome.rejects.len() as u64;
        outcome.rejects.sort_by_key(|reject| reject.line);
        outcome
            .rejects
            .iter()
            .try_for_each(&mut *on_reject)
            .map_err(ImportError::Rejects)?;
        decided = outcome.taken;
        on_progress(&report);
    }
    reading.await.map_err(broken)??;
    Ok(report)
}

fn read_batches(
    format: Format,
    input: impl BufRead,
    sender: &mpsc::Sender<Vec<FileOrder>>,
) -> Result<(), RowsError> {
    let mut batch = Vec::with_capacity(BATCH);
    read(format, input, &mut |order| {
        batch.push(order);
        if batch.len() < BATCH {
            return true;
        }
        // A receiver that is gone has an error to tell; reading on would be for nothing.
        sender
            .blocking_send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)))
            .is_ok()
    })?;
    if !batch.is_empty() {
        sender.blocking_send(batch).ok();
    }
    Ok(())
}

/// The first of as many desk numbers as there are orders. Only orders that are taken get one.
async fn desk_numbers(
    desk: &Desk,
    organization: &OrganizationId,
    taken: &[(Decision, Remembered)],
) -> Result<u64, StoreError> {
    match taken.len() as u64 {
        0 => Ok(0),
        count => desk.store().take_desk_numbers(organization, count).await,
    }
}

/// What the database is to write of orders that were taken.
async fn rows(
    desk: &Desk,
    organization: &OrganizationId,
    first: u64,
    taken: Vec<(Decision, Remembered)>,
) -> Result<Option<Batch>, ImportError> {
    if taken.is_empty() {
        return Ok(None);
    }
    let (desk, organization) = (desk.clone(), organization.clone());
    let making = tokio::task::spawn_blocking(move || {
        let number =
            |(desk_number, (decision, remembered))| (numbered(decision, desk_number), remembered);
        let (decisions, remembered): (Vec<_>, _) = (first..).zip(taken).map(number).unzip();
        let fresh = || JobId(desk.ids().fresh(JobId::PREFIX, desk.now()));
        let jobs = decisions
            .iter()
            .flat_map(|decision| jobs_of_imported(decision, fresh))
            .collect();
        Batch::of(&organization, decisions, remembered, jobs)
    });
    Ok(Some(making.await.map_err(broken)??))
}

/// The decision with its desk number, which nothing but the order itself holds.
fn numbered(mut decision: Decision, desk_number: u64) -> Decision {
    decision.order.desk_number = desk_number;
    if let Some(Event {
        kind: EventKind::Taken { order },
        ..
    }) = decision.events.first_mut()
    {
        order.desk_number = desk_number;
    }
    decision
}

async fn write(desk: &Desk, batch: Option<Batch>) -> Result<u64, ImportError> {
    let Some(batch) = batch else {
        return Ok(0);
    };
    let count = batch.len() as u64;
    match desk.store().insert_batch(batch).await {
        Ok(()) => Ok(count),
        Err(CommitError::Store(error)) => Err(error.into()),
        Err(_) => Err(ImportError::Raced),
    }
}
