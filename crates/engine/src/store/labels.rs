//! Labels that were bought: a small table that each commit keeps, which lists of them read and count, and their files.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::ids::{LabelId, OrderId, OrganizationId};
use domain::order::{Mode, Order};
use domain::shipment::LabelState;
use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use super::dialect::askable;
use super::orders::{name, named};
use super::{Store, StoreError};
use crate::labels::{LabelPlace, LabelStanding, ListedLabel, Printed, Wanted};

type Tx = Transaction<'static, Any>;

/// What of a label stands in its row.
#[derive(PartialEq, Eq)]
struct Bought<'a> {
    id: &'a LabelId,
    account: &'a str,
    standing: LabelStanding,
}

/// The labels of an order that were bought.
fn bought(order: &Order) -> impl Iterator<Item = Bought<'_>> {
    let labels = order.shipments.iter();
    let labels = labels.filter_map(|shipment| shipment.label.as_ref());
    labels.filter_map(|label| {
        let standing = match label.state {
            LabelState::Bought | LabelState::VoidRequested => LabelStanding::Created,
            LabelState::Voided => LabelStanding::Voided,
            LabelState::Requested | LabelState::Sent | LabelState::Unknown | LabelState::Failed => {
                return None;
            }
        };
        Some(Bought {
            id: &label.id,
            account: &label.account,
            standing,
        })
    })
}

/// Writes what a commit changes of an order's rows; most change none.
pub(super) async fn write(
    tx: &mut Tx,
    before: Option<&Order>,
    order: &Order,
) -> Result<(), StoreError> {
    let was: Vec<Bought<'_>> = before
        .map(|order| bought(order).collect())
        .unwrap_or_default();
    for label in bought(order).filter(|label| !was.contains(label)) {
        sqlx::query(
            "insert into labels (organization_id, id, mode, order_id, account, state, created_at_us) \
             values ($1, $2, $3, $4, $5, $6, $7) \
             on conflict (organization_id, id) do update set state = excluded.state",
        )
        .bind(order.organization_id.as_str())
        .bind(label.id.as_str())
        .bind(name(&order.mode))
        .bind(order.id.as_str())
        .bind(label.account)
        .bind(name(&label.standing))
        .bind(order.updated_at.as_microsecond())
        .execute(&mut **tx)
        .await?;
    }
    Ok(())
}

fn read(row: &AnyRow) -> Result<ListedLabel, StoreError> {
    Ok(ListedLabel {
        order_id: OrderId(row.try_get("order_id")?),
        place: LabelPlace {
            created_at_us: row.try_get("created_at_us")?,
            label: LabelId(row.try_get("id")?),
        },
    })
}

/// What all questions about the list ask for; empty texts stand for everything.
const KEPT: &str = "mode = $2 and ($3 = '' or account = $3) and ($4 = '' or state = $4) \
    and created_at_us >= $5 and created_at_us <= $6";

type Query<'a> = sqlx::query::Query<'a, Any, <Any as sqlx::Database>::Arguments>;

fn kept<'a>(
    text: &'a str,
    organization: &'a OrganizationId,
    mode: Mode,
    wanted: &Wanted,
) -> Query<'a> {
    let standing = wanted.standing.map(|standing| name(&standing));
    let bound = |at: Option<Timestamp>, open: i64| at.map_or(open, |at| at.as_microsecond());
    sqlx::query(sqlx::AssertSqlSafe(text.to_owned()))
        .bind(organization.as_str())
        .bind(name(&mode))
        .bind(askable(&wanted.account).to_owned())
        .bind(standing.unwrap_or_default())
        .bind(bound(wanted.from, i64::MIN))
        .bind(bound(wanted.until, i64::MAX))
}

impl Store {
    /// Labels as they stand in the list, newest first; of a page from its end, oldest first.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn labels(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        wanted: &Wanted,
    ) -> Result<Vec<ListedLabel>, StoreError> {
        let order = if wanted.is_backward { "" } else { " desc" };
        let text = format!(
            "select id, order_id, created_at_us from labels where organization_id = $1 and {KEPT} \
             and (created_at_us, id) < ($7, $8) and (created_at_us, id) > ($9, $10) \
             order by created_at_us{order}, id{order} limit $11"
        );
        // Behind every identifier stands what begins with a later letter than all of them.
        let newest = (i64::MAX, "~");
        let place = |place: &LabelPlace| (place.created_at_us, place.label.0.clone());
        let (after_us, after) = wanted
            .after
            .as_ref()
            .map_or((newest.0, newest.1.to_owned()), place);
        let (before_us, before) = wanted
            .before
            .as_ref()
            .map_or((i64::MIN, String::new()), place);
        let rows = kept(&text, organization, mode, wanted)
            .bind(after_us)
            .bind(askable(&after).to_owned())
            .bind(before_us)
            .bind(askable(&before).to_owned())
            .bind(i64::try_from(wanted.limit).unwrap_or(i64::MAX))
            .fetch_all(self.reader())
            .await?;
        rows.iter().map(read).collect()
    }

    /// How many there are of them, whatever the page.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn count_labels(
        &self,
        organization: &OrganizationId,
        mode: Mode,
        wanted: &Wanted,
    ) -> Result<i64, StoreError> {
        let text = format!("select count(*) from labels where organization_id = $1 and {KEPT}");
        let row = kept(&text, organization, mode, wanted)
            .fetch_one(self.reader())
            .await?;
        Ok(row.try_get(0)?)
    }

    /// Keeps the file of a label, in place of the one that is there.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn put_label_file(
        &self,
        organization: &OrganizationId,
        label: &LabelId,
        printed: &Printed,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "insert into label_files (organization_id, label_id, kind, content, created_at_us) \
             values ($1, $2, $3, $4, $5) on conflict (organization_id, label_id) do update \
             set kind = excluded.kind, content = excluded.content",
        )
        .bind(organization.as_str())
        .bind(label.as_str())
        .bind(name(&printed.kind))
        .bind(STANDARD.encode(&printed.bytes))
        .bind(at.as_microsecond())
        .execute(self.writer())
        .await?;
        Ok(())
    }

    /// The file of a label.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn label_file(
        &self,
        organization: &OrganizationId,
        label: &LabelId,
    ) -> Result<Option<Printed>, StoreError> {
        let row = sqlx::query(
            "select kind, content from label_files where organization_id = $1 and label_id = $2",
        )
        .bind(organization.as_str())
        .bind(askable(label.as_str()))
        .fetch_optional(self.reader())
        .await?;
        row.map(|row| {
            let content: String = row.try_get("content")?;
            let bytes = STANDARD.decode(content);
            Ok(Printed {
                kind: named(row.try_get("kind")?, "label_file.kind")?,
                bytes: bytes
                    .map_err(|error| StoreError::Setup(format!("a label's file: {error}")))?,
            })
        })
        .transpose()
    }
}
