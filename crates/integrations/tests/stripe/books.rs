//! Stripe's books as movements of our payments: what is asked, what its lines mean, and both against a stand-in.

use domain::money::{Currency, Money};
use domain::reconcile::{Kind, Period};
use engine::ports::{Answer, Booked, Movements, Payments as _};
use integrations::payments::Stripe;
use integrations::payments::stripe_books::movements;
use integrations::payments::stripe_requests as requests;
use integrations::sending::{Reply, Silence};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::proxy::Fault;
use crate::world::{Card, World, movements_ask, refund_ask};

const AT: i64 = 1_772_442_000;

fn reply(status: u16, body: &Value) -> Result<Reply, Silence> {
    Ok(Reply {
        status,
        body: body.to_string().into_bytes(),
    })
}

fn line(category: &str, amount: i64, fee: i64, source: &Value) -> Value {
    json!({
        "object": "balance_transaction", "id": format!("txn_{category}"), "created": AT, "amount": amount, "fee": fee,
        "currency": "usd", "reporting_category": category, "type": category, "source": source
    })
}

fn charge() -> Value {
    json!({
        "object": "charge", "id": "ch_1", "payment_intent": "pi_1", "amount": 12_000, "amount_captured": 12_000,
        "currency": "usd"
    })
}

fn refund(currency: &str, metadata: &Value) -> Value {
    json!({
        "object": "refund", "id": "re_1", "payment_intent": "pi_1", "charge": "ch_1", "amount": 1_250,
        "currency": currency, "status": "succeeded", "metadata": metadata
    })
}

fn dispute() -> Value {
    json!({
        "object": "dispute", "id": "du_1", "payment_intent": null, "charge": "ch_1", "amount": 12_000,
        "currency": "usd", "status": "needs_response", "reason": "fraudulent"
    })
}

/// A page, whose lines Stripe gives with the newest first.
fn page(lines: &[Value], has_more: bool) -> Answer<Movements> {
    movements(reply(
        200,
        &json!({"object": "list", "data": lines, "has_more": has_more}),
    ))
}

fn told(answer: Answer<Movements>) -> Vec<Booked> {
    match answer {
        Answer::Done(page) => page.booked,
        other => panic!("{other:?}"),
    }
}

fn booked(kind: Kind, payment: &str, minor: i64) -> Booked {
    Booked {
        provider: "stripe".to_owned(),
        payment_reference: payment.to_owned(),
        key: None,
        refund_reference: String::new(),
        kind,
        at: Timestamp::from_second(AT).unwrap(),
        money: Money::new(minor, Currency::USD),
    }
}

fn refunded(key: Option<&str>, minor: i64) -> Booked {
    Booked {
        key: key.map(str::to_owned),
        refund_reference: "re_1".to_owned(),
        ..booked(Kind::Refund, "pi_1", minor)
    }
}

#[test]
fn a_page_is_asked_for_by_whole_seconds_and_from_where_the_one_before_ended() {
    let from: Timestamp = "2026-03-02T09:00:00.000001Z".parse().unwrap();
    let period = Period {
        from,
        until: from + SignedDuration::from_secs(60),
    };
    let first = "/v1/balance_transactions?created%5Bgte%5D=1772442001&created%5Blt%5D=1772442061\
                 &limit=100&expand%5B%5D=data.source";
    assert_eq!(requests::movements(period, None).path, first);
    let next = requests::movements(period, Some("txn_1")).path;
    assert_eq!(next, format!("{first}&starting_after=txn_1"));
    // Stripe counts from 1970.
    let ever = Period {
        from: Timestamp::MIN,
        until: from,
    };
    let path = requests::movements(ever, None).path;
    assert!(path.contains("created%5Bgte%5D=0&"), "{path}");
}

#[test]
fn what_was_taken_returned_and_disputed_is_told_oldest_first_and_what_it_cost_apart() {
    let ours = json!({"bordereau_key": "refund_1.1"});
    let lines = [
        line("dispute_reversal", 12_000, 0, &dispute()),
        line("dispute", -12_000, 1_500, &dispute()),
        line("refund_failure", 1_250, 0, &refund("usd", &ours)),
        line("refund", -1_250, 0, &refund("usd", &ours)),
        line("refund", -1_250, 0, &refund("usd", &json!({}))),
        line("charge_failure", -12_000, 0, &charge()),
        line("charge", 12_000, 378, &charge()),
    ];
    let expected = [
        booked(Kind::Charge, "pi_1", 12_000),
        booked(Kind::Fee, "pi_1", 378),
        booked(Kind::Charge, "pi_1", -12_000),
        refunded(None, -1_250),
        refunded(Some("refund_1.1"), -1_250),
        refunded(Some("refund_1.1"), 1_250),
        booked(Kind::Dispute, "ch_1", -12_000),
        booked(Kind::Fee, "ch_1", 1_500),
        booked(Kind::Dispute, "ch_1", 12_000),
    ];
    assert_eq!(told(page(&lines, false)), expected);
}

#[test]
fn what_is_about_no_payment_is_left_out() {
    let payout = json!({"object": "payout", "id": "po_1", "amount": 9_000, "currency": "usd"});
    let lines = [
        line("payout", -9_000, 0, &payout),
        line("transfer", -100, 0, &json!("tr_1")),
        line("fee", -200, 0, &Value::Null),
        line("network_cost", -3, 0, &charge()),
    ];
    let empty = Movements {
        booked: Vec::new(),
        next: Some("txn_network_cost".to_owned()),
    };
    // Such a page may be empty though more follows.
    assert_eq!(page(&lines, true), Answer::Done(empty));
}

