//! Why a provider would not return money, as few words as a person needs to know what to do next.
//!
//! What the provider said itself is kept beside it, in its own language, for whoever talks to the provider.

use serde::{Deserialize, Serialize};

/// Why a refund failed. The names are stored: add, do not rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundFailure {
    /// The shopper's bank would not take it.
    BankDeclined,
    /// The card has expired, or its account is closed.
    CardClosed,
    /// The card is reported as lost or stolen.
    CardLost,
    /// The bank has taken the money back, or is about to: a refund would return it twice.
    Disputed,
    /// Everything was returned before.
    RefundedAlready,
    /// More than is left of the payment.
    MoreThanLeft,
    /// The payment is held and not taken: it is released instead.
    NotCaptured,
    /// The retailer's balance at the provider does not suffice.
    BalanceTooLow,
    /// Someone withdrew it at the provider.
    WithdrawnAtProvider,
    /// The provider knows no such payment.
    PaymentUnknown,
    /// The provider cannot express the amount or does not take the currency.
    AmountNotTaken,
    /// Another reason, which the provider's own words tell.
    Other,
}

impl RefundFailure {
    /// Every one, for whoever has to have words for all.
    pub const ALL: [Self; 12] = [
        Self::BankDeclined,
        Self::CardClosed,
        Self::CardLost,
        Self::Disputed,
        Self::RefundedAlready,
        Self::MoreThanLeft,
        Self::NotCaptured,
        Self::BalanceTooLow,
        Self::WithdrawnAtProvider,
        Self::PaymentUnknown,
        Self::AmountNotTaken,
        Self::Other,
    ];
}
