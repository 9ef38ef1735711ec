//! Saved views and their counts, which no read ever scans for: each commit adds what it changed, by the day an order
//! was placed. Making a view counts once, while nobody else writes.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::filter::{Filter, Sort};
use domain::ids::{OrganizationId, PersonId, ViewId};
use domain::order::{Mode, Order};
use futures_util::TryStreamExt;
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use super::list::Page;
use super::orders::{name, named};
use super::pages::Asked;
use super::statement::Scope;
use super::tally::{Tally, changes, counts};
use super::{Store, StoreError};

/// The filters of an organization's views.
pub(super) const FILTERS: &str =
    "select id, filter from saved_views where organization_id = $1 order by id";

/// What views keep, by their identifiers.
pub(crate) type Filters = Vec<(String, Filter)>;

/// A view of the list that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// Its identifier.
    pub id: ViewId,
    /// Whose it is; none where the whole organization sees it.
    pub person_id: Option<PersonId>,
    /// What it is called.
    pub name: String,
    /// What it keeps.
    pub filter: Filter,
    /// How it is sorted.
    pub sort: Sort,
    /// Its place among the tabs.
    pub place: i64,
}

fn read(row: &AnyRow) -> Result<SavedView, StoreError> {
    let id: String = row.try_get("id")?;
    let person: String = row.try_get("person_id")?;
    let unreadable =
        |error: serde_json::Error| StoreError::unreadable(&format!("view {id}"), error);
    Ok(SavedView {
        person_id: (!person.is_empty()).then_some(PersonId(person)),
        name: row.try_get("name")?,
        filter: serde_json::from_str(row.try_get("filter")?).map_err(unreadable)?,
        sort: serde_json::from_str(row.try_get("sort")?).map_err(unreadable)?,
        place: row.try_get("place")?,
        id: ViewId(id),
    })
}

/// Reads a row of [`FILTERS`].
pub(super) fn read_filter(id: String, filter: &str) -> Result<(String, Filter), StoreError> {
    let read = serde_json::from_str(filter);
    let filter = read.map_err(|error| StoreError::unreadable(&format!("view {id}"), error))?;
    Ok((id, filter))
}

impl Store {
    /// The filters of every view of an organization, kept from changing until the transaction ends. They are read when
    /// their version is another than the one that is known.
    pub(crate) async fn view_filters(
        &self,
        tx: &mut Transaction<'static, Any>,
        organization: &OrganizationId,
    ) -> Result<Arc<Filters>, StoreError> {
        let held = sqlx::query(self.dialect().hold_views())
            .bind(organization.as_str())
            .fetch_optional(&mut **tx)
            .await?;
        let version = held.map(|row| row.try_get(0)).transpose()?;
        let version: i64 = version.unwrap_or_default();
        if let Some((known, filters)) = self.filters.get(organization)
            && known == version
        {
            return Ok(filters);
        }
        // A statement of its own: one that waits for the lock still reads the views as they were before it waited.
        let rows = sqlx::query(FILTERS)
            .bind(organization.as_str())
            .fetch_all(&mut **tx)
            .await?;
        let filters = rows
            .iter()
            .map(|row| read_filter(row.try_get(0)?, row.try_get(1)?));
        let filters = Arc::new(filters.collect::<Result<Filters, StoreError>>()?);
        self.filters.put(organization, (version, filters.clone()));
        Ok(filters)
    }

    pub(crate) async fn tally(
        &self,
        tx: &mut Transaction<'static, Any>,
        before: Option<&Order>,
        order: &Order,
    ) -> Result<BTreeMap<Tally, i64>, StoreError> {
        let filters = self.view_filters(tx, &order.organization_id).await?;
        let mut tally = BTreeMap::new();
        changes(&filters, before, order, &mut tally);
        Ok(tally)
    }

