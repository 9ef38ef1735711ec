//! What can be changed, each by the use case that a page calls too.

use async_graphql::{Context, ID, Object, Result};
use domain::command::Command;
use domain::ids::{ItemId, NoteId, OrderId, ShipmentId};
use domain::parts::{Part, Parts};
use domain::refund::{RefundReason, RefundRequest, parts_from_base};
use domain::refusal::{Problem, Refusal};
use domain::shipment::Tracking;
use engine::cancellations::{self, Cancel};
use engine::corrections::correct;
use engine::orders::load;
use engine::permit::{AddNotes, CancelOrders, EditOrders, Grants, RefundOrders, ShipOrders};
use engine::refunds;

use super::addresses;
use super::caller::{Asked, Caller};
use super::enums::{OrderNoteType, OrderRefundReason};
use super::errors::not_found;
use super::ids;
use super::inputs::{
    FulfillmentItemInput, OrderAddTrackingNumberInput, OrderNoteCreateInput, OrderNoteUpdateInput,
    OrderRefundInput, OrderRemoveTrackingNumberInput, OrderUpdateAccountOrderNumberInput,
    OrderUpdatePartyInput,
};
use super::inputs_parties::PartyCreateInput;
use super::order::Order;
use super::parties::Party;
use super::refunds::{OrderRefund, refund};
use super::sold::Sold;

/// What can be done with an order.
#[derive(Default)]
pub(super) struct OrderMutations;

#[Object]
impl OrderMutations {
    /// Cancels an order, which is final, and returns what is left of what was paid through the desk.
    async fn order_cancel(
        &self,
        context: &Context<'_>,
        id: ID,
        #[graphql(desc = "Why; internal. Which key asked, where nothing is said.")] note: Option<
            String,
        >,
        #[graphql(desc = "Whether the shopper gets an e-mail.")] notify: Option<bool>,
        #[graphql(desc = "Refuse unless the order is at this version.")] expected_version: Option<
            i64,
        >,
        #[graphql(desc = "Only answer what would come of it; nothing is written or sent.")] dry_run: Option<bool>,
    ) -> Result<Order> {
        let caller = Caller::of(context);
        let permit = caller.permit::<CancelOrders>()?;
        let terms = caller.terms(context, &Asked::of(expected_version, dry_run)?);
        let cancel = Cancel {
            note: said(note).unwrap_or_else(|| caller.words("canceled")),
            notify: notify.unwrap_or_default(),
            without_refund: false,
        };
        let order = OrderId(id.0);
        let changed = cancellations::cancel(&caller.desk, &permit, &order, cancel, &terms).await?;
        Ok(Order::alone(changed.order))
    }

    /// Asks for a refund of what was paid through the desk; the payment provider is asked afterwards.
    async fn order_refund_create(
        &self,
        context: &Context<'_>,
        input: OrderRefundInput,
    ) -> Result<OrderRefund> {
        let caller = Caller::of(context);
        let permit = caller.permit::<RefundOrders>()?;
        let asked = Asked::of(input.expected_version, input.dry_run)?;
        let terms = caller.terms(context, &asked);
        let order = OrderId(input.id.0.clone());
        let known = load(&caller.desk, &caller.session.permit()?, &order).await?;
        let request = RefundRequest {
            id: caller.refund_id(&terms),
            parts: parts(&known, &input)?,
            items: Vec::new(),
            reason: reason(caller, &input),
            note: input.note.unwrap_or_default(),
            notify: input.notify.unwrap_or_default(),
        };
        let id = request.id.clone();
        let changed = refunds::request(&caller.desk, &permit, &order, request, &terms).await?;
        let found = refund(&Sold::alone(changed.order), &id);
        Ok(found.ok_or(Refusal::RefundNotFound { refund: id })?)
    }

    /// Adds an internal note.
    async fn order_add_note(
        &self,
        context: &Context<'_>,
        input: OrderNoteCreateInput,
    ) -> Option<Result<Order>> {
        Some(add_note(context, input).await)
    }

    /// Changes a note.
    async fn order_update_note(
        &self,
        context: &Context<'_>,
        input: OrderNoteUpdateInput,
    ) -> Option<Result<Order>> {
        Some(update_note(context, input).await)
    }

