//! What was bought.

use async_graphql::{ComplexObject, Context, ID, Result, SimpleObject};
use domain::event::EventKind;
use domain::goods::Goods;
use domain::ids::ItemId;
use domain::order::Item as Line;
use domain::roots::RootItem;

use super::enums::{ItemMeasurementType, ItemUnitOfMeasure, Mode};
use super::ids;
use super::scalars::{CountryCode, CurrencyCode, DateTime, Decimal, kept};
use super::sold::{Sold, Stamp};
use super::workflow::enums::{
    DutyTaxFeeConfiguration, ItemType, ItemValueSource, PackingPreference,
};
use super::workflow::sale::Sale;

/// A line of an order, or goods that were told to become one.
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
    /// How many still belong to the order.
    quantity: i64,
    /// What customs reads.
    customs_description: Option<String>,
    description: Option<String>,
    hs_code: Option<String>,
    country_of_origin: Option<CountryCode>,
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
    of: Whose,
}

/// Whose an item is.
enum Whose {
    /// An order's.
    Order(Sold, u32),
    /// Nobody's yet: told for a sale.
    Sale(Sale),
}

/// A measurement of one item.
#[derive(SimpleObject)]
pub(crate) struct ItemMeasurement {
    source: ItemValueSource,
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
    let declared = &line.declared;
    Item {
        id,
        amount: Decimal::of(line.unit_price_minor, sold.currency()),
        currency_code: CurrencyCode(sold.currency()),
        name: kept(&line.name),
        sku: kept(&line.sku),
        quantity: line.remaining().into(),
        customs_description: kept(&declared.description),
        description: kept(&declared.description).or_else(|| kept(&line.name)),
        hs_code: kept(&declared.hs_code),
        country_of_origin: CountryCode::kept(&declared.origin),
        mode: sold.mode.into(),
        organization: ID(sold.organization_id.0.clone()),
        created_at: stamp.at,
        created_by: stamp.by,
        declared_amount: Decimal::of(declared.unit_price_minor, sold.currency()),
        quantity_sold: line.quantity.into(),
        item: line.id.clone(),
        of: Whose::Order(sold.clone(), line.weight_g),
    }
}

/// Goods that were told for a sale.
pub(crate) fn told_item(sale: &Sale, told: &RootItem) -> Item {
    let (goods, price) = (&told.goods, told.goods.price);
    let amount = Decimal::of(price.minor, price.currency);
    Item {
        id: ID(told.id.0.clone()),
        amount: amount.clone(),
        currency_code: CurrencyCode(price.currency),
        name: kept(&goods.name),
        sku: kept(&goods.sku),
        quantity: goods.quantity.into(),
        customs_description: kept(&goods.description),
        description: kept(&goods.description).or_else(|| kept(&goods.name)),
        hs_code: kept(&goods.hs_code),
        country_of_origin: CountryCode::kept(&goods.origin),
        mode: sale.root.mode.into(),
        organization: sale.organization.clone(),
        created_at: DateTime(told.told.at),
        created_by: ID(told.told.by.clone()),
        declared_amount: amount,
        quantity_sold: goods.quantity.into(),
        item: told.id.clone(),
        of: Whose::Sale(sale.clone()),
    }
}

impl Item {
    async fn changed(&self, context: &Context<'_>) -> Result<Stamp> {
        let Whose::Order(sold, _) = &self.of else {
            return Ok(Stamp {
                at: self.created_at,
                by: self.created_by.clone(),
            });
        };
        let is_about = |kind: &EventKind| match kind {
            EventKind::ItemDeclared { item, .. } => *item == self.item,
            EventKind::ItemsRemoved { items } => items.iter().any(|(item, _)| *item == self.item),
            _ => false,
        };
        Ok(sold.last(context, is_about).await?)
    }

    /// What was told of it before there was an order, where that is kept.
    async fn goods<'a>(&'a self, context: &Context<'_>) -> Result<Option<&'a Goods>> {
        let sale = match &self.of {
            Whose::Sale(sale) => Some(sale),
            Whose::Order(sold, _) => sold.quoted(context).await?.map(|quoted| &quoted.sale),
        };
        let known = sale.and_then(|sale| sale.root.item(&self.item));
        Ok(known.map(|known| &known.goods))
    }
}

/// Pairs that were told; null where nothing is known of any.
macro_rules! pairs {
    ($goods:expr, $list:ident, $object:ident) => {
        $goods.map(|goods| {
            let each = goods.$list.iter().map(|pair| {
                Some($object {
                    key: kept(&pair.key),
                    value: kept(&pair.value),
                })
            });
            each.collect()
        })
    };
}

