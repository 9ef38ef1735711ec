//! What Stripe's answers mean, by bodies as it sends them.

use domain::money::{Currency, Money};
use domain::payment_settle::PaymentFact;
use domain::refund::RefundFailure;
use domain::refund_settle::RefundFact;
use engine::ports::{Answer, News};
use integrations::payments::stripe_answers::{self as answers, Sought};
use integrations::sending::{Reply, Silence};

fn reply(status: u16, body: &str) -> Result<Reply, Silence> {
    Ok(Reply {
        status,
        body: body.as_bytes().to_vec(),
    })
}

fn error(status: u16, kind: &str, code: &str, message: &str) -> Result<Reply, Silence> {
    let body = format!(
        r#"{{"error":{{"type":"{kind}","code":"{code}","message":"{message}","param":"amount"}}}}"#
    );
    reply(status, &body)
}

fn refund(status: &str, more: &str) -> String {
    format!(
        r#"{{"id":"re_1","object":"refund","amount":1000,"currency":"usd","status":"{status}"{more}}}"#
    )
}

fn failed(problem: &str, failure: RefundFailure) -> Answer<RefundFact> {
    Answer::Done(RefundFact::Failed {
        problem: problem.to_owned(),
        failure: Some(failure),
    })
}

#[test]
fn a_refund_stands_as_stripe_says() {
    let reference = || "re_1".to_owned();
    let said = |status: &str, more: &str| answers::refund(reply(200, &refund(status, more)));
    assert_eq!(
        said("succeeded", ""),
        Answer::Done(RefundFact::Succeeded {
            reference: reference()
        })
    );
    for waiting in ["pending", "requires_action"] {
        assert_eq!(
            said(waiting, ""),
            Answer::Done(RefundFact::Pending {
                reference: reference()
            })
        );
    }
    let canceled = failed("re_1 was canceled", RefundFailure::WithdrawnAtProvider);
    assert_eq!(said("canceled", ""), canceled);
    for (reason, failure) in [
        ("declined", RefundFailure::BankDeclined),
        ("expired_or_canceled_card", RefundFailure::CardClosed),
        ("lost_or_stolen_card", RefundFailure::CardLost),
        (
            "charge_for_pending_refund_disputed",
            RefundFailure::Disputed,
        ),
        ("insufficient_funds", RefundFailure::BalanceTooLow),
        ("merchant_request", RefundFailure::WithdrawnAtProvider),
        ("unknown", RefundFailure::Other),
    ] {
        let more = format!(r#","failure_reason":"{reason}""#);
        let expected = failed(&format!("re_1 failed: {reason}"), failure);
        assert_eq!(said("failed", &more), expected);
    }
    assert_eq!(
        said("dreamt", ""),
        Answer::Unknown("the refund re_1 has the status Some(\"dreamt\")".to_owned())
    );
}

#[test]
fn a_refusal_has_a_reason_and_stripes_own_words() {
    for (code, failure) in [
        ("charge_disputed", RefundFailure::Disputed),
        ("charge_already_refunded", RefundFailure::RefundedAlready),
        ("resource_missing", RefundFailure::PaymentUnknown),
        ("balance_insufficient", RefundFailure::BalanceTooLow),
        ("amount_too_small", RefundFailure::AmountNotTaken),
        ("amount_too_large", RefundFailure::MoreThanLeft),
        ("something_new", RefundFailure::Other),
    ] {
        let answer = answers::refund(error(400, "invalid_request_error", code, "No."));
        assert_eq!(answer, failed(&format!("{code}: No."), failure));
    }
}

#[test]
fn what_was_certainly_not_begun_is_not_now() {
    let silence = Err(Silence::NotSent("connection refused".to_owned()));
    let not_now = |problem: &str| Answer::NotNow(problem.to_owned());
    assert_eq!(answers::refund(silence), not_now("connection refused"));
    for status in [401, 403, 409, 429, 503] {
        let answer = answers::refund(error(status, "api_error", "lock_timeout", "Wait."));
        assert_eq!(answer, not_now(&format!("{status} lock_timeout: Wait.")));
    }
    let in_use = error(409, "idempotency_error", "idempotency_key_in_use", "Wait.");
    assert_eq!(
        answers::refund(in_use),
        not_now("409 idempotency_key_in_use: Wait.")
    );
}

#[test]
fn what_may_have_been_done_is_unknown() {
    let unknown = |answer: Answer<RefundFact>| matches!(answer, Answer::Unknown(_));
    let silence = Err(Silence::NoAnswer("no answer in time".to_owned()));
    assert!(unknown(answers::refund(silence)));
    assert!(unknown(answers::refund(reply(200, "{\"id\":\"re_"))));
    assert!(unknown(answers::refund(reply(200, "[]"))));
    assert!(unknown(answers::refund(error(500, "api_error", "", "Oh."))));
    assert!(unknown(answers::refund(reply(
        502,
        "<html>bad gateway</html>"
    ))));
    // A page of someone between us and Stripe is no answer of Stripe's.
    assert!(unknown(answers::refund(reply(
        404,
        "<html>not found</html>"
    ))));
    assert!(unknown(answers::refund(reply(302, ""))));
    // A refund that was taken on has not failed because it cannot be found.
    let missing = error(404, "invalid_request_error", "resource_missing", "No.");
    assert!(unknown(answers::refund_status(missing)));
}

#[test]
fn a_key_that_came_with_other_words_is_for_a_person_to_look_at() {
    let told =
        r#"{"error":{"type":"idempotency_error","message":"Keys for idempotent requests."}}"#;
    assert_eq!(
        answers::refund(reply(400, told)),
        Answer::NeedsALook("400 Keys for idempotent requests.".to_owned())
    );
}

#[test]
fn a_refund_is_recognised_by_the_key_in_its_metadata_alone() {
    let ours = refund("succeeded", r#","metadata":{"bordereau_key":"r.1"}"#);
    let other =
        refund("succeeded", r#","metadata":{"bordereau_key":"r.11"}"#).replace("re_1", "re_2");
    let bare = refund("succeeded", "").replace("re_1", "re_3");
    let page = |refunds: &[&str], has_more: bool| {
        let body = format!(
            r#"{{"data":[{}],"has_more":{has_more}}}"#,
            refunds.join(",")
        );
        answers::sought(reply(200, &body), "r.1")
    };
    let reference = "re_1".to_owned();
    assert_eq!(
        page(&[&other, &ours, &bare], true),
        Sought::Found(Answer::Done(RefundFact::Succeeded { reference }))
    );
    assert_eq!(
        page(&[&other, &bare], true),
        Sought::After("re_3".to_owned())
    );
    assert_eq!(page(&[&other, &bare], false), Sought::Nowhere);
    assert_eq!(page(&[], false), Sought::Nowhere);
    let busy = answers::sought(error(429, "api_error", "rate_limit", "Wait."), "r.1");
    assert!(
        matches!(busy, Sought::Found(Answer::Unknown(_))),
        "{busy:?}"
    );
}

#[test]
fn a_payment_stands_as_stripe_says() {
    let intent = |status: &str, more: &str| {
        let body = format!(
            r#"{{"id":"pi_1","status":"{status}","currency":"isk","amount_received":500{more}}}"#
        );
        answers::payment_status(
            reply(200, &body),
            &crate::world::payment_ask("status", "pi_1", 5, "ISK"),
        )
    };
    let facts = |answer| match answer {
        Answer::Done(facts) => facts,
        other => panic!("{other:?}"),
    };
    let captured_minor = 5;
    assert_eq!(
        facts(intent("succeeded", "")),
        [PaymentFact::Captured { captured_minor }]
    );
    let card = r#","latest_charge":{"id":"ch_1","payment_method_details":{"card":{"brand":"visa","last4":"4242","capture_before":1772442000}}}"#;
    assert_eq!(
        facts(intent("requires_capture", card)),
        [PaymentFact::Authorized {
            expires_at: Some("2026-03-02T09:00:00Z".parse().unwrap())
        }]
    );
    assert_eq!(facts(intent("canceled", "")), [PaymentFact::Voided]);
    let lapsed = r#","cancellation_reason":"automatic""#;
    assert_eq!(facts(intent("canceled", lapsed)), [PaymentFact::Expired]);
    let declined = r#","last_payment_error":{"message":"Your card was declined."}"#;
    assert_eq!(
        facts(intent("requires_payment_method", declined)),
        [PaymentFact::Failed {
            reason: "Your card was declined.".to_owned()
        }]
    );
    for waiting in ["requires_payment_method", "requires_action", "processing"] {
        assert_eq!(facts(intent(waiting, "")), []);
    }
    assert!(matches!(intent("dreamt", ""), Answer::Unknown(_)));
    let body = r#"{"id":"pi_1","status":"succeeded","currency":"jpy","amount_received":500}"#;
    let ask = crate::world::payment_ask("status", "pi_1", 500, "ISK");
    let refused = "the payment pi_1 was made in JPY, the order in ISK".to_owned();
    assert_eq!(
        answers::payment_status(reply(200, body), &ask),
        Answer::Refused(refused)
    );
}

#[test]
fn refunds_of_a_payment_are_told_with_whose_they_are_and_what_released_a_hold_is_none() {
    let ask = crate::world::payment_ask("status", "ch_1", 5_000, "USD");
    let page = |refunds: &[String], has_more: bool| {
        let body = format!(
            r#"{{"data":[{}],"has_more":{has_more}}}"#,
            refunds.join(",")
        );
        answers::refunds_of(reply(200, &body), &ask)
    };
    let told = |key: Option<&str>, fact: RefundFact| News::Refund {
        payment_references: vec!["ch_1".to_owned()],
        reference: "re_1".to_owned(),
        key: key.map(str::to_owned),
        money: Money::new(1_000, Currency::USD),
        fact,
    };
    let (booked, nowhere) = (
        r#","payment_intent":"pi_1","balance_transaction":"txn_1","metadata":{"bordereau_key":"r.1"}"#,
        r#","balance_transaction":null"#,
    );
    let reference = || "re_1".to_owned();
    let failed = RefundFact::Failed {
        problem: "re_1 failed: declined".to_owned(),
        failure: Some(RefundFailure::BankDeclined),
    };
    let expected = vec![
        told(
            Some("r.1"),
            RefundFact::Succeeded {
                reference: reference(),
            },
        ),
        told(
            None,
            RefundFact::Pending {
                reference: reference(),
            },
        ),
        told(None, failed),
    ];
    let refunds = [
        refund("succeeded", booked),
        refund("pending", nowhere),
        refund("failed", r#","failure_reason":"declined""#),
        refund("succeeded", nowhere),
    ];
    let next = Some(reference());
    assert_eq!(page(&refunds, true), Answer::Done((expected, next)));
    let other = [refund("succeeded", booked).replace("usd", "eur")];
    let refused = "the payment ch_1 was made in EUR, the order in USD".to_owned();
    assert_eq!(page(&other, false), Answer::Refused(refused));
    let strange = [refund("dreamt", booked)];
    assert!(matches!(page(&strange, false), Answer::Unknown(_)));
}
