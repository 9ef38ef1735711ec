//! What keeps others out: the headers of every answer, forms of other sites, and guessing of passwords.

use std::collections::HashMap;
use std::sync::Mutex;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};

use crate::visitor::Visitor;

/// What the browser may load and do: our own files and nothing else, no script or style within a page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(&str, &str); 7] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    (
        "permissions-policy",
        "camera=(), geolocation=(), microphone=(), payment=()",
    ),
];

/// Puts the headers on every answer, and refuses what another site sends.
pub(crate) async fn headers(request: Request, next: Next) -> Response {
    let mut response = if request.method() == Method::POST && is_foreign(request.headers()) {
        StatusCode::FORBIDDEN.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Pages hold what belongs to one person.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Whether the browser says that a page of another site sent this.
fn is_foreign(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => origin
            .split_once("://")
            .is_none_or(|(_, from)| from != host),
        _ => false,
    }
}

/// What nobody made a page for.
pub(crate) async fn nothing_here(visitor: Visitor) -> Response {
    let (title, text) = (
        visitor.say("not-found", &[]),
        visitor.say("not-found-instead", &[]),
    );
    visitor.page(
        StatusCode::NOT_FOUND,
        "message.html",
        serde_json::json!({"title": title, "text": text}),
    )
}

/// Compares secrets in a time that does not tell where they differ.
pub(crate) fn same_text(one: &str, other: &str) -> bool {
    blake3::hash(one.as_bytes()) == blake3::hash(other.as_bytes())
}

/// Attempts to sign in that failed, by what they were for: an address, or where they came from.
#[derive(Default)]
pub(crate) struct Attempts(Mutex<HashMap<String, (u32, Timestamp)>>);

/// How many may fail before the rest of the time is waited for.
pub(crate) const MAX_ATTEMPTS: u32 = 10;

/// How long a failure counts.
const COUNTED: SignedDuration = SignedDuration::from_mins(15);

/// How many addresses are remembered.
const MAX_REMEMBERED: usize = 100_000;

impl Attempts {
    /// Whether another attempt is let through.
    pub fn may(&self, key: &str, now: Timestamp) -> bool {
        let attempts = self.0.lock().expect("no holder panics");
        attempts.get(key).is_none_or(|(count, since)| {
            *count < MAX_ATTEMPTS || now.duration_since(*since) > COUNTED
        })
    }

    /// One more failed.
    pub fn failed(&self, key: &str, now: Timestamp) {
        let mut attempts = self.0.lock().expect("no holder panics");
        if attempts.len() >= MAX_REMEMBERED {
            attempts.retain(|_, (_, since)| now.duration_since(*since) <= COUNTED);
            // Whoever sends so many at once is stopped elsewhere; memory stays bounded.
            if attempts.len() >= MAX_REMEMBERED {
                attempts.clear();
            }
        }
        let entry = attempts.entry(key.to_owned()).or_insert((0, now));
        if now.duration_since(entry.1) > COUNTED {
            *entry = (0, now);
        }
        entry.0 += 1;
    }

    /// Forgets the failures of who got in.
    pub fn forget(&self, key: &str) {
        self.0.lock().expect("no holder panics").remove(key);
    }
}
