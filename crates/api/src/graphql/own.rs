//! What the desk tells beyond the reference interface: what can be done and why not, the promises, the books, and
//! everything that happened.

use async_graphql::{Enum, ID, Json, SimpleObject};
use domain::actions::Action;
use domain::coverage::{Cause, Standing};
use domain::event::{Event, EventKind};
use domain::journal::Entry;
use domain::refusal::Refusal;
use serde::Serialize;
use serde_json::Value;

use super::enums::Cover;
use super::errors::{in_camel_case, remedy};
use super::scalars::{CurrencyCode, DateTime, Decimal};

/// Something that may be done with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "Action", name = "OrderActionName")]
pub(crate) enum ActionName {
    Cancel,
    CancelWithoutRefund,
    Refund,
    RetryRefund,
    SettleRefund,
    Undo,
    Approve,
    Decline,
    Capture,
    VoidPayment,
    AskPayment,
    EditNumber,
    EditShipTo,
    EditBillTo,
    EditItems,
    SetTotal,
    AddNote,
    Tag,
    SendMailAgain,
    AddTracking,
    RemoveTracking,
    CreateLabel,
    VoidLabel,
    Hold,
    Release,
    JudgeCoverage,
    Resolve,
    CancelAndPlaceAgain,
}

/// Whether this key can do something with the order now, and if not why.
#[derive(SimpleObject)]
pub(crate) struct OrderAction {
    action: ActionName,
    allowed: bool,
    refusal: Option<ActionRefusal>,
}

/// Why something is not possible, and what to do instead: what the mutation would answer.
#[derive(SimpleObject)]
#[graphql(name = "OrderActionRefusal")]
pub(crate) struct ActionRefusal {
    /// The stable name to tell refusals apart by.
    code: String,
    /// The rule's id.
    rule: String,
    message: String,
    /// What to do instead, as a stable name.
    remedy: String,
    /// The field that it is about, where it is about one.
    field: Option<String>,
}

impl From<(Action, Result<(), Refusal>)> for OrderAction {
    fn from((action, verdict): (Action, Result<(), Refusal>)) -> Self {
        let refusal = verdict.err().map(|refusal| ActionRefusal {
            code: refusal.code(),
            rule: refusal.rule().to_owned(),
            message: refusal.to_string(),
            remedy: remedy(&refusal),
            field: refusal.field().map(in_camel_case),
        });
        Self {
            action: action.into(),
            allowed: refusal.is_none(),
            refusal,
        }
    }
}

/// Both promises about an order.
#[derive(SimpleObject)]
pub(crate) struct OrderCoverage {
    /// An approved order's chargebacks are covered.
    pub fraud_protection: PromiseStanding,
    /// The quoted landed cost holds.
    pub landed_cost_guarantee: PromiseStanding,
}

/// Where a promise stands, and the fact that moved it there.
#[derive(SimpleObject)]
pub(crate) struct PromiseStanding {
    state: Cover,
    /// The stable name of the fact, such as ship_to_changed; none where nothing moved it.
    cause: Option<String>,
    moved_at: Option<DateTime>,
}

impl From<&Standing> for PromiseStanding {
    fn from(standing: &Standing) -> Self {
        let moved = standing.moved.as_ref();
        Self {
            state: standing.state.into(),
            cause: moved.map(|(cause, _)| cause_name(cause).to_owned()),
            moved_at: moved.map(|(_, at)| DateTime(*at)),
        }
    }
}

fn cause_name(cause: &Cause) -> &'static str {
    match cause {
        Cause::ShipToChanged { .. } => "ship_to_changed",
        Cause::BillToChanged { .. } => "bill_to_changed",
        Cause::HsCodeChanged { .. } => "hs_code_changed",
        Cause::PriceChanged => "price_changed",
        Cause::OriginChanged => "origin_changed",
        Cause::FraudDeclined => "fraud_declined",
        Cause::Judged { .. } => "judged",
    }
}

/// A movement of money; its lines sum to zero in each currency.
#[derive(SimpleObject)]
pub(crate) struct JournalEntry {
    /// Why, such as charge or refund.
    movement: String,
    /// The payment or the refund that it is about.
    about: ID,
    at: DateTime,
    lines: Vec<JournalLine>,
}

/// One side of a movement.
#[derive(SimpleObject)]
pub(crate) struct JournalLine {
    /// Where the money is: shopper, held, provider, retailer, desk, card_processor or bank.
    account: String,
    /// Positive puts money there, negative takes it away.
    amount: Decimal,
    currency_code: CurrencyCode,
}

impl From<&Entry> for JournalEntry {
    fn from(entry: &Entry) -> Self {
        let lines = entry.lines.iter().map(|line| JournalLine {
            account: stored_name(&line.account),
            amount: Decimal::of(line.money.minor, line.money.currency),
            currency_code: CurrencyCode(line.money.currency),
        });
        Self {
            movement: stored_name(&entry.movement),
            about: ID(entry.about.clone()),
            at: DateTime(entry.at),
            lines: lines.collect(),
        }
    }
}

/// A word of the rules as it is stored, which is a promise.
pub(crate) fn stored_name(word: &impl Serialize) -> String {
    match serde_json::to_value(word) {
        Ok(Value::String(name)) => name,
        _ => String::new(),
    }
}

/// Something that happened to an order.
#[derive(SimpleObject)]
pub(crate) struct OrderActivity {
    /// Its place in the order's history, from 1: the order's version after it.
    version: i64,
    at: DateTime,
    by: ActivityAuthor,
    /// What happened, as a stable name such as refund_requested.
    #[graphql(name = "type")]
    kind: String,
    /// What it happened with, in the form that the desk stores: amounts are minor units beside their currency.
    data: Json<Value>,
}

/// Who did something.
#[derive(SimpleObject)]
#[graphql(name = "OrderActivityAuthor")]
pub(crate) struct ActivityAuthor {
    id: ID,
    /// person, support, api_key, shop, provider, carrier or desk.
    kind: String,
    /// As they were called at the time.
    name: String,
}

impl From<&Event> for OrderActivity {
    fn from(event: &Event) -> Self {
        let mut data = serde_json::to_value(&event.kind).unwrap_or_default();
        if let Value::Object(fields) = &mut data {
            fields.remove("type");
            // The order as it was taken in: the answer shows it as it is.
            if matches!(event.kind, EventKind::Taken { .. }) {
                fields.remove("order");
            }
        }
        Self {
            version: i64::try_from(event.seq).unwrap_or(i64::MAX),
            at: DateTime(event.at),
            by: ActivityAuthor {
                id: ID(event.by.id.clone()),
                kind: stored_name(&event.by.kind),
                name: event.by.name.clone(),
            },
            kind: event.kind.name().to_owned(),
            data: Json(data),
        }
    }
}
