//! Shipments of an order with their labels and tracking numbers.

use async_graphql::{ComplexObject, Context, Enum, ID, Object, Result, SimpleObject};
use domain::event::EventKind;
use domain::ids::ShipmentId;
use domain::shipment::{Label as Bought, Shipment as Sent};

use super::enums::{DimensionalUnitCode, Mode, ShipmentStatusType, ShipmentType, WeightUnitCode};
use super::ids::within;
use super::items::{FulfillmentItem, Item, item, quantities};
use super::labels::Label;
use super::order::Order;
use super::parties::{Location, Party, destination, parties};
use super::scalars::{CountryCode, DateTime, Decimal, kept};
use super::sold::{Sold, Stamp};
use super::workflow::enums::PackagingOptionSource;

/// Items on their way together.
pub(crate) struct Shipment {
    pub sold: Sold,
    /// Its place among those of its order.
    pub index: usize,
}

/// Every shipment of an order, oldest first.
pub(crate) fn shipments(sold: &Sold) -> Vec<Shipment> {
    let each = (0..sold.shipments.len()).map(|index| Shipment {
        sold: sold.clone(),
        index,
    });
    each.collect()
}

/// One shipment of an order.
pub(crate) fn shipment(sold: &Sold, id: &ShipmentId) -> Option<Shipment> {
    let index = sold.shipments.iter().position(|known| known.id == *id)?;
    Some(Shipment {
        sold: sold.clone(),
        index,
    })
}

/// The part of an identifier that is the shipment's.
fn bare(id: &ShipmentId) -> &str {
    id.as_str()
        .strip_prefix(ShipmentId::PREFIX)
        .unwrap_or(id.as_str())
}

impl Shipment {
    pub(crate) fn sent(&self) -> &Sent {
        &self.sold.shipments[self.index]
    }

    async fn made(&self, context: &Context<'_>) -> Result<Stamp> {
        let id = &self.sent().id;
        let is_about = |kind: &EventKind| matches!(kind, EventKind::ShipmentAdded { shipment } if shipment.id == *id);
        Ok(self.sold.last(context, is_about).await?)
    }

    fn trackings(&self) -> Vec<Tracking> {
        let sent = self.sent();
        let each = sent.tracking.iter().map(|tracking| Tracking {
            id: within("tracking_", &self.sold.id, &tracking.number),
            number: tracking.number.clone(),
            carrier: kept(&tracking.carrier),
        });
        each.collect()
    }
}

#[Object]
impl Shipment {
    async fn id(&self) -> ID {
        ID(self.sent().id.0.clone())
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.sent().created_at)
    }

    async fn created_by(&self, context: &Context<'_>) -> Result<ID> {
        Ok(self.made(context).await?.by)
    }

    /// What customs is told that it is worth.
    async fn declared_value(&self) -> Option<Decimal> {
        let worth = self.sent().items.iter().map(|(id, quantity)| {
            let declared = self.sold.item(id)?.declared.unit_price_minor;
            declared.checked_mul(i64::from(*quantity))
        });
        let sum = worth.into_iter().sum::<Option<i64>>()?;
        Some(Decimal::of(sum, self.sold.currency()))
    }

    async fn order(&self) -> Option<Order> {
        Some(Order(self.sold.clone()))
    }

    async fn parties(&self) -> Vec<Party> {
        parties(&self.sold)
    }

    async fn service_level(&self, context: &Context<'_>) -> Result<ServiceLevel> {
        let (sent, made) = (self.sent(), self.made(context).await?);
        let carrier = sent.tracking.first().map(|tracking| &tracking.carrier);
        let (code, carrier) = match &sent.label {
            Some(label) => (label.service.clone(), Some(&label.account)),
            None => (BY_HAND.to_owned(), carrier),
        };
        let name = match &sent.label {
            Some(label) => label.service.clone(),
            None => "Tracking number added by hand".to_owned(),
        };
        let carrier = carrier.filter(|carrier| !carrier.is_empty());
        Ok(ServiceLevel {
            id: within("service_level_", &self.sold.id, bare(&sent.id)),
            code,
            carrier_api_code: carrier.cloned().unwrap_or_else(|| BY_HAND.to_owned()),
            name,
            created_at: made.at,
            created_by: made.by.clone(),
            updated_at: made.at,
            updated_by: made.by,
        })
    }

    /// The box of its label; empty where the parcel was sent without one from here.
    async fn shipment_cartons(&self) -> Vec<ShipmentCarton> {
        let label = self.sent().label.as_ref();
        label
            .map(|label| ShipmentCarton::of(self, label))
            .into_iter()
            .collect()
    }

    async fn shipment_date(&self) -> Option<DateTime> {
        let sent = self.sent();
        sent.is_shipped().then_some(DateTime(sent.created_at))
    }

    /// The desk ships across borders.
    async fn shipment_type(&self) -> ShipmentType {
        ShipmentType::International
    }

    async fn status(&self) -> ShipmentStatusType {
        self.sent().state.into()
    }

    async fn status_transitions(
        &self,
        context: &Context<'_>,
    ) -> Result<Vec<ShipmentStatusTransition>> {
        let id = &self.sent().id;
        let history = self.sold.history(context).await?;
        let told = history.iter().filter_map(|event| {
            let (state, note) = match &event.kind {
                EventKind::ShipmentAdded { shipment } if shipment.id == *id => {
                    (shipment.state, None)
                }
                EventKind::ShipmentChanged {
                    shipment, to, note, ..
                } if shipment == id => (*to, kept(note)),
                _ => return None,
            };
            Some(ShipmentStatusTransition {
                changed_at: DateTime(event.at),
                note,
                status: state.into(),
            })
        });
        Ok(told.collect())
    }

    /// Its first tracking number.
    async fn tracking(&self) -> Option<Tracking> {
        self.trackings().into_iter().next()
    }

    async fn tracking_details(&self) -> Vec<Tracking> {
        self.trackings()
    }

    /// What is in it.
    async fn items(&self) -> Vec<FulfillmentItem> {
        quantities(&self.sold, &self.sent().items)
    }
}

