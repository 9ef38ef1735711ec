//! Changes to an organization's settings and team. Each holds the organization's row until it commits, so that what
//! was looked at is still so, and writes what was done beside it.

use domain::actor::By;
use domain::ids::{InvitationId, KeyId, OrganizationId, PersonId};
use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use super::commit::{CommitError, Remembered};
use super::people::{instant, read_person, read_role, text};
use super::{Store, StoreError};
use crate::account_mail::Prepared;
use crate::desk::Desk;
use crate::invitations::Invitation;
use crate::keys::ApiKey;
use crate::organizations::Settings;
use crate::people::{Person, Role};
use crate::settings_log::{Act, Entry};

/// The invitations of an organization, each with its role.
const INVITATIONS: &str = "select i.id, i.email, i.invited_by, i.created_at_us, i.expires_at_us, r.id as role_id, \
    r.name as role_name, r.permissions from invitations i \
    join roles r on r.organization_id = i.organization_id and r.id = i.role_id \
    where i.organization_id = $1";

/// A transaction that holds an organization.
pub(crate) struct Change {
    pub(super) tx: Transaction<'static, Any>,
    pub(super) organization: OrganizationId,
    /// What it is called.
    pub name: String,
    /// What it has set.
    pub settings: Settings,
}

impl Store {
    /// Begins a change; nothing where there is no such organization.
    pub(crate) async fn change(
        &self,
        organization: &OrganizationId,
    ) -> Result<Option<Change>, StoreError> {
        let mut tx = self.write().await?;
        let lock = format!(
            "select name, settings from organizations where id = $1{}",
            self.dialect().for_update()
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(lock))
            .bind(super::dialect::askable(organization.as_str()))
            .fetch_optional(&mut *tx)
            .await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let settings = serde_json::from_str(row.try_get("settings")?).map_err(|error| {
            StoreError::unreadable(&format!("settings of {organization}"), error)
        })?;
        Ok(Some(Change {
            tx,
            organization: organization.clone(),
            name: row.try_get("name")?,
            settings,
        }))
    }

