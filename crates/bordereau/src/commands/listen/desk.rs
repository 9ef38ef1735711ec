//! The desk as `bordereau listen` asks it: through the order API, like any other program.

use std::net::SocketAddr;
use std::sync::Mutex;

use anyhow::{Context as _, Result, anyhow, bail};
use axum::http::Method;
use domain::webhook::WebhookType;
use integrations::sending::{Question, Sender, Silence};
use integrations::webhooks::sign;
use serde_json::{Value, json};

use super::endpoint;

/// How many tries of the log are read at once.
const AT_ONCE: usize = 100;

/// A message as it came.
pub(super) struct Told {
    /// Its type, as the interface names it.
    pub kind: String,
    pub id: String,
    pub timestamp: String,
    pub signature: String,
    pub body: String,
}

/// A type as the interface names it.
pub(super) fn name(kind: WebhookType) -> String {
    let name = serde_json::to_value(kind).unwrap_or_default();
    name.as_str().unwrap_or_default().to_owned()
}

/// A webhook that this command made.
struct Made {
    kind: String,
    id: String,
    secret: String,
}

/// The desk, and what was made there.
pub(super) struct Asked {
    sender: Sender,
    key: String,
    made: Mutex<Vec<Made>>,
}

impl Asked {
    /// The desk at an address, asked with this key.
    pub fn at(url: &str, key: &str) -> Result<Self> {
        let sender = Sender::to(url).map_err(|problem| anyhow!("--url: {problem}"))?;
        Ok(Self {
            sender,
            key: key.to_owned(),
            made: Mutex::default(),
        })
    }

    async fn ask(&self, query: &str, variables: Value) -> Result<Value> {
        let question = Question {
            method: Method::POST,
            path: "/graphql".to_owned(),
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("credentialtoken", self.key.clone()),
            ],
            body: json!({"query": query, "variables": variables}).to_string(),
        };
        let reply = self
            .sender
            .ask(question)
            .await
            .map_err(|silence| match silence {
                Silence::NotSent(why) => {
                    anyhow!("the desk cannot be reached; is it running there? {why}")
                }
                Silence::NoAnswer(why) => anyhow!("the desk does not answer: {why}"),
            })?;
        let answer: Value = serde_json::from_slice(&reply.body)
            .with_context(|| format!("the answer ({}) is not a desk's", reply.status))?;
        let error = &answer["errors"][0];
        let Some(message) = error["message"].as_str() else {
            return Ok(answer["data"].clone());
        };
        match error["extensions"]["code"].as_str() {
            Some("webhook_url_private" | "webhook_url_not_secure") => bail!(
                "this desk does not send to private addresses, so it cannot send here: {message}\n\
                 follow its log with --poll, or run it with BORDEREAU_WEBHOOKS_ALLOW_PRIVATE=true"
            ),
            _ => bail!("the desk says: {message}"),
        }
    }

    /// Has the desk send each type here. What is made is known at once, so that it is deleted whatever comes.
    pub async fn subscribe(&self, types: &[WebhookType], address: &SocketAddr) -> Result<()> {
        const CREATE: &str =
            "mutation($input: WebhookCreateInput!) { webhookCreate(input: $input) { id secret } }";
        for kind in types {
            let input = json!({"status": "ENABLED", "type": kind, "url": endpoint(address, *kind),
                "description": "bordereau listen, until it ends"});
            let made = self.ask(CREATE, json!({"input": input})).await?;
            let made = &made["webhookCreate"];
            let text = |field: &str| made[field].as_str().unwrap_or_default().to_owned();
            self.made.lock().expect("no holder panics").push(Made {
                kind: name(*kind),
                id: text("id"),
                secret: text("secret"),
            });
        }
        Ok(())
    }

    /// Deletes what was made.
    pub async fn clear(&self) -> Result<()> {
        let made = std::mem::take(&mut *self.made.lock().expect("no holder panics"));
        for one in made {
            let delete = "mutation($id: ID!) { webhookDelete(id: $id) }";
            self.ask(delete, json!({"id": one.id})).await?;
        }
        Ok(())
    }

    /// Whether a message is signed by the secret of the webhook of its type.
    pub fn is_signed(&self, told: &Told) -> bool {
        let made = self.made.lock().expect("no holder panics");
        let Some(webhook) = made.iter().find(|one| one.kind == told.kind) else {
            return false;
        };
        let at_s = told.timestamp.parse().unwrap_or_default();
        let right = sign(&[webhook.secret.clone()], &told.id, at_s, &told.body);
        told.signature.split(' ').any(|one| one == right)
    }

    /// Where the log ends now.
    pub async fn newest(&self) -> Result<Option<String>> {
        let newest = self.ask(
            "{ webhookLogs(first: 1) { pageInfo { startCursor } } }",
            json!({}),
        );
        let newest = newest.await?;
        let cursor = newest["webhookLogs"]["pageInfo"]["startCursor"].as_str();
        Ok(cursor.map(str::to_owned))
    }

    /// What was tried since, oldest first, signed as it went out.
    pub async fn news(&self, newest: &mut Option<String>) -> Result<Vec<Told>> {
        const NEWS: &str =
            "query($before: String, $last: Int!) { webhookLogs(before: $before, last: $last) {
            edges { cursor node { type messageId request requestHeaders { name value } } } } }";
        let asked = json!({"before": newest, "last": AT_ONCE});
        let found = self.ask(NEWS, asked).await?;
        let edges = found["webhookLogs"]["edges"].as_array().cloned();
        let mut edges = edges.unwrap_or_default();
        // The log is newest first.
        edges.reverse();
        if let Some(last) = edges.last().and_then(|edge| edge["cursor"].as_str()) {
            *newest = Some(last.to_owned());
        }
        Ok(edges.iter().map(|edge| read(&edge["node"])).collect())
    }
}

fn read(node: &Value) -> Told {
    let text = |field: &str| node[field].as_str().unwrap_or_default().to_owned();
    let header = |wanted: &str| {
        let mut headers = node["requestHeaders"].as_array().into_iter().flatten();
        let found = headers.find(|header| header["name"] == wanted);
        let value = found.and_then(|header| header["value"].as_str());
        value.unwrap_or_default().to_owned()
    };
    Told {
        kind: text("type"),
        id: text("messageId"),
        timestamp: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body: text("request"),
    }
}
