//! Refunds that end outside the provider: settled another way, or brought before a person (R2, R4, R8, R10).

use domain::command::{Command, Fact};
use domain::fees::preview;
use domain::journal::{Account, Movement, balance};
use domain::money::Money;
use domain::order::{Concern, Order, PaymentStatus};
use domain::payment_settle::PaymentFact;
use domain::refund::RefundState;
use domain::refund_arrival::expected;
use domain::refund_settle::{ForeignRefund, RefundFact};
use domain::refusal::{Problem, Refusal};
use jiff::SignedDuration;
use jiff::civil::date;

use crate::support::*;

/// A paid order with a refund of 60.00 that the provider would not make.
fn with_failed() -> Order {
    let asked = run(
        &checkout_order(usd()),
        refund("refund_1", parts(6_000, 0, 0)),
    );
    failed(&asked, "refund_1")
}

fn lost() -> RefundFact {
    let problem = "timed out".to_owned();
    RefundFact::Unknown { problem }
}

#[test]
fn r10_a_failed_refund_settled_by_hand_counts_as_returned_and_returns_no_fee() {
    let before = with_failed();
    let decision = run_as(&before, settle("refund_1"), &admin());
    let order = &decision.order;
    assert_eq!(
        names(&decision.events),
        [
            "refund_settled_by_hand",
            "money_moved",
            "attention_resolved",
            "sync_changed"
        ]
    );
    let refund = &order.refunds[0];
    let by_hand = refund.by_hand.as_ref().unwrap();
    assert_eq!(refund.state, RefundState::Failed);
    assert_eq!(
        (by_hand.reference.as_str(), by_hand.note.as_str()),
        ("SEPA 77", "by bank transfer")
    );
    assert_eq!(
        (by_hand.by.id.as_str(), by_hand.at),
        ("admin", order.updated_at)
    );
    assert_eq!(
        (order.returned_minor(), order.left()),
        (6_000, parts(2_800, 1_000, 2_200))
    );
    assert_eq!(order.payment_status(), PaymentStatus::PartiallyRefunded);
    // The retailer's own money: the provider holds what it held, and keeps the whole fee.
    let last = order.journal.last().unwrap();
    assert_eq!(
        (last.movement, last.lines.len()),
        (Movement::RefundByHand, 2)
    );
    let held = |account| {
        balance(&order.journal, account, usd()) - balance(&before.journal, account, usd())
    };
    assert_eq!(held(Account::Provider), 0);
    assert_eq!(
        (held(Account::Retailer), held(Account::Shopper)),
        (-6_000, 6_000)
    );
    assert_eq!((held(Account::Desk), held(Account::CardProcessor)), (0, 0));
    assert!(order.attention.is_empty());
    assert!(!refund.is_open());
}

#[test]
fn r8_the_fee_returns_with_what_the_provider_returned_alone() {
    let order = run(&with_failed(), settle("refund_1"));
    // 60.00 of 120.00 went back by hand: the other half brings half of the share back.
    let share = preview(&order, 6_000).returnable;
    assert_eq!(share, Money::new(126, usd()));
    let order = run(&order, refund("refund_2", parts(2_800, 1_000, 2_200)));
    let order = succeeded(&order, "refund_2");
    assert_eq!(order.refunds[1].fee_returned, Some(share));
    assert_eq!(order.payment_status(), PaymentStatus::Refunded);
}

#[test]
fn r4_what_was_settled_by_hand_is_never_returned_again() {
    let order = run(&with_failed(), settle("refund_1"));
    let again = Refusal::RefundSettledByHand {
        refund: "refund_1".into(),
    };
    let retry = Command::RetryRefund {
        refund: "refund_1".into(),
    };
    assert_eq!(refusal(&order, retry), again);
    let otherwise = Command::SettleRefund {
        refund: "refund_1".into(),
        reference: "SEPA 78".to_owned(),
        note: "once more".to_owned(),
    };
    assert_eq!(refusal(&order, otherwise), again);
    assert!(events(&order, settle("refund_1")).is_empty(), "sent twice");
    let over = refund("refund_2", parts(2_801, 0, 0));
    assert!(matches!(refusal(&order, over), Refusal::ExceedsPart { .. }));
    // Cancelling returns what is left, not what was settled.
    let canceled = run(&order, cancel("no longer wanted"));
    assert_eq!(canceled.refunds[1].parts, parts(2_800, 1_000, 2_200));
}

#[test]
fn r10_settling_by_hand_is_refused_while_the_provider_may_still_pay() {
    let asked = run(
        &checkout_order(usd()),
        refund("refund_1", parts(6_000, 0, 0)),
    );
    let pending = RefundFact::Pending {
        reference: "re_1".to_owned(),
    };
    for (facts, state) in [
        (vec![], RefundState::Requested),
        (vec![RefundFact::Sent], RefundState::Sent),
        (vec![RefundFact::Sent, lost()], RefundState::Unknown),
        (vec![pending], RefundState::Pending),
        (
            vec![RefundFact::Succeeded {
                reference: "re_1".to_owned(),
            }],
            RefundState::Succeeded,
        ),
    ] {
        let order = facts.into_iter().fold(asked.clone(), |order, fact| {
            tell(&order, refund_fact("refund_1", fact))
        });
        let refund = "refund_1".into();
        assert_eq!(
            refusal(&order, settle("refund_1")),
            Refusal::RefundStateWrong { refund, state }
        );
    }
}

