//! What can be asked of an order, what the outside can say about it, and the one way both become events.
//!
//! [`decide`] answers a person or a program and may refuse. [`record`] takes in what has happened outside; it drops
//! what is known already. Both are pure: the same order, words and context give the same events.

use crate::actor::Permission;
use crate::address::Address;
use crate::carrier::{self, LabelFact};
pub use crate::context::Context;
use crate::coverage::{self, Promise};
use crate::event::{AddressKind, Event};
use crate::ids::{
    AttentionId, ItemId, LabelId, MailId, NoteId, PaymentId, RefundId, ShipmentId, WaitingId,
};
use crate::order::{Concern, Declaration, FraudReview, MailState, Order, Sync};
use crate::payment_settle::{self, PaymentFact};
use crate::refund::{self, RefundRequest};
use crate::refund_by_hand;
use crate::refund_settle::{self, ForeignRefund, RefundFact};
use crate::refusal::Refusal;
use crate::send::{self, LabelWish, ShipmentRequest};
use crate::ship::{self, LabelRequest};
use crate::shipment::{ShipmentState, Tracking};
use crate::shop::{self, ShopFact};
use crate::{cancel, capture, conclude, edits, lapse, mails, waiting, waiting_end};

/// What a person or a program asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "each variant is documented at the function that decides it"
)]
pub enum Command {
    Cancel {
        note: String,
        notify: bool,
        without_refund: bool,
    },
    SendMailAgain {
        mail: MailId,
    },
    Hold {
        note: String,
    },
    Release,
    Capture {
        payment: PaymentId,
        amount_minor: i64,
    },
    VoidPayment {
        payment: PaymentId,
    },
    AskPayment {
        payment: PaymentId,
    },
    Refund(RefundRequest),
    RetryRefund {
        refund: RefundId,
    },
    SettleRefund {
        refund: RefundId,
        reference: String,
        note: String,
    },
    Undo {
        waiting: WaitingId,
    },
    Approve {
        waiting: WaitingId,
        note: String,
    },
    Decline {
        waiting: WaitingId,
        note: String,
    },
    SetTotal {
        total_minor: i64,
    },
    /// `was` is what the person saw; `None` where a program sets it whatever it was.
    SetNumber {
        number: String,
        was: Option<Option<String>>,
    },
    EditAddress {
        which: AddressKind,
        before: Box<Address>,
        after: Box<Address>,
    },
    DeclareItem {
        item: ItemId,
        before: Declaration,
        after: Declaration,
    },
    RemoveItems {
        items: Vec<(ItemId, u32)>,
    },
    AddNote {
        note: NoteId,
        text: String,
    },
    EditNote {
        note: NoteId,
        text: String,
    },
    DeleteNote {
        note: NoteId,
    },
    Tag {
        tag: String,
    },
    Untag {
        tag: String,
    },
    AddTracking {
        shipment: ShipmentId,
        numbers: Vec<Tracking>,
        items: Vec<(ItemId, u32)>,
        notify: bool,
    },
    RemoveTracking {
        numbers: Vec<String>,
    },
    RequestLabel(Box<LabelRequest>),
    CreateShipments {
        shipments: Vec<ShipmentRequest>,
    },
    LabelShipment {
        shipment: ShipmentId,
        wish: LabelWish,
    },
    VoidLabel {
        label: LabelId,
    },
    UpdateShipment {
        shipment: ShipmentId,
        state: ShipmentState,
        note: String,
    },
    JudgeCoverage {
        promise: Promise,
        keeps: bool,
        note: String,
    },
    Resolve {
        attention: AttentionId,
        note: String,
    },
}

