//! What can be done with shipments and labels, each by the use case that a page calls too.

use async_graphql::{Context, ID, Object, Result, SimpleObject, Union};
use domain::command::Command;
use domain::ids::{LabelId, OrderId, PlaceId, ShipmentId};
use domain::money::Currency;
use domain::refusal::{Problem, Refusal};
use domain::send::{LabelWish, ShipmentRequest};
use domain::shipment::{LabelState, ShipmentState, Tracking};
use domain::shipment_details::Details;
use engine::corrections::correct;
use engine::labels::settled;
use engine::orders::{Changed, Terms, find, load};
use engine::permit::ShipOrders;
use engine::shipments::{self, BulkPart, Draft};
use engine::store::keys::KeyKind;

use super::caller::{Asked, Caller};
use super::enums::ShipmentStatusType;
use super::errors::{ErrorType, Said, not_found};
use super::labels::Label;
use super::labels_buy::{self, account, not_failed};
use super::order::Order;
use super::ship_inputs::{
    LabelCreateWorkflowInput, OrderShipmentCreateInput, OrderUpdateAmountSubtotalsInput,
    ShipmentBulkCreateInput, ShipmentCreateWorkflowInput, ShipmentStatusUpdateInput,
    ShipmentsCreateFromOrderInput, cartons,
};
use super::shipments::{Shipment, shipment};
use super::sold::Sold;
use super::totals;

/// What can be done with shipments.
#[derive(Default)]
pub(super) struct ShipmentMutations;

#[Object]
impl ShipmentMutations {
    /// Makes a shipment of an order. Without a label it counts as shipped; with one it does once the carrier has sold it,
    /// which is waited for a few seconds: a label that takes longer is null here and comes by itself, and is never
    /// bought twice.
    async fn shipment_create_workflow(
        &self,
        context: &Context<'_>,
        input: ShipmentCreateWorkflowInput,
    ) -> Option<Result<Shipment>> {
        Some(create(context, input).await)
    }

    /// Makes shipments of an order, all or none.
    async fn shipments_create_from_order(
        &self,
        context: &Context<'_>,
        input: ShipmentsCreateFromOrderInput,
    ) -> Result<Vec<Shipment>> {
        create_from_order(context, input).await
    }

    /// Ships all that is left of each of these orders, and answers for each in the order given.
    async fn shipment_bulk_create(
        &self,
        context: &Context<'_>,
        input: ShipmentBulkCreateInput,
    ) -> Result<Vec<ShipmentBulkCreateResult>> {
        create_in_bulk(context, input).await
    }

    /// Sets where a shipment stands. VOIDED voids its label first and is final; it is told once the carrier agrees.
    async fn shipment_status_update(
        &self,
        context: &Context<'_>,
        input: ShipmentStatusUpdateInput,
    ) -> Option<Result<Shipment>> {
        Some(update(context, input).await)
    }

    /// Buys labels for shipments that have none, once each however often it is asked.
    async fn label_create_workflow(
        &self,
        context: &Context<'_>,
        input: Option<LabelCreateWorkflowInput>,
    ) -> Result<Vec<Label>> {
        labels_buy::create(context, input.unwrap_or_default()).await
    }

    /// Sets what shoppers were charged in all, of all these orders or of none.
    async fn order_update_amount_subtotals(
        &self,
        context: &Context<'_>,
        input: Vec<OrderUpdateAmountSubtotalsInput>,
    ) -> Result<Vec<Order>> {
        totals::set(context, input).await
    }
}

/// Why nothing came of one order.
#[derive(SimpleObject)]
pub(crate) struct ShipmentBulkCreateError {
    /// The carrier that would not; none where no carrier was asked.
    carrier_name: Option<String>,
    error_message: Option<String>,
    order_id: ID,
    /// The stable name to tell refusals apart by.
    code: Option<String>,
}

/// What became of one order.
#[derive(Union)]
pub(crate) enum ShipmentBulkCreateResult {
    Made(Shipment),
    NotMade(ShipmentBulkCreateError),
}

