//! The activity of an order in words, newest first.

use domain::actor::ActorKind;
use domain::coverage::Cause;
use domain::event::{Event, EventKind};
use domain::money::Money;
use domain::order::Concern;
use serde_json::{Value, json};

use super::query::name;
use crate::visitor::Visitor;

/// The kinds of activity that can be shown alone.
const GROUPS: [&str; 5] = ["notes", "money", "shipping", "changes", "messages"];

/// What happened, newest first: all of it, or one group.
pub(crate) fn told(visitor: &Visitor, past: &[Event], group: &str) -> Vec<Value> {
    let is_wanted = |event: &&Event| !GROUPS.contains(&group) || group_of(&event.kind) == group;
    past.iter()
        .rev()
        .filter(is_wanted)
        .map(|event| {
            json!({
                "group": group_of(&event.kind),
                "title": title(visitor, &event.kind),
                "detail": detail(visitor, &event.kind),
                "by": event.by.name,
                "is_support": event.by.kind == ActorKind::Support,
                "at": visitor.formats.moment(event.at),
                "at_utc": event.at.to_string(),
            })
        })
        .collect()
}

fn group_of(kind: &EventKind) -> &'static str {
    use EventKind as K;
    match kind {
        K::NoteAdded { .. } | K::NoteEdited { .. } | K::NoteDeleted { .. } => "notes",
        K::PaymentChanged { .. }
        | K::DisputeOpened { .. }
        | K::DisputeClosed { .. }
        | K::MoneyMoved { .. }
        | K::RefundRequested { .. }
        | K::RefundRetried { .. }
        | K::RefundChanged { .. }
        | K::FeeReturned { .. }
        | K::RefundedInShop { .. }
        | K::AmountsChanged { .. } => "money",
        K::ShipmentAdded { .. }
        | K::ShipmentChanged { .. }
        | K::TrackingAdded { .. }
        | K::TrackingRemoved { .. }
        | K::LabelChanged { .. } => "shipping",
        K::MailRequested { .. } | K::MailSettled { .. } | K::SyncChanged { .. } => "messages",
        K::Taken { .. }
        | K::StatusChanged { .. }
        | K::Canceled { .. }
        | K::Held { .. }
        | K::Released
        | K::FraudReviewed { .. }
        | K::CanceledInShop { .. }
        | K::NumberChanged { .. }
        | K::AddressChanged { .. }
        | K::ItemDeclared { .. }
        | K::ItemsRemoved { .. }
        | K::CoverageChanged { .. }
        | K::Tagged { .. }
        | K::Untagged { .. }
        | K::AttentionRaised { .. }
        | K::AttentionResolved { .. } => "changes",
    }
}

fn title(visitor: &Visitor, kind: &EventKind) -> String {
    visitor.say(&format!("event-{}", kind.name().replace('_', "-")), &[])
}

