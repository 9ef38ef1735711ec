//! Rows of one table on their way into the database, made ready away from it and written by either driver.

use rusqlite::types::{ToSqlOutput, ValueRef};
use sqlx::{Any, Transaction};

use super::orders::AnyQuery;

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
    /// Words to be found by, with spaces between, as PostgreSQL keeps them.
    Words(String),
}

impl Value {
    pub fn bind<'q>(self, query: AnyQuery<'q>) -> AnyQuery<'q> {
        match self {
            Self::Text(text) | Self::Words(text) => query.bind(text),
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
            Self::Text(text) | Self::Words(text) => ValueRef::Text(text.as_bytes()),
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
        let first = self.rows.first().map_or(&[][..], Vec::as_slice);
        let mut values = String::new();
        for place in 0..rows * first.len() {
            let column = place % first.len();
            values.push_str(match (place, column) {
                (0, _) => "(",
                (_, 0) => "),(",
                _ => ",",
            });
            let number = place + 1;
            match first[column] {
                Value::Words(_) => values.push_str(&format!(
                    "array_to_tsvector(string_to_array(${number}, ' '))"
                )),
                _ => values.push_str(&format!("${number}")),
            }
        }
        format!("{} values {values}){}", self.start, self.end)
    }

    /// Writes them, a few a statement, and tells how many were written.
    pub async fn write(self, tx: &mut Transaction<'static, Any>) -> Result<u64, sqlx::Error> {
        let texts = [AT_ONCE, self.rows.len() % AT_ONCE].map(|rows| self.text(rows));
        let mut rows = self.rows.into_iter();
        let mut written = 0;
        loop {
            let chunk: Vec<Vec<Value>> = rows.by_ref().take(AT_ONCE).collect();
            if chunk.is_empty() {
                return Ok(written);
            }
            let text = &texts[usize::from(chunk.len() < AT_ONCE)];
            let query = sqlx::query(sqlx::AssertSqlSafe(text.as_str()));
            let values = chunk.into_iter().flatten();
            let query = values.fold(query, |query, value| value.bind(query));
            written += query.execute(&mut **tx).await?.rows_affected();
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
