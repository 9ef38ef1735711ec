//! The activity of an order: what happened, newest first, a page at a time, of some kinds or of all.

use std::collections::BTreeMap;

use domain::event::Event;
use domain::ids::OrderId;
use domain::order::Order;

use crate::desk::Desk;
use crate::failure::Failure;
use crate::permit::{Permit, ViewOrders};

/// Which of an order's events are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The names of their kinds, as [`domain::event::EventKind::name`] has them; empty for all.
    pub kinds: &'a [&'a str],
    /// Only what came before this place in the history; none for the newest.
    pub before: Option<u64>,
    /// At most so many.
    pub limit: u32,
}

/// Events of an order, newest first. An order that was loaded is one that may be seen.
///
/// # Errors
/// The database.
pub async fn activity(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    order: &Order,
    wanted: &Wanted<'_>,
) -> Result<Vec<Event>, Failure> {
    let organization = &permit.scope().organization_id;
    Ok(desk
        .store()
        .newest_events(organization, &order.id, wanted)
        .await?)
}

/// Every event of these orders, oldest first, in one read: for who shows a page of orders with what happened to each.
///
/// # Errors
/// The database.
pub async fn histories(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    orders: &[OrderId],
) -> Result<BTreeMap<OrderId, Vec<Event>>, Failure> {
    let organization = &permit.scope().organization_id;
    Ok(desk.store().histories(organization, orders).await?)
}
