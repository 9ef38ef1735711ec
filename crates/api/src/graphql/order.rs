//! The order, whole: the reference's fields, and those that are ours.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::actions::actions;
use domain::command::Context as Rules;
use domain::order::{Note, Order as Document};

use super::caller::Caller;
use super::cartons::{Carton, cartons};
use super::enums::{FulfillmentStatus, Mode, OrderNoteType, OrderStatus, PaymentStatus, Source};
use super::ids;
use super::items::{Item, items};
use super::landed_costs::{LandedCost, landed_cost, quoted_cost};
use super::own::{JournalEntry, OrderAction, OrderActivity, OrderCoverage};
use super::parties::{Party, parties_of};
use super::ratings::{ShipmentRating, shipment_rating};
use super::refunds::{OrderRefund, refunds};
use super::root::{Charged, Root, root, told_root};
use super::scalars::{CurrencyCode, DateTime, Decimal, kept};
use super::shipments::{Shipment, shipments};
use super::sold::Sold;

/// The most of an order's activity that is answered at once.
const MOST_ACTIVITY: i64 = 500;

/// One international sale.
pub(crate) struct Order(pub Sold);

impl Order {
    /// An order by itself.
    pub fn alone(order: Document) -> Self {
        Self(Sold::alone(order))
    }
}

/// What the shopper was charged.
#[derive(SimpleObject)]
pub(crate) struct AmountSubtotals {
    duties: Decimal,
    fees: Decimal,
    items: Decimal,
    shipping: Decimal,
    taxes: Decimal,
    /// The total as charged, less the sum of the rest.
    variance: Decimal,
    /// What was taken off, as a positive amount.
    discounts: Decimal,
    /// Duties, taxes and fees.
    landed_cost_total: Decimal,
    /// What the shopper owed in all.
    total: Decimal,
}

/// Something that a program keeps with an order.
#[derive(SimpleObject)]
pub(crate) struct OrderMetadata {
    key: String,
    value: String,
}

/// What another program knows the order by.
#[derive(SimpleObject)]
pub(crate) struct OrderReference {
    key: Option<String>,
    value: Option<String>,
}

/// What is handed on to others of what was charged.
#[derive(SimpleObject)]
pub(crate) struct Remittance {
    amount: Decimal,
    description: String,
    note: String,
}

/// A change of the order's status.
#[derive(SimpleObject)]
pub(crate) struct OrderStatusTransition {
    created_at: DateTime,
    created_by: ID,
    note: Option<String>,
    status: OrderStatus,
}

/// A note of the team or of a program; customers never see it.
#[derive(SimpleObject)]
pub(crate) struct OrderNote {
    id: ID,
    note: String,
    #[graphql(name = "type")]
    kind: OrderNoteType,
    created_at: DateTime,
    created_by: ID,
    updated_at: DateTime,
    updated_by: ID,
    /// Null: a note that was deleted is not shown. The activity keeps what it said.
    deleted_at: Option<DateTime>,
    /// Null, as deletedAt.
    deleted_by: Option<ID>,
}

fn note(sold: &Sold, note: &Note) -> OrderNote {
    let author = ID(note.by.id.clone());
    OrderNote {
        id: ids::note(&sold.id, &note.id),
        note: note.text.clone(),
        kind: OrderNoteType::Comment,
        created_at: DateTime(note.at),
        created_by: author.clone(),
        updated_at: DateTime(note.edited_at.unwrap_or(note.at)),
        updated_by: author,
        deleted_at: None,
        deleted_by: None,
    }
}

#[Object]
impl Order {
    async fn id(&self) -> ID {
        ID(self.0.id.0.clone())
    }

    /// The shop's own number.
    async fn account_order_number(&self) -> Option<&str> {
        self.0.number.as_deref()
    }

    async fn amount_subtotals(&self) -> AmountSubtotals {
        let charged = Charged::of(&self.0);
        AmountSubtotals {
            duties: charged.duties,
            fees: charged.fees,
            items: charged.items,
            shipping: charged.shipping,
            taxes: charged.taxes,
            variance: charged.variance,
            discounts: charged.discounts,
            landed_cost_total: charged.landed_cost_total,
            total: charged.total,
        }
    }

