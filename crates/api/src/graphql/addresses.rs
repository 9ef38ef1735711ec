//! Parties that are told and become an order's: `partyCreate` and `orderUpdateParty`.

use async_graphql::{Context, Result};
use domain::address::Address;
use domain::command::Command;
use domain::edits::address;
use domain::event::AddressKind;
use domain::ids::{OrderId, PartyId};
use domain::refusal::{Problem, Refusal};
use engine::failure::Failure;
use engine::orders::load;
use engine::parties::{self, PartyKind};
use engine::permit::{EditOrders, Permit, ViewOrders};

use super::caller::{Asked, Caller};
use super::errors::not_found;
use super::inputs::OrderUpdatePartyInput;
use super::inputs_parties::PartyCreateInput;
use super::mutation::corrected;
use super::order::Order;
use super::parties::{Party, kept_party, named};
use super::workflow;

/// Keeps a party, to become part of an order.
pub(crate) async fn create(context: &Context<'_>, input: PartyCreateInput) -> Result<Party> {
    let caller = Caller::of(context);
    let (kind, root) = (input.kind.into(), input.reference_id.clone());
    let before = match &input.existing_party_id {
        Some(id) => Some(known(caller, &caller.session.permit()?, id).await?),
        None => None,
    };
    let (mut address, details) = input.told()?;
    if let Some(before) = &before {
        address = address.or(before);
    }
    if let Some(root) = root {
        let parties = vec![(kind, address, details)];
        let told = workflow::parties(context, Some(&root), "reference_id", parties).await?;
        let told = told.into_iter().next();
        return told.ok_or_else(|| not_found("root", &root));
    }
    let permit = caller.permit::<EditOrders>()?;
    let once = caller.terms(context, &Asked::default()).idempotency;
    let party = (address, details);
    let told = parties::create(&caller.desk, &permit, kind, party, once.as_ref()).await?;
    Ok(kept_party(told, &permit.scope().organization_id))
}

/// Gives an order the address of a party (N2).
pub(crate) async fn update(context: &Context<'_>, input: OrderUpdatePartyInput) -> Result<Order> {
    let caller = Caller::of(context);
    let permit = caller.session.permit()?;
    let order = OrderId(input.id.0);
    let known = load(&caller.desk, &permit, &order).await?;
    let (which, party) = party(caller, &permit, &input.party_id).await?;
    let before = address(&known, which);
    let command = Command::EditAddress {
        which,
        after: Box::new(party.or(before)),
        before: Box::new(before.clone()),
    };
    corrected::<EditOrders>(context, &order, command, input.expected_version).await
}

/// What a party is to an order, and who and where: one that was created, or one of any order that the key may see.
async fn party(
    caller: &Caller,
    permit: &Permit<'_, ViewOrders>,
    id: &str,
) -> Result<(AddressKind, Address)> {
    if let Some((order, which)) = named(id) {
        return Ok((which, of_order(caller, permit, id, &order, which).await?));
    }
    let found = parties::find(&caller.desk, permit, &PartyId(id.to_owned())).await?;
    let party = found.ok_or_else(|| not_found("party", id))?;
    let which = match party.kind {
        PartyKind::Destination => AddressKind::ShipTo,
        PartyKind::Payor => AddressKind::BillTo,
        PartyKind::Origin | PartyKind::Payee => {
            let given = id.to_owned();
            let expected = "a DESTINATION or a PAYOR, which an order has".to_owned();
            let problem = Problem::Malformed { given, expected };
            return Err(Refusal::invalid("party_id", problem).into());
        }
    };
    Ok((which, party.address))
}

/// Who and where a party is, whatever it is to an order.
pub(crate) async fn known(
    caller: &Caller,
    permit: &Permit<'_, ViewOrders>,
    id: &str,
) -> Result<Address> {
    if let Some((order, which)) = named(id) {
        return of_order(caller, permit, id, &order, which).await;
    }
    let found = parties::find(&caller.desk, permit, &PartyId(id.to_owned())).await?;
    Ok(found.ok_or_else(|| not_found("party", id))?.address)
}

/// An address of an order that the key may see.
async fn of_order(
    caller: &Caller,
    permit: &Permit<'_, ViewOrders>,
    id: &str,
    order: &OrderId,
    which: AddressKind,
) -> Result<Address> {
    match load(&caller.desk, permit, order).await {
        Err(Failure::NotFound(_)) => Err(not_found("party", id)),
        order => Ok(address(&order?, which).clone()),
    }
}
