//! Work after a commit: which jobs a decision asks for, and the worker that does them.
//!
//! A job holds ids, never objects, and is safe to run twice: it loads the order, sees what is still to be done, asks
//! the outside, and records the answer as a fact.

mod account_mails;
mod deliveries;
mod labels;
mod mails;
mod payments;
mod refunds;
mod running;
mod shops;
mod sweep;
mod waiting;
mod webhooks;
mod worker;

use domain::capture::{CaptureRule, due_at};
use domain::command::Decision;
use domain::event::EventKind;
use domain::ids::{JobId, OrderId, RefundId};
use domain::lapse::warn_at;
use domain::order::{MailState, Sync};
use domain::payment::{Payment, PaymentState};
use domain::refund::RefundState;
use domain::shipment::LabelState;
use domain::waiting::WaitsFor;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::store::queue::NewJob;

pub use webhooks::ToldNow;
pub use worker::{Stepped, Worker};

/// What a job does. The names are stored: add, do not rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobKind {
    /// Asks for a refund until its outcome is certain.
    RefundExecute,
    /// Asks what became of a refund the provider took on.
    RefundReconcile,
    /// Takes an authorised payment.
    PaymentCapture,
    /// Releases an authorised payment.
    PaymentVoid,
    /// Asks how a payment stands until that is certain, and what it cost.
    PaymentStatus,
    /// Does what the clock brings to a payment that is held: the rule's capture, or a warning before it lapses.
    PaymentDue,
    /// Buys a label, or finds the one that was bought.
    LabelBuy,
    /// Voids a label.
    LabelVoid,
    /// Sends an e-mail to the shopper.
    MailSend,
    /// Tells the shop how the order stands.
    ShopTell,
    /// Sends what was confirmed and not undone in time.
    WaitingOver,
    /// Sends an e-mail to someone of the team; it is about no order.
    AccountMailSend,
    /// Takes in what a provider told by itself; which orders it is about is known once it is read.
    DeliveryProcess,
}

/// How long after a provider took a refund on it is asked what became of it, in seconds.
const RECONCILE_AFTER_S: i64 = 900;

/// The provider that is not asked about payments by itself: the sandbox has no shoppers, whoever takes the order in says
/// how they stand.
const TELLS_BY_ITSELF: &str = "sandbox";

/// The jobs a decision asks for: read off its events, so that none can be forgotten at a call.
pub fn jobs_of(decision: &Decision, fresh: impl Fn() -> JobId) -> Vec<NewJob> {
    let order = &decision.order;
    let job = |(kind, subject, after_s): (JobKind, String, i64)| NewJob {
        id: fresh(),
        organization_id: order.organization_id.clone(),
        mode: order.mode,
        kind,
        order_id: order.id.clone(),
        subject,
        due_at: later(order.updated_at, after_s),
        created_at: order.updated_at,
    };
    let mut jobs = Vec::new();
    for event in &decision.events {
        jobs.extend(wanted_by(&event.kind, order.updated_at).map(job));
        let timed = timed_by(&event.kind, order.capture, event.at);
        jobs.extend(timed.into_iter().map(|(kind, subject, due_at)| NewJob {
            due_at,
            ..job((kind, subject, 0))
        }));
    }
    let is_asked = jobs.iter().any(|job| job.kind == JobKind::PaymentStatus);
    if !is_asked {
        jobs.extend(untold(decision).map(|payment| job((JobKind::PaymentStatus, payment, 0))));
    }
    let taken = taken(decision).map(|payment| job((JobKind::PaymentStatus, payment, 0)));
    jobs.extend(taken);
    jobs
}

/// Whether a payment was taken where more can be learned of it: what the provider kept, and what it returned by itself.
fn tells_more(payment: &Payment) -> bool {
    payment.state == PaymentState::Captured
        && !["", TELLS_BY_ITSELF].contains(&payment.provider.as_str())
}

/// The payments that were just taken where more can be learned of them.
fn taken(decision: &Decision) -> impl Iterator<Item = String> {
    let taken = |kind: &EventKind| match kind {
        EventKind::PaymentChanged {
            payment,
            to: PaymentState::Captured,
            ..
        } => decision.order.payment(payment).ok(),
        _ => None,
    };
    let events = decision.events.iter();
    events
        .filter_map(move |event| taken(&event.kind))
        .filter(|payment| tells_more(payment))
        .map(|payment| payment.id.0.clone())
}

