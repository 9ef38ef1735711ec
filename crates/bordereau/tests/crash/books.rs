//! What must agree in the end: the provider's books, the desk's, what people wished, and the letters that arrived.

use std::collections::{BTreeMap, BTreeSet};

use domain::order::{Attention, Concern, MailState, Order, OrderStatus};
use domain::payment::PaymentState;
use domain::refund::RefundState;

use crate::account::{Account, text};
use crate::clerk::{Clerk, Wish};
use crate::scripted_smtp::Scripted;
use crate::support::Desk;
use crate::support::orders::documents;

/// Holds all of them against each other, and tells how many there are.
pub fn agree(desk: &Desk, clerk: &Clerk, account: &Account, mail: &Scripted) -> String {
    let orders = documents(&desk.export("jsonl", &[]));
    let mut wishes: BTreeMap<&str, Vec<Wish>> = BTreeMap::new();
    for plan in &clerk.plans {
        wishes.entry(&plan.order).or_default().push(plan.wish);
    }
    for order in &orders {
        let wishes = wishes.get(order.id.as_str());
        as_wished(order, wishes.map_or(&[], Vec::as_slice));
    }
    let refunds = refunds_at_provider(account);
    assert_eq!(refunds, our_refunds(&orders), "the refunds are not ours");
    let payments = payments_at_provider(account);
    assert_eq!(payments, our_payments(&orders), "the payments are not ours");
    let letters = letters_agree(&orders, mail);
    let returned_minor: i64 = refunds.values().map(|(_, minor)| minor).sum();
    let wished = |is_such: fn(&Wish) -> bool| {
        let plans = clerk.plans.iter();
        plans.filter(|plan| is_such(&plan.wish)).count()
    };
    let captures = wished(|wish| matches!(wish, Wish::Capture { .. }));
    let voids = payments
        .values()
        .filter(|(state, _)| *state == PaymentState::Voided);
    format!(
        "{} refunds of {returned_minor} cents, {captures} captures and {} voids here and at the provider; {letters}",
        refunds.len(),
        voids.count()
    )
}

/// What the people wished is what was done, once each, and nothing else asks for them but a letter in doubt.
fn as_wished(order: &Order, wishes: &[Wish]) {
    let (mut is_to_cancel, mut wished_minor) = (false, 0);
    for wish in wishes {
        match wish {
            Wish::Refund { minor, .. } => wished_minor += minor,
            Wish::Capture { minor } => assert_eq!(order.captured_minor(), *minor, "{}", order.id),
            Wish::Cancel { .. } => is_to_cancel = true,
        }
    }
    let all = order.captured_minor();
    let expected = if is_to_cancel { all } else { wished_minor };
    assert_eq!(order.returned_minor(), expected, "{}", order.id);
    let is_canceled = order.status == OrderStatus::Canceled;
    assert_eq!(is_canceled, is_to_cancel, "{}", order.id);
    let letters = wishes.iter().filter(|wish| wish.notifies());
    assert_eq!(order.mails.len(), letters.count(), "{}", order.id);
    let (in_doubt, others) = order
        .attention
        .iter()
        .partition::<Vec<_>, _>(|told| matches!(told.concern, Concern::MailUnknown { .. }));
    assert_eq!(others, Vec::<&Attention>::new(), "{}", order.id);
    let mut mails = order.mails.iter();
    // Several letters in doubt for the same reason are one thing to look at.
    let is_in_doubt = mails.any(|mail| mail.state == MailState::Unknown);
    assert_eq!(in_doubt.len(), usize::from(is_in_doubt), "{}", order.id);
}

/// Refunds by the key they are asked for with: of which payment, and how much.
type Refunds = BTreeMap<String, (String, i64)>;

fn our_refunds(orders: &[Order]) -> Refunds {
    let of_order = |order: &Order| {
        let payment = order.payments[0].reference.clone();
        let refunds = order.refunds.iter().map(move |refund| {
            assert_eq!(refund.state, RefundState::Succeeded, "{refund:?}");
            let minor = refund.parts.total_minor();
            (refund.idempotency_key(), (payment.clone(), minor))
        });
        refunds.collect::<Vec<_>>()
    };
    once(orders.iter().flat_map(of_order))
}

fn refunds_at_provider(account: &Account) -> Refunds {
    once(account.refunds().iter().map(|refund| {
        assert_eq!(refund["status"], "succeeded", "{refund}");
        let key = text(&refund["metadata"]["bordereau_key"]);
        let minor = refund["amount"].as_i64().unwrap();
        (key, (text(&refund["payment_intent"]), minor))
    }))
}

/// Payments by their references: how they stand, and how much of each was taken.
type Payments = BTreeMap<String, (PaymentState, i64)>;

fn our_payments(orders: &[Order]) -> Payments {
    once(orders.iter().map(|order| {
        let payment = &order.payments[0];
        let stands = (payment.state, payment.captured_minor);
        (payment.reference.clone(), stands)
    }))
}

fn payments_at_provider(account: &Account) -> Payments {
    once(account.payments().iter().map(|payment| {
        let state = match payment["status"].as_str().unwrap() {
            "succeeded" => PaymentState::Captured,
            "canceled" => PaymentState::Voided,
            _ => panic!("it was to be taken or released: {payment}"),
        };
        let minor = payment["amount_received"].as_i64().unwrap();
        (text(&payment["id"]), (state, minor))
    }))
}

/// Whatever the desk says was sent has arrived, and nothing arrived twice; tells how many.
fn letters_agree(orders: &[Order], mail: &Scripted) -> String {
    let (mut sent, mut in_doubt) = (BTreeSet::new(), BTreeSet::new());
    for mail in orders.iter().flat_map(|order| &order.mails) {
        let is_new = match mail.state {
            MailState::Sent => sent.insert(mail.id.0.clone()),
            MailState::Unknown => in_doubt.insert(mail.id.0.clone()),
            MailState::Requested | MailState::Failed => panic!("{mail:?}"),
        };
        assert!(is_new, "{mail:?} twice");
    }
    let letters = mail.letters();
    let arrived = once(letters.iter().map(|letter| (id_of(letter), ())));
    let arrived: BTreeSet<String> = arrived.into_keys().collect();
    let missing: Vec<_> = sent.difference(&arrived).collect();
    assert_eq!(missing, Vec::<&String>::new(), "said to be sent");
    let known: BTreeSet<String> = sent.union(&in_doubt).cloned().collect();
    let strange: Vec<_> = arrived.difference(&known).collect();
    assert_eq!(strange, Vec::<&String>::new(), "nobody wished for these");
    format!(
        "{} letters arrived, each once; {} are in doubt, of which {} arrived",
        arrived.len(),
        in_doubt.len(),
        arrived.intersection(&in_doubt).count()
    )
}

/// The desk's id of a letter, which its Message-ID begins with.
fn id_of(letter: &str) -> String {
    let line = letter
        .lines()
        .find_map(|line| line.strip_prefix("Message-ID: <"));
    let (id, _) = line.unwrap().split_once('@').unwrap();
    id.to_owned()
}

fn once<T>(found: impl Iterator<Item = (String, T)>) -> BTreeMap<String, T> {
    let mut all = BTreeMap::new();
    for (name, value) in found {
        assert!(all.insert(name.clone(), value).is_none(), "{name} twice");
    }
    all
}
