//! What Stripe says by itself, in the desk's words: recorded bodies, and every event that a stand-in's account makes.

use domain::money::{Currency, Money};
use domain::payment::Dispute;
use domain::payment_settle::PaymentFact;
use domain::refund::RefundFailure;
use domain::refund_settle::RefundFact;
use engine::ports::Payments as _;
use engine::provider_words::{PaymentName, Said};
use integrations::payments::stripe_events::parse;

use crate::world::{Card, World, refund_ask};

fn event(kind: &str, object: &str) -> String {
    format!(
        r#"{{"id":"evt_1","object":"event","type":"{kind}","created":1772442000,"livemode":false,"account":"acct_1","data":{{"object":{object}}}}}"#
    )
}

fn said(kind: &str, object: &str) -> Vec<Said> {
    parse(event(kind, object).as_bytes()).unwrap().says
}

fn name(payment: &str, charge: &str) -> PaymentName {
    PaymentName {
        payment: payment.to_owned(),
        charge: charge.to_owned(),
    }
}

fn moved(charge: &str, fact: PaymentFact) -> Vec<Said> {
    vec![Said::Payment {
        payment: name("pi_1", charge),
        fact,
    }]
}

#[test]
fn an_event_says_whose_it_is_when_it_was_and_what_about() {
    let object = r#"{"id":"pi_1","status":"succeeded","currency":"jpy","amount_received":500,"latest_charge":"ch_1"}"#;
    let word = parse(event("payment_intent.succeeded", object).as_bytes()).unwrap();
    assert_eq!(
        (word.id.as_str(), word.object.as_str(), word.kind.as_str()),
        ("evt_1", "pi_1", "payment_intent.succeeded")
    );
    assert_eq!(word.at, "2026-03-02T09:00:00Z".parse().unwrap());
    assert_eq!(
        (word.account.as_deref(), word.is_live),
        (Some("acct_1"), false)
    );
    let captured_minor = 500;
    let taken = PaymentFact::Captured { captured_minor };
    assert_eq!(word.says, moved("ch_1", taken));
}

