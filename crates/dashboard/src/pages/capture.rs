//! Payments processed here: what the order page tells of them and of their disputes, and the form that takes what is
//! held on a card.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::actions::Action;
use domain::capture::{amounts, is_open, is_releasable};
use domain::command::Command;
use domain::ids::PaymentId;
use domain::money::{Currency, decimal_text};
use domain::order::{Order, OrderStatus};
use domain::payment::{Dispute, DisputeState, Payment, PaymentState};
use domain::refusal::{Problem, Refusal};
use engine::permit::RefundOrders;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use super::edits::{done, problem};
use super::events::dispute_reason;
use super::order::{both, extend, head, is_in_base};
use super::query::name;
use crate::forms::amount;
use crate::visitor::{Answer, Sent, Visitor};

/// What the form holds; the amount is a text in the currency that is chosen.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct Form {
    #[serde(default)]
    payment: String,
    #[serde(default)]
    currency: String,
    #[serde(default)]
    amount: String,
    /// `capture` does it; `base` and `presentment` write the amount in the other currency.
    #[serde(default)]
    step: String,
}

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    payment: String,
    #[serde(default)]
    currency: String,
}

impl Form {
    fn is_in_base(&self) -> bool {
        self.currency == "base"
    }

    fn currency(&self, order: &Order) -> Currency {
        match self.is_in_base() {
            true => order.rate.base,
            false => order.currency(),
        }
    }

    /// The amount as typed, in presentment minor units: all that is shown in base currency is exactly all.
    fn minor(&self, order: &Order) -> Result<i64, Refusal> {
        let typed = amount(&self.amount, self.currency(order))
            .map_err(|error| Refusal::invalid("amount", Problem::Amount(error)))?;
        let all = payment_of(order, self).map_or(0, |(payment, _)| payment.amount_minor);
        Ok(match self.is_in_base() {
            true => order.rate.settle_base(typed, all),
            false => typed,
        })
    }

    fn write(&mut self, order: &Order, minor: i64) {
        let shown = match self.is_in_base() {
            true => order.rate.to_base(minor).minor,
            false => minor,
        };
        self.amount = decimal_text(shown, self.currency(order));
    }
}

/// The payment that the form is about, and what capturing takes of it where nobody says an amount: the first that can
/// be captured where none is named.
fn payment_of<'a>(order: &'a Order, form: &Form) -> Option<(&'a Payment, i64)> {
    let all = amounts(order);
    let named = all
        .iter()
        .find(|(payment, _)| payment.id.as_str() == form.payment);
    named.or(all.first()).map(|(payment, minor)| match minor {
        // What is owed is taken already: then whatever is wanted is wanted of this payment.
        0 => (*payment, payment.amount_minor),
        minor => (*payment, *minor),
    })
}

