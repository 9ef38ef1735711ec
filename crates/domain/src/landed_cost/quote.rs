//! A landed cost as it is kept: the rates it was made with are held until it expires, and one order is made of it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{Calculation, Request};
use crate::actor::By;
use crate::address::Address;
use crate::cartons::weight_of;
use crate::ids::{LandedCostId, OrderId, RatingId, RootId};
use crate::intake::NewOrder;
use crate::money::{AmountError, Currency, Money};
use crate::order::{EstimatedWeight, FraudReview, Mode, Particulars, ShopLink, Source};
use crate::payment::Payment;
use crate::rate::ExchangeRate;
use crate::refusal::{Problem, Refusal};
use crate::search::is_same_text;

/// A rate of exchange as it is held.
///
/// # Errors
/// [`Refusal::Invalid`] naming `rate`: not above zero, or of a currency to itself and not 1.
pub fn held_rate(
    from: Currency,
    to: Currency,
    rate: Decimal,
    source: &str,
    at: Timestamp,
) -> Result<ExchangeRate, Refusal> {
    let rate = ExchangeRate {
        presentment: from,
        base: to,
        rate,
        source: source.to_owned(),
        at,
    };
    crate::intake_check::check_rate(&rate)?;
    Ok(rate)
}

/// A landed cost, whole. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LandedCost {
    /// Its identifier.
    pub id: LandedCostId,
    /// Live or test.
    pub mode: Mode,
    /// When it was made.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: By,
    /// From when on no order is made of it any more.
    pub expires_at: Timestamp,
    /// The day that rates were looked for.
    pub on: Date,
    /// What was asked.
    pub request: Request,
    /// Its currency in the organization's, held for the order.
    pub rate: ExchangeRate,
    /// Its currency in those of thresholds and fixed fees.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exchange: Vec<ExchangeRate>,
    /// What it came to.
    pub calculation: Calculation,
    /// What was told for it step by step, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<RootId>,
    /// The shipping that it was calculated with, where that was told for the root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<RatingId>,
}

/// What an order is besides its landed cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderTerms {
    /// Who brings it and where it is paid.
    pub source: Source,
    /// The shop's own number.
    #[serde(default)]
    pub number: Option<String>,
    /// The shop it comes from.
    #[serde(default)]
    pub shop: Option<ShopLink>,
    /// When the shopper placed it.
    pub placed_at: Timestamp,
    /// The shopper's language, a BCP 47 tag.
    pub language: String,
    /// Where it goes.
    pub ship_to: Address,
    /// Who pays; the ship-to where nothing is said.
    #[serde(default)]
    pub bill_to: Option<Address>,
    /// What was charged in all, where that is not the landed cost's total: the difference is the order's variance.
    #[serde(default)]
    pub total: Option<Money>,
    /// Payments processed here.
    #[serde(default)]
    pub payments: Vec<Payment>,
    /// What the fraud screening said so far.
    #[serde(default)]
    pub fraud_review: FraudReview,
    /// Whether an approved order's chargebacks are covered.
    #[serde(default)]
    pub fraud_protection: bool,
    /// Labels of the team's own making.
    #[serde(default)]
    pub tags: BTreeSet<String>,
    /// What the program that brings it keeps with it.
    #[serde(default)]
    pub particulars: Particulars,
}

impl LandedCost {
    /// Whether an order can be made of it now; `used_by` is the one that was.
    ///
    /// # Errors
    /// [`Refusal::LandedCostUsed`], [`Refusal::LandedCostExpired`].
    pub fn check_usable(&self, used_by: Option<&OrderId>, at: Timestamp) -> Result<(), Refusal> {
        let landed_cost = self.id.clone();
        if let Some(order) = used_by {
            let order = order.clone();
            return Err(Refusal::LandedCostUsed { landed_cost, order });
        }
        if at >= self.expires_at {
            let expired_at = self.expires_at;
            return Err(Refusal::LandedCostExpired {
                landed_cost,
                expired_at,
            });
        }
        Ok(())
    }

    /// The order of it: its items, amounts, guarantee and exchange rate, on these terms.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] where it goes elsewhere, or was charged in another currency.
    pub fn order(&self, terms: OrderTerms) -> Result<NewOrder, Refusal> {
        self.check_destination(&terms.ship_to)?;
        let mut amounts = self.calculation.amounts;
        if let Some(total) = terms.total {
            let expected = self.request.currency;
            if total.currency != expected {
                let given = total.currency;
                let problem = Problem::Amount(AmountError::WrongCurrency { expected, given });
                return Err(Refusal::invalid("total", problem));
            }
            crate::intake_check::check_amount(total.minor, "total")?;
            amounts.variance_minor = total.minor - amounts.total_minor();
        }
        Ok(NewOrder {
            source: terms.source,
            number: terms.number,
            shop: terms.shop,
            placed_at: terms.placed_at,
            language: terms.language,
            rate: self.rate.clone(),
            amounts,
            items: self.request.items.clone(),
            ship_to: terms.ship_to,
            bill_to: terms.bill_to,
            estimated_weight: self.estimated_weight(),
            payments: terms.payments,
            fraud_review: terms.fraud_review,
            fraud_protection: terms.fraud_protection,
            guarantee: self.calculation.is_guaranteed,
            landed_cost: Some(self.id.clone()),
            tags: terms.tags,
            particulars: terms.particulars,
        })
    }

    /// What is due elsewhere is another landed cost.
    fn check_destination(&self, ship_to: &Address) -> Result<(), Refusal> {
        let place = &self.request.destination;
        let places = [
            ("country", &ship_to.country, &place.country),
            ("region", &ship_to.region, &place.region),
        ];
        for (name, given, quoted) in places {
            if !quoted.is_empty() && !is_same_text(given, quoted) {
                let given = given.clone();
                let expected = format!("{quoted}, which landed cost {} is for", self.id);
                let problem = Problem::Malformed { given, expected };
                return Err(Refusal::invalid(&format!("ship_to.{name}"), problem));
            }
        }
        Ok(())
    }

    /// What shipping was quoted on: the cartons where it is known how the goods are packed, else the goods.
    fn estimated_weight(&self) -> EstimatedWeight {
        if !self.calculation.cartons.is_empty() {
            return weight_of(&self.calculation.cartons);
        }
        let items = self.request.items.iter();
        let each = items.map(|item| item.weight_g.saturating_mul(item.quantity));
        EstimatedWeight {
            physical_g: each.fold(0, u32::saturating_add),
            dimensional_g: 0,
        }
    }
}
