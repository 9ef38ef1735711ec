//! What is added to an order: notes and tracking numbers.

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use domain::command::Command;
use domain::ids::{NoteId, OrderId, ShipmentId};
use domain::order::Order;
use domain::refusal::Refusal;
use domain::shipment::Tracking;
use engine::corrections::correct;
use engine::failure::Failure;
use engine::orders::Terms;
use engine::permit::{AddNotes, Grants, ShipOrders};
use serde::Deserialize;
use serde_json::json;

use super::order::{self, Shown, extend, head};
use crate::refusals;
use crate::visitor::{Answer, Sent, Visitor};

/// What is wrong, in words; nothing where nothing is.
pub(super) fn problem(visitor: &Visitor, refusal: Option<&Refusal>) -> String {
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
) -> Answer {
    let permit = visitor.permit::<G>()?;
    match correct(
        &visitor.app.desk,
        &permit,
        &id.into(),
        command,
        &Terms::default(),
    )
    .await
    {
        Ok(_) => Ok(visitor.back_to_order(id, what)),
        Err(Failure::Refused(refusal)) => Ok(show(&visitor.order(id).await?, &refusal)),
        Err(failure) => Err(visitor.failed(&failure)),
    }
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
) -> Answer {
    let desk = &visitor.app.desk;
    let note = NoteId(desk.ids().fresh(NoteId::PREFIX, desk.now()));
    let command = Command::AddNote {
        note,
        text: form.text.clone(),
    };
    let permit = visitor.permit::<AddNotes>()?;
    let terms = Terms::default();
    match correct(desk, &permit, &id.as_str().into(), command, &terms).await {
        Ok(_) => Ok(visitor.back_to_order(&id, "note")),
        Err(Failure::Refused(refusal)) => {
            let shown = Shown {
                note: form.text,
                note_problem: problem(&visitor, Some(&refusal)),
                ..Shown::default()
            };
            order::page(&visitor, OrderId(id), &shown).await
        }
        Err(failure) => Err(visitor.failed(&failure)),
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
pub(crate) async fn tracking(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let order = visitor.order(&id).await?;
    let form = TrackingForm {
        numbers: String::new(),
        carrier: String::new(),
        notify: None,
    };
    Ok(tracking_page(&visitor, &order, &form, StatusCode::OK, None))
}

/// Adds tracking numbers, which ship what is left.
pub(crate) async fn save_tracking(
    Path(id): Path<String>,
    Sent { visitor, form }: Sent<TrackingForm>,
) -> Answer {
    let desk = &visitor.app.desk;
    let order = visitor.order(&id).await?;
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
