//! Cancelling an order (C1 to C8): what will happen, a note, "are you sure?", done.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::actions::Action;
use domain::order::Order;
use domain::waiting::Waiting;
use engine::cancellations::{Cancel, cancel, preview};
use engine::failure::Failure;
use engine::orders::Terms;
use engine::permit::CancelOrders;
use serde::Deserialize;
use serde_json::{Value, json};

use super::order::{extend, head};
use super::waiting;
use crate::refusals;
use crate::visitor::{Answer, Sent, Visitor};

/// What the form holds.
#[derive(Default, Deserialize)]
pub(crate) struct Form {
    #[serde(default)]
    note: String,
    #[serde(default)]
    notify: Option<String>,
    #[serde(default)]
    without_refund: Option<String>,
    /// `review` asks whether they are sure; `confirm` does it.
    #[serde(default)]
    step: String,
    /// What will happen before it is sent; never from the form.
    #[serde(skip)]
    before: String,
}

/// The form.
pub(crate) async fn show(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let order = visitor.order(&id).await?;
    let empty = Form::default();
    Ok(form(&visitor, &order, &empty, StatusCode::OK, ""))
}

/// Asks whether they are sure, then cancels.
pub(crate) async fn send(
    Path(id): Path<String>,
    Sent {
        visitor,
        form: mut asked,
    }: Sent<Form>,
) -> Answer {
    let visitor = &visitor;
    let permit = visitor.permit::<CancelOrders>()?;
    let order = visitor.order(&id).await?;
    if asked.note.trim().is_empty() {
        let problem = visitor.say("cancel-note-missing", &[]);
        return Ok(form(
            visitor,
            &order,
            &asked,
            StatusCode::UNPROCESSABLE_ENTITY,
            &problem,
        ));
    }
    if asked.step != "confirm" {
        let refunded = match asked.without_refund {
            Some(_) => order.money(0),
            None => preview(&order).refunded,
        };
        asked.before = waiting::before(visitor, &order, refunded).await?;
        return Ok(form(visitor, &order, &asked, StatusCode::OK, ""));
    }
    let wish = Cancel {
        note: asked.note.clone(),
        notify: asked.notify.is_some(),
        without_refund: asked.without_refund.is_some(),
    };
    match cancel(
        &visitor.app.desk,
        &permit,
        &order.id,
        wish,
        &Terms::of_page(),
    )
    .await
    {
        Ok(changed) => {
            let done = waiting::confirmed(&changed.order, Waiting::is_cancellation, "canceled");
            Ok(visitor.back_to_order(&id, done))
        }
        Err(Failure::Refused(refusal)) => {
            let problem = refusals::refusal(&visitor.formats, &refusal).whole();
            let again = Form {
                step: String::new(),
                ..asked
            };
            Ok(form(
                visitor,
                &order,
                &again,
                StatusCode::UNPROCESSABLE_ENTITY,
                &problem,
            ))
        }
        Err(failure) => Err(visitor.failed(&failure)),
    }
}

fn form(
    visitor: &Visitor,
    order: &Order,
    asked: &Form,
    status: StatusCode,
    problem: &str,
) -> Response {
    let said = visitor.why_not(order, Action::Cancel);
    let mut context = head(visitor, order);
    extend(
        &mut context,
        json!({
            "will": consequences(visitor, order),
            "why": said.as_ref().map(|said| said.why.clone()),
            "instead": said.as_ref().map(|said| said.instead.clone()),
            "is_guaranteed": order.is_guaranteed_by_plugin(),
            "note": asked.note,
            "notify": asked.notify.is_some(),
            "without_refund": asked.without_refund.is_some(),
            "is_review": asked.step == "review" && problem.is_empty(),
            "before": asked.before,
            "problem": problem,
        }),
    );
    visitor.page(status, "cancel.html", context)
}

/// What will happen to money, fees, the shop and the stock.
fn consequences(visitor: &Visitor, order: &Order) -> Value {
    let will = preview(order);
    let money =
        |money: domain::money::Money| (money.minor != 0).then(|| visitor.formats.money(money));
    json!({
        "refunded": money(will.refunded),
        "released": money(will.released),
        "shop_refunds": will.shop_refunds,
        "has_shop": order.shop.is_some(),
        "told_shop": will.told_shop,
        "fee_returned": money(will.fee.returnable),
        "fee_kept": money(will.fee.kept),
    })
}
