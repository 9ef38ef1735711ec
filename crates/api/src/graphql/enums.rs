//! The enums of the interface, each beside the words of the rules that it translates.

use async_graphql::Enum;
use domain::order::Fulfilment;
use domain::refund::{Refund, RefundReason, RefundState};
use domain::shipment::{LabelState, ShipmentState};

/// Live and test never mix; the key decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::Mode")]
pub(crate) enum Mode {
    Live,
    Test,
}

/// The order's status; CANCELED is final, COMPLETED is shipped whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::OrderStatus")]
pub(crate) enum OrderStatus {
    Open,
    PartiallyShipped,
    Completed,
    Canceled,
    FraudHold,
    PaymentPending,
    PaymentFailed,
    InTransitToConsolidationCenter,
    /// Held by someone of the team.
    Hold,
}

/// Where the payment was taken, and by whom the order was brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::Source", name = "OrderSource")]
pub(crate) enum Source {
    /// The payment is processed through the desk: cancel and refund here.
    Checkout,
    /// The shop took the payment and refunds it.
    DutyAndTax,
    /// Taken in by a program.
    Api,
}

/// The state of the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::PaymentStatus")]
pub(crate) enum PaymentStatus {
    Unpaid,
    Paid,
    PartiallyRefunded,
    Refunded,
    Voided,
}

/// How much of the order is in shipments that are not voided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum FulfillmentStatus {
    None,
    Some,
    All,
}

impl From<Fulfilment> for FulfillmentStatus {
    fn from(fulfilment: Fulfilment) -> Self {
        match fulfilment {
            Fulfilment::None => Self::None,
            Fulfilment::Some => Self::Some,
            Fulfilment::All => Self::All,
        }
    }
}

/// Where a promise stands; it never improves by an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::coverage::Cover", name = "CoverageState")]
pub(crate) enum Cover {
    Covered,
    /// It may not hold; operator support judges.
    AtRisk,
    Void,
    /// It was never given.
    None,
}

/// What is written about an order. The desk keeps what happened as activity, so that notes are comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum OrderNoteType {
    Comment,
    NotificationSent,
    OrderChange,
    Shipment,
    Status,
}

/// A part of what was paid, each with its own ceiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::parts::Part")]
pub(crate) enum OrderRefundSubtotalType {
    DutyTaxFee,
    Item,
    Shipping,
}

/// Why a refund is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum OrderRefundReason {
    Duplicate,
    Fraudulent,
    OrderChange,
    ProductUnsatisfactory,
    /// The order was canceled; not asked for by itself.
    Cancellation,
    /// Another, in words.
    Other,
}

impl From<&RefundReason> for OrderRefundReason {
    fn from(reason: &RefundReason) -> Self {
        match reason {
            RefundReason::Duplicate => Self::Duplicate,
            RefundReason::Fraudulent => Self::Fraudulent,
            RefundReason::OrderChange => Self::OrderChange,
            RefundReason::ProductUnsatisfactory => Self::ProductUnsatisfactory,
            RefundReason::Cancellation => Self::Cancellation,
            RefundReason::Other(_) => Self::Other,
        }
    }
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Enum)]
pub(crate) enum OrderRefundStatus {
    /// Above the limit of programs: a person has to approve it.
    Waiting,
    /// Decided; the payment provider has not been asked.
    Requested,
    /// The provider is being asked.
    Sent,
    /// The provider took it on.
    Pending,
    /// The answer was lost; only the provider's word settles it.
    Unknown,
    /// The provider refused it; its amount is free again.
    Failed,
    /// The shopper has the money.
    Succeeded,
}

impl From<&Refund> for OrderRefundStatus {
    fn from(refund: &Refund) -> Self {
        match refund.state {
            _ if refund.is_returned() => Self::Succeeded,
            RefundState::Requested => Self::Requested,
            RefundState::Sent => Self::Sent,
            RefundState::Pending => Self::Pending,
            RefundState::Unknown => Self::Unknown,
            RefundState::Succeeded => Self::Succeeded,
            RefundState::Failed => Self::Failed,
        }
    }
}

/// Where a shipment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ShipmentStatusType {
    /// Made; its label may still be on its way.
    Created,
    Delivered,
    DeliveredToConsolidationCenter,
    InTransit,
    InTransitToConsolidationCenter,
    Voided,
}

impl From<ShipmentState> for ShipmentStatusType {
    fn from(state: ShipmentState) -> Self {
        match state {
            ShipmentState::LabelPending | ShipmentState::Created => Self::Created,
            ShipmentState::InTransitToConsolidationCenter => Self::InTransitToConsolidationCenter,
            ShipmentState::DeliveredToConsolidationCenter => Self::DeliveredToConsolidationCenter,
            ShipmentState::InTransit => Self::InTransit,
            ShipmentState::Delivered => Self::Delivered,
            ShipmentState::Voided => Self::Voided,
        }
    }
}

/// Whether a label is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum LabelStatusType {
    Created,
    Voided,
}

impl LabelStatusType {
    /// Of a label that was bought; none of one that is not there yet or never came to be.
    pub fn of(state: LabelState) -> Option<Self> {
        match state {
            LabelState::Bought | LabelState::VoidRequested => Some(Self::Created),
            LabelState::Voided => Some(Self::Voided),
            LabelState::Requested | LabelState::Sent | LabelState::Unknown | LabelState::Failed => {
                None
            }
        }
    }
}

/// Within a country or across a border.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ShipmentType {
    Domestic,
    International,
}

/// What someone is to an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "engine::parties::PartyKind")]
pub(crate) enum PartyType {
    /// Ship to.
    Destination,
    Origin,
    Payee,
    /// Bill to.
    Payor,
}

/// Units of length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum DimensionalUnitCode {
    Centimeter,
    Decimeter,
    Foot,
    Inch,
    Meter,
    Millimeter,
    Yard,
}

/// Units of weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum WeightUnitCode {
    Gram,
    Kilogram,
    Ounce,
    Pound,
}

/// What an item is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ItemUnitOfMeasure {
    Centimeter,
    Foot,
    Gram,
    Inch,
    Kilogram,
    Meter,
    Millimeter,
    Ounce,
    Pound,
    Yard,
}

/// What of an item is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::goods::Side")]
pub(crate) enum ItemMeasurementType {
    Height,
    Length,
    Weight,
    Width,
}
