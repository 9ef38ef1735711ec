//! The one address: who asks, how much, what, and the answer with the errors in our words.

use std::sync::Arc;

use async_graphql::parser::parse_query;
use async_graphql::{Request, Response, ServerError, Value};
use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response as Written};
use axum::routing::{get, post};
use domain::ids::KeyId;
use engine::desk::Desk;
use engine::keys::authenticate;
use engine::orders::{Idempotency, fingerprint};
use engine::permit::{Scope, Session};

use super::caller::Caller;
use super::errors::{ErrorType, Said, tell};
use super::labels::FILES;
use super::limits::{Buckets, QUERY_POINTS, Standing, weigh};
use super::{OrderApi, schema};

/// The most bytes of a request.
pub const MAX_BODY_BYTES: usize = 1 << 20;

/// The longest key of a caller's own, in characters.
const MAX_KEY: usize = 255;

#[derive(Clone)]
pub(super) struct Door {
    pub(super) desk: Desk,
    schema: OrderApi,
    buckets: Arc<Buckets>,
}

/// The route of the interface; each key has a bucket of so many points.
pub fn router(desk: Desk, points: u32) -> Router {
    let door = Door {
        desk,
        schema: schema(),
        buckets: Arc::new(Buckets::of(points)),
    };
    Router::new()
        .route("/graphql", post(asked))
        .route(&format!("{FILES}/{{id}}"), get(super::files::label))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .with_state(door)
}

/// What is answered, before it is written.
struct Answer {
    status: StatusCode,
    response: Response,
    /// How the key stands afterwards, and what the answer cost.
    standing: Option<(Standing, i64)>,
}

/// Why a request is not carried out.
pub(super) struct Turned {
    pub(super) status: StatusCode,
    pub(super) said: Said,
    pub(super) standing: Option<(Standing, i64)>,
}

impl Turned {
    pub(super) fn away(
        status: StatusCode,
        kind: ErrorType,
        code: &str,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            said: Said::new(kind, code, message),
            standing: None,
        }
    }

    /// As an answer.
    pub(super) fn told(self, request: &str) -> Written {
        let answer = Answer {
            status: self.status,
            response: Response::from_errors(vec![self.said.into_error(request)]),
            standing: self.standing,
        };
        answer.written(request).into_response()
    }

    fn broken(error: &dyn std::fmt::Display, request: &str) -> Self {
        Self {
            status: StatusCode::SERVICE_UNAVAILABLE,
            said: Said::broken(error, request),
            standing: None,
        }
    }
}

async fn asked(
    State(door): State<Door>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Written {
    let request = door.desk.ids().fresh("req_", door.desk.now());
    let answer = answer(&door, &headers, body, &request).await;
    match answer {
        Ok(answer) => answer.written(&request).into_response(),
        Err(turned) => turned.told(&request),
    }
}

impl Answer {
    fn written(self, request: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
        let body = serde_json::to_vec(&self.response).unwrap_or_else(|error| {
            tracing::error!(request, %error, "an answer of the API could not be written");
            Vec::new()
        });
        (self.status, headers_of(&self, request), body)
    }
}

fn headers_of(answer: &Answer, request: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut say = |name: HeaderName, value: &str| {
        let value = HeaderValue::from_str(value).expect("digits and letters make a header");
        headers.insert(name, value);
    };
    say(CONTENT_TYPE, "application/json");
    say(HeaderName::from_static("x-request-id"), request);
    if let Some((standing, cost)) = answer.standing {
        let figures = [
            ("ratelimit-limit", standing.size),
            ("ratelimit-remaining", standing.left.max(0)),
            ("ratelimit-reset", standing.wait_s(standing.size)),
            ("ratelimit-cost", cost),
        ];
        for (name, figure) in figures {
            say(HeaderName::from_static(name), &figure.to_string());
        }
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            say(RETRY_AFTER, &standing.wait_s(cost).to_string());
        }
    }
    if answer.status == StatusCode::UNAUTHORIZED {
        say(WWW_AUTHENTICATE, "Bearer");
    }
    headers
}

