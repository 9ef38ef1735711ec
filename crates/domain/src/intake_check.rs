//! What an order must be to be taken in: the first fault is named by its field, with the remedy.

use std::collections::BTreeSet;

use crate::address::check_country;
use crate::ids::ItemId;
use crate::intake::{MAX_ITEMS, MAX_NAME, MAX_PAYMENTS, MAX_QUANTITY, NewOrder};
use crate::money::{MAX_MINOR, Money};
use crate::order::{Declaration, Item, Source};
use crate::pairs;
use crate::payment::PaymentState;
use crate::rate::ExchangeRate;
use crate::refusal::{Problem, Refusal};
use crate::text::{optional_text, required_text};

/// The order with its texts trimmed and its codes in capitals.
pub(crate) fn checked(mut new: NewOrder) -> Result<NewOrder, Refusal> {
    if let Some(number) = &new.number {
        new.number = Some(required_text(number, "number", crate::edits::MAX_NUMBER)?);
    }
    let second = new.placed_at.as_second();
    if !(0..END_OF_TIME_S).contains(&second) {
        let given = new.placed_at.to_string();
        return Err(Refusal::invalid(
            "placed_at",
            malformed(given, "a date from 1970 to 2199"),
        ));
    }
    check_shop(&mut new)?;
    check_rate(&new.rate)?;
    check_language(&new.language)?;
    new.ship_to = new.ship_to.checked("ship_to")?;
    if new.ship_to.country.is_empty() {
        return Err(Refusal::invalid("ship_to.country", Problem::Missing));
    }
    new.bill_to = new
        .bill_to
        .map(|address| address.checked("bill_to"))
        .transpose()?;
    check_items(&mut new.items)?;
    check_amounts(&new)?;
    check_payments(&new)?;
    if new.tags.len() > crate::edits::MAX_TAGS {
        return Err(Refusal::invalid(
            "tags",
            Problem::TooMany {
                max: crate::edits::MAX_TAGS,
            },
        ));
    }
    let tags = new
        .tags
        .iter()
        .map(|tag| required_text(tag, "tags", crate::edits::MAX_TAG));
    new.tags = tags.collect::<Result<_, _>>()?;
    let kept = &mut new.particulars;
    kept.source = optional_text(&kept.source, "source", MAX_NAME)?;
    kept.metadata = pairs::checked(std::mem::take(&mut kept.metadata), "metadata")?;
    kept.references = pairs::checked(std::mem::take(&mut kept.references), "references")?;
    Ok(new)
}

/// The first second of 2200: the list tells places apart by the second, and its numbers end some decades later.
const END_OF_TIME_S: i64 = 7_258_118_400;

/// What others call things by is found by it later: no text may be empty or endless.
fn check_shop(new: &mut NewOrder) -> Result<(), Refusal> {
    if let Some(shop) = &mut new.shop {
        shop.connection = required_text(&shop.connection, "shop.connection", MAX_NAME)?;
        shop.external_id = required_text(&shop.external_id, "shop.external_id", MAX_NAME)?;
    }
    Ok(())
}

fn malformed(given: String, expected: &str) -> Problem {
    Problem::Malformed {
        given,
        expected: expected.to_owned(),
    }
}

pub(crate) fn check_rate(rate: &ExchangeRate) -> Result<(), Refusal> {
    if rate.rate <= rust_decimal::Decimal::ZERO {
        return Err(Refusal::invalid("rate", Problem::NotPositive));
    }
    if rate.presentment == rate.base && rate.rate != rust_decimal::Decimal::ONE {
        return Err(Refusal::invalid(
            "rate",
            malformed(rate.rate.to_string(), "1, both currencies being the same"),
        ));
    }
    Ok(())
}

