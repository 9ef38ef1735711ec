//! What the desk needs of the outside, as traits; the adapters live in `integrations`, the scripted fakes in
//! [`crate::fakes`].
//!
//! Every call carries a key made from the intent's id. Every answer says what is certain: done, refused for good,
//! certainly not done, or unknown. A time-out is unknown, never a refusal.

use async_trait::async_trait;
use domain::ids::{LabelId, MailId, OrderId, OrganizationId, PaymentId, RefundId};
use domain::money::{Currency, Money};
use domain::order::{Mode, Order};
use domain::payment_settle::PaymentFact;
use domain::reconcile::{Kind, Period};
use domain::refund_settle::RefundFact;
use domain::shipment::{Label, Shipment, Tracking};
use jiff::Timestamp;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::labels::Printed;
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
    /// Live or of tests: an adapter that is connected for the other one asks nothing (O5).
    pub mode: Mode,
    /// Ours, for the provider's records.
    pub refund: RefundId,
    /// Whether it may have been asked for before: a provider forgets keys, so it is looked for first.
    pub is_repeated: bool,
}

/// A payment to take, release or ask about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaymentAsk {
    /// The same for every repetition.
    pub key: String,
    /// Which adapter processes the payment.
    pub provider: String,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Live or of tests: an adapter that is connected for the other one asks nothing (O5).
    pub mode: Mode,
    /// Ours.
    pub payment: PaymentId,
    /// The provider's payment.
    pub payment_reference: String,
    /// How much to take; what is authorised when it is released or asked about.
    pub money: Money,
}

/// Which movements of a provider's books are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovementsAsk {
    /// Whose: an adapter with an account for each organization reads that one's.
    pub scope: Scope,
    /// Booked from when until before when, by the provider's clock.
    pub period: Period,
    /// Where the page begins: what the page before said comes next; none for the first.
    pub after: Option<String>,
}

/// A page of a provider's books.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Movements {
    /// What was booked, oldest first within the page; which page comes first is the provider's to choose.
    pub booked: Vec<Booked>,
    /// Where the next page begins; none where there is no more.
    pub next: Option<String>,
}

/// One movement as a provider booked it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// The adapter whose payment it is about, such as `sandbox`: the name that its payments have here too.
    pub provider: String,
    /// The provider's payment.
    pub payment_reference: String,
    /// The key that its refund was asked for with, where we asked for it.
    pub key: Option<String>,
    /// The provider's refund; empty for what is about the payment itself.
    pub refund_reference: String,
    /// What it is about.
    pub kind: Kind,
    /// When it was booked.
    pub at: Timestamp,
    /// How it changes what is held for the retailer, in the currency the shopper paid: a charge is more, a refund less,
    /// and a refund that came back more again. Of [`Kind::Fee`], what was charged, in the currency it is billed in.
    pub money: Money,
}

/// The payment provider.
#[async_trait]
pub trait Payments: Send + Sync {
    /// Asks for a refund, or for what became of it: the same key never refunds twice.
    async fn refund(&self, ask: &RefundAsk) -> Answer<RefundFact>;
    /// What became of a refund that was taken on, by the provider's reference.
    async fn refund_status(&self, ask: &RefundAsk, reference: &str) -> Answer<RefundFact>;
    /// Takes an authorised amount. A payment that was taken before is not taken again: it is refused, and
    /// [`payment_status`](Self::payment_status) tells what was taken.
    async fn capture(&self, ask: &PaymentAsk) -> Answer<PaymentFact>;
    /// Releases an authorised amount; one that was taken is refused.
    async fn void(&self, ask: &PaymentAsk) -> Answer<PaymentFact>;
    /// How a payment stands now, as the facts that made it so in the order they happened; asking changes nothing. Facts
    /// that are known already do no harm, so the whole life may be told each time:
    ///
    /// - held: `Authorized`, with `expires_at` where the provider says when the hold lapses;
    /// - taken: `Captured` with what was taken in all, before refunds;
    /// - released or declined: `Voided`, `Failed`; a hold that ran out is `Expired`, not `Voided`;
    /// - disputed: `DisputeOpened` with each dispute as it stands, its decision in `won`;
    /// - charged for: `FeeTold`, once the provider has booked what it keeps.
    ///
    /// Nothing where the shopper or the bank has not answered yet. `Refused` where there is no such payment; an answer
    /// that was lost is `Unknown`.
    async fn payment_status(&self, ask: &PaymentAsk) -> Answer<Vec<PaymentFact>>;
    /// Every refund of a payment that moved or moves money, whoever made it, as the provider would tell each by itself;
    /// asking changes nothing. What only gave a hold free moved none, whatever the provider calls it. Nothing where the
    /// provider does not list them, as one where nobody but this desk makes refunds: then its messages are all there is.
    async fn refunds_of(&self, _ask: &PaymentAsk) -> Answer<Option<Vec<News>>> {
        Answer::Done(None)
    }
    /// A page of what the provider booked in a period, for comparing its books with ours. Over all pages each movement
    /// comes exactly once, also while others are booked; a page is bounded by the adapter, and may be empty though more
    /// follows. A movement that carries a fee is two: one of the money, whole, and one of [`Kind::Fee`], at the same
    /// instant. A provider that tells no fees has none of these, and then the organization's rates hold (R8). Nothing is
    /// changed by asking.
    async fn movements(&self, ask: &MovementsAsk) -> Answer<Movements>;
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
    /// What is printed; none where the carrier gives nothing.
    pub printed: Option<Printed>,
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
    pub kind: letters::Kind,
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
    /// Sends a letter.
    async fn send(&self, letter: &Letter) -> Answer<()>;

