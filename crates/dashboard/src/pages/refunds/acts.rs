//! What is done about a refund of the queue: tried again, asked about now, or settled another way.

use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use domain::ids::{OrderId, RefundId};
use domain::order::Order;
use domain::refund_settle::may_retry;
use domain::refusal::Refusal;
use engine::failure::Failure;
use engine::permit::RefundOrders;
use engine::refund_queue::{ask_now, settle_by_hand};
use engine::refunds::retry;
use serde::Deserialize;
use serde_json::json;

use super::Asked;
use crate::pages::order::{both, extend, head};
use crate::refusals;
use crate::visitor::{Answer, Sent, Visitor};

/// Which refund, what to do about it, and where the page was.
#[derive(Deserialize)]
pub(super) struct Act {
    order: String,
    refund: String,
    act: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    after: String,
}

/// Tries a refund again, or has the provider asked about it now.
pub(super) async fn act(Sent { visitor, form }: Sent<Act>) -> Answer {
    let permit = visitor.permit::<RefundOrders>()?;
    let (desk, order, refund) = (
        &visitor.app.desk,
        OrderId(form.order),
        RefundId(form.refund),
    );
    let done = match form.act.as_str() {
        "retry" => {
            let retried = retry(desk, &permit, &order, refund).await;
            retried.map(|_| "retried")
        }
        "ask" => ask_now(desk, &permit, &order, &refund)
            .await
            .map(|()| "provider-asked"),
        _ => return Ok(crate::guard::nothing_here(visitor).await),
    };
    match done {
        Ok(done) => {
            let back = Asked {
                state: form.state,
                after: form.after,
                done: done.to_owned(),
            };
            Ok(visitor.redirect(&back.address()))
        }
        Err(failure) => Err(visitor.failed(&failure)),
    }
}

/// Which refund the form is about.
#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default)]
    order: String,
    #[serde(default)]
    refund: String,
}

/// What the form holds.
#[derive(Default, Deserialize)]
pub(super) struct Settlement {
    #[serde(default)]
    order: String,
    #[serde(default)]
    refund: String,
    #[serde(default)]
    reference: String,
    #[serde(default)]
    note: String,
}

/// The form that settles a failed refund another way.
pub(super) async fn settle_form(visitor: Visitor, Query(which): Query<Which>) -> Answer {
    visitor.permit::<RefundOrders>()?;
    let order = visitor.order(&which.order).await?;
    let form = Settlement {
        order: which.order,
        refund: which.refund,
        ..Settlement::default()
    };
    page(&visitor, &order, &form, None)
}

/// Settles it.
pub(super) async fn settle(Sent { visitor, form }: Sent<Settlement>) -> Answer {
    let permit = visitor.permit::<RefundOrders>()?;
    let (id, refund) = (OrderId(form.order.clone()), RefundId(form.refund.clone()));
    let desk = &visitor.app.desk;
    match settle_by_hand(desk, &permit, &id, refund, &form.reference, &form.note).await {
        Ok(_) => Ok(visitor.redirect(&format!("/orders/{id}?done=settled"))),
        Err(Failure::Refused(refusal)) => {
            let order = visitor.order(id.as_str()).await?;
            page(&visitor, &order, &form, Some(&refusal))
        }
        Err(failure) => Err(visitor.failed(&failure)),
    }
}

#[allow(clippy::result_large_err, reason = "a page is the answer either way")]
fn page(
    visitor: &Visitor,
    order: &Order,
    form: &Settlement,
    refused: Option<&Refusal>,
) -> Result<Response, Response> {
    let mut refunds = order.refunds.iter();
    let found = refunds.find(|refund| refund.id.as_str() == form.refund);
    let Some(refund) = found else {
        let refund = RefundId(form.refund.clone());
        return Err(visitor.failed(&Failure::Refused(Refusal::RefundNotFound { refund })));
    };
    let cannot = may_retry(order, refund).err();
    let cannot = cannot.map(|refusal| refusals::refusal(&visitor.formats, &refusal));
    let status = match refused {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let mut context = head(visitor, order);
    extend(
        &mut context,
        json!({
            "refund": refund.id.as_str(),
            "amount": both(visitor, order, refund.parts.total_minor(), false),
            "failed_because": refund.problem,
            "why": cannot.as_ref().map(|said| said.why.clone()),
            "instead": cannot.as_ref().map(|said| said.instead.clone()),
            "reference": form.reference,
            "note": form.note,
            "wrong": refused.and_then(Refusal::field).unwrap_or_default(),
            "problem": refused.map(|refusal| refusals::refusal(&visitor.formats, refusal).whole()).unwrap_or_default(),
        }),
    );
    Ok(visitor.page(status, "refund_settle.html", context))
}
