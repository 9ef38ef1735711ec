//! The queue of refunds: every one that is not settled, oldest first, with what can be done about each, and why not.

mod acts;
mod reconciliation;

use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::routing::{get, post};
use domain::ids::RefundId;
use domain::refund::RefundState;
use domain::refund_arrival::expected;
use domain::refund_settle::may_retry;
use engine::permit::{RefundOrders, ViewOrders, ViewReports};
use engine::refund_queue::{Queued, queue};
use engine::store::open_refunds::QueueCursor;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::order::both;
use super::query::name;
use crate::app::App;
use crate::refusals;
use crate::visitor::{Answer, Visitor};

/// How many refunds a page shows.
const ROWS: usize = 50;

/// The states that the queue can be narrowed to.
const STATES: [RefundState; 5] = [
    RefundState::Requested,
    RefundState::Sent,
    RefundState::Pending,
    RefundState::Unknown,
    RefundState::Failed,
];

/// The routes of the queue and of what stands beside it.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/refunds", get(show))
        .route("/refunds/act", post(acts::act))
        .route("/refunds/settle", get(acts::settle_form).post(acts::settle))
        .route("/refunds/reconciliation", get(reconciliation::show))
        .route("/refunds/reconciliation.csv", get(reconciliation::csv))
}

/// What the address says.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct Asked {
    /// One state; every one where nothing is said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    state: String,
    /// The place after which the page begins.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    after: String,
    /// What has just been done, for the message on top.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    done: String,
}

impl Asked {
    fn state(&self) -> Option<RefundState> {
        STATES.into_iter().find(|state| name(state) == self.state)
    }

    fn cursor(&self) -> Option<QueueCursor> {
        let (at, id) = self.after.split_once('.')?;
        Some(QueueCursor {
            requested_at_us: at.parse().ok()?,
            refund_id: RefundId(id.to_owned()),
        })
    }

    fn address(&self) -> String {
        match serde_html_form::to_string(self) {
            Ok(query) if !query.is_empty() => format!("/refunds?{query}"),
            _ => "/refunds".to_owned(),
        }
    }
}

/// The page.
async fn show(visitor: Visitor, Query(asked): Query<Asked>) -> Answer {
    let permit = visitor.permit::<ViewOrders>()?;
    let desk = &visitor.app.desk;
    let page = queue(desk, &permit, asked.state(), asked.cursor().as_ref(), ROWS)
        .await
        .map_err(|failure| visitor.failed(&failure))?;
    let next = page.next.map(|cursor| {
        let after = format!("{}.{}", cursor.requested_at_us, cursor.refund_id);
        let done = String::new();
        Asked {
            after,
            done,
            ..asked.clone()
        }
        .address()
    });
    let chips: Vec<Value> = std::iter::once(None)
        .chain(STATES.map(Some))
        .map(|state| {
            let of_state = Asked {
                state: state.map(|state| name(&state)).unwrap_or_default(),
                ..Asked::default()
            };
            json!({"state": of_state.state, "address": of_state.address(), "is_here": asked.state() == state})
        })
        .collect();
    let may_not = visitor.signed_in.session.permit::<RefundOrders>().err();
    let may_not = may_not.map(|refusal| refusals::refusal(&visitor.formats, &refusal).whole());
    let now = desk.now();
    let context = json!({
        "rows": page.rows.iter().map(|queued| row(&visitor, queued, now)).collect::<Vec<_>>(),
        "chips": chips,
        "state": asked.state,
        "after": asked.after,
        "done": asked.done,
        "next": next,
        "first": (!asked.after.is_empty()).then(|| Asked { state: asked.state.clone(), ..Asked::default() }.address()),
        "may_not": may_not,
        "may_reports": visitor.signed_in.session.permit::<ViewReports>().is_ok(),
    });
    Ok(visitor.page(StatusCode::OK, "refunds.html", context))
}

fn row(visitor: &Visitor, queued: &Queued, now: Timestamp) -> Value {
    let (order, refund, formats) = (&queued.order, queued.refund(), &visitor.formats);
    let reason = serde_json::to_value(&refund.reason).unwrap_or_default();
    let arrival = expected(
        refund.state,
        formats.date(refund.changed_at),
        formats.date(now),
    );
    // Every other state waits for the provider.
    let is_failed = refund.state == RefundState::Failed;
    let cannot = is_failed.then(|| may_retry(order, refund).err()).flatten();
    let next = queued.job.as_ref().map(|job| {
        let is_due = job.job.due_at <= now;
        json!({
            "attempts": formats.count(job.attempts),
            "is_parked": job.is_parked,
            "at": (!is_due && !job.is_parked).then(|| formats.moment(job.job.due_at)),
        })
    });
    json!({
        "order": {"id": order.id.as_str(), "number": order.number, "desk_number": order.desk_number},
        "refund": refund.id.as_str(),
        "customer": order.ship_to.display_name(),
        "amount": both(visitor, order, refund.amount_minor(), false),
        "reason": reason["reason"],
        "reason_text": reason.get("text"),
        "state": name(&refund.state),
        "problem": refund.problem,
        "requested": formats.moment(refund.requested_at),
        "requested_at": refund.requested_at.to_string(),
        "age": age(visitor, refund.requested_at, now),
        "waits": age(visitor, refund.changed_at, now),
        "arrival": arrival.map(|(first, last)| visitor.say(
            "refunds-arrival",
            &[("first", formats.day(first)), ("last", formats.day(last))],
        )),
        "job": next,
        "is_failed": is_failed,
        "why": cannot.map(|refusal| refusals::refusal(formats, &refusal).whole()),
    })
}

/// How long ago, in the largest unit that says something.
fn age(visitor: &Visitor, since: Timestamp, now: Timestamp) -> String {
    let minutes = now.duration_since(since).as_mins().max(0);
    let (key, count) = match minutes {
        0..60 => ("age-minutes", minutes),
        60..2_880 => ("age-hours", minutes / 60),
        _ => ("age-days", minutes / 1_440),
    };
    let count = visitor.formats.count(u64::try_from(count).unwrap_or(0));
    visitor.say(key, &[("count", count)])
}
