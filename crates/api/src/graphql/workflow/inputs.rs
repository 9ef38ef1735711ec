//! What the steps of a workflow are given. Fields beyond the reference's are optional.

use async_graphql::{ID, InputObject};
use domain::cartons::{Carton, Size};
use domain::goods::{Goods, Measurement, Side};
use domain::measures::told_measure;
use domain::pairs::Pair;
use domain::refusal::Refusal;
use domain::roots::Offer;

use super::super::cartons::PackagingType;
use super::super::enums::{
    DimensionalUnitCode, ItemMeasurementType, ItemUnitOfMeasure, WeightUnitCode,
};
use super::super::scalars::{CountryCode, CurrencyCode, Decimal};
use super::enums::{
    DutyTaxFeeConfiguration, ExchangeRateType, IncotermCode, ItemType, ItemValueSource,
    LandedCostCalculationMethod, LandedCostEndUse, LandedCostTariffRate,
    ShipmentRatingBatteryMaterialType, ShipmentRatingBatteryPackingType, ShipmentRatingRateType,
    ShipmentRatingSignatureOptionType, ShipmentRatingSpecialServiceType,
};

/// Goods of one kind.
#[derive(InputObject)]
pub(crate) struct ItemCreateWorkflowInput {
    /// What one is sold for.
    pub amount: Decimal,
    /// Such as its colour.
    pub attributes: Option<Vec<Option<ItemAttributeInput>>>,
    /// Where it was made: without it only duty rates for any origin are found.
    pub country_of_origin: Option<CountryCode>,
    pub currency_code: CurrencyCode,
    /// What customs reads.
    pub description: Option<String>,
    /// What counts for it; everything where nothing is said.
    pub duty_tax_fee_configuration: Option<DutyTaxFeeConfiguration>,
    /// Without it only duty rates for all goods are found.
    pub hs_code: Option<String>,
    pub hs_code_source: Option<ItemValueSource>,
    pub image_url: Option<String>,
    pub item_type: Option<ItemType>,
    /// Weight and sides of one. Shipping is asked for by them, and what has all three sides can be packed.
    pub measurements: Option<Vec<Option<ItemMeasurementInput>>>,
    /// What the program keeps with it.
    pub metadata: Option<Vec<Option<ItemMetadataInput>>>,
    pub name: Option<String>,
    /// The shop's product.
    pub product_id: Option<String>,
    pub province_of_origin: Option<String>,
    pub quantity: i64,
    /// The shop's stock-keeping unit.
    pub sku: Option<String>,
}

/// What an item is like.
#[derive(InputObject)]
pub(crate) struct ItemAttributeInput {
    pub key: Option<String>,
    pub value: Option<String>,
}

/// What a program keeps with an item.
#[derive(InputObject)]
pub(crate) struct ItemMetadataInput {
    pub key: Option<String>,
    pub value: Option<String>,
}

/// A measure of one item; it counts rounded up to whole grams or millimetres.
#[derive(InputObject)]
pub(crate) struct ItemMeasurementInput {
    #[graphql(name = "type")]
    pub kind: ItemMeasurementType,
    pub unit_of_measure: ItemUnitOfMeasure,
    pub value: Decimal,
}

impl ItemMeasurementInput {
    fn told(self, field: &str) -> Result<Measurement, Refusal> {
        Ok(Measurement {
            side: self.kind.into(),
            value: self.value.number(field)?,
            unit: self.unit_of_measure.into(),
        })
    }
}

impl ItemCreateWorkflowInput {
    /// The goods as the desk keeps them.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming a field that begins with `field`.
    pub fn goods(self, field: &str) -> Result<Goods, Refusal> {
        let currency = self.currency_code.0;
        let price = self.amount.money(currency, &format!("{field}.amount"))?;
        let measured = self.measurements.unwrap_or_default().into_iter().flatten();
        let measured = measured
            .enumerate()
            .map(|(index, one)| one.told(&format!("{field}.measurements[{index}]")));
        let attributes = self.attributes.unwrap_or_default().into_iter().flatten();
        let metadata = self.metadata.unwrap_or_default().into_iter().flatten();
        Ok(Goods {
            // What is no number of things is refused as such.
            quantity: u32::try_from(self.quantity).unwrap_or_default(),
            name: self.name.unwrap_or_default(),
            sku: self.sku.unwrap_or_default(),
            product_id: self.product_id.unwrap_or_default(),
            description: self.description.unwrap_or_default(),
            hs_code: self.hs_code.unwrap_or_default(),
            hs_code_source: self.hs_code_source.map(Into::into),
            origin: self
                .country_of_origin
                .map_or_else(String::new, |code| code.0),
            province: self.province_of_origin.unwrap_or_default(),
            measurements: measured.collect::<Result<_, _>>()?,
            image_url: self.image_url.unwrap_or_default(),
            kind: self.item_type.map(Into::into),
            levies: self.duty_tax_fee_configuration.map(Into::into),
            attributes: attributes.map(|one| pair(one.key, one.value)).collect(),
            metadata: metadata.map(|one| pair(one.key, one.value)).collect(),
            ..Goods::of(price)
        })
    }
}

pub(super) fn pair(key: Option<String>, value: Option<String>) -> Pair {
    Pair {
        key: key.unwrap_or_default(),
        value: value.unwrap_or_default(),
    }
}

