//! One endpoint that is served: rounds of messages, each with its bodies written down before and what came of it after.

use domain::ids::{AttemptId, OrganizationId, WebhookId};
use domain::webhook::WebhookType;
use futures_util::future::join_all;
use jiff::Timestamp;

use super::ToldNow;
use super::standing::{others, rights, standing};
use crate::desk::Desk;
use crate::jobs::later;
use crate::jobs::worker::{FIRST_WAIT_S, MAX_WAIT_S};
use crate::outlet::{DataAsk, Outlet, Post, Posted, Untold};
use crate::permit::{Scope, Session, ViewOrders};
use crate::store::StoreError;
use crate::store::webhook_attempts::Round;
use crate::store::webhook_messages::Outcome;
use crate::webhooks::acts::body;
use crate::webhooks::{Attempt, Message, MessageState, TRIED_FOR, Webhook, WebhookStatus};

/// How many messages are on their way to one endpoint at once.
const IN_FLIGHT: u32 = 16;

/// How long one claim is served before the endpoint is let go, so that others get their turn.
const SERVED_S: i64 = 30;

/// The longest wait before a failing endpoint is asked again, in seconds: so soon it is noticed that it is back.
const MAX_PROBE_S: i64 = 300;

/// The longest wait that an endpoint may ask for, in seconds.
const MAX_RETRY_AFTER_S: u64 = 3600;

/// It is gone for good, it says.
const GONE: u16 = 410;

/// A claimed endpoint.
pub(super) struct Endpoint {
    pub desk: Desk,
    pub outlet: Outlet,
    pub organization: OrganizationId,
    pub id: WebhookId,
    pub lease: String,
}

/// How it goes on with an endpoint.
enum Next {
    /// There may be more to tell.
    More,
    /// Not before this time.
    NotBefore(Timestamp),
}

impl Endpoint {
    /// Tells what is due until nothing is, the endpoint fails, or others have waited long enough.
    pub async fn serve(&self) -> Result<ToldNow, StoreError> {
        let mut all = ToldNow::default();
        let end = later(self.desk.now(), SERVED_S);
        let due_at = loop {
            match self.round(&mut all).await? {
                Next::NotBefore(at) => break at,
                Next::More if self.desk.now() >= end => break self.desk.now(),
                Next::More => {}
            }
        };
        let store = self.desk.store();
        store
            .release_webhook(&self.organization, &self.id, &self.lease, due_at)
            .await?;
        Ok(all)
    }

    async fn round(&self, all: &mut ToldNow) -> Result<Next, StoreError> {
        let (store, now) = (self.desk.store(), self.desk.now());
        // Looked at anew each time: it may have been changed, disabled or deleted meanwhile.
        let webhook = store.webhook(&self.organization, &self.id).await?;
        let is_enabled = |webhook: &Webhook| webhook.status == WebhookStatus::Enabled;
        let Some(webhook) = webhook.filter(is_enabled) else {
            return Ok(Next::NotBefore(now));
        };
        let limit = if webhook.standing.failures == 0 {
            IN_FLIGHT
        } else {
            1
        };
        let due = store
            .due_messages(&self.organization, &self.id, now, limit)
            .await?;
        if due.is_empty() {
            store
                .queue_behind(&self.organization, &self.id, now)
                .await?;
            return Ok(Next::NotBefore(now));
        }
        let (ready, untold) = self.composed(&webhook, due).await?;
        let posted = self.posted(&webhook, ready).await;
        self.settle(&webhook, posted, untold, all).await
    }

    /// The messages with their bodies, which are written down before they are first sent; and those that cannot be told.
    async fn composed(
        &self,
        webhook: &Webhook,
        due: Vec<Message>,
    ) -> Result<(Vec<Message>, Vec<(Message, Untold)>), StoreError> {
        let session = Session {
            scope: Scope {
                organization_id: self.organization.clone(),
                mode: webhook.mode,
            },
            actor: rights(&self.desk, webhook).await?,
        };
        let (fixed, fresh): (Vec<_>, Vec<_>) =
            due.into_iter().partition(|one| !one.body.is_empty());
        let (mut ready, mut untold) = still_told(&session, fixed);
        let told = join_all(fresh.iter().map(|message| async {
            let ask = DataAsk {
                session: session.clone(),
                kind: message.kind,
                order_id: message.order_id.clone(),
                subject: message.subject.clone(),
                query: webhook.query.clone(),
            };
            let data = self.outlet.bodies.data(&self.desk, &ask).await?;
            Ok(body(message.kind, message.happened_at, &data))
        }));
        let before = ready.len();
        for (mut message, told) in fresh.iter().cloned().zip(told.await) {
            match told {
                Ok(body) => {
                    message.body = body;
                    ready.push(message);
                }
                Err(why) => untold.push((message, why)),
            }
        }
        let bodies: Vec<_> = ready[before..]
            .iter()
            .map(|message| (&message.id, message.body.as_str()))
            .collect();
        let store = self.desk.store();
        store
            .fix_bodies(&self.organization, &self.id, &bodies)
            .await?;
        Ok((ready, untold))
    }

    async fn posted(&self, webhook: &Webhook, ready: Vec<Message>) -> Vec<(Message, Posted)> {
        let at = self.desk.now();
        let sent = ready.into_iter().map(|message| async move {
            let post = Post {
                id: message.id.0.clone(),
                url: webhook.url.clone(),
                secrets: webhook.signs_with(at),
                body: message.body.clone(),
                at,
            };
            let posted = self.outlet.endpoints.post(&post).await;
            (message, posted)
        });
        join_all(sent).await
    }