/// What an item is like.
#[derive(SimpleObject)]
pub(crate) struct ItemAttribute {
    key: Option<String>,
    value: Option<String>,
}

/// What a program keeps with an item.
#[derive(SimpleObject)]
pub(crate) struct ItemMetadata {
    key: Option<String>,
    value: Option<String>,
}

#[ComplexObject]
impl Item {
    /// Null: prices are told without what is due at import.
    async fn amount_inclusive(&self) -> Option<Decimal> {
        None
    }

    /// Null where the item was not told through a workflow.
    async fn attributes(
        &self,
        context: &Context<'_>,
    ) -> Result<Option<Vec<Option<ItemAttribute>>>> {
        Ok(pairs!(
            self.goods(context).await?,
            attributes,
            ItemAttribute
        ))
    }

    /// Null where no country is known, or the item was not told through a workflow.
    async fn country_of_origin_source(
        &self,
        context: &Context<'_>,
    ) -> Result<Option<ItemValueSource>> {
        let goods = self.goods(context).await?;
        let goods = goods.filter(|goods| !goods.origin.is_empty());
        Ok(goods.map(|_| ItemValueSource::ApiRequest))
    }

    /// What counts for it; null where nothing was said.
    async fn duty_tax_fee_configuration(
        &self,
        context: &Context<'_>,
    ) -> Result<Option<DutyTaxFeeConfiguration>> {
        let goods = self.goods(context).await?;
        Ok(goods.and_then(|goods| goods.levies).map(Into::into))
    }

    /// Null where no code is known, or the item was not told through a workflow.
    async fn hs_code_source(&self, context: &Context<'_>) -> Result<Option<ItemValueSource>> {
        let goods = self.goods(context).await?;
        let goods = goods.filter(|goods| !goods.hs_code.is_empty());
        let source = |goods: &Goods| goods.hs_code_source.map(Into::into);
        Ok(goods.map(|goods| source(goods).unwrap_or(ItemValueSource::ApiRequest)))
    }

    async fn image_url(&self, context: &Context<'_>) -> Result<Option<&str>> {
        let url = self.goods(context).await?.map(|goods| &*goods.image_url);
        Ok(url.filter(|url| !url.is_empty()))
    }

    async fn item_type(&self, context: &Context<'_>) -> Result<Option<ItemType>> {
        let goods = self.goods(context).await?;
        Ok(goods.and_then(|goods| goods.kind).map(Into::into))
    }

    /// As they were told; the weight alone of an item that was not told through a workflow.
    async fn measurements(
        &self,
        context: &Context<'_>,
    ) -> Result<Option<Vec<Option<ItemMeasurement>>>> {
        let told = self.goods(context).await?.map(|goods| &goods.measurements);
        let told = told.into_iter().flatten().map(|one| ItemMeasurement {
            source: ItemValueSource::ApiRequest,
            kind: one.side.into(),
            unit_of_measure: one.unit.into(),
            value: Decimal::exact(one.value),
        });
        let mut all: Vec<_> = told.map(Some).collect();
        if let (Whose::Order(_, weight_g), true) = (&self.of, all.is_empty())
            && *weight_g > 0
        {
            all.push(Some(ItemMeasurement {
                source: ItemValueSource::UserProvided,
                kind: ItemMeasurementType::Weight,
                unit_of_measure: ItemUnitOfMeasure::Gram,
                value: Decimal::whole(*weight_g),
            }));
        }
        Ok((!all.is_empty()).then_some(all))
    }

    /// Null where the item was not told through a workflow.
    async fn metadata(&self, context: &Context<'_>) -> Result<Option<Vec<Option<ItemMetadata>>>> {
        Ok(pairs!(self.goods(context).await?, metadata, ItemMetadata))
    }

    /// Null: all goods may be packed together.
    async fn packing_preference(&self) -> Option<PackingPreference> {
        None
    }

    /// Null: the desk keeps no catalogue.
    async fn parent_product_id(&self) -> Option<String> {
        None
    }

    /// The shop's product where it was told, else the stock-keeping unit, else the item's own id.
    async fn product_id(&self, context: &Context<'_>) -> Result<String> {
        let told = self
            .goods(context)
            .await?
            .and_then(|goods| kept(&goods.product_id));
        let otherwise = || self.sku.clone().unwrap_or_else(|| self.id.to_string());
        Ok(told.unwrap_or_else(otherwise))
    }

    async fn province_of_origin(&self, context: &Context<'_>) -> Result<Option<&str>> {
        let province = self.goods(context).await?.map(|goods| &*goods.province);
        Ok(province.filter(|province| !province.is_empty()))
    }

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
