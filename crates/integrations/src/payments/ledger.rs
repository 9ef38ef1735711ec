//! What the sandbox's payment provider knows, and how it decides: pure, over what its books say.

mod booked;

use std::collections::{HashMap, HashSet};

use domain::money::Money;
use domain::payment_settle::PaymentFact;
use domain::refund_settle::RefundFact;
use engine::ports::{Answer, Booked, PaymentAsk, RefundAsk};
use jiff::Timestamp;

use super::record::{Act, Entry, SandboxRefund, Standing, Taken, ToCome};
use crate::books::{Decided, Kept};
use crate::invent::Seed;
use crate::script::{Misbehaviour, no_answer, plan};

const DECLINED: &str = "the shopper's bank declined";

/// All that the provider knows.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    captured: HashMap<String, Money>,
    released: HashSet<String>,
    held: HashMap<String, Option<Timestamp>>,
    ran_out: HashSet<String>,
    pub(super) refunds: Vec<SandboxRefund>,
    pub(super) by_key: HashMap<String, usize>,
    by_reference: HashMap<String, usize>,
    by_payment: HashMap<String, Vec<usize>>,
    taken: HashMap<String, Taken>,
    booked: Vec<Booked>,
    lost: HashSet<String>,
}

impl Kept for Ledger {
    type Entry = Entry;

    fn apply(&mut self, entry: Entry) {
        match entry {
            Entry::Payment {
                reference,
                captured,
                at,
            } => self.take_in(reference, captured, at),
            Entry::Held { reference, until } => {
                self.held.insert(reference, until);
            }
            Entry::RanOut { reference } => {
                self.ran_out.insert(reference);
            }
            Entry::Refund(refund) => {
                if refund.standing == Standing::Succeeded {
                    self.book_refund(&refund, -1, refund.at);
                }
                let index = self.refunds.len();
                self.by_key.insert(refund.key.clone(), index);
                self.by_reference.insert(refund.reference.clone(), index);
                let of_payment = self.by_payment.entry(refund.payment_reference.clone());
                of_payment.or_default().push(index);
                self.refunds.push(refund);
            }
            Entry::RefundChanged {
                key,
                to,
                changed_at,
            } => {
                if let Some(index) = self.by_key.get(&key).copied() {
                    let before = self.refunds[index].clone();
                    let left = |standing: &Standing| i64::from(*standing == Standing::Succeeded);
                    let sign = left(&before.standing) - left(&to);
                    self.book_refund(&before, sign, changed_at);
                    self.refunds[index].standing = to;
                }
            }
            Entry::Taken(taken) => {
                let reference = taken.payment_reference.clone();
                match (&taken.refused, taken.act) {
                    (Some(_), _) => {}
                    (None, Act::Capture) => {
                        self.take_in(reference, taken.money, taken.at);
                    }
                    (None, Act::Release) => {
                        self.released.insert(reference);
                    }
                }
                self.taken.insert(taken.key.clone(), taken);
            }
            Entry::Lost { key } => {
                self.lost.insert(key);
            }
            Entry::Heard { key } => {
                if let Some(index) = self.by_key.get(&key) {
                    self.refunds[*index].to_come = None;
                }
            }
        }
    }
}

impl Ledger {
    pub(crate) fn refunds(&self) -> &[SandboxRefund] {
        &self.refunds
    }

    pub(crate) fn captured(&self, reference: &str) -> Option<Money> {
        self.captured.get(reference).copied()
    }

