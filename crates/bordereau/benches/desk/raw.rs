//! The bare driver: the same rows in the same tables with the same durability, and nothing else. What it writes are copies
//! of what the desk wrote, of the same organization under other identifiers, so that either writes into indexes of the
//! same size; they are taken away again.

use std::collections::HashMap;
use std::str::FromStr as _;

use anyhow::{Context as _, Result};
use domain::filter::Filter;
use domain::ids::OrderId;
use futures_util::TryStreamExt;
use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::{AnyPool, AssertSqlSafe, Column as _, Executor, Row};

/// A value of a row.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    Text(String),
    Number(i64),
    Null,
}

/// Rows of one table.
#[derive(Clone, Debug)]
pub struct Rows {
    pub table: &'static str,
    pub columns: Vec<String>,
    pub rows: Vec<Vec<Value>>,
}

/// Everything one commit writes, as rows.
pub type Written = Vec<Rows>;

/// The embedded index of words.
const WORDS: &str = "order_search";

/// The counts of saved views.
pub const COUNTS: &str = "view_counts";

/// The desk's settings of the embedded file.
const SETTINGS: &str = "pragma journal_mode = wal; pragma wal_autocheckpoint = 8000; pragma synchronous = full; \
     pragma foreign_keys = on; pragma cache_size = -16384; pragma temp_store = memory";

/// A pool of the bare driver with the desk's settings; `writers` is 1 on SQLite.
pub async fn pool(url: &str, connections: u32) -> Result<AnyPool> {
    let is_sqlite = url.starts_with("sqlite");
    let options = AnyPoolOptions::new()
        .max_connections(connections)
        .test_before_acquire(false);
    let options = options.after_connect(move |connection, _| {
        Box::pin(async move {
            if is_sqlite {
                connection.execute(SETTINGS).await?;
            }
            Ok(())
        })
    });
    Ok(options.connect(url).await?)
}

/// Makes a database on a server and returns its address; one of a run before is measured as it is.
pub async fn make_database(server: &str) -> Result<String> {
    sqlx::any::install_default_drivers();
    let (_, name) = server.rsplit_once('/').unwrap_or_default();
    if name.starts_with("bordereau_bench") {
        return Ok(server.to_owned());
    }
    let pool = pool(server, 1).await?;
    let name = format!("bordereau_bench_{}", std::process::id());
    pool.execute(AssertSqlSafe(format!("create database {name}")))
        .await?;
    let (start, _) = server
        .rsplit_once('/')
        .context("the server's address has no database")?;
    Ok(format!("{start}/{name}"))
}

/// The filters of an organization's saved views, by the view.
pub async fn filters(pool: &AnyPool, organization: &str) -> Result<Vec<(String, Filter)>> {
    let rows = sqlx::query("select id, filter from saved_views where organization_id = $1")
        .bind(organization)
        .fetch_all(pool)
        .await?;
    rows.iter()
        .map(|row| Ok((row.try_get(0)?, serde_json::from_str(row.try_get(1)?)?)))
        .collect()
}

