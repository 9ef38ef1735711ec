//! Labels that are bought for shipments, and what is said where a carrier would not, or has not answered yet.

use async_graphql::{Context, Result};
use domain::command::Command;
use domain::ids::{LabelId, OrderId, ShipmentId};
use domain::refusal::{Problem, Refusal};
use domain::send::LabelWish;
use domain::shipment::LabelState;
use engine::corrections::correct;
use engine::labels::settled;
use engine::orders::{Terms, load};
use engine::permit::ShipOrders;
use engine::shipments;

use super::caller::{Asked, Caller};
use super::errors::{ErrorType, Said, not_found};
use super::labels::Label;
use super::ship_inputs::{LabelCreateWorkflowInput, format};
use super::ship_mutation::{made, order_of};
use super::shipment_cartons::label;

/// Buys labels for the shipment that is named, else for those that this request made.
pub(super) async fn create(
    context: &Context<'_>,
    input: LabelCreateWorkflowInput,
) -> Result<Vec<Label>> {
    let of = match &input.shipment {
        Some(id) => vec![(order_of(context, id).await?, ShipmentId(id.0.clone()))],
        None => Caller::of(context).shipments_made(),
    };
    if of.is_empty() {
        return Err(Refusal::invalid("shipment", Problem::Missing).into());
    }
    let mut labels = Vec::with_capacity(of.len());
    for (order, shipment) in of {
        labels.push(buy(context, &order, &shipment, &input).await?);
    }
    Ok(labels)
}

/// Buys the label of a shipment, or finds the one that is being bought.
async fn buy(
    context: &Context<'_>,
    order: &OrderId,
    id: &ShipmentId,
    input: &LabelCreateWorkflowInput,
) -> Result<Label> {
    let caller = Caller::of(context);
    let permit = caller.permit::<ShipOrders>()?;
    let whole = caller.terms(context, &Asked::default());
    let part = OrderId(id.0.clone());
    let terms = Terms {
        idempotency: shipments::part_of(whole.idempotency.as_ref(), &part),
        ..Terms::default()
    };
    let known = load(&caller.desk, &caller.session.permit()?, order).await?;
    let mut all = known.shipments.iter();
    let own = all
        .find(|shipment| shipment.id == *id)
        .map(|shipment| shipment.details.service.clone());
    let service = input.service_level.clone().or(own).unwrap_or_default();
    if service.trim().is_empty() {
        return Err(Refusal::invalid("service_level", Problem::Missing).into());
    }
    let wish = LabelWish {
        label: LabelId(caller.once_id(LabelId::PREFIX, &terms, "")),
        account: account(input.carrier_account.clone(), &service),
        service,
        format: format(input.label_file_type, input.label_size),
    };
    let shipment = id.clone();
    let command = Command::LabelShipment { shipment, wish };
    let changed = correct(&caller.desk, &permit, order, command, &terms).await?;
    let mut all = changed.order.shipments.iter();
    let found = all
        .find(|shipment| shipment.id == *id)
        .and_then(|shipment| shipment.label.as_ref());
    let bought = found.map(|label| label.id.clone());
    let bought = bought.ok_or_else(|| not_found("label of shipment", id.as_str()))?;
    let after = settled(&caller.desk, &caller.session.permit()?, order, &bought).await?;
    not_failed(&after, &bought)?;
    let label = label(&made(after, id)?);
    label.ok_or_else(|| {
        let message = format!(
            "label {bought} is asked for and the carrier has not answered yet; look at it again, it is not bought twice"
        );
        Said::new(ErrorType::Unavailable, "label_pending", message).into()
    })
}

/// The account that a label is bought with: the one that is named, else what the service begins with.
pub(super) fn account(named: Option<String>, service: &str) -> String {
    let of_service = || service.split('.').next().unwrap_or_default().to_owned();
    named.unwrap_or_else(of_service)
}

/// That the carrier would not sell a label, in its own words.
pub(super) fn not_failed(order: &domain::order::Order, id: &LabelId) -> Result<()> {
    match order.label(id) {
        Some((_, label)) if label.state == LabelState::Failed => {
            let message = format!("the carrier did not sell label {id}: {}", label.problem);
            Err(Said::new(ErrorType::FailedPrecondition, "label_refused", message).into())
        }
        _ => Ok(()),
    }
}
