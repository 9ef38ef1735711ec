//! Stripe's webhooks at the real binary: signed bytes over HTTP, stored before they are answered, taken in once whatever
//! dies, shown to the organization they are about and to nobody else.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Instant;

use domain::order::Order;
use jiff::Timestamp;

use crate::flows::orders;
use crate::signed::signature;
use crate::support::browser::{Browser, Page};
use crate::support::orders::documents;
use crate::support::people::{ADA, EVE};
use crate::support::server::{LIMIT, Server};
use crate::support::{Desk, on_every_database};

const HEADER: &str = "order_number,placed_at,currency,rate,item_name,item_quantity,item_unit_price,\
ship_to_country,source,payment_provider,payment_reference,payment_state";

/// Where nobody listens: nothing that these tests have the desk do asks Stripe.
const NOWHERE: &str = "http://127.0.0.1:9";

/// A desk with an order of 20.00 EUR that was paid at Stripe, and one of 10.00 EUR of which the desk does not know how
/// it stands there.
fn with_orders(desk: &Desk) -> Vec<Order> {
    let rows = [
        "H1,2026-03-01,EUR,1.0842,Cap,2,10.00,FR,checkout,stripe,pi_H1,captured",
        "H2,2026-03-02,EUR,1.0842,Cap,1,10.00,FR,checkout,stripe,pi_H2,ask",
    ];
    let file = desk
        .with_shop()
        .write("orders.csv", format!("{HEADER}\n{}\n", rows.join("\n")));
    desk.import(&file).fine();
    orders(desk)
}

/// Stripe as far as it lists a payment's refunds; to whatever it is asked it answers with these.
struct Lists {
    url: String,
    refunds: Arc<Mutex<String>>,
    asked: Arc<Mutex<usize>>,
}

impl Lists {
    fn start(refunds: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let lists = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            refunds: Arc::new(Mutex::new(refunds.to_owned())),
            asked: Arc::default(),
        };
        let (refunds, asked) = (lists.refunds.clone(), lists.asked.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                let body = format!(
                    r#"{{"object":"list","has_more":false,"data":[{}]}}"#,
                    refunds.lock().unwrap()
                );
                // A question of these tests fits into one packet, and has no body.
                let mut question = [0; 4096];
                let length = stream.read(&mut question).unwrap_or(0);
                let is_list = question[..length].starts_with(b"GET /v1/refunds?");
                let answered = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json\r\n\
                     content-length: {}\r\n\r\n{body}",
                    body.len()
                );
                if answered.is_ok() && is_list {
                    *asked.lock().unwrap() += 1;
                }
            }
        });
        lists
    }

    /// How often a payment's refunds were asked for and told.
    fn asked(&self) -> usize {
        *self.asked.lock().unwrap()
    }

    fn wait_until_asked(&self) {
        let begun = Instant::now();
        while self.asked() == 0 {
            assert!(begun.elapsed() < LIMIT, "nobody asked");
            thread::yield_now();
        }
    }
}

/// Serves it with Stripe connected at this address, with two secrets while one replaces the other.
fn serve(desk: &Desk, stripe: &str, accounts: &str) -> Server {
    desk.serve_with(&[
        ("BORDEREAU_STRIPE_SECRET_KEY", "sk_live_of_a_test"),
        ("BORDEREAU_STRIPE_WEBHOOK_SECRETS", "whsec_old, whsec_new"),
        ("BORDEREAU_STRIPE_API_URL", stripe),
        ("BORDEREAU_STRIPE_ACCOUNTS", accounts),
    ])
}

/// A refund of 5.00 EUR that someone made in Stripe's dashboard.
fn refund(id: &str) -> String {
    format!(
        r#"{{
      "id": "{id}",
      "object": "refund",
      "amount": 500,
      "balance_transaction": "txn_1",
      "charge": "ch_H1",
      "created": 1772442000,
      "currency": "eur",
      "destination_details": {{"card": {{"type": "pending"}}, "type": "card"}},
      "metadata": {{}},
      "payment_intent": "pi_H1",
      "reason": null,
      "receipt_number": null,
      "source_transfer_reversal": null,
      "status": "succeeded",
      "transfer_reversal": null
    }}"#
    )
}

/// What Stripe says of it.
fn refunded(event: &str, id: &str) -> String {
    let refund = refund(id);
    format!(
        r#"{{
  "id": "{event}",
  "object": "event",
  "api_version": "2026-08-26.dahlia",
  "created": 1772442000,
  "data": {{
    "object": {refund}
  }},
  "livemode": true,
  "pending_webhooks": 1,
  "request": {{"id": null, "idempotency_key": null}},
  "type": "refund.created"
}}"#
    )
}

