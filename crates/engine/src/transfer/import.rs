//! Files of orders become orders: the good ones are kept, the bad ones are told by line and field, and doing it twice
//! changes nothing.
//!
//! Reading, deciding and writing overlap: one thread reads the file, another makes the next batch ready while the
//! database writes the one before.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use domain::actor::Actor;
use domain::command::{Context, Decision};
use domain::event::{Event, EventKind};
use domain::ids::OrderId;
use domain::intake::{NewOrder, Placement, take};
use domain::past::{Past, with_past};
use domain::refusal::{Problem, Refusal};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc;

use super::form::OrderForm;
use super::lines::{Lines, Reject};
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
    lines: Lines,
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
        let (base, now) = (settings.base_currency, desk.now());
        let checked = tokio::task::spawn_blocking(move || check(orders, base, now));
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
fn check(
    orders: Vec<FileOrder>,
    base: domain::money::Currency,
    now: Timestamp,
) -> (Vec<Ready>, Vec<Reject>) {
    let (mut ready, mut rejects) = (Vec::with_capacity(orders.len()), Vec::new());
    for FileOrder { lines, form } in orders {
        let read = form.and_then(|form| {
            let told = form.order(base)?;
            check_has_come(told.0.placed_at, now)?;
            Ok((fingerprint(&form), told))
        });
        match read {
            Ok((fingerprint, (new, past))) => ready.push(Ready {
                lines,
                new,
                past,
                fingerprint,
            }),
            Err(refusal) => rejects.push(lines.reject(refusal)),
        }
    }
    (ready, rejects)
}

/// Refuses a date that is still to come: a day that was mistyped would stay on top of every list.
fn check_has_come(placed_at: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    // The same day is tomorrow already in the east.
    const AHEAD: SignedDuration = SignedDuration::from_hours(24);
    if placed_at.duration_since(now) <= AHEAD {
        return Ok(());
    }
    let problem = Problem::Malformed {
        given: placed_at.to_string(),
        expected: "a date that has come; an order was placed before it is imported".to_owned(),
    };
    Err(Refusal::invalid("placed_at", problem))
}

fn fingerprint(form: &OrderForm) -> String {
    let text = serde_json::to_vec(form).unwrap_or_default();
    blake3::hash(&text).to_hex().to_string()
}

/// Leaves out what was imported before, and rejects numbers and payments that are another order's.
async fn unknown(
    desk: &Desk,
    scope: &Scope,
    ready: Vec<Ready>,
    rejects: &mut Vec<Reject>,
) -> Result<(Vec<Ready>, u64), StoreError> {
    let (store, organization) = (desk.store(), &scope.organization_id);
    let keys: Vec<String> = ready.iter().map(|ready| import_key(scope, ready)).collect();
    let known = store.answered_keys(organization, &keys).await?;
    let numbers = ready.iter().filter_map(|ready| ready.new.number.clone());
    let numbers: Vec<String> = numbers.collect();
    let payments: Vec<String> = ready.iter().filter_map(payment_id).collect();
    let mode = name(&scope.mode);
    let mut taken = Taken {
        numbers: store
            .taken(organization, KeyKind::Number, &mode, &numbers)
            .await?,
        payments: store
            .taken(organization, KeyKind::Payment, &mode, &payments)
            .await?,
        in_file: BTreeMap::new(),
    };
    let (mut unchanged, mut seen) = (0, BTreeSet::new());
    let mut fresh = Vec::with_capacity(ready.len());
    for (ready, key) in ready.into_iter().zip(keys) {
        if known.contains(&key) || !seen.insert(key) {
            unchanged += 1;
            continue;
        }
        match taken.clash(desk, scope, &ready).await? {
            Some(refusal) => rejects.push(ready.lines.reject(refusal)),
            None => fresh.push(ready),
        }
    }
    Ok((fresh, unchanged))
}

