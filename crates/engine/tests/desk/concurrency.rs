//! Many at once on one order: exact, on every database, without an error that is not a refusal.

use domain::address::Address;
use domain::command::Command;
use domain::event::AddressKind;
use domain::filter::Filter;
use domain::ids::NoteId;
use domain::order::{Mode, OrderStatus};
use domain::parts::Parts;
use domain::refusal::Refusal;
use engine::desk::{Desk, Ids};
use engine::failure::Failure;
use engine::orders::{Changed, Terms};
use engine::store::Store;
use futures_util::future::join_all;

use crate::support::orders::plain;
use crate::support::{Harness, on_every_database, request};
use crate::views;

/// The refusals among these, having checked that nothing else went wrong.
fn refusals(done: &[Result<Changed, Failure>]) -> Vec<&Refusal> {
    let failed = done.iter().filter_map(|one| one.as_ref().err());
    failed
        .map(|failure| match failure {
            Failure::Refused(refusal) => refusal,
            other => panic!("not a refusal: {other}"),
        })
        .collect()
}

fn address_edit(before: &Address, change: impl FnOnce(&mut Address)) -> Command {
    let mut after = before.clone();
    change(&mut after);
    Command::EditAddress {
        which: AddressKind::ShipTo,
        before: Box::new(before.clone()),
        after: Box::new(after),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_refunds_of_a_tenth_each_end_exactly() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let tenth = Parts::from_array([880, 100, 220]);
        let asked = (0..40).map(|index| {
            let request = request(&format!("r{index}"), tenth);
            async {
                harness
                    .refund_on(&order.id, request, &Terms::default())
                    .await
            }
        });
        let done = join_all(asked).await;
        assert_eq!(refusals(&done), vec![&Refusal::NothingLeft; 30]);
        let order = harness.load(&order.id).await;
        assert_eq!((order.refunds.len(), order.left()), (10, Parts::default()));
        harness.drain().await;
        assert_eq!(harness.fakes.refunds.asked().len(), 10);
        assert_eq!(harness.load(&order.id).await.returned_minor(), 12_000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c10_twenty_cancellations_are_one_cancellation_one_refund_and_one_mail() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let done = join_all((0..20).map(|_| harness.cancel(&order.id, true))).await;
        assert_eq!(refusals(&done), vec![&Refusal::Canceled; 19]);
        harness.settle().await;
        let order = harness.load(&order.id).await;
        assert_eq!(order.status, OrderStatus::Canceled);
        assert_eq!(order.returned_minor(), 12_000);
        let events = harness.events(&order.id).await;
        for (name, count) in [
            ("canceled", 1),
            ("refund_requested", 1),
            ("mail_requested", 1),
            ("mail_settled", 1),
        ] {
            let found = events.iter().filter(|event| **event == name).count();
            assert_eq!(found, count, "{name}");
        }
        assert_eq!(harness.fakes.refunds.asked().len(), 1);
        let letters = harness.fakes.letters.asked();
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0].to, "hana@example.com");
        let subject = &letters[0].subject;
        assert!(subject.ends_with(" est annulée"), "{subject}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_14_edits_of_different_fields_at_once_both_stay() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        let seen = &order.ship_to;
        let edits = [
            address_edit(seen, |address| address.first_name = "Aiko".to_owned()),
            address_edit(seen, |address| address.line2 = "3rd floor".to_owned()),
            address_edit(seen, |address| address.phone = "+81 3 1234 5678".to_owned()),
            address_edit(seen, |address| address.company = "Sato Ltd".to_owned()),
        ];
        let done = join_all(edits.map(|edit| harness.command(&order.id, edit))).await;
        assert_eq!(refusals(&done), Vec::<&Refusal>::new());
        let mut expected = seen.clone();
        expected.first_name = "Aiko".to_owned();
        expected.line2 = "3rd floor".to_owned();
        expected.phone = "+81 3 1234 5678".to_owned();
        expected.company = "Sato Ltd".to_owned();
        let order = harness.load(&order.id).await;
        assert_eq!(order.ship_to, expected);
        assert_eq!(
            order.original_ship_to,
            Some(seen.clone()).filter(|seen| *seen != order.ship_to)
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_14_the_second_edit_of_a_field_is_told_both_values() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        let seen = &order.ship_to;
        let first = address_edit(seen, |address| address.city = "Osaka".to_owned());
        let second = address_edit(seen, |address| address.city = "Kyoto".to_owned());
        harness.command(&order.id, first).await.unwrap();
        let refusal = harness.refusal(harness.command(&order.id, second)).await;
        let changed = Refusal::Changed {
            field: "ship_to.city".to_owned(),
            now: "Osaka".to_owned(),
            yours: "Kyoto".to_owned(),
        };
        assert_eq!(refusal, changed);
        assert_eq!(harness.load(&order.id).await.ship_to.city, "Osaka");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn n1_of_twenty_numbers_at_once_one_stays_and_the_others_are_told_it() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        let set = (0..20).map(|index| {
            let number = format!("B-{index}");
            let was = Some(Some("A-1".to_owned()));
            harness.command(&order.id, Command::SetNumber { number, was })
        });
        let done = join_all(set).await;
        let order = harness.load(&order.id).await;
        let refusals = refusals(&done);
        assert_eq!((refusals.len(), order.version), (19, 2));
        let stays = order.number.unwrap();
        for refusal in refusals {
            assert!(
                matches!(refusal, Refusal::Changed { field, now, .. } if field == "number" && *now == stays),
                "{refusal}"
            );
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_another_version_is_refused() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        let tag = |tag: &str| Command::Tag {
            tag: tag.to_owned(),
        };
        let at = |version| Terms {
            expected_version: Some(version),
            ..Terms::default()
        };
        let done = harness
            .command_on(&order.id, tag("one"), &at(1))
            .await
            .unwrap();
        assert_eq!(done.order.version, 2);
        let late = at(1);
        let refusal = harness
            .refusal(harness.command_on(&order.id, tag("two"), &late))
            .await;
        assert_eq!(
            refusal,
            Refusal::StaleVersion {
                expected: 1,
                current: 2
            }
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_changes_of_one_version_at_once_one_is_refused() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        let tag = |tag: &str| Command::Tag {
            tag: tag.to_owned(),
        };
        let terms = Terms {
            expected_version: Some(1),
            ..Terms::default()
        };
        let (one, two) = tokio::join!(
            harness.command_on(&order.id, tag("one"), &terms),
            harness.command_on(&order.id, tag("two"), &terms)
        );
        let stale = Refusal::StaleVersion {
            expected: 1,
            current: 2,
        };
        assert_eq!(refusals(&[one, two]), [&stale]);
        assert_eq!(harness.load(&order.id).await.tags.len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forty_notes_at_once_all_stay() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        let notes = (0..40).map(|index| {
            let note = NoteId(format!("{}{index}", NoteId::PREFIX));
            let text = format!("note {index}");
            harness.command(&order.id, Command::AddNote { note, text })
        });
        let done = join_all(notes).await;
        assert_eq!(refusals(&done), Vec::<&Refusal>::new());
        let order = harness.load(&order.id).await;
        assert_eq!((order.notes.len(), order.version), (40, 41));
    })
    .await;
}

/// Orders taken by several processes at once, each with its own block of desk numbers.
#[tokio::test(flavor = "multi_thread")]
async fn desk_numbers_are_never_given_twice() {
    async fn take_ten(harness: &Harness, process: usize) -> Vec<u64> {
        let (clock, ids) = (harness.clock.clone(), Ids::seeded(process as u64));
        let desk = Desk::new(harness.desk.store().clone(), clock, ids);
        let session = harness.admin();
        let mut numbers = Vec::new();
        for index in 0..10 {
            let new = plain(&format!("{process}-{index}"));
            let permit = session.permit().unwrap();
            let order = engine::orders::take(&desk, &permit, new, None)
                .await
                .unwrap();
            numbers.push(order.desk_number);
        }
        assert!(numbers.is_sorted());
        numbers
    }
    on_every_database(async |harness| {
        let processes = join_all((100..106).map(|process| take_ten(harness, process))).await;
        let mut numbers = processes.concat();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), 60);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_that_another_process_made_or_removed_is_counted_in_at_once() {
    on_every_database(async |harness| {
        harness.take(plain("A-1")).await;
        let store = Store::open(&harness.url).await.unwrap();
        let other = Desk::new(store, harness.clock.clone(), Ids::seeded(9));
        let session = harness.admin();
        let new = views::new_view("theirs", Filter::default());
        let view = engine::views::save(&other, &views::shared(&session), new)
            .await
            .unwrap();
        harness.take(plain("A-2")).await;
        let theirs = ("theirs".to_owned(), 2);
        assert!(views::counted(harness, Mode::Live).await.contains(&theirs));
        assert!(
            engine::views::delete(&other, &views::shared(&session), &view.id)
                .await
                .unwrap()
        );
        // The harness looks at the end whether counts are left of it.
        harness.take(plain("A-3")).await;
        other.store().close().await;
    })
    .await;
}
