//! Random steps: numbers that are read against the order as it is, so that they shrink well and often make sense.

use domain::actor::{Actor, ActorKind};
use domain::command::{Context, Decision, decide, record};
use domain::ids::{ItemId, LabelId, PaymentId, RefundId, ShipmentId, WaitingId};
use domain::money::MAX_MINOR;
use domain::order::Order;
use domain::parts::Parts;
use domain::policy::Policy;
use domain::refund::{parts_for_items, parts_from_base};
use domain::refusal::Refusal;
use domain::shipment::{ShipmentState, Tracking};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::support;

mod commands;
mod facts;

/// An amount: a share of what is there, or a number out of the blue.
#[derive(Clone, Copy, Debug)]
pub enum Amount {
    Percent(u8),
    Raw(i64),
}

impl Amount {
    pub fn of(self, whole: i64) -> i64 {
        match self {
            Self::Percent(percent) => whole * i64::from(percent) / 100,
            Self::Raw(raw) => raw,
        }
    }
}

/// The pick that names something unknown.
const UNKNOWN: u8 = 11;

/// One step, in plain numbers.
#[derive(Clone, Debug)]
pub struct Step {
    pub kind: u8,
    pub who: u8,
    pub pick: u8,
    pub second: u8,
    pub amounts: [Amount; 3],
    pub text: u8,
    pub flag: bool,
}

fn amount() -> impl Strategy<Value = Amount> {
    let edge = [
        0,
        -1,
        1,
        MAX_MINOR,
        MAX_MINOR + 1,
        i64::MAX,
        i64::MIN,
        i64::MIN + 1,
    ];
    prop_oneof![
        4 => Just(Amount::Percent(100)),
        8 => (0..=100_u8).prop_map(Amount::Percent),
        2 => (0..50_000_i64).prop_map(Amount::Raw),
        1 => proptest::sample::select(edge.to_vec()).prop_map(Amount::Raw),
        1 => any::<i64>().prop_map(Amount::Raw),
    ]
}

/// Any step.
pub fn step() -> impl Strategy<Value = Step> {
    let amounts = [amount(), amount(), amount()];
    let small = (0..100_u8, 0..20_u8, 0..12_u8, 0..24_u8, 0..40_u8);
    (small, amounts, any::<bool>()).prop_map(|((kind, who, pick, second, text), amounts, flag)| {
        Step {
            kind,
            who,
            pick,
            second,
            amounts,
            text,
            flag,
        }
    })
}

impl Step {
    /// Makes the step; whether it was a fact, and what came of it.
    pub fn make(&self, order: &Order) -> (bool, Result<Decision, Refusal>) {
        let at = order.updated_at + SignedDuration::from_mins(1);
        match self.command(order) {
            Some(command) => {
                let actor = &self.actor();
                let policy = &self.policy(order);
                let context = Context { actor, at, policy };
                (false, decide(order, &command, &context))
            }
            None => (true, self.tell_again(order, order)),
        }
    }

    /// Tells `order` the fact that this step told of `then`.
    pub fn tell_again(&self, then: &Order, order: &Order) -> Result<Decision, Refusal> {
        let at = order.updated_at + SignedDuration::from_mins(1);
        let actor = &support::system(ActorKind::Provider);
        record(order, &facts::fact(self, then), &Context::of(actor, at))
    }

    /// Who makes it: mostly someone who may.
    pub fn actor(&self) -> Actor {
        match self.who {
            0 => support::viewer(),
            1 => support::member(),
            2..=5 => support::support(),
            _ => support::admin(),
        }
    }

    /// What is asked of who makes it: at times a while in which it can be undone, at times a limit.
    pub fn policy(&self, order: &Order) -> Policy {
        let mut policy = Policy::none();
        policy.undo_s = [0, 0, 10, 300][usize::from(self.text) % 4];
        if self.second.is_multiple_of(3) {
            let limit = i64::from(self.pick) * 500;
            policy.limits_minor.insert(order.currency(), limit);
        }
        policy
    }

