//! A webhook that another maker's program signs and sends as Stripe does, at the real binary.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Once;

use domain::payment::PaymentState;
use serde_json::Value;

use crate::support::browser::{Browser, encoded};
use crate::support::orders::documents;
use crate::support::people::ADA;
use crate::support::server::LIMIT;
use crate::support::{on_every_database, text};

/// Where localstripe answers.
const VARIABLE: &str = "BORDEREAU_TEST_LOCALSTRIPE";

/// What the desk and localstripe share.
const SECRET: &str = "whsec_of_localstripe";

const HEADER: &str = "order_number,placed_at,currency,rate,item_name,item_quantity,item_unit_price,\
ship_to_country,source,payment_provider,payment_reference,payment_state";

/// Past the capture of test output, once: nobody should believe that this was tested when it was not.
fn say_not_run() {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        let line = format!("NOT RUN with localstripe's webhooks: {VARIABLE} is not set\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    });
}

/// Has localstripe do something, whatever it answers.
fn asked(url: &str, path: &str, fields: &[(&str, &str)]) -> String {
    let address = url.strip_prefix("http://").unwrap();
    let body = encoded(fields);
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    write!(
        stream,
        "POST {path} HTTP/1.0\r\nhost: {address}\r\nauthorization: Bearer sk_test_of_a_test\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    body.to_owned()
}

/// The id of what it makes.
fn made(url: &str, path: &str, fields: &[(&str, &str)]) -> String {
    let made: Value = serde_json::from_str(&asked(url, path, fields)).unwrap();
    made["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_webhook_that_another_program_signed_is_believed_and_taken_in() {
    let Ok(url) = std::env::var(VARIABLE) else {
        return say_not_run();
    };
    on_every_database(|desk| {
        // A card whose payments are declined once they are confirmed.
        let card = [
            ("type", "card"),
            ("card[number]", "4000000000000341"),
            ("card[exp_month]", "12"),
            ("card[exp_year]", "2040"),
            ("card[cvc]", "123"),
        ];
        let card = made(&url, "/v1/payment_methods", &card);
        let wanted = [
            ("amount", "2000"),
            ("currency", "eur"),
            ("payment_method", card.as_str()),
        ];
        let payment = made(&url, "/v1/payment_intents", &wanted);
        let row = format!("L1,2026-03-01,EUR,1.0842,Cap,2,10.00,FR,checkout,stripe,{payment},ask");
        let file = desk
            .with_shop()
            .write("orders.csv", format!("{HEADER}\n{row}\n"));
        desk.run("import", &["--test", text(&file)]).fine();
        let order = || documents(&desk.export("jsonl", &["--test"])).remove(0);
        let server = desk.serve_with(&[
            ("BORDEREAU_STRIPE_SECRET_KEY", "sk_test_of_a_test"),
            ("BORDEREAU_STRIPE_WEBHOOK_SECRETS", SECRET),
            // Nobody listens there: what becomes known comes by the webhook.
            ("BORDEREAU_STRIPE_API_URL", "http://127.0.0.1:9"),
        ]);
        let (address, organization) = (&server.address, order().organization_id);
        let door = format!("http://{address}/hooks/stripe/{organization}");
        let told = [("url", door.as_str()), ("secret", SECRET)];
        asked(&url, &format!("/_config/webhooks/{payment}"), &told);
        let confirm = format!("/v1/payment_intents/{payment}/confirm");
        let declined = asked(&url, &confirm, &[]);
        assert!(declined.contains("card_declined"), "{declined}");
        let taken_in = "select count(*) from deliveries where state = 'taken_in'";
        desk.wait_for(taken_in, |count| count == 1);
        assert_eq!(order().payments[0].state, PaymentState::Failed);
        let mut ada = Browser::signed_in(&server, "en", ADA);
        ada.get("/settings/deliveries")
            .says("payment_intent.payment_failed")
            .says("Taken in");
    });
}
