//! What mutations are given. Fields beyond the reference's are optional.

use async_graphql::{ID, InputObject};

use domain::address::Address;

use super::enums::{OrderNoteType, OrderRefundReason, OrderRefundSubtotalType, PartyType};
use super::scalars::{CountryCode, CurrencyCode, Decimal};

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

/// Someone and where they are; of the two one may be missing.
#[derive(InputObject)]
pub(crate) struct PartyCreateInput {
    pub location: Option<LocationCreateInput>,
    pub person: Option<PersonCreateInput>,
    #[graphql(name = "type")]
    pub kind: PartyType,
}

/// A place.
#[derive(InputObject)]
pub(crate) struct LocationCreateInput {
    /// The region.
    pub administrative_area: Option<String>,
    /// The region by its code, which is kept instead of its name.
    pub administrative_area_code: Option<String>,
    pub country_code: CountryCode,
    pub line1: Option<String>,
    pub line2: Option<String>,
    /// Kept behind the second line.
    pub line3: Option<String>,
    /// Kept behind the second line.
    pub line4: Option<String>,
    pub locality: Option<String>,
    pub postal_code: Option<String>,
}

/// A person or a company.
#[derive(InputObject)]
pub(crate) struct PersonCreateInput {
    pub company_name: Option<String>,
    pub email: Option<String>,
    pub first_name: Option<String>,
    pub last_name: Option<String>,
    pub phone: Option<String>,
}

impl PartyCreateInput {
    /// Who and where, as an order has them.
    pub fn address(self) -> Address {
        let mut address = Address::default();
        if let Some(person) = self.person {
            address.company = person.company_name.unwrap_or_default();
            address.email = person.email.unwrap_or_default();
            address.first_name = person.first_name.unwrap_or_default();
            address.last_name = person.last_name.unwrap_or_default();
            address.phone = person.phone.unwrap_or_default();
        }
        if let Some(place) = self.location {
            let said = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.is_empty());
            let code = Some(place.administrative_area_code).filter(said).flatten();
            let lines = [place.line2, place.line3, place.line4];
            let lines: Vec<String> = lines.into_iter().filter(said).flatten().collect();
            address.region = code.or(place.administrative_area).unwrap_or_default();
            address.country = place.country_code.0;
            address.line1 = place.line1.unwrap_or_default();
            address.line2 = lines.join(", ");
            address.city = place.locality.unwrap_or_default();
            address.postal_code = place.postal_code.unwrap_or_default();
        }
        address
    }
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
