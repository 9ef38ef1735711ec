//! Who looks at a page: nobody signed in is sent to the sign-in page, and every form must carry the token of the
//! session it was made in.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use domain::actions::{Action, verdict};
use domain::actor::{ActorKind, By};
use domain::command::Context;
use domain::order::Order;
use engine::failure::Failure;
use engine::orders::load;
use engine::permit::{Grants, Permit, ViewOrders};
use engine::sessions::{self, SignedIn};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::app::App;
use crate::formats::Formats;
use crate::given::Given;
use crate::guard::{masked, same_text};
use crate::refusals::Said;
use crate::{refusals, texts};

/// The session's cookie. The prefix binds it to this host, over a safe connection.
pub(crate) const COOKIE: &str = "__Host-desk";

/// Someone who is signed in, and how they read.
pub(crate) struct Visitor {
    pub app: App,
    pub signed_in: SignedIn,
    pub formats: Formats,
    /// Where they are, to be sent back to.
    path: String,
}

impl Visitor {
    /// A message in the visitor's language.
    pub fn say(&self, key: &str, args: &[(&'static str, String)]) -> String {
        texts::say(self.formats.language, key, args)
    }

    /// Who did something: a person or a program by their name, the outside in the reader's language.
    pub fn named(&self, by: &By) -> String {
        let key = match by.kind {
            ActorKind::Person | ActorKind::Support | ActorKind::ApiKey | ActorKind::Desk => {
                return by.name.clone();
            }
            ActorKind::Shop => "by-shop",
            ActorKind::Provider => "by-provider",
            ActorKind::Carrier => "by-carrier",
        };
        self.say(key, &[])
    }

    /// What something is called, and what it is; French writes a space before the colon.
    pub fn labelled(&self, label: &str, text: &str) -> String {
        let args = [("label", label.to_owned()), ("text", text.to_owned())];
        self.say("labelled", &args)
    }

    /// The proof that the visitor may do this.
    ///
    /// # Errors
    /// The page that says what permission is missing.
    #[allow(clippy::result_large_err, reason = "a page is the answer either way")]
    pub fn permit<G: Grants>(&self) -> Result<Permit<'_, G>, Response> {
        self.signed_in
            .session
            .permit()
            .map_err(|refusal| self.failed(&Failure::Refused(refusal)))
    }

    /// One order.
    ///
    /// # Errors
    /// The page that says why it cannot be seen.
    pub async fn order(&self, id: &str) -> Result<Order, Response> {
        let permit = self.permit::<ViewOrders>()?;
        load(&self.app.desk, &permit, &id.into())
            .await
            .map_err(|failure| self.failed(&failure))
    }

    /// Why the visitor cannot do this with an order, and what to do instead; nothing where they can (O3).
    pub fn why_not(&self, order: &Order, action: Action) -> Option<Said> {
        let actor = &self.signed_in.session.actor;
        let at = self.app.desk.now();
        let refusal = verdict(order, action, &Context::of(actor, at)).err()?;
        Some(refusals::refusal(&self.formats, &refusal))
    }

    /// A page with what every page has.
    pub fn page(&self, status: StatusCode, template: &str, given: impl Into<Given>) -> Response {
        let whole = Given::from(self.frame()).and(given.into());
        self.app
            .page(self.formats.language, status, template, whole)
    }

    fn frame(&self) -> Value {
        let SignedIn {
            person,
            organizations,
            session,
            form_token,
            ..
        } = &self.signed_in;
        let organizations: Vec<Value> = organizations
            .iter()
            .map(|(id, name)| json!({"id": id.as_str(), "name": name, "is_here": *id == session.scope.organization_id}))
            .collect();
        json!({
            "form_token": masked(form_token),
            "path": self.path,
            "me": {"name": person.name, "email": person.email, "is_support": session.actor.is_support()},
            "organizations": organizations,
            "shortcuts": person.preferences.shortcuts,
            "appearance": person.preferences.appearance,
            "may_settings": crate::pages::settings::may_see(self),
            "is_test": session.scope.mode == domain::order::Mode::Test,
        })
    }

    /// The page that says why something did not happen.
    pub fn failed(&self, failure: &Failure) -> Response {
        let status = refusals::status(failure);
        if status.is_server_error() {
            tracing::error!(error = %failure, "a page failed");
        }
        let said = refusals::failure(&self.formats, failure);
        self.page(
            status,
            "message.html",
            json!({"title": said.why, "text": said.instead}),
        )
    }

    /// What a script of ours asked for, in words that are the visitor's already.
    #[allow(clippy::unused_self, reason = "only someone signed in gets any")]
    pub fn data(&self, value: &Value) -> Response {
        let kind = [(header::CONTENT_TYPE, "application/json")];
        (kind, value.to_string()).into_response()
    }

    /// The query of the list that an order was opened from, which its pages carry along; empty where there is none.
    pub fn list(&self) -> String {
        let (_, query) = self.path.split_once('?').unwrap_or_default();
        let carried = serde_html_form::from_str::<Carried>(query);
        carried.unwrap_or_default().list
    }

    /// Goes back to an order whose page says what was done, with the list that it was opened from.
    pub fn back_to_order(&self, id: &str, done: &str) -> Response {
        let list = self.list();
        let carried = [("done", done), ("list", list.as_str())];
        let carried = carried.into_iter().filter(|(_, value)| !value.is_empty());
        let query = serde_html_form::to_string(carried.collect::<Vec<_>>());
        self.redirect(&format!("/orders/{id}?{}", query.unwrap_or_default()))
    }

    /// Goes on to another page of ours.
    pub fn redirect(&self, to: &str) -> Response {
        Redirect::to(to).into_response()
    }
}

/// Where someone sets up their second factor.
pub(crate) const SECOND_FACTOR: &str = "/preferences/second-factor";

/// Whether a page is there for who still has to set up a second factor: what leads away from an organization that
/// requires one.
fn is_open_without(path: &str) -> bool {
    [SECOND_FACTOR, "/sign-out", "/switch"].contains(&path) || path.starts_with("/invitation/")
}

/// What the pages of an order carry along in their addresses.
#[derive(Default, serde::Deserialize)]
#[serde(default)]
struct Carried {
    list: String,
}

/// A cookie of the request.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split("; "))
        .find_map(|cookie| cookie.strip_prefix(name)?.strip_prefix('='))
}

