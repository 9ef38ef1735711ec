//! Asking for refunds: R1 to R7, and what is typed.

use domain::cancel::is_better_canceled;
use domain::command::Command;
use domain::money::Money;
use domain::order::{Order, Source};
use domain::parts::{Part, Parts};
use domain::payment_settle::PaymentFact;
use domain::refund::{
    RefundReason, RefundState, parts_for_items, parts_from_base, refunded_quantity,
};
use domain::refusal::{Problem, Refusal};

use crate::support::*;

#[test]
fn r1_only_what_was_processed_here_is_refunded_here() {
    let of_api = taken(new_order(Source::Api, usd()));
    for order in [
        &duty_and_tax_order(true),
        &duty_and_tax_order(false),
        &of_api,
    ] {
        let command = refund("refund_1", parts(1, 0, 0));
        assert_eq!(refusal(order, command), Refusal::PaidElsewhere);
    }
    let mut new = new_order(Source::Api, usd());
    new.payments = vec![payment("payment_1", 12_000)];
    let paid_here = captured(&taken(new), "payment_1", 12_000);
    assert_eq!(
        run(&paid_here, refund("refund_1", parts(1, 0, 0)))
            .refunds
            .len(),
        1
    );
}

#[test]
fn r1_nothing_is_refunded_that_was_not_captured() {
    for order in [pending_order(usd()), authorized_order(usd())] {
        let command = refund("refund_1", parts(1, 0, 0));
        assert_eq!(refusal(&order, command), Refusal::NothingCaptured);
    }
}

#[test]
fn r3_a_part_is_refunded_without_cancelling_and_a_full_refund_offers_cancelling() {
    let order = checkout_order(usd());
    assert!(is_better_canceled(&order, parts(8_800, 1_000, 2_200)));
    assert!(!is_better_canceled(&order, parts(8_799, 1_000, 2_200)));
    let shipped = run(&order, add_tracking("shipment_1", "RR1", &[("mug", 1)]));
    assert!(!is_better_canceled(&shipped, parts(8_800, 1_000, 2_200)));
    let partly = run(&order, refund("refund_1", parts(1_000, 0, 0)));
    assert_eq!(partly.status, order.status);
    assert_eq!(partly.left(), parts(7_800, 1_000, 2_200));
}

#[test]
fn r4_every_part_has_its_own_ceiling_and_pending_refunds_count() {
    let order = run(
        &checkout_order(usd()),
        refund("refund_1", parts(8_000, 400, 200)),
    );
    let money = |minor| Money::new(minor, usd());
    for (asked, part, too_much, left) in [
        (parts(801, 0, 0), Part::Item, 801, 800),
        (parts(0, 601, 0), Part::Shipping, 601, 600),
        (parts(0, 0, 2_001), Part::DutyTaxFee, 2_001, 2_000),
        (
            parts(i64::MAX, i64::MAX, i64::MAX),
            Part::Item,
            i64::MAX,
            800,
        ),
    ] {
        let expected = Refusal::ExceedsPart {
            part,
            asked: money(too_much),
            left: money(left),
        };
        assert_eq!(refusal(&order, refund("refund_2", asked)), expected);
    }
    for (asked, field, problem) in [
        (parts(-1, 5, 0), "item", Problem::Negative),
        (parts(0, 0, i64::MIN), "duty_tax_fee", Problem::Negative),
        (Parts::default(), "amount", Problem::NotPositive),
    ] {
        let expected = Refusal::invalid(field, problem);
        assert_eq!(refusal(&order, refund("refund_2", asked)), expected);
    }
    let full = run(&order, refund("refund_2", parts(800, 600, 2_000)));
    let more = refund("refund_3", parts(1, 0, 0));
    assert_eq!(refusal(&full, more), Refusal::NothingLeft);
}

#[test]
fn r4_a_discount_larger_than_the_goods_takes_from_shipping_then_from_duties() {
    for (discounts, expected) in [
        (10_000, parts(0, 1_000, 2_200)),
        (10_400, parts(0, 600, 2_200)),
        (11_700, parts(0, 0, 1_500)),
        (13_200, parts(0, 0, 0)),
    ] {
        let mut new = new_order(Source::Checkout, usd());
        new.amounts.discounts_minor = discounts;
        assert_eq!(taken(new).amounts.parts(), expected, "{discounts}");
    }
}