/// Reads the rows that these orders have in a table, by the order they belong to.
pub async fn read(
    pool: &AnyPool,
    organization: &str,
    (table, columns, id_column): (&'static str, &str, &str),
    ids: &[OrderId],
) -> Result<HashMap<String, Rows>> {
    let numbers: Vec<String> = (2..ids.len() + 2)
        .map(|number| format!("${number}"))
        .collect();
    // In one read: the keys of an order are found by looking at all of them.
    let text = format!(
        "select {columns} from {table} where organization_id = $1 and {id_column} in ({})",
        numbers.join(",")
    );
    let mut query = sqlx::query(AssertSqlSafe(text)).bind(organization);
    for id in ids {
        query = query.bind(id.as_str());
    }
    let names: Vec<String> = columns.split(", ").map(str::to_owned).collect();
    let none = Rows {
        table,
        columns: names,
        rows: Vec::new(),
    };
    let mut read: HashMap<String, Rows> =
        ids.iter().map(|id| (id.0.clone(), none.clone())).collect();
    for row in query.fetch_all(pool).await? {
        let id: String = row.try_get(id_column)?;
        let rows = read.entry(id).or_insert_with(|| none.clone());
        rows.rows.push(values(&row)?);
    }
    Ok(read)
}

fn values(row: &AnyRow) -> Result<Vec<Value>> {
    (0..row.columns().len())
        .map(|index| {
            if let Ok(text) = row.try_get::<Option<String>, _>(index) {
                return Ok(text.map_or(Value::Null, Value::Text));
            }
            let number: Option<i64> = row
                .try_get(index)
                .with_context(|| row.column(index).name().to_owned())?;
            Ok(number.map_or(Value::Null, Value::Number))
        })
        .collect()
}

impl Rows {
    /// The value of a column in the first row.
    pub fn first(&self, column: &str) -> Value {
        let index = self.columns.iter().position(|name| name == column);
        index.map_or(Value::Null, |index| self.rows[0][index].clone())
    }

    /// The statement that writes so many of them.
    fn insert(&self, rows: usize) -> String {
        let mut number = 0;
        let values: Vec<String> = (0..rows)
            .map(|_| {
                let one: Vec<String> = self
                    .columns
                    .iter()
                    .map(|column| {
                        number += 1;
                        // The one column that is no text or number on PostgreSQL.
                        let is_vector = column == "words" && self.columns.len() == 4;
                        if is_vector {
                            format!("cast(${number} as tsvector)")
                        } else {
                            format!("${number}")
                        }
                    })
                    .collect();
                format!("({})", one.join(","))
            })
            .collect();
        // The counts of views are added to the cell that is there.
        let end = match self.table {
            COUNTS => {
                " on conflict (organization_id, view_id, mode, day, slot) \
                 do update set count = view_counts.count + excluded.count"
            }
            _ => "",
        };
        format!(
            "insert into {} ({}) values {}{end}",
            self.table,
            self.columns.join(", "),
            values.join(",")
        )
    }

    fn write_to_file(&self, tx: &rusqlite::Transaction<'_>) -> Result<()> {
        let mut prepared = tx.prepare_cached(&self.insert(1))?;
        for row in &self.rows {
            for (index, value) in row.iter().enumerate() {
                match value {
                    Value::Text(text) => prepared.raw_bind_parameter(index + 1, text)?,
                    Value::Number(number) => prepared.raw_bind_parameter(index + 1, number)?,
                    Value::Null => prepared.raw_bind_parameter(index + 1, rusqlite::types::Null)?,
                }
            }
            prepared.raw_execute()?;
        }
        Ok(())
    }

    async fn write(&self, connection: &mut sqlx::AnyConnection) -> Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let text = self.insert(self.rows.len());
        let mut query = sqlx::query(AssertSqlSafe(text));
        for value in self.rows.iter().flatten() {
            query = match value {
                Value::Text(text) => query.bind(text.as_str()),
                Value::Number(number) => query.bind(*number),
                Value::Null => query.bind(None::<String>),
            };
        }
        query.execute(connection).await?;
        Ok(())
    }
}

