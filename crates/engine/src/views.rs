//! Saved views of the list with their counts (O1): the organization's, which everyone in it sees, and each person's own,
//! which nobody else reaches.

use std::collections::BTreeMap;

use domain::filter::{Filter, Sort};
use domain::ids::{OrganizationId, PersonId, ViewId};
use domain::refusal::{Problem, Refusal};
use domain::text::required_text;

use crate::desk::Desk;
use crate::failure::Failure;
use crate::permit::{ManageSettings, Permit, ViewOrders};
use crate::store::views::SavedView;

/// The longest name of a view, in characters.
const MAX_NAME: usize = 60;

/// The most views one organization keeps, everyone's together; each is looked at in every commit.
pub const MAX_VIEWS: usize = 200;

/// The most views one person keeps, so that nobody uses up what all share.
pub const MAX_OWN_VIEWS: usize = 20;

/// Whose views are changed, with the proof that they may be.
#[derive(Clone, Debug)]
pub enum Keeper<'a> {
    /// Who asks: their own.
    Person(Permit<'a, ViewOrders>),
    /// The organization: what everyone sees is one of its settings (P2).
    Organization(Permit<'a, ManageSettings>),
}

impl Keeper<'_> {
    fn organization(&self) -> &OrganizationId {
        match self {
            Self::Person(permit) => &permit.scope().organization_id,
            Self::Organization(permit) => &permit.scope().organization_id,
        }
    }

    fn person(&self) -> Option<PersonId> {
        match self {
            Self::Person(permit) => Some(asking(permit)),
            Self::Organization(_) => None,
        }
    }
}

fn asking(permit: &Permit<'_, ViewOrders>) -> PersonId {
    PersonId(permit.actor().by.id.clone())
}

/// The views that who asks sees, the organization's first, each with how many orders it keeps.
///
/// # Errors
/// The database.
pub async fn views(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
) -> Result<Vec<(SavedView, u64)>, Failure> {
    let (scope, person) = (permit.scope(), asking(permit));
    let counts: BTreeMap<ViewId, u64> = desk
        .store()
        .view_counts(&scope.organization_id, scope.mode)
        .await?;
    let seen = desk.store().views(&scope.organization_id, &person).await?;
    let counted = seen.into_iter().map(|view| {
        let count = counts.get(&view.id).copied().unwrap_or(0);
        (view, count)
    });
    Ok(counted.collect())
}

/// How many orders one view keeps, by its counts alone. One that is not seen keeps none.
///
/// # Errors
/// The database.
pub async fn count(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    id: &ViewId,
) -> Result<Option<u64>, Failure> {
    let scope = permit.scope();
    let seen = desk
        .store()
        .views(&scope.organization_id, &asking(permit))
        .await?;
    if !seen.iter().any(|view| view.id == *id) {
        return Ok(None);
    }
    let count = desk
        .store()
        .view_count(&scope.organization_id, scope.mode, id);
    Ok(Some(count.await?))
}

/// A view to keep.
#[derive(Clone, Debug)]
pub struct NewView {
    /// What it is called.
    pub name: String,
    /// What it keeps.
    pub filter: Filter,
    /// How it is sorted.
    pub sort: Sort,
}

/// Keeps a view behind the others, and counts it once.
///
/// # Errors
/// A name that cannot be or is there already, too many views; the database.
pub async fn save(desk: &Desk, keeper: &Keeper<'_>, new: NewView) -> Result<SavedView, Failure> {
    let (organization, known) = (keeper.organization(), kept(desk, keeper).await?);
    let name = free_name(&new.name, None, &known)?;
    if keeper.person().is_some() && known.len() >= MAX_OWN_VIEWS {
        let max = MAX_OWN_VIEWS;
        return Err(Refusal::invalid("views", Problem::TooMany { max }).into());
    }
    // Everyone's count, also those that this person does not see.
    if desk.store().count_views(organization).await? >= MAX_VIEWS as u64 {
        return Err(Refusal::invalid("views", Problem::TooMany { max: MAX_VIEWS }).into());
    }
    let view = SavedView {
        id: ViewId(desk.ids().fresh(ViewId::PREFIX, desk.now())),
        person_id: keeper.person(),
        name,
        filter: new.filter,
        sort: new.sort,
        place: known.last().map_or(0, |last| last.place + 1),
    };
    desk.store()
        .save_view(organization, &view, desk.now().as_microsecond())
        .await?;
    Ok(view)
}

