//! Second factors and recovery codes. What shows a code uses it up in the transaction of what it was shown for, so that
//! it works once.

use std::collections::HashSet;

use domain::ids::{OrganizationId, PersonId};
use domain::totp::Secret;
use jiff::Timestamp;
use sqlx::{Any, Row, Transaction};

use super::change::Change;
use super::people::instant;
use super::{Store, StoreError, account_mails};
use crate::account_mail::Prepared;

/// A second factor as it is stored.
#[derive(Clone)]
pub(crate) struct StoredFactor {
    pub secret: Secret,
    /// The session that set it up, or does.
    pub session_hash: String,
    pub begun_at: Timestamp,
    /// Since when it is asked for.
    pub confirmed_at: Option<Timestamp>,
    pub last_step: i64,
}

/// What someone shows to have, which is used up by being shown.
pub(crate) enum Shown {
    /// A code of the telephone.
    Code { secret: Secret, step: i64 },
    /// What a recovery code hashes to.
    Recovery { hash: String },
}

/// A second factor to confirm with its first right code.
pub(crate) struct Confirmed<'a> {
    pub person: &'a PersonId,
    pub secret: &'a Secret,
    pub step: i64,
    pub at: Timestamp,
    /// The session that set it up, and the only one that stays.
    pub session_hash: &'a str,
    pub recovery_hashes: &'a [String],
    pub told: &'a Prepared,
}

fn read_secret(text: &str) -> Result<Secret, StoreError> {
    // What was read is a secret and stays out of the message.
    let none = || StoreError::Setup("a second factor is stored that is none".to_owned());
    Secret::parse(text).ok_or_else(none)
}

impl Store {
    /// A person's second factor, confirmed or being set up.
    pub(crate) async fn second_factor(
        &self,
        person: &PersonId,
    ) -> Result<Option<StoredFactor>, StoreError> {
        let row = sqlx::query(
            "select secret, session_hash, begun_at_us, confirmed_at_us, last_step from second_factors \
             where person_id = $1",
        )
        .bind(person.as_str())
        .fetch_optional(self.reader())
        .await?;
        row.map(|row| {
            Ok(StoredFactor {
                secret: read_secret(row.try_get("secret")?)?,
                session_hash: row.try_get("session_hash")?,
                begun_at: instant(&row, "begun_at_us")?.unwrap_or_default(),
                confirmed_at: instant(&row, "confirmed_at_us")?,
                last_step: row.try_get("last_step")?,
            })
        })
        .transpose()
    }

    /// Who of an organization has a second factor.
    pub(crate) async fn second_factors_of(
        &self,
        organization: &OrganizationId,
    ) -> Result<HashSet<PersonId>, StoreError> {
        let rows = sqlx::query(
            "select person_id from second_factors where confirmed_at_us is not null and person_id in ( \
             select person_id from members where organization_id = $1)",
        )
        .bind(organization.as_str())
        .fetch_all(self.reader())
        .await?;
        rows.iter()
            .map(|row| Ok(PersonId(row.try_get(0)?)))
            .collect()
    }

    /// How many recovery codes of a person are unused.
    pub(crate) async fn recovery_codes_left(&self, person: &PersonId) -> Result<u64, StoreError> {
        let row = sqlx::query(
            "select count(code_hash) as unused from recovery_codes where person_id = $1",
        )
        .bind(person.as_str())
        .fetch_one(self.reader())
        .await?;
        super::orders::count(&row, "unused")
    }

