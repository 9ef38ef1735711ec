//! Files of orders become orders: the good ones are kept, the bad ones are told by line and field, and doing it twice
//! changes nothing.
//!
//! Reading, deciding and writing overlap: one thread reads the file, another makes the next batch ready while the
//! database writes the one before.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use domain::actor::Actor;
use domain::command::{Context, Decision};
use domain::ids::OrderId;
use domain::intake::{NewOrder, Placement, take};
use domain::past::{Past, with_past};
use domain::refusal::{Problem, Refusal};
use tokio::sync::mpsc;

use super::form::OrderForm;
use super::rows::{FileOrder, Format, RowsError, read};
use crate::desk::Desk;
use crate::organizations::Settings;
use crate::permit::{CreateOrders, Permit, Scope};
use crate::store::StoreError;
use crate::store::commit::{CommitError, Remembered};
use crate::store::insert::Batch;
use crate::store::keys::KeyKind;
use crate::store::orders::name;

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

/// An order of the file that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The first line it stands on, from 1.
    pub line: u64,
    /// Its number, where that could be read.
    pub number: String,
    /// Why not.
    pub refusal: Refusal,
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

/// An order that can be taken in, with what recognises it again.
struct Ready {
    line: u64,
    new: NewOrder,
    past: Past,
    fingerprint: String,
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
    let mut report = Report::default();
    let mut writing: Option<Batch> = None;
    while let Some(orders) = batches.recv().await {
        report.read += orders.len() as u64;
        let base = settings.base_currency;
        let checked = tokio::task::spawn_blocking(move || check(orders, base));
        // The batch before is written while this one is checked.
        let (checked, written) = tokio::join!(checked, write(desk, writing.take()));
        report.created += written?;
        on_progress(&report);
        let (ready, mut rejects) =
            checked.map_err(|error| ImportError::Broken(error.to_string()))?;
        let (ready, unchanged) = unknown(desk, permit.scope(), ready, &mut rejects).await?;
        report.unchanged += unchanged;
        let placed = place(desk, permit, &settings, ready, &mut rejects).await?;
        report.rejected += rejects.len() as u64;
        rejects.sort_by_key(|reject| reject.line);
        rejects
            .iter()
            .try_for_each(&mut *on_reject)
            .map_err(ImportError::Rejects)?;
        writing = Some(placed);
    }
    report.created += write(desk, writing).await?;
    on_progress(&report);
    reading
        .await
        .map_err(|error| ImportError::Broken(error.to_string()))??;
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

/// What needs no database: forms become orders, and what recognises them again is computed.
fn check(orders: Vec<FileOrder>, base: domain::money::Currency) -> (Vec<Ready>, Vec<Reject>) {
    let (mut ready, mut rejects) = (Vec::with_capacity(orders.len()), Vec::new());
    for FileOrder { line, form } in orders {
        let read = form
            .map_err(|refusal| (String::new(), refusal))
            .and_then(|form| {
                let told = form
                    .order(base)
                    .map_err(|refusal| (form.number.clone(), refusal))?;
                Ok((fingerprint(&form), told))
            });
        match read {
            Ok((fingerprint, (new, past))) => ready.push(Ready {
                line,
                new,
                past,
                fingerprint,
            }),
            Err((number, refusal)) => rejects.push(Reject {
                line,
                number,
                refusal,
            }),
        }
    }
    (ready, rejects)
}

fn fingerprint(form: &OrderForm) -> String {
    let text = serde_json::to_vec(form).unwrap_or_default();
    blake3::hash(&text).to_hex().to_string()
}

/// Leaves out what was imported before, and rejects numbers that are another order's.
async fn unknown(
    desk: &Desk,
    scope: &Scope,
    ready: Vec<Ready>,
    rejects: &mut Vec<Reject>,
) -> Result<(Vec<Ready>, u64), StoreError> {
    let organization = &scope.organization_id;
    let keys: Vec<String> = ready.iter().map(|ready| import_key(scope, ready)).collect();
    let known = desk.store().answered_keys(organization, &keys).await?;
    let numbers: Vec<String> = ready
        .iter()
        .filter_map(|ready| ready.new.number.clone())
        .collect();
    let taken = desk
        .store()
        .taken(organization, KeyKind::Number, &name(&scope.mode), &numbers)
        .await?;
    let mut unchanged = 0;
    let (mut seen, mut in_file) = (BTreeSet::new(), BTreeMap::new());
    let mut fresh = Vec::with_capacity(ready.len());
    for (ready, key) in ready.into_iter().zip(keys) {
        if known.contains(&key) || !seen.insert(key) {
            unchanged += 1;
            continue;
        }
        let number = ready.new.number.clone().unwrap_or_default();
        let other = in_file.get(&number).copied();
        if let Some(owner) = taken.get(&number) {
            let other = desk.store().load(organization, scope.mode, owner).await?;
            let desk_number = other.map_or(0, |other| other.desk_number);
            let refusal = Refusal::NumberTaken {
                number: number.clone(),
                desk_number,
            };
            rejects.push(Reject {
                line: ready.line,
                number,
                refusal,
            });
        } else if let Some(line) = other.filter(|_| !number.is_empty()) {
            let given = format!("{number} (first on line {line})");
            let refusal = Refusal::invalid("number", Problem::Twice { given });
            rejects.push(Reject {
                line: ready.line,
                number,
                refusal,
            });
        } else {
            in_file.insert(number, ready.line);
            fresh.push(ready);
        }
    }
    Ok((fresh, unchanged))
}

fn import_key(scope: &Scope, ready: &Ready) -> String {
    format!("import:{}:{}", name(&scope.mode), ready.fingerprint)
}

/// Takes the orders in and makes their batch ready.
async fn place(
    desk: &Desk,
    permit: &Permit<'_, CreateOrders>,
    settings: &Settings,
    ready: Vec<Ready>,
    rejects: &mut Vec<Reject>,
) -> Result<Batch, ImportError> {
    let scope = permit.scope().clone();
    let count = ready.len() as u64;
    let first = match count {
        0 => 0,
        _ => {
            desk.store()
                .take_desk_numbers(&scope.organization_id, count)
                .await?
        }
    };
    let (desk, actor, fees) = (desk.clone(), permit.actor().clone(), settings.fees);
    let placing = tokio::task::spawn_blocking(move || {
        let (mut decisions, mut remembered, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        for (desk_number, ready) in (first..).zip(ready) {
            let placement = Placement {
                id: OrderId(desk.ids().fresh(OrderId::PREFIX, desk.now())),
                organization_id: scope.organization_id.clone(),
                mode: scope.mode,
                desk_number,
                fees,
            };
            let key = import_key(&scope, &ready);
            let (line, number) = (ready.line, ready.new.number.clone().unwrap_or_default());
            let fingerprint = ready.fingerprint.clone();
            match decide(ready, placement, &actor, &desk) {
                Ok(decision) => {
                    let (order_id, version) = (decision.order.id.clone(), decision.order.version);
                    remembered.push(Remembered {
                        key,
                        fingerprint,
                        order_id,
                        version,
                    });
                    decisions.push(decision);
                }
                Err(refusal) => refused.push(Reject {
                    line,
                    number,
                    refusal,
                }),
            }
        }
        (
            Batch::of(&scope.organization_id, decisions, remembered, Vec::new()),
            refused,
        )
    });
    let (batch, refused) = placing
        .await
        .map_err(|error| ImportError::Broken(error.to_string()))?;
    rejects.extend(refused);
    Ok(batch?)
}

fn decide(
    ready: Ready,
    placement: Placement,
    actor: &Actor,
    desk: &Desk,
) -> Result<Decision, Refusal> {
    // Its events are dated when it was placed, so that its history reads in order.
    let context = Context {
        actor,
        at: ready.new.placed_at.min(desk.now()),
    };
    let decision = take(ready.new, placement, &context)?;
    with_past(decision, &ready.past, &context)
}

async fn write(desk: &Desk, batch: Option<Batch>) -> Result<u64, ImportError> {
    let Some(batch) = batch.filter(|batch| !batch.is_empty()) else {
        return Ok(0);
    };
    let count = batch.len() as u64;
    match desk.store().insert_batch(batch).await {
        Ok(()) => Ok(count),
        Err(CommitError::Store(error)) => Err(error.into()),
        Err(_) => Err(ImportError::Raced),
    }
}
