//! Commands in few words.

use domain::command::Command;
use domain::ids::ItemId;
use domain::pack::ItemAsk;
use domain::parts::Parts;
use domain::refund::{RefundReason, RefundRequest};
use domain::send::{LabelWish, ShipmentRequest};
use domain::ship::LabelRequest;
use domain::shipment::LabelFormat;
use domain::shipment::{Parcel, Tracking};

pub fn parts(item_minor: i64, shipping_minor: i64, duty_tax_fee_minor: i64) -> Parts {
    Parts {
        item_minor,
        shipping_minor,
        duty_tax_fee_minor,
    }
}

pub fn refund_request(id: &str, parts: Parts) -> RefundRequest {
    RefundRequest {
        id: id.into(),
        parts,
        items: Vec::new(),
        reason: RefundReason::OrderChange,
        note: String::new(),
        notify: false,
    }
}

pub fn refund(id: &str, parts: Parts) -> Command {
    Command::Refund(refund_request(id, parts))
}

pub fn settle(refund: &str) -> Command {
    Command::SettleRefund {
        refund: refund.into(),
        reference: "SEPA 77".to_owned(),
        note: "by bank transfer".to_owned(),
    }
}

pub fn cancel(note: &str) -> Command {
    Command::Cancel {
        note: note.to_owned(),
        notify: false,
        without_refund: false,
    }
}

pub fn tracking(number: &str) -> Tracking {
    Tracking {
        number: number.to_owned(),
        carrier: "Post".to_owned(),
    }
}

pub fn add_tracking(shipment: &str, number: &str, items: &[(&str, u32)]) -> Command {
    Command::AddTracking {
        shipment: shipment.into(),
        numbers: vec![tracking(number)],
        items: quantities(items),
        notify: false,
    }
}

pub fn quantities(items: &[(&str, u32)]) -> Vec<(ItemId, u32)> {
    items
        .iter()
        .map(|(id, count)| ((*id).into(), *count))
        .collect()
}

pub fn label_request(label: &str, items: &[(&str, u32)]) -> LabelRequest {
    LabelRequest {
        label: label.into(),
        shipment: format!("shipment_{label}").as_str().into(),
        items: quantities(items),
        account: "account".to_owned(),
        service: "priority".to_owned(),
        parcel: Parcel {
            length_mm: 300,
            width_mm: 200,
            height_mm: 150,
            weight_g: 1_200,
        },
        ship_to: None,
        declared: Vec::new(),
        notify: false,
    }
}

pub fn request_label(label: &str, items: &[(&str, u32)]) -> Command {
    Command::RequestLabel(Box::new(label_request(label, items)))
}

/// A shipment of all that is in none, without a label.
pub fn shipment_request(id: &str) -> ShipmentRequest {
    ShipmentRequest::whole(id.into())
}

pub fn create_shipments(shipments: &[ShipmentRequest]) -> Command {
    let shipments = shipments.to_vec();
    Command::CreateShipments { shipments }
}

pub fn label_wish(label: &str) -> LabelWish {
    LabelWish {
        label: label.into(),
        account: "post".to_owned(),
        service: "post.parcel".to_owned(),
        format: LabelFormat::default(),
    }
}

pub fn label_shipment(shipment: &str, label: &str) -> Command {
    Command::LabelShipment {
        shipment: shipment.into(),
        wish: label_wish(label),
    }
}

/// So many of an item, in a box.
pub fn packed(reference: &str, quantity: Option<u32>) -> ItemAsk {
    ItemAsk {
        reference: reference.to_owned(),
        quantity,
        ..ItemAsk::default()
    }
}