#[test]
fn money_is_told_in_what_the_shopper_paid_and_a_fee_in_what_stripe_bills() {
    let mut sold = charge();
    // A part was taken of what was held, in a currency that Stripe writes without decimals.
    (sold["currency"], sold["amount_captured"]) = (json!("jpy"), json!(3_000));
    let lines = [
        line("refund", -811, 0, &refund("jpy", &json!({}))),
        line("charge", 1_945, 86, &sold),
    ];
    let jpy = |minor| Money::new(minor, Currency::parse("JPY").unwrap());
    let expected = [
        Booked {
            money: jpy(3_000),
            ..booked(Kind::Charge, "pi_1", 0)
        },
        booked(Kind::Fee, "pi_1", 86),
        Booked {
            money: jpy(-1_250),
            ..refunded(None, 0)
        },
    ];
    assert_eq!(told(page(&lines, false)), expected);
    // Where both are the same, the line says what moved, be it a part of what the object has in all.
    let part = [line("dispute", -5_000, 0, &dispute())];
    let expected = [booked(Kind::Dispute, "ch_1", -5_000)];
    assert_eq!(told(page(&part, false)), expected);
}

#[test]
fn a_line_that_cannot_be_read_makes_no_page_and_a_refusal_is_told() {
    for (source, problem) in [
        (json!("ch_1"), "it is about ch_1, which is not shown"),
        (Value::Null, "it is about no payment"),
        (
            json!({"object": "topup", "id": "tu_1"}),
            "it is about no payment",
        ),
    ] {
        let answer = page(
            &[
                line("charge", 1, 0, &source),
                line("charge", 5, 0, &charge()),
            ],
            false,
        );
        let said = format!("txn_charge cannot be read: {problem}");
        assert_eq!(answer, Answer::Unknown(said));
    }
    let error = |status: u16, code: &str| {
        let told =
            json!({"error": {"type": "invalid_request_error", "code": code, "message": "No."}});
        movements(reply(status, &told))
    };
    let said = |text: &str| text.to_owned();
    assert_eq!(
        error(400, "resource_missing"),
        Answer::Refused(said("resource_missing: No."))
    );
    let busy = Answer::NotNow(said("429 rate_limit: No."));
    assert_eq!(error(429, "rate_limit"), busy);
    let broken = Answer::Unknown(said("500 api_error: No."));
    assert_eq!(error(500, "api_error"), broken);
}

async fn all_of(stripe: &Stripe) -> (Vec<Booked>, usize) {
    let (mut all, mut pages, mut after) = (Vec::new(), 0, None);
    loop {
        let Answer::Done(page) = stripe.movements(&movements_ask(after)).await else {
            panic!("the books are not shown");
        };
        all.extend(page.booked);
        (pages, after) = (pages + 1, page.next);
        if after.is_none() {
            return (all, pages);
        }
    }
}

#[tokio::test]
async fn the_books_of_an_account_are_read_whole() {
    let Some(world) = World::open().await else {
        return;
    };
    let stripe = world.stripe();
    let paid = world.pays("12000", "usd", Card::Good).await;
    stripe
        .refund(&refund_ask("refund_1.1", &paid, 1_250, "USD"))
        .await;
    let outside = [("payment_intent", paid.as_str()), ("amount", "300")];
    let outside = world.post("/v1/refunds", &outside).await;
    let disputed = world.pays("5000", "usd", Card::Disputed).await;
    // What is only held, or released, is in no books.
    world.holds("700", "usd").await;
    world.proxy.will([Fault::Swallow]);
    let lost = stripe.movements(&movements_ask(None)).await;
    assert!(matches!(lost, Answer::Unknown(_)), "{lost:?}");
    let (all, pages) = all_of(&stripe).await;
    let seen: Vec<_> = all
        .iter()
        .map(|one| (&*one.payment_reference, one.kind, one.money.minor))
        .collect();
    let (paid, disputed) = (&*paid, &*disputed);
    let expected = [
        (paid, Kind::Charge, 12_000),
        (paid, Kind::Fee, 378),
        (paid, Kind::Refund, -1_250),
        (paid, Kind::Refund, -300),
        (disputed, Kind::Charge, 5_000),
        (disputed, Kind::Fee, 175),
        (disputed, Kind::Dispute, -5_000),
        (disputed, Kind::Fee, 1_500),
    ];
    assert_eq!((seen, pages), (expected.to_vec(), 1));
    assert_eq!(all[2].key.as_deref(), Some("refund_1.1"));
    let theirs = (all[3].key.as_deref(), json!(all[3].refund_reference));
    assert_eq!(theirs, (None, outside["id"].clone()));
    world.is_as_described();
}

#[tokio::test]
async fn long_books_come_page_by_page_each_line_once_while_others_are_written() {
    let Some(world) = World::open().await else {
        return;
    };
    let stripe = world.stripe();
    for _ in 0..101 {
        world.pays("5000", "usd", Card::Good).await;
    }
    let Answer::Done(first) = stripe.movements(&movements_ask(None)).await else {
        panic!("the books are not shown");
    };
    // A charge and its fee each.
    assert_eq!(first.booked.len(), 200);
    world.pays("6000", "usd", Card::Good).await;
    let Answer::Done(second) = stripe.movements(&movements_ask(first.next)).await else {
        panic!("the books are not shown");
    };
    assert_eq!((second.booked.len(), second.next), (2, None));
    let taken = first.booked.iter().chain(&second.booked);
    let mut payments: Vec<_> = taken
        .map(|one| (&one.payment_reference, one.kind))
        .collect();
    payments.sort();
    payments.dedup();
    assert_eq!(payments.len(), 202);
    let strange = stripe
        .movements(&movements_ask(Some("txn_nowhere".to_owned())))
        .await;
    assert!(matches!(strange, Answer::Refused(_)), "{strange:?}");
    world.is_as_described();
}
