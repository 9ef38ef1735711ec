//! What happened to an order. Events are the activity feed, the audit trail, the webhooks and the reports; their JSON
//! is a promise, held by a snapshot for each kind. Add fields with a default; never rename.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::actor::By;
use crate::address::Address;
use crate::coverage::{Cause, Cover, Promise};
use crate::ids::{
    AttentionId, ItemId, LabelId, MailId, NoteId, PaymentId, RefundId, ShipmentId, WaitingId,
};
use crate::journal::Entry;
use crate::money::Money;
use crate::order::{
    Amounts, Attention, Cancellation, Declaration, FraudReview, Mail, MailState, Note, Order,
    OrderStatus, Sync,
};
use crate::payment::{Dispute, PaymentState};
use crate::refund::{Refund, RefundFailure, RefundState};
use crate::shipment::{Label, LabelState, Shipment, ShipmentState, Tracking};
use crate::waiting::{Outcome, Waiting};

/// One thing that happened, with when and by whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its place in the order's history, from 1; the order's version after it.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: By,
    /// What.
    #[serde(flatten)]
    pub kind: EventKind,
}

/// Which address of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AddressKind {
    /// Expédier à.
    ShipTo,
    /// Facturer à.
    BillTo,
}

impl AddressKind {
    /// The field of a form or a file that holds it.
    pub fn field(self) -> &'static str {
        match self {
            Self::ShipTo => "ship_to",
            Self::BillTo => "bill_to",
        }
    }
}

