//! The outbox: e-mails that stay here instead of going out, as in the sandbox, and what became of those that go out.
//!
//! An e-mail can hold a secret. A link to another password is shown to nobody but its reader, an invitation to
//! those who may do everything already; the rest to who may see orders.

use std::collections::BTreeSet;

use domain::actor::Permission;
use domain::ids::{MailId, OrderId};
use letters::Kind;

use crate::desk::Desk;
use crate::failure::Failure;
use crate::outgoing::Outgoing;
use crate::people::Person;
use crate::permit::{Permit, Scope, ViewOrders};
use crate::ports::{Letter, Mail};
use crate::store::StoreError;

/// The most e-mails of either kind that a page shows.
const LATEST: usize = 200;

/// The latest letters kept here that a reader may see, newest first.
///
/// # Errors
/// What is kept cannot be read.
pub async fn letters(
    mail: &dyn Mail,
    permit: &Permit<'_, ViewOrders>,
    reader: &Person,
) -> Result<Vec<Letter>, Failure> {
    let seen = kept(mail).await?.into_iter().rev().filter(|letter| {
        let Letter {
            scope, kind, to, ..
        } = letter;
        may_see(scope, *kind, to, permit, reader)
            && (letter.order_id.is_none() || is_here(scope, permit))
    });
    Ok(seen.take(LATEST).collect())
}

/// One of them.
///
/// # Errors
/// As for [`letters`].
pub async fn letter(
    mail: &dyn Mail,
    permit: &Permit<'_, ViewOrders>,
    reader: &Person,
    id: &MailId,
) -> Result<Option<Letter>, Failure> {
    let letters = letters(mail, permit, reader).await?;
    Ok(letters.into_iter().find(|letter| letter.id == *id))
}

/// The latest e-mails that really go out and that a reader may see, newest first.
///
/// # Errors
/// The database.
pub async fn outgoing(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    reader: &Person,
) -> Result<Vec<Outgoing>, StoreError> {
    let mut mails = desk.store().outgoing(permit.scope(), LATEST).await?;
    mails.retain(|mail| may_see(&mail.scope, mail.kind, &mail.to, permit, reader));
    Ok(mails)
}

/// One of them.
///
/// # Errors
/// The database.
pub async fn outgoing_mail(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    reader: &Person,
    id: &MailId,
) -> Result<Option<Outgoing>, StoreError> {
    let mail = desk.store().outgoing_mail(permit.scope(), id).await?;
    Ok(mail.filter(|mail| may_see(&mail.scope, mail.kind, &mail.to, permit, reader)))
}

/// The e-mails about an order that the outbox has something on.
///
/// # Errors
/// What is kept cannot be read; the database.
pub async fn about(
    desk: &Desk,
    mail: &dyn Mail,
    permit: &Permit<'_, ViewOrders>,
    order: &OrderId,
) -> Result<BTreeSet<MailId>, Failure> {
    let scope = permit.scope();
    let is_about =
        |letter: &Letter| letter.scope == *scope && letter.order_id.as_ref() == Some(order);
    let here = kept(mail).await?.into_iter().filter(is_about);
    let mut ids: BTreeSet<MailId> = here.map(|letter| letter.id).collect();
    ids.extend(desk.store().outgoing_of(scope, order).await?);
    Ok(ids)
}

async fn kept(mail: &dyn Mail) -> Result<Vec<Letter>, Failure> {
    let kept = mail.kept().await;
    let kept = kept.map_err(|error| StoreError::Setup(format!("the outbox: {error}")))?;
    Ok(kept.unwrap_or_default())
}

fn is_here(scope: &Scope, permit: &Permit<'_, ViewOrders>) -> bool {
    scope.mode == permit.scope().mode
}

fn may_see(
    scope: &Scope,
    kind: Kind,
    to: &str,
    permit: &Permit<'_, ViewOrders>,
    reader: &Person,
) -> bool {
    if scope.organization_id != permit.scope().organization_id {
        return false;
    }
    match kind {
        Kind::Cancellation | Kind::Refund | Kind::Shipment => true,
        Kind::Invitation => is_admin(permit) || to == reader.email,
        Kind::PasswordReset
        | Kind::PasswordChanged
        | Kind::SecondFactorOn
        | Kind::SecondFactorOff
        | Kind::SecondFactorReset
        | Kind::RecoveryCodesMade
        | Kind::RecoveryCodeUsed => to == reader.email,
    }
}

/// Whether an invitation can give them nothing that they do not have.
fn is_admin(permit: &Permit<'_, ViewOrders>) -> bool {
    let actor = permit.actor();
    Permission::ALL.into_iter().all(|one| actor.may(one))
}
