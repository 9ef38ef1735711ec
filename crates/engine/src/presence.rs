//! Who else has an order open just now, and where on it: what keeps two people from working against each other unseen.
//!
//! A page says every few seconds that it is still open. Nothing here locks anything, and nothing depends on it.

use domain::ids::OrderId;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::failure::Failure;
use crate::permit::{Permit, ViewOrders};

/// How long someone counts as being there after they were last heard of: three times as long as pages wait.
pub const FRESH: SignedDuration = SignedDuration::from_secs(40);

/// Where on an order someone is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The order's own page, which is where nothing is changed.
    Order,
    /// The form of the order number.
    Number,
    /// The form of the ship-to.
    ShipTo,
    /// The form of the bill-to.
    BillTo,
    /// The form of tracking numbers.
    Tracking,
    /// The form of a refund.
    Refund,
    /// The form of the cancellation.
    Cancel,
    /// The form that captures a payment.
    Capture,
}

/// Someone who is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Present {
    /// Who; the identifier that history knows them by.
    pub person: String,
    /// What they are called.
    pub name: String,
    /// Where they are; a form rather than the page it came from.
    pub place: Place,
}

/// An order as others have left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The order's version now.
    pub version: u64,
    /// Who else is there, by name.
    pub others: Vec<Present>,
}

/// Notes that whoever asks is at this place of an order, and tells who else is.
///
/// # Errors
/// [`Failure::NotFound`]; the database.
pub async fn arrive(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    order: &OrderId,
    place: Place,
) -> Result<Seen, Failure> {
    let scope = permit.scope();
    let version = desk
        .store()
        .version(&scope.organization_id, scope.mode, order)
        .await?
        .ok_or_else(|| Failure::NotFound(order.clone()))?;
    let (now, by) = (desk.now(), &permit.actor().by);
    let oldest = now
        .checked_sub(FRESH)
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    let me = Present {
        person: by.id.clone(),
        name: by.name.clone(),
        place,
    };
    let store = desk.store();
    let organization = &scope.organization_id;
    store.note_presence(organization, order, &me, now).await?;
    let mut others = store.present(organization, order, oldest).await?;
    others.retain(|one| one.person != me.person);
    // The last place of each is the most telling one.
    others.sort_by(|a, b| (&a.name, &a.person, b.place).cmp(&(&b.name, &b.person, a.place)));
    others.dedup_by(|next, kept| next.person == kept.person);
    Ok(Seen { version, others })
}

/// Forgets that whoever asks is at this place.
///
/// # Errors
/// The database.
pub async fn leave(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    order: &OrderId,
    place: Place,
) -> Result<(), Failure> {
    let organization = &permit.scope().organization_id;
    let person = &permit.actor().by.id;
    desk.store()
        .forget_presence(organization, order, person, place)
        .await?;
    Ok(())
}
