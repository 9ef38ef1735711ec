//! Taking an order in: what comes is checked whole before anything is kept, and every fault names its field.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::capture::CaptureRule;
use crate::command::{Context, Decision};
use crate::conclude::{conclude, natural_status};
use crate::coverage::{Coverage, Standing};
use crate::event::{Event, EventKind};
use crate::fees::FeeTerms;
use crate::ids::{LandedCostId, OrderId, OrganizationId};
use crate::order::{
    Amounts, EstimatedWeight, FraudReview, Item, Mode, Order, Particulars, ShopLink, Source, Sync,
    Transition,
};
use crate::payment::Payment;
use crate::rate::ExchangeRate;
use crate::refusal::Refusal;

/// The most lines one order has.
pub const MAX_ITEMS: usize = 500;

/// The longest name of an item, in characters.
pub const MAX_NAME: usize = 500;

/// The most payments one order has; so many of the largest amount still add up.
pub const MAX_PAYMENTS: usize = 50;

/// The most one line's quantity can be.
pub const MAX_QUANTITY: u32 = 1_000_000;

/// An order as it comes, before it has a number of ours or a history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewOrder {
    /// Who brings it and where it is paid.
    pub source: Source,
    /// The shop's own number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The shop it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop: Option<ShopLink>,
    /// When the shopper placed it.
    pub placed_at: Timestamp,
    /// The shopper's language, a BCP 47 tag.
    #[serde(default = "english")]
    pub language: String,
    /// Presentment and base currency, and the rate between them.
    pub rate: ExchangeRate,
    /// What the shopper was charged for.
    pub amounts: Amounts,
    /// What was bought.
    pub items: Vec<Item>,
    /// Where it goes.
    pub ship_to: Address,
    /// Who pays; the ship-to where nothing is said.
    #[serde(default)]
    pub bill_to: Option<Address>,
    /// What shipping was quoted on.
    #[serde(default)]
    pub estimated_weight: EstimatedWeight,
    /// Payments processed here.
    #[serde(default)]
    pub payments: Vec<Payment>,
    /// What the fraud screening said so far.
    #[serde(default)]
    pub fraud_review: FraudReview,
    /// Whether an approved order's chargebacks are covered.
    #[serde(default)]
    pub fraud_protection: bool,
    /// Whether the quoted landed cost is guaranteed.
    #[serde(default)]
    pub guarantee: bool,
    /// The landed cost that it was quoted, where it was quoted one here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub landed_cost: Option<LandedCostId>,
    /// Labels of the team's own making.
    #[serde(default)]
    pub tags: BTreeSet<String>,
    /// What the program that brings it keeps with it.
    #[serde(default, skip_serializing_if = "Particulars::is_empty")]
    pub particulars: Particulars,
}

fn english() -> String {
    "en".to_owned()
}

/// What the desk adds to an order it takes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// Its identifier.
    pub id: OrderId,
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Live or test.
    pub mode: Mode,
    /// Our own short number.
    pub desk_number: u64,
    /// The organization's fees.
    pub fees: FeeTerms,
    /// When the organization has what is held on a card taken.
    pub capture: CaptureRule,
}

/// Takes an order in. Payments come as they were asked for: what the provider says of them is recorded afterwards.
///
/// # Errors
/// [`Refusal::Invalid`] for the first field that cannot be.
pub fn take(new: NewOrder, placement: Placement, context: &Context) -> Result<Decision, Refusal> {
    placement.fees.checked()?;
    placement.capture.checked()?;
    let mut order = document(crate::intake_check::checked(new)?, placement, context);
    order.status = natural_status(&order);
    let status = order.status;
    let by = context.actor.by.clone();
    order.transitions.push(Transition {
        status,
        at: context.at,
        by: by.clone(),
        note: None,
    });
    let kind = EventKind::Taken {
        order: Box::new(order.clone()),
    };
    let event = Event {
        seq: 1,
        at: context.at,
        by,
        kind,
    };
    Ok(Decision {
        events: vec![event],
        order,
    })
}

/// The document of an order that has no history yet.
fn document(new: NewOrder, placement: Placement, context: &Context) -> Order {
    let sync = if new.shop.is_some() {
        Sync::InStep
    } else {
        Sync::NotConnected
    };
    Order {
        id: placement.id,
        organization_id: placement.organization_id,
        mode: placement.mode,
        desk_number: placement.desk_number,
        version: 1,
        source: new.source,
        number: new.number,
        number_is_ours: false,
        shop: new.shop,
        placed_at: new.placed_at,
        created_at: context.at,
        updated_at: context.at,
        language: new.language,
        status: crate::order::OrderStatus::Open,
        transitions: Vec::new(),
        hold: None,
        fraud_review: new.fraud_review,
        rate: new.rate,
        landed_cost: new.landed_cost,
        amounts: new.amounts,
        items: new.items,
        bill_to: new.bill_to.unwrap_or_else(|| new.ship_to.clone()),
        ship_to: new.ship_to,
        original_ship_to: None,
        original_bill_to: None,
        estimated_weight: new.estimated_weight,
        particulars: new.particulars,
        payments: new.payments,
        refunds: Vec::new(),
        waiting: Vec::new(),
        withdrawn: Vec::new(),
        refunded_in_shop_minor: 0,
        fees: placement.fees,
        capture: placement.capture,
        journal: Vec::new(),
        shipments: Vec::new(),
        coverage: Coverage {
            // What the screening declined was never covered.
            fraud: Standing::given(
                new.fraud_protection && new.fraud_review != FraudReview::Declined,
            ),
            guarantee: Standing::given(new.guarantee),
        },
        cancellation: None,
        notes: Vec::new(),
        tags: new.tags,
        attention: Vec::new(),
        mails: Vec::new(),
        sync,
    }
}

/// Records several decisions as one: the events of the first, then those that `kinds` add.
pub(crate) fn then(mut decision: Decision, kinds: Vec<EventKind>, context: &Context) -> Decision {
    let more = conclude(&decision.order, kinds, context);
    decision.events.extend(more.events);
    decision.order = more.order;
    decision
}
