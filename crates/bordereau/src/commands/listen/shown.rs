//! A message on the terminal, and on its way to a program of the reader's.

use anyhow::{Context as _, Result, anyhow};
use axum::http::{Method, Uri};
use integrations::sending::{Question, Sender, Silence};
use serde_json::Value;

use super::desk::Told;

/// A program that messages are handed on to.
pub(super) struct Forward {
    sender: Sender,
    path: String,
}

impl Forward {
    /// The program at this address.
    pub fn to(url: &str) -> Result<Self> {
        let uri: Uri = url
            .parse()
            .with_context(|| format!("--forward: {url} is no address"))?;
        let parts = uri.scheme_str().zip(uri.authority());
        let (scheme, authority) = parts
            .with_context(|| format!("--forward: write {url} as http://127.0.0.1:3000/hooks"))?;
        let sender = Sender::to(&format!("{scheme}://{authority}"));
        let sender = sender.map_err(|problem| anyhow!("--forward: {problem}"))?;
        let path = uri.path_and_query();
        let path = path.map_or_else(|| "/".to_owned(), ToString::to_string);
        Ok(Self { sender, path })
    }

    /// Hands a message on as it came; what the program answered.
    async fn send(&self, told: &Told) -> Result<u16, String> {
        let question = Question {
            method: Method::POST,
            path: self.path.clone(),
            headers: vec![
                ("content-type", "application/json".to_owned()),
                ("webhook-id", told.id.clone()),
                ("webhook-timestamp", told.timestamp.clone()),
                ("webhook-signature", told.signature.clone()),
            ],
            body: told.body.clone(),
        };
        match self.sender.ask(question).await {
            Ok(reply) => Ok(reply.status),
            Err(Silence::NotSent(why) | Silence::NoAnswer(why)) => Err(why),
        }
    }
}

/// Prints a message, hands it on, and says what the desk is to be answered.
pub(super) async fn show(told: &Told, is_signed: Option<bool>, forward: Option<&Forward>) -> u16 {
    let signed = match is_signed {
        Some(true) => ", signature right",
        Some(false) => ", SIGNATURE WRONG",
        None => "",
    };
    println!("{} {}{signed}", told.kind, told.id);
    let laid_out = serde_json::from_str::<Value>(&told.body)
        .and_then(|body| serde_json::to_string_pretty(&body))
        .unwrap_or_else(|_| told.body.clone());
    println!("{laid_out}");
    let Some(forward) = forward else {
        return 200;
    };
    match forward.send(told).await {
        Ok(status) => {
            println!("handed on: answered {status}");
            status
        }
        Err(why) => {
            println!("handed on: no answer: {why}");
            502
        }
    }
}
