//! Cancelling: C1 to C10.

use domain::cancel::consequences;
use domain::command::Command;
use domain::event::EventKind;
use domain::fees::FeeSplit;
use domain::money::Money;
use domain::order::{Concern, MailKind, OrderStatus, PaymentStatus};
use domain::parts::Parts;
use domain::payment::PaymentState;
use domain::payment_settle::PaymentFact;
use domain::refund::{RefundOrigin, RefundReason, RefundState};
use domain::refusal::{Problem, Refusal};
use domain::shop::ShopFact;

use crate::support::*;

const REFUND: &str = "refund_cancel_order_1";

#[test]
fn c1_canceled_is_final_and_nothing_is_captured_or_shipped_after_it() {
    let order = run(&authorized_order(usd()), cancel("out of stock"));
    assert_eq!(order.status, OrderStatus::Canceled);
    let capture = Command::Capture {
        payment: "payment_1".into(),
        amount_minor: 1,
    };
    for command in [
        cancel("again"),
        capture,
        add_tracking("shipment_1", "RR1", &[]),
        request_label("label_1", &[("mug", 1)]),
        Command::Hold {
            note: "wait".to_owned(),
        },
        Command::Release,
        Command::SetTotal { total_minor: 1 },
        Command::RemoveItems {
            items: quantities(&[("mug", 1)]),
        },
    ] {
        assert_eq!(refusal(&order, command), Refusal::Canceled);
    }
}

#[test]
fn c2_cancelling_refunds_in_full_what_is_left_in_the_presentment_currency() {
    let order = checkout_order(currency("JPY"));
    let decision = run_as(&order, cancel("out of stock"), &member());
    assert_eq!(
        names(&decision.events),
        [
            "canceled",
            "refund_requested",
            "status_changed",
            "sync_changed"
        ]
    );
    let [refund] = &decision.order.refunds[..] else {
        panic!("one refund");
    };
    assert_eq!(refund.id.as_str(), REFUND);
    assert_eq!(refund.parts, parts(8_800, 1_000, 2_200));
    assert_eq!(refund.reason, RefundReason::Cancellation);
    assert_eq!(refund.origin, RefundOrigin::Cancellation);
    assert_eq!(refund.state, RefundState::Requested);
    assert_eq!(refund.note, "out of stock");
    let done = succeeded(&decision.order, REFUND);
    assert_eq!(done.payment_status(), PaymentStatus::Refunded);
    assert_eq!(done.left(), Parts::default());
}

#[test]
fn c2_regression_10_cancelling_after_a_partial_refund_refunds_only_the_rest() {
    let order = run(
        &checkout_order(usd()),
        refund("refund_1", parts(800, 1_000, 0)),
    );
    let canceled = run(&order, cancel("the rest too"));
    assert_eq!(canceled.refunds[1].parts, parts(8_000, 0, 2_200));
    assert_eq!(canceled.promised_minor(), canceled.captured_minor());
}

#[test]
fn c2_an_authorisation_is_voided_instead_and_nothing_is_refunded() {
    let order = authorized_order(usd());
    let canceled = run(&order, cancel("out of stock"));
    assert_eq!(canceled.payments[0].state, PaymentState::VoidRequested);
    assert_eq!(canceled.refunds.len(), 0);
    let voided = pay(&canceled, "payment_1", PaymentFact::Voided);
    assert_eq!(voided.payment_status(), PaymentStatus::Voided);
    let balance = domain::journal::balance(&voided.journal, domain::journal::Account::Held, usd());
    assert_eq!(balance, 0);
}

#[test]
fn c2_where_the_payment_is_elsewhere_nothing_is_refunded_and_the_dialog_says_who_has_to() {
    let order = duty_and_tax_order(false);
    assert!(consequences(&order).shop_refunds);
    let canceled = run(&order, cancel("out of stock"));
    assert_eq!(canceled.refunds.len(), 0);
    assert_eq!(canceled.status, OrderStatus::Canceled);
}

