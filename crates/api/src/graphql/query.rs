//! What can be asked.

use async_graphql::{Context, Error, ID, InputObject, Object, Result, SimpleObject};
use domain::filter::{Filter, Sort};
use domain::ids::{ItemId, OrderId, PartyId, ShipmentId};
use domain::order::Order as Document;
use domain::refusal::{Problem, Refusal};
use engine::listing::page_of_orders;
use engine::orders::{find, load};
use engine::permit::{Permit, ViewOrders};
use engine::store::keys::KeyKind;
use engine::store::list::{Cursor, Page};

use jiff::Timestamp;

use super::caller::Caller;
use super::enums::OrderStatus;
use super::errors::not_found;
use super::fulfillment_centers;
use super::ids;
use super::items::{FulfillmentItem, Item, item, quantities};
use super::order::Order;
use super::parties::{self, Party, kept_party, party};
use super::scalars::DateTime;
use super::shipments::{self, Shipment};
use super::shipments_list::{self, ShipmentConnection, ShipmentFilter, Wanted};
use super::sold::Sold;

/// Orders on a page where nobody says how many.
pub(super) const USUAL: i64 = 50;

/// The most orders on a page.
pub(super) const MOST: i64 = 250;

/// The most orders that are looked at for one page; where few of them are kept, the page is short and says that there
/// are more.
pub(super) const MOST_LOOKED_AT: usize = 2_000;

/// A time between two others; either may be left out.
#[derive(InputObject)]
pub(crate) struct DateTimeRange {
    /// From this time on.
    after: Option<DateTime>,
    /// Before this time.
    before: Option<DateTime>,
}

impl DateTimeRange {
    pub fn after(&self) -> Option<&DateTime> {
        self.after.as_ref()
    }

    pub fn before(&self) -> Option<&DateTime> {
        self.before.as_ref()
    }

    /// Whether a time is within it.
    pub fn holds(&self, at: Timestamp) -> bool {
        let (after, before) = (self.after.as_ref(), self.before.as_ref());
        after.is_none_or(|after| at >= after.0) && before.is_none_or(|before| at < before.0)
    }
}

/// Which orders; what is said must all hold.
#[derive(Default, InputObject)]
pub(crate) struct OrdersFilter {
    /// The shop's own number, exactly.
    account_order_number: Option<String>,
    /// When the shopper placed it, to the second.
    between: Option<DateTimeRange>,
    status: Option<OrderStatus>,
    /// The shop that it came from, by the name of its connection; or the organization's id, which all orders are of.
    store_id: Option<String>,
}

/// A page of orders, newest first.
#[derive(SimpleObject)]
pub(crate) struct OrderConnection {
    edges: Option<Vec<Option<OrderEdge>>>,
    page_info: PageInfo,
}

/// An order on a page.
#[derive(SimpleObject)]
pub(crate) struct OrderEdge {
    cursor: Option<String>,
    node: Option<Order>,
}

/// Where a page is. A cursor stays good whatever comes and goes.
#[derive(SimpleObject)]
pub(crate) struct PageInfo {
    pub end_cursor: Option<String>,
    pub has_next_page: bool,
    pub has_previous_page: bool,
    pub start_cursor: Option<String>,
}

/// What of an order is on its way, and what is still to be sent.
#[derive(SimpleObject)]
pub(crate) struct OrderFulfillmentProgressResult {
    fulfilled: Vec<Shipment>,
    not_fulfilled: Vec<FulfillmentItem>,
}

/// What can be asked about orders and what belongs to them.
#[derive(Default)]
pub(super) struct OrderQueries;

#[Object]
impl OrderQueries {
    /// One order.
    async fn order(&self, context: &Context<'_>, order_id: String) -> Option<Result<Order>> {
        Some(order(context, &OrderId(order_id)).await)
    }

