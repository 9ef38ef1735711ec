//! What Stripe's answers mean, pure: done, refused with the reason, not now, or unknown.

use domain::money::Currency;
use domain::payment_settle::PaymentFact;
use domain::refund::RefundFailure;
use domain::refund_settle::RefundFact;
use engine::ports::{Answer, News, PaymentAsk};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::stripe_objects::{Intent, StripeRefund};
use super::stripe_requests::KEY;
use crate::sending::{Reply, Silence};

/// An error as Stripe tells it.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Told {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    param: Option<String>,
    #[serde(default)]
    message: String,
    #[serde(default)]
    decline_code: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Envelope {
    error: Told,
}

/// What a question came to, before it is known what it was about.
pub(crate) enum Outcome<T> {
    /// An object.
    Good(T),
    /// Stripe will not.
    Refused(Told),
    /// What can be said without knowing what was asked.
    Settled(Answer<T>),
}

/// A page of a list.
#[derive(Debug, Deserialize)]
pub(crate) struct Page<T> {
    pub data: Vec<T>,
    pub has_more: bool,
}

/// What a page of refunds says of the one that is looked for.
#[derive(Debug, PartialEq, Eq)]
pub enum Sought {
    /// How it stands.
    Found(Answer<RefundFact>),
    /// It is not on this page, and there are more after this id.
    After(String),
    /// Stripe has certainly not made it.
    Nowhere,
}

/// What came of asking for a refund, or about one.
pub fn refund(reply: Result<Reply, Silence>) -> Answer<RefundFact> {
    match outcome::<StripeRefund>(reply) {
        Outcome::Good(refund) => match refund.fact() {
            Ok(fact) => Answer::Done(fact),
            Err(problem) => Answer::Unknown(problem),
        },
        Outcome::Refused(told) => Answer::Done(RefundFact::Failed {
            failure: Some(told.failure()),
            problem: told.shown(),
        }),
        Outcome::Settled(answer) => without(answer),
    }
}

/// What came of asking about a refund that Stripe took on: that it knows it no more is no failure of the refund.
pub fn refund_status(reply: Result<Reply, Silence>) -> Answer<RefundFact> {
    match outcome::<StripeRefund>(reply) {
        Outcome::Refused(told) => Answer::Unknown(told.shown()),
        Outcome::Good(refund) => match refund.fact() {
            Ok(fact) => Answer::Done(fact),
            Err(problem) => Answer::Unknown(problem),
        },
        Outcome::Settled(answer) => without(answer),
    }
}

/// Looks for the refund with this key on a page of a payment's refunds.
pub fn sought(reply: Result<Reply, Silence>, key: &str) -> Sought {
    let page = match outcome::<Page<StripeRefund>>(reply) {
        Outcome::Good(page) => page,
        // Perhaps the desk asks in the name of another account than it did: the refund may stand in that one.
        Outcome::Refused(told) => return Sought::Found(Answer::NeedsALook(told.shown())),
        // Looking did nothing, but what is looked for may be there.
        Outcome::Settled(answer) => {
            return Sought::Found(match without(answer) {
                Answer::NotNow(problem) => Answer::Unknown(problem),
                answer => answer,
            });
        }
    };
    let found = page
        .data
        .iter()
        .find(|refund| refund.told(KEY) == Some(key));
    match (found, page.data.last()) {
        (Some(refund), _) => Sought::Found(match refund.fact() {
            Ok(fact) => Answer::Done(fact),
            Err(problem) => Answer::Unknown(problem),
        }),
        (None, Some(last)) if page.has_more => Sought::After(last.id.clone()),
        (None, _) => Sought::Nowhere,
    }
}

/// What a page of a payment's refunds tells of it, and after which id the next page begins. As for
/// [`payment_status`], a payment in another currency than the order's is refused.
pub fn refunds_of(
    reply: Result<Reply, Silence>,
    ask: &PaymentAsk,
) -> Answer<(Vec<News>, Option<String>)> {
    let page = match outcome::<Page<StripeRefund>>(reply) {
        Outcome::Good(page) => page,
        Outcome::Refused(told) => return Answer::Refused(told.shown()),
        Outcome::Settled(answer) => return without(answer),
    };
    let mut all = Vec::with_capacity(page.data.len());
    for refund in page.data.iter().filter(|refund| refund.is_booked()) {
        match refund.news(vec![ask.payment_reference.clone()]) {
            Ok(News::Refund { money, .. }) if money.currency != ask.money.currency => {
                return Answer::Refused(other_currency(ask, money.currency));
            }
            Ok(news) => all.push(news),
            Err(problem) => return Answer::Unknown(problem),
        }
    }
    let last = page.data.last().filter(|_| page.has_more);
    Answer::Done((all, last.map(|last| last.id.clone())))
}

fn other_currency(ask: &PaymentAsk, made: Currency) -> String {
    let (payment, sold) = (&ask.payment_reference, ask.money.currency);
    format!("the payment {payment} was made in {made}, the order in {sold}")
}

