//! What a payment provider says by itself, in the desk's words: what an inbound webhook is turned into before anything
//! is decided about it.

use domain::money::Money;
use domain::payment_settle::PaymentFact;
use domain::refund_settle::RefundFact;
use jiff::Timestamp;

/// One message of a provider, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderWord {
    /// The provider's id of the message: the same when it is sent again.
    pub id: String,
    /// What the provider calls it.
    pub kind: String,
    /// When it happened, to the second: what is older than what is known is dropped.
    pub at: Timestamp,
    /// The connected account that it is about, where there is one.
    pub account: Option<String>,
    /// Whether it is about real money.
    pub is_live: bool,
    /// The provider's id of what it is about.
    pub object: String,
    /// What it says; nothing where it is none of the desk's business.
    pub says: Vec<Said>,
}

/// What is said of one payment, by the provider's reference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// The payment has moved.
    Payment {
        /// The provider's payment, and its charge: the desk may know it by either.
        payment: PaymentName,
        /// What happened to it.
        fact: PaymentFact,
    },
    /// A refund that the desk asked for has moved.
    Refund {
        /// The provider's payment.
        payment: PaymentName,
        /// The key it was asked for with, which names the attempt.
        key: String,
        /// The order, as the provider was told.
        order_id: String,
        /// What happened to it.
        fact: RefundFact,
    },
    /// A refund that the desk did not ask for has moved.
    ForeignRefund {
        /// The provider's payment.
        payment: PaymentName,
        /// The provider's refund.
        reference: String,
        /// How much it returns.
        money: Money,
        /// What happened to it.
        fact: RefundFact,
    },
    /// A bank asks about a payment and has taken nothing back: answering or refunding now avoids a chargeback.
    Inquiry {
        /// The provider's payment.
        payment: PaymentName,
        /// The provider's id of the inquiry.
        reference: String,
        /// The bank's reason.
        reason: String,
    },
}

/// What a provider calls one payment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PaymentName {
    /// The payment itself; empty where it has none.
    pub payment: String,
    /// The charge made for it; empty where it is not told.
    pub charge: String,
}
