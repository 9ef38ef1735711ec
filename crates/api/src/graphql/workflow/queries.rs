//! What can be asked about what was told before there is an order.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use domain::ids::{ExchangeRateId, LandedCostId};
use domain::refusal::{Problem, Refusal};
use engine::landed_costs::{self, Held, Wanted};
use engine::{exchange_rates, roots};

use super::super::caller::Caller;
use super::super::errors::not_found;
use super::super::exchange_rates::{
    ExchangeRate, HELD, PREFIX, charged_rate, held_rate, quoted_rate,
};
use super::super::ids;
use super::super::items::{Item, told_item};
use super::super::landed_costs::{LandedCost, quoted_cost};
use super::super::query::{MOST, PageInfo, USUAL, page_size};
use super::super::scalars::{CountryCode, DateTime};
use super::super::sold::Sold;
use super::sale::Sale;

/// The most items that are left out before a page.
const MOST_OFFSET: i64 = 10_000;

/// Which landed costs; what is said must all hold.
#[derive(Default, InputObject)]
pub(crate) struct LandedCostFilter {
    created_at_after: Option<DateTime>,
    created_at_before: Option<DateTime>,
    ship_from_country: Option<CountryCode>,
    ship_to_country: Option<CountryCode>,
}

/// A page of landed costs, newest first.
#[derive(SimpleObject)]
pub(crate) struct LandedCostConnection {
    edges: Option<Vec<Option<LandedCostEdge>>>,
    page_info: Option<PageInfo>,
    /// How many the filter keeps, on all pages.
    total_count: Option<i64>,
}

/// A landed cost on a page.
#[derive(SimpleObject)]
pub(crate) struct LandedCostEdge {
    cursor: Option<String>,
    node: Option<LandedCost>,
}

/// A page of items.
#[derive(SimpleObject)]
pub(crate) struct ItemConnection {
    edges: Option<Vec<Option<ItemEdge>>>,
    page_info: PageInfo,
}

/// An item on a page.
#[derive(SimpleObject)]
pub(crate) struct ItemEdge {
    cursor: Option<String>,
    node: Option<Item>,
}

/// Where a page of landed costs is.
struct Window {
    after: Option<String>,
    before: Option<String>,
    first: Option<i64>,
    last: Option<i64>,
}

impl Window {
    /// Refuses a page from both ends.
    fn check(&self) -> Result<(), Refusal> {
        if self.first.is_some() && self.last.is_some() {
            let given = "first and last".to_owned();
            let expected = "one of the two".to_owned();
            let problem = Problem::Malformed { given, expected };
            return Err(Refusal::invalid("first", problem));
        }
        Ok(())
    }
}

/// What can be asked about what was told for a sale.
#[derive(Default)]
pub(crate) struct WorkflowQueries;

#[Object]
impl WorkflowQueries {
    /// A landed cost that was quoted here.
    async fn landed_cost(&self, context: &Context<'_>, id: ID) -> Option<Result<LandedCost>> {
        Some(landed_cost(context, id).await)
    }

    /// Landed costs, newest first: 50 a page, and 250 at most.
    #[graphql(
        complexity = "usize::try_from(first.or(last).unwrap_or(USUAL).clamp(1, MOST)).unwrap_or(1) * child_complexity + 1"
    )]
    async fn landed_costs(
        &self,
        context: &Context<'_>,
        after: Option<String>,
        before: Option<String>,
        filter: Option<LandedCostFilter>,
        first: Option<i64>,
        last: Option<i64>,
    ) -> Option<Result<LandedCostConnection>> {
        let window = Window {
            after,
            before,
            first,
            last,
        };
        Some(page(context, filter.unwrap_or_default(), window).await)
    }

    /// Items that were told for sales, of the newest sale first: 50 a page, and 250 at most.
    #[graphql(
        complexity = "usize::try_from(first.unwrap_or(USUAL).clamp(1, MOST)).unwrap_or(1) * child_complexity + 1"
    )]
    async fn items(
        &self,
        context: &Context<'_>,
        first: Option<i64>,
        #[graphql(desc = "How many are left out before the page.")] offset: Option<i64>,
    ) -> Option<Result<ItemConnection>> {
        Some(items(context, first, offset).await)
    }

    /// A rate of exchange that is held, or that something was quoted or sold at.
    async fn exchange_rate(&self, context: &Context<'_>, id: ID) -> Option<Result<ExchangeRate>> {
        Some(exchange_rate(context, &id).await)
    }
}

async fn landed_cost(context: &Context<'_>, id: ID) -> Result<LandedCost> {
    let caller = Caller::of(context);
    let permit = caller.session.permit()?;
    let held = landed_costs::load(&caller.desk, &permit, &LandedCostId(id.0)).await?;
    let mut shown = Sale::of_all(caller, vec![held]).await?;
    let (held, sale) = shown.remove(0);
    Ok(quoted_cost(&held, &sale))
}

