//! The door for what providers tell by themselves: `POST /hooks/{source}/{organization}`.
//!
//! The bytes are handed on as they came; who signed them is checked before anything of them is read, and they are stored
//! before they are answered. What cannot be stored is answered 503, so that the sender tells it again.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use domain::ids::OrganizationId;
use engine::deliveries::{MAX_BODY_BYTES, NotTaken, Receipt, receive};
use engine::desk::Desk;
use engine::ports::Hook;

/// Who may tell something, and whom.
#[derive(Clone)]
struct Door {
    desk: Desk,
    hooks: Arc<[Arc<dyn Hook>]>,
}

/// The routes of every sender that is connected.
pub fn router(desk: Desk, hooks: Vec<Arc<dyn Hook>>) -> Router {
    let hooks = hooks.into();
    Router::new()
        .route("/hooks/{source}/{organization}", post(told))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(Door { desk, hooks })
}

/// Takes one message. What is answered is for the sender's log: short, and nothing of what is stored here.
async fn told(
    State(door): State<Door>,
    Path((source, organization)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, String) {
    let Some(hook) = door.hooks.iter().find(|hook| hook.source() == source) else {
        return (
            StatusCode::NOT_FOUND,
            "nobody is connected here\n".to_owned(),
        );
    };
    let header = |name: &str| {
        let value = headers.get(name)?.to_str().ok()?;
        Some(value.to_owned())
    };
    let organization = OrganizationId(organization);
    match receive(&door.desk, &**hook, &organization, &header, &body).await {
        Ok(Receipt::Stored) => (StatusCode::OK, "stored\n".to_owned()),
        Ok(Receipt::Known) => (StatusCode::OK, "known\n".to_owned()),
        Err(NotTaken::Store(error)) => {
            tracing::error!(%organization, source, %error, "a message could not be stored; the sender tells it again");
            let later = "it could not be stored; send it again\n".to_owned();
            (StatusCode::SERVICE_UNAVAILABLE, later)
        }
        Err(refused) => {
            tracing::warn!(%organization, source, why = %refused, "a message was not taken");
            let status = match refused {
                NotTaken::Nobody => StatusCode::NOT_FOUND,
                _ => StatusCode::BAD_REQUEST,
            };
            (status, format!("{refused}\n"))
        }
    }
}
