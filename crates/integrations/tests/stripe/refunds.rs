//! Refunds at a stand-in for Stripe: exact, once, found again, and refused with a reason.

use domain::refund::RefundFailure;
use domain::refund_settle::RefundFact;
use engine::ports::{Answer, Payments as _, RefundAsk};

use crate::proxy::{Fault, header};
use crate::world::{Card, World, decoded, refund_ask};

pub fn reference(answer: &Answer<RefundFact>) -> String {
    match answer {
        Answer::Done(RefundFact::Succeeded { reference } | RefundFact::Pending { reference }) => {
            reference.clone()
        }
        other => panic!("not taken on: {other:?}"),
    }
}

pub fn again(ask: &RefundAsk) -> RefundAsk {
    RefundAsk {
        is_repeated: true,
        ..ask.clone()
    }
}

pub fn failure(answer: Answer<RefundFact>) -> (RefundFailure, String) {
    match answer {
        Answer::Done(RefundFact::Failed {
            problem,
            failure: Some(failure),
        }) => (failure, problem),
        other => panic!("not refused with a reason: {other:?}"),
    }
}

pub fn succeeded(amounts: &[i64]) -> Vec<(i64, String)> {
    let told = amounts
        .iter()
        .map(|amount| (*amount, "succeeded".to_owned()));
    told.collect()
}

#[tokio::test]
async fn a_refund_is_exact_in_currencies_of_each_notation() {
    let Some(world) = World::open().await else {
        return;
    };
    // What the shopper paid as Stripe writes it, a part of it in minor units, and that part as Stripe writes it.
    let cases = [
        ("USD", "10000", 1_234, 1_234),
        ("JPY", "10000", 1_234, 1_234),
        ("KWD", "100000", 12_340, 12_340),
        ("HUF", "1000000", 123_456, 123_456),
        ("ISK", "1000000", 1_234, 123_400),
    ];
    for (currency, paid, minor, amount) in cases {
        let payment = world.pays(paid, &currency.to_lowercase(), Card::Good).await;
        let ask = refund_ask(&format!("refund_{currency}.1"), &payment, minor, currency);
        let answer = world.stripe().refund(&ask).await;
        let made = world
            .get(&format!("/v1/refunds/{}", reference(&answer)))
            .await;
        assert_eq!(made["amount"], amount, "{currency}");
        assert_eq!(made["currency"], currency.to_lowercase());
        assert_eq!(made["metadata"]["bordereau_order"], "order_1");
        assert_eq!(made["metadata"]["bordereau_organization"], "organization_1");
        assert_eq!(
            made["metadata"]["bordereau_refund"],
            format!("refund_{currency}")
        );
        assert_eq!(made["metadata"]["bordereau_key"], ask.key);
    }
    world.is_as_described();
}

#[tokio::test]
async fn an_amount_that_stripe_cannot_express_is_not_asked_for() {
    let Some(world) = World::open().await else {
        return;
    };
    let payment = world.pays("100000", "kwd", Card::Good).await;
    let answer = world
        .stripe()
        .refund(&refund_ask("r.1", &payment, 12_345, "KWD"))
        .await;
    assert_eq!(
        failure(answer),
        (
            RefundFailure::AmountNotTaken,
            "Stripe cannot express 12.345 KWD: it takes multiples of 0.010 KWD".to_owned()
        )
    );
    assert_eq!(world.proxy.arrived().len(), 0);
    assert_eq!(world.refunded(&payment).await, []);
}

#[tokio::test]
async fn more_than_is_left_is_refused_with_the_reason_and_returns_nothing() {
    let Some(world) = World::open().await else {
        return;
    };
    let payment = world.pays("5000", "usd", Card::Good).await;
    let stripe = world.stripe();
    let first = stripe
        .refund(&refund_ask("r.1", &payment, 4_000, "USD"))
        .await;
    reference(&first);
    let (why, said) = failure(
        stripe
            .refund(&refund_ask("q.1", &payment, 1_001, "USD"))
            .await,
    );
    assert_eq!(why, RefundFailure::MoreThanLeft);
    assert!(said.contains("$10.01"), "{said}");
    let rest = stripe
        .refund(&refund_ask("s.1", &payment, 1_000, "USD"))
        .await;
    reference(&rest);
    let (why, said) = failure(stripe.refund(&refund_ask("t.1", &payment, 1, "USD")).await);
    assert_eq!(why, RefundFailure::RefundedAlready);
    assert!(said.starts_with("charge_already_refunded: "), "{said}");
    assert_eq!(world.refunded(&payment).await, succeeded(&[1_000, 4_000]));
    world.is_as_described();
}