    async fn settle(
        &self,
        webhook: &Webhook,
        posted: Vec<(Message, Posted)>,
        untold: Vec<(Message, Untold)>,
        all: &mut ToldNow,
    ) -> Result<Next, StoreError> {
        let now = self.desk.now();
        let attempts: Vec<Attempt> = posted
            .iter()
            .map(|(message, posted)| self.attempt(webhook, message, posted))
            .collect();
        let mut outcomes = Vec::new();
        let (mut wait_s, mut is_gone) = (0, false);
        for ((message, posted), attempt) in posted.iter().zip(&attempts) {
            let reply = posted.outcome.as_ref().ok();
            is_gone |= attempt.status == Some(GONE);
            let asked_s = reply.and_then(|reply| reply.retry_after_s).unwrap_or(0);
            let asked_s = i64::try_from(asked_s.min(MAX_RETRY_AFTER_S)).unwrap_or(0);
            wait_s = wait_s.max(asked_s);
            let can_retry = attempt.status != Some(GONE);
            outcomes.push(self.outcome(message, &attempt.problem, can_retry, asked_s));
        }
        for (message, why) in &untold {
            outcomes.push(self.outcome(message, &why.problem, why.can_retry, 0));
        }
        let standing = standing(&webhook.standing, &attempts, now);
        let others = others(&webhook.standing, &standing, is_gone, now);
        let round = Round {
            webhook,
            lease: &self.lease,
            attempts: &attempts,
            outcomes: &outcomes,
            standing: &standing,
            others,
            at: now,
        };
        self.desk.store().record_round(&round).await?;
        for one in &outcomes {
            match one.state {
                MessageState::Sent => all.arrived += 1,
                MessageState::Parked | MessageState::Dropped => all.parked += 1,
                MessageState::Waiting => all.failed += 1,
            }
        }
        if standing.failures <= webhook.standing.failures {
            return Ok(Next::More);
        }
        let wait_s = wait_s.max(self.probe_after_s(standing.failures));
        if wait_s == 0 {
            return Ok(Next::More);
        }
        Ok(Next::NotBefore(later(now, wait_s)))
    }

    fn attempt(&self, webhook: &Webhook, message: &Message, posted: &Posted) -> Attempt {
        let now = self.desk.now();
        let (status, answer, problem) = match &posted.outcome {
            Ok(reply) if (200..300).contains(&reply.status) => {
                (Some(reply.status), reply.excerpt.clone(), String::new())
            }
            Ok(reply) => {
                let problem = format!("answered {}", reply.status);
                (Some(reply.status), reply.excerpt.clone(), problem)
            }
            Err(problem) => (None, String::new(), problem.clone()),
        };
        Attempt {
            id: AttemptId(self.desk.ids().fresh(AttemptId::PREFIX, now)),
            webhook_id: self.id.clone(),
            message_id: message.id.clone(),
            mode: webhook.mode,
            kind: message.kind,
            order_id: message.order_id.clone(),
            url: webhook.url.clone(),
            headers: posted.headers.clone(),
            body: message.body.clone(),
            status,
            answer,
            problem,
            duration_ms: u64::try_from(posted.took.as_millis()).unwrap_or(u64::MAX),
            at: now,
        }
    }

    /// What becomes of a message, where no problem means that it arrived.
    fn outcome(&self, message: &Message, problem: &str, can_retry: bool, asked_s: i64) -> Outcome {
        let now = self.desk.now();
        let is_tried_enough = now.duration_since(message.since) >= TRIED_FOR;
        let state = match problem {
            "" => MessageState::Sent,
            _ if is_tried_enough || !can_retry => MessageState::Parked,
            _ => MessageState::Waiting,
        };
        let doublings = u32::try_from(message.attempts.min(20)).unwrap_or(20);
        let wait_s = (FIRST_WAIT_S << doublings).min(MAX_WAIT_S).max(asked_s);
        if state == MessageState::Parked {
            tracing::error!(webhook = %self.id, message = %message.id, problem, "a message is parked; a person has to look");
        }
        Outcome {
            id: message.id.clone(),
            order_id: message.order_id.clone(),
            state,
            next_at: later(now, self.spread(wait_s)),
            problem: problem.to_owned(),
        }
    }

    /// How long a failing endpoint is left alone: not at all after the first failure, which may be of one message.
    fn probe_after_s(&self, failures: u64) -> i64 {
        match u32::try_from(failures.min(20)).unwrap_or(20) {
            0 | 1 => 0,
            failures => self.spread((1_i64 << (failures - 1)).min(MAX_PROBE_S)),
        }
    }

    /// A third more at most, so that what failed together does not come back together.
    fn spread(&self, wait_s: i64) -> i64 {
        let third = u64::try_from(wait_s / 3).unwrap_or(0);
        wait_s + i64::try_from(self.desk.ids().below(third + 1)).unwrap_or(0)
    }
}

/// Which of these messages may go out as they were written down, and which not: what shows orders does no more once the
/// rights it was read with have ended.
fn still_told(session: &Session, fixed: Vec<Message>) -> (Vec<Message>, Vec<(Message, Untold)>) {
    let Err(refusal) = session.permit::<ViewOrders>() else {
        return (fixed, Vec::new());
    };
    let why = Untold {
        problem: refusal.to_string(),
        can_retry: false,
    };
    let (tests, of_orders): (Vec<_>, Vec<_>) = fixed
        .into_iter()
        .partition(|one| one.kind == WebhookType::Test);
    let of_orders = of_orders.into_iter().map(|one| (one, why.clone()));
    (tests, of_orders.collect())
}