    /// Takes a note away; the activity keeps what it said.
    async fn order_delete_note(&self, context: &Context<'_>, id: ID) -> Option<Result<Order>> {
        Some(delete_note(context, id).await)
    }

    /// Adds tracking numbers, which marks what they stand for as shipped.
    async fn order_add_tracking_number(
        &self,
        context: &Context<'_>,
        input: Option<OrderAddTrackingNumberInput>,
    ) -> Option<Result<Order>> {
        Some(add_tracking(context, input).await)
    }

    /// Removes tracking numbers that were added by hand; those of labels go with their label.
    async fn order_remove_tracking_number(
        &self,
        context: &Context<'_>,
        input: Option<OrderRemoveTrackingNumberInput>,
    ) -> Option<Result<Order>> {
        Some(remove_tracking(context, input).await)
    }

    /// Keeps someone and where they are, to become part of an order.
    async fn party_create(&self, context: &Context<'_>, input: PartyCreateInput) -> Result<Party> {
        addresses::create(context, input).await
    }

    /// Gives an order another ship-to or bill-to. The landed cost may differ from what was quoted, and fraud protection
    /// may lapse: coverage says so. The original is kept.
    async fn order_update_party(
        &self,
        context: &Context<'_>,
        input: OrderUpdatePartyInput,
    ) -> Option<Result<Order>> {
        Some(addresses::update(context, input).await)
    }

    /// Gives an order the shop's own number, unique in the organization.
    async fn order_update_account_order_number(
        &self,
        context: &Context<'_>,
        input: OrderUpdateAccountOrderNumberInput,
    ) -> Result<Order> {
        let command = Command::SetNumber {
            number: input.account_order_number,
            was: None,
        };
        let order = OrderId(input.id.0);
        let corrected = corrected::<EditOrders>(context, &order, command, input.expected_version);
        corrected.await
    }
}

async fn add_note(context: &Context<'_>, input: OrderNoteCreateInput) -> Result<Order> {
    if input.kind != OrderNoteType::Comment {
        let given = format!("{:?}", input.kind);
        let expected = "COMMENT: the desk writes down by itself what happens".to_owned();
        let problem = Problem::Malformed { given, expected };
        return Err(Refusal::invalid("type", problem).into());
    }
    let desk = &Caller::of(context).desk;
    let note = NoteId(desk.ids().fresh(NoteId::PREFIX, desk.now()));
    let text = input.note;
    let command = Command::AddNote { note, text };
    let order = OrderId(input.order_id.0);
    corrected::<AddNotes>(context, &order, command, None).await
}

async fn update_note(context: &Context<'_>, input: OrderNoteUpdateInput) -> Result<Order> {
    let (order, note) = note(context, &input.id).await?;
    let text = input.note;
    let command = Command::EditNote { note, text };
    corrected::<AddNotes>(context, &order, command, None).await
}

async fn delete_note(context: &Context<'_>, id: ID) -> Result<Order> {
    let (order, note) = note(context, &id).await?;
    corrected::<AddNotes>(context, &order, Command::DeleteNote { note }, None).await
}

async fn add_tracking(
    context: &Context<'_>,
    input: Option<OrderAddTrackingNumberInput>,
) -> Result<Order> {
    let input = input.ok_or_else(missing_input)?;
    let desk = &Caller::of(context).desk;
    let (order, carrier) = (OrderId(input.id.0), input.carrier.unwrap_or_default());
    let permit = Caller::of(context).session.permit()?;
    let known = load(desk, &permit, &order).await?;
    let numbers = input.tracking_numbers.into_iter().map(|number| Tracking {
        number,
        carrier: carrier.clone(),
    });
    let command = Command::AddTracking {
        shipment: ShipmentId(desk.ids().fresh(ShipmentId::PREFIX, desk.now())),
        numbers: numbers.collect(),
        items: lines(&known, input.items.unwrap_or_default())?,
        notify: input.notify.unwrap_or_default(),
    };
    corrected::<ShipOrders>(context, &order, command, input.expected_version).await
}

