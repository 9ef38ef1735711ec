//! All SQL of the desk, one text a statement for every database.
//!
//! The few that must differ stand side by side in [`dialect`]. A writing transaction on an order begins with the
//! versioned update of its row. Every statement on a tenant's table names the organization. Nothing here decides.

pub mod account_mails;
mod api_keys;
pub(crate) mod change;
pub mod commit;
mod deliveries;
pub mod dialect;
mod embedded;
mod error;
mod exchange_rates;
pub mod export;
mod facets;
pub mod insert;
pub mod keys;
mod labels;
mod landed_costs;
pub mod list;
pub mod mail_words;
mod migrations;
pub mod open_refunds;
pub mod orders;
pub mod organizations;
pub mod outgoing;
mod pages;
mod parties;
pub mod password_resets;
pub mod people;
mod presence;
pub mod queue;
mod roots;
mod rows;
pub(crate) mod second_factors;
pub mod sessions;
mod sign_ins;
mod statement;
mod tags;
mod tally;
pub mod tariffs;
pub mod upkeep;
pub mod views;
pub(crate) mod webhook_attempts;
pub(crate) mod webhook_messages;
mod webhooks;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::ids::OrganizationId;
use domain::order::Mode;
use sqlx::any::{AnyConnectOptions, AnyPoolOptions, AnyRow};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Any, AnyPool, ConnectOptions, Executor, Row, SqlSafeStr, Transaction};

pub use dialect::Dialect;
use embedded::Embedded;
pub use error::StoreError;
use migrations::MIGRATIONS;
use views::Filters;

/// Readers of an embedded desk: they do not wait for each other or for the writer.
const SQLITE_READERS: u32 = 4;

/// Connections to a database server, for each process of the desk.
const SERVER_CONNECTIONS: u32 = 24;

/// How long a caller waits for a connection before the desk says that it is busy.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(30);

/// The database of a desk.
#[derive(Clone, Debug)]
pub struct Store {
    reader: AnyPool,
    writer: AnyPool,
    dialect: Dialect,
    /// Where each organization's part of the search index begins; it never changes.
    bases: Known<i64>,
    /// What each organization's views keep, and the version of the views that is of.
    filters: Known<(i64, Arc<Filters>)>,
    few: i64,
    file: Option<Embedded>,
}

/// What is known of organizations and need not be read again.
#[derive(Clone, Debug)]
pub(crate) struct Known<T>(Arc<Mutex<HashMap<OrganizationId, T>>>);

impl<T> Default for Known<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T: Clone> Known<T> {
    fn get(&self, organization: &OrganizationId) -> Option<T> {
        let known = self.0.lock().expect("no holder panics");
        known.get(organization).cloned()
    }

    fn put(&self, organization: &OrganizationId, what: T) {
        let mut known = self.0.lock().expect("no holder panics");
        known.insert(organization.clone(), what);
    }
}

impl Store {
    /// Opens the embedded database in `folder`, making both where they are not there.
    ///
    /// # Errors
    /// The folder cannot be made or the file cannot be opened.
    pub async fn open_embedded(folder: &Path) -> Result<Self, StoreError> {
        std::fs::create_dir_all(folder).map_err(|error| {
            StoreError::Setup(format!("cannot make {}: {error}", folder.display()))
        })?;
        let path = Self::embedded_file(folder);
        let path = path
            .to_str()
            .ok_or_else(|| StoreError::Setup(format!("{} is not UTF-8", path.display())))?;
        Self::open(&format!("sqlite://{path}?mode=rwc")).await
    }

    /// The file of the embedded database in `folder`.
    pub fn embedded_file(folder: &Path) -> PathBuf {
        folder.join("bordereau.db")
    }

