//! Every order that a filter keeps, one row at a time.

use std::collections::HashMap;

use domain::filter::{Facets, Filter, Sort, SortKey, Summary};
use domain::ids::OrganizationId;
use domain::order::Mode;
use futures_util::TryStreamExt;
use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;
use tokio::sync::mpsc;

use super::embedded::{Embedded, away};
use super::list::{Page, SUMMARY, SummaryRow, instant, summary, updated_at};
use super::pages::Asked;
use super::statement::Statement;
use super::{Store, StoreError, facets};

/// Rows that are handed over together; with [`WAITING`] it bounds the memory.
const CHUNK: usize = 256;

/// Chunks that may wait for whoever writes them out.
const WAITING: usize = 2;

/// An order as an export tells it.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The order.
    pub id: String,
    /// What the list says of it.
    pub summary: Summary,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The whole document, where that was asked for.
    pub document: Option<String>,
}

fn exported(row: &AnyRow, with_document: bool) -> Result<Exported, StoreError> {
    Ok(Exported {
        id: row.try_get("id")?,
        summary: summary(row)?,
        updated_at: updated_at(row)?,
        document: if with_document {
            Some(row.try_get("document")?)
        } else {
            None
        },
    })
}

impl Store {
    /// Hands every order that a filter keeps to `each`, oldest first, holding a few rows at a time.
    ///
    /// # Errors
    /// The database, or what `each` answers.
    pub async fn each<E: From<StoreError>>(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        filter: &Filter,
        with_documents: bool,
        each: &mut (dyn FnMut(Exported) -> Result<(), E> + Send),
    ) -> Result<(), E> {
        let sort = Sort {
            key: SortKey::Placed,
            is_descending: false,
        };
        let page = Page {
            filter: filter.clone(),
            sort,
            after: None,
            limit: 0,
        };
        let extra = if with_documents { ", o.document" } else { "" };
        let columns = format!("{SUMMARY}{extra}");
        let scope = self.scope(organization, mode).await?;
        let mut connection = self.reader().acquire().await.map_err(StoreError::from)?;
        let Some(statement) = self
            .page_of(&Asked::of(scope, &page, &columns, None), &mut connection)
            .await?
        else {
            return Ok(());
        };
        if let Some(file) = &self.file {
            drop(connection);
            return each_of_file(file.clone(), statement, with_documents, each).await;
        }
        let mut rows = statement.query(self.dialect()).fetch(&mut *connection);
        while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
            each(exported(&row, with_documents)?)?;
        }
        Ok(())
    }
}

/// The same from the embedded file: one thread reads while `each` works.
async fn each_of_file<E: From<StoreError>>(
    file: Embedded,
    statement: Statement,
    with_documents: bool,
    each: &mut (dyn FnMut(Exported) -> Result<(), E> + Send),
) -> Result<(), E> {
    let (sender, mut chunks) = mpsc::channel(WAITING);
    let reading = tokio::spawn(away(move || {
        read(&file, &statement, with_documents, &sender)
    }));
    let mut result = Ok(());
    while let (Ok(()), Some(chunk)) = (&result, chunks.recv().await) {
        result = chunk.into_iter().try_for_each(&mut *each);
    }
    // Whoever reads is told that nobody waits any more, and ends.
    drop(chunks);
    reading
        .await
        .map_err(|_| StoreError::from(sqlx::Error::WorkerCrashed))??;
    result
}

fn read(
    file: &Embedded,
    statement: &Statement,
    with_documents: bool,
    sender: &mpsc::Sender<Vec<Exported>>,
) -> Result<(), StoreError> {
    let connection = file.connect()?;
    let mut prepared = connection.prepare(&statement.text)?;
    statement.bind_to(&mut prepared)?;
    let mut rows = prepared.raw_query();
    let mut known = HashMap::new();
    let mut chunk = Vec::with_capacity(CHUNK);
    while let Some(row) = rows.next()? {
        chunk.push(exported_of_file(row, with_documents, &mut known)?);
        if chunk.len() < CHUNK {
            continue;
        }
        let full = std::mem::replace(&mut chunk, Vec::with_capacity(CHUNK));
        if sender.blocking_send(full).is_err() {
            return Ok(());
        }
    }
    sender.blocking_send(chunk).ok();
    Ok(())
}

/// Reads a row of [`SUMMARY`], and the document behind it, by their places. Facets that were read once are `known`.
fn exported_of_file(
    row: &rusqlite::Row<'_>,
    with_document: bool,
    known: &mut HashMap<String, Facets>,
) -> Result<Exported, StoreError> {
    let text = |place: usize| -> Result<&str, StoreError> {
        let value = row.get_ref(place)?;
        value
            .as_str()
            .map_err(|error| StoreError::unreadable("a row of an export", error))
    };
    let row_of = SummaryRow {
        number: row
            .get_ref(1)?
            .as_str_or_null()
            .map_err(|error| StoreError::unreadable("number", error))?,
        desk_number: row.get(2)?,
        position: row.get(3)?,
        customer: text(4)?,
        destination: text(7)?,
        attention_count: row.get(8)?,
        currency: text(9)?,
        total_minor: row.get(10)?,
        base_currency: text(11)?,
        total_base_minor: row.get(12)?,
        tags: text(13)?,
    };
    let shown = text(6)?;
    let shown = match known.get(shown) {
        Some(facets) => *facets,
        None => *known
            .entry(shown.to_owned())
            .or_insert(facets::parse(shown)?),
    };
    Ok(Exported {
        id: text(0)?.to_owned(),
        summary: row_of.summary(shown)?,
        updated_at: instant(row.get(15)?)?,
        document: if with_document {
            Some(text(16)?.to_owned())
        } else {
            None
        },
    })
}
