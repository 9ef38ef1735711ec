//! An order as files tell it: amounts as decimals, dates as people write them. One form for JSON lines and CSV; the
//! field names are the documented format (docs/import.md).

use std::collections::BTreeSet;

use domain::address::Address;
use domain::ids::{ItemId, PaymentId};
use domain::intake::NewOrder;
use domain::money::{Currency, Money};
use domain::order::{Amounts, Declaration, EstimatedWeight, FraudReview, Item, Source};
use domain::past::Past;
use domain::payment::{Payment, PaymentState};
use domain::rate::ExchangeRate;
use domain::refusal::{Problem, Refusal};
use domain::shipment::Tracking;
use jiff::Timestamp;
use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// A number in a file: written as text or as a JSON number, read exactly either way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Exact(pub String);

impl<'de> Deserialize<'de> for Exact {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The exact digits as they stand in the file: no binary fraction is ever made of them.
        let raw = <&serde_json::value::RawValue>::deserialize(deserializer)?.get();
        match raw {
            "null" => Ok(Self::default()),
            text if text.starts_with('"') => serde_json::from_str(text)
                .map(Self)
                .map_err(serde::de::Error::custom),
            number => Ok(Self(number.to_owned())),
        }
    }
}

/// A line of an order in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemForm {
    /// The shop's stock-keeping unit.
    #[serde(default)]
    pub sku: String,
    /// What was bought.
    pub name: String,
    /// How many.
    pub quantity: u32,
    /// What one was sold for.
    pub unit_price: Exact,
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
}

/// A payment processed here, in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaymentForm {
    /// Which adapter processes it.
    pub provider: String,
    /// The provider's own id.
    pub reference: String,
    /// Card brand and last digits.
    #[serde(default)]
    pub method: String,
    /// How it stands.
    // Left out where nothing is said: what recognises an order again is made of what is written here.
    #[serde(default, skip_serializing_if = "PaymentStateForm::is_captured")]
    pub state: PaymentStateForm,
}

/// How a payment in a file stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStateForm {
    /// Taken in full.
    #[default]
    Captured,
    /// The file does not know: the provider is asked.
    Ask,
}

impl PaymentStateForm {
    fn is_captured(&self) -> bool {
        *self == Self::Captured
    }
}

/// How far an order in a file had come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each name says it")]
pub enum StateForm {
    #[default]
    Open,
    Shipped,
    Canceled,
}

/// An order in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct OrderForm {
    /// The shop's own number.
    pub number: String,
    /// `checkout`, `duty_and_tax` or `api`; `api` where nothing is said.
    pub source: Option<Source>,
    /// RFC 3339, or a day.
    pub placed_at: String,
    /// What the shopper paid in.
    pub currency: String,
    /// What the organization is billed in; its own where nothing is said.
    pub base_currency: String,
    /// Base units for one presentment unit; 1 where both are the same.
    pub rate: Exact,
    /// BCP 47.
    pub language: String,
    /// What was bought.
    pub items: Vec<ItemForm>,
    /// Shipping.
    pub shipping: Exact,
    /// Duties.
    pub duties: Exact,
    /// Taxes.
    pub taxes: Exact,
    /// Fees of import.
    pub fees: Exact,
    /// Discounts, positive.
    pub discounts: Exact,
    /// What was charged in all; the difference to the sum becomes the variance.
    pub total: Exact,
    /// Where it goes.
    pub ship_to: Address,
    /// Who pays; the ship-to where nothing is said.
    pub bill_to: Option<Address>,
    /// The payment, where it was processed here.
    pub payment: Option<PaymentForm>,
    /// Whether the landed cost was guaranteed.
    pub guarantee: bool,
    /// Whether chargebacks are covered.
    pub fraud_protection: bool,
    /// How far it had come.
    pub state: StateForm,
    /// Numbers it was sent with; they make it shipped.
    pub tracking_numbers: Vec<String>,
    /// The team's own labels.
    pub tags: BTreeSet<String>,
    /// The team's notes.
    pub notes: Vec<String>,
}

impl OrderForm {
    /// The order this form tells, and its past. `base` is the organization's currency.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] naming the field of the file.
    pub fn order(&self, base: Currency) -> Result<(NewOrder, Past), Refusal> {
        let placed_at = instant(&self.placed_at)?;
        let presentment = currency(&self.currency, "currency")?;
        let base = match self.base_currency.as_str() {
            "" => base,
            code => currency(code, "base_currency")?,
        };
        let items: Vec<Item> = self
            .items
            .iter()
            .enumerate()
            .map(|(index, form)| item(form, index, presentment))
            .collect::<Result<_, _>>()?;
        let amounts = self.amounts(&items, presentment)?;
        let total_minor = amounts.total_minor();
        let payments = self
            .payment
            .iter()
            .map(|form| payment(form, total_minor))
            .collect();
        let weight_g = items
            .iter()
            .map(|item| item.weight_g.saturating_mul(item.quantity))
            .fold(0, u32::saturating_add);
        let new = NewOrder {
            source: self.source.unwrap_or(Source::Api),
            number: Some(self.number.trim().to_owned()).filter(|number| !number.is_empty()),
            shop: None,
            placed_at,
            language: if self.language.is_empty() {
                "en".to_owned()
            } else {
                self.language.clone()
            },
            rate: self.exchange_rate(presentment, base, placed_at)?,
            amounts,
            items,
            ship_to: self.ship_to.clone(),
            bill_to: self.bill_to.clone(),
            estimated_weight: EstimatedWeight {
                physical_g: weight_g,
                dimensional_g: 0,
            },
            payments,
            fraud_review: FraudReview::None,
            fraud_protection: self.fraud_protection,
            guarantee: self.guarantee,
            landed_cost: None,
            tags: self.tags.clone(),
            particulars: Default::default(),
        };
        Ok((new, self.past()))
    }