/// The payments of an order just taken in that nobody has told the state of.
fn untold(decision: &Decision) -> impl Iterator<Item = String> {
    let first = decision.events.first().map(|event| &event.kind);
    let is_new = matches!(first, Some(EventKind::Taken { .. }));
    let payments = decision.order.payments.iter().filter(move |payment| {
        is_new && payment.state == PaymentState::Pending && payment.provider != TELLS_BY_ITSELF
    });
    payments.map(|payment| payment.id.0.clone())
}

/// What an event asks the clock for: the job, with what, and when.
fn timed_by(
    kind: &EventKind,
    rule: CaptureRule,
    at: Timestamp,
) -> Vec<(JobKind, String, Timestamp)> {
    let EventKind::PaymentChanged {
        payment,
        from,
        to: PaymentState::Authorized,
        expires_at,
        ..
    } = kind
    else {
        return Vec::new();
    };
    let is_new = matches!(from, PaymentState::Pending | PaymentState::Failed);
    let capture = due_at(rule, at).filter(|_| is_new);
    let timed = [
        (JobKind::PaymentDue, capture),
        (JobKind::PaymentDue, expires_at.map(warn_at)),
        (JobKind::PaymentStatus, *expires_at),
    ];
    let timed = timed.into_iter();
    timed
        .filter_map(|(kind, due_at)| Some((kind, payment.0.clone(), due_at?)))
        .collect()
}

/// What an event asks for: the job, with what, and after how many seconds.
fn wanted_by(kind: &EventKind, at: Timestamp) -> Option<(JobKind, String, i64)> {
    match kind {
        EventKind::WaitingBegun { waiting } => match waiting.waits {
            WaitsFor::Time { until } => {
                let after_s = until.duration_since(at).as_secs();
                Some((JobKind::WaitingOver, waiting.id.0.clone(), after_s))
            }
            WaitsFor::Approval { .. } => None,
        },
        EventKind::RefundRequested { refund } => asked_of(&refund.id, refund.state),
        EventKind::RefundRetried { refund, .. } => asked_of(refund, RefundState::Requested),
        EventKind::RefundChanged { refund, to, .. } => asked_of(refund, *to),
        EventKind::PaymentChanged {
            payment,
            to: PaymentState::CaptureRequested,
            ..
        } => Some((JobKind::PaymentCapture, payment.0.clone(), 0)),
        EventKind::PaymentChanged {
            payment,
            to: PaymentState::VoidRequested,
            ..
        } => Some((JobKind::PaymentVoid, payment.0.clone(), 0)),
        EventKind::PaymentAsked { payment } => Some((JobKind::PaymentStatus, payment.0.clone(), 0)),
        EventKind::ShipmentAdded { shipment } => {
            let label = shipment
                .label
                .as_ref()
                .filter(|label| label.state == LabelState::Requested)?;
            Some((JobKind::LabelBuy, label.id.0.clone(), 0))
        }
        EventKind::LabelRequested { label, .. } if label.state == LabelState::Requested => {
            Some((JobKind::LabelBuy, label.id.0.clone(), 0))
        }
        EventKind::LabelChanged {
            label,
            to: LabelState::VoidRequested,
            ..
        } => Some((JobKind::LabelVoid, label.0.clone(), 0)),
        EventKind::MailRequested { mail } if mail.state == MailState::Requested => {
            Some((JobKind::MailSend, mail.id.0.clone(), 0))
        }
        EventKind::SyncChanged {
            to: Sync::Waiting, ..
        } => Some((JobKind::ShopTell, OrderId::PREFIX.to_owned(), 0)),
        _ => None,
    }
}

/// What a refund that has just come to a state asks for; one that someone made at the provider begins as pending.
fn asked_of(refund: &RefundId, state: RefundState) -> Option<(JobKind, String, i64)> {
    let (kind, after_s) = match state {
        RefundState::Requested => (JobKind::RefundExecute, 0),
        RefundState::Pending => (JobKind::RefundReconcile, RECONCILE_AFTER_S),
        RefundState::Sent | RefundState::Unknown | RefundState::Succeeded | RefundState::Failed => {
            return None;
        }
    };
    Some((kind, refund.0.clone(), after_s))
}

/// So many seconds later; the far future where that cannot be told.
pub(crate) fn later(at: Timestamp, seconds: i64) -> Timestamp {
    at.checked_add(jiff::SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}