    /// Keeps a view and counts what it keeps, once, while nobody else writes to the organization.
    ///
    /// # Errors
    /// The database.
    pub async fn save_view(
        &self,
        organization: &OrganizationId,
        view: &SavedView,
        created_at_us: i64,
    ) -> Result<(), StoreError> {
        let json = |value: serde_json::Result<String>| {
            value.map_err(|error| StoreError::unreadable("view", error))
        };
        // Read before the transaction: within it, a pool without a free connection would wait for itself.
        let scopes = [
            self.scope(organization, Mode::Live).await?,
            self.scope(organization, Mode::Test).await?,
        ];
        let mut tx = self.write().await?;
        self.lock_views(&mut tx, organization).await?;
        delete(&mut tx, organization, &view.id).await?;
        sqlx::query(
            "insert into saved_views (organization_id, id, person_id, name, filter, sort, place, created_at_us) \
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(organization.as_str())
        .bind(view.id.as_str())
        .bind(view.person_id.as_ref().map_or("", |person| person.as_str()))
        .bind(view.name.as_str())
        .bind(json(serde_json::to_string(&view.filter))?)
        .bind(json(serde_json::to_string(&view.sort))?)
        .bind(view.place)
        .bind(created_at_us)
        .execute(&mut *tx)
        .await?;
        let tally = self.count_all(&mut tx, scopes, view).await?;
        counts(organization, &tally).write(&mut tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Counts a new view once, by the indexes that show its list: no order is read.
    async fn count_all(
        &self,
        tx: &mut Transaction<'static, Any>,
        scopes: [Scope<'_>; 2],
        view: &SavedView,
    ) -> Result<BTreeMap<Tally, i64>, StoreError> {
        let page = Page {
            filter: view.filter.clone(),
            sort: Sort::default(),
            after: None,
            limit: 0,
        };
        let mut tally = BTreeMap::new();
        for scope in scopes {
            let asked = Asked::of(scope, &page, "o.position as position", None);
            let Some(statement) = self.page_of(&asked, tx).await? else {
                continue;
            };
            let mut rows = statement.query(self.dialect()).fetch(&mut **tx);
            while let Some(row) = rows.try_next().await? {
                let cell = Tally::at(&view.id.0, scope.mode, row.try_get(0)?);
                *tally.entry(cell).or_default() += 1;
            }
        }
        Ok(tally)
    }

    /// Removes a view and its counts; whether it was there.
    ///
    /// # Errors
    /// The database.
    pub async fn delete_view(
        &self,
        organization: &OrganizationId,
        id: &ViewId,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        self.lock_views(&mut tx, organization).await?;
        let was_there = delete(&mut tx, organization, id).await?;
        tx.commit().await?;
        Ok(was_there)
    }

    /// The views a person sees: the organization's, then their own, each in the order of the tabs.
    ///
    /// # Errors
    /// The database.
    pub async fn views(
        &self,
        organization: &OrganizationId,
        person: &PersonId,
    ) -> Result<Vec<SavedView>, StoreError> {
        let rows = sqlx::query(
            "select id, person_id, name, filter, sort, place from saved_views \
             where organization_id = $1 and (person_id = '' or person_id = $2) order by person_id, place, id",
        )
        .bind(organization.as_str())
        .bind(person.as_str())
        .fetch_all(self.reader())
        .await?;
        rows.iter().map(read).collect()
    }

    /// Gives a view another name; whether it was there.
    ///
    /// # Errors
    /// The database.
    pub async fn rename_view(
        &self,
        organization: &OrganizationId,
        id: &ViewId,
        name: &str,
    ) -> Result<bool, StoreError> {
        let text = "update saved_views set name = $1 where organization_id = $2 and id = $3";
        let done = sqlx::query(text)
            .bind(name)
            .bind(organization.as_str())
            .bind(id.as_str())
            .execute(self.writer())
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Gives views their places, in this order from the first.
    ///
    /// # Errors
    /// The database.
    pub async fn place_views(
        &self,
        organization: &OrganizationId,
        order: &[ViewId],
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        self.lock_views(&mut tx, organization).await?;
        for (place, id) in (0_i64..).zip(order) {
            sqlx::query("update saved_views set place = $1 where organization_id = $2 and id = $3")
                .bind(place)
                .bind(organization.as_str())
                .bind(id.as_str())
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Waits until nobody else writes to the organization, and keeps it so until the transaction ends; then its views are
    /// others.
    async fn lock_views(
        &self,
        tx: &mut Transaction<'static, Any>,
        organization: &OrganizationId,
    ) -> Result<(), StoreError> {
        let lock = format!(
            "select id from organizations where id = $1{}",
            self.dialect().for_update()
        );
        sqlx::query(sqlx::AssertSqlSafe(lock))
            .bind(organization.as_str())
            .fetch_optional(&mut **tx)
            .await?;
        sqlx::query("update organizations set views_version = views_version + 1 where id = $1")
            .bind(organization.as_str())
            .execute(&mut **tx)
            .await?;
        Ok(())
    }

    /// How many views an organization keeps, everyone's together.
    ///
    /// # Errors
    /// The database.
    pub async fn count_views(&self, organization: &OrganizationId) -> Result<u64, StoreError> {
        let row =
            sqlx::query("select count(id) as total from saved_views where organization_id = $1")
                .bind(organization.as_str())
                .fetch_one(self.reader())
                .await?;
        super::orders::count(&row, "total")
    }

    /// How many orders each view keeps in a mode, without looking at any of them.
    ///
    /// # Errors
    /// The database.
    pub async fn view_counts(
        &self,
        organization: &OrganizationId,
        mode: Mode,
    ) -> Result<BTreeMap<ViewId, u64>, StoreError> {
        let rows = sqlx::query(
            "select view_id, cast(sum(count) as bigint) as total from view_counts \
             where organization_id = $1 and mode = $2 group by view_id order by view_id",
        )
        .bind(organization.as_str())
        .bind(name(&mode))
        .fetch_all(self.reader())
        .await?;
        rows.iter()
            .map(|row| Ok((ViewId(row.try_get(0)?), super::orders::count(row, "total")?)))
            .collect()
    }

    /// How many orders one view keeps in a mode.
    ///
    /// # Errors
    /// The database.
    pub async fn view_count(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        id: &ViewId,
    ) -> Result<u64, StoreError> {
        let row = sqlx::query(
            "select cast(coalesce(sum(count), 0) as bigint) as total from view_counts \
             where organization_id = $1 and view_id = $2 and mode = $3",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(name(&mode))
        .fetch_one(self.reader())
        .await?;
        super::orders::count(&row, "total")
    }
}

async fn delete(
    tx: &mut Transaction<'static, Any>,
    organization: &OrganizationId,
    id: &ViewId,
) -> Result<bool, StoreError> {
    let mut was_there = false;
    for statement in [
        "delete from view_counts where organization_id = $1 and view_id = $2",
        "delete from saved_views where organization_id = $1 and id = $2",
    ] {
        let done = sqlx::query(statement)
            .bind(organization.as_str())
            .bind(id.as_str())
            .execute(&mut **tx)
            .await?;
        was_there = done.rows_affected() > 0;
    }
    Ok(was_there)
}

/// Reads a mode as the database holds it.
pub(crate) fn mode(text: &str) -> Result<Mode, StoreError> {
    named(text, "mode")
}
