//! Refunds of an order. One that spans several payments is several at the provider and one here.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::event::EventKind;
use domain::ids::RefundId;
use domain::parts::{Part, Parts};
use domain::refund::{Refund, RefundReason};
use domain::waiting::Waiting;

use super::enums::{OrderRefundReason, OrderRefundStatus, OrderRefundSubtotalType};
use super::order::Order;
use super::scalars::{CurrencyCode, DateTime, Decimal, kept};
use super::sold::Sold;

/// Money on its way back to the shopper, or returned.
pub(crate) struct OrderRefund {
    sold: Sold,
    /// What is returned of each payment; at least one.
    legs: Vec<Refund>,
    is_waiting: bool,
}

/// What a refund returns of one part.
#[derive(SimpleObject)]
pub(crate) struct OrderRefundSubtotal {
    amount: Decimal,
    #[graphql(name = "type")]
    kind: OrderRefundSubtotalType,
}

/// Every refund of an order, oldest first; those that wait for approval last.
pub(crate) fn refunds(sold: &Sold) -> Vec<OrderRefund> {
    let mut found: Vec<OrderRefund> = Vec::new();
    let made = sold.refunds.iter().map(|refund| (refund, false));
    let waiting = sold.waiting.iter().flat_map(Waiting::refunds);
    for (refund, is_waiting) in made.chain(waiting.map(|refund| (refund, true))) {
        let whole = found
            .iter_mut()
            .find(|whole| whole.asked_as().leg(whole.legs.len()) == refund.id);
        match whole {
            Some(whole) => whole.legs.push(refund.clone()),
            None => found.push(OrderRefund {
                sold: sold.clone(),
                legs: vec![refund.clone()],
                is_waiting,
            }),
        }
    }
    found
}

/// The refund that was asked for under this identifier.
pub(crate) fn refund(sold: &Sold, id: &RefundId) -> Option<OrderRefund> {
    refunds(sold)
        .into_iter()
        .find(|refund| refund.asked_as() == id)
}

impl OrderRefund {
    fn asked_as(&self) -> &RefundId {
        &self.legs[0].id
    }

    fn parts(&self) -> Parts {
        let parts = self.legs.iter().map(|leg| leg.parts);
        parts.fold(Parts::default(), Parts::plus)
    }

    fn decimal(&self, minor: i64) -> Decimal {
        Decimal::of(minor, self.sold.currency())
    }
}

#[Object]
impl OrderRefund {
    async fn id(&self) -> ID {
        ID(self.asked_as().0.clone())
    }

    async fn amount(&self) -> Decimal {
        self.decimal(self.parts().total_minor())
    }

    /// What the shopper paid in: refunds are issued in nothing else.
    async fn currency_code(&self) -> CurrencyCode {
        CurrencyCode(self.sold.currency())
    }

    async fn created_at(&self) -> DateTime {
        DateTime(self.legs[0].requested_at)
    }

    async fn created_by(&self, context: &Context<'_>) -> Result<ID> {
        let id = self.asked_as();
        let is_about = |kind: &EventKind| match kind {
            EventKind::RefundRequested { refund } => refund.id == *id,
            EventKind::WaitingBegun { waiting } => {
                waiting.refunds().iter().any(|refund| refund.id == *id)
            }
            _ => false,
        };
        Ok(self.sold.last(context, is_about).await?.by)
    }

    async fn note(&self) -> Option<String> {
        kept(&self.legs[0].note)
    }

    async fn order(&self) -> Order {
        Order(self.sold.clone())
    }

    /// The parts that it returns something of.
    async fn subtotals(&self) -> Vec<OrderRefundSubtotal> {
        let parts = self.parts();
        let each = Part::ALL.into_iter().filter(|part| parts.get(*part) != 0);
        each.map(|part| OrderRefundSubtotal {
            amount: self.decimal(parts.get(part)),
            kind: part.into(),
        })
        .collect()
    }

    /// Where it stands; of several payments, the one that is furthest from its end.
    async fn status(&self) -> OrderRefundStatus {
        if self.is_waiting {
            return OrderRefundStatus::Waiting;
        }
        let states = self.legs.iter().map(OrderRefundStatus::from);
        states.min().unwrap_or(OrderRefundStatus::Requested)
    }

    async fn reason(&self) -> OrderRefundReason {
        (&self.legs[0].reason).into()
    }

    /// The words of a reason that is none of the others.
    async fn reason_text(&self) -> Option<String> {
        match &self.legs[0].reason {
            RefundReason::Other(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// What the payment provider said when it failed or when its answer was lost.
    async fn problem(&self) -> Option<String> {
        self.legs.iter().find_map(|leg| kept(&leg.problem))
    }
}