/// What Stripe says of a dispute of all of it, with evidence due at this second.
fn disputed(due_s: i64) -> String {
    format!(
        r#"{{"id": "evt_3", "object": "event", "created": 1772442000, "livemode": true, "pending_webhooks": 1,
  "type": "charge.dispute.created", "data": {{"object": {{"id": "du_1", "object": "dispute", "amount": 2000,
  "balance_transactions": [], "charge": "ch_H1", "created": 1772442000, "currency": "eur",
  "evidence_details": {{"due_by": {due_s}, "has_evidence": false, "past_due": false, "submission_count": 0}},
  "is_charge_refundable": false, "livemode": true, "payment_intent": "pi_H1", "reason": "fraudulent",
  "status": "needs_response"}}}}}}"#
    )
}

#[allow(
    clippy::disallowed_methods,
    reason = "the binary has the real clock, and Stripe signs by it"
)]
fn now() -> i64 {
    Timestamp::now().as_second()
}

/// Stripe at the door of an organization.
fn posted(server: &Server, organization: &str, body: &str, headers: &[&str]) -> Page {
    let path = format!("/hooks/stripe/{organization}");
    Browser::new(server, "en").once("POST", &path, body, headers)
}

fn signed(server: &Server, organization: &str, body: &str, secret: &str, second: i64) -> Page {
    let header = format!("stripe-signature: {}", signature(secret, second, body));
    posted(server, organization, body, &[header.as_str()])
}

const STORED: &str = "select count(*) from deliveries";

fn taken_in(desk: &Desk, wanted: i64) {
    let statement = "select count(*) from deliveries where state = 'taken_in'";
    desk.wait_for(statement, |count| count == wanted);
}

#[test]
fn r9_a_signed_message_is_stored_once_and_shown_with_the_order() {
    on_every_database(|desk| {
        let all = with_orders(desk);
        let organization = all[0].organization_id.as_str();
        let stripe = Lists::start("");
        let server = serve(desk, &stripe.url, "");
        // What was there before is known, and that there was nothing; so it is the message that brings it.
        stripe.wait_until_asked();
        *stripe.refunds.lock().unwrap() = refund("re_1");
        let body = refunded("evt_1", "re_1");
        let first = signed(&server, organization, &body, "whsec_old", now()).is(200);
        assert_eq!(first.body, "stored\n");
        let again = signed(&server, organization, &body, "whsec_new", now() - 200).is(200);
        assert_eq!(again.body, "known\n");
        taken_in(desk, 1);
        assert_eq!(desk.number(STORED), 1);
        let order = orders(desk).remove(0);
        assert_eq!((order.returned_minor(), order.refunds.len()), (500, 1));
        assert_eq!(stripe.asked(), 2);
        let mut ada = Browser::signed_in(&server, "en", ADA);
        ada.get("/settings/deliveries")
            .is(200)
            .says("Incoming messages")
            .says("refund.created")
            .says("evt_1")
            .says("Taken in");
        ada.get(&format!("/orders/{}", order.id))
            .is(200)
            .says("Refunded at the payment provider")
            .says("Partially refunded")
            .says("5.00");
        assert_eq!(server.stop(), Some(0));
        desk.is_well();
    });
}

#[test]
fn a_dispute_asks_for_attention_with_its_deadline() {
    on_every_database(|desk| {
        let all = with_orders(desk);
        let organization = all[0].organization_id.as_str();
        let server = serve(desk, NOWHERE, "");
        let due_s = now() + 10 * 24 * 3_600;
        signed(&server, organization, &disputed(due_s), "whsec_old", now()).is(200);
        taken_in(desk, 1);
        let path = format!("/orders/{}", all[0].id);
        for (language, reason, due, at_least) in [
            (
                "en",
                "The shopper's bank disputes the charge",
                "Evidence counts until",
                "9 days are left",
            ),
            (
                "fr",
                "La banque du client conteste le paiement",
                "Les preuves comptent jusqu'au",
                "Il reste 9 jours",
            ),
        ] {
            let page = Browser::signed_in(&server, language, ADA).get(&path);
            let page = page.says(reason).says(at_least);
            // Beside the reason, and again with the payment.
            assert_eq!(page.body.matches(due).count(), 2, "{}", page.body);
        }
        let mut ada = Browser::signed_in(&server, "en", ADA);
        ada.get("/orders?attention=yes&disputed=yes").says(&path);
    });
}

