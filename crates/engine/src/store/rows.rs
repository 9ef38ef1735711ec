//! Rows of one table on their way into the database, made ready away from it and written by either driver.

use rusqlite::types::{ToSqlOutput, ValueRef};
use sqlx::{Any, Transaction};

use super::orders::AnyQuery;
use super::placeholders;

/// Rows a statement of sqlx: measured, ten to twenty are best; it looks every placeholder up by its name.
const AT_ONCE: usize = 16;

/// A value of a row: text and bigint are all there is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Value {
    Text(String),
    Number(i64),
    Null,
    /// No number: PostgreSQL wants to know what is missing.
    NoNumber,
}

impl Value {
    pub fn bind<'q>(self, query: AnyQuery<'q>) -> AnyQuery<'q> {
        match self {
            Self::Text(text) => query.bind(text),
            Self::Number(number) => query.bind(number),
            Self::Null => query.bind(None::<String>),
            Self::NoNumber => query.bind(None::<i64>),
        }
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<Option<i64>> for Value {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::NoNumber, Self::Number)
    }
}

impl From<Option<String>> for Value {
    fn from(text: Option<String>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }
}

impl rusqlite::ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Number(number) => ValueRef::Integer(*number),
            Self::Null | Self::NoNumber => ValueRef::Null,
        }))
    }
}

/// Rows of one table.
pub(crate) struct Rows {
    /// `insert into … (…)`, before the values.
    start: &'static str,
    /// What follows the values.
    end: &'static str,
    rows: Vec<Vec<Value>>,
}

impl Rows {
    pub fn of(start: &'static str, rows: impl IntoIterator<Item = Vec<Value>>) -> Self {
        Self {
            start,
            end: "",
            rows: rows.into_iter().collect(),
        }
    }

    /// The same with what a row does that is there already.
    pub fn ending(mut self, end: &'static str) -> Self {
        self.end = end;
        self
    }

    /// Sorts rows by their values, so that those that stand together in the table are written together.
    pub fn sorted(mut self) -> Self {
        self.rows.sort_unstable();
        self
    }

    fn text(&self, rows: usize) -> String {
        let columns = self.rows.first().map_or(0, Vec::len);
        let values = placeholders(1, rows, columns);
        format!("{} values {values}{}", self.start, self.end)
    }

    /// Writes them, a few a statement.
    pub async fn write(self, tx: &mut Transaction<'static, Any>) -> Result<(), sqlx::Error> {
        let texts = [AT_ONCE, self.rows.len() % AT_ONCE].map(|rows| self.text(rows));
        let mut rows = self.rows.into_iter();
        loop {
            let chunk: Vec<Vec<Value>> = rows.by_ref().take(AT_ONCE).collect();
            if chunk.is_empty() {
                return Ok(());
            }
            let text = &texts[usize::from(chunk.len() < AT_ONCE)];
            let query = sqlx::query(sqlx::AssertSqlSafe(text.as_str()));
            let values = chunk.into_iter().flatten();
            let query = values.fold(query, |query, value| value.bind(query));
            query.execute(&mut **tx).await?;
        }
    }

    /// Writes them into the embedded file, one by one by a statement that is prepared once.
    pub fn write_to_file(self, tx: &rusqlite::Transaction<'_>) -> rusqlite::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let mut prepared = tx.prepare_cached(&self.text(1))?;
        for row in self.rows {
            // The placeholders stand in the order of the values.
            for (place, value) in row.iter().enumerate() {
                prepared.raw_bind_parameter(place + 1, value)?;
            }
            prepared.raw_execute()?;
        }
        Ok(())
    }
}
