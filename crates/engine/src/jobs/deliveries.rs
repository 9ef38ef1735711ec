//! Takes in what providers told: reads a stored message, finds the orders it is about, and records what it says as facts.

use domain::actor::ActorKind;
use domain::command::Fact;
use domain::ids::{OrderId, PaymentId, RefundId};
use domain::money::Money;
use domain::order::{Mode, Order};
use domain::refund_settle::RefundFact;

use super::worker::Tried;
use crate::deliveries::{Delivery, DeliveryState};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::{MAX_TRIES, Terms, load_in, record_on};
use crate::permit::Scope;
use crate::ports::{News, Ports};
use crate::store::StoreError;
use crate::store::keys::KeyKind;
use crate::store::queue::Job;

/// Takes in one message. What it says may be known already, or be said again later: both change nothing.
pub(super) async fn process(desk: &Desk, ports: &Ports, job: &Job) -> Result<Tried, Failure> {
    let Some(mut delivery) = waiting(desk, job).await? else {
        return Ok(Tried::Finished);
    };
    let Some(hook) = ports.hook(&delivery.source) else {
        return Ok(Tried::GiveUp(format!(
            "{} is not connected any more",
            delivery.source
        )));
    };
    match hook.read(&delivery.body) {
        Ok(word) => {
            (delivery.external_id, delivery.kind) = (word.id, word.kind);
            let mut orders = 0;
            for news in &word.news {
                match take_in(desk, &delivery, news).await {
                    Ok(count) => orders += count,
                    Err(failure) if failure.can_retry() => return Err(failure),
                    Err(failure) => return Ok(Tried::GiveUp(failure.to_string())),
                }
            }
            (delivery.state, delivery.problem) = if orders > 0 {
                (DeliveryState::TakenIn, String::new())
            } else if word.news.is_empty() {
                (
                    DeliveryState::Ignored,
                    "it tells nothing of payments or refunds".to_owned(),
                )
            } else {
                (
                    DeliveryState::Ignored,
                    "no order here has this payment".to_owned(),
                )
            };
        }
        Err(problem) => (delivery.state, delivery.problem) = (DeliveryState::Failed, problem),
    }
    if delivery.state == DeliveryState::Failed {
        tracing::error!(delivery = %delivery.id, source = %delivery.source, problem = %delivery.problem, "a message could not be read");
    }
    desk.store().settle_delivery(&delivery, desk.now()).await?;
    Ok(Tried::Finished)
}

/// Marks a message as one that a person has to look at.
pub(super) async fn given_up(desk: &Desk, job: &Job, problem: &str) -> Result<(), StoreError> {
    if let Some(mut delivery) = waiting(desk, job).await? {
        (delivery.state, delivery.problem) = (DeliveryState::Failed, problem.to_owned());
        desk.store().settle_delivery(&delivery, desk.now()).await?;
    }
    Ok(())
}

async fn waiting(desk: &Desk, job: &Job) -> Result<Option<Delivery>, StoreError> {
    let id = domain::ids::DeliveryId(job.job.subject.clone());
    let found = desk.store().delivery(&job.job.organization_id, &id).await?;
    Ok(found.filter(|delivery| delivery.state == DeliveryState::Waiting))
}

/// Records one thing that happened on every order whose payment it is about; how many there are.
async fn take_in(desk: &Desk, delivery: &Delivery, news: &News) -> Result<usize, Failure> {
    let (News::Payment { reference, .. }
    | News::Refund {
        payment_reference: reference,
        ..
    }) = news;
    let key = format!("{}:{reference}", delivery.source);
    let mut count = 0;
    for mode in [Mode::Live, Mode::Test] {
        let organization_id = delivery.organization_id.clone();
        let scope = Scope {
            organization_id,
            mode,
        };
        let organization = &scope.organization_id;
        let orders = desk
            .store()
            .find(organization, mode, KeyKind::ProviderPayment, &key)
            .await?;
        for order in &orders {
            record(desk, &scope, order, &delivery.source, news).await?;
        }
        count += orders.len();
    }
    Ok(count)
}

/// Records news of a provider on one order, deciding again when someone was faster: which refund is meant depends on what
/// is known.
pub(super) async fn record(
    desk: &Desk,
    scope: &Scope,
    id: &OrderId,
    source: &str,
    news: &News,
) -> Result<(), Failure> {
    for _ in 0..MAX_TRIES {
        let order = load_in(desk, scope, id).await?;
        let Some(fact) = fact(&order, source, news) else {
            return Ok(());
        };
        let terms = Terms {
            expected_version: Some(order.version),
            ..Terms::default()
        };
        match record_on(desk, scope, id, ActorKind::Provider, &fact, &terms).await {
            Err(Failure::Refused(domain::refusal::Refusal::StaleVersion { .. })) => {}
            done => return done.map(|_| ()),
        }
    }
    Err(Failure::Busy(id.clone()))
}

/// What a piece of news means to this order; nothing where it is about an attempt that is over.
fn fact(order: &Order, source: &str, news: &News) -> Option<Fact> {
    match news {
        News::Payment { reference, fact } => Some(Fact::Payment {
            payment: payment(order, source, reference)?,
            fact: fact.clone(),
        }),
        News::Refund {
            payment_reference,
            reference,
            key,
            money,
            fact,
        } => {
            let payment = payment(order, source, payment_reference)?;
            let known = order.refunds.iter().find(|refund| {
                key.as_ref() == Some(&refund.idempotency_key())
                    || (!reference.is_empty() && refund.reference == *reference)
            });
            match known {
                Some(refund) => Some(Fact::Refund {
                    refund: refund.id.clone(),
                    fact: fact.clone(),
                }),
                None if key.as_deref().is_some_and(|key| is_over(order, key)) => None,
                None => foreign(source, payment, reference, *money, fact),
            }
        }
    }
}

/// Whether a key is that of an attempt before a refund's present one: word of it can only be late.
fn is_over(order: &Order, key: &str) -> bool {
    let id = key.rsplit_once('.').map_or(key, |(id, _)| id);
    order.refunds.iter().any(|refund| refund.id.as_str() == id)
}

fn payment(order: &Order, source: &str, reference: &str) -> Option<PaymentId> {
    let mut payments = order.payments.iter();
    let found = payments.find(|one| one.provider == source && one.reference == reference);
    found.map(|payment| payment.id.clone())
}

/// A refund that we know nothing of counts against what is left as soon as the provider has taken it on. One that came
/// to nothing is no fact.
fn foreign(
    source: &str,
    payment: PaymentId,
    reference: &str,
    money: Money,
    fact: &RefundFact,
) -> Option<Fact> {
    match fact {
        RefundFact::Pending { .. } | RefundFact::Succeeded { .. } => Some(Fact::ForeignRefund {
            refund: RefundId(format!("{}{source}_{reference}", RefundId::PREFIX)),
            payment,
            amount_minor: money.minor,
            reference: reference.to_owned(),
        }),
        RefundFact::Sent | RefundFact::Failed { .. } | RefundFact::Unknown { .. } => None,
    }
}
