//! What keeps others out: the headers of every answer, forms of other sites, and guessing of passwords.

use std::collections::HashMap;
use std::sync::Mutex;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use jiff::{SignedDuration, Timestamp};
use rand::RngCore as _;

use crate::origin::Origin;
use crate::visitor::Visitor;

/// What the browser may load and do: our own files and nothing else, no script or style within a page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'";

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

/// Puts the headers on every answer, refuses what another site sends, and compresses no page that another site asks
/// for.
pub(crate) async fn headers(mut request: Request, next: Next) -> Response {
    if !may_be_compressed(&request) {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    let mut response = if request.method() == Method::POST && is_foreign(request.headers()) {
        StatusCode::FORBIDDEN.into_response()
    } else {
        next.run(request).await
    };
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        // A letter has a policy of its own.
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    // Pages hold what belongs to one person.
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Whether nobody can learn anything from how well the answer compresses. Someone who has a person's browser ask for a
/// page with a guess in its address, and sees how long the answer is, finds what else the page says letter by letter
/// (BREACH). Browsers say who made them ask; those that do not, and other sites' pages, get it as it is.
fn may_be_compressed(request: &Request) -> bool {
    let from = request.headers().get("sec-fetch-site");
    let is_ours = from.is_some_and(|from| from == "same-origin" || from == "none");
    is_ours || request.uri().path().starts_with("/assets/")
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

/// A form's token as a page shows it: another text on every page, so that no two pages compress to what tells it.
pub(crate) fn masked(token: &str) -> String {
    let mut mask = vec![0; token.len()];
    rand::rng().fill_bytes(&mut mask);
    let hidden = token.bytes().zip(&mask).map(|(byte, mask)| byte ^ mask);
    let hidden: Vec<u8> = hidden.collect();
    let bytes = mask.iter().chain(&hidden);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

/// What was masked; nothing where the text is not such a one.
fn unmasked(shown: &str) -> Option<Vec<u8>> {
    let byte = |at: usize| u8::from_str_radix(shown.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..shown.len()).step_by(2).map(byte).collect();
    let bytes = bytes.filter(|bytes| bytes.len() % 2 == 0)?;
    let (mask, hidden) = bytes.split_at(bytes.len() / 2);
    Some(
        mask.iter()
            .zip(hidden)
            .map(|(mask, byte)| mask ^ byte)
            .collect(),
    )
}

/// Whether a form carries this token, masked or not, compared in a time that does not tell where they differ.
pub(crate) fn same_text(sent: &str, token: &str) -> bool {
    let is_token = |text: &[u8]| blake3::hash(text) == blake3::hash(token.as_bytes());
    is_token(sent.as_bytes()) || is_token(&unmasked(sent).unwrap_or_default())
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

/// How many may fail from one origin: an office, or a whole school, shares one.
const MAX_FROM_ORIGIN: u32 = 50;

impl Attempts {
    /// Whether another attempt is let through.
    pub fn may(&self, key: &str, now: Timestamp) -> bool {
        self.are_fewer(key, MAX_ATTEMPTS, now)
    }

    /// Whether another attempt from there is let through, whatever it is for.
    pub fn may_from(&self, origin: &Origin, now: Timestamp) -> bool {
        self.are_fewer(&origin.0, MAX_FROM_ORIGIN, now)
    }

    /// One more from there failed. Who gets in is not forgiven those: it may be their own address.
    pub fn failed_from(&self, origin: &Origin, now: Timestamp) {
        self.failed(&origin.0, now);
    }

    fn are_fewer(&self, key: &str, most: u32, now: Timestamp) -> bool {
        let attempts = self.0.lock().expect("no holder panics");
        attempts
            .get(key)
            .is_none_or(|(count, since)| *count < most || now.duration_since(*since) > COUNTED)
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

/// What a letter may do within a page of ours: show itself. Its links open apart.
const LETTER_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; \
    frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox";

/// A letter, to be shown in a frame: a document of its own, with a policy of its own.
pub(crate) fn letter(html: &str) -> Response {
    let html = html.replacen("<head>", "<head><base target=\"_blank\">", 1);
    in_frame(Html(html).into_response())
}

/// What is shown in the place of a letter. It is nobody's there, so it brings its style with it.
pub(crate) fn in_frame(mut page: Response) -> Response {
    let headers = page.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(LETTER_POLICY),
    );
    headers.insert(
        header::X_FRAME_OPTIONS,
        HeaderValue::from_static("SAMEORIGIN"),
    );
    page
}
