//! Orders: take one in, read one, and change one. Every change of an order, whoever asks for it, goes through
//! [`change`]: load, decide, commit, and once more when someone was faster.

use domain::actions::{Action, Verdict, actions};
use domain::actor::{Actor, ActorKind, By, Permissions};
use domain::command::{Command, Context, Decision, Fact, decide, record};
use domain::event::Event;
use domain::ids::{JobId, OrderId};
use domain::intake::{NewOrder, Placement, take as take_in};
use domain::order::{Mode, Order};
use domain::past::{Past, with_past};
use domain::policy::Policy;
use domain::refusal::{Problem, Refusal};

use crate::desk::Desk;
use crate::failure::Failure;
use crate::jobs::jobs_of;
use crate::landed_costs;
use crate::permit::{CreateOrders, Permit, Scope, ViewOrders};
use crate::policies;
use crate::store::commit::{Commit, CommitError, Remembered};
use crate::store::keys::KeyKind;

/// How often a change is decided again because someone was faster: each round lets one through, so as many may at once.
pub(crate) const MAX_TRIES: u32 = 100;

/// A caller's key, with what it asks for: asking again changes nothing and answers the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idempotency {
    /// Chosen by the caller.
    pub key: String,
    /// A hash of the request, from [`fingerprint`].
    pub fingerprint: String,
}

/// What the keys of programs begin with, which sets them apart from those that recognise imported orders.
pub const PROGRAM: &str = "api/";

/// A hash of a request, to tell a repetition from another request under the same key.
pub fn fingerprint(request: &str) -> String {
    blake3::hash(request.as_bytes()).to_hex().to_string()
}

/// How an order is to be changed besides the command itself.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Refuse unless the order is at this version.
    pub expected_version: Option<u64>,
    /// Answer a repetition with what was answered first.
    pub idempotency: Option<Idempotency>,
    /// Whether it waits while it can be undone: for what a person confirms on a page.
    pub can_be_undone: bool,
    /// Whether it is only decided, to see what would come of it: nothing is written, remembered or sent.
    pub is_rehearsal: bool,
}

impl Terms {
    /// For what a person confirms on a page, where they can undo it.
    pub fn of_page() -> Self {
        Self {
            can_be_undone: true,
            ..Self::default()
        }
    }
}

/// What a change came to.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The order afterwards.
    pub order: Order,
    /// What happened; empty where nothing did, or where it had happened before.
    pub events: Vec<Event>,
}

/// One order.
///
/// # Errors
/// [`Failure::NotFound`]; the database.
pub async fn load(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    id: &OrderId,
) -> Result<Order, Failure> {
    load_in(desk, permit.scope(), id).await
}

/// One order's history, oldest first.
///
/// # Errors
/// [`Failure::NotFound`]; the database.
pub async fn history(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    id: &OrderId,
) -> Result<Vec<Event>, Failure> {
    load(desk, permit, id).await?;
    Ok(desk
        .store()
        .events(&permit.scope().organization_id, id)
        .await?)
}

/// What can be done with an order by who asks, and why not (O3).
///
/// # Errors
/// The database.
pub async fn possible(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    order: &Order,
) -> Result<Vec<(Action, Verdict)>, Failure> {
    // A limit only matters to who approves.
    let policy = match order.waiting.is_empty() {
        true => Policy::none(),
        false => policies::of(desk, permit, true).await?,
    };
    let context = Context {
        actor: permit.actor(),
        at: desk.now(),
        policy: &policy,
    };
    Ok(actions(order, &context))
}

pub(crate) async fn load_in(desk: &Desk, scope: &Scope, id: &OrderId) -> Result<Order, Failure> {
    let found = desk
        .store()
        .load(&scope.organization_id, scope.mode, id)
        .await?;
    found.ok_or_else(|| Failure::NotFound(id.clone()))
}

/// Takes an order in.
///
/// # Errors
/// The first field that cannot be, a number that is taken (N1), a key used before for another request.
pub async fn take(
    desk: &Desk,
    permit: &Permit<'_, CreateOrders>,
    new: NewOrder,
    idempotency: Option<&Idempotency>,
) -> Result<Order, Failure> {
    take_with_past(desk, permit, new, &Past::default(), idempotency).await
}