    /// A text: mostly a plain one, at times empty, overlong, or one that no database takes.
    pub fn text(&self) -> String {
        match self.text {
            0 => String::new(),
            1 => "   ".to_owned(),
            2 => "nul\0nul".to_owned(),
            3 => "x".repeat(3_000),
            4 => "Ærø ß 日本 ".to_owned(),
            other => format!("1Z 99{other}"),
        }
    }

    /// One of these; at times none, so that something unknown is named.
    fn one<'a, T>(&self, all: impl Iterator<Item = &'a T>) -> Option<&'a T> {
        let all: Vec<&T> = all.collect();
        let index = usize::from(self.pick) % all.len().max(1);
        all.get(index).copied().filter(|_| self.pick != UNKNOWN)
    }

    pub fn payment(&self, order: &Order) -> PaymentId {
        let found = self.one(order.payments.iter());
        found.map_or("payment_unknown".into(), |payment| payment.id.clone())
    }

    pub fn refund(&self, order: &Order) -> RefundId {
        let found = self.one(order.refunds.iter().rev());
        found.map_or("refund_unknown".into(), |refund| refund.id.clone())
    }

    pub fn shipment(&self, order: &Order) -> ShipmentId {
        let found = order.shipments.iter().rev().nth(usize::from(self.pick) % 4);
        found.map_or("shipment_unknown".into(), |shipment| shipment.id.clone())
    }

    pub fn label(&self, order: &Order) -> LabelId {
        let labels = order
            .shipments
            .iter()
            .rev()
            .filter_map(|shipment| shipment.label.as_ref());
        let found = self.one(labels);
        found.map_or("label_unknown".into(), |label| label.id.clone())
    }

    pub fn waiting(&self, order: &Order) -> WaitingId {
        let found = self.one(order.waiting.iter());
        found.map_or("waiting_unknown".into(), |waiting| waiting.id.clone())
    }

    fn item(&self, order: &Order) -> ItemId {
        let found = self.one(order.items.iter());
        found.map_or("item_unknown".into(), |item| item.id.clone())
    }

    fn items(&self, order: &Order) -> Vec<(ItemId, u32)> {
        let count = match self.second {
            0 => return Vec::new(),
            1 => u32::MAX,
            2 => 0,
            3 | 4 => return vec![(self.item(order), 1), (self.item(order), u32::MAX)],
            5..=10 => return order.all_unshipped(),
            other => u32::from(other) % 3 + 1,
        };
        vec![(self.item(order), count)]
    }

    /// An identifier that is new more often than not.
    fn fresh(&self, prefix: &str, order: &Order) -> String {
        match self.second % 4 {
            0 => format!("{prefix}{}", self.pick % 3),
            _ => format!("{prefix}v{}", order.version),
        }
    }

    pub fn tracking(&self, order: &Order) -> Tracking {
        let number = match self.text {
            0..=8 => self.text(),
            _ => format!("no{}", order.version),
        };
        let carrier = if self.second == 9 {
            self.text()
        } else {
            "Post".to_owned()
        };
        Tracking { number, carrier }
    }

    fn parts(&self, order: &Order, items: &[(ItemId, u32)]) -> Parts {
        let left = order.left().to_array();
        let typed = |left: [i64; 3]| {
            Parts::from_array(std::array::from_fn(|part| {
                self.amounts[part].of(left[part])
            }))
        };
        match self.second {
            0..=5 => parts_for_items(order, items),
            6..=11 => parts_from_base(
                order,
                typed(left.map(|minor| order.rate.to_base(minor).minor)),
            ),
            12 => order.returnable(),
            _ => typed(left),
        }
    }
}

/// Every state a shipment can be said to be in.
pub const STATES: [ShipmentState; 7] = [
    ShipmentState::LabelPending,
    ShipmentState::Created,
    ShipmentState::InTransitToConsolidationCenter,
    ShipmentState::DeliveredToConsolidationCenter,
    ShipmentState::InTransit,
    ShipmentState::Delivered,
    ShipmentState::Voided,
];