/// Calls a view otherwise; whether the keeper has it.
///
/// # Errors
/// A name that cannot be or is there already; the database.
pub async fn rename(
    desk: &Desk,
    keeper: &Keeper<'_>,
    id: &ViewId,
    name: &str,
) -> Result<bool, Failure> {
    let known = kept(desk, keeper).await?;
    if !known.iter().any(|view| view.id == *id) {
        return Ok(false);
    }
    let name = free_name(name, Some(id), &known)?;
    let renamed = desk.store().rename_view(keeper.organization(), id, &name);
    Ok(renamed.await?)
}

/// Lets a view keep other orders, sorted otherwise, and counts it once; whether the keeper has it.
///
/// # Errors
/// The database.
pub async fn refilter(
    desk: &Desk,
    keeper: &Keeper<'_>,
    id: &ViewId,
    filter: Filter,
    sort: Sort,
) -> Result<bool, Failure> {
    let known = kept(desk, keeper).await?;
    let Some(view) = known.into_iter().find(|view| view.id == *id) else {
        return Ok(false);
    };
    let view = SavedView {
        filter,
        sort,
        ..view
    };
    desk.store()
        .save_view(keeper.organization(), &view, desk.now().as_microsecond())
        .await?;
    Ok(true)
}

/// Which way a view goes among the tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Towards {
    /// One place nearer to the first.
    First,
    /// One place nearer to the last.
    Last,
}

/// Changes places with the view beside it; the outermost stays. Whether the keeper has it.
///
/// # Errors
/// The database.
pub async fn shift(
    desk: &Desk,
    keeper: &Keeper<'_>,
    id: &ViewId,
    towards: Towards,
) -> Result<bool, Failure> {
    let mut known = kept(desk, keeper).await?;
    let Some(from) = known.iter().position(|view| view.id == *id) else {
        return Ok(false);
    };
    let to = match towards {
        Towards::First => from.checked_sub(1),
        Towards::Last => Some(from + 1).filter(|to| *to < known.len()),
    };
    if let Some(to) = to {
        known.swap(from, to);
        let order: Vec<ViewId> = known.into_iter().map(|view| view.id).collect();
        desk.store()
            .place_views(keeper.organization(), &order)
            .await?;
    }
    Ok(true)
}

/// Removes a view; whether the keeper had it.
///
/// # Errors
/// The database.
pub async fn delete(desk: &Desk, keeper: &Keeper<'_>, id: &ViewId) -> Result<bool, Failure> {
    let known = kept(desk, keeper).await?;
    if !known.iter().any(|view| view.id == *id) {
        return Ok(false);
    }
    let deleted = desk.store().delete_view(keeper.organization(), id);
    Ok(deleted.await?)
}

/// The views that a keeper may change, in the order of the tabs.
async fn kept(desk: &Desk, keeper: &Keeper<'_>) -> Result<Vec<SavedView>, Failure> {
    let person = keeper.person();
    let nobody = PersonId(String::new());
    let seen = desk
        .store()
        .views(keeper.organization(), person.as_ref().unwrap_or(&nobody))
        .await?;
    Ok(seen
        .into_iter()
        .filter(|view| view.person_id == person)
        .collect())
}

/// A name that no other view of the same keeper has: two tabs called alike cannot be told apart.
fn free_name(text: &str, of: Option<&ViewId>, known: &[SavedView]) -> Result<String, Refusal> {
    let name = required_text(text, "name", MAX_NAME)?;
    let is_taken = known
        .iter()
        .any(|view| view.name == name && Some(&view.id) != of);
    if is_taken {
        return Err(Refusal::invalid("name", Problem::Twice { given: name }));
    }
    Ok(name)
}
