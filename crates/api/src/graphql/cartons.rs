//! Boxes: those of a sale before it is an order, and those of shipments.

use async_graphql::{ComplexObject, Context, Enum, ID, Result, SimpleObject};
use domain::shipment::Shipment as Sent;
use domain::shipment_details::Carton as Boxed;

use super::enums::{DimensionalUnitCode, Mode, WeightUnitCode};
use super::ids::within;
use super::items::{Item, item};
use super::parties::{Location, destination};
use super::scalars::{CountryCode, DateTime, Decimal, kept};
use super::shipments::{Shipment, part, shipments};
use super::sold::Sold;
use super::workflow::enums::PackagingOptionSource;

/// What a box is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum PackagingType {
    Envelope,
    Flat,
    Package,
    Pak,
    Parcel,
    Polybag,
    Tube,
}

/// A box as it is handed over.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Carton {
    pub id: ID,
    pub dimensional_unit: DimensionalUnitCode,
    pub height: Decimal,
    pub length: Decimal,
    pub width: Decimal,
    pub weight: Decimal,
    pub weight_unit: WeightUnitCode,
    pub items: Option<Vec<CartonItem>>,
    pub mode: Mode,
    pub organization: ID,
    pub root_id: ID,
    pub ship_to: Option<Location>,
    #[graphql(name = "type")]
    pub kind: PackagingType,
    pub created_at: DateTime,
    pub updated_at: DateTime,
    /// What the team calls this kind of box.
    pub name: Option<String>,
    pub ship_from: Option<Location>,
    pub source: Option<PackagingOptionSource>,
    #[graphql(skip)]
    pub of: BoxOf,
}

/// Whose a box is.
pub(crate) enum BoxOf {
    /// A shipment's.
    Shipment(Shipment),
    /// Told or packed for a sale by whom this names.
    Sale(ID),
}

/// An item in a box. Sides that are not known are 0.
#[derive(SimpleObject)]
pub(crate) struct CartonItem {
    pub dimensional_unit: DimensionalUnitCode,
    pub height: Decimal,
    pub length: Decimal,
    pub width: Decimal,
    /// What the label calls it, where that is not its own name.
    pub label_name: Option<String>,
    #[graphql(name = "type")]
    pub kind: PackagingType,
    pub item: Item,
    pub quantity: i64,
    pub country_of_origin: Option<CountryCode>,
    pub hs_code: Option<String>,
    /// Of one.
    pub weight: Decimal,
    pub weight_unit: WeightUnitCode,
}

/// The boxes of an order's shipments.
pub(crate) fn cartons(sold: &Sold) -> Vec<Carton> {
    let each = shipments(sold).into_iter().flat_map(|shipment| {
        let boxes = boxes(shipment.sent()).into_iter().enumerate();
        let cartons = boxes.map(|(index, one)| carton(&shipment, index, &one));
        cartons.collect::<Vec<_>>()
    });
    each.collect()
}

/// The boxes of a shipment: as they were told, else the one of its label.
pub(super) fn boxes(sent: &Sent) -> Vec<Boxed> {
    let label = sent.label.as_ref();
    match (sent.details.cartons.as_slice(), label) {
        ([], None) => Vec::new(),
        ([], Some(label)) => vec![Boxed {
            parcel: label.parcel,
            items: sent.items.clone(),
            ..Boxed::default()
        }],
        // A label says what its box weighs, where nobody else did.
        ([one], Some(label)) => vec![Boxed {
            parcel: label.parcel,
            ..one.clone()
        }],
        (many, _) => many.to_vec(),
    }
}

pub(super) fn carton(shipment: &Shipment, index: usize, boxed: &Boxed) -> Carton {
    let (sold, sent) = (&shipment.sold, shipment.sent());
    let items = boxed.items.iter().filter_map(|(id, quantity)| {
        let line = sold.item(id)?;
        let mut names = boxed.label_names.iter();
        Some(CartonItem {
            item: item(sold, line),
            quantity: i64::from(*quantity),
            country_of_origin: CountryCode::kept(&line.declared.origin),
            hs_code: kept(&line.declared.hs_code),
            label_name: names.find(|(of, _)| of == id).map(|(_, name)| name.clone()),
            weight: Decimal::whole(line.weight_g),
            weight_unit: WeightUnitCode::Gram,
            dimensional_unit: DimensionalUnitCode::Millimeter,
            height: Decimal::whole(0),
            length: Decimal::whole(0),
            width: Decimal::whole(0),
            kind: PackagingType::Package,
        })
    });
    let parcel = boxed.parcel;
    Carton {
        id: within("carton_", &sold.id, &part(&sent.id, index)),
        dimensional_unit: DimensionalUnitCode::Millimeter,
        height: Decimal::whole(parcel.height_mm),
        length: Decimal::whole(parcel.length_mm),
        width: Decimal::whole(parcel.width_mm),
        weight: Decimal::whole(parcel.weight_g),
        weight_unit: WeightUnitCode::Gram,
        items: Some(items.collect()),
        mode: sold.mode.into(),
        organization: ID(sold.organization_id.0.clone()),
        root_id: super::root::id(sold),
        ship_to: destination(sold),
        kind: PackagingType::Package,
        created_at: DateTime(sent.created_at),
        updated_at: DateTime(sent.created_at),
        name: None,
        ship_from: None,
        source: None,
        of: BoxOf::Shipment(shipment.clone()),
    }
}

impl Carton {
    async fn author(&self, context: &Context<'_>) -> Result<ID> {
        match &self.of {
            BoxOf::Shipment(shipment) => Ok(shipment.made(context).await?.by),
            BoxOf::Sale(by) => Ok(by.clone()),
        }
    }
}

#[ComplexObject]
impl Carton {
    /// Null: cartons are not insured one by one.
    async fn amount_insured(&self) -> Option<Decimal> {
        None
    }

    async fn created_by(&self, context: &Context<'_>) -> Result<ID> {
        self.author(context).await
    }

    async fn updated_by(&self, context: &Context<'_>) -> Result<ID> {
        self.author(context).await
    }
}
