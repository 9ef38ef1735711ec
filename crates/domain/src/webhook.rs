//! What is told to programs elsewhere: one table from what happened to an order to the types that a webhook can be of,
//! and what a webhook has to be like.

use serde::{Deserialize, Serialize};

use crate::command::Decision;
use crate::event::EventKind;
use crate::ids::ShipmentId;
use crate::refund::RefundState;
use crate::shipment::{LabelState, ShipmentState};

/// What a webhook tells of. The names are those of the interface, and stored: add, do not rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum WebhookType {
    /// An order was taken in.
    OrderCreated,
    /// Anything about an order changed.
    OrderUpdated,
    /// An order came to another status.
    OrderStatusChanged,
    /// An order was canceled, which is final.
    OrderCanceled,
    /// Money went back to the shopper.
    OrderRefunded,
    /// A refund failed; its amount can be refunded again.
    RefundFailed,
    /// A payment was authorised, taken, released or declined.
    PaymentChanged,
    /// A shopper's bank disputes a payment.
    DisputeOpened,
    /// A dispute was decided.
    DisputeClosed,
    /// The fraud protection or the guarantee stands elsewhere.
    CoverageChanged,
    /// Something about an order needs a person.
    AttentionRaised,
    /// A parcel is there: with its label, or marked as sent.
    ShipmentCreated,
    /// A parcel moved on, or its tracking numbers changed.
    ShipmentUpdated,
    /// A parcel was voided.
    ShipmentCanceled,
    /// A label was bought.
    LabelCreated,
    /// A label was voided.
    LabelVoided,
    /// Of the reference interface; nothing here is told under it.
    InclusivePriceSyncReady,
    /// Of the reference interface; nothing here is told under it.
    IpSettingStatusChanged,
    /// What a person sends to try an endpoint; no webhook is of it.
    Test,
}

impl WebhookType {
    /// What a webhook can be of, in the order in which a page lists them.
    pub const ALL: [Self; 18] = [
        Self::OrderCreated,
        Self::OrderUpdated,
        Self::OrderStatusChanged,
        Self::OrderCanceled,
        Self::OrderRefunded,
        Self::RefundFailed,
        Self::PaymentChanged,
        Self::DisputeOpened,
        Self::DisputeClosed,
        Self::CoverageChanged,
        Self::AttentionRaised,
        Self::ShipmentCreated,
        Self::ShipmentUpdated,
        Self::ShipmentCanceled,
        Self::LabelCreated,
        Self::LabelVoided,
        Self::InclusivePriceSyncReady,
        Self::IpSettingStatusChanged,
    ];

    /// Whether it is about one parcel; everything else is about the order.
    pub fn is_about_shipment(self) -> bool {
        matches!(
            self,
            Self::ShipmentCreated
                | Self::ShipmentUpdated
                | Self::ShipmentCanceled
                | Self::LabelCreated
                | Self::LabelVoided
        )
    }

    /// Whether anything of this desk is ever told under it.
    pub fn is_told_here(self) -> bool {
        !matches!(
            self,
            Self::InclusivePriceSyncReady | Self::IpSettingStatusChanged | Self::Test
        )
    }
}

/// Something that webhooks of a type are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// What.
    pub kind: WebhookType,
    /// The parcel it is about, or the order.
    pub subject: String,
    /// The last event behind it: its place in the order's history.
    pub seq: u64,
}

/// What a decision tells, each type once for what it is about, however many of its events say so.
pub fn told_by(decision: &Decision) -> Vec<Told> {
    use WebhookType::{OrderCreated, OrderUpdated, ShipmentCreated, ShipmentUpdated};
    let mut told: Vec<Told> = Vec::new();
    for event in &decision.events {
        let (kinds, shipment) = types_of(&event.kind);
        for kind in kinds.iter().copied() {
            let order = &decision.order.id.0;
            let shipment = shipment.map(|shipment| &shipment.0);
            let subject = shipment.filter(|_| kind.is_about_shipment());
            let subject = subject.unwrap_or(order);
            let said = |kind| {
                let mut told = told.iter();
                told.position(|one| one.kind == kind && one.subject == *subject)
            };
            // What has just begun is told whole: that it changed as well would be the same words again.
            let is_within = match kind {
                OrderUpdated => said(OrderCreated).is_some(),
                ShipmentUpdated => said(ShipmentCreated).is_some(),
                _ => false,
            };
            if is_within {
                continue;
            }
            match said(kind) {
                Some(known) => told[known].seq = event.seq,
                None => told.push(Told {
                    kind,
                    subject: subject.clone(),
                    seq: event.seq,
                }),
            }
        }
    }
    told
}

