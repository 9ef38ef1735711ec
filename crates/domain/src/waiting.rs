//! What was confirmed and has not been sent: it waits until it cannot be undone any more, or until another person has
//! approved it. Its amounts are spoken for meanwhile, and nothing is asked of the outside.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::actor::{By, Permission};
use crate::cancel::Wish;
use crate::command::Context;
use crate::event::EventKind;
use crate::ids::WaitingId;
use crate::money::Money;
use crate::order::{Concern, Order, OrderStatus};
use crate::parts::Parts;
use crate::policy::Policy;
use crate::refund::Refund;
use crate::refusal::Refusal;

/// What was confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Confirmed {
    /// A refund.
    Refund {
        /// As they will be requested, one for each payment.
        refunds: Vec<Refund>,
    },
    /// A cancellation, which is decided again when it is sent.
    Cancellation {
        /// Why (C6).
        note: String,
        /// Whether an e-mail was asked for (C7).
        notify: bool,
        /// Whether the money is deliberately not returned (C3).
        without_refund: bool,
    },
}

/// What it waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "for", rename_all = "snake_case")]
pub enum WaitsFor {
    /// The end of the while in which it can be undone.
    Time {
        /// When it is sent.
        until: Timestamp,
    },
    /// Another person.
    Approval {
        /// What whoever asked may return by themselves.
        limit: Money,
    },
}

/// Something that was confirmed and waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// Its identifier, unique on the order.
    pub id: WaitingId,
    /// What was confirmed.
    #[serde(flatten)]
    pub what: Confirmed,
    /// What goes back to the shopper with it: exactly this, or it is not sent.
    pub amount: Money,
    /// Who asked.
    pub by: By,
    /// When.
    pub at: Timestamp,
    /// What it waits for.
    pub waits: WaitsFor,
}

/// How a wait ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nobody undid it in time.
    Sent,
    /// Another person approved it.
    Approved,
    /// It was undone in time.
    Undone,
    /// Who asked for approval does not any more.
    Withdrawn,
    /// Another person declined it.
    Declined,
    /// The order has changed so that it cannot be sent.
    Refused,
}

impl Outcome {
    /// Whether what was confirmed has become so.
    pub fn is_sent(self) -> bool {
        matches!(self, Self::Sent | Self::Approved)
    }
}

impl Waiting {
    /// The refunds that wait in it; a cancellation's are decided when it is sent.
    pub fn refunds(&self) -> &[Refund] {
        match &self.what {
            Confirmed::Refund { refunds } => refunds,
            Confirmed::Cancellation { .. } => &[],
        }
    }

    /// Whether it is the order's cancellation.
    pub fn is_cancellation(&self) -> bool {
        matches!(self.what, Confirmed::Cancellation { .. })
    }

    /// What one must be allowed to do to ask for it, undo it or decide on it (P2).
    pub fn permission(&self) -> Permission {
        match self.what {
            Confirmed::Refund { .. } => Permission::RefundOrders,
            Confirmed::Cancellation { .. } => Permission::CancelOrders,
        }
    }

    /// The refusal of what it stands in the way of.
    pub fn in_the_way(&self) -> Refusal {
        let waiting = self.id.clone();
        match self.what {
            Confirmed::Refund { .. } => Refusal::RefundPending { waiting },
            Confirmed::Cancellation { .. } => Refusal::CancellationPending { waiting },
        }
    }
}

impl Order {
    /// The order's cancellation, where it was confirmed and waits.
    pub fn waiting_cancellation(&self) -> Option<&Waiting> {
        self.waiting.iter().find(|one| one.is_cancellation())
    }

    /// Whether business goes on: neither canceled nor about to be.
    ///
    /// # Errors
    /// [`Refusal::Canceled`] or [`Refusal::CancellationPending`].
    pub fn check_open(&self) -> Result<(), Refusal> {
        if self.status == OrderStatus::Canceled {
            return Err(Refusal::Canceled);
        }
        self.check_not_waiting_to_be_canceled()
    }

    /// Whether no cancellation waits.
    ///
    /// # Errors
    /// [`Refusal::CancellationPending`].
    pub fn check_not_waiting_to_be_canceled(&self) -> Result<(), Refusal> {
        let waiting = self.waiting_cancellation();
        waiting.map_or(Ok(()), |waiting| Err(waiting.in_the_way()))
    }
}

/// What is held back where it has to wait: instead of the events that were decided, the one that says so.
pub(crate) fn hold_back(
    order: &Order,
    canceled: Option<&Wish>,
    decided: Vec<EventKind>,
    context: &Context,
) -> Vec<EventKind> {
    // A repetition of what is known changes nothing, and so does not wait.
    if decided.is_empty() {
        return decided;
    }
    let refunds = requested(&decided);
    let amount = total(order, &refunds);
    let undo_s = context.policy.undo_s;
    let waits = match needs_approval(order, amount, &context.actor.by.id, context.policy) {
        Some(limit) => WaitsFor::Approval { limit },
        None if undo_s > 0 => {
            let until = context
                .at
                .checked_add(SignedDuration::from_secs(undo_s.into()));
            let until = until.unwrap_or(Timestamp::MAX);
            WaitsFor::Time { until }
        }
        None => return decided,
    };
    let what = match canceled {
        None => Confirmed::Refund { refunds },
        Some(wish) => Confirmed::Cancellation {
            note: wish.note.trim().to_owned(),
            notify: wish.notify,
            without_refund: wish.without_refund,
        },
    };
    let id = WaitingId(format!("{}{}", WaitingId::PREFIX, order.version + 1));
    let is_for_a_person = matches!(waits, WaitsFor::Approval { .. });
    let waiting = Waiting {
        id: id.clone(),
        what,
        amount,
        by: context.actor.by.clone(),
        at: context.at,
        waits,
    };
    let mut events = vec![EventKind::WaitingBegun {
        waiting: Box::new(waiting),
    }];
    if is_for_a_person {
        events.push(context.attention(order, Concern::ApprovalNeeded { waiting: id }));
    }
    events
}

/// The limit above which another person has to approve what someone is about to return. What they have returned of this
/// order by themselves counts with it, or a limit would only ask for smaller portions.
pub fn needs_approval(order: &Order, amount: Money, by: &str, policy: &Policy) -> Option<Money> {
    if amount.minor == 0 {
        return None;
    }
    let waiting = order.waiting.iter().filter(|one| match one.waits {
        WaitsFor::Time { .. } => true,
        WaitsFor::Approval { .. } => false,
    });
    let before = order.refunds.iter().filter(|refund| refund.counts());
    let theirs = before
        .chain(waiting.flat_map(|one| one.refunds()))
        .filter(|refund| refund.asked_by.as_deref() == Some(by));
    let minor = amount.minor.saturating_add(total(order, theirs).minor);
    policy.exceeded_by(Money::new(minor, amount.currency))
}

/// The refunds that these events ask for.
pub(crate) fn requested(events: &[EventKind]) -> Vec<Refund> {
    let refunds = events.iter().filter_map(|event| match event {
        EventKind::RefundRequested { refund } => Some((**refund).clone()),
        _ => None,
    });
    refunds.collect()
}

/// What refunds return in all.
pub(crate) fn total<'a>(order: &Order, refunds: impl IntoIterator<Item = &'a Refund>) -> Money {
    let parts = refunds.into_iter().map(|refund| refund.parts);
    order.money(parts.fold(Parts::default(), Parts::plus).total_minor())
}
