//! Labels that were bought here.

use async_graphql::{Enum, ID, SimpleObject};
use domain::shipment::Label as Bought;

use super::enums::LabelStatusType;
use super::scalars::{CurrencyCode, DateTime, Decimal};
use super::shipments::Shipment;

/// A label that was bought here.
#[derive(SimpleObject)]
pub(crate) struct Label {
    id: ID,
    label_amounts: Option<Vec<LabelAmount>>,
    shipment_carton: ID,
    status: LabelStatusType,
    tracking_number: String,
    created_at: DateTime,
}

/// What a label cost.
#[derive(SimpleObject)]
pub(crate) struct LabelAmount {
    amount: Decimal,
    amount_type: LabelAmountType,
    currency_code: CurrencyCode,
}

/// What of a label costs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum LabelAmountType {
    Fee,
    Insurance,
    /// The postage.
    Quote,
}

impl Label {
    /// None of one that is not bought, whose number is not known.
    pub fn of(shipment: &Shipment, label: &Bought, carton: &ID) -> Option<Self> {
        let sent = shipment.sent();
        let amount = label.postage.map(|postage| LabelAmount {
            amount: Decimal::of(postage.minor, postage.currency),
            amount_type: LabelAmountType::Quote,
            currency_code: CurrencyCode(postage.currency),
        });
        Some(Self {
            status: LabelStatusType::of(label.state)?,
            tracking_number: sent.tracking.first()?.number.clone(),
            id: ID(label.id.0.clone()),
            label_amounts: Some(amount.into_iter().collect()),
            shipment_carton: carton.clone(),
            created_at: DateTime(sent.created_at),
        })
    }
}
