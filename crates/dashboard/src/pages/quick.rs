//! What one button on the order page does: hold, release, tag, resolve, try a refund again, let a payment go or ask about
//! it, take a number away, void a shipment, change or delete a note of one's own, undo, approve or decline what waits.

use axum::extract::Path;
use domain::command::Command;
use domain::ids::{AttentionId, MailId, NoteId, PaymentId, RefundId, ShipmentId};
use domain::order::Order;
use domain::refusal::Refusal;
use domain::shipment::ShipmentState;
use engine::failure::Failure;
use engine::permit::{AddNotes, EditOrders, RefundOrders, ShipOrders};
use serde::Deserialize;

use super::edits::done;
use super::waiting;
use crate::visitor::{Answer, Sent};

/// What one button on the order page does: the action, and what it is about.
#[derive(Deserialize)]
pub(crate) struct Quick {
    action: String,
    #[serde(default)]
    subject: String,
    #[serde(default)]
    text: String,
}

/// Carries out what one button does.
pub(crate) async fn send(Path(id): Path<String>, Sent { visitor, form }: Sent<Quick>) -> Answer {
    let Quick {
        action,
        subject,
        text,
    } = form;
    if let Some(command) = waiting::command(&action, &subject, &text) {
        return waiting::send(&visitor, id, command).await;
    }
    let show = |_: &Order, refusal: &Refusal| visitor.failed(&Failure::Refused(refusal.clone()));
    match action.as_str() {
        "retry_refund" => {
            let command = Command::RetryRefund {
                refund: RefundId(subject),
            };
            done::<RefundOrders>(&visitor, &id, command, "retried", show).await
        }
        "void_payment" => {
            let payment = PaymentId(subject);
            let command = Command::VoidPayment { payment };
            done::<RefundOrders>(&visitor, &id, command, "void_payment", show).await
        }
        "ask_payment" => {
            let payment = PaymentId(subject);
            let command = Command::AskPayment { payment };
            done::<RefundOrders>(&visitor, &id, command, "ask_payment", show).await
        }
        "remove_tracking" => {
            let command = Command::RemoveTracking {
                numbers: vec![subject],
            };
            done::<ShipOrders>(&visitor, &id, command, "untracked", show).await
        }
        "void_shipment" => {
            let command = Command::UpdateShipment {
                shipment: ShipmentId(subject),
                state: ShipmentState::Voided,
                note: text,
            };
            done::<ShipOrders>(&visitor, &id, command, "void_shipment", show).await
        }
        "edit_note" => {
            let note = NoteId(subject);
            let command = Command::EditNote { note, text };
            done::<AddNotes>(&visitor, &id, command, "note_edited", show).await
        }
        "delete_note" => {
            let note = NoteId(subject);
            let command = Command::DeleteNote { note };
            done::<AddNotes>(&visitor, &id, command, "note_deleted", show).await
        }
        other => {
            let Some(command) = edit(other, subject, text) else {
                return Ok(crate::guard::nothing_here(visitor).await);
            };
            done::<EditOrders>(&visitor, &id, command, other, show).await
        }
    }
}

/// The command of a button that edits the order; none where it is no button of ours.
fn edit(action: &str, subject: String, text: String) -> Option<Command> {
    Some(match action {
        "hold" => Command::Hold { note: text },
        "release" => Command::Release,
        "tag" => Command::Tag { tag: text },
        "untag" => Command::Untag { tag: subject },
        "send_mail_again" => Command::SendMailAgain {
            mail: MailId(subject),
        },
        "resolve" => Command::Resolve {
            attention: AttentionId(subject),
            note: text,
        },
        _ => return None,
    })
}
