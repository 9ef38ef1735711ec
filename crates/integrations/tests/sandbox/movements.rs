//! What the sandbox booked, as it tells whoever compares books: every movement once, dated, page by page.

use domain::order::Mode;
use domain::reconcile::{Kind, Period};
use engine::desk::Clock;
use engine::permit::Scope;
use engine::ports::{Answer, Booked, MovementsAsk};
use integrations::{Call, Misbehaviour};
use jiff::SignedDuration;

use crate::support::{World, eur, payment_ask, refund_ask, start};

fn ask(after: Option<String>) -> MovementsAsk {
    MovementsAsk {
        scope: Scope {
            organization_id: "org_1".into(),
            mode: Mode::Live,
        },
        period: Period {
            from: start(),
            until: start() + SignedDuration::from_hours(1),
        },
        after,
    }
}

async fn booked(world: &World) -> Vec<Booked> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let Answer::Done(page) = world.ports.payments.movements(&ask(after)).await else {
            panic!("the sandbox shows its books");
        };
        all.extend(page.booked);
        after = page.next;
        if after.is_none() {
            return all;
        }
    }
}

fn told(booked: &[Booked]) -> Vec<(Kind, &str, i64)> {
    booked
        .iter()
        .map(|one| (one.kind, one.key.as_deref().unwrap_or(""), one.money.minor))
        .collect()
}

#[tokio::test]
async fn charges_refunds_and_what_came_back_of_them_are_booked_once() {
    let world = World::new();
    let clock = Clock::set_to(start());
    world.sandbox.keep_time(clock.clone());
    let payments = &world.ports.payments;
    payments
        .capture(&payment_ask("capture_1", "pay_1", 5_000))
        .await;
    payments
        .capture(&payment_ask("capture_1", "pay_1", 5_000))
        .await;
    payments.refund(&refund_ask("done.1", 1_000)).await;
    payments.refund(&refund_ask("done.1", 1_000)).await;
    // Refused, and taken on: neither has moved anything.
    payments.refund(&refund_ask("refused.1", 113)).await;
    payments.refund(&refund_ask("pending.1", 215)).await;
    // It succeeds, and fails later.
    payments.refund(&refund_ask("later.1", 316)).await;
    let moved = [
        (Kind::Charge, "", 5_000),
        (Kind::Refund, "done.1", -1_000),
        (Kind::Refund, "later.1", -316),
    ];
    let all = booked(&world).await;
    assert_eq!(told(&all), moved);
    assert!(
        all.iter()
            .all(|one| one.at == start() && one.provider == "sandbox")
    );
    assert_eq!(all[0].payment_reference, "pay_1");
    clock.advance_s(60);
    payments
        .refund_status(&refund_ask("pending.1", 215), "")
        .await;
    world.sandbox.news().unwrap();
    let more = [
        (Kind::Refund, "pending.1", -215),
        (Kind::Refund, "later.1", 316),
    ];
    let all = booked(&world).await;
    assert_eq!(told(&all), [&moved[..], &more].concat());
    assert_eq!(all[4].at, start() + SignedDuration::from_secs(60));
    // Another day is another period, and a restart forgets nothing.
    clock.advance_s(7_200);
    payments.refund(&refund_ask("tomorrow.1", 100)).await;
    let world = world.reopened();
    assert_eq!(booked(&world).await, all);
}

#[tokio::test]
async fn a_long_list_comes_page_by_page_each_movement_once() {
    let world = World::new();
    let payments: Vec<_> = (0..1_100)
        .map(|index| (format!("pay_{index}"), eur(100 + index)))
        .collect();
    world.sandbox.register_payments(payments).unwrap();
    let all = booked(&world).await;
    assert_eq!(all.len(), 1_100);
    let sum: i64 = all.iter().map(|one| one.money.minor).sum();
    assert_eq!(sum, 1_100 * 100 + 1_099 * 1_100 / 2);
    world
        .sandbox
        .misbehave(Call::Refund, Misbehaviour::TimeOutBeforeDoing);
    world
        .ports
        .payments
        .refund(&refund_ask("lost.1", 100))
        .await;
    assert_eq!(
        booked(&world).await,
        all,
        "what never arrived is not booked"
    );
    let strange = world
        .ports
        .payments
        .movements(&ask(Some("x".to_owned())))
        .await;
    assert!(matches!(strange, Answer::Refused(_)));
}
