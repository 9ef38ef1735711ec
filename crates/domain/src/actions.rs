//! What can be done with an order, and why not (O3): the one answer that every edge shows.

use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Permission};
use crate::cancel::may_cancel;
use crate::capture::{may_ask, may_capture, may_void};
use crate::command::Context;
use crate::coverage::Cover;
use crate::edits::{may_hold, may_resolve};
use crate::mails::may_send_any_again;
use crate::order::Order;
use crate::refund::{RefundState, may_refund};
use crate::refund_settle::may_retry_as;
use crate::refusal::Refusal;
use crate::ship::{may_add_tracking, may_create_label};
use crate::shipment::{LabelState, Shipment, ShipmentState};
use crate::waiting::Waiting;
use crate::waiting_end::{may_approve, may_decide, may_undo};

/// Something a person can do with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names are the specification's")]
pub enum Action {
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

impl Action {
    /// Every action, in the order a menu shows them.
    pub const ALL: [Self; 28] = [
        Self::Cancel,
        Self::CancelWithoutRefund,
        Self::Refund,
        Self::RetryRefund,
        Self::SettleRefund,
        Self::Undo,
        Self::Approve,
        Self::Decline,
        Self::Capture,
        Self::VoidPayment,
        Self::AskPayment,
        Self::EditNumber,
        Self::EditShipTo,
        Self::EditBillTo,
        Self::EditItems,
        Self::SetTotal,
        Self::AddNote,
        Self::Tag,
        Self::SendMailAgain,
        Self::AddTracking,
        Self::RemoveTracking,
        Self::CreateLabel,
        Self::VoidLabel,
        Self::Hold,
        Self::Release,
        Self::JudgeCoverage,
        Self::Resolve,
        Self::CancelAndPlaceAgain,
    ];

