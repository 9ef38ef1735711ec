//! Payments processed here: authorised, captured, voided, disputed. Outside words become facts; facts become events.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::PaymentId;
use crate::money::Money;
use crate::order::{Order, PaymentStatus, Source};
use crate::parts::Parts;
use crate::refund::Refund;
use crate::refusal::Refusal;
use crate::waiting::Waiting;

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentState {
    /// Asked for; the shopper or the bank has not answered.
    Pending,
    /// Held on the card, not taken.
    Authorized,
    /// Asked to be taken, not confirmed.
    CaptureRequested,
    /// Taken, wholly or in part.
    Captured,
    /// Asked to be released, not confirmed.
    VoidRequested,
    /// Released without being taken.
    Voided,
    /// The authorisation lapsed.
    Expired,
    /// Declined.
    Failed,
}

/// Where a dispute stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeState {
    /// The bank waits for the retailer's evidence.
    NeedsResponse,
    /// Evidence was handed in; the bank decides.
    UnderReview,
    /// Decided for the retailer.
    Won,
    /// Decided for the shopper.
    Lost,
}

/// A chargeback.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    /// The provider's id of it.
    pub reference: String,
    /// The provider's reason.
    pub reason: String,
    /// Until when evidence counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_due_at: Option<Timestamp>,
    /// Whether evidence was handed in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_answered: bool,
    /// Whether it was decided, and for whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub won: Option<bool>,
    /// What the bank took back until it is decided, in presentment minor units.
    pub amount_minor: i64,
    /// What the provider charges for it in all, where it said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<Money>,
    /// The disputes of the same payment before this one, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub earlier: Vec<Dispute>,
}

impl Dispute {
    /// Where it stands.
    pub fn state(&self) -> DisputeState {
        match self.won {
            Some(true) => DisputeState::Won,
            Some(false) => DisputeState::Lost,
            None if self.is_answered => DisputeState::UnderReview,
            None => DisputeState::NeedsResponse,
        }
    }
}

/// One payment of an order, in the order's presentment currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// Its identifier.
    pub id: PaymentId,
    /// Which adapter processes it, such as `sandbox` or `stripe`.
    pub provider: String,
    /// The provider's own id.
    pub reference: String,
    /// What was authorised.
    pub amount_minor: i64,
    /// What was taken of it so far.
    #[serde(default)]
    pub captured_minor: i64,
    /// Where it stands.
    pub state: PaymentState,
    /// Card brand and last digits, as the provider shows them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub method: String,
    /// When the authorisation lapses, where it is not taken at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// The latest chargeback, if there is one; those before it stand in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute: Option<Dispute>,
}

impl Payment {
    /// Whether the bank holds the money of this payment until it decides, or has given it back to the shopper.
    pub fn is_disputed(&self) -> bool {
        self.disputes().any(|dispute| dispute.won != Some(true))
    }

    /// Every dispute of this payment, oldest first.
    pub fn disputes(&self) -> impl DoubleEndedIterator<Item = &Dispute> {
        let latest = self.dispute.iter();
        let earlier = latest.clone().flat_map(|latest| latest.earlier.iter());
        earlier.chain(latest)
    }

    /// What banks hold or have given back to the shopper, in presentment minor units.
    pub fn disputed_minor(&self) -> i64 {
        let not_won = self.disputes().filter(|dispute| dispute.won != Some(true));
        not_won.map(|dispute| dispute.amount_minor).sum()
    }

    /// Why its money cannot be returned while a bank has it, naming the dispute (R9).
    pub(crate) fn is_with_the_bank(&self) -> Refusal {
        let taken = self
            .disputes()
            .rev()
            .find(|dispute| dispute.won != Some(true));
        Refusal::Disputed {
            payment: self.id.clone(),
            dispute: taken.map_or_else(String::new, |dispute| dispute.reference.clone()),
        }
    }

    /// Whether a dispute waits for its decision.
    pub fn is_in_dispute(&self) -> bool {
        self.disputes().any(|dispute| dispute.won.is_none())
    }
}

impl Order {
    /// What was taken of all payments processed here.
    pub fn captured_minor(&self) -> i64 {
        self.payments
            .iter()
            .map(|payment| payment.captured_minor)
            .sum()
    }

    /// What was promised back, pending refunds included, failed ones not (R4, R10).
    pub fn promised_minor(&self) -> i64 {
        self.promised().total_minor()
    }