/// What came of taking or releasing a payment; nothing where it has to be asked how the payment stands.
pub fn payment(reply: Result<Reply, Silence>) -> Option<Answer<PaymentFact>> {
    Some(match outcome::<Intent>(reply) {
        Outcome::Good(intent) => match intent.fact() {
            Ok(Some(fact)) => Answer::Done(fact),
            Ok(None) => Answer::Unknown(format!("the payment is {}", intent.status)),
            Err(problem) => Answer::Unknown(problem),
        },
        // Someone was faster, or it was done before and the answer was lost.
        Outcome::Refused(told)
            if told.code.as_deref() == Some("payment_intent_unexpected_state") =>
        {
            return None;
        }
        Outcome::Refused(told) => Answer::Refused(told.shown()),
        Outcome::Settled(answer) => without(answer),
    })
}

/// How a payment stands. Amounts of one currency would be read as those of another: a payment in another than the
/// order's is refused.
pub fn payment_status(reply: Result<Reply, Silence>, ask: &PaymentAsk) -> Answer<Vec<PaymentFact>> {
    let intent = match outcome::<Intent>(reply) {
        Outcome::Good(intent) => intent,
        Outcome::Refused(told) => return Answer::Refused(told.shown()),
        Outcome::Settled(answer) => return without(answer),
    };
    match (intent.made_in(), intent.facts()) {
        (Ok(made), _) if made != ask.money.currency => Answer::Refused(other_currency(ask, made)),
        (Ok(_), Ok(facts)) => Answer::Done(facts),
        (Err(problem), _) | (_, Err(problem)) => Answer::Unknown(problem),
    }
}

pub(crate) fn outcome<T: DeserializeOwned>(reply: Result<Reply, Silence>) -> Outcome<T> {
    let reply = match reply {
        Ok(reply) => reply,
        Err(Silence::NotSent(problem)) => return Outcome::Settled(Answer::NotNow(problem)),
        Err(Silence::NoAnswer(problem)) => return Outcome::Settled(Answer::Unknown(problem)),
    };
    if reply.status == 200 {
        return match serde_json::from_slice(&reply.body) {
            Ok(object) => Outcome::Good(object),
            Err(error) => Outcome::Settled(Answer::Unknown(format!(
                "the answer cannot be read: {error}"
            ))),
        };
    }
    let told = serde_json::from_slice::<Envelope>(&reply.body).map(|envelope| envelope.error);
    let shown = match &told {
        Ok(told) => format!("{} {}", reply.status, told.shown()),
        Err(_) => format!("{}, which is no answer of Stripe's", reply.status),
    };
    match (reply.status, told) {
        // A key in use, a lock, too many questions, a door that is shut: nothing was begun.
        (401 | 403 | 409 | 429 | 503, _) => Outcome::Settled(Answer::NotNow(shown)),
        // The key came with other words before. What it did then, a person has to find out.
        (_, Ok(told)) if told.kind == "idempotency_error" => {
            Outcome::Settled(Answer::NeedsALook(shown))
        }
        (400 | 402 | 404, Ok(told)) => Outcome::Refused(told),
        _ => Outcome::Settled(Answer::Unknown(shown)),
    }
}

/// The same answer about something else: it holds nothing.
pub(crate) fn without<T, U>(answer: Answer<T>) -> Answer<U> {
    match answer {
        Answer::Done(_) => Answer::Unknown("an answer without what was asked for".to_owned()),
        Answer::Refused(problem) => Answer::Refused(problem),
        Answer::NotNow(problem) => Answer::NotNow(problem),
        Answer::Unknown(problem) => Answer::Unknown(problem),
        Answer::NeedsALook(problem) => Answer::NeedsALook(problem),
    }
}

impl Told {
    /// Stripe's own words, with the code that its support asks for.
    pub fn shown(&self) -> String {
        match self.decline_code.as_deref().or(self.code.as_deref()) {
            Some(code) => format!("{code}: {}", self.message),
            None => self.message.clone(),
        }
    }

    /// Why a refund was not taken on, in words of the desk.
    fn failure(&self) -> RefundFailure {
        match self.code.as_deref() {
            Some("charge_disputed") => RefundFailure::Disputed,
            Some("charge_already_refunded") => RefundFailure::RefundedAlready,
            Some("resource_missing") => RefundFailure::PaymentUnknown,
            Some("balance_insufficient" | "insufficient_funds") => RefundFailure::BalanceTooLow,
            Some("card_declined") => RefundFailure::BankDeclined,
            Some("expired_card") => RefundFailure::CardClosed,
            Some(
                "amount_too_small"
                | "parameter_invalid_integer"
                | "currency_not_supported"
                | "invalid_charge_amount",
            ) => RefundFailure::AmountNotTaken,
            Some("charge_not_captured" | "payment_intent_unexpected_state") => {
                RefundFailure::NotCaptured
            }
            Some("amount_too_large") => RefundFailure::MoreThanLeft,
            // Stripe gives these two no code; what it complains of is the amount, or the hold.
            None if self.param.as_deref() == Some("amount") => RefundFailure::MoreThanLeft,
            None if self.message.starts_with("This uncaptured Charge") => {
                RefundFailure::NotCaptured
            }
            _ => RefundFailure::Other,
        }
    }
}