    /// The cartons that it was quoted with, then the boxes of the labels that were made here.
    async fn cartons(&self, context: &Context<'_>) -> Result<Option<Vec<Carton>>> {
        let quoted = self.0.quoted(context).await?;
        let mut all = quoted
            .map(|quoted| quoted.sale.cartons())
            .unwrap_or_default();
        all.extend(cartons(&self.0));
        Ok(Some(all))
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    async fn created_by(&self) -> ID {
        self.0.taken_in().by
    }

    /// What the shopper paid in; all amounts of the order are in it.
    async fn currency_code(&self) -> CurrencyCode {
        CurrencyCode(self.0.currency())
    }

    async fn items(&self) -> Option<Vec<Item>> {
        Some(items(&self.0))
    }

    /// The landed cost that it was quoted; what was charged for import, where it was quoted elsewhere.
    async fn landed_costs(&self, context: &Context<'_>) -> Result<Option<Vec<LandedCost>>> {
        Ok(Some(vec![match self.0.quoted(context).await? {
            Some(quoted) => quoted_cost(&quoted.held, &quoted.sale),
            None => landed_cost(&self.0),
        }]))
    }

    /// What the program that brought it keeps with it; null where it brought none.
    async fn metadata(&self) -> Option<Vec<Option<OrderMetadata>>> {
        let pairs = self.0.particulars.metadata.iter();
        let each = pairs.map(|pair| {
            Some(OrderMetadata {
                key: pair.key.clone(),
                value: pair.value.clone(),
            })
        });
        let all: Vec<_> = each.collect();
        (!all.is_empty()).then_some(all)
    }

    async fn mode(&self) -> Mode {
        self.0.mode.into()
    }

    async fn notes(&self) -> Option<Vec<Option<OrderNote>>> {
        let notes = self.0.notes.iter();
        Some(notes.map(|one| Some(note(&self.0, one))).collect())
    }

    async fn organization(&self) -> ID {
        ID(self.0.organization_id.0.clone())
    }

    /// Whom it is shipped to and who is billed, then from where and who is paid. One that was told before there was the
    /// order keeps its identifier until the order's own address is changed.
    async fn parties(&self, context: &Context<'_>) -> Result<Option<Vec<Party>>> {
        Ok(Some(parties_of(&self.0, context).await?))
    }

    /// What the program that brought it gave, after the shop's own id of the order, under the name of the connection.
    async fn references(&self) -> Option<Vec<OrderReference>> {
        let shop = self.0.shop.iter().map(|shop| OrderReference {
            key: Some(shop.connection.clone()),
            value: Some(shop.external_id.clone()),
        });
        let given = self.0.particulars.references.iter();
        let given = given.map(|pair| OrderReference {
            key: kept(&pair.key),
            value: kept(&pair.value),
        });
        Some(shop.chain(given).collect())
    }

    /// Oldest first; what waits for approval stands last.
    async fn refunds(&self) -> Option<Vec<OrderRefund>> {
        Some(refunds(&self.0))
    }

    /// Null where it was quoted elsewhere.
    async fn remittance(&self, context: &Context<'_>) -> Result<Option<Vec<Option<Remittance>>>> {
        let Some(quoted) = self.0.quoted(context).await? else {
            return Ok(None);
        };
        let each = quoted.held.landed_cost.remittances().into_iter();
        let each = each.map(|one| {
            Some(Remittance {
                amount: Decimal::of(one.amount_minor, self.0.currency()),
                description: one.description,
                note: one.note,
            })
        });
        Ok(Some(each.collect()))
    }

    /// What was told before there was the order, where that is kept.
    async fn root(&self, context: &Context<'_>) -> Result<Option<Root>> {
        Ok(Some(match self.0.quoted(context).await? {
            Some(quoted) => told_root(&quoted.sale),
            None => root(&self.0),
        }))
    }

    /// The shipping that it was quoted with; what was charged for it, where it was quoted elsewhere.
    async fn shipment_ratings(&self, context: &Context<'_>) -> Result<Option<Vec<ShipmentRating>>> {
        Ok(Some(vec![match self.0.quoted(context).await? {
            Some(quoted) => quoted.sale.rating_of(&quoted.held.landed_cost),
            None => shipment_rating(&self.0),
        }]))
    }

    /// What the program that brought it calls where it comes from.
    async fn source_name(&self) -> Option<String> {
        kept(&self.0.particulars.source)
    }

    /// Oldest first, voided ones among them.
    async fn shipments(&self) -> Vec<Shipment> {
        shipments(&self.0)
    }

    async fn status(&self) -> OrderStatus {
        self.0.status.into()
    }

    async fn status_transitions(&self) -> Vec<OrderStatusTransition> {
        let transitions = self.0.transitions.iter();
        let each = transitions.map(|transition| OrderStatusTransition {
            created_at: DateTime(transition.at),
            created_by: ID(transition.by.id.clone()),
            note: transition.note.clone(),
            status: transition.status.into(),
        });
        each.collect()
    }

    /// Of shipments that are not voided.
    async fn tracking_numbers(&self) -> Option<Vec<Option<&str>>> {
        Some(self.0.tracking_numbers().map(Some).collect())
    }

    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }

