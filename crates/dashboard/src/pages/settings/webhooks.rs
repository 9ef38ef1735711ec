//! Where programs elsewhere are told what happens: setting it up, how it does, and sending again what did not arrive.

use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use domain::ids::{AttemptId, MessageId, WebhookId};
use domain::webhook::{WebhookRefusal, WebhookType};
use engine::failure::Failure;
use engine::permit::{ManageSettings, ViewOrders};
use engine::webhooks::acts::{self, Again, Draft};
use engine::webhooks::looks::{self, Tries};
use engine::webhooks::{Webhook, WebhookFailure, WebhookStatus};
use serde::Deserialize;
use serde_json::{Value, json};

use super::webhook_rows::{message_row, told, tried_row, type_in_words};
use super::{Done, Question, Wrong, ask, page};
use crate::guard::nothing_here;
use crate::pages::days::End;
use crate::pages::query::name;
use crate::visitor::{Answer, Nothing, Sent, Visitor};

/// Where they are among the settings.
const SECTION: &str = "webhooks";

/// How many tries, and how many messages that are not settled, a page shows.
const SHOWN: usize = 50;

/// What the form of a webhook holds.
#[derive(Default, Deserialize)]
pub(super) struct Form {
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    url: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    query: String,
    #[serde(default)]
    status: String,
}

impl Form {
    fn of(webhook: &Webhook) -> Self {
        Self {
            kind: name(&webhook.kind),
            url: webhook.url.clone(),
            description: webhook.description.clone(),
            query: webhook.query.clone().unwrap_or_default(),
            status: name(&webhook.status),
        }
    }

    fn draft(&self) -> Draft {
        let kind = serde_json::from_value(Value::String(self.kind.clone()));
        Draft {
            // What the form does not offer is refused by its name.
            kind: kind.unwrap_or(WebhookType::Test),
            url: self.url.clone(),
            status: match self.status.as_str() {
                "disabled" => WebhookStatus::Disabled,
                _ => WebhookStatus::Enabled,
            },
            description: self.description.clone(),
            query: Some(self.query.clone()),
        }
    }

    fn told(&self, visitor: &Visitor) -> Value {
        let types = WebhookType::ALL.into_iter();
        let types = types.filter(|kind| kind.is_told_here() || name(kind) == self.kind);
        let types: Vec<Value> = types
            .map(|kind| {
                json!({
                    "id": name(&kind),
                    "words": type_in_words(visitor, kind),
                    "is_chosen": name(&kind) == self.kind,
                })
            })
            .collect();
        json!({
            "types": types,
            "url": self.url,
            "description": self.description,
            "query": self.query,
            "is_disabled": self.status == "disabled",
        })
    }
}

/// The page with all of them.
pub(super) async fn list(visitor: Visitor, Query(done): Query<Done>) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let desk = &visitor.app.desk;
    let stored = |error| visitor.failed(&Failure::Store(error));
    let all = looks::webhooks(desk, &permit).await.map_err(stored)?;
    let mut rows = Vec::with_capacity(all.len());
    for webhook in &all {
        let health = looks::health(desk, &permit, &webhook.id).await;
        rows.push(told(&visitor, webhook, &health.map_err(stored)?));
    }
    let context = json!({"webhooks": rows, "done": done.said(&visitor)});
    let fine = Wrong::default();
    Ok(page(
        &visitor,
        SECTION,
        "settings_webhooks.html",
        &fine,
        context,
    ))
}

/// The form for a new one.
pub(super) async fn new(visitor: Visitor) -> Answer {
    visitor.permit::<ManageSettings>()?;
    Ok(form_page(&visitor, &Form::default(), &Wrong::default()))
}

fn form_page(visitor: &Visitor, form: &Form, wrong: &Wrong) -> Response {
    let context = json!({"form": form.told(visitor)});
    page(
        visitor,
        SECTION,
        "settings_webhook_new.html",
        wrong,
        context,
    )
}

/// Makes one.
pub(super) async fn make(Sent { visitor, form }: Sent<Form>) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let sees = visitor.permit::<ViewOrders>()?;
    match acts::create(&visitor.app.desk, &permit, &sees, form.draft(), None).await {
        Ok(made) => {
            let id = &made.id;
            Ok(visitor.redirect(&format!("/settings/webhooks/{id}?done=webhook-made")))
        }
        Err(failure) => Ok(form_page(&visitor, &form, &wrong(&visitor, failure)?)),
    }
}

