//! Two people on one order see each other, wherever the processes are that answer them.

use domain::actor::Permission;
use domain::command::Command;
use domain::ids::OrderId;
use domain::order::Mode;
use engine::desk::{Desk, Ids};
use engine::failure::Failure;
use engine::organizations::{Settings, create};
use engine::permit::{Scope, Session};
use engine::presence::{FRESH, Place, Seen, arrive, leave};
use engine::store::Store;

use crate::support::orders::plain;
use crate::support::{Harness, check, on_every_database, session};

fn person(scope: Scope, name: &str) -> Session {
    let mut session = session(
        scope,
        domain::actor::ActorKind::Person,
        &[Permission::ViewOrders],
    );
    session.actor.by.id = format!("person_{name}");
    session.actor.by.name = name.to_owned();
    session
}

async fn at(desk: &Desk, who: &Session, order: &OrderId, place: Place) -> Seen {
    arrive(desk, &who.permit().unwrap(), order, place)
        .await
        .unwrap()
}

fn others(seen: &Seen) -> Vec<(&str, Place)> {
    seen.others
        .iter()
        .map(|one| (one.name.as_str(), one.place))
        .collect()
}

async fn rows(harness: &Harness) -> usize {
    check::count(harness.raw(), "presence").await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_sees_who_else_is_there_and_on_which_form() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await.id;
        // Another process of the same desk.
        let store = Store::open(&harness.url).await.unwrap();
        let elsewhere = Desk::new(store, harness.clock.clone(), Ids::seeded(8));
        let (ada, max) = (
            person(harness.scope(), "Ada"),
            person(harness.scope(), "Max"),
        );
        let seen = at(&harness.desk, &ada, &order, Place::Order).await;
        assert_eq!((others(&seen), seen.version), (vec![], 1));
        let seen = at(&elsewhere, &max, &order, Place::ShipTo).await;
        assert_eq!(others(&seen), [("Ada", Place::Order)]);
        // The page that the form was opened from is still there too: the form tells more.
        at(&elsewhere, &max, &order, Place::Order).await;
        let seen = at(&harness.desk, &ada, &order, Place::Order).await;
        assert_eq!(others(&seen), [("Max", Place::ShipTo)]);
        let tag = "urgent".to_owned();
        harness.command(&order, Command::Tag { tag }).await.unwrap();
        let seen = at(&harness.desk, &ada, &order, Place::Order).await;
        assert_eq!(seen.version, 2);
        let permit = max.permit().unwrap();
        leave(&elsewhere, &permit, &order, Place::ShipTo)
            .await
            .unwrap();
        let seen = at(&harness.desk, &ada, &order, Place::Order).await;
        assert_eq!(others(&seen), [("Max", Place::Order)]);
        elsewhere.store().close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_heard_of_is_gone_and_swept_out() {
    on_every_database(async |harness| {
        let (one, two) = (
            harness.take(plain("A-1")).await.id,
            harness.take(plain("A-2")).await.id,
        );
        let (ada, max) = (
            person(harness.scope(), "Ada"),
            person(harness.scope(), "Max"),
        );
        at(&harness.desk, &ada, &one, Place::Order).await;
        harness.clock.advance_s(FRESH.as_secs());
        let seen = at(&harness.desk, &max, &one, Place::Order).await;
        assert_eq!(
            others(&seen),
            [("Ada", Place::Order)],
            "to the second itself"
        );
        harness.clock.advance_s(1);
        let seen = at(&harness.desk, &max, &one, Place::Order).await;
        assert_eq!((others(&seen), rows(harness).await), (vec![], 2));
        // Who stays does not sweep; who comes does.
        at(&harness.desk, &max, &two, Place::Order).await;
        assert_eq!(rows(harness).await, 2);
        assert_eq!(
            others(&at(&harness.desk, &ada, &one, Place::Order).await).len(),
            1
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_of_another_organization_or_mode_is_seen_or_sees() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await.id;
        at(
            &harness.desk,
            &person(harness.scope(), "Ada"),
            &order,
            Place::Order,
        )
        .await;
        let organization_id = create(&harness.desk, "Second", Settings::default())
            .await
            .unwrap();
        let elsewhere = Scope {
            organization_id,
            mode: Mode::Live,
        };
        for scope in [elsewhere, harness.scope_of(Mode::Test)] {
            let eve = person(scope, "Eve");
            let permit = eve.permit().unwrap();
            let failure = harness
                .failure(arrive(&harness.desk, &permit, &order, Place::ShipTo))
                .await;
            assert!(matches!(failure, Failure::NotFound(_)));
        }
        assert_eq!(rows(harness).await, 1);
    })
    .await;
}
