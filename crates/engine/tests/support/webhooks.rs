//! Webhooks as tests set them up: by the desk itself, which may see everything and is in no team.

use domain::actor::{ActorKind, Permission};
use domain::ids::WebhookId;
use domain::order::Mode;
use domain::webhook::WebhookType;
use engine::jobs::ToldNow;
use engine::permit::Session;
use engine::webhooks::acts::{self, Draft};
use engine::webhooks::{Health, Message, Webhook, WebhookStatus, looks};

use super::{Harness, session};

/// Where the webhooks of tests go.
pub const URL: &str = "https://shop.example/hooks";

pub fn draft(kind: WebhookType, url: &str) -> Draft {
    Draft {
        kind,
        url: url.to_owned(),
        status: WebhookStatus::Enabled,
        description: String::new(),
        query: None,
    }
}

impl Harness {
    /// Who sets webhooks up for a mode.
    pub fn keeper(&self, mode: Mode) -> Session {
        session(self.scope_of(mode), ActorKind::Desk, &Permission::ALL)
    }

    pub async fn webhook(&self, kind: WebhookType, url: &str) -> Webhook {
        let keeper = self.keeper(Mode::Live);
        let (permit, sees) = (keeper.permit().unwrap(), keeper.permit().unwrap());
        acts::create(&self.desk, &permit, &sees, draft(kind, url), None)
            .await
            .unwrap()
    }

    pub async fn look(&self, id: &WebhookId) -> Webhook {
        let keeper = self.keeper(Mode::Live);
        let found = looks::webhook(&self.desk, &keeper.permit().unwrap(), id).await;
        found.unwrap().unwrap()
    }

    pub async fn health(&self, id: &WebhookId) -> Health {
        let keeper = self.keeper(Mode::Live);
        looks::health(&self.desk, &keeper.permit().unwrap(), id)
            .await
            .unwrap()
    }

    pub async fn unsettled(&self, id: &WebhookId) -> Vec<Message> {
        let keeper = self.keeper(Mode::Live);
        looks::unsettled(&self.desk, &keeper.permit().unwrap(), id, 100)
            .await
            .unwrap()
    }

    pub async fn tell(&self) -> ToldNow {
        self.worker.tell().await.unwrap()
    }
}