    /// Answers a question for a refund; a known key is answered as it stands.
    pub(crate) fn refund(
        &self,
        ask: &RefundAsk,
        scripted: Option<Misbehaviour>,
        seed: Seed,
    ) -> Decided<Entry, RefundFact> {
        if let Some(known) = self.by_key.get(&ask.key).map(|index| &self.refunds[*index]) {
            let is_same =
                known.money == ask.money && known.payment_reference == ask.payment_reference;
            let answer = if is_same {
                known.answer()
            } else {
                another_request(&ask.key)
            };
            return Decided::unchanged(scripted, answer);
        }
        let how = plan(scripted, &self.lost, &ask.key, ask.money.minor);
        if how == Some(Misbehaviour::TimeOutBeforeDoing) {
            return self.lose(&ask.key, how);
        }
        let refusal = match how {
            Some(Misbehaviour::Refuse) => Some(DECLINED.to_owned()),
            _ => self.refund_refusal(ask),
        };
        let standing = match (refusal, how) {
            // Kept like every other outcome: were it forgotten, the same key could succeed after it was refused.
            (Some(problem), _) => Standing::Refused { problem },
            (None, Some(Misbehaviour::Pending)) => Standing::Pending,
            (None, _) => Standing::Succeeded,
        };
        let to_come = match how {
            Some(Misbehaviour::FailLater) => Some(ToCome::Failure),
            Some(Misbehaviour::AnswerTwice) => Some(ToCome::Success),
            _ => None,
        };
        let refund = SandboxRefund {
            key: ask.key.clone(),
            payment_reference: ask.payment_reference.clone(),
            money: ask.money,
            order_id: ask.order_id.clone(),
            reference: seed.reference("re_sandbox_", &ask.key),
            to_come: to_come.filter(|_| standing == Standing::Succeeded),
            at: None,
            standing,
        };
        let answer = refund.answer();
        let entries = vec![Entry::Refund(refund)];
        Decided {
            entries,
            how,
            answer,
        }
    }

    /// Why this refund cannot be; a payment that was never registered has no ceiling.
    fn refund_refusal(&self, ask: &RefundAsk) -> Option<String> {
        if ask.payment_reference.is_empty() {
            return Some("the refund names no payment".to_owned());
        }
        if ask.money.minor <= 0 {
            return Some(format!("a refund of {} is no refund", ask.money));
        }
        let captured = self.captured(&ask.payment_reference)?;
        if captured.currency != ask.money.currency {
            return Some(format!("the payment was taken in {}", captured.currency));
        }
        let of_payment = self.by_payment.get(&ask.payment_reference);
        let refunds = of_payment
            .into_iter()
            .flatten()
            .map(|index| &self.refunds[*index]);
        let returned: i128 = refunds
            .filter(|refund| refund.counts())
            .map(|refund| i128::from(refund.money.minor))
            .sum();
        let left = i128::from(captured.minor) - returned;
        (i128::from(ask.money.minor) > left).then(|| {
            let left = Money::new(i64::try_from(left.max(0)).unwrap_or(0), captured.currency);
            format!(
                "{} is more than the {left} that are left of the payment",
                ask.money
            )
        })
    }

    /// Says how a refund stands; one that is pending is finished by being asked about.
    pub(crate) fn refund_status(
        &self,
        key: &str,
        reference: &str,
        scripted: Option<Misbehaviour>,
    ) -> Decided<Entry, RefundFact> {
        let found = self.by_reference.get(reference).or(self.by_key.get(key));
        let Some(refund) = found.map(|index| &self.refunds[*index]) else {
            // Never a failure: the money may have moved all the same, only not in these books.
            let problem = format!("the sandbox does not know the refund {reference}");
            return Decided::unchanged(scripted, Answer::Unknown(problem));
        };
        let stays = matches!(
            scripted,
            Some(Misbehaviour::Pending | Misbehaviour::TimeOutBeforeDoing)
        );
        if refund.standing != Standing::Pending || stays {
            return Decided::unchanged(scripted, refund.answer());
        }
        let standing = match scripted {
            Some(Misbehaviour::Refuse) => Standing::Failed {
                problem: DECLINED.to_owned(),
            },
            _ => Standing::Succeeded,
        };
        let to = standing.clone();
        let key = refund.key.clone();
        let answer = SandboxRefund {
            standing,
            ..refund.clone()
        }
        .answer();
        let entries = vec![Entry::RefundChanged {
            key,
            to,
            changed_at: None,
        }];
        Decided {
            entries,
            how: scripted,
            answer,
        }
    }

    /// Takes an authorised payment, once.
    pub(crate) fn capture(
        &self,
        ask: &PaymentAsk,
        scripted: Option<Misbehaviour>,
    ) -> Decided<Entry, PaymentFact> {
        let reference = &ask.payment_reference;
        let refusal = if self.ran_out.contains(reference) {
            Some("the hold on the payment has run out".to_owned())
        } else if ask.money.minor <= 0 {
            Some(format!("{} cannot be taken", ask.money))
        } else if self.released.contains(reference) {
            Some("the payment was released".to_owned())
        } else {
            let taken = self.captured(reference);
            taken.map(|taken| format!("{taken} were taken of the payment already"))
        };
        self.take(ask, Act::Capture, refusal, scripted)
    }

