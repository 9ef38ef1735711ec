//! Ship-from places: set under the organization's row, written down, and kept from who may not (P1, P2).

use domain::actor::{ActorKind, Permission};
use domain::address::Address;
use domain::order::Mode;
use domain::places::{PlaceForm, PlaceKind};
use domain::refusal::Refusal;
use engine::failure::Failure;
use engine::places::{add, edit, places, remove};
use engine::settings_log::{Act, entries};

use crate::support::{Harness, on_every_database, session};

fn form(name: &str, kind: PlaceKind) -> PlaceForm {
    let name = name.to_owned();
    let address = Address {
        line1: "1 Main Street".to_owned(),
        city: "Springfield".to_owned(),
        country: "US".to_owned(),
        ..Address::default()
    };
    PlaceForm {
        name,
        kind,
        address,
    }
}

async fn names(harness: &Harness) -> Vec<(String, PlaceKind)> {
    let admin = harness.admin();
    let permit = admin.permit::<engine::permit::ViewOrders>().unwrap();
    let places = places(&harness.desk, &permit).await.unwrap();
    let each = places.into_iter().map(|place| (place.name, place.kind));
    each.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn p1_places_are_added_changed_and_removed_and_the_log_says_so() {
    use PlaceKind as K;
    on_every_database(async |harness| {
        let admin = harness.admin();
        let permit = admin.permit().unwrap();
        let first = add(&harness.desk, &permit, form("Warehouse", K::Standard))
            .await
            .unwrap();
        let second = add(&harness.desk, &permit, form("Shop", K::Consolidation))
            .await
            .unwrap();
        let name = |name: &str, kind| (name.to_owned(), kind);
        assert_eq!(
            names(harness).await,
            [
                name("Warehouse", K::Primary),
                name("Shop", K::Consolidation)
            ]
        );
        edit(&harness.desk, &permit, &second, form("Store", K::Primary))
            .await
            .unwrap();
        // The same again is nothing new.
        edit(&harness.desk, &permit, &second, form("Store", K::Primary))
            .await
            .unwrap();
        let refused = remove(&harness.desk, &permit, &second).await;
        let Err(Failure::Refused(Refusal::DefaultPlace { .. })) = refused else {
            panic!("{refused:?}");
        };
        remove(&harness.desk, &permit, &first).await.unwrap();
        assert_eq!(names(harness).await, [name("Store", K::Primary)]);
        let gone = edit(&harness.desk, &permit, &first, form("Again", K::Standard)).await;
        assert!(
            matches!(gone, Err(Failure::Refused(Refusal::PlaceNotFound { .. }))),
            "{gone:?}"
        );
        let (log, _) = entries(&harness.desk, &admin.permit().unwrap(), None)
            .await
            .unwrap();
        let acts: Vec<Act> = log.into_iter().rev().map(|entry| entry.act).collect();
        let text = |text: &str| text.to_owned();
        let changed = |from: &str, name: &str| Act::PlaceChanged {
            from: text(from),
            name: text(name),
        };
        assert_eq!(
            acts,
            [
                Act::PlaceAdded {
                    name: text("Warehouse")
                },
                Act::PlaceAdded { name: text("Shop") },
                changed("Warehouse", "Warehouse"),
                changed("Shop", "Store"),
                Act::PlaceRemoved {
                    name: text("Warehouse")
                },
            ]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p1_two_defaults_chosen_at_once_are_one() {
    use PlaceKind as K;
    on_every_database(async |harness| {
        let admin = harness.admin();
        let permit = admin.permit().unwrap();
        let each = (0..8).map(|index| {
            let name = format!("Place {index}");
            let (desk, permit) = (&harness.desk, &permit);
            async move { add(desk, permit, form(&name, K::Primary)).await }
        });
        for added in futures_util::future::join_all(each).await {
            added.unwrap();
        }
        let all = names(harness).await;
        let defaults = all.iter().filter(|(_, kind)| *kind == K::Primary).count();
        assert_eq!((all.len(), defaults), (8, 1));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn p2_only_who_may_change_settings_changes_places() {
    on_every_database(async |harness| {
        let member = session(
            harness.scope_of(Mode::Live),
            ActorKind::Person,
            &Permission::MEMBER,
        );
        let refused = member.permit::<engine::permit::ManageSettings>().err();
        let permission = Permission::ManageSettings;
        assert_eq!(refused, Some(Refusal::NotPermitted { permission }));
        assert_eq!(names(harness).await, []);
    })
    .await;
}
