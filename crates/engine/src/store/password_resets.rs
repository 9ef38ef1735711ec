//! Links to another password, and changing one: with its sessions and its e-mail, in one transaction.

use domain::ids::PersonId;
use jiff::Timestamp;
use sqlx::{Any, Transaction};

use super::people::{PERSON, read_person};
use super::{Store, StoreError, account_mails};
use crate::account_mail::Prepared;
use crate::people::Person;

/// A password to set.
#[derive(Clone, Copy, Debug)]
pub struct NewPassword<'a> {
    /// Whose.
    pub person_id: &'a PersonId,
    /// Argon2id, in PHC form.
    pub hash: &'a str,
    /// The hash of the one session that stays; empty where none does.
    pub keeps_session: &'a str,
    /// The e-mail that tells them.
    pub told: &'a Prepared,
}

impl Store {
    /// How many links a person has asked for since then and not used.
    ///
    /// # Errors
    /// The database.
    pub async fn password_resets_since(
        &self,
        person: &PersonId,
        since: Timestamp,
    ) -> Result<u64, StoreError> {
        let row = sqlx::query(
            "select count(token_hash) as asked from password_resets where person_id = $1 and created_at_us > $2",
        )
        .bind(person.as_str())
        .bind(since.as_microsecond())
        .fetch_one(self.reader())
        .await?;
        super::orders::count(&row, "asked")
    }

    /// Keeps a link with its e-mail, and forgets those that ended before `since`.
    ///
    /// # Errors
    /// The database.
    pub async fn insert_password_reset(
        &self,
        token_hash: &str,
        person: &PersonId,
        since: Timestamp,
        mail: &Prepared,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query("delete from password_resets where created_at_us <= $1")
            .bind(since.as_microsecond())
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "insert into password_resets (token_hash, person_id, created_at_us) values ($1, $2, $3)",
        )
        .bind(token_hash)
        .bind(person.as_str())
        .bind(mail.mail.created_at.as_microsecond())
        .execute(&mut *tx)
        .await?;
        account_mails::insert(&mut tx, mail).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Who asked for a link since then that has not been used.
    ///
    /// # Errors
    /// The database.
    pub async fn password_reset(
        &self,
        token_hash: &str,
        since: Timestamp,
    ) -> Result<Option<Person>, StoreError> {
        let text = format!(
            "select {PERSON} from people where id in ( \
             select person_id from password_resets where token_hash = $1 and created_at_us > $2)"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(token_hash)
            .bind(since.as_microsecond())
            .fetch_optional(self.reader())
            .await?;
        row.as_ref().map(read_person).transpose()
    }

    /// Sets a password with a link, where nobody has used it meanwhile; whether that was so.
    ///
    /// # Errors
    /// The database.
    pub async fn use_password_reset(
        &self,
        token_hash: &str,
        since: Timestamp,
        new: &NewPassword<'_>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let used = sqlx::query(
            "delete from password_resets where token_hash = $1 and person_id = $2 and created_at_us > $3",
        )
        .bind(token_hash)
        .bind(new.person_id.as_str())
        .bind(since.as_microsecond())
        .execute(&mut *tx)
        .await?;
        if used.rows_affected() == 0 {
            return Ok(false);
        }
        set(&mut tx, new).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Sets a password, ends the person's other sessions and their links, and tells them.
    ///
    /// # Errors
    /// The database.
    pub async fn change_password(&self, new: &NewPassword<'_>) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        set(&mut tx, new).await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn set(tx: &mut Transaction<'static, Any>, new: &NewPassword<'_>) -> Result<(), StoreError> {
    let person = new.person_id.as_str();
    sqlx::query("update people set password_hash = $1 where id = $2")
        .bind(new.hash)
        .bind(person)
        .execute(&mut **tx)
        .await?;
    sqlx::query("delete from sessions where person_id = $1 and token_hash <> $2")
        .bind(person)
        .bind(new.keeps_session)
        .execute(&mut **tx)
        .await?;
    // Nor does a sign-in go on that began with the one before.
    sqlx::query("delete from sign_ins where person_id = $1")
        .bind(person)
        .execute(&mut **tx)
        .await?;
    // A link that was asked for before, perhaps by someone else, must not undo this.
    sqlx::query("delete from password_resets where person_id = $1")
        .bind(person)
        .execute(&mut **tx)
        .await?;
    account_mails::insert(tx, new.told).await
}
