//! The bare driver: the same rows in the same tables with the same durability, and nothing else. What it writes is
//! another organization's, read back from what the desk wrote.

use anyhow::{Context as _, Result};
use domain::ids::OrganizationId;
use futures_util::TryStreamExt;
use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::{AnyPool, AssertSqlSafe, Column as _, Executor, Row};

/// A value of a row.
#[derive(Clone, Debug)]
pub enum Value {
    Text(String),
    Number(i64),
    Null,
}

/// Rows of one table.
#[derive(Clone, Debug)]
pub struct Rows {
    table: &'static str,
    columns: Vec<String>,
    rows: Vec<Vec<Value>>,
}

/// Everything one commit writes, as rows.
pub type Written = Vec<Rows>;

/// A pool of the bare driver with the desk's settings; `writers` is 1 on SQLite.
pub async fn pool(url: &str, connections: u32) -> Result<AnyPool> {
    let is_sqlite = url.starts_with("sqlite");
    let options = AnyPoolOptions::new()
        .max_connections(connections)
        .test_before_acquire(false);
    let options = options.after_connect(move |connection, _| {
        Box::pin(async move {
            if is_sqlite {
                connection
                    .execute("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma cache_size = -16384")
                    .await?;
            }
            Ok(())
        })
    });
    Ok(options.connect(url).await?)
}

/// Makes a database on a server and returns its address.
pub async fn make_database(server: &str) -> Result<String> {
    sqlx::any::install_default_drivers();
    let pool = pool(server, 1).await?;
    let name = format!("bordereau_bench_{}", std::process::id());
    pool.execute(AssertSqlSafe(format!("create database {name}")))
        .await?;
    let (start, _) = server
        .rsplit_once('/')
        .context("the server's address has no database")?;
    Ok(format!("{start}/{name}"))
}

