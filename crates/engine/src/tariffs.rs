//! Tariffs: what an organization brings in of duties, taxes and thresholds. Each import is a version under the name of
//! its source; the newest of each source holds, and the others stay for what was quoted with them.

use domain::refusal::{Problem, Refusal};
use domain::tariff::{MAX_ROWS, MAX_TEXT, Row};
use domain::text::required_text;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::fingerprint;
use crate::permit::{ManageSettings, Permit};
use crate::settings_log::Act;
use crate::store::StoreError;
use crate::store::change::Change;

/// One import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// Its number in the organization.
    pub version: u64,
    /// Whose data it is.
    pub source: String,
    /// The day that the data tells of.
    pub stated_on: Date,
    /// A hash of the rows.
    pub fingerprint: String,
    /// How many rows it has.
    pub row_count: u64,
    /// Who brought it in.
    pub imported_by: String,
    /// When.
    pub imported_at: Timestamp,
    /// Which version took its place; none while it holds.
    pub replaced_by: Option<u64>,
}

/// A tariff to bring in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTariff {
    /// Whose data it is; it replaces what was brought in under the same name.
    pub source: String,
    /// The day that the data tells of.
    pub stated_on: Date,
    /// The rows, checked; none takes the source back.
    pub rows: Vec<Row>,
}

/// Brings a tariff in; the version, and whether it is new. The same again changes nothing.
///
/// # Errors
/// A refusal naming the field; the database.
pub async fn import(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    new: NewTariff,
) -> Result<(Version, bool), Failure> {
    let source = required_text(&new.source, "source", MAX_TEXT)?;
    let mut change = begin(desk, permit).await?;
    let (holding, newest) = change.tariff_of_source(&source).await?;
    put(
        desk,
        permit,
        change,
        NewTariff { source, ..new },
        holding,
        newest,
    )
    .await
}

/// Under which name a row is kept that was set by hand.
pub const BY_HAND: &str = "By hand";

/// Sets one row by hand, in the place of one that is about the same; the version, and whether it is new.
///
/// # Errors
/// As [`import`].
pub async fn set_row(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    row: Row,
) -> Result<(Version, bool), Failure> {
    let row = row.checked()?;
    let mut change = begin(desk, permit).await?;
    let (holding, newest) = change.tariff_of_source(BY_HAND).await?;
    let organization = &permit.scope().organization_id;
    let mut rows = match &holding {
        // Nobody else brings anything in meanwhile: the organization is held.
        Some(holding) => {
            desk.store()
                .tariff_rows(organization, holding.version)
                .await?
        }
        None => Vec::new(),
    };
    // The day is of the newest row; what is set again as it was is no change.
    let stated_on = match &holding {
        Some(holding) if rows.contains(&row) => holding.stated_on,
        _ => desk.now().to_zoned(TimeZone::UTC).date(),
    };
    let key = row.key();
    match rows.iter_mut().find(|known| known.key() == key) {
        Some(known) => *known = row,
        None => rows.push(row),
    }
    let new = NewTariff {
        source: BY_HAND.to_owned(),
        stated_on,
        rows,
    };
    put(desk, permit, change, new, holding, newest).await
}

/// Holds the organization for a change.
async fn begin(desk: &Desk, permit: &Permit<'_, ManageSettings>) -> Result<Change, StoreError> {
    let organization = &permit.scope().organization_id;
    let change = desk.store().change(organization).await?;
    change.ok_or_else(|| StoreError::Setup(format!("there is no organization {organization}")))
}

async fn put(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    mut change: Change,
    new: NewTariff,
    holding: Option<Version>,
    newest: u64,
) -> Result<(Version, bool), Failure> {
    if new.rows.len() > MAX_ROWS {
        let problem = Problem::TooMany { max: MAX_ROWS };
        return Err(Refusal::invalid("rows", problem).into());
    }
    let rows =
        serde_json::to_string(&new.rows).map_err(|error| StoreError::unreadable("rows", error))?;
    let fingerprint = fingerprint(&format!("{} {rows}", new.stated_on));
    if let Some(holding) = holding.filter(|holding| holding.fingerprint == fingerprint) {
        return Ok((holding, false));
    }
    let version = Version {
        version: newest + 1,
        source: new.source,
        stated_on: new.stated_on,
        fingerprint,
        row_count: new.rows.len() as u64,
        imported_by: permit.actor().by.name.clone(),
        imported_at: desk.now(),
        replaced_by: None,
    };
    change.put_tariff(&version, &new.rows).await?;
    let act = Act::TariffImported {
        source: version.source.clone(),
        version: version.version,
        rows: version.row_count,
    };
    change.note(desk, &permit.actor().by, &act).await?;
    change.commit().await?;
    Ok((version, true))
}

/// Every version, newest first.
///
/// # Errors
/// The database.
pub async fn versions(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
) -> Result<Vec<Version>, StoreError> {
    let organization = &permit.scope().organization_id;
    desk.store().tariff_versions(organization).await
}

/// The rows of a version, as they stood in its file.
///
/// # Errors
/// There is no such version; the database.
pub async fn rows(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    version: u64,
) -> Result<Vec<Row>, Failure> {
    let known = versions(desk, permit).await?;
    if !known.iter().any(|one| one.version == version) {
        let given = version.to_string();
        return Err(Refusal::invalid("version", Problem::Unknown { given }).into());
    }
    let organization = &permit.scope().organization_id;
    Ok(desk.store().tariff_rows(organization, version).await?)
}
