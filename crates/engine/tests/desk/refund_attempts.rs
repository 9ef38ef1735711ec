//! A refund that is tried again is asked for under a key of its own, and late word of the try before it changes nothing.

use domain::ids::OrderId;
use domain::refund::RefundState;
use domain::refund_settle::RefundFact;
use engine::ports::Answer;

use crate::support::on_every_database;

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
