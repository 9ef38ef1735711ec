//! Labels that were bought: lists of them, what is printed, and waiting for one that the worker is buying.

use std::time::Duration;

use domain::ids::{LabelId, OrderId};
use domain::order::Order;
use domain::shipment::{LabelFile, LabelState};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::load;
use crate::permit::{Permit, ViewOrders};
use crate::store::StoreError;
use crate::store::keys::KeyKind;

/// How long is waited for the carrier's word before it is said that the label is on its way.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// How long between two looks, which grows to the second.
const FIRST_LOOK: Duration = Duration::from_millis(20);
const LONGEST_LOOK: Duration = Duration::from_millis(500);

/// What is printed of a label.
#[derive(Clone, PartialEq, Eq)]
pub struct Printed {
    /// What it is.
    pub kind: LabelFile,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Without the bytes: a label says who lives where, which does not belong in a log.
impl std::fmt::Debug for Printed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (kind, bytes) = (self.kind, self.bytes.len());
        write!(f, "Printed({kind:?}, {bytes} bytes)")
    }
}

/// Whether a label is good. The names are stored: add, do not rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelStanding {
    /// Bought, and not voided.
    Created,
    /// Voided, which is final.
    Voided,
}

/// A label's place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelPlace {
    /// When it was bought, in microseconds since 1970.
    pub created_at_us: i64,
    /// Which of that instant.
    pub label: LabelId,
}

/// A label of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedLabel {
    /// Where it stands in the list.
    pub place: LabelPlace,
    /// Of which order.
    pub order_id: OrderId,
}

/// Which labels; what is said must all hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Bought with this carrier account; empty for all.
    pub account: String,
    /// Good, or voided.
    pub standing: Option<LabelStanding>,
    /// Bought then or later.
    pub from: Option<Timestamp>,
    /// Bought then or before.
    pub until: Option<Timestamp>,
    /// Older than this one.
    pub after: Option<LabelPlace>,
    /// Newer than this one.
    pub before: Option<LabelPlace>,
    /// Whether the page is the one nearest to the end of the list.
    pub is_backward: bool,
    /// The most that are shown.
    pub limit: usize,
}

/// A page of labels, newest first, of which one more than the limit is shown where there are more.
///
/// # Errors
/// The database.
pub async fn page(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    wanted: &Wanted,
) -> Result<Vec<ListedLabel>, StoreError> {
    let scope = permit.scope();
    let one_more = Wanted {
        limit: wanted.limit + 1,
        ..wanted.clone()
    };
    let labels = desk
        .store()
        .labels(&scope.organization_id, scope.mode, &one_more);
    labels.await
}

/// How many labels there are, whatever the page.
///
/// # Errors
/// The database.
pub async fn count(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    wanted: &Wanted,
) -> Result<i64, StoreError> {
    let scope = permit.scope();
    let counted = desk
        .store()
        .count_labels(&scope.organization_id, scope.mode, wanted);
    counted.await
}

/// The order that has a label; none where nobody here has it.
///
/// # Errors
/// The database.
pub async fn order_of(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    label: &LabelId,
) -> Result<Option<Order>, Failure> {
    let found = crate::orders::find(desk, permit, KeyKind::Label, label.as_str()).await?;
    match found.first() {
        Some(order) => load(desk, permit, order).await.map(Some),
        None => Ok(None),
    }
}

/// What is printed of a label; none where nobody here has it, or the carrier gave nothing to print.
///
/// # Errors
/// The database.
pub async fn printed(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    label: &LabelId,
) -> Result<Option<Printed>, Failure> {
    let scope = permit.scope();
    let known = crate::orders::find(desk, permit, KeyKind::Label, label.as_str()).await?;
    // Files know no mode: whose label it is says whether it may be seen (O5).
    if known.is_empty() {
        return Ok(None);
    }
    let file = desk.store().label_file(&scope.organization_id, label);
    Ok(file.await?)
}

/// The order once the carrier has answered about a label, or as it is when that takes too long: a program gets the
/// label with its answer where the carrier is as quick as they are, and nothing is asked twice where not.
///
/// # Errors
/// [`Failure::NotFound`]; the database.
pub async fn settled(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    order: &OrderId,
    label: &LabelId,
) -> Result<Order, Failure> {
    let (mut waited, mut look) = (Duration::ZERO, FIRST_LOOK);
    loop {
        let order = load(desk, permit, order).await?;
        let state = order.label(label).map(|(_, label)| label.state);
        let is_open = matches!(
            state,
            Some(LabelState::Requested | LabelState::Sent | LabelState::VoidRequested)
        );
        if !is_open || waited >= PATIENCE {
            return Ok(order);
        }
        tokio::time::sleep(look).await;
        waited += look;
        look = (look * 2).min(LONGEST_LOOK);
    }
}
