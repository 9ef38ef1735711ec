//! What Stripe says by itself, pure: an event of a webhook, whose signature was checked before, in the desk's words.
//!
//! An event shows an object as it was when the event was made; events come twice and out of order. Nothing here
//! decides what is news: that is for who knows the order.

use domain::payment_settle::PaymentFact;
use engine::provider_words::{PaymentName, ProviderWord, Said};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::stripe_amounts::from_stripe;
use super::stripe_objects::{Intent, Linked, StripeDispute, StripeRefund, Unread, instant};
use super::stripe_requests::{KEY, ORDER};

/// An event that cannot be read, and why: it is kept, and shown to a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub String);

#[derive(Deserialize)]
struct Event<'a> {
    id: String,
    #[serde(rename = "type")]
    kind: String,
    created: i64,
    livemode: bool,
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
    payment_intent: Option<Linked<Unread>>,
    #[serde(default)]
    refunds: Option<Refunds>,
}

#[derive(Deserialize)]
struct Refunds {
    data: Vec<StripeRefund>,
}

#[derive(Deserialize)]
struct Anything {
    #[serde(default)]
    id: String,
}

/// Reads an event. One of a kind that the desk has no use for says nothing, and is no fault.
///
/// # Errors
/// The bytes are no event, or its object is not as this release of Stripe's interface has it.
pub fn parse(body: &[u8]) -> Result<ProviderWord, Unreadable> {
    let event: Event<'_> = read(body)?;
    let object = event.data.object.get().as_bytes();
    let says = said(&event.kind, object)?;
    let at = instant(event.created);
    let at = at.ok_or_else(|| Unreadable(format!("the event is of {}", event.created)))?;
    Ok(ProviderWord {
        object: read::<Anything>(object)?.id,
        says,
        id: event.id,
        kind: event.kind,
        at,
        account: event.account,
        is_live: event.livemode,
    })
}

fn said(kind: &str, object: &[u8]) -> Result<Vec<Said>, Unreadable> {
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
        "charge.expired" => Ok(vec![Said::Payment {
            payment: of_charge(&read(object)?),
            fact: PaymentFact::Expired,
        }]),
        "charge.dispute.created"
        | "charge.dispute.updated"
        | "charge.dispute.funds_withdrawn"
        | "charge.dispute.funds_reinstated"
        | "charge.dispute.closed" => of_dispute(&read(object)?),
        _ => Ok(Vec::new()),
    }
}

fn of_intent(intent: &Intent) -> Result<Vec<Said>, Unreadable> {
    let fact = intent.fact().map_err(Unreadable)?;
    let payment = PaymentName {
        payment: intent.id.clone(),
        charge: match &intent.latest_charge {
            Some(charge) => charge.id().to_owned(),
            None => String::new(),
        },
    };
    let said = fact.map(|fact| Said::Payment { payment, fact });
    Ok(said.into_iter().collect())
}

fn of_refund(refund: &StripeRefund) -> Result<Said, Unreadable> {
    let payment = name(refund.payment_intent.as_ref(), refund.charge.as_ref());
    let fact = refund.fact().map_err(Unreadable)?;
    if let (Some(key), Some(order_id)) = (refund.told(KEY), refund.told(ORDER)) {
        return Ok(Said::Refund {
            payment,
            key: key.to_owned(),
            order_id: order_id.to_owned(),
            fact,
        });
    }
    Ok(Said::ForeignRefund {
        payment,
        reference: refund.id.clone(),
        money: from_stripe(refund.amount, &refund.currency).map_err(Unreadable)?,
        fact,
    })
}

/// A dispute that is decided was opened before, whether or not that was heard of.
fn of_dispute(dispute: &StripeDispute) -> Result<Vec<Said>, Unreadable> {
    let payment = name(dispute.payment_intent.as_ref(), dispute.charge.as_ref());
    if dispute.is_inquiry() {
        return Ok(vec![Said::Inquiry {
            payment,
            reference: dispute.id.clone(),
            reason: dispute.reason.clone(),
        }]);
    }
    let opened = PaymentFact::DisputeOpened {
        dispute: dispute.opened().map_err(Unreadable)?,
    };
    let decided = match dispute.status.as_str() {
        "won" => Some(PaymentFact::DisputeClosed { won: true }),
        "lost" => Some(PaymentFact::DisputeClosed { won: false }),
        _ => None,
    };
    let facts = [Some(opened), decided].into_iter().flatten();
    Ok(facts
        .map(|fact| Said::Payment {
            payment: payment.clone(),
            fact,
        })
        .collect())
}

fn of_charge(charge: &Charge) -> PaymentName {
    PaymentName {
        charge: charge.id.clone(),
        ..name(charge.payment_intent.as_ref(), None)
    }
}

fn name(intent: Option<&Linked<Unread>>, charge: Option<&Linked<Unread>>) -> PaymentName {
    let id = |link: Option<&Linked<Unread>>| link.map_or_else(String::new, |it| it.id().to_owned());
    PaymentName {
        payment: id(intent),
        charge: id(charge),
    }
}

fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Unreadable> {
    serde_json::from_slice(bytes).map_err(|error| Unreadable(error.to_string()))
}