/// One durable transaction that writes these rows.
pub async fn commit(pool: &AnyPool, begin: &'static str, written: &Written) -> Result<()> {
    let mut tx = pool.begin_with(begin).await?;
    for rows in written {
        rows.write(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// The same for many batches on the embedded file, by the fastest driver of it: statements that are prepared once, and
/// the rows of the search index in their order.
pub fn commit_to_file(url: &str, batches: &[Written]) -> Result<()> {
    let path = sqlx::sqlite::SqliteConnectOptions::from_str(url)?;
    let mut connection = rusqlite::Connection::open(path.get_filename())?;
    connection.execute_batch(SETTINGS)?;
    for batch in batches {
        let tx = connection.transaction()?;
        for rows in batch.iter().filter(|rows| rows.table != WORDS) {
            rows.write_to_file(&tx)?;
        }
        in_order(batch).write_to_file(&tx)?;
        tx.commit()?;
    }
    Ok(())
}

/// The words of a whole batch in the order of their rows: the index writes itself out whenever one is lower.
fn in_order(batch: &Written) -> Rows {
    let words = batch.iter().filter(|rows| rows.table == WORDS);
    let mut rows: Vec<Vec<Value>> = words.clone().flat_map(|rows| rows.rows.clone()).collect();
    rows.sort_by_key(|row| match row[0] {
        Value::Number(row) => row,
        _ => 0,
    });
    let columns = words.map(|rows| rows.columns.clone()).next();
    Rows {
        table: WORDS,
        columns: columns.unwrap_or_default(),
        rows,
    }
}

/// The columns that name a row of a table; the rest of it may have changed.
fn key_of(table: &str) -> &'static [&'static str] {
    match table {
        "orders" | "jobs" => &["organization_id", "id"],
        "order_events" => &["organization_id", "order_id", "seq"],
        "order_keys" => &["organization_id", "kind", "value", "within"],
        "order_tags" => &["organization_id", "mode", "tag", "facets", "position"],
        "idempotency" => &["organization_id", "key"],
        COUNTS => &["organization_id", "view_id", "mode", "day", "slot"],
        WORDS => &["organization_id", "mode", "position", "rowid"],
        other => unreachable!("nothing is copied into {other}"),
    }
}

/// Takes written rows away again.
pub async fn remove(pool: &AnyPool, begin: &'static str, written: &[Written]) -> Result<()> {
    let mut tx = pool.begin_with(begin).await?;
    for rows in written.iter().flatten() {
        let key = key_of(rows.table).iter();
        let places: Vec<usize> = key
            .filter_map(|name| rows.columns.iter().position(|column| column == name))
            .collect();
        let conditions: Vec<String> = (1..=places.len())
            .zip(&places)
            .map(|(number, place)| format!("{} = ${number}", rows.columns[*place]))
            .collect();
        let text = format!(
            "delete from {} where {}",
            rows.table,
            conditions.join(" and ")
        );
        for row in &rows.rows {
            let query = sqlx::query(AssertSqlSafe(text.as_str()));
            let query = places
                .iter()
                .fold(query, |query, place| match &row[*place] {
                    Value::Text(text) => query.bind(text.as_str()),
                    Value::Number(number) => query.bind(*number),
                    Value::Null => query.bind(None::<String>),
                });
            query.execute(&mut *tx).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// One durable transaction that updates an order's row and writes these rows: what a refund commits.
pub async fn update(
    pool: &AnyPool,
    begin: &'static str,
    organization: &str,
    id: &str,
    written: &Written,
) -> Result<()> {
    let mut tx = pool.begin_with(begin).await?;
    sqlx::query(
        "update orders set version = version, document = document || ' ', updated_at_us = updated_at_us + 1 \
         where organization_id = $1 and id = $2",
    )
    .bind(organization)
    .bind(id)
    .execute(&mut *tx)
    .await?;
    for rows in written {
        rows.write(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Reads one document.
pub async fn document(pool: &AnyPool, organization: &str, id: &str) -> Result<()> {
    let row = sqlx::query("select document from orders where organization_id = $1 and id = $2")
        .bind(organization)
        .bind(id)
        .fetch_one(pool)
        .await?;
    let _: String = row.try_get(0)?;
    Ok(())
}

/// Reads the columns of a page's rows by their ids.
pub async fn by_ids(
    pool: &AnyPool,
    organization: &str,
    ids: &[String],
    columns: &str,
) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let numbers: Vec<String> = (2..ids.len() + 2)
        .map(|number| format!("${number}"))
        .collect();
    let text = format!(
        "select {columns} from orders o where o.organization_id = $1 and o.id in ({})",
        numbers.join(",")
    );
    let mut query = sqlx::query(AssertSqlSafe(text)).bind(organization);
    for id in ids {
        query = query.bind(id.as_str());
    }
    for row in query.fetch_all(pool).await? {
        values(&row)?;
    }
    Ok(())
}

/// Streams the columns of every order, and counts them.
pub async fn stream(pool: &AnyPool, organization: &str, columns: &str) -> Result<u64> {
    let text = format!(
        "select {columns} from orders o where o.organization_id = $1 and o.mode = 'live' order by o.position"
    );
    let mut rows = sqlx::query(AssertSqlSafe(text))
        .bind(organization)
        .fetch(pool);
    let mut count = 0;
    while let Some(row) = rows.try_next().await? {
        values(&row)?;
        count += 1;
    }
    Ok(count)
}
