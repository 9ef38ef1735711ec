//! A landed cost as it is kept: the rates it was made with are held until it expires, and one order is made of it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::how::Method;
use super::{Calculation, LineKind, Place, Request};
use crate::actor::By;
use crate::address::Address;
use crate::cartons::weight_of;
use crate::goods::Goods;
use crate::ids::{LandedCostId, OrderId, PartyId, RatingId, RootId};
use crate::intake::NewOrder;
use crate::money::{AmountError, Currency, Money};
use crate::order::{EstimatedWeight, FraudReview, Item, Mode, Particulars, ShopLink, Source};
use crate::party::{Details, Party, PartyKind};
use crate::payment::Payment;
use crate::rate::ExchangeRate;
use crate::refusal::{Problem, Refusal};
use crate::roots::{Offer, Rating, Root, RootItem, Told};
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

/// An amount that is handed on, or left to someone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remittance {
    /// How much, in minor units of the landed cost's currency.
    pub amount_minor: i64,
    /// What it is.
    pub description: String,
    /// To whom it goes.
    pub note: String,
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
        let guarantee = self.calculation.is_guaranteed && self.is_in_quoted_region(&terms.ship_to);
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
            guarantee,
            landed_cost: Some(self.id.clone()),
            tags: terms.tags,
            particulars: terms.particulars,
        })
    }

    /// Refuses a total that is not what this came to.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming `grand_total`.
    pub fn check_total(&self, given: Money) -> Result<(), Refusal> {
        let total = self.calculation.amounts.total_minor();
        let total = Money::new(total, self.request.currency);
        if given == total {
            return Ok(());
        }
        let problem = Problem::Malformed {
            given: given.to_string(),
            expected: format!("what landed cost {} came to, {total}", self.id),
        };
        Err(Refusal::invalid("grand_total", problem))
    }

    /// Who gets what of the duties and taxes, or whom it is left to.
    pub fn remittances(&self) -> Vec<Remittance> {
        let to = &self.request.destination.country;
        let note = match self.request.how.method {
            Method::Ddp => format!("collected with the sale, for the authorities of {to}"),
            Method::Dap => format!("not collected: the recipient owes it on arrival in {to}"),
        };
        let sum = |is_of: fn(LineKind) -> bool| {
            let lines = self.calculation.lines.iter();
            let lines = lines.filter(|line| is_of(line.kind));
            lines.map(|line| line.amount_minor).sum::<i64>()
        };
        let duties = sum(|kind| kind == LineKind::Duty);
        let taxes = sum(|kind| matches!(kind, LineKind::Tax | LineKind::ShippingTax));
        let each = [("Duties", duties), ("Taxes", taxes)].into_iter();
        each.filter(|(_, minor)| *minor != 0)
            .map(|(description, amount_minor)| Remittance {
                amount_minor,
                description: description.to_owned(),
                note: note.clone(),
            })
            .collect()
    }

    /// The root of one that was asked for whole: what was asked, as if it had been told step by step.
    pub fn as_root(&self) -> Root {
        let letters = self.id.0.replacen(LandedCostId::PREFIX, "", 1);
        let told = Told {
            at: self.created_at,
            by: self.created_by.id.clone(),
        };
        let id = RootId(format!("{}{letters}", RootId::PREFIX));
        let party = |kind, place: &Place, n| Party {
            id: PartyId(id.part(PartyId::PREFIX, n)),
            mode: self.mode,
            kind,
            address: Address {
                country: place.country.clone(),
                region: place.region.clone(),
                ..Address::default()
            },
            details: Details::default(),
            author: told.by.clone(),
            created_at: told.at,
        };
        let price = Money::new(
            self.calculation.amounts.shipping_minor,
            self.request.currency,
        );
        let offer = Offer {
            price,
            service: "as_told".to_owned(),
            name: "Shipping".to_owned(),
            carrier: String::new(),
            min_days: None,
            max_days: None,
        };
        Root {
            parties: vec![
                party(PartyKind::Origin, &self.request.origin, 1),
                party(PartyKind::Destination, &self.request.destination, 2),
            ],
            items: self
                .request
                .items
                .iter()
                .map(|item| self.told(item, &told))
                .collect(),
            cartons: Vec::new(),
            ratings: vec![Rating {
                id: RatingId(id.part(RatingId::PREFIX, 1)),
                told: told.clone(),
                batch: 1,
                offer,
                asked: None,
                cartons: Vec::new(),
            }],
            cartons_from: 0,
            ratings_from: 0,
            id,
            mode: self.mode,
            created_at: self.created_at,
            created_by: self.created_by.clone(),
            expires_at: self.expires_at,
            steps: [].into(),
        }
    }

    fn told(&self, item: &Item, told: &Told) -> RootItem {
        let declared = item.declared.clone();
        RootItem {
            id: item.id.clone(),
            told: told.clone(),
            goods: Goods {
                quantity: item.quantity,
                name: item.name.clone(),
                sku: item.sku.clone(),
                description: declared.description,
                hs_code: declared.hs_code,
                origin: declared.origin,
                weight_g: item.weight_g,
                size: self.request.sizes.get(&item.id).copied(),
                ..Goods::of(Money::new(item.unit_price_minor, self.request.currency))
            },
        }
    }

    /// Whether a parcel goes to the region that was quoted for: where none was told then, its rates were not looked for.
    fn is_in_quoted_region(&self, ship_to: &Address) -> bool {
        is_same_text(&ship_to.region, &self.request.destination.region)
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
