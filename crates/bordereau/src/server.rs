//! The running desk: what answers requests, and the worker beside it.

use std::net::SocketAddr;

use anyhow::{Context as _, Result};
use api::graphql::examples::examples;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use dashboard::{App, Sample};
use engine::desk::Desk;
use engine::jobs::Worker;
use engine::ports::Ports;
use integrations::Sandbox;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::news;

/// Serves a desk until it is asked to stop; requests and jobs that are under way are finished.
///
/// # Errors
/// The address cannot be listened on.
pub async fn serve(
    desk: Desk,
    (ports, sandbox): (Ports, Sandbox),
    front: Front,
    asked: Stop,
) -> Result<()> {
    let (stop, stopped) = watch::channel(false);
    let (mail, hooks) = (ports.mail.clone(), ports.hooks.clone());
    let payments = ports.payments.clone();
    let worker = Worker::new(desk.clone(), ports.clone());
    let working = tokio::spawn({
        let stopped = stopped.clone();
        async move { worker.run(stopped).await }
    });
    let listening = tokio::spawn(news::listen(desk.clone(), sandbox, stopped.clone()));
    let mut closing = stopped.clone();
    let app = Router::new()
        .route("/healthz", get(health))
        .with_state(desk.clone())
        .merge(api::hooks::router(desk.clone(), hooks))
        .merge(api::graphql::router(desk.clone(), ports, front.api_points))
        .merge(dashboard::router(pages(
            App::new(desk.clone(), mail, payments),
            &front,
        )));
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(front.listener, app).with_graceful_shutdown(async move {
        // An error means that nobody can say stop any more, which is a stop too.
        closing.changed().await.ok();
    });
    let serving = tokio::spawn(async move { serving.await });
    asked.asked().await;
    tracing::info!("stopping");
    stop.send_replace(true);
    serving.await.context("the server")??;
    working.await.context("the worker")?;
    listening.await.context("the sandbox's news")?;
    desk.store().close().await;
    Ok(())
}

/// The pages as they are served in front.
fn pages(app: App, front: &Front) -> App {
    let app = app.behind(front.proxies);
    if !front.api_console {
        return app;
    }
    let samples = examples().map(|example| Sample {
        name: example.name.to_owned(),
        words: example.words(),
        document: example.document(),
        variables: example.sent(),
    });
    app.with_console(samples.collect())
}

/// Where a desk is asked.
pub struct Front {
    /// What it answers on.
    pub listener: TcpListener,
    /// How many reverse proxies stand before it.
    pub proxies: usize,
    /// How many points a key of the order API has at most.
    pub api_points: u32,
    /// Whether the order API has its console.
    pub api_console: bool,
}

/// Listens where the settings say.
///
/// # Errors
/// The address is none, or is taken.
pub async fn listen(address: &str) -> Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; is another desk running there?"))?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Hears when the process is asked to stop, politely: from when this is made, so before anyone is told that it is open.
pub struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    /// Begins to hear.
    ///
    /// # Errors
    /// The system does not tell.
    pub fn heard() -> Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate()).context("listening for SIGTERM")?,
            interrupt: signal(SignalKind::interrupt()).context("listening for Ctrl-C")?,
        })
    }

    /// Until it is.
    pub async fn asked(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// 200 while the database answers.
async fn health(State(desk): State<Desk>) -> (StatusCode, &'static str) {
    match desk.store().organizations().await {
        Ok(_) => (StatusCode::OK, "ok\n"),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                "the database does not answer\n",
            )
        }
    }
}
