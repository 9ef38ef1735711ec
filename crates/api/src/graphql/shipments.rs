//! Shipments of an order with their labels and tracking numbers.

use async_graphql::{ComplexObject, Context, Enum, ID, Object, Result, SimpleObject};
use domain::event::EventKind;
use domain::ids::ShipmentId;
use domain::shipment::Shipment as Sent;
use domain::shipment_details::Carton as Boxed;
use jiff::Timestamp;

use super::enums::{DimensionalUnitCode, Mode, ShipmentStatusType, ShipmentType, WeightUnitCode};
use super::fulfillment_centers::{FulfillmentCenter, left_from, origin};
use super::ids::within;
use super::items::{FulfillmentItem, Item, item, quantities};
use super::order::Order;
use super::parties::{Location, Party, destination, parties};
use super::scalars::{CountryCode, DateTime, Decimal, kept};
use super::ship_enums::ShipmentSpecialService;
use super::shipment_cartons::{
    CustomsDocument, ShipmentCarton, Tracking, shipment_cartons, trackings,
};
use super::sold::{Sold, Stamp};

/// Items on their way together.
#[derive(Clone)]
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

/// What names a box of a shipment within its order.
pub(super) fn part(id: &ShipmentId, index: usize) -> String {
    match index {
        0 => bare(id).to_owned(),
        more => format!("{}_{more}", bare(id)),
    }
}

impl Shipment {
    pub(crate) fn sent(&self) -> &Sent {
        &self.sold.shipments[self.index]
    }

    pub(crate) async fn made(&self, context: &Context<'_>) -> Result<Stamp> {
        let id = &self.sent().id;
        let is_about = |kind: &EventKind| matches!(kind, EventKind::ShipmentAdded { shipment } if shipment.id == *id);
        Ok(self.sold.last(context, is_about).await?)
    }

    /// The carrier's service, where it is known.
    pub(crate) fn service(&self) -> Option<&str> {
        let sent = self.sent();
        let of_label = sent.label.as_ref().map(|label| &label.service);
        let service = of_label.unwrap_or(&sent.details.service);
        Some(service.as_str()).filter(|service| !service.is_empty())
    }

    /// When it was or is to be handed over; none of one that waits for its label, or is void.
    pub(crate) fn handed_over_at(&self) -> Option<Timestamp> {
        let sent = self.sent();
        let at = sent.details.ships_at.unwrap_or(sent.created_at);
        sent.is_shipped().then_some(at)
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

    /// Papers for customs that were made here: none yet.
    async fn customs_documents(&self) -> Vec<CustomsDocument> {
        Vec::new()
    }

    /// What customs is told that it is worth.
    async fn declared_value(&self) -> Option<Decimal> {
        let sum = || {
            let worth = self.sent().items.iter().map(|(id, quantity)| {
                let declared = self.sold.item(id)?.declared.unit_price_minor;
                declared.checked_mul(i64::from(*quantity))
            });
            worth.into_iter().sum::<Option<i64>>()
        };
        let value = self.sent().details.declared_value_minor.or_else(sum)?;
        Some(Decimal::of(value, self.sold.currency()))
    }

    /// Why no export filing is needed.
    async fn exemption(&self) -> Option<String> {
        kept(&self.sent().details.exemption)
    }

    /// Where it leaves from, as that was when it was made.
    async fn fulfillment_center(&self, context: &Context<'_>) -> Result<Option<FulfillmentCenter>> {
        let Some(departure) = &self.sent().details.departure else {
            return Ok(None);
        };
        let made = self.made(context).await?;
        Ok(Some(left_from(departure, &self.sold, made)))
    }

    /// The number of the export filing.
    async fn itn_number(&self) -> Option<String> {
        kept(&self.sent().details.itn)
    }

    async fn special_services(&self) -> Option<Vec<ShipmentSpecialService>> {
        let services = self.sent().details.services.iter();
        Some(services.map(|service| (*service).into()).collect())
    }

    async fn order(&self) -> Option<Order> {
        Some(Order(self.sold.clone()))
    }

    /// Whom it is sent to, who pays, and where it leaves from.
    async fn parties(&self, context: &Context<'_>) -> Result<Vec<Party>> {
        let mut all = parties(&self.sold);
        if let Some(departure) = &self.sent().details.departure {
            let (sold, made) = (&self.sold, self.made(context).await?);
            all.push(origin(departure, sold.mode, &sold.organization_id, &made));
        }
        Ok(all)
    }

    async fn service_level(&self, context: &Context<'_>) -> Result<ServiceLevel> {
        let (sent, made) = (self.sent(), self.made(context).await?);
        let carrier = sent.tracking.first().map(|tracking| &tracking.carrier);
        let carrier = sent.label.as_ref().map(|label| &label.account).or(carrier);
        let code = self.service().unwrap_or(BY_HAND).to_owned();
        let name = self.service().unwrap_or("Tracking number added by hand");
        let name = name.to_owned();
        let carrier = carrier.filter(|carrier| !carrier.is_empty());
        Ok(ServiceLevel {
            id: within("service_level_", &self.sold.id, bare(&sent.id)),
            code,
            carrier_label_api_code: sent.label.as_ref().map(|label| label.account.clone()),
            parties: None,
            carrier_api_code: carrier.cloned().unwrap_or_else(|| BY_HAND.to_owned()),
            name,
            created_at: made.at,
            created_by: made.by.clone(),
            updated_at: made.at,
            updated_by: made.by,
        })
    }

    /// Its boxes; empty where the parcel was sent without one from here.
    async fn shipment_cartons(&self) -> Vec<ShipmentCarton> {
        shipment_cartons(self)
    }

    async fn shipment_date(&self) -> Option<DateTime> {
        self.handed_over_at().map(DateTime)
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
        trackings(self).into_iter().next()
    }

    async fn tracking_details(&self) -> Vec<Tracking> {
        trackings(self)
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
    /// The carrier account that its label was bought with.
    carrier_label_api_code: Option<String>,
    /// Always null: a carrier is no party here.
    parties: Option<Vec<Option<Party>>>,
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
    id: ID,
    dimensional_unit: DimensionalUnitCode,
    height: Decimal,
    length: Decimal,
    width: Decimal,
    weight: Decimal,
    weight_unit: WeightUnitCode,
    items: Option<Vec<CartonItem>>,
    mode: Mode,
    organization: ID,
    root_id: ID,
    ship_to: Option<Location>,
    #[graphql(name = "type")]
    kind: PackagingType,
    created_at: DateTime,
    updated_at: DateTime,
    #[graphql(skip)]
    shipment: Shipment,
}

/// An item in a box.
#[derive(SimpleObject)]
pub(crate) struct CartonItem {
    item: Item,
    quantity: i64,
    country_of_origin: Option<CountryCode>,
    hs_code: Option<String>,
    /// What the label calls it, where that is not its own name.
    label_name: Option<String>,
    /// Of one.
    weight: Decimal,
    weight_unit: WeightUnitCode,
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
        shipment: shipment.clone(),
    }
}

#[ComplexObject]
impl Carton {
    async fn created_by(&self, context: &Context<'_>) -> Result<ID> {
        Ok(self.shipment.made(context).await?.by)
    }

    async fn updated_by(&self, context: &Context<'_>) -> Result<ID> {
        Ok(self.shipment.made(context).await?.by)
    }
}
