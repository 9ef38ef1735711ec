//! The sandbox's payment provider: idempotent by key as the real ones are, and never returning more than it took.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use domain::money::Money;
use domain::payment_settle::PaymentFact;
use domain::refund_settle::RefundFact;
use engine::desk::Clock;
use engine::ports::{Answer, Movements, MovementsAsk, PaymentAsk, Payments, RefundAsk};
use jiff::Timestamp;

use super::ledger::Ledger;
use super::record::{Entry, News, SandboxRefund};
use crate::books::{Books, Decided};
use crate::invent::Seed;
use crate::script::{Call, Script};

/// The payment provider of the sandbox.
pub struct SandboxPayments {
    books: Arc<Books<Ledger>>,
    script: Arc<Script>,
    seed: Seed,
    clock: Mutex<Clock>,
}

impl SandboxPayments {
    pub(crate) fn open(path: &Path, seed: Seed, script: Arc<Script>) -> io::Result<Self> {
        let books = Books::open(path)?;
        Ok(Self {
            books,
            script,
            seed,
            clock: Mutex::new(Clock::System),
        })
    }

    /// Dates what is booked from now on by this clock.
    pub(crate) fn keep_time(&self, clock: Clock) {
        *self.clock.lock().unwrap_or_else(PoisonError::into_inner) = clock;
    }

    fn now(&self) -> Timestamp {
        let clock = self.clock.lock().unwrap_or_else(PoisonError::into_inner);
        clock.now()
    }

    /// Writes down what was taken for these payments, in all; what is known already is not written again.
    pub(crate) fn register(&self, payments: Vec<(String, Money)>) -> io::Result<()> {
        let now = self.now();
        self.books.write(|ledger| {
            let is_news = |(reference, captured): &(String, Money)| {
                ledger.captured(reference) != Some(*captured)
            };
            let entry = |(reference, captured)| Entry::Payment {
                reference,
                captured,
                at: Some(now),
            };
            let payments = payments.into_iter().filter(is_news);
            (payments.map(entry).collect(), ())
        })
    }

    /// Writes down that a payment is held, until then where that is known.
    pub(crate) fn hold(&self, reference: &str, until: Option<Timestamp>) -> io::Result<()> {
        let reference = reference.to_owned();
        self.books
            .write(|_| (vec![Entry::Held { reference, until }], ()))
    }

    /// Writes down that what was held of a payment has run out.
    pub(crate) fn run_out(&self, reference: &str) -> io::Result<()> {
        let reference = reference.to_owned();
        self.books
            .write(|_| (vec![Entry::RanOut { reference }], ()))
    }

    pub(crate) fn refunds(&self) -> io::Result<Vec<SandboxRefund>> {
        self.books.read(|ledger| ledger.refunds().to_vec())
    }

    pub(crate) fn unheard(&self) -> io::Result<Vec<News>> {
        self.books.read(Ledger::unheard)
    }

    pub(crate) fn tell(&self, keys: &HashSet<String>) -> io::Result<Vec<News>> {
        let now = self.now();
        self.books.write(|ledger| {
            let (entries, news) = ledger.tell(keys);
            (
                entries.into_iter().map(|entry| entry.dated(now)).collect(),
                news,
            )
        })
    }

    pub(crate) fn heard(&self, key: &str) -> io::Result<()> {
        let key = key.to_owned();
        self.books.write(|ledger| match ledger.is_unheard(&key) {
            true => (vec![Entry::Heard { key }], ()),
            false => (Vec::new(), ()),
        })
    }
}

#[async_trait]
impl Payments for SandboxPayments {
    async fn refund(&self, ask: &RefundAsk) -> Answer<RefundFact> {
        let scripted = self.script.next(Call::Refund);
        let (ask, seed, now) = (ask.clone(), self.seed, self.now());
        self.books
            .answer(move |ledger| dated(ledger.refund(&ask, scripted, seed), now))
            .await
    }

    async fn refund_status(&self, ask: &RefundAsk, reference: &str) -> Answer<RefundFact> {
        let scripted = self.script.next(Call::RefundStatus);
        let (key, reference, now) = (ask.key.clone(), reference.to_owned(), self.now());
        self.books
            .answer(move |ledger| dated(ledger.refund_status(&key, &reference, scripted), now))
            .await
    }

    async fn capture(&self, ask: &PaymentAsk) -> Answer<PaymentFact> {
        let scripted = self.script.next(Call::Capture);
        let (ask, now) = (ask.clone(), self.now());
        self.books
            .answer(move |ledger| dated(ledger.capture(&ask, scripted), now))
            .await
    }

    async fn void(&self, ask: &PaymentAsk) -> Answer<PaymentFact> {
        let scripted = self.script.next(Call::Release);
        let (ask, now) = (ask.clone(), self.now());
        self.books
            .answer(move |ledger| dated(ledger.release(&ask, scripted), now))
            .await
    }

    async fn movements(&self, ask: &MovementsAsk) -> Answer<Movements> {
        let ask = ask.clone();
        self.books
            .answer(move |ledger| Decided::unchanged(None, ledger.movements(&ask)))
            .await
    }

    async fn payment_status(&self, ask: &PaymentAsk) -> Answer<Vec<PaymentFact>> {
        let scripted = self.script.next(Call::PaymentStatus);
        let ask = ask.clone();
        self.books
            .answer(move |ledger| ledger.payment_status(&ask, scripted))
            .await
    }
}

/// What is written down, with its date.
fn dated<T>(decided: Decided<Entry, T>, now: Timestamp) -> Decided<Entry, T> {
    let entries = decided.entries.into_iter();
    Decided {
        entries: entries.map(|entry| entry.dated(now)).collect(),
        ..decided
    }
}