/// What changed: from what to what, or how much.
fn detail(visitor: &Visitor, kind: &EventKind) -> String {
    use EventKind as K;
    let word = |group: &str, name: String| {
        visitor.say(&format!("{group}-{}", name.replace('_', "-")), &[])
    };
    let change = |from: String, to: String| visitor.say("change", &[("from", from), ("to", to)]);
    let none = || visitor.say("nothing", &[]);
    match kind {
        K::StatusChanged { from, to, .. } => {
            change(word("status", name(from)), word("status", name(to)))
        }
        K::PaymentChanged {
            from, to, reason, ..
        } => {
            let change = change(word("paid", name(from)), word("paid", name(to)));
            reason
                .as_ref()
                .map_or(change.clone(), |reason| format!("{change} ({reason})"))
        }
        K::RefundRequested { refund } => refund.note.clone(),
        K::RefundChanged {
            from, to, problem, ..
        } => {
            let change = change(word("refund", name(from)), word("refund", name(to)));
            if problem.is_empty() {
                change
            } else {
                format!("{change} ({problem})")
            }
        }
        K::MoneyMoved { entry } => {
            let positive = entry.lines.iter().filter(|line| line.money.minor > 0);
            let amounts: Vec<String> = positive
                .map(|line| visitor.formats.money(line.money))
                .collect();
            format!(
                "{}: {}",
                word("movement", name(&entry.movement)),
                amounts.join(" + ")
            )
        }
        K::FeeReturned { fee, .. } => {
            fee.map_or_else(none, |fee: Money| visitor.formats.money(fee))
        }
        K::RefundedInShop { amount } => visitor.formats.money(*amount),
        K::Canceled { cancellation } => cancellation.note.clone(),
        K::Held { note } => note.clone(),
        K::CanceledInShop { reason } => reason.clone(),
        K::NumberChanged { from, to, .. } => change(
            from.clone().unwrap_or_else(none),
            to.clone().unwrap_or_else(none),
        ),
        K::AddressChanged { from, to, .. } => address_change(visitor, from, to),
        K::ItemDeclared { item, from, to } => {
            let told = |one: &domain::order::Declaration| {
                format!("{} {} {}", one.hs_code, one.origin, one.description)
            };
            format!("{item}: {}", change(told(from), told(to)))
        }
        K::ItemsRemoved { items } => quantities(items),
        K::CoverageChanged {
            promise,
            from,
            to,
            cause,
        } => {
            let change = change(word("cover", name(from)), word("cover", name(to)));
            format!(
                "{}: {change} ({})",
                word("promise", name(promise)),
                self::cause(visitor, cause)
            )
        }
        K::NoteAdded { note } => note.text.clone(),
        K::NoteEdited { from, to, .. } => change(from.clone(), to.clone()),
        K::NoteDeleted { text, .. } => text.clone(),
        K::Tagged { tag } | K::Untagged { tag } => tag.clone(),
        K::ShipmentAdded { shipment } => {
            let numbers = shipment
                .tracking
                .iter()
                .map(|tracking| tracking.number.as_str());
            numbers.collect::<Vec<_>>().join(", ")
        }
        K::ShipmentChanged { from, to, .. } => {
            change(word("shipment", name(from)), word("shipment", name(to)))
        }
        K::TrackingAdded { tracking, .. } => tracking.number.clone(),
        K::TrackingRemoved { number, .. } => number.clone(),
        K::LabelChanged {
            from, to, problem, ..
        } => {
            let change = change(word("label", name(from)), word("label", name(to)));
            if problem.is_empty() {
                change
            } else {
                format!("{change} ({problem})")
            }
        }
        K::MailRequested { mail } => word("mail", name(&mail.kind)),
        K::MailSettled { to, problem, .. } => {
            let settled = word("mailed", name(to));
            if problem.is_empty() {
                settled
            } else {
                format!("{settled} ({problem})")
            }
        }
        K::SyncChanged { from, to } => {
            let state = |sync: &domain::order::Sync| {
                let value = serde_json::to_value(sync).unwrap_or_default();
                word(
                    "sync",
                    value["state"].as_str().unwrap_or_default().to_owned(),
                )
            };
            change(state(from), state(to))
        }
        K::AttentionRaised { attention } => concern(visitor, &attention.concern),
        K::AttentionResolved { note, .. } => note.clone(),
        K::FraudReviewed { from, to } => {
            change(word("review", name(from)), word("review", name(to)))
        }
        K::DisputeOpened { dispute, .. } => dispute.reason.clone(),
        K::DisputeClosed { won, .. } => {
            visitor.say(if *won { "dispute-won" } else { "dispute-lost" }, &[])
        }
        K::Taken { .. } | K::Released | K::RefundRetried { .. } | K::AmountsChanged { .. } => {
            String::new()
        }
    }
}

fn quantities(items: &[(domain::ids::ItemId, u32)]) -> String {
    let each: Vec<String> = items
        .iter()
        .map(|(id, quantity)| format!("{quantity} × {id}"))
        .collect();
    each.join(", ")
}

fn address_change(
    visitor: &Visitor,
    from: &domain::address::Address,
    to: &domain::address::Address,
) -> String {
    let changed = from.differences(to);
    let told = domain::address::FIELDS
        .iter()
        .filter(|field| changed.contains(&field.name))
        .map(|field| {
            let label = visitor.say(&format!("field-{}", field.name.replace('_', "-")), &[]);
            let values = [
                ("from", (field.get)(from).clone()),
                ("to", (field.get)(to).clone()),
            ];
            format!("{label}: {}", visitor.say("change", &values))
        });
    told.collect::<Vec<_>>().join("; ")
}

/// The fact that moved a promise.
pub(crate) fn cause(visitor: &Visitor, cause: &Cause) -> String {
    let value = serde_json::to_value(cause).unwrap_or_default();
    let key = format!(
        "cause-{}",
        value["cause"]
            .as_str()
            .unwrap_or_default()
            .replace('_', "-")
    );
    let said = visitor.say(&key, &[]);
    match cause {
        Cause::HsCodeChanged { from, to } => {
            format!(
                "{said}: {}",
                visitor.say("change", &[("from", from.clone()), ("to", to.clone())])
            )
        }
        Cause::Judged { note } => format!("{said}: {note}"),
        _ => said,
    }
}

/// Why a person has to look.
pub(crate) fn concern(visitor: &Visitor, concern: &Concern) -> String {
    let said = visitor.say(
        &format!("concern-{}", concern.name().replace('_', "-")),
        &[],
    );
    match concern {
        Concern::Label { reason }
        | Concern::SyncFailed { reason }
        | Concern::MailFailed { reason }
        | Concern::GivenUp { reason, .. } => format!("{said}: {reason}"),
        Concern::RefundedInShop { amount } => format!("{said}: {}", visitor.formats.money(*amount)),
        Concern::RefundFailed { .. }
        | Concern::CanceledInShop
        | Concern::RefundedAtProvider { .. }
        | Concern::Disputed
        | Concern::MoneyHeld => said,
    }
}
