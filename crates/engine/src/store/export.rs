//! Every order that a filter keeps, one row at a time.

use domain::filter::{Filter, Sort, SortKey, Summary};
use domain::ids::OrganizationId;
use domain::order::Mode;
use futures_util::TryStreamExt;
use jiff::Timestamp;
use sqlx::Row;
use sqlx::any::AnyRow;

use super::list::{Page, SUMMARY, summary, updated_at};
use super::pages::Asked;
use super::{Store, StoreError};

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
    /// Hands every order that a filter keeps to `each`, oldest first, holding one row at a time.
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
        let mut rows = statement.query(self.dialect()).fetch(&mut *connection);
        while let Some(row) = rows.try_next().await.map_err(StoreError::from)? {
            each(exported(&row, with_documents)?)?;
        }
        Ok(())
    }
}
