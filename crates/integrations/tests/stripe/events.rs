//! What Stripe says by itself, in the desk's words: recorded bodies, and every event that a stand-in's account makes.

use domain::money::{Currency, Money};
use domain::order::Mode;
use domain::payment::Dispute;
use domain::payment_settle::PaymentFact;
use domain::refund::RefundFailure;
use domain::refund_settle::RefundFact;
use engine::ports::{News, Payments as _, Unread};
use integrations::payments::stripe_events::parse;

use crate::world::{Card, World, refund_ask};

/// The connected account that these events are about.
const ACCOUNT: Option<&str> = Some("acct_1");

fn event(kind: &str, object: &str) -> String {
    format!(
        r#"{{"id":"evt_1","object":"event","type":"{kind}","created":1772442000,"livemode":false,"account":"acct_1","data":{{"object":{object}}}}}"#
    )
}

fn said(kind: &str, object: &str) -> Vec<News> {
    parse(ACCOUNT, event(kind, object).as_bytes()).unwrap().news
}

fn moved(references: &[&str], fact: PaymentFact) -> Vec<News> {
    let references = named(references);
    vec![News::Payment { references, fact }]
}

fn named(references: &[&str]) -> Vec<String> {
    references.iter().copied().map(str::to_owned).collect()
}

