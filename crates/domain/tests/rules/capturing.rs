//! When what is held on a card is taken, released, or lapses.

use domain::actor::ActorKind;
use domain::capture::{CaptureRule, MAX_HOURS, amounts, due_at};
use domain::command::{Command, Context, Decision, Fact};
use domain::event::EventKind;
use domain::intake::{Placement, take};
use domain::lapse::warn_at;
use domain::order::{Concern, FraudReview, Order, OrderStatus, PaymentStatus, Source};
use domain::past::{Past, with_past};
use domain::payment::PaymentState;
use domain::payment_settle::PaymentFact;
use domain::refusal::{Instead, Refusal};

use crate::payments::{authorized, capture, captured_fact, refused};
use crate::support::*;

/// An order under this rule, paid by payments of these amounts that are asked for.
fn under(capture: CaptureRule, payments: &[i64]) -> Order {
    let mut new = new_order(Source::Checkout, usd());
    let each = payments.iter().enumerate();
    new.payments = each
        .map(|(index, amount)| payment(&format!("payment_{}", index + 1), *amount))
        .collect();
    let placement = Placement {
        capture,
        ..placement()
    };
    let (actor, at) = (&system(ActorKind::Shop), at(0));
    let context = Context::of(actor, at);
    take(new, placement, &context).unwrap().order
}

fn held(capture: CaptureRule) -> Order {
    pay(&under(capture, &[12_000]), "payment_1", authorized())
}

fn states(order: &Order) -> Vec<PaymentState> {
    order.payments.iter().map(|payment| payment.state).collect()
}

/// What the last event that asks for a capture asks for.
fn asked(decision: &Decision) -> Vec<i64> {
    let events = decision.events.iter();
    events
        .filter_map(|event| match event.kind {
            EventKind::PaymentChanged {
                to: PaymentState::CaptureRequested,
                captured_minor,
                ..
            } => Some(captured_minor),
            _ => None,
        })
        .collect()
}

fn due(order: &Order) -> Order {
    let payment = "payment_1".into();
    tell(order, Fact::PaymentDue { payment })
}

#[test]
fn shipping_takes_what_is_held_where_the_organization_says_so() {
    let part = || add_tracking("shipment_1", "RR1", &[("mug", 1)]);
    let rest = || add_tracking("shipment_2", "RR2", &[]);
    let (first, whole) = (CaptureRule::FirstShipment, CaptureRule::WholeShipment);
    for (rule, after_part, after_rest) in [
        (CaptureRule::ByHand, vec![], vec![]),
        (first, vec![12_000], vec![]),
        (whole, vec![], vec![12_000]),
        (CaptureRule::AfterHours { hours: 24 }, vec![], vec![]),
    ] {
        let begun = run_as(&held(rule), part(), &admin());
        assert_eq!(asked(&begun), after_part, "{rule:?}");
        let done = run_as(&begun.order, rest(), &admin());
        assert_eq!(asked(&done), after_rest, "{rule:?}");
    }
}

#[test]
fn an_imported_order_whose_payment_the_provider_is_asked_about_is_taken_once_it_is_known_to_be_held()
 {
    let past = Past {
        asks_provider: true,
        is_shipped: true,
        ..Past::default()
    };
    let (actor, now) = (&admin(), at(0));
    let context = Context::of(actor, now);
    let new = new_order(Source::Checkout, usd());
    let placement = Placement {
        capture: CaptureRule::WholeShipment,
        ..placement()
    };
    let decision = with_past(take(new, placement, &context).unwrap(), &past, &context).unwrap();
    let asked = the(&decision.events, "payment_asked");
    let payment = "payment_1".into();
    assert_eq!(*asked, EventKind::PaymentAsked { payment });
    assert_eq!(states(&decision.order), [PaymentState::Pending]);
    let held = pay(&decision.order, "payment_1", authorized());
    assert_eq!(states(&held), [PaymentState::CaptureRequested]);
}

