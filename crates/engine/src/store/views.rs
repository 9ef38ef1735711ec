//! Saved views and their counts, which no read ever scans for: each commit adds what it changed, by the day an order
//! was placed. Making a view counts once, while nobody else writes.

use std::collections::BTreeMap;

use domain::filter::{Filter, Sort};
use domain::ids::{OrganizationId, PersonId, ViewId};
use domain::order::{Mode, Order};
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use super::orders::{document, int, name, named};
use super::{Store, StoreError};

/// Over how many rows the count of one view and day is spread.
const SLOTS: i64 = 8;

/// Seconds in a day; days are UTC.
const DAY_S: i64 = 86_400;

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

/// A cell of the counts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tally {
    pub view_id: String,
    pub mode: Mode,
    pub day: i64,
    pub slot: i64,
}

impl Tally {
    fn of(view_id: &str, order: &Order) -> Self {
        // Orders spread over the slots by their number: the same order always counts in the same cell.
        Self {
            view_id: view_id.to_owned(),
            mode: order.mode,
            day: order.placed_at.as_second().div_euclid(DAY_S),
            slot: int(order.desk_number) % SLOTS,
        }
    }
}

/// How the counts change when `before` becomes `order`.
pub(crate) fn changes(
    filters: &[(String, Filter)],
    before: Option<&Order>,
    order: &Order,
    tally: &mut BTreeMap<Tally, i64>,
) {
    for (view_id, filter) in filters {
        let was = i64::from(before.is_some_and(|before| filter.keeps(before)));
        let is = i64::from(filter.keeps(order));
        if was != is {
            *tally.entry(Tally::of(view_id, order)).or_default() += is - was;
        }
    }
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

impl Store {
    /// The filters of every view of an organization, kept from changing until the transaction ends.
    pub(crate) async fn view_filters(
        &self,
        tx: &mut Transaction<'static, Any>,
        organization: &OrganizationId,
    ) -> Result<Vec<(String, Filter)>, StoreError> {
        // A statement of its own: one that waits for the lock still reads the views as they were before it waited.
        if let Some(hold) = self.dialect().hold_views() {
            sqlx::query(hold)
                .bind(organization.as_str())
                .fetch_optional(&mut **tx)
                .await?;
        }
        let text = "select id, filter from saved_views where organization_id = $1 order by id";
        let rows = sqlx::query(text)
            .bind(organization.as_str())
            .fetch_all(&mut **tx)
            .await?;
        let mut filters = Vec::with_capacity(rows.len());
        for row in &rows {
            let id: String = row.try_get(0)?;
            let filter = serde_json::from_str(row.try_get(1)?)
                .map_err(|error| StoreError::unreadable(&format!("view {id}"), error))?;
            filters.push((id, filter));
        }
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
        let mut tx = self.write().await?;
        let lock = format!(
            "select id from organizations where id = $1{}",
            self.dialect().for_update()
        );
        sqlx::query(sqlx::AssertSqlSafe(lock))
            .bind(organization.as_str())
            .fetch_optional(&mut *tx)
            .await?;
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
        let tally = count_all(&mut tx, organization, view).await?;
        super::commit::add_counts(&mut tx, organization, &tally)
            .await
            .map_err(|error| match error {
                super::commit::CommitError::Store(error) => error,
                other => StoreError::Setup(other.to_string()),
            })?;
        tx.commit().await?;
        Ok(())
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
        let lock = format!(
            "select id from organizations where id = $1{}",
            self.dialect().for_update()
        );
        sqlx::query(sqlx::AssertSqlSafe(lock))
            .bind(organization.as_str())
            .fetch_optional(&mut *tx)
            .await?;
        let was_there = delete(&mut tx, organization, id).await?;
        tx.commit().await?;
        Ok(was_there)
    }

    /// The views a person sees: the organization's and their own, in the order of the tabs.
    ///
    /// # Errors
    /// The database.
    pub async fn views(
        &self,
        organization: &OrganizationId,
        person: Option<&PersonId>,
    ) -> Result<Vec<SavedView>, StoreError> {
        let rows = sqlx::query(
            "select id, person_id, name, filter, sort, place from saved_views \
             where organization_id = $1 and (person_id = '' or person_id = $2) order by place, id",
        )
        .bind(organization.as_str())
        .bind(person.map_or("", |person| person.as_str()))
        .fetch_all(self.reader())
        .await?;
        rows.iter().map(read).collect()
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

/// Counts a new view over every order, once. The documents are read in pages, so that memory stays small.
async fn count_all(
    tx: &mut Transaction<'static, Any>,
    organization: &OrganizationId,
    view: &SavedView,
) -> Result<BTreeMap<Tally, i64>, StoreError> {
    const PAGE: i64 = 1_000;
    let filters = [(view.id.0.clone(), view.filter.clone())];
    let mut tally = BTreeMap::new();
    for mode in [Mode::Live, Mode::Test] {
        let mut after = -1_i64;
        loop {
            let rows = sqlx::query(
                "select position, document from orders where organization_id = $1 and mode = $2 and position > $3 \
                 order by position limit $4",
            )
            .bind(organization.as_str())
            .bind(name(&mode))
            .bind(after)
            .bind(PAGE)
            .fetch_all(&mut **tx)
            .await?;
            let Some(last) = rows.last() else {
                break;
            };
            after = last.try_get(0)?;
            for row in &rows {
                changes(
                    &filters,
                    None,
                    &document(row.try_get(1)?, "counted")?,
                    &mut tally,
                );
            }
        }
    }
    Ok(tally)
}

/// Reads a mode as the database holds it.
pub(crate) fn mode(text: &str) -> Result<Mode, StoreError> {
    named(text, "mode")
}
