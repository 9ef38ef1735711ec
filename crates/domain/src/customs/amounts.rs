//! Values and weights: there, likely, and adding up.

use super::{Code, Consignment, Datum, Field, Finding, Line, Severity};

/// Above this a parcel or a thing is asked about: what one person lifts is less, and most services end there.
const HEAVY_G: u32 = 70_000;

/// What a box and its padding weigh without anybody asking.
const PACKING_G: u64 = 500;

/// Looks at quantities, values, the currency and weights.
pub(super) fn check(consignment: &Consignment, found: &mut Vec<Finding>) {
    if consignment.lines.is_empty() {
        let nothing = Finding::new(Severity::Blocks, Code::NothingInside, Field::Quantity);
        found.push(nothing);
    }
    for line in &consignment.lines {
        check_line(consignment, line, found);
    }
    check_total(consignment, found);
    check_weights(consignment, found);
}

fn check_line(consignment: &Consignment, line: &Line, found: &mut Vec<Finding>) {
    let mut push = |severity, code, field| {
        found.push(Finding::new(severity, code, field).of(&line.item));
    };
    if line.quantity == 0 {
        push(Severity::Blocks, Code::QuantityMissing, Field::Quantity);
    }
    // A gift has a value too: customs takes what it would be sold for.
    if line.unit_price_minor <= 0 {
        push(Severity::Blocks, Code::ValueMissing, Field::UnitPrice);
    }
    if line.weight_g == 0 {
        push(Severity::Asks, Code::WeightMissing, Field::Weight);
    } else if line.weight_g > HEAVY_G {
        let heavy = Finding::new(Severity::Asks, Code::WeightAbsurd, Field::Weight);
        found.push(
            heavy
                .of(&line.item)
                .with("weight", grams(line.weight_g.into())),
        );
    }
    let is_comparable = consignment.currency == consignment.paid_in && line.unit_price_minor > 0;
    let is_below = |paid: &i64| is_comparable && line.unit_price_minor < *paid;
    if let Some(paid) = line.paid_minor.filter(is_below) {
        let below = Finding::new(Severity::Asks, Code::ValueBelowPrice, Field::UnitPrice);
        let declared = consignment.declared(line.unit_price_minor);
        found.push(
            below
                .of(&line.item)
                .with("declared", declared)
                .with("paid", consignment.paid(paid)),
        );
    }
}

fn check_total(consignment: &Consignment, found: &mut Vec<Finding>) {
    if consignment.currency != consignment.paid_in {
        let differs = Finding::new(Severity::Blocks, Code::CurrencyDiffers, Field::Currency);
        found.push(
            differs
                .with("declared", consignment.currency.code())
                .with("paid", consignment.paid_in.code()),
        );
    }
    let sum: i128 = consignment.lines.iter().map(Line::value_minor).sum();
    let differs = |declared: &i64| sum != i128::from(*declared);
    if let Some(declared) = consignment.declared_minor.filter(differs) {
        let finding = Finding::new(
            Severity::Blocks,
            Code::ValueDoesNotAddUp,
            Field::DeclaredValue,
        );
        found.push(
            finding
                .with("declared", consignment.declared(declared))
                .with("sum", consignment.declared(consignment.goods_minor())),
        );
    }
}

fn check_weights(consignment: &Consignment, found: &mut Vec<Finding>) {
    let parcel_g = u64::from(consignment.weight_g);
    let weights = consignment.lines.iter().map(Line::weight_of_all_g);
    let items_g = weights.fold(0, u64::saturating_add);
    let new = |severity, code| Finding::new(severity, code, Field::ParcelWeight);
    if parcel_g == 0 {
        found.push(new(Severity::Blocks, Code::ParcelWeightMissing));
        return;
    }
    if consignment.weight_g > HEAVY_G {
        let heavy = new(Severity::Asks, Code::ParcelWeightAbsurd);
        found.push(heavy.with("weight", grams(parcel_g)));
    }
    // Half of it may be box and padding, and so may a little; where an item's weight is not known, nobody can tell.
    let is_known = consignment.lines.iter().all(|line| line.weight_g > 0);
    let told = if items_g > parcel_g {
        new(Severity::Blocks, Code::ParcelLighterThanItems)
    } else if is_known
        && !consignment.lines.is_empty()
        && parcel_g - items_g > items_g.max(PACKING_G)
    {
        new(Severity::Asks, Code::ParcelMuchHeavierThanItems)
    } else {
        return;
    };
    found.push(
        told.with("items", grams(items_g))
            .with("parcel", grams(parcel_g)),
    );
}

fn grams(weight_g: u64) -> Datum {
    Datum::Weight { weight_g }
}
