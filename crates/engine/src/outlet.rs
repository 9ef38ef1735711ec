//! How webhooks go out: who carries a message to an address, and who says how it reads. Both are ports that the binary
//! wires; a process without them records what is to be told and sends nothing.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::webhook::{WebhookRefusal, WebhookType};
use jiff::Timestamp;

use crate::desk::Desk;
use crate::permit::Session;

/// What webhooks go out by. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Outlet {
    /// Who carries messages.
    pub endpoints: Arc<dyn Endpoints>,
    /// Who says how they read.
    pub bodies: Arc<dyn Bodies>,
}

impl std::fmt::Debug for Outlet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outlet").finish_non_exhaustive()
    }
}

/// One message on its way to one address.
#[derive(Clone, PartialEq, Eq)]
pub struct Post {
    /// The message's own identifier, the same at every try.
    pub id: String,
    /// Where it goes.
    pub url: String,
    /// What it is signed with; each makes a signature of its own.
    pub secrets: Vec<String>,
    /// What is sent, to the byte.
    pub body: String,
    /// When it is sent.
    pub at: Timestamp,
}

/// Without the secrets and what it says, which do not belong in a log.
impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Post")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// What came of one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    /// The headers it was sent with.
    pub headers: Vec<(String, String)>,
    /// What was answered, or why nothing whole was.
    pub outcome: Result<Reply, String>,
    /// How long it took.
    pub took: Duration,
}

/// What an endpoint answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// 200 and so on.
    pub status: u16,
    /// The beginning of what it said.
    pub excerpt: String,
    /// After how many seconds it wants to be asked again, where it says so.
    pub retry_after_s: Option<u64>,
}

/// Carries messages to addresses.
#[async_trait]
pub trait Endpoints: Send + Sync {
    /// Whether messages may go to this address, as far as it tells by itself; what its name leads to is looked at when
    /// something is sent.
    ///
    /// # Errors
    /// [`WebhookRefusal`], naming what is wrong with it.
    fn check(&self, url: &str) -> Result<(), WebhookRefusal>;

    /// Sends once, follows nothing, and reads no more of the answer than its beginning.
    async fn post(&self, post: &Post) -> Posted;
}

/// What a body is asked for.
#[derive(Clone, Debug)]
pub struct DataAsk {
    /// Whose rights it is read with.
    pub session: Session,
    /// What is told.
    pub kind: WebhookType,
    /// The order it is about.
    pub order_id: String,
    /// The parcel it is about, else the order.
    pub subject: String,
    /// The webhook's own query; the whole object where it has none.
    pub query: Option<String>,
}

/// Why there is nothing to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untold {
    /// In words.
    pub problem: String,
    /// Whether asking again can help.
    pub can_retry: bool,
}

/// Says how messages read.
#[async_trait]
pub trait Bodies: Send + Sync {
    /// Whether a query can be asked as a webhook's own, without asking it.
    ///
    /// # Errors
    /// What is wrong with it, for whoever wrote it.
    async fn check(&self, query: &str) -> Result<(), String>;

    /// The query that shows the whole object.
    fn whole(&self, kind: WebhookType) -> &'static str;

    /// What is told, as JSON.
    ///
    /// # Errors
    /// [`Untold`], which says whether asking again can help.
    async fn data(&self, desk: &Desk, ask: &DataAsk) -> Result<String, Untold>;
}