    fn permission(self) -> Permission {
        match self {
            Self::Cancel | Self::CancelWithoutRefund | Self::CancelAndPlaceAgain => {
                Permission::CancelOrders
            }
            Self::Refund
            | Self::RetryRefund
            | Self::SettleRefund
            | Self::Capture
            | Self::VoidPayment
            | Self::AskPayment => Permission::RefundOrders,
            // What waits says itself what is needed for it.
            Self::Undo | Self::Approve | Self::Decline => Permission::ViewOrders,
            Self::AddNote => Permission::AddNotes,
            Self::AddTracking | Self::RemoveTracking | Self::CreateLabel | Self::VoidLabel => {
                Permission::ShipOrders
            }
            Self::EditNumber
            | Self::EditShipTo
            | Self::EditBillTo
            | Self::EditItems
            | Self::SetTotal
            | Self::Tag
            | Self::SendMailAgain
            | Self::Hold
            | Self::Release
            | Self::JudgeCoverage
            | Self::Resolve => Permission::EditOrders,
        }
    }
}

/// Whether an action is possible, and if not why; [`Refusal::instead`] says what to do instead.
pub type Verdict = Result<(), Refusal>;

/// Every action with its verdict. The same checks decide the commands, so that a page never offers what is refused.
pub fn actions(order: &Order, context: &Context) -> Vec<(Action, Verdict)> {
    Action::ALL
        .iter()
        .map(|action| (*action, verdict(order, *action, context)))
        .collect()
}

/// Whether one action is possible.
///
/// # Errors
/// Why not: the permission first, then who may, then the state of the order.
pub fn verdict(order: &Order, action: Action, context: &Context) -> Verdict {
    let permission = action.permission();
    if !context.actor.may(permission) {
        return Err(Refusal::NotPermitted { permission });
    }
    match action {
        Action::Cancel | Action::CancelAndPlaceAgain => may_cancel(order, context),
        Action::CancelWithoutRefund => {
            only_support(context.actor).and_then(|()| may_cancel(order, context))
        }
        Action::Refund => may_refund(order),
        // What can be settled another way is what can be tried again: both would pay it once.
        Action::RetryRefund | Action::SettleRefund => may_retry_any(order, context),
        Action::Undo => any_waiting(order, |waiting| may_undo(waiting, context)),
        Action::Approve => any_waiting(order, |waiting| may_approve(order, waiting, context)),
        Action::Decline => any_waiting(order, |waiting| may_decide(waiting, context)),
        Action::Capture => may_capture(order),
        Action::VoidPayment => may_void(order),
        Action::AskPayment => may_ask(order),
        Action::EditNumber | Action::AddNote | Action::Tag => Ok(()),
        Action::EditShipTo | Action::EditBillTo | Action::EditItems => order.check_open(),
        Action::SendMailAgain => may_send_any_again(order),
        Action::SetTotal => match order.captured_minor() > 0 {
            true => order.check_open().and(Err(Refusal::AmountsFinal)),
            false => order.check_open(),
        },
        Action::AddTracking => may_add_tracking(order),
        Action::RemoveTracking => may_remove_tracking(order),
        Action::CreateLabel => may_create_label(order),
        Action::VoidLabel => may_void_label(order),
        Action::Hold => may_hold(order),
        Action::Release => match order.hold {
            Some(_) => order.check_open(),
            None => order.check_open().and(Err(Refusal::NotReady {
                status: order.status,
            })),
        },
        Action::JudgeCoverage => only_support(context.actor).and_then(|()| at_risk(order)),
        Action::Resolve => {
            let open = order.attention.iter().map(|open| may_resolve(order, open));
            open.reduce(Result::or)
                .unwrap_or(Err(Refusal::AttentionNotFound {
                    attention: "none".into(),
                }))
        }
    }
}

fn only_support(actor: &Actor) -> Verdict {
    if actor.is_support() {
        Ok(())
    } else {
        Err(Refusal::OperatorSupportOnly)
    }
}

/// Whether any refund can be tried again; where none can, why the last one that failed cannot.
fn may_retry_any(order: &Order, context: &Context) -> Verdict {
    let (failed, settled): (Vec<_>, Vec<_>) = order
        .refunds
        .iter()
        .partition(|refund| refund.state == RefundState::Failed);
    let tried = failed
        .iter()
        .map(|refund| may_retry_as(order, refund, context));
    let none = || match settled.last() {
        Some(refund) => may_retry_as(order, refund, context),
        None => Err(Refusal::RefundNotFound {
            refund: "none".into(),
        }),
    };
    tried.reduce(Result::or).unwrap_or_else(none)
}

/// Whether one of those that wait allows it; where none does, why the last one does not.
fn any_waiting(order: &Order, may: impl Fn(&Waiting) -> Verdict) -> Verdict {
    let verdicts = order.waiting.iter().map(may);
    verdicts
        .reduce(Result::or)
        .unwrap_or(Err(Refusal::WaitingNotFound {
            waiting: "none".into(),
        }))
}

fn may_remove_tracking(order: &Order) -> Verdict {
    let mut holding = order
        .shipments
        .iter()
        .filter(|shipment| !shipment.is_void());
    let by_hand = holding.any(|shipment| shipment.label.is_none() && !shipment.tracking.is_empty());
    let labelled = order
        .shipments
        .iter()
        .filter(|shipment| !shipment.is_void());
    let label = labelled
        .into_iter()
        .find_map(|shipment| Some((shipment.tracking.first()?, shipment.label.as_ref()?)));
    match (by_hand, label) {
        (true, _) => Ok(()),
        (false, Some((tracking, label))) => {
            let (number, label) = (tracking.number.clone(), label.id.clone());
            Err(Refusal::TrackingOfLabel { number, label })
        }
        (false, None) => Err(Refusal::TrackingNotFound {
            number: String::new(),
        }),
    }
}

fn may_void_label(order: &Order) -> Verdict {
    let labelled: Vec<_> = order
        .shipments
        .iter()
        .filter_map(|shipment| Some((shipment, shipment.label.as_ref()?)))
        .collect();
    let mut bought = labelled
        .iter()
        .filter(|(_, label)| label.state == LabelState::Bought);
    let arrived = |shipment: &Shipment| shipment.state == ShipmentState::Delivered;
    if bought.clone().any(|(shipment, _)| !arrived(shipment)) {
        return Ok(());
    }
    match (bought.next_back(), labelled.last()) {
        (Some((shipment, _)), _) => Err(Refusal::ShipmentStateWrong {
            shipment: shipment.id.clone(),
            state: shipment.state,
        }),
        (None, Some((_, label))) => Err(Refusal::LabelStateWrong {
            label: label.id.clone(),
            state: label.state,
        }),
        (None, None) => Err(Refusal::LabelNotFound {
            label: "none".into(),
        }),
    }
}

fn at_risk(order: &Order) -> Verdict {
    let standings = [&order.coverage.fraud, &order.coverage.guarantee];
    match standings
        .iter()
        .any(|standing| standing.state == Cover::AtRisk)
    {
        true => Ok(()),
        false => Err(Refusal::CoverageOnlyFalls),
    }
}
