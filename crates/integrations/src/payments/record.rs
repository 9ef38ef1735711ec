//! What stands in the books of the sandbox's payment provider, and what each line answers.

use domain::money::Money;
use domain::payment_settle::PaymentFact;
use domain::refund_settle::RefundFact;
use engine::ports::Answer;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

const FAILED_LATER: &str = "the shopper's bank returned the refund: the account is closed";

/// Where a refund stands at the provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "standing", rename_all = "snake_case")]
pub enum Standing {
    /// Taken on.
    Pending,
    /// The shopper has the money.
    Succeeded,
    /// Taken on, then not done after all.
    Failed {
        /// Why.
        problem: String,
    },
    /// Never taken on.
    Refused {
        /// Why.
        problem: String,
    },
}

/// What the provider will say of a refund without being asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToCome {
    /// That it succeeded, once more.
    Success,
    /// That it failed.
    Failure,
}

/// A refund in the provider's books.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SandboxRefund {
    /// The key it was asked for with.
    pub key: String,
    /// The payment it comes from.
    pub payment_reference: String,
    /// How much.
    pub money: Money,
    /// The desk's order, as it was told.
    pub order_id: String,
    /// The provider's id of it.
    pub reference: String,
    /// Where it stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// When it was asked for, by the provider's clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// What the provider will still say of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_come: Option<ToCome>,
}

impl SandboxRefund {
    /// Whether money left the payment for it, or is about to.
    pub fn counts(&self) -> bool {
        matches!(self.standing, Standing::Pending | Standing::Succeeded)
    }

    pub(crate) fn answer(&self) -> Answer<RefundFact> {
        let reference = self.reference.clone();
        match &self.standing {
            Standing::Pending => Answer::Done(RefundFact::Pending { reference }),
            Standing::Succeeded => Answer::Done(RefundFact::Succeeded { reference }),
            Standing::Failed { problem } => Answer::Done(RefundFact::Failed {
                problem: problem.clone(),
                failure: None,
            }),
            Standing::Refused { problem } => Answer::Refused(problem.clone()),
        }
    }

    pub(crate) fn news(&self) -> Option<News> {
        let fact = match self.to_come? {
            ToCome::Success => RefundFact::Succeeded {
                reference: self.reference.clone(),
            },
            ToCome::Failure => RefundFact::Failed {
                problem: FAILED_LATER.to_owned(),
                failure: None,
            },
        };
        Some(News {
            key: self.key.clone(),
            order_id: self.order_id.clone(),
            fact,
        })
    }
}

/// What the provider says of a refund without being asked, as a webhook would bring it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// The key of the refund. It names the attempt: news of an attempt before the refund's own must not be recorded.
    pub key: String,
    /// The order, as the provider was told.
    pub order_id: String,
    /// What it says.
    pub fact: RefundFact,
}

/// What is asked of an authorised payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Act {
    Capture,
    Release,
}

/// What was asked of an authorised payment, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Taken {
    pub key: String,
    pub act: Act,
    pub payment_reference: String,
    pub money: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

impl Taken {
    pub(crate) fn answer(&self) -> Answer<PaymentFact> {
        match (&self.refused, self.act) {
            (Some(problem), _) => Answer::Refused(problem.clone()),
            (None, Act::Capture) => Answer::Done(PaymentFact::Captured {
                captured_minor: self.money.minor,
            }),
            (None, Act::Release) => Answer::Done(PaymentFact::Voided),
        }
    }
}

/// A line of the books. The names are stored: add, do not rename.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "entry", rename_all = "snake_case")]
pub(crate) enum Entry {
    /// So much was taken, in all.
    Payment {
        reference: String,
        captured: Money,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<Timestamp>,
    },
    /// So much is held on a card, until then where that is known.
    Held {
        reference: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<Timestamp>,
    },
    /// What was held has run out.
    RanOut { reference: String },
    /// A refund was asked for.
    Refund(SandboxRefund),
    /// It stands elsewhere now.
    RefundChanged {
        key: String,
        to: Standing,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        changed_at: Option<Timestamp>,
    },
    /// A capture or a release was asked for.
    Taken(Taken),
    /// The question was lost on the way; the next one with this key arrives.
    Lost { key: String },
    /// The desk took the news of this refund in.
    Heard { key: String },
}

impl Entry {
    /// The line with its date, where it is one that moves money.
    pub fn dated(mut self, now: Timestamp) -> Self {
        match &mut self {
            Self::Payment { at, .. } => *at = Some(now),
            Self::Refund(refund) => refund.at = Some(now),
            Self::RefundChanged { changed_at, .. } => *changed_at = Some(now),
            Self::Taken(taken) => taken.at = Some(now),
            Self::Held { .. } | Self::RanOut { .. } | Self::Lost { .. } | Self::Heard { .. } => {}
        }
        self
    }
}
