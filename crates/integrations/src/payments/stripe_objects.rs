//! What of Stripe's objects the desk reads, and what it means in the desk's words. Everything else is read over.

use domain::money::{Currency, Money};
use domain::payment::Dispute;
use domain::payment_settle::PaymentFact;
use domain::refund::RefundFailure;
use domain::refund_settle::RefundFact;
use engine::ports::News;
use jiff::Timestamp;
use serde::Deserialize;
use std::collections::HashMap;

use super::stripe_amounts::from_stripe;
use super::stripe_requests::KEY;

/// An object in its place, or only its id.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Linked<T> {
    Id(String),
    Whole {
        id: String,
        #[serde(flatten)]
        object: Box<T>,
    },
}

impl<T> Linked<T> {
    pub fn id(&self) -> &str {
        match self {
            Self::Id(id) | Self::Whole { id, .. } => id,
        }
    }

    fn whole(&self) -> Option<&T> {
        match self {
            Self::Id(_) => None,
            Self::Whole { object, .. } => Some(object),
        }
    }
}

/// An object of which only the id matters.
#[derive(Debug, Deserialize)]
pub(crate) struct IdAlone {}

#[derive(Debug, Deserialize)]
pub(crate) struct StripeRefund {
    pub id: String,
    // tidy: allow(units) Stripe's own unit, which only `stripe_amounts` knows
    pub amount: i64,
    pub currency: String,
    #[serde(default)]
    pub status: Option<String>,
    #[serde(default)]
    pub failure_reason: Option<String>,
    #[serde(default)]
    pub balance_transaction: Option<Linked<IdAlone>>,
    #[serde(default)]
    pub metadata: Option<HashMap<String, String>>,
    #[serde(default)]
    pub payment_intent: Option<Linked<IdAlone>>,
    #[serde(default)]
    pub charge: Option<Linked<IdAlone>>,
}

impl StripeRefund {
    /// What the desk knows its payment by.
    pub fn payment(&self) -> String {
        let charge = self.charge.as_ref().map_or("", Linked::id);
        payment_of(self.payment_intent.as_ref(), charge)
    }

    /// What our metadata says under this name.
    pub fn told(&self, name: &str) -> Option<&str> {
        self.metadata.as_ref()?.get(name).map(String::as_str)
    }

    /// What it says of a payment that the desk knows by one of these names.
    ///
    /// # Errors
    /// As for [`fact`](Self::fact), or an amount that cannot be.
    pub fn news(&self, payment_references: Vec<String>) -> Result<News, String> {
        Ok(News::Refund {
            payment_references,
            reference: self.id.clone(),
            key: self.told(KEY).map(str::to_owned),
            money: from_stripe(self.amount, &self.currency)?,
            fact: self.fact()?,
        })
    }

    /// Whether it moved money, or is going to: what is done and booked nowhere has only released a hold.
    pub fn is_booked(&self) -> bool {
        self.status.as_deref() != Some("succeeded") || self.balance_transaction.is_some()
    }

    /// How it stands.
    ///
    /// # Errors
    /// A status that this release of Stripe's interface does not have.
    pub fn fact(&self) -> Result<RefundFact, String> {
        let reference = self.id.clone();
        match self.status.as_deref() {
            Some("succeeded") => Ok(RefundFact::Succeeded { reference }),
            Some("pending" | "requires_action") => Ok(RefundFact::Pending { reference }),
            Some("failed") => {
                let reason = self.failure_reason.as_deref().unwrap_or("unknown");
                Ok(RefundFact::Failed {
                    problem: format!("{reference} failed: {reason}"),
                    failure: Some(failure_of(reason)),
                })
            }
            Some("canceled") => Ok(RefundFact::Failed {
                problem: format!("{reference} was canceled"),
                failure: Some(RefundFailure::WithdrawnAtProvider),
            }),
            other => Err(format!("the refund {reference} has the status {other:?}")),
        }
    }
}

