//! What is asked of Stripe, pure: a question for each thing the desk wants of it.

use domain::reconcile::Period;
use engine::ports::{PaymentAsk, RefundAsk};
use hyper::Method;
use jiff::Timestamp;

use super::stripe_amounts::to_stripe;
use crate::sending::Question;

/// The release of Stripe's interface that every question and answer here is written for.
pub const VERSION: &str = "2026-08-26.dahlia";

/// What a refund of ours is found again by, when Stripe has forgotten its key.
pub const KEY: &str = "bordereau_key";

/// The order of a refund of ours.
pub const ORDER: &str = "bordereau_order";

/// Whose a refund of ours is.
pub const ORGANIZATION: &str = "bordereau_organization";

/// The refund of ours, of which a key names one attempt.
pub const REFUND: &str = "bordereau_refund";

/// How many of anything are listed at once: as many as Stripe gives.
const PAGE: &str = "100";

/// A payment as Stripe keeps it: made by its present interface, or by the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reference<'a> {
    /// A PaymentIntent.
    Intent(&'a str),
    /// A charge without one.
    Charge(&'a str),
}

impl<'a> Reference<'a> {
    /// What a payment's reference names; nothing where it is none of Stripe's.
    pub fn of(reference: &'a str) -> Option<Self> {
        let is_plain = reference
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        match reference.split_once('_') {
            _ if !is_plain => None,
            Some(("pi", _)) => Some(Self::Intent(reference)),
            Some(("ch" | "py", _)) => Some(Self::Charge(reference)),
            _ => None,
        }
    }

    /// The PaymentIntent; nothing for a charge, which can be refunded and no more.
    pub fn intent(self) -> Option<&'a str> {
        match self {
            Self::Intent(id) => Some(id),
            Self::Charge(_) => None,
        }
    }

    fn parameter(self) -> (&'static str, &'a str) {
        match self {
            Self::Intent(id) => ("payment_intent", id),
            Self::Charge(id) => ("charge", id),
        }
    }
}

/// Asks for a refund.
///
/// # Errors
/// Stripe cannot express the amount.
pub fn refund(ask: &RefundAsk, of: Reference<'_>) -> Result<Question, String> {
    let amount = to_stripe(ask.money)?.to_string();
    let (parameter, id) = of.parameter();
    let metadata = [
        (ORGANIZATION, ask.organization_id.as_str()),
        (ORDER, ask.order_id.as_str()),
        (REFUND, ask.refund.as_str()),
        (KEY, ask.key.as_str()),
    ];
    let mut fields = vec![(parameter.to_owned(), id), ("amount".to_owned(), &amount)];
    for (name, value) in metadata {
        fields.push((format!("metadata[{name}]"), value));
    }
    Ok(post("/v1/refunds".to_owned(), &fields, &ask.key))
}

/// Asks what became of a refund.
pub fn refund_status(reference: &str) -> Question {
    get(format!("/v1/refunds/{}", segment(reference)))
}

/// Asks for a payment's refunds, the newest first, those after a known one.
pub fn refunds(of: Reference<'_>, after: Option<&str>) -> Question {
    let mut fields = vec![of.parameter(), ("limit", PAGE)];
    fields.extend(after.map(|id| ("starting_after", id)));
    get(format!("/v1/refunds?{}", form(&fields)))
}

/// Asks for the lines of the books of a period with what each is about, the newest first, those before a known one.
/// Stripe dates them by whole seconds.
pub fn movements(period: Period, after: Option<&str>) -> Question {
    let from = second_at_or_after(period.from).to_string();
    let until = second_at_or_after(period.until).to_string();
    let mut fields = vec![
        ("created[gte]", from.as_str()),
        ("created[lt]", until.as_str()),
        ("limit", PAGE),
        ("expand[]", "data.source"),
    ];
    fields.extend(after.map(|id| ("starting_after", id)));
    get(format!("/v1/balance_transactions?{}", form(&fields)))
}

/// Asks for a payment with its charge and what Stripe kept of it.
pub fn payment(intent: &str) -> Question {
    let fields = [("expand[]", "latest_charge.balance_transaction")];
    get(format!("/v1/payment_intents/{intent}?{}", form(&fields)))
}

/// Asks to take what is held, or a part of it; the rest is released.
///
/// # Errors
/// Stripe cannot express the amount.
pub fn capture(ask: &PaymentAsk, intent: &str) -> Result<Question, String> {
    let amount = to_stripe(ask.money)?.to_string();
    let fields = [("amount_to_capture".to_owned(), amount.as_str())];
    let path = format!("/v1/payment_intents/{intent}/capture");
    Ok(post(path, &fields, &ask.key))
}

/// Asks to release what is held.
pub fn void(ask: &PaymentAsk, intent: &str) -> Question {
    let fields = [("cancellation_reason".to_owned(), "requested_by_customer")];
    let path = format!("/v1/payment_intents/{intent}/cancel");
    post(path, &fields, &ask.key)
}

/// What every question to Stripe says: who asks, in which version, for which connected account.
pub fn addressed(mut question: Question, secret_key: &str, account: Option<&str>) -> Question {
    let headers = &mut question.headers;
    headers.push(("authorization", format!("Bearer {secret_key}")));
    headers.push(("stripe-version", VERSION.to_owned()));
    headers.extend(account.map(|account| ("stripe-account", account.to_owned())));
    question
}

/// The first whole second from then on; the first of all where Stripe knows none.
fn second_at_or_after(at: Timestamp) -> i64 {
    let part = i64::from(at.subsec_nanosecond() > 0);
    (at.as_second() + part).max(0)
}

fn get(path: String) -> Question {
    Question {
        method: Method::GET,
        path,
        headers: Vec::new(),
        body: String::new(),
    }
}

fn post(path: String, fields: &[(String, &str)], key: &str) -> Question {
    Question {
        method: Method::POST,
        path,
        headers: vec![
            (
                "content-type",
                "application/x-www-form-urlencoded".to_owned(),
            ),
            ("idempotency-key", key.to_owned()),
        ],
        body: form(fields),
    }
}

fn form<K: serde::Serialize, V: serde::Serialize>(fields: &[(K, V)]) -> String {
    serde_html_form::to_string(fields).expect("pairs of texts can always be written as a form")
}

/// An id as one part of a path; what Stripe did not make cannot lead elsewhere.
fn segment(id: &str) -> String {
    id.chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
        .collect()
}