impl Command {
    /// What the actor must be allowed to do (P2).
    pub fn permission(&self) -> Permission {
        match self {
            Self::Cancel { .. } => Permission::CancelOrders,
            Self::Capture { .. }
            | Self::VoidPayment { .. }
            | Self::AskPayment { .. }
            | Self::Refund(_)
            | Self::RetryRefund { .. }
            | Self::SettleRefund { .. } => Permission::RefundOrders,
            // What waits says itself what is needed for it.
            Self::Undo { .. } | Self::Approve { .. } | Self::Decline { .. } => {
                Permission::ViewOrders
            }
            Self::SendMailAgain { .. }
            | Self::Hold { .. }
            | Self::Release
            | Self::SetTotal { .. }
            | Self::SetNumber { .. }
            | Self::EditAddress { .. }
            | Self::DeclareItem { .. }
            | Self::RemoveItems { .. }
            | Self::Tag { .. }
            | Self::Untag { .. }
            | Self::JudgeCoverage { .. }
            | Self::Resolve { .. } => Permission::EditOrders,
            Self::AddNote { .. } | Self::EditNote { .. } | Self::DeleteNote { .. } => {
                Permission::AddNotes
            }
            Self::AddTracking { .. }
            | Self::RemoveTracking { .. }
            | Self::RequestLabel(_)
            | Self::CreateShipments { .. }
            | Self::LabelShipment { .. }
            | Self::VoidLabel { .. }
            | Self::UpdateShipment { .. } => Permission::ShipOrders,
        }
    }
}

/// What has happened outside.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    missing_docs,
    reason = "each variant is documented at the function that records it"
)]
pub enum Fact {
    Payment {
        payment: PaymentId,
        fact: PaymentFact,
    },
    Refund {
        refund: RefundId,
        fact: RefundFact,
    },
    /// A refund has waited for the provider's word for too long.
    RefundOverdue {
        refund: RefundId,
    },
    /// A refund made at the provider, not by us.
    ForeignRefund(ForeignRefund),
    Fraud(FraudReview),
    Label {
        label: LabelId,
        fact: LabelFact,
    },
    /// The carrier saw the parcel.
    Parcel {
        shipment: ShipmentId,
        state: ShipmentState,
        note: String,
    },
    Shop(ShopFact),
    Mail {
        mail: MailId,
        state: MailState,
        problem: String,
    },
    Sync(Sync),
    /// The clock came to what was due of a payment.
    PaymentDue {
        payment: PaymentId,
    },
    /// The while in which something can be undone may be over.
    WaitingOver {
        waiting: WaitingId,
    },
    /// The worker gave a job up.
    GivenUp {
        job: String,
        reason: String,
    },
}

/// What was decided: the events, and the order after them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// What happened; empty where nothing did.
    pub events: Vec<Event>,
    /// The order with the events applied.
    pub order: Order,
}