async fn remove_tracking(
    context: &Context<'_>,
    input: Option<OrderRemoveTrackingNumberInput>,
) -> Result<Order> {
    let input = input.ok_or_else(missing_input)?;
    let numbers = input.tracking_numbers;
    let (order, command) = (OrderId(input.id.0), Command::RemoveTracking { numbers });
    corrected::<ShipOrders>(context, &order, command, input.expected_version).await
}

/// Carries out a command under the request's key, and answers the order after it.
pub(super) async fn corrected<G: Grants>(
    context: &Context<'_>,
    order: &OrderId,
    command: Command,
    expected_version: Option<i64>,
) -> Result<Order> {
    let caller = Caller::of(context);
    let terms = caller.terms(context, &Asked::of(expected_version, None)?);
    let permit = caller.permit::<G>()?;
    let changed = correct(&caller.desk, &permit, order, command, &terms).await?;
    Ok(Order::alone(changed.order))
}

/// The order and the note that an identifier of the interface names.
async fn note(context: &Context<'_>, id: &ID) -> Result<(OrderId, NoteId)> {
    let caller = Caller::of(context);
    let permit = caller.session.permit()?;
    let (order, part) = ids::read(NoteId::PREFIX, id).ok_or_else(|| not_found("note", id))?;
    let known = load(&caller.desk, &permit, &order).await?;
    let mut notes = known.notes.iter();
    let found = notes.find(|note| ids::note(&order, &note.id) == *id);
    // One that was there may have been deleted by this very request, asked again under its key.
    let note = found.map_or_else(
        || NoteId(format!("{}{part}", NoteId::PREFIX)),
        |note| note.id.clone(),
    );
    Ok((order, note))
}

/// The lines of an order that these identifiers name.
fn lines(
    order: &domain::order::Order,
    given: Vec<FulfillmentItemInput>,
) -> Result<Vec<(ItemId, u32)>> {
    let each = given.into_iter().map(|line| {
        let known = ids::item_of(order, &line.item);
        let known = known.ok_or_else(|| not_found("item", &line.item))?;
        Ok((known.id.clone(), line.quantity))
    });
    each.collect()
}

fn missing_input() -> Refusal {
    Refusal::invalid("input", Problem::Missing)
}

/// Words that say something.
fn said(words: Option<String>) -> Option<String> {
    words.filter(|words| !words.trim().is_empty())
}

/// How much of each part is to be returned, in the order's minor units.
fn parts(order: &domain::order::Order, input: &OrderRefundInput) -> Result<Parts, Refusal> {
    let currency = input.currency_code.0;
    let is_base = currency == order.rate.base && currency != order.currency();
    if currency != order.currency() && !is_base {
        let (expected, given) = (order.currency(), currency);
        let error = domain::money::AmountError::WrongCurrency { expected, given };
        return Err(Refusal::invalid("currency_code", Problem::Amount(error)));
    }
    let Some(subtotals) = &input.subtotals else {
        return Ok(order.left());
    };
    let mut asked = Parts::default();
    for subtotal in subtotals {
        let part = Part::from(subtotal.kind);
        let minor = subtotal.amount.money(currency, part.field())?.minor;
        asked = asked.plus(match part {
            Part::Item => Parts::from_array([minor, 0, 0]),
            Part::Shipping => Parts::from_array([0, minor, 0]),
            Part::DutyTaxFee => Parts::from_array([0, 0, minor]),
        });
    }
    Ok(if is_base {
        parts_from_base(order, asked)
    } else {
        asked
    })
}

fn reason(caller: &Caller, input: &OrderRefundInput) -> RefundReason {
    let words = || {
        let words = said(input.reason_text.clone());
        words.unwrap_or_else(|| caller.words("refunded"))
    };
    match input.reason {
        Some(OrderRefundReason::Duplicate) => RefundReason::Duplicate,
        Some(OrderRefundReason::Fraudulent) => RefundReason::Fraudulent,
        Some(OrderRefundReason::OrderChange) => RefundReason::OrderChange,
        Some(OrderRefundReason::ProductUnsatisfactory) => RefundReason::ProductUnsatisfactory,
        Some(OrderRefundReason::Cancellation | OrderRefundReason::Other) | None => {
            RefundReason::Other(words())
        }
    }
}