/// Stripe's reasons for a refund that failed after it was taken on.
fn failure_of(reason: &str) -> RefundFailure {
    match reason {
        "declined" => RefundFailure::BankDeclined,
        "expired_or_canceled_card" => RefundFailure::CardClosed,
        "lost_or_stolen_card" => RefundFailure::CardLost,
        "charge_for_pending_refund_disputed" => RefundFailure::Disputed,
        "insufficient_funds" => RefundFailure::BalanceTooLow,
        "merchant_request" => RefundFailure::WithdrawnAtProvider,
        _ => RefundFailure::Other,
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct Intent {
    pub id: String,
    pub status: String,
    pub currency: String,
    #[serde(default)]
    pub amount_received: i64,
    #[serde(default)]
    pub cancellation_reason: Option<String>,
    #[serde(default)]
    pub last_payment_error: Option<Problem>,
    #[serde(default)]
    pub latest_charge: Option<Linked<Charge>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Problem {
    #[serde(default)]
    pub message: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Charge {
    #[serde(default)]
    pub payment_method_details: Option<MethodDetails>,
    #[serde(default)]
    pub balance_transaction: Option<Linked<BalanceTransaction>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct MethodDetails {
    #[serde(default)]
    pub card: Option<Card>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Card {
    #[serde(default)]
    pub capture_before: Option<i64>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct BalanceTransaction {
    pub fee: i64,
    pub currency: String,
}

impl Intent {
    /// Where it stands, as what happened to the payment; nothing while the shopper has not paid.
    ///
    /// # Errors
    /// An amount that cannot be, or a status that this release of Stripe's interface does not have.
    pub fn fact(&self) -> Result<Option<PaymentFact>, String> {
        Ok(Some(match self.status.as_str() {
            "requires_capture" => PaymentFact::Authorized {
                expires_at: self.card().and_then(|card| instant(card.capture_before?)),
            },
            "succeeded" => PaymentFact::Captured {
                captured_minor: from_stripe(self.amount_received, &self.currency)?.minor,
            },
            "canceled" => match self.cancellation_reason.as_deref() {
                Some("automatic" | "expired") => PaymentFact::Expired,
                _ => PaymentFact::Voided,
            },
            "requires_payment_method" => match &self.last_payment_error {
                Some(problem) => PaymentFact::Failed {
                    reason: problem.message.clone(),
                },
                None => return Ok(None),
            },
            "processing" | "requires_action" | "requires_confirmation" => return Ok(None),
            other => return Err(format!("the payment {} has the status {other:?}", self.id)),
        }))
    }

    /// What it was made in.
    ///
    /// # Errors
    /// A currency that there is not.
    pub fn made_in(&self) -> Result<Currency, String> {
        from_stripe(0, &self.currency).map(|money| money.currency)
    }

    /// All that is known of it: where it stands, and what Stripe kept of it once that is booked.
    ///
    /// # Errors
    /// As for [`fact`](Self::fact).
    pub fn facts(&self) -> Result<Vec<PaymentFact>, String> {
        let fee = self.fee()?.map(|fee| PaymentFact::FeeTold { fee });
        Ok(self.fact()?.into_iter().chain(fee).collect())
    }

    fn charge(&self) -> Option<&Charge> {
        self.latest_charge.as_ref()?.whole()
    }

    fn card(&self) -> Option<&Card> {
        let details = self.charge()?.payment_method_details.as_ref()?;
        details.card.as_ref()
    }

    fn fee(&self) -> Result<Option<Money>, String> {
        let booked = self
            .charge()
            .and_then(|charge| charge.balance_transaction.as_ref()?.whole());
        booked
            .map(|booked| from_stripe(booked.fee, &booked.currency))
            .transpose()
    }
}

#[derive(Debug, Deserialize)]
pub(crate) struct StripeDispute {
    pub id: String,
    // tidy: allow(units) Stripe's own unit, which only `stripe_amounts` knows
    pub amount: i64,
    pub currency: String,
    pub status: String,
    #[serde(default)]
    pub reason: String,
    #[serde(default)]
    pub evidence_details: Option<Evidence>,
    #[serde(default)]
    pub balance_transactions: Vec<BalanceTransaction>,
    #[serde(default)]
    pub payment_intent: Option<Linked<IdAlone>>,
    #[serde(default)]
    pub charge: Option<Linked<IdAlone>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Evidence {
    #[serde(default)]
    pub due_by: Option<i64>,
    #[serde(default)]
    pub submission_count: i64,
}

impl StripeDispute {
    /// What the desk knows its payment by.
    pub fn payment(&self) -> String {
        let charge = self.charge.as_ref().map_or("", Linked::id);
        payment_of(self.payment_intent.as_ref(), charge)
    }

    /// Whether the bank has taken nothing back: it only inquires, or the dispute was prevented by a refund.
    pub fn takes_nothing(&self) -> bool {
        self.status.starts_with("warning_") || self.status == "prevented"
    }

    /// Whether evidence was handed in, which a decided dispute tells by how often; a bank that asks for more has not
    /// been answered.
    fn is_answered(&self) -> bool {
        let evidence = self.evidence_details.as_ref();
        let is_handed_in = evidence.is_some_and(|it| it.submission_count > 0);
        match self.status.as_str() {
            "under_review" => true,
            "won" | "lost" => is_handed_in,
            _ => false,
        }
    }

    /// What Stripe charges for it in all; nothing while nothing is booked.
    fn fee(&self) -> Result<Option<Money>, String> {
        let Some(first) = self.balance_transactions.first() else {
            return Ok(None);
        };
        let fees = self.balance_transactions.iter().map(|booked| booked.fee);
        from_stripe(fees.sum(), &first.currency).map(Some)
    }

    /// The chargeback as it stands.
    ///
    /// # Errors
    /// An amount that cannot be.
    pub fn as_it_stands(&self) -> Result<Dispute, String> {
        let due_by = self.evidence_details.as_ref().and_then(|it| it.due_by);
        // Where the bank lets nobody answer, it says 0.
        let due_by = due_by.filter(|due_by| *due_by > 0);
        Ok(Dispute {
            reference: self.id.clone(),
            reason: self.reason.clone(),
            evidence_due_at: due_by.and_then(instant),
            won: match self.status.as_str() {
                "won" => Some(true),
                "lost" => Some(false),
                _ => None,
            },
            is_answered: self.is_answered(),
            amount_minor: from_stripe(self.amount, &self.currency)?.minor,
            fee: self.fee()?,
            ..Dispute::default()
        })
    }
}

/// What the desk knows a payment by: itself, or its charge where it has none.
pub(crate) fn payment_of(intent: Option<&Linked<IdAlone>>, charge: &str) -> String {
    intent.map_or(charge, Linked::id).to_owned()
}

/// A time of Stripe's, in seconds; nothing where there cannot be such a time.
pub(crate) fn instant(seconds: i64) -> Option<Timestamp> {
    Timestamp::from_second(seconds).ok()
}
