//! An account at the stand-in for Stripe, for one test alone: payments are made in it as a shop's checkout would make
//! them, and the desk's questions to it go through the proxy.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use domain::money::{Currency, Money};
use domain::order::Mode;
use domain::reconcile::Period;
use engine::permit::Scope;
use engine::ports::{MovementsAsk, PaymentAsk, RefundAsk};
use hyper::Method;
use integrations::payments::Stripe;
use integrations::sending::{Question, Sender};
use jiff::Timestamp;
use serde_json::Value;

use crate::proxy::{Exchange, Proxy};
use crate::spec;

/// Where the stand-in answers.
const VARIABLE: &str = "BORDEREAU_TEST_STRIPE";

pub const SECRET_KEY: &str = "sk_test_of_a_test";

/// How long the desk waits for an answer in these tests.
pub const PATIENCE: Duration = Duration::from_secs(2);

pub struct World {
    pub proxy: Proxy,
    /// Past the proxy, for what the shop and the bank do.
    direct: Sender,
}

impl World {
    /// A new account; nothing where there is no stand-in on this machine.
    pub async fn open() -> Option<Self> {
        static ACCOUNTS: AtomicUsize = AtomicUsize::new(0);
        let address = part(VARIABLE)?;
        let number = ACCOUNTS.fetch_add(1, Ordering::SeqCst);
        let account = format!("{address}/worlds/t{}-{number}", std::process::id());
        Some(Self::at(&account).await)
    }

    /// The account that answers there.
    pub async fn at(account: &str) -> Self {
        Self {
            proxy: Proxy::before(account).await,
            direct: Sender::to(account).unwrap(),
        }
    }

    /// The desk's adapter, asking through the proxy.
    pub fn stripe(&self) -> Stripe {
        let stripe = Stripe::at(&self.proxy.url, SECRET_KEY).unwrap();
        stripe.waiting(PATIENCE)
    }

    /// A payment with this card, taken at once; the reference the desk knows it by.
    pub async fn pays(&self, amount: &str, currency: &str, card: Card) -> String {
        self.intent(amount, currency, card, "automatic").await
    }

    /// A payment that is only held on the card.
    pub async fn holds(&self, amount: &str, currency: &str) -> String {
        self.intent(amount, currency, Card::Good, "manual").await
    }

    async fn intent(&self, amount: &str, currency: &str, card: Card, capture: &str) -> String {
        let mut fields = vec![("type", "card")];
        fields.extend(card.fields());
        let method = self.post("/v1/payment_methods", &fields).await;
        let fields = [
            ("amount", amount),
            ("currency", currency),
            ("confirm", "true"),
            ("capture_method", capture),
            ("payment_method_types[]", "card"),
            ("payment_method", method["id"].as_str().unwrap()),
        ];
        let intent = self.post("/v1/payment_intents", &fields).await;
        intent["id"].as_str().unwrap().to_owned()
    }

    /// What the account holds, past the proxy.
    pub async fn get(&self, path: &str) -> Value {
        self.asked(Method::GET, path, &[], None).await
    }

