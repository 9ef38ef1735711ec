//! Stripe's books in the desk's words, pure: a page of balance transactions as movements of our payments.
//!
//! Stripe keeps its books in the currency it settles in. What moved is told in the currency the shopper paid, which
//! the object that a line is about knows; what Stripe charged stays in the currency it bills.

use domain::money::Money;
use domain::reconcile::Kind;
use engine::ports::{Answer, Booked, Movements};
use serde::Deserialize;

use super::stripe_amounts::from_stripe;
use super::stripe_answers::{Outcome, Page, outcome, without};
use super::stripe_objects::{IdAlone, Linked, StripeDispute, StripeRefund, instant, payment_of};
use super::stripe_requests::KEY;
use crate::sending::{Reply, Silence};

/// A line of Stripe's books.
#[derive(Debug, Deserialize)]
struct Entry {
    id: String,
    // tidy: allow(units) Stripe's own unit, which only `stripe_amounts` knows
    amount: i64,
    fee: i64,
    currency: String,
    created: i64,
    reporting_category: String,
    #[serde(default)]
    source: Option<Source>,
}

/// What a line is about, which was asked for whole.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Source {
    Whole(Box<Object>),
    Id(String),
}

#[derive(Debug, Deserialize)]
#[serde(tag = "object", rename_all = "snake_case")]
enum Object {
    Charge(BookedCharge),
    Refund(StripeRefund),
    Dispute(StripeDispute),
    #[serde(other)]
    Another,
}

#[derive(Debug, Deserialize)]
struct BookedCharge {
    id: String,
    // tidy: allow(units) Stripe's own unit, which only `stripe_amounts` knows
    amount: i64,
    #[serde(default)]
    amount_captured: i64,
    currency: String,
    #[serde(default)]
    payment_intent: Option<Linked<IdAlone>>,
}

/// What a line is about, in our words, with how much of what currency that is.
struct About<'a> {
    payment: String,
    refund: Option<&'a StripeRefund>,
    // tidy: allow(units) Stripe's own unit, which only `stripe_amounts` knows
    amount: i64,
    currency: &'a str,
}

/// A page of the books. One line that cannot be read makes the page unknown: without it the books would differ.
pub fn movements(reply: Result<Reply, Silence>) -> Answer<Movements> {
    let page = match outcome::<Page<Entry>>(reply) {
        Outcome::Good(page) => page,
        Outcome::Refused(told) => return Answer::Refused(told.shown()),
        Outcome::Settled(answer) => return without(answer),
    };
    let mut booked = Vec::with_capacity(page.data.len());
    // Stripe lists the newest first.
    for entry in page.data.iter().rev() {
        match entry.booked() {
            Ok(movements) => booked.extend(movements),
            Err(problem) => {
                return Answer::Unknown(format!("{} cannot be read: {problem}", entry.id));
            }
        }
    }
    let last = page.data.last().filter(|_| page.has_more);
    Answer::Done(Movements {
        booked,
        next: last.map(|last| last.id.clone()),
    })
}

impl Entry {
    fn booked(&self) -> Result<Vec<Booked>, String> {
        let Some(kind) = kind_of(&self.reporting_category) else {
            return Ok(Vec::new());
        };
        let about = self.about()?;
        let refund = about.refund.filter(|_| kind == Kind::Refund);
        let moved = Booked {
            provider: "stripe".to_owned(),
            payment_reference: about.payment.clone(),
            key: refund.and_then(|refund| Some(refund.told(KEY)?.to_owned())),
            refund_reference: refund.map(|refund| refund.id.clone()).unwrap_or_default(),
            kind,
            at: instant(self.created).ok_or_else(|| format!("the time {}", self.created))?,
            money: self.moved(&about)?,
        };
        let charged = Booked {
            key: None,
            refund_reference: String::new(),
            kind: Kind::Fee,
            money: from_stripe(self.fee, &self.currency)?,
            ..moved.clone()
        };
        let both = [moved, charged].into_iter();
        Ok(both.filter(|one| one.money.minor != 0).collect())
    }

    /// How much moved. Where Stripe settles in the currency the shopper paid, the line itself says so exactly; else it
    /// says only which way, and the object how much.
    fn moved(&self, about: &About<'_>) -> Result<Money, String> {
        if self.currency == about.currency {
            return from_stripe(self.amount, &self.currency);
        }
        from_stripe(about.amount * self.amount.signum(), about.currency)
    }

    fn about(&self) -> Result<About<'_>, String> {
        let nothing = || "it is about no payment".to_owned();
        let object = match self.source.as_ref().ok_or_else(nothing)? {
            Source::Whole(object) => object,
            Source::Id(id) => return Err(format!("it is about {id}, which is not shown")),
        };
        Ok(match &**object {
            Object::Charge(charge) => About {
                payment: payment_of(charge.payment_intent.as_ref(), &charge.id),
                refund: None,
                amount: match charge.amount_captured {
                    0 => charge.amount,
                    captured => captured,
                },
                currency: &charge.currency,
            },
            Object::Refund(refund) => About {
                payment: refund.payment(),
                refund: Some(refund),
                amount: refund.amount,
                currency: &refund.currency,
            },
            Object::Dispute(dispute) => About {
                payment: dispute.payment(),
                refund: None,
                amount: dispute.amount,
                currency: &dispute.currency,
            },
            Object::Another => return Err(nothing()),
        })
    }
}

/// What Stripe's accountants call what happened; nothing for what is about no payment: payouts, transfers, reserves,
/// and what Stripe bills for itself.
fn kind_of(reporting_category: &str) -> Option<Kind> {
    match reporting_category {
        "charge" | "charge_failure" | "partial_capture_reversal" => Some(Kind::Charge),
        "refund" | "refund_failure" => Some(Kind::Refund),
        "dispute" | "dispute_reversal" => Some(Kind::Dispute),
        _ => None,
    }
}
