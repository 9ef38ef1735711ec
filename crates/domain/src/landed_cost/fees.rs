//! The organization's own fees, and the price of its guarantee.

use super::calculate::{Parcel, blank};
use super::terms::{Fee, FeeBase};
use super::words::{Base, formula, share};
use super::{Line, LineKind};
use crate::money::Money;
use crate::order::{Amounts, Item};
use crate::tariff::{Rounding, covers};

/// The fees on a parcel with these goods, duties and taxes, and whether it is guaranteed.
pub(super) fn fees(parcel: &mut Parcel<'_>, amounts: &Amounts) -> (Vec<Line>, bool) {
    let terms = parcel.given.terms;
    let to = parcel.way.to;
    let here = |fee: &&Fee| fee.destination.is_empty() || covers(&fee.destination, to);
    let mut lines = Vec::new();
    let levies = |item: &Item| parcel.request.how.levies_of(&item.id);
    let items = &parcel.request.items;
    let without = items.iter().filter(|item| !levies(item).has_fee()).count();
    let is_whole = items
        .iter()
        .map(levies)
        .all(|of| of.has_duty() && of.has_tax());
    if without == items.len() {
        parcel
            .notes
            .push("no fees: left out of every item, as asked".to_owned());
        return (lines, false);
    }
    if without > 0 {
        let left = "fees are of the whole parcel: that single items leave them out changes nothing";
        parcel.notes.push(left.to_owned());
    }
    for fee in terms.fees.iter().filter(here) {
        lines.extend(line(parcel, fee, fee.kind.line(), amounts));
    }
    if !parcel.request.wants_guarantee {
        return (lines, false);
    }
    let why_not = match &terms.guarantee {
        None => Some("the organization gives none"),
        Some(fee) if !here(&fee) => Some("the organization gives none for this destination"),
        Some(_) if !parcel.missing.is_empty() => Some("not everything that may be due is known"),
        Some(_) if !is_whole => Some("something was left out, as asked"),
        Some(_) if parcel.is_estimate => Some("a rate was chosen among several"),
        Some(_) if parcel.is_inland() => Some("nothing is due at import"),
        Some(fee) => {
            lines.extend(line(parcel, fee, LineKind::Guarantee, amounts));
            // The rate of the price's own currency may be what is not known.
            (!parcel.missing.is_empty()).then_some("its price could not be reckoned")
        }
    };
    if let Some(why) = why_not {
        parcel.notes.push(format!("no guarantee: {why}"));
        lines.retain(|line| line.kind != LineKind::Guarantee);
    }
    (lines, why_not.is_none())
}

/// The line of a fee; none where it is a share of what is due and nothing is.
fn line(parcel: &mut Parcel<'_>, fee: &Fee, kind: LineKind, amounts: &Amounts) -> Option<Line> {
    let due = [
        ("duties", amounts.duties_minor),
        ("taxes", amounts.taxes_minor),
    ];
    let goods = ("goods", amounts.items_minor - amounts.discounts_minor);
    let shipping = ("shipping", amounts.shipping_minor);
    let parts = match fee.of {
        FeeBase::DutiesAndTaxes => due.to_vec(),
        FeeBase::Goods => vec![goods],
        FeeBase::Everything => [vec![goods, shipping], due.to_vec()].concat(),
    };
    let base = Base::of(parcel.request.currency, parts);
    if fee.of == FeeBase::DutiesAndTaxes && base.minor() == 0 {
        return None;
    }
    let mut line = blank(kind, &fee.name, None, base.minor());
    let mut told = Vec::new();
    if !fee.rate_percent.is_zero() {
        line.amount_minor = share(base.minor(), fee.rate_percent, Rounding::HalfUp);
        line.rate_percent = Some(fee.rate_percent);
        told.push(formula(fee.rate_percent, &base.told(""), Rounding::HalfUp));
    }
    if let Some(fixed) = fee.fixed {
        match exchanged(parcel, fixed) {
            Some(own) => {
                line.amount_minor += own.minor;
                let is_same = own.currency == fixed.currency;
                told.push(match is_same {
                    true => fixed.to_string(),
                    false => format!("{fixed} ({own})"),
                });
            }
            None => {
                let own = parcel.request.currency;
                let currency = fixed.currency;
                line.note = format!("{fixed} more could not be reckoned in {own}");
                parcel.missing.push(format!(
                    "the rate from {own} to {currency}, in which the fee \"{}\" is set",
                    fee.name
                ));
            }
        }
    }
    line.formula = told.join(" + ");
    Some(line)
}

/// An amount in the request's currency; nothing where the rate is not known.
fn exchanged(parcel: &Parcel<'_>, fixed: Money) -> Option<Money> {
    if fixed.currency == parcel.request.currency {
        return Some(fixed);
    }
    let rate = parcel.rate(fixed.currency)?;
    Some(rate.to_presentment(fixed.minor))
}
