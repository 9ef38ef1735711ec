//! Refusals: what the rules do not let happen, as values with data. The edges turn them into words in the reader's
//! language; `Display` is the plain English of logs, files and the command line.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::actor::Permission;
use crate::ids::{
    AttentionId, ItemId, LabelId, LandedCostId, MailId, NoteId, OrderId, PaymentId, PlaceId,
    RefundId, ShipmentId, WaitingId,
};
use crate::money::{Currency, Money};
use crate::order::OrderStatus;
use crate::payment::PaymentState;
pub use crate::problem::Problem;
use crate::refund::{Part, RefundState};
use crate::shipment::{LabelState, ShipmentState};

/// What the rules refuse, and why. Nothing has changed when one of these is returned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
#[allow(missing_docs, reason = "each variant's message is its documentation")]
pub enum Refusal {
    #[error("{field} {problem}")]
    Invalid { field: String, problem: Problem },
    #[error("this needs the permission {permission:?}")]
    NotPermitted { permission: Permission },
    #[error("only operator support can do this")]
    OperatorSupportOnly,
    #[error("the order is canceled, which is final")]
    Canceled,
    #[error("the order is shipped; its labels or tracking numbers must go first")]
    Shipped {
        shipments: Vec<ShipmentId>,
        labels: Vec<LabelId>,
    },
    #[error("label {label} is being bought or voided; wait for the carrier's word")]
    LabelInProgress { label: LabelId },
    #[error("this order is canceled in the shop; the cancellation arrives here by itself")]
    CancelInShop,
    #[error("the payment was taken by the shop; the shop refunds it")]
    PaidElsewhere,
    #[error("nothing has been captured; cancel the order to release the authorisation")]
    NothingCaptured,
    #[error("nothing is left to refund")]
    NothingLeft,
    #[error("payment {payment} is disputed ({dispute}); the bank has its money")]
    Disputed {
        payment: PaymentId,
        /// The provider's id of the dispute.
        #[serde(default)]
        dispute: String,
    },
    #[error("{asked} is more than the {left} left of {part:?}")]
    ExceedsPart {
        part: Part,
        asked: Money,
        left: Money,
    },
    #[error("refund {refund} is not known on this order")]
    RefundNotFound { refund: RefundId },
    #[error("refund {refund} is {state:?}; that cannot follow")]
    RefundStateWrong {
        refund: RefundId,
        state: RefundState,
    },
    #[error("refund {refund} was settled by hand; the shopper would get it twice")]
    RefundSettledByHand { refund: RefundId },
    #[error("refund {refund} was asked for before with other amounts")]
    RefundDiffers { refund: RefundId },
    #[error("refund {refund} was withdrawn before it was sent; ask for another")]
    RefundWithdrawn { refund: RefundId },
    #[error("the order's cancellation is confirmed and waits; undo it first")]
    CancellationPending { waiting: WaitingId },
    #[error("a refund is confirmed and waits; undo it first")]
    RefundPending { waiting: WaitingId },
    #[error("{waiting} does not wait any more; it was sent, withdrawn or declined")]
    WaitingNotFound { waiting: WaitingId },
    #[error(
        "e-mail {mail} was sent or is on its way; only what failed or may not have arrived is sent again"
    )]
    MailNotFailed { mail: MailId },
    #[error("{name} asked for it, and only they withdraw it")]
    AskedByAnother { name: String },
    #[error("whoever asks for it does not approve it")]
    OwnRequest,
    #[error("{asked} is above your own limit of {limit}")]
    AboveLimit { asked: Money, limit: Money },
    #[error("people approve, programs do not")]
    ApprovedByPeople,
    #[error("{asked} was confirmed to go back, and now it would be {now}")]
    AmountChanged { asked: Money, now: Money },
    #[error("payment {payment} is not known on this order")]
    PaymentNotFound { payment: PaymentId },
    #[error("payment {payment} is {state:?}; that cannot follow")]
    PaymentStateWrong {
        payment: PaymentId,
        state: PaymentState,
    },
    #[error("amounts stay as they are once money was captured; refund the difference instead")]
    AmountsFinal,
    #[error("the order is {status:?}; that comes first")]
    NotReady { status: OrderStatus },
    #[error("order number \"{number}\" is taken by order #{desk_number}")]
    NumberTaken { number: String, desk_number: u64 },
    #[error("{field} was changed meanwhile to \"{now}\"; yours was \"{yours}\"")]
    Changed {
        field: String,
        now: String,
        yours: String,
    },
    #[error("the order is at version {current}, not {expected}; load it again")]
    StaleVersion { expected: u64, current: u64 },
    #[error("item {item} is not on this order")]
    ItemNotFound { item: ItemId },
    #[error("{asked} of item {item} is more than the {left} left")]
    QuantityExceeds { item: ItemId, asked: u32, left: u32 },
    #[error("every item is in a shipment already")]
    NothingToShip,
    #[error("shipment {shipment} is not known on this order")]
    ShipmentNotFound { shipment: ShipmentId },
    #[error("shipment {shipment} is {state:?}; that cannot follow")]
    ShipmentStateWrong {
        shipment: ShipmentId,
        state: ShipmentState,
    },
    #[error("ship-from place {place} is not known here")]
    PlaceNotFound { place: PlaceId },
    #[error("{name} is the default ship-from place; make another one the default first")]
    DefaultPlace { name: String },
    #[error("tracking number \"{number}\" is on this order already")]
    TrackingKnown { number: String },
    #[error("tracking number \"{number}\" is not on this order")]
    TrackingNotFound { number: String },
    #[error("tracking number \"{number}\" belongs to label {label}; void the label")]
    TrackingOfLabel { number: String, label: LabelId },
    #[error("label {label} is not known on this order")]
    LabelNotFound { label: LabelId },
    #[error("label {label} is {state:?}; that cannot follow")]
    LabelStateWrong { label: LabelId, state: LabelState },
    #[error("note {note} is not known on this order")]
    NoteNotFound { note: NoteId },
    #[error("note {note} was written by {author}; only they change it")]
    NoteOfAnother { note: NoteId, author: String },
    #[error("attention {attention} is not open on this order")]
    AttentionNotFound { attention: AttentionId },
    #[error("the estimated weight is what shipping was quoted on and stays")]
    EstimatedWeightFixed,
    #[error("coverage never improves by an edit")]
    CoverageOnlyFalls,
    #[error("landed cost {landed_cost} is not known here")]
    LandedCostNotFound { landed_cost: LandedCostId },
    #[error("landed cost {landed_cost} expired on {expired_at}; ask for another")]
    LandedCostExpired {
        landed_cost: LandedCostId,
        expired_at: Timestamp,
    },
    #[error("order {order} was made of landed cost {landed_cost}; ask for another")]
    LandedCostUsed {
        landed_cost: LandedCostId,
        order: OrderId,
    },
    #[error("there is no exchange rate from {from} to {to}: {why}; give one, or try again")]
    NoExchangeRate {
        from: Currency,
        to: Currency,
        why: String,
    },
}

