//! What is said of a shipment besides its items and its address: boxes, services, papers' numbers, where it leaves from.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::ItemId;
use crate::places::Departure;
use crate::shipment::Parcel;

/// What a carrier does for a whole shipment. The names are stored: add, do not rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the reference interface's")]
pub enum SpecialService {
    Consolidation,
    CutFlowers,
    DryIce,
    ExtendedArea,
    ReturnShipment,
    SaturdayDelivery,
    SaturdayPickup,
    ScheduledDelivery,
    SingleShipment,
}

/// What a carrier has to know of one box. The names are stored: add, do not rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the reference interface's")]
pub enum CartonService {
    Alcohol,
    Battery,
    BatteryInsideEquipment,
    BatteryOnly,
    BatteryPackagedWithEquipment,
    DangerousGoods,
    DryIce,
    SignatureOption,
}

/// Who alcohol is sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the reference interface's")]
pub enum AlcoholRecipient {
    Consumer,
    Licensee,
}

/// What a battery is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the reference interface's")]
pub enum BatteryMaterial {
    LithiumIon,
    LithiumMetal,
}

/// How a battery lies in its box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the reference interface's")]
pub enum BatteryPacking {
    BatteryInsideEquipment,
    BatteryOnly,
    BatteryPackagedWithEquipment,
}

/// A battery in a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Battery {
    /// What it is made of.
    pub material: BatteryMaterial,
    /// How it lies there.
    pub packing: BatteryPacking,
}

/// Whose signature the carrier asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the reference interface's")]
pub enum Signature {
    Adult,
    Default,
    Direct,
    Indirect,
    None,
}

/// What a carrier has to know of a box, whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Handling {
    /// Each once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<CartonService>,
    /// Where there is alcohol in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alcohol: Option<AlcoholRecipient>,
    /// Where there is a battery in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub battery: Option<Battery>,
    /// Where a signature is asked for, or none is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
}

impl Handling {
    /// Whether it is a box like any other.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }
}

/// A box of a shipment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Carton {
    /// Sides and weight; 0 where nobody said.
    pub parcel: Parcel,
    /// What is in it.
    pub items: Vec<(ItemId, u32)>,
    /// The number that the carrier follows this box by, where it was told with it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub tracking: String,
    /// What the carrier has to know of it.
    #[serde(skip_serializing_if = "Handling::is_plain")]
    pub handling: Handling,
    /// What the label calls an item, where that is not its own name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub label_names: Vec<(ItemId, String)>,
}

/// What is said of a shipment besides its items and its address; nothing of it is needed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// The carrier's service, where no label says it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub service: String,
    /// What the whole is declared worth, in presentment minor units; the sum of its items' declared prices where nothing
    /// is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared_value_minor: Option<i64>,
    /// Why no export filing is needed, as the customs of the country of departure cite it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub exemption: String,
    /// The number of the export filing.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub itn: String,
    /// Each once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<SpecialService>,
    /// When it is handed over, where that is not when it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ships_at: Option<Timestamp>,
    /// Where it leaves from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub departure: Option<Departure>,
    /// Its boxes; one without any where nobody said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cartons: Vec<Carton>,
}

impl Details {
    /// Whether nothing was said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
