//! What a landed cost can be asked for: the first fault is named by its field.

use super::{Place, Request};
use crate::address::check_country;
use crate::intake_check::{check_amount, check_items};
use crate::money::{AmountError, MAX_MINOR, Money};
use crate::refusal::{Problem, Refusal};
use crate::tariff::MAX_TEXT;
use crate::text::optional_text;

impl Request {
    /// The same request with its codes in capitals and its texts trimmed.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming the field.
    pub fn checked(mut self) -> Result<Self, Refusal> {
        checked_place(&mut self.origin, "origin")?;
        checked_place(&mut self.destination, "destination")?;
        check_items(&mut self.items)?;
        for (minor, field) in [
            (self.shipping_minor, "shipping"),
            (self.insurance_minor, "insurance"),
            (self.discounts_minor, "discounts"),
        ] {
            check_amount(minor, field)?;
        }
        let goods = self.goods_minor();
        if goods > i128::from(MAX_MINOR) {
            return Err(Refusal::invalid(
                "items",
                Problem::Amount(AmountError::TooLarge),
            ));
        }
        if i128::from(self.discounts_minor) > goods {
            let expected = format!("at most what the items cost, {}", self.money(goods));
            let given = self.money(self.discounts_minor.into()).to_string();
            let problem = Problem::Malformed { given, expected };
            return Err(Refusal::invalid("discounts", problem));
        }
        for (id, size) in &self.sizes {
            if !self.items.iter().any(|item| item.id == *id) {
                let given = id.0.clone();
                return Err(Refusal::invalid("sizes", Problem::Unknown { given }));
            }
            size.check("sizes")?;
        }
        Ok(self)
    }

    fn goods_minor(&self) -> i128 {
        let line = |item: &crate::order::Item| {
            i128::from(item.unit_price_minor) * i128::from(item.quantity)
        };
        self.items.iter().map(line).sum()
    }

    fn money(&self, minor: i128) -> Money {
        Money::new(i64::try_from(minor).unwrap_or(i64::MAX), self.currency)
    }
}

fn checked_place(place: &mut Place, field: &str) -> Result<(), Refusal> {
    let code = format!("{field}.country");
    place.country = place.country.trim().to_ascii_uppercase();
    if place.country.is_empty() {
        return Err(Refusal::invalid(&code, Problem::Missing));
    }
    check_country(&place.country, &code)?;
    place.region =
        optional_text(&place.region, &format!("{field}.region"), MAX_TEXT)?.to_uppercase();
    Ok(())
}
