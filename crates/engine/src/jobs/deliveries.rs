//! Takes in what providers told: reads a stored message, finds the orders it is about, and records what it says as facts.

use std::collections::BTreeSet;

use domain::actor::ActorKind;
use domain::command::Fact;
use domain::ids::{OrderId, PaymentId, RefundId};
use domain::money::Money;
use domain::order::{Mode, Order};
use domain::refund::{Refund, RefundState};
use domain::refund_settle::{ForeignRefund, RefundFact};
use domain::refusal::Refusal;

use super::worker::Tried;
use super::{payments, refunds};
use crate::deliveries::{Delivery, DeliveryState};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::{MAX_TRIES, Terms, load_in, record_on};
use crate::permit::Scope;
use crate::ports::{Answer, News, Ports, Unread, Word};
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
    match hook.read(&delivery.organization_id, &delivery.body) {
        Ok(word) => {
            let mut orders = 0;
            for news in &word.news {
                match take_in(desk, ports, &delivery, word.mode, news).await {
                    Ok(count) => orders += count,
                    Err(NotYet(tried)) => return Ok(tried),
                }
            }
            // Several organizations may share an account at the sender, which tells each of them everything.
            if orders == 0 && is_anothers(desk, &delivery, &word.news).await? {
                delivery.body.clear();
            }
            (delivery.state, delivery.problem) = match orders {
                0 => (DeliveryState::Ignored, nothing_here(&word).to_owned()),
                _ => (DeliveryState::TakenIn, String::new()),
            };
            (delivery.external_id, delivery.kind) = (word.id, word.kind);
        }
        Err(Unread::Unreadable(problem)) => {
            (delivery.state, delivery.problem) = (DeliveryState::Failed, problem);
        }
        Err(Unread::NotTheirs { id, kind, problem }) => {
            (delivery.external_id, delivery.kind) = (id, kind);
            (delivery.state, delivery.problem) = (DeliveryState::Ignored, problem);
            // Nothing crosses organizations, not even what was sent to the wrong one.
            delivery.body.clear();
        }
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

/// What becomes of a message that was not taken in.
pub(super) struct NotYet(pub(super) Tried);

impl From<Failure> for NotYet {
    fn from(failure: Failure) -> Self {
        Self(match failure {
            // Messages are in no order: what says that the money was taken is still to come.
            Failure::Refused(Refusal::NothingCaptured) => Tried::Again(failure.to_string()),
            _ if failure.can_retry() => Tried::Again(failure.to_string()),
            _ => Tried::GiveUp(failure.to_string()),
        })
    }
}

impl From<StoreError> for NotYet {
    fn from(error: StoreError) -> Self {
        Failure::from(error).into()
    }
}

/// Why a message that can be read was about no order.
fn nothing_here(word: &Word) -> &'static str {
    match word.mode {
        _ if word.news.is_empty() => "it tells nothing of payments or refunds",
        Some(Mode::Live) => "it is about a live payment, and no live order here has it",
        Some(Mode::Test) => "it is about a payment of a test, and no test order here has it",
        None => "no order here has this payment",
    }
}

/// Records one thing that happened on every order whose payment it is about; how many there are. Live and test orders
/// are kept apart where the sender tells them apart (O5).
async fn take_in(
    desk: &Desk,
    ports: &Ports,
    delivery: &Delivery,
    told: Option<Mode>,
    news: &News,
) -> Result<usize, NotYet> {
    let modes = [Mode::Live, Mode::Test];
    let mut count = 0;
    for mode in modes
        .into_iter()
        .filter(|mode| told.is_none_or(|told| told == *mode))
    {
        let scope = Scope {
            organization_id: delivery.organization_id.clone(),
            mode,
        };
        let orders = known_by(desk, &scope, &delivery.source, news).await?;
        for order in &orders {
            let (about, source) = ((&scope, order), &delivery.source);
            for news in believed(desk, ports, about, source, news).await? {
                record(desk, ports, about, source, &news).await?;
            }
        }
        count += orders.len();
    }
    Ok(count)
}

/// Every order that knows the payment by one of its names.
async fn known_by(
    desk: &Desk,
    scope: &Scope,
    source: &str,
    news: &News,
) -> Result<BTreeSet<OrderId>, StoreError> {
    let mut orders = BTreeSet::new();
    for reference in payment_names(news) {
        let (key, store) = (format!("{source}:{reference}"), desk.store());
        let (organization, kind) = (&scope.organization_id, KeyKind::ProviderPayment);
        orders.extend(store.find(organization, scope.mode, kind, &key).await?);
    }
    Ok(orders)
}

