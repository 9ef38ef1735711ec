//! Refunds: what is left, what one would return of the fee, asking for one, trying a failed one again.

use domain::command::Command;
use domain::fees::{FeeSplit, preview};
use domain::ids::{OrderId, RefundId};
use domain::order::Order;
use domain::refund::RefundRequest;

use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::{Changed, Terms, command};
use crate::permit::{Permit, RefundOrders};

/// Asks for a refund; the worker does the rest.
///
/// # Errors
/// The ladder of R1 to R5; nothing is changed, sent or enqueued.
pub async fn request(
    desk: &Desk,
    permit: &Permit<'_, RefundOrders>,
    order: &OrderId,
    request: RefundRequest,
    terms: &Terms,
) -> Result<Changed, Failure> {
    command(desk, permit, order, &Command::Refund(request), terms).await
}

/// A new identifier for a refund: the form that asks for one carries it, so that sending twice asks once.
pub fn new_id(desk: &Desk) -> RefundId {
    RefundId(desk.ids().fresh(RefundId::PREFIX, desk.now()))
}

/// Tries a failed refund again in place.
///
/// # Errors
/// It did not fail, or its amount was refunded otherwise meanwhile.
pub async fn retry(
    desk: &Desk,
    permit: &Permit<'_, RefundOrders>,
    order: &OrderId,
    refund: RefundId,
) -> Result<Changed, Failure> {
    command(
        desk,
        permit,
        order,
        &Command::RetryRefund { refund },
        &Terms::default(),
    )
    .await
}

/// What refunding so much would return of our fee, and what of it would not return (R8).
pub fn fee_of(order: &Order, amount_minor: i64) -> FeeSplit {
    preview(order, amount_minor)
}
