//! Chooses what leads a page, as the orders are now.

use sqlx::{AnyConnection, Row};

use super::{Asked, Few};
use crate::store::statement::Statement;
use crate::store::{Store, StoreError};

impl Store {
    /// The statement of a page, as the orders are that the connection sees; none where nothing can be on it.
    pub(in crate::store) async fn page_of(
        &self,
        asked: &Asked<'_>,
        connection: &mut AnyConnection,
    ) -> Result<Option<Statement>, StoreError> {
        if let Some(statement) = asked.straight()? {
            return Ok(Some(statement));
        }
        let scope = &asked.scope;
        let facets = self
            .kept_facets(scope.organization, scope.mode, asked.filter, connection)
            .await?;
        if facets.is_empty() {
            return Ok(None);
        }
        if !asked.is_listed() {
            for few in asked.conditions() {
                if self.keeps_few(asked, few, &facets, connection).await? {
                    return asked.collected(few, &facets).map(Some);
                }
            }
        }
        if let Some(statement) = asked.found()? {
            return Ok(Some(statement));
        }
        if asked.is_by_date() && asked.filter.tag.is_none() {
            asked.merged(&facets).map(Some)
        } else {
            asked.followed(&facets).map(Some)
        }
    }

    async fn keeps_few(
        &self,
        asked: &Asked<'_>,
        few: Few,
        facets: &[String],
        connection: &mut AnyConnection,
    ) -> Result<bool, StoreError> {
        let mut statement = match (few, &asked.query) {
            (Few::Words, Some(query)) => {
                let mut statement = Statement::default();
                statement.matches("1 as one", &asked.scope, query);
                statement
            }
            _ => asked.led_by(few, "1 as one", facets),
        };
        // Passing over the words of an order takes longer than over an entry of the other indexes.
        let few = if few == Few::Words {
            3 * self.few
        } else {
            self.few
        };
        statement.limit(few + 1);
        statement.text = format!("select count(*) as many from ({}) few", statement.text);
        let many: i64 = statement
            .query(self.dialect())
            .fetch_one(connection)
            .await?
            .try_get(0)?;
        Ok(many <= few)
    }
}