#[tokio::test]
async fn the_same_key_twice_is_one_refund() {
    let Some(world) = World::open().await else {
        return;
    };
    let payment = world.pays("5000", "usd", Card::Good).await;
    let (stripe, ask) = (world.stripe(), refund_ask("r.1", &payment, 1_000, "USD"));
    let first = stripe.refund(&ask).await;
    assert_eq!(stripe.refund(&ask).await, first);
    world.proxy.will([Fault::Duplicate]);
    let other = refund_ask("q.1", &payment, 500, "USD");
    reference(&stripe.refund(&other).await);
    assert_eq!(world.refunded(&payment).await, succeeded(&[500, 1_000]));
    for exchange in world.proxy.arrived() {
        let key = header(&exchange.head, "idempotency-key").unwrap();
        let told = decoded(&exchange.body);
        assert!(told.contains(&("metadata[bordereau_key]".to_owned(), key.to_owned())));
    }
    world.is_as_described();
}

#[tokio::test]
async fn the_same_key_with_another_amount_is_for_a_person_to_look_at() {
    let Some(world) = World::open().await else {
        return;
    };
    let payment = world.pays("5000", "usd", Card::Good).await;
    let stripe = world.stripe();
    reference(
        &stripe
            .refund(&refund_ask("r.1", &payment, 1_000, "USD"))
            .await,
    );
    let answer = stripe
        .refund(&refund_ask("r.1", &payment, 1_001, "USD"))
        .await;
    assert!(matches!(answer, Answer::NeedsALook(_)), "{answer:?}");
    assert_eq!(world.refunded(&payment).await, succeeded(&[1_000]));
    world.is_as_described();
}

#[tokio::test]
async fn a_lost_answer_is_found_by_our_metadata_and_nothing_is_asked_again() {
    let Some(world) = World::open().await else {
        return;
    };
    for fault in [Fault::Swallow, Fault::CutAfter(40), Fault::CutAfter(300)] {
        let payment = world.pays("5000", "usd", Card::Good).await;
        let (stripe, ask) = (world.stripe(), refund_ask("r.1", &payment, 1_000, "USD"));
        // Another refund of the payment, with a key that is nearly the same, is none of ours.
        let other = [
            ("payment_intent", payment.as_str()),
            ("amount", "1000"),
            ("metadata[bordereau_key]", "r.11"),
        ];
        world.post("/v1/refunds", &other).await;
        let before = world.proxy.count("POST", "/v1/refunds");
        world.proxy.will([fault.clone()]);
        // Another key for each round: the account is the same.
        let ask = RefundAsk {
            key: format!("{}{payment}", ask.key),
            ..ask
        };
        let lost = stripe.refund(&ask).await;
        assert!(matches!(lost, Answer::Unknown(_)), "{fault:?}: {lost:?}");
        let found = stripe.refund(&again(&ask)).await;
        assert!(
            matches!(found, Answer::Done(RefundFact::Succeeded { .. })),
            "{found:?}"
        );
        assert_eq!(world.proxy.count("POST", "/v1/refunds"), before + 1);
        assert_eq!(world.refunded(&payment).await, succeeded(&[1_000, 1_000]));
    }
    world.is_as_described();
}

#[tokio::test]
async fn what_was_lost_on_the_way_is_looked_for_and_asked_for_once() {
    let Some(world) = World::open().await else {
        return;
    };
    let payment = world.pays("5000", "usd", Card::Good).await;
    let (stripe, ask) = (world.stripe(), refund_ask("r.1", &payment, 1_000, "USD"));
    world.proxy.will([Fault::Lose]);
    assert!(matches!(stripe.refund(&ask).await, Answer::Unknown(_)));
    assert_eq!(world.refunded(&payment).await, []);
    reference(&stripe.refund(&again(&ask)).await);
    assert_eq!(world.refunded(&payment).await, succeeded(&[1_000]));
    // Looking that fails asks for nothing.
    world.proxy.will([
        Fault::Answer(503, "{}".to_owned()),
        Fault::Lose,
        Fault::Swallow,
    ]);
    for _ in 0..3 {
        let unsure = stripe.refund(&again(&ask)).await;
        assert!(matches!(unsure, Answer::Unknown(_)), "{unsure:?}");
    }
    assert_eq!(world.proxy.count("POST", "/v1/refunds"), 1);
    world.is_as_described();
}

