//! An order as the answer shows it: read once, shared by everything that is shown of it, and beside it the orders of
//! the same page, whose histories are read together the first time one of them is asked for.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;

use async_graphql::{Context, ID};
use domain::event::{Event, EventKind};
use domain::ids::{LandedCostId, OrderId};
use domain::order::Order;
use engine::activity::histories;
use engine::failure::Failure;
use engine::landed_costs::{self, Held};
use jiff::Timestamp;
use tokio::sync::OnceCell;

use super::caller::Caller;
use super::scalars::DateTime;
use super::workflow::sale::Sale;

/// An order of an answer.
#[derive(Clone)]
pub(crate) struct Sold {
    order: Arc<Order>,
    beside: Arc<Beside>,
}

/// The orders of one page, with their histories once they are read.
struct Beside {
    ids: Vec<OrderId>,
    landed_costs: Vec<LandedCostId>,
    quotes: OnceCell<BTreeMap<LandedCostId, Quoted>>,
    histories: OnceCell<BTreeMap<OrderId, Vec<Event>>>,
}

/// What an order was quoted here.
#[derive(Clone)]
pub(crate) struct Quoted {
    pub held: Held,
    pub sale: Sale,
}

/// When something was made or changed, and by whom.
pub(crate) struct Stamp {
    pub at: DateTime,
    pub by: ID,
}

impl Stamp {
    pub fn new(at: Timestamp, by: &str) -> Self {
        Self {
            at: DateTime(at),
            by: ID(by.to_owned()),
        }
    }
}

impl Deref for Sold {
    type Target = Order;

    fn deref(&self) -> &Order {
        &self.order
    }
}

impl Sold {
    /// An order by itself.
    pub fn alone(order: Order) -> Self {
        let beside = Beside::of(std::slice::from_ref(&order));
        let order = Arc::new(order);
        Self { order, beside }
    }

    /// The orders of a page.
    pub fn page(orders: Vec<Order>) -> Vec<Self> {
        let beside = Beside::of(&orders);
        let each = orders.into_iter().map(|order| Self {
            order: Arc::new(order),
            beside: Arc::clone(&beside),
        });
        each.collect()
    }

    /// Everything that happened to it, oldest first.
    ///
    /// # Errors
    /// The database.
    pub async fn history<'a>(&'a self, context: &Context<'_>) -> Result<&'a [Event], Failure> {
        let caller = Caller::of(context);
        let read = async || {
            let permit = caller.session.permit()?;
            histories(&caller.desk, &permit, &self.beside.ids).await
        };
        let all = self.beside.histories.get_or_try_init(read).await?;
        Ok(all.get(&self.id).map_or(&[], Vec::as_slice))
    }

    /// What it was quoted, where it was quoted here: read once for all orders of a page.
    ///
    /// # Errors
    /// The database.
    pub async fn quoted<'a>(
        &'a self,
        context: &Context<'_>,
    ) -> Result<Option<&'a Quoted>, Failure> {
        let Some(id) = &self.landed_cost else {
            return Ok(None);
        };
        let read = async || quotes(Caller::of(context), &self.beside.landed_costs).await;
        let all = self.beside.quotes.get_or_try_init(read).await?;
        Ok(all.get(id))
    }

    /// When it was taken in, and by whom.
    pub fn taken_in(&self) -> Stamp {
        let by = self.transitions.first().map_or("", |first| &first.by.id);
        Stamp::new(self.created_at, by)
    }

    /// When what such events are about last happened; when the order was taken in, where none did.
    ///
    /// # Errors
    /// The database.
    pub async fn last(
        &self,
        context: &Context<'_>,
        is_about: impl Fn(&EventKind) -> bool,
    ) -> Result<Stamp, Failure> {
        let mut events = self.history(context).await?.iter().rev();
        let last = events.find(|event| is_about(&event.kind));
        Ok(last.map_or_else(
            || self.taken_in(),
            |event| Stamp::new(event.at, &event.by.id),
        ))
    }
}

impl Beside {
    fn of(orders: &[Order]) -> Arc<Self> {
        Arc::new(Self {
            ids: orders.iter().map(|order| order.id.clone()).collect(),
            landed_costs: orders
                .iter()
                .filter_map(|order| order.landed_cost.clone())
                .collect(),
            quotes: OnceCell::new(),
            histories: OnceCell::new(),
        })
    }
}

/// These landed costs, each with its root.
async fn quotes(
    caller: &Caller,
    ids: &[LandedCostId],
) -> Result<BTreeMap<LandedCostId, Quoted>, Failure> {
    let permit = caller.session.permit()?;
    let held = landed_costs::all_of(&caller.desk, &permit, ids).await?;
    let each = Sale::of_all(caller, held).await?.into_iter();
    let each = each.map(|(held, sale)| (held.landed_cost.id.clone(), Quoted { held, sale }));
    Ok(each.collect())
}
