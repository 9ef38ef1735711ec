//! The boxes of a shipment with their labels, the numbers it is followed by, and its papers for customs.

use async_graphql::{ID, SimpleObject};
use domain::shipment_details::{Carton as Boxed, Handling};

use super::cartons::{Carton, boxes, carton};
use super::ids::within;
use super::labels::Label;
use super::scalars::DateTime;
use super::ship_enums::{
    AlcoholRecipientType, BatteryMaterialType, BatteryPackingType, CustomsDocumentFileType,
    CustomsDocumentType, ShipmentCartonSpecialService, SignatureOptionType,
};
use super::shipments::{Shipment, part};

/// A number that a carrier follows a parcel by.
#[derive(SimpleObject)]
pub(crate) struct Tracking {
    id: ID,
    label: Option<Label>,
    number: String,
    /// The carrier's page about it; empty where the carrier is not known, or its page is not.
    url: String,
    /// The carrier: as was said, else as the number says.
    carrier: Option<String>,
}

/// Every number of a shipment.
pub(crate) fn trackings(shipment: &Shipment) -> Vec<Tracking> {
    let sent = shipment.sent();
    let each = sent.tracking.iter().map(|tracking| Tracking {
        id: within("tracking_", &shipment.sold.id, &tracking.number),
        label: label(shipment),
        number: tracking.number.clone(),
        url: tracking.url().unwrap_or_default(),
        carrier: tracking.carrier_name().map(str::to_owned),
    });
    each.collect()
}

/// The label of a shipment, once it is bought.
pub(crate) fn label(shipment: &Shipment) -> Option<Label> {
    let bought = shipment.sent().label.as_ref()?;
    Label::of(shipment, bought, &id(shipment, 0))
}

fn id(shipment: &Shipment, index: usize) -> ID {
    let part = part(&shipment.sent().id, index);
    within("shipment_carton_", &shipment.sold.id, &part)
}

/// A battery in a box.
#[derive(SimpleObject)]
pub(crate) struct BatteryDetail {
    material: BatteryMaterialType,
    packing_type: BatteryPackingType,
}

/// A box of a shipment with its label.
#[derive(SimpleObject)]
pub(crate) struct ShipmentCarton {
    id: ID,
    alcohol_recipient_type: Option<AlcoholRecipientType>,
    battery_detail: Option<BatteryDetail>,
    carton: Carton,
    label: Option<Label>,
    signature_option_type: Option<SignatureOptionType>,
    special_services: Option<Vec<ShipmentCartonSpecialService>>,
    tracking: Option<Tracking>,
}

/// Every box of a shipment.
pub(crate) fn shipment_cartons(shipment: &Shipment) -> Vec<ShipmentCarton> {
    let boxes = boxes(shipment.sent()).into_iter().enumerate();
    boxes
        .map(|(index, one)| of(shipment, index, &one))
        .collect()
}

fn of(shipment: &Shipment, index: usize, boxed: &Boxed) -> ShipmentCarton {
    let Handling {
        services,
        alcohol,
        battery,
        signature,
    } = &boxed.handling;
    let numbers = trackings(shipment).into_iter();
    // A number that was told with a box is its own; those of the whole are the first box's.
    let own = |tracking: &Tracking| match boxed.tracking.is_empty() {
        true => index == 0,
        false => tracking.number == boxed.tracking,
    };
    ShipmentCarton {
        id: id(shipment, index),
        alcohol_recipient_type: alcohol.map(Into::into),
        battery_detail: battery.map(|battery| BatteryDetail {
            material: battery.material.into(),
            packing_type: battery.packing.into(),
        }),
        carton: carton(shipment, index, boxed),
        label: label(shipment),
        signature_option_type: signature.map(Into::into),
        special_services: Some(services.iter().map(|one| (*one).into()).collect()),
        tracking: numbers.into_iter().find(own),
    }
}

/// A paper for customs.
#[derive(SimpleObject)]
pub(crate) struct CustomsDocument {
    id: ID,
    created_at: DateTime,
    document_type: CustomsDocumentType,
    external_id: Option<String>,
    file_name: Option<String>,
    file_type: CustomsDocumentFileType,
    file_url: String,
}
