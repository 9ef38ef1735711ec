//! Taxes: a line for each item, and one on shipping for each rate. Shipping follows the goods: each item's share of it
//! is taxed as the item is, where the destination taxes shipping at all.

use super::calculate::{Parcel, blank};
use super::words::{Base, formula, joined, note, share};
use super::{Line, LineKind};
use crate::order::Item;
use crate::tariff::find::{Found, Tax};
use crate::tariff::{Limited, TaxedToo};

/// How the parcel is taxed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    /// At import, on the duty too where the destination does.
    AtImport,
    /// With the sale, which knows no duty.
    WithSale,
    /// Not at all.
    Exempt,
}

/// Every tax on a parcel with these duties on its items.
pub(super) fn taxes<'a>(parcel: &mut Parcel<'a>, duties: &[i64]) -> Vec<Line> {
    if parcel.is_inland() {
        return Vec::new();
    }
    let when = if parcel.collects_with_sale() {
        When::WithSale
    } else if parcel.is_below(Limited::Tax) {
        When::Exempt
    } else {
        When::AtImport
    };
    let request = parcel.request;
    let mut lines = Vec::new();
    let mut shipped: Vec<(Found<'a, Tax<'a>>, i64)> = Vec::new();
    for (index, (item, duty_minor)) in request.items.iter().zip(duties).enumerate() {
        let found = parcel.given.tariff.tax(&parcel.way, &item.declared.hs_code);
        let Some(found) = found else {
            // What is left out need not be known.
            if !request.how.levies_of(&item.id).has_tax() {
                continue;
            }
            lines.push(unknown(parcel, index, item));
            continue;
        };
        lines.push(on_item(parcel, index, *duty_minor, when, found));
        let share = parcel.shipping[index];
        if !request.how.levies_of(&item.id).has_tax() {
            continue;
        }
        if when == When::Exempt || share == 0 || !found.says.on.contains(&TaxedToo::Shipping) {
            continue;
        }
        match shipped
            .iter_mut()
            .find(|(known, _)| std::ptr::eq(known.entry, found.entry))
        {
            Some((_, sum)) => *sum += share,
            None => shipped.push((found, share)),
        }
    }
    let on_shipping = shipped
        .into_iter()
        .map(|(found, minor)| shipping(parcel, found, minor));
    lines.extend(on_shipping);
    lines
}

fn unknown(parcel: &mut Parcel<'_>, index: usize, item: &Item) -> Line {
    let to = parcel.way.to;
    let mut line = blank(LineKind::Tax, "Tax", Some(&item.id), parcel.goods[index]);
    "no tax rate known".clone_into(&mut line.formula);
    line.note = format!("no tax rate for {to} is known: none was counted");
    let missing = format!("a tax rate for {to}");
    if !parcel.missing.contains(&missing) {
        parcel.missing.push(missing);
    }
    line
}

fn on_item(
    parcel: &Parcel<'_>,
    index: usize,
    duty_minor: i64,
    when: When,
    found: Found<'_, Tax<'_>>,
) -> Line {
    let item = &parcel.request.items[index];
    let is_on = |what| found.says.on.contains(&what);
    let also = |what, minor: i64| if is_on(what) { minor } else { 0 };
    let duty_minor = match when {
        When::AtImport => also(TaxedToo::Duty, duty_minor),
        When::WithSale | When::Exempt => 0,
    };
    let base = Base::of(
        parcel.request.currency,
        [
            ("goods", parcel.goods[index]),
            (
                "insurance",
                also(TaxedToo::Insurance, parcel.insurance[index]),
            ),
            ("duty", duty_minor),
        ],
    );
    let mut line = blank(LineKind::Tax, found.says.name, Some(&item.id), base.minor());
    if !parcel.request.how.levies_of(&item.id).has_tax() {
        "no tax: left out of this item, as asked".clone_into(&mut line.formula);
        return line;
    }
    if when == When::Exempt {
        "no tax up to the threshold".clone_into(&mut line.formula);
        return line;
    }
    taxed(parcel, &mut line, found, &base);
    let with_sale = match when {
        When::WithSale => "collected with the sale".to_owned(),
        When::AtImport | When::Exempt => String::new(),
    };
    line.note = joined([with_sale, note(found.entry)]);
    line
}

fn shipping(parcel: &Parcel<'_>, found: Found<'_, Tax<'_>>, minor: i64) -> Line {
    let base = Base::of(parcel.request.currency, [("shipping", minor)]);
    let name = format!("{} on shipping", found.says.name);
    let mut line = blank(LineKind::ShippingTax, &name, None, minor);
    taxed(parcel, &mut line, found, &base);
    line
}

fn taxed(parcel: &Parcel<'_>, line: &mut Line, found: Found<'_, Tax<'_>>, base: &Base) {
    let rate_percent = found.says.rate_percent;
    line.amount_minor = share(base.minor(), rate_percent, parcel.rounding);
    line.rate_percent = Some(rate_percent);
    line.formula = formula(rate_percent, &base.told(""), parcel.rounding);
    line.from = Some(found.entry.from.clone());
}
