//! People and places that programs told before an order has them.

use domain::address::Address;
use domain::ids::{OrganizationId, PartyId};
use domain::order::Mode;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sqlx::Row;

use super::commit::{CommitError, Remembered, remember};
use super::orders::{name, named};
use super::people::{instant, json, text};
use super::{Store, StoreError};
use crate::parties::{Details, Party};

/// An address as it is stored, with what is kept besides.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(flatten)]
    address: Address,
    #[serde(default, skip_serializing_if = "Details::is_empty")]
    details: Details,
}

impl Store {
    /// Adds a party, and what its program was answered, both or neither.
    ///
    /// # Errors
    /// [`CommitError::Answered`] where the key was answered meanwhile; the database.
    pub(crate) async fn insert_party(
        &self,
        organization: &OrganizationId,
        party: &Party,
        remembered: Option<&Remembered>,
    ) -> Result<(), CommitError> {
        let kept = Kept {
            address: party.address.clone(),
            details: party.details.clone(),
        };
        let address = text(&kept, "address")?;
        let mut tx = self.write().await?;
        sqlx::query(
            "insert into parties (organization_id, id, mode, kind, address, author, created_at_us) \
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(organization.as_str())
        .bind(party.id.as_str())
        .bind(name(&party.mode))
        .bind(name(&party.kind))
        .bind(address)
        .bind(party.author.as_str())
        .bind(party.created_at.as_microsecond())
        .execute(&mut *tx)
        .await?;
        if let Some(remembered) = remembered {
            remember(&mut tx, organization, remembered, party.created_at).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// A party of this mode.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn party(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        id: &PartyId,
    ) -> Result<Option<Party>, StoreError> {
        let row = sqlx::query(
            "select kind, address, author, created_at_us from parties \
             where organization_id = $1 and id = $2 and mode = $3",
        )
        .bind(organization.as_str())
        .bind(super::dialect::askable(id.as_str()))
        .bind(name(&mode))
        .fetch_optional(self.reader())
        .await?;
        row.map(|row| {
            let kept: Kept = json(row.try_get("address")?, "address")?;
            Ok(Party {
                id: id.clone(),
                mode,
                kind: named(row.try_get("kind")?, "kind")?,
                address: kept.address,
                details: kept.details,
                author: row.try_get("author")?,
                created_at: instant(&row, "created_at_us")?.unwrap_or(Timestamp::UNIX_EPOCH),
            })
        })
        .transpose()
    }
}
