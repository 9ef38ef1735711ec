//! What providers tell by themselves: stored before it is answered, known when it comes twice, taken in by the worker,
//! and kept where a person can look at what could not be.
//!
//! Words from outside accelerate, they are never the truth: what a message says is decided on like any other fact, so
//! that repetitions and disorder change nothing. Next: `crates/engine/src/jobs/deliveries.rs`.

use domain::ids::{DeliveryId, JobId, OrderId, OrganizationId};
use domain::order::Mode;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::jobs::JobKind;
use crate::permit::{ManageSettings, Permit};
use crate::ports::Hook;
use crate::store::StoreError;
use crate::store::queue::NewJob;

/// The longest message that is taken.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// How long what was taken in can be looked at and replayed.
pub const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How many deliveries a page shows.
pub const PAGE: usize = 50;

/// Where a delivery stands. The names are stored: add, do not rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    /// Stored; the worker has not looked at it.
    Waiting,
    /// The orders it is about know it.
    TakenIn,
    /// It is about nothing here.
    Ignored,
    /// It could not be read or taken in; a person has to look.
    Failed,
}

/// One message as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its identifier.
    pub id: DeliveryId,
    /// Whose orders it is about.
    pub organization_id: OrganizationId,
    /// Who says it.
    pub source: String,
    /// What it says, whole; empty where it was about someone else's account.
    pub body: String,
    /// The sender's id of it, once it was read.
    pub external_id: String,
    /// The sender's kind of it, once it was read.
    pub kind: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// Why it was ignored or could not be taken in.
    pub problem: String,
    /// When it came.
    pub received_at: Timestamp,
    /// When it was looked at.
    pub settled_at: Option<Timestamp>,
}

impl Delivery {
    /// Whether what it says is still here: of a message about someone else's account nothing is.
    pub fn is_kept(&self) -> bool {
        !self.body.is_empty()
    }
}

/// What became of a message at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// It is stored, and will be taken in.
    Stored,
    /// The same words came before.
    Known,
}

/// Why a message was not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// There is no such organization.
    #[error("there is no such organization here")]
    Nobody,
    /// It was not signed by who it says, or too long ago.
    #[error("{0}")]
    NotSigned(String),
    /// It is no text.
    #[error("the body is not UTF-8")]
    NotText,
    /// It could not be stored; sending it again can help.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes a message: checks who signed it, stores it and has the worker look at it.
///
/// # Errors
/// [`NotTaken`]; nothing is stored. Only for [`NotTaken::Store`] sending it again can help.
pub async fn receive(
    desk: &Desk,
    hook: &dyn Hook,
    organization: &OrganizationId,
    header: &(dyn Fn(&str) -> Option<String> + Send + Sync),
    body: &[u8],
) -> Result<Receipt, NotTaken> {
    let now = desk.now();
    hook.check(organization, header, body, now)
        .map_err(NotTaken::NotSigned)?;
    let body = std::str::from_utf8(body).map_err(|_| NotTaken::NotText)?;
    let store = desk.store();
    let all = store.organizations().await?;
    if !all.iter().any(|(known, _)| known == organization) {
        return Err(NotTaken::Nobody);
    }
    let delivery = Delivery {
        id: DeliveryId(desk.ids().fresh(DeliveryId::PREFIX, now)),
        organization_id: organization.clone(),
        source: hook.source().to_owned(),
        body: body.to_owned(),
        external_id: String::new(),
        kind: String::new(),
        state: DeliveryState::Waiting,
        problem: String::new(),
        received_at: now,
        settled_at: None,
    };
    let old = now.checked_sub(KEPT).unwrap_or(Timestamp::UNIX_EPOCH);
    if !store
        .insert_delivery(&delivery, &job(desk, &delivery), old)
        .await?
    {
        return Ok(Receipt::Known);
    }
    desk.bell().notify_one();
    Ok(Receipt::Stored)
}

/// The latest deliveries, newest first: those before `before`, and whether there are more.
///
/// # Errors
/// The database.
pub async fn deliveries(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    before: Option<&DeliveryId>,
) -> Result<(Vec<Delivery>, bool), StoreError> {
    let organization = &permit.scope().organization_id;
    let mut found = desk
        .store()
        .deliveries(organization, before, PAGE + 1)
        .await?;
    let has_more = found.len() > PAGE;
    found.truncate(PAGE);
    Ok((found, has_more))
}

/// One delivery, with what it says.
///
/// # Errors
/// The database.
pub async fn delivery(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    id: &DeliveryId,
) -> Result<Option<Delivery>, StoreError> {
    desk.store()
        .delivery(&permit.scope().organization_id, id)
        .await
}

/// Has the worker look at a delivery again; whether there is such a one that it has looked at before and that is kept.
///
/// # Errors
/// The database.
pub async fn replay(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    id: &DeliveryId,
) -> Result<bool, StoreError> {
    let found = delivery(desk, permit, id).await?;
    let Some(delivery) = found.filter(Delivery::is_kept) else {
        return Ok(false);
    };
    let is_again = desk
        .store()
        .replay_delivery(&delivery, &job(desk, &delivery))
        .await?;
    if is_again {
        desk.bell().notify_one();
    }
    Ok(is_again)
}

fn job(desk: &Desk, delivery: &Delivery) -> NewJob {
    let now = desk.now();
    NewJob {
        id: JobId(desk.ids().fresh(JobId::PREFIX, now)),
        organization_id: delivery.organization_id.clone(),
        // Which orders it is about, of which mode, is known once it is read; the queue wants one.
        mode: Mode::Live,
        kind: JobKind::DeliveryProcess,
        order_id: OrderId(String::new()),
        subject: delivery.id.0.clone(),
        due_at: now,
        created_at: now,
    }
}
