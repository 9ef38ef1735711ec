//! Parties: people and places that a program tells before an order has them. An order takes its own copy of one, so
//! that a party never changes what an order says.

use domain::address::Address;
use domain::ids::{OrderId, PartyId};
use domain::order::Mode;
use domain::refusal::{Problem, Refusal};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::{Idempotency, MAX_TRIES, kept_key};
use crate::permit::{EditOrders, Permit, ViewOrders};
use crate::store::commit::{CommitError, Remembered};

/// What someone is to an order. The names are stored: add, do not rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartyKind {
    /// Where it goes.
    Destination,
    /// Where it is sent from.
    Origin,
    /// Who is paid.
    Payee,
    /// Who pays.
    Payor,
}

/// Someone and where they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// Its identifier.
    pub id: PartyId,
    /// For live or for test orders.
    pub mode: Mode,
    /// What they are to an order.
    pub kind: PartyKind,
    /// Who and where; of the two one may be missing.
    pub address: Address,
    /// The id of who told it.
    pub author: String,
    /// When.
    pub created_at: Timestamp,
}

/// Keeps a party. Under a key that was answered before, the party of then is answered.
///
/// # Errors
/// A field that cannot be, or nothing told at all; a key used before for another request; the database.
pub async fn create(
    desk: &Desk,
    permit: &Permit<'_, EditOrders>,
    kind: PartyKind,
    address: Address,
    idempotency: Option<&Idempotency>,
) -> Result<Party, Failure> {
    let scope = permit.scope();
    let address = address.checked("party")?;
    if address == Address::default() {
        return Err(Refusal::invalid("party", Problem::Missing).into());
    }
    let party = Party {
        id: PartyId(desk.ids().fresh(PartyId::PREFIX, desk.now())),
        mode: scope.mode,
        kind,
        address,
        author: permit.actor().by.id.clone(),
        created_at: desk.now(),
    };
    let organization = &scope.organization_id;
    for _ in 0..MAX_TRIES {
        let remembered = idempotency.map(|wanted| Remembered {
            key: kept_key(scope.mode, wanted),
            fingerprint: wanted.fingerprint.clone(),
            order_id: OrderId(party.id.0.clone()),
            version: 0,
        });
        if let Some(wanted) = &remembered
            && let Some(known) = desk.store().answered(organization, &wanted.key).await?
        {
            let id = PartyId(known.order_id.0);
            let party = desk.store().party(organization, scope.mode, &id).await?;
            let is_same = known.fingerprint == wanted.fingerprint;
            return party.filter(|_| is_same).ok_or(Failure::KeyReused);
        }
        match desk
            .store()
            .insert_party(organization, &party, remembered.as_ref())
            .await
        {
            Ok(()) => return Ok(party),
            // The same request at the same time was faster.
            Err(CommitError::Answered) => {}
            Err(CommitError::Store(error)) if error.is_transient() => {}
            Err(CommitError::Store(error)) => return Err(error.into()),
            // What orders fail with, a party cannot.
            Err(_) => break,
        }
    }
    Err(Failure::Busy(OrderId(party.id.0)))
}

/// A party that was kept; none where there is none in this organization and mode.
///
/// # Errors
/// The database.
pub async fn find(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    id: &PartyId,
) -> Result<Option<Party>, Failure> {
    let scope = permit.scope();
    let found = desk.store().party(&scope.organization_id, scope.mode, id);
    Ok(found.await?)
}
