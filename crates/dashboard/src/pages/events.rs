//! What happened to an order, in words.

use domain::coverage::Cause;
use domain::event::EventKind;
use domain::money::Money;
use domain::order::{Concern, Declaration, Sync};
use domain::refund::RefundFailure;
use serde::Serialize;

use super::activity::group_of;
use super::query::name;
use crate::visitor::Visitor;

/// What happened, in a word or two.
pub(crate) fn title(visitor: &Visitor, kind: &EventKind) -> String {
    visitor.say(&format!("event-{}", kind.name().replace('_', "-")), &[])
}

/// What changed: from what to what, or how much.
pub(crate) fn detail(visitor: &Visitor, kind: &EventKind) -> String {
    let words = Words(visitor);
    match group_of(kind) {
        "money" => money(&words, kind),
        "shipping" => shipping(&words, kind),
        "notes" | "messages" => message(&words, kind),
        _ => change(&words, kind),
    }
}

/// The visitor's words for states and changes.
struct Words<'a>(&'a Visitor);

impl Words<'_> {
    fn state<T: Serialize>(&self, group: &str, state: &T) -> String {
        self.0
            .say(&format!("{group}-{}", name(state).replace('_', "-")), &[])
    }

    fn change(&self, from: String, to: String) -> String {
        self.0.say("change", &[("from", from), ("to", to)])
    }

    fn states<T: Serialize>(&self, group: &str, from: &T, to: &T) -> String {
        self.change(self.state(group, from), self.state(group, to))
    }

    fn nothing(&self) -> String {
        self.0.say("nothing", &[])
    }

    fn amount(&self, money: Money) -> String {
        self.0.formats.money(money)
    }
}

/// Why a refund failed, and what to do about it.
pub(crate) fn refund_failure(visitor: &Visitor, why: RefundFailure) -> String {
    Words(visitor).state("refund-failure", &why)
}

/// A text with what went wrong behind it.
pub(super) fn with(text: String, problem: &str) -> String {
    if problem.is_empty() {
        text
    } else {
        format!("{text} ({problem})")
    }
}

fn money(words: &Words<'_>, kind: &EventKind) -> String {
    use EventKind as K;
    match kind {
        K::PaymentChanged {
            from, to, reason, ..
        } => with(
            words.states("paid", from, to),
            reason.as_deref().unwrap_or_default(),
        ),
        K::WaitingBegun { waiting } => super::waiting::begun(words.0, waiting),
        K::WaitingEnded {
            outcome,
            amount,
            note,
            ..
        } => {
            let amount = [("amount", words.amount(*amount))];
            let key = format!("waited-{}", name(outcome));
            with(words.0.say(&key, &amount), note)
        }
        K::RefundRequested { refund } => refund.note.clone(),
        K::RefundChanged {
            from,
            to,
            problem,
            failure,
            ..
        } => {
            let why = failure.map(|why| refund_failure(words.0, why));
            with(
                words.states("refund", from, to),
                why.as_ref().unwrap_or(problem),
            )
        }
        K::MoneyMoved { entry } => {
            let positive = entry.lines.iter().filter(|line| line.money.minor > 0);
            let amounts: Vec<String> = positive.map(|line| words.amount(line.money)).collect();
            let movement = words.state("movement", &entry.movement);
            words.0.labelled(&movement, &amounts.join(" + "))
        }
        K::RefundSettledByHand {
            reference, note, ..
        } => format!("{reference}: {note}"),
        K::FeeReturned { fee, .. } => fee.map_or_else(|| words.nothing(), |fee| words.amount(fee)),
        K::RefundedInShop { amount } => words.amount(*amount),
        K::DisputeOpened { dispute, .. } => dispute_reason(words.0, &dispute.reason),
        K::DisputeChanged { dispute, .. } => {
            let state = words.state("dispute-state", &dispute.state());
            let fee = dispute.fee.map(|fee| words.amount(fee));
            with(state, fee.as_deref().unwrap_or_default())
        }
        K::DisputeClosed { won, .. } => words
            .0
            .say(if *won { "dispute-won" } else { "dispute-lost" }, &[]),
        _ => String::new(),
    }
}

fn shipping(words: &Words<'_>, kind: &EventKind) -> String {
    use EventKind as K;
    match kind {
        K::ShipmentAdded { shipment } => {
            let numbers = shipment
                .tracking
                .iter()
                .map(|tracking| tracking.number.as_str());
            numbers.collect::<Vec<_>>().join(", ")
        }
        K::ShipmentChanged { from, to, note, .. } => with(words.states("shipment", from, to), note),
        K::LabelRequested { label, .. } => label.service.clone(),
        K::TrackingAdded { tracking, .. } => tracking.number.clone(),
        K::TrackingRemoved { number, .. } => number.clone(),
        K::LabelChanged {
            from, to, problem, ..
        } => with(words.states("label", from, to), problem),
        _ => String::new(),
    }
}

