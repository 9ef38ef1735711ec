//! Who is signed in, and which organizations a person can choose among.

use std::collections::HashMap;

use domain::ids::{OrganizationId, PersonId};
use domain::order::Mode;
use jiff::Timestamp;
use sqlx::{Any, Executor, Row};

use super::people::{PERSON, instant, json, read_person};
use super::{Store, StoreError};
use crate::organizations::{SecondFactor, Settings};
use crate::people::Person;
use crate::store::orders::name;

/// A session as it is stored.
#[derive(Clone, Debug)]
pub struct StoredSession {
    /// What the browser's token hashes to.
    pub token_hash: String,
    /// Whose it is.
    pub person_id: PersonId,
    /// Where they are.
    pub organization_id: OrganizationId,
    /// Live or test.
    pub mode: Mode,
    /// Since when.
    pub created_at: Timestamp,
    /// When it was last used, to some minutes.
    pub seen_at: Timestamp,
}

/// A session with what is asked of whoever uses it.
pub(crate) struct Resumed {
    pub session: StoredSession,
    pub person: Person,
    /// Whether they have a second factor.
    pub has_second_factor: bool,
    /// Whether their organization requires one.
    pub second_factor: SecondFactor,
}

impl Store {
    /// Keeps a new session.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_session(&self, session: &StoredSession) -> Result<(), StoreError> {
        insert(self.writer(), session).await
    }

    /// The session of this token, with whose it is.
    pub(crate) async fn session(&self, token_hash: &str) -> Result<Option<Resumed>, StoreError> {
        let columns: Vec<String> = PERSON.split(", ").map(|one| format!("p.{one}")).collect();
        let text = format!(
            "select {}, s.organization_id, s.mode, s.created_at_us as began_at_us, s.seen_at_us, \
             o.settings, f.confirmed_at_us from sessions s join people p on p.id = s.person_id \
             join organizations o on o.id = s.organization_id \
             left join second_factors f on f.person_id = s.person_id where s.token_hash = $1",
            columns.join(", ")
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(token_hash)
            .fetch_optional(self.reader())
            .await?;
        row.map(|row| {
            let person = read_person(&row)?;
            let session = StoredSession {
                token_hash: token_hash.to_owned(),
                person_id: person.id.clone(),
                organization_id: OrganizationId(row.try_get("organization_id")?),
                mode: super::views::mode(row.try_get("mode")?)?,
                created_at: instant(&row, "began_at_us")?.unwrap_or_default(),
                seen_at: instant(&row, "seen_at_us")?.unwrap_or_default(),
            };
            let settings: Settings = json(row.try_get("settings")?, "settings")?;
            Ok(Resumed {
                session,
                person,
                has_second_factor: instant(&row, "confirmed_at_us")?.is_some(),
                second_factor: settings.second_factor,
            })
        })
        .transpose()
    }

    /// Writes where a session is now and when it was used.
    ///
    /// # Errors
    /// The database.
    pub async fn update_session(&self, session: &StoredSession) -> Result<(), StoreError> {
        sqlx::query(
            "update sessions set organization_id = $1, mode = $2, seen_at_us = $3 where token_hash = $4",
        )
        .bind(session.organization_id.as_str())
        .bind(name(&session.mode))
        .bind(session.seen_at.as_microsecond())
        .bind(session.token_hash.as_str())
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// Ends one session.
    ///
    /// # Errors
    /// The database.
    pub async fn delete_session(&self, token_hash: &str) -> Result<(), StoreError> {
        sqlx::query("delete from sessions where token_hash = $1")
            .bind(token_hash)
            .execute(self.writer())
            .await?;
        Ok(())
    }

    /// Ends every session of a person but one.
    ///
    /// # Errors
    /// The database.
    pub async fn delete_sessions_of(
        &self,
        person: &PersonId,
        except_hash: &str,
    ) -> Result<u64, StoreError> {
        let done = sqlx::query("delete from sessions where person_id = $1 and token_hash <> $2")
            .bind(person.as_str())
            .bind(except_hash)
            .execute(self.writer())
            .await?;
        Ok(done.rows_affected())
    }

    /// Ends the sessions that nobody has used since then.
    ///
    /// # Errors
    /// The database.
    pub async fn delete_sessions_unused_since(&self, since: Timestamp) -> Result<u64, StoreError> {
        let done = sqlx::query("delete from sessions where seen_at_us < $1")
            .bind(since.as_microsecond())
            .execute(self.writer())
            .await?;
        Ok(done.rows_affected())
    }

    /// The organizations a person is a member of, by name.
    ///
    /// # Errors
    /// The database.
    pub async fn organizations_of(
        &self,
        person: &PersonId,
    ) -> Result<Vec<(OrganizationId, String)>, StoreError> {
        let rows = sqlx::query(
            "select m.organization_id, o.name from members m join organizations o on o.id = m.organization_id \
             where m.person_id = $1 order by o.name, m.organization_id",
        )
        .bind(person.as_str())
        .fetch_all(self.reader())
        .await?;
        rows.iter()
            .map(|row| Ok((OrganizationId(row.try_get(0)?), row.try_get(1)?)))
            .collect()
    }

    /// Since when each person belongs to an organization, and when they last used it in a session that is not over.
    ///
    /// # Errors
    /// The database.
    pub async fn attendance(
        &self,
        organization: &OrganizationId,
    ) -> Result<HashMap<PersonId, (Timestamp, Option<Timestamp>)>, StoreError> {
        let rows = sqlx::query(
            "select m.person_id, m.created_at_us, max(s.seen_at_us) as seen_at_us from members m \
             left join sessions s on s.organization_id = m.organization_id and s.person_id = m.person_id \
             where m.organization_id = $1 group by m.person_id, m.created_at_us",
        )
        .bind(organization.as_str())
        .fetch_all(self.reader())
        .await?;
        rows.iter()
            .map(|row| {
                let since = instant(row, "created_at_us")?.unwrap_or_default();
                let person = PersonId(row.try_get("person_id")?);
                Ok((person, (since, instant(row, "seen_at_us")?)))
            })
            .collect()
    }
}

/// Writes a new session.
pub(super) async fn insert<'e>(
    executor: impl Executor<'e, Database = Any>,
    session: &StoredSession,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into sessions (token_hash, person_id, organization_id, mode, created_at_us, seen_at_us) \
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(session.token_hash.as_str())
    .bind(session.person_id.as_str())
    .bind(session.organization_id.as_str())
    .bind(name(&session.mode))
    .bind(session.created_at.as_microsecond())
    .bind(session.seen_at.as_microsecond())
    .execute(executor)
    .await?;
    Ok(())
}
