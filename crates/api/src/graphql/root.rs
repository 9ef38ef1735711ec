//! What was calculated for an order and is shown with it: its root, its shipping and its landed cost, as they were
//! charged.

use async_graphql::{ComplexObject, Enum, ID, SimpleObject};
use domain::coverage::Cover;
use domain::money::Currency;

use super::enums::Mode;
use super::ids::within;
use super::items::{Item, items};
use super::order::Order;
use super::parties::{Location, Party, destination, parties};
use super::scalars::{CurrencyCode, DateTime, Decimal};
use super::shipments::{Carton, Shipment, cartons, shipments};
use super::sold::Sold;

/// What is after the order's letters where an order has one of a kind.
const CHARGED: &str = "charged";

/// What everything of one sale hangs on.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Root {
    id: ID,
    #[graphql(skip)]
    sold: Sold,
}

/// The identifier of an order's root.
pub(crate) fn id(sold: &Sold) -> ID {
    within("root_", &sold.id, CHARGED)
}

/// The root of an order.
pub(crate) fn root(sold: &Sold) -> Root {
    Root {
        id: id(sold),
        sold: sold.clone(),
    }
}

#[ComplexObject]
impl Root {
    async fn cartons(&self) -> Option<Vec<Option<Carton>>> {
        Some(cartons(&self.sold).into_iter().map(Some).collect())
    }

    /// The rate that the order was sold at; empty where it was sold in the organization's own currency.
    async fn exchange_rates(&self) -> Vec<ExchangeRate> {
        exchange_rate(&self.sold).into_iter().collect()
    }

    async fn items(&self) -> Option<Vec<Option<Item>>> {
        Some(items(&self.sold).into_iter().map(Some).collect())
    }

    async fn landed_costs(&self) -> Option<Vec<Option<LandedCost>>> {
        Some(vec![Some(landed_cost(&self.sold))])
    }

    async fn order(&self) -> Option<Order> {
        Some(Order(self.sold.clone()))
    }

    async fn parties(&self) -> Option<Vec<Option<Party>>> {
        Some(parties(&self.sold).into_iter().map(Some).collect())
    }

    /// The first shipment of the order.
    async fn shipment(&self) -> Option<Shipment> {
        shipments(&self.sold).into_iter().next()
    }

    async fn shipment_ratings(&self) -> Option<Vec<Option<ShipmentRating>>> {
        Some(vec![Some(shipment_rating(&self.sold))])
    }
}

/// What one unit of a currency was worth in another.
#[derive(SimpleObject)]
pub(crate) struct ExchangeRate {
    id: ID,
    rate: Decimal,
    source_currency_code: CurrencyCode,
    target_currency_code: CurrencyCode,
    mode: Mode,
    created_at: DateTime,
    created_by: ID,
    /// Who said so.
    source: String,
}

fn exchange_rate(sold: &Sold) -> Option<ExchangeRate> {
    let rate = &sold.rate;
    (rate.presentment != rate.base).then(|| ExchangeRate {
        id: within("exchange_rate_", &sold.id, CHARGED),
        rate: Decimal::exact(rate.rate),
        source_currency_code: CurrencyCode(rate.presentment),
        target_currency_code: CurrencyCode(rate.base),
        mode: sold.mode.into(),
        created_at: DateTime(rate.at),
        created_by: sold.taken_in().by,
        source: rate.source.clone(),
    })
}

/// What was charged for shipping.
#[derive(SimpleObject)]
pub(crate) struct ShipmentRating {
    id: ID,
    amount: Decimal,
    amount_subtotals: ShipmentRatingSubtotals,
    currency_code: CurrencyCode,
    organization: ID,
    ship_to: Option<Location>,
    created_at: DateTime,
    created_by: ID,
    updated_at: DateTime,
    updated_by: ID,
}

/// What shipping is made of.
#[derive(SimpleObject)]
pub(crate) struct ShipmentRatingSubtotals {
    shipping: Decimal,
}

/// The shipping of an order, as it was charged.
pub(crate) fn shipment_rating(sold: &Sold) -> ShipmentRating {
    let (amount, stamp) = (Charged::of(sold).shipping, sold.taken_in());
    ShipmentRating {
        id: within("shipment_rating_", &sold.id, CHARGED),
        amount_subtotals: ShipmentRatingSubtotals {
            shipping: amount.clone(),
        },
        amount,
        currency_code: CurrencyCode(sold.currency()),
        organization: ID(sold.organization_id.0.clone()),
        ship_to: destination(sold),
        created_at: stamp.at,
        created_by: stamp.by.clone(),
        updated_at: stamp.at,
        updated_by: stamp.by,
    }
}

/// What was charged for import, as the shopper paid it.
#[derive(SimpleObject)]
pub(crate) struct LandedCost {
    id: ID,
    amount_subtotals: Option<LandedCostAmountSubtotals>,
    currency_code: CurrencyCode,
    duties: Vec<Duty>,
    fees: Vec<Fee>,
    taxes: Vec<Tax>,
    landed_cost_guarantee_code: LandedCostGuaranteeCode,
    mode: Mode,
    organization: ID,
    root: Option<Root>,
    root_id: ID,
    created_at: DateTime,
    created_by: ID,
    updated_at: DateTime,
    updated_by: ID,
}