/// What a service or carrier is called that nobody told.
const BY_HAND: &str = "by_hand";

/// How a carrier carries it.
#[derive(SimpleObject)]
pub(crate) struct ServiceLevel {
    id: ID,
    code: String,
    carrier_api_code: String,
    name: String,
    created_at: DateTime,
    created_by: ID,
    updated_at: DateTime,
    updated_by: ID,
}

/// A change of a shipment's status.
#[derive(SimpleObject)]
pub(crate) struct ShipmentStatusTransition {
    changed_at: DateTime,
    note: Option<String>,
    status: ShipmentStatusType,
}

/// A number that a carrier follows a parcel by.
#[derive(SimpleObject)]
pub(crate) struct Tracking {
    id: ID,
    number: String,
    /// The carrier, where it is known.
    carrier: Option<String>,
}

/// A box of a shipment with its label.
#[derive(SimpleObject)]
pub(crate) struct ShipmentCarton {
    id: ID,
    carton: Carton,
    label: Option<Label>,
    tracking: Option<Tracking>,
}

impl ShipmentCarton {
    fn of(shipment: &Shipment, label: &Bought) -> Self {
        let id = within(
            "shipment_carton_",
            &shipment.sold.id,
            bare(&shipment.sent().id),
        );
        Self {
            label: Label::of(shipment, label, &id),
            carton: carton(shipment, label),
            tracking: shipment.trackings().into_iter().next(),
            id,
        }
    }
}

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
    /// What the item is called on a label.
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

/// The boxes of an order's labels.
pub(crate) fn cartons(sold: &Sold) -> Vec<Carton> {
    let each = shipments(sold).into_iter().filter_map(|shipment| {
        let label = shipment.sent().label.as_ref()?;
        Some(carton(&shipment, label))
    });
    each.collect()
}

fn carton(shipment: &Shipment, label: &Bought) -> Carton {
    let (sold, sent) = (&shipment.sold, shipment.sent());
    let items = sent.items.iter().filter_map(|(id, quantity)| {
        let line = sold.item(id)?;
        Some(CartonItem {
            item: item(sold, line),
            quantity: i64::from(*quantity),
            country_of_origin: CountryCode::kept(&line.declared.origin),
            hs_code: kept(&line.declared.hs_code),
            weight: Decimal::whole(line.weight_g),
            weight_unit: WeightUnitCode::Gram,
            dimensional_unit: DimensionalUnitCode::Millimeter,
            height: Decimal::whole(0),
            length: Decimal::whole(0),
            width: Decimal::whole(0),
            label_name: kept(&line.name),
            kind: PackagingType::Package,
        })
    });
    let parcel = label.parcel;
    Carton {
        id: within("carton_", &sold.id, bare(&sent.id)),
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
        of: BoxOf::Shipment(Shipment {
            sold: sold.clone(),
            index: shipment.index,
        }),
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
