//! Corrections that two people may make at once: the order number and the addresses (N1, N2).

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::address::{Address, FIELDS};
use domain::command::Command;
use domain::coverage::Fall;
use domain::edits::{address, address_falls};
use domain::event::AddressKind;
use domain::order::Order;
use domain::refusal::Refusal;
use engine::corrections::correct;
use engine::failure::Failure;
use engine::orders::Terms;
use engine::permit::EditOrders;
use serde_json::{Value, json};

use super::clash::{Others, Typed, is_any_clash};
use super::edits::problem;
use super::events;
use super::order::{extend, head};
use super::query::name;
use crate::visitor::{Answer, Sent, Visitor};

/// What a form is shown again with: the order as it is now, and what was refused unless a choice was left open.
struct Again {
    order: Order,
    refusal: Option<Refusal>,
}

/// Carries a correction out; what the form is shown again with where there is something to decide or to mend. Any other
/// answer ends what called this.
async fn save(
    visitor: &Visitor,
    id: &str,
    command: Command,
    form: &Typed,
    what: &str,
) -> Result<Again, Response> {
    let permit = visitor.permit::<EditOrders>()?;
    let (desk, terms) = (&visitor.app.desk, Terms::default());
    let refusal = if form.is_any_undecided() {
        None
    } else {
        match correct(desk, &permit, &id.into(), command, &terms).await {
            Ok(changed) => {
                let is_kept = changed.events.is_empty() && form.keeps_theirs();
                let done = if is_kept { "kept" } else { what };
                return Err(visitor.back_to_order(id, done));
            }
            Err(Failure::Refused(refusal)) => Some(refusal),
            Err(failure) => return Err(visitor.failed(&failure)),
        }
    };
    let order = visitor.order(id).await?;
    Ok(Again { order, refusal })
}

/// The status of a form, and what is wrong with it: that others changed the same, before all else.
fn said(visitor: &Visitor, again: &Again, fields: &[Value]) -> String {
    if is_any_clash(fields) {
        visitor.say("clash-told", &[])
    } else {
        problem(visitor, again.refusal.as_ref())
    }
}

fn status(problem: &str) -> StatusCode {
    if problem.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    }
}

/// The form of the order number (N1).
pub(crate) async fn number(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let again = opened(&visitor, &id).await?;
    number_page(&visitor, &again, &Typed::default()).await
}

/// Saves the order number.
pub(crate) async fn save_number(
    Path(id): Path<String>,
    Sent { visitor, form }: Sent<Typed>,
) -> Answer {
    let was = Some(form.was("number").to_owned());
    let command = Command::SetNumber {
        number: form.yours("number").to_owned(),
        was: Some(was.filter(|was| !was.is_empty())),
    };
    let again = save(&visitor, &id, command, &form, "number").await?;
    number_page(&visitor, &again, &form).await
}

/// What a form is opened with.
async fn opened(visitor: &Visitor, id: &str) -> Result<Again, Response> {
    let order = visitor.order(id).await?;
    let refusal = None;
    Ok(Again { order, refusal })
}

async fn number_page(visitor: &Visitor, again: &Again, form: &Typed) -> Answer {
    let order = &again.order;
    let others = Others::of(visitor, order).await?;
    let now = order.number.as_deref().unwrap_or_default();
    let fields = [others.field(None, form, "number", now)];
    let problem = said(visitor, again, &fields);
    let mut context = head(visitor, order);
    extend(
        &mut context,
        json!({"field": fields[0], "problem": problem}),
    );
    Ok(visitor.page(status(&problem), "number.html", context))
}

/// The form of the ship-to (N2).
pub(crate) async fn ship_to(visitor: Visitor, Path(id): Path<String>) -> Answer {
    open_address(&visitor, &id, AddressKind::ShipTo).await
}

/// The form of the bill-to (N2).
pub(crate) async fn bill_to(visitor: Visitor, Path(id): Path<String>) -> Answer {
    open_address(&visitor, &id, AddressKind::BillTo).await
}

/// Saves the ship-to.
pub(crate) async fn save_ship_to(Path(id): Path<String>, sent: Sent<Typed>) -> Answer {
    save_address(&id, sent, AddressKind::ShipTo).await
}

/// Saves the bill-to.
pub(crate) async fn save_bill_to(Path(id): Path<String>, sent: Sent<Typed>) -> Answer {
    save_address(&id, sent, AddressKind::BillTo).await
}

async fn open_address(visitor: &Visitor, id: &str, which: AddressKind) -> Answer {
    let again = opened(visitor, id).await?;
    address_page(visitor, &again, which, &Typed::default()).await
}

async fn save_address(id: &str, Sent { visitor, form }: Sent<Typed>, which: AddressKind) -> Answer {
    let command = Command::EditAddress {
        which,
        before: Box::new(of(|name| form.was(name))),
        after: Box::new(of(|name| form.yours(name))),
    };
    let again = save(&visitor, id, command, &form, which.field()).await?;
    address_page(&visitor, &again, which, &form).await
}

/// An address of a form's fields.
fn of<'a>(value: impl Fn(&str) -> &'a str) -> Address {
    let mut address = Address::default();
    for field in &FIELDS {
        value(field.name).clone_into((field.get_mut)(&mut address));
    }
    address
}

async fn address_page(
    visitor: &Visitor,
    again: &Again,
    which: AddressKind,
    form: &Typed,
) -> Answer {
    let order = &again.order;
    let present = address(order, which);
    let others = Others::of(visitor, order).await?;
    let fields: Vec<Value> = FIELDS
        .iter()
        .map(|field| others.field(Some(which), form, field.name, (field.get)(present)))
        .collect();
    let problem = said(visitor, again, &fields);
    let wrong = again
        .refusal
        .as_ref()
        .filter(|_| !is_any_clash(&fields))
        .and_then(Refusal::field)
        .and_then(|field| field.rsplit('.').next())
        .unwrap_or_default();
    // What any change of the place would do; the exact fall depends on what is typed.
    let mut moved = present.clone();
    moved.line1.push('*');
    moved.country.clear();
    let falls = address_falls(order, which, &moved).into_iter();
    let falls: Vec<Value> = falls.map(|fall| self::fall(visitor, &fall)).collect();
    let mut context = head(visitor, order);
    extend(
        &mut context,
        json!({
            "which": which.field(),
            "fields": fields,
            "falls": falls,
            "wrong": wrong,
            "problem": problem,
        }),
    );
    Ok(visitor.page(status(&problem), "address.html", context))
}

fn fall(visitor: &Visitor, (promise, to, cause): &Fall) -> Value {
    json!({"promise": name(promise), "to": name(to), "cause": events::cause(visitor, cause)})
}
