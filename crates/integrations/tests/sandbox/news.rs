//! What the provider says without being asked: a failure after a success, and a success twice.

use domain::refund_settle::RefundFact;
use engine::ports::Answer;
use integrations::payments::{News, Standing};
use jiff::SignedDuration;

use crate::support::{World, eur, refund_ask, start};

const FAILED: &str = "the shopper's bank returned the refund: the account is closed";

fn failed() -> News {
    News {
        key: "r.1".to_owned(),
        order_id: "order_1".to_owned(),
        fact: RefundFact::Failed {
            problem: FAILED.to_owned(),
            failure: None,
        },
    }
}

#[tokio::test]
async fn ends_in_16_succeeds_and_fails_later() {
    let world = World::new();
    world.sandbox.register_payment("pay_1", eur(1_016)).unwrap();
    let payments = &world.ports.payments;
    let ask = refund_ask("r.1", 1_016);
    let answer = payments.refund(&ask).await;
    assert!(
        matches!(answer, Answer::Done(RefundFact::Succeeded { .. })),
        "{answer:?}"
    );
    assert_eq!(payments.refund(&ask).await, answer);
    assert_eq!(world.sandbox.news().unwrap(), [failed()]);
    // From then on it is the provider's word, and the amount is free again.
    let problem = FAILED.to_owned();
    assert_eq!(
        payments.refund(&ask).await,
        Answer::Done(RefundFact::Failed {
            problem,
            failure: None
        })
    );
    let again = payments.refund(&refund_ask("r.2", 1_000)).await;
    assert!(
        matches!(again, Answer::Done(RefundFact::Succeeded { .. })),
        "{again:?}"
    );
}

#[tokio::test]
async fn news_is_told_until_it_is_heard() {
    let world = World::new();
    world.ports.payments.refund(&refund_ask("r.1", 1_016)).await;
    assert_eq!(world.sandbox.news().unwrap(), [failed()]);
    let world = world.reopened();
    assert_eq!(world.sandbox.news().unwrap(), [failed()]);
    world.sandbox.heard("r.1").unwrap();
    world.sandbox.heard("r.1").unwrap();
    world.sandbox.heard("of nobody").unwrap();
    assert_eq!(world.sandbox.news().unwrap(), []);
    let world = world.reopened();
    assert_eq!(world.sandbox.news().unwrap(), []);
    let problem = FAILED.to_owned();
    let refunds = world.sandbox.refunds().unwrap();
    assert_eq!(refunds[0].standing, Standing::Failed { problem });
}

#[tokio::test]
async fn ends_in_19_is_told_twice() {
    let world = World::new();
    let answer = world.ports.payments.refund(&refund_ask("r.1", 1_019)).await;
    let news = world.sandbox.news().unwrap();
    assert_eq!(news.len(), 1);
    assert_eq!(Answer::Done(news[0].fact.clone()), answer);
    world.sandbox.heard("r.1").unwrap();
    assert_eq!(world.sandbox.news().unwrap(), []);
}

#[tokio::test]
async fn due_news_waits_half_a_minute_from_the_first_look() {
    let world = World::new();
    world.ports.payments.refund(&refund_ask("r.1", 1_016)).await;
    let after = |seconds| start() + SignedDuration::from_secs(seconds);
    assert_eq!(world.sandbox.due_news(after(0)).unwrap(), []);
    assert_eq!(world.sandbox.due_news(after(29)).unwrap(), []);
    // Until it is told it is not so.
    assert_eq!(
        world.sandbox.refunds().unwrap()[0].standing,
        Standing::Succeeded
    );
    assert_eq!(world.sandbox.due_news(after(30)).unwrap(), [failed()]);
    assert_eq!(world.sandbox.due_news(after(31)).unwrap(), [failed()]);
    world.sandbox.heard("r.1").unwrap();
    assert_eq!(world.sandbox.due_news(after(32)).unwrap(), []);
}

#[tokio::test]
async fn a_refused_refund_makes_no_news() {
    let world = World::new();
    world.sandbox.register_payment("pay_1", eur(1_000)).unwrap();
    let answer = world.ports.payments.refund(&refund_ask("r.1", 1_016)).await;
    assert!(matches!(answer, Answer::Refused(_)), "{answer:?}");
    assert_eq!(world.sandbox.news().unwrap(), []);
}