/// The table: under which types an event is told, and the parcel it is about.
fn types_of(kind: &EventKind) -> (&'static [WebhookType], Option<&ShipmentId>) {
    use WebhookType as T;
    let types: &[WebhookType] = match kind {
        EventKind::Taken { .. } => &[T::OrderCreated],
        EventKind::StatusChanged { .. } => &[T::OrderUpdated, T::OrderStatusChanged],
        EventKind::Canceled { .. } => &[T::OrderUpdated, T::OrderCanceled],
        EventKind::RefundChanged { to, .. } => match to {
            RefundState::Succeeded => &[T::OrderUpdated, T::OrderRefunded],
            RefundState::Failed => &[T::OrderUpdated, T::RefundFailed],
            RefundState::Requested
            | RefundState::Sent
            | RefundState::Pending
            | RefundState::Unknown => &[T::OrderUpdated],
        },
        EventKind::RefundSettledByHand { .. } => &[T::OrderUpdated, T::OrderRefunded],
        EventKind::PaymentChanged { .. } => &[T::OrderUpdated, T::PaymentChanged],
        EventKind::DisputeOpened { .. } => &[T::OrderUpdated, T::DisputeOpened],
        EventKind::DisputeClosed { .. } => &[T::OrderUpdated, T::DisputeClosed],
        EventKind::CoverageChanged { .. } => &[T::OrderUpdated, T::CoverageChanged],
        EventKind::AttentionRaised { .. } => &[T::OrderUpdated, T::AttentionRaised],
        EventKind::ShipmentAdded { shipment } => {
            return (added(shipment.state), Some(&shipment.id));
        }
        EventKind::ShipmentChanged {
            shipment, from, to, ..
        } => return (moved(*from, *to), Some(shipment)),
        EventKind::TrackingAdded { shipment, .. } | EventKind::TrackingRemoved { shipment, .. } => {
            return (&[T::OrderUpdated, T::ShipmentUpdated], Some(shipment));
        }
        EventKind::LabelRequested { shipment, .. } => return (&[T::OrderUpdated], Some(shipment)),
        EventKind::LabelChanged { shipment, to, .. } => return (labelled(*to), Some(shipment)),
        EventKind::Held { .. }
        | EventKind::Released
        | EventKind::FraudReviewed { .. }
        | EventKind::DisputeChanged { .. }
        | EventKind::MoneyMoved { .. }
        | EventKind::WaitingBegun { .. }
        | EventKind::WaitingEnded { .. }
        | EventKind::RefundRequested { .. }
        | EventKind::RefundRetried { .. }
        | EventKind::FeeReturned { .. }
        | EventKind::RefundedInShop { .. }
        | EventKind::CanceledInShop { .. }
        | EventKind::NumberChanged { .. }
        | EventKind::AddressChanged { .. }
        | EventKind::ItemDeclared { .. }
        | EventKind::ItemsRemoved { .. }
        | EventKind::AmountsChanged { .. }
        | EventKind::NoteAdded { .. }
        | EventKind::NoteEdited { .. }
        | EventKind::NoteDeleted { .. }
        | EventKind::Tagged { .. }
        | EventKind::Untagged { .. }
        | EventKind::AttentionResolved { .. } => &[T::OrderUpdated],
        // The desk's own errands: nothing of the order is another.
        EventKind::PaymentAsked { .. }
        | EventKind::MailRequested { .. }
        | EventKind::MailSettled { .. }
        | EventKind::SyncChanged { .. } => &[],
    };
    (types, None)
}

fn added(state: ShipmentState) -> &'static [WebhookType] {
    match state {
        // Nobody knows yet whether there will be a parcel.
        ShipmentState::LabelPending => &[WebhookType::OrderUpdated],
        _ => &[WebhookType::OrderUpdated, WebhookType::ShipmentCreated],
    }
}

