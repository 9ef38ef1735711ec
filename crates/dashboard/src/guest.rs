//! Someone who is not signed in: their language, and what ties a form to the browser that asked for it.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::app::App;
use crate::given::Given;
use crate::guard::{masked, same_text};
use crate::texts;
use crate::visitor::{accepted, cookie};

/// Ties a form to the browser that asked for it, before there is a session.
const BEFORE: &str = "__Host-before";

/// What every cookie of ours is set with.
pub(crate) const ATTRIBUTES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

/// Someone who is not signed in.
pub(crate) struct Guest {
    pub app: App,
    pub language: &'static str,
    /// What the browser's cookie holds; empty where it has none yet.
    before: String,
}

impl Guest {
    /// Whether a form was made for this browser.
    pub fn sent(&self, form_token: &str) -> bool {
        !self.before.is_empty() && same_text(form_token, &token_of(&self.before))
    }

    /// A page with the token that its forms need.
    pub fn page(&self, status: StatusCode, template: &str, context: Value) -> Response {
        let before = match self.before.as_str() {
            "" => self.app.desk.ids().fresh("", self.app.desk.now()),
            known => known.to_owned(),
        };
        let token = json!({"form_token": masked(&token_of(&before))});
        let whole = Given::from(token).and(context.into());
        let page = self.app.page(self.language, status, template, whole);
        let set = format!("{BEFORE}={before}; {ATTRIBUTES}");
        ([(header::SET_COOKIE, set)], page).into_response()
    }
}

impl FromRequestParts<App> for Guest {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(Self {
            app: app.clone(),
            language: texts::language(None, accepted(&parts.headers)),
            before: cookie(&parts.headers, BEFORE)
                .unwrap_or_default()
                .to_owned(),
        })
    }
}

fn token_of(before: &str) -> String {
    blake3::hash(format!("sign in {before}").as_bytes())
        .to_hex()
        .to_string()
}
