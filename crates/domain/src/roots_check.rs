//! What can be told for a root: goods and prices that can be, with what is derived of them.

use rust_decimal::Decimal;

use crate::cartons::Size;
use crate::intake::{MAX_NAME, MAX_QUANTITY};
use crate::intake_check::{check_amount, checked_declaration};
use crate::pairs;
use crate::refusal::{Problem, Refusal};
use crate::roots::{Goods, Offer, Side};
use crate::text::{optional_text, required_text};

/// The longest address of a picture, in characters.
const MAX_URL: usize = 2_000;

/// The most measures of one item: one of each side.
const MAX_MEASURES: usize = 4;

impl Goods {
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

impl Offer {
    /// The same offer with its texts trimmed.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming the field.
    pub(crate) fn checked(mut self) -> Result<Self, Refusal> {
        check_amount(self.price.minor, "amount")?;
        self.service = required_text(&self.service, "service_level_code", MAX_NAME)?;
        self.name = optional_text(&self.name, "display_name", MAX_NAME)?;
        if self.name.is_empty() {
            self.name = self.service.clone();
        }
        Ok(self)
    }
}

/// One side or the weight of a carton, where it was told; 0 where it was not.
///
/// # Errors
/// [`Refusal::Invalid`] naming `field`.
pub fn told_measure(
    value: Option<Decimal>,
    unit: Option<crate::measures::Unit>,
    side: Side,
    field: &str,
) -> Result<u32, Refusal> {
    let Some(value) = value else {
        return Ok(0);
    };
    let unit = unit.ok_or_else(|| Refusal::invalid(&format!("{field}_unit"), Problem::Missing))?;
    match side {
        Side::Weight => unit.g(value, field),
        Side::Height | Side::Length | Side::Width => unit.mm(value, field),
    }
}
