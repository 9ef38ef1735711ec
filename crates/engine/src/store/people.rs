//! People, and what they may do in an organization.

use domain::ids::{OrganizationId, PersonId};
use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, Executor, Row};

use super::{Store, StoreError};
use crate::people::{Person, Preferences, Role};

pub(super) fn json<T: serde::de::DeserializeOwned>(
    text: &str,
    what: &str,
) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::unreadable(what, error))
}

pub(super) fn text<T: serde::Serialize>(value: &T, what: &str) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::unreadable(what, error))
}

pub(crate) fn instant(row: &AnyRow, column: &str) -> Result<Option<Timestamp>, StoreError> {
    let us: Option<i64> = row.try_get(column)?;
    us.map(|us| {
        Timestamp::from_microsecond(us).map_err(|error| StoreError::unreadable(column, error))
    })
    .transpose()
}

pub(super) const PERSON: &str =
    "id, email, name, password_hash, is_support, preferences, created_at_us, disabled_at_us";

pub(super) fn read_person(row: &AnyRow) -> Result<Person, StoreError> {
    let is_support: i64 = row.try_get("is_support")?;
    Ok(Person {
        id: PersonId(row.try_get("id")?),
        email: row.try_get("email")?,
        name: row.try_get("name")?,
        password_hash: row.try_get("password_hash")?,
        is_support: is_support > 0,
        preferences: json(row.try_get("preferences")?, "preferences")?,
        created_at: instant(row, "created_at_us")?.unwrap_or_default(),
        disabled_at: instant(row, "disabled_at_us")?,
    })
}

