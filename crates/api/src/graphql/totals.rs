//! What shoppers were charged in all, corrected: `orderUpdateAmountSubtotals`.

use async_graphql::{Context, Result};
use domain::command::Command;
use domain::ids::OrderId;
use domain::refusal::{Problem, Refusal};
use engine::chosen::MAX_CHOSEN;
use engine::corrections::correct;
use engine::orders::{Terms, load};
use engine::permit::EditOrders;
use engine::shipments;

use super::caller::{Asked, Caller};
use super::order::Order;
use super::ship_inputs::OrderUpdateAmountSubtotalsInput;

/// Sets the totals of all these orders, or of none.
pub(super) async fn set(
    context: &Context<'_>,
    input: Vec<OrderUpdateAmountSubtotalsInput>,
) -> Result<Vec<Order>> {
    let caller = Caller::of(context);
    if input.len() > MAX_CHOSEN {
        let problem = Problem::TooMany { max: MAX_CHOSEN };
        return Err(Refusal::invalid("input", problem).into());
    }
    let permit = caller.permit::<EditOrders>()?;
    let whole = caller.terms(context, &Asked::default());
    let mut commands: Vec<(OrderId, Command)> = Vec::with_capacity(input.len());
    for one in input {
        let order = OrderId(one.order_id.0);
        if commands.iter().any(|(known, _)| *known == order) {
            let given = order.0;
            return Err(Refusal::invalid("order_id", Problem::Twice { given }).into());
        }
        let Some(total) = one.grand_total else {
            return Err(Refusal::invalid("grand_total", Problem::Missing).into());
        };
        let known = load(&caller.desk, &caller.session.permit()?, &order).await?;
        let total_minor = total.money(known.currency(), "grand_total")?.minor;
        commands.push((order, Command::SetTotal { total_minor }));
    }
    // Each is decided before any is changed, so that one that is refused changes none.
    let mut orders = Vec::with_capacity(commands.len());
    for is_rehearsal in [true, false] {
        orders.clear();
        for (order, command) in &commands {
            let terms = Terms {
                idempotency: shipments::part_of(whole.idempotency.as_ref(), order),
                is_rehearsal,
                ..Terms::default()
            };
            let changed = correct(&caller.desk, &permit, order, command.clone(), &terms).await?;
            orders.push(Order::alone(changed.order));
        }
    }
    Ok(orders)
}
