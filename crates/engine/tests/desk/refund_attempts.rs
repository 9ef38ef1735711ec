//! A refund that is tried again is asked for under a key of its own, and late word of the try before it changes nothing.

use std::sync::Arc;

use async_trait::async_trait;
use domain::ids::OrderId;
use domain::payment_settle::PaymentFact;
use domain::refund::RefundState;
use domain::refund_settle::RefundFact;
use engine::desk::Desk;
use engine::fakes::Fakes;
use engine::jobs::Worker;
use engine::permit::{Scope, Session};
use engine::ports::{Answer, Movements, MovementsAsk, PaymentAsk, Payments, Ports, RefundAsk};

use crate::support::{Harness, on_every_database};

#[tokio::test(flavor = "multi_thread")]
async fn word_of_an_earlier_attempt_does_not_settle_a_later_one() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        harness
            .fakes
            .refunds
            .reply(Answer::Refused("the card is closed".to_owned()));
        harness.drain().await;
        let session = harness.admin();
        let permit = session.permit().unwrap();
        let retry = engine::refunds::retry(&harness.desk, &permit, &order.id, "refund_r1".into());
        retry.await.unwrap();
        let scope = harness.scope();
        let hear = async |id: &OrderId, key: &str, fact: RefundFact| {
            engine::refunds::heard(&harness.desk, &scope, id, key, fact)
                .await
                .unwrap()
        };
        let failed = || RefundFact::Failed {
            problem: "again".to_owned(),
            failure: None,
        };
        assert!(!hear(&order.id, "refund_r1.1", failed()).await);
        assert!(!hear(&"order_nowhere".into(), "refund_r1.2", failed()).await);
        let known = harness.load(&order.id).await;
        assert_eq!(known.refunds[0].state, RefundState::Requested);
        let reference = "re_2".to_owned();
        assert!(
            hear(
                &order.id,
                "refund_r1.2",
                RefundFact::Succeeded { reference }
            )
            .await
        );
        assert_eq!(harness.load(&order.id).await.returned_minor(), 1_250);
        harness.drain().await;
        assert_eq!(harness.fakes.refunds.asked().len(), 1);
    })
    .await;
}

/// A provider that is slow: before it answers about a first attempt, that attempt has failed by its own word and a person
/// has tried again.
struct Slow {
    desk: Desk,
    session: Session,
    scope: Scope,
    fakes: Arc<Fakes>,
}

impl Slow {
    async fn overtaken(&self, ask: &RefundAsk) {
        let (desk, scope, order) = (&self.desk, &self.scope, OrderId(ask.order_id.clone()));
        let failed = RefundFact::Failed {
            problem: "declined".to_owned(),
            failure: None,
        };
        let first = engine::refunds::heard(desk, scope, &order, "refund_r1.1", failed);
        if first.await.unwrap() {
            let permit = self.session.permit().unwrap();
            let retry = engine::refunds::retry(desk, &permit, &order, ask.refund.clone());
            retry.await.unwrap();
        }
    }
}

#[async_trait]
impl Payments for Slow {
    async fn refund(&self, ask: &RefundAsk) -> Answer<RefundFact> {
        let answer = self.fakes.refund(ask).await;
        if !matches!(answer, Answer::Done(RefundFact::Pending { .. })) {
            self.overtaken(ask).await;
        }
        answer
    }

    async fn refund_status(&self, ask: &RefundAsk, reference: &str) -> Answer<RefundFact> {
        let answer = self.fakes.refund_status(ask, reference).await;
        self.overtaken(ask).await;
        answer
    }

    async fn capture(&self, ask: &PaymentAsk) -> Answer<PaymentFact> {
        self.fakes.capture(ask).await
    }

    async fn void(&self, ask: &PaymentAsk) -> Answer<PaymentFact> {
        Payments::void(&*self.fakes, ask).await
    }

    async fn payment_status(&self, ask: &PaymentAsk) -> Answer<Vec<PaymentFact>> {
        self.fakes.payment_status(ask).await
    }

    async fn movements(&self, ask: &MovementsAsk) -> Answer<Movements> {
        self.fakes.movements(ask).await
    }
}

/// A first attempt is answered late: when it is asked for, or where the provider had taken it on, when it is asked about.
async fn answers_late(harness: &Harness, late: Answer<RefundFact>, is_taken_on: bool) {
    let order = harness.paid("A-1").await;
    harness.refund(&order.id, "r1", 1_250).await.unwrap();
    let (refunds, statuses) = (&harness.fakes.refunds, &harness.fakes.refund_statuses);
    let worker = Worker::new(
        harness.desk.clone(),
        Ports {
            payments: Arc::new(Slow {
                desk: harness.desk.clone(),
                session: harness.admin(),
                scope: harness.scope(),
                fakes: harness.fakes.clone(),
            }),
            ..harness.fakes.ports()
        },
    );
    if is_taken_on {
        let reference = "re_1".to_owned();
        refunds.reply(Answer::Done(RefundFact::Pending { reference }));
        worker.step().await.unwrap();
        harness.clock.advance_s(900);
        statuses.reply(late);
    } else {
        refunds.reply(late);
    }
    let stepped = worker.step().await.unwrap();
    assert_eq!((stepped.finished, stepped.tried()), (1, 1));
    let known = harness.load(&order.id).await;
    let refund = &known.refunds[0];
    assert_eq!((refund.attempt, refund.state), (2, RefundState::Requested));
    assert_eq!(refund.problem, "");
    assert_eq!(known.left().total_minor(), 10_750);
    assert_eq!(known.attention, []);
    worker.drain().await.unwrap();
    let asked = refunds.asked();
    let keys: Vec<&str> = asked.iter().map(|ask| ask.key.as_str()).collect();
    assert_eq!(keys, ["refund_r1.1", "refund_r1.2"]);
    assert_eq!(harness.load(&order.id).await.returned_minor(), 1_250);
    harness.settle().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r10_an_answer_to_an_earlier_attempt_that_comes_late_does_not_settle_a_later_one() {
    for is_taken_on in [false, true] {
        let problem = || "the card is closed".to_owned();
        for late in [
            Answer::Refused(problem()),
            Answer::Unknown(problem()),
            Answer::NeedsALook(problem()),
            Answer::Done(RefundFact::Failed {
                problem: problem(),
                failure: None,
            }),
        ] {
            on_every_database(async |harness| {
                answers_late(harness, late.clone(), is_taken_on).await;
            })
            .await;
        }
    }
}
