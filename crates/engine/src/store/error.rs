//! What can go wrong in the database, and whether asking again can help.

use super::embedded;

/// What the database could not do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The driver's or the database's word.
    #[error("the database: {0}")]
    Database(#[from] sqlx::Error),
    /// The same of the driver that moves every order of an embedded desk.
    #[error("the database: {0}")]
    File(#[from] rusqlite::Error),
    /// The schema could not be brought up to date.
    #[error("the schema: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Something stored cannot be read back.
    #[error("stored {what} cannot be read: {why}")]
    Unreadable {
        /// What it is, with its id.
        what: String,
        /// What the reader says.
        why: String,
    },
    /// The desk was opened in a way that does not fit it.
    #[error("{0}")]
    Setup(String),
}

impl StoreError {
    pub(crate) fn unreadable(what: &str, why: impl std::fmt::Display) -> Self {
        Self::Unreadable {
            what: what.to_owned(),
            why: why.to_string(),
        }
    }

    /// Whether the same statement may succeed if it is made again: a serialization failure, a deadlock, a lock,
    /// a server that is being restarted.
    pub fn is_transient(&self) -> bool {
        let error = match self {
            Self::Database(error) => error,
            Self::File(error) => return embedded::is_transient(error),
            _ => return false,
        };
        match error {
            sqlx::Error::Database(database) => {
                matches!(
                    database.code().as_deref(),
                    Some(
                        "40001" | "40P01"
                            // The server is restarted, or has no connection free.
                            | "57P01" | "57P02" | "57P03" | "53300"
                            // SQLite: busy, locked, an old snapshot; the disk is full, until someone makes room.
                            | "5" | "6" | "517" | "13"
                    )
                )
            }
            sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) => true,
            _ => false,
        }
    }
}