/// The languages that the browser says it prefers.
pub(crate) fn accepted(headers: &HeaderMap) -> &str {
    headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let path = parts
            .uri
            .path_and_query()
            .map_or("/", |path| path.as_str())
            .to_owned();
        let resumed = match cookie(&parts.headers, COOKIE) {
            Some(token) => sessions::resume(&app.desk, token).await,
            None => Ok(None),
        };
        match resumed {
            Ok(Some(signed_in)) => {
                if signed_in.owes_second_factor() && !is_open_without(parts.uri.path()) {
                    return Err(Redirect::to(SECOND_FACTOR).into_response());
                }
                let preferences = &signed_in.person.preferences;
                let language =
                    texts::language(preferences.language.as_deref(), accepted(&parts.headers));
                let formats = Formats::new(language, preferences.time_zone.as_deref());
                Ok(Self {
                    app: app.clone(),
                    signed_in,
                    formats,
                    path,
                })
            }
            Ok(None) => {
                let to = serde_html_form::to_string([("to", &path)]).unwrap_or_default();
                Err(Redirect::to(&format!("/sign-in?{to}")).into_response())
            }
            Err(error) => {
                tracing::error!(%error, "a session could not be read");
                Err(StatusCode::SERVICE_UNAVAILABLE.into_response())
            }
        }
    }
}

/// What a handler answers with. A page that says why not is an answer too, which `?` ends with.
pub(crate) type Answer = Result<Response, Response>;

/// A form that holds nothing but its token.
#[derive(serde::Deserialize)]
pub(crate) struct Nothing {}

/// A form that a visitor sent from a page of ours.
pub(crate) struct Sent<T> {
    pub visitor: Visitor,
    pub form: T,
}

#[derive(serde::Deserialize)]
struct Token {
    #[serde(default)]
    form_token: String,
}

impl<T: DeserializeOwned> FromRequest<App> for Sent<T> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, app).await?;
        let request = Request::from_parts(parts, body);
        let body = axum::body::Bytes::from_request(request, app)
            .await
            .map_err(IntoResponse::into_response)?;
        let is_ours = serde_html_form::from_bytes::<Token>(&body)
            .is_ok_and(|sent| same_text(&sent.form_token, &visitor.signed_in.form_token));
        if !is_ours {
            let (title, text) = (
                visitor.say("form-stale", &[]),
                visitor.say("form-stale-instead", &[]),
            );
            return Err(visitor.page(
                StatusCode::FORBIDDEN,
                "message.html",
                json!({"title": title, "text": text}),
            ));
        }
        match serde_html_form::from_bytes(&body) {
            Ok(form) => Ok(Self { visitor, form }),
            Err(error) => {
                tracing::info!(%error, "a form could not be read");
                let (title, text) = (
                    visitor.say("form-broken", &[]),
                    visitor.say("form-stale-instead", &[]),
                );
                Err(visitor.page(
                    StatusCode::BAD_REQUEST,
                    "message.html",
                    json!({"title": title, "text": text}),
                ))
            }
        }
    }
}
