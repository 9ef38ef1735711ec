//! What Stripe says by itself, pure: an event of a webhook, whose signature was checked before, in the desk's words.
//!
//! An event shows an object as it was when the event was made; events come twice and out of order. Nothing here
//! decides what is news: that is for who knows the order.

use std::collections::HashMap;

use domain::ids::OrganizationId;
use domain::order::Mode;
use domain::payment_settle::PaymentFact;
use engine::ports::{Hook, News, Unread, Word};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::stripe_objects::{IdAlone, Intent, Linked, StripeDispute, StripeRefund};
use super::stripe_signature::{self, Disbelief};

#[derive(Deserialize)]
struct Event<'a> {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    livemode: bool,
    /// The connected account it is about; nothing for the account whose key this installation has.
    #[serde(default)]
    account: Option<String>,
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
    payment_intent: Option<Linked<IdAlone>>,
    #[serde(default)]
    refunds: Option<Refunds>,
}

#[derive(Deserialize)]
struct Refunds {
    data: Vec<StripeRefund>,
}

/// Reads an event of the account that an organization has: a connected one, or none. One of a kind that the desk has no
/// use for says nothing, and is no fault.
///
/// # Errors
/// The bytes are no event, its object is not as this release of Stripe's interface has it, or it is about another
/// account.
pub fn parse(account: Option<&str>, body: &[u8]) -> Result<Word, Unread> {
    let event: Event<'_> = read(body)?;
    if event.account.as_deref() != account {
        return Err(Unread::NotTheirs {
            problem: another_account(event.account.as_deref(), account),
            id: event.id,
            kind: event.kind,
        });
    }
    let object = event.data.object.get().as_bytes();
    Ok(Word {
        news: news(&event.kind, object)?,
        id: event.id,
        kind: event.kind,
        mode: Some(match event.livemode {
            true => Mode::Live,
            false => Mode::Test,
        }),
    })
}

fn another_account(told: Option<&str>, own: Option<&str>) -> String {
    let called = |account: Option<&str>| match account {
        Some(account) => format!("the connected account {account}"),
        None => "the account of the secret key".to_owned(),
    };
    format!(
        "it is about {}, and this organization is asked for in {}: nothing else of it is kept; see stripe_accounts",
        called(told),
        called(own)
    )
}

fn news(kind: &str, object: &[u8]) -> Result<Vec<News>, Unread> {
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
                references: names(charge.payment_intent.as_ref(), Some(&charge.id)),
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

fn of_intent(intent: &Intent) -> Result<Vec<News>, Unread> {
    let fact = intent.fact().map_err(Unread::Unreadable)?;
    let charge = intent.latest_charge.as_ref().map(Linked::id);
    let references = [intent.id.as_str()].into_iter().chain(charge);
    let references = references.map(str::to_owned).collect();
    let news = fact.map(|fact| News::Payment { references, fact });
    Ok(news.into_iter().collect())
}

fn of_refund(refund: &StripeRefund) -> Result<News, Unread> {
    let names = linked(refund.payment_intent.as_ref(), refund.charge.as_ref());
    refund.news(names).map_err(Unread::Unreadable)
}

/// Where the bank has taken nothing back, it says nothing yet.
fn of_dispute(dispute: &StripeDispute) -> Result<Vec<News>, Unread> {
    if dispute.takes_nothing() {
        return Ok(Vec::new());
    }
    Ok(vec![News::Payment {
        references: linked(dispute.payment_intent.as_ref(), dispute.charge.as_ref()),
        fact: PaymentFact::DisputeOpened {
            dispute: dispute.as_it_stands().map_err(Unread::Unreadable)?,
        },
    }])
}

/// What an order may know a payment by: itself, which it need not have, or its charge.
fn names(intent: Option<&Linked<IdAlone>>, charge: Option<&str>) -> Vec<String> {
    let names = intent.map(Linked::id).into_iter().chain(charge);
    names.map(str::to_owned).collect()
}

fn linked(intent: Option<&Linked<IdAlone>>, charge: Option<&Linked<IdAlone>>) -> Vec<String> {
    names(intent, charge.map(Linked::id))
}

fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Unread> {
    serde_json::from_slice(bytes).map_err(|error| Unread::Unreadable(error.to_string()))
}

/// Stripe's webhooks, signed with the secrets of this installation. What is about a connected account is for the
/// organization that is asked for in it.
pub struct StripeHook {
    secrets: Vec<String>,
    accounts: HashMap<OrganizationId, String>,
}

impl StripeHook {
    /// Believes what is signed with one of these.
    pub fn signed_with(secrets: Vec<String>) -> Self {
        Self {
            secrets,
            accounts: HashMap::new(),
        }
    }

    /// Takes what is about this connected account for the organization, and nothing else.
    #[must_use]
    pub fn with_account(mut self, organization: OrganizationId, account: &str) -> Self {
        self.accounts.insert(organization, account.to_owned());
        self
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

    fn read(&self, organization: &OrganizationId, body: &str) -> Result<Word, Unread> {
        let account = self.accounts.get(organization).map(String::as_str);
        parse(account, body.as_bytes())
    }
}
