//! Taking orders in: the first fault is named by its field (O3), modes are kept apart (O5).

use domain::command::Context;
use domain::fees::FeeTerms;
use domain::intake::{NewOrder, Placement, take};
use domain::order::{Mode, OrderStatus, Source, Sync};
use domain::payment::PaymentState;
use domain::refusal::Refusal;

use crate::support::*;

fn try_take(new: NewOrder, placement: Placement) -> Result<domain::order::Order, Refusal> {
    let actor = admin();
    let at = at(0);
    take(new, placement, &Context::of(&actor, at)).map(|decision| decision.order)
}

fn new() -> NewOrder {
    new_order(Source::Checkout, usd())
}

#[test]
fn o5_an_order_keeps_the_mode_it_was_taken_in_with() {
    for mode in [Mode::Live, Mode::Test] {
        let placement = Placement {
            mode,
            ..placement()
        };
        assert_eq!(try_take(new(), placement).unwrap().mode, mode);
    }
}

#[test]
fn an_order_starts_with_its_first_event_and_its_natural_status() {
    let order = taken(new());
    assert_eq!(
        (order.version, order.status),
        (1, OrderStatus::PaymentPending)
    );
    assert_eq!(order.transitions.len(), 1);
    assert_eq!(order.sync, Sync::InStep);
    assert_eq!(order.bill_to, order.ship_to);
    assert_eq!(
        taken(new_order(Source::Api, usd())).sync,
        Sync::NotConnected
    );
    assert_eq!(duty_and_tax_order(true).status, OrderStatus::Open);
}

#[test]
fn texts_are_trimmed_and_codes_are_in_capitals() {
    let mut new = new();
    new.number = Some(" 1001 ".to_owned());
    new.items[0].name = " mug ".to_owned();
    new.ship_to.country = "jp".to_owned();
    new.items[0].declared.hs_code = "6911.10".to_owned();
    let order = taken(new);
    assert_eq!(order.number.as_deref(), Some("1001"));
    assert_eq!(order.items[0].name, "mug");
    assert_eq!(order.ship_to.country, "JP");
    assert_eq!(order.items[0].declared.hs_code, "691110");
}

#[test]
#[allow(clippy::too_many_lines, reason = "a table of faults")]
fn a_fault_is_refused_by_the_name_of_its_field() {
    type Change = fn(&mut NewOrder);
    let cases: [(Change, &str); 27] = [
        (|new| new.number = Some(" ".to_owned()), "number"),
        (|new| new.placed_at = jiff::Timestamp::MIN, "placed_at"),
        (|new| new.placed_at = jiff::Timestamp::MAX, "placed_at"),
        (|new| new.rate.rate = "0".parse().unwrap(), "rate"),
        (|new| new.rate.rate = "1.1".parse().unwrap(), "rate"),
        (|new| new.language = "not a tag".to_owned(), "language"),
        (|new| new.ship_to.country.clear(), "ship_to.country"),
        (
            |new| {
                new.bill_to = Some(domain::address::Address {
                    country: "XX".to_owned(),
                    ..address()
                })
            },
            "bill_to.country",
        ),
        (|new| new.items.clear(), "items"),
        (|new| new.items = vec![item("mug", 1, 1); 501], "items"),
        (|new| new.items[1].id = "mug".into(), "items[1].id"),
        (|new| new.items[0].name.clear(), "items[0].name"),
        (|new| new.items[0].name = "x".repeat(501), "items[0].name"),
        (|new| new.items[0].sku = "a\0".to_owned(), "items[0].sku"),
        (|new| new.items[0].quantity = 0, "items[0].quantity"),
        (|new| new.items[0].quantity = u32::MAX, "items[0].quantity"),
        (
            |new| new.items[0].unit_price_minor = i64::MIN,
            "items[0].unit_price",
        ),
        (|new| new.items[0].removed = 1, "items[0].removed"),
        (|new| new.amounts.items_minor += 1, "amounts.items"),
        (|new| new.amounts.duties_minor = i64::MAX, "amounts.duties"),
        (
            |new| new.amounts.variance_minor = i64::MIN,
            "amounts.variance",
        ),
        (|new| new.amounts.discounts_minor = 13_201, "amounts.total"),
        (|new| new.payments[0].amount_minor = 0, "payments[0].amount"),
        (
            |new| new.payments[0].id.0 = " ".to_owned(),
            "payments[0].id",
        ),
        (
            |new| new.payments[0].reference = "a\0b".to_owned(),
            "payments[0].reference",
        ),
        (
            |new| new.payments[0].state = PaymentState::Captured,
            "payments[0].state",
        ),
        (
            |new| new.tags = (0..51).map(|tag| tag.to_string()).collect(),
            "tags",
        ),
    ];
    for (index, (change, field)) in cases.into_iter().enumerate() {
        let mut new = new();
        change(&mut new);
        let refusal = try_take(new, placement()).unwrap_err();
        assert_eq!(
            (refusal.code(), refusal.field()),
            ("invalid".to_owned(), Some(field)),
            "case {index}"
        );
    }
}

#[test]
fn payments_are_few_enough_to_add_up_and_the_shops_own_bring_none() {
    let mut many = new();
    many.payments = (0..51)
        .map(|index| payment(&format!("payment_{index}"), 1))
        .collect();
    assert_eq!(
        try_take(many, placement()).unwrap_err().field(),
        Some("payments")
    );
    let mut twice = new();
    twice.payments.push(payment("payment_1", 1));
    assert_eq!(
        try_take(twice, placement()).unwrap_err().field(),
        Some("payments[1].id")
    );
    let mut plugin = new_order(Source::DutyAndTax, usd());
    plugin.payments = vec![payment("payment_1", 1)];
    assert_eq!(
        try_take(plugin, placement()).unwrap_err().field(),
        Some("payments")
    );
}

#[test]
fn fees_are_at_most_the_whole() {
    for (total_bp, returned_bp, field) in [
        (10_001, 0, "fees.total"),
        (u32::MAX, u32::MAX, "fees.total"),
        (600, 601, "fees.returned"),
    ] {
        let fees = FeeTerms {
            total_bp,
            returned_bp,
        };
        let placement = Placement {
            fees,
            ..placement()
        };
        assert_eq!(try_take(new(), placement).unwrap_err().field(), Some(field));
    }
}