/// Answers a command.
///
/// # Errors
/// Any [`Refusal`]; the order is as it was.
#[allow(
    clippy::too_many_lines,
    reason = "one arm a command, each a plain call"
)]
pub fn decide(order: &Order, command: &Command, context: &Context) -> Result<Decision, Refusal> {
    let permission = command.permission();
    if !context.actor.may(permission) {
        return Err(Refusal::NotPermitted { permission });
    }
    let kinds = match command {
        Command::Cancel {
            note,
            notify,
            without_refund,
        } => {
            let wish = cancel::Wish {
                note,
                notify: *notify,
                without_refund: *without_refund,
            };
            let decided = cancel::cancel(order, &wish, context)?;
            Ok(waiting::hold_back(order, Some(&wish), decided, context))
        }
        Command::SendMailAgain { mail } => mails::send_again(order, mail, context),
        Command::Hold { note } => edits::hold(order, note),
        Command::Release => edits::release(order),
        Command::Capture {
            payment,
            amount_minor,
        } => capture::capture(order, payment, *amount_minor, context),
        Command::VoidPayment { payment } => capture::void(order, payment, context),
        Command::AskPayment { payment } => capture::ask(order, payment),
        Command::Refund(request) => {
            let decided = refund::request(order, request, context)?;
            Ok(waiting::hold_back(order, None, decided, context))
        }
        Command::Undo { waiting } => waiting_end::undo(order, waiting, context),
        Command::Approve { waiting, note } => waiting_end::approve(order, waiting, note, context),
        Command::Decline { waiting, note } => waiting_end::decline(order, waiting, note, context),
        Command::RetryRefund { refund } => refund_settle::retry(order, refund, context),
        Command::SettleRefund {
            refund,
            reference,
            note,
        } => refund_by_hand::settle(order, refund, reference, note, context),
        Command::SetTotal { total_minor } => payment_settle::set_total(order, *total_minor),
        Command::SetNumber { number, was } => edits::set_number(order, number, was.as_ref()),
        Command::EditAddress {
            which,
            before,
            after,
        } => edits::edit_address(order, *which, before, after),
        Command::DeclareItem {
            item,
            before,
            after,
        } => edits::declare_item(order, item, before, after),
        Command::RemoveItems { items } => edits::remove_items(order, items),
        Command::AddNote { note, text } => edits::add_note(order, note, text, context),
        Command::EditNote { note, text } => edits::edit_note(order, note, text, context),
        Command::DeleteNote { note } => edits::delete_note(order, note, context),
        Command::Tag { tag } => edits::tag(order, tag),
        Command::Untag { tag } => edits::untag(order, tag),
        Command::AddTracking {
            shipment,
            numbers,
            items,
            notify,
        } => {
            let parcel = ship::Tracked {
                shipment,
                numbers,
                items,
                notify: *notify,
            };
            ship::add_tracking(order, &parcel, context)
        }
        Command::RemoveTracking { numbers } => ship::remove_tracking(order, numbers),
        Command::RequestLabel(request) => send::request_label(order, request, context),
        Command::CreateShipments { shipments } => send::create_shipments(order, shipments, context),
        Command::LabelShipment { shipment, wish } => send::label_shipment(order, shipment, wish),
        Command::VoidLabel { label } => ship::void_label(order, label),
        Command::UpdateShipment {
            shipment,
            state,
            note,
        } => carrier::update_shipment(order, shipment, *state, note),
        Command::JudgeCoverage {
            promise,
            keeps,
            note,
        } => match context.actor.is_support() {
            true => coverage::judge(order, *promise, *keeps, note),
            false => Err(Refusal::OperatorSupportOnly),
        },
        Command::Resolve { attention, note } => edits::resolve(order, attention, note),
    }?;
    Ok(conclude::conclude(order, kinds, context))
}

/// Takes in what has happened outside.
///
/// # Errors
/// A [`Refusal`] where it is about something this order does not have.
pub fn record(order: &Order, fact: &Fact, context: &Context) -> Result<Decision, Refusal> {
    let kinds = match fact {
        Fact::Payment { payment, fact } => payment_settle::record(order, payment, fact, context),
        Fact::Refund { refund, fact } => refund_settle::record(order, refund, fact, context),
        Fact::RefundOverdue { refund } => refund_by_hand::record_overdue(order, refund, context),
        Fact::ForeignRefund(foreign) => refund_settle::record_foreign(order, foreign, context),
        Fact::Fraud(review) => Ok(conclude::fraud_reviewed(order, *review)),
        Fact::Label { label, fact } => carrier::record_label(order, label, fact, context),
        Fact::Parcel {
            shipment,
            state,
            note,
        } => carrier::record_parcel(order, shipment, *state, note),
        Fact::Shop(fact) => Ok(shop::record(order, fact, context)),
        Fact::Mail {
            mail,
            state,
            problem,
        } => Ok(conclude::mail_settled(
            order, mail, *state, problem, context,
        )),
        Fact::Sync(to) => Ok(shop::record_sync(order, to, context)),
        Fact::PaymentDue { payment } => lapse::due(order, payment, context),
        Fact::WaitingOver { waiting } => return Ok(waiting_end::over(order, waiting, context)),
        Fact::GivenUp { job, reason } => {
            let (job, reason) = (job.clone(), reason.clone());
            Ok(vec![
                context.attention(order, Concern::GivenUp { job, reason }),
            ])
        }
    }?;
    Ok(conclude::conclude(order, kinds, context))
}