fn moved(from: ShipmentState, to: ShipmentState) -> &'static [WebhookType] {
    use WebhookType as T;
    match (from, to) {
        // A parcel that never was is not canceled either.
        (ShipmentState::LabelPending, ShipmentState::Voided) => &[T::OrderUpdated],
        (_, ShipmentState::Voided) => &[T::OrderUpdated, T::ShipmentCanceled],
        (ShipmentState::LabelPending, _) => &[T::OrderUpdated, T::ShipmentCreated],
        _ => &[T::OrderUpdated, T::ShipmentUpdated],
    }
}

fn labelled(to: LabelState) -> &'static [WebhookType] {
    use WebhookType as T;
    match to {
        LabelState::Bought => &[T::OrderUpdated, T::LabelCreated],
        LabelState::Voided => &[T::OrderUpdated, T::LabelVoided],
        LabelState::Requested
        | LabelState::Sent
        | LabelState::Unknown
        | LabelState::Failed
        | LabelState::VoidRequested => &[T::OrderUpdated],
    }
}

/// The longest address of an endpoint, in characters.
pub const MAX_URL: usize = 2_000;

/// The longest description, in characters.
pub const MAX_DESCRIPTION: usize = 200;

/// The longest query of a webhook's own, in characters.
pub const MAX_QUERY: usize = 20_000;

/// How many webhooks an organization has at most, live and test together.
pub const MOST: u64 = 200;

/// Why a webhook stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "refusal", rename_all = "snake_case")]
pub enum WebhookRefusal {
    /// It is not there, or not any more.
    #[error("there is no such webhook here")]
    Gone,
    /// There is no such message any more, or it waits to be sent anyway.
    #[error(
        "there is no such message to send again; it is older than what is kept, or waits to be sent"
    )]
    NothingToReplay,
    /// Nothing is sent while it is disabled.
    #[error("the webhook is disabled; enable it first")]
    Disabled,
    /// No address.
    #[error("\"{given}\" is no address; write it as https://shop.example/hooks")]
    UrlMalformed {
        /// What came.
        given: String,
    },
    /// In the clear.
    #[error("the address must begin with https://")]
    UrlNotSecure,
    /// This machine, or a network that only it reaches.
    #[error(
        "{host} is a private address, which webhooks are not sent to; whoever runs the desk can allow it with webhooks_allow_private"
    )]
    UrlPrivate {
        /// Which.
        host: String,
    },
    /// A text is longer than the bound.
    #[error("{field} is longer than {max} characters; shorten it")]
    TooLong {
        /// Of what.
        field: String,
        /// The bound, in characters.
        max: usize,
    },
    /// A type that no webhook is of.
    #[error("no webhook is of the type TEST; send a test from a webhook instead")]
    TypeNone,
    /// The query cannot be asked.
    #[error("the query cannot be asked: {why}")]
    QueryWrong {
        /// What is wrong with it.
        why: String,
    },
    /// Too many.
    #[error("an organization has at most {max} webhooks; delete one first")]
    TooMany {
        /// The bound.
        max: u64,
    },
}

impl WebhookRefusal {
    /// Its stable name.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::NothingToReplay => "nothing_to_replay",
            Self::Disabled => "disabled",
            Self::UrlMalformed { .. } => "url_malformed",
            Self::UrlNotSecure => "url_not_secure",
            Self::UrlPrivate { .. } => "url_private",
            Self::TooLong { .. } => "too_long",
            Self::TypeNone => "type_none",
            Self::QueryWrong { .. } => "query_wrong",
            Self::TooMany { .. } => "too_many",
        }
    }

    /// The field it is about; empty where it is about none.
    pub fn field(&self) -> &'static str {
        match self {
            Self::UrlMalformed { .. } | Self::UrlNotSecure | Self::UrlPrivate { .. } => "url",
            Self::TooLong { field, .. } => match field.as_str() {
                "description" => "description",
                "query" => "query",
                _ => "url",
            },
            Self::TypeNone => "type",
            Self::QueryWrong { .. } => "query",
            Self::Gone | Self::NothingToReplay | Self::Disabled | Self::TooMany { .. } => "",
        }
    }
}
