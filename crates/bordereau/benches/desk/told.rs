//! Webhooks: how many a fast endpoint gets in a second, how long it takes from a commit to the first try, and how little
//! an endpoint that never answers changes of either.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use domain::actor::{ActorKind, By};
use domain::command::Command;
use domain::ids::{NoteId, OrderId, WebhookId};
use domain::webhook::WebhookType;
use engine::corrections::correct;
use engine::desk::Desk;
use engine::jobs::Worker;
use engine::orders::Terms;
use engine::permit::{AddNotes, Session};
use engine::webhooks::WebhookStatus;
use engine::webhooks::acts::{self, Draft};
use integrations::sandbox::sandbox_ports;
use tokio::net::TcpListener;

use crate::measure::{calls, figure};
use crate::report::Report;
use crate::work::{Bench, CALLERS};

/// Messages that wait when the worker begins.
const BACKLOG: usize = 4_000;

/// Changes that are told while they are made.
const CHANGES: usize = 1_000;

/// How often it is asked whether everything has arrived.
const POLL: Duration = Duration::from_millis(2);

/// When a message of each order and version arrived.
type Arrived = Arc<Mutex<HashMap<(String, u64), Instant>>>;

impl Bench {
    /// Webhooks out, to an endpoint on this machine.
    pub async fn told(&self, report: &mut Report) -> Result<()> {
        let arrived = Arrived::default();
        let url = endpoint(Arc::clone(&arrived)).await?;
        let desk = self.desk.clone().telling(bordereau::place::outlet(true));
        let hook = self.hook(&desk, &url).await?;
        self.put_jobs_aside().await?;
        for order in 0..BACKLOG {
            self.change(&desk, &self.ids[order % self.ids.len()], order)
                .await?;
        }
        let begun = Instant::now();
        let working = Working::begin(&desk)?;
        wait_for(&arrived, BACKLOG).await?;
        let took = begun.elapsed();
        working.end().await?;
        let bare = figure(vec![took], took, BACKLOG);
        report.add(self.database, "webhooks to a fast endpoint", bare, None);
        let alone = "commit to first try, one change after the other";
        self.latency(&desk, &arrived, (alone, 1), report).await?;
        let many = "commit to first try, 16 changing at once";
        self.latency(&desk, &arrived, (many, CALLERS), report)
            .await?;
        let silent = TcpListener::bind("127.0.0.1:0").await?;
        let nobody = format!("http://{}/", silent.local_addr()?);
        let dead = self.hook(&desk, &nobody).await?;
        let beside = "the same beside an endpoint that never answers";
        self.latency(&desk, &arrived, (beside, CALLERS), report)
            .await?;
        for hook in [hook, dead] {
            let keeper = keeper(&self.session);
            acts::delete(&desk, &keeper.permit()?, &hook, None).await?;
        }
        Ok(())
    }

    /// Makes changes by so many callers while a worker tells them, and reports from each commit to its first try.
    async fn latency(
        &self,
        desk: &Desk,
        arrived: &Arrived,
        (name, callers): (&str, usize),
        report: &mut Report,
    ) -> Result<()> {
        arrived.lock().expect("no holder panics").clear();
        let working = Working::begin(desk)?;
        let committed = Arrived::default();
        let ids: Vec<(usize, OrderId)> = self
            .ids
            .iter()
            .cycle()
            .take(CHANGES)
            .cloned()
            .enumerate()
            .collect();
        let begun = Instant::now();
        let (into, desk, bench) = (Arc::clone(&committed), desk.clone(), self.session.clone());
        calls(ids, callers, move |(number, id)| {
            let (into, desk, session) = (Arc::clone(&into), desk.clone(), bench.clone());
            async move {
                let version = change(&desk, &session, &id, number).await?;
                let key = (id.0, version);
                into.lock()
                    .expect("no holder panics")
                    .insert(key, Instant::now());
                Ok(())
            }
        })
        .await?;
        wait_for(arrived, CHANGES).await?;
        let took = begun.elapsed();
        // Time for what is on its way elsewhere is not part of it.
        let times = {
            let (committed, arrived) = (
                committed.lock().expect("no holder panics"),
                arrived.lock().expect("no holder panics"),
            );
            let time = |key: &(String, u64), at: &Instant| {
                let came = arrived
                    .get(key)
                    .context("it arrived under another version")?;
                anyhow::Ok(came.saturating_duration_since(*at))
            };
            let times: Result<Vec<_>> = committed.iter().map(|(key, at)| time(key, at)).collect();
            times?
        };
        report.add(self.database, name, figure(times, took, CHANGES), None);
        working.end().await
    }