    /// Orders, newest first: 50 a page, and 250 at most.
    #[graphql(
        complexity = "usize::try_from(first.unwrap_or(USUAL).clamp(1, MOST)).unwrap_or(1) * child_complexity + 1"
    )]
    async fn orders(
        &self,
        context: &Context<'_>,
        after: Option<String>,
        filter: Option<OrdersFilter>,
        first: Option<i64>,
    ) -> Option<Result<OrderConnection>> {
        Some(page(context, after, filter.unwrap_or_default(), first).await)
    }

    /// What of an order is on its way, and what is still to be sent.
    async fn order_fulfillment_progress(
        &self,
        context: &Context<'_>,
        order_id: ID,
    ) -> Result<OrderFulfillmentProgressResult> {
        let Order(sold) = order(context, &OrderId(order_id.0)).await?;
        let fulfilled = shipments::shipments(&sold)
            .into_iter()
            .filter(|shipment| shipment.sent().is_shipped());
        Ok(OrderFulfillmentProgressResult {
            fulfilled: fulfilled.collect(),
            not_fulfilled: quantities(&sold, &sold.all_unshipped()),
        })
    }

    /// Someone and where they are: whom an order is shipped to, who is billed, or one that was created.
    async fn party(&self, context: &Context<'_>, id: ID) -> Option<Result<Party>> {
        Some(party_named(context, &id).await)
    }

    /// A line of an order.
    async fn item(&self, context: &Context<'_>, id: ID) -> Option<Result<Item>> {
        Some(item_named(context, &id).await)
    }

    /// Shipments, of the newest order first: 50 a page, and 250 at most. Where the filter names neither an order nor a
    /// tracking number, those of orders that are shipped in part or whole.
    #[graphql(
        complexity = "usize::try_from(first.or(last).unwrap_or(USUAL).clamp(1, MOST)).unwrap_or(1) * child_complexity + 1"
    )]
    async fn shipments(
        &self,
        context: &Context<'_>,
        after: Option<String>,
        before: Option<String>,
        filter: Option<ShipmentFilter>,
        first: Option<i64>,
        last: Option<i64>,
    ) -> Option<Result<ShipmentConnection>> {
        let wanted = Wanted {
            after,
            before,
            first,
            last,
        };
        Some(shipments_list::page(context, filter.unwrap_or_default(), wanted).await)
    }

    /// A shipment.
    async fn shipment(&self, context: &Context<'_>, id: ID) -> Option<Result<Shipment>> {
        Some(shipment_named(context, id).await)
    }
}

async fn page(
    context: &Context<'_>,
    after: Option<String>,
    filter: OrdersFilter,
    first: Option<i64>,
) -> Result<OrderConnection> {
    let caller = Caller::of(context);
    let permit = caller.session.permit()?;
    let limit = page_size(first, "first")?;
    let has_previous_page = after.is_some();
    let after = after.map(|text| cursor(&text)).transpose()?;
    let (kept, has_next_page, end) = match &filter.account_order_number {
        Some(number) => (
            numbered(caller, &permit, &filter, number).await?,
            false,
            None,
        ),
        None => kept(caller, &permit, &filter, after, limit).await?,
    };
    let (cursors, documents): (Vec<_>, Vec<_>) = kept.into_iter().unzip();
    let text = |cursor: &Cursor| cursor.position.to_string();
    let page_info = PageInfo {
        end_cursor: end.as_ref().or(cursors.last()).map(text),
        has_next_page,
        has_previous_page,
        start_cursor: cursors.first().map(text),
    };
    let edges = cursors.iter().zip(Sold::page(documents));
    let edges = edges.map(|(cursor, sold)| {
        Some(OrderEdge {
            cursor: Some(text(cursor)),
            node: Some(Order(sold)),
        })
    });
    Ok(OrderConnection {
        edges: Some(edges.collect()),
        page_info,
    })
}

async fn party_named(context: &Context<'_>, id: &ID) -> Result<Party> {
    if let Some((of, which)) = parties::named(id) {
        let Order(sold) = part_of(order(context, &of).await, "party", id)?;
        return Ok(party(&sold, which));
    }
    if let Some(origin) = fulfillment_centers::party(context, id).await? {
        return Ok(origin);
    }
    let caller = Caller::of(context);
    let permit = caller.session.permit()?;
    let found = engine::parties::find(&caller.desk, &permit, &PartyId(id.0.clone())).await?;
    let found = found.ok_or_else(|| not_found("party", id))?;
    Ok(kept_party(found, &permit.scope().organization_id))
}

async fn item_named(context: &Context<'_>, id: &ID) -> Result<Item> {
    let named = ids::read(ItemId::PREFIX, id);
    let (of, _) = named.ok_or_else(|| not_found("item", id))?;
    let Order(sold) = part_of(order(context, &of).await, "item", id)?;
    let mut lines = sold.items.iter();
    let line = lines.find(|line| ids::item(&sold.id, &line.id) == *id);
    let line = line.ok_or_else(|| not_found("item", id))?;
    Ok(item(&sold, line))
}