    /// Opens a database by its address: `sqlite://…` or `postgres://…`.
    ///
    /// # Errors
    /// The address is of another kind, or the database does not answer.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let dialect = Dialect::of(url)?;
        let options = AnyConnectOptions::from_str(url)?.disable_statement_logging();
        let pool = |connections: u32| {
            AnyPoolOptions::new()
                .max_connections(connections)
                .acquire_timeout(ACQUIRE_TIMEOUT)
                // The pool would ask "are you there" before each use, a round trip that the use itself answers.
                .test_before_acquire(false)
                .after_connect(move |connection, _| {
                    Box::pin(async move {
                        connection.execute(dialect.on_connect()).await?;
                        Ok(())
                    })
                })
        };
        if dialect == Dialect::Postgres {
            let reader = pool(SERVER_CONNECTIONS).connect_with(options).await?;
            let writer = reader.clone();
            return Ok(Self {
                reader,
                writer,
                dialect,
                bases: Known::default(),
                filters: Known::default(),
                few: pages::FEW,
                file: None,
            });
        }
        // One writer, so that writers wait in line here, fairly, instead of polling for the file's lock.
        let writer = pool(1).connect_with(options.clone()).await?;
        let reader = pool(SQLITE_READERS).connect_with(options).await?;
        let file = SqliteConnectOptions::from_str(url)?;
        Ok(Self {
            reader,
            writer,
            dialect,
            bases: Known::default(),
            filters: Known::default(),
            few: pages::FEW,
            file: Some(Embedded::at(file.get_filename())),
        })
    }

    /// The same store with another idea of how many orders are few to look at, for tests with few orders.
    #[doc(hidden)]
    #[must_use]
    pub fn with_few(&self, few: i64) -> Self {
        Self {
            few,
            ..self.clone()
        }
    }

    /// Brings the schema up to date, and says how many migrations there are.
    ///
    /// # Errors
    /// A migration fails; it is rolled back whole.
    pub async fn migrate(&self) -> Result<usize, StoreError> {
        let index = match self.dialect {
            Dialect::Sqlite => 0,
            Dialect::Postgres => 1,
        };
        let migrations = MIGRATIONS.iter().map(|(version, name, texts)| {
            let text = self.dialect.schema(texts[index]);
            let text = sqlx::AssertSqlSafe(text).into_sql_str();
            Migration::new(*version, (*name).into(), MigrationType::Simple, text, false)
        });
        let migrations: Vec<Migration> = migrations.collect();
        let count = migrations.len();
        Migrator::with_migrations(migrations)
            .run(&self.writer)
            .await?;
        Ok(count)
    }

    /// How many migrations this database lacks: all of them where it is new, none where it is a newer desk's.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn pending_migrations(&self) -> Result<usize, StoreError> {
        Ok(MIGRATIONS
            .len()
            .saturating_sub(self.done_migrations().await?))
    }

    /// Whether a newer desk has changed this database's schema.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn is_newer(&self) -> Result<bool, StoreError> {
        Ok(self.done_migrations().await? > MIGRATIONS.len())
    }

    async fn done_migrations(&self) -> Result<usize, StoreError> {
        // The migrator's own table; where it is not there yet, nothing has been done.
        let done = sqlx::query("select count(version) as done from _sqlx_migrations")
            .fetch_one(&self.reader)
            .await;
        match done {
            Ok(row) => Ok(usize::try_from(row.try_get::<i64, _>("done")?).unwrap_or(0)),
            Err(sqlx::Error::Database(_)) => Ok(0),
            Err(error) => Err(error.into()),
        }
    }

    /// Which database this is.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Begins a transaction that writes.
    ///
    /// Beginning is not cut with who waits for it: a request is dropped when its sender goes away, and the driver would put a
    /// connection to PostgreSQL back with a transaction open that it does not know of. Whatever came next on it would
    /// never be committed.
    pub(crate) async fn write(&self) -> Result<Transaction<'static, Any>, StoreError> {
        let (pool, statement) = (self.writer.clone(), self.dialect.begin_write());
        let beginning = tokio::spawn(async move { pool.begin_with(statement).await });
        match beginning.await {
            Ok(begun) => Ok(begun?),
            Err(error) => Err(StoreError::Setup(format!(
                "a transaction did not begin: {error}"
            ))),
        }
    }

    pub(crate) fn bases(&self) -> &Known<i64> {
        &self.bases
    }

    pub(crate) fn reader(&self) -> &AnyPool {
        &self.reader
    }

    pub(crate) fn writer(&self) -> &AnyPool {
        &self.writer
    }

    /// The rows of these ids, by id, that `text` selects in an organization ($1) and a mode ($2), as far as they are there.
    async fn rows_of<'a>(
        &self,
        text: &str,
        organization: &OrganizationId,
        mode: Mode,
        ids: impl Iterator<Item = &'a str>,
    ) -> Result<Vec<AnyRow>, StoreError> {
        let ids: Vec<String> = ids.map(dialect::askable).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let places = placeholders(3, 1, ids.len());
        let text = format!("{text} and id in {places} order by id");
        let query = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(organization.as_str())
            .bind(orders::name(&mode));
        let query = ids.into_iter().fold(query, |query, id| query.bind(id));
        Ok(query.fetch_all(self.reader()).await?)
    }

    /// Closes every connection; an embedded desk folds its write-ahead log into the file.
    pub async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }
}

/// `($1,$2),($3,$4)` for rows of values; numbered from `first`.
pub(crate) fn placeholders(first: usize, rows: usize, columns: usize) -> String {
    let mut text = String::with_capacity(rows * columns * 6);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ",(" });
        for column in 0..columns {
            let separator = if column == 0 { "$" } else { ",$" };
            text.push_str(separator);
            text.push_str(&(first + row * columns + column).to_string());
        }
        text.push(')');
    }
    text
}
