//! Refunding an order (R1 to R8): the parts in either currency, a reason, what it comes to, confirmed.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::actions::Action;
use domain::cancel::is_better_canceled;
use domain::command::Context;
use domain::ids::{ItemId, RefundId};
use domain::money::{Currency, decimal_text};
use domain::order::Order;
use domain::parts::{Part, Parts};
use domain::refund::{
    RefundReason, RefundRequest, parts_for_items, parts_from_base, refunded_quantity,
};
use domain::refusal::{Problem, Refusal};
use domain::waiting::Waiting;
use engine::failure::Failure;
use engine::orders::Terms;
use engine::permit::RefundOrders;
use engine::refunds;
use serde::Deserialize;
use serde_json::{Value, json};

use super::order::{both, extend, head, is_in_base};
use super::waiting;
use crate::forms::amount;
use crate::refusals;
use crate::visitor::{Answer, Sent, Visitor};

/// What the form holds. Amounts are texts in the currency that is chosen.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct Form {
    /// Made with the form: sending it twice asks once.
    #[serde(default)]
    refund: String,
    #[serde(default)]
    currency: String,
    #[serde(default)]
    item: String,
    #[serde(default)]
    shipping: String,
    #[serde(default)]
    duty_tax_fee: String,
    /// Items with how many of each, as `id=quantity` fields named `quantity`.
    #[serde(default)]
    item_id: Vec<String>,
    #[serde(default)]
    quantity: Vec<String>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    reason_text: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    notify: Option<String>,
    /// `fill` takes the amounts from the items, `all` takes everything, `review` shows what it comes to, `confirm`
    /// does it; anything else changes the currency.
    #[serde(default)]
    step: String,
    /// What will happen before it is sent; never from the form.
    #[serde(skip)]
    before: String,
}

/// The reasons that are offered, as the rules name them.
const REASONS: [&str; 5] = [
    "duplicate",
    "fraudulent",
    "order_change",
    "product_unsatisfactory",
    "other",
];

#[derive(Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    currency: String,
}

/// What is wrong with the form: the field and the words.
type Wrong = (String, String);

/// The form.
pub(crate) async fn show(
    visitor: Visitor,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Answer {
    let order = visitor.order(&id).await?;
    let in_base = is_in_base(&visitor, &asked.currency);
    let form = Form {
        refund: refunds::new_id(&visitor.app.desk).0,
        currency: currency_name(in_base).to_owned(),
        ..Form::default()
    };
    Ok(page(&visitor, &order, &form, StatusCode::OK, None))
}

/// Fills in, reviews, or asks for the refund.
pub(crate) async fn send(Path(id): Path<String>, Sent { visitor, form }: Sent<Form>) -> Answer {
    sent(&visitor, &id, form).await
}

async fn sent(visitor: &Visitor, id: &str, mut form: Form) -> Answer {
    let permit = visitor.permit::<RefundOrders>()?;
    let order = visitor.order(id).await?;
    match form.step.as_str() {
        "review" | "confirm" => {}
        step => {
            let parts = match step {
                "fill" => Some(parts_for_items(&order, &items(&form))),
                "all" => Some(order.returnable()),
                _ => parts(&order, &form).ok(),
            };
            if step == "base" || step == "presentment" {
                form.currency = step.to_owned();
            }
            if let Some(parts) = parts {
                write(&order, &mut form, parts);
            }
            return Ok(page(visitor, &order, &form, StatusCode::OK, None));
        }
    }
    let request = match request(visitor, &order, &form) {
        Ok(request) => request,
        Err(wrong) => {
            form.step.clear();
            return Ok(page(
                visitor,
                &order,
                &form,
                StatusCode::UNPROCESSABLE_ENTITY,
                Some(wrong),
            ));
        }
    };
    if form.step == "review" {
        let asked = order.money(request.parts.total_minor());
        form.before = waiting::before(visitor, &order, asked).await?;
        return Ok(page(visitor, &order, &form, StatusCode::OK, None));
    }
    let (desk, terms) = (&visitor.app.desk, Terms::of_page());
    match refunds::request(desk, &permit, &order.id, request, &terms).await {
        Ok(changed) => {
            let is_it = |one: &Waiting| one.refunds().iter().any(|one| one.id.0 == form.refund);
            let done = waiting::confirmed(&changed.order, is_it, "refunded");
            Ok(visitor.back_to_order(id, done))
        }
        Err(Failure::Refused(refusal)) => {
            form.step.clear();
            let wrong = said(visitor, &refusal);
            Ok(page(
                visitor,
                &order,
                &form,
                StatusCode::UNPROCESSABLE_ENTITY,
                Some(wrong),
            ))
        }
        Err(failure) => Err(visitor.failed(&failure)),
    }
}

fn said(visitor: &Visitor, refusal: &Refusal) -> Wrong {
    let words = refusals::refusal(&visitor.formats, refusal).whole();
    (refusal.field().unwrap_or_default().to_owned(), words)
}

fn currency_name(in_base: bool) -> &'static str {
    if in_base { "base" } else { "presentment" }
}

/// The currency that the amounts are typed in.
fn currency(order: &Order, form: &Form) -> Currency {
    if form.currency == "base" {
        order.rate.base
    } else {
        order.currency()
    }
}

/// The amounts as typed, in presentment minor units.
fn parts(order: &Order, form: &Form) -> Result<Parts, Refusal> {
    let currency = currency(order, form);
    let typed = [
        (Part::Item, &form.item),
        (Part::Shipping, &form.shipping),
        (Part::DutyTaxFee, &form.duty_tax_fee),
    ];
    let mut minor = [0; 3];
    for (place, (part, text)) in typed.into_iter().enumerate() {
        minor[place] = amount(text, currency)
            .map_err(|error| Refusal::invalid(part.field(), Problem::Amount(error)))?;
    }
    let typed = Parts::from_array(minor);
    Ok(if form.currency == "base" {
        parts_from_base(order, typed)
    } else {
        typed
    })
}