#[tokio::test]
async fn a_refund_is_found_behind_a_hundred_others() {
    let Some(world) = World::open().await else {
        return;
    };
    let payment = world.pays("50000", "usd", Card::Good).await;
    let (stripe, ask) = (world.stripe(), refund_ask("r.1", &payment, 1_000, "USD"));
    let first = stripe.refund(&ask).await;
    for _ in 0..100 {
        let other = [("payment_intent", payment.as_str()), ("amount", "1")];
        world.post("/v1/refunds", &other).await;
    }
    assert_eq!(stripe.refund(&again(&ask)).await, first);
    assert_eq!(world.proxy.count("POST", "/v1/refunds"), 1);
    assert_eq!(world.proxy.count("GET", "/v1/refunds"), 2);
    world.is_as_described();
}

#[tokio::test]
async fn a_pending_refund_is_settled_by_what_stripe_says_later() {
    let Some(world) = World::open().await else {
        return;
    };
    let payment = world.pays("5000", "usd", Card::RefundedLater).await;
    let (stripe, ask) = (world.stripe(), refund_ask("r.1", &payment, 1_000, "USD"));
    let taken_on = stripe.refund(&ask).await;
    let id = reference(&taken_on);
    let pending = Answer::Done(RefundFact::Pending {
        reference: id.clone(),
    });
    assert_eq!(taken_on, pending);
    assert_eq!(stripe.refund_status(&ask, &id).await, pending);
    world.is_as_described();
    // The stand-in never finishes one by itself: the bank's word is put into its mouth.
    world.proxy.will([Fault::Answer(
        200,
        r#"{"id":"re_1","object":"refund","amount":1000,"currency":"usd","status":"succeeded"}"#
            .to_owned(),
    )]);
    let reference = "re_1".to_owned();
    assert_eq!(
        stripe.refund_status(&ask, &id).await,
        Answer::Done(RefundFact::Succeeded { reference })
    );
    world.post(&format!("/v1/refunds/{id}/cancel"), &[]).await;
    assert_eq!(
        failure(stripe.refund_status(&ask, &id).await),
        (
            RefundFailure::WithdrawnAtProvider,
            format!("{id} was canceled")
        )
    );
    world.is_as_described();
}

#[tokio::test]
async fn a_disputed_charge_has_words_of_its_own_and_returns_nothing() {
    let Some(world) = World::open().await else {
        return;
    };
    let payment = world.pays("5000", "usd", Card::Disputed).await;
    let (why, said) = failure(
        world
            .stripe()
            .refund(&refund_ask("r.1", &payment, 1_000, "USD"))
            .await,
    );
    assert_eq!(why, RefundFailure::Disputed);
    assert!(said.starts_with("charge_disputed: "), "{said}");
    assert_eq!(world.refunded(&payment).await, []);
    world.is_as_described();
}

#[tokio::test]
async fn a_payment_that_is_only_held_or_not_there_is_refused_with_the_reason() {
    let Some(world) = World::open().await else {
        return;
    };
    let stripe = world.stripe();
    let held = world.holds("5000", "usd").await;
    let (why, _) = failure(stripe.refund(&refund_ask("r.1", &held, 1_000, "USD")).await);
    assert_eq!(why, RefundFailure::NotCaptured);
    let nowhere = refund_ask("q.1", "pi_nowhere", 1_000, "USD");
    let (why, _) = failure(stripe.refund(&nowhere).await);
    assert_eq!(why, RefundFailure::PaymentUnknown);
    world.is_as_described();
    // What may have been asked for before, in another account perhaps, is not called a failure.
    let unsure = stripe.refund(&again(&nowhere)).await;
    assert!(matches!(unsure, Answer::NeedsALook(_)), "{unsure:?}");
    let asked = world.proxy.arrived().len();
    let (why, said) = failure(
        stripe
            .refund(&refund_ask("s.1", "pay/../1", 1, "USD"))
            .await,
    );
    assert_eq!(why, RefundFailure::PaymentUnknown);
    assert_eq!(
        said,
        "\"pay/../1\" is no payment of Stripe's; one begins with pi_"
    );
    assert_eq!(world.proxy.arrived().len(), asked);
}