    /// Keeps a secret to be confirmed in place of any other that was not; whether none was confirmed.
    pub(crate) async fn put_second_factor(
        &self,
        person: &PersonId,
        factor: &StoredFactor,
    ) -> Result<bool, StoreError> {
        let done = sqlx::query(
            "insert into second_factors (person_id, secret, session_hash, begun_at_us, confirmed_at_us, last_step) \
             values ($1, $2, $3, $4, null, $5) on conflict (person_id) do update \
             set secret = excluded.secret, session_hash = excluded.session_hash, begun_at_us = excluded.begun_at_us, \
             last_step = excluded.last_step where second_factors.confirmed_at_us is null",
        )
        .bind(person.as_str())
        .bind(factor.secret.letters())
        .bind(factor.session_hash.as_str())
        .bind(factor.begun_at.as_microsecond())
        .bind(factor.last_step)
        .execute(self.writer())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Confirms a second factor with recovery codes, ends every other session and tells the person; whether it was
    /// still to be confirmed.
    pub(crate) async fn confirm_second_factor(
        &self,
        confirmed: &Confirmed<'_>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query(
            "update second_factors set confirmed_at_us = $1, last_step = $2 \
             where person_id = $3 and session_hash = $4 and secret = $5 and confirmed_at_us is null",
        )
        .bind(confirmed.at.as_microsecond())
        .bind(confirmed.step)
        .bind(confirmed.person.as_str())
        .bind(confirmed.session_hash)
        .bind(confirmed.secret.letters())
        .execute(&mut *tx)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        put_recovery_codes(&mut tx, confirmed.person, confirmed.recovery_hashes).await?;
        sqlx::query("delete from sessions where person_id = $1 and token_hash <> $2")
            .bind(confirmed.person.as_str())
            .bind(confirmed.session_hash)
            .execute(&mut *tx)
            .await?;
        account_mails::insert(&mut tx, confirmed.told).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Replaces recovery codes for who shows a code; whether it was good.
    pub(crate) async fn renew_recovery_codes(
        &self,
        person: &PersonId,
        shown: &Shown,
        hashes: &[String],
        told: &Prepared,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        if !use_up(&mut tx, person, shown).await? {
            return Ok(false);
        }
        put_recovery_codes(&mut tx, person, hashes).await?;
        account_mails::insert(&mut tx, told).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Removes the second factor of who shows a code; whether it was good.
    pub(crate) async fn turn_off_second_factor(
        &self,
        person: &PersonId,
        shown: &Shown,
        told: &Prepared,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        if !use_up(&mut tx, person, shown).await? {
            return Ok(false);
        }
        delete(&mut tx, person).await?;
        account_mails::insert(&mut tx, told).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Removes a second factor without a code, ends every session of the person and tells them; whether there was one.
    pub(crate) async fn reset_second_factor(
        &self,
        person: &PersonId,
        told: &Prepared,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        if !reset(&mut tx, person).await? {
            return Ok(false);
        }
        account_mails::insert(&mut tx, told).await?;
        tx.commit().await?;
        Ok(true)
    }
}

impl Change {
    /// Whether a person has a second factor.
    pub async fn has_second_factor(&mut self, person: &PersonId) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "select person_id from second_factors where person_id = $1 and confirmed_at_us is not null",
        )
        .bind(person.as_str())
        .fetch_optional(&mut *self.tx)
        .await?;
        Ok(row.is_some())
    }

    /// Whether a person belongs to another organization as well.
    pub async fn belongs_elsewhere(&mut self, person: &PersonId) -> Result<bool, StoreError> {
        let row = sqlx::query(
            "select organization_id from members where person_id = $1 and organization_id <> $2 limit 1",
        )
        .bind(person.as_str())
        .bind(self.organization.as_str())
        .fetch_optional(&mut *self.tx)
        .await?;
        Ok(row.is_some())
    }

    /// Removes a second factor, and ends every session of the person.
    pub async fn reset_second_factor(&mut self, person: &PersonId) -> Result<bool, StoreError> {
        reset(&mut self.tx, person).await
    }
}

/// Uses a code up; whether it was good until then.
pub(super) async fn use_up(
    tx: &mut Transaction<'static, Any>,
    person: &PersonId,
    shown: &Shown,
) -> Result<bool, StoreError> {
    let done = match shown {
        Shown::Code { secret, step } => {
            sqlx::query(
                "update second_factors set last_step = $1 where person_id = $2 and secret = $3 and last_step < $1 \
                 and confirmed_at_us is not null",
            )
            .bind(*step)
            .bind(person.as_str())
            .bind(secret.letters())
            .execute(&mut **tx)
            .await?
        }
        Shown::Recovery { hash } => {
            sqlx::query("delete from recovery_codes where person_id = $1 and code_hash = $2")
                .bind(person.as_str())
                .bind(hash.as_str())
                .execute(&mut **tx)
                .await?
        }
    };
    Ok(done.rows_affected() == 1)
}

async fn put_recovery_codes(
    tx: &mut Transaction<'static, Any>,
    person: &PersonId,
    hashes: &[String],
) -> Result<(), StoreError> {
    sqlx::query("delete from recovery_codes where person_id = $1")
        .bind(person.as_str())
        .execute(&mut **tx)
        .await?;
    for hash in hashes {
        sqlx::query("insert into recovery_codes (person_id, code_hash) values ($1, $2)")
            .bind(person.as_str())
            .bind(hash.as_str())
            .execute(&mut **tx)
            .await?;
    }
    Ok(())
}

async fn reset(tx: &mut Transaction<'static, Any>, person: &PersonId) -> Result<bool, StoreError> {
    if !delete(tx, person).await? {
        return Ok(false);
    }
    // Whoever has the telephone may be signed in with it.
    sqlx::query("delete from sessions where person_id = $1")
        .bind(person.as_str())
        .execute(&mut **tx)
        .await?;
    Ok(true)
}

/// Removes all that belongs to a second factor; whether there was one.
async fn delete(tx: &mut Transaction<'static, Any>, person: &PersonId) -> Result<bool, StoreError> {
    let mut is_gone = false;
    for text in [
        "delete from recovery_codes where person_id = $1",
        "delete from sign_ins where person_id = $1",
        "delete from second_factors where person_id = $1",
    ] {
        let done = sqlx::query(text)
            .bind(person.as_str())
            .execute(&mut **tx)
            .await?;
        is_gone = done.rows_affected() > 0;
    }
    Ok(is_gone)
}
