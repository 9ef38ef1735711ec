//! The outbox: e-mails that stay here instead of going out, as in the sandbox, for people to read.
//!
//! An e-mail can hold a secret. A link to another password is shown to nobody but its reader, an invitation to
//! those who may do everything already; the rest to who may see orders.

use domain::actor::Permission;
use domain::ids::MailId;
use letters::Kind;

use crate::failure::Failure;
use crate::people::Person;
use crate::permit::{Permit, ViewOrders};
use crate::ports::{Letter, Mail};
use crate::store::StoreError;

/// The most letters a page shows.
const LATEST: usize = 200;

/// The latest letters that a reader may see, newest first; none at all where letters really go out.
///
/// # Errors
/// What is kept cannot be read.
pub async fn letters(
    mail: &dyn Mail,
    permit: &Permit<'_, ViewOrders>,
    reader: &Person,
) -> Result<Option<Vec<Letter>>, Failure> {
    let kept = mail.kept().await;
    let kept = kept.map_err(|error| StoreError::Setup(format!("the outbox: {error}")))?;
    Ok(kept.map(|letters| {
        let seen = letters.into_iter().rev();
        let seen = seen.filter(|letter| may_see(letter, permit, reader));
        seen.take(LATEST).collect()
    }))
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
    let found = letters.into_iter().flatten();
    Ok(found.into_iter().find(|letter| letter.id == *id))
}

fn may_see(letter: &Letter, permit: &Permit<'_, ViewOrders>, reader: &Person) -> bool {
    let here = permit.scope();
    if letter.scope.organization_id != here.organization_id {
        return false;
    }
    match letter.kind {
        Kind::Cancellation | Kind::Refund | Kind::Shipment => {
            letter.order_id.is_none() || letter.scope.mode == here.mode
        }
        Kind::Invitation => is_admin(permit) || letter.to == reader.email,
        Kind::PasswordReset
        | Kind::PasswordChanged
        | Kind::SecondFactorOn
        | Kind::SecondFactorOff
        | Kind::SecondFactorReset
        | Kind::RecoveryCodesMade
        | Kind::RecoveryCodeUsed => letter.to == reader.email,
    }
}

/// Whether an invitation can give them nothing that they do not have.
fn is_admin(permit: &Permit<'_, ViewOrders>) -> bool {
    let actor = permit.actor();
    Permission::ALL.into_iter().all(|one| actor.may(one))
}