/// The form.
pub(crate) async fn show(
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Answer {
    let order = visitor.order(&id).await?;
    let mut form = Form {
        payment: asked.payment,
        currency: match is_in_base(&visitor, &asked.currency) {
            true => "base".to_owned(),
            false => "presentment".to_owned(),
        },
        ..Form::default()
    };
    if let Some((_, minor)) = payment_of(&order, &form) {
        form.write(&order, minor);
    }
    Ok(page(&visitor, &order, &form, StatusCode::OK, None))
}

/// Takes the amount, or writes it in the other currency.
pub(crate) async fn send(Path(id): Path<String>, Sent { visitor, mut form }: Sent<Form>) -> Answer {
    visitor.permit::<RefundOrders>()?;
    let order = visitor.order(&id).await?;
    let wrong = |order: &Order, refusal: &Refusal, form: &Form| {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        page(&visitor, order, form, status, Some(refusal))
    };
    let typed = form.minor(&order);
    if let step @ ("base" | "presentment") = form.step.as_str() {
        form.currency = step.to_owned();
        if let Ok(minor) = typed {
            form.write(&order, minor);
        }
        return Ok(page(&visitor, &order, &form, StatusCode::OK, None));
    }
    let amount_minor = match typed {
        Ok(minor) => minor,
        Err(refusal) => return Ok(wrong(&order, &refusal, &form)),
    };
    let payment = PaymentId(form.payment.clone());
    let command = Command::Capture {
        payment,
        amount_minor,
    };
    let show = |order: &Order, refusal: &Refusal| wrong(order, refusal, &form);
    done::<RefundOrders>(&visitor, &id, command, "capture", show).await
}

fn page(
    visitor: &Visitor,
    order: &Order,
    form: &Form,
    status: StatusCode,
    refusal: Option<&Refusal>,
) -> Response {
    let verdict = visitor.why_not(order, Action::Capture);
    let chosen = payment_of(order, form).map(|(payment, _)| payment.id.clone());
    let in_base = form.is_in_base();
    let payments = amounts(order).into_iter().map(|(payment, _)| {
        json!({
            "id": payment.id.as_str(),
            "method": called(payment),
            "amount": both(visitor, order, payment.amount_minor, in_base),
            "lapses": payment.expires_at.map(|at| visitor.formats.moment(at)),
            "is_chosen": Some(&payment.id) == chosen.as_ref(),
        })
    });
    let mut context = head(visitor, order);
    extend(
        &mut context,
        json!({
            "why": verdict.as_ref().map(|said| said.why.clone()),
            "instead": verdict.as_ref().map(|said| said.instead.clone()),
            "payments": payments.collect::<Vec<_>>(),
            "currency": form.currency,
            "currency_code": form.currency(order).code(),
            "amount": form.amount,
            "problem": problem(visitor, refusal),
        }),
    );
    visitor.page(status, "capture.html", context)
}

/// What a payment is called: its card, else its provider.
fn called(payment: &Payment) -> &str {
    match payment.method.as_str() {
        "" => &payment.provider,
        method => method,
    }
}

/// What the order page tells of the payments.
pub(crate) fn payments(visitor: &Visitor, order: &Order, in_base: bool) -> Vec<Value> {
    let may = visitor.why_not(order, Action::AskPayment).is_none();
    let now = visitor.app.desk.now();
    order
        .payments
        .iter()
        .map(|payment| {
            let is_held = payment.state == PaymentState::Authorized;
            let is_lapsed = payment.state == PaymentState::Expired
                && order.has_lapsed()
                && order.status != OrderStatus::Canceled;
            let lapses = payment.expires_at.filter(|_| is_held);
            let disputes = payment.disputes().rev();
            let disputes: Vec<Value> = disputes
                .map(|dispute| told(visitor, order, dispute, in_base, now))
                .collect();
            json!({
                "id": payment.id.as_str(),
                "named": serde_html_form::to_string([("payment", payment.id.as_str())]).unwrap_or_default(),
                "method": called(payment),
                "reference": payment.reference,
                "state": name(&payment.state),
                "amount": both(visitor, order, payment.amount_minor, in_base),
                "captured": (payment.captured_minor > 0 && payment.captured_minor != payment.amount_minor)
                    .then(|| both(visitor, order, payment.captured_minor, in_base)),
                "lapses": lapses.map(|at| visitor.formats.moment(at)),
                "is_lapsed": is_lapsed,
                "may_capture": may && is_held && order.status != OrderStatus::Canceled,
                "may_void": may && is_releasable(payment),
                "may_ask": may && is_open(payment),
                "disputes": disputes,
            })
        })
        .collect()
}

/// A dispute, with how long is left to answer it.
fn told(
    visitor: &Visitor,
    order: &Order,
    dispute: &Dispute,
    in_base: bool,
    now: Timestamp,
) -> Value {
    let state = dispute.state();
    let due = dispute
        .evidence_due_at
        .filter(|_| state == DisputeState::NeedsResponse);
    let left_hours = due.map_or(0, |due| due.duration_since(now).as_hours());
    let left = match left_hours {
        ..=0 => String::new(),
        hours @ 1..48 => visitor.say("dispute-left-hours", &[("count", hours.to_string())]),
        hours => visitor.say("dispute-left-days", &[("count", (hours / 24).to_string())]),
    };
    json!({
        "reason": dispute_reason(visitor, &dispute.reason),
        "reference": dispute.reference,
        "state": name(&state),
        "amount": both(visitor, order, dispute.amount_minor, in_base),
        "due": due.map(|at| visitor.formats.moment(at)),
        "is_over": due.is_some_and(|at| at <= now),
        "left": left,
        "fee": dispute.fee.filter(|fee| fee.minor > 0).map(|fee| visitor.formats.money(fee)),
    })
}
