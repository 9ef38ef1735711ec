//! Refunds: what is left, what one would return of the fee, asking for one, trying a failed one again.

use domain::actor::ActorKind;
use domain::command::{Command, Fact};
use domain::fees::{FeeSplit, preview};
use domain::ids::{OrderId, RefundId};
use domain::order::Order;
use domain::refund::RefundRequest;
use domain::refund_settle::RefundFact;
use domain::refusal::Refusal;

use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::{Changed, MAX_TRIES, Terms, command, load_in, record_on};
use crate::permit::{Permit, RefundOrders, Scope};

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

/// Takes in what the provider says about a refund asked for with this key, or that it is being asked. Word of an attempt
/// before the refund's own is dropped, however late it comes; whether there is such a refund here.
///
/// # Errors
/// The database.
pub async fn heard(
    desk: &Desk,
    scope: &Scope,
    order: &OrderId,
    key: &str,
    fact: RefundFact,
) -> Result<bool, Failure> {
    let by = match fact {
        RefundFact::Sent => ActorKind::Desk,
        _ => ActorKind::Provider,
    };
    for _ in 0..MAX_TRIES {
        let known = match load_in(desk, scope, order).await {
            Err(Failure::NotFound(_)) => return Ok(false),
            known => known?,
        };
        let refund = known
            .refunds
            .iter()
            .find(|refund| refund.idempotency_key() == key);
        let Some(refund) = refund.map(|refund| refund.id.clone()) else {
            return Ok(false);
        };
        // Of this version only: a person may try the refund again meanwhile, and then the word is of an attempt before.
        let terms = Terms {
            expected_version: Some(known.version),
            ..Terms::default()
        };
        let fact = Fact::Refund {
            refund,
            fact: fact.clone(),
        };
        match record_on(desk, scope, order, by, &fact, &terms).await {
            Err(Failure::Refused(Refusal::StaleVersion { .. })) => {}
            done => return done.map(|_| true),
        }
    }
    Err(Failure::Busy(order.clone()))
}

/// What refunding so much would return of our fee, and what of it would not return (R8).
pub fn fee_of(order: &Order, amount_minor: i64) -> FeeSplit {
    preview(order, amount_minor)
}