/// Whether another organization of this desk knows a payment that this is about: nothing crosses organizations.
async fn is_anothers(desk: &Desk, delivery: &Delivery, all: &[News]) -> Result<bool, StoreError> {
    let all_here = desk.store().organizations().await?;
    let others = all_here
        .into_iter()
        .filter(|(id, _)| *id != delivery.organization_id);
    for (organization_id, _) in others {
        for mode in [Mode::Live, Mode::Test] {
            let scope = Scope {
                organization_id: organization_id.clone(),
                mode,
            };
            for news in all {
                let orders = known_by(desk, &scope, &delivery.source, news).await?;
                if !orders.is_empty() {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

fn payment_names(news: &News) -> &[String] {
    match news {
        News::Payment { references, .. } => references,
        News::Refund {
            payment_references, ..
        } => payment_references,
    }
}

/// What of a message is to be recorded on an order. Word of a refund that nobody here asked for is only a hint: a provider
/// may call by that name what it gave free of a hold, and its message does not tell them apart. So it is asked which refunds
/// of the payment moved money, where it lists them.
async fn believed(
    desk: &Desk,
    ports: &Ports,
    (scope, id): (&Scope, &OrderId),
    source: &str,
    news: &News,
) -> Result<Vec<News>, NotYet> {
    let order = load_in(desk, scope, id).await?;
    let hinted = match fact(&order, source, news) {
        Some(Fact::ForeignRefund(refund)) => Some(refund.payment),
        _ => None,
    };
    let hinted = order
        .payments
        .iter()
        .find(|one| Some(&one.id) == hinted.as_ref());
    let Some(payment) = hinted else {
        return Ok(vec![news.clone()]);
    };
    let ask = payments::ask(&order, payment, "refunds");
    let listed = said(ports.payments.refunds_of(&ask).await)?;
    Ok(listed.unwrap_or_else(|| vec![news.clone()]))
}

/// What the provider says when it is asked about a message, or what becomes of the message where it does not say.
fn said<T>(answer: Answer<T>) -> Result<T, NotYet> {
    Err(NotYet(match answer {
        Answer::Done(said) => return Ok(said),
        Answer::NotNow(problem) | Answer::Unknown(problem) => Tried::Again(problem),
        Answer::Refused(problem) | Answer::NeedsALook(problem) => Tried::GiveUp(problem),
    }))
}

/// Records news of a provider on one order, deciding again when someone was faster: which refund is meant depends on what
/// is known.
pub(super) async fn record(
    desk: &Desk,
    ports: &Ports,
    (scope, id): (&Scope, &OrderId),
    source: &str,
    news: &News,
) -> Result<(), NotYet> {
    for _ in 0..MAX_TRIES {
        let order = load_in(desk, scope, id).await?;
        let Some(fact) = fact(&order, source, news) else {
            return Ok(());
        };
        check_currency(&order, news)?;
        let fact = certain(ports, &order, fact).await?;
        let terms = Terms {
            expected_version: Some(order.version),
            ..Terms::default()
        };
        match record_on(desk, scope, id, ActorKind::Provider, &fact, &terms).await {
            Err(Failure::Refused(Refusal::StaleVersion { .. })) => {}
            done => return Ok(done.map(|_| ())?),
        }
    }
    Err(Failure::Busy(id.clone()).into())
}

/// Amounts of one currency would be read as those of another, so news in another one than the order's is for a person.
fn check_currency(order: &Order, news: &News) -> Result<(), NotYet> {
    let told = match news {
        News::Payment { currency, .. } => *currency,
        News::Refund { money, .. } => Some(money.currency),
    };
    let sold = order.currency();
    match told.filter(|told| *told != sold) {
        None => Ok(()),
        Some(told) => Err(NotYet(Tried::GiveUp(format!(
            "it tells an amount in {told} of a payment of {}, which was sold in {sold}: see at the provider what the \
             payment is for",
            order.id
        )))),
    }
}

/// A refund that is known to have failed and is told to have succeeded: the message may be older than the failure, so
/// the provider is asked how it stands.
async fn certain(ports: &Ports, order: &Order, fact: Fact) -> Result<Fact, NotYet> {
    let (id, reference) = match &fact {
        Fact::Refund {
            refund,
            fact: RefundFact::Succeeded { reference },
        } => (refund.clone(), reference),
        _ => return Ok(fact),
    };
    let failed = |refund: &&Refund| refund.id == id && refund.state == RefundState::Failed;
    let Some(refund) = order.refunds.iter().find(failed) else {
        return Ok(fact);
    };
    let ask = refunds::ask(order, refund);
    let fact = said(ports.payments.refund_status(&ask, reference).await)?;
    Ok(Fact::Refund { refund: id, fact })
}

/// What a piece of news means to this order; nothing where it is about an attempt that is over.
fn fact(order: &Order, source: &str, news: &News) -> Option<Fact> {
    let payment = payment(order, source, payment_names(news))?;
    match news {
        News::Payment { fact, .. } => Some(Fact::Payment {
            payment,
            fact: fact.clone(),
        }),
        News::Refund {
            reference,
            key,
            money,
            fact,
            ..
        } => {
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
                None => Some(foreign(source, payment, reference, *money, fact)),
            }
        }
    }
}

/// Whether a key is that of an attempt before a refund's present one: word of it can only be late.
fn is_over(order: &Order, key: &str) -> bool {
    let id = key.rsplit_once('.').map_or(key, |(id, _)| id);
    order.refunds.iter().any(|refund| refund.id.as_str() == id)
}

/// The payment of the order that has the first of these names that any has.
fn payment(order: &Order, source: &str, references: &[String]) -> Option<PaymentId> {
    references.iter().find_map(|reference| {
        let mut payments = order.payments.iter();
        let found = payments.find(|one| one.provider == source && one.reference == *reference);
        found.map(|payment| payment.id.clone())
    })
}

/// A refund that we know nothing of.
fn foreign(
    source: &str,
    payment: PaymentId,
    reference: &str,
    money: Money,
    fact: &RefundFact,
) -> Fact {
    Fact::ForeignRefund(ForeignRefund {
        refund: RefundId(format!("{}{source}_{reference}", RefundId::PREFIX)),
        payment,
        amount_minor: money.minor,
        reference: reference.to_owned(),
        fact: fact.clone(),
    })
}
