//! What is to change of a webhook. It is merged with what the webhook is once nobody else can change that.

use domain::webhook::WebhookType;

use super::acts::Draft;
use super::{Webhook, WebhookStatus};

/// What is to change; what is none stays, also where somebody else changes it meanwhile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patch {
    /// What it tells.
    pub kind: Option<WebhookType>,
    /// Where.
    pub url: Option<String>,
    /// Whether it is told anything.
    pub status: Option<WebhookStatus>,
    /// What it is for.
    pub description: Option<String>,
    /// A query of its own; an empty text for the whole object.
    pub query: Option<String>,
}

/// Changes all of it, as a form does that shows all of it.
impl From<Draft> for Patch {
    fn from(draft: Draft) -> Self {
        Self {
            kind: Some(draft.kind),
            url: Some(draft.url),
            status: Some(draft.status),
            description: Some(draft.description),
            query: Some(draft.query.unwrap_or_default()),
        }
    }
}

impl Patch {
    /// What the webhook is to be after it.
    pub(super) fn over(self, before: &Webhook) -> Draft {
        Draft {
            kind: self.kind.unwrap_or(before.kind),
            url: self.url.unwrap_or_else(|| before.url.clone()),
            status: self.status.unwrap_or(before.status),
            description: self
                .description
                .unwrap_or_else(|| before.description.clone()),
            query: self.query.or_else(|| before.query.clone()),
        }
    }
}
