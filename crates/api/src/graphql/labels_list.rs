//! One label, and pages of labels, newest first.

use async_graphql::{ComplexObject, Context, ID, InputObject, Object, Result, SimpleObject};
use domain::ids::LabelId;
use domain::refusal::{Problem, Refusal};
use engine::labels::{LabelPlace, LabelStanding, ListedLabel, Wanted, count, order_of, page};
use jiff::Timestamp;

use super::caller::Caller;
use super::enums::LabelStatusType;
use super::errors::not_found;
use super::labels::Label;
use super::query::{DateTimeRange, MOST, PageInfo, USUAL, page_size};
use super::scalars::DateTime;
use super::shipment_cartons::label;
use super::shipments::shipments;
use super::sold::Sold;

/// Which labels; what is said must all hold.
#[derive(Default, InputObject)]
pub(crate) struct LabelFilter {
    /// Bought with this carrier account.
    carrier: Option<ID>,
    /// When it was bought.
    created_date: Option<DateTimeRange>,
    status: Option<LabelStatusType>,
}

/// A page of labels.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct LabelConnection {
    edges: Vec<LabelEdge>,
    page_info: Option<PageInfo>,
    #[graphql(skip)]
    wanted: Wanted,
}

/// A label on a page.
#[derive(SimpleObject)]
pub(crate) struct LabelEdge {
    cursor: Option<String>,
    node: Option<Label>,
}

#[ComplexObject]
impl LabelConnection {
    /// How many there are, whatever the page; counted only where it is asked for.
    #[graphql(complexity = "50")]
    async fn total_count(&self, context: &Context<'_>) -> Result<i64> {
        let caller = Caller::of(context);
        let permit = caller.session.permit()?;
        Ok(count(&caller.desk, &permit, &self.wanted).await?)
    }
}

/// What can be asked about labels.
#[derive(Default)]
pub(super) struct LabelQueries;

#[Object]
impl LabelQueries {
    /// A label, once it is bought.
    async fn label(&self, context: &Context<'_>, id: ID) -> Option<Result<Label>> {
        Some(named(context, &id).await)
    }

    /// Labels that were bought, newest first: 50 a page, and 250 at most.
    #[graphql(
        complexity = "usize::try_from(first.or(last).unwrap_or(USUAL).clamp(1, MOST)).unwrap_or(1) * child_complexity + 1"
    )]
    async fn labels(
        &self,
        context: &Context<'_>,
        after: Option<String>,
        before: Option<String>,
        filter: Option<LabelFilter>,
        first: Option<i64>,
        last: Option<i64>,
    ) -> Option<Result<LabelConnection>> {
        let bounds = (after, before);
        Some(listed(context, bounds, filter.unwrap_or_default(), (first, last)).await)
    }
}

async fn named(context: &Context<'_>, id: &ID) -> Result<Label> {
    let caller = Caller::of(context);
    let permit = caller.session.permit()?;
    let wanted = LabelId(id.0.clone());
    let order = order_of(&caller.desk, &permit, &wanted).await?;
    let found = order.and_then(|order| of(&Sold::alone(order), &wanted));
    found.ok_or_else(|| not_found("label", id))
}

/// A label of an order, where it is bought.
fn of(sold: &Sold, id: &LabelId) -> Option<Label> {
    let mut all = shipments(sold).into_iter();
    let is_it = |label: &domain::shipment::Label| label.id == *id;
    let shipment = all.find(|shipment| shipment.sent().label.as_ref().is_some_and(is_it))?;
    label(&shipment)
}

async fn listed(
    context: &Context<'_>,
    (after, before): (Option<String>, Option<String>),
    filter: LabelFilter,
    (first, last): (Option<i64>, Option<i64>),
) -> Result<LabelConnection> {
    let caller = Caller::of(context);
    let permit = caller.session.permit()?;
    let is_backward = last.is_some();
    let name = if is_backward { "last" } else { "first" };
    let time = |time: Option<&DateTime>| time.map(|time| time.0);
    let range = filter.created_date.as_ref();
    let wanted = Wanted {
        account: filter.carrier.map(|id| id.0).unwrap_or_default(),
        standing: filter.status.map(|status| match status {
            LabelStatusType::Created => LabelStanding::Created,
            LabelStatusType::Voided => LabelStanding::Voided,
        }),
        from: range.and_then(|range| time(range.after())),
        until: range
            .and_then(|range| time(range.before()))
            .map(just_before),
        after: after
            .as_deref()
            .map(|text| read(text, "after"))
            .transpose()?,
        before: before
            .as_deref()
            .map(|text| read(text, "before"))
            .transpose()?,
        is_backward,
        limit: page_size(last.or(first), name)? as usize,
    };
    let mut rows = page(&caller.desk, &permit, &wanted).await?;
    let has_more = rows.len() > wanted.limit;
    rows.truncate(wanted.limit);
    if is_backward {
        rows.reverse();
    }
    let ends = [rows.first(), rows.last()].map(|row| row.map(|row| written(&row.place)));
    let [start_cursor, end_cursor] = ends;
    let (is_after, is_before) = (wanted.after.is_some(), wanted.before.is_some());
    Ok(LabelConnection {
        edges: edges(context, rows).await?,
        page_info: Some(PageInfo {
            end_cursor,
            has_next_page: if is_backward { is_before } else { has_more },
            has_previous_page: if is_backward { has_more } else { is_after },
            start_cursor,
        }),
        wanted,
    })
}

/// The labels of a page, from one read of their orders.
async fn edges(context: &Context<'_>, rows: Vec<ListedLabel>) -> Result<Vec<LabelEdge>> {
    let caller = Caller::of(context);
    let permit = caller.session.permit()?;
    let mut ids: Vec<_> = rows.iter().map(|row| row.order_id.clone()).collect();
    ids.sort();
    ids.dedup();
    let orders = engine::chosen::known(&caller.desk, &permit, &ids).await?;
    let page = Sold::page(orders);
    let edge = |row: ListedLabel| {
        let sold = page.iter().find(|sold| sold.id == row.order_id)?;
        Some(LabelEdge {
            cursor: Some(written(&row.place)),
            node: of(sold, &row.place.label),
        })
    };
    Ok(rows.into_iter().filter_map(edge).collect())
}

/// The last instant before this one: a range ends before its end.
fn just_before(at: Timestamp) -> Timestamp {
    Timestamp::from_microsecond(at.as_microsecond().saturating_sub(1)).unwrap_or(at)
}

fn written(place: &LabelPlace) -> String {
    format!("{}-{}", place.created_at_us, place.label)
}

fn read(text: &str, field: &str) -> Result<LabelPlace, Refusal> {
    let place = text.split_once('-').and_then(|(at, label)| {
        Some(LabelPlace {
            created_at_us: at.parse().ok()?,
            label: LabelId(label.to_owned()),
        })
    });
    place.ok_or_else(|| {
        let (given, expected) = (text.to_owned(), "a cursor of this list".to_owned());
        Refusal::invalid(field, Problem::Malformed { given, expected })
    })
}