/// What is packed.
#[derive(InputObject)]
pub(crate) struct CartonizeWorkflowInput {
    /// The root to go on with; the request's own where nothing is said.
    pub root_id: Option<ID>,
}

/// A carton as it is handed over. What is not told of it is not known: a single carton without a weight has that of the
/// goods.
#[derive(InputObject)]
pub(crate) struct CartonCreateWorkflowInput {
    pub dimensional_unit: DimensionalUnitCode,
    pub height: Option<Decimal>,
    pub length: Option<Decimal>,
    #[graphql(name = "type")]
    pub kind: Option<PackagingType>,
    pub weight: Option<Decimal>,
    /// Needed where a weight is told.
    pub weight_unit: Option<WeightUnitCode>,
    pub width: Option<Decimal>,
}

impl CartonCreateWorkflowInput {
    /// The carton as the desk keeps it; by volume it weighs what a carrier that counts so many cubic centimetres a
    /// kilogram charges for.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming a field that begins with `field`.
    pub fn carton(self, field: &str, cm3_per_kg: u32) -> Result<(Carton, String), Refusal> {
        let measure = |value: Option<Decimal>, unit, side, name: &str| {
            let field = format!("{field}.{name}");
            let value = value.map(|value| value.number(&field)).transpose()?;
            told_measure(value, unit, side, &field)
        };
        let length = Some(self.dimensional_unit.into());
        let weight = self.weight_unit.map(Into::into);
        let size = Size {
            length_mm: measure(self.length, length, Side::Length, "length")?,
            width_mm: measure(self.width, length, Side::Width, "width")?,
            height_mm: measure(self.height, length, Side::Height, "height")?,
        };
        let dimensional_g = size.volume_mm3().div_ceil(u64::from(cm3_per_kg.max(1)));
        let carton = Carton {
            kind: None,
            size,
            items: Vec::new(),
            physical_g: measure(self.weight, weight, Side::Weight, "weight")?,
            dimensional_g: u32::try_from(dimensional_g).unwrap_or(u32::MAX),
            note: String::new(),
        };
        let packaging = self.kind.map_or_else(String::new, PackagingType::stored);
        Ok((carton, packaging))
    }
}

/// What shipping costs, by a price of one's own.
#[derive(InputObject)]
pub(crate) struct ShipmentRatingCreateWorkflowInput {
    pub amount: Decimal,
    pub currency_code: CurrencyCode,
    /// What the shopper reads; the code where nothing is said.
    pub display_name: Option<String>,
    pub service_level_code: String,
}

impl ShipmentRatingCreateWorkflowInput {
    /// The offer as the desk keeps it.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `amount`.
    pub fn offer(self) -> Result<Offer, Refusal> {
        Ok(Offer {
            price: self.amount.money(self.currency_code.0, "amount")?,
            service: self.service_level_code,
            name: self.display_name.unwrap_or_default(),
            carrier: String::new(),
            min_days: None,
            max_days: None,
        })
    }
}

/// What a carrier is asked.
#[derive(Default, InputObject)]
pub(crate) struct ShipmentRatingCalculateWorkflowInput {
    pub rate_type: Option<ShipmentRatingRateType>,
    /// Refused: no carrier is asked for any.
    pub special_service_detail: Option<ShipmentRatingSpecialServiceDetail>,
}

/// What a carrier does besides carrying.
#[derive(InputObject)]
pub(crate) struct ShipmentRatingSpecialServiceDetail {
    pub battery_detail: Option<ShipmentRatingBatteryDetail>,
    pub service_types: Vec<ShipmentRatingSpecialServiceType>,
    pub signature_option_type: Option<ShipmentRatingSignatureOptionType>,
}

/// A battery of a parcel.
#[derive(InputObject)]
pub(crate) struct ShipmentRatingBatteryDetail {
    pub material_type: ShipmentRatingBatteryMaterialType,
    pub packing_type: ShipmentRatingBatteryPackingType,
}

/// How a landed cost is calculated of what was told.
#[derive(InputObject)]
pub(crate) struct LandedCostWorkFlowInput {
    /// Who pays at import. It goes before method; as the organization has set where neither is said.
    pub calculation_method: Option<LandedCostCalculationMethod>,
    /// What the shopper pays in; what the goods are priced in where nothing is said. Prices in other currencies are
    /// converted at a rate that is held with the landed cost.
    pub currency_code: Option<CurrencyCode>,
    pub end_use: LandedCostEndUse,
    /// DDP or DAP.
    pub method: Option<IncotermCode>,
    /// A landed cost that was calculated before: its root is gone on with.
    pub source_landed_cost_id: Option<String>,
    pub tariff_rate: LandedCostTariffRate,
    /// Taken off the goods in all, positive.
    pub discount: Option<Decimal>,
    /// Charged for insuring the parcel.
    pub insurance: Option<Decimal>,
    /// Whether the guarantee is wanted; where nothing is said, as far as the organization gives one.
    pub guarantee: Option<bool>,
    /// A root to go on with; the request's own where nothing is said.
    pub root_id: Option<ID>,
}

/// A rate of exchange to hold.
#[derive(InputObject)]
pub(crate) struct ExchangeRateCreateInput {
    /// The root, or a landed cost of it, that the rate is used for; the request's own root where it has one and nothing is
    /// said.
    pub reference_id: Option<ID>,
    pub source_currency_code: CurrencyCode,
    pub target_currency_code: CurrencyCode,
    #[graphql(name = "type")]
    pub kind: ExchangeRateType,
}
