//! What mutations of shipments and labels are given, and how it reads in the rules' words. Fields beyond the reference's
//! are optional.

use async_graphql::{ID, InputObject};
use domain::ids::{ItemId, OrderId};
use domain::pack::{CartonAsk, ItemAsk};
use domain::refusal::Refusal;
use domain::shipment::{LabelFormat, Parcel};
use domain::shipment_details::{Battery, Handling};

use super::enums::{DimensionalUnitCode, ShipmentStatusType, WeightUnitCode};
use super::ids;
use super::measures::{length_mm, weight_g};
use super::scalars::{CountryCode, DateTime, Decimal};
use super::ship_enums::{
    AlcoholRecipientType, BatteryMaterialType, BatteryPackingType, LabelFileType, LabelSize,
    ShipmentCartonSpecialService, ShipmentSpecialService, SignatureOptionType,
};

/// A battery in a box.
#[derive(Clone, Copy, InputObject)]
pub(crate) struct BatteryDetailInput {
    material: BatteryMaterialType,
    packing_type: BatteryPackingType,
}

/// What a carrier has to know of a box.
#[derive(Clone, Default, InputObject)]
pub(crate) struct ShipmentCartonSpecialServiceDetailInput {
    alcohol_recipient_type: Option<AlcoholRecipientType>,
    battery_detail: Option<BatteryDetailInput>,
    service_types: Option<Vec<ShipmentCartonSpecialService>>,
    signature_option_type: Option<SignatureOptionType>,
}

impl From<ShipmentCartonSpecialServiceDetailInput> for Handling {
    fn from(told: ShipmentCartonSpecialServiceDetailInput) -> Self {
        let services = told.service_types.unwrap_or_default().into_iter();
        Self {
            services: services.map(Into::into).collect(),
            alcohol: told.alcohol_recipient_type.map(Into::into),
            battery: told.battery_detail.map(|battery| Battery {
                material: battery.material.into(),
                packing: battery.packing_type.into(),
            }),
            signature: told.signature_option_type.map(Into::into),
        }
    }
}

/// An item of a box.
#[derive(InputObject)]
pub(crate) struct ShipmentCartonItemInput {
    /// The origin, where customs is told another one than the order has.
    country_of_origin: Option<CountryCode>,
    /// The HS code, where customs is told another one than the order has.
    hs_code: Option<String>,
    /// The item's id, or the shop's product id or stock-keeping unit where only one item of the order has it.
    item_reference: String,
    /// What the label calls it.
    label_name: Option<String>,
    /// How many; all that are in no shipment yet where nothing is said.
    quantity: Option<i32>,
}

/// A box of a shipment.
#[derive(InputObject)]
pub(crate) struct ShipmentCartonInput {
    dimensional_unit: DimensionalUnitCode,
    height: Option<Decimal>,
    /// What is in it; of the only box all that is in no shipment yet where the list is empty.
    items: Vec<ShipmentCartonItemInput>,
    length: Option<Decimal>,
    special_service_details: Option<ShipmentCartonSpecialServiceDetailInput>,
    /// The number that the carrier follows this box by.
    tracking_number: Option<String>,
    /// What it weighs; for a label what its items weigh where nothing is said.
    weight: Option<Decimal>,
    weight_unit: WeightUnitCode,
    width: Option<Decimal>,
}

impl ShipmentCartonInput {
    /// In the rules' words. What is told of every box holds where this one tells nothing.
    fn asked(
        self,
        order: &OrderId,
        index: usize,
        of_all: &ShipmentCartonSpecialServiceDetailInput,
    ) -> Result<CartonAsk, Refusal> {
        let side = |side: &Option<Decimal>, name: &str| {
            let field = format!("shipment_cartons[{index}].{name}");
            length_mm(side.as_ref(), self.dimensional_unit, &field)
        };
        let field = format!("shipment_cartons[{index}].weight");
        let parcel = Parcel {
            length_mm: side(&self.length, "length")?,
            width_mm: side(&self.width, "width")?,
            height_mm: side(&self.height, "height")?,
            weight_g: weight_g(self.weight.as_ref(), self.weight_unit, &field)?,
        };
        let handling = self
            .special_service_details
            .unwrap_or_else(|| of_all.clone());
        Ok(CartonAsk {
            parcel,
            items: items(order, index, self.items)?,
            tracking: self.tracking_number.unwrap_or_default(),
            handling: handling.into(),
        })
    }
}

fn items(
    order: &OrderId,
    index: usize,
    given: Vec<ShipmentCartonItemInput>,
) -> Result<Vec<ItemAsk>, Refusal> {
    let each = given.into_iter().enumerate().map(|(place, item)| {
        let field = format!("shipment_cartons[{index}].items[{place}].quantity");
        let quantity = item.quantity.map(u32::try_from).transpose();
        let negative = |_| Refusal::invalid(&field, domain::refusal::Problem::Negative);
        // The interface writes an item's id with its order's letters; what is not of this order is looked up as it is.
        let named = ids::read(ItemId::PREFIX, &item.item_reference);
        let own = named.filter(|(of, _)| of == order);
        let own = own.map(|(_, part)| format!("{}{part}", ItemId::PREFIX));
        Ok(ItemAsk {
            reference: own.unwrap_or(item.item_reference),
            quantity: quantity.map_err(negative)?,
            hs_code: item.hs_code,
            origin: item.country_of_origin.map(|CountryCode(code)| code),
            label_name: item.label_name.unwrap_or_default(),
        })
    });
    each.collect()
}

