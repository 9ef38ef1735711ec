//! Who has which order open. Rows that are too old count for nothing, and go when someone arrives.

use domain::ids::{OrderId, OrganizationId};
use domain::order::Mode;
use jiff::Timestamp;
use sqlx::Row;

use super::orders::{count, name, named};
use super::{Store, StoreError};
use crate::presence::{FRESH, Place, Present};

impl Store {
    /// An order's version without its document; none where it is not there.
    ///
    /// # Errors
    /// The database.
    pub async fn version(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        id: &OrderId,
    ) -> Result<Option<u64>, StoreError> {
        let row = sqlx::query(
            "select version from orders where organization_id = $1 and id = $2 and mode = $3",
        )
        .bind(organization.as_str())
        .bind(id.as_str())
        .bind(name(&mode))
        .fetch_optional(self.reader())
        .await?;
        row.map(|row| count(&row, "version")).transpose()
    }

    /// Notes that someone is there now. Who comes anew sweeps out what has become old in the organization.
    ///
    /// # Errors
    /// The database.
    pub async fn note_presence(
        &self,
        organization: &OrganizationId,
        order: &OrderId,
        who: &Present,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let known = sqlx::query(
            "update presence set seen_at_us = $1, name = $2 \
             where organization_id = $3 and order_id = $4 and person_id = $5 and place = $6",
        )
        .bind(now.as_microsecond())
        .bind(who.name.as_str())
        .bind(organization.as_str())
        .bind(order.as_str())
        .bind(who.person.as_str())
        .bind(name(&who.place))
        .execute(self.writer())
        .await?;
        if known.rows_affected() > 0 {
            return Ok(());
        }
        let oldest = now.checked_sub(FRESH).unwrap_or(Timestamp::UNIX_EPOCH);
        sqlx::query("delete from presence where organization_id = $1 and seen_at_us < $2")
            .bind(organization.as_str())
            .bind(oldest.as_microsecond())
            .execute(self.writer())
            .await?;
        sqlx::query(
            "insert into presence (organization_id, order_id, person_id, place, name, seen_at_us) \
             values ($1, $2, $3, $4, $5, $6) \
             on conflict (organization_id, order_id, person_id, place) do update set seen_at_us = excluded.seen_at_us",
        )
        .bind(organization.as_str())
        .bind(order.as_str())
        .bind(who.person.as_str())
        .bind(name(&who.place))
        .bind(who.name.as_str())
        .bind(now.as_microsecond())
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// Who was at an order since then, each place of theirs for itself.
    ///
    /// # Errors
    /// The database, or a place that cannot be read.
    pub async fn present(
        &self,
        organization: &OrganizationId,
        order: &OrderId,
        since: Timestamp,
    ) -> Result<Vec<Present>, StoreError> {
        let rows = sqlx::query(
            "select person_id, name, place from presence \
             where organization_id = $1 and order_id = $2 and seen_at_us >= $3 order by person_id, place",
        )
        .bind(organization.as_str())
        .bind(order.as_str())
        .bind(since.as_microsecond())
        .fetch_all(self.reader())
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Present {
                    person: row.try_get("person_id")?,
                    name: row.try_get("name")?,
                    place: named::<Place>(row.try_get("place")?, "a place")?,
                })
            })
            .collect()
    }

    /// Forgets that someone is at a place.
    ///
    /// # Errors
    /// The database.
    pub async fn forget_presence(
        &self,
        organization: &OrganizationId,
        order: &OrderId,
        person: &str,
        place: Place,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "delete from presence where organization_id = $1 and order_id = $2 and person_id = $3 and place = $4",
        )
        .bind(organization.as_str())
        .bind(order.as_str())
        .bind(person)
        .bind(name(&place))
        .execute(self.writer())
        .await?;
        Ok(())
    }
}
