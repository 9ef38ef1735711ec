//! The one order of a landed cost: made in time, and by one of those who ask.

use domain::landed_cost::terms::Terms;
use domain::order::Order;
use domain::refusal::Refusal;
use engine::failure::Failure;
use engine::landed_costs::{Held, load, set_terms, take_order};
use engine::orders::Idempotency;
use engine::permit::ManageSettings;
use engine::settings_log::Act;
use futures_util::future::join_all;

use crate::landed_costs::{key, quoted, request, terms};
use crate::support::check::count;
use crate::support::orders::plain;
use crate::support::{Harness, on_every_database};
use crate::team::log;

async fn order_of(
    harness: &Harness,
    held: &Held,
    number: &str,
    idempotency: Option<&Idempotency>,
) -> Result<Order, Failure> {
    let (session, id) = (harness.admin(), &held.landed_cost.id);
    let permit = session.permit()?;
    take_order(&harness.desk, &permit, id, terms(number), idempotency).await
}

#[tokio::test(flavor = "multi_thread")]
async fn one_order_is_made_of_a_landed_cost() {
    on_every_database(async |harness| {
        let held = quoted(harness, request()).await;
        let key = key("k1", "order");
        let order = order_of(harness, &held, "A-1", Some(&key)).await.unwrap();
        assert_eq!(order.amounts, held.landed_cost.calculation.amounts);
        assert_eq!(order.rate, held.landed_cost.rate);
        assert_eq!(order.landed_cost, Some(held.landed_cost.id.clone()));
        // The same request again is the same order; another is refused and told which order it was.
        let again = order_of(harness, &held, "A-1", Some(&key)).await.unwrap();
        assert_eq!(again, order);
        let refusal = harness.refusal(order_of(harness, &held, "A-2", None)).await;
        let used = Refusal::LandedCostUsed {
            landed_cost: held.landed_cost.id.clone(),
            order: order.id.clone(),
        };
        assert_eq!(refusal, used);
        let session = harness.admin();
        let permit = session.permit().unwrap();
        let read = load(&harness.desk, &permit, &held.landed_cost.id)
            .await
            .unwrap();
        assert_eq!(read.order_id, Some(order.id.clone()));
        // Whoever brings an order of it another way meets the same.
        let mut smuggled = plain("A-3");
        smuggled.landed_cost = Some(held.landed_cost.id.clone());
        assert_eq!(harness.refusal(harness.try_take(smuggled)).await, used);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_make_one_order() {
    on_every_database(async |harness| {
        let held = quoted(harness, request()).await;
        let numbers: Vec<String> = (0..8).map(|n| format!("A-{n}")).collect();
        let all = numbers
            .iter()
            .map(|number| order_of(harness, &held, number, None));
        let made = join_all(all).await;
        assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 1);
        for made in made {
            let is_told = matches!(
                made,
                Ok(_) | Err(Failure::Refused(Refusal::LandedCostUsed { .. }))
            );
            assert!(is_told, "{made:?}");
        }
        assert_eq!(count(harness.raw(), "orders").await, 1);
        // With one key they are one request, whoever is first.
        let held = quoted(harness, request()).await;
        let key = key("k1", "order");
        let all = (0..8).map(|_| order_of(harness, &held, "B-1", Some(&key)));
        let made: Vec<Order> = join_all(all)
            .await
            .into_iter()
            .map(Result::unwrap)
            .collect();
        assert!(made.iter().all(|order| *order == made[0]));
        assert_eq!(count(harness.raw(), "orders").await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_landed_cost_makes_no_order() {
    on_every_database(async |harness| {
        let session = harness.admin();
        let permit = session.permit::<ManageSettings>().unwrap();
        let to = Terms {
            valid_days: 2,
            ..Terms::default()
        };
        set_terms(&harness.desk, &permit, to).await.unwrap();
        let (act, _) = log(harness).await.remove(0);
        assert_eq!(act, Act::LandedCostTermsChanged);
        let held = quoted(harness, request()).await;
        harness.clock.advance_s(2 * 86_400 - 1);
        let mut late = plain("A-2");
        late.landed_cost = Some(held.landed_cost.id.clone());
        harness.clock.advance_s(1);
        let refusal = harness.refusal(order_of(harness, &held, "A-1", None)).await;
        let expired = Refusal::LandedCostExpired {
            landed_cost: held.landed_cost.id.clone(),
            expired_at: held.landed_cost.expires_at,
        };
        assert_eq!(refusal, expired);
        assert_eq!(harness.refusal(harness.try_take(late)).await, expired);
        let held = quoted(harness, request()).await;
        harness.clock.advance_s(2 * 86_400 - 1);
        order_of(harness, &held, "A-1", None).await.unwrap();
        // What was never used is told as expired for a month, then it is forgotten; what was used stays.
        harness.clock.advance_s(28 * 86_400 + 1);
        harness.worker.sweep().await.unwrap();
        assert_eq!(count(harness.raw(), "landed_costs").await, 2);
        for seconds in [1, 365 * 86_400] {
            harness.clock.advance_s(seconds);
            harness.worker.sweep().await.unwrap();
            assert_eq!(count(harness.raw(), "landed_costs").await, 1);
        }
    })
    .await;
}
