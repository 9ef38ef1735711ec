//! Shipments, labels and tracking numbers: what they are, and what is left to ship (S1, S2, S4).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::ids::{ItemId, LabelId, ShipmentId};
use crate::money::Money;
use crate::order::{Fulfilment, Order};
use crate::shipment_details::Details;

/// Where a shipment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the reference interface's")]
pub enum ShipmentState {
    /// Waiting for its label; its items are spoken for, nothing is shipped.
    LabelPending,
    Created,
    InTransitToConsolidationCenter,
    DeliveredToConsolidationCenter,
    InTransit,
    Delivered,
    Voided,
}

/// Where a label stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelState {
    /// Decided here; the carrier has not been asked.
    Requested,
    /// The carrier is being asked; its answer is not here.
    Sent,
    /// The answer was lost; the label may be paid for.
    Unknown,
    /// Bought.
    Bought,
    /// Not sold; nothing was paid.
    Failed,
    /// Asked to be voided, not confirmed.
    VoidRequested,
    /// Voided, which is final.
    Voided,
}

impl LabelState {
    /// Whether it is between two certainties.
    pub fn is_in_progress(self) -> bool {
        matches!(
            self,
            Self::Requested | Self::Sent | Self::Unknown | Self::VoidRequested
        )
    }
}

/// A carrier's number, and where it can be followed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tracking {
    /// The number, without spaces, in capitals.
    pub number: String,
    /// The carrier's name, where it is known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub carrier: String,
}

/// A box as it is handed over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each name says it, the unit last")]
pub struct Parcel {
    pub length_mm: u32,
    pub width_mm: u32,
    pub height_mm: u32,
    pub weight_g: u32,
}

/// What a label is printed as. The names are stored: add, do not rename.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the formats' own")]
pub enum LabelFile {
    #[default]
    Pdf,
    Zpl,
}

/// The paper that a label is printed on. The names are stored: add, do not rename.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelSize {
    /// A roll of 4 by 6 inches.
    #[default]
    FourBySix,
    /// A roll of 4 by 8 inches.
    FourByEight,
    /// Letter.
    EightByEleven,
}

/// How a label is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "each type says it")]
pub struct LabelFormat {
    pub file: LabelFile,
    pub size: LabelSize,
}

impl LabelFormat {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// A label of a shipment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Label {
    /// Its identifier, and the key it is bought with.
    pub id: LabelId,
    /// The carrier account it is bought and voided with.
    pub account: String,
    /// The carrier's service.
    pub service: String,
    /// The box.
    pub parcel: Parcel,
    /// Where it stands.
    pub state: LabelState,
    /// The carrier's id of it, once known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// What the carrier charges.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postage: Option<Money>,
    /// What the carrier said when it would not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub problem: String,
    /// How it is printed.
    #[serde(default, skip_serializing_if = "LabelFormat::is_usual")]
    pub format: LabelFormat,
    /// Why it is voided, in the words of who asked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Items on their way together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shipment {
    /// Its identifier.
    pub id: ShipmentId,
    /// Which items, and how many of each.
    pub items: Vec<(ItemId, u32)>,
    /// Where it goes, as it stood when it was made (N3).
    pub ship_to: Address,
    /// Its numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tracking: Vec<Tracking>,
    /// Its label, where one was made here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Label>,
    /// What is said of it besides.
    #[serde(default, skip_serializing_if = "Details::is_empty")]
    pub details: Details,
    /// Where it stands.
    pub state: ShipmentState,
    /// When it was made.
    pub created_at: Timestamp,
    /// Whether the shopper gets an e-mail once it is shipped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub notify: bool,
}

impl Shipment {
    /// Whether it no longer holds its items.
    pub fn is_void(&self) -> bool {
        self.state == ShipmentState::Voided
    }

    /// Whether it counts as shipped: it is neither void nor waiting for its label.
    pub fn is_shipped(&self) -> bool {
        !matches!(
            self.state,
            ShipmentState::Voided | ShipmentState::LabelPending
        )
    }

    fn quantity_of(&self, item: &ItemId) -> u32 {
        let of_item = self.items.iter().filter(|(id, _)| id == item);
        of_item.map(|(_, quantity)| quantity).sum()
    }
}

impl Order {
    /// How many of an item are in no shipment that holds them.
    pub fn unshipped(&self, item: &ItemId) -> u32 {
        let remaining = self.item(item).map_or(0, crate::order::Item::remaining);
        let holding = self.shipments.iter().filter(|shipment| !shipment.is_void());
        let held: u32 = holding.map(|shipment| shipment.quantity_of(item)).sum();
        remaining.saturating_sub(held)
    }

    /// Everything that is in no shipment yet.
    pub fn all_unshipped(&self) -> Vec<(ItemId, u32)> {
        let left = self
            .items
            .iter()
            .map(|item| (item.id.clone(), self.unshipped(&item.id)));
        left.filter(|(_, quantity)| *quantity > 0).collect()
    }

    /// How much of the order is in shipments that are not voided.
    pub fn fulfilment(&self) -> Fulfilment {
        let shipped: Vec<_> = self
            .shipments
            .iter()
            .filter(|shipment| shipment.is_shipped())
            .collect();
        if shipped.is_empty() {
            return Fulfilment::None;
        }
        let is_covered = |item: &crate::order::Item| {
            let sent: u32 = shipped
                .iter()
                .map(|shipment| shipment.quantity_of(&item.id))
                .sum();
            sent >= item.remaining()
        };
        if self.items.iter().all(is_covered) {
            Fulfilment::All
        } else {
            Fulfilment::Some
        }
    }

    /// The label of this id, with its shipment.
    pub fn label(&self, id: &LabelId) -> Option<(&Shipment, &Label)> {
        let labelled = self
            .shipments
            .iter()
            .filter_map(|shipment| Some((shipment, shipment.label.as_ref()?)));
        labelled.into_iter().find(|(_, label)| label.id == *id)
    }

    /// The first label that is between two certainties.
    pub fn label_in_progress(&self) -> Option<&Label> {
        let labels = self
            .shipments
            .iter()
            .filter_map(|shipment| shipment.label.as_ref());
        labels
            .into_iter()
            .find(|label| label.state.is_in_progress())
    }
}
