//! The doctor: looks at everything a desk holds, changes nothing, and says what to do about what it finds.

use std::fmt;

use domain::apply::replay;
use domain::ids::OrderId;
use domain::journal::imbalances;
use domain::money::Money;
use domain::order::Order;

use crate::store::open_refunds::OpenRefund;
use crate::store::upkeep::Stored;
use crate::store::{Store, StoreError};

/// Orders examined at once.
const PAGE: u32 = 200;

/// How much was examined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Examined {
    /// Organizations.
    pub organizations: u64,
    /// Orders.
    pub orders: u64,
    /// Events.
    pub events: u64,
}

/// Something that is not as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The database finds its own file damaged.
    File(String),
    /// A document or an event cannot be read.
    Unreadable(OrderId, String),
    /// The history does not make an order.
    History(OrderId, String),
    /// The document is not what its events make.
    Differs(OrderId),
    /// The row claims another version than the document.
    Version(OrderId, i64, u64),
    /// The journal does not sum to zero.
    Unbalanced(OrderId, Vec<Money>),
    /// The list shows something else than the document says.
    Listed(OrderId),
    /// The queue of refunds shows something else than the document says.
    Queued(OrderId),
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(what) => write!(f, "the database file: {what}"),
            Self::Unreadable(id, why) => write!(f, "order {id} cannot be read: {why}"),
            Self::History(id, why) => write!(f, "the history of order {id} is broken: {why}"),
            Self::Differs(id) => write!(f, "order {id} is not what its history makes"),
            Self::Version(id, row, document) => {
                write!(
                    f,
                    "order {id} is stored as version {row} and says {document}"
                )
            }
            Self::Unbalanced(id, sums) => {
                let sums: Vec<String> = sums.iter().map(Money::to_string).collect();
                write!(f, "the journal of order {id} is out by {}", sums.join(", "))
            }
            Self::Listed(id) => write!(f, "the list shows order {id} otherwise than it is"),
            Self::Queued(id) => {
                write!(
                    f,
                    "the queue of refunds shows order {id} otherwise than it is"
                )
            }
        }
    }
}

impl Finding {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::File(_) => {
                "stop the desk, keep a copy of the file, and go back to the last backup that the doctor finds well"
            }
            Self::Unreadable(..) | Self::History(..) => {
                "was the desk run by a newer version before? run that one; else compare with a backup"
            }
            Self::Differs(_)
            | Self::Version(..)
            | Self::Unbalanced(..)
            | Self::Listed(_)
            | Self::Queued(_) => {
                "the row was changed past the desk: compare with a backup, and tell the makers if nobody did"
            }
        }
    }
}

/// Examines everything.
///
/// # Errors
/// The database does not answer.
pub async fn examine(
    store: &Store,
    on_finding: &mut dyn FnMut(&Finding),
    on_progress: &mut dyn FnMut(u64),
) -> Result<Examined, StoreError> {
    let mut examined = Examined::default();
    for what in store.check_file().await? {
        on_finding(&Finding::File(what));
    }
    for (organization, _) in store.organizations().await? {
        examined.organizations += 1;
        let mut after = String::new();
        loop {
            let page = store.stored(&organization, &after, PAGE).await?;
            let until = page.last().map(|last| last.id.as_str());
            let mut queued = store
                .open_refunds_between(&organization, &after, until)
                .await?;
            let Some(last) = page.last() else {
                queued
                    .into_keys()
                    .for_each(|id| on_finding(&Finding::Queued(id)));
                break;
            };
            after.clone_from(&last.id.0);
            for stored in &page {
                examined.orders += 1;
                examined.events += stored
                    .events
                    .as_ref()
                    .map_or(0, |events| events.len() as u64);
                let queued = queued.remove(&stored.id).unwrap_or_default();
                order(stored, &queued).iter().for_each(&mut *on_finding);
            }
            // What is left is about orders that are not there.
            queued
                .into_keys()
                .for_each(|id| on_finding(&Finding::Queued(id)));
            on_progress(examined.orders);
        }
    }
    Ok(examined)
}

/// What is wrong with one order.
fn order(stored: &Stored, queued: &[OpenRefund]) -> Vec<Finding> {
    let id = || stored.id.clone();
    let document: Order = match serde_json::from_str(&stored.document) {
        Ok(document) => document,
        Err(error) => return vec![Finding::Unreadable(id(), error.to_string())],
    };
    let mut findings = Vec::new();
    match stored.events.as_ref().map(|events| replay(events)) {
        Err(why) => findings.push(Finding::Unreadable(id(), why.clone())),
        Ok(Err(why)) => findings.push(Finding::History(id(), why)),
        Ok(Ok(replayed)) if replayed != document => findings.push(Finding::Differs(id())),
        Ok(Ok(_)) => {}
    }
    if u64::try_from(stored.version) != Ok(document.version) {
        findings.push(Finding::Version(id(), stored.version, document.version));
    }
    let sums = imbalances(&document.journal);
    if !sums.is_empty() {
        findings.push(Finding::Unbalanced(id(), sums));
    }
    if !stored.is_listed_as(&document) {
        findings.push(Finding::Listed(id()));
    }
    if OpenRefund::all_of(&document) != queued {
        findings.push(Finding::Queued(id()));
    }
    findings
}
