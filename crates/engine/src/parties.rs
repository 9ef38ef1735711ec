//! Parties: people and places that a program tells before an order has them. An order takes its own copy of one, so
//! that a party never changes what an order says.

pub use domain::party::{Details, Party, PartyKind};

use domain::address::Address;
use domain::ids::{OrderId, PartyId, RootId};
use domain::party::checked;

use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::{Idempotency, MAX_TRIES, kept_key};
use crate::permit::{EditOrders, Permit, ViewOrders};
use crate::store::commit::{CommitError, Remembered};

/// Keeps a party. Under a key that was answered before, the party of then is answered.
///
/// # Errors
/// A field that cannot be, or nothing told at all; a key used before for another request; the database.
pub async fn create(
    desk: &Desk,
    permit: &Permit<'_, EditOrders>,
    kind: PartyKind,
    (address, details): (Address, Details),
    idempotency: Option<&Idempotency>,
) -> Result<Party, Failure> {
    let scope = permit.scope();
    let (address, details) = checked(address, details, "party")?;
    let party = Party {
        id: PartyId(desk.ids().fresh(PartyId::PREFIX, desk.now())),
        mode: scope.mode,
        kind,
        address,
        details,
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
    if let Some(root) = RootId::of_part(PartyId::PREFIX, id.as_str()) {
        let stored = desk
            .store()
            .root(&scope.organization_id, scope.mode, &root)
            .await?;
        let parties = stored.map(|(root, _)| root.parties).unwrap_or_default();
        return Ok(parties.into_iter().find(|party| party.id == *id));
    }
    let found = desk.store().party(&scope.organization_id, scope.mode, id);
    Ok(found.await?)
}