impl Store {
    /// Adds a person; whether the e-mail was free.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_person(&self, person: &Person) -> Result<bool, StoreError> {
        insert(self.writer(), person).await
    }

    /// The person with this e-mail, which is kept in lower case.
    ///
    /// # Errors
    /// The database.
    pub async fn person(&self, email: &str) -> Result<Option<Person>, StoreError> {
        let statement = format!("select {PERSON} from people where email = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(super::dialect::askable(email))
            .fetch_optional(self.reader())
            .await?;
        row.as_ref().map(read_person).transpose()
    }

    /// The person with this identifier.
    ///
    /// # Errors
    /// The database.
    pub async fn person_of(&self, id: &PersonId) -> Result<Option<Person>, StoreError> {
        let statement = format!("select {PERSON} from people where id = $1");
        let row = sqlx::query(sqlx::AssertSqlSafe(statement))
            .bind(id.as_str())
            .fetch_optional(self.reader())
            .await?;
        row.as_ref().map(read_person).transpose()
    }

    /// Every person of an organization with their role, by e-mail.
    ///
    /// # Errors
    /// The database.
    pub async fn team(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<(Person, Role)>, StoreError> {
        let rows = sqlx::query(TEAM)
            .bind(organization.as_str())
            .fetch_all(self.reader())
            .await?;
        rows.iter()
            .map(|row| Ok((read_person(row)?, read_role(row, "role_id", "role_name")?)))
            .collect()
    }

    /// A person's role in an organization.
    ///
    /// # Errors
    /// The database.
    pub async fn role_of(
        &self,
        organization: &OrganizationId,
        person: &PersonId,
    ) -> Result<Option<Role>, StoreError> {
        let row = sqlx::query(
            "select r.id, r.name, r.permissions from members m \
             join roles r on r.organization_id = m.organization_id and r.id = m.role_id \
             where m.organization_id = $1 and m.person_id = $2",
        )
        .bind(organization.as_str())
        .bind(person.as_str())
        .fetch_optional(self.reader())
        .await?;
        row.map(|row| read_role(&row, "id", "name")).transpose()
    }

    /// Keeps what a person prefers, and nothing else: their password may be changed at the same moment.
    ///
    /// # Errors
    /// The database.
    pub async fn put_preferences(
        &self,
        person: &PersonId,
        preferences: &Preferences,
    ) -> Result<(), StoreError> {
        sqlx::query("update people set preferences = $1 where id = $2")
            .bind(text(preferences, "preferences")?)
            .bind(person.as_str())
            .execute(self.writer())
            .await?;
        Ok(())
    }

    /// Replaces a person's password, name, preferences and whether they are disabled.
    ///
    /// # Errors
    /// The database.
    pub async fn update_person(&self, person: &Person) -> Result<(), StoreError> {
        sqlx::query(
            "update people set name = $1, password_hash = $2, preferences = $3, disabled_at_us = $4 where id = $5",
        )
        .bind(person.name.as_str())
        .bind(person.password_hash.as_str())
        .bind(text(&person.preferences, "preferences")?)
        .bind(person.disabled_at.map(Timestamp::as_microsecond))
        .bind(person.id.as_str())
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// Adds a role, or replaces what it allows.
    ///
    /// # Errors
    /// The database.
    pub async fn put_role(
        &self,
        organization: &OrganizationId,
        role: &Role,
    ) -> Result<(), StoreError> {
        sqlx::query(PUT_ROLE)
            .bind(organization.as_str())
            .bind(role.id.as_str())
            .bind(role.name.as_str())
            .bind(text(&role.permissions, "permissions")?)
            .execute(self.writer())
            .await?;
        Ok(())
    }

    /// Every role of an organization, by name.
    ///
    /// # Errors
    /// The database.
    pub async fn roles(&self, organization: &OrganizationId) -> Result<Vec<Role>, StoreError> {
        let rows = sqlx::query(ROLES)
            .bind(organization.as_str())
            .fetch_all(self.reader())
            .await?;
        rows.iter()
            .map(|row| read_role(row, "id", "name"))
            .collect()
    }

    /// Gives a person a role in an organization, or another one.
    ///
    /// # Errors
    /// There is no such role; the database.
    pub async fn put_member(
        &self,
        organization: &OrganizationId,
        person: &PersonId,
        role_id: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(PUT_MEMBER)
            .bind(organization.as_str())
            .bind(person.as_str())
            .bind(role_id)
            .bind(at.as_microsecond())
            .execute(self.writer())
            .await?;
        Ok(())
    }
}

/// Everyone of an organization with their role.
pub(super) const TEAM: &str = "select p.id, p.email, p.name, p.password_hash, p.is_support, p.preferences, \
     p.created_at_us, p.disabled_at_us, r.id as role_id, r.name as role_name, r.permissions from members m \
     join people p on p.id = m.person_id \
     join roles r on r.organization_id = m.organization_id and r.id = m.role_id \
     where m.organization_id = $1 order by p.email";

pub(super) const ROLES: &str =
    "select id, name, permissions from roles where organization_id = $1 order by name, id";

pub(super) const PUT_ROLE: &str = "insert into roles (organization_id, id, name, permissions) \
     values ($1, $2, $3, $4) on conflict (organization_id, id) do update \
     set name = excluded.name, permissions = excluded.permissions";

pub(super) const PUT_MEMBER: &str = "insert into members (organization_id, person_id, role_id, created_at_us) values ($1, $2, $3, $4) \
     on conflict (organization_id, person_id) do update set role_id = excluded.role_id";

pub(super) async fn insert<'e>(
    executor: impl Executor<'e, Database = Any>,
    person: &Person,
) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "insert into people (id, email, name, password_hash, is_support, preferences, created_at_us, \
         disabled_at_us) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing",
    )
    .bind(person.id.as_str())
    .bind(person.email.as_str())
    .bind(person.name.as_str())
    .bind(person.password_hash.as_str())
    .bind(i64::from(person.is_support))
    .bind(text(&person.preferences, "preferences")?)
    .bind(person.created_at.as_microsecond())
    .bind(person.disabled_at.map(Timestamp::as_microsecond))
    .execute(executor)
    .await?;
    Ok(done.rows_affected() == 1)
}

pub(super) fn read_role(row: &AnyRow, id: &str, role_name: &str) -> Result<Role, StoreError> {
    Ok(Role {
        id: row.try_get(id)?,
        name: row.try_get(role_name)?,
        permissions: json(row.try_get("permissions")?, "permissions")?,
    })
}

/// Preferences are read with their defaults where a version before did not know one.
impl Store {
    /// A person's preferences.
    ///
    /// # Errors
    /// The database.
    pub async fn preferences(&self, person: &PersonId) -> Result<Preferences, StoreError> {
        let row = sqlx::query("select preferences from people where id = $1")
            .bind(person.as_str())
            .fetch_optional(self.reader())
            .await?;
        row.map_or_else(
            || Ok(Preferences::default()),
            |row| json(row.try_get(0)?, "preferences"),
        )
    }
}
