//! Sign-ins that wait for their code. A session takes their place in the transaction that uses the code up.

use domain::ids::PersonId;
use jiff::Timestamp;

use super::people::{PERSON, read_person};
use super::second_factors::{Shown, use_up};
use super::sessions::{self, StoredSession};
use super::{Store, StoreError, account_mails};
use crate::account_mail::Prepared;
use crate::people::Person;

impl Store {
    /// Keeps a sign-in that waits for its code, and forgets those that began before `since`.
    pub(crate) async fn insert_sign_in(
        &self,
        token_hash: &str,
        person: &PersonId,
        at: Timestamp,
        since: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query("delete from sign_ins where created_at_us <= $1")
            .bind(since.as_microsecond())
            .execute(self.writer())
            .await?;
        sqlx::query(
            "insert into sign_ins (token_hash, person_id, created_at_us) values ($1, $2, $3)",
        )
        .bind(token_hash)
        .bind(person.as_str())
        .bind(at.as_microsecond())
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// Who began a sign-in since then that still waits for its code.
    pub(crate) async fn sign_in(
        &self,
        token_hash: &str,
        since: Timestamp,
    ) -> Result<Option<Person>, StoreError> {
        let text = format!(
            "select {PERSON} from people where id in ( \
             select person_id from sign_ins where token_hash = $1 and created_at_us > $2)"
        );
        let row = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(token_hash)
            .bind(since.as_microsecond())
            .fetch_optional(self.reader())
            .await?;
        row.as_ref().map(read_person).transpose()
    }

    /// Makes a session of a sign-in for who shows a code; whether it was good and the sign-in still waited.
    pub(crate) async fn complete_sign_in(
        &self,
        token_hash: &str,
        shown: &Shown,
        session: &StoredSession,
        told: Option<&Prepared>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write().await?;
        let waited = sqlx::query("delete from sign_ins where token_hash = $1 and person_id = $2")
            .bind(token_hash)
            .bind(session.person_id.as_str())
            .execute(&mut *tx)
            .await?;
        if waited.rows_affected() == 0 || !use_up(&mut tx, &session.person_id, shown).await? {
            return Ok(false);
        }
        sessions::insert(&mut *tx, session).await?;
        if let Some(told) = told {
            account_mails::insert(&mut tx, told).await?;
        }
        tx.commit().await?;
        Ok(true)
    }
}
