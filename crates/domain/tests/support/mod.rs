//! What the tests of the rules share: actors, a clock, and an order that is easy to reckon with.
//!
//! The order has two mugs at 20.00 and a plate at 60.00, shipping 10.00, duties 5.00, taxes 15.00, fees 2.00 and a
//! discount of 12.00: 120.00 in all, of which 88.00 are goods, 10.00 shipping, 22.00 duties and taxes.

#![allow(
    dead_code,
    reason = "every test program takes what it needs of the shared builders"
)]

mod commands;
pub mod customs;
pub mod landed;
pub mod waits;

use domain::actor::{Actor, ActorKind, By, Permission};
use domain::address::Address;
use domain::capture::CaptureRule;
use domain::command::{Command, Context, Decision, Fact, decide, record};
use domain::event::{Event, EventKind};
use domain::fees::FeeTerms;
use domain::intake::{NewOrder, Placement, take};
use domain::money::Currency;
use domain::order::{
    Amounts, Declaration, EstimatedWeight, FraudReview, Item, Mode, Order, ShopLink, Source,
};
use domain::payment::{Payment, PaymentState};
use domain::payment_settle::PaymentFact;
use domain::policy::Policy;
use domain::rate::ExchangeRate;
use domain::refund_settle::RefundFact;
use domain::refusal::Refusal;
use domain::shop::ShopFact;
use jiff::{SignedDuration, Timestamp};

pub use commands::*;

/// The test's clock: `minutes` after a fixed instant.
pub fn at(minutes: i64) -> Timestamp {
    let start: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
    start + SignedDuration::from_mins(minutes)
}

pub fn actor(kind: ActorKind, id: &str, permissions: &[Permission]) -> Actor {
    let (id, name) = (id.to_owned(), id.to_owned());
    Actor {
        by: By { kind, id, name },
        permissions: permissions.iter().copied().collect(),
    }
}

pub fn admin() -> Actor {
    actor(ActorKind::Person, "admin", &Permission::ALL)
}

pub fn member() -> Actor {
    actor(ActorKind::Person, "member", &Permission::MEMBER)
}

pub fn viewer() -> Actor {
    actor(ActorKind::Person, "viewer", &[Permission::ViewOrders])
}

pub fn support() -> Actor {
    actor(ActorKind::Support, "support", &Permission::ALL)
}

pub fn system(kind: ActorKind) -> Actor {
    actor(kind, "system", &[])
}

pub fn usd() -> Currency {
    Currency::USD
}

pub fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

/// The rate an order in this currency was sold at, to US dollars.
pub fn rate_of(presentment: Currency) -> ExchangeRate {
    let mut rate = ExchangeRate::identity(presentment, at(-60));
    rate.base = usd();
    let per_unit = match presentment.code() {
        "USD" => "1",
        "JPY" => "0.0067",
        "KWD" => "3.2512",
        "VND" => "0.00004",
        _ => "1.0837",
    };
    rate.rate = per_unit.parse().unwrap();
    rate
}

pub fn item(id: &str, quantity: u32, unit_price_minor: i64) -> Item {
    let declared = Declaration {
        hs_code: "691110".to_owned(),
        origin: "PT".to_owned(),
        description: id.to_owned(),
        unit_price_minor,
    };
    Item {
        id: id.into(),
        sku: id.to_uppercase(),
        name: id.to_owned(),
        quantity,
        removed: 0,
        unit_price_minor,
        weight_g: 350,
        declared,
    }
}

pub fn address() -> Address {
    Address {
        first_name: "Hana".to_owned(),
        last_name: "Sato".to_owned(),
        line1: "1-23 Ginza".to_owned(),
        city: "Tokyo".to_owned(),
        region: "13".to_owned(),
        postal_code: "104-0061".to_owned(),
        country: "JP".to_owned(),
        email: "hana@example.com".to_owned(),
        ..Address::default()
    }
}

pub fn payment(id: &str, amount_minor: i64) -> Payment {
    Payment {
        id: id.into(),
        provider: "sandbox".to_owned(),
        reference: format!("at-provider-{id}"),
        amount_minor,
        captured_minor: 0,
        state: PaymentState::Pending,
        method: "Visa 4242".to_owned(),
        expires_at: None,
        dispute: None,
    }
}

pub fn new_order(source: Source, presentment: Currency) -> NewOrder {
    NewOrder {
        source,
        number: Some("1001".to_owned()),
        shop: (source != Source::Api).then(|| ShopLink {
            connection: "shop".to_owned(),
            external_id: "gid-1".to_owned(),
        }),
        placed_at: at(-60),
        language: "fr".to_owned(),
        rate: rate_of(presentment),
        amounts: Amounts {
            items_minor: 10_000,
            shipping_minor: 1_000,
            duties_minor: 500,
            taxes_minor: 1_500,
            fees_minor: 200,
            discounts_minor: 1_200,
            variance_minor: 0,
        },
        items: vec![item("mug", 2, 2_000), item("plate", 1, 6_000)],
        ship_to: address(),
        bill_to: None,
        estimated_weight: EstimatedWeight {
            physical_g: 1_050,
            dimensional_g: 1_400,
        },
        payments: match source {
            Source::Checkout => vec![payment("payment_1", 12_000)],
            Source::DutyAndTax | Source::Api => Vec::new(),
        },
        fraud_review: FraudReview::Approved,
        fraud_protection: source == Source::Checkout,
        guarantee: true,
        landed_cost: None,
        tags: [].into(),
        particulars: Default::default(),
    }
}

pub fn placement() -> Placement {
    Placement {
        id: "order_1".into(),
        organization_id: "org_1".into(),
        mode: Mode::Live,
        desk_number: 1,
        fees: FeeTerms::default(),
        capture: CaptureRule::ByHand,
    }
}

