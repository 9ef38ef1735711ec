//! The desk: the database, the clock, identifiers, and the bell that wakes the worker. Every use case gets one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use domain::ids::OrganizationId;
use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use tokio::sync::Notify;

use crate::outlet::Outlet;
use crate::store::{Store, StoreError};

/// Everything a use case needs. Cheap to clone; clones share everything.
#[derive(Clone, Debug)]
pub struct Desk {
    store: Store,
    clock: Clock,
    ids: Ids,
    bell: Arc<Notify>,
    webhook_bell: Arc<Notify>,
    outlet: Option<Outlet>,
    url: Arc<str>,
    blocks: Arc<Mutex<HashMap<OrganizationId, (u64, u64)>>>,
}

/// What time it is: the system's, or what a test says.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Microseconds since 1970, set by whoever holds a clone.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands still until it is set.
    pub fn set_to(at: Timestamp) -> Self {
        Self::Set(Arc::new(AtomicI64::new(at.as_microsecond())))
    }

    /// Moves a set clock on; the system's goes by itself.
    pub fn advance_s(&self, seconds: i64) {
        if let Self::Set(us) = self {
            us.fetch_add(seconds * 1_000_000, Ordering::SeqCst);
        }
    }

    /// Now, to the microsecond, which is what is stored.
    #[allow(
        clippy::disallowed_methods,
        reason = "the one place that asks the machine"
    )]
    pub fn now(&self) -> Timestamp {
        let us = match self {
            Self::System => Timestamp::now().as_microsecond(),
            Self::Set(us) => us.load(Ordering::SeqCst),
        };
        Timestamp::from_microsecond(us).unwrap_or_default()
    }
}

/// Identifiers and secrets: random, or repeatable from a seed for the demo and the tests.
#[derive(Clone, Debug)]
pub struct Ids(Arc<Mutex<StdRng>>);

/// Crockford's alphabet: no letters that are mistaken for digits.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl Ids {
    /// From the operating system's randomness.
    pub fn random() -> Self {
        Self(Arc::new(Mutex::new(StdRng::from_os_rng())))
    }

    /// The same sequence for the same seed.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    /// A new identifier: the prefix, ten letters of time in milliseconds, twelve random ones. Later ones sort later.
    pub fn fresh(&self, prefix: &str, at: Timestamp) -> String {
        const TIME_LETTERS: u32 = 10;
        const RANDOM_LETTERS: u32 = 12;
        let time = u64::try_from(at.as_millisecond()).unwrap_or(0);
        let random = self.lock().next_u64();
        let mut id = String::with_capacity(prefix.len() + 22);
        id.push_str(prefix);
        let mut spell = |bits: u64, letters: u32| {
            for place in (0..letters).rev() {
                let letter = (bits >> (5 * place)) & 31;
                id.push(char::from(ALPHABET[usize::try_from(letter).unwrap_or(0)]));
            }
        };
        spell(time, TIME_LETTERS);
        spell(random, RANDOM_LETTERS);
        id
    }

    /// Random bytes, for secrets and salts.
    pub fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.lock().fill_bytes(&mut bytes);
        bytes
    }

    /// Random letters of [`ALPHABET`], five bits each, for secrets that people type.
    pub fn letters<const N: usize>(&self) -> String {
        let bytes = self.random_bytes::<N>();
        let letters = bytes.iter().map(|byte| ALPHABET[usize::from(byte & 31)]);
        letters.map(char::from).collect()
    }

    /// A number below `bound`, for jitter.
    pub fn below(&self, bound: u64) -> u64 {
        self.lock().next_u64() % bound.max(1)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, StdRng> {
        self.0.lock().expect("no holder of the generator panics")
    }
}

/// Where a desk is reached that nobody said an address of.
const NOWHERE: &str = "http://localhost:8080";

/// Desk numbers a process takes from the database at once. What is not used before it ends is a gap.
const BLOCK: u64 = 20;

impl Desk {
    /// A desk on this database.
    pub fn new(store: Store, clock: Clock, ids: Ids) -> Self {
        let (bell, blocks) = (Arc::new(Notify::new()), Arc::default());
        Self {
            store,
            clock,
            ids,
            bell,
            webhook_bell: Arc::default(),
            outlet: None,
            url: NOWHERE.into(),
            blocks,
        }
    }

    /// The same desk, which people reach at this address: `https://desk.example`, without a slash at the end.
    #[must_use]
    pub fn reached_at(self, url: &str) -> Self {
        let url = url.trim_end_matches('/').into();
        Self { url, ..self }
    }

    /// Where people reach the desk, without a slash at the end; what links in e-mails begin with. It is what was set,
    /// never what a request says, which could lead whoever follows a link elsewhere.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same desk, whose webhooks go out by this.
    #[must_use]
    pub fn telling(self, outlet: Outlet) -> Self {
        let outlet = Some(outlet);
        Self { outlet, ..self }
    }

    /// What webhooks go out by; none in a process that sends none.
    pub fn outlet(&self) -> Option<&Outlet> {
        self.outlet.as_ref()
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// What time it is.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The clock itself, which a test may move.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Identifiers and secrets.
    pub fn ids(&self) -> &Ids {
        &self.ids
    }

    /// Rung when a commit left work to do.
    pub fn bell(&self) -> &Notify {
        &self.bell
    }

    /// Rung when a commit left something to tell programs elsewhere.
    pub fn webhook_bell(&self) -> &Notify {
        &self.webhook_bell
    }

    /// Rings for what a commit left: so many jobs, and so many messages of webhooks.
    pub(crate) fn ring(&self, jobs: usize, messages: u64) {
        if jobs > 0 {
            self.bell.notify_one();
        }
        if messages > 0 {
            self.webhook_bell.notify_one();
        }
    }

    /// The next desk number of an organization; unique, growing, with gaps after a restart.
    ///
    /// # Errors
    /// There is no such organization; the database.
    pub async fn next_desk_number(&self, organization: &OrganizationId) -> Result<u64, StoreError> {
        if let Some(number) = self.next_in_block(organization) {
            return Ok(number);
        }
        let first = self.store.take_desk_numbers(organization, BLOCK).await?;
        let mut blocks = self.blocks.lock().expect("no holder panics");
        // Another task may have taken a block meanwhile; the later one replaces what is left of the earlier.
        blocks.insert(organization.clone(), (first + 1, first + BLOCK));
        Ok(first)
    }

    fn next_in_block(&self, organization: &OrganizationId) -> Option<u64> {
        let mut blocks = self.blocks.lock().expect("no holder panics");
        let (next, end) = blocks.get_mut(organization)?;
        if next == end {
            return None;
        }
        *next += 1;
        Some(*next - 1)
    }
}
