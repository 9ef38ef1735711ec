//! The list of orders: pages, search, saved views with their counts (O1).

use std::collections::BTreeMap;

use domain::filter::{Filter, Sort};
use domain::ids::{PersonId, ViewId};
use domain::refusal::{Problem, Refusal, required_text};

use crate::desk::Desk;
use crate::failure::Failure;
use crate::permit::{Permit, ViewOrders};
use crate::store::list::{Listed, Page};
use crate::store::views::SavedView;

/// The longest name of a view, in characters.
const MAX_NAME: usize = 60;

/// The most views one organization keeps; each is looked at in every commit.
pub const MAX_VIEWS: usize = 200;

/// One page of the list.
///
/// # Errors
/// A cursor of another list; the database.
pub async fn page(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    page: &Page,
) -> Result<Vec<Listed>, Failure> {
    let scope = permit.scope();
    Ok(desk
        .store()
        .list(&scope.organization_id, scope.mode, page)
        .await?)
}

/// The views a person sees, each with how many orders it keeps.
///
/// # Errors
/// The database.
pub async fn views(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    person: Option<&PersonId>,
) -> Result<Vec<(SavedView, u64)>, Failure> {
    let scope = permit.scope();
    let counts: BTreeMap<ViewId, u64> = desk
        .store()
        .view_counts(&scope.organization_id, scope.mode)
        .await?;
    let views = desk.store().views(&scope.organization_id, person).await?;
    let counted = views.into_iter().map(|view| {
        let count = counts.get(&view.id).copied().unwrap_or(0);
        (view, count)
    });
    Ok(counted.collect())
}

/// A view to keep.
#[derive(Clone, Debug)]
pub struct NewView {
    /// Whose it is; none where the whole organization sees it.
    pub person_id: Option<PersonId>,
    /// What it is called.
    pub name: String,
    /// What it keeps.
    pub filter: Filter,
    /// How it is sorted.
    pub sort: Sort,
}

/// Keeps a view, and counts it once.
///
/// # Errors
/// A name that cannot be, too many views; the database.
pub async fn save_view(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    new: NewView,
) -> Result<SavedView, Failure> {
    let name = required_text(&new.name, "name", MAX_NAME)?;
    let organization = &permit.scope().organization_id;
    let known = desk
        .store()
        .views(organization, new.person_id.as_ref())
        .await?;
    // Everyone's count, also those that this person does not see.
    if desk.store().count_views(organization).await? >= MAX_VIEWS as u64 {
        return Err(Refusal::invalid("views", Problem::TooMany { max: MAX_VIEWS }).into());
    }
    let view = SavedView {
        id: ViewId(desk.ids().fresh(ViewId::PREFIX, desk.now())),
        person_id: new.person_id,
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

/// Removes a view that the person sees; whether it was there.
///
/// # Errors
/// The database.
pub async fn delete_view(
    desk: &Desk,
    permit: &Permit<'_, ViewOrders>,
    person: Option<&PersonId>,
    id: &ViewId,
) -> Result<bool, Failure> {
    let organization = &permit.scope().organization_id;
    let seen = desk.store().views(organization, person).await?;
    if !seen.iter().any(|view| view.id == *id) {
        return Ok(false);
    }
    Ok(desk.store().delete_view(organization, id).await?)
}
