//! Labels that were bought here, and what is printed of them.

use async_graphql::{ComplexObject, Context, Enum, ID, Result, SimpleObject};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::event::EventKind;
use domain::shipment::Label as Bought;

use super::caller::Caller;
use super::enums::LabelStatusType;
use super::scalars::{CurrencyCode, DateTime, Decimal, kept};
use super::ship_enums::{DocumentFilingType, LabelFileType, LabelSize};
use super::shipments::Shipment;
use super::sold::Stamp;

/// Where the files of labels are, behind the desk's address.
pub(crate) const FILES: &str = "/graphql/labels";

/// A label that was bought here.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Label {
    id: ID,
    /// Papers for customs go with the parcel.
    document_filing: DocumentFilingType,
    label_amounts: Option<Vec<LabelAmount>>,
    label_file_type: LabelFileType,
    label_size: LabelSize,
    shipment_carton: ID,
    status: LabelStatusType,
    tracking_number: String,
    /// The shipment that it is of.
    #[graphql(skip)]
    shipment: Shipment,
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

/// A change of a label's status.
#[derive(SimpleObject)]
pub(crate) struct LabelStatusTransition {
    changed_at: DateTime,
    note: Option<String>,
    status: LabelStatusType,
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
            document_filing: DocumentFilingType::HardCopy,
            label_amounts: Some(amount.into_iter().collect()),
            label_file_type: label.format.file.into(),
            label_size: label.format.size.into(),
            shipment_carton: carton.clone(),
            shipment: shipment.clone(),
        })
    }

    /// When it was asked for, and by whom.
    async fn asked(&self, context: &Context<'_>) -> Result<Stamp> {
        let id = self.id.as_str();
        let is_about = |kind: &EventKind| match kind {
            EventKind::ShipmentAdded { shipment } => {
                let label = shipment.label.as_ref();
                label.is_some_and(|label| label.id.0 == id)
            }
            EventKind::LabelRequested { label, .. } => label.id.0 == id,
            _ => false,
        };
        Ok(self.shipment.sold.last(context, is_about).await?)
    }
}

#[ComplexObject]
impl Label {
    async fn created_at(&self, context: &Context<'_>) -> Result<DateTime> {
        Ok(self.asked(context).await?.at)
    }

    async fn created_by(&self, context: &Context<'_>) -> Result<ID> {
        Ok(self.asked(context).await?.by)
    }

    /// The file in base64; empty where the carrier gave nothing to print.
    #[graphql(complexity = "50")]
    async fn label_image(&self, context: &Context<'_>) -> Result<String> {
        let caller = Caller::of(context);
        let (permit, id) = (caller.session.permit()?, self.id.as_str().into());
        let printed = engine::labels::printed(&caller.desk, &permit, &id).await?;
        Ok(printed.map_or_else(String::new, |printed| STANDARD.encode(printed.bytes)))
    }

    async fn status_transitions(
        &self,
        context: &Context<'_>,
    ) -> Result<Vec<LabelStatusTransition>> {
        let history = self.shipment.sold.history(context).await?;
        let mut transitions: Vec<LabelStatusTransition> = Vec::new();
        let mut why = None;
        for event in history {
            let EventKind::LabelChanged {
                label, to, note, ..
            } = &event.kind
            else {
                continue;
            };
            if label.0 != self.id.as_str() {
                continue;
            }
            // Why it is voided is said when that is asked for, and holds once the carrier agrees.
            why = kept(note).or(why);
            let Some(status) = LabelStatusType::of(*to) else {
                continue;
            };
            if transitions.last().is_none_or(|last| last.status != status) {
                let note = why.clone().filter(|_| status == LabelStatusType::Voided);
                transitions.push(LabelStatusTransition {
                    changed_at: DateTime(event.at),
                    note,
                    status,
                });
            }
        }
        Ok(transitions)
    }

    /// Where the file is: it is given to who sends a key that may see orders, and to who is signed in.
    async fn url(&self, context: &Context<'_>) -> String {
        let desk = &Caller::of(context).desk;
        format!("{}{FILES}/{}", desk.url(), self.id.as_str())
    }
}
