//! Random parcels: what a landed cost and a packed parcel keep, whatever is in them.

use domain::cartons::{BoxKind, Carton, Packaging, Size, pack};
use domain::landed_cost::terms::{Fee, Terms};
use domain::landed_cost::{Calculation, LineKind, Request};
use domain::order::Item;
use domain::tariff::{Limited, Row, TaxedToo};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::each;
use crate::support::landed::*;

/// A parcel to a destination that taxes all, with rates of its own.
#[derive(Clone, Debug)]
struct Parcel {
    request: Request,
    duty_hundredths: u32,
    tax_hundredths: u32,
    threshold_minor: i64,
}

fn parcel() -> impl Strategy<Value = Parcel> {
    let item = (1..20_u32, 0..2_000_000_i64);
    let amounts = (0..100_000_i64, 0..10_000_i64, 0..=100_i64);
    let rates = (0..30_000_u32, 0..30_000_u32, 0..10_000_000_i64);
    (vec(item, 1..6), amounts, rates).prop_map(|(items, amounts, rates)| {
        let mut request = request("DE");
        let goods = items.iter().enumerate().map(|(index, (quantity, price))| {
            goods(&index.to_string(), *quantity, *price, "610910", "CN")
        });
        request.items = goods.collect();
        let value: i64 = items.iter().map(|(n, price)| i64::from(*n) * price).sum();
        (request.shipping_minor, request.insurance_minor) = (amounts.0, amounts.1);
        request.discounts_minor = value / 100 * amounts.2;
        Parcel {
            request,
            duty_hundredths: rates.0,
            tax_hundredths: rates.1,
            threshold_minor: rates.2,
        }
    })
}

impl Parcel {
    fn calculated(&self, request: &Request) -> Calculation {
        let percent = |hundredths: u32| format!("{}.{:02}", hundredths / 100, hundredths % 100);
        let all = [TaxedToo::Shipping, TaxedToo::Insurance, TaxedToo::Duty];
        let rows: Vec<Row> = vec![
            duty("EU", "", "", &percent(self.duty_hundredths)),
            tax("DE", "", &percent(self.tax_hundredths), &all),
            threshold("EU", Limited::Duty, self.threshold_minor, "EUR"),
            threshold("EU", Limited::Tax, self.threshold_minor / 2, "EUR"),
        ];
        let mut terms = Terms::default();
        let fee = r#"{"name": "Fee", "rate_percent": "2.5"}"#;
        let fee: Fee = serde_json::from_str(fee).unwrap();
        terms.fees.push(fee);
        try_calculated(request, rows, &terms, &[]).unwrap()
    }
}

fn check(is_so: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if is_so { Ok(()) } else { Err(what()) }
}

#[test]
fn lines_add_up_to_the_subtotals_and_nothing_is_negative() {
    each(600, parcel(), |parcel| {
        let told = parcel.calculated(&parcel.request);
        let sum = |kinds: &[LineKind]| -> i64 {
            let lines = told.lines.iter().filter(|line| kinds.contains(&line.kind));
            lines.map(|line| line.amount_minor).sum()
        };
        let amounts = told.amounts;
        let sums = (
            sum(&[LineKind::Duty]),
            sum(&[LineKind::Tax, LineKind::ShippingTax]),
            sum(&[LineKind::OtherFee]),
        );
        let subtotals = (
            amounts.duties_minor,
            amounts.taxes_minor,
            amounts.fees_minor,
        );
        check(sums == subtotals, || format!("{sums:?} {subtotals:?}"))?;
        let negative = told
            .lines
            .iter()
            .find(|line| line.amount_minor < 0 || line.base_minor < 0);
        check(negative.is_none(), || format!("{negative:?}"))?;
        check(amounts.parts().item_minor >= 0, || format!("{amounts:?}"))?;
        let request = &parcel.request;
        let of_duty = told.lines.iter().filter(|line| line.kind == LineKind::Duty);
        let bases: i64 = of_duty.map(|line| line.base_minor).sum();
        let cif = amounts.items_minor - request.discounts_minor + amounts.shipping_minor;
        check(bases == cif, || format!("bases {bases} of {cif}"))
    });
}

#[test]
fn a_line_is_its_rate_of_its_base_to_the_nearest_unit() {
    each(600, parcel(), |parcel| {
        let told = parcel.calculated(&parcel.request);
        for line in told.lines.iter().filter(|line| line.rate_percent.is_some()) {
            let exact = rust_decimal::Decimal::from(line.base_minor) * line.rate_percent.unwrap()
                / rust_decimal::Decimal::ONE_HUNDRED;
            let off = (rust_decimal::Decimal::from(line.amount_minor) - exact).abs();
            let half = percent("0.5");
            check(off <= half, || format!("{line:?} is not {exact}"))?;
        }
        Ok(())
    });
}

