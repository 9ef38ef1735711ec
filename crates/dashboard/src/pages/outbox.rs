//! The outbox: e-mails that stayed here instead of going out, as they are in the demo, and what became of those that
//! really go out.

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use engine::failure::Failure;
use engine::outbox;
use engine::outgoing::Outgoing;
use engine::permit::ViewOrders;
use engine::ports::Letter;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::app::App;
use crate::guard;
use crate::visitor::{Answer, Visitor};

/// Every route of the outbox.
pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/outbox", get(list))
        .route("/outbox/{id}", get(show))
        .route("/outbox/{id}/html", get(html))
}

/// All of them, newest first.
async fn list(visitor: Visitor) -> Answer {
    let mut mails = listed(&visitor)
        .await
        .map_err(|failure| visitor.failed(&failure))?;
    mails.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    let mails: Vec<Value> = mails.into_iter().map(|(_, shown)| shown).collect();
    let hint = if visitor.app.mail.keeps() {
        "outbox-hint"
    } else {
        "outbox-hint-real"
    };
    let context = json!({"letters": mails, "hint": hint});
    Ok(visitor.page(StatusCode::OK, "outbox.html", context))
}

async fn listed(visitor: &Visitor) -> Result<Vec<(Timestamp, Value)>, Failure> {
    let permit = visitor.signed_in.session.permit::<ViewOrders>()?;
    let (app, reader) = (&visitor.app, &visitor.signed_in.person);
    let kept = outbox::letters(&*app.mail, &permit, reader).await?;
    let sent = outbox::outgoing(&app.desk, &permit, reader).await?;
    let kept = kept.iter().map(|one| (one.at, shown(visitor, one)));
    let sent = sent
        .iter()
        .map(|one| (one.begun_at, outgoing(visitor, one)));
    Ok(kept.chain(sent).collect())
}

/// One, with its plain text beside it where it stayed here.
async fn show(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let context = if let Some(letter) = found(&visitor, &id).await? {
        let mut context = shown(&visitor, &letter);
        context["text"] = letter.text.clone().into();
        context
    } else {
        let permit = visitor.permit::<ViewOrders>()?;
        let reader = &visitor.signed_in.person;
        let sent = outbox::outgoing_mail(&visitor.app.desk, &permit, reader, &id.as_str().into())
            .await
            .map_err(|error| visitor.failed(&error.into()))?;
        let Some(sent) = sent else {
            return Ok(guard::nothing_here(visitor).await);
        };
        outgoing(&visitor, &sent)
    };
    let context = json!({"letter": context});
    Ok(visitor.page(StatusCode::OK, "letter.html", context))
}

/// One as it looks, for the frame.
async fn html(visitor: Visitor, Path(id): Path<String>) -> Answer {
    match found(&visitor, &id).await? {
        Some(letter) => Ok(guard::letter(&letter.html)),
        None => Ok(guard::nothing_here(visitor).await),
    }
}

async fn found(visitor: &Visitor, id: &str) -> Result<Option<Letter>, Response> {
    let permit = visitor.permit::<ViewOrders>()?;
    let reader = &visitor.signed_in.person;
    outbox::letter(&*visitor.app.mail, &permit, reader, &id.into())
        .await
        .map_err(|failure| visitor.failed(&failure))
}

fn shown(visitor: &Visitor, letter: &Letter) -> Value {
    json!({
        "id": letter.id.as_str(),
        "kind": letter.kind.name().replace('_', "-"),
        "to": letter.to,
        "from": letter.from,
        "from_name": letter.from_name,
        "reply_to": letter.reply_to,
        "subject": letter.subject,
        "at": visitor.formats.moment(letter.at),
        "order": letter.order_id.as_ref().map(|id| id.as_str()),
        "state": "kept",
        "problem": "",
        "text": null,
    })
}

fn outgoing(visitor: &Visitor, mail: &Outgoing) -> Value {
    json!({
        "id": mail.id.as_str(),
        "kind": mail.kind.name().replace('_', "-"),
        "to": mail.to,
        "from": "",
        "from_name": "",
        "reply_to": "",
        "subject": mail.subject,
        "at": visitor.formats.moment(mail.begun_at),
        "order": mail.order_id.as_ref().map(|id| id.as_str()),
        "state": mail.state,
        "problem": mail.problem,
        "text": null,
    })
}
