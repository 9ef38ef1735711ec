//! What the interface shows of webhooks.

use async_graphql::{ComplexObject, Context, Enum, ID, Object, Result, SimpleObject};
use engine::permit::{ManageSettings, Scope};
use engine::webhooks::{self as kept, Attempt, looks};

use super::super::caller::Caller;
use super::super::enums::Mode;
use super::super::query::PageInfo;
use super::super::scalars::{DateTime, kept as text};

/// What a webhook tells of. INCLUSIVE_PRICE_SYNC_READY and IP_SETTING_STATUS_CHANGED never happen on this desk, and TEST
/// is what webhookTest sends: no webhook is of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::webhook::WebhookType")]
pub(crate) enum WebhookType {
    OrderCreated,
    /// After every change of an order.
    OrderUpdated,
    OrderStatusChanged,
    OrderCanceled,
    /// Money went back to the shopper.
    OrderRefunded,
    RefundFailed,
    PaymentChanged,
    DisputeOpened,
    DisputeClosed,
    CoverageChanged,
    /// Something about an order needs a person.
    AttentionRaised,
    ShipmentCreated,
    ShipmentUpdated,
    ShipmentCanceled,
    LabelCreated,
    LabelVoided,
    InclusivePriceSyncReady,
    IpSettingStatusChanged,
    Test,
}

/// Whether a webhook is told anything. What waited while it was disabled goes on when it is enabled; what happened
/// meanwhile is not told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "kept::WebhookStatus")]
pub(crate) enum WebhookStatus {
    Disabled,
    Enabled,
}

/// Whether it was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "Result")]
pub(crate) enum Done {
    Failure,
    Success,
}

/// Where something is told.
pub(crate) struct Webhook(pub kept::Webhook);

#[Object]
impl Webhook {
    async fn id(&self) -> ID {
        ID(self.0.id.0.clone())
    }

    #[graphql(name = "type")]
    async fn kind(&self) -> WebhookType {
        self.0.kind.into()
    }

    async fn url(&self) -> &str {
        &self.0.url
    }

    async fn status(&self) -> WebhookStatus {
        self.0.status.into()
    }

    /// What it is for.
    async fn description(&self) -> Option<&str> {
        Some(self.0.description.as_str()).filter(|text| !text.is_empty())
    }

    /// Its own query, or the one that shows the whole object.
    async fn query(&self, context: &Context<'_>) -> Result<String> {
        let outlet = Caller::of(context).desk.outlet();
        let whole = outlet.map_or("", |outlet| outlet.bodies.whole(self.0.kind));
        Ok(self.0.query.clone().unwrap_or_else(|| whole.to_owned()))
    }

    /// What its messages are signed with, as Standard Webhooks has it.
    async fn secret(&self) -> &str {
        let latest = self.0.secrets.first();
        latest.map_or("", |latest| latest.secret.as_str())
    }

    /// Until when the secret before signs too; null where none does.
    async fn previous_secret_until(&self, context: &Context<'_>) -> Option<DateTime> {
        let now = Caller::of(context).desk.now();
        let before = self.0.secrets.get(1)?.until?;
        (now < before).then_some(DateTime(before))
    }

    async fn mode(&self) -> Mode {
        self.0.mode.into()
    }

    async fn organization_id(&self) -> ID {
        ID(self.0.organization_id.0.clone())
    }

    /// How its endpoint does.
    async fn health(&self, context: &Context<'_>) -> Result<WebhookHealth> {
        let caller = Caller::of(context);
        let permit = caller.permit::<ManageSettings>()?;
        let health = looks::health(&caller.desk, &permit, &self.0.id).await?;
        let standing = &self.0.standing;
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        Ok(WebhookHealth {
            tried: number(health.tried),
            arrived: number(health.arrived),
            waiting: number(health.waiting),
            parked: number(health.parked),
            oldest_waiting_since: health.oldest_waiting.map(DateTime),
            last_success_at: standing.last_success_at.map(DateTime),
            failing_since: standing.failing_since.map(DateTime),
            problem: text(&standing.problem),
        })
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    async fn created_by(&self) -> ID {
        ID(self.0.created_by.clone())
    }

    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }

    async fn updated_by(&self) -> ID {
        ID(self.0.updated_by.clone())
    }
}

/// How an endpoint does.
#[derive(SimpleObject)]
pub(crate) struct WebhookHealth {
    /// Tries of the last 24 hours.
    tried: i64,
    /// Those of them that arrived.
    arrived: i64,
    /// Messages that are to be sent, or sent again.
    waiting: i64,
    /// Messages that were tried for three days, or that the endpoint wants no more: send them again once it is mended.
    parked: i64,
    oldest_waiting_since: Option<DateTime>,
    last_success_at: Option<DateTime>,
    /// Since when nothing arrives; null where it does.
    failing_since: Option<DateTime>,
    /// What went wrong last.
    problem: Option<String>,
}

/// A page of webhooks.
#[derive(SimpleObject)]
pub(crate) struct WebhookConnection {
    edges: Vec<WebhookEdge>,
    page_info: PageInfo,
    total_count: i64,
}

