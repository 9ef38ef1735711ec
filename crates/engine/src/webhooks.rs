//! Webhooks out: where programs elsewhere are told what happens to orders, what each was told, and every try.
//!
//! A message is written in the transaction of what it tells (`crates/engine/src/store/webhook_messages.rs`), its body is
//! fixed when it is first sent, and the worker sends it until the endpoint takes it or a person has to look
//! (`crates/engine/src/jobs/webhooks.rs`). Nothing is switched off in silence. What a person or a program does with
//! webhooks is in [`acts`], what they see of them in [`looks`].

pub mod acts;
pub mod looks;
pub mod patch;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::actor::{Actor, By, Permissions};
use domain::ids::{AttemptId, MessageId, OrganizationId, WebhookId};
use domain::order::Mode;
use domain::webhook::{WebhookRefusal, WebhookType};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::store::StoreError;

/// How long messages that are settled, and every try, can be looked at and sent again.
pub const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long a secret signs beside the one that replaced it.
pub const OVERLAP: SignedDuration = SignedDuration::from_hours(24);

/// How long a message is tried before a person is asked to look.
pub const TRIED_FOR: SignedDuration = SignedDuration::from_hours(72);

/// Whether a webhook is told anything. The names are stored: add, do not rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WebhookStatus {
    /// It is.
    Enabled,
    /// Nothing is recorded for it; what waited goes on when it is enabled again.
    Disabled,
}

/// What a webhook's messages are signed with.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secret {
    /// `whsec_` and the key in base64.
    pub secret: String,
    /// Until when it signs; without end where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
}

/// Without the secret, which does not belong in a log.
impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Secret")
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

impl Secret {
    fn fresh(desk: &Desk) -> Self {
        let random = STANDARD.encode(desk.ids().random_bytes::<24>());
        Self {
            secret: format!("whsec_{random}"),
            until: None,
        }
    }
}

/// Where something is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Whose it is.
    pub organization_id: OrganizationId,
    /// Its identifier.
    pub id: WebhookId,
    /// Which orders it tells of.
    pub mode: Mode,
    /// What it tells.
    pub kind: WebhookType,
    /// Where.
    pub url: String,
    /// Whether it is told anything.
    pub status: WebhookStatus,
    /// What it is for, in its owner's words; may be empty.
    pub description: String,
    /// A query of its own; none where the whole object is told.
    pub query: Option<String>,
    /// What its messages are signed with, the latest first.
    pub secrets: Vec<Secret>,
    /// Who set it last, with what they might do then: its messages show no more than they may see.
    pub actor: Kept,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// Who changed it last.
    pub updated_by: String,
    /// When.
    pub updated_at: Timestamp,
    /// How its endpoint does.
    pub standing: Standing,
}

impl Webhook {
    /// What signs at this time, the latest first.
    pub fn signs_with(&self, at: Timestamp) -> Vec<String> {
        let good = self.secrets.iter();
        let good = good.filter(|one| one.until.is_none_or(|until| at < until));
        good.map(|one| one.secret.clone()).collect()
    }
}

/// Someone with what they might do, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Who.
    pub by: By,
    /// What they might do.
    pub permissions: Permissions,
}

impl From<&Actor> for Kept {
    fn from(actor: &Actor) -> Self {
        Self {
            by: actor.by.clone(),
            permissions: actor.permissions.clone(),
        }
    }
}

/// How an endpoint does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// How often nothing arrived, since something last did.
    pub failures: u64,
    /// Since when nothing arrives; none where it does.
    pub failing_since: Option<Timestamp>,
    /// When something last arrived.
    pub last_success_at: Option<Timestamp>,
    /// What went wrong last; empty where nothing does.
    pub problem: String,
}

/// Where a message stands. The names are stored: add, do not rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageState {
    /// It is to be sent, or sent again.
    Waiting,
    /// It arrived.
    Sent,
    /// It was tried long enough; a person has to look.
    Parked,
    /// Its webhook was deleted before it arrived.
    Dropped,
}

/// Something that a webhook is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its identifier, the same at every try.
    pub id: MessageId,
    /// What.
    pub kind: WebhookType,
    /// The order it is about; empty for a test.
    pub order_id: String,
    /// The parcel it is about, else the order.
    pub subject: String,
    /// Where it stands.
    pub state: MessageState,
    /// What is sent; empty until it is first sent.
    pub body: String,
    /// How often it was sent.
    pub attempts: u64,
    /// When it happened.
    pub happened_at: Timestamp,
    /// Since when it is tried.
    pub since: Timestamp,
    /// When it is tried next.
    pub next_at: Timestamp,
    /// What went wrong last.
    pub problem: String,
}

/// One try to tell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its identifier; later ones sort later.
    pub id: AttemptId,
    /// Of which webhook, which may be deleted.
    pub webhook_id: WebhookId,
    /// Of which message.
    pub message_id: MessageId,
    /// Live or test.
    pub mode: Mode,
    /// What was told.
    pub kind: WebhookType,
    /// Of which order; empty for a test.
    pub order_id: String,
    /// Where it went.
    pub url: String,
    /// The headers it went with.
    pub headers: Vec<(String, String)>,
    /// What was sent.
    pub body: String,
    /// What was answered; none where nothing whole was.
    pub status: Option<u16>,
    /// The beginning of the answer.
    pub answer: String,
    /// Why it did not arrive; empty where it did.
    pub problem: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// When it was sent.
    pub at: Timestamp,
}

/// How a webhook does, in figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Tries of the last day.
    pub tried: u64,
    /// Those of them that arrived.
    pub arrived: u64,
    /// What waits to be sent.
    pub waiting: u64,
    /// Since when the oldest of it waits.
    pub oldest_waiting: Option<Timestamp>,
    /// What a person has to look at.
    pub parked: u64,
}

/// Why nothing happened.
#[derive(Debug, thiserror::Error)]
pub enum WebhookFailure {
    /// A rule does not let it happen.
    #[error(transparent)]
    Refused(#[from] WebhookRefusal),
    /// The same key came before with another request.
    #[error("the idempotency key was used before with another request; use a new key")]
    KeyReused,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}
