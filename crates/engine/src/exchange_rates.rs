//! Rates of exchange that a program has held: what the provider says now, kept until it expires. Landed costs of the same
//! root are reckoned at it.

use domain::ids::{ExchangeRateId, OrderId, RootId};
use domain::landed_cost::quote::held_rate;
use domain::money::Currency;
use domain::order::Mode;
use domain::rate::ExchangeRate;
use domain::refusal::Refusal;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::{Idempotency, MAX_TRIES, kept_key};
use crate::permit::{CreateOrders, Permit, Scope, ViewOrders};
use crate::ports::{Answer, Rates};
use crate::store::StoreError;
use crate::store::commit::{CommitError, Remembered};

/// How long a rate of the middle of the market holds.
const MID_MARKET_HOLDS: SignedDuration = SignedDuration::from_hours(24);

/// What a rate is held for. The names are stored: add, do not rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RateKind {
    /// As long as the organization's landed costs hold.
    Guaranteed,
    /// A day.
    MidMarket,
}

/// A rate that is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldRate {
    /// Its identifier.
    pub id: ExchangeRateId,
    /// Live or test.
    pub mode: Mode,
    /// The root that it is used for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<RootId>,
    /// How long it is held.
    pub kind: RateKind,
    /// The rate: of the first currency, in the second.
    pub rate: ExchangeRate,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// The id of who asked.
    pub created_by: String,
    /// From when on it is not used any more.
    pub expires_at: Timestamp,
}

/// A rate to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRate {
    /// What one unit is of.
    pub from: Currency,
    /// What it is worth in.
    pub to: Currency,
    /// How long it is held.
    pub kind: RateKind,
    /// The root that it is used for.
    pub root: Option<RootId>,
}

/// Asks for a rate and holds it. Under a key that was answered before, the rate of then is answered.
///
/// # Errors
/// [`Refusal::NoExchangeRate`]; a key used before for another request; the database.
pub async fn create(
    desk: &Desk,
    rates: &dyn Rates,
    permit: &Permit<'_, CreateOrders>,
    new: NewRate,
    idempotency: Option<&Idempotency>,
) -> Result<HeldRate, Failure> {
    let (scope, now) = (permit.scope(), desk.now());
    let organization = &scope.organization_id;
    for _ in 0..MAX_TRIES {
        if let Some(held) = answered(desk, scope, idempotency).await? {
            return Ok(held);
        }
        let (from, to) = (new.from, new.to);
        let rate = asked(rates, from, to, now).await;
        let rate = rate.map_err(|why| Refusal::NoExchangeRate { from, to, why })?;
        let holds = match new.kind {
            RateKind::MidMarket => MID_MARKET_HOLDS,
            RateKind::Guaranteed => {
                let terms = desk.store().settings(organization).await?.landed_cost;
                SignedDuration::from_hours(i64::from(terms.valid_days) * 24)
            }
        };
        let held = HeldRate {
            id: ExchangeRateId(desk.ids().fresh(ExchangeRateId::PREFIX, now)),
            mode: scope.mode,
            root: new.root.clone(),
            kind: new.kind,
            rate,
            created_at: now,
            created_by: permit.actor().by.id.clone(),
            expires_at: now.saturating_add(holds).unwrap_or(Timestamp::MAX),
        };
        let remembered = idempotency.map(|wanted| Remembered {
            key: kept_key(scope.mode, wanted),
            fingerprint: wanted.fingerprint.clone(),
            order_id: OrderId(held.id.0.clone()),
            version: 0,
        });
        let store = desk.store();
        let kept = store.insert_exchange_rate(organization, &held, remembered.as_ref());
        match kept.await {
            Ok(()) => return Ok(held),
            // The same request at the same time was faster.
            Err(CommitError::Answered) => {}
            Err(CommitError::Store(error)) if error.is_transient() => {}
            Err(CommitError::Store(error)) => return Err(error.into()),
            // What orders fail with, a rate cannot.
            Err(_) => break,
        }
    }
    Err(Failure::Busy(OrderId("new".to_owned())))
}

async fn answered(
    desk: &Desk,
    scope: &Scope,
    idempotency: Option<&Idempotency>,
) -> Result<Option<HeldRate>, Failure> {
    let Some(wanted) = idempotency else {
        return Ok(None);
    };
    let (store, organization) = (desk.store(), &scope.organization_id);
    let key = kept_key(scope.mode, wanted);
    let Some(known) = store.answered(organization, &key).await? else {
        return Ok(None);
    };
    let id = ExchangeRateId(known.order_id.0);
    let held = store.exchange_rate(organization, scope.mode, &id).await?;
    let is_same = known.fingerprint == wanted.fingerprint;
    held.filter(|_| is_same).map(Some).ok_or(Failure::KeyReused)
}

/// A rate that was held; none where there is none in this organization and mode.
///
/// # Errors
/// The database.
pub async fn find(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    id: &ExchangeRateId,
) -> Result<Option<HeldRate>, StoreError> {
    let scope = permit.scope();
    let store = desk.store();
    store
        .exchange_rate(&scope.organization_id, scope.mode, id)
        .await
}

/// Every rate that was held for a root, oldest first.
///
/// # Errors
/// The database.
pub async fn of_root(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    root: &RootId,
) -> Result<Vec<HeldRate>, StoreError> {
    held_for(desk, permit.scope(), root).await
}

pub(crate) async fn held_for(
    desk: &Desk,
    scope: &Scope,
    root: &RootId,
) -> Result<Vec<HeldRate>, StoreError> {
    desk.store()
        .exchange_rates_of_root(&scope.organization_id, scope.mode, root)
        .await
}

/// What one unit is worth now, or why nobody says.
pub(crate) async fn asked(
    rates: &dyn Rates,
    from: Currency,
    to: Currency,
    now: Timestamp,
) -> Result<ExchangeRate, String> {
    if from == to {
        return Ok(ExchangeRate::identity(from, now));
    }
    match rates.quote(from, to, now).await {
        Answer::Done(quote) => held_rate(from, to, quote.rate, &quote.source, quote.at)
            .map_err(|refusal| refusal.to_string()),
        Answer::Refused(why)
        | Answer::NotNow(why)
        | Answer::Unknown(why)
        | Answer::NeedsALook(why) => Err(why),
    }
}