/// Takes an order in with what had happened to it before; with [`Past::asks_provider`] the worker learns from the
/// provider how its payments stand.
///
/// # Errors
/// As [`take`]; a past that cannot be.
pub async fn take_with_past(
    desk: &Desk,
    permit: &Permit<'_, CreateOrders>,
    new: NewOrder,
    past: &Past,
    idempotency: Option<&Idempotency>,
) -> Result<Order, Failure> {
    let scope = permit.scope();
    let settings = desk.store().settings(&scope.organization_id).await?;
    for _ in 0..MAX_TRIES {
        if let Some(order) = answered(desk, scope, idempotency).await? {
            return Ok(order);
        }
        let placement = Placement {
            id: OrderId(desk.ids().fresh(OrderId::PREFIX, desk.now())),
            organization_id: scope.organization_id.clone(),
            mode: scope.mode,
            desk_number: desk.next_desk_number(&scope.organization_id).await?,
            fees: settings.fees,
            capture: settings.capture,
        };
        let context = Context::of(permit.actor(), desk.now());
        let decision = take_in(new.clone(), placement, &context)?;
        let decision = with_past(decision, past, &context)?;
        match commit(desk, None, &decision, idempotency).await {
            Ok(()) => return Ok(decision.order),
            Err(error) => {
                // The same request at the same time may be what took the number.
                if let Some(order) = answered(desk, scope, idempotency).await? {
                    return Ok(order);
                }
                retry_or_fail(desk, scope, &decision.order, error).await?;
            }
        }
    }
    Err(Failure::Busy(OrderId("new".to_owned())))
}

/// Carries out a command: what every use case of a person or a program ends in.
///
/// # Errors
/// What the rules refuse; [`Failure::NotFound`]; [`Failure::Busy`].
pub(crate) async fn command<G>(
    desk: &Desk,
    permit: &Permit<'_, G>,
    id: &OrderId,
    command: &Command,
    terms: &Terms,
) -> Result<Changed, Failure> {
    let actor = permit.actor();
    let policy = &policies::of_command(desk, permit, command, terms.can_be_undone).await?;
    change(desk, permit.scope(), id, terms, |order| {
        let at = desk.now();
        decide(order, command, &Context { actor, at, policy })
    })
    .await
}

/// Records what happened outside: what every job and every inbound word ends in.
///
/// # Errors
/// The order does not have what the fact is about; [`Failure::NotFound`]; [`Failure::Busy`].
pub async fn record_fact(
    desk: &Desk,
    scope: &Scope,
    id: &OrderId,
    kind: ActorKind,
    fact: &Fact,
) -> Result<Changed, Failure> {
    record_on(desk, scope, id, kind, fact, &Terms::default()).await
}

/// As [`record_fact`], for what is only true of one version of the order.
pub(crate) async fn record_on(
    desk: &Desk,
    scope: &Scope,
    id: &OrderId,
    kind: ActorKind,
    fact: &Fact,
    terms: &Terms,
) -> Result<Changed, Failure> {
    let by = match kind {
        ActorKind::Desk => By::desk(),
        _ => By {
            kind,
            id: crate::store::orders::name(&kind),
            name: crate::store::orders::name(&kind),
        },
    };
    let actor = Actor {
        by,
        permissions: Permissions::new(),
    };
    change(desk, scope, id, terms, |order| {
        record(order, fact, &Context::of(&actor, desk.now()))
    })
    .await
}

