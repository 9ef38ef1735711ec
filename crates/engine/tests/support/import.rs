//! Decisions about new orders, as an import makes them.

use domain::command::{Context, Decision};
use domain::fees::FeeTerms;
use domain::ids::OrderId;
use domain::intake::{Placement, take};

use super::Harness;
use super::random::Random;

/// So many random orders that are decided and not written, with desk numbers from the database.
pub async fn decisions(harness: &Harness, name: &str, count: usize) -> Vec<Decision> {
    let mut random = Random::seeded(51);
    let store = harness.desk.store();
    let numbers = store.take_desk_numbers(&harness.organization, count as u64);
    let first = numbers.await.unwrap();
    let (session, at) = (harness.admin(), harness.desk.now());
    let context = Context::of(&session.actor, at);
    let placed = (first..).zip(0..count).map(|(desk_number, index)| {
        let scope = harness.scope();
        let placement = Placement {
            id: OrderId(harness.desk.ids().fresh(OrderId::PREFIX, at)),
            organization_id: scope.organization_id,
            mode: scope.mode,
            desk_number,
            fees: FeeTerms::default(),
            capture: domain::capture::CaptureRule::default(),
        };
        let new = random.new_order(&format!("{name}-{index}"));
        take(new, placement, &context).unwrap()
    });
    placed.collect()
}
