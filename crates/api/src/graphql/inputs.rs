//! What mutations are given. Fields beyond the reference's are optional.

use async_graphql::{ID, InputObject};

use super::enums::{OrderNoteType, OrderRefundReason, OrderRefundSubtotalType};
use super::scalars::{CurrencyCode, Decimal};

/// What to return of one part.
#[derive(InputObject)]
pub(crate) struct OrderRefundSubtotalInput {
    pub amount: Decimal,
    #[graphql(name = "type")]
    pub kind: OrderRefundSubtotalType,
}

/// A refund to ask for.
#[derive(InputObject)]
pub(crate) struct OrderRefundInput {
    /// The order.
    pub id: ID,
    /// What the amounts are in: the order's currency, or the organization's, converted at the order's own rate. The
    /// shopper gets the order's.
    pub currency_code: CurrencyCode,
    /// Internal.
    pub note: Option<String>,
    /// What to return of each part; everything that is left where nothing is said.
    pub subtotals: Option<Vec<OrderRefundSubtotalInput>>,
    /// Why; OTHER with the words of reasonText where nothing is said.
    pub reason: Option<OrderRefundReason>,
    /// Why, in words; which key asked where nothing is said.
    pub reason_text: Option<String>,
    /// Whether the shopper gets an e-mail once it is certain.
    pub notify: Option<bool>,
    /// Refuse unless the order is at this version.
    pub expected_version: Option<i64>,
    /// Only answer what would come of it; nothing is written or sent.
    pub dry_run: Option<bool>,
}

/// A note to add.
#[derive(InputObject)]
pub(crate) struct OrderNoteCreateInput {
    pub note: String,
    pub order_id: ID,
    /// COMMENT: what happens to the order the desk writes down by itself.
    #[graphql(name = "type")]
    pub kind: OrderNoteType,
}

/// A note to change.
#[derive(InputObject)]
pub(crate) struct OrderNoteUpdateInput {
    pub id: ID,
    pub note: String,
}

/// Tracking numbers to add.
#[derive(InputObject)]
pub(crate) struct OrderAddTrackingNumberInput {
    /// The order.
    pub id: ID,
    pub tracking_numbers: Vec<String>,
    /// Who carries them.
    pub carrier: Option<String>,
    /// What was sent; everything that is in no shipment where nothing is said.
    pub items: Option<Vec<FulfillmentItemInput>>,
    /// Whether the shopper gets an e-mail.
    pub notify: Option<bool>,
    /// Refuse unless the order is at this version.
    pub expected_version: Option<i64>,
}

/// So many of an item.
#[derive(InputObject)]
pub(crate) struct FulfillmentItemInput {
    /// The item.
    pub item: ID,
    pub quantity: u32,
}

/// Tracking numbers to remove.
#[derive(InputObject)]
pub(crate) struct OrderRemoveTrackingNumberInput {
    /// The order.
    pub id: ID,
    pub tracking_numbers: Vec<String>,
    /// Refuse unless the order is at this version.
    pub expected_version: Option<i64>,
}

/// A number to give an order.
#[derive(InputObject)]
pub(crate) struct OrderUpdateAccountOrderNumberInput {
    pub account_order_number: String,
    /// The order.
    pub id: ID,
    /// Refuse unless the order is at this version.
    pub expected_version: Option<i64>,
}

/// A party for an order.
#[derive(InputObject)]
pub(crate) struct OrderUpdatePartyInput {
    /// The order.
    pub id: ID,
    /// The party: a DESTINATION becomes the ship-to, a PAYOR the bill-to. What it does not tell at all, a person or a
    /// place, stays as the order has it.
    pub party_id: ID,
    /// Refuse unless the order is at this version.
    pub expected_version: Option<i64>,
}
