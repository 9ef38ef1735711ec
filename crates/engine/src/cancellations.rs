//! Cancelling an order, and what it would do.

use domain::cancel::{Consequences, consequences};
use domain::command::Command;
use domain::ids::OrderId;
use domain::order::Order;

use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::{Changed, Terms, command};
use crate::permit::{CancelOrders, Permit};

/// How an order is to be canceled.
#[derive(Clone, Debug)]
pub struct Cancel {
    /// Why; internal (C6).
    pub note: String,
    /// Whether the shopper gets an e-mail (C7).
    pub notify: bool,
    /// Whether the money stays; operator support's alone (C3).
    pub without_refund: bool,
}

/// Cancels an order, refunding all that is left of what was paid here (C2).
///
/// # Errors
/// Canceled already, shipped, canceled in the shop, disputed; nothing is changed, sent or enqueued.
pub async fn cancel(
    desk: &Desk,
    permit: &Permit<'_, CancelOrders>,
    order: &OrderId,
    cancel: Cancel,
    terms: &Terms,
) -> Result<Changed, Failure> {
    let Cancel {
        note,
        notify,
        without_refund,
    } = cancel;
    command(
        desk,
        permit,
        order,
        &Command::Cancel {
            note,
            notify,
            without_refund,
        },
        terms,
    )
    .await
}

/// What cancelling would do, for the dialog that asks (C8).
pub fn preview(order: &Order) -> Consequences {
    consequences(order)
}