#[test]
fn r4_a_capture_in_several_steps_only_ever_raises_a_ceiling() {
    let mut order = authorized_order(usd());
    for (total, expected) in [
        (5_000, parts(5_000, 0, 0)),
        (9_000, parts(8_800, 200, 0)),
        (11_000, parts(8_800, 1_000, 1_200)),
        (12_500, parts(9_300, 1_000, 2_200)),
    ] {
        order = captured(&order, "payment_1", total);
        assert_eq!(order.left(), expected, "{total}");
    }
}

#[test]
fn r4_items_and_quantities_fill_the_parts_in() {
    let order = checkout_order(usd());
    for (items, expected) in [
        (&[("mug", 1)][..], parts(1_760, 0, 440)),
        (&[("mug", 2)], parts(3_520, 0, 880)),
        (&[("plate", 1)], parts(5_280, 0, 1_320)),
        (&[("mug", 2), ("plate", 1)], parts(8_800, 0, 2_200)),
        (
            &[("mug", u32::MAX), ("mug", u32::MAX)],
            parts(3_520, 0, 880),
        ),
        (&[("unknown", 3)], Parts::default()),
    ] {
        assert_eq!(
            parts_for_items(&order, &quantities(items)),
            expected,
            "{items:?}"
        );
    }
}

fn refund_items(order: &Order, id: &str, items: &[(&str, u32)]) -> Command {
    let items = quantities(items);
    let mut request = refund_request(id, parts_for_items(order, &items));
    request.items = items;
    Command::Refund(request)
}

#[test]
fn r4_a_quantity_is_refunded_once() {
    let order = checkout_order(usd());
    let order = run(&order, refund_items(&order, "refund_1", &[("mug", 2)]));
    assert_eq!(refunded_quantity(&order, &"mug".into()), 2);
    let with = |items: &[(&str, u32)]| {
        let mut request = refund_request("refund_2", parts(1, 0, 0));
        request.items = quantities(items);
        Command::Refund(request)
    };
    let exceeds = Refusal::QuantityExceeds {
        item: "mug".into(),
        asked: 1,
        left: 0,
    };
    assert_eq!(refusal(&order, with(&[("mug", 1)])), exceeds);
    let twice = Refusal::invalid(
        "items",
        Problem::Twice {
            given: "plate".to_owned(),
        },
    );
    assert_eq!(refusal(&order, with(&[("plate", 1), ("plate", 1)])), twice);
    let unknown = Refusal::ItemNotFound { item: "cup".into() };
    assert_eq!(refusal(&order, with(&[("cup", 1)])), unknown);
}

#[test]
fn r5_a_reason_is_required_and_another_one_has_a_text() {
    let order = checkout_order(usd());
    let with = |reason| {
        let mut request = refund_request("refund_1", parts(1, 0, 0));
        request.reason = reason;
        Command::Refund(request)
    };
    for reason in [
        RefundReason::Duplicate,
        RefundReason::Fraudulent,
        RefundReason::OrderChange,
        RefundReason::ProductUnsatisfactory,
        RefundReason::Other("broken".to_owned()),
    ] {
        let asked = run(&order, with(reason.clone()));
        assert_eq!(asked.refunds[0].reason, reason);
    }
    let missing = Refusal::invalid("reason", Problem::Missing);
    assert_eq!(
        refusal(&order, with(RefundReason::Other(" ".to_owned()))),
        missing
    );
}

#[test]
fn r6_all_that_is_shown_in_base_is_exactly_all_that_is_left() {
    for code in ["USD", "JPY", "KWD", "EUR", "VND", "CLF"] {
        let order = checkout_order(currency(code));
        let shown = order
            .left()
            .to_array()
            .map(|minor| order.rate.to_base(minor).minor);
        let meant = parts_from_base(&order, Parts::from_array(shown));
        assert_eq!(meant, order.left(), "{code}");
    }
}

#[test]
fn r6_a_part_typed_as_zero_returns_nothing_of_it() {
    // One hundred dong are less than half a cent, so that zero is what the form shows of them.
    let mut new = new_order(Source::Checkout, currency("VND"));
    new.amounts.shipping_minor = 100;
    let order = captured(&taken(new), "payment_1", 11_100);
    assert_eq!(order.rate.to_base(100).minor, 0);
    let typed = parts_from_base(&order, parts(10, 0, 0));
    assert_eq!(typed, parts(2_500, 0, 0));
    let all = order
        .left()
        .to_array()
        .map(|minor| order.rate.to_base(minor).minor);
    assert_eq!(
        parts_from_base(&order, Parts::from_array(all)),
        order.left()
    );
}

