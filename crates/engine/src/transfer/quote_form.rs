//! What a landed cost is asked for, as a JSON document: amounts as decimals, sizes in millimetres. The field names are
//! the documented format (docs/landed-cost.md).

use std::collections::BTreeMap;

use domain::cartons::Size;
use domain::landed_cost::{EndUse, Place, Request};
use domain::refusal::{Problem, Refusal};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::form::{Exact, ItemForm, amount, currency, item};

/// An item, and how large one of it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotedItem {
    /// What is bought.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// What one is sold for.
    pub unit_price: Exact,
    /// The shop's stock-keeping unit.
    #[serde(default)]
    pub sku: String,
    /// Harmonized System code.
    #[serde(default)]
    pub hs_code: String,
    /// Country of origin.
    #[serde(default)]
    pub origin: String,
    /// What customs reads.
    #[serde(default)]
    pub description: String,
    /// Weight of one.
    #[serde(default)]
    pub weight_g: u32,
    /// Size of one, where it is known.
    #[serde(default)]
    pub size: Option<Size>,
}

/// A landed cost that is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct QuoteForm {
    /// What the shopper pays in.
    pub currency: String,
    /// Where the parcel is sent from.
    pub origin: Place,
    /// Where it goes.
    pub destination: Place,
    /// What is in it.
    pub items: Vec<QuotedItem>,
    /// Charged for shipping.
    pub shipping: Exact,
    /// Charged for insuring it.
    pub insurance: Exact,
    /// Taken off the goods, positive.
    pub discounts: Exact,
    /// What the goods are for.
    pub end_use: EndUse,
    /// Whether the landed cost is to be guaranteed.
    pub guarantee: bool,
    /// Units of the organization's currency for one of `currency`; asked for where nothing is said.
    pub rate: Exact,
}

impl QuoteForm {
    /// The request, and the exchange rate that was given.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming the field.
    pub fn request(&self) -> Result<(Request, Option<Decimal>), Refusal> {
        let currency = currency(&self.currency, "currency")?;
        let read = |exact: &Exact, field: &str| amount(exact, currency, field);
        let (mut items, mut sizes) = (Vec::new(), BTreeMap::new());
        for (index, form) in self.items.iter().enumerate() {
            let item = item(&form.plain(), index, currency)?;
            if let Some(size) = form.size {
                sizes.insert(item.id.clone(), size);
            }
            items.push(item);
        }
        let request = Request {
            currency,
            origin: self.origin.clone(),
            destination: self.destination.clone(),
            items,
            sizes,
            shipping_minor: read(&self.shipping, "shipping")?,
            insurance_minor: read(&self.insurance, "insurance")?,
            discounts_minor: read(&self.discounts, "discounts")?,
            end_use: self.end_use,
            wants_guarantee: self.guarantee,
            how: Default::default(),
        };
        Ok((request.checked()?, self.given_rate()?))
    }

    fn given_rate(&self) -> Result<Option<Decimal>, Refusal> {
        match self.rate.0.trim() {
            "" => Ok(None),
            text => text.parse().map(Some).map_err(|_| {
                let problem = Problem::Malformed {
                    given: text.to_owned(),
                    expected: "an exchange rate, such as 1.0842".to_owned(),
                };
                Refusal::invalid("rate", problem)
            }),
        }
    }
}

impl QuotedItem {
    fn plain(&self) -> ItemForm {
        ItemForm {
            sku: self.sku.clone(),
            name: self.name.clone(),
            quantity: self.quantity,
            unit_price: self.unit_price.clone(),
            hs_code: self.hs_code.clone(),
            origin: self.origin.clone(),
            description: self.description.clone(),
            weight_g: self.weight_g,
        }
    }
}