    /// What was promised back, part by part.
    pub fn promised(&self) -> Parts {
        self.spoken_for()
            .fold(Parts::default(), |sum, refund| sum.plus(refund.parts))
    }

    /// Every refund whose amount is spoken for: those that count, and those that were confirmed and wait.
    pub fn spoken_for(&self) -> impl Iterator<Item = &Refund> {
        let waiting = self.waiting.iter().flat_map(Waiting::refunds);
        let made = self.refunds.iter().filter(|refund| refund.counts());
        made.chain(waiting)
    }

    /// What has certainly gone back to the shopper.
    pub fn returned_minor(&self) -> i64 {
        let done = self.refunds.iter().filter(|refund| refund.is_returned());
        done.map(|refund| refund.parts.total_minor()).sum()
    }

    /// What was paid, in its three parts.
    pub fn paid(&self) -> Parts {
        self.amounts.parts().fill(self.captured_minor())
    }

    /// What can still be refunded, part by part: paid less already refunded, pending refunds counted (R4).
    pub fn left(&self) -> Parts {
        self.paid().minus(self.promised())
    }

    /// What can still be refunded of each payment, in their order; a disputed one returns nothing.
    pub fn left_by_payment(&self) -> Vec<i64> {
        let left = |payment: &Payment| match payment.is_disputed() {
            true => 0,
            false => self.unpromised_minor(&payment.id),
        };
        self.payments.iter().map(left).collect()
    }

    /// What was taken of this payment and is not promised back, disputed or not; 0 for an unknown one.
    pub fn unpromised_minor(&self, id: &PaymentId) -> i64 {
        let captured = self.payment(id).map_or(0, |payment| payment.captured_minor);
        let counted = self.spoken_for().filter(|refund| refund.payment == *id);
        let promised: i64 = counted.map(|refund| refund.parts.total_minor()).sum();
        captured - promised
    }

    /// What can be refunded in all, part by part: what is left, less what a bank has taken back.
    pub fn returnable(&self) -> Parts {
        let left = self.left();
        let by_payment: i64 = self.left_by_payment().into_iter().sum();
        left.fill(by_payment.min(left.total_minor()).max(0))
    }

    /// The state of the money, derived from payments and refunds.
    pub fn payment_status(&self) -> PaymentStatus {
        let (paid, returned) = if self.is_paid_here() {
            (self.captured_minor(), self.returned_minor())
        } else {
            // The shop took the money of its own orders; an order through the API tells nothing of it.
            let total = self.amounts.total_minor();
            (
                if self.source == Source::DutyAndTax {
                    total
                } else {
                    0
                },
                self.refunded_in_shop_minor,
            )
        };
        let all_void = |payment: &Payment| {
            matches!(payment.state, PaymentState::Voided | PaymentState::Expired)
        };
        if returned > 0 && returned >= paid {
            PaymentStatus::Refunded
        } else if returned > 0 {
            PaymentStatus::PartiallyRefunded
        } else if paid > 0 {
            PaymentStatus::Paid
        } else if self.is_paid_here() && self.payments.iter().all(all_void) {
            PaymentStatus::Voided
        } else {
            PaymentStatus::Unpaid
        }
    }

    /// Whether a bank disputes a payment of this order and has not decided for the retailer.
    pub fn is_disputed(&self) -> bool {
        self.payments.iter().any(Payment::is_disputed)
    }

    /// Until when evidence counts, of the dispute whose time ends first among those that wait for it.
    pub fn evidence_due_at(&self) -> Option<Timestamp> {
        let disputes = self.payments.iter().flat_map(Payment::disputes);
        let unanswered = disputes.filter(|one| one.state() == DisputeState::NeedsResponse);
        unanswered.filter_map(|one| one.evidence_due_at).min()
    }

    /// Whether everything that was to be paid lapsed before it was taken, so that the shopper has to pay again.
    pub fn has_lapsed(&self) -> bool {
        let lapsed = |payment: &Payment| payment.state == PaymentState::Expired;
        self.payment_status() == PaymentStatus::Voided && self.payments.iter().any(lapsed)
    }

    /// The payment of this id.
    ///
    /// # Errors
    /// [`Refusal::PaymentNotFound`].
    pub fn payment(&self, id: &PaymentId) -> Result<&Payment, Refusal> {
        let found = self.payments.iter().find(|payment| payment.id == *id);
        found.ok_or_else(|| Refusal::PaymentNotFound {
            payment: id.clone(),
        })
    }
}