/// What can be done instead of what was refused (O3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Instead {
    /// Correct the named field.
    CorrectTheField,
    /// Ask someone with the permission, or an admin for it.
    AskAnAdmin,
    /// Ask operator support.
    AskSupport,
    /// Void the label, or remove the tracking number, and come back.
    VoidLabelFirst,
    /// Wait a moment; it is being settled.
    Wait,
    /// Cancel it in the shop.
    CancelInShop,
    /// Refund it in the shop.
    RefundInShop,
    /// Cancel the order: the authorisation is released.
    CancelInstead,
    /// Refund instead.
    RefundInstead,
    /// Answer the dispute at the payment provider.
    AnswerDispute,
    /// Choose a smaller amount or quantity.
    ChooseLess,
    /// Load what is there now and decide again.
    LoadAgain,
    /// Release the hold, or settle the review or the payment, first.
    ReleaseFirst,
    /// Choose another number.
    ChooseAnotherNumber,
    /// Change the weight on the label instead.
    WeighOnTheLabel,
    /// Undo what waits, or have it decided on, first.
    UndoFirst,
    /// Decline it, and say why.
    DeclineInstead,
    /// Ask another person who may.
    AskAnother,
    /// Ask for it anew, as the order is now.
    AskAnew,
    /// Ask for the landed cost anew.
    QuoteAgain,
    /// Give the exchange rate, or try again later.
    GiveTheRate,
    /// Write a note of one's own.
    WriteAnother,
    /// Place a new order.
    PlaceAgain,
    /// Have the shopper pay again, or cancel the order.
    PayAgain,
    /// Set the shipment back first; a void one is made again.
    SetItBack,
    /// Make another ship-from place the default.
    ChooseAnotherDefault,
    /// Nothing needs to be done.
    Nothing,
}

/// What can be done instead of what a payment's state does not allow.
fn after(state: PaymentState) -> Instead {
    match state {
        PaymentState::Pending | PaymentState::CaptureRequested | PaymentState::VoidRequested => {
            Instead::Wait
        }
        PaymentState::Authorized => Instead::LoadAgain,
        PaymentState::Captured => Instead::Nothing,
        PaymentState::Voided | PaymentState::Expired | PaymentState::Failed => Instead::PayAgain,
    }
}

impl Refusal {
    /// A field that is not what it must be.
    pub fn invalid(field: &str, problem: Problem) -> Self {
        Self::Invalid {
            field: field.to_owned(),
            problem,
        }
    }

    /// The stable code that clients match on.
    pub fn code(&self) -> String {
        match serde_json::to_value(self) {
            Ok(value) => value["code"].as_str().unwrap_or_default().to_owned(),
            Err(_) => String::new(),
        }
    }

