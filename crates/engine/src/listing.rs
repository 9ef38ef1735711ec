//! The list of orders: pages and search (O1), what came meanwhile, and the orders beside one. Its saved views are in
//! [`views`](crate::views), what is done with chosen rows in [`chosen`](crate::chosen).

use std::collections::BTreeMap;

use domain::filter::{Filter, Sort, SortKey};
use domain::ids::{OrderId, ViewId};
use domain::order::Order;

use crate::desk::Desk;
use crate::failure::Failure;
use crate::permit::{Permit, ViewOrders};
use crate::store::list::{Cursor, Listed, Page};
use crate::views;

/// One page of the list.
///
/// # Errors
/// A cursor of another list; the database.
pub async fn page(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    page: &Page,
) -> Result<Vec<Listed>, Failure> {
    let scope = permit.scope();
    Ok(desk
        .store()
        .list(&scope.organization_id, scope.mode, page)
        .await?)
}

/// One page of the list with whole orders, in two reads however many there are.
///
/// # Errors
/// As [`page`].
pub async fn page_of_orders(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    wanted: &Page,
) -> Result<Vec<(Cursor, Order)>, Failure> {
    let scope = permit.scope();
    let rows = page(desk, permit, wanted).await?;
    let ids: Vec<OrderId> = rows.iter().map(|row| row.id.clone()).collect();
    let loaded = desk
        .store()
        .load_many(&scope.organization_id, scope.mode, &ids)
        .await?;
    let mut orders: BTreeMap<OrderId, Order> = loaded
        .into_iter()
        .map(|order| (order.id.clone(), order))
        .collect();
    let paired = rows
        .into_iter()
        .filter_map(|row| Some((row.cursor, orders.remove(&row.id)?)));
    Ok(paired.collect())
}

/// The orders beside this one in a list that is filtered and sorted: the one before and the one after, where they are.
///
/// # Errors
/// The database.
pub async fn neighbours(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    order: &Order,
    filter: &Filter,
    sort: Sort,
) -> Result<[Option<OrderId>; 2], Failure> {
    let mut found = [None, None];
    for (place, is_descending) in [(0, !sort.is_descending), (1, sort.is_descending)] {
        let key = sort.key;
        let beside = Page {
            filter: filter.clone(),
            sort: Sort { key, is_descending },
            after: Some(Cursor::of(order, key)),
            limit: 1,
        };
        let rows = page(desk, permit, &beside).await?;
        found[place] = rows.into_iter().next().map(|row| row.id);
    }
    Ok(found)
}

/// The most orders that are counted as new; more are as many.
pub const MAX_NEWS: u32 = 100;

/// What someone's list shows, to ask what came since.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    /// What it keeps.
    pub filter: Filter,
    /// The newest position that was there; none where that is not known yet.
    pub newest: Option<i64>,
    /// The desk number of each row with the version that it shows, a page of them.
    pub rows: Vec<(u64, u64)>,
    /// The view that is open.
    pub view: Option<ViewId>,
}

/// What came since a list was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// The newest position that was there: what the next question begins with.
    pub newest: i64,
    /// Orders beyond it that the filter keeps, at most [`MAX_NEWS`].
    pub arrived: u64,
    /// Rows whose orders changed.
    pub changed: u64,
    /// How many orders the open view keeps now.
    pub count: Option<u64>,
}

/// What came since a list was shown. It costs what the beginning of a page costs, and counts nothing by looking.
///
/// # Errors
/// The database.
pub async fn news(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    shown: &Shown,
) -> Result<News, Failure> {
    let (newest, arrived) = match shown.newest {
        Some(newest) => (newest, beyond(desk, permit, &shown.filter, newest).await?),
        None => (newest(desk, permit, &shown.filter).await?, 0),
    };
    let (scope, numbers): (_, Vec<u64>) = (
        permit.scope(),
        shown.rows.iter().map(|(number, _)| *number).collect(),
    );
    let versions = desk
        .store()
        .versions(&scope.organization_id, scope.mode, &numbers)
        .await?;
    let changed = shown
        .rows
        .iter()
        .filter(|(number, version)| versions.get(number).is_some_and(|now| now != version));
    let count = match &shown.view {
        Some(view) => views::count(desk, permit, view).await?,
        None => None,
    };
    Ok(News {
        newest,
        arrived,
        changed: changed.count() as u64,
        count,
    })
}

/// How many orders that the filter keeps stand behind a position, by date.
async fn beyond(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    filter: &Filter,
    position: i64,
) -> Result<u64, Failure> {
    let sort = Sort {
        key: SortKey::Placed,
        is_descending: false,
    };
    let after = Some(Cursor {
        value: String::new(),
        position,
    });
    let newer = Page {
        filter: filter.clone(),
        sort,
        after,
        limit: MAX_NEWS,
    };
    Ok(page(desk, permit, &newer).await?.len() as u64)
}

/// The newest position that the filter keeps; the first of all where it keeps nothing.
async fn newest(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    filter: &Filter,
) -> Result<i64, Failure> {
    let newest = Page {
        filter: filter.clone(),
        sort: Sort::default(),
        after: None,
        limit: 1,
    };
    let rows = page(desk, permit, &newest).await?;
    Ok(rows.first().map_or(0, |row| row.cursor.position))
}