    /// What someone else does in the account, past the proxy.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Value {
        self.asked(Method::POST, path, fields, None).await
    }

    /// As [`post`](Self::post), under a key.
    pub async fn post_under(&self, key: &str, path: &str, fields: &[(&str, &str)]) -> Value {
        self.asked(Method::POST, path, fields, Some(key)).await
    }

    async fn asked(
        &self,
        method: Method,
        path: &str,
        fields: &[(&str, &str)],
        key: Option<&str>,
    ) -> Value {
        let (status, body) = self.answered(method, path, fields, key).await;
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// As it was answered, be it good or not.
    pub async fn answered(
        &self,
        method: Method,
        path: &str,
        fields: &[(&str, &str)],
        key: Option<&str>,
    ) -> (u16, String) {
        let form = "application/x-www-form-urlencoded".to_owned();
        let mut headers = vec![
            ("authorization", format!("Bearer {SECRET_KEY}")),
            ("content-type", form),
        ];
        headers.extend(key.map(|key| ("idempotency-key", key.to_owned())));
        let question = Question {
            method,
            path: path.to_owned(),
            headers,
            body: serde_html_form::to_string(fields).unwrap(),
        };
        let reply = self.direct.ask(question).await.unwrap();
        (reply.status, String::from_utf8(reply.body).unwrap())
    }

    /// The refunds of a payment as the account has them: how much, and how they stand.
    pub async fn refunded(&self, payment: &str) -> Vec<(i64, String)> {
        let parameter = match payment.starts_with("ch_") {
            true => "charge",
            false => "payment_intent",
        };
        let list = self
            .get(&format!("/v1/refunds?{parameter}={payment}&limit=100"))
            .await;
        let refunds = list["data"].as_array().unwrap().iter();
        let mut told: Vec<(i64, String)> = refunds
            .map(|refund| {
                (
                    refund["amount"].as_i64().unwrap(),
                    refund["status"].as_str().unwrap().to_owned(),
                )
            })
            .collect();
        told.sort();
        told
    }

    /// Everything that went through the proxy is as Stripe describes it, and of the release that is described.
    pub fn is_as_described(&self) {
        let arrived = self.proxy.arrived();
        assert!(!arrived.is_empty(), "nothing was asked");
        for exchange in arrived {
            let (found, shown) = (spec::faults(&exchange), asked(&exchange));
            assert_eq!(found, Vec::<String>::new(), "{shown}");
            let version = crate::proxy::header(&exchange.head, "stripe-version");
            assert_eq!(version, Some(spec::version()), "{shown}");
        }
    }
}

fn asked(exchange: &Exchange) -> String {
    format!("{} {} {}", exchange.method, exchange.path, exchange.body)
}

/// Cards that the stand-in, like Stripe's test mode, treats in a way of their own.
#[derive(Clone, Copy, Debug)]
pub enum Card {
    Good,
    /// Its refunds stay pending.
    RefundedLater,
    /// Its payments are disputed at once.
    Disputed,
}

impl Card {
    fn fields(self) -> Vec<(&'static str, &'static str)> {
        let number = match self {
            Self::Good => return vec![("card[token]", "tok_visa")],
            Self::Disputed => return vec![("card[token]", "tok_createDispute")],
            Self::RefundedLater => "4000000000007726",
        };
        vec![
            ("card[number]", number),
            ("card[exp_month]", "12"),
            ("card[exp_year]", "2040"),
            ("card[cvc]", "123"),
        ]
    }
}

pub fn refund_ask(key: &str, payment: &str, minor: i64, currency: &str) -> RefundAsk {
    RefundAsk {
        key: key.to_owned(),
        provider: "stripe".to_owned(),
        payment_reference: payment.to_owned(),
        money: Money::new(minor, Currency::parse(currency).unwrap()),
        order_id: "order_1".to_owned(),
        organization_id: "organization_1".into(),
        refund: key.split('.').next().unwrap().into(),
        is_repeated: false,
    }
}

pub fn payment_ask(what: &str, payment: &str, minor: i64, currency: &str) -> PaymentAsk {
    PaymentAsk {
        key: format!("payment_1.{what}"),
        provider: "stripe".to_owned(),
        organization_id: "organization_1".into(),
        payment: "payment_1".into(),
        payment_reference: payment.to_owned(),
        money: Money::new(minor, Currency::parse(currency).unwrap()),
    }
}

/// Everything that is ever booked.
pub fn movements_ask(after: Option<String>) -> MovementsAsk {
    MovementsAsk {
        scope: Scope {
            organization_id: "organization_1".into(),
            mode: Mode::Live,
        },
        period: Period {
            from: Timestamp::UNIX_EPOCH,
            until: "2100-01-01T00:00:00Z".parse().unwrap(),
        },
        after,
    }
}

/// The fields of a form or a query.
pub fn decoded(text: &str) -> Vec<(String, String)> {
    serde_html_form::from_str(text).unwrap()
}

/// Where a part of these tests is, by the variable that names it. Where it is not set, says so past the capture of test
/// output, once: nobody should believe that this was tested when it was not.
pub fn part(variable: &'static str) -> Option<String> {
    static SAID: Mutex<BTreeSet<&str>> = Mutex::new(BTreeSet::new());
    let found = std::env::var(variable).ok();
    if found.is_none() && SAID.lock().unwrap().insert(variable) {
        let line = format!("NOT RUN with Stripe: {variable} is not set\n");
        std::io::stderr().write_all(line.as_bytes()).unwrap();
    }
    found
}