/// What can happen to an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(
    missing_docs,
    reason = "each variant's name says what happened, its fields what it happened to"
)]
pub enum EventKind {
    Taken {
        order: Box<Order>,
    },
    StatusChanged {
        from: OrderStatus,
        to: OrderStatus,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    Canceled {
        cancellation: Cancellation,
    },
    Held {
        note: String,
    },
    Released,
    FraudReviewed {
        from: FraudReview,
        to: FraudReview,
    },
    PaymentChanged {
        payment: PaymentId,
        from: PaymentState,
        to: PaymentState,
        /// What is asked to be captured, or is captured in all; 0 where neither is said.
        #[serde(default)]
        captured_minor: i64,
        /// When the authorisation lapses, where the provider said it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<Timestamp>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// The provider is asked how the payment stands.
    PaymentAsked {
        payment: PaymentId,
    },
    DisputeOpened {
        payment: PaymentId,
        dispute: Dispute,
    },
    /// The dispute of this reference as it is now, without those before it.
    DisputeChanged {
        payment: PaymentId,
        dispute: Dispute,
    },
    DisputeClosed {
        payment: PaymentId,
        won: bool,
        /// Which; the latest where nothing is said.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reference: String,
    },
    MoneyMoved {
        entry: Entry,
    },
    /// Something was confirmed and is not sent yet.
    WaitingBegun {
        waiting: Box<Waiting>,
    },
    /// It was sent, withdrawn or declined; the amount is what it would return to the shopper.
    WaitingEnded {
        waiting: WaitingId,
        outcome: Outcome,
        amount: Money,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    RefundRequested {
        refund: Box<Refund>,
    },
    RefundRetried {
        refund: RefundId,
        attempt: u32,
    },
    RefundChanged {
        refund: RefundId,
        from: RefundState,
        to: RefundState,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reference: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        problem: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        failure: Option<RefundFailure>,
    },
    /// A refund that failed was settled outside the provider.
    RefundSettledByHand {
        refund: RefundId,
        reference: String,
        note: String,
    },
    /// The fee share that returned with a refund; none when the refund was reversed.
    FeeReturned {
        refund: RefundId,
        fee: Option<Money>,
    },
    RefundedInShop {
        amount: Money,
    },
    CanceledInShop {
        reason: String,
    },
    NumberChanged {
        from: Option<String>,
        to: Option<String>,
        is_ours: bool,
    },
    AddressChanged {
        which: AddressKind,
        from: Box<Address>,
        to: Box<Address>,
    },
    ItemDeclared {
        item: ItemId,
        from: Declaration,
        to: Declaration,
    },
    ItemsRemoved {
        items: Vec<(ItemId, u32)>,
    },
    AmountsChanged {
        from: Amounts,
        to: Amounts,
    },
    CoverageChanged {
        promise: Promise,
        from: Cover,
        to: Cover,
        #[serde(flatten)]
        cause: Cause,
    },
    NoteAdded {
        note: Note,
    },
    NoteEdited {
        note: NoteId,
        from: String,
        to: String,
    },
    NoteDeleted {
        note: NoteId,
        text: String,
    },
    Tagged {
        tag: String,
    },
    Untagged {
        tag: String,
    },
    ShipmentAdded {
        shipment: Box<Shipment>,
    },
    ShipmentChanged {
        shipment: ShipmentId,
        from: ShipmentState,
        to: ShipmentState,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    TrackingAdded {
        shipment: ShipmentId,
        tracking: Tracking,
    },
    TrackingRemoved {
        shipment: ShipmentId,
        number: String,
    },
    LabelChanged {
        shipment: ShipmentId,
        label: LabelId,
        from: LabelState,
        to: LabelState,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reference: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        postage: Option<Money>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        problem: String,
        /// Why it is voided, in the words of who asked.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
    /// A label is to be bought for a shipment that was made without one.
    LabelRequested {
        shipment: ShipmentId,
        label: Box<Label>,
        /// Where it goes, where that is elsewhere than when the shipment was made.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ship_to: Option<Box<Address>>,
    },
    MailRequested {
        mail: Mail,
    },
    MailSettled {
        mail: MailId,
        to: MailState,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        problem: String,
    },
    SyncChanged {
        from: Sync,
        to: Sync,
    },
    AttentionRaised {
        attention: Attention,
    },
    AttentionResolved {
        attention: AttentionId,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
    },
}

impl EventKind {
    /// The stable name that is stored, filtered by, and subscribed to: the `type` of its JSON.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Taken { .. } => "taken",
            Self::StatusChanged { .. } => "status_changed",
            Self::Canceled { .. } => "canceled",
            Self::Held { .. } => "held",
            Self::Released => "released",
            Self::FraudReviewed { .. } => "fraud_reviewed",
            Self::PaymentChanged { .. } => "payment_changed",
            Self::PaymentAsked { .. } => "payment_asked",
            Self::DisputeOpened { .. } => "dispute_opened",
            Self::DisputeChanged { .. } => "dispute_changed",
            Self::DisputeClosed { .. } => "dispute_closed",
            Self::MoneyMoved { .. } => "money_moved",
            Self::WaitingBegun { .. } => "waiting_begun",
            Self::WaitingEnded { .. } => "waiting_ended",
            Self::RefundRequested { .. } => "refund_requested",
            Self::RefundRetried { .. } => "refund_retried",
            Self::RefundChanged { .. } => "refund_changed",
            Self::RefundSettledByHand { .. } => "refund_settled_by_hand",
            Self::FeeReturned { .. } => "fee_returned",
            Self::RefundedInShop { .. } => "refunded_in_shop",
            Self::CanceledInShop { .. } => "canceled_in_shop",
            Self::NumberChanged { .. } => "number_changed",
            Self::AddressChanged { .. } => "address_changed",
            Self::ItemDeclared { .. } => "item_declared",
            Self::ItemsRemoved { .. } => "items_removed",
            Self::AmountsChanged { .. } => "amounts_changed",
            Self::CoverageChanged { .. } => "coverage_changed",
            Self::NoteAdded { .. } => "note_added",
            Self::NoteEdited { .. } => "note_edited",
            Self::NoteDeleted { .. } => "note_deleted",
            Self::Tagged { .. } => "tagged",
            Self::Untagged { .. } => "untagged",
            Self::ShipmentAdded { .. } => "shipment_added",
            Self::ShipmentChanged { .. } => "shipment_changed",
            Self::TrackingAdded { .. } => "tracking_added",
            Self::TrackingRemoved { .. } => "tracking_removed",
            Self::LabelChanged { .. } => "label_changed",
            Self::LabelRequested { .. } => "label_requested",
            Self::MailRequested { .. } => "mail_requested",
            Self::MailSettled { .. } => "mail_settled",
            Self::SyncChanged { .. } => "sync_changed",
            Self::AttentionRaised { .. } => "attention_raised",
            Self::AttentionResolved { .. } => "attention_resolved",
        }
    }
}
