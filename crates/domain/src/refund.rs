//! Refunds: within what is left, part by part, in the currency the shopper paid; asked for once; settled only by the
//! provider's word (R1 to R10).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::command::Context;
use crate::event::EventKind;
use crate::ids::{ItemId, PaymentId, RefundId};
use crate::money::{Money, allocate, prorate};
use crate::order::Order;
pub use crate::parts::{Part, Parts};
use crate::payment::Payment;
use crate::refund_by_hand::SettledByHand;
pub use crate::refund_failure::RefundFailure;
use crate::refusal::{Problem, Refusal};
use crate::text::{optional_text, required_text};
use crate::waiting::Waiting;

/// The longest note or reason, in characters.
pub const MAX_NOTE: usize = 2_000;

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    /// Decided here; the provider has not been asked.
    Requested,
    /// The provider is being asked; its answer is not here.
    Sent,
    /// The provider took it on and has not finished.
    Pending,
    /// The answer was lost; only the provider's word settles it.
    Unknown,
    /// The provider says it is done.
    Succeeded,
    /// The provider says it is not and will not be done; its amount is free again.
    Failed,
}

/// Why a refund is made (R5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reason", content = "text", rename_all = "snake_case")]
pub enum RefundReason {
    /// The shopper was charged twice.
    Duplicate,
    /// The order was a fraud.
    Fraudulent,
    /// The order was changed.
    OrderChange,
    /// The shopper was not satisfied.
    ProductUnsatisfactory,
    /// The order was canceled (C2); not offered in the form.
    Cancellation,
    /// Another, in words.
    Other(String),
}

/// Who started a refund.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundOrigin {
    /// A person or a program, here.
    Desk,
    /// The cancellation of the order.
    Cancellation,
    /// Someone at the payment provider; recorded here because it counts against what is left.
    Provider,
}

/// Money on its way back to the shopper, from one payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// Its identifier; with the attempt, the key it is asked for with.
    pub id: RefundId,
    /// The payment it comes from.
    pub payment: PaymentId,
    /// How much of each part, in presentment minor units.
    pub parts: Parts,
    /// What the provider told of one that was made there, in presentment minor units; 0 for ours. More than its parts
    /// where some of it was promised otherwise already.
    #[serde(default, skip_serializing_if = "crate::parts::is_zero")]
    pub told_minor: i64,
    /// Items it was filled in from, with their quantities.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<(ItemId, u32)>,
    /// Why.
    #[serde(flatten)]
    pub reason: RefundReason,
    /// An internal note.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Who started it.
    pub origin: RefundOrigin,
    /// Where it stands.
    pub state: RefundState,
    /// 1, and one more each time a failed one is tried again in place.
    pub attempt: u32,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// When it reached its state.
    pub changed_at: Timestamp,
    /// The provider's id of it, once known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// What the provider said when it failed or when its answer was lost.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub problem: String,
    /// Why it failed, where the provider's reason is one that there are words for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<RefundFailure>,
    /// The share of our fee that returned with it, in base currency; once it succeeded (R8).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee_returned: Option<Money>,
    /// Whether an e-mail to the shopper was asked for.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub notify: bool,
    /// How it was settled outside the provider, after it had failed there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_hand: Option<SettledByHand>,
    /// Whose limit it counts towards, by id: who asked for it, unless another person approved it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_by: Option<Box<str>>,
}

impl Refund {
    /// Whether its amount is spoken for: everything but one that failed and was not settled by hand.
    pub fn counts(&self) -> bool {
        self.state != RefundState::Failed || self.by_hand.is_some()
    }

    /// Whether the shopper certainly has the money, from the provider or by hand.
    pub fn is_returned(&self) -> bool {
        self.state == RefundState::Succeeded || self.by_hand.is_some()
    }

    /// Whether it is still to be settled: what the queue of refunds shows.
    pub fn is_open(&self) -> bool {
        match self.state {
            RefundState::Requested
            | RefundState::Sent
            | RefundState::Pending
            | RefundState::Unknown => true,
            // What someone made at the provider is not ours to try again.
            RefundState::Failed => self.by_hand.is_none() && self.origin != RefundOrigin::Provider,
            RefundState::Succeeded => false,
        }
    }

    /// What the provider is asked with: the same for every repetition, another for every new attempt.
    pub fn idempotency_key(&self) -> String {
        format!("{}.{}", self.id, self.attempt)
    }
}

