//! Labels: bought once whatever happens to the answer (S4, regressions 19 to 21, 23).

use domain::command::Command;
use domain::ids::LabelId;
use domain::order::Mode;
use domain::order::{Concern, Fulfilment, OrderStatus};
use domain::refusal::Refusal;
use domain::shipment::{LabelFile, LabelState, ShipmentState, Tracking};
use engine::labels::{Printed, Wanted};
use engine::organizations::{Settings, create};
use engine::permit::Scope;
use engine::ports::{Answer, BoughtLabel};
use futures_util::future::join_all;

use crate::support::orders::{label, plain};
use crate::support::{Harness, on_every_database, session};

fn bought(reference: &str) -> BoughtLabel {
    let (reference, number) = (reference.to_owned(), "1Z 999".to_owned());
    let carrier = "Carrier".to_owned();
    let tracking = Tracking { number, carrier };
    BoughtLabel {
        reference,
        tracking,
        postage: None,
        printed: None,
    }
}

async fn state(harness: &Harness, order: &domain::order::Order, id: &str) -> LabelState {
    let order = harness.load(&order.id).await;
    order
        .label(&LabelId(format!("label_{id}")))
        .unwrap()
        .1
        .state
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_19_twelve_requests_at_once_buy_one_label() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        let clicks = (0..12).map(|_| harness.command(&order.id, label(&order, "l1")));
        for click in join_all(clicks).await {
            assert_eq!(click.unwrap().order.shipments.len(), 1);
        }
        harness.drain().await;
        assert_eq!(
            harness.fakes.labels.asked(),
            [LabelId("label_l1".to_owned())]
        );
        let order = harness.load(&order.id).await;
        assert_eq!(
            (order.fulfilment(), order.status),
            (Fulfilment::All, OrderStatus::Completed)
        );
        assert_eq!(
            order.tracking_numbers().collect::<Vec<_>>(),
            ["FAKELABEL_L1"]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_20_a_label_whose_answer_was_lost_is_found_and_never_bought_twice() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        harness
            .command(&order.id, label(&order, "l1"))
            .await
            .unwrap();
        harness
            .fakes
            .labels
            .reply(Answer::Unknown("cut off".to_owned()));
        assert_eq!(harness.step().await.put_back, 1);
        assert_eq!(state(harness, &order, "l1").await, LabelState::Unknown);
        harness
            .fakes
            .found_labels
            .reply(Answer::NotNow("busy".to_owned()));
        harness
            .fakes
            .found_labels
            .reply(Answer::Unknown("cut off".to_owned()));
        harness
            .fakes
            .found_labels
            .reply(Answer::Done(Some(bought("bought_1"))));
        for _ in 0..3 {
            harness.wait();
            harness.step().await;
        }
        assert_eq!(
            harness.fakes.labels.asked().len(),
            1,
            "never bought blindly"
        );
        assert_eq!(harness.fakes.found_labels.asked().len(), 3);
        let order = harness.load(&order.id).await;
        let (_, label) = order.label(&LabelId("label_l1".to_owned())).unwrap();
        assert_eq!(
            (label.state, label.reference.as_str()),
            (LabelState::Bought, "bought_1")
        );
        assert_eq!(order.tracking_numbers().collect::<Vec<_>>(), ["1Z999"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_label_that_was_certainly_not_bought_is_bought() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        harness
            .command(&order.id, label(&order, "l1"))
            .await
            .unwrap();
        harness
            .fakes
            .labels
            .reply(Answer::NotNow("closed".to_owned()));
        harness.step().await;
        assert_eq!(state(harness, &order, "l1").await, LabelState::Sent);
        harness.wait();
        harness.drain().await;
        assert_eq!(harness.fakes.found_labels.asked().len(), 1);
        assert_eq!(harness.fakes.labels.asked().len(), 2);
        assert_eq!(state(harness, &order, "l1").await, LabelState::Bought);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_died_while_buying_leaves_a_label_that_is_looked_for() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        harness
            .command(&order.id, label(&order, "l1"))
            .await
            .unwrap();
        let (label, fact) = ("label_l1".into(), domain::carrier::LabelFact::Sent);
        let fact = domain::command::Fact::Label { label, fact };
        harness
            .told(&order.id, domain::actor::ActorKind::Desk, fact)
            .await;
        harness
            .fakes
            .found_labels
            .reply(Answer::Done(Some(bought("bought_1"))));
        harness.drain().await;
        assert_eq!(harness.fakes.labels.asked(), []);
        assert_eq!(state(harness, &order, "l1").await, LabelState::Bought);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_23_a_refused_label_opens_its_items_again() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        harness
            .command(&order.id, label(&order, "l1"))
            .await
            .unwrap();
        harness
            .fakes
            .labels
            .reply(Answer::Refused("no such street".to_owned()));
        harness.drain().await;
        let failed = harness.load(&order.id).await;
        assert_eq!(state(harness, &order, "l1").await, LabelState::Failed);
        assert_eq!(failed.all_unshipped(), order.all_unshipped());
        harness
            .command(&order.id, label(&failed, "l2"))
            .await
            .unwrap();
        harness.drain().await;
        assert_eq!(harness.load(&order.id).await.fulfilment(), Fulfilment::All);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c4_a_void_with_the_account_that_bought_makes_cancelling_possible_again() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        harness
            .command(&order.id, label(&order, "l1"))
            .await
            .unwrap();
        harness.drain().await;
        let refusal = harness.refusal(harness.cancel(&order.id, false)).await;
        assert!(matches!(refusal, Refusal::Shipped { .. }), "{refusal}");
        let void = || Command::VoidLabel {
            label: "label_l1".into(),
        };
        harness.command(&order.id, void()).await.unwrap();
        harness.command(&order.id, void()).await.unwrap();
        harness
            .fakes
            .label_voids
            .reply(Answer::Unknown("cut off".to_owned()));
        harness.step().await;
        assert_eq!(
            state(harness, &order, "l1").await,
            LabelState::VoidRequested
        );
        harness.wait();
        harness.drain().await;
        assert_eq!(harness.fakes.label_voids.asked(), ["fake_label_l1"; 2]);
        assert_eq!(state(harness, &order, "l1").await, LabelState::Voided);
        harness.cancel(&order.id, false).await.unwrap();
        assert_eq!(harness.load(&order.id).await.status, OrderStatus::Canceled);
        harness.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_void_keeps_the_label_and_asks_for_a_person() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        harness
            .command(&order.id, label(&order, "l1"))
            .await
            .unwrap();
        harness.drain().await;
        let label = "label_l1".into();
        harness
            .command(&order.id, Command::VoidLabel { label })
            .await
            .unwrap();
        harness
            .fakes
            .label_voids
            .reply(Answer::Refused("already used".to_owned()));
        harness.drain().await;
        assert_eq!(state(harness, &order, "l1").await, LabelState::Bought);
        let order = harness.load(&order.id).await;
        let reason = "already used".to_owned();
        assert_eq!(order.attention[0].concern, Concern::Label { reason });
        assert_eq!(harness.fakes.label_voids.asked().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_what_is_printed_is_kept_for_its_own_organization_and_mode() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        harness
            .command(&order.id, label(&order, "l1"))
            .await
            .unwrap();
        let printed = Printed {
            kind: LabelFile::Zpl,
            bytes: b"^XA\x00\xff^XZ".to_vec(),
        };
        let mut sold = bought("shp_1");
        sold.printed = Some(printed.clone());
        harness.fakes.labels.reply(Answer::Done(sold));
        harness.drain().await;
        let id = LabelId("label_l1".to_owned());
        let admin = harness.admin();
        let permit = admin.permit().unwrap();
        let kept = engine::labels::printed(&harness.desk, &permit, &id).await;
        assert_eq!(kept.unwrap(), Some(printed));
        let kind = domain::actor::ActorKind::Person;
        let test = session(
            harness.scope_of(Mode::Test),
            kind,
            &domain::actor::Permission::ALL,
        );
        let permit = test.permit().unwrap();
        let elsewhere = engine::labels::printed(&harness.desk, &permit, &id).await;
        assert_eq!(elsewhere.unwrap(), None);
        let second = create(&harness.desk, "Second", Settings::default()).await;
        let scope = Scope {
            organization_id: second.unwrap(),
            mode: Mode::Live,
        };
        let other = session(scope, kind, &domain::actor::Permission::ALL);
        let permit = other.permit().unwrap();
        let elsewhere = engine::labels::printed(&harness.desk, &permit, &id).await;
        assert_eq!(elsewhere.unwrap(), None);
        let all = Wanted {
            limit: 50,
            ..Wanted::default()
        };
        let listed = engine::labels::page(&harness.desk, &permit, &all).await;
        assert_eq!(listed.unwrap(), []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_a_label_for_a_shipment_that_is_there_is_bought_by_the_worker_once() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        let request = domain::send::ShipmentRequest::whole("shipment_1".into());
        let shipments = vec![request];
        let made = Command::CreateShipments { shipments };
        harness.command(&order.id, made).await.unwrap();
        let ask = |id: &str| Command::LabelShipment {
            shipment: "shipment_1".into(),
            wish: domain::send::LabelWish {
                label: id.into(),
                account: "post".to_owned(),
                service: "parcel".to_owned(),
                format: domain::shipment::LabelFormat::default(),
            },
        };
        let clicks = ["label_1", "label_2", "label_3"].map(ask);
        let clicks = clicks.map(|click| harness.command(&order.id, click));
        for click in join_all(clicks).await {
            click.unwrap();
        }
        harness.drain().await;
        assert_eq!(harness.fakes.labels.asked().len(), 1);
        let order = harness.load(&order.id).await;
        let shipment = &order.shipments[0];
        assert_eq!(shipment.state, ShipmentState::Created);
        assert_eq!(shipment.label.as_ref().unwrap().state, LabelState::Bought);
        assert_eq!(order.status, OrderStatus::Completed);
    })
    .await;
}