/// A webhook on a page.
#[derive(SimpleObject)]
pub(crate) struct WebhookEdge {
    cursor: Option<String>,
    node: Option<Webhook>,
}

impl WebhookConnection {
    /// The page of all that is between two cursors: its beginning, or its end.
    pub fn page(
        all: Vec<kept::Webhook>,
        (after, before): (Option<String>, Option<String>),
        limit: usize,
        is_from_end: bool,
    ) -> Self {
        let total_count = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let ids: Vec<String> = all.iter().map(|one| one.id.0.clone()).collect();
        let is_within = |id: &str| {
            after.as_deref().is_none_or(|after| id > after)
                && before.as_deref().is_none_or(|before| id < before)
        };
        let within: Vec<_> = all.into_iter().filter(|one| is_within(&one.id.0)).collect();
        let skipped = if is_from_end {
            within.len().saturating_sub(limit)
        } else {
            0
        };
        let shown: Vec<_> = within.into_iter().skip(skipped).take(limit).collect();
        let (first, last) = (shown.first(), shown.last());
        let page_info = PageInfo {
            has_previous_page: first.is_some_and(|first| ids.first() != Some(&first.id.0)),
            has_next_page: last.is_some_and(|last| ids.last() != Some(&last.id.0)),
            start_cursor: first.map(|one| one.id.0.clone()),
            end_cursor: last.map(|one| one.id.0.clone()),
        };
        let edges = shown.into_iter().map(|one| WebhookEdge {
            cursor: Some(one.id.0.clone()),
            node: Some(Webhook(one)),
        });
        Self {
            edges: edges.collect(),
            page_info,
            total_count,
        }
    }
}

/// One try to tell something.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct WebhookLog {
    id: ID,
    #[graphql(name = "type")]
    kind: WebhookType,
    /// The message's webhook-id, the same at every try.
    message_id: ID,
    /// The order it is about; null for a test.
    order_id: Option<ID>,
    url: String,
    /// The body that was sent; empty where it shows an order and the key may not see orders.
    request: String,
    request_headers: Vec<WebhookLogHeader>,
    /// Null where nothing whole was answered.
    response_status: Option<i64>,
    /// The beginning of what was answered.
    response_body: String,
    /// Why it did not arrive; null where it did.
    error: Option<String>,
    duration_ms: i64,
    mode: Mode,
    organization_id: ID,
    created_at: DateTime,
    #[graphql(skip)]
    of: Option<kept::Webhook>,
}

/// A header of a request.
#[derive(SimpleObject)]
pub(crate) struct WebhookLogHeader {
    name: String,
    value: String,
}

#[ComplexObject]
impl WebhookLog {
    /// Null where it was deleted.
    async fn webhook(&self) -> Option<Webhook> {
        self.of.clone().map(Webhook)
    }
}

impl WebhookLog {
    /// A try, with its webhook where that is there.
    pub fn of(attempt: Attempt, of: Option<kept::Webhook>, scope: &Scope) -> Self {
        let headers = attempt.headers.into_iter();
        let headers = headers.map(|(name, value)| WebhookLogHeader { name, value });
        Self {
            id: ID(attempt.id.0),
            kind: attempt.kind.into(),
            message_id: ID(attempt.message_id.0),
            order_id: text(&attempt.order_id).map(ID),
            url: attempt.url,
            request: attempt.body,
            request_headers: headers.collect(),
            response_status: attempt.status.map(i64::from),
            response_body: attempt.answer,
            error: text(&attempt.problem),
            duration_ms: i64::try_from(attempt.duration_ms).unwrap_or(i64::MAX),
            mode: attempt.mode.into(),
            organization_id: ID(scope.organization_id.0.clone()),
            created_at: DateTime(attempt.at),
            of,
        }
    }
}

/// A page of tries.
#[derive(SimpleObject)]
pub(crate) struct WebhookLogConnection {
    edges: Vec<WebhookLogEdge>,
    page_info: PageInfo,
}

/// A try on a page.
#[derive(SimpleObject)]
pub(crate) struct WebhookLogEdge {
    cursor: Option<String>,
    node: Option<WebhookLog>,
}

impl WebhookLogConnection {
    /// A page, newest first; whether it has a bound, and whether there is more beyond it.
    pub fn page(
        logs: Vec<WebhookLog>,
        (has_bound, has_more): (bool, bool),
        is_from_end: bool,
    ) -> Self {
        let cursor = |log: Option<&WebhookLog>| log.map(|log| log.id.0.clone());
        let (has_previous_page, has_next_page) = if is_from_end {
            (has_more, has_bound)
        } else {
            (has_bound, has_more)
        };
        let page_info = PageInfo {
            has_previous_page,
            has_next_page,
            start_cursor: cursor(logs.first()),
            end_cursor: cursor(logs.last()),
        };
        let edges = logs.into_iter().map(|log| WebhookLogEdge {
            cursor: Some(log.id.0.clone()),
            node: Some(log),
        });
        Self {
            edges: edges.collect(),
            page_info,
        }
    }
}