    /// Whether this letter, sent again under the same id, arrives once. Where not, an unknown outcome is a person's to
    /// settle: no e-mail goes out twice.
    fn knows_repeats(&self, _letter: &Letter) -> bool {
        true
    }

    /// Whether letters stay here instead of going out.
    fn keeps(&self) -> bool {
        false
    }

    /// What was sent and stayed here instead of going out, as in the sandbox: the latest last. Nothing where there is
    /// no such place.
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

/// What someone outside says by itself, in our words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// The sender's id of the message.
    pub id: String,
    /// The sender's name for what happened, such as `charge.refunded`, for a person to read.
    pub kind: String,
    /// Whether it is about live payments or about those of tests; nothing where the sender does not tell.
    pub mode: Option<Mode>,
    /// What of it concerns us, in the order in which it happened; empty for a message about nothing of ours.
    pub news: Vec<News>,
}

/// One thing that happened at a payment provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// To a payment.
    Payment {
        /// Every name the provider has for the payment, the best one first: an order knows it by one of them.
        references: Vec<String>,
        /// What amounts in it are in; nothing where it tells none.
        currency: Option<Currency>,
        /// What.
        fact: PaymentFact,
    },
    /// To a refund of a payment, whoever made it.
    Refund {
        /// Every name the provider has for the payment, the best one first.
        payment_references: Vec<String>,
        /// The provider's refund.
        reference: String,
        /// The key it was asked for with, where we asked for it.
        key: Option<String>,
        /// How much of the payment it returns.
        money: Money,
        /// What.
        fact: RefundFact,
    },
}

/// Why a message says nothing here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It cannot be read, and a person has to look.
    Unreadable(String),
    /// It is well, and about someone else's account: nobody here may see what else it says.
    NotTheirs {
        /// The sender's id of the message.
        id: String,
        /// The sender's name for what happened.
        kind: String,
        /// Whose account it is about.
        problem: String,
    },
}

/// Reads what one sender says by itself. It neither asks nor keeps anything.
pub trait Hook: Send + Sync {
    /// The sender's name, which its payments have here too.
    fn source(&self) -> &'static str;

    /// Whether the sender signed exactly these bytes for this organization, and lately. It is asked before anything of the body
    /// is read.
    ///
    /// # Errors
    /// Why not, for the sender's log.
    fn check(
        &self,
        organization: &OrganizationId,
        header: &dyn Fn(&str) -> Option<String>,
        body: &[u8],
        now: Timestamp,
    ) -> Result<(), String>;

    /// Puts a body that came for this organization into our words. The same body always gives the same words.
    ///
    /// # Errors
    /// [`Unread`], with the reason.
    fn read(&self, organization: &OrganizationId, body: &str) -> Result<Word, Unread>;
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
    /// Who may tell something by themselves.
    pub hooks: Vec<std::sync::Arc<dyn Hook>>,
}

impl Ports {
    /// Who tells under this name.
    pub fn hook(&self, source: &str) -> Option<&dyn Hook> {
        let found = self.hooks.iter().find(|hook| hook.source() == source);
        found.map(AsRef::as_ref)
    }
}
