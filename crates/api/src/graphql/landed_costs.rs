//! Landed costs: as they were quoted here, line by line, or as they were charged where they were quoted elsewhere.

use async_graphql::{ID, SimpleObject};
use domain::coverage::Cover;
use domain::landed_cost::how::Method;
use domain::landed_cost::quote::LandedCost as Quote;
use domain::landed_cost::{DeMinimis as Threshold, Line as Reckoned};
use domain::money::Currency;
use domain::party::PartyKind;
use engine::landed_costs::Held;

use super::enums::Mode;
use super::exchange_rates::{ExchangeRate, charged_rate, quoted_rate};
use super::ids::within;
use super::items::{Item, told_item};
use super::parties::Party;
use super::ratings::{ShipmentRating, shipment_rating};
use super::root::{CHARGED, Charged, Root, id, root, told_root};
use super::scalars::{CurrencyCode, DateTime, Decimal, kept};
use super::sold::Sold;
use super::workflow::enums::{
    DeMinimisThreshold, DeMinimisType, IncotermCode, LandedCostEndUse, LandedCostFeeType,
    LandedCostGuaranteeCode, LandedCostTariffRate,
};
use super::workflow::sale::Sale;

/// What is due at import, held until it expires and one order is made of it. Of an order that was quoted elsewhere it is
/// what the shopper was charged, and what is not known of it is as usual: DDP, EXACT, NOT_FOR_RESALE.
#[derive(SimpleObject)]
pub(crate) struct LandedCost {
    id: ID,
    amount_subtotals: Option<LandedCostAmountSubtotals>,
    currency_code: CurrencyCode,
    de_minimis: Vec<DeMinimis>,
    duties: Vec<Duty>,
    end_use: LandedCostEndUse,
    fees: Vec<Fee>,
    landed_cost_guarantee_code: LandedCostGuaranteeCode,
    method: IncotermCode,
    mode: Mode,
    organization: ID,
    remittance: Vec<LandedCostRemittance>,
    root: Option<Root>,
    root_id: ID,
    shipment_rating: ShipmentRating,
    tariff_rate: LandedCostTariffRate,
    taxes: Vec<Tax>,
    created_at: DateTime,
    created_by: ID,
    updated_at: DateTime,
    updated_by: ID,
    /// From when on no order is made of it any more; null of one that was charged elsewhere.
    expires_at: Option<DateTime>,
    /// What was assumed, and which tables of which day it rests on.
    notes: Vec<String>,
    /// What was not known, so that the true amounts may be others.
    missing: Vec<String>,
}

/// A landed cost in its parts, as they are collected with the sale: with DAP nothing is, and the lines say what the
/// recipient will owe. The total is without goods and shipping.
#[derive(SimpleObject)]
pub(crate) struct LandedCostAmountSubtotals {
    discounts: Option<Decimal>,
    duties: Decimal,
    fees: Decimal,
    items: Decimal,
    landed_cost_total: Decimal,
    shipping: Decimal,
    taxes: Decimal,
}

/// A value up to which something is not due, and on which side of it the parcel is.
#[derive(SimpleObject)]
pub(crate) struct DeMinimis {
    /// What was compared, in words and numbers.
    formula: String,
    method: IncotermCode,
    note: String,
    threshold: DeMinimisThreshold,
    #[graphql(name = "type")]
    kind: DeMinimisType,
}

impl DeMinimis {
    fn of(threshold: &Threshold, method: Method) -> Self {
        Self {
            formula: threshold.formula.clone(),
            method: method.into(),
            note: threshold.note.clone(),
            threshold: match threshold.is_above {
                true => DeMinimisThreshold::Above,
                false => DeMinimisThreshold::Below,
            },
            kind: threshold.of.into(),
        }
    }
}

/// An amount that is handed on, or left to the recipient.
#[derive(SimpleObject)]
pub(crate) struct LandedCostRemittance {
    amount: Decimal,
    description: String,
    /// To whom it goes.
    note: String,
}

