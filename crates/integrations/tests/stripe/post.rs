//! Stripe's messages to a desk, as they come over the wire: events of the stand-in's account, or made out of them, held
//! against Stripe's description, signed and handed in at the door as bytes.

use engine::deliveries::{Delivery, NotTaken, Receipt, deliveries, receive};
use integrations::payments::StripeHook;
use serde_json::Value;

use crate::office::Office;
use crate::signed::signature;
use crate::spec;

/// What the desk and Stripe share.
const SECRET: &str = "whsec_of_a_test";

/// The desk's side of it.
pub fn hook() -> StripeHook {
    StripeHook::signed_with(vec![SECRET.to_owned()])
}

/// An event as another one: of another id and kind, with some of its object's fields changed.
pub fn made_of(event: &Value, id: &str, kind: &str, changes: Value) -> Value {
    let mut made = event.clone();
    made["id"] = id.into();
    made["type"] = kind.into();
    let Value::Object(changes) = changes else {
        panic!("fields of an object");
    };
    for (name, value) in changes {
        made["data"]["object"][name.as_str()] = value;
    }
    made
}

impl Office<'_> {
    /// The account's events of a kind, the latest first.
    pub async fn events(&self, kind: &str) -> Vec<Value> {
        let path = format!("/v1/events?limit=100&type={kind}");
        let list = self.world.get(&path).await;
        list["data"].as_array().unwrap().clone()
    }

    /// The one event of this kind.
    pub async fn event(&self, kind: &str) -> Value {
        let mut found = self.events(kind).await;
        assert_eq!(found.len(), 1, "{kind}");
        found.remove(0)
    }

    /// Hands an event in as Stripe does; the worker has not looked at it.
    pub async fn posted(&self, event: &Value) -> Receipt {
        for shown in [event, &event["data"]["object"]] {
            assert_eq!(spec::faults_of(shown), Vec::<String>::new(), "{shown:#}");
        }
        let body = serde_json::to_string_pretty(event).unwrap();
        self.sent(SECRET, &body).await.unwrap()
    }

    /// Hands in these words, signed with this secret.
    pub async fn sent(&self, secret: &str, body: &str) -> Result<Receipt, NotTaken> {
        let (desk, organization) = (&self.harness.desk, &self.harness.organization);
        let signed = signature(secret, desk.now().as_second(), body);
        let header = |name: &str| (name == "stripe-signature").then(|| signed.clone());
        receive(desk, &hook(), organization, &header, body.as_bytes()).await
    }

    /// Hands in events, each twice, and has the worker look at them one after the other.
    pub async fn hears(&self, events: &[&Value]) {
        for event in events {
            assert_eq!(self.posted(event).await, Receipt::Stored);
            assert_eq!(self.posted(event).await, Receipt::Known);
            self.drain().await;
        }
    }

    /// What came in, the latest first.
    pub async fn deliveries(&self) -> Vec<Delivery> {
        let session = self.harness.admin();
        let permit = session.permit().unwrap();
        let found = deliveries(&self.harness.desk, &permit, None).await;
        found.unwrap().0
    }
}