async fn answer(
    door: &Door,
    headers: &HeaderMap,
    body: Result<Bytes, BytesRejection>,
    request: &str,
) -> Result<Answer, Turned> {
    let session = who(door, headers, request).await?;
    let key = KeyId(session.actor.by.id.clone());
    take(door, &key, QUERY_POINTS)?;
    let body = body.map_err(|_| {
        let message = format!("a request has at most {MAX_BODY_BYTES} bytes; split it");
        let (status, kind) = (StatusCode::PAYLOAD_TOO_LARGE, ErrorType::BadRequest);
        Turned::away(status, kind, "body_too_large", message)
    })?;
    let mut asked: Request = serde_json::from_slice(&body).map_err(|error| {
        let message = format!("the body is no GraphQL request in JSON, with query, variables and operationName: {error}");
        Turned::away(StatusCode::BAD_REQUEST, ErrorType::BadRequest, "invalid_body", message)
    })?;
    let idempotency = own_key(headers, &body)?;
    let unread = |error: ServerError| Answer {
        status: StatusCode::OK,
        response: Response::from_errors(vec![tell(&error, request)]),
        standing: Some((door.buckets.charge(&key, 0, door.desk.now()), QUERY_POINTS)),
    };
    let document = match parse_query(&asked.query) {
        Ok(document) => document,
        Err(error) => return Ok(unread(error.into())),
    };
    let cost = match weigh(&document) {
        Ok(points) => points.max(QUERY_POINTS),
        Err(too_much) => return Ok(unread(ServerError::new(too_much, None))),
    };
    take(door, &key, cost - QUERY_POINTS)?;
    asked.set_parsed_query(document);
    let caller = Caller::new(door.desk.clone(), session, idempotency);
    let schema = door.schema.clone();
    // A task of its own: who goes away does not leave a change half made, and a defect is told.
    let carried_out = tokio::spawn(async move { schema.execute(asked.data(caller)).await });
    let mut response = carried_out.await.map_err(|error| Turned {
        status: StatusCode::INTERNAL_SERVER_ERROR,
        ..Turned::broken(&error, request)
    })?;
    response.errors = response
        .errors
        .iter()
        .map(|error| tell(error, request))
        .collect();
    let shown = objects(&response.data);
    let standing = door.buckets.charge(&key, shown, door.desk.now());
    Ok(Answer {
        status: StatusCode::OK,
        response,
        standing: Some((standing, cost + shown)),
    })
}

/// Whose key it is, and so where and as whom everything is asked.
pub(super) async fn who(
    door: &Door,
    headers: &HeaderMap,
    request: &str,
) -> Result<Session, Turned> {
    let turned = |code, message: &str| {
        let (status, kind) = (StatusCode::UNAUTHORIZED, ErrorType::Unauthenticated);
        Turned::away(status, kind, code, message)
    };
    let Some(secret) = secret(headers) else {
        return Err(turned(
            "no_key",
            "no API key: send one in the header credentialToken, or as Authorization: Bearer",
        ));
    };
    let known = authenticate(&door.desk, secret).await;
    let known = known.map_err(|error| Turned::broken(&error, request))?;
    let Some((key, actor)) = known else {
        return Err(turned(
            "unknown_key",
            "this API key is not known here, or was revoked; make one under Settings",
        ));
    };
    let scope = Scope {
        organization_id: key.organization_id,
        mode: key.mode,
    };
    Ok(Session { scope, actor })
}

pub(super) fn secret(headers: &HeaderMap) -> Option<&str> {
    let named = headers
        .get("credentialtoken")
        .and_then(|value| value.to_str().ok());
    let bearer = || {
        let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
        let (scheme, secret) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then_some(secret)
    };
    named.or_else(bearer).map(str::trim)
}

/// The caller's own key of this request, with what it is the key of.
fn own_key(headers: &HeaderMap, body: &[u8]) -> Result<Option<Idempotency>, Turned> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = value.to_str().unwrap_or_default().trim();
    if key.is_empty() || key.len() > MAX_KEY {
        let message =
            format!("Idempotency-Key has 1 to {MAX_KEY} letters, digits and signs of ASCII");
        let kind = ErrorType::BadRequest;
        return Err(Turned::away(
            StatusCode::BAD_REQUEST,
            kind,
            "invalid_key",
            message,
        ));
    }
    Ok(Some(Idempotency {
        key: key.to_owned(),
        fingerprint: fingerprint(&String::from_utf8_lossy(body)),
    }))
}

pub(super) fn take(door: &Door, key: &KeyId, points: i64) -> Result<(), Turned> {
    let taken = door.buckets.take(key, points, door.desk.now());
    taken.map(|_| ()).map_err(|standing| {
        let wait_s = standing.wait_s(points);
        let message = format!("the key has used up its points; ask again in {wait_s} s");
        let (status, kind) = (StatusCode::TOO_MANY_REQUESTS, ErrorType::Unavailable);
        Turned {
            standing: Some((standing, points)),
            ..Turned::away(status, kind, "rate_limited", message)
        }
    })
}

/// How many objects an answer shows. What no name of the interface begins with is how an exact number is kept.
fn objects(value: &Value) -> i64 {
    match value {
        Value::List(values) => values.iter().map(objects).sum(),
        Value::Object(fields) if fields.keys().any(|name| name.starts_with('$')) => 0,
        Value::Object(fields) => 1 + fields.values().map(objects).sum::<i64>(),
        _ => 0,
    }
}
