//! E-mails go out once, and the shop hears how the order stands (C5, C7, S5).

use std::sync::Arc;

use async_trait::async_trait;
use domain::command::Command;
use domain::order::{Concern, MailState, Sync};
use engine::desk::Desk;
use engine::fakes::Fakes;
use engine::jobs::Worker;
use engine::permit::Scope;
use engine::ports::{Answer, Ports, ShopNews, Shops};
use futures_util::future::join_all;

use crate::support::on_every_database;
use crate::support::orders::{checkout, plain, tracked};

#[tokio::test(flavor = "multi_thread")]
async fn c7_no_mail_unless_it_is_asked_for() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        harness.cancel(&order.id, false).await.unwrap();
        harness.drain().await;
        assert_eq!(harness.fakes.letters.asked().len(), 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_could_not_go_out_goes_out_later_under_the_same_id() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        harness.cancel(&order.id, true).await.unwrap();
        harness
            .fakes
            .letters
            .reply(Answer::NotNow("greylisted".to_owned()));
        assert_eq!(harness.step().await.put_back, 1);
        harness.wait();
        harness.drain().await;
        let letters = harness.fakes.letters.asked();
        assert_eq!((letters.len(), &letters[0].id), (2, &letters[1].id));
        assert_eq!(letters[1].from, "orders@localhost");
        let order = harness.load(&order.id).await;
        assert_eq!(
            (order.mails.len(), order.mails[0].state),
            (1, MailState::Sent)
        );
        assert_eq!(order.attention, []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_mail_asks_for_a_person() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        harness.cancel(&order.id, true).await.unwrap();
        harness
            .fakes
            .letters
            .reply(Answer::Refused("no such mailbox".to_owned()));
        harness.drain().await;
        let order = harness.load(&order.id).await;
        assert_eq!(order.mails[0].state, MailState::Failed);
        let reason = "no such mailbox".to_owned();
        assert_eq!(order.attention[0].concern, Concern::MailFailed { reason });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_without_an_address_to_write_to_asks_for_a_person() {
    on_every_database(async |harness| {
        let mut new = plain("A-1");
        new.ship_to.email.clear();
        let order = harness.take(new).await;
        harness.cancel(&order.id, true).await.unwrap();
        harness.drain().await;
        assert_eq!(harness.fakes.letters.asked().len(), 0);
        let order = harness.load(&order.id).await;
        assert_eq!(
            (order.mails[0].state, order.attention.len()),
            (MailState::Failed, 1)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s5_the_shop_is_told_how_the_order_stands() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        harness
            .command(&order.id, tracked("s1", "1Z999"))
            .await
            .unwrap();
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        assert_eq!(harness.load(&order.id).await.sync, Sync::Waiting);
        harness.settle().await;
        let order = harness.load(&order.id).await;
        assert_eq!(order.sync, Sync::InStep);
        let asked = harness.fakes.news.asked();
        let last = asked.last().unwrap();
        assert_eq!(
            (last.connection.as_str(), last.external_id.as_str()),
            ("shop", "gid-A-1")
        );
        assert_eq!(last.number, None, "its own number is no news to it");
        assert_eq!(last.tracking_numbers, ["1Z999"]);
        assert_eq!((last.canceled.as_ref(), last.refunded.minor), (None, 1_250));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_was_down_is_told_later_with_the_same_key() {
    on_every_database(async |harness| {
        let order = harness.take(checkout("A-1")).await;
        harness.cancel(&order.id, false).await.unwrap();
        harness
            .fakes
            .news
            .reply(Answer::Unknown("cut off".to_owned()));
        harness.step().await;
        harness.wait();
        harness.drain().await;
        let asked = harness.fakes.news.asked();
        assert!(asked.len() >= 2);
        assert_eq!(
            asked.last().unwrap().canceled.as_deref(),
            Some("the shopper asked")
        );
        assert!(asked.iter().all(|news| *news == asked[0]));
        assert_eq!(harness.load(&order.id).await.sync, Sync::InStep);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_refuses_asks_for_a_person_and_hears_the_next_news() {
    on_every_database(async |harness| {
        let order = harness.take(checkout("A-1")).await;
        let number = |number: &str| Command::SetNumber {
            number: number.to_owned(),
            was: None,
        };
        harness.command(&order.id, number("B-1")).await.unwrap();
        harness
            .fakes
            .news
            .reply(Answer::Refused("no such order".to_owned()));
        harness.drain().await;
        let failed = harness.load(&order.id).await;
        let reason = "no such order".to_owned();
        assert_eq!(
            failed.sync,
            Sync::Failed {
                reason: reason.clone()
            }
        );
        assert_eq!(failed.attention[0].concern, Concern::SyncFailed { reason });
        harness.command(&order.id, number("B-2")).await.unwrap();
        harness.drain().await;
        let order = harness.load(&order.id).await;
        assert_eq!((order.sync, order.attention.len()), (Sync::InStep, 0));
        let numbers: Vec<_> = harness
            .fakes
            .news
            .asked()
            .into_iter()
            .map(|news| news.number)
            .collect();
        assert_eq!(numbers, [Some("B-1".to_owned()), Some("B-2".to_owned())]);
    })
    .await;
}

/// A shop whose order changes while it is being told.
struct Slow {
    desk: Desk,
    scope: Scope,
    fakes: Arc<Fakes>,
    order: domain::ids::OrderId,
}

#[async_trait]
impl Shops for Slow {
    async fn tell(&self, news: &ShopNews) -> Answer<()> {
        if self.fakes.news.asked().is_empty() {
            let session = crate::support::session(
                self.scope.clone(),
                domain::actor::ActorKind::Person,
                &domain::actor::Permission::ALL,
            );
            let permit = session.permit::<engine::permit::EditOrders>().unwrap();
            let (number, was) = ("B-2".to_owned(), None);
            let renumber = Command::SetNumber { number, was };
            let terms = engine::orders::Terms::default();
            let corrected =
                engine::corrections::correct(&self.desk, &permit, &self.order, renumber, &terms);
            corrected.await.unwrap();
        }
        self.fakes.tell(news).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_while_the_shop_is_told_is_told_too() {
    on_every_database(async |harness| {
        let order = harness.take(checkout("A-1")).await;
        let (number, was) = ("B-1".to_owned(), None);
        harness
            .command(&order.id, Command::SetNumber { number, was })
            .await
            .unwrap();
        let shops = Arc::new(Slow {
            desk: harness.desk.clone(),
            scope: harness.scope(),
            fakes: harness.fakes.clone(),
            order: order.id.clone(),
        });
        let ports = Ports {
            shops,
            ..harness.fakes.ports()
        };
        let worker = Worker::new(harness.desk.clone(), ports);
        assert_eq!(worker.drain().await.unwrap().put_back, 1);
        assert_eq!(harness.load(&order.id).await.sync, Sync::Waiting);
        harness.wait();
        worker.drain().await.unwrap();
        assert_eq!(harness.load(&order.id).await.sync, Sync::InStep);
        let numbers: Vec<_> = harness
            .fakes
            .news
            .asked()
            .into_iter()
            .map(|news| news.number)
            .collect();
        assert_eq!(numbers, [Some("B-1".to_owned()), Some("B-2".to_owned())]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_changes_at_once_the_shop_hears_the_last_of_it() {
    on_every_database(async |harness| {
        let mut orders = Vec::new();
        for index in 0..6 {
            orders.push(harness.take(checkout(&format!("A-{index}"))).await);
        }
        let editing = orders.iter().map(async |order| {
            for round in 0..12 {
                let number = format!("{}-{round}", order.desk_number);
                let renumber = Command::SetNumber { number, was: None };
                harness.command(&order.id, renumber).await.unwrap();
            }
        });
        let telling = async {
            for _ in 0..60 {
                harness.clock.advance_s(8 * 3600);
                harness.step().await;
            }
        };
        tokio::join!(join_all(editing), telling);
        harness.settle().await;
        for order in orders {
            let order = harness.load(&order.id).await;
            assert_eq!(order.sync, Sync::InStep);
            let asked = harness.fakes.news.asked();
            let external = &order.shop.as_ref().unwrap().external_id;
            let heard = asked
                .iter()
                .rev()
                .find(|news| news.external_id == *external);
            assert_eq!(heard.unwrap().number, order.number);
        }
    })
    .await;
}
