//! The router, and what every page needs: the desk, the templates with their words, and the assets.

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use engine::desk::Desk;
use engine::ports::{Mail, Payments};
use minijinja::Environment;
use minijinja::value::Value;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

use crate::assets::ASSETS;
use crate::given::Given;
use crate::guard::{self, Attempts};
use crate::pages::console::{self, Sample};
use crate::pages::{
    cancel, capture, chosen, columns, corrections, csv, edits, find, here, label, news, order,
    orders, outbox, password, preferences, quick, refund, refunds, second_factor, settings,
    sign_in, sign_in_code, views,
};
use crate::texts::{self, LANGUAGES};

/// The longest form anyone sends.
const MAX_FORM_BYTES: usize = 256 * 1024;

/// What the pages share.
#[derive(Clone)]
pub struct App {
    pub(crate) desk: Desk,
    /// Where letters go, to show those that stay.
    pub(crate) mail: Arc<dyn Mail>,
    /// Whose books a report compares ours with.
    pub(crate) payments: Arc<dyn Payments>,
    pub(crate) attempts: Arc<Attempts>,
    pub(crate) proxies: usize,
    /// What the API console begins with; none where there is no console.
    pub(crate) samples: Option<Arc<[Sample]>>,
    /// One of each language: what is the same on every page is said once.
    templates: Arc<[(&'static str, Environment<'static>); LANGUAGES.len()]>,
}

impl App {
    /// The pages of a desk whose letters go there, and whose payments are processed there.
    pub fn new(desk: Desk, mail: Arc<dyn Mail>, payments: Arc<dyn Payments>) -> Self {
        Self {
            desk,
            mail,
            payments,
            attempts: Arc::new(Attempts::default()),
            proxies: 0,
            samples: None,
            templates: Arc::new(LANGUAGES.map(|language| (language, texts::environment(language)))),
        }
    }

    /// The same pages behind so many reverse proxies, each of which tells in `X-Forwarded-For` who asked it.
    #[must_use]
    pub fn behind(self, proxies: usize) -> Self {
        Self { proxies, ..self }
    }

    /// The same pages with a console of the order API, which begins with one of these.
    #[must_use]
    pub fn with_console(self, samples: Vec<Sample>) -> Self {
        let samples = Some(samples.into());
        Self { samples, ..self }
    }

    /// A page from its template, in a language.
    pub(crate) fn page(
        &self,
        language: &str,
        status: StatusCode,
        template: &str,
        given: impl Into<Given>,
    ) -> Response {
        let mut languages = self.templates.iter();
        let spoken = languages.find(|(one, _)| *one == language);
        let (_, templates) = spoken.unwrap_or(&self.templates[0]);
        let rendered = templates
            .get_template(template)
            .and_then(|template| template.render(Value::from_object(given.into())));
        match rendered {
            Ok(html) => (status, Html(html)).into_response(),
            Err(error) => {
                tracing::error!(template, error = ?error, "a page could not be rendered");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }
}

/// Every route of the dashboard.
pub fn router(app: App) -> Router {
    let console = match app.samples {
        Some(_) => Router::new().route(console::ADDRESS, get(console::show)),
        None => Router::new(),
    };
    console
        .route("/", get(async || Redirect::to("/orders")))
        .merge(person())
        .route("/find", get(find::show))
        .route("/orders", get(orders::list))
        .route("/orders.csv", get(csv::csv))
        .route("/orders/news", get(news::show))
        .route("/orders/chosen", post(chosen::send))
        .route("/orders/print", get(chosen::print))
        .route("/orders/columns", post(columns::save))
        .route("/views", get(views::show).post(views::save))
        .route("/views/{id}", post(views::change))
        .route("/views/{id}/delete", get(views::ask).post(views::delete))
        .route("/orders/{id}", get(order::show))
        .route("/labels/{id}", get(label::show))
        .merge(money())
        .route(
            "/orders/{id}/number",
            get(corrections::number).post(corrections::save_number),
        )
        .route(
            "/orders/{id}/ship-to",
            get(corrections::ship_to).post(corrections::save_ship_to),
        )
        .route(
            "/orders/{id}/bill-to",
            get(corrections::bill_to).post(corrections::save_bill_to),
        )
        .route(
            "/orders/{id}/tracking",
            get(edits::tracking).post(edits::save_tracking),
        )
        .route("/orders/{id}/notes", post(edits::add_note))
        .route("/orders/{id}/do", post(quick::send))
        .route("/orders/{id}/here", post(here::send))
        .merge(refunds::routes())
        .merge(outbox::routes())
        .merge(settings::routes())
        .route("/assets/{name}", get(asset))
        .fallback(guard::nothing_here)
        .layer(compression())
        .layer(middleware::from_fn(guard::headers))
        .layer(DefaultBodyLimit::max(MAX_FORM_BYTES))
        .with_state(app)
}

/// The way in, and what belongs to a person.
fn person() -> Router<App> {
    Router::new()
        .route("/sign-in", get(sign_in::show).post(sign_in::send))
        .route(
            "/sign-in/code",
            get(sign_in_code::show).post(sign_in_code::send),
        )
        .route("/sign-out", post(sign_in::out))
        .route(
            "/password/forgotten",
            get(password::forgotten).post(password::send),
        )
        .route("/password/new", get(password::choose).post(password::set))
        .route("/switch", post(preferences::switch))
        .route(
            "/preferences",
            get(preferences::show).post(preferences::save),
        )
        .route("/preferences/password", post(preferences::password))
        .route(
            "/preferences/second-factor",
            get(second_factor::show).post(second_factor::send),
        )
        .route(
            "/preferences/sessions",
            post(preferences::sign_out_elsewhere),
        )
}

/// What moves an order's money.
fn money() -> Router<App> {
    Router::new()
        .route("/orders/{id}/cancel", get(cancel::show).post(cancel::send))
        .route("/orders/{id}/refund", get(refund::show).post(refund::send))
        .route(
            "/orders/{id}/capture",
            get(capture::show).post(capture::send),
        )
}

/// Pages and assets go out compressed. A file is written row by row as it is read, and goes out as it is.
fn compression() -> CompressionLayer<impl Predicate> {
    let whole = DefaultPredicate::new().and(NotForContentType::const_new("text/csv"));
    CompressionLayer::new()
        .quality(CompressionLevel::Fastest)
        .compress_when(whole)
}

/// What browsers load besides the pages, by its name with a hash of its content.
async fn asset(Path(name): Path<String>) -> Response {
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, asset.kind),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    (headers, asset.content).into_response()
}