#[test]
fn a_refused_capture_is_not_asked_for_again_by_itself() {
    let shipped = run(
        &held(CaptureRule::FirstShipment),
        add_tracking("shipment_1", "RR1", &[("mug", 1)]),
    );
    let order = pay(&shipped, "payment_1", refused());
    assert_eq!(states(&order), [PaymentState::Authorized]);
    let order = run(&order, Command::Tag { tag: "vip".into() });
    let order = run(&order, add_tracking("shipment_2", "RR2", &[]));
    assert_eq!(states(&order), [PaymentState::Authorized]);
    // Asked again by a person, there is nothing left to look at.
    assert_eq!(order.attention.len(), 1);
    let order = run(&order, capture(12_000));
    assert_eq!(order.attention, []);
}

#[test]
fn the_clock_takes_what_was_authorised_long_enough_ago() {
    let order = held(CaptureRule::AfterHours { hours: 2 });
    // The clock of these tests goes on by a minute a step.
    assert_eq!(states(&due(&order)), [PaymentState::Authorized]);
    let mut later = order.clone();
    later.updated_at = order.updated_at + jiff::SignedDuration::from_mins(119);
    let taken = due(&later);
    assert_eq!(states(&taken), [PaymentState::CaptureRequested]);
    assert_eq!(due(&taken), taken);
    let rule = CaptureRule::AfterHours { hours: 2 };
    assert_eq!(due_at(rule, at(0)), Some(at(120)));
    assert_eq!(due_at(CaptureRule::FirstShipment, at(0)), None);
}

#[test]
fn nothing_is_taken_by_itself_while_a_person_has_to_look() {
    let shipping = || add_tracking("shipment_1", "RR1", &[("mug", 1)]);
    let order = held(CaptureRule::FirstShipment);
    let waiting = run(&order, Command::Hold { note: "ask".into() });
    let note = "ask".to_owned();
    assert_eq!(waiting.status, OrderStatus::Hold);
    let shipped = run(&run(&order, shipping()), Command::Hold { note });
    assert_eq!(states(&shipped), [PaymentState::CaptureRequested]);
    let mut new = new_order(Source::Checkout, usd());
    new.fraud_review = FraudReview::Pending;
    let placement = Placement {
        capture: CaptureRule::AfterHours { hours: 1 },
        ..placement()
    };
    let (actor, now) = (&admin(), at(0));
    let context = Context::of(actor, now);
    let order = take(new, placement, &context).unwrap().order;
    let mut order = pay(&order, "payment_1", authorized());
    order.updated_at = at(90);
    assert_eq!(states(&due(&order)), [PaymentState::Authorized]);
    // The screening's approval lets it go on.
    let order = tell(&order, Fact::Fraud(FraudReview::Approved));
    assert_eq!(states(&order), [PaymentState::CaptureRequested]);
}

#[test]
fn several_payments_are_taken_up_to_what_is_owed() {
    let order = under(CaptureRule::FirstShipment, &[5_000, 9_000]);
    let order = pay(&order, "payment_1", authorized());
    let order = pay(&order, "payment_2", authorized());
    let taken = amounts(&order).into_iter().map(|(_, minor)| minor);
    assert_eq!(taken.collect::<Vec<_>>(), [5_000, 7_000]);
    let shipped = run_as(
        &order,
        add_tracking("shipment_1", "RR1", &[("mug", 1)]),
        &admin(),
    );
    assert_eq!(asked(&shipped), [5_000, 7_000]);
    // By hand one is taken in part; then the other takes what is still owed.
    let part = captured(&run(&order, capture(3_000)), "payment_1", 3_000);
    assert_eq!(amounts(&part)[0].1, 9_000);
}

#[test]
fn hours_are_bounded_by_what_an_authorisation_lasts() {
    for (hours, is_fine) in [
        (0, false),
        (1, true),
        (MAX_HOURS, true),
        (MAX_HOURS + 1, false),
    ] {
        let checked = CaptureRule::AfterHours { hours }.checked();
        assert_eq!(checked.is_ok(), is_fine, "{hours}");
        let field = checked
            .err()
            .and_then(|refusal| refusal.field().map(str::to_owned));
        assert_eq!(field.as_deref(), (!is_fine).then_some("capture.hours"));
    }
}

