//! What is done with orders that someone chose on the list: each by the use case that one order has, and each reported.

use domain::command::Command;
use domain::edits::MAX_TAG;
use domain::ids::OrderId;
use domain::order::Order;
use domain::refusal::{Problem, Refusal};
use domain::text::required_text;

use crate::corrections::correct;
use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::Terms;
use crate::permit::{EditOrders, Grants, Permit, ViewOrders};

/// The most orders that are chosen at once: so many are changed while someone waits.
pub const MAX_CHOSEN: usize = 200;

/// What is to become of a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tagging {
    /// Every chosen order carries it.
    Add(String),
    /// None does.
    Remove(String),
}

/// What became of one order.
#[derive(Debug)]
pub enum Outcome {
    /// It was changed.
    Done,
    /// It was so already.
    Already,
    /// It stays as it was, and why.
    Failed(Failure),
    /// The database did not answer for one before it.
    NotTried,
}

/// Adds or removes a tag, order by order in the order given, and says of each what became of it.
///
/// # Errors
/// No order, more than [`MAX_CHOSEN`], a tag that cannot be: nothing has changed then.
pub async fn tag(
    desk: &Desk,
    permit: &Permit<'_, EditOrders>,
    ids: &[OrderId],
    tagging: &Tagging,
) -> Result<Vec<(OrderId, Outcome)>, Failure> {
    let ids = distinct(ids)?;
    let (Tagging::Add(text) | Tagging::Remove(text)) = tagging;
    let tag = required_text(text, "tag", MAX_TAG)?;
    let mut outcomes: Vec<(OrderId, Outcome)> = Vec::with_capacity(ids.len());
    let mut is_lost = false;
    for id in ids {
        let tag = tag.clone();
        let command = match tagging {
            Tagging::Add(_) => Command::Tag { tag },
            Tagging::Remove(_) => Command::Untag { tag },
        };
        let outcome = if is_lost {
            Outcome::NotTried
        } else {
            match correct(desk, permit, &id, command, &Terms::default()).await {
                Ok(changed) if changed.events.is_empty() => Outcome::Already,
                Ok(_) => Outcome::Done,
                Err(failure) => {
                    is_lost = matches!(failure, Failure::Store(_));
                    Outcome::Failed(failure)
                }
            }
        };
        outcomes.push((id, outcome));
    }
    Ok(outcomes)
}

/// The chosen orders whole, oldest first: to print them.
///
/// # Errors
/// No order, more than [`MAX_CHOSEN`]; [`Failure::NotFound`] with the first that is not there.
pub async fn load(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    ids: &[OrderId],
) -> Result<Vec<Order>, Failure> {
    load_as(desk, permit, ids).await
}

/// As [`load`], under another permit that shows what an order says.
pub(crate) async fn load_as<G: Grants>(
    desk: &Desk,
    permit: &Permit<'_, G>,
    ids: &[OrderId],
) -> Result<Vec<Order>, Failure> {
    let (scope, ids) = (permit.scope(), distinct(ids)?);
    let orders = desk
        .store()
        .load_many(&scope.organization_id, scope.mode, &ids)
        .await?;
    let missing = ids
        .into_iter()
        .find(|id| !orders.iter().any(|order| order.id == *id));
    match missing {
        Some(id) => Err(Failure::NotFound(id)),
        None => Ok(orders),
    }
}

/// Those of the orders that are there, whole: for what a report or a column says of them.
///
/// # Errors
/// The database.
pub async fn known(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    ids: &[OrderId],
) -> Result<Vec<Order>, Failure> {
    let scope = permit.scope();
    let orders = desk
        .store()
        .load_many(&scope.organization_id, scope.mode, ids);
    Ok(orders.await?)
}

/// Each once, in the order given.
fn distinct(ids: &[OrderId]) -> Result<Vec<OrderId>, Refusal> {
    let mut distinct: Vec<OrderId> = Vec::with_capacity(ids.len());
    for id in ids {
        if !distinct.contains(id) {
            distinct.push(id.clone());
        }
    }
    match distinct.len() {
        0 => Err(Refusal::invalid("orders", Problem::Missing)),
        many if many > MAX_CHOSEN => Err(Refusal::invalid(
            "orders",
            Problem::TooMany { max: MAX_CHOSEN },
        )),
        _ => Ok(distinct),
    }
}
