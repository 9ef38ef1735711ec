//! Disputes the whole way (R3, R9): Stripe tells of them, the order shows them, and what a bank has is not refunded.

use domain::order::{Concern, Order};
use domain::payment::{Dispute, DisputeState};
use domain::refusal::Refusal;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::office::{Office, at_the_office};
use crate::post::made_of;
use crate::world::Card;

fn dispute(order: &Order) -> &Dispute {
    order.payments[0].dispute.as_ref().unwrap()
}

/// What became of it as Stripe's account says after this evidence was handed in: `winning_evidence` or
/// `losing_evidence`.
async fn decided_by(office: &Office<'_>, opened: &Value, evidence: &str) {
    let path = format!(
        "/v1/disputes/{}",
        opened["data"]["object"]["id"].as_str().unwrap()
    );
    let fields = [
        ("evidence[uncategorized_text]", evidence),
        ("submit", "true"),
    ];
    office.world.post(&path, &fields).await;
}

/// The dispute as the bank looks at the evidence.
fn under_review(opened: &Value) -> Value {
    let mut evidence = opened["data"]["object"]["evidence_details"].clone();
    evidence["has_evidence"] = true.into();
    evidence["submission_count"] = 1.into();
    let changes = json!({"status": "under_review", "evidence_details": evidence});
    made_of(
        opened,
        "evt_under_review",
        "charge.dispute.updated",
        changes,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn r9_a_dispute_is_heard_of_with_its_deadline_and_holds_refunds_until_it_is_won() {
    at_the_office(async |harness, office| {
        let order = office.paid("USD", Card::Disputed).await;
        office.drain().await;
        let opened = office.event("charge.dispute.created").await;
        let withdrawn = office.event("charge.dispute.funds_withdrawn").await;
        office.hears(&[&opened, &withdrawn]).await;
        let known = office.load(&order).await;
        let due_s = opened["data"]["object"]["evidence_details"]["due_by"].as_i64();
        let due_at = Timestamp::from_second(due_s.unwrap()).unwrap();
        assert_eq!(dispute(&known).evidence_due_at, Some(due_at));
        assert_eq!(dispute(&known).state(), DisputeState::NeedsResponse);
        assert_eq!(dispute(&known).reason, "fraudulent");
        assert_eq!(known.attention.len(), 1);
        assert_eq!(known.attention[0].concern, Concern::Disputed);
        let refusal = harness
            .refusal(harness.refund(&order.id, "r1", 1_250))
            .await;
        assert!(matches!(refusal, Refusal::Disputed { .. }), "{refusal}");
        // The bank gives more time, then the evidence is there.
        let mut evidence = opened["data"]["object"]["evidence_details"].clone();
        evidence["due_by"] = (due_s.unwrap() + 86_400).into();
        let changes = json!({"evidence_details": evidence});
        let later = made_of(&opened, "evt_later", "charge.dispute.updated", changes);
        office.hears(&[&later, &under_review(&later)]).await;
        let known = office.load(&order).await;
        let moved = Timestamp::from_second(due_s.unwrap() + 86_400).unwrap();
        assert_eq!(dispute(&known).evidence_due_at, Some(moved));
        assert_eq!(dispute(&known).state(), DisputeState::UnderReview);
        // It is won, and told without a word of the evidence: that was handed in all the same.
        decided_by(office, &opened, "winning_evidence").await;
        let closed = office.event("charge.dispute.closed").await;
        let evidence = opened["data"]["object"]["evidence_details"].clone();
        let changes = json!({"evidence_details": evidence});
        let closed = made_of(&closed, "evt_closed", "charge.dispute.closed", changes);
        let reinstated = office.event("charge.dispute.funds_reinstated").await;
        office.hears(&[&reinstated, &closed]).await;
        let won = office.load(&order).await;
        assert_eq!(dispute(&won).state(), DisputeState::Won);
        assert!(dispute(&won).is_answered);
        assert_eq!(won.attention, []);
        assert_eq!(won.returnable().total_minor(), 12_000);
        harness.refund(&order.id, "r1", 1_250).await.unwrap();
        office.drain().await;
        assert_eq!(office.refunded(&order).await, [1_250]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn regression_12_a_lost_dispute_that_is_told_before_it_was_opened_is_kept() {
    at_the_office(async |harness, office| {
        let order = office.paid("USD", Card::Disputed).await;
        office.drain().await;
        let opened = office.event("charge.dispute.created").await;
        decided_by(office, &opened, "losing_evidence").await;
        let closed = office.event("charge.dispute.closed").await;
        office
            .hears(&[&closed, &under_review(&opened), &opened])
            .await;
        let lost = office.load(&order).await;
        assert_eq!(dispute(&lost).state(), DisputeState::Lost);
        assert!(
            dispute(&lost).is_answered,
            "it tells how often evidence came"
        );
        assert_eq!(lost.payments[0].disputes().count(), 1);
        assert_eq!(lost.attention, []);
        let refusal = harness
            .refusal(harness.refund(&order.id, "r1", 1_250))
            .await;
        assert!(matches!(refusal, Refusal::Disputed { .. }), "{refusal}");
        assert!(office.refunded(&order).await.is_empty());
    })
    .await;
}
