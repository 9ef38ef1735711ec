//! What everything of one sale hangs on: what was told before there was an order, or the order alone where it was quoted
//! elsewhere.

use async_graphql::{Context, ID, Object, Result};
use engine::{exchange_rates, landed_costs as quotes, orders};

use super::caller::Caller;
use super::cartons::{Carton, cartons};
use super::exchange_rates::{ExchangeRate, charged_rate, held_rate, quoted_rate};
use super::ids::within;
use super::items::{Item, items, told_item};
use super::landed_costs::{LandedCost, landed_cost, quoted_cost};
use super::order::Order;
use super::parties::{Party, parties};
use super::ratings::{ShipmentRating, shipment_rating, told_rating};
use super::scalars::Decimal;
use super::shipments::{Shipment, shipments};
use super::sold::Sold;
use super::workflow::sale::Sale;

/// What is after the order's letters where an order has one of a kind.
pub(super) const CHARGED: &str = "charged";

/// What everything of one sale hangs on.
pub(crate) enum Root {
    /// An order that was quoted elsewhere.
    Charged(Sold),
    /// What was told step by step.
    Told(Sale),
}

/// The identifier of an order's root.
pub(crate) fn id(sold: &Sold) -> ID {
    within("root_", &sold.id, CHARGED)
}

/// The root of an order that was quoted elsewhere.
pub(crate) fn root(sold: &Sold) -> Root {
    Root::Charged(sold.clone())
}

/// The root of what was told.
pub(crate) fn told_root(sale: &Sale) -> Root {
    Root::Told(sale.clone())
}

/// Each of a list that may hold nothing.
fn each<T>(list: impl IntoIterator<Item = T>) -> Option<Vec<Option<T>>> {
    Some(list.into_iter().map(Some).collect())
}

impl Root {
    /// Every landed cost of what was told, oldest first.
    async fn quotes(&self, context: &Context<'_>, sale: &Sale) -> Result<Vec<quotes::Held>> {
        let caller = Caller::of(context);
        let permit = caller.session.permit()?;
        Ok(quotes::of_root(&caller.desk, &permit, &sale.root.id).await?)
    }

    /// The order that was made of it.
    pub async fn sold(&self, context: &Context<'_>) -> Result<Option<Sold>> {
        let sale = match self {
            Self::Charged(sold) => return Ok(Some(sold.clone())),
            Self::Told(sale) => sale,
        };
        let held = self.quotes(context, sale).await?;
        let Some(order) = held.into_iter().find_map(|held| held.order_id) else {
            return Ok(None);
        };
        let caller = Caller::of(context);
        let order = orders::load(&caller.desk, &caller.session.permit()?, &order).await?;
        Ok(Some(Sold::alone(order)))
    }
}

#[Object]
impl Root {
    async fn id(&self) -> ID {
        match self {
            Self::Charged(sold) => id(sold),
            Self::Told(sale) => ID(sale.root.id.0.clone()),
        }
    }

    /// The cartons that count: those of the newest step.
    async fn cartons(&self) -> Option<Vec<Option<Carton>>> {
        match self {
            Self::Charged(sold) => each(cartons(sold)),
            Self::Told(sale) => each(sale.cartons()),
        }
    }

    /// The rates that are held for it, and those that its landed costs hold.
    async fn exchange_rates(&self, context: &Context<'_>) -> Result<Vec<ExchangeRate>> {
        let sale = match self {
            Self::Charged(sold) => return Ok(charged_rate(sold).into_iter().collect()),
            Self::Told(sale) => sale,
        };
        let caller = Caller::of(context);
        let permit = caller.session.permit()?;
        let held = exchange_rates::of_root(&caller.desk, &permit, &sale.root.id).await?;
        let quoted = self.quotes(context, sale).await?;
        let quoted = quoted
            .iter()
            .filter_map(|held| quoted_rate(&held.landed_cost));
        Ok(held.iter().map(held_rate).chain(quoted).collect())
    }

    async fn items(&self) -> Option<Vec<Option<Item>>> {
        match self {
            Self::Charged(sold) => each(items(sold)),
            Self::Told(sale) => each(sale.root.items.iter().map(|item| told_item(sale, item))),
        }
    }

    /// Oldest first.
    async fn landed_costs(&self, context: &Context<'_>) -> Result<Option<Vec<Option<LandedCost>>>> {
        let sale = match self {
            Self::Charged(sold) => return Ok(each([landed_cost(sold)])),
            Self::Told(sale) => sale,
        };
        let held = self.quotes(context, sale).await?;
        Ok(each(held.iter().map(|held| quoted_cost(held, sale))))
    }

    /// The order that was made of it, once there is one.
    async fn order(&self, context: &Context<'_>) -> Result<Option<Order>> {
        Ok(self.sold(context).await?.map(Order))
    }

    /// As they were told.
    async fn parties(&self) -> Option<Vec<Option<Party>>> {
        match self {
            Self::Charged(sold) => each(parties(sold)),
            Self::Told(sale) => each(sale.parties()),
        }
    }

    /// The first shipment of the order.
    async fn shipment(&self, context: &Context<'_>) -> Result<Option<Shipment>> {
        let sold = self.sold(context).await?;
        Ok(sold.and_then(|sold| shipments(&sold).into_iter().next()))
    }

    /// What shipping costs by the newest step.
    async fn shipment_ratings(&self) -> Option<Vec<Option<ShipmentRating>>> {
        match self {
            Self::Charged(sold) => each([shipment_rating(sold)]),
            Self::Told(sale) => each(sale.root.offers().iter().map(|one| told_rating(sale, one))),
        }
    }
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