#[test]
fn a_person_hears_of_an_authorisation_a_day_before_it_lapses() {
    let expiry = at(60 * 24 * 7);
    let expires_at = Some(expiry);
    let fact = |expires_at| PaymentFact::Authorized { expires_at };
    let order = pay(&pending_order(usd()), "payment_1", fact(expires_at));
    assert_eq!(due(&order), order, "it is too early");
    assert_eq!(warn_at(expiry), at(60 * 24 * 6));
    let mut late = order.clone();
    late.updated_at = at(60 * 24 * 6);
    let warned = due(&late);
    let payment = "payment_1".into();
    let lapses = |at| Concern::AuthorizationLapses {
        payment: "payment_1".into(),
        at,
    };
    assert_eq!(warned.attention[0].concern, lapses(expiry));
    assert_eq!(due(&warned), warned, "once is enough");
    // It is over when the bank holds it longer, when it is taken, and when it is released.
    for fact in [
        fact(Some(at(60 * 24 * 30))),
        captured_fact(12_000),
        PaymentFact::Voided,
    ] {
        assert_eq!(pay(&warned, "payment_1", fact).attention, []);
    }
    assert_eq!(pay(&warned, "payment_1", fact(expires_at)), warned);
    assert_eq!(run(&warned, cancel("no stock")).attention, []);
    let lapsed = pay(&warned, "payment_1", PaymentFact::Expired);
    let concern = Concern::AuthorizationLapsed { payment };
    assert_eq!(lapsed.attention.len(), 1);
    assert_eq!(lapsed.attention[0].concern, concern);
}

#[test]
fn an_order_whose_authorisation_lapsed_says_what_to_do() {
    let order = pay(&authorized_order(usd()), "payment_1", PaymentFact::Expired);
    assert_eq!(order.status, OrderStatus::Open);
    assert_eq!(order.payment_status(), PaymentStatus::Voided);
    assert!(order.has_lapsed());
    let refused = refusal(&order, capture(1));
    assert_eq!(refused.instead(), Instead::PayAgain);
    // The money comes after all, or nobody wants it.
    let paid = captured(&order, "payment_1", 12_000);
    assert_eq!((paid.attention.len(), paid.has_lapsed()), (0, false));
    assert_eq!(run(&order, cancel("no money")).attention, []);
    // Where it is canceled already there is nothing to do.
    let canceled = run(&authorized_order(usd()), cancel("no stock"));
    let lapsed = pay(&canceled, "payment_1", PaymentFact::Expired);
    assert_eq!(lapsed.attention, []);
    assert!(!pay(&authorized_order(usd()), "payment_1", PaymentFact::Voided).has_lapsed());
}

#[test]
fn c2_a_refused_release_is_asked_for_again() {
    let void = || Command::VoidPayment {
        payment: "payment_1".into(),
    };
    let canceled = run(&authorized_order(usd()), cancel("no stock"));
    let wrong = |state| Refusal::PaymentStateWrong {
        payment: "payment_1".into(),
        state,
    };
    assert_eq!(
        refusal(&canceled, void()),
        wrong(PaymentState::VoidRequested)
    );
    let refused = pay(&canceled, "payment_1", refused());
    assert_eq!(states(&refused), [PaymentState::Authorized]);
    assert_eq!(refused.attention.len(), 1);
    let again = run(&refused, void());
    assert_eq!(states(&again), [PaymentState::VoidRequested]);
    assert_eq!(again.attention, []);
    let released = pay(&again, "payment_1", PaymentFact::Voided);
    assert_eq!(released.payment_status(), PaymentStatus::Voided);
    assert_eq!(refusal(&released, void()), wrong(PaymentState::Voided));
}

#[test]
fn the_provider_is_asked_about_what_only_it_knows() {
    let ask = || Command::AskPayment {
        payment: "payment_1".into(),
    };
    for order in [pending_order(usd()), authorized_order(usd())] {
        assert_eq!(events(&order, ask()), ["payment_asked"]);
    }
    let refused = refusal(&checkout_order(usd()), ask());
    assert_eq!(refused.instead(), Instead::Nothing);
    assert_eq!(
        refusal(
            &authorized_order(usd()),
            Command::AskPayment {
                payment: "payment_9".into()
            }
        )
        .code(),
        "payment_not_found"
    );
}