/// Reads the rows that one order has in a table.
pub async fn read(
    pool: &AnyPool,
    table: &'static str,
    columns: &str,
    condition: &str,
    id: &str,
) -> Result<Rows> {
    let text = format!("select {columns} from {table} where {condition} = $1");
    let rows = sqlx::query(AssertSqlSafe(text))
        .bind(id)
        .fetch_all(pool)
        .await?;
    let columns = columns.split(", ").map(str::to_owned).collect();
    let rows = rows.iter().map(values).collect::<Result<_>>()?;
    Ok(Rows {
        table,
        columns,
        rows,
    })
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
    /// The same rows as another organization's.
    pub fn moved(mut self, to: &OrganizationId) -> Self {
        let index = self
            .columns
            .iter()
            .position(|column| column == "organization_id");
        for row in &mut self.rows {
            if let Some(index) = index {
                row[index] = Value::Text(to.0.clone());
            }
        }
        self
    }

    /// The statement that writes them.
    fn insert(&self) -> String {
        let mut number = 0;
        let values: Vec<String> = self
            .rows
            .iter()
            .map(|row| {
                let one: Vec<String> = row
                    .iter()
                    .map(|_| {
                        number += 1;
                        format!("${number}")
                    })
                    .collect();
                format!("({})", one.join(","))
            })
            .collect();
        format!(
            "insert into {} ({}) values {}",
            self.table,
            self.columns.join(", "),
            values.join(",")
        )
    }

    async fn write(&self, connection: &mut sqlx::AnyConnection) -> Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let text = self.insert();
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
        "update orders set version = version + 1, document = document || ' ', updated_at_us = updated_at_us + 1 \
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

/// The words of an order's search, as their row.
pub fn words(
    database: &str,
    organization: &OrganizationId,
    base: i64,
    position: i64,
    words: String,
) -> Rows {
    let (columns, row) = if database == "sqlite" {
        (
            vec!["rowid", "words"],
            vec![Value::Number(base + position), Value::Text(words)],
        )
    } else {
        let vector: Vec<String> = words.split(' ').map(|word| format!("'{word}'")).collect();
        let row = vec![
            Value::Text(organization.0.clone()),
            Value::Number(position),
            Value::Text(vector.join(" ")),
        ];
        (vec!["organization_id", "position", "words"], row)
    };
    Rows {
        table: "order_search",
        columns: columns.into_iter().map(str::to_owned).collect(),
        rows: vec![row],
    }
}

/// What a refund adds besides the order's row: an event, a key and a job.
pub fn refund_rows(
    organization: &OrganizationId,
    order: &str,
    number: usize,
    round: usize,
) -> Written {
    let text = |text: String| Value::Text(text);
    let id = format!("refund_bare_{round}_{number}");
    let now = Value::Number(1_790_000_000_000_000);
    let seq = i64::try_from(1_000_000 + round * 1_000_000 + number).unwrap_or(0);
    let columns = |names: &str| names.split(", ").map(str::to_owned).collect();
    let body = "x".repeat(520);
    vec![
        Rows {
            table: "order_events",
            columns: columns("organization_id, order_id, seq, at_us, kind, body"),
            rows: vec![vec![
                text(organization.0.clone()),
                text(order.to_owned()),
                Value::Number(seq),
                now.clone(),
                text("refund_requested".to_owned()),
                text(body),
            ]],
        },
        Rows {
            table: "order_keys",
            columns: columns("organization_id, kind, value, within, order_id"),
            rows: vec![vec![
                text(organization.0.clone()),
                text("refund".to_owned()),
                text(id.clone()),
                text(String::new()),
                text(order.to_owned()),
            ]],
        },
        Rows {
            table: "jobs",
            columns: columns(
                "organization_id, id, kind, mode, order_id, subject, state, due_at_us, attempts, lease, problem, created_at_us",
            ),
            rows: vec![vec![
                text(organization.0.clone()),
                text(format!("job_bare_{round}_{number}")),
                text("refund_execute".to_owned()),
                text("live".to_owned()),
                text(order.to_owned()),
                text(id),
                text("waiting".to_owned()),
                now.clone(),
                Value::Number(0),
                text(String::new()),
                text(String::new()),
                now,
            ]],
        },
    ]
}

/// So many copies of these orders' rows, each with keys of its own, in transactions of `batch` orders.
pub fn batches(samples: &[Written], count: u64, batch: usize) -> Vec<Written> {
    let mut made: Vec<Written> = Vec::new();
    let copies: Vec<Written> = (0..count)
        .map(|number| {
            copy(
                &samples[usize::try_from(number).unwrap_or(0) % samples.len()],
                number,
            )
        })
        .collect();
    for chunk in copies.chunks(batch) {
        let mut written: Written = Vec::new();
        for group in chunk.chunks(40) {
            for table in 0..group[0].len() {
                let mut rows = group[0][table].clone();
                rows.rows = group
                    .iter()
                    .flat_map(|order| order[table].rows.clone())
                    .collect();
                written.push(rows);
            }
        }
        made.push(written);
    }
    made
}

/// A copy of an order's rows under another id, number and place.
fn copy(sample: &Written, number: u64) -> Written {
    let shift = i64::try_from(number).unwrap_or(0) + 1;
    let mut copied = sample.clone();
    for rows in &mut copied {
        for row in &mut rows.rows {
            for (column, value) in rows.columns.iter().zip(row) {
                let is_id = matches!(column.as_str(), "id" | "order_id" | "value");
                match value {
                    Value::Text(text) if is_id => text.push_str(&format!("_{number}")),
                    Value::Number(place)
                        if matches!(column.as_str(), "position" | "rowid" | "desk_number") =>
                    {
                        *place += shift << 20;
                    }
                    _ => {}
                }
            }
        }
    }
    copied
}

/// A file of orders to import.
pub fn lines(count: u64) -> Vec<u8> {
    let mut lines = Vec::new();
    for number in 0..count {
        let day = number % 28 + 1;
        let line = serde_json::json!({
            "number": format!("IMPORT-{number}"),
            "placed_at": format!("2026-0{}-{day:02}T08:00:00Z", number % 9 + 1),
            "currency": "EUR",
            "rate": "1.0842",
            "items": [
                {"sku": format!("SKU-{}", number % 977), "name": "Two-person tent, green", "quantity": 1, "unit_price": "249.90",
                 "hs_code": "630622", "origin": "VN", "weight_g": 2300},
                {"sku": "MUG-450-BLU", "name": "Enamel mug", "quantity": 2, "unit_price": "18.00", "hs_code": "732394", "origin": "PL"}
            ],
            "shipping": "14.50", "duties": "11.20", "taxes": "58.00",
            "ship_to": {"first_name": "Élodie", "last_name": format!("Lefèvre{}", number % 5_000), "line1": "4 rue des Écoles",
                        "city": "Lyon", "postal_code": "69003", "country": "FR", "email": format!("e{number}@example.com")},
            "state": "shipped",
            "tracking_numbers": [format!("LX{number:09}FR")]
        });
        lines.extend_from_slice(line.to_string().as_bytes());
        lines.push(b'\n');
    }
    lines
}

/// Whether a desk answers at this address.
pub fn is_healthy(address: &str) -> bool {
    use std::io::{Read as _, Write as _};
    let Ok(mut stream) = std::net::TcpStream::connect(address) else {
        return false;
    };
    let mut answer = String::new();
    stream
        .write_all(b"GET /healthz HTTP/1.1\r\nhost: desk\r\nconnection: close\r\n\r\n")
        .is_ok()
        && stream.read_to_string(&mut answer).is_ok()
        && answer.starts_with("HTTP/1.1 200")
}
