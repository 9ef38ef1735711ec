//! Corrections of an order: its number, its addresses, notes, tracking numbers.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::address::{Address, FIELDS};
use domain::command::Command;
use domain::coverage::Fall;
use domain::edits::{address, address_falls};
use domain::event::AddressKind;
use domain::ids::{NoteId, OrderId, ShipmentId};
use domain::order::Order;
use domain::refusal::Refusal;
use domain::shipment::Tracking;
use engine::corrections::correct;
use engine::failure::Failure;
use engine::orders::Terms;
use engine::permit::{AddNotes, EditOrders, Grants, ShipOrders};
use serde::Deserialize;
use serde_json::{Value, json};

use super::events;
use super::order::{self, Shown, extend, head};
use super::query::name;
use crate::refusals;
use crate::visitor::{Sent, Visitor};

/// What the form of the order number holds.
#[derive(Deserialize)]
pub(crate) struct Number {
    #[serde(default)]
    number: String,
    /// What stood there when the form was made.
    #[serde(default)]
    was: String,
}

/// The form of the order number (N1).
pub(crate) async fn number(visitor: Visitor, Path(id): Path<String>) -> Response {
    match visitor.order(&id).await {
        Ok(order) => {
            let number = order.number.clone().unwrap_or_default();
            let form = Number {
                was: number.clone(),
                number,
            };
            number_page(&visitor, &order, &form, StatusCode::OK, None)
        }
        Err(response) => response,
    }
}

/// Saves the order number.
pub(crate) async fn save_number(
    Path(id): Path<String>,
    Sent { visitor, form }: Sent<Number>,
) -> Response {
    let was = Some(form.was.clone()).filter(|was| !was.is_empty());
    let command = Command::SetNumber {
        number: form.number.clone(),
        was: Some(was),
    };
    let show = |order: &Order, refusal: &Refusal| {
        // What is there now is what the next try replaces.
        let was = order.number.clone().unwrap_or_default();
        let form = Number {
            was,
            number: form.number.clone(),
        };
        number_page(
            &visitor,
            order,
            &form,
            StatusCode::UNPROCESSABLE_ENTITY,
            Some(refusal),
        )
    };
    done::<EditOrders>(&visitor, &id, command, "number", show).await
}

fn number_page(
    visitor: &Visitor,
    order: &Order,
    form: &Number,
    status: StatusCode,
    refusal: Option<&Refusal>,
) -> Response {
    let mut context = head(visitor, order);
    extend(
        &mut context,
        json!({"value": form.number, "was": form.was, "problem": problem(visitor, refusal)}),
    );
    visitor.page(status, "number.html", context)
}

fn problem(visitor: &Visitor, refusal: Option<&Refusal>) -> String {
    refusal.map_or_else(String::new, |refusal| {
        refusals::refusal(&visitor.formats, refusal).whole()
    })
}

/// Carries a command out, and shows the form again where it is refused.
pub(super) async fn done<G: Grants>(
    visitor: &Visitor,
    id: &str,
    command: Command,
    what: &str,
    show: impl Fn(&Order, &Refusal) -> Response,
) -> Response {
    let permit = match visitor.permit::<G>() {
        Ok(permit) => permit,
        Err(response) => return response,
    };
    match correct(
        &visitor.app.desk,
        &permit,
        &id.into(),
        command,
        &Terms::default(),
    )
    .await
    {
        Ok(_) => visitor.redirect(&format!("/orders/{id}?done={what}")),
        Err(Failure::Refused(refusal)) => match visitor.order(id).await {
            Ok(order) => show(&order, &refusal),
            Err(response) => response,
        },
        Err(failure) => visitor.failed(&failure),
    }
}

/// What the form of an address holds: each field as it is to be, and as it was when the form was made.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct AddressForm {
    #[serde(flatten)]
    fields: std::collections::BTreeMap<String, String>,
}

impl AddressForm {
    fn address(&self, prefix: &str) -> Address {
        let mut address = Address::default();
        for field in &FIELDS {
            let value = self.fields.get(&format!("{prefix}{}", field.name));
            *(field.get_mut)(&mut address) = value.cloned().unwrap_or_default();
        }
        address
    }
}

/// The form of the ship-to (N2).
pub(crate) async fn ship_to(visitor: Visitor, Path(id): Path<String>) -> Response {
    address_form(visitor, &id, AddressKind::ShipTo).await
}

/// The form of the bill-to (N2).
pub(crate) async fn bill_to(visitor: Visitor, Path(id): Path<String>) -> Response {
    address_form(visitor, &id, AddressKind::BillTo).await
}

/// Saves the ship-to.
pub(crate) async fn save_ship_to(Path(id): Path<String>, sent: Sent<AddressForm>) -> Response {
    save_address(&id, sent, AddressKind::ShipTo).await
}

/// Saves the bill-to.
pub(crate) async fn save_bill_to(Path(id): Path<String>, sent: Sent<AddressForm>) -> Response {
    save_address(&id, sent, AddressKind::BillTo).await
}

async fn address_form(visitor: Visitor, id: &str, which: AddressKind) -> Response {
    match visitor.order(id).await {
        Ok(order) => {
            let present = address(&order, which).clone();
            address_page(&visitor, &order, which, &present, StatusCode::OK, None)
        }
        Err(response) => response,
    }
}