fn message(words: &Words<'_>, kind: &EventKind) -> String {
    use EventKind as K;
    match kind {
        K::NoteAdded { note } => note.text.clone(),
        K::NoteEdited { from, to, .. } => words.change(from.clone(), to.clone()),
        K::NoteDeleted { text, .. } => text.clone(),
        K::MailRequested { mail } => words.state("mail", &mail.kind),
        K::MailSettled { to, problem, .. } => with(words.state("mailed", to), problem),
        K::SyncChanged { from, to } => {
            let state = |sync: &Sync| {
                let value = serde_json::to_value(sync).unwrap_or_default();
                words.state("sync", &value["state"])
            };
            words.change(state(from), state(to))
        }
        _ => String::new(),
    }
}

fn change(words: &Words<'_>, kind: &EventKind) -> String {
    use EventKind as K;
    match kind {
        K::StatusChanged { from, to, .. } => words.states("status", from, to),
        K::Canceled { cancellation } => cancellation.note.clone(),
        K::Held { note } => note.clone(),
        K::CanceledInShop { reason } => reason.clone(),
        K::NumberChanged { from, to, .. } => {
            let number =
                |number: &Option<String>| number.clone().unwrap_or_else(|| words.nothing());
            words.change(number(from), number(to))
        }
        K::AddressChanged { from, to, .. } => address_change(words.0, from, to),
        K::ItemDeclared { item, from, to } => {
            let told =
                |one: &Declaration| format!("{} {} {}", one.hs_code, one.origin, one.description);
            words
                .0
                .labelled(item.as_str(), &words.change(told(from), told(to)))
        }
        K::ItemsRemoved { items } => quantities(items),
        K::CoverageChanged {
            promise,
            from,
            to,
            cause,
        } => {
            let change = words.states("cover", from, to);
            let change = format!("{change} ({})", self::cause(words.0, cause));
            words.0.labelled(&words.state("promise", promise), &change)
        }
        K::Tagged { tag } | K::Untagged { tag } => tag.clone(),
        K::AttentionRaised { attention } => concern(words.0, &attention.concern),
        K::AttentionResolved { note, .. } => note.clone(),
        K::FraudReviewed { from, to } => words.states("review", from, to),
        _ => String::new(),
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
            visitor.labelled(&label, &visitor.say("change", &values))
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
            let values = [("from", from.clone()), ("to", to.clone())];
            visitor.labelled(&said, &visitor.say("change", &values))
        }
        Cause::Judged { note } => visitor.labelled(&said, note),
        _ => said,
    }
}

/// Why the shopper's bank disputes a charge: in the reader's words where the provider gives one of the reasons that card
/// networks know, else in the provider's.
pub(crate) fn dispute_reason(visitor: &Visitor, reason: &str) -> String {
    const KNOWN: [&str; 15] = [
        "bank_cannot_process",
        "check_returned",
        "credit_not_processed",
        "customer_initiated",
        "debit_not_authorized",
        "duplicate",
        "fraudulent",
        "general",
        "incorrect_account_details",
        "insufficient_funds",
        "noncompliant",
        "product_not_received",
        "product_unacceptable",
        "subscription_canceled",
        "unrecognized",
    ];
    match KNOWN.contains(&reason) {
        true => visitor.say(&format!("dispute-reason-{}", reason.replace('_', "-")), &[]),
        false => reason.to_owned(),
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
        | Concern::MailUnknown { reason }
        | Concern::GivenUp { reason, .. } => visitor.labelled(&said, reason),
        Concern::NotSent { code, reason, .. } => {
            let why = match code.as_str() {
                "shipped" | "label_in_progress" | "cancel_in_shop" | "disputed"
                | "nothing_left" | "nothing_captured" => {
                    visitor.say(&format!("refusal-{}", code.replace('_', "-")), &[])
                }
                _ => reason.clone(),
            };
            visitor.labelled(&said, &why)
        }
        Concern::RefundedInShop { amount } => {
            visitor.labelled(&said, &visitor.formats.money(*amount))
        }
        Concern::RefundFailed { .. }
        | Concern::ApprovalNeeded { .. }
        | Concern::RefundOverdue { .. }
        | Concern::RefundedTwice { .. }
        | Concern::CanceledInShop
        | Concern::RefundedAtProvider { .. }
        | Concern::Disputed
        | Concern::AuthorizationLapsed { .. }
        | Concern::MoneyHeld => said,
        Concern::AuthorizationLapses { at, .. } => {
            format!("{said} {}", visitor.formats.moment(*at))
        }
    }
}
