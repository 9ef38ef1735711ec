//! Activity by pages and kinds.

use domain::command::Command;
use domain::event::Event;
use domain::ids::NoteId;
use domain::order::Order;
use engine::activity::{Wanted, activity, histories};
use engine::organizations::{Settings, create};
use engine::permit::Scope;

use crate::support::orders::plain;
use crate::support::{Harness, on_every_database, session};

async fn read(harness: &Harness, order: &Order, wanted: &Wanted<'_>) -> Vec<Event> {
    let session = harness.admin();
    let permit = session.permit().unwrap();
    activity(&harness.desk, &permit, order, wanted)
        .await
        .unwrap()
}

async fn with_notes(harness: &Harness, count: u64) -> Order {
    let order = harness.take(plain("A-1")).await;
    for number in 0..count {
        let note = NoteId(format!("note_{number}"));
        let text = format!("note {number}");
        harness
            .command(&order.id, Command::AddNote { note, text })
            .await
            .unwrap();
        let tag = format!("tag {number}");
        harness
            .command(&order.id, Command::Tag { tag })
            .await
            .unwrap();
    }
    harness.load(&order.id).await
}

fn places(events: &[Event]) -> Vec<u64> {
    events.iter().map(|event| event.seq).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn o2_pages_of_activity_meet_without_gap_or_overlap() {
    on_every_database(async |harness| {
        let order = with_notes(harness, 6).await;
        let (mut seen, mut before) = (Vec::new(), None);
        loop {
            let wanted = Wanted {
                kinds: &[],
                before,
                limit: 5,
            };
            let page = places(&read(harness, &order, &wanted).await);
            if page.is_empty() {
                break;
            }
            before = page.last().copied();
            seen.extend(page);
        }
        assert_eq!(seen, (1..=13).rev().collect::<Vec<u64>>());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_kind_is_read_without_the_others() {
    on_every_database(async |harness| {
        let order = with_notes(harness, 3).await;
        let wanted = Wanted {
            kinds: &["note_added", "note_edited"],
            before: Some(6),
            limit: 10,
        };
        let notes = read(harness, &order, &wanted).await;
        assert_eq!(places(&notes), [4, 2]);
        assert!(notes.iter().all(|event| event.kind.name() == "note_added"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organization_reads_nothing() {
    on_every_database(async |harness| {
        let order = with_notes(harness, 1).await;
        let organization_id = create(&harness.desk, "Second", Settings::default())
            .await
            .unwrap();
        let mode = order.mode;
        let eve = session(
            Scope {
                organization_id,
                mode,
            },
            domain::actor::ActorKind::Person,
            &domain::actor::Permission::ALL,
        );
        let wanted = Wanted {
            kinds: &[],
            before: None,
            limit: 10,
        };
        let read = activity(&harness.desk, &eve.permit().unwrap(), &order, &wanted).await;
        assert_eq!(read.unwrap(), []);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_histories_of_a_page_of_orders_are_read_together_and_of_nobody_else() {
    on_every_database(async |harness| {
        let first = with_notes(harness, 2).await;
        let second = harness.take(plain("A-2")).await;
        let admin = harness.admin();
        let permit = admin.permit().unwrap();
        let ids = [first.id.clone(), second.id.clone()];
        let read = histories(&harness.desk, &permit, &ids).await.unwrap();
        assert_eq!(places(&read[&first.id]), [1, 2, 3, 4, 5]);
        assert_eq!(places(&read[&second.id]), [1]);
        assert!(
            histories(&harness.desk, &permit, &[])
                .await
                .unwrap()
                .is_empty()
        );
        let desk = &harness.desk;
        let organization_id = create(desk, "Other", Settings::default()).await.unwrap();
        let mode = first.mode;
        let scope = Scope {
            organization_id,
            mode,
        };
        let (kind, all) = (
            domain::actor::ActorKind::Person,
            domain::actor::Permission::ALL,
        );
        let eve = session(scope, kind, &all);
        let permit = eve.permit().unwrap();
        let read = histories(desk, &permit, &ids).await.unwrap();
        assert!(read.is_empty());
    })
    .await;
}