/// Loads, decides and commits; decides again on what is there now when someone was faster.
async fn change(
    desk: &Desk,
    scope: &Scope,
    id: &OrderId,
    terms: &Terms,
    decide: impl Fn(&Order) -> Result<Decision, Refusal>,
) -> Result<Changed, Failure> {
    for _ in 0..MAX_TRIES {
        if let Some(order) = answered(desk, scope, terms.idempotency.as_ref()).await? {
            // An answer about another order is none to this request.
            if order.id != *id {
                return Err(Failure::KeyReused);
            }
            return Ok(Changed {
                order,
                events: Vec::new(),
            });
        }
        let before = load_in(desk, scope, id).await?;
        if let Some(expected) = terms
            .expected_version
            .filter(|expected| *expected != before.version)
        {
            return Err(Refusal::StaleVersion {
                expected,
                current: before.version,
            }
            .into());
        }
        let decision = decide(&before)?;
        if terms.is_rehearsal || (decision.events.is_empty() && terms.idempotency.is_none()) {
            return Ok(Changed {
                order: decision.order,
                events: decision.events,
            });
        }
        match commit(desk, Some(&before), &decision, terms.idempotency.as_ref()).await {
            Ok(()) => {
                return Ok(Changed {
                    order: decision.order,
                    events: decision.events,
                });
            }
            Err(error) => retry_or_fail(desk, scope, &decision.order, error).await?,
        }
    }
    Err(Failure::Busy(id.clone()))
}

/// What this key was answered before, if it was.
pub(crate) async fn answered(
    desk: &Desk,
    scope: &Scope,
    idempotency: Option<&Idempotency>,
) -> Result<Option<Order>, Failure> {
    let Some(wanted) = idempotency else {
        return Ok(None);
    };
    let Some(known) = desk
        .store()
        .answered(&scope.organization_id, &kept_key(scope.mode, wanted))
        .await?
    else {
        return Ok(None);
    };
    if known.fingerprint != wanted.fingerprint {
        return Err(Failure::KeyReused);
    }
    load_in(desk, scope, &known.order_id).await.map(Some)
}

/// A key as it is kept: live and test never mix, so the same key in the other mode is another one (O5).
pub(crate) fn kept_key(mode: Mode, idempotency: &Idempotency) -> String {
    format!("{}:{}", crate::store::orders::name(&mode), idempotency.key)
}

async fn commit(
    desk: &Desk,
    before: Option<&Order>,
    decision: &Decision,
    idempotency: Option<&Idempotency>,
) -> Result<(), CommitError> {
    let remembered = idempotency.map(|wanted| Remembered {
        key: kept_key(decision.order.mode, wanted),
        fingerprint: wanted.fingerprint.clone(),
        order_id: decision.order.id.clone(),
        version: decision.order.version,
    });
    let fresh = || JobId(desk.ids().fresh(JobId::PREFIX, desk.now()));
    let jobs = jobs_of(decision, fresh);
    let whole = Commit {
        before,
        decision,
        jobs: &jobs,
        remembered: remembered.as_ref(),
    };
    let told = desk.store().commit(&whole).await?;
    desk.ring(jobs.len(), told);
    Ok(())
}

/// `Ok` where deciding again on what is there now can help.
async fn retry_or_fail(
    desk: &Desk,
    scope: &Scope,
    order: &Order,
    error: CommitError,
) -> Result<(), Failure> {
    match error {
        CommitError::Stale | CommitError::PlaceTaken | CommitError::Answered => Ok(()),
        CommitError::NumberTaken(owner) => {
            let other = desk
                .store()
                .load(&scope.organization_id, scope.mode, &owner)
                .await?;
            let desk_number = other.map_or(0, |other| other.desk_number);
            let number = order.number.clone().unwrap_or_default();
            Err(Refusal::NumberTaken {
                number,
                desk_number,
            }
            .into())
        }
        // Free again is what only the clock of a test makes it.
        CommitError::LandedCostTaken(id) => landed_costs::why_not_free(desk, scope, &id).await,
        CommitError::IdTaken(given) => Err(Refusal::invalid("id", Problem::Twice { given }).into()),
        CommitError::Store(error) if error.is_transient() => Ok(()),
        CommitError::Store(error) => Err(error.into()),
    }
}

/// The orders that an exact thing names: a number, a tracking number, a refund, the provider's payment.
///
/// # Errors
/// The database.
pub async fn find(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    kind: KeyKind,
    value: &str,
) -> Result<Vec<OrderId>, Failure> {
    let scope = permit.scope();
    Ok(desk
        .store()
        .find(&scope.organization_id, scope.mode, kind, value)
        .await?)
}
