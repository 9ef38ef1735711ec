//! What keeps a desk healthy: a copy of a running embedded desk, the database's own check, pages of whole orders for
//! the doctor.

use std::path::Path;

use domain::event::Event;
use domain::filter::Summary;
use domain::ids::{OrderId, OrganizationId};
use domain::order::Order;
use sqlx::Row;

use super::list::{SUMMARY, summary};
use super::{Dialect, Store, StoreError};

/// An order as the doctor sees it: its row's facts, its document as stored, its events as stored.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Which order.
    pub id: OrderId,
    /// The version the row claims.
    pub version: i64,
    /// The document's text.
    pub document: String,
    /// The events, oldest first, or why one cannot be read.
    pub events: Result<Vec<Event>, String>,
    /// What the list shows; none where its row cannot be read.
    summary: Option<Summary>,
}

impl Stored {
    /// Whether the list shows the order as its document is. The list tells time to the second.
    pub fn is_listed_as(&self, order: &Order) -> bool {
        self.summary.as_ref().is_some_and(|listed| {
            let mut summary = Summary::of(order);
            summary.placed_at = listed.placed_at;
            let is_same_second = order.placed_at.as_second() == listed.placed_at.as_second();
            summary == *listed && is_same_second
        })
    }
}

impl Store {
    /// Copies a running embedded desk into a new file, whole and consistent.
    ///
    /// # Errors
    /// It is not embedded, the file is there already, or the disk is full.
    pub async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        if self.dialect() != Dialect::Sqlite {
            return Err(StoreError::Setup(
                "this desk is on PostgreSQL; back it up with pg_dump or your provider's snapshots"
                    .to_owned(),
            ));
        }
        if to.exists() {
            return Err(StoreError::Setup(format!(
                "{} is there already; choose a new file",
                to.display()
            )));
        }
        let path = to
            .to_str()
            .ok_or_else(|| StoreError::Setup(format!("{} is not UTF-8", to.display())))?;
        sqlx::query("vacuum into $1")
            .bind(path)
            .execute(self.reader())
            .await?;
        Ok(())
    }

    /// What the database says of itself; empty where all is well.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn check_file(&self) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query(self.dialect().check_file())
            .fetch_all(self.reader())
            .await?;
        let lines: Result<Vec<String>, sqlx::Error> =
            rows.iter().map(|row| row.try_get(0)).collect();
        Ok(lines?.into_iter().filter(|line| line != "ok").collect())
    }

    /// Brings the planner's statistics up to date.
    ///
    /// # Errors
    /// The database.
    pub async fn analyze(&self) -> Result<(), StoreError> {
        sqlx::query(self.dialect().analyze())
            .execute(self.writer())
            .await?;
        Ok(())
    }

    /// A page of whole orders of an organization, by id, with their events.
    ///
    /// # Errors
    /// The database.
    pub async fn stored(
        &self,
        organization: &OrganizationId,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Stored>, StoreError> {
        let text = format!(
            "select {SUMMARY}, o.version, o.document from orders o \
             where o.organization_id = $1 and o.id > $2 order by o.id limit $3"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(organization.as_str())
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(self.reader())
            .await?;
        let mut page = Vec::with_capacity(rows.len());
        for row in &rows {
            let id = OrderId(row.try_get(0)?);
            let events = match self.events(organization, &id).await {
                Ok(events) => Ok(events),
                Err(error @ StoreError::Unreadable { .. }) => Err(error.to_string()),
                Err(error) => return Err(error),
            };
            page.push(Stored {
                id,
                version: row.try_get("version")?,
                document: row.try_get("document")?,
                events,
                summary: summary(row).ok(),
            });
        }
        Ok(page)
    }
}