#[test]
fn a_payment_that_moved_is_told_as_it_stands() {
    let intent = |status: &str, more: &str| {
        format!(r#"{{"id":"pi_1","status":"{status}","currency":"usd","amount_received":0{more}}}"#)
    };
    assert_eq!(
        said(
            "payment_intent.amount_capturable_updated",
            &intent("requires_capture", "")
        ),
        moved("", PaymentFact::Authorized { expires_at: None })
    );
    let declined = r#","last_payment_error":{"message":"Declined."}"#;
    let reason = "Declined.".to_owned();
    assert_eq!(
        said(
            "payment_intent.payment_failed",
            &intent("requires_payment_method", declined)
        ),
        moved("", PaymentFact::Failed { reason })
    );
    assert_eq!(
        said("payment_intent.canceled", &intent("canceled", "")),
        moved("", PaymentFact::Voided)
    );
    let charge = r#"{"id":"ch_1","payment_intent":"pi_1"}"#;
    assert_eq!(
        said("charge.expired", charge),
        moved("ch_1", PaymentFact::Expired)
    );
}

#[test]
fn a_refund_of_ours_is_told_by_its_key_and_anothers_by_its_amount() {
    let refund = |status: &str, more: &str| {
        format!(
            r#"{{"id":"re_1","amount":500,"currency":"isk","status":"{status}","payment_intent":"pi_1","charge":{{"id":"ch_1"}}{more}}}"#
        )
    };
    let ours = r#","metadata":{"bordereau_key":"refund_1.2","bordereau_order":"order_1"},"failure_reason":"lost_or_stolen_card""#;
    let payment = name("pi_1", "ch_1");
    assert_eq!(
        said("refund.failed", &refund("failed", ours)),
        [Said::Refund {
            payment: payment.clone(),
            key: "refund_1.2".to_owned(),
            order_id: "order_1".to_owned(),
            fact: RefundFact::Failed {
                problem: "re_1 failed: lost_or_stolen_card".to_owned(),
                failure: Some(RefundFailure::CardLost),
            },
        }]
    );
    let foreign = [Said::ForeignRefund {
        payment,
        reference: "re_1".to_owned(),
        money: Money::new(5, Currency::parse("ISK").unwrap()),
        fact: RefundFact::Succeeded {
            reference: "re_1".to_owned(),
        },
    }];
    for kind in ["refund.created", "refund.updated", "charge.refund.updated"] {
        assert_eq!(said(kind, &refund("succeeded", "")), foreign);
    }
    let charge = format!(
        r#"{{"id":"ch_1","refunds":{{"data":[{}]}}}}"#,
        refund("succeeded", "")
    );
    assert_eq!(said("charge.refunded", &charge), foreign);
    assert_eq!(said("charge.refunded", r#"{"id":"ch_1"}"#), []);
}

#[test]
fn a_dispute_is_opened_decided_or_only_an_inquiry() {
    let dispute = |status: &str| {
        format!(
            r#"{{"id":"dp_1","amount":1000,"currency":"usd","status":"{status}","reason":"fraudulent","payment_intent":"pi_1","charge":"ch_1","evidence_details":{{"due_by":1772442000}}}}"#
        )
    };
    let opened = Said::Payment {
        payment: name("pi_1", "ch_1"),
        fact: PaymentFact::DisputeOpened {
            dispute: Dispute {
                reference: "dp_1".to_owned(),
                reason: "fraudulent".to_owned(),
                evidence_due_at: Some("2026-03-02T09:00:00Z".parse().unwrap()),
                won: None,
                amount_minor: 1_000,
            },
        },
    };
    let closed = |won: bool| Said::Payment {
        payment: name("pi_1", "ch_1"),
        fact: PaymentFact::DisputeClosed { won },
    };
    for status in ["needs_response", "under_review"] {
        assert_eq!(
            said("charge.dispute.updated", &dispute(status)),
            std::slice::from_ref(&opened)
        );
    }
    for (status, won) in [("won", true), ("lost", false)] {
        assert_eq!(
            said("charge.dispute.closed", &dispute(status)),
            [opened.clone(), closed(won)]
        );
    }
    assert_eq!(
        said("charge.dispute.created", &dispute("warning_needs_response")),
        [Said::Inquiry {
            payment: name("pi_1", "ch_1"),
            reference: "dp_1".to_owned(),
            reason: "fraudulent".to_owned(),
        }]
    );
}

#[test]
fn what_is_none_of_the_desks_business_says_nothing_and_what_cannot_be_read_says_so() {
    assert_eq!(said("customer.created", r#"{"id":"cus_1"}"#), []);
    assert_eq!(said("balance.available", "{}"), []);
    let refund = r#"{"id":"re_1","amount":500,"currency":"usd","status":"dreamt"}"#;
    for unreadable in [
        String::new(),
        "[]".to_owned(),
        r#"{"id":"evt_1"}"#.to_owned(),
        event("refund.created", r#"{"id":"re_1"}"#),
        event("refund.created", refund),
        event(
            "refund.created",
            &refund.replace("usd", "zzz").replace("dreamt", "pending"),
        ),
    ] {
        assert!(parse(unreadable.as_bytes()).is_err(), "{unreadable}");
    }
}

#[tokio::test]
async fn every_event_of_an_account_can_be_read() {
    let Some(world) = World::open().await else {
        return;
    };
    let stripe = world.stripe();
    let paid = world.pays("5000", "usd", Card::Good).await;
    stripe.refund(&refund_ask("r.1", &paid, 1_000, "USD")).await;
    world
        .post(
            "/v1/refunds",
            &[("payment_intent", paid.as_str()), ("amount", "500")],
        )
        .await;
    let disputed = world.pays("7000", "usd", Card::Disputed).await;
    let held = world.holds("3000", "usd").await;
    world
        .post(&format!("/v1/payment_intents/{held}/cancel"), &[])
        .await;
    let list = world.get("/v1/events?limit=100").await;
    let mut says: Vec<Said> = Vec::new();
    for event in list["data"].as_array().unwrap() {
        let word = parse(event.to_string().as_bytes()).unwrap();
        assert_eq!(word.id, event["id"].as_str().unwrap());
        says.extend(word.says);
    }
    let is_said = |wanted: &dyn Fn(&Said) -> bool| assert!(says.iter().any(wanted), "{says:#?}");
    is_said(&|said| {
        matches!(said, Said::Refund { payment, key, order_id, fact: RefundFact::Succeeded { .. } }
            if payment.payment == paid && key == "r.1" && order_id == "order_1")
    });
    is_said(&|said| {
        matches!(said, Said::ForeignRefund { payment, money, .. }
            if payment.payment == paid && money.minor == 500)
    });
    is_said(&|said| {
        matches!(said, Said::Payment { payment, fact: PaymentFact::DisputeOpened { dispute } }
            if payment.payment == disputed && dispute.amount_minor == 7_000)
    });
    is_said(&|said| {
        matches!(said, Said::Payment { payment, fact: PaymentFact::Voided }
            if payment.payment == held)
    });
    is_said(&|said| {
        matches!(said, Said::Payment { payment, fact: PaymentFact::Captured { captured_minor: 5_000 } }
            if payment.payment == paid)
    });
}
