//! Identifiers of what belongs to an order and is found by it: the order's own letters stand in them, so that finding
//! one reads one order and the desk needs no table of them.

use async_graphql::ID;
use domain::ids::{ItemId, NoteId, OrderId, RootId};
use domain::order::{Item, Order};

/// Letters of an order that end where those of its part begin.
const BETWEEN: char = '-';

/// Parties: addresses of an order, and those that are kept by themselves.
pub(crate) const PARTY: &str = domain::ids::PartyId::PREFIX;

/// The identifier of a part of an order.
pub(crate) fn within(prefix: &str, order: &OrderId, part: &str) -> ID {
    let order = bare(order.as_str(), OrderId::PREFIX);
    ID(format!("{prefix}{order}{BETWEEN}{part}"))
}

/// What is named: the order, and the part of it; none for what cannot be an identifier of this kind.
pub(crate) fn read(prefix: &str, id: &str) -> Option<(OrderId, String)> {
    let (order, part) = id.strip_prefix(prefix)?.split_once(BETWEEN)?;
    Some((
        OrderId(format!("{}{order}", OrderId::PREFIX)),
        part.to_owned(),
    ))
}

/// A line of an order; one that was told before there was an order keeps its identifier.
pub(crate) fn item(order: &OrderId, id: &ItemId) -> ID {
    if RootId::of_part(ItemId::PREFIX, id.as_str()).is_some() {
        return ID(id.0.clone());
    }
    within(ItemId::PREFIX, order, bare(id.as_str(), ItemId::PREFIX))
}

/// The line of an order that an identifier of the interface names.
pub(crate) fn item_of<'a>(order: &'a Order, id: &str) -> Option<&'a Item> {
    let mut items = order.items.iter();
    items.find(|known| *item(&order.id, &known.id) == *id)
}

/// A note of an order.
pub(crate) fn note(order: &OrderId, id: &NoteId) -> ID {
    within(NoteId::PREFIX, order, bare(id.as_str(), NoteId::PREFIX))
}

fn bare<'a>(id: &'a str, prefix: &str) -> &'a str {
    id.strip_prefix(prefix).unwrap_or(id)
}