#[test]
fn c2_a_void_that_loses_the_race_with_a_capture_leaves_money_for_a_person() {
    let canceled = run(&authorized_order(usd()), cancel("out of stock"));
    let taken = captured(&canceled, "payment_1", 12_000);
    assert_eq!(taken.status, OrderStatus::Canceled);
    assert_eq!(taken.attention[0].concern, Concern::MoneyHeld);
    // The void that comes late changes nothing, and the money can be returned.
    let late = told(
        &taken,
        domain::command::Fact::Payment {
            payment: "payment_1".into(),
            fact: PaymentFact::Voided,
        },
    );
    assert_eq!(late.events, []);
    let returned = run(&taken, refund("refund_1", taken.returnable()));
    assert_eq!(succeeded(&returned, "refund_1").returned_minor(), 12_000);
}

#[test]
fn c3_only_operator_support_cancels_without_a_refund() {
    let order = checkout_order(usd());
    let command = || Command::Cancel {
        note: "goodwill was paid otherwise".to_owned(),
        notify: false,
        without_refund: true,
    };
    assert_eq!(refusal(&order, command()), Refusal::OperatorSupportOnly);
    // Regression 8: "cancel without refund" refunds nothing, and its event says so.
    let decision = run_as(&order, command(), &support());
    let EventKind::Canceled { cancellation } = the(&decision.events, "canceled") else {
        panic!("a cancellation");
    };
    assert!(cancellation.without_refund);
    assert_eq!(decision.order.refunds.len(), 0);
    assert_eq!(decision.order.left(), order.left());
}

#[test]
fn c4_a_shipped_order_cannot_be_canceled_until_what_shipped_it_is_void() {
    let order = checkout_order(usd());
    let partly = run(&order, add_tracking("shipment_1", "RR1", &[("mug", 1)]));
    let wholly = run(&order, add_tracking("shipment_1", "RR1", &[]));
    for shipped in [&partly, &wholly] {
        let expected = Refusal::Shipped {
            shipments: vec!["shipment_1".into()],
            labels: Vec::new(),
        };
        assert_eq!(refusal(shipped, cancel("late")), expected);
        let open = run(
            shipped,
            Command::RemoveTracking {
                numbers: vec!["RR1".to_owned()],
            },
        );
        assert_eq!(open.status, OrderStatus::Open);
        assert_eq!(run(&open, cancel("late")).status, OrderStatus::Canceled);
    }
}

#[test]
fn c4_a_label_on_its_way_comes_first_also_for_the_shop() {
    let order = run(
        &duty_and_tax_order(true),
        request_label("label_1", &[("mug", 2)]),
    );
    let expected = Refusal::LabelInProgress {
        label: "label_1".into(),
    };
    assert_eq!(refusal_as(&order, cancel("late"), &support()), expected);
    let reason = "changed my mind".to_owned();
    let told = shop(&order, ShopFact::Canceled { reason });
    assert_eq!(told.status, OrderStatus::Open);
    assert_eq!(told.attention[0].concern, Concern::CanceledInShop);
}

#[test]
fn c5_guaranteed_plugin_order_is_canceled_in_the_shop() {
    let order = duty_and_tax_order(true);
    assert_eq!(
        refusal(&order, cancel("out of stock")),
        Refusal::CancelInShop
    );
    let reason = " changed my mind ".to_owned();
    let canceled = shop(&order, ShopFact::Canceled { reason });
    assert_eq!(canceled.status, OrderStatus::Canceled);
    let cancellation = canceled.cancellation.unwrap();
    assert_eq!(cancellation.note, "changed my mind");
    assert!(!cancellation.told_shop);
}

#[test]
fn c5_support_cancels_a_guaranteed_order_here_and_the_shop_is_not_told() {
    let order = duty_and_tax_order(true);
    assert!(!consequences(&order).told_shop);
    let decision = run_as(&order, cancel("the shop is closed"), &support());
    assert_eq!(names(&decision.events), ["canceled", "status_changed"]);
    assert!(!decision.order.cancellation.unwrap().told_shop);
}

#[test]
fn c5_without_the_guarantee_it_is_canceled_here_and_the_shop_is_told() {
    let order = duty_and_tax_order(false);
    assert!(consequences(&order).told_shop);
    assert_eq!(
        events(&order, cancel("out of stock")),
        ["canceled", "status_changed", "sync_changed"]
    );
}

