//! The embedded database's file by a driver of its own, for what moves every order. sqlx hands each row of SQLite from
//! thread to thread and looks each placeholder up by its name; where orders are moved by the hundred thousand that is
//! what is waited for. The texts of the statements are the same. Why, and how far: docs/decisions/0003.

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use tokio::task::spawn_blocking;

use super::{Dialect, StoreError};

/// Where the file is.
#[derive(Clone, Debug)]
pub(super) struct Embedded {
    path: Arc<Path>,
}

impl Embedded {
    pub fn at(path: &Path) -> Self {
        Self { path: path.into() }
    }

    /// A connection that behaves as the desk's others do. The file is there: the store has opened it.
    pub fn connect(&self) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags)?;
        connection.execute_batch(Dialect::Sqlite.on_connect())?;
        Ok(connection)
    }

    /// The same for writing many orders: the log grows further before it is folded into the file, because a page that
    /// was written several times is then folded in once.
    pub fn connect_for_many(&self) -> Result<Connection, StoreError> {
        let connection = self.connect()?;
        connection.execute_batch("pragma wal_autocheckpoint = 32000")?;
        Ok(connection)
    }
}

/// Runs what waits for the file away from the threads that answer.
pub(super) async fn away<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<sqlx::Error> + Send + 'static,
{
    // It ends early by a defect only, as the driver's own thread would.
    let done = spawn_blocking(work).await;
    done.map_err(|_| sqlx::Error::WorkerCrashed)?
}

/// Whether the same may succeed if it is made again: another process holds the file.
pub(super) fn is_transient(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}

/// Whether a key of a row is another row's.
pub(super) fn is_taken(error: &rusqlite::Error) -> bool {
    // SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_UNIQUE.
    const TAKEN: [i32; 2] = [1555, 2067];
    let rusqlite::Error::SqliteFailure(failure, _) = error else {
        return false;
    };
    TAKEN.contains(&failure.extended_code)
}
