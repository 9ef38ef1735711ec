//! Payments processed here: authorised, captured, voided, disputed. Outside words become facts; facts become events.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::ids::PaymentId;
use crate::order::{Order, PaymentStatus, Source};
use crate::parts::Parts;
use crate::refusal::Refusal;

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

/// A chargeback.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dispute {
    /// The provider's id of it.
    pub reference: String,
    /// The provider's reason.
    pub reason: String,
    /// Until when evidence counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_due_at: Option<Timestamp>,
    /// Whether it was decided, and for whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub won: Option<bool>,
    /// What the bank took back until it is decided, in presentment minor units.
    pub amount_minor: i64,
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
    /// The chargeback, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dispute: Option<Dispute>,
}

impl Payment {
    /// Whether the bank holds the money of this payment until it decides, or has given it back to the shopper.
    pub fn is_disputed(&self) -> bool {
        self.dispute
            .as_ref()
            .is_some_and(|dispute| dispute.won != Some(true))
    }

    /// Whether a dispute waits for its decision.
    pub fn is_in_dispute(&self) -> bool {
        self.dispute
            .as_ref()
            .is_some_and(|dispute| dispute.won.is_none())
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
        let counted = self.refunds.iter().filter(|refund| refund.counts());
        counted.fold(Parts::default(), |sum, refund| sum.plus(refund.parts))
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
        let counted = self
            .refunds
            .iter()
            .filter(|refund| refund.payment == *id && refund.counts());
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