    /// What had happened to the order.
    fn past(&self) -> Past {
        let tracking = |number: &String| Tracking {
            number: number.clone(),
            carrier: String::new(),
        };
        let is_payment = |state| {
            let payment = self.payment.as_ref();
            payment.is_some_and(|payment| payment.state == state)
        };
        Past {
            is_captured: is_payment(PaymentStateForm::Captured),
            asks_provider: is_payment(PaymentStateForm::Ask),
            is_shipped: self.state == StateForm::Shipped,
            tracking: self.tracking_numbers.iter().map(tracking).collect(),
            parcels: Vec::new(),
            canceled: (self.state == StateForm::Canceled).then(String::new),
            notes: self.notes.clone(),
        }
    }

    fn amounts(&self, items: &[Item], currency: Currency) -> Result<Amounts, Refusal> {
        let read = |exact: &Exact, field: &str| amount(exact, currency, field);
        let line = |item: &Item| item.unit_price_minor.checked_mul(i64::from(item.quantity));
        let too_large = || {
            Refusal::invalid(
                "items",
                Problem::Amount(domain::money::AmountError::TooLarge),
            )
        };
        let sum = items
            .iter()
            .try_fold(0_i64, |sum, item| sum.checked_add(line(item)?));
        let mut amounts = Amounts {
            items_minor: sum.ok_or_else(too_large)?,
            shipping_minor: read(&self.shipping, "shipping")?,
            duties_minor: read(&self.duties, "duties")?,
            taxes_minor: read(&self.taxes, "taxes")?,
            fees_minor: read(&self.fees, "fees")?,
            discounts_minor: read(&self.discounts, "discounts")?,
            variance_minor: 0,
        };
        if amounts.items_minor > domain::money::MAX_MINOR {
            return Err(too_large());
        }
        if !self.total.0.trim().is_empty() {
            amounts.variance_minor = read(&self.total, "total")? - amounts.total_minor();
        }
        Ok(amounts)
    }

    fn exchange_rate(
        &self,
        presentment: Currency,
        base: Currency,
        at: Timestamp,
    ) -> Result<ExchangeRate, Refusal> {
        if presentment == base && self.rate.0.trim().is_empty() {
            return Ok(ExchangeRate::identity(base, at));
        }
        let given = self.rate.0.trim();
        if given.is_empty() {
            return Err(Refusal::invalid("rate", Problem::Missing));
        }
        let expected = format!("how much {base} one {presentment} is worth, such as 1.0842");
        let rate: Decimal = given.parse().map_err(|_| {
            Refusal::invalid(
                "rate",
                Problem::Malformed {
                    given: given.to_owned(),
                    expected,
                },
            )
        })?;
        Ok(ExchangeRate {
            presentment,
            base,
            rate,
            source: "import".to_owned(),
            at,
        })
    }
}

pub(super) fn currency(code: &str, field: &str) -> Result<Currency, Refusal> {
    if code.trim().is_empty() {
        return Err(Refusal::invalid(field, Problem::Missing));
    }
    Currency::parse(code).map_err(|error| Refusal::invalid(field, Problem::Amount(error)))
}

/// An amount, or nothing, which is zero.
pub(super) fn amount(exact: &Exact, currency: Currency, field: &str) -> Result<i64, Refusal> {
    match exact.0.trim() {
        "" => Ok(0),
        text => Money::parse(text, currency)
            .map(|money| money.minor)
            .map_err(|error| Refusal::invalid(field, Problem::Amount(error))),
    }
}

pub(super) fn item(form: &ItemForm, index: usize, currency: Currency) -> Result<Item, Refusal> {
    let field = format!("items[{index}].unit_price");
    if form.unit_price.0.trim().is_empty() {
        return Err(Refusal::invalid(&field, Problem::Missing));
    }
    let unit_price_minor = amount(&form.unit_price, currency, &field)?;
    Ok(Item {
        id: ItemId(format!("{}{}", ItemId::PREFIX, index + 1)),
        sku: form.sku.trim().to_owned(),
        name: form.name.trim().to_owned(),
        quantity: form.quantity,
        removed: 0,
        unit_price_minor,
        weight_g: form.weight_g,
        declared: Declaration {
            hs_code: form.hs_code.clone(),
            origin: form.origin.clone(),
            description: form.description.clone(),
            unit_price_minor,
        },
    })
}

fn payment(form: &PaymentForm, amount_minor: i64) -> Payment {
    Payment {
        id: PaymentId(format!("{}{}", PaymentId::PREFIX, form.reference)),
        provider: form.provider.clone(),
        reference: form.reference.clone(),
        amount_minor,
        captured_minor: 0,
        state: PaymentState::Pending,
        method: form.method.clone(),
        expires_at: None,
        dispute: None,
    }
}

/// An instant as RFC 3339, or a day, which begins at midnight UTC.
fn instant(text: &str) -> Result<Timestamp, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::invalid("placed_at", Problem::Missing));
    }
    let of_day = |day: Date| {
        day.to_zoned(jiff::tz::TimeZone::UTC)
            .ok()
            .map(|zoned| zoned.timestamp())
    };
    let read = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| text.parse::<Date>().ok().and_then(of_day));
    read.ok_or_else(|| {
        let expected = "a date; write 2026-03-01 or 2026-03-01T12:30:00Z".to_owned();
        Refusal::invalid(
            "placed_at",
            Problem::Malformed {
                given: text.to_owned(),
                expected,
            },
        )
    })
}