    async fn change(&self, desk: &Desk, id: &OrderId, number: usize) -> Result<()> {
        change(desk, &self.session, id, number).await.map(|_| ())
    }

    async fn hook(&self, desk: &Desk, url: &str) -> Result<WebhookId> {
        let keeper = keeper(&self.session);
        let draft = Draft {
            kind: WebhookType::OrderUpdated,
            url: url.to_owned(),
            status: WebhookStatus::Enabled,
            description: "benchmark".to_owned(),
            query: None,
        };
        let (permit, sees) = (keeper.permit()?, keeper.permit()?);
        Ok(acts::create(desk, &permit, &sees, draft, None).await?.id)
    }
}

/// The desk itself: the benchmark's person is in no team, so a webhook of theirs would see nothing.
fn keeper(session: &Session) -> Session {
    let mut keeper = session.clone();
    keeper.actor.by = By {
        kind: ActorKind::Desk,
        ..By::desk()
    };
    keeper
}

async fn change(desk: &Desk, session: &Session, id: &OrderId, number: usize) -> Result<u64> {
    let note = Command::AddNote {
        note: NoteId(desk.ids().fresh(NoteId::PREFIX, desk.now())),
        text: format!("told {number}"),
    };
    let terms = Terms::default();
    let changed = correct::<AddNotes>(desk, &session.permit()?, id, note, &terms).await?;
    Ok(changed.order.version)
}

/// A worker in the background.
struct Working {
    stop: tokio::sync::watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl Working {
    fn begin(desk: &Desk) -> Result<Self> {
        let folder = tempfile::tempdir()?.keep();
        let (ports, _) = sandbox_ports(&folder, 7)?;
        let worker = Worker::new(desk.clone(), ports);
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let task = tokio::spawn(async move { worker.run(stopped).await });
        Ok(Self { stop, task })
    }

    async fn end(self) -> Result<()> {
        self.stop.send_replace(true);
        Ok(self.task.await?)
    }
}

/// An endpoint that takes whatever comes, and remembers when.
async fn endpoint(arrived: Arrived) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    let app = Router::new().route("/", post(take)).with_state(arrived);
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(url)
}

async fn take(State(arrived): State<Arrived>, _: HeaderMap, body: Bytes) -> StatusCode {
    let at = Instant::now();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let id = body["data"]["id"].as_str().unwrap_or_default().to_owned();
    let version = body["data"]["version"].as_u64().unwrap_or_default();
    let mut arrived = arrived.lock().expect("no holder panics");
    // An order that was changed again before it was told tells its newer version, twice.
    let mut version = version;
    while arrived.contains_key(&(id.clone(), version)) {
        version -= 1;
    }
    arrived.insert((id, version), at);
    StatusCode::NO_CONTENT
}

async fn wait_for(arrived: &Arrived, count: usize) -> Result<()> {
    let begun = Instant::now();
    loop {
        let came = arrived.lock().expect("no holder panics").len();
        if came >= count {
            return Ok(());
        }
        anyhow::ensure!(
            begun.elapsed() < Duration::from_secs(300),
            "{came} of {count} webhooks arrived"
        );
        tokio::time::sleep(POLL).await;
    }
}
