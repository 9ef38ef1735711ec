//! What the pages show of webhooks, of their messages and of each try.

use domain::webhook::WebhookType;
use engine::webhooks::{Attempt, Health, Message, Webhook, WebhookStatus};
use serde_json::{Value, json};

use crate::pages::query::name;
use crate::visitor::Visitor;

/// A webhook and how it does.
pub(super) fn told(visitor: &Visitor, webhook: &Webhook, health: &Health) -> Value {
    let standing = &webhook.standing;
    let moment = |at: Option<_>| at.map(|at| visitor.formats.moment(at));
    let count = |count| visitor.formats.count(count);
    let state = match webhook.status {
        WebhookStatus::Disabled => "disabled",
        WebhookStatus::Enabled if health.parked > 0 => "attention",
        WebhookStatus::Enabled if standing.failures > 0 => "failing",
        WebhookStatus::Enabled => "enabled",
    };
    json!({
        "id": webhook.id.as_str(),
        "type": name(&webhook.kind),
        "words": type_in_words(visitor, webhook.kind),
        "url": webhook.url,
        "description": webhook.description,
        "state": state,
        "is_disabled": webhook.status == WebhookStatus::Disabled,
        "parked": (health.parked > 0).then(|| count(health.parked)),
        "waiting": (health.waiting > 0).then(|| count(health.waiting)),
        "oldest": moment(health.oldest_waiting),
        "arrived": visitor.say("webhook-arrived-of", &[
            ("arrived", count(health.arrived)),
            ("tried", count(health.tried)),
        ]),
        "has_tries": health.tried > 0,
        "last_success": moment(standing.last_success_at),
        "failing_since": moment(standing.failing_since),
        "why": standing.problem,
    })
}

/// A try.
pub(super) fn tried_row(visitor: &Visitor, attempt: &Attempt) -> Value {
    json!({
        "id": attempt.id.as_str(),
        "message": attempt.message_id.as_str(),
        "type": name(&attempt.kind),
        "words": type_in_words(visitor, attempt.kind),
        "order": attempt.order_id,
        "state": if attempt.problem.is_empty() { "arrived" } else { "failed" },
        "status": attempt.status,
        "why": attempt.problem,
        "took": visitor.formats.count(attempt.duration_ms),
        "at": attempt.at.to_string(),
        "when": visitor.formats.moment(attempt.at),
    })
}

/// A message that is not settled.
pub(super) fn message_row(visitor: &Visitor, message: &Message) -> Value {
    json!({
        "id": message.id.as_str(),
        "type": name(&message.kind),
        "words": type_in_words(visitor, message.kind),
        "order": message.order_id,
        "state": name(&message.state),
        "attempts": visitor.formats.count(message.attempts),
        "why": message.problem,
        "happened_at": message.happened_at.to_string(),
        "happened": visitor.formats.moment(message.happened_at),
        "next": visitor.formats.moment(message.next_at),
    })
}

/// A type as a person says it.
pub(super) fn type_in_words(visitor: &Visitor, kind: WebhookType) -> String {
    let key = name(&kind).to_lowercase().replace('_', "-");
    visitor.say(&format!("webhook-type-{key}"), &[])
}