    /// A page of what was done, newest first.
    ///
    /// # Errors
    /// The database.
    pub async fn organization_events(
        &self,
        organization: &OrganizationId,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<Entry>, StoreError> {
        let rows = sqlx::query(
            "select seq, at_us, actor, body from organization_events \
             where organization_id = $1 and seq < $2 order by seq desc limit $3",
        )
        .bind(organization.as_str())
        .bind(before.unwrap_or(i64::MAX))
        .bind(i64::try_from(limit).unwrap_or(i64::MAX))
        .fetch_all(self.reader())
        .await?;
        rows.iter().map(read_entry).collect()
    }

    /// The open invitations of an organization, newest first.
    ///
    /// # Errors
    /// The database.
    pub async fn invitations(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<Invitation>, StoreError> {
        let text = format!("{INVITATIONS} order by i.id desc");
        let rows = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(organization.as_str())
            .fetch_all(self.reader())
            .await?;
        rows.iter().map(read_invitation).collect()
    }

    /// The invitation whose link hashes to this.
    ///
    /// # Errors
    /// The database.
    pub async fn invitation_by_hash(
        &self,
        organization: &OrganizationId,
        hash: &str,
    ) -> Result<Option<Invitation>, StoreError> {
        let text = format!("{INVITATIONS} and i.token_hash = $2");
        let row = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(super::dialect::askable(organization.as_str()))
            .bind(hash)
            .fetch_optional(self.reader())
            .await?;
        row.as_ref().map(read_invitation).transpose()
    }
}

fn read_entry(row: &AnyRow) -> Result<Entry, StoreError> {
    let unreadable = |error| StoreError::unreadable("an entry of the log", error);
    Ok(Entry {
        seq: row.try_get("seq")?,
        at: instant(row, "at_us")?.unwrap_or_default(),
        by: serde_json::from_str(row.try_get("actor")?).map_err(unreadable)?,
        act: serde_json::from_str(row.try_get("body")?).map_err(unreadable)?,
    })
}

fn read_invitation(row: &AnyRow) -> Result<Invitation, StoreError> {
    Ok(Invitation {
        id: InvitationId(row.try_get("id")?),
        email: row.try_get("email")?,
        role: read_role(row, "role_id", "role_name")?,
        by: serde_json::from_str(row.try_get("invited_by")?)
            .map_err(|error| StoreError::unreadable("who invited", error))?,
        created_at: instant(row, "created_at_us")?.unwrap_or_default(),
        expires_at: instant(row, "expires_at_us")?.unwrap_or_default(),
    })
}

impl Change {
    /// Everyone who belongs, with their role.
    pub async fn team(&mut self) -> Result<Vec<(Person, Role)>, StoreError> {
        let rows = sqlx::query(super::people::TEAM)
            .bind(self.organization.as_str())
            .fetch_all(&mut *self.tx)
            .await?;
        rows.iter()
            .map(|row| Ok((read_person(row)?, read_role(row, "role_id", "role_name")?)))
            .collect()
    }

    /// Every role.
    pub async fn roles(&mut self) -> Result<Vec<Role>, StoreError> {
        let rows = sqlx::query(super::people::ROLES)
            .bind(self.organization.as_str())
            .fetch_all(&mut *self.tx)
            .await?;
        rows.iter()
            .map(|row| read_role(row, "id", "name"))
            .collect()
    }

    /// How many have or are invited with a role.
    pub async fn people_with(&mut self, role_id: &str) -> Result<usize, StoreError> {
        let mut people = 0;
        for text in [
            "select count(*) from members where organization_id = $1 and role_id = $2",
            "select count(*) from invitations where organization_id = $1 and role_id = $2",
        ] {
            let row = sqlx::query(text)
                .bind(self.organization.as_str())
                .bind(role_id)
                .fetch_one(&mut *self.tx)
                .await?;
            people += usize::try_from(row.try_get::<i64, _>(0)?).unwrap_or(0);
        }
        Ok(people)
    }

    /// Gives someone a role.
    pub async fn put_member(
        &mut self,
        person: &PersonId,
        role_id: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(super::people::PUT_MEMBER)
            .bind(self.organization.as_str())
            .bind(person.as_str())
            .bind(role_id)
            .bind(at.as_microsecond())
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Takes someone out, and ends their sessions here.
    pub async fn delete_member(&mut self, person: &PersonId) -> Result<(), StoreError> {
        for text in [
            "delete from members where organization_id = $1 and person_id = $2",
            "delete from sessions where organization_id = $1 and person_id = $2",
        ] {
            sqlx::query(text)
                .bind(self.organization.as_str())
                .bind(person.as_str())
                .execute(&mut *self.tx)
                .await?;
        }
        Ok(())
    }

    /// Makes a role, or replaces its name and what it allows.
    pub async fn put_role(&mut self, role: &Role) -> Result<(), StoreError> {
        sqlx::query(super::people::PUT_ROLE)
            .bind(self.organization.as_str())
            .bind(role.id.as_str())
            .bind(role.name.as_str())
            .bind(text(&role.permissions, "permissions")?)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Deletes a role that nobody has.
    pub async fn delete_role(&mut self, role_id: &str) -> Result<(), StoreError> {
        sqlx::query("delete from roles where organization_id = $1 and id = $2")
            .bind(self.organization.as_str())
            .bind(role_id)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Keeps an invitation in place of any other to the same address.
    pub async fn put_invitation(
        &mut self,
        invitation: &Invitation,
        token_hash: &str,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "insert into invitations (organization_id, id, email, role_id, token_hash, invited_by, created_at_us, \
             expires_at_us) values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (organization_id, email) do update \
             set id = excluded.id, role_id = excluded.role_id, token_hash = excluded.token_hash, \
             invited_by = excluded.invited_by, created_at_us = excluded.created_at_us, \
             expires_at_us = excluded.expires_at_us",
        )
        .bind(self.organization.as_str())
        .bind(invitation.id.as_str())
        .bind(invitation.email.as_str())
        .bind(invitation.role.id.as_str())
        .bind(token_hash)
        .bind(text(&invitation.by, "who invited")?)
        .bind(invitation.created_at.as_microsecond())
        .bind(invitation.expires_at.as_microsecond())
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Takes an invitation away; whether it was there.
    pub async fn delete_invitation(&mut self, id: &InvitationId) -> Result<bool, StoreError> {
        let done = sqlx::query("delete from invitations where organization_id = $1 and id = $2")
            .bind(self.organization.as_str())
            .bind(id.as_str())
            .execute(&mut *self.tx)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Adds a person; whether the e-mail was free.
    pub async fn insert_person(&mut self, person: &Person) -> Result<bool, StoreError> {
        super::people::insert(&mut *self.tx, person).await
    }

    /// Adds an API key.
    pub async fn insert_key(&mut self, key: &ApiKey) -> Result<(), StoreError> {
        super::api_keys::insert_key(&mut *self.tx, key).await
    }

    /// Revokes a key for good; whether it was there and still good.
    pub async fn revoke_key(&mut self, id: &KeyId, at: Timestamp) -> Result<bool, StoreError> {
        super::api_keys::revoke_key(&mut *self.tx, &self.organization, id, at).await
    }

    /// Records an e-mail, and the job that sends it.
    pub async fn mail(&mut self, mail: &Prepared) -> Result<(), StoreError> {
        super::account_mails::insert(&mut self.tx, mail).await
    }

    /// Writes the name and the settings back.
    pub async fn save(&mut self) -> Result<(), StoreError> {
        sqlx::query("update organizations set name = $1, settings = $2 where id = $3")
            .bind(self.name.as_str())
            .bind(text(&self.settings, "settings")?)
            .bind(self.organization.as_str())
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Writes down what was done.
    pub async fn note(&mut self, desk: &Desk, by: &By, act: &Act) -> Result<(), StoreError> {
        let body =
            serde_json::to_value(act).map_err(|error| StoreError::unreadable("act", error))?;
        // Nobody else can take the same number: the organization is held.
        sqlx::query(
            "insert into organization_events (organization_id, seq, at_us, actor, kind, body) \
             values ($1, (select coalesce(max(seq), 0) + 1 from organization_events where organization_id = $1), \
             $2, $3, $4, $5)",
        )
        .bind(self.organization.as_str())
        .bind(desk.now().as_microsecond())
        .bind(text(by, "actor")?)
        .bind(body["kind"].as_str().unwrap_or_default())
        .bind(body.to_string())
        .execute(&mut *self.tx)
        .await?;
        Ok(())
    }

    /// Writes down what was answered to a caller's key, which nobody else can answer meanwhile: the organization is held.
    pub async fn remember(
        &mut self,
        remembered: &Remembered,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        match super::commit::remember(&mut self.tx, &self.organization, remembered, at).await {
            Ok(()) => Ok(()),
            Err(CommitError::Store(error)) => Err(error),
            Err(error) => Err(StoreError::unreadable("an answer", error)),
        }
    }

    /// Commits; until then nothing has happened.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.tx.commit().await?;
        Ok(())
    }
}