#[test]
fn r4_a_failed_refund_whose_amount_was_refunded_otherwise_is_not_settled_too() {
    let order = run(&with_failed(), refund("refund_2", parts(8_800, 0, 0)));
    assert!(matches!(
        refusal(&order, settle("refund_1")),
        Refusal::ExceedsPart { .. }
    ));
    let disputed = pay(
        &with_failed(),
        "payment_1",
        crate::payments::dispute("dispute_1", 12_000),
    );
    let expected = Refusal::Disputed {
        payment: "payment_1".into(),
        dispute: "dispute_1".to_owned(),
    };
    assert_eq!(refusal(&disputed, settle("refund_1")), expected);
}

#[test]
fn settling_by_hand_needs_a_note_a_reference_and_the_permission() {
    for (reference, note, field) in [("", "why", "reference"), ("SEPA", "  ", "note")] {
        let command = Command::SettleRefund {
            refund: "refund_1".into(),
            reference: reference.to_owned(),
            note: note.to_owned(),
        };
        assert_eq!(
            refusal(&with_failed(), command),
            Refusal::invalid(field, Problem::Missing)
        );
    }
    let permission = domain::actor::Permission::RefundOrders;
    assert_eq!(
        refusal_as(&with_failed(), settle("refund_1"), &viewer()),
        Refusal::NotPermitted { permission }
    );
}

#[test]
fn r10_a_success_after_it_was_settled_by_hand_is_for_a_person_and_moves_nothing() {
    let order = run(&with_failed(), settle("refund_1"));
    let told = succeeded(&order, "refund_1");
    let concern = Concern::RefundedTwice {
        refund: "refund_1".into(),
    };
    assert_eq!(told.attention[0].concern, concern);
    assert_eq!((told.journal, told.refunds), (order.journal, order.refunds));
}

#[test]
fn r10_a_refund_without_an_answer_for_an_hour_needs_a_person_until_it_has_one() {
    let asked = run(
        &checkout_order(usd()),
        refund("refund_1", parts(6_000, 0, 0)),
    );
    let lost = tell(&asked, refund_fact("refund_1", lost()));
    let overdue = || Fact::RefundOverdue {
        refund: "refund_1".into(),
    };
    assert!(told(&lost, overdue()).events.is_empty(), "after a minute");
    let mut late = lost.clone();
    late.updated_at += SignedDuration::from_mins(59);
    let late = tell(&late, overdue());
    let concern = Concern::RefundOverdue {
        refund: "refund_1".into(),
    };
    assert_eq!(late.attention[0].concern, concern);
    assert!(told(&late, overdue()).events.is_empty(), "raised once");
    assert!(succeeded(&late, "refund_1").attention.is_empty());
    let failed = failed(&late, "refund_1");
    assert_eq!(failed.attention.len(), 1);
    assert_eq!(failed.attention[0].concern.name(), "refund_failed");
}

#[test]
fn a_refund_made_at_the_provider_that_failed_is_not_ours_to_settle() {
    let foreign = Fact::ForeignRefund(ForeignRefund {
        refund: "refund_9".into(),
        payment: "payment_1".into(),
        amount_minor: 500,
        reference: "re_9".to_owned(),
        fact: RefundFact::Succeeded {
            reference: "re_9".to_owned(),
        },
    });
    let order = failed(&tell(&checkout_order(usd()), foreign), "refund_9");
    let (refund, state) = ("refund_9".into(), RefundState::Failed);
    assert!(!order.refunds[0].is_open() && with_failed().refunds[0].is_open());
    assert_eq!(
        refusal(&order, settle("refund_9")),
        Refusal::RefundStateWrong { refund, state }
    );
}

#[test]
fn r2_the_shopper_can_expect_it_in_3_to_5_business_days() {
    use RefundState as S;
    let (thursday, friday) = (date(2026, 3, 5), date(2026, 3, 6));
    // From Thursday: Friday, Monday, Tuesday; a weekend does not count.
    let of_thursday = Some((date(2026, 3, 10), date(2026, 3, 12)));
    let of_friday = Some((date(2026, 3, 11), date(2026, 3, 13)));
    assert_eq!(expected(S::Pending, thursday, friday), of_thursday);
    for state in [S::Requested, S::Sent, S::Unknown] {
        assert_eq!(expected(state, thursday, friday), of_friday, "{state:?}");
    }
    assert_eq!(expected(S::Failed, thursday, friday), None);
    let saturday = date(2026, 3, 7);
    assert_eq!(expected(S::Sent, saturday, saturday), of_friday);
}

#[test]
fn r8_a_fee_the_provider_tells_takes_the_place_of_the_rates() {
    let order = checkout_order(usd());
    let fee = |minor, code: &str| PaymentFact::FeeTold {
        fee: Money::new(minor, currency(code)),
    };
    let of = |order: &Order, account, code: &str| balance(&order.journal, account, currency(code));
    // By the rates 4.68 of 7.20 were the processor's.
    assert_eq!(of(&order, Account::CardProcessor, "USD"), 468);
    let told = pay(&order, "payment_1", fee(400, "USD"));
    assert_eq!(of(&told, Account::CardProcessor, "USD"), 400);
    assert_eq!(of(&told, Account::Retailer, "USD"), -652);
    assert_eq!(of(&told, Account::Desk, "USD"), 252);
    let again = fee(400, "USD");
    let payment = "payment_1".into();
    let again = try_tell(
        &told,
        &Fact::Payment {
            payment,
            fact: again,
        },
    );
    assert!(again.unwrap().events.is_empty());
    // Billed in another currency, corrected later.
    let billed = pay(&told, "payment_1", fee(370, "EUR"));
    assert_eq!(of(&billed, Account::CardProcessor, "USD"), 0);
    assert_eq!(of(&billed, Account::CardProcessor, "EUR"), 370);
    assert_eq!(of(&billed, Account::Retailer, "USD"), -252);
    let early = pay(&authorized_order(usd()), "payment_1", fee(1, "USD"));
    assert_eq!(of(&early, Account::CardProcessor, "USD"), 0);
}
