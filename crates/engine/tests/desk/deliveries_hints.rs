//! Word of a refund that nobody here asked for (R4, R9): a provider may call by that name what it gave free of a hold, so
//! it is only a hint, and what the provider lists is recorded.

use domain::money::{Currency, Money};
use domain::refund_settle::RefundFact;
use engine::deliveries::DeliveryState;
use engine::ports::{Answer, News};

use crate::deliveries::{kept, reference, refunded, succeeded, told};
use crate::support::on_every_database;

#[tokio::test(flavor = "multi_thread")]
async fn r4_what_a_part_capture_gave_free_is_no_refund_though_the_provider_tells_it_as_one() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let lists = &harness.fakes.payment_refunds;
        lists.reply(Answer::Done(Some(Vec::new())));
        told(harness, "rest", refunded(&order, None, 3_000, succeeded())).await;
        harness.drain().await;
        assert_eq!(harness.load(&order.id).await, order);
        assert_eq!(kept(harness).await[0].state, DeliveryState::TakenIn);
        let asked = lists.asked();
        assert_eq!(asked.len(), 1);
        assert_eq!(
            (&asked[0].payment_reference, asked[0].provider.as_str()),
            (&reference(&order), "sandbox")
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r9_what_the_provider_lists_is_recorded_and_what_is_known_is_not_asked_about_again() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let other = News::Refund {
            payment_references: vec![reference(&order)],
            reference: "re_0".to_owned(),
            key: None,
            money: Money::new(700, Currency::USD),
            fact: RefundFact::Succeeded {
                reference: "re_0".to_owned(),
            },
        };
        let made = refunded(&order, None, 5_000, succeeded());
        let all = [other].into_iter().chain(made.clone()).collect();
        let lists = &harness.fakes.payment_refunds;
        // It does not answer at first: the message waits.
        lists.reply(Answer::NotNow("down for maintenance".to_owned()));
        lists.reply(Answer::Done(Some(all)));
        told(harness, "made", made.clone()).await;
        let stepped = harness.drain().await;
        assert_eq!((stepped.finished, stepped.put_back), (0, 1));
        assert_eq!(harness.load(&order.id).await, order);
        assert_eq!(kept(harness).await[0].state, DeliveryState::Waiting);
        harness.settle().await;
        let known = harness.load(&order.id).await;
        let came: Vec<_> = known
            .refunds
            .iter()
            .map(|one| (one.reference.as_str(), one.parts.total_minor()))
            .collect();
        assert_eq!(came, [("re_0", 700), ("re_1", 5_000)]);
        assert_eq!(known.left().total_minor(), 6_300);
        told(harness, "again", made).await;
        harness.drain().await;
        assert_eq!(harness.load(&order.id).await, known);
        assert_eq!(lists.asked().len(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r9_a_hint_that_the_provider_will_not_be_asked_about_is_given_up_visibly() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let why = "the secret key is of tests".to_owned();
        let lists = &harness.fakes.payment_refunds;
        lists.reply(Answer::Refused(why.clone()));
        told(harness, "made", refunded(&order, None, 5_000, succeeded())).await;
        harness.drain().await;
        let failed = kept(harness).await.remove(0);
        assert_eq!((failed.state, failed.problem), (DeliveryState::Failed, why));
        assert_eq!(harness.load(&order.id).await, order);
    })
    .await;
}
