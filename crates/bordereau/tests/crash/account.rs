//! The provider: an account of its own at a stand-in for Stripe that keeps state, and the books it shows in the end.

use std::sync::atomic::{AtomicUsize, Ordering};

use hyper::Method;
use integrations::sending::{Question, Sender};
use serde_json::Value;

use crate::support::browser::encoded;
use crate::support::{part, waited};

/// Where the stand-in answers; `cargo xtask test` and `cargo xtask crash` start it.
const VARIABLE: &str = "BORDEREAU_TEST_STRIPE";

pub const SECRET_KEY: &str = "sk_test_of_a_desk_that_dies";

/// What every order of these tests costs, in cents.
pub const PAID_MINOR: i64 = 5_000;

pub struct Account {
    pub url: String,
}

impl Account {
    /// A new one; nothing where there is no stand-in on this machine.
    pub fn open() -> Option<Self> {
        static ACCOUNTS: AtomicUsize = AtomicUsize::new(0);
        let address = part(VARIABLE)?;
        let number = ACCOUNTS.fetch_add(1, Ordering::SeqCst);
        let url = format!("{address}/worlds/crash-{}-{number}", std::process::id());
        Some(Self { url })
    }

    /// One payment each, taken at once or only held on the card, as a shop's checkout makes them; their references.
    pub fn pays(&self, are_held: impl Iterator<Item = bool>) -> Vec<String> {
        waited(async {
            let sender = Sender::to(&self.url).unwrap();
            let card = [("type", "card"), ("card[token]", "tok_visa")];
            let card = post(&sender, "/v1/payment_methods", &card).await;
            let mut references = Vec::new();
            for is_held in are_held {
                let taken = if is_held { "manual" } else { "automatic" };
                let fields = [
                    ("amount", PAID_MINOR.to_string()),
                    ("currency", "eur".to_owned()),
                    ("confirm", "true".to_owned()),
                    ("payment_method_types[]", "card".to_owned()),
                    ("payment_method", text(&card["id"])),
                    ("capture_method", taken.to_owned()),
                ];
                let fields = fields
                    .each_ref()
                    .map(|(name, value)| (*name, value.as_str()));
                let payment = post(&sender, "/v1/payment_intents", &fields).await;
                references.push(text(&payment["id"]));
            }
            references
        })
    }

    /// All its payments.
    pub fn payments(&self) -> Vec<Value> {
        waited(self.all("/v1/payment_intents"))
    }

    /// All its refunds.
    pub fn refunds(&self) -> Vec<Value> {
        waited(self.all("/v1/refunds"))
    }

    async fn all(&self, path: &str) -> Vec<Value> {
        let sender = Sender::to(&self.url).unwrap();
        let mut all: Vec<Value> = Vec::new();
        loop {
            let after = all.last().map(|last| text(&last["id"]));
            let after = after.map_or_else(String::new, |id| format!("&starting_after={id}"));
            let page = format!("{path}?limit=100{after}");
            let page = asked(&sender, Method::GET, &page, String::new()).await;
            all.extend(page["data"].as_array().unwrap().iter().cloned());
            if page["has_more"] == false {
                return all;
            }
        }
    }
}

/// What stands in a field that must be there.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

async fn post(sender: &Sender, path: &str, fields: &[(&str, &str)]) -> Value {
    asked(sender, Method::POST, path, encoded(fields)).await
}

async fn asked(sender: &Sender, method: Method, path: &str, body: String) -> Value {
    let form = "application/x-www-form-urlencoded".to_owned();
    let question = Question {
        method,
        path: path.to_owned(),
        headers: vec![
            ("authorization", format!("Bearer {SECRET_KEY}")),
            ("content-type", form),
        ],
        body,
    };
    let reply = sender.ask(question).await.unwrap();
    let body = String::from_utf8(reply.body).unwrap();
    assert_eq!(reply.status, 200, "{path}: {body}");
    serde_json::from_str(&body).unwrap()
}