/// The landed cost of an order, as it was charged.
pub(crate) fn landed_cost(sold: &Sold) -> LandedCost {
    let (charged, stamp) = (Charged::of(sold), sold.taken_in());
    let amounts = &sold.amounts;
    let guarantee = match sold.coverage.guarantee.state {
        Cover::Covered | Cover::AtRisk => LandedCostGuaranteeCode::Zonos,
        Cover::Void | Cover::None => LandedCostGuaranteeCode::NotApplicable,
    };
    LandedCost {
        id: within("landed_cost_", &sold.id, CHARGED),
        currency_code: CurrencyCode(sold.currency()),
        de_minimis: Vec::new(),
        duties: Line::charged(sold, amounts.duties_minor, LandedCostFeeType::Duty)
            .map(Duty::from)
            .collect(),
        end_use: LandedCostEndUse::NotForResale,
        fees: Line::charged(sold, amounts.fees_minor, LandedCostFeeType::Other)
            .map(Fee::from)
            .collect(),
        taxes: Line::charged(sold, amounts.taxes_minor, LandedCostFeeType::Tax)
            .map(Tax::from)
            .collect(),
        amount_subtotals: Some(LandedCostAmountSubtotals {
            discounts: Some(charged.discounts),
            duties: charged.duties,
            fees: charged.fees,
            items: charged.items,
            landed_cost_total: charged.landed_cost_total,
            shipping: charged.shipping,
            taxes: charged.taxes,
        }),
        landed_cost_guarantee_code: guarantee,
        method: IncotermCode::Ddp,
        mode: sold.mode.into(),
        organization: ID(sold.organization_id.0.clone()),
        remittance: Vec::new(),
        root: Some(root(sold)),
        root_id: id(sold),
        shipment_rating: shipment_rating(sold),
        tariff_rate: LandedCostTariffRate::Exact,
        created_at: stamp.at,
        created_by: stamp.by.clone(),
        updated_at: stamp.at,
        updated_by: stamp.by,
        expires_at: None,
        notes: Vec::new(),
        missing: Vec::new(),
    }
}

/// What is collected of a landed cost.
fn subtotals(quote: &Quote) -> LandedCostAmountSubtotals {
    let amounts = &quote.calculation.amounts;
    let decimal = |minor| Decimal::of(minor, quote.request.currency);
    LandedCostAmountSubtotals {
        discounts: Some(decimal(amounts.discounts_minor)),
        duties: decimal(amounts.duties_minor),
        fees: decimal(amounts.fees_minor),
        items: decimal(amounts.items_minor),
        landed_cost_total: decimal(amounts.landed_cost_minor()),
        shipping: decimal(amounts.shipping_minor),
        taxes: decimal(amounts.taxes_minor),
    }
}

/// A landed cost as it was quoted.
pub(crate) fn quoted_cost(held: &Held, sale: &Sale) -> LandedCost {
    let quote = &held.landed_cost;
    let (calculation, currency) = (&quote.calculation, quote.request.currency);
    let decimal = |minor| Decimal::of(minor, currency);
    let lines = |kinds: fn(LandedCostFeeType) -> bool| {
        let lines = calculation.lines.iter();
        let lines = lines.filter(move |line| kinds(line.kind.into()));
        lines.map(|line| Line::quoted(quote, sale, line))
    };
    let how = &quote.request.how;
    let remittance = quote.remittances().into_iter();
    let (at, by) = (DateTime(quote.created_at), ID(quote.created_by.id.clone()));
    LandedCost {
        id: ID(quote.id.0.clone()),
        amount_subtotals: Some(subtotals(quote)),
        currency_code: CurrencyCode(currency),
        de_minimis: calculation
            .de_minimis
            .iter()
            .map(|one| DeMinimis::of(one, how.method))
            .collect(),
        duties: lines(|kind| kind == LandedCostFeeType::Duty)
            .map(Duty::from)
            .collect(),
        end_use: quote.request.end_use.into(),
        fees: lines(|kind| !matches!(kind, LandedCostFeeType::Duty | LandedCostFeeType::Tax))
            .map(Fee::from)
            .collect(),
        landed_cost_guarantee_code: match calculation.is_guaranteed {
            true => LandedCostGuaranteeCode::Zonos,
            false => LandedCostGuaranteeCode::NotApplicable,
        },
        method: how.method.into(),
        mode: quote.mode.into(),
        organization: sale.organization.clone(),
        remittance: remittance
            .map(|one| LandedCostRemittance {
                amount: decimal(one.amount_minor),
                description: one.description,
                note: one.note,
            })
            .collect(),
        root: Some(told_root(sale)),
        root_id: ID(sale.root.id.0.clone()),
        shipment_rating: sale.rating_of(quote),
        tariff_rate: how.rate_choice.into(),
        taxes: lines(|kind| kind == LandedCostFeeType::Tax)
            .map(Tax::from)
            .collect(),
        created_at: at,
        created_by: by.clone(),
        updated_at: at,
        updated_by: by,
        expires_at: Some(DateTime(quote.expires_at)),
        notes: calculation.notes.clone(),
        missing: calculation.missing.clone(),
    }
}

