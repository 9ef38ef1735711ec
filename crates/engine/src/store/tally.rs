//! The counts of saved views: which cell an order counts in, and what a change of it adds there.

use std::collections::BTreeMap;

use domain::filter::Filter;
use domain::ids::OrganizationId;
use domain::order::{Mode, Order};

use super::orders::{DESK_NUMBER_BITS, name, position};
use super::rows::Rows;

/// Over how many rows the count of one view and day is spread.
const SLOTS: i64 = 8;

/// Seconds in a day; days are UTC.
const DAY_S: i64 = 86_400;

/// A cell of the counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tally {
    pub view_id: String,
    pub mode: Mode,
    pub day: i64,
    pub slot: i64,
}

impl Tally {
    fn of(view_id: &str, order: &Order) -> Self {
        Self::at(view_id, order.mode, position(order))
    }

    /// The cell of the order at a position, which holds the second it was placed and the end of its desk number.
    pub fn at(view_id: &str, mode: Mode, position: i64) -> Self {
        // Orders spread over the slots by their number: the same order always counts in the same cell.
        Self {
            view_id: view_id.to_owned(),
            mode,
            day: (position >> DESK_NUMBER_BITS).div_euclid(DAY_S),
            slot: position % SLOTS,
        }
    }
}

/// How the counts change when `before` becomes `order`.
pub(crate) fn changes(
    filters: &[(String, Filter)],
    before: Option<&Order>,
    order: &Order,
    tally: &mut BTreeMap<Tally, i64>,
) {
    for (view_id, filter) in filters {
        let was = i64::from(before.is_some_and(|before| filter.keeps(before)));
        let is = i64::from(filter.keeps(order));
        if was != is {
            *tally.entry(Tally::of(view_id, order)).or_default() += is - was;
        }
    }
}

/// What is added to the counts of views. The rows are in one order everywhere, so that two commits cannot deadlock.
pub(crate) fn counts(organization: &OrganizationId, tally: &BTreeMap<Tally, i64>) -> Rows {
    let changed = tally.iter().filter(|(_, more)| **more != 0);
    let start = "insert into view_counts (organization_id, view_id, mode, day, slot, count)";
    let rows = changed.map(|(cell, more)| {
        vec![
            organization.as_str().into(),
            cell.view_id.as_str().into(),
            name(&cell.mode).into(),
            cell.day.into(),
            cell.slot.into(),
            (*more).into(),
        ]
    });
    Rows::of(start, rows).ending(
        " on conflict (organization_id, view_id, mode, day, slot) \
         do update set count = view_counts.count + excluded.count",
    )
}