async fn save_address(
    id: &str,
    Sent { visitor, form }: Sent<AddressForm>,
    which: AddressKind,
) -> Response {
    let (before, after) = (form.address("was_"), form.address(""));
    let command = Command::EditAddress {
        which,
        before: Box::new(before),
        after: Box::new(after.clone()),
    };
    let show = |order: &Order, refusal: &Refusal| {
        address_page(
            &visitor,
            order,
            which,
            &after,
            StatusCode::UNPROCESSABLE_ENTITY,
            Some(refusal),
        )
    };
    done::<EditOrders>(&visitor, id, command, which.field(), show).await
}

fn address_page(
    visitor: &Visitor,
    order: &Order,
    which: AddressKind,
    typed: &Address,
    status: StatusCode,
    refusal: Option<&Refusal>,
) -> Response {
    let present = address(order, which);
    let wrong = refusal
        .and_then(Refusal::field)
        .and_then(|field| field.rsplit('.').next())
        .unwrap_or_default();
    let fields: Vec<Value> = FIELDS
        .iter()
        .map(|field| json!({"name": field.name, "value": (field.get)(typed), "was": (field.get)(present)}))
        .collect();
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
            "problem": problem(visitor, refusal),
        }),
    );
    visitor.page(status, "address.html", context)
}

fn fall(visitor: &Visitor, (promise, to, cause): &Fall) -> Value {
    json!({"promise": name(promise), "to": name(to), "cause": events::cause(visitor, cause)})
}

/// What the form of a note holds.
#[derive(Deserialize)]
pub(crate) struct NoteForm {
    #[serde(default)]
    text: String,
}

/// Adds a note (N4).
pub(crate) async fn add_note(
    Path(id): Path<String>,
    Sent { visitor, form }: Sent<NoteForm>,
) -> Response {
    let desk = &visitor.app.desk;
    let note = NoteId(desk.ids().fresh(NoteId::PREFIX, desk.now()));
    let command = Command::AddNote {
        note,
        text: form.text.clone(),
    };
    let permit = match visitor.permit::<AddNotes>() {
        Ok(permit) => permit,
        Err(response) => return response,
    };
    let terms = Terms::default();
    match correct(desk, &permit, &id.as_str().into(), command, &terms).await {
        Ok(_) => visitor.redirect(&format!("/orders/{id}?done=note")),
        Err(Failure::Refused(refusal)) => {
            let shown = Shown {
                note: form.text,
                note_problem: problem(&visitor, Some(&refusal)),
                ..Shown::default()
            };
            order::answer(&visitor, OrderId(id), &shown).await
        }
        Err(failure) => visitor.failed(&failure),
    }
}

/// What the form of tracking numbers holds.
#[derive(Deserialize)]
pub(crate) struct TrackingForm {
    /// One or several, on lines of their own.
    #[serde(default)]
    numbers: String,
    #[serde(default)]
    carrier: String,
    #[serde(default)]
    notify: Option<String>,
}

/// The form of tracking numbers (S1).
pub(crate) async fn tracking(visitor: Visitor, Path(id): Path<String>) -> Response {
    match visitor.order(&id).await {
        Ok(order) => {
            let form = TrackingForm {
                numbers: String::new(),
                carrier: String::new(),
                notify: None,
            };
            tracking_page(&visitor, &order, &form, StatusCode::OK, None)
        }
        Err(response) => response,
    }
}

/// Adds tracking numbers, which ship what is left.
pub(crate) async fn save_tracking(
    Path(id): Path<String>,
    Sent { visitor, form }: Sent<TrackingForm>,
) -> Response {
    let desk = &visitor.app.desk;
    let order = match visitor.order(&id).await {
        Ok(order) => order,
        Err(response) => return response,
    };
    let numbers = form
        .numbers
        .lines()
        .map(str::trim)
        .filter(|number| !number.is_empty());
    let carrier = form.carrier.trim().to_owned();
    let numbers = numbers.map(|number| Tracking {
        number: number.to_owned(),
        carrier: carrier.clone(),
    });
    let command = Command::AddTracking {
        shipment: ShipmentId(desk.ids().fresh(ShipmentId::PREFIX, desk.now())),
        numbers: numbers.collect(),
        items: order.all_unshipped(),
        notify: form.notify.is_some(),
    };
    let show = |order: &Order, refusal: &Refusal| {
        tracking_page(
            &visitor,
            order,
            &form,
            StatusCode::UNPROCESSABLE_ENTITY,
            Some(refusal),
        )
    };
    done::<ShipOrders>(&visitor, &id, command, "tracking", show).await
}

fn tracking_page(
    visitor: &Visitor,
    order: &Order,
    form: &TrackingForm,
    status: StatusCode,
    refusal: Option<&Refusal>,
) -> Response {
    let mut context = head(visitor, order);
    extend(
        &mut context,
        json!({
            "numbers": form.numbers,
            "carrier": form.carrier,
            "notify": form.notify.is_some(),
            "problem": problem(visitor, refusal),
        }),
    );
    visitor.page(status, "tracking.html", context)
}
