//! What the connected shop says, in any order and more than once: R9, S5, regression 28.

use domain::command::Fact;
use domain::money::Money;
use domain::order::{Concern, OrderStatus, PaymentStatus, Sync};
use domain::shop::ShopFact;

use crate::support::*;

fn refunded(minor: i64) -> ShopFact {
    ShopFact::Refunded {
        total: Money::new(minor, usd()),
    }
}

fn shipped(numbers: &[&str]) -> ShopFact {
    ShopFact::Tracking {
        shipment: "shipment_shop".into(),
        numbers: numbers.iter().map(|number| tracking(number)).collect(),
    }
}

#[test]
fn r9_a_refund_in_the_shop_raises_a_difference_and_refunds_nothing_here() {
    let order = run(
        &checkout_order(usd()),
        refund("refund_1", parts(1_000, 0, 0)),
    );
    let told = shop(&order, refunded(3_000));
    assert_eq!(told.refunds, order.refunds);
    assert_eq!(told.left(), order.left());
    let difference = |minor| Concern::RefundedInShop {
        amount: Money::new(minor, usd()),
    };
    assert_eq!(told.attention.len(), 1);
    assert_eq!(told.attention[0].concern, difference(2_000));
    // It is told of in all, so that a repetition and an older sum are no news.
    for older in [
        refunded(3_000),
        refunded(500),
        refunded(-1),
        refunded(i64::MAX),
    ] {
        assert_eq!(shop(&told, older), told);
    }
    let more = shop(&told, refunded(4_000));
    assert_eq!(more.attention.len(), 1);
    assert_eq!(more.attention[0].concern, difference(3_000));
    // What was promised here already is no difference.
    assert_eq!(shop(&order, refunded(1_000)).attention, []);
}

#[test]
fn r9_a_refund_in_the_shop_of_what_the_shop_was_paid_is_its_own_business() {
    let order = duty_and_tax_order(true);
    let partly = shop(&order, refunded(1_000));
    assert_eq!(partly.payment_status(), PaymentStatus::PartiallyRefunded);
    assert_eq!(partly.attention, []);
    let wholly = shop(&partly, refunded(12_000));
    assert_eq!(wholly.payment_status(), PaymentStatus::Refunded);
    let other = ShopFact::Refunded {
        total: Money::new(1_000, currency("EUR")),
    };
    assert_eq!(shop(&order, other), order);
}

#[test]
fn s5_the_shops_tracking_numbers_ship_the_order_and_are_not_sent_back_to_it() {
    let order = checkout_order(usd());
    let told = shop(&order, shipped(&["rr 1", "RR1", "RR2"]));
    assert_eq!(told.status, OrderStatus::Completed);
    assert_eq!(
        told.shipments[0].tracking,
        [tracking("RR1"), tracking("RR2")]
    );
    assert_eq!(told.sync, Sync::InStep);
    // Regression 28: the same words again, in the shop's own spelling.
    assert_eq!(shop(&told, shipped(&["rr 1"])), told);
    assert_eq!(shop(&told, shipped(&["RR2", "rr1"])), told);
}

#[test]
fn s5_a_number_that_cannot_be_taken_is_left_to_a_person() {
    let order = run(&checkout_order(usd()), cancel("out of stock"));
    let told = shop(&order, shipped(&["RR1"]));
    assert_eq!(told.shipments.len(), 0);
    assert_eq!(told.attention.len(), 1);
    assert_eq!(told.attention[0].concern.name(), "sync_failed");
    assert_eq!(shop(&told, shipped(&["RR1"])), told);
}

#[test]
fn a_cancellation_before_everything_else_is_final_for_the_shop_too() {
    let reason = String::new();
    let order = shop(&duty_and_tax_order(true), ShopFact::Canceled { reason });
    assert_eq!(
        order.cancellation.as_ref().unwrap().note,
        "canceled in the shop"
    );
    for late in [
        ShopFact::Canceled {
            reason: "again".to_owned(),
        },
        refunded(0),
    ] {
        assert_eq!(shop(&order, late), order);
    }
}

#[test]
fn sync_fails_with_the_reason_and_recovers_by_itself() {
    let order = checkout_order(usd());
    let reason = "401 unauthorized".to_owned();
    let failed = tell(
        &order,
        Fact::Sync(Sync::Failed {
            reason: reason.clone(),
        }),
    );
    assert_eq!(failed.attention[0].concern, Concern::SyncFailed { reason });
    let well = tell(&failed, Fact::Sync(Sync::InStep));
    assert_eq!((well.sync, well.attention.len()), (Sync::InStep, 0));
    let mut new = new_order(domain::order::Source::Checkout, usd());
    new.shop = None;
    let alone = taken(new);
    assert_eq!(tell(&alone, Fact::Sync(Sync::Waiting)), alone);
}

#[test]
fn what_the_worker_gives_up_is_visible_once() {
    let order = checkout_order(usd());
    let fact = || Fact::GivenUp {
        job: "refund".to_owned(),
        reason: "500".to_owned(),
    };
    let told = tell(&order, fact());
    assert_eq!(told.attention.len(), 1);
    assert_eq!(tell(&told, fact()), told);
    let resolve = domain::command::Command::Resolve {
        attention: told.attention[0].id.clone(),
        note: "called the bank".to_owned(),
    };
    assert_eq!(run(&told, resolve.clone()).attention, []);
    let unknown = domain::refusal::Refusal::AttentionNotFound {
        attention: told.attention[0].id.clone(),
    };
    assert_eq!(refusal(&order, resolve), unknown);
}