/// What a person or a program asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRequest {
    /// Chosen by who asks; a repetition is recognised by it.
    pub id: RefundId,
    /// How much of each part, in presentment minor units.
    pub parts: Parts,
    /// Items it was filled in from.
    pub items: Vec<(ItemId, u32)>,
    /// Why.
    pub reason: RefundReason,
    /// An internal note.
    pub note: String,
    /// Whether the shopper gets an e-mail once it is certain.
    pub notify: bool,
}

/// Decides a refund.
///
/// # Errors
/// The ladder of R1 to R5, the most telling first. A repetition of a known request with the same amounts is no event.
pub fn request(
    order: &Order,
    request: &RefundRequest,
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    if let Some(known) = known_legs(order, &request.id) {
        return if known == request.parts {
            Ok(Vec::new())
        } else {
            Err(Refusal::RefundDiffers {
                refund: request.id.clone(),
            })
        };
    }
    if order.withdrawn.contains(&request.id) {
        return Err(Refusal::RefundWithdrawn {
            refund: request.id.clone(),
        });
    }
    // The desk's own key for the refund of a cancellation, which nobody may take first.
    if request.id.as_str().starts_with(&cancellation_key("")) {
        let given = request.id.to_string();
        return Err(Refusal::invalid("id", Problem::Twice { given }));
    }
    may_refund(order)?;
    if let RefundReason::Other(text) = &request.reason {
        required_text(text, "reason", MAX_NOTE)?;
    }
    optional_text(&request.note, "note", MAX_NOTE)?;
    check_items(order, &request.items)?;
    check_parts(order, request.parts)?;
    Ok(legs(order, request, RefundOrigin::Desk, context))
}

/// The identifier of the refund that cancelling asks for: one order is canceled once, so no repetition can double it.
pub(crate) fn cancellation_key(order: &str) -> String {
    format!("{}cancel_{order}", RefundId::PREFIX)
}

/// Whether the order's state lets anything be refunded at all.
///
/// # Errors
/// R1 first, then a cancellation that waits, then what the money's state does not allow.
pub fn may_refund(order: &Order) -> Result<(), Refusal> {
    if !order.is_paid_here() {
        return Err(Refusal::PaidElsewhere);
    }
    // It returns what is left by itself.
    order.check_not_waiting_to_be_canceled()?;
    if order.captured_minor() == 0 {
        return Err(Refusal::NothingCaptured);
    }
    if order.left().total_minor() == 0 {
        return Err(Refusal::NothingLeft);
    }
    if order.left_by_payment().iter().all(|left| *left <= 0) {
        let disputed = order.payments.iter().find(|payment| payment.is_disputed());
        return Err(disputed.map_or(Refusal::NothingLeft, Payment::is_with_the_bank));
    }
    Ok(())
}

/// The amounts already asked for under this id, over all its legs.
fn known_legs(order: &Order, id: &RefundId) -> Option<Parts> {
    let legs = (0..order.payments.len()).map(|leg| id.leg(leg));
    let waiting = order.waiting.iter().flat_map(Waiting::refunds);
    let asked = || order.refunds.iter().chain(waiting.clone());
    let known = legs.filter_map(|leg| asked().find(|refund| refund.id == leg));
    known.map(|refund| refund.parts).reduce(Parts::plus)
}

pub(crate) fn check_items(order: &Order, items: &[(ItemId, u32)]) -> Result<(), Refusal> {
    for (index, (id, quantity)) in items.iter().enumerate() {
        let item = order
            .item(id)
            .ok_or_else(|| Refusal::ItemNotFound { item: id.clone() })?;
        if items[..index].iter().any(|(other, _)| other == id) {
            return Err(Refusal::invalid(
                "items",
                Problem::Twice {
                    given: id.0.clone(),
                },
            ));
        }
        let left = item.quantity.saturating_sub(refunded_quantity(order, id));
        if *quantity > left {
            return Err(Refusal::QuantityExceeds {
                item: id.clone(),
                asked: *quantity,
                left,
            });
        }
    }
    Ok(())
}

