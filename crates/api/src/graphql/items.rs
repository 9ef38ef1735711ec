//! What was bought.

use async_graphql::{ComplexObject, Context, ID, Result, SimpleObject};
use domain::event::EventKind;
use domain::ids::ItemId;
use domain::order::Item as Line;

use super::enums::{ItemMeasurementType, ItemUnitOfMeasure, Mode};
use super::ids;
use super::scalars::{CountryCode, CurrencyCode, DateTime, Decimal, kept};
use super::sold::{Sold, Stamp};

/// A line of an order.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct Item {
    id: ID,
    /// What one was sold for.
    amount: Decimal,
    currency_code: CurrencyCode,
    name: Option<String>,
    /// The shop's stock-keeping unit.
    sku: Option<String>,
    /// The stock-keeping unit where there is one, else the item's own id.
    product_id: String,
    /// How many still belong to the order.
    quantity: i64,
    /// What customs reads.
    customs_description: Option<String>,
    description: Option<String>,
    hs_code: Option<String>,
    country_of_origin: Option<CountryCode>,
    /// Its weight, where that is known.
    measurements: Option<Vec<Option<ItemMeasurement>>>,
    mode: Mode,
    organization: ID,
    created_at: DateTime,
    created_by: ID,
    /// What customs is told that one is worth.
    declared_amount: Decimal,
    /// How many were sold, those removed since among them.
    quantity_sold: i64,
    #[graphql(skip)]
    item: ItemId,
    #[graphql(skip)]
    sold: Sold,
}

/// A measurement of one item.
#[derive(SimpleObject)]
pub(crate) struct ItemMeasurement {
    #[graphql(name = "type")]
    kind: ItemMeasurementType,
    unit_of_measure: ItemUnitOfMeasure,
    value: Decimal,
}

/// Every line of an order.
pub(crate) fn items(sold: &Sold) -> Vec<Item> {
    sold.items.iter().map(|line| item(sold, line)).collect()
}

/// A line of an order.
pub(crate) fn item(sold: &Sold, line: &Line) -> Item {
    let (id, stamp) = (ids::item(&sold.id, &line.id), sold.taken_in());
    let sku = kept(&line.sku);
    let weight = (line.weight_g > 0).then(|| {
        vec![Some(ItemMeasurement {
            kind: ItemMeasurementType::Weight,
            unit_of_measure: ItemUnitOfMeasure::Gram,
            value: Decimal::whole(line.weight_g),
        })]
    });
    let declared = &line.declared;
    Item {
        product_id: sku.clone().unwrap_or_else(|| id.to_string()),
        id,
        amount: Decimal::of(line.unit_price_minor, sold.currency()),
        currency_code: CurrencyCode(sold.currency()),
        name: kept(&line.name),
        sku,
        quantity: line.remaining().into(),
        customs_description: kept(&declared.description),
        description: kept(&declared.description).or_else(|| kept(&line.name)),
        hs_code: kept(&declared.hs_code),
        country_of_origin: CountryCode::kept(&declared.origin),
        measurements: weight,
        mode: sold.mode.into(),
        organization: ID(sold.organization_id.0.clone()),
        created_at: stamp.at,
        created_by: stamp.by,
        declared_amount: Decimal::of(declared.unit_price_minor, sold.currency()),
        quantity_sold: line.quantity.into(),
        item: line.id.clone(),
        sold: sold.clone(),
    }
}

impl Item {
    async fn changed(&self, context: &Context<'_>) -> Result<Stamp> {
        let is_about = |kind: &EventKind| match kind {
            EventKind::ItemDeclared { item, .. } => *item == self.item,
            EventKind::ItemsRemoved { items } => items.iter().any(|(item, _)| *item == self.item),
            _ => false,
        };
        Ok(self.sold.last(context, is_about).await?)
    }
}

#[ComplexObject]
impl Item {
    async fn updated_at(&self, context: &Context<'_>) -> Result<DateTime> {
        Ok(self.changed(context).await?.at)
    }

    async fn updated_by(&self, context: &Context<'_>) -> Result<ID> {
        Ok(self.changed(context).await?.by)
    }
}

/// Items in a parcel, or still to be sent.
#[derive(SimpleObject)]
pub(crate) struct FulfillmentItem {
    item: Item,
    quantity: i64,
}

/// These quantities of an order's items.
pub(crate) fn quantities(sold: &Sold, of: &[(ItemId, u32)]) -> Vec<FulfillmentItem> {
    let each = of.iter().filter_map(|(id, quantity)| {
        Some(FulfillmentItem {
            item: item(sold, sold.item(id)?),
            quantity: i64::from(*quantity),
        })
    });
    each.collect()
}
