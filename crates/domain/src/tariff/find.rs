//! Which row of a tariff holds: the organization's own before the desk's, the longest beginning of the HS code, a named
//! place before any, a country before its union, then the newest that holds on the day, then the last that came in.

use std::collections::BTreeSet;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Limited, Rounding, Row, Rule, TaxedToo, Valuation, covers};
use crate::money::Money;

/// Where a row is from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// Whose data it is, as the organization called it.
    pub source: String,
    /// Which import of the organization; 0 for what the desk knows by itself.
    pub version: u64,
    /// The day that the data tells of.
    pub stated_on: Date,
}

/// A row, and where it is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where it is from.
    pub from: Origin,
    /// The row.
    pub row: Row,
}

/// The rows that may hold for a parcel.
#[derive(Clone, Debug, Default)]
pub struct Tariff {
    /// In any order.
    pub entries: Vec<Entry>,
}

/// Where and when a parcel goes.
#[derive(Clone, Copy, Debug)]
pub struct Way<'a> {
    /// The country it is sent from.
    pub from: &'a str,
    /// The country it goes to.
    pub to: &'a str,
    /// The state or province it goes to; empty where unknown.
    pub region: &'a str,
    /// The day it comes in.
    pub on: Date,
}

/// What was found, and the row that says so.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a, T> {
    /// What the row says.
    pub says: T,
    /// The row.
    pub entry: &'a Entry,
}

/// A tax that was found.
#[derive(Clone, Copy, Debug)]
pub struct Tax<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Of its base.
    pub rate_percent: Decimal,
    /// What is in its base besides the goods.
    pub on: &'a BTreeSet<TaxedToo>,
}

/// A threshold that was found.
#[derive(Clone, Copy, Debug)]
pub struct Threshold {
    /// The highest value on this side of it.
    pub limit: Money,
    /// What is held against it.
    pub compared: Valuation,
}

impl Tariff {
    /// The duty on goods of this code and make.
    pub fn duty(&self, way: &Way<'_>, hs_code: &str, made_in: &str) -> Option<Found<'_, Decimal>> {
        self.best(way, |rule| match rule {
            Rule::Duty {
                hs_prefix,
                origin,
                rate_percent,
            } if hs_code.starts_with(hs_prefix.as_str()) && is_in(origin, made_in) => {
                Some((hs_prefix.len(), origin.as_str(), *rate_percent))
            }
            _ => None,
        })
    }

    /// The duties on goods of this make under every longer code that begins with this one, the best of each code.
    pub fn duties_beneath(
        &self,
        way: &Way<'_>,
        hs_code: &str,
        made_in: &str,
    ) -> Vec<Found<'_, Decimal>> {
        let longer = self.entries.iter().map(|entry| entry.row.rule.hs_prefix());
        let longer =
            longer.filter(|known| known.len() > hs_code.len() && known.starts_with(hs_code));
        let codes: BTreeSet<&str> = longer.collect();
        let each = codes.into_iter().filter_map(|code| {
            let found = self.duty(way, code, made_in)?;
            (found.entry.row.rule.hs_prefix() == code).then_some(found)
        });
        each.collect()
    }

    /// The tax on goods of this code.
    pub fn tax(&self, way: &Way<'_>, hs_code: &str) -> Option<Found<'_, Tax<'_>>> {
        self.best(way, |rule| match rule {
            Rule::Tax {
                name,
                region,
                hs_prefix,
                rate_percent,
                on,
            } if hs_code.starts_with(hs_prefix.as_str())
                && (region.is_empty() || region == way.region) =>
            {
                let (name, rate_percent) = (name.as_str(), *rate_percent);
                let tax = Tax {
                    name,
                    rate_percent,
                    on,
                };
                Some((hs_prefix.len(), region.as_str(), tax))
            }
            _ => None,
        })
    }

    /// The threshold of this kind.
    pub fn threshold(&self, way: &Way<'_>, wanted: Limited) -> Option<Found<'_, Threshold>> {
        self.best(way, |rule| match rule {
            Rule::Threshold {
                of,
                origin,
                limit,
                compared,
            } if *of == wanted && is_in(origin, way.from) => {
                let (limit, compared) = (*limit, *compared);
                Some((0, origin.as_str(), Threshold { limit, compared }))
            }
            _ => None,
        })
    }

    /// How the destination counts.
    pub fn destination(&self, way: &Way<'_>) -> Option<Found<'_, (Valuation, Rounding)>> {
        self.best(way, |rule| match rule {
            Rule::Destination { value, rounding } => Some((0, "", (*value, *rounding))),
            _ => None,
        })
    }

    /// The best of the rows that hold here and now. `fits` says how much of the code a row names, which place, and what
    /// it says.
    fn best<'a, T>(
        &'a self,
        way: &Way<'_>,
        fits: impl Fn(&'a Rule) -> Option<(usize, &'a str, T)>,
    ) -> Option<Found<'a, T>> {
        let holds = |row: &Row| covers(&row.destination, way.to) && row.valid_from <= way.on;
        let here = self.entries.iter().filter(|entry| holds(&entry.row));
        let fitting = here.filter_map(|entry| {
            let (digits, place, says) = fits(&entry.row.rule)?;
            let (row, version) = (&entry.row, entry.from.version);
            let is_exact = row.destination == way.to;
            let (is_own, place) = (version > 0, narrowness(place));
            let fit = (is_own, digits, place, is_exact, row.valid_from, version);
            Some((fit, Found { says, entry }))
        });
        fitting
            .max_by(|(a, _), (b, _)| a.cmp(b))
            .map(|(_, found)| found)
    }
}

/// Any place, a union, one country or region.
fn narrowness(place: &str) -> u8 {
    match place {
        "" => 0,
        super::EU => 1,
        _ => 2,
    }
}

/// Whether something from this country is of a place; any place is empty.
fn is_in(place: &str, country: &str) -> bool {
    place.is_empty() || covers(place, country)
}
