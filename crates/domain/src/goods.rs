//! Goods as a program tells them, with what is derived of their measures.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::cartons::Size;
use crate::intake::{MAX_NAME, MAX_QUANTITY};
use crate::intake_check::{check_amount, checked_declaration};
use crate::landed_cost::how::Levies;
use crate::measures::Unit;
use crate::money::Money;
use crate::order::Declaration;
use crate::pairs::{self, Pair};
use crate::refusal::{Problem, Refusal};
use crate::text::optional_text;

/// The longest address of a picture, in characters.
const MAX_URL: usize = 2_000;

/// The most measures of one item: one of each side.
const MAX_MEASURES: usize = 4;

/// Goods as they are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Goods {
    /// What one is sold for.
    pub price: Money,
    /// How many.
    pub quantity: u32,
    /// What it is called; empty where nothing was said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The shop's stock-keeping unit.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sku: String,
    /// The shop's product.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub product_id: String,
    /// What customs reads.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Harmonized System code, digits only.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hs_code: String,
    /// Who said the code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hs_code_source: Option<ValueSource>,
    /// Where it was made, ISO 3166-1 alpha-2.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub origin: String,
    /// The province it was made in.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub province: String,
    /// As they were told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measurements: Vec<Measurement>,
    /// Weight of one; 0 where unknown.
    #[serde(default)]
    pub weight_g: u32,
    /// Size of one, where all three sides were told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<Size>,
    /// Where its picture is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub image_url: String,
    /// What kind of thing it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ItemKind>,
    /// What counts for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub levies: Option<Levies>,
    /// Such as its colour.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<Pair>,
    /// What the program keeps with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub metadata: Vec<Pair>,
}

/// One measure of one item, as it was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "each name says it")]
pub struct Measurement {
    pub side: Side,
    pub value: Decimal,
    pub unit: Unit,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name says it")]
pub enum Side {
    Height,
    Length,
    Weight,
    Width,
}

/// What kind of thing an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name says it")]
pub enum ItemKind {
    Bundle,
    DigitalGood,
    PartialItem,
    PhysicalGood,
    Service,
    Subscription,
}

/// Where a value of an item is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name says it")]
pub enum ValueSource {
    ApiRequest,
    Catalog,
    Classify,
    Fallback,
    Hybrid,
    OrganizationSetting,
    UserProvided,
}

impl Goods {
    /// One thing for this price, of which nothing else is known.
    pub fn of(price: Money) -> Self {
        Self {
            price,
            quantity: 1,
            name: String::new(),
            sku: String::new(),
            product_id: String::new(),
            description: String::new(),
            hs_code: String::new(),
            hs_code_source: None,
            origin: String::new(),
            province: String::new(),
            measurements: Vec::new(),
            weight_g: 0,
            size: None,
            image_url: String::new(),
            kind: None,
            levies: None,
            attributes: Vec::new(),
            metadata: Vec::new(),
        }
    }

    /// What customs is told of it.
    pub fn declared(&self, unit_price_minor: i64) -> Declaration {
        Declaration {
            hs_code: self.hs_code.clone(),
            origin: self.origin.clone(),
            description: self.description.clone(),
            unit_price_minor,
        }
    }

    /// The same goods with their texts trimmed, their codes as the desk has them, and their weight and size.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming a field that begins with `field`.
    pub(crate) fn checked(mut self, field: &str) -> Result<Self, Refusal> {
        let at = |name: &str| format!("{field}.{name}");
        check_amount(self.price.minor, &at("amount"))?;
        if self.quantity == 0 || self.quantity > MAX_QUANTITY {
            let given = self.quantity.to_string();
            let expected = format!("between 1 and {MAX_QUANTITY}");
            let problem = Problem::Malformed { given, expected };
            return Err(Refusal::invalid(&at("quantity"), problem));
        }
        for (text, name, max) in [
            (&mut self.name, "name", MAX_NAME),
            (&mut self.sku, "sku", MAX_NAME),
            (&mut self.product_id, "product_id", MAX_NAME),
            (&mut self.province, "province_of_origin", MAX_NAME),
            (&mut self.image_url, "image_url", MAX_URL),
        ] {
            *text = optional_text(text, &at(name), max)?;
        }
        let declared = checked_declaration(self.declared(0), field)?;
        self.hs_code = declared.hs_code;
        self.origin = declared.origin;
        self.description = declared.description;
        self.attributes = pairs::checked(self.attributes, &at("attributes"))?;
        self.metadata = pairs::checked(self.metadata, &at("metadata"))?;
        self.measured(&at("measurements"))
    }

    /// With weight and size as they were measured.
    fn measured(mut self, field: &str) -> Result<Self, Refusal> {
        if self.measurements.len() > MAX_MEASURES {
            let problem = Problem::TooMany { max: MAX_MEASURES };
            return Err(Refusal::invalid(field, problem));
        }
        let mut sides = [None; MAX_MEASURES];
        for (index, one) in self.measurements.iter().enumerate() {
            let field = format!("{field}[{index}]");
            let whole = match one.side {
                Side::Weight => one.unit.g(one.value, &field)?,
                Side::Height | Side::Length | Side::Width => one.unit.mm(one.value, &field)?,
            };
            let side = &mut sides[one.side as usize];
            if side.replace(whole).is_some() {
                let given = format!("{:?}", one.side).to_uppercase();
                return Err(Refusal::invalid(&field, Problem::Twice { given }));
            }
        }
        let side = |side: Side| sides[side as usize];
        self.weight_g = side(Side::Weight).unwrap_or(0);
        let all = (side(Side::Length), side(Side::Width), side(Side::Height));
        self.size = match all {
            (Some(length_mm), Some(width_mm), Some(height_mm)) => Some(Size {
                length_mm,
                width_mm,
                height_mm,
            }),
            _ => None,
        };
        Ok(self)
    }

    /// What the goods are called: by name, else by what else is known of them.
    pub fn called(&self) -> &str {
        let names = [
            &self.name,
            &self.description,
            &self.sku,
            &self.product_id,
            &self.hs_code,
        ];
        let known = names.into_iter().find(|name| !name.is_empty());
        known.map_or("Goods", String::as_str)
    }
}