#[test]
fn r6_a_hostile_amount_in_base_is_refused_and_never_turns_into_a_refund() {
    let order = checkout_order(currency("JPY"));
    for (typed, refused) in [
        (i64::MIN, Problem::Negative),
        (i64::MIN + 1, Problem::Negative),
        (-1, Problem::Negative),
    ] {
        let asked = parts_from_base(&order, parts(typed, 0, 0));
        let expected = Refusal::invalid("item", refused);
        assert_eq!(
            refusal(&order, refund("refund_1", asked)),
            expected,
            "{typed}"
        );
    }
    // 8,800 yen are 58.96 dollars, so everything beyond is more than is left.
    for typed in [5_897, i64::MAX] {
        let asked = parts_from_base(&order, parts(typed, 0, 0));
        assert_eq!(
            refusal(&order, refund("refund_1", asked)).code(),
            "exceeds_part"
        );
    }
}

#[test]
fn r10_regression_1_a_repetition_is_known_by_its_identifier() {
    let order = checkout_order(usd());
    let asked = run(&order, refund("refund_1", parts(1_000, 0, 0)));
    assert_eq!(
        events(&asked, refund("refund_1", parts(1_000, 0, 0))),
        [""; 0]
    );
    let differs = Refusal::RefundDiffers {
        refund: "refund_1".into(),
    };
    assert_eq!(
        refusal(&asked, refund("refund_1", parts(1_001, 0, 0))),
        differs
    );
    // Also after everything is refunded, when a new one would be refused.
    let full = run(&asked, refund("refund_2", asked.returnable()));
    assert_eq!(
        events(&full, refund("refund_1", parts(1_000, 0, 0))),
        [""; 0]
    );
}

#[test]
fn r10_regression_11_two_equal_refunds_are_two() {
    let order = checkout_order(usd());
    let order = run(&order, refund("refund_1", parts(1_000, 0, 0)));
    let order = run(&order, refund("refund_2", parts(1_000, 0, 0)));
    assert_eq!(order.left().item_minor, 6_800);
}

#[test]
fn r10_regression_13_a_refund_that_is_asked_for_is_not_money_returned() {
    let order = run(
        &checkout_order(usd()),
        refund("refund_1", parts(8_800, 1_000, 2_200)),
    );
    assert_eq!(order.refunds[0].state, RefundState::Requested);
    assert_eq!(order.returned_minor(), 0);
    assert_eq!(order.payment_status(), domain::order::PaymentStatus::Paid);
}

#[test]
fn a_refund_spans_payments_and_its_legs_add_up_to_what_was_asked() {
    let order = order_over(usd(), &[5_000, 7_000]);
    let asked = run(&order, refund("refund_1", parts(6_000, 1_000, 0)));
    let legs: Vec<_> = asked
        .refunds
        .iter()
        .map(|leg| (leg.id.as_str(), leg.payment.as_str(), leg.parts))
        .collect();
    assert_eq!(
        legs,
        [
            ("refund_1", "payment_1", parts(4_286, 714, 0)),
            ("refund_1-2", "payment_2", parts(1_714, 286, 0)),
        ]
    );
    assert_eq!(asked.left_by_payment(), [0, 5_000]);
    assert_eq!(
        events(&asked, refund("refund_1", parts(6_000, 1_000, 0))),
        [""; 0]
    );
}

#[test]
fn regression_12_a_disputed_payment_returns_nothing_and_the_other_one_does() {
    let order = order_over(usd(), &[5_000, 7_000]);
    let order = crate::payments::disputed(&order, "payment_1", 5_000);
    assert_eq!(order.left_by_payment(), [0, 7_000]);
    assert_eq!(order.returnable(), parts(7_000, 0, 0));
    let expected = Refusal::Disputed {
        payment: "payment_1".into(),
        dispute: "dispute_1".to_owned(),
    };
    let too_much = refund("refund_1", parts(7_001, 0, 0));
    assert_eq!(refusal(&order, too_much), expected);
    let asked = run(&order, refund("refund_1", parts(6_000, 1_000, 0)));
    assert_eq!(asked.refunds.len(), 1);
    assert_eq!(asked.refunds[0].payment.as_str(), "payment_2");
    assert_eq!(
        refusal(&asked, refund("refund_2", parts(1, 0, 0))),
        expected
    );
    let won = pay(
        &asked,
        "payment_1",
        PaymentFact::DisputeClosed { won: true },
    );
    assert_eq!(won.left_by_payment(), [5_000, 0]);
}