#[test]
fn what_is_not_signed_for_here_is_refused_and_nothing_is_stored() {
    on_every_database(|desk| {
        let all = with_orders(desk);
        let organization = all[0].organization_id.as_str();
        let server = serve(desk, NOWHERE, "");
        let body = refunded("evt_1", "re_1");
        let badly = "signature was made with another secret";
        signed(&server, organization, &body, "whsec_else", now())
            .is(400)
            .says(badly);
        let of_another = signature("whsec_old", now(), &body.replace("500", "501"));
        let header = format!("stripe-signature: {of_another}");
        posted(&server, organization, &body, &[header.as_str()])
            .is(400)
            .says(badly);
        for second in [now() - 400, now() + 400] {
            signed(&server, organization, &body, "whsec_old", second)
                .is(400)
                .says("too old, or the clocks differ");
        }
        for headers in [&[][..], &["stripe-signature: v1"]] {
            posted(&server, organization, &body, headers)
                .is(400)
                .says("Stripe-Signature is not there");
        }
        signed(&server, "organization_none", &body, "whsec_old", now())
            .is(404)
            .says("no such organization");
        let long = "x".repeat(engine::deliveries::MAX_BODY_BYTES + 1);
        signed(&server, organization, &long, "whsec_old", now()).is(413);
        assert_eq!(desk.number(STORED), 0);
        let jobs = "select count(*) from jobs where kind = 'delivery_process'";
        assert_eq!(desk.number(jobs), 0);
        assert_eq!(orders(desk), all);
    });
}

#[test]
fn a_message_that_was_answered_before_the_desk_was_killed_is_taken_in_once_by_the_next() {
    on_every_database(|desk| {
        let all = with_orders(desk);
        let organization = all[0].organization_id.as_str();
        // Stripe is asked about the second order and never answers, so that the worker comes to nothing else.
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        let stripe = format!("http://{}", silent.local_addr().unwrap());
        let server = serve(desk, &stripe, "");
        let asked = silent.accept().unwrap();
        let body = refunded("evt_1", "re_1");
        signed(&server, organization, &body, "whsec_old", now())
            .is(200)
            .says("stored");
        server.kill();
        drop(asked);
        let waiting = "select count(*) from deliveries where state = 'waiting'";
        assert_eq!(desk.number(waiting), 1, "it was not looked at before");
        // On a server, what the dead process had just claimed is another's only when its lease is over.
        desk.tamper("update jobs set due_at_us = 0, lease = ''");
        let stripe = Lists::start(&refund("re_1"));
        let server = serve(desk, &stripe.url, "");
        taken_in(desk, 1);
        signed(&server, organization, &body, "whsec_old", now())
            .is(200)
            .says("known");
        let order = orders(desk).remove(0);
        assert_eq!((order.returned_minor(), order.refunds.len()), (500, 1));
        assert_eq!(desk.number(STORED), 1);
        server.kill();
        desk.is_well();
    });
}

#[test]
fn what_is_about_another_account_or_a_test_changes_no_live_order_and_says_why() {
    on_every_database(|desk| {
        let all = with_orders(desk);
        let organization = all[0].organization_id.as_str();
        desk.add_eve();
        let server = serve(desk, NOWHERE, &format!("{organization}=acct_1"));
        let ours = refunded("evt_1", "re_1").replace(
            r#""livemode": true"#,
            r#""livemode": false, "account": "acct_1""#,
        );
        let theirs = refunded("evt_2", "re_2")
            .replace(r#""livemode""#, r#""account": "acct_2", "livemode""#);
        for body in [&ours, &theirs] {
            signed(&server, organization, body, "whsec_old", now()).is(200);
        }
        let settled = "select count(*) from deliveries where state = 'ignored'";
        desk.wait_for(settled, |count| count == 2);
        let mut ada = Browser::signed_in(&server, "en", ADA);
        ada.get("/settings/deliveries")
            .says("it is about a payment of a test, and no test order here has it")
            .says("it is about the connected account acct_2")
            .says("asked for in the connected account acct_1: nothing else of it is kept");
        let emptied = "select count(*) from deliveries where body = ''";
        assert_eq!(desk.number(emptied), 1);
        let exported = desk.export("jsonl", &["--organization", "Shop"]);
        assert_eq!(documents(&exported), all);
        let mut eve = Browser::signed_in(&server, "en", EVE);
        eve.get("/settings/deliveries")
            .says("Nobody told anything yet.");
    });
}
