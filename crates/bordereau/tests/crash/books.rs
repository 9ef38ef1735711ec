//! What must agree in the end: the provider's books, the desk's refunds, what people wished, and the letters.

use std::collections::BTreeMap;

use domain::order::{MailState, Order, OrderStatus};
use domain::refund::RefundState;

use crate::clerk::{Clerk, Wish};
use crate::support::Desk;
use crate::support::orders::documents;

/// Holds all of them against each other, and tells how many there are.
pub fn agree(desk: &Desk, clerk: &Clerk) -> String {
    let orders = documents(&desk.export("jsonl", &[]));
    let (mut refunds, mut letters) = (BTreeMap::new(), BTreeMap::new());
    for order in &orders {
        as_wished(order, clerk);
        assert!(order.attention.is_empty(), "{:?}", order.attention);
        for refund in &order.refunds {
            assert_eq!(refund.state, RefundState::Succeeded, "{refund:?}");
            refunds.insert(refund.idempotency_key(), refund.parts.total_minor());
        }
        for mail in &order.mails {
            assert_eq!(mail.state, MailState::Sent, "{mail:?}");
            letters.insert(mail.id.0.clone(), 1);
        }
    }
    let at_provider = refunds_at_provider(desk);
    assert_eq!(at_provider, refunds, "the provider's refunds are not ours");
    let sent = sent_letters(desk);
    assert_eq!(sent, letters, "the letters are not ours");
    format!(
        "{} refunds here and at the provider, {} letters",
        refunds.len(),
        letters.len()
    )
}

/// What the people wished is what was done, once each.
fn as_wished(order: &Order, clerk: &Clerk) {
    let wishes = clerk.plans.iter().filter(|plan| plan.order == order.id.0);
    let wishes: Vec<Wish> = wishes.map(|plan| plan.wish).collect();
    let is_to_cancel = wishes
        .iter()
        .any(|wish| matches!(wish, Wish::Cancel { .. }));
    let wished: i64 = wishes
        .iter()
        .map(|wish| match wish {
            Wish::Refund { minor, .. } => *minor,
            Wish::Cancel { .. } => 0,
        })
        .sum();
    let all = order.paid().total_minor();
    let expected = if is_to_cancel { all } else { wished };
    assert_eq!(order.returned_minor(), expected, "{}", order.id);
    let is_canceled = order.status == OrderStatus::Canceled;
    assert_eq!(is_canceled, is_to_cancel, "{}", order.id);
    let letters = wishes.iter().filter(|wish| match wish {
        Wish::Refund { notify, .. } | Wish::Cancel { notify } => *notify,
    });
    assert_eq!(order.mails.len(), letters.count(), "{}", order.id);
}

/// What the provider has refunded, by the key it was asked with; each must be there once.
fn refunds_at_provider(desk: &Desk) -> BTreeMap<String, i64> {
    let lines = lines(desk, "payments.jsonl");
    let refunds = lines.iter().filter(|line| line["entry"] == "refund");
    once(refunds.map(|line| (&line["key"], line["money"]["minor"].as_i64().unwrap())))
}

/// The letters that went out, each once.
fn sent_letters(desk: &Desk) -> BTreeMap<String, i64> {
    let lines = lines(desk, "letters.jsonl");
    once(lines.iter().map(|line| (&line["id"], 1)))
}

fn once<'a>(found: impl Iterator<Item = (&'a serde_json::Value, i64)>) -> BTreeMap<String, i64> {
    let mut all = BTreeMap::new();
    for (name, value) in found {
        let name = name.as_str().unwrap().to_owned();
        assert!(all.insert(name.clone(), value).is_none(), "{name} twice");
    }
    all
}

fn lines(desk: &Desk, book: &str) -> Vec<serde_json::Value> {
    let path = desk.data().join("sandbox").join(book);
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let read = |line| serde_json::from_str(line).unwrap();
    text.lines().map(read).collect()
}
