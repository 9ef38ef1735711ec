//! The sandbox's payment provider: idempotent by key as the real ones are, and never returning more than it took.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use domain::money::Money;
use domain::payment_settle::PaymentFact;
use domain::refund_settle::RefundFact;
use engine::ports::{Answer, PaymentAsk, PaymentReport, Payments, RefundAsk};

use super::ledger::Ledger;
use super::record::{Entry, News, SandboxRefund};
use crate::books::Books;
use crate::invent::Seed;
use crate::script::{Call, Script};

/// The payment provider of the sandbox.
pub struct SandboxPayments {
    books: Arc<Books<Ledger>>,
    script: Arc<Script>,
    seed: Seed,
}

impl SandboxPayments {
    pub(crate) fn open(path: &Path, seed: Seed, script: Arc<Script>) -> io::Result<Self> {
        let books = Books::open(path)?;
        Ok(Self {
            books,
            script,
            seed,
        })
    }

    /// Writes down what was taken for these payments, in all; what is known already is not written again.
    pub(crate) fn register(&self, payments: Vec<(String, Money)>) -> io::Result<()> {
        self.books.write(|ledger| {
            let is_news = |(reference, captured): &(String, Money)| {
                ledger.captured(reference) != Some(*captured)
            };
            let entry = |(reference, captured)| Entry::Payment {
                reference,
                captured,
            };
            let payments = payments.into_iter().filter(is_news);
            (payments.map(entry).collect(), ())
        })
    }

    pub(crate) fn refunds(&self) -> io::Result<Vec<SandboxRefund>> {
        self.books.read(|ledger| ledger.refunds().to_vec())
    }

    pub(crate) fn unheard(&self) -> io::Result<Vec<News>> {
        self.books.read(Ledger::unheard)
    }

    pub(crate) fn tell(&self, keys: &HashSet<String>) -> io::Result<Vec<News>> {
        self.books.write(|ledger| ledger.tell(keys))
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
        let (ask, seed) = (ask.clone(), self.seed);
        self.books
            .answer(move |ledger| ledger.refund(&ask, scripted, seed))
            .await
    }

    async fn refund_status(&self, ask: &RefundAsk, reference: &str) -> Answer<RefundFact> {
        let scripted = self.script.next(Call::RefundStatus);
        let (key, reference) = (ask.key.clone(), reference.to_owned());
        self.books
            .answer(move |ledger| ledger.refund_status(&key, &reference, scripted))
            .await
    }

    async fn capture(&self, ask: &PaymentAsk) -> Answer<PaymentFact> {
        let scripted = self.script.next(Call::Capture);
        let ask = ask.clone();
        self.books
            .answer(move |ledger| ledger.capture(&ask, scripted))
            .await
    }

    async fn void(&self, ask: &PaymentAsk) -> Answer<PaymentFact> {
        let scripted = self.script.next(Call::Release);
        let ask = ask.clone();
        self.books
            .answer(move |ledger| ledger.release(&ask, scripted))
            .await
    }

    async fn report(&self, ask: &PaymentAsk) -> Answer<PaymentReport> {
        let ask = ask.clone();
        self.books.answer(move |ledger| ledger.report(&ask)).await
    }
}