/// Boxes in the rules' words.
pub(crate) fn cartons(
    order: &OrderId,
    given: Vec<ShipmentCartonInput>,
    of_all: Option<ShipmentCartonSpecialServiceDetailInput>,
) -> Result<Vec<CartonAsk>, Refusal> {
    let of_all = of_all.unwrap_or_default();
    let each = given.into_iter().enumerate();
    each.map(|(index, carton)| carton.asked(order, index, &of_all))
        .collect()
}

/// How a label is printed: a PDF of 4 by 6 inches where nothing is said.
#[derive(Clone, Copy, Default, InputObject)]
pub(crate) struct LabelSpecInput {
    label_file_type: Option<LabelFileType>,
    label_size: Option<LabelSize>,
}

/// As the rules have it.
pub(crate) fn format(file: Option<LabelFileType>, size: Option<LabelSize>) -> LabelFormat {
    let usual = LabelFormat::default();
    LabelFormat {
        file: file.map_or(usual.file, Into::into),
        size: size.map_or(usual.size, Into::into),
    }
}

impl From<LabelSpecInput> for LabelFormat {
    fn from(spec: LabelSpecInput) -> Self {
        format(spec.label_file_type, spec.label_size)
    }
}

/// A shipment to make.
#[derive(InputObject)]
pub(crate) struct ShipmentCreateWorkflowInput {
    /// What the whole is declared worth, in the order's currency; what its items are declared worth where nothing is said.
    /// Another value than that voids the landed-cost guarantee.
    pub declared_value: Option<Decimal>,
    /// Why no export filing is needed.
    pub exemption: Option<String>,
    /// Where it leaves from; the default ship-from place where nothing is said.
    pub fulfillment_center: Option<ID>,
    /// Papers for customs are not made yet: the shipment's list of them is empty.
    pub generate_customs: Option<bool>,
    /// Whether a label is bought for it. Without one it counts as shipped.
    pub generate_label: Option<bool>,
    /// The number of the export filing.
    pub itn_number: Option<String>,
    pub label_spec: Option<LabelSpecInput>,
    /// The order; the one that this request made where nothing is said.
    pub order_id: Option<ID>,
    /// The carrier's service. What stands before its first point is the carrier account that a label is bought with.
    pub service_level: Option<String>,
    /// What the carrier has to know of each box that says nothing itself.
    pub shipment_carton_special_services: Option<ShipmentCartonSpecialServiceDetailInput>,
    /// Its boxes; one with all that is in no shipment yet where nothing is said.
    pub shipment_cartons: Option<Vec<ShipmentCartonInput>>,
    /// Not kept here: a consolidation of shipments is not known.
    pub shipment_consolidation_id: Option<ID>,
    /// When it is handed over.
    pub shipment_date: Option<DateTime>,
    pub special_services: Option<Vec<ShipmentSpecialService>>,
    /// Numbers of the whole; a label brings its own.
    pub tracking_numbers: Option<Vec<String>>,
    /// The carrier account that the label is bought with.
    pub carrier_account: Option<String>,
    /// Whether the shopper gets an e-mail once it is shipped.
    pub notify: Option<bool>,
    /// Refuse unless the order is at this version.
    pub expected_version: Option<i64>,
    /// Only answer what would come of it; nothing is written or sent.
    pub dry_run: Option<bool>,
}

/// A shipment of an order.
#[derive(InputObject)]
pub(crate) struct OrderShipmentCreateInput {
    /// Where it leaves from; the default ship-from place where nothing is said.
    pub fulfillment_center: Option<ID>,
    /// The carrier's service.
    pub service_level: Option<String>,
    pub shipment_cartons: Vec<ShipmentCartonInput>,
    pub tracking_number: Option<String>,
}

/// Shipments of an order: all are made, or none.
#[derive(InputObject)]
pub(crate) struct ShipmentsCreateFromOrderInput {
    pub order_id: ID,
    pub shipments: Vec<OrderShipmentCreateInput>,
    /// Whether the shopper gets an e-mail of each.
    pub notify: Option<bool>,
    /// Refuse unless the order is at this version.
    pub expected_version: Option<i64>,
    /// Only answer what would come of it; nothing is written or sent.
    pub dry_run: Option<bool>,
}

/// Orders of which all that is left is shipped; 500 at most.
#[derive(InputObject)]
pub(crate) struct ShipmentBulkCreateInput {
    /// Where they leave from; the default ship-from place where nothing is said.
    pub fulfillment_center: Option<ID>,
    /// The orders.
    pub order_reference_ids: Vec<ID>,
}

/// Where a shipment is set.
#[derive(InputObject)]
pub(crate) struct ShipmentStatusUpdateInput {
    /// Internal.
    pub note: Option<String>,
    /// The shipment.
    pub shipment: ID,
    /// VOIDED is final and voids its label first.
    pub status: ShipmentStatusType,
    /// Refuse unless the order is at this version.
    pub expected_version: Option<i64>,
}

/// How labels are bought for the shipments that this request made.
#[derive(Default, InputObject)]
pub(crate) struct LabelCreateWorkflowInput {
    pub label_file_type: Option<LabelFileType>,
    pub label_size: Option<LabelSize>,
    /// The shipment; those that this request made where nothing is said.
    pub shipment: Option<ID>,
    /// The carrier's service; the shipment's own where nothing is said.
    pub service_level: Option<String>,
    /// The carrier account that the label is bought with.
    pub carrier_account: Option<String>,
}

/// Another total of an order.
#[derive(InputObject)]
pub(crate) struct OrderUpdateAmountSubtotalsInput {
    /// What the shopper was charged in all, in the order's currency. The parts stay as they are: what is more or less than
    /// their sum is the variance. Once money was captured it stays; refund the difference instead.
    pub grand_total: Option<Decimal>,
    pub order_id: ID,
}
