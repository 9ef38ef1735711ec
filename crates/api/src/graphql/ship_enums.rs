//! The enums of shipments, labels and ship-from places, each of which a word of the rules translates into.

use async_graphql::Enum;

/// What a carrier does for a whole shipment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::shipment_details::SpecialService")]
pub(crate) enum ShipmentSpecialService {
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

/// What a carrier has to know of one box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::shipment_details::CartonService")]
pub(crate) enum ShipmentCartonSpecialService {
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::shipment_details::AlcoholRecipient")]
pub(crate) enum AlcoholRecipientType {
    Consumer,
    Licensee,
}

/// What a battery is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::shipment_details::BatteryMaterial")]
pub(crate) enum BatteryMaterialType {
    LithiumIon,
    LithiumMetal,
}

/// How a battery lies in its box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::shipment_details::BatteryPacking")]
#[allow(
    clippy::enum_variant_names,
    reason = "the names are the reference interface's"
)]
pub(crate) enum BatteryPackingType {
    BatteryInsideEquipment,
    BatteryOnly,
    BatteryPackagedWithEquipment,
}

/// Whose signature the carrier asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::shipment_details::Signature")]
pub(crate) enum SignatureOptionType {
    Adult,
    Default,
    Direct,
    Indirect,
    None,
}

/// What a label is printed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::shipment::LabelFile")]
pub(crate) enum LabelFileType {
    Pdf,
    Zpl,
}

/// The paper that a label is printed on, in inches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::shipment::LabelSize")]
pub(crate) enum LabelSize {
    EightByEleven,
    FourByEight,
    FourBySix,
}

/// Whether customs gets its papers by wire or on paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum DocumentFilingType {
    Electronic,
    HardCopy,
}

/// What a paper for customs is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum CustomsDocumentType {
    CertificateOfOrigin,
    CommercialInvoice,
    Other,
    ProFormaInvoice,
}

/// What a paper for customs is kept as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum CustomsDocumentFileType {
    Jpg,
    Pdf,
    Png,
    Txt,
}

/// What a place that parcels leave from is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::places::PlaceKind")]
pub(crate) enum FulfillmentCenterType {
    /// Parcels of several orders are brought together there before they cross the border.
    #[graphql(name = "CONSOLIDATION_CENTER")]
    Consolidation,
    /// Where parcels leave from that name none.
    Primary,
    Standard,
}
