//! Orders that are easy to reckon with: two mugs at 20.00 and a plate at 60.00, shipping 10.00, duties 5.00, taxes
//! 15.00, fees 2.00, a discount of 12.00: 120.00 in all, of which 88.00 are goods, 10.00 shipping, 22.00 duties.

use domain::address::Address;
use domain::command::Command;
use domain::ids::{LabelId, ShipmentId};
use domain::intake::NewOrder;
use domain::money::Currency;
use domain::order::{
    Amounts, Declaration, EstimatedWeight, FraudReview, Item, Order, ShopLink, Source,
};
use domain::payment::{Payment, PaymentState};
use domain::rate::ExchangeRate;
use domain::ship::LabelRequest;
use domain::shipment::{Parcel, Tracking};

use super::START;

/// An order whose payment is processed here, with a shop behind it.
pub fn checkout(number: &str) -> NewOrder {
    let mut new = plain(number);
    new.source = Source::Checkout;
    new.payments = vec![payment(&format!("payment_{number}"), 12_000)];
    new.shop = Some(ShopLink {
        connection: "shop".to_owned(),
        external_id: format!("gid-{number}"),
    });
    new
}

/// An order that came through the API and is paid elsewhere.
pub fn plain(number: &str) -> NewOrder {
    NewOrder {
        source: Source::Api,
        number: Some(number.to_owned()),
        shop: None,
        placed_at: START.parse().unwrap(),
        language: "fr".to_owned(),
        rate: ExchangeRate::identity(Currency::USD, START.parse().unwrap()),
        amounts: Amounts {
            items_minor: 10_000,
            shipping_minor: 1_000,
            duties_minor: 500,
            taxes_minor: 1_500,
            fees_minor: 200,
            discounts_minor: 1_200,
            variance_minor: 0,
        },
        items: vec![item("mug", 2, 2_000), item("plate", 1, 6_000)],
        ship_to: address(),
        bill_to: None,
        estimated_weight: EstimatedWeight::default(),
        payments: Vec::new(),
        fraud_review: FraudReview::Approved,
        fraud_protection: true,
        guarantee: true,
        landed_cost: None,
        tags: [].into(),
        particulars: Default::default(),
    }
}

pub fn item(id: &str, quantity: u32, unit_price_minor: i64) -> Item {
    let declared = Declaration {
        hs_code: "691110".to_owned(),
        origin: "PT".to_owned(),
        description: id.to_owned(),
        unit_price_minor,
    };
    Item {
        id: id.into(),
        sku: format!("SKU-{id}"),
        name: id.to_owned(),
        quantity,
        removed: 0,
        unit_price_minor,
        weight_g: 350,
        declared,
    }
}

pub fn address() -> Address {
    Address {
        first_name: "Hana".to_owned(),
        last_name: "Sato".to_owned(),
        line1: "1-23 Ginza".to_owned(),
        city: "Tokyo".to_owned(),
        postal_code: "104-0061".to_owned(),
        country: "JP".to_owned(),
        email: "hana@example.com".to_owned(),
        ..Address::default()
    }
}

pub fn payment(id: &str, amount_minor: i64) -> Payment {
    Payment {
        id: id.into(),
        provider: "sandbox".to_owned(),
        reference: format!("at-provider-{id}"),
        amount_minor,
        captured_minor: 0,
        state: PaymentState::Pending,
        method: "Visa 4242".to_owned(),
        expires_at: None,
        dispute: None,
    }
}

/// Ships all that is left under this number.
pub fn tracked(shipment: &str, number: &str) -> Command {
    let carrier = "Carrier".to_owned();
    Command::AddTracking {
        shipment: ShipmentId(format!("{}{shipment}", ShipmentId::PREFIX)),
        numbers: vec![Tracking {
            number: number.to_owned(),
            carrier,
        }],
        items: Vec::new(),
        notify: false,
    }
}

/// Buys a label for all that is left of the order.
pub fn label(order: &Order, id: &str) -> Command {
    Command::RequestLabel(Box::new(LabelRequest {
        label: LabelId(format!("{}{id}", LabelId::PREFIX)),
        shipment: ShipmentId(format!("{}of_{id}", ShipmentId::PREFIX)),
        items: order.all_unshipped(),
        account: "account_1".to_owned(),
        service: "express".to_owned(),
        parcel: Parcel {
            length_mm: 300,
            width_mm: 200,
            height_mm: 100,
            weight_g: 1_500,
        },
        ship_to: None,
        declared: Vec::new(),
        notify: false,
    }))
}
