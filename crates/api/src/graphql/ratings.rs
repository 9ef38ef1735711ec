//! What shipping costs: as it was told or asked for before a sale, or as it was charged.

use async_graphql::{ID, SimpleObject};
use domain::party::PartyKind;
use domain::roots::Rating;
use jiff::SignedDuration;

use super::cartons::Carton;
use super::ids::within;
use super::parties::{Location, destination};
use super::root::{CHARGED, Charged};
use super::scalars::{CurrencyCode, DateTime, Decimal};
use super::sold::Sold;
use super::workflow::cartons::told_carton;
use super::workflow::enums::{LandedCostMethod, ShipmentAmountType};
use super::workflow::sale::Sale;

/// A price of shipping.
#[derive(SimpleObject)]
pub(crate) struct ShipmentRating {
    id: ID,
    amount: Decimal,
    amount_subtotals: ShipmentRatingSubtotals,
    currency_code: CurrencyCode,
    /// What the carrier asks; null where the price was told.
    details: Option<Vec<ShipmentRatingDetail>>,
    /// What the shopper reads.
    display_name: String,
    /// The latest day, as the carrier says.
    max_transit_at: Option<DateTime>,
    /// The earliest day, as the carrier says.
    min_transit_at: Option<DateTime>,
    /// Null: a sale is sent from one place.
    multiple_ship_from_ratings: Option<Vec<Option<ShipmentRating>>>,
    organization: ID,
    /// as_charged of an order that was quoted elsewhere.
    service_level_code: String,
    ship_from: Option<Location>,
    ship_to: Option<Location>,
    /// The cartons that it was told for.
    shipment_rating_cartons: Vec<ShipmentRatingCarton>,
    /// Null: the desk keeps no profiles of shipping.
    shipping_profile: Option<ShippingProfile>,
    created_at: DateTime,
    created_by: ID,
    updated_at: DateTime,
    updated_by: ID,
}

/// What shipping is made of. Null is what is not told apart.
#[derive(SimpleObject)]
pub(crate) struct ShipmentRatingSubtotals {
    fuel_surcharge: Option<Decimal>,
    insurance_cost: Option<Decimal>,
    other_surcharge: Option<Decimal>,
    shipping: Decimal,
}

/// What a carrier asks.
#[derive(SimpleObject)]
pub(crate) struct ShipmentRatingDetail {
    amount: Decimal,
    carrier_code: String,
    #[graphql(name = "type")]
    kind: ShipmentAmountType,
}

/// A carton that shipping was asked for.
#[derive(SimpleObject)]
pub(crate) struct ShipmentRatingCarton {
    amount_insured: Decimal,
    carton: Carton,
    /// What the carrier charges for, in grams: the greater of the two.
    chargeable_weight: Option<Decimal>,
    /// Null: how volume counts is the organization's setting.
    dimensional_factor: Option<i32>,
    /// By volume, in grams.
    dimensional_weight: Option<Decimal>,
}

/// How shipping is offered.
#[derive(SimpleObject)]
pub(crate) struct ShippingProfile {
    custom_service_level_code: Option<String>,
    id: ID,
    landed_cost_method: Option<LandedCostMethod>,
}

fn plain(shipping: Decimal) -> ShipmentRatingSubtotals {
    ShipmentRatingSubtotals {
        fuel_surcharge: None,
        insurance_cost: None,
        other_surcharge: None,
        shipping,
    }
}

/// The shipping of an order, as it was charged.
pub(crate) fn shipment_rating(sold: &Sold) -> ShipmentRating {
    let (amount, stamp) = (Charged::of(sold).shipping, sold.taken_in());
    ShipmentRating {
        id: within("shipment_rating_", &sold.id, CHARGED),
        amount_subtotals: plain(amount.clone()),
        amount,
        currency_code: CurrencyCode(sold.currency()),
        details: None,
        display_name: "Shipping".to_owned(),
        max_transit_at: None,
        min_transit_at: None,
        multiple_ship_from_ratings: None,
        organization: ID(sold.organization_id.0.clone()),
        service_level_code: "as_charged".to_owned(),
        ship_from: None,
        ship_to: destination(sold),
        shipment_rating_cartons: Vec::new(),
        shipping_profile: None,
        created_at: stamp.at,
        created_by: stamp.by.clone(),
        updated_at: stamp.at,
        updated_by: stamp.by,
    }
}

/// Shipping as it was told or asked for.
pub(crate) fn told_rating(sale: &Sale, rating: &Rating) -> ShipmentRating {
    let offer = &rating.offer;
    let amount = Decimal::of(offer.price.minor, offer.price.currency);
    let (at, by) = (DateTime(rating.told.at), ID(rating.told.by.clone()));
    let on = |days: Option<u32>| {
        let after = SignedDuration::from_hours(24 * i64::from(days?));
        rating.told.at.checked_add(after).ok().map(DateTime)
    };
    let detail = (!offer.carrier.is_empty()).then(|| {
        vec![ShipmentRatingDetail {
            amount: amount.clone(),
            carrier_code: offer.carrier.clone(),
            kind: ShipmentAmountType::PublishedRate,
        }]
    });
    let cartons = sale.root.cartons.iter();
    let cartons = cartons.filter(|carton| rating.cartons.contains(&carton.id));
    let cartons = cartons.map(|one| ShipmentRatingCarton {
        amount_insured: Decimal::whole(0),
        carton: told_carton(sale, one),
        chargeable_weight: Some(Decimal::whole(one.carton.chargeable_g())),
        dimensional_factor: None,
        dimensional_weight: Some(Decimal::whole(one.carton.dimensional_g)),
    });
    ShipmentRating {
        id: ID(rating.id.0.clone()),
        amount_subtotals: plain(amount.clone()),
        amount,
        currency_code: CurrencyCode(offer.price.currency),
        details: detail,
        display_name: offer.name.clone(),
        max_transit_at: on(offer.max_days),
        min_transit_at: on(offer.min_days),
        multiple_ship_from_ratings: None,
        organization: sale.organization.clone(),
        service_level_code: offer.service.clone(),
        ship_from: sale.place(PartyKind::Origin),
        ship_to: sale.place(PartyKind::Destination),
        shipment_rating_cartons: cartons.collect(),
        shipping_profile: None,
        created_at: at,
        created_by: by.clone(),
        updated_at: at,
        updated_by: by,
    }
}
