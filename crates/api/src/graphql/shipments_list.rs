//! Pages of shipments: those of one order, those with a tracking number, or those of every order that is shipped in
//! part or whole, newest order first.

use async_graphql::{Context, ID, InputObject, Result, SimpleObject};
use domain::filter::{Filter, Sort, SortKey};
use domain::ids::OrderId;
use domain::order::{Fulfilment, Order as Document};
use domain::refusal::{Problem, Refusal};
use engine::listing::page_of_orders;
use engine::orders::{find, load};
use engine::permit::{Permit, ViewOrders};
use engine::store::keys::KeyKind;
use engine::store::list::{Cursor, Page};

use super::caller::Caller;
use super::enums::ShipmentType;
use super::query::{DateTimeRange, MOST_LOOKED_AT, PageInfo, page_size};
use super::shipments::Shipment;
use super::sold::Sold;

/// Which shipments; what is said must all hold.
#[derive(Default, InputObject)]
pub(crate) struct ShipmentFilter {
    /// Of this order, voided ones among them.
    order_id: Option<ID>,
    /// Of this service, by its code.
    service_level_id: Option<String>,
    /// When it was handed over.
    ship_date: Option<DateTimeRange>,
    shipment_type: Option<ShipmentType>,
    /// With this tracking number, voided ones left out.
    tracking_number: Option<String>,
}

/// A page of shipments. How many there are in all is not counted.
#[derive(SimpleObject)]
pub(crate) struct ShipmentConnection {
    edges: Option<Vec<Option<ShipmentEdge>>>,
    page_info: Option<PageInfo>,
    total_count: Option<i64>,
}

/// A shipment on a page.
#[derive(SimpleObject)]
pub(crate) struct ShipmentEdge {
    cursor: Option<String>,
    node: Option<Shipment>,
}

/// Which page: from its beginning, or from its end.
#[derive(Default)]
pub(crate) struct Wanted {
    pub after: Option<String>,
    pub before: Option<String>,
    pub first: Option<i64>,
    pub last: Option<i64>,
}

/// A place in the list: an order's position, and the shipment's among those of the order. Later ones come first.
type Place = (i64, usize);

/// What is collected of a page.
struct Collected {
    kept: Vec<(Place, Shipment)>,
    bounds: (Option<Place>, Option<Place>),
    most: usize,
    is_backward: bool,
    /// Where enough orders were looked at, though the page is not full.
    stopped: Option<Place>,
}

impl Collected {
    /// Takes what a page has of these orders; whether it is full, with one more than it shows.
    fn take(&mut self, orders: Vec<(i64, Document)>, filter: &ShipmentFilter) -> bool {
        let (positions, documents): (Vec<_>, Vec<_>) = orders.into_iter().unzip();
        for (position, sold) in positions.into_iter().zip(Sold::page(documents)) {
            let mut places: Vec<usize> = (0..sold.shipments.len()).collect();
            if !self.is_backward {
                places.reverse();
            }
            for index in places {
                let place = (position, index);
                let (after, before) = self.bounds;
                let is_within = after.is_none_or(|after| place < after)
                    && before.is_none_or(|before| place > before);
                let sold = sold.clone();
                let shipment = Shipment { sold, index };
                if is_within && keeps(filter, &shipment) {
                    self.kept.push((place, shipment));
                }
                if self.kept.len() > self.most {
                    return true;
                }
            }
        }
        false
    }
}

/// A page of shipments.
pub(crate) async fn page(
    context: &Context<'_>,
    filter: ShipmentFilter,
    wanted: Wanted,
) -> Result<ShipmentConnection> {
    let caller = Caller::of(context);
    let permit = caller.session.permit()?;
    let is_backward = wanted.last.is_some();
    let place =
        |text: &Option<String>, field| text.as_deref().map(|text| read(text, field)).transpose();
    let mut page = Collected {
        kept: Vec::new(),
        bounds: (
            place(&wanted.after, "after")?,
            place(&wanted.before, "before")?,
        ),
        most: page_size(
            wanted.last.or(wanted.first),
            if is_backward { "last" } else { "first" },
        )? as usize,
        is_backward,
        stopped: None,
    };
    let has_more = match named(caller, &permit, &filter).await? {
        Some(orders) => page.take(newest_first(orders, is_backward), &filter),
        None => all(caller, &permit, &filter, &mut page).await?,
    };
    page.kept.truncate(page.most);
    if is_backward {
        page.kept.reverse();
    }
    let text = |place: Place| format!("{}-{}", place.0, place.1);
    let mut ends = [page.kept.first(), page.kept.last()].map(|kept| kept.map(|kept| kept.0));
    if page.stopped.is_some() {
        ends[usize::from(!is_backward)] = page.stopped;
    }
    let [start_cursor, end_cursor] = ends.map(|end| end.map(text));
    let (is_after, is_before) = (wanted.after.is_some(), wanted.before.is_some());
    let edges = page.kept.into_iter().map(|kept| {
        Some(ShipmentEdge {
            cursor: Some(text(kept.0)),
            node: Some(kept.1),
        })
    });
    Ok(ShipmentConnection {
        edges: Some(edges.collect()),
        page_info: Some(PageInfo {
            end_cursor,
            has_next_page: if is_backward { is_before } else { has_more },
            has_previous_page: if is_backward { has_more } else { is_after },
            start_cursor,
        }),
        total_count: None,
    })
}