#[test]
fn an_event_has_its_id_and_its_kind() {
    let object = r#"{"id":"pi_1","status":"succeeded","currency":"jpy","amount_received":500,"latest_charge":"ch_1"}"#;
    let said = event("payment_intent.succeeded", object);
    let word = parse(ACCOUNT, said.as_bytes()).unwrap();
    assert_eq!(
        (word.id.as_str(), word.kind.as_str(), word.mode),
        ("evt_1", "payment_intent.succeeded", Some(Mode::Test))
    );
    let live = said.replace(r#""livemode":false"#, r#""livemode":true"#);
    let live = parse(ACCOUNT, live.as_bytes()).unwrap();
    assert_eq!(live.mode, Some(Mode::Live));
    let captured_minor = 500;
    let taken = PaymentFact::Captured { captured_minor };
    assert_eq!(word.news, moved(&["pi_1", "ch_1"], taken));
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
        moved(&["pi_1"], PaymentFact::Authorized { expires_at: None })
    );
    let declined = r#","last_payment_error":{"message":"Declined."}"#;
    let reason = "Declined.".to_owned();
    assert_eq!(
        said(
            "payment_intent.payment_failed",
            &intent("requires_payment_method", declined)
        ),
        moved(&["pi_1"], PaymentFact::Failed { reason })
    );
    assert_eq!(
        said("payment_intent.canceled", &intent("canceled", "")),
        moved(&["pi_1"], PaymentFact::Voided)
    );
    let charge = r#"{"id":"ch_1","payment_intent":"pi_1"}"#;
    assert_eq!(
        said("charge.expired", charge),
        moved(&["pi_1", "ch_1"], PaymentFact::Expired)
    );
    assert_eq!(
        said("charge.expired", r#"{"id":"ch_1"}"#),
        moved(&["ch_1"], PaymentFact::Expired)
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
    assert_eq!(
        said("refund.failed", &refund("failed", ours)),
        [News::Refund {
            payment_references: named(&["pi_1", "ch_1"]),
            reference: "re_1".to_owned(),
            key: Some("refund_1.2".to_owned()),
            money: Money::new(5, Currency::parse("ISK").unwrap()),
            fact: RefundFact::Failed {
                problem: "re_1 failed: lost_or_stolen_card".to_owned(),
                failure: Some(RefundFailure::CardLost),
            },
        }]
    );
    let foreign = [News::Refund {
        payment_references: named(&["pi_1", "ch_1"]),
        reference: "re_1".to_owned(),
        key: None,
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
    let dispute = |status: &str, submissions: u8| {
        format!(
            r#"{{"id":"dp_1","amount":1000,"currency":"usd","status":"{status}","reason":"fraudulent","payment_intent":"pi_1","charge":"ch_1","balance_transactions":[{{"id":"txn_1","fee":1500,"currency":"usd"}}],"evidence_details":{{"due_by":1772442000,"submission_count":{submissions}}}}}"#
        )
    };
    let stands = |is_answered: bool, won: Option<bool>| {
        let dispute = Dispute {
            reference: "dp_1".to_owned(),
            reason: "fraudulent".to_owned(),
            evidence_due_at: Some("2026-03-02T09:00:00Z".parse().unwrap()),
            is_answered,
            won,
            amount_minor: 1_000,
            fee: Some(Money::new(1_500, Currency::USD)),
            ..Dispute::default()
        };
        moved(&["pi_1", "ch_1"], PaymentFact::DisputeOpened { dispute })
    };
    for (status, submissions, is_answered, won) in [
        ("needs_response", 0, false, None),
        // The bank asks for more.
        ("needs_response", 1, false, None),
        ("under_review", 0, true, None),
        ("won", 1, true, Some(true)),
        ("won", 0, false, Some(true)),
        ("lost", 1, true, Some(false)),
        ("lost", 0, false, Some(false)),
    ] {
        assert_eq!(
            said("charge.dispute.updated", &dispute(status, submissions)),
            stands(is_answered, won)
        );
    }
    for takes_nothing in ["warning_needs_response", "warning_closed", "prevented"] {
        let told = dispute(takes_nothing, 0);
        assert_eq!(said("charge.dispute.created", &told), []);
    }
    // A bank that lets nobody answer says that evidence is due at 0.
    let unanswerable = dispute("needs_response", 0).replace("1772442000", "0");
    let told = said("charge.dispute.created", &unanswerable);
    let [
        News::Payment {
            fact: PaymentFact::DisputeOpened { dispute },
            ..
        },
    ] = &told[..]
    else {
        panic!("{told:?}");
    };
    assert_eq!(dispute.evidence_due_at, None);
}

fn not_theirs(problem: String) -> Unread {
    Unread::NotTheirs {
        id: "evt_1".to_owned(),
        kind: "refund.created".to_owned(),
        problem,
    }
}

#[test]
fn an_event_of_another_account_is_not_this_organizations() {
    let refund =
        r#"{"id":"re_1","amount":500,"currency":"usd","status":"succeeded","charge":"ch_1"}"#;
    let connected = event("refund.created", refund);
    let own = connected.replace(r#","account":"acct_1""#, "");
    for (account, said, why) in [
        (
            None,
            &connected,
            "it is about the connected account acct_1, and this organization is asked for in the account of the secret key",
        ),
        (
            Some("acct_2"),
            &connected,
            "it is about the connected account acct_1, and this organization is asked for in the connected account acct_2",
        ),
        (
            ACCOUNT,
            &own,
            "it is about the account of the secret key, and this organization is asked for in the connected account acct_1",
        ),
    ] {
        let why = format!("{why}: nothing else of it is kept; see stripe_accounts");
        assert_eq!(parse(account, said.as_bytes()), Err(not_theirs(why)));
    }
    for (account, said) in [(None, own), (ACCOUNT, connected)] {
        let told = parse(account, said.as_bytes()).unwrap().news;
        let [
            News::Refund {
                payment_references, ..
            },
        ] = &told[..]
        else {
            panic!("{told:?}");
        };
        assert_eq!(*payment_references, ["ch_1"]);
    }
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
        let read = parse(ACCOUNT, unreadable.as_bytes());
        assert!(matches!(read, Err(Unread::Unreadable(_))), "{unreadable}");
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
    let mut says: Vec<News> = Vec::new();
    for event in list["data"].as_array().unwrap() {
        let word = parse(None, event.to_string().as_bytes()).unwrap();
        assert_eq!(word.id, event["id"].as_str().unwrap());
        says.extend(word.news);
    }
    let is_said = |wanted: &dyn Fn(&News) -> bool| assert!(says.iter().any(wanted), "{says:#?}");
    is_said(&|said| {
        matches!(said, News::Refund { payment_references, key: Some(key), fact: RefundFact::Succeeded { .. }, .. }
            if payment_references[0] == paid && key == "r.1")
    });
    is_said(&|said| {
        matches!(said, News::Refund { payment_references, key: None, money, .. }
            if payment_references[0] == paid && money.minor == 500)
    });
    is_said(&|said| {
        matches!(said, News::Payment { references, fact: PaymentFact::DisputeOpened { dispute } }
            if references[0] == disputed && dispute.amount_minor == 7_000)
    });
    is_said(&|said| {
        matches!(said, News::Payment { references, fact: PaymentFact::Voided }
            if references[0] == held)
    });
    is_said(&|said| {
        matches!(said, News::Payment { references, fact: PaymentFact::Captured { captured_minor: 5_000 } }
            if references[0] == paid)
    });
}