fn check_language(tag: &str) -> Result<(), Refusal> {
    let is_subtag = |part: &str| {
        (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
    };
    if tag.len() <= 35 && tag.split('-').all(is_subtag) {
        return Ok(());
    }
    Err(Refusal::invalid(
        "language",
        malformed(tag.to_owned(), "a BCP 47 tag such as fr or pt-BR"),
    ))
}

/// Items with their texts trimmed, each under an identifier of its own.
///
/// # Errors
/// [`Refusal::Invalid`] naming `items[n].field`.
pub(crate) fn check_items(items: &mut [Item]) -> Result<(), Refusal> {
    if items.is_empty() {
        return Err(Refusal::invalid("items", Problem::Missing));
    }
    if items.len() > MAX_ITEMS {
        return Err(Refusal::invalid(
            "items",
            Problem::TooMany { max: MAX_ITEMS },
        ));
    }
    let mut ids: BTreeSet<&ItemId> = BTreeSet::new();
    for (index, item) in items.iter().enumerate() {
        let field = |name: &str| format!("items[{index}].{name}");
        if !ids.insert(&item.id) {
            return Err(Refusal::invalid(
                &field("id"),
                Problem::Twice {
                    given: item.id.0.clone(),
                },
            ));
        }
        optional_text(&item.sku, &field("sku"), MAX_NAME)?;
        if item.quantity == 0 || item.quantity > MAX_QUANTITY {
            let given = item.quantity.to_string();
            return Err(Refusal::invalid(
                &field("quantity"),
                malformed(given, "between 1 and 1,000,000"),
            ));
        }
        check_amount(item.unit_price_minor, &field("unit_price"))?;
        if item.removed != 0 {
            return Err(Refusal::invalid(
                &field("removed"),
                malformed(item.removed.to_string(), "0 in a new order"),
            ));
        }
    }
    for (index, item) in items.iter_mut().enumerate() {
        item.name = required_text(&item.name, &format!("items[{index}].name"), MAX_NAME)?;
        item.declared = checked_declaration(
            std::mem::take(&mut item.declared),
            &format!("items[{index}]"),
        )?;
    }
    Ok(())
}

/// Checks what customs is told: digits of an HS code, a country, a bounded text, an amount.
///
/// # Errors
/// [`Refusal::Invalid`] naming `prefix.field`.
pub(crate) fn checked_declaration(
    mut declared: Declaration,
    prefix: &str,
) -> Result<Declaration, Refusal> {
    let hs_code = crate::tariff::hs_digits(&declared.hs_code);
    let is_code = hs_code.is_empty()
        || ((4..=12).contains(&hs_code.len()) && hs_code.bytes().all(|byte| byte.is_ascii_digit()));
    if !is_code {
        let problem = malformed(declared.hs_code, "an HS code of 4 to 12 digits");
        return Err(Refusal::invalid(&format!("{prefix}.hs_code"), problem));
    }
    declared.hs_code = hs_code;
    declared.origin = declared.origin.trim().to_ascii_uppercase();
    check_country(&declared.origin, &format!("{prefix}.origin"))?;
    let field = format!("{prefix}.description");
    declared.description = optional_text(&declared.description, &field, MAX_NAME)?;
    check_amount(declared.unit_price_minor, &format!("{prefix}.unit_price"))?;
    Ok(declared)
}

/// Refuses amounts below zero or beyond what the desk keeps.
pub(crate) fn check_amount(minor: i64, field: &str) -> Result<(), Refusal> {
    if minor < 0 {
        return Err(Refusal::invalid(field, Problem::Negative));
    }
    if minor > MAX_MINOR {
        return Err(Refusal::invalid(
            field,
            Problem::Amount(crate::money::AmountError::TooLarge),
        ));
    }
    Ok(())
}

fn check_amounts(new: &NewOrder) -> Result<(), Refusal> {
    let amounts = &new.amounts;
    for (minor, field) in [
        (amounts.items_minor, "amounts.items"),
        (amounts.shipping_minor, "amounts.shipping"),
        (amounts.duties_minor, "amounts.duties"),
        (amounts.taxes_minor, "amounts.taxes"),
        (amounts.fees_minor, "amounts.fees"),
        (amounts.discounts_minor, "amounts.discounts"),
        (amounts.variance_minor.saturating_abs(), "amounts.variance"),
    ] {
        check_amount(minor, field)?;
    }
    check_amount(amounts.total_minor(), "amounts.total")?;
    let line = |item: &Item| i128::from(item.unit_price_minor) * i128::from(item.quantity);
    let sum: i128 = new.items.iter().map(line).sum();
    if sum != i128::from(amounts.items_minor) {
        let money = |minor| Money::new(minor, new.rate.presentment);
        let sum = money(i64::try_from(sum).unwrap_or(i64::MAX));
        let expected = money(amounts.items_minor);
        return Err(Refusal::invalid(
            "amounts.items",
            Problem::DoesNotAddUp { sum, expected },
        ));
    }
    Ok(())
}

fn check_payments(new: &NewOrder) -> Result<(), Refusal> {
    if !new.payments.is_empty() && new.source == Source::DutyAndTax {
        let expected = "empty: the shop takes the payment of a duty-and-tax order".to_owned();
        let given = new.payments[0].reference.clone();
        return Err(Refusal::invalid(
            "payments",
            Problem::Malformed { given, expected },
        ));
    }
    if new.payments.len() > MAX_PAYMENTS {
        return Err(Refusal::invalid(
            "payments",
            Problem::TooMany { max: MAX_PAYMENTS },
        ));
    }
    for (index, payment) in new.payments.iter().enumerate() {
        let field = |name: &str| format!("payments[{index}].{name}");
        if payment.amount_minor <= 0 {
            return Err(Refusal::invalid(&field("amount"), Problem::NotPositive));
        }
        check_amount(payment.amount_minor, &field("amount"))?;
        required_text(&payment.id.0, &field("id"), MAX_NAME)?;
        optional_text(&payment.provider, &field("provider"), MAX_NAME)?;
        optional_text(&payment.reference, &field("reference"), MAX_NAME)?;
        if payment.state != PaymentState::Pending
            || payment.captured_minor != 0
            || payment.dispute.is_some()
        {
            let given = format!("{:?}", payment.state);
            return Err(Refusal::invalid(
                &field("state"),
                malformed(given, "pending: what followed comes as facts"),
            ));
        }
        let is_twice = new.payments[..index]
            .iter()
            .any(|other| other.id == payment.id);
        if is_twice {
            return Err(Refusal::invalid(
                &field("id"),
                Problem::Twice {
                    given: payment.id.0.clone(),
                },
            ));
        }
    }
    Ok(())
}
