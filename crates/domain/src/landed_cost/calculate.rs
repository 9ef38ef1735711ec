//! The calculation. Each line is rounded by itself, to the nearest minor unit with a half upwards unless the
//! destination's row says otherwise, and the totals are the sums of the lines. What is shared out over items (shipping,
//! insurance, discounts) is shared by their value and adds up to the last unit.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::fees::fees;
use super::how::Method;
use super::taxes::taxes;
use super::terms::Terms;
use super::words::{Base, note, told_source};
use super::{Calculation, DeMinimis, EndUse, Line, LineKind, Request};
use crate::cartons::pack;
use crate::ids::ItemId;
use crate::intake_check::check_amount;
use crate::money::{Currency, Money, allocate};
use crate::order::{Amounts, Item};
use crate::rate::ExchangeRate;
use crate::refusal::Refusal;
use crate::tariff::find::{Found, Origin, Tariff, Threshold, Way};
use crate::tariff::{EU, Limited, Rounding, Valuation, covers};

/// What a note begins with that says why goods were not packed.
pub const NOT_PACKED: &str = "not packed: ";

/// What a calculation is given besides what is asked.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The rows that may hold.
    pub tariff: &'a Tariff,
    /// What the request's currency is worth in others; each that [`currencies`] names, as far as it is known.
    pub exchange: &'a [ExchangeRate],
    /// What the organization has set.
    pub terms: &'a Terms,
    /// The day the parcel comes in.
    pub on: Date,
}

/// The currencies other than its own that a request is reckoned with: those of thresholds and fixed fees.
pub fn currencies(request: &Request, tariff: &Tariff, terms: &Terms, on: Date) -> Vec<Currency> {
    let way = way(request, on);
    let found = [Limited::Duty, Limited::Tax, Limited::Sale]
        .into_iter()
        .filter_map(|of| tariff.threshold(&way, of))
        .map(|found| found.says.limit.currency);
    let fees = terms.fees.iter().chain(&terms.guarantee);
    let fixed = fees.filter_map(|fee| fee.fixed.map(|fixed| fixed.currency));
    let all: BTreeSet<Currency> = found.chain(fixed).collect();
    let others = all.into_iter();
    others
        .filter(|currency| *currency != request.currency)
        .collect()
}

/// What is due, from a request that was checked.
///
/// # Errors
/// [`Refusal::Invalid`] where a total is more than the desk keeps.
pub fn calculate(request: &Request, given: Given<'_>) -> Result<Calculation, Refusal> {
    let mut parcel = Parcel::of(request, given);
    let mut lines = parcel.duties();
    let duties: Vec<i64> = lines.iter().map(|line| line.amount_minor).collect();
    lines.extend(taxes(&mut parcel, &duties));
    let mut amounts = Amounts {
        items_minor: request.items.iter().map(value).sum(),
        shipping_minor: request.shipping_minor + request.insurance_minor,
        discounts_minor: request.discounts_minor,
        ..Amounts::default()
    };
    let mut is_guaranteed = false;
    if request.how.method == Method::Dap {
        let to = parcel.way.to;
        parcel.notes.push(format!(
            "not collected with the sale: the recipient owes it on arrival in {to}, so no fee of the organization and no \
             guarantee are in it"
        ));
    } else {
        add(&mut amounts, &lines);
        let (charged, is_held) = fees(&mut parcel, &amounts);
        add(&mut amounts, &charged);
        lines.extend(charged);
        is_guaranteed = is_held;
    }
    for (minor, field) in [
        (amounts.duties_minor, "duties"),
        (amounts.taxes_minor, "taxes"),
        (amounts.fees_minor, "fees"),
        (amounts.total_minor(), "total"),
    ] {
        check_amount(minor, field)?;
    }
    let tables = parcel.tables(&lines);
    let mut notes = parcel.notes;
    notes.extend(tables.iter().map(told_source));
    let packed = pack(&request.items, &request.sizes, &given.terms.packaging);
    if let (Err(why), false) = (&packed, request.sizes.is_empty()) {
        notes.push(format!("{NOT_PACKED}{why}"));
    }
    Ok(Calculation {
        lines,
        de_minimis: parcel.de_minimis,
        amounts,
        notes,
        missing: parcel.missing,
        is_guaranteed,
        cartons: packed.unwrap_or_default(),
    })
}

fn add(amounts: &mut Amounts, lines: &[Line]) {
    for line in lines {
        let subtotal = line.kind.subtotal(amounts);
        *subtotal = subtotal.saturating_add(line.amount_minor);
    }
}

fn value(item: &Item) -> i64 {
    item.unit_price_minor
        .saturating_mul(i64::from(item.quantity))
}

fn way(request: &Request, on: Date) -> Way<'_> {
    Way {
        from: &request.origin.country,
        to: &request.destination.country,
        region: &request.destination.region,
        on,
    }
}

/// A parcel whose shares are made, and what was said of it so far.
pub(super) struct Parcel<'a> {
    pub request: &'a Request,
    pub given: Given<'a>,
    pub way: Way<'a>,
    /// What each item cost after discounts.
    pub goods: Vec<i64>,
    /// Each item's share of shipping.
    pub shipping: Vec<i64>,
    /// Each item's share of insurance.
    pub insurance: Vec<i64>,
    pub rounding: Rounding,
    pub value: Valuation,
    pub de_minimis: Vec<DeMinimis>,
    pub notes: Vec<String>,
    pub missing: Vec<String>,
    /// Whether a rate was chosen among several that may hold.
    pub is_estimate: bool,
}