    /// Releases an authorised payment; releasing it again is no harm.
    pub(crate) fn release(
        &self,
        ask: &PaymentAsk,
        scripted: Option<Misbehaviour>,
    ) -> Decided<Entry, PaymentFact> {
        let taken = self.captured(&ask.payment_reference);
        let refusal = taken.map(|taken| format!("{taken} were taken of it: refund it instead"));
        self.take(ask, Act::Release, refusal, scripted)
    }

    /// How a payment stands, as it came to that. One that was never heard of is held: then everything can be tried by
    /// hand, and the last two digits of its amount decide as elsewhere whether it was declined or is not decided yet.
    pub(crate) fn payment_status(
        &self,
        ask: &PaymentAsk,
        scripted: Option<Misbehaviour>,
    ) -> Decided<Entry, Vec<PaymentFact>> {
        let reference = &ask.payment_reference;
        let expires_at = self.held.get(reference).copied();
        let is_known = expires_at.is_some()
            || self.captured.contains_key(reference)
            || self.released.contains(reference);
        let how = match scripted {
            None if is_known => None,
            scripted => plan(scripted, &self.lost, &ask.key, ask.money.minor),
        };
        let mut facts = vec![PaymentFact::Authorized {
            expires_at: expires_at.flatten(),
        }];
        match how {
            Some(Misbehaviour::TimeOutBeforeDoing | Misbehaviour::TimeOutAfterDoing) => {
                return self.lose(&ask.key, how);
            }
            Some(Misbehaviour::Pending) => facts.clear(),
            Some(Misbehaviour::Refuse) => {
                let reason = DECLINED.to_owned();
                facts = vec![PaymentFact::Failed { reason }];
            }
            _ => {}
        }
        if let Some(captured) = self.captured(reference) {
            let captured_minor = captured.minor;
            facts.push(PaymentFact::Captured { captured_minor });
        } else if self.released.contains(reference) {
            facts.push(PaymentFact::Voided);
        } else if self.ran_out.contains(reference) {
            facts.push(PaymentFact::Expired);
        }
        Decided::unchanged(how, Answer::Done(facts))
    }

    fn take(
        &self,
        ask: &PaymentAsk,
        act: Act,
        refusal: Option<String>,
        scripted: Option<Misbehaviour>,
    ) -> Decided<Entry, PaymentFact> {
        if let Some(known) = self.taken.get(&ask.key) {
            let is_same = known.act == act
                && known.money == ask.money
                && known.payment_reference == ask.payment_reference;
            let answer = if is_same {
                known.answer()
            } else {
                another_request(&ask.key)
            };
            return Decided::unchanged(scripted, answer);
        }
        let how = plan(scripted, &self.lost, &ask.key, ask.money.minor);
        if how == Some(Misbehaviour::TimeOutBeforeDoing) {
            return self.lose(&ask.key, how);
        }
        let refused = match how {
            Some(Misbehaviour::Refuse) => Some(DECLINED.to_owned()),
            _ => refusal,
        };
        let taken = Taken {
            key: ask.key.clone(),
            act,
            payment_reference: ask.payment_reference.clone(),
            money: ask.money,
            refused,
            at: None,
        };
        let answer = taken.answer();
        let entries = vec![Entry::Taken(taken)];
        Decided {
            entries,
            how,
            answer,
        }
    }

    fn lose<T>(&self, key: &str, how: Option<Misbehaviour>) -> Decided<Entry, T> {
        let key = key.to_owned();
        let is_new = !self.lost.contains(&key);
        Decided {
            entries: is_new.then_some(Entry::Lost { key }).into_iter().collect(),
            how,
            answer: no_answer(),
        }
    }
}

fn another_request<T>(key: &str) -> Answer<T> {
    Answer::Refused(format!(
        "the key {key} was used before with another amount or payment"
    ))
}
