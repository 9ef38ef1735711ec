//! What a landed cost is asked for, made of what was told for a root; what is missing is named with the step that tells
//! it. What is in another currency than the landed cost is converted at a rate that was asked for before.

use super::how::{How, Method, RateChoice};
use super::{EndUse, Place, Request};
use crate::cartons::Carton;
use crate::ids::RatingId;
use crate::intake_check::check_amount;
use crate::money::{AmountError, Currency, Money};
use crate::order::Item;
use crate::party::PartyKind;
use crate::rate::ExchangeRate;
use crate::refusal::{Problem, Refusal};
use crate::roots::Root;

/// What is asked for besides what was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What the shopper pays in.
    pub currency: Currency,
    /// Who pays at import.
    pub method: Method,
    /// Which rate is taken where several may hold.
    pub rate_choice: RateChoice,
    /// What the goods are for.
    pub end_use: EndUse,
    /// Whether it is to be guaranteed.
    pub wants_guarantee: bool,
    /// Charged for insuring the parcel.
    pub insurance_minor: i64,
    /// Taken off the goods, positive.
    pub discounts_minor: i64,
}

/// The step that is missing.
fn not_yet(field: &str, step: &str) -> Refusal {
    let step = step.to_owned();
    Refusal::invalid(field, Problem::NotYet { step })
}

impl Root {
    /// Refuses a root that no landed cost can be calculated of yet.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with [`Problem::NotYet`], naming the step.
    pub fn check_complete(&self) -> Result<(), Refusal> {
        self.destination()?;
        self.goods_currency()?;
        if self.offers().is_empty() {
            let step = "shipmentRatingCreateWorkflow or shipmentRatingCalculateWorkflow";
            return Err(not_yet("shipment_rating", step));
        }
        self.origin().map(|_| ())
    }

    /// Where the parcel goes.
    ///
    /// # Errors
    /// [`Problem::NotYet`], naming the step.
    pub fn destination(&self) -> Result<Place, Refusal> {
        self.place(PartyKind::Destination, "destination", "DESTINATION")
    }

    /// Where it is sent from.
    ///
    /// # Errors
    /// [`Problem::NotYet`], naming the step.
    pub fn origin(&self) -> Result<Place, Refusal> {
        self.place(PartyKind::Origin, "origin", "ORIGIN")
    }

    fn place(&self, kind: PartyKind, field: &str, name: &str) -> Result<Place, Refusal> {
        let known = self.party(kind).map(|party| &party.address);
        let known = known.filter(|address| !address.country.is_empty());
        let step = format!("partyCreateWorkflow with the location of a party of type {name}");
        let address = known.ok_or_else(|| not_yet(field, &step))?;
        Ok(Place {
            country: address.country.clone(),
            region: address.region.clone(),
        })
    }

    /// What the goods are sold in.
    ///
    /// # Errors
    /// [`Problem::NotYet`] where there are none.
    pub fn goods_currency(&self) -> Result<Currency, Refusal> {
        let currency = self.currency();
        currency.ok_or_else(|| not_yet("items", "itemCreateWorkflow"))
    }

    /// Every currency besides this one that something is in.
    pub fn other_currencies(&self, currency: Currency) -> Vec<Currency> {
        let goods = self.items.iter().map(|item| item.goods.price.currency);
        let shipping = self.offers().iter().map(|one| one.offer.price.currency);
        let mut others: Vec<Currency> = goods.chain(shipping).collect();
        others.sort_unstable();
        others.dedup();
        others.retain(|other| *other != currency);
        others
    }

    /// The goods as an order has them, each for its price in this currency.
    ///
    /// # Errors
    /// [`Refusal::NoExchangeRate`].
    pub fn order_items(
        &self,
        currency: Currency,
        rates: &[ExchangeRate],
    ) -> Result<Vec<Item>, Refusal> {
        let each = self.items.iter().map(|item| {
            let goods = &item.goods;
            let price = converted(goods.price, currency, rates)?;
            check_amount(price.minor, "items.amount")?;
            Ok(Item {
                id: item.id.clone(),
                sku: goods.sku.clone(),
                name: goods.called().to_owned(),
                quantity: goods.quantity,
                removed: 0,
                unit_price_minor: price.minor,
                weight_g: goods.weight_g,
                declared: goods.declared(price.minor),
            })
        });
        each.collect()
    }

    /// What is asked for with one of the offers.
    ///
    /// # Errors
    /// [`Problem::NotYet`]; [`Refusal::NoExchangeRate`]; the first field that cannot be.
    pub fn request(
        &self,
        asked: &Asked,
        rating: &RatingId,
        rates: &[ExchangeRate],
    ) -> Result<Request, Refusal> {
        self.check_complete()?;
        let rating = self.ratings.iter().find(|one| one.id == *rating);
        let shipping = rating.map_or(Money::new(0, asked.currency), |one| one.offer.price);
        let sizes = self.items.iter().filter_map(|item| {
            let size = item.goods.size?;
            Some((item.id.clone(), size))
        });
        let levies = self.items.iter().filter_map(|item| {
            let levies = item.goods.levies?;
            Some((item.id.clone(), levies))
        });
        let request = Request {
            currency: asked.currency,
            origin: self.origin()?,
            destination: self.destination()?,
            items: self.order_items(asked.currency, rates)?,
            sizes: sizes.collect(),
            shipping_minor: converted(shipping, asked.currency, rates)?.minor,
            insurance_minor: asked.insurance_minor,
            discounts_minor: asked.discounts_minor,
            end_use: asked.end_use,
            wants_guarantee: asked.wants_guarantee,
            how: How {
                method: asked.method,
                rate_choice: asked.rate_choice,
                levies: levies.collect(),
            },
        };
        request.checked()
    }

    /// The cartons that count, with the goods' weight in a single one that was told without.
    pub fn packed(&self) -> Vec<Carton> {
        let weights = self.items.iter().map(|item| {
            let goods = &item.goods;
            goods.weight_g.saturating_mul(goods.quantity)
        });
        let goods_g = weights.fold(0, u32::saturating_add);
        let mut cartons: Vec<Carton> = self
            .packing()
            .iter()
            .map(|one| one.carton.clone())
            .collect();
        if let [carton] = cartons.as_mut_slice()
            && carton.physical_g == 0
        {
            carton.physical_g = goods_g;
        }
        cartons
    }
}

/// An amount in another currency, to the nearest minor unit, at the rate that is there for it.
///
/// # Errors
/// [`Refusal::NoExchangeRate`]; [`Refusal::Invalid`] where it is more than the desk keeps.
pub fn converted(money: Money, to: Currency, rates: &[ExchangeRate]) -> Result<Money, Refusal> {
    if money.currency == to {
        return Ok(money);
    }
    let mut known = rates.iter();
    let rate = known.find(|rate| rate.presentment == money.currency && rate.base == to);
    let rate = rate.ok_or_else(|| Refusal::NoExchangeRate {
        from: money.currency,
        to,
        why: "none is held".to_owned(),
    })?;
    let converted = rate.to_base(money.minor);
    if converted.minor > crate::money::MAX_MINOR {
        let problem = Problem::Amount(AmountError::TooLarge);
        return Err(Refusal::invalid("amount", problem));
    }
    Ok(converted)
}
