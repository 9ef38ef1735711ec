//! What the desk needs of the outside, as traits; the adapters live in `integrations`, the scripted fakes in
//! [`crate::fakes`].
//!
//! Every call carries a key made from the intent's id. Every answer says what is certain: done, refused for good,
//! certainly not done, or unknown. A time-out is unknown, never a refusal.

use async_trait::async_trait;
use domain::ids::{LabelId, MailId, OrderId, OrganizationId, PaymentId, RefundId};
use domain::money::{Currency, Money};
use domain::order::Order;
use domain::payment_settle::PaymentFact;
use domain::refund_settle::RefundFact;
use domain::shipment::{Label, Shipment, Tracking};
use jiff::Timestamp;
use letters::Kind;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::permit::Scope;

/// What came of asking the outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer<T> {
    /// It is so.
    Done(T),
    /// It will not be done, and asking again does not help.
    Refused(String),
    /// It was certainly not done; asking again later can help.
    NotNow(String),
    /// It may have been done; ask again with the same key.
    Unknown(String),
    /// It may have been done, and asking again cannot tell: a person has to look.
    NeedsALook(String),
}

/// A refund to ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundAsk {
    /// The same for every repetition.
    pub key: String,
    /// Which adapter processes the payment, such as `sandbox` or `stripe`.
    pub provider: String,
    /// The provider's payment.
    pub payment_reference: String,
    /// In presentment currency, exact.
    pub money: Money,
    /// Ours, for the provider's records.
    pub order_id: String,
    /// Whose it is, for the provider's records.
    pub organization_id: OrganizationId,
    /// Ours, for the provider's records.
    pub refund: RefundId,
    /// Whether it may have been asked for before: a provider forgets keys, so it is looked for first.
    pub is_repeated: bool,
}

/// A payment to take or release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentAsk {
    /// The same for every repetition.
    pub key: String,
    /// Which adapter processes the payment.
    pub provider: String,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Ours.
    pub payment: PaymentId,
    /// The provider's payment.
    pub payment_reference: String,
    /// How much to take; what is authorised when it is released.
    pub money: Money,
}

/// What a provider says of a payment that it is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentReport {
    /// What it was made in.
    pub currency: Currency,
    /// Where it stands, in the order in which it came to that; nothing while the shopper has not paid.
    pub facts: Vec<PaymentFact>,
    /// Card brand and last digits, where it was paid by card.
    pub method: String,
    /// What the provider kept of it, in the currency it settles in, once that is known.
    pub fee: Option<Money>,
}

/// The payment provider.
#[async_trait]
pub trait Payments: Send + Sync {
    /// Asks for a refund, or for what became of it: the same key never refunds twice.
    async fn refund(&self, ask: &RefundAsk) -> Answer<RefundFact>;
    /// What became of a refund that was taken on, by the provider's reference.
    async fn refund_status(&self, ask: &RefundAsk, reference: &str) -> Answer<RefundFact>;
    /// Takes an authorised amount.
    async fn capture(&self, ask: &PaymentAsk) -> Answer<PaymentFact>;
    /// Releases an authorised amount.
    async fn void(&self, ask: &PaymentAsk) -> Answer<PaymentFact>;
    /// Where a payment stands that was begun elsewhere.
    async fn report(&self, ask: &PaymentAsk) -> Answer<PaymentReport>;
}

/// A label that was bought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BoughtLabel {
    /// The carrier's id.
    pub reference: String,
    /// Its number.
    pub tracking: Tracking,
    /// What it costs.
    pub postage: Option<Money>,
}

/// The carrier.
#[async_trait]
pub trait Carriers: Send + Sync {
    /// Buys a label under this key.
    async fn buy(&self, order: &Order, shipment: &Shipment, label: &Label) -> Answer<BoughtLabel>;
    /// Looks for a label that may have been bought under this key; `None` is a certain no.
    async fn find(&self, account: &str, label: &LabelId) -> Answer<Option<BoughtLabel>>;
    /// Voids a bought label with the account that bought it.
    async fn void(&self, account: &str, reference: &str) -> Answer<()>;
}

/// What the shop is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShopNews {
    /// The same for the same state of the order.
    pub key: String,
    /// The connection and the shop's own id.
    pub connection: String,
    /// The shop's own id of the order.
    pub external_id: String,
    /// Our number, where a person chose it.
    pub number: Option<String>,
    /// Every tracking number.
    pub tracking_numbers: Vec<String>,
    /// Why it was canceled, if it was and the shop is to know.
    pub canceled: Option<String>,
    /// What was refunded in all.
    pub refunded: Money,
}

/// The shop.
#[async_trait]
pub trait Shops: Send + Sync {
    /// Tells the shop how the order stands.
    async fn tell(&self, news: &ShopNews) -> Answer<()>;
}

/// An e-mail as it is to be sent: an adapter carries it and knows nothing of what it is about.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// Its id, which its Message-ID is made of.
    pub id: MailId,
    /// Whose it is.
    pub scope: Scope,
    /// What it is about.
    pub kind: Kind,
    /// The order it is about, where it is about one.
    pub order_id: Option<OrderId>,
    /// To whom.
    pub to: String,
    /// From which address.
    pub from: String,
    /// From whom.
    pub from_name: String,
    /// Where answers go; empty for where it comes from.
    pub reply_to: String,
    /// Its date: when what it tells happened.
    pub at: Timestamp,
    /// One line.
    pub subject: String,
    /// For readers that show no HTML.
    pub text: String,
    /// A whole document.
    pub html: String,
}

/// Without what it says and to whom: it may hold a secret, and neither belongs in a log.
impl std::fmt::Debug for Letter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Letter")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// The mail server.
#[async_trait]
pub trait Mail: Send + Sync {
    /// Sends a letter; the same id is not sent twice.
    async fn send(&self, letter: &Letter) -> Answer<()>;

    /// Whether letters stay here instead of going out.
    fn keeps(&self) -> bool {
        false
    }

    /// What was sent, where it stays here instead of going out, as in the sandbox: the latest last. Nothing where
    /// letters really go out.
    ///
    /// # Errors
    /// What is kept cannot be read.
    async fn kept(&self) -> std::io::Result<Option<Vec<Letter>>> {
        Ok(None)
    }
}

/// A rate of exchange with where and when it is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quote {
    /// How much of `to` one `from` is worth.
    pub rate: Decimal,
    /// Whose rate it is.
    pub source: String,
    /// When it held.
    pub at: Timestamp,
}

/// Rates of exchange.
#[async_trait]
pub trait Rates: Send + Sync {
    /// What one unit of `from` is worth in `to` now.
    async fn quote(&self, from: Currency, to: Currency, now: Timestamp) -> Answer<Quote>;
}

/// Everything outside that the worker calls.
#[derive(Clone)]
pub struct Ports {
    /// The payment provider.
    pub payments: std::sync::Arc<dyn Payments>,
    /// The carrier.
    pub carriers: std::sync::Arc<dyn Carriers>,
    /// The shop.
    pub shops: std::sync::Arc<dyn Shops>,
    /// The mail server.
    pub mail: std::sync::Arc<dyn Mail>,
    /// Rates of exchange.
    pub rates: std::sync::Arc<dyn Rates>,
}
