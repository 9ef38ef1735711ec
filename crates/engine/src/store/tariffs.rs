//! Tariffs that organizations brought in, by version.

use domain::ids::OrganizationId;
use domain::tariff::find::{Entry, Origin};
use domain::tariff::{EU, Row, covers};
use jiff::Timestamp;
use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::change::Change;
use super::orders::{count, int};
use super::people::{instant, json, text};
use super::{Store, StoreError, placeholders};
use crate::tariffs::Version;

/// The most rows one statement writes; SQLite takes 32,766 binds.
const ROWS_AT_ONCE: usize = 500;

/// The columns of a version.
const VERSION: &str =
    "version, source, stated_on, fingerprint, row_count, imported_by, imported_at_us, replaced_by";

/// Which rows are looked for besides those of the code itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Those of shorter codes that the code begins with.
    Above,
    /// Those of longer codes that begin with it, too.
    AboveAndBeneath,
}

impl Store {
    /// Every version, newest first.
    ///
    /// # Errors
    /// The database.
    pub async fn tariff_versions(
        &self,
        organization: &OrganizationId,
    ) -> Result<Vec<Version>, StoreError> {
        let text = format!(
            "select {VERSION} from tariff_versions where organization_id = $1 order by version desc"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(organization.as_str())
            .fetch_all(self.reader())
            .await?;
        rows.iter().map(read_version).collect()
    }

    /// The rows of a version, as they stood in its file.
    ///
    /// # Errors
    /// The database.
    pub async fn tariff_rows(
        &self,
        organization: &OrganizationId,
        version: u64,
    ) -> Result<Vec<Row>, StoreError> {
        let rows = sqlx::query(
            "select body from tariff_rows where organization_id = $1 and version = $2 order by place",
        )
        .bind(organization.as_str())
        .bind(int(version))
        .fetch_all(self.reader())
        .await?;
        let read = |row: &AnyRow| json(row.try_get("body")?, "a row of a tariff");
        rows.iter().map(read).collect()
    }

    /// What holds for goods with this HS code into a country, and what holds for all goods.
    ///
    /// # Errors
    /// The database.
    pub async fn tariff_of(
        &self,
        organization: &OrganizationId,
        country: &str,
        hs_code: &str,
        reach: Reach,
    ) -> Result<Vec<Entry>, StoreError> {
        let union = if covers(EU, country) { EU } else { country };
        let beginnings: Vec<&str> = (2..=hs_code.len())
            .filter_map(|digits| hs_code.get(..digits))
            .collect();
        let text = format!(
            "select v.version, v.source, v.stated_on, r.body from tariff_versions v \
             join tariff_rows r on r.organization_id = v.organization_id and r.version = v.version \
             where v.organization_id = $1 and v.replaced_by = 0 and r.destination in ($2, $3) \
             and (r.hs_prefix in {} or r.hs_prefix like $4) order by v.version, r.destination, r.hs_prefix, r.place",
            placeholders(5, 1, beginnings.len() + 1)
        );
        let mut query = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(organization.as_str())
            .bind(country)
            .bind(union)
            .bind(match reach {
                Reach::AboveAndBeneath if !hs_code.is_empty() => format!("{hs_code}%"),
                Reach::Above | Reach::AboveAndBeneath => String::new(),
            })
            .bind("");
        for beginning in beginnings {
            query = query.bind(beginning);
        }
        let rows = query.fetch_all(self.reader()).await?;
        let read = |row: &AnyRow| {
            let from = Origin {
                source: row.try_get("source")?,
                version: count(row, "version")?,
                stated_on: day(row)?,
            };
            let row = json(row.try_get("body")?, "a row of a tariff")?;
            Ok(Entry { from, row })
        };
        rows.iter().map(read).collect()
    }
}

fn day(row: &AnyRow) -> Result<jiff::civil::Date, StoreError> {
    let text: &str = row.try_get("stated_on")?;
    text.parse()
        .map_err(|error| StoreError::unreadable("tariff_versions.stated_on", error))
}

fn read_version(row: &AnyRow) -> Result<Version, StoreError> {
    let replaced_by = count(row, "replaced_by")?;
    Ok(Version {
        version: count(row, "version")?,
        source: row.try_get("source")?,
        stated_on: day(row)?,
        fingerprint: row.try_get("fingerprint")?,
        row_count: count(row, "row_count")?,
        imported_by: row.try_get("imported_by")?,
        imported_at: instant(row, "imported_at_us")?.unwrap_or_default(),
        replaced_by: Some(replaced_by).filter(|version| *version > 0),
    })
}

impl Change {
    /// The version of a source that holds, and the number of the newest version of any source.
    pub async fn tariff_of_source(
        &mut self,
        source: &str,
    ) -> Result<(Option<Version>, u64), StoreError> {
        let text = format!(
            "select {VERSION} from tariff_versions \
             where organization_id = $1 and source = $2 and replaced_by = 0 order by version"
        );
        let holding = sqlx::query(sqlx::AssertSqlSafe(text))
            .bind(self.organization.as_str())
            .bind(source)
            .fetch_optional(&mut *self.tx)
            .await?;
        let newest = sqlx::query(
            "select coalesce(max(version), 0) as version from tariff_versions where organization_id = $1",
        )
        .bind(self.organization.as_str())
        .fetch_one(&mut *self.tx)
        .await?;
        let holding = holding.as_ref().map(read_version).transpose()?;
        Ok((holding, count(&newest, "version")?))
    }

    /// Adds a version with its rows, in the place of what its source said until then.
    pub async fn put_tariff(&mut self, version: &Version, rows: &[Row]) -> Result<(), StoreError> {
        sqlx::query(
            "update tariff_versions set replaced_by = $1 \
             where organization_id = $2 and source = $3 and replaced_by = 0",
        )
        .bind(int(version.version))
        .bind(self.organization.as_str())
        .bind(version.source.as_str())
        .execute(&mut *self.tx)
        .await?;
        sqlx::query(
            "insert into tariff_versions (organization_id, version, source, stated_on, fingerprint, row_count, \
             imported_by, imported_at_us, replaced_by) values ($1, $2, $3, $4, $5, $6, $7, $8, 0)",
        )
        .bind(self.organization.as_str())
        .bind(int(version.version))
        .bind(version.source.as_str())
        .bind(version.stated_on.to_string())
        .bind(version.fingerprint.as_str())
        .bind(int(version.row_count))
        .bind(version.imported_by.as_str())
        .bind(Timestamp::as_microsecond(version.imported_at))
        .execute(&mut *self.tx)
        .await?;
        let mut place = 0_i64;
        for chunk in rows.chunks(ROWS_AT_ONCE) {
            let statement = format!(
                "insert into tariff_rows (organization_id, version, destination, hs_prefix, place, body) values {}",
                placeholders(1, chunk.len(), 6)
            );
            let mut query = sqlx::query(sqlx::AssertSqlSafe(statement));
            for row in chunk {
                place += 1;
                query = query
                    .bind(self.organization.as_str())
                    .bind(int(version.version))
                    .bind(row.destination.as_str())
                    .bind(row.rule.hs_prefix())
                    .bind(place)
                    .bind(text(row, "a row of a tariff")?);
            }
            query.execute(&mut *self.tx).await?;
        }
        Ok(())
    }
}