/// Writes amounts into the form, in the currency that is chosen.
fn write(order: &Order, form: &mut Form, parts: Parts) {
    let currency = currency(order, form);
    let text = |minor: i64| {
        let minor = if form.currency == "base" {
            order.rate.to_base(minor).minor
        } else {
            minor
        };
        decimal_text(minor, currency)
    };
    let [item, shipping, duty_tax_fee] = parts.to_array().map(text);
    (form.item, form.shipping, form.duty_tax_fee) = (item, shipping, duty_tax_fee);
}

/// The items with how many of each are to be refunded.
fn items(form: &Form) -> Vec<(ItemId, u32)> {
    form.item_id
        .iter()
        .zip(&form.quantity)
        .filter_map(|(id, quantity)| Some((ItemId(id.clone()), quantity.trim().parse().ok()?)))
        .filter(|(_, quantity)| *quantity > 0)
        .collect()
}

fn request(visitor: &Visitor, order: &Order, form: &Form) -> Result<RefundRequest, Wrong> {
    let parts = parts(order, form).map_err(|refusal| said(visitor, &refusal))?;
    let reason = match form.reason.as_str() {
        "duplicate" => RefundReason::Duplicate,
        "fraudulent" => RefundReason::Fraudulent,
        "order_change" => RefundReason::OrderChange,
        "product_unsatisfactory" => RefundReason::ProductUnsatisfactory,
        "other" if !form.reason_text.trim().is_empty() => {
            RefundReason::Other(form.reason_text.trim().to_owned())
        }
        "other" => {
            return Err((
                "reason_text".to_owned(),
                visitor.say("refund-reason-text-missing", &[]),
            ));
        }
        _ => {
            return Err((
                "reason".to_owned(),
                visitor.say("refund-reason-missing", &[]),
            ));
        }
    };
    // Items that do not come to the amounts would claim that they were refunded.
    let listed = items(form);
    let items = if parts_for_items(order, &listed).item_minor == parts.item_minor {
        listed
    } else {
        Vec::new()
    };
    if parts.total_minor() <= 0 {
        return Err(("item".to_owned(), visitor.say("refund-nothing", &[])));
    }
    let request = RefundRequest {
        id: RefundId(form.refund.clone()),
        parts,
        items,
        reason,
        note: form.note.clone(),
        notify: form.notify.is_some(),
    };
    // What the rules will say when it is asked for is said before it is confirmed.
    let actor = &visitor.signed_in.session.actor;
    let at = visitor.app.desk.now();
    match domain::refund::request(order, &request, &Context::of(actor, at)) {
        Ok(_) => Ok(request),
        Err(refusal) => Err(said(visitor, &refusal)),
    }
}

fn page(
    visitor: &Visitor,
    order: &Order,
    form: &Form,
    status: StatusCode,
    wrong: Option<Wrong>,
) -> Response {
    let verdict = visitor.why_not(order, Action::Refund);
    let in_base = form.currency == "base";
    let asked = parts(order, form).unwrap_or_default();
    let fee = refunds::fee_of(order, asked.total_minor());
    let (field, problem) = wrong.unwrap_or_default();
    let mut context = head(visitor, order);
    extend(
        &mut context,
        json!({
            "why": verdict.as_ref().map(|said| said.why.clone()),
            "instead": verdict.as_ref().map(|said| said.instead.clone()),
            "refund": form.refund,
            "currency": currency_name(in_base),
            "currency_code": currency(order, form).code(),
            "parts": shown_parts(visitor, order, form, in_base),
            "asked": both(visitor, order, asked.total_minor(), in_base),
            "issued": visitor.formats.money(order.money(asked.total_minor())),
            "fee_returned": visitor.formats.money(fee.returnable),
            "fee_kept": visitor.formats.money(fee.kept),
            "items": shown_items(order, form),
            "reasons": REASONS,
            "reason": form.reason,
            "reason_text": form.reason_text,
            "note": form.note,
            "notify": form.notify.is_some(),
            "is_review": form.step == "review" && problem.is_empty(),
            "is_better_canceled": asked.total_minor() > 0 && is_better_canceled(order, asked),
            "before": form.before,
            "problem": problem,
            "wrong": field,
        }),
    );
    visitor.page(status, "refund.html", context)
}

fn shown_parts(visitor: &Visitor, order: &Order, form: &Form, in_base: bool) -> Vec<Value> {
    let left = order.left();
    let typed = [
        (Part::Item, &form.item),
        (Part::Shipping, &form.shipping),
        (Part::DutyTaxFee, &form.duty_tax_fee),
    ];
    let part = |(part, text): (Part, &String)| json!({"field": part.field(), "text": text, "left": both(visitor, order, left.get(part), in_base)});
    typed.into_iter().map(part).collect()
}

fn shown_items(order: &Order, form: &Form) -> Vec<Value> {
    let chosen = items(form);
    order
        .items
        .iter()
        .map(|item| {
            let quantity = chosen
                .iter()
                .find(|(id, _)| *id == item.id)
                .map_or(0, |(_, quantity)| *quantity);
            let left = item
                .quantity
                .saturating_sub(refunded_quantity(order, &item.id));
            json!({"id": item.id.as_str(), "name": item.name, "left": left, "quantity": quantity})
        })
        .collect()
}