async fn create(context: &Context<'_>, input: ShipmentCreateWorkflowInput) -> Result<Shipment> {
    let caller = Caller::of(context);
    let permit = caller.permit::<ShipOrders>()?;
    let terms = caller.terms(context, &Asked::of(input.expected_version, input.dry_run)?);
    let order = caller.order_of_root(input.order_id.as_ref())?;
    let known = load(&caller.desk, &caller.session.permit()?, &order).await?;
    let id = ShipmentId(caller.once_id(ShipmentId::PREFIX, &terms, ""));
    let draft = drafted(
        caller,
        (&order, known.currency()),
        &terms,
        id.clone(),
        input,
    )?;
    let label = draft.request.label.as_ref().map(|wish| wish.label.clone());
    let changed = shipments::create(&caller.desk, &permit, &order, vec![draft], &terms).await?;
    caller.remember(&order, std::slice::from_ref(&id));
    let mut after = changed.order;
    if let Some(label) = label.filter(|_| !terms.is_rehearsal) {
        after = settled(&caller.desk, &caller.session.permit()?, &order, &label).await?;
        not_failed(&after, &label)?;
    }
    made(after, &id)
}

/// One shipment in the rules' words.
fn drafted(
    caller: &Caller,
    (order, currency): (&OrderId, Currency),
    terms: &Terms,
    shipment: ShipmentId,
    input: ShipmentCreateWorkflowInput,
) -> Result<Draft> {
    if let Some(consolidation) = &input.shipment_consolidation_id {
        return Err(not_found("shipment consolidation", consolidation));
    }
    let service = input.service_level.unwrap_or_default();
    let declared = input
        .declared_value
        .map(|value| value.money(currency, "declared_value"));
    let wish = input.generate_label.unwrap_or_default().then(|| LabelWish {
        label: LabelId(caller.once_id(LabelId::PREFIX, terms, "")),
        account: account(input.carrier_account, &service),
        service: service.clone(),
        format: input.label_spec.unwrap_or_default().into(),
    });
    if wish.is_some() && service.trim().is_empty() {
        return Err(Refusal::invalid("service_level", Problem::Missing).into());
    }
    let services = input.special_services.unwrap_or_default().into_iter();
    let boxes = input.shipment_cartons.unwrap_or_default();
    Ok(Draft {
        request: ShipmentRequest {
            shipment,
            cartons: cartons(order, boxes, input.shipment_carton_special_services)?,
            tracking: numbers(input.tracking_numbers.unwrap_or_default()),
            details: Details {
                service,
                declared_value_minor: declared.transpose()?.map(|value| value.minor),
                exemption: input.exemption.unwrap_or_default(),
                itn: input.itn_number.unwrap_or_default(),
                services: services.map(Into::into).collect(),
                ships_at: input.shipment_date.map(|date| date.0),
                ..Details::default()
            },
            label: wish,
            notify: input.notify.unwrap_or_default(),
        },
        place: input.fulfillment_center.map(|id| PlaceId(id.0)),
    })
}

fn numbers(told: Vec<String>) -> Vec<Tracking> {
    let each = told.into_iter().map(|number| Tracking {
        number,
        carrier: String::new(),
    });
    each.collect()
}

pub(super) fn made(order: domain::order::Order, id: &ShipmentId) -> Result<Shipment> {
    let found = shipment(&Sold::alone(order), id);
    Ok(found.ok_or_else(|| Refusal::ShipmentNotFound {
        shipment: id.clone(),
    })?)
}

async fn create_from_order(
    context: &Context<'_>,
    input: ShipmentsCreateFromOrderInput,
) -> Result<Vec<Shipment>> {
    let caller = Caller::of(context);
    let permit = caller.permit::<ShipOrders>()?;
    let terms = caller.terms(context, &Asked::of(input.expected_version, input.dry_run)?);
    let (order, notify) = (OrderId(input.order_id.0), input.notify.unwrap_or_default());
    let (mut drafts, mut ids) = (Vec::new(), Vec::new());
    for (index, one) in input.shipments.into_iter().enumerate() {
        let id = ShipmentId(caller.once_id(ShipmentId::PREFIX, &terms, &index.to_string()));
        ids.push(id.clone());
        drafts.push(of_order(&order, id, notify, one)?);
    }
    let changed = shipments::create(&caller.desk, &permit, &order, drafts, &terms).await?;
    caller.remember(&order, &ids);
    let sold = Sold::alone(changed.order);
    let found = ids.iter().filter_map(|id| shipment(&sold, id));
    Ok(found.collect())
}

fn of_order(
    order: &OrderId,
    shipment: ShipmentId,
    notify: bool,
    input: OrderShipmentCreateInput,
) -> Result<Draft> {
    let tracking = input.tracking_number.into_iter().collect();
    let request = ShipmentRequest {
        cartons: cartons(order, input.shipment_cartons, None)?,
        tracking: numbers(tracking),
        details: Details {
            service: input.service_level.unwrap_or_default(),
            ..Details::default()
        },
        notify,
        ..ShipmentRequest::whole(shipment)
    };
    let place = input.fulfillment_center.map(|id| PlaceId(id.0));
    Ok(Draft { request, place })
}