#[test]
fn c6_a_note_is_required_bounded_and_kept_with_the_change_of_status() {
    let order = checkout_order(usd());
    let invalid = |problem| Refusal::invalid("note", problem);
    assert_eq!(refusal(&order, cancel(" ")), invalid(Problem::Missing));
    let long = "x".repeat(2_001);
    assert_eq!(
        refusal(&order, cancel(&long)),
        invalid(Problem::TooLong { max: 2_000 })
    );
    let nul = Problem::Malformed {
        given: "a\u{fffd}".to_owned(),
        expected: "text without NUL characters".to_owned(),
    };
    assert_eq!(refusal(&order, cancel("a\0")), invalid(nul));
    let canceled = run(&order, cancel(" out of stock "));
    let last = canceled.transitions.last().unwrap();
    assert_eq!(last.note.as_deref(), Some("out of stock"));
    assert_eq!(last.by, admin().by);
}

#[test]
fn c7_an_e_mail_goes_out_only_where_it_is_asked_for_and_once_the_refund_is_certain() {
    let order = checkout_order(usd());
    let quiet = succeeded(&run(&order, cancel("out of stock")), REFUND);
    assert_eq!(quiet.mails, []);
    let asked = run(
        &order,
        Command::Cancel {
            note: "out of stock".to_owned(),
            notify: true,
            without_refund: false,
        },
    );
    assert_eq!(asked.mails, []);
    let done = succeeded(&asked, REFUND);
    assert_eq!(done.mails.len(), 1);
    assert_eq!(done.mails[0].kind, MailKind::Cancellation);
    // A refund that is reversed and made again does not announce the cancellation again.
    let retry = Command::RetryRefund {
        refund: REFUND.into(),
    };
    let again = succeeded(&run(&failed(&done, REFUND), retry), REFUND);
    assert_eq!(again.mails.len(), 1);
}

#[test]
fn c8_the_dialog_says_what_happens_to_the_money() {
    let order = run(
        &checkout_order(usd()),
        refund("refund_1", parts(0, 1_000, 0)),
    );
    let said = consequences(&order);
    assert_eq!(said.refunded, Money::new(11_000, usd()));
    assert_eq!(said.parts, parts(8_800, 0, 2_200));
    assert_eq!(said.released, Money::new(0, usd()));
    let fee = FeeSplit {
        returnable: Money::new(231, usd()),
        kept: Money::new(429, usd()),
    };
    assert_eq!(said.fee, fee);
    let held = consequences(&authorized_order(usd()));
    assert_eq!(held.released, Money::new(12_000, usd()));
    assert_eq!(held.refunded, Money::new(0, usd()));
}

#[test]
fn c9_a_shops_cancellation_of_a_checkout_order_is_left_to_a_person() {
    let order = checkout_order(usd());
    let fact = || ShopFact::Canceled {
        reason: "changed my mind".to_owned(),
    };
    let told = shop(&order, fact());
    assert_eq!(told.status, OrderStatus::Open);
    assert_eq!(told.refunds.len(), 0);
    assert_eq!(told.attention.len(), 1);
    assert_eq!(told.attention[0].concern, Concern::CanceledInShop);
    assert_eq!(shop(&told, fact()), told);
}

#[test]
fn c10_two_cancellations_at_once_make_one_cancellation_and_one_refund() {
    let order = checkout_order(usd());
    let first = run(&order, cancel("out of stock"));
    // Regression 9: the second meets the first's order and is told so.
    assert_eq!(refusal(&first, cancel("out of stock")), Refusal::Canceled);
    assert_eq!(first.refunds.len(), 1);
    // Nobody can take the identifier of the cancellation's refund first.
    let taken = Refusal::invalid(
        "id",
        Problem::Twice {
            given: REFUND.to_owned(),
        },
    );
    assert_eq!(refusal(&order, refund(REFUND, parts(1, 0, 0))), taken);
}

#[test]
fn cancelling_waits_for_the_bank_while_a_payment_is_in_dispute() {
    let order = crate::payments::disputed(&checkout_order(usd()), "payment_1", 12_000);
    let expected = Refusal::Disputed {
        payment: "payment_1".into(),
        dispute: "dispute_1".to_owned(),
    };
    assert_eq!(refusal(&order, cancel("fraud")), expected);
    let lost = pay(
        &order,
        "payment_1",
        PaymentFact::DisputeClosed { won: false },
    );
    let canceled = run(&lost, cancel("the bank returned it"));
    assert_eq!(canceled.refunds.len(), 0);
}