    async fn updated_by(&self, context: &Context<'_>) -> Result<ID> {
        Ok(self.0.last(context, |_| true).await?.by)
    }

    /// The desk's own number of the order.
    async fn zonos_order_id(&self) -> Option<String> {
        Some(self.0.desk_number.to_string())
    }

    /// Counts what happened to the order: what expectedVersion is compared with.
    async fn version(&self) -> i64 {
        i64::try_from(self.0.version).unwrap_or(i64::MAX)
    }

    async fn source(&self) -> Source {
        self.0.source.into()
    }

    /// When the shopper placed it.
    async fn placed_at(&self) -> DateTime {
        DateTime(self.0.placed_at)
    }

    async fn payment_status(&self) -> PaymentStatus {
        self.0.payment_status().into()
    }

    async fn is_disputed(&self) -> bool {
        self.0.is_disputed()
    }

    async fn fulfillment_status(&self) -> FulfillmentStatus {
        self.0.fulfilment().into()
    }

    async fn tags(&self) -> Vec<&str> {
        self.0.tags.iter().map(String::as_str).collect()
    }

    /// Every action, and whether this key can take it now.
    async fn actions(&self, context: &Context<'_>) -> Result<Vec<OrderAction>> {
        let caller = Caller::of(context);
        let policy = caller.policy(&caller.session.permit()?).await?;
        let rules = Rules {
            actor: &caller.session.actor,
            at: caller.desk.now(),
            policy,
        };
        let each = actions(&self.0, &rules).into_iter();
        Ok(each.map(OrderAction::from).collect())
    }

    async fn coverage(&self) -> OrderCoverage {
        OrderCoverage {
            fraud_protection: (&self.0.coverage.fraud).into(),
            landed_cost_guarantee: (&self.0.coverage.guarantee).into(),
        }
    }

    /// Every movement of the order's money, oldest first.
    async fn journal(&self) -> Vec<JournalEntry> {
        self.0.journal.iter().map(JournalEntry::from).collect()
    }

    /// Everything that happened, newest first; before a version where one is given.
    async fn activity(
        &self,
        context: &Context<'_>,
        #[graphql(default = 50)] first: i64,
        before: Option<i64>,
    ) -> Result<Vec<OrderActivity>> {
        let before = before.map_or(u64::MAX, |before| u64::try_from(before).unwrap_or(0));
        let most = usize::try_from(first.clamp(0, MOST_ACTIVITY)).unwrap_or(0);
        let events = self.0.history(context).await?.iter().rev();
        let wanted = events.filter(|event| event.seq < before).take(most);
        Ok(wanted.map(OrderActivity::from).collect())
    }
}
