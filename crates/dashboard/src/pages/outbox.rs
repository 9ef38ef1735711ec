//! The outbox: e-mails that stayed here instead of going out, as they are in the demo.

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use engine::outbox;
use engine::permit::ViewOrders;
use engine::ports::Letter;
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
    let permit = visitor.permit::<ViewOrders>()?;
    let mail = &*visitor.app.mail;
    let kept = outbox::letters(mail, &permit, &visitor.signed_in.person)
        .await
        .map_err(|failure| visitor.failed(&failure))?;
    let Some(letters) = kept else {
        return Ok(guard::nothing_here(visitor).await);
    };
    let letters: Vec<Value> = letters.iter().map(|one| shown(&visitor, one)).collect();
    let context = json!({"letters": letters});
    Ok(visitor.page(StatusCode::OK, "outbox.html", context))
}

/// One, with its plain text beside it.
async fn show(visitor: Visitor, Path(id): Path<String>) -> Answer {
    let Some(letter) = found(&visitor, &id).await? else {
        return Ok(guard::nothing_here(visitor).await);
    };
    let mut context = shown(&visitor, &letter);
    context["text"] = letter.text.clone().into();
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
    })
}
