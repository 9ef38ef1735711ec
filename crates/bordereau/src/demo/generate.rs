//! One believable order: who buys what, where to, at which price. The same randomness gives the same order.

use domain::address::Address;
use domain::ids::{ItemId, PaymentId};
use domain::intake::NewOrder;
use domain::money::{Currency, prorate};
use domain::order::{Amounts, Declaration, EstimatedWeight, FraudReview, Item, ShopLink, Source};
use domain::payment::{Payment, PaymentState};
use domain::rate::ExchangeRate;
use jiff::Timestamp;
use rand::Rng;
use rand::rngs::StdRng;

use super::goods::GOODS;
use super::places::{PLACES, Place};

/// What the demo's organization is billed in.
const BASE: Currency = Currency::USD;

/// Basis points in a whole.
const WHOLE_BP: i64 = 10_000;

/// Picks one of many.
pub fn pick<'a, T>(rng: &mut StdRng, from: &'a [T]) -> &'a T {
    &from[rng.random_range(0..from.len())]
}

/// The `index`-th order of the demo, as it comes from the shop.
pub fn order(rng: &mut StdRng, index: u64, placed_at: Timestamp) -> NewOrder {
    // The smaller of two draws: earlier destinations come more often.
    let place = &PLACES[rng
        .random_range(0..PLACES.len())
        .min(rng.random_range(0..PLACES.len()))];
    let source = match rng.random_range(0..20) {
        0..12 => Source::Checkout,
        12..17 => Source::DutyAndTax,
        _ => Source::Api,
    };
    let rate = rate(place, placed_at);
    let items = items(rng, &rate);
    let amounts = amounts(rng, place, &items, &rate);
    let ship_to = address(rng, place);
    let weight_g = items.iter().map(|item| item.weight_g * item.quantity).sum();
    let is_checkout = source == Source::Checkout;
    let has_shop = source != Source::Api;
    NewOrder {
        source,
        // A few came without a number, as they do when the shop's plugin is older than the shop.
        number: (rng.random_range(0..25) != 0)
            .then(|| format!("{}{}", prefix(source), 20_000 + index)),
        shop: has_shop.then(|| ShopLink {
            connection: "shop".to_owned(),
            external_id: format!("gid-{}", 7_000_000 + index),
        }),
        placed_at,
        language: place.language.to_owned(),
        rate,
        amounts,
        items,
        bill_to: (rng.random_range(0..6) == 0).then(|| Address {
            email: ship_to.email.clone(),
            ..address(rng, place)
        }),
        ship_to,
        estimated_weight: EstimatedWeight {
            physical_g: weight_g,
            dimensional_g: weight_g / 10 * rng.random_range(6..16),
        },
        payments: if is_checkout {
            payments(index, amounts.total_minor(), rng)
        } else {
            Vec::new()
        },
        fraud_review: FraudReview::None,
        fraud_protection: is_checkout,
        guarantee: source != Source::Api && rng.random_range(0..4) != 0,
        landed_cost: None,
        tags: tags(rng),
        particulars: Default::default(),
    }
}

fn prefix(source: Source) -> &'static str {
    match source {
        Source::Checkout => "A-",
        Source::DutyAndTax => "S",
        Source::Api => "WH-",
    }
}

fn rate(place: &Place, at: Timestamp) -> ExchangeRate {
    let presentment = Currency::parse(place.currency).expect("the table holds ISO 4217 codes");
    let rate = place.rate.parse().expect("the table holds decimals");
    ExchangeRate {
        presentment,
        base: BASE,
        rate,
        source: "shop".to_owned(),
        at,
    }
}

fn items(rng: &mut StdRng, rate: &ExchangeRate) -> Vec<Item> {
    let count = [1, 1, 1, 2, 2, 3, 4][rng.random_range(0..7)];
    let first = rng.random_range(0..GOODS.len());
    (0..count)
        .map(|line| {
            let (sku, name, description, hs_code, origin, price_cents, weight_g) =
                GOODS[(first + line * 4) % GOODS.len()];
            let unit_price_minor = rate.to_presentment(price_cents).minor;
            Item {
                id: ItemId(format!("{}{}", ItemId::PREFIX, line + 1)),
                sku: sku.to_owned(),
                name: name.to_owned(),
                quantity: [1, 1, 1, 2, 3][rng.random_range(0..5)],
                removed: 0,
                unit_price_minor,
                weight_g,
                declared: Declaration {
                    hs_code: hs_code.to_owned(),
                    origin: origin.to_owned(),
                    description: description.to_owned(),
                    unit_price_minor,
                },
            }
        })
        .collect()
}

fn amounts(rng: &mut StdRng, place: &Place, items: &[Item], rate: &ExchangeRate) -> Amounts {
    let items_minor = items
        .iter()
        .map(|item| item.unit_price_minor * i64::from(item.quantity))
        .sum();
    let shipping_minor = rate
        .to_presentment([900, 1_450, 2_200, 0][rng.random_range(0..4)])
        .minor;
    let discounts_minor = if rng.random_range(0..6) == 0 {
        items_minor / 10
    } else {
        0
    };
    let goods = items_minor - discounts_minor;
    let duties_minor = prorate(goods, place.duty_bp, WHOLE_BP);
    let taxes_minor = prorate(
        goods + shipping_minor + duties_minor,
        place.tax_bp,
        WHOLE_BP,
    );
    let fees_minor = rate.to_presentment(250).minor;
    Amounts {
        items_minor,
        shipping_minor,
        duties_minor,
        taxes_minor,
        fees_minor,
        discounts_minor,
        variance_minor: 0,
    }
}

fn address(rng: &mut StdRng, place: &Place) -> Address {
    let (city, region, postal_code) = *pick(rng, place.towns);
    let (first_name, last_name) = (*pick(rng, place.first_names), *pick(rng, place.last_names));
    let mailbox = format!("{first_name}.{last_name}");
    let mailbox = domain::search::words(&mailbox).join(".");
    Address {
        first_name: first_name.to_owned(),
        last_name: last_name.to_owned(),
        company: if rng.random_range(0..12) == 0 {
            format!("Studio {last_name}")
        } else {
            String::new()
        },
        line1: format!("{} {}", rng.random_range(1..180), pick(rng, place.streets)),
        line2: String::new(),
        city: city.to_owned(),
        region: region.to_owned(),
        postal_code: postal_code.to_owned(),
        country: place.country.to_owned(),
        email: format!("{mailbox}{}@example.com", rng.random_range(1..1000)),
        phone: format!(
            "{} {:09}",
            place.phone,
            rng.random_range(100_000_000..999_999_999)
        ),
    }
}

fn payments(index: u64, total_minor: i64, rng: &mut StdRng) -> Vec<Payment> {
    let method = format!(
        "{} •••• {:04}",
        pick(rng, &["Visa", "Mastercard", "Amex"]),
        rng.random_range(0..10_000)
    );
    vec![Payment {
        id: PaymentId(format!("{}{:010}", PaymentId::PREFIX, index)),
        provider: "sandbox".to_owned(),
        reference: format!("sandbox_{index:010}"),
        amount_minor: total_minor,
        captured_minor: 0,
        state: PaymentState::Pending,
        method,
        expires_at: None,
        dispute: None,
    }]
}

fn tags(rng: &mut StdRng) -> std::collections::BTreeSet<String> {
    let tag = match rng.random_range(0..20) {
        0 => "vip",
        1 => "gift",
        2 => "wholesale",
        _ => return std::collections::BTreeSet::new(),
    };
    [tag.to_owned()].into()
}