#[test]
fn ten_parcels_in_one_are_ten_times_due_but_for_rounding() {
    each(300, parcel(), |mut parcel| {
        parcel.threshold_minor = 0;
        let one = parcel.calculated(&parcel.request).amounts;
        let mut ten = parcel.request.clone();
        for item in &mut ten.items {
            item.quantity *= 10;
        }
        ten.shipping_minor *= 10;
        ten.insurance_minor *= 10;
        ten.discounts_minor *= 10;
        let ten = parcel.calculated(&ten).amounts;
        // Six items' lines are half a unit off at most, and their shares of shipping, insurance and discounts one each.
        let duty_bound = 10 * 6 * (1 + 3 * i64::from(parcel.duty_hundredths) / 10_000 + 3);
        let off = (ten.duties_minor - 10 * one.duties_minor).abs();
        check(off <= duty_bound, || format!("{off} above {duty_bound}"))
    });
}

#[test]
fn a_dearer_parcel_is_never_due_less() {
    each(600, (parcel(), 0..1_000_000_i64), |(mut parcel, more)| {
        parcel.request.items.truncate(1);
        parcel.request.discounts_minor = 0;
        let before = parcel.calculated(&parcel.request).amounts;
        let mut dearer = parcel.request.clone();
        dearer.items[0].unit_price_minor += more;
        let after = parcel.calculated(&dearer).amounts;
        let grew = after.duties_minor >= before.duties_minor
            && after.taxes_minor >= before.taxes_minor
            && after.fees_minor >= before.fees_minor;
        check(grew, || format!("{before:?} {after:?}"))
    });
}

/// Things to pack, and boxes for them.
fn load() -> impl Strategy<Value = (Vec<(u32, Size, u32)>, Packaging)> {
    let size = || {
        (1..500_u32, 1..500_u32, 1..500_u32).prop_map(|(length_mm, width_mm, height_mm)| Size {
            length_mm,
            width_mm,
            height_mm,
        })
    };
    let kind = (size(), 1..20_000_u32, 0..500_u32).prop_map(|(size, more, own_weight_g)| BoxKind {
        name: String::new(),
        size,
        max_weight_g: own_weight_g + more,
        own_weight_g,
    });
    let things = vec((1..12_u32, size(), 0..3_000_u32), 1..8);
    (things, vec(kind, 1..5)).prop_map(|(things, mut boxes)| {
        for (index, kind) in boxes.iter_mut().enumerate() {
            kind.name = index.to_string();
        }
        let packaging = Packaging {
            boxes,
            ..Packaging::default()
        };
        (things, packaging)
    })
}

#[test]
fn every_thing_is_in_one_carton_and_no_box_is_too_full_or_too_heavy() {
    each(1_000, load(), |(things, packaging)| {
        let items: Vec<Item> = things
            .iter()
            .enumerate()
            .map(|(index, (quantity, _, weight_g))| Item {
                weight_g: *weight_g,
                ..goods(&index.to_string(), *quantity, 1, "", "")
            })
            .collect();
        let sizes = items.iter().zip(&things);
        let sizes = sizes
            .map(|(item, thing)| (item.id.clone(), thing.1))
            .collect();
        let cartons = pack(&items, &sizes, &packaging).map_err(|why| why.to_string())?;
        check(
            pack(&items, &sizes, &packaging).as_ref() == Ok(&cartons),
            || "packed otherwise".to_owned(),
        )?;
        for item in &items {
            let of_item = |carton: &Carton| -> u32 {
                let own = carton.items.iter().filter(|(id, _)| *id == item.id);
                own.map(|(_, count)| count).sum()
            };
            let count: u32 = cartons.iter().map(of_item).sum();
            check(count == item.quantity, || format!("{count} of {item:?}"))?;
        }
        for carton in &cartons {
            let contents = carton.items.iter().map(|(id, count)| {
                let index = items.iter().position(|item| item.id == *id).unwrap();
                (things[index], u64::from(*count))
            });
            let (mut volume_mm3, mut weight_g) = (0, 0);
            for ((_, size, each_g), count) in contents {
                volume_mm3 += size.volume_mm3() * count;
                weight_g += u64::from(each_g) * count;
            }
            check(volume_mm3 <= carton.size.volume_mm3(), || {
                format!("too full: {carton:?}")
            })?;
            let kind = packaging
                .boxes
                .iter()
                .find(|kind| Some(&kind.name) == carton.kind.as_ref());
            let (own_g, most_g) =
                kind.map_or((0, u32::MAX), |kind| (kind.own_weight_g, kind.max_weight_g));
            let whole = weight_g + u64::from(own_g);
            check(whole == u64::from(carton.physical_g), || {
                format!("{whole} {carton:?}")
            })?;
            check(carton.physical_g <= most_g, || {
                format!("too heavy: {carton:?}")
            })?;
        }
        Ok(())
    });
}