async fn create_in_bulk(
    context: &Context<'_>,
    input: ShipmentBulkCreateInput,
) -> Result<Vec<ShipmentBulkCreateResult>> {
    let caller = Caller::of(context);
    let permit = caller.permit::<ShipOrders>()?;
    let whole = caller.terms(context, &Asked::default());
    let part = |id: ID| {
        let order = OrderId(id.0);
        let terms = Terms {
            idempotency: shipments::part_of(whole.idempotency.as_ref(), &order),
            ..Terms::default()
        };
        BulkPart {
            shipment: ShipmentId(caller.once_id(ShipmentId::PREFIX, &terms, "")),
            order,
            terms,
        }
    };
    let parts: Vec<BulkPart> = input.order_reference_ids.into_iter().map(part).collect();
    let place = input.fulfillment_center.map(|id| PlaceId(id.0));
    let outcomes = shipments::create_in_bulk(&caller.desk, &permit, &parts, place.as_ref()).await?;
    let each = parts.iter().zip(outcomes);
    let results = each.map(|(part, outcome)| in_bulk(&part.order, outcome, &part.shipment));
    Ok(results.collect())
}

fn in_bulk(
    order: &OrderId,
    outcome: Result<Changed, engine::failure::Failure>,
    id: &ShipmentId,
) -> ShipmentBulkCreateResult {
    let failure = match outcome {
        Ok(changed) => match shipment(&Sold::alone(changed.order), id) {
            Some(shipment) => return ShipmentBulkCreateResult::Made(shipment),
            None => Refusal::ShipmentNotFound {
                shipment: id.clone(),
            }
            .into(),
        },
        Err(failure) => failure,
    };
    let code = match &failure {
        engine::failure::Failure::Refused(refusal) => refusal.code(),
        engine::failure::Failure::NotFound(_) => "not_found".to_owned(),
        _ => "conflict".to_owned(),
    };
    ShipmentBulkCreateResult::NotMade(ShipmentBulkCreateError {
        carrier_name: None,
        error_message: Some(failure.to_string()),
        order_id: ID(order.0.clone()),
        code: Some(code),
    })
}

/// The order that has a shipment.
pub(super) async fn order_of(context: &Context<'_>, id: &ID) -> Result<OrderId> {
    let caller = Caller::of(context);
    let permit = caller.session.permit()?;
    let found = find(&caller.desk, &permit, KeyKind::Shipment, id).await?;
    let first = found.into_iter().next();
    first.ok_or_else(|| not_found("shipment", id))
}

async fn update(context: &Context<'_>, input: ShipmentStatusUpdateInput) -> Result<Shipment> {
    let caller = Caller::of(context);
    let permit = caller.permit::<ShipOrders>()?;
    let terms = caller.terms(context, &Asked::of(input.expected_version, None)?);
    let (order, id) = (
        order_of(context, &input.shipment).await?,
        ShipmentId(input.shipment.0),
    );
    let command = Command::UpdateShipment {
        shipment: id.clone(),
        state: state(input.status),
        note: input.note.unwrap_or_default(),
    };
    let changed = correct(&caller.desk, &permit, &order, command, &terms).await?;
    let mut after = changed.order;
    let labels = after.shipments.iter().filter(|shipment| shipment.id == id);
    let label = labels.filter_map(|shipment| shipment.label.clone()).next();
    let is_voiding = |label: &domain::shipment::Label| label.state == LabelState::VoidRequested;
    if let Some(label) = label.filter(is_voiding) {
        let permit = caller.session.permit()?;
        after = settled(&caller.desk, &permit, &order, &label.id).await?;
        if let Some((_, kept)) = after
            .label(&label.id)
            .filter(|(_, label)| label.state == LabelState::Bought)
        {
            let message = format!(
                "the carrier did not void label {}: {}",
                kept.id, kept.problem
            );
            return Err(Said::new(ErrorType::FailedPrecondition, "void_refused", message).into());
        }
    }
    made(after, &id)
}

fn state(status: ShipmentStatusType) -> ShipmentState {
    use ShipmentStatusType as S;
    match status {
        S::Created => ShipmentState::Created,
        S::InTransitToConsolidationCenter => ShipmentState::InTransitToConsolidationCenter,
        S::DeliveredToConsolidationCenter => ShipmentState::DeliveredToConsolidationCenter,
        S::InTransit => ShipmentState::InTransit,
        S::Delivered => ShipmentState::Delivered,
        S::Voided => ShipmentState::Voided,
    }
}
