//! What Stripe says by itself, pure: an event of a webhook, whose signature was checked before, in the desk's words.
//!
//! An event shows an object as it was when the event was made; events come twice and out of order. Nothing here
//! decides what is news: that is for who knows the order.

use domain::ids::OrganizationId;
use domain::payment_settle::PaymentFact;
use engine::ports::{Hook, News, Word};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::stripe_objects::{Intent, Linked, StripeDispute, StripeRefund, Unread, payment_of};
use super::stripe_signature::{self, Disbelief};

/// An event that cannot be read, and why: it is kept, and shown to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub String);

#[derive(Deserialize)]
struct Event<'a> {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow)]
    data: Data<'a>,
}

#[derive(Deserialize)]
struct Data<'a> {
    #[serde(borrow)]
    object: &'a RawValue,
}

#[derive(Deserialize)]
struct Charge {
    id: String,
    #[serde(default)]
    payment_intent: Option<Linked<Unread>>,
    #[serde(default)]
    refunds: Option<Refunds>,
}

#[derive(Deserialize)]
struct Refunds {
    data: Vec<StripeRefund>,
}

/// Reads an event. One of a kind that the desk has no use for says nothing, and is no fault.
///
/// # Errors
/// The bytes are no event, or its object is not as this release of Stripe's interface has it.
pub fn parse(body: &[u8]) -> Result<Word, Unreadable> {
    let event: Event<'_> = read(body)?;
    let object = event.data.object.get().as_bytes();
    Ok(Word {
        news: news(&event.kind, object)?,
        id: event.id,
        kind: event.kind,
    })
}

fn news(kind: &str, object: &[u8]) -> Result<Vec<News>, Unreadable> {
    match kind {
        "payment_intent.succeeded"
        | "payment_intent.amount_capturable_updated"
        | "payment_intent.payment_failed"
        | "payment_intent.canceled" => of_intent(&read(object)?),
        "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
            Ok(vec![of_refund(&read(object)?)?])
        }
        // Refunds of their own events; an account of an earlier release finds them here.
        "charge.refunded" => {
            let charge: Charge = read(object)?;
            let refunds = charge.refunds.map_or_else(Vec::new, |refunds| refunds.data);
            refunds.iter().map(of_refund).collect()
        }
        "charge.expired" => {
            let charge: Charge = read(object)?;
            Ok(vec![News::Payment {
                reference: payment_of(charge.payment_intent.as_ref(), &charge.id),
                fact: PaymentFact::Expired,
            }])
        }
        "charge.dispute.created"
        | "charge.dispute.updated"
        | "charge.dispute.funds_withdrawn"
        | "charge.dispute.funds_reinstated"
        | "charge.dispute.closed" => of_dispute(&read(object)?),
        _ => Ok(Vec::new()),
    }
}

fn of_intent(intent: &Intent) -> Result<Vec<News>, Unreadable> {
    let fact = intent.fact().map_err(Unreadable)?;
    let reference = intent.id.clone();
    let news = fact.map(|fact| News::Payment { reference, fact });
    Ok(news.into_iter().collect())
}

fn of_refund(refund: &StripeRefund) -> Result<News, Unreadable> {
    refund.news(refund.payment()).map_err(Unreadable)
}

/// A bank that only inquires has taken nothing back, and says nothing yet.
fn of_dispute(dispute: &StripeDispute) -> Result<Vec<News>, Unreadable> {
    if dispute.is_inquiry() {
        return Ok(Vec::new());
    }
    Ok(vec![News::Payment {
        reference: dispute.payment(),
        fact: PaymentFact::DisputeOpened {
            dispute: dispute.as_it_stands().map_err(Unreadable)?,
        },
    }])
}

fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Unreadable> {
    serde_json::from_slice(bytes).map_err(|error| Unreadable(error.to_string()))
}

/// Stripe's webhooks, signed with the secrets of this installation.
pub struct StripeHook {
    secrets: Vec<String>,
}

impl StripeHook {
    /// Believes what is signed with one of these.
    pub fn signed_with(secrets: Vec<String>) -> Self {
        Self { secrets }
    }
}

impl Hook for StripeHook {
    fn source(&self) -> &'static str {
        "stripe"
    }

    fn check(
        &self,
        _: &OrganizationId,
        header: &dyn Fn(&str) -> Option<String>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), String> {
        let signature = header("stripe-signature").unwrap_or_default();
        stripe_signature::check(&signature, body, &self.secrets, now).map_err(|disbelief| {
            let why = match disbelief {
                Disbelief::Malformed => {
                    "the header Stripe-Signature is not there, or not as Stripe writes it"
                }
                Disbelief::Unsigned => {
                    "the signature was made with another secret, or for another body"
                }
                Disbelief::Stale => {
                    "the signature is too old, or the clocks differ by more than five minutes"
                }
            };
            why.to_owned()
        })
    }

    fn read(&self, body: &str) -> Result<Word, String> {
        parse(body.as_bytes()).map_err(|Unreadable(problem)| problem)
    }
}
