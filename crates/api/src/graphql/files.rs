//! Files of labels, by the same keys as everything else: `GET /graphql/labels/{id}`. Who sends no key is led to the page
//! that asks to sign in.

use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::ids::LabelId;
use domain::shipment::LabelFile;
use engine::labels::printed;

use super::door::{Door, Turned, secret, take, who};
use super::errors::{ErrorType, Said};
use super::limits::QUERY_POINTS;

/// A label's file, to who may see its order.
pub(super) async fn label(
    State(door): State<Door>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    if secret(&headers).is_none() {
        let place = format!("/labels/{}", safe(&id));
        return (StatusCode::SEE_OTHER, [(LOCATION, place)]).into_response();
    }
    let request = door.desk.ids().fresh("req_", door.desk.now());
    found(&door, &headers, &id, &request)
        .await
        .unwrap_or_else(|turned| turned.told(&request))
}

async fn found(
    door: &Door,
    headers: &HeaderMap,
    id: &str,
    request: &str,
) -> Result<Response, Turned> {
    let session = who(door, headers, request).await?;
    take(door, &session.actor.by.id.as_str().into(), QUERY_POINTS)?;
    let permit = session.permit().map_err(|refusal| Turned {
        status: StatusCode::FORBIDDEN,
        said: Said::refused(&refusal),
        standing: None,
    })?;
    let file = printed(&door.desk, &permit, &LabelId(id.to_owned())).await;
    let file = file.map_err(|failure| Turned {
        status: StatusCode::SERVICE_UNAVAILABLE,
        said: Said::failed(&failure, request),
        standing: None,
    })?;
    let nothing = || {
        let message = format!("label {} is not known here, or has no file", safe(id));
        Turned::away(
            StatusCode::NOT_FOUND,
            ErrorType::NotFound,
            "not_found",
            message,
        )
    };
    let file = file.ok_or_else(nothing)?;
    let (kind, ending) = match file.kind {
        LabelFile::Pdf => ("application/pdf", "pdf"),
        LabelFile::Zpl => ("text/plain; charset=utf-8", "zpl"),
    };
    let named = format!("inline; filename=\"{}.{ending}\"", safe(id));
    let headers = [
        (CONTENT_TYPE, kind.to_owned()),
        (CONTENT_DISPOSITION, named),
        (CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    Ok((headers, file.bytes).into_response())
}

/// What of an identifier may stand in a header.
fn safe(id: &str) -> String {
    let kept = |letter: &char| letter.is_ascii_alphanumeric() || "_-".contains(*letter);
    id.chars().filter(kept).take(100).collect()
}