    /// The field that the refusal is about, where it is about one.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Invalid { field, .. } | Self::Changed { field, .. } => Some(field),
            Self::ExceedsPart { part, .. } => Some(part.field()),
            Self::NumberTaken { .. } => Some("number"),
            Self::TrackingKnown { .. }
            | Self::TrackingNotFound { .. }
            | Self::TrackingOfLabel { .. } => Some("tracking_numbers"),
            Self::QuantityExceeds { .. } | Self::ItemNotFound { .. } | Self::NothingToShip => {
                Some("items")
            }
            Self::EstimatedWeightFixed => Some("estimated_weight"),
            Self::LandedCostNotFound { .. }
            | Self::LandedCostExpired { .. }
            | Self::LandedCostUsed { .. } => Some("landed_cost"),
            Self::NoExchangeRate { .. } => Some("rate"),
            Self::PlaceNotFound { .. } => Some("fulfillment_center"),
            Self::DefaultPlace { .. } => Some("kind"),
            Self::ShipmentStateWrong { .. } => Some("status"),
            Self::StaleVersion { .. } => Some("version"),
            _ => None,
        }
    }

    /// The rule of the specification behind it, and what to do instead.
    pub fn rule_and_remedy(&self) -> (&'static str, Instead) {
        use Instead as I;
        match self {
            Self::Invalid { .. } => ("O3", I::CorrectTheField),
            Self::NotPermitted { .. } => ("P2", I::AskAnAdmin),
            Self::OperatorSupportOnly => ("C3", I::AskSupport),
            Self::Canceled => ("C1", I::PlaceAgain),
            Self::Shipped { .. } => ("C4", I::VoidLabelFirst),
            Self::LabelInProgress { .. } => ("C4", I::Wait),
            Self::CancelInShop => ("C5", I::CancelInShop),
            Self::PaidElsewhere => ("R1", I::RefundInShop),
            Self::NothingCaptured => ("C2", I::CancelInstead),
            Self::NothingLeft => ("R4", I::Nothing),
            Self::Disputed { .. } => ("R9", I::AnswerDispute),
            Self::ExceedsPart { .. } => ("R4", I::ChooseLess),
            Self::RefundNotFound { .. } | Self::RefundDiffers { .. } => ("R10", I::LoadAgain),
            Self::RefundStateWrong { .. } => ("R10", I::Wait),
            Self::RefundSettledByHand { .. } => ("R10", I::Nothing),
            Self::RefundWithdrawn { .. } => ("R10", I::AskAnew),
            Self::CancellationPending { .. } => ("C1", I::UndoFirst),
            Self::RefundPending { .. } => ("R4", I::UndoFirst),
            Self::WaitingNotFound { .. } => ("P1", I::LoadAgain),
            Self::MailNotFailed { .. } => ("C7", I::LoadAgain),
            Self::AskedByAnother { .. } => ("P1", I::DeclineInstead),
            Self::OwnRequest | Self::AboveLimit { .. } | Self::ApprovedByPeople => {
                ("P1", I::AskAnother)
            }
            Self::AmountChanged { .. } => ("P1", I::AskAnew),
            Self::PaymentNotFound { .. } => ("C2", I::LoadAgain),
            Self::PaymentStateWrong { state, .. } => ("C2", after(*state)),
            Self::AmountsFinal => ("R4", I::RefundInstead),
            Self::NotReady { .. } => ("O3", I::ReleaseFirst),
            Self::NumberTaken { .. } => ("N1", I::ChooseAnotherNumber),
            Self::Changed { .. } | Self::StaleVersion { .. } => ("O3", I::LoadAgain),
            Self::ItemNotFound { .. } => ("S2", I::LoadAgain),
            Self::QuantityExceeds { .. } => ("S2", I::ChooseLess),
            Self::NothingToShip => ("S2", I::VoidLabelFirst),
            Self::ShipmentNotFound { .. } => ("S1", I::LoadAgain),
            Self::ShipmentStateWrong { .. } => ("S1", I::SetItBack),
            Self::PlaceNotFound { .. } => ("P1", I::LoadAgain),
            Self::DefaultPlace { .. } => ("P1", I::ChooseAnotherDefault),
            Self::TrackingKnown { .. } => ("S1", I::Nothing),
            Self::TrackingNotFound { .. } => ("S1", I::LoadAgain),
            Self::TrackingOfLabel { .. } => ("S4", I::VoidLabelFirst),
            Self::LabelNotFound { .. } => ("S4", I::LoadAgain),
            Self::LabelStateWrong { .. } => ("S4", I::Wait),
            Self::NoteNotFound { .. } => ("N4", I::LoadAgain),
            Self::NoteOfAnother { .. } => ("N4", I::WriteAnother),
            Self::AttentionNotFound { .. } => ("O1", I::LoadAgain),
            Self::EstimatedWeightFixed => ("N5", I::WeighOnTheLabel),
            Self::CoverageOnlyFalls => ("S3", I::PlaceAgain),
            Self::LandedCostNotFound { .. }
            | Self::LandedCostExpired { .. }
            | Self::LandedCostUsed { .. } => ("O3", I::QuoteAgain),
            Self::NoExchangeRate { .. } => ("R6", I::GiveTheRate),
        }
    }

    /// The rule's id, such as `R4`.
    pub fn rule(&self) -> &'static str {
        self.rule_and_remedy().0
    }

    /// What to do instead.
    pub fn instead(&self) -> Instead {
        self.rule_and_remedy().1
    }
}
