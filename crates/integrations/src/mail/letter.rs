//! What stands in an e-mail to the shopper, in English and French: plain text, short. Any other language reads English.

use domain::ids::MailId;
use domain::money::Money;
use domain::order::{MailKind, Order};
use domain::refund::RefundState;
use domain::shipment::{Shipment, Tracking};
use engine::ports::Letter;

/// The words of an e-mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    pub subject: String,
    pub text: String,
}

#[derive(Clone, Copy)]
enum Language {
    English,
    French,
}

/// Writes a letter in the shopper's language.
pub(crate) fn words(letter: &Letter) -> Words {
    let primary = letter.language.split('-').next().unwrap_or_default();
    let language = if primary.eq_ignore_ascii_case("fr") {
        Language::French
    } else {
        Language::English
    };
    let order = &letter.order;
    let (subject, body) = match letter.kind {
        MailKind::Cancellation => cancellation(order, language),
        MailKind::Refund => refund(order, &letter.id, language),
        MailKind::Shipment => shipment(order, &letter.id, language),
    };
    let greeting = match language {
        Language::English => "Hello,",
        Language::French => "Bonjour,",
    };
    let reply = match language {
        Language::English => "If you have any questions, reply to this e-mail.",
        Language::French => "Pour toute question, répondez à cet e-mail.",
    };
    let text = format!("{greeting}\n\n{body}\n\n{reply}\n");
    Words { subject, text }
}

fn cancellation(order: &Order, language: Language) -> (String, String) {
    let number = number(order);
    let canceled = order.cancellation.as_ref();
    let of_it = order.refunds.iter().filter(|refund| {
        let is_of_it = canceled.is_some_and(|canceled| canceled.refunds.contains(&refund.id));
        is_of_it && refund.state == RefundState::Succeeded
    });
    let returned = order.money(of_it.map(|refund| refund.parts.total_minor()).sum());
    let is_free = order.is_paid_here() && order.captured_minor() == 0;
    match language {
        Language::English => {
            let money = money_back(returned, language)
                .or_else(|| is_free.then(|| "You were not charged for it.".to_owned()));
            let body = format!("Your order {number} has been canceled.");
            (
                format!("Your order {number} is canceled"),
                joined(body, money),
            )
        }
        Language::French => {
            let money = money_back(returned, language)
                .or_else(|| is_free.then(|| "Elle ne vous a pas été débitée.".to_owned()));
            let body = format!("Votre commande {number} a été annulée.");
            (
                format!("Votre commande {number} est annulée"),
                joined(body, money),
            )
        }
    }
}

fn refund(order: &Order, id: &MailId, language: Language) -> (String, String) {
    let number = number(order);
    let about = about(id);
    let found = order
        .refunds
        .iter()
        .find(|refund| refund.id.as_str() == about);
    let returned = found.map_or_else(
        || order.returned_minor(),
        |refund| refund.parts.total_minor(),
    );
    let money = money_back(order.money(returned), language);
    match language {
        Language::English => {
            let body = format!("We have made a refund for your order {number}.");
            (
                format!("A refund for your order {number}"),
                joined(body, money),
            )
        }
        Language::French => {
            let body = format!("Nous avons remboursé votre commande {number}.");
            (
                format!("Un remboursement de votre commande {number}"),
                joined(body, money),
            )
        }
    }
}

fn shipment(order: &Order, id: &MailId, language: Language) -> (String, String) {
    let number = number(order);
    let about = about(id);
    let found = order
        .shipments
        .iter()
        .find(|shipment| shipment.id.as_str() == about);
    let numbers = found.map(tracking_lines).filter(|lines| !lines.is_empty());
    match language {
        Language::English => {
            let body = format!("Your order {number} is on its way.");
            let follow = numbers.map(|lines| format!("Follow it with:\n{lines}"));
            (
                format!("Your order {number} is on its way"),
                joined(body, follow),
            )
        }
        Language::French => {
            let body = format!("Votre commande {number} est en route.");
            let follow = numbers.map(|lines| format!("Suivez-la avec :\n{lines}"));
            (
                format!("Votre commande {number} est en route"),
                joined(body, follow),
            )
        }
    }
}

fn money_back(returned: Money, language: Language) -> Option<String> {
    let sentence = match language {
        Language::English => format!(
            "{returned} go back to the means of payment you used. Depending on your bank this takes up to ten days."
        ),
        Language::French => format!(
            "{returned} sont reversés sur votre moyen de paiement. Selon votre banque, cela prend jusqu'à dix jours."
        ),
    };
    (returned.minor > 0).then_some(sentence)
}

fn tracking_lines(shipment: &Shipment) -> String {
    let line = |tracking: &Tracking| format!("  {} {}", tracking.carrier, tracking.number);
    let lines: Vec<String> = shipment.tracking.iter().map(line).collect();
    lines.join("\n")
}

fn joined(body: String, more: Option<String>) -> String {
    match more {
        Some(more) => format!("{body}\n\n{more}"),
        None => body,
    }
}

/// The shop's number, which the shopper knows, or else ours.
fn number(order: &Order) -> String {
    let number = order.number.clone();
    number.unwrap_or_else(|| order.desk_number.to_string())
}

/// What a mail is about: its identifier is made of it.
fn about(id: &MailId) -> &str {
    id.as_str().strip_prefix(MailId::PREFIX).unwrap_or_default()
}
