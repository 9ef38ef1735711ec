//! A sandbox in a folder of its own, what it is asked, and an order that is easy to reckon with: two mugs at 20.00 and
//! a plate at 60.00, shipping 10.00, landed cost 22.00, a discount of 12.00; 120.00 in all.

use std::path::PathBuf;

use domain::actor::{Actor, ActorKind, By, Permission};
use domain::address::Address;
use domain::command::Context;
use domain::ids::LabelId;
use domain::intake::{NewOrder, Placement, take};
use domain::money::{Currency, Money};
use domain::order::{
    Amounts, Declaration, EstimatedWeight, FraudReview, Item, Mode, Order, ShopLink, Source,
};
use domain::payment::{Payment, PaymentState};
use domain::rate::ExchangeRate;
use domain::shipment::{Label, LabelFormat, LabelState, Parcel, Shipment, ShipmentState};
use domain::shipment_details::Details;
use engine::desk::Clock;
use engine::ports::{PaymentAsk, Ports, RefundAsk};
use integrations::{Sandbox, sandbox_ports};
use jiff::Timestamp;
use tempfile::TempDir;

pub const START: &str = "2026-03-02T09:00:00Z";

pub const SEED: u64 = 7;

/// A data folder, and the sandbox that is open on it.
pub struct World {
    pub folder: TempDir,
    pub ports: Ports,
    pub sandbox: Sandbox,
}

impl World {
    pub fn new() -> Self {
        Self::open(tempfile::tempdir().unwrap())
    }

    /// The sandbox's clock stands still, so that what it writes is the same each time.
    fn open(folder: TempDir) -> Self {
        let (ports, sandbox) = sandbox_ports(folder.path(), SEED).unwrap();
        sandbox.keep_time(Clock::set_to(start()));
        Self {
            folder,
            ports,
            sandbox,
        }
    }

    /// As after a crash: nothing of the old process is left but its files.
    pub fn reopened(self) -> Self {
        Self::open(self.folder)
    }

    pub fn book(&self, kind: &str) -> PathBuf {
        self.folder
            .path()
            .join("sandbox")
            .join(format!("{kind}.jsonl"))
    }
}

pub fn start() -> Timestamp {
    START.parse().unwrap()
}

pub fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

pub fn eur(minor: i64) -> Money {
    Money::new(minor, currency("EUR"))
}

pub fn refund_ask(key: &str, minor: i64) -> RefundAsk {
    RefundAsk {
        key: key.to_owned(),
        payment_reference: "pay_1".to_owned(),
        money: eur(minor),
        order_id: "order_1".to_owned(),
        provider: "sandbox".to_owned(),
        organization_id: "org_1".into(),
        mode: Mode::Live,
        refund: key.split('.').next().unwrap_or_default().into(),
        is_repeated: false,
    }
}

pub fn payment_ask(key: &str, reference: &str, minor: i64) -> PaymentAsk {
    PaymentAsk {
        key: key.to_owned(),
        provider: "sandbox".to_owned(),
        organization_id: "org_1".into(),
        mode: Mode::Live,
        payment: "payment_1".into(),
        payment_reference: reference.to_owned(),
        money: eur(minor),
    }
}

pub fn label(id: &str, account: &str, weight_g: u32) -> Label {
    Label {
        id: LabelId(id.to_owned()),
        account: account.to_owned(),
        service: "priority".to_owned(),
        parcel: parcel(weight_g),
        state: LabelState::Sent,
        reference: String::new(),
        postage: None,
        problem: String::new(),
        format: LabelFormat::default(),
        note: String::new(),
    }
}

pub fn parcel(weight_g: u32) -> Parcel {
    Parcel {
        length_mm: 300,
        width_mm: 200,
        height_mm: 150,
        weight_g,
    }
}

pub fn shipment_to(country: &str) -> Shipment {
    Shipment {
        id: "shipment_1".into(),
        items: Vec::new(),
        ship_to: Address {
            country: country.to_owned(),
            ..Address::default()
        },
        tracking: Vec::new(),
        label: None,
        details: Details::default(),
        state: ShipmentState::LabelPending,
        created_at: start(),
        notify: false,
    }
}

pub fn order() -> Order {
    let placement = Placement {
        id: "order_1".into(),
        organization_id: "org_1".into(),
        mode: Mode::Live,
        desk_number: 10_001,
        fees: domain::fees::FeeTerms::default(),
        capture: domain::capture::CaptureRule::default(),
    };
    let actor = actor();
    let context = Context::of(&actor, start());
    take(new_order("1001"), placement, &context).unwrap().order
}

pub fn actor() -> Actor {
    Actor {
        by: By {
            kind: ActorKind::Person,
            id: "someone".to_owned(),
            name: "Someone".to_owned(),
        },
        permissions: Permission::ALL.into_iter().collect(),
    }
}

/// A checkout order in euros whose payment has been asked for, with a shop behind it.
pub fn new_order(number: &str) -> NewOrder {
    let mut rate = ExchangeRate::identity(currency("EUR"), start());
    rate.base = Currency::USD;
    rate.rate = "1.0837".parse().unwrap();
    NewOrder {
        source: Source::Checkout,
        number: Some(number.to_owned()),
        shop: Some(ShopLink {
            connection: "shop".to_owned(),
            external_id: format!("gid-{number}"),
        }),
        placed_at: start(),
        language: "fr-CA".to_owned(),
        rate,
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
        ship_to: Address {
            first_name: "Zoé".to_owned(),
            last_name: "Roy".to_owned(),
            line1: "12, rue de la Paix".to_owned(),
            city: "Lyon".to_owned(),
            postal_code: "69002".to_owned(),
            country: "FR".to_owned(),
            email: "zoe@example.com".to_owned(),
            ..Address::default()
        },
        bill_to: None,
        estimated_weight: EstimatedWeight::default(),
        payments: vec![Payment {
            id: format!("payment_{number}").as_str().into(),
            provider: "sandbox".to_owned(),
            reference: format!("pay_{number}"),
            amount_minor: 12_000,
            captured_minor: 0,
            state: PaymentState::Pending,
            method: "Visa 4242".to_owned(),
            expires_at: None,
            dispute: None,
        }],
        fraud_review: FraudReview::Approved,
        fraud_protection: true,
        guarantee: true,
        landed_cost: None,
        tags: [].into(),
    }
}

fn item(id: &str, quantity: u32, unit_price_minor: i64) -> Item {
    Item {
        id: id.into(),
        sku: format!("SKU-{id}"),
        name: id.to_owned(),
        quantity,
        removed: 0,
        unit_price_minor,
        weight_g: 350,
        declared: Declaration {
            hs_code: "691110".to_owned(),
            origin: "PT".to_owned(),
            description: id.to_owned(),
            unit_price_minor,
        },
    }
}