pub fn taken(new: NewOrder) -> Order {
    let actor = system(ActorKind::Shop);
    let context = Context::of(&actor, at(0));
    take(new, placement(), &context).unwrap().order
}

/// A checkout order whose one payment has only been asked for.
pub fn pending_order(presentment: Currency) -> Order {
    taken(new_order(Source::Checkout, presentment))
}

/// A checkout order whose payment is held on the card.
pub fn authorized_order(presentment: Currency) -> Order {
    let fact = PaymentFact::Authorized { expires_at: None };
    pay(&pending_order(presentment), "payment_1", fact)
}

/// A checkout order that is paid: 120.00 taken in one payment.
pub fn checkout_order(presentment: Currency) -> Order {
    captured(&authorized_order(presentment), "payment_1", 12_000)
}

/// A paid checkout order over several payments of these amounts.
pub fn order_over(presentment: Currency, amounts: &[i64]) -> Order {
    let mut new = new_order(Source::Checkout, presentment);
    let name = |index: usize| format!("payment_{}", index + 1);
    let each = amounts.iter().enumerate();
    new.payments = each
        .clone()
        .map(|(index, amount)| payment(&name(index), *amount))
        .collect();
    each.fold(taken(new), |order, (index, amount)| {
        captured(&order, &name(index), *amount)
    })
}

pub fn duty_and_tax_order(is_guaranteed: bool) -> Order {
    let mut new = new_order(Source::DutyAndTax, usd());
    new.guarantee = is_guaranteed;
    taken(new)
}

pub fn try_run(order: &Order, command: &Command, actor: &Actor) -> Result<Decision, Refusal> {
    let at = order.updated_at + SignedDuration::from_mins(1);
    decide(order, command, &Context::of(actor, at))
}

/// Under what an organization asks of who asks, one minute after the last change.
pub fn try_under(
    order: &Order,
    command: &Command,
    actor: &Actor,
    policy: &Policy,
) -> Result<Decision, Refusal> {
    let at = order.updated_at + SignedDuration::from_mins(1);
    decide(order, command, &Context { actor, at, policy })
}

pub fn run_as(order: &Order, command: Command, actor: &Actor) -> Decision {
    try_run(order, &command, actor).unwrap_or_else(|refusal| panic!("{command:?}: {refusal}"))
}

pub fn run(order: &Order, command: Command) -> Order {
    run_as(order, command, &admin()).order
}

/// The names of the events that a command makes.
pub fn events(order: &Order, command: Command) -> Vec<&'static str> {
    names(&run_as(order, command, &admin()).events)
}

pub fn names(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(|event| event.kind.name()).collect()
}

/// The refusal of a command, having checked that the order is as it was and that asking again changes nothing.
pub fn refusal_as(order: &Order, command: Command, actor: &Actor) -> Refusal {
    let before = order.clone();
    let refusal = try_run(order, &command, actor).expect_err("the command should be refused");
    assert_eq!(*order, before, "a refusal leaves the order as it was");
    assert_eq!(try_run(order, &command, actor), Err(refusal.clone()));
    refusal
}

pub fn refusal(order: &Order, command: Command) -> Refusal {
    refusal_as(order, command, &admin())
}

pub fn try_tell(order: &Order, fact: &Fact) -> Result<Decision, Refusal> {
    let kind = match fact {
        Fact::Payment { .. } | Fact::Refund { .. } | Fact::ForeignRefund { .. } => {
            ActorKind::Provider
        }
        Fact::Label { .. } | Fact::Parcel { .. } => ActorKind::Carrier,
        Fact::Shop(_) => ActorKind::Shop,
        Fact::Fraud(_)
        | Fact::Mail { .. }
        | Fact::Sync(_)
        | Fact::PaymentDue { .. }
        | Fact::WaitingOver { .. }
        | Fact::GivenUp { .. }
        | Fact::RefundOverdue { .. } => ActorKind::Desk,
    };
    let actor = system(kind);
    let at = order.updated_at + SignedDuration::from_mins(1);
    record(order, fact, &Context::of(&actor, at))
}

pub fn told(order: &Order, fact: Fact) -> Decision {
    try_tell(order, &fact).unwrap_or_else(|refusal| panic!("{fact:?}: {refusal}"))
}

pub fn tell(order: &Order, fact: Fact) -> Order {
    told(order, fact).order
}

pub fn pay(order: &Order, payment: &str, fact: PaymentFact) -> Order {
    let payment = payment.into();
    tell(order, Fact::Payment { payment, fact })
}

pub fn captured(order: &Order, payment: &str, captured_minor: i64) -> Order {
    pay(order, payment, PaymentFact::Captured { captured_minor })
}

pub fn refund_fact(refund: &str, fact: RefundFact) -> Fact {
    let refund = refund.into();
    Fact::Refund { refund, fact }
}

pub fn succeeded(order: &Order, refund: &str) -> Order {
    let reference = format!("at-provider-{refund}");
    tell(
        order,
        refund_fact(refund, RefundFact::Succeeded { reference }),
    )
}

pub fn failed(order: &Order, refund: &str) -> Order {
    let problem = "card closed".to_owned();
    tell(
        order,
        refund_fact(
            refund,
            RefundFact::Failed {
                problem,
                failure: None,
            },
        ),
    )
}

pub fn shop(order: &Order, fact: ShopFact) -> Order {
    tell(order, Fact::Shop(fact))
}

/// The one event of this kind among these.
pub fn the<'a>(events: &'a [Event], name: &str) -> &'a EventKind {
    let found: Vec<_> = events
        .iter()
        .filter(|event| event.kind.name() == name)
        .collect();
    assert_eq!(found.len(), 1, "one {name} in {:?}", names(events));
    &found[0].kind
}
