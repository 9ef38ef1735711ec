//! The sandbox: every port on one folder, and a handle to make it misbehave and to see what it did.
//!
//! What it was asked and what it said stands in `sandbox/*.jsonl` of the desk's data folder, and letters in `outbox/`:
//! a restart or a crash of the desk forgets nothing of it. The handle reads and writes files; a caller in async work
//! calls it aside, as with every file.

use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use domain::money::Money;
use engine::desk::Clock;
use engine::ports::{Ports, ShopNews};
use jiff::{SignedDuration, Timestamp};

use crate::carriers::sandbox::{SandboxCarrier, SandboxLabel};
use crate::invent::Seed;
use crate::mail::outbox::{Outbox, OutboxLetter};
use crate::payments::sandbox::SandboxPayments;
use crate::payments::{News, SandboxRefund};
use crate::rates::table::RateTable;
use crate::script::{Call, Misbehaviour, Script};
use crate::shops::sandbox::SandboxShop;

/// How long after it is first looked for news is told: the plain answer has to be recorded before.
const NEWS_AFTER: SignedDuration = SignedDuration::from_secs(30);

/// A handle on the sandbox. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Sandbox {
    payments: Arc<SandboxPayments>,
    carrier: Arc<SandboxCarrier>,
    shop: Arc<SandboxShop>,
    outbox: Arc<Outbox>,
    script: Arc<Script>,
    noticed: Arc<Mutex<HashMap<String, Timestamp>>>,
}

/// Opens the sandbox of the desk whose data folder this is, making what is missing. What it makes up derives from
/// `seed`; what stands in its books already stays as it was said.
///
/// # Errors
/// The folder cannot be written, or a line of its books cannot be read.
pub fn sandbox_ports(folder: &Path, seed: u64) -> io::Result<(Ports, Sandbox)> {
    let books = folder.join("sandbox");
    std::fs::create_dir_all(&books)?;
    let (seed, script) = (Seed(seed), Arc::new(Script::default()));
    let shared = || Arc::clone(&script);
    let payments = SandboxPayments::open(&books.join("payments.jsonl"), seed, shared())?;
    let carrier = SandboxCarrier::open(&books.join("labels.jsonl"), seed, shared())?;
    let shop = SandboxShop::open(&books.join("shops.jsonl"), shared())?;
    let list = books.join("letters.jsonl");
    let outbox = Outbox::open(&folder.join("outbox"), &list, shared())?;
    let sandbox = Sandbox {
        payments: Arc::new(payments),
        carrier: Arc::new(carrier),
        shop: Arc::new(shop),
        outbox: Arc::new(outbox),
        noticed: Arc::default(),
        script,
    };
    let ports = Ports {
        payments: sandbox.payments.clone(),
        carriers: sandbox.carrier.clone(),
        shops: sandbox.shop.clone(),
        mail: sandbox.outbox.clone(),
        rates: Arc::new(RateTable::new(sandbox.script.clone())),
        // What the sandbox says by itself is asked for.
        hooks: Vec::new(),
    };
    Ok((ports, sandbox))
}

impl Sandbox {
    /// Makes the next call of this kind go wrong; what is said several times happens to as many calls, in order.
    pub fn misbehave(&self, call: Call, misbehaviour: Misbehaviour) {
        self.script.add(call, misbehaviour);
    }

    /// Dates what the provider books from now on by this clock instead of the machine's.
    pub fn keep_time(&self, clock: Clock) {
        self.payments.keep_time(clock);
    }

    /// Tells the provider that so much was taken of each of these payments, in all, by the provider's reference: from
    /// then on no more goes back. A payment that is neither registered nor captured here has no ceiling.
    ///
    /// # Errors
    /// The books cannot be written.
    pub fn register_payments(&self, payments: Vec<(String, Money)>) -> io::Result<()> {
        self.payments.register(payments)
    }

    /// One payment, as for [`register_payments`](Self::register_payments).
    ///
    /// # Errors
    /// The books cannot be written.
    pub fn register_payment(&self, reference: &str, captured: Money) -> io::Result<()> {
        self.register_payments(vec![(reference.to_owned(), captured)])
    }

    /// Tells the provider that a payment is held on a card, until then where that is known.
    ///
    /// # Errors
    /// The books cannot be written.
    pub fn hold_payment(&self, reference: &str, until: Option<Timestamp>) -> io::Result<()> {
        self.payments.hold(reference, until)
    }

    /// Tells the provider that what was held of a payment has run out: it cannot be taken any more.
    ///
    /// # Errors
    /// The books cannot be written.
    pub fn let_payment_run_out(&self, reference: &str) -> io::Result<()> {
        self.payments.run_out(reference)
    }

    /// Everything the provider says without being asked, at once, until it is [`heard`](Self::heard): refunds that
    /// failed after they had succeeded, and successes once more.
    ///
    /// # Errors
    /// The books cannot be read or written.
    pub fn news(&self) -> io::Result<Vec<News>> {
        let unheard = self.payments.unheard()?;
        self.tell(unheard.into_iter().map(|news| news.key).collect())
    }

    /// The news that is due: half a minute after it was first looked for, so that it does not overtake the plain
    /// answer. What the server polls.
    ///
    /// # Errors
    /// The books cannot be read or written.
    pub fn due_news(&self, now: Timestamp) -> io::Result<Vec<News>> {
        let unheard = self.payments.unheard()?;
        let mut noticed = self.noticed.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = |news: &News| {
            let since = *noticed.entry(news.key.clone()).or_insert(now);
            now.duration_since(since) >= NEWS_AFTER
        };
        let due = unheard.into_iter().filter(is_due);
        let keys = due.map(|news| news.key).collect();
        drop(noticed);
        self.tell(keys)
    }

    /// Ends the news of a refund: the desk has recorded it.
    ///
    /// # Errors
    /// The books cannot be written.
    pub fn heard(&self, key: &str) -> io::Result<()> {
        self.payments.heard(key)
    }

    /// Every refund the provider was asked for, in order, with where it stands.
    ///
    /// # Errors
    /// The books cannot be read.
    pub fn refunds(&self) -> io::Result<Vec<SandboxRefund>> {
        self.payments.refunds()
    }

    /// Every label the carrier was asked for, in order.
    ///
    /// # Errors
    /// The books cannot be read.
    pub fn labels(&self) -> io::Result<Vec<SandboxLabel>> {
        self.carrier.labels()
    }

    /// What the shop was last told of an order, by the connection and the shop's own id.
    ///
    /// # Errors
    /// The books cannot be read.
    pub fn last_told(&self, connection: &str, external_id: &str) -> io::Result<Option<ShopNews>> {
        self.shop.last(connection, external_id)
    }

    /// How often the shop was told the news of this key.
    ///
    /// # Errors
    /// The books cannot be read.
    pub fn times_told(&self, key: &str) -> io::Result<u64> {
        self.shop.times(key)
    }

    /// Every letter in the outbox, in the order they were sent.
    ///
    /// # Errors
    /// The books cannot be read.
    pub fn letters(&self) -> io::Result<Vec<OutboxLetter>> {
        self.outbox.letters()
    }

    fn tell(&self, keys: HashSet<String>) -> io::Result<Vec<News>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        self.payments.tell(&keys)
    }
}
