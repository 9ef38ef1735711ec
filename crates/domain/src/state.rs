//! The small types an order's state is told in: statuses on separate axes, history, cancellation, attention, mail.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::actor::By;
use crate::ids::{AttentionId, MailId, NoteId, PaymentId, RefundId, WaitingId};
use crate::money::Money;

/// Live and test orders never mix (O5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Real sales.
    Live,
    /// Trials.
    Test,
}

/// Where the order's payment was taken, and by whom the order was brought here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// Its payment is processed through us: cancel and refund here.
    Checkout,
    /// The shop took the payment; its plugin only asked us for the landed cost.
    DutyAndTax,
    /// Taken in through the API; paid elsewhere unless a payment processed here is attached.
    Api,
}

/// The order's status; CANCELED is final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the specification's")]
pub enum OrderStatus {
    Open,
    PartiallyShipped,
    Completed,
    Canceled,
    FraudHold,
    PaymentPending,
    PaymentFailed,
    InTransitToConsolidationCenter,
    Hold,
}

/// The state of the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the specification's")]
pub enum PaymentStatus {
    Unpaid,
    Paid,
    PartiallyRefunded,
    Refunded,
    Voided,
}

/// How much of the order is in shipments that are not voided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the specification's")]
pub enum Fulfilment {
    None,
    Some,
    All,
}

/// Whether the shop knows what we know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Sync {
    /// No shop is connected to this order.
    NotConnected,
    /// The shop knows.
    InStep,
    /// The shop is about to be told.
    Waiting,
    /// The shop could not be told.
    Failed {
        /// In the shop's or the connection's words.
        reason: String,
    },
}

/// The shop an order came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShopLink {
    /// The connection's name in the organization's settings.
    pub connection: String,
    /// The shop's own id of the order.
    pub external_id: String,
}

/// A change of status, as history keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transition {
    /// To what.
    pub status: OrderStatus,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: By,
    /// Why, where someone said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// An internal note; customers never see it (N4).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// Its identifier.
    pub id: NoteId,
    /// What it says.
    pub text: String,
    /// Who wrote it.
    pub by: By,
    /// When.
    pub at: Timestamp,
    /// When it was last changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Timestamp>,
}

/// How the order was canceled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancellation {
    /// Why (C6).
    pub note: String,
    /// Whether an e-mail was asked for (C7).
    pub notify: bool,
    /// Whether the money was deliberately not returned (C3).
    pub without_refund: bool,
    /// Whether the shop is told; operator support's cancellation of a guaranteed order is not sent (C5).
    pub told_shop: bool,
    /// The refunds it asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<RefundId>,
}

/// Why a person has to look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Concern {
    /// A refund failed; its amount is free again (R10).
    RefundFailed {
        /// Which.
        refund: RefundId,
    },
    /// Nobody knows for too long what became of a refund (R10).
    RefundOverdue {
        /// Which.
        refund: RefundId,
    },
    /// A refund that was settled by hand succeeded at the provider all the same.
    RefundedTwice {
        /// Which.
        refund: RefundId,
    },
    /// Canceled in the shop, money still held here (C9).
    CanceledInShop,
    /// Refunded in the shop, not here (R9).
    RefundedInShop {
        /// How much the shop returned.
        amount: Money,
    },
    /// Refunded at the payment provider, not by us; it counts against what is left.
    RefundedAtProvider {
        /// The refund it was recorded as.
        refund: RefundId,
    },
    /// The shopper's bank disputes the charge.
    Disputed,
    /// What is held on the shopper's card lapses soon, and nobody took it.
    AuthorizationLapses {
        /// Which payment.
        payment: PaymentId,
        /// When.
        at: Timestamp,
    },
    /// What was held on the shopper's card lapsed before it was taken.
    AuthorizationLapsed {
        /// Which payment.
        payment: PaymentId,
    },
    /// The order is canceled, yet money was captured afterwards.
    MoneyHeld,
    /// The carrier sold a label whose answer was lost, or would not void one.
    Label {
        /// In the carrier's words.
        reason: String,
    },
    /// The shop could not be told.
    SyncFailed {
        /// In the shop's words.
        reason: String,
    },
    /// An e-mail could not be sent.
    MailFailed {
        /// In the mail server's words.
        reason: String,
    },
    /// Above the limit of who asked: another person has to approve or decline it.
    ApprovalNeeded {
        /// What waits.
        waiting: WaitingId,
    },
    /// It was confirmed, and when it was to be sent the rules did not allow it any more.
    NotSent {
        /// What had waited.
        waiting: WaitingId,
        /// The code of the refusal.
        code: String,
        /// The refusal in plain English.
        reason: String,
    },
    /// An e-mail may or may not have been sent.
    MailUnknown {
        /// What happened.
        reason: String,
    },
    /// The worker gave a job up.
    GivenUp {
        /// Which kind of job.
        job: String,
        /// The last thing that went wrong.
        reason: String,
    },
}

impl Concern {
    /// The stable name, as its JSON has it.
    pub fn name(&self) -> &'static str {
        match self {
            Self::RefundFailed { .. } => "refund_failed",
            Self::RefundOverdue { .. } => "refund_overdue",
            Self::RefundedTwice { .. } => "refunded_twice",
            Self::CanceledInShop => "canceled_in_shop",
            Self::RefundedInShop { .. } => "refunded_in_shop",
            Self::RefundedAtProvider { .. } => "refunded_at_provider",
            Self::Disputed => "disputed",
            Self::AuthorizationLapses { .. } => "authorization_lapses",
            Self::AuthorizationLapsed { .. } => "authorization_lapsed",
            Self::MoneyHeld => "money_held",
            Self::Label { .. } => "label",
            Self::SyncFailed { .. } => "sync_failed",
            Self::MailFailed { .. } => "mail_failed",
            Self::MailUnknown { .. } => "mail_unknown",
            Self::ApprovalNeeded { .. } => "approval_needed",
            Self::NotSent { .. } => "not_sent",
            Self::GivenUp { .. } => "given_up",
        }
    }
}

/// Something a person has to look at, until it is resolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attention {
    /// Its identifier.
    pub id: AttentionId,
    /// What it is about.
    pub concern: Concern,
    /// Since when.
    pub at: Timestamp,
}

/// Where an e-mail to the shopper stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name says it")]
pub enum MailState {
    Requested,
    Sent,
    Failed,
    /// It may have been sent, and nobody can tell: it is not sent again by itself.
    Unknown,
}

/// What an e-mail to the shopper is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name says it")]
pub enum MailKind {
    Cancellation,
    Refund,
    Shipment,
}

/// An e-mail to the shopper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mail {
    /// Its identifier, and the key that keeps it from going out twice.
    pub id: MailId,
    /// What it is about.
    pub kind: MailKind,
    /// Where it stands.
    pub state: MailState,
}

/// Whether the fraud screening has spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FraudReview {
    /// Nobody was asked.
    #[default]
    None,
    /// The order waits for the answer.
    Pending,
    /// Approved, with the address it had then.
    Approved,
    /// Declined.
    Declined,
}