impl<'a> Parcel<'a> {
    fn of(request: &'a Request, given: Given<'a>) -> Self {
        let way = way(request, given.on);
        let values: Vec<i64> = request.items.iter().map(value).collect();
        let off = allocate(request.discounts_minor, &values);
        let goods: Vec<i64> = values.iter().zip(&off).map(|(of, off)| of - off).collect();
        let mut notes = Vec::new();
        let (value, rounding) = match given.tariff.destination(&way) {
            Some(found) => {
                notes.push(note(found.entry));
                found.says
            }
            None => {
                let place = way.to;
                notes.push(format!(
                    "how {place} values goods is not known: CIF, with shipping and insurance, was assumed"
                ));
                (Valuation::default(), Rounding::default())
            }
        };
        notes.retain(|note| !note.is_empty());
        Self {
            shipping: allocate(request.shipping_minor, &goods),
            insurance: allocate(request.insurance_minor, &goods),
            request,
            given,
            way,
            goods,
            rounding,
            value,
            de_minimis: Vec::new(),
            notes,
            missing: Vec::new(),
            is_estimate: false,
        }
    }

    /// Whether the parcel crosses no customs border.
    pub fn is_inland(&self) -> bool {
        let (from, to) = (self.way.from, self.way.to);
        from == to || (covers(EU, from) && covers(EU, to))
    }

    /// Whether the seller collects the tax with the sale; what decides it is noted.
    pub fn collects_with_sale(&mut self) -> bool {
        if self.request.end_use == EndUse::ForResale || self.request.how.method == Method::Dap {
            return false;
        }
        let Some(found) = self.given.tariff.threshold(&self.way, Limited::Sale) else {
            return false;
        };
        let place = found.entry.row.destination.clone();
        if self.is_above(Limited::Sale, found) {
            return false;
        }
        let registered = &self.given.terms.registered_in;
        let is_registered = registered.iter().any(|own| covers(own, self.way.to));
        self.notes.push(match is_registered {
            true => format!("the tax is collected with the sale, as registered in {place}"),
            false => format!(
                "the organization is not registered to collect the tax of {place} with the sale: what is due at \
                 import was taken"
            ),
        });
        is_registered
    }

    /// Whether the parcel is within a threshold, where one is known.
    pub fn is_below(&mut self, of: Limited) -> bool {
        let found = self.given.tariff.threshold(&self.way, of);
        found.is_some_and(|found| !self.is_above(of, found))
    }

    /// Compares, and tells it. Where the currency's rate is not known the parcel counts as above.
    fn is_above(&mut self, of: Limited, found: Found<'a, Threshold>) -> bool {
        let Threshold { limit, compared } = found.says;
        let base = self.valued(compared, None);
        let Some(value) = self.exchanged(base.minor(), limit.currency) else {
            self.missing.push(format!(
                "the rate from {} to {}, so that no threshold of {limit} was applied",
                self.request.currency, limit.currency
            ));
            return true;
        };
        let is_above = value.minor > limit.minor;
        let relation = if is_above { "is above" } else { "is not above" };
        let same = value.currency == self.request.currency;
        let told = if same {
            base.told(called(compared))
        } else {
            format!("{value}, for {},", base.told(called(compared)))
        };
        self.de_minimis.push(DeMinimis {
            of,
            is_above,
            value,
            limit,
            formula: format!("{told} {relation} {limit}"),
            note: note(found.entry),
            from: found.entry.from.clone(),
        });
        is_above
    }

    /// An amount of the request in another currency; nothing where the rate is not known.
    fn exchanged(&self, minor: i64, to: Currency) -> Option<Money> {
        if to == self.request.currency {
            return Some(Money::new(minor, to));
        }
        self.rate(to).map(|rate| rate.to_base(minor))
    }

    /// The rate of the request's currency to another.
    pub fn rate(&self, to: Currency) -> Option<&'a ExchangeRate> {
        let mut rates = self.given.exchange.iter();
        rates.find(|rate| rate.presentment == self.request.currency && rate.base == to)
    }

    /// The value of one item, or of all.
    pub fn valued(&self, value: Valuation, index: Option<usize>) -> Base {
        let of = |shares: &[i64]| match index {
            Some(index) => shares[index],
            None => shares.iter().sum(),
        };
        let mut parts = vec![("goods", of(&self.goods))];
        if value == Valuation::Cif {
            parts.push(("shipping", of(&self.shipping)));
            parts.push(("insurance", of(&self.insurance)));
        }
        Base::of(self.request.currency, parts)
    }

    /// Each table that an amount or a comparison rests on, once.
    fn tables(&self, lines: &[Line]) -> Vec<Origin> {
        let of_lines = lines.iter().filter_map(|line| line.from.as_ref());
        let of_thresholds = self.de_minimis.iter().map(|one| &one.from);
        let mut tables: Vec<Origin> = Vec::new();
        for from in of_lines.chain(of_thresholds) {
            if !tables.contains(from) {
                tables.push(from.clone());
            }
        }
        tables
    }
}

/// A line on which nothing is due yet.
pub(super) fn blank(kind: LineKind, name: &str, item: Option<&ItemId>, base_minor: i64) -> Line {
    Line {
        kind,
        item: item.cloned(),
        name: name.to_owned(),
        amount_minor: 0,
        rate_percent: None,
        base_minor,
        formula: String::new(),
        note: String::new(),
        from: None,
    }
}

/// What a value is called in a formula.
pub(super) fn called(value: Valuation) -> &'static str {
    match value {
        Valuation::Cif => "CIF value",
        Valuation::Fob => "FOB value",
    }
}