/// What belongs to one order only, and whose it is.
struct Taken {
    numbers: BTreeMap<String, OrderId>,
    payments: BTreeMap<String, OrderId>,
    /// Numbers and payments of orders further up in the file, with their lines.
    in_file: BTreeMap<(&'static str, String), u64>,
}

impl Taken {
    /// Why this order cannot be another one, or nothing: then what it has is its own from now on.
    async fn clash(
        &mut self,
        desk: &Desk,
        scope: &Scope,
        ready: &Ready,
    ) -> Result<Option<Refusal>, StoreError> {
        if let Some(number) = &ready.new.number
            && let Some(owner) = self.numbers.get(number)
        {
            let (organization, mode) = (&scope.organization_id, scope.mode);
            let other = desk.store().load(organization, mode, owner).await?;
            return Ok(Some(Refusal::NumberTaken {
                number: number.clone(),
                desk_number: other.map_or(0, |other| other.desk_number),
            }));
        }
        let payment = payment_id(ready);
        if let Some(owner) = payment.as_ref().and_then(|id| self.payments.get(id)) {
            let given = format!("{} (of order {owner})", reference(ready));
            let problem = Problem::Twice { given };
            return Ok(Some(Refusal::invalid("payment.reference", problem)));
        }
        let number = ready.new.number.clone();
        let own: Vec<(&'static str, String)> = [("number", number), ("payment.reference", payment)]
            .into_iter()
            .filter_map(|(field, value)| Some((field, value?)))
            .collect();
        for (field, value) in &own {
            if let Some(line) = self.in_file.get(&(*field, value.clone())) {
                let value = if *field == "number" {
                    value
                } else {
                    reference(ready)
                };
                let given = format!("{value} (first on line {line})");
                return Ok(Some(Refusal::invalid(field, Problem::Twice { given })));
            }
        }
        let line = ready.lines.items.first().copied();
        let line = line.unwrap_or(ready.lines.first);
        self.in_file.extend(own.into_iter().map(|own| (own, line)));
        Ok(None)
    }
}

fn payment_id(ready: &Ready) -> Option<String> {
    let payment = ready.new.payments.first();
    payment.map(|payment| payment.id.0.clone())
}

fn reference(ready: &Ready) -> &str {
    let payment = ready.new.payments.first();
    payment.map_or("", |payment| payment.reference.as_str())
}

fn import_key(scope: &Scope, ready: &Ready) -> String {
    format!("import:{}:{}", name(&scope.mode), ready.fingerprint)
}

/// Takes the orders in and makes their batch ready. Only orders that are taken get a desk number.
async fn place(
    desk: &Desk,
    permit: &Permit<'_, CreateOrders>,
    settings: &Settings,
    ready: Vec<Ready>,
    rejects: &mut Vec<Reject>,
) -> Result<Batch, ImportError> {
    let scope = permit.scope().clone();
    let organization = scope.organization_id.clone();
    let (desk_too, actor, fees) = (desk.clone(), permit.actor().clone(), settings.fees);
    let deciding = tokio::task::spawn_blocking(move || {
        let (mut taken, mut refused) = (Vec::new(), Vec::new());
        for ready in ready {
            let placement = Placement {
                id: OrderId(desk_too.ids().fresh(OrderId::PREFIX, desk_too.now())),
                organization_id: scope.organization_id.clone(),
                mode: scope.mode,
                desk_number: 0,
                fees,
            };
            let (key, fingerprint) = (import_key(&scope, &ready), ready.fingerprint.clone());
            let lines = ready.lines.clone();
            match decide(ready, placement, &actor, &desk_too) {
                Ok(decision) => {
                    let remembered = Remembered {
                        key,
                        fingerprint,
                        order_id: decision.order.id.clone(),
                        version: decision.order.version,
                    };
                    taken.push((decision, remembered));
                }
                Err(refusal) => refused.push(lines.reject(refusal)),
            }
        }
        (taken, refused)
    });
    let broken = |error: tokio::task::JoinError| ImportError::Broken(error.to_string());
    let (taken, refused) = deciding.await.map_err(broken)?;
    rejects.extend(refused);
    let first = match taken.len() as u64 {
        0 => 0,
        count => desk.store().take_desk_numbers(&organization, count).await?,
    };
    let making = tokio::task::spawn_blocking(move || {
        let number =
            |(desk_number, (decision, remembered))| (numbered(decision, desk_number), remembered);
        let (decisions, remembered) = (first..).zip(taken).map(number).unzip();
        Batch::of(&organization, decisions, remembered, Vec::new())
    });
    Ok(making.await.map_err(broken)??)
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