pub(crate) fn check_parts(order: &Order, parts: Parts) -> Result<(), Refusal> {
    let left = order.left();
    for part in Part::ALL {
        let asked = parts.get(part);
        if asked < 0 {
            return Err(Refusal::invalid(part.field(), Problem::Negative));
        }
        if asked > left.get(part) {
            return Err(Refusal::ExceedsPart {
                part,
                asked: order.money(asked),
                left: order.money(left.get(part)),
            });
        }
    }
    if parts.total_minor() == 0 {
        return Err(Refusal::invalid("amount", Problem::NotPositive));
    }
    let returnable: i64 = order.left_by_payment().iter().sum();
    if parts.total_minor() > returnable {
        let disputed = order.payments.iter().find(|payment| payment.is_disputed());
        return Err(disputed.map_or(Refusal::NothingLeft, Payment::is_with_the_bank));
    }
    Ok(())
}

/// One refund for each payment that has to return something; the amounts add up to what was asked for.
pub fn legs(
    order: &Order,
    request: &RefundRequest,
    origin: RefundOrigin,
    context: &Context,
) -> Vec<EventKind> {
    let split = request.parts.over(&order.left_by_payment());
    let legs = order
        .payments
        .iter()
        .zip(split)
        .filter(|(_, parts)| parts.total_minor() > 0);
    legs.enumerate()
        .map(|(index, (payment, parts))| {
            let first = index == 0;
            let refund = Box::new(Refund {
                id: request.id.leg(index),
                payment: payment.id.clone(),
                parts,
                told_minor: 0,
                items: match first {
                    true => request.items.clone(),
                    false => Vec::new(),
                },
                reason: request.reason.clone(),
                note: request.note.trim().to_owned(),
                origin,
                state: RefundState::Requested,
                attempt: 1,
                requested_at: context.at,
                changed_at: context.at,
                reference: String::new(),
                problem: String::new(),
                failure: None,
                fee_returned: None,
                notify: request.notify && first,
                by_hand: None,
                asked_by: Some(context.actor.by.id.as_str().into()),
            });
            EventKind::RefundRequested { refund }
        })
        .collect()
}

/// How many of an item are refunded or being refunded.
pub fn refunded_quantity(order: &Order, id: &ItemId) -> u32 {
    let of_item = order
        .spoken_for()
        .flat_map(|refund| refund.items.iter())
        .filter(|(item, _)| item == id);
    of_item.map(|(_, quantity)| quantity).sum()
}

/// Fills in the parts for items and quantities (R4): their price less their share of discounts, and their share of
/// duties and taxes, told cumulatively so that refunding every item in any order ends at exactly the whole.
pub fn parts_for_items(order: &Order, items: &[(ItemId, u32)]) -> Parts {
    let paid = order.paid();
    let weights: Vec<i64> = order
        .items
        .iter()
        .map(|item| {
            item.unit_price_minor
                .saturating_mul(i64::from(item.quantity))
        })
        .collect();
    let goods = allocate(paid.item_minor, &weights);
    let duties = allocate(paid.duty_tax_fee_minor, &weights);
    let mut parts = Parts::default();
    for (index, item) in order.items.iter().enumerate() {
        let asked = items
            .iter()
            .filter(|(id, _)| *id == item.id)
            .fold(0, |sum: u32, (_, quantity)| sum.saturating_add(*quantity));
        let before = i64::from(refunded_quantity(order, &item.id).min(item.quantity));
        let after = (before + i64::from(asked)).min(i64::from(item.quantity));
        let share = |whole: i64, count: i64| prorate(whole, count, i64::from(item.quantity));
        parts.item_minor += share(goods[index], after) - share(goods[index], before);
        parts.duty_tax_fee_minor += share(duties[index], after) - share(duties[index], before);
    }
    parts.zip(order.left(), |asked, left| asked.clamp(0, left.max(0)))
}

/// What a person means who types the parts in base currency (R6).
///
/// All that the form shows is all that is left, to the last coin too small to show. Otherwise a part typed as zero
/// returns nothing, though what is left of it may be such a coin.
pub fn parts_from_base(order: &Order, base: Parts) -> Parts {
    let left = order.left().to_array();
    let (typed, shown) = (
        base.to_array(),
        left.map(|minor| order.rate.to_base(minor).minor),
    );
    if typed == shown {
        return Parts::from_array(left);
    }
    Parts::from_array(std::array::from_fn(|index| match typed[index] {
        0 => 0,
        minor => order.rate.settle_base(minor, left[index]),
    }))
}