/// The orders that a filter names; none where it names none.
async fn named(
    caller: &Caller,
    permit: &Permit<'_, ViewOrders>,
    filter: &ShipmentFilter,
) -> Result<Option<Vec<Document>>> {
    if let Some(id) = &filter.order_id {
        let order = load(&caller.desk, permit, &OrderId(id.0.clone())).await?;
        return Ok(Some(vec![order]));
    }
    let Some(number) = &filter.tracking_number else {
        return Ok(None);
    };
    let mut orders = Vec::new();
    for id in find(&caller.desk, permit, KeyKind::Tracking, &printed(number)).await? {
        orders.push(load(&caller.desk, permit, &id).await?);
    }
    Ok(Some(orders))
}

fn newest_first(orders: Vec<Document>, is_backward: bool) -> Vec<(i64, Document)> {
    let position = |order: &Document| Cursor::of(order, SortKey::Placed).position;
    let mut placed: Vec<_> = orders
        .into_iter()
        .map(|order| (position(&order), order))
        .collect();
    placed.sort_by_key(|(position, _)| *position);
    if !is_backward {
        placed.reverse();
    }
    placed
}

/// Collects from every order that is shipped in part or whole; whether there are more.
async fn all(
    caller: &Caller,
    permit: &Permit<'_, ViewOrders>,
    filter: &ShipmentFilter,
    page: &mut Collected,
) -> Result<bool> {
    // The order of a place may have shipments on both sides of it, so it is looked at again.
    let begin = match page.is_backward {
        false => page
            .bounds
            .0
            .map(|(position, _)| position.saturating_add(1)),
        true => page
            .bounds
            .1
            .map(|(position, _)| position.saturating_sub(1)),
    };
    let cursor = |position| Cursor {
        value: String::new(),
        position,
    };
    let (mut after, mut looked_at) = (begin.map(cursor), 0);
    loop {
        let wanted = Page {
            filter: Filter {
                fulfilment: vec![Fulfilment::Some, Fulfilment::All],
                ..Filter::default()
            },
            sort: Sort {
                key: SortKey::Placed,
                is_descending: !page.is_backward,
            },
            after: after.clone(),
            limit: u32::try_from(page.most + 1).unwrap_or(u32::MAX),
        };
        let rows = page_of_orders(&caller.desk, permit, &wanted).await?;
        let Some((last, _)) = rows.last() else {
            return Ok(false);
        };
        (after, looked_at) = (Some(last.clone()), looked_at + rows.len());
        let orders = rows
            .into_iter()
            .map(|(cursor, order)| (cursor.position, order));
        if page.take(orders.collect(), filter) {
            return Ok(true);
        }
        if looked_at >= MOST_LOOKED_AT {
            let last = after.as_ref().map_or(0, |last| last.position);
            // Behind every shipment of the last order that was looked at.
            page.stopped = Some((last, if page.is_backward { usize::MAX } else { 0 }));
            return Ok(true);
        }
    }
}

fn keeps(filter: &ShipmentFilter, shipment: &Shipment) -> bool {
    let sent = shipment.sent();
    let date = filter.ship_date.as_ref();
    let number = filter.tracking_number.as_deref().map(printed);
    filter
        .service_level_id
        .as_ref()
        .is_none_or(|wanted| shipment.service() == Some(wanted))
        && date.is_none_or(|range| shipment.handed_over_at().is_some_and(|at| range.holds(at)))
        && filter.shipment_type != Some(ShipmentType::Domestic)
        && number.is_none_or(|number| {
            let mut numbers = sent.tracking.iter();
            !sent.is_void() && numbers.any(|tracking| tracking.number == number)
        })
}

/// A tracking number as it is kept: in capitals, without spaces.
fn printed(number: &str) -> String {
    number.split_whitespace().collect::<String>().to_uppercase()
}

fn read(text: &str, field: &str) -> Result<Place, Refusal> {
    let place = text
        .split_once('-')
        .and_then(|(position, index)| Some((position.parse().ok()?, index.parse().ok()?)));
    place.ok_or_else(|| {
        let (given, expected) = (text.to_owned(), "a cursor of this list".to_owned());
        Refusal::invalid(field, Problem::Malformed { given, expected })
    })
}