/// What of the page's address says where the tries begin.
#[derive(Deserialize)]
pub(super) struct From {
    #[serde(default)]
    before: String,
}

/// One of them: its secret, how it does, what waits, and its tries.
pub(super) async fn show(
    Path(id): Path<String>,
    Query(done): Query<Done>,
    Query(from): Query<From>,
    visitor: Visitor,
) -> Answer {
    let done = done.said(&visitor);
    let before = Some(AttemptId(from.before)).filter(|id| !id.as_str().is_empty());
    shown(visitor, &id, before, None, &Wrong::default(), &done).await
}

async fn shown(
    visitor: Visitor,
    id: &str,
    before: Option<AttemptId>,
    form: Option<&Form>,
    wrong: &Wrong,
    done: &str,
) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let (desk, id) = (&visitor.app.desk, WebhookId(id.to_owned()));
    let stored = |error| visitor.failed(&Failure::Store(error));
    let found = looks::webhook(desk, &permit, &id).await.map_err(stored)?;
    let Some(webhook) = found else {
        return Ok(nothing_here(visitor).await);
    };
    let health = looks::health(desk, &permit, &id).await.map_err(stored)?;
    let unsettled = looks::unsettled(desk, &permit, &id, SHOWN).await;
    let tries = Tries {
        webhook: Some(id.clone()),
        before: before.clone(),
        ..Tries::default()
    };
    let tried = looks::attempts(desk, &permit, &tries, SHOWN).await;
    let (attempts, has_more) = tried.map_err(stored)?;
    let next = attempts.last().filter(|_| has_more);
    let rows: Vec<Value> = attempts
        .iter()
        .map(|one| tried_row(&visitor, one))
        .collect();
    let unsettled = unsettled.map_err(stored)?;
    let unsettled: Vec<Value> = unsettled
        .iter()
        .map(|one| message_row(&visitor, one))
        .collect();
    let kept = Form::of(&webhook);
    let mut context = told(&visitor, &webhook, &health);
    let latest = webhook.secrets.first().map(|latest| latest.secret.as_str());
    let until = webhook.secrets.get(1).and_then(|before| before.until);
    let until = until.filter(|until| desk.now() < *until);
    context["secret"] = latest.into();
    context["old_secret_until"] = until.map(|until| visitor.formats.moment(until)).into();
    context["form"] = form.unwrap_or(&kept).told(&visitor);
    context["attempts"] = rows.into();
    context["unsettled"] = unsettled.into();
    context["next"] = next.map(|one| one.id.as_str()).into();
    context["is_first"] = before.is_none().into();
    context["done"] = done.into();
    Ok(page(
        &visitor,
        SECTION,
        "settings_webhook.html",
        wrong,
        context,
    ))
}

/// Changes one.
pub(super) async fn save(Path(id): Path<String>, Sent { visitor, form }: Sent<Form>) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let sees = visitor.permit::<ViewOrders>()?;
    let webhook = WebhookId(id.clone());
    let patch = form.draft().into();
    match acts::update(&visitor.app.desk, &permit, &sees, &webhook, patch, None).await {
        Ok(_) => Ok(visitor.redirect(&format!("/settings/webhooks/{id}?done=saved"))),
        Err(failure) => {
            let wrong = wrong(&visitor, failure)?;
            shown(visitor, &id, None, Some(&form), &wrong, "").await
        }
    }
}

/// What is done with one of them by a button of its page.
#[derive(Default, Deserialize)]
pub(super) struct Act {
    #[serde(default)]
    act: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    which: String,
}

/// Sends a test, gives it another secret, or sends messages again.
pub(super) async fn act(Path(id): Path<String>, Sent { visitor, form }: Sent<Act>) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let (desk, webhook) = (&visitor.app.desk, WebhookId(id.clone()));
    let done = match form.act.as_str() {
        "test" => acts::test(desk, &permit, &webhook, None)
            .await
            .map(|_| "webhook-tested"),
        "rotate" => acts::rotate(desk, &permit, &webhook, None)
            .await
            .map(|_| "webhook-rotated"),
        _ => {
            let again = again(&visitor, &form);
            acts::replay(desk, &permit, &webhook, &again, None)
                .await
                .map(|_| "webhook-replayed")
        }
    };
    match done {
        Ok(done) => Ok(visitor.redirect(&format!("/settings/webhooks/{id}?done={done}"))),
        Err(failure) => {
            let wrong = wrong(&visitor, failure)?;
            shown(visitor, &id, None, None, &wrong, "").await
        }
    }
}

