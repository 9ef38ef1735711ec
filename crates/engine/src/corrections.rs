//! Corrections of an order by a person or a program: number, addresses, items, notes, shipping, holds, payments.
//!
//! One use case: a command with proof of the permission it needs. The commands themselves are the domain's.

use domain::command::Command;
use domain::ids::OrderId;
use domain::refusal::Refusal;

use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::{Changed, Terms, command};
use crate::permit::{Grants, Permit};

/// Carries out a command under the permit of the kind it needs.
///
/// # Errors
/// [`Refusal::NotPermitted`] where the permit is of another kind; what the rules refuse.
pub async fn correct<G: Grants>(
    desk: &Desk,
    permit: &Permit<'_, G>,
    order: &OrderId,
    correction: Command,
    terms: &Terms,
) -> Result<Changed, Failure> {
    let permission = correction.permission();
    if permission != G::PERMISSION {
        return Err(Refusal::NotPermitted { permission }.into());
    }
    command(desk, permit, order, &correction, terms).await
}