/// A landed cost in its parts; the total is without goods and shipping.
#[derive(SimpleObject)]
pub(crate) struct LandedCostAmountSubtotals {
    discounts: Option<Decimal>,
    duties: Decimal,
    fees: Decimal,
    items: Decimal,
    landed_cost_total: Decimal,
    shipping: Decimal,
    taxes: Decimal,
}

/// Who promises that a landed cost holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum LandedCostGuaranteeCode {
    InclusivePrice,
    /// Nobody, or not any more.
    NotApplicable,
    PostalDdp,
    PostalDdpInclusivePrice,
    /// Whoever runs the desk.
    Zonos,
}

/// What a line of a landed cost is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum LandedCostFeeType {
    Duty,
    Other,
    Tax,
}

/// The landed cost of an order, as it was charged.
pub(crate) fn landed_cost(sold: &Sold) -> LandedCost {
    let (charged, stamp) = (Charged::of(sold), sold.taken_in());
    let amounts = &sold.amounts;
    let guarantee = match sold.coverage.guarantee.state {
        Cover::Covered | Cover::AtRisk => LandedCostGuaranteeCode::Zonos,
        Cover::Void | Cover::None => LandedCostGuaranteeCode::NotApplicable,
    };
    LandedCost {
        id: within("landed_cost_", &sold.id, CHARGED),
        currency_code: CurrencyCode(sold.currency()),
        duties: Line::of(sold, amounts.duties_minor, LandedCostFeeType::Duty)
            .map(Duty::from)
            .collect(),
        fees: Line::of(sold, amounts.fees_minor, LandedCostFeeType::Other)
            .map(Fee::from)
            .collect(),
        taxes: Line::of(sold, amounts.taxes_minor, LandedCostFeeType::Tax)
            .map(Tax::from)
            .collect(),
        amount_subtotals: Some(LandedCostAmountSubtotals {
            discounts: Some(charged.discounts),
            duties: charged.duties,
            fees: charged.fees,
            items: charged.items,
            landed_cost_total: charged.landed_cost_total,
            shipping: charged.shipping,
            taxes: charged.taxes,
        }),
        landed_cost_guarantee_code: guarantee,
        mode: sold.mode.into(),
        organization: ID(sold.organization_id.0.clone()),
        root: Some(root(sold)),
        root_id: id(sold),
        created_at: stamp.at,
        created_by: stamp.by.clone(),
        updated_at: stamp.at,
        updated_by: stamp.by,
    }
}

/// A line of a landed cost, whatever it is for.
struct Line {
    amount: Decimal,
    currency: Currency,
    formula: String,
    kind: LandedCostFeeType,
}

/// What is said of a line that was calculated elsewhere.
const NOTE: &str = "as the shopper was charged; how it was calculated is not kept here";

impl Line {
    /// One line where anything was charged.
    fn of(sold: &Sold, minor: i64, kind: LandedCostFeeType) -> impl Iterator<Item = Self> {
        let line = (minor != 0).then(|| Self {
            amount: Decimal::of(minor, sold.currency()),
            currency: sold.currency(),
            formula: sold.money(minor).to_string(),
            kind,
        });
        line.into_iter()
    }
}

/// The same fields under the names that the interface has for each of the three.
macro_rules! lines {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub(crate) struct $name {
            amount: Decimal,
            currency: CurrencyCode,
            currency_code: CurrencyCode,
            formula: String,
            note: Option<String>,
            #[graphql(name = "type")]
            kind: LandedCostFeeType,
        }

        impl From<Line> for $name {
            fn from(line: Line) -> Self {
                Self {
                    amount: line.amount,
                    currency: CurrencyCode(line.currency),
                    currency_code: CurrencyCode(line.currency),
                    formula: line.formula,
                    note: Some(NOTE.to_owned()),
                    kind: line.kind,
                }
            }
        }
    )*};
}

lines! {
    /// A duty.
    Duty;
    /// A fee of import.
    Fee;
    /// A tax of import.
    Tax;
}

/// What was charged, as exact decimals.
pub(crate) struct Charged {
    pub discounts: Decimal,
    pub duties: Decimal,
    pub fees: Decimal,
    pub items: Decimal,
    pub landed_cost_total: Decimal,
    pub shipping: Decimal,
    pub taxes: Decimal,
    pub total: Decimal,
    pub variance: Decimal,
}

impl Charged {
    pub fn of(sold: &Sold) -> Self {
        let amounts = &sold.amounts;
        let decimal = |minor| Decimal::of(minor, sold.currency());
        Self {
            discounts: decimal(amounts.discounts_minor),
            duties: decimal(amounts.duties_minor),
            fees: decimal(amounts.fees_minor),
            items: decimal(amounts.items_minor),
            landed_cost_total: decimal(amounts.landed_cost_minor()),
            shipping: decimal(amounts.shipping_minor),
            taxes: decimal(amounts.taxes_minor),
            total: decimal(amounts.total_minor()),
            variance: decimal(amounts.variance_minor),
        }
    }
}
