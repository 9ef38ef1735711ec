//! What the provider booked, as it tells whoever compares books: every charge, and every refund that went or came back.

use domain::money::{Currency, Money};
use domain::reconcile::Kind;
use engine::ports::{Answer, Booked, Movements, MovementsAsk};
use jiff::Timestamp;

use super::{Ledger, SandboxRefund};

/// How many movements a page of the books holds.
const MOVEMENTS_AT_ONCE: usize = 500;

impl Ledger {
    /// So much was taken of a payment, in all.
    pub(super) fn take_in(&mut self, reference: String, captured: Money, at: Option<Timestamp>) {
        let before = self.captured.insert(reference.clone(), captured);
        let before = before.filter(|money| money.currency == captured.currency);
        let minor = captured.minor - before.map_or(0, |money| money.minor);
        self.book(Booked {
            payment_reference: reference,
            kind: Kind::Charge,
            money: Money::new(minor, captured.currency),
            ..movement(at)
        });
    }

    /// A refund leaves the payment, or comes back to it; nothing moves where the sign is none.
    pub(super) fn book_refund(&mut self, refund: &SandboxRefund, sign: i64, at: Option<Timestamp>) {
        self.book(Booked {
            payment_reference: refund.payment_reference.clone(),
            key: Some(refund.key.clone()),
            refund_reference: refund.reference.clone(),
            money: Money::new(sign * refund.money.minor, refund.money.currency),
            ..movement(at)
        });
    }

    /// Lines of before the books were dated are of no known day, and in no period.
    fn book(&mut self, booked: Booked) {
        if booked.at > Timestamp::MIN && booked.money.minor != 0 {
            self.booked.push(booked);
        }
    }

    /// A page of what was booked, in the order in which it was. The sandbox charges no fee.
    pub(crate) fn movements(&self, ask: &MovementsAsk) -> Answer<Movements> {
        let after = ask.after.as_deref().map(str::parse::<usize>).transpose();
        let Ok(after) = after else {
            return Answer::Refused("the page is not one of these books".to_owned());
        };
        let begin = after.unwrap_or(0).min(self.booked.len());
        let mut page = Movements::default();
        for (index, booked) in self.booked.iter().enumerate().skip(begin) {
            if page.booked.len() == MOVEMENTS_AT_ONCE {
                page.next = Some(index.to_string());
                break;
            }
            if ask.period.holds(booked.at) {
                page.booked.push(booked.clone());
            }
        }
        Answer::Done(page)
    }
}

/// A movement of a refund, to be filled in.
fn movement(at: Option<Timestamp>) -> Booked {
    Booked {
        provider: "sandbox".to_owned(),
        payment_reference: String::new(),
        key: None,
        refund_reference: String::new(),
        kind: Kind::Refund,
        at: at.unwrap_or(Timestamp::MIN),
        money: Money::new(0, Currency::USD),
    }
}
