//! `bordereau listen`.

mod desk;
mod shown;

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use clap::Args;
use domain::actor::Permission;
use domain::ids::KeyId;
use domain::webhook::WebhookType;
use engine::desk::Desk;
use engine::permit::Session;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};

use self::desk::{Asked, Told};
use self::shown::{Forward, show};
use super::Outcome;
use crate::place::{Place, Whose};
use crate::server::Stop;

/// Shows on this terminal what webhooks tell, checks how it is signed, and hands it on to a program of yours.
///
/// It listens on this machine and has the desk send there: webhooks of its own, which it deletes when it ends. That works
/// with a desk that can reach this machine and may send to private addresses: one that runs here with
/// BORDEREAU_WEBHOOKS_ALLOW_PRIVATE=true, and every demo. A desk elsewhere cannot reach you: with --poll nothing is set up
/// there; its log of tries is followed instead, so you see what it sends to the webhooks that it has, a second later.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub struct Listen {
    #[command(flatten)]
    place: Place,
    #[command(flatten)]
    whose: Whose,
    /// Where the desk is; with --data where its settings say.
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// An API key that may see orders and manage settings; with --data one is made, and revoked at the end.
    #[arg(
        long,
        value_name = "KEY",
        env = "BORDEREAU_KEY",
        hide_env_values = true
    )]
    key: Option<String>,
    /// Hand each message on to a program on this machine, and answer the desk what it answers.
    #[arg(long, value_name = "URL")]
    forward: Option<String>,
    /// Only of this type, such as ORDER_CREATED; may stand several times.
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// Follow the desk's log instead of having it send here.
    #[arg(long)]
    poll: bool,
    /// End after so many messages.
    #[arg(long, value_name = "N")]
    count: Option<usize>,
}

const AFTER_HELP: &str = "\
A demo on this machine:
  bordereau demo --data demo
  bordereau listen --data demo
Handed on to your program:
  bordereau listen --data demo --forward http://127.0.0.1:3000/hooks
A desk elsewhere, with webhooks that it has already:
  BORDEREAU_KEY=credential_live_… bordereau listen --url https://desk.example --poll

Stop it with Ctrl-C: killed in another way it leaves its webhooks behind; delete them under Settings → Webhooks.
How to receive webhooks is told in docs/webhooks.md.";

/// How often the log is asked for news.
const POLL_EVERY: Duration = Duration::from_secs(1);

/// What a message is, and whom its receiver's answer goes to.
struct Heard {
    told: Told,
    answer: oneshot::Sender<u16>,
}

impl Listen {
    pub(super) async fn run(self) -> Result<Outcome> {
        let types = types(&self.types)?;
        let forward = self.forward.as_deref().map(Forward::to).transpose()?;
        let stop = Stop::heard()?;
        let (asked, key) = self.asked().await?;
        let listening = async {
            if self.poll {
                poll(&asked, &types, forward.as_ref(), self.count).await
            } else {
                receive(&asked, &types, forward.as_ref(), self.count).await
            }
        };
        let ended = tokio::select! {
            ended = listening => ended,
            () = stop.asked() => Ok(()),
        };
        let cleared = asked.clear().await;
        if let Some((desk, session, id)) = key {
            engine::keys::revoke(&desk, &session.permit()?, &id).await?;
            desk.store().close().await;
        }
        ended.and(cleared)?;
        Ok(Outcome::Fine)
    }

    /// The desk, asked with the key that was given, or with one that is made for as long as this runs.
    async fn asked(&self) -> Result<(Asked, Option<(Desk, Session, KeyId)>)> {
        if let Some(key) = &self.key {
            let url = self.url.as_deref();
            let url = url.context("name the desk with --url, or its folder with --data")?;
            return Ok((Asked::at(url, key)?, None));
        }
        if self.place.data.is_none() && self.place.config.is_none() {
            bail!("name the desk: --data DIR for one on this machine, or --url URL and --key KEY");
        }
        let (desk, config) = self.place.open(false).await?;
        let session = self.whose.session(&desk).await?;
        let allowed = [Permission::ViewOrders, Permission::ManageSettings];
        let (key, secret) = engine::keys::make(
            &desk,
            &session.permit()?,
            session.scope.mode,
            "bordereau listen",
            allowed.into_iter().collect(),
        )
        .await?;
        let here = format!("http://{}", config.listen.replace("0.0.0.0", "127.0.0.1"));
        let url = self.url.clone().unwrap_or(here);
        Ok((Asked::at(&url, &secret)?, Some((desk, session, key.id))))
    }
}

fn types(named: &[String]) -> Result<Vec<WebhookType>> {
    if named.is_empty() {
        let all = WebhookType::ALL.into_iter();
        return Ok(all.filter(|kind| kind.is_told_here()).collect());
    }
    let read = |name: &String| {
        let known = WebhookType::ALL.into_iter();
        let mut known = known.filter(|kind| desk::name(*kind) == name.to_uppercase());
        known
            .next()
            .with_context(|| format!("--type {name} is no type of webhooks"))
    };
    named.iter().map(read).collect()
}

/// Has the desk send here, and shows what comes.
async fn receive(
    asked: &Asked,
    types: &[WebhookType],
    forward: Option<&Forward>,
    count: Option<usize>,
) -> Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let (into, mut heard) = mpsc::channel(64);
    let app = Router::new().route("/{kind}", post(hear)).with_state(into);
    let serving = tokio::spawn(async move { axum::serve(listener, app).await });
    asked.subscribe(types, &address).await?;
    eprintln!(
        "listening to {} types of webhooks at http://{address}/; Ctrl-C ends it",
        types.len()
    );
    let mut shown = 0;
    while count.is_none_or(|count| shown < count) {
        let Some(Heard { told, answer }) = heard.recv().await else {
            break;
        };
        let signed = asked.is_signed(&told);
        let status = show(&told, Some(signed), forward).await;
        // The desk may have given up waiting.
        answer.send(status).ok();
        shown += 1;
    }
    // What was answered last is on its way out.
    tokio::time::sleep(Duration::from_millis(200)).await;
    serving.abort();
    Ok(())
}

async fn hear(
    Path(kind): Path<String>,
    State(into): State<mpsc::Sender<Heard>>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let header = |name: &str| {
        let value = headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let told = Told {
        kind,
        id: header("webhook-id"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    let (answer, answered) = oneshot::channel();
    let is_heard = into.send(Heard { told, answer }).await.is_ok();
    let status = if is_heard {
        answered.await.unwrap_or(503)
    } else {
        503
    };
    StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY)
}

/// Follows the desk's log of tries, from now on.
async fn poll(
    asked: &Asked,
    types: &[WebhookType],
    forward: Option<&Forward>,
    count: Option<usize>,
) -> Result<()> {
    let mut newest = asked.newest().await?;
    eprintln!("following the log of webhooks; Ctrl-C ends it");
    let (mut shown, mut known) = (0, std::collections::HashSet::new());
    loop {
        for told in asked.news(&mut newest).await? {
            let is_wanted = types.iter().any(|kind| desk::name(*kind) == told.kind);
            // A message that is tried again is shown once.
            if !(is_wanted || told.kind == "TEST") || !known.insert(told.id.clone()) {
                continue;
            }
            show(&told, None, forward).await;
            shown += 1;
            if count.is_some_and(|count| shown >= count) {
                return Ok(());
            }
        }
        tokio::time::sleep(POLL_EVERY).await;
    }
}

/// Where this command listens for one type.
fn endpoint(address: &SocketAddr, kind: WebhookType) -> String {
    format!("http://{address}/{}", desk::name(kind))
}
