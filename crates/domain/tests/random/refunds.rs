//! Many partial refunds, typed in either currency, by item and by part, in any order, end at exactly zero left (R6).

use domain::money::prorate;
use domain::order::Order;
use domain::parts::Parts;
use domain::refund::{parts_for_items, parts_from_base};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::orders::{Start, start};
use crate::support;

/// One refund as a person types it: how, and which percentage of what each part shows.
type Typed = (u8, [u8; 3]);

fn percentages() -> impl Strategy<Value = Typed> {
    (0..4_u8, [0..=100_u8, 0..=100_u8, 0..=100_u8])
}

#[test]
fn r6_partial_refunds_typed_in_any_way_end_at_exactly_zero() {
    let lives = (start(), vec(percentages(), 0..12), any::<bool>());
    crate::each(600, lives, |(start, typed, ends_in_base)| {
        let Some(mut order) = paid(start) else {
            return Ok(());
        };
        for (index, typed) in typed.iter().enumerate() {
            order = refunded(&order, index, parts_of(&order, *typed))?;
        }
        // The last one is all that the form shows.
        let left = order.left();
        let last = match ends_in_base {
            true => parts_from_base(&order, base(&order, left)),
            false => left,
        };
        order = refunded(&order, 99, last)?;
        let (returned, captured) = (order.returned_minor(), order.captured_minor());
        match order.left() == Parts::default() && returned == captured {
            true => Ok(()),
            false => Err(format!("{:?} is left of {captured}", order.left())),
        }
    });
}

#[test]
fn r4_refunding_every_item_in_any_order_ends_at_exactly_the_goods() {
    let picks = vec((0..4_usize, 1..4_u32), 0..20);
    crate::each(400, (start(), picks), |(start, picks)| {
        let Some(mut order) = paid(start) else {
            return Ok(());
        };
        let whole = order.paid();
        let all = (0..order.items.len()).map(|index| (index, u32::MAX));
        for (step, (pick, count)) in picks.into_iter().chain(all).enumerate() {
            let Some(item) = order.items.get(pick) else {
                continue;
            };
            let refunded_before = domain::refund::refunded_quantity(&order, &item.id);
            let items = vec![(item.id.clone(), count.min(item.quantity - refunded_before))];
            let parts = parts_for_items(&order, &items);
            let mut request = support::refund_request(&format!("refund_{step}"), parts);
            request.items = items;
            if parts.total_minor() > 0 {
                let asked = support::run(&order, domain::command::Command::Refund(request));
                order = settled(&asked);
            }
        }
        let left = order.left();
        // Items that cost nothing carry no goods; then the first one stands for all, and it was refunded too.
        let is_done = left.item_minor == 0 && left.duty_tax_fee_minor == 0;
        match is_done || whole.total_minor() == 0 {
            true => Ok(()),
            false => Err(format!("{left:?} is left of {whole:?}")),
        }
    });
}

/// The order with all its payments taken; none where there is nothing to take.
fn paid(start: Start) -> Option<Order> {
    let mut order = support::taken(start.new);
    order.fees = start.placement.fees;
    for payment in order.payments.clone() {
        order = support::captured(&order, payment.id.as_str(), payment.amount_minor);
    }
    (order.captured_minor() > 0).then_some(order)
}

fn base(order: &Order, parts: Parts) -> Parts {
    Parts::from_array(
        parts
            .to_array()
            .map(|minor| order.rate.to_base(minor).minor),
    )
}

fn parts_of(order: &Order, (how, percentages): Typed) -> Parts {
    let share = |whole: Parts| {
        let whole = whole.to_array();
        Parts::from_array(std::array::from_fn(|part| {
            prorate(whole[part], i64::from(percentages[part]), 100)
        }))
    };
    let left = order.left();
    match how {
        0 => share(left),
        1 => parts_from_base(order, share(base(order, left))),
        2 => parts_for_items(order, &[(order.items[0].id.clone(), 1)]),
        _ => Parts {
            shipping_minor: 0,
            ..share(left)
        },
    }
}

/// Asks for a refund and lets it succeed; nothing is asked for where nothing was typed.
fn refunded(order: &Order, index: usize, parts: Parts) -> Result<Order, String> {
    if parts.total_minor() == 0 {
        return Ok(order.clone());
    }
    let command = support::refund(&format!("refund_{index}"), parts);
    let decision = support::try_run(order, &command, &support::admin());
    let asked = decision.map_err(|refusal| format!("{parts:?}: {refusal}"))?;
    Ok(settled(&asked.order))
}

fn settled(order: &Order) -> Order {
    let open = order
        .refunds
        .iter()
        .filter(|refund| refund.reference.is_empty());
    let open: Vec<_> = open.map(|refund| refund.id.to_string()).collect();
    open.iter()
        .fold(order.clone(), |order, id| support::succeeded(&order, id))
}