/// A line of a landed cost, whatever it is for.
struct Line {
    amount: Decimal,
    currency: Currency,
    description: Option<String>,
    exchange_rate: Option<ExchangeRate>,
    formula: String,
    item: Option<Item>,
    kind: LandedCostFeeType,
    note: Option<String>,
    payee: Option<Party>,
    payor: Option<Party>,
}

/// What is said of a line that was calculated elsewhere.
const NOTE: &str = "as the shopper was charged; how it was calculated is not kept here";

impl Line {
    /// One line where anything was charged.
    fn charged(sold: &Sold, minor: i64, kind: LandedCostFeeType) -> impl Iterator<Item = Self> {
        let line = (minor != 0).then(|| Self {
            amount: Decimal::of(minor, sold.currency()),
            currency: sold.currency(),
            description: None,
            exchange_rate: charged_rate(sold),
            formula: sold.money(minor).to_string(),
            item: None,
            kind,
            note: Some(NOTE.to_owned()),
            payee: None,
            payor: None,
        });
        line.into_iter()
    }

    /// A line as it was reckoned.
    fn quoted(quote: &Quote, sale: &Sale, line: &Reckoned) -> Self {
        let currency = quote.request.currency;
        let item = line.item.as_ref().and_then(|id| sale.root.item(id));
        let payor = match quote.request.how.method {
            Method::Ddp => sale.party(PartyKind::Payor),
            Method::Dap => None,
        };
        Self {
            amount: Decimal::of(line.amount_minor, currency),
            currency,
            description: kept(&line.name),
            exchange_rate: quoted_rate(quote),
            formula: line.formula.clone(),
            item: item.map(|item| told_item(sale, item)),
            kind: line.kind.into(),
            note: kept(&line.note),
            payee: sale.party(PartyKind::Payee),
            payor: payor.or_else(|| sale.party(PartyKind::Destination)),
        }
    }
}

/// The same fields under the names that the interface has for each of the three.
macro_rules! lines {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub(crate) struct $name {
            amount: Decimal,
            currency: CurrencyCode,
            currency_code: CurrencyCode,
            /// What it is called.
            description: Option<String>,
            /// The rate that is held to the organization's currency; null where it is that.
            exchange_rate: Option<ExchangeRate>,
            /// How it came about, in words and numbers.
            formula: String,
            /// The item that it is on; null where it is on the parcel.
            item: Option<Item>,
            /// What was missing or assumed, and what the tariff adds.
            note: Option<String>,
            /// Who is paid, where that was told.
            payee: Option<Party>,
            /// Who pays: with DDP the payor, else the destination.
            payor: Option<Party>,
            #[graphql(name = "type")]
            kind: LandedCostFeeType,
        }

        impl From<Line> for $name {
            fn from(line: Line) -> Self {
                Self {
                    amount: line.amount,
                    currency: CurrencyCode(line.currency),
                    currency_code: CurrencyCode(line.currency),
                    description: line.description,
                    exchange_rate: line.exchange_rate,
                    formula: line.formula,
                    item: line.item,
                    note: line.note,
                    payee: line.payee,
                    payor: line.payor,
                    kind: line.kind,
                }
            }
        }
    )*};
}

lines! {
    /// A duty.
    Duty;
    /// A fee of import.
    Fee;
    /// A tax of import.
    Tax;
}
