//! Shipments of an order with their labels and tracking numbers.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::event::EventKind;
use domain::ids::ShipmentId;
use domain::shipment::Shipment as Sent;
use jiff::Timestamp;

use super::enums::{ShipmentStatusType, ShipmentType};
use super::fulfillment_centers::{FulfillmentCenter, left_from, origin};
use super::ids::within;
use super::items::{FulfillmentItem, quantities};
use super::order::Order;
use super::parties::{Party, parties};
use super::scalars::{DateTime, Decimal, kept};
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