async fn page(
    context: &Context<'_>,
    filter: LandedCostFilter,
    window: Window,
) -> Result<LandedCostConnection> {
    let caller = Caller::of(context);
    let permit = caller.session.permit()?;
    let is_from_the_end = window.last.is_some();
    window.check()?;
    let field = if is_from_the_end { "last" } else { "first" };
    let most = usize::try_from(page_size(window.first.or(window.last), field)?).unwrap_or(1);
    let code = |code: Option<CountryCode>| code.map_or_else(String::new, |code| code.0);
    let wanted = Wanted {
        origin: code(filter.ship_from_country),
        destination: code(filter.ship_to_country),
        from: filter.created_at_after.map(|at| at.0),
        until: filter.created_at_before.map(|at| at.0),
        after: window.after.map(LandedCostId),
        before: window.before.map(LandedCostId),
        is_from_the_end,
    };
    let mut held = landed_costs::list(&caller.desk, &permit, &wanted, most + 1).await?;
    let has_more = held.len() > most;
    held.truncate(most);
    if is_from_the_end {
        held.reverse();
    }
    let cursor = |held: Option<&Held>| held.map(|held| held.landed_cost.id.0.clone());
    let page_info = PageInfo {
        end_cursor: cursor(held.last()),
        has_next_page: if is_from_the_end {
            wanted.before.is_some()
        } else {
            has_more
        },
        has_previous_page: if is_from_the_end {
            has_more
        } else {
            wanted.after.is_some()
        },
        start_cursor: cursor(held.first()),
    };
    let total = match context.look_ahead().field("totalCount").exists() {
        true => Some(landed_costs::count(&caller.desk, &permit, &wanted).await?),
        false => None,
    };
    let shown = Sale::of_all(caller, held).await?;
    let edges = shown.iter().map(|(held, sale)| {
        Some(LandedCostEdge {
            cursor: Some(held.landed_cost.id.0.clone()),
            node: Some(quoted_cost(held, sale)),
        })
    });
    Ok(LandedCostConnection {
        edges: Some(edges.collect()),
        page_info: Some(page_info),
        total_count: total.map(|total| i64::try_from(total).unwrap_or(i64::MAX)),
    })
}

async fn items(
    context: &Context<'_>,
    first: Option<i64>,
    offset: Option<i64>,
) -> Result<ItemConnection> {
    let caller = Caller::of(context);
    let permit = caller.session.permit()?;
    let most = usize::try_from(page_size(first, "first")?).unwrap_or(1);
    let offset = offset.unwrap_or(0);
    if !(0..=MOST_OFFSET).contains(&offset) {
        let (given, expected) = (offset.to_string(), format!("0 to {MOST_OFFSET}"));
        let problem = Problem::Malformed { given, expected };
        return Err(Refusal::invalid("offset", problem).into());
    }
    let behind = usize::try_from(offset).unwrap_or(0);
    let known = roots::with_items(&caller.desk, &permit, behind + most + 1).await?;
    let sales = known.into_iter().map(|root| Sale::of(caller, root));
    let sales: Vec<Sale> = sales.collect();
    let all = sales.iter().flat_map(|sale| {
        let items = sale.root.items.iter();
        items.map(move |item| (sale, item))
    });
    let page: Vec<_> = all.skip(behind).take(most + 1).collect();
    let cursor = |index: usize| (behind + index + 1).to_string();
    let count = page.len().min(most);
    let edges = page.iter().take(most).enumerate();
    let edges = edges.map(|(index, (sale, item))| {
        Some(ItemEdge {
            cursor: Some(cursor(index)),
            node: Some(told_item(sale, item)),
        })
    });
    Ok(ItemConnection {
        edges: Some(edges.collect()),
        page_info: PageInfo {
            end_cursor: count.checked_sub(1).map(cursor),
            has_next_page: page.len() > most,
            has_previous_page: behind > 0,
            start_cursor: (count > 0).then(|| cursor(0)),
        },
    })
}

async fn exchange_rate(context: &Context<'_>, id: &ID) -> Result<ExchangeRate> {
    let caller = Caller::of(context);
    let permit = caller.session.permit()?;
    let unknown = || not_found("exchange rate", id);
    if let Some(letters) = id.strip_prefix(PREFIX).and_then(|id| id.strip_suffix(HELD)) {
        let of = LandedCostId(format!("{}{letters}", LandedCostId::PREFIX));
        let held = landed_costs::load(&caller.desk, &permit, &of).await;
        let held = held.map_err(|_| unknown())?;
        return quoted_rate(&held.landed_cost).ok_or_else(unknown);
    }
    if let Some((order, _)) = ids::read(PREFIX, id) {
        let order = engine::orders::load(&caller.desk, &permit, &order).await;
        let sold = Sold::alone(order.map_err(|_| unknown())?);
        return charged_rate(&sold).ok_or_else(unknown);
    }
    let held = ExchangeRateId(id.0.clone());
    let found = exchange_rates::find(&caller.desk, &permit, &held).await?;
    Ok(held_rate(&found.ok_or_else(unknown)?))
}
