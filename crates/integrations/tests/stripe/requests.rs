//! What is asked of Stripe, to the letter.

use engine::ports::RefundAsk;
use hyper::Method;
use integrations::payments::Stripe;
use integrations::payments::stripe_requests::{
    Reference, addressed, capture, payment, refund, refund_status, refunds, void,
};
use integrations::sending::Question;

use crate::world::{payment_ask, refund_ask};

fn get(path: &str) -> Question {
    Question {
        method: Method::GET,
        path: path.to_owned(),
        headers: Vec::new(),
        body: String::new(),
    }
}

fn post(path: &str, key: &str, body: &str) -> Question {
    let form = "application/x-www-form-urlencoded".to_owned();
    Question {
        method: Method::POST,
        path: path.to_owned(),
        headers: vec![("content-type", form), ("idempotency-key", key.to_owned())],
        body: body.to_owned(),
    }
}

#[test]
fn a_refund_names_its_payment_its_amount_and_what_it_is_found_by() {
    let ask = refund_ask("refund_1.2", "pi_1", 5, "ISK");
    let told = "&metadata%5Bbordereau_organization%5D=organization_1\
                &metadata%5Bbordereau_order%5D=order_1\
                &metadata%5Bbordereau_refund%5D=refund_1\
                &metadata%5Bbordereau_key%5D=refund_1.2";
    assert_eq!(
        refund(&ask, Reference::Intent("pi_1")),
        Ok(post(
            "/v1/refunds",
            "refund_1.2",
            &format!("payment_intent=pi_1&amount=500{told}")
        ))
    );
    assert_eq!(
        refund(&ask, Reference::Charge("ch_1")),
        Ok(post(
            "/v1/refunds",
            "refund_1.2",
            &format!("charge=ch_1&amount=500{told}")
        ))
    );
    // A repetition is the same to the letter, or the key would be refused.
    let again = RefundAsk {
        is_repeated: true,
        ..ask.clone()
    };
    let of = Reference::Intent("pi_1");
    assert_eq!(refund(&again, of), refund(&ask, of));
}

#[test]
fn what_is_looked_at_is_named_in_the_path() {
    assert_eq!(refund_status("re_1"), get("/v1/refunds/re_1"));
    assert_eq!(refund_status("re_1/../2?x"), get("/v1/refunds/re_12x"));
    assert_eq!(
        refunds(Reference::Intent("pi_1"), None),
        get("/v1/refunds?payment_intent=pi_1&limit=100&expand%5B%5D=data.balance_transaction")
    );
    assert_eq!(
        refunds(Reference::Charge("ch_1"), Some("re_9")),
        get(
            "/v1/refunds?charge=ch_1&limit=100&expand%5B%5D=data.balance_transaction&starting_after=re_9"
        )
    );
    assert_eq!(
        payment("pi_1"),
        get("/v1/payment_intents/pi_1?expand%5B%5D=latest_charge.balance_transaction")
    );
}

#[test]
fn a_payment_is_taken_in_part_or_released() {
    let ask = payment_ask("capture.3", "pi_1", 1_250, "EUR");
    assert_eq!(
        capture(&ask, "pi_1"),
        Ok(post(
            "/v1/payment_intents/pi_1/capture",
            "payment_1.capture.3",
            "amount_to_capture=1250"
        ))
    );
    let ask = payment_ask("void", "pi_1", 1_250, "EUR");
    assert_eq!(
        void(&ask, "pi_1"),
        post(
            "/v1/payment_intents/pi_1/cancel",
            "payment_1.void",
            "cancellation_reason=requested_by_customer"
        )
    );
}

#[test]
fn every_question_says_who_asks_in_which_version_and_account() {
    let own = addressed(get("/v1/refunds/re_1"), "sk_test_1", None);
    let headers = [
        ("authorization", "Bearer sk_test_1".to_owned()),
        ("stripe-version", "2026-08-26.dahlia".to_owned()),
    ];
    assert_eq!(own.headers, headers);
    let connected = addressed(get("/v1/refunds/re_1"), "sk_test_1", Some("acct_1"));
    assert_eq!(connected.headers[..2], headers);
    let account = ("stripe-account", "acct_1".to_owned());
    assert_eq!(connected.headers[2..], [account]);
}

#[test]
fn only_references_of_stripes_are_asked_about() {
    assert_eq!(Reference::of("pi_1"), Some(Reference::Intent("pi_1")));
    assert_eq!(Reference::of("ch_1"), Some(Reference::Charge("ch_1")));
    assert_eq!(Reference::of("py_1"), Some(Reference::Charge("py_1")));
    for other in [
        "",
        "pi",
        "pi_1/capture",
        "pi_1?x=1",
        "re_1",
        "at-provider-1",
    ] {
        assert_eq!(Reference::of(other), None, "{other}");
    }
}

#[test]
fn a_key_is_sent_to_no_other_machine_in_the_clear() {
    let refused = |address: &str, key: &str| Stripe::at(address, key).err().unwrap();
    assert_eq!(
        refused("http://api.stripe.com", "sk_live_1"),
        "\"http://api.stripe.com\" does not begin with https://"
    );
    assert!(refused("", "sk_live_1").contains("https://"));
    assert_eq!(
        refused("https://api.stripe.com", "pk_live_1"),
        "a secret key of Stripe's begins with sk_ or rk_"
    );
    assert!(Stripe::at("https://api.stripe.com", "rk_live_1").is_ok());
    assert!(Stripe::at("http://127.0.0.1:1", "sk_test_1").is_ok());
}