/// Which messages a form wants to be sent again; days are the visitor's.
fn again(visitor: &Visitor, form: &Act) -> Again {
    if !form.message.is_empty() {
        return Again::Message(MessageId(form.message.clone()));
    }
    let zone = &visitor.formats.zone;
    let day = |end: End, text: &str| end.instant(text, zone);
    Again::Between {
        from: day(End::First, &form.from).unwrap_or_default(),
        until: day(End::Last, &form.until).unwrap_or(jiff::Timestamp::MAX),
        is_parked_only: form.which != "all",
    }
}

/// Asks before one is deleted.
pub(super) async fn ask_delete(Path(id): Path<String>, visitor: Visitor) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let found = looks::webhook(&visitor.app.desk, &permit, &WebhookId(id)).await;
    let found = found.map_err(|error| visitor.failed(&Failure::Store(error)))?;
    let Some(webhook) = found else {
        return Ok(nothing_here(visitor).await);
    };
    let question = Question {
        section: SECTION,
        title: visitor.say("webhook-delete-sure", &[]),
        text: visitor.say("webhook-delete-what", &[("url", webhook.url)]),
        button: "webhook-delete",
    };
    Ok(ask(&visitor, &question, &Wrong::default()))
}

/// Deletes one.
pub(super) async fn delete(Path(id): Path<String>, Sent { visitor, .. }: Sent<Nothing>) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    match acts::delete(&visitor.app.desk, &permit, &WebhookId(id), None).await {
        Ok(()) => Ok(visitor.redirect("/settings/webhooks?done=webhook-deleted")),
        Err(WebhookFailure::Store(error)) => Err(visitor.failed(&Failure::Store(error))),
        Err(_) => Ok(nothing_here(visitor).await),
    }
}

/// One try, whole.
pub(super) async fn attempt(
    Path((id, attempt)): Path<(String, String)>,
    visitor: Visitor,
) -> Answer {
    let permit = visitor.permit::<ManageSettings>()?;
    let found = looks::attempt(&visitor.app.desk, &permit, &AttemptId(attempt)).await;
    let found = found.map_err(|error| visitor.failed(&Failure::Store(error)))?;
    let Some(attempt) = found.filter(|attempt| attempt.webhook_id.as_str() == id) else {
        return Ok(nothing_here(visitor).await);
    };
    let headers: Vec<String> = attempt
        .headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let mut context = tried_row(&visitor, &attempt);
    context["webhook"] = id.into();
    context["url"] = attempt.url.as_str().into();
    context["headers"] = headers.join("\n").into();
    context["body"] = super::deliveries::laid_out(&attempt.body).into();
    context["answer"] = attempt.answer.as_str().into();
    let fine = Wrong::default();
    Ok(page(
        &visitor,
        SECTION,
        "settings_webhook_attempt.html",
        &fine,
        context,
    ))
}

/// What is wrong with a form, in words.
#[allow(clippy::result_large_err, reason = "a page is the answer either way")]
fn wrong(visitor: &Visitor, failure: WebhookFailure) -> Result<Wrong, Response> {
    let refusal = match failure {
        WebhookFailure::Refused(refusal) => refusal,
        WebhookFailure::KeyReused => return Err(visitor.failed(&Failure::KeyReused)),
        WebhookFailure::Store(error) => return Err(visitor.failed(&Failure::Store(error))),
    };
    let args = match &refusal {
        WebhookRefusal::UrlMalformed { given } => vec![("given", given.clone())],
        WebhookRefusal::UrlPrivate { host } => vec![("host", host.clone())],
        WebhookRefusal::TooLong { max, .. } => vec![("max", max.to_string())],
        WebhookRefusal::TooMany { max } => vec![("max", max.to_string())],
        WebhookRefusal::QueryWrong { why } => vec![("why", why.clone())],
        WebhookRefusal::Gone
        | WebhookRefusal::NothingToReplay
        | WebhookRefusal::Disabled
        | WebhookRefusal::UrlNotSecure
        | WebhookRefusal::TypeNone => Vec::new(),
    };
    let key = format!("webhook-refusal-{}", refusal.code().replace('_', "-"));
    Ok(Wrong {
        status: Some(match refusal {
            WebhookRefusal::Gone => StatusCode::NOT_FOUND,
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }),
        field: refusal.field(),
        problem: visitor.say(&key, &args),
    })
}