async fn shipment_named(context: &Context<'_>, id: ID) -> Result<Shipment> {
    let caller = Caller::of(context);
    let permit = caller.session.permit()?;
    let found = find(&caller.desk, &permit, KeyKind::Shipment, &id).await?;
    let of = found.first().ok_or_else(|| not_found("shipment", &id))?;
    let Order(sold) = order(context, of).await?;
    let shipment = shipments::shipment(&sold, &ShipmentId(id.0.clone()));
    shipment.ok_or_else(|| not_found("shipment", &id))
}

/// One order that the key may see.
async fn order(context: &Context<'_>, id: &OrderId) -> Result<Order> {
    let caller = Caller::of(context);
    let order = load(&caller.desk, &caller.session.permit()?, id).await?;
    Ok(Order::alone(order))
}

/// What belongs to an order that is not there is not there itself.
fn part_of(order: Result<Order>, what: &str, id: &str) -> Result<Order> {
    use engine::failure::Failure;
    order.map_err(|error: Error| {
        let source = error.source.as_ref();
        let failure = source.and_then(|source| source.downcast_ref::<Failure>());
        match failure {
            Some(Failure::NotFound(_)) => not_found(what, id),
            _ => error,
        }
    })
}

pub(super) fn page_size(asked: Option<i64>, field: &str) -> Result<u32, Refusal> {
    let wanted = asked.unwrap_or(USUAL);
    let size = u32::try_from(wanted)
        .ok()
        .filter(|_| (1..=MOST).contains(&wanted));
    size.ok_or_else(|| {
        let (given, expected) = (wanted.to_string(), format!("1 to {MOST}"));
        Refusal::invalid(field, Problem::Malformed { given, expected })
    })
}

/// A cursor is a position of the list.
fn cursor(text: &str) -> Result<Cursor, Refusal> {
    let position = text.parse().map_err(|_| {
        let (given, expected) = (text.to_owned(), "a cursor of this list".to_owned());
        Refusal::invalid("after", Problem::Malformed { given, expected })
    })?;
    Ok(Cursor {
        value: String::new(),
        position,
    })
}

/// The order with this number, where the rest of the filter keeps it.
async fn numbered(
    caller: &Caller,
    permit: &Permit<'_, ViewOrders>,
    filter: &OrdersFilter,
    number: &str,
) -> Result<Vec<(Cursor, Document)>> {
    let mut kept = Vec::new();
    for id in find(&caller.desk, permit, KeyKind::Number, number).await? {
        let order = load(&caller.desk, permit, &id).await?;
        if of_list(filter).keeps(&order) && is_of_store(filter, &order) {
            kept.push((Cursor::of(&order, Sort::default().key), order));
        }
    }
    Ok(kept)
}

/// A page of orders that the filter keeps, whether there are more, and where it goes on.
async fn kept(
    caller: &Caller,
    permit: &Permit<'_, ViewOrders>,
    filter: &OrdersFilter,
    mut after: Option<Cursor>,
    limit: u32,
) -> Result<(Vec<(Cursor, Document)>, bool, Option<Cursor>)> {
    let (mut kept, mut looked_at, most) = (Vec::new(), 0, limit as usize);
    loop {
        let page = Page {
            filter: of_list(filter),
            sort: Sort::default(),
            after: after.clone(),
            limit: limit + 1,
        };
        let rows = page_of_orders(&caller.desk, permit, &page).await?;
        let (is_last, many) = (rows.len() <= most, rows.len());
        for (index, (cursor, order)) in rows.into_iter().take(most).enumerate() {
            after = Some(cursor.clone());
            if is_of_store(filter, &order) {
                kept.push((cursor, order));
            }
            if kept.len() == most {
                return Ok((kept, index + 1 < many, after));
            }
        }
        looked_at += many;
        if is_last || looked_at >= MOST_LOOKED_AT {
            return Ok((kept, !is_last, after));
        }
    }
}

/// What the list itself keeps.
fn of_list(filter: &OrdersFilter) -> Filter {
    let between = filter.between.as_ref();
    let time = |time: &Option<DateTime>| time.map(|DateTime(time)| time);
    Filter {
        status: filter.status.map(Into::into).into_iter().collect(),
        from: between.and_then(|between| time(&between.after)),
        until: between.and_then(|between| time(&between.before)),
        ..Filter::default()
    }
}

fn is_of_store(filter: &OrdersFilter, order: &Document) -> bool {
    filter.store_id.as_ref().is_none_or(|wanted| {
        let connection = order.shop.as_ref().map(|shop| &shop.connection);
        *wanted == order.organization_id.0 || connection == Some(wanted)
    })
}
