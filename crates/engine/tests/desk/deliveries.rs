//! What providers tell by themselves (R9, R10): stored before it is answered, harmless twice and in any order, visible
//! where it could not be taken in.

use domain::actor::{ActorKind, Permission};
use domain::command::Command;
use domain::ids::OrganizationId;
use domain::money::{Currency, Money};
use domain::order::{Concern, Mode, Order};
use domain::payment::Dispute;
use domain::payment_settle::PaymentFact;
use domain::refund::{RefundOrigin, RefundState};
use domain::refund_settle::RefundFact;
use engine::deliveries::{
    Delivery, DeliveryState, KEPT, NotTaken, Receipt, deliveries, receive, replay,
};
use engine::organizations::{Settings, create};
use engine::permit::{Scope, Session};
use engine::ports::{Answer, News, Word};

use crate::support::{Harness, on_every_database, session};

/// Has a provider tell this, signed for the organization.
pub async fn told(harness: &Harness, body: &str, news: Vec<News>) -> Receipt {
    let word = Word {
        id: format!("evt_{body}"),
        kind: "something.happened".to_owned(),
        mode: None,
        news,
    };
    harness.fakes.says(body, Ok(word));
    sent(harness, body).await.unwrap()
}

pub async fn sent(harness: &Harness, body: &str) -> Result<Receipt, NotTaken> {
    let organization = harness.organization.clone();
    sent_to(
        harness,
        &organization,
        body.as_bytes(),
        organization.as_str(),
    )
    .await
}

async fn sent_to(
    harness: &Harness,
    organization: &OrganizationId,
    body: &[u8],
    signature: &str,
) -> Result<Receipt, NotTaken> {
    let header = |name: &str| (name == "signature").then(|| signature.to_owned());
    receive(&harness.desk, &*harness.fakes, organization, &header, body).await
}

pub async fn kept(harness: &Harness) -> Vec<Delivery> {
    let admin = harness.admin();
    let permit = admin.permit().unwrap();
    let (found, has_more) = deliveries(&harness.desk, &permit, None).await.unwrap();
    assert!(!has_more);
    found
}

pub fn reference(order: &Order) -> String {
    order.payments[0].reference.clone()
}

pub fn refunded(order: &Order, key: Option<String>, minor: i64, fact: RefundFact) -> Vec<News> {
    vec![News::Refund {
        payment_references: vec![reference(order)],
        reference: "re_1".to_owned(),
        key,
        money: Money::new(minor, order.rate.presentment),
        fact,
    }]
}

pub fn succeeded() -> RefundFact {
    RefundFact::Succeeded {
        reference: "re_1".to_owned(),
    }
}

pub fn pending() -> RefundFact {
    RefundFact::Pending {
        reference: "re_1".to_owned(),
    }
}

/// An order with a refund of 30.00 that was requested and not sent.
pub async fn requested(harness: &Harness) -> Order {
    let order = harness.paid("A-1").await;
    let changed = harness.refund(&order.id, "one", 3_000).await;
    changed.unwrap().order
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_stored_once_and_signed_messages_alone() {
    on_every_database(async |harness| {
        let organization = harness.organization.clone();
        let before = harness.traces().await;
        for (to, body, signature) in [
            (&organization, &b"{}"[..], "wrong"),
            (&organization, b"{}", ""),
            (&OrganizationId("org_none".to_owned()), b"{}", "org_none"),
            (&organization, b"\xff\xfe", organization.as_str()),
        ] {
            let refused = sent_to(harness, to, body, signature).await.unwrap_err();
            assert!(!matches!(refused, NotTaken::Store(_)), "{refused}");
        }
        assert_eq!(harness.traces().await, before);
        assert_eq!(told(harness, "one", Vec::new()).await, Receipt::Stored);
        assert_eq!(told(harness, "one", Vec::new()).await, Receipt::Known);
        assert_eq!(told(harness, "two", Vec::new()).await, Receipt::Stored);
        let waiting = kept(harness).await;
        assert_eq!(waiting.len(), 2);
        assert!(
            waiting
                .iter()
                .all(|one| one.state == DeliveryState::Waiting)
        );
        harness.drain().await;
        let settled = kept(harness).await;
        assert!(
            settled
                .iter()
                .all(|one| one.state == DeliveryState::Ignored)
        );
        let one = settled.iter().find(|one| one.body == "one").unwrap();
        assert_eq!(one.external_id, "evt_one");
        assert_eq!(told(harness, "one", Vec::new()).await, Receipt::Known);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r10_a_webhook_that_beats_the_answer_and_comes_twice_settles_once() {
    on_every_database(async |harness| {
        let asked = requested(harness).await;
        let key = asked.refunds[0].idempotency_key();
        // Asked, and the answer is lost; the word comes before it is asked again.
        harness
            .fakes
            .refunds
            .reply(Answer::Unknown("no answer".to_owned()));
        harness.step().await;
        told(
            harness,
            "won",
            refunded(&asked, Some(key.clone()), 3_000, succeeded()),
        )
        .await;
        told(
            harness,
            "won again",
            refunded(&asked, Some(key.clone()), 3_000, succeeded()),
        )
        .await;
        told(
            harness,
            "older",
            refunded(&asked, Some(key), 3_000, pending()),
        )
        .await;
        harness.settle().await;
        let order = harness.load(&asked.id).await;
        assert_eq!(order.refunds.len(), 1);
        assert_eq!(order.refunds[0].state, RefundState::Succeeded);
        assert_eq!(order.returned_minor(), 3_000);
        assert_eq!(order.left().total_minor(), 9_000);
        assert!(order.attention.is_empty());
        assert_eq!(harness.fakes.refunds.asked().len(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r9_a_refund_made_at_the_provider_counts_against_what_is_left() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        told(harness, "begun", refunded(&order, None, 5_000, pending())).await;
        told(harness, "done", refunded(&order, None, 5_000, succeeded())).await;
        told(
            harness,
            "done again",
            refunded(&order, None, 5_000, succeeded()),
        )
        .await;
        harness.drain().await;
        let order = harness.load(&order.id).await;
        assert_eq!(order.refunds.len(), 1);
        assert_eq!(order.refunds[0].origin, RefundOrigin::Provider);
        assert_eq!(order.left().total_minor(), 7_000);
        let concern = Concern::RefundedAtProvider {
            refund: order.refunds[0].id.clone(),
        };
        assert_eq!(order.attention.len(), 1);
        assert_eq!(order.attention[0].concern, concern);
        let failed = RefundFact::Failed {
            failure: None,
            problem: "the account is closed".to_owned(),
        };
        told(harness, "failed", refunded(&order, None, 5_000, failed)).await;
        // Where it was heard of as begun first, it is asked about later, too.
        harness.settle().await;
        assert_eq!(harness.load(&order.id).await.left().total_minor(), 12_000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r10_late_word_of_an_attempt_that_is_over_changes_nothing() {
    on_every_database(async |harness| {
        let asked = requested(harness).await;
        let refund = asked.refunds[0].clone();
        harness
            .fakes
            .refunds
            .reply(Answer::Refused("declined".to_owned()));
        harness.drain().await;
        let again = Command::RetryRefund {
            refund: refund.id.clone(),
        };
        harness.command(&asked.id, again).await.unwrap();
        let late = refunded(&asked, Some(refund.idempotency_key()), 3_000, succeeded());
        told(harness, "late", late).await;
        harness.drain().await;
        let order = harness.load(&asked.id).await;
        assert_eq!(order.refunds.len(), 1);
        assert_eq!(order.refunds[0].attempt, 2);
        assert_eq!(order.returned_minor(), 3_000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r3_a_dispute_is_heard_of_and_the_money_is_not_refunded_meanwhile() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let dispute = Dispute {
            reference: "dp_1".to_owned(),
            reason: "fraudulent".to_owned(),
            evidence_due_at: Some("2026-03-20T23:59:59Z".parse().unwrap()),
            amount_minor: 12_000,
            ..Dispute::default()
        };
        let opened = News::Payment {
            references: vec![reference(&order)],
            currency: Some(Currency::USD),
            fact: PaymentFact::DisputeOpened { dispute },
        };
        let closed = News::Payment {
            references: vec![reference(&order)],
            currency: Some(Currency::USD),
            fact: PaymentFact::DisputeClosed { won: true },
        };
        // Closed comes first, and tells all of it: the sender's messages are in no order.
        told(harness, "closed", vec![opened.clone(), closed]).await;
        told(harness, "opened", vec![opened]).await;
        harness.drain().await;
        let order = harness.load(&order.id).await;
        assert!(!order.is_disputed());
        assert_eq!(order.returnable().total_minor(), 12_000);
        assert!(order.attention.is_empty());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_stays_visible_and_is_replayed() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        sent(harness, "poison").await.unwrap();
        harness.drain().await;
        let failed = kept(harness).await.remove(0);
        assert_eq!(failed.state, DeliveryState::Failed);
        assert_eq!(
            (failed.body.as_str(), failed.problem.as_str()),
            ("poison", "it cannot be read")
        );
        let word = Word {
            id: "evt_1".to_owned(),
            kind: "refund.updated".to_owned(),
            mode: None,
            news: refunded(&order, None, 1_000, succeeded()),
        };
        harness.fakes.says("poison", Ok(word));
        let admin = harness.admin();
        let permit = admin.permit().unwrap();
        assert!(replay(&harness.desk, &permit, &failed.id).await.unwrap());
        assert!(!replay(&harness.desk, &permit, &failed.id).await.unwrap());
        harness.drain().await;
        assert_eq!(kept(harness).await[0].state, DeliveryState::TakenIn);
        assert_eq!(harness.load(&order.id).await.returned_minor(), 1_000);
        // Taken in a second time it changes nothing.
        assert!(replay(&harness.desk, &permit, &failed.id).await.unwrap());
        harness.drain().await;
        assert_eq!(harness.load(&order.id).await.returned_minor(), 1_000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fact_that_cannot_be_is_given_up_visibly() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let absurd = PaymentFact::Captured {
            captured_minor: i64::MAX,
        };
        let news = News::Payment {
            references: vec![reference(&order)],
            currency: Some(Currency::USD),
            fact: absurd,
        };
        told(harness, "absurd", vec![news]).await;
        harness.drain().await;
        let failed = kept(harness).await.remove(0);
        assert_eq!(failed.state, DeliveryState::Failed);
        assert!(!failed.problem.is_empty());
        assert_eq!(harness.load(&order.id).await, order);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn old_deliveries_are_swept_out_and_another_organization_sees_none() {
    on_every_database(async |harness| {
        told(harness, "old", Vec::new()).await;
        harness.drain().await;
        harness.clock.advance_s(KEPT.as_secs() + 1);
        told(harness, "new", Vec::new()).await;
        let left = kept(harness).await;
        assert_eq!(left.len(), 1);
        assert_eq!(left[0].body, "new");
        harness.drain().await;
        let other = create(&harness.desk, "Other", Settings::default());
        let other = other.await.unwrap();
        let mut outsider = harness.admin();
        outsider.scope.organization_id = other;
        let permit = outsider.permit().unwrap();
        let (seen, _) = deliveries(&harness.desk, &permit, None).await.unwrap();
        assert_eq!(seen, []);
        assert!(!replay(&harness.desk, &permit, &left[0].id).await.unwrap());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_about_another_organizations_payment_is_not_kept() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let other = create(&harness.desk, "Other", Settings::default())
            .await
            .unwrap();
        let news = refunded(&order, None, 1_000, succeeded());
        let word = Word {
            id: "evt_shared".to_owned(),
            kind: "something.happened".to_owned(),
            mode: None,
            news,
        };
        harness.fakes.says("shared", Ok(word));
        sent_to(harness, &other, b"shared", other.as_str())
            .await
            .unwrap();
        harness.drain().await;
        let theirs = session_of(&other);
        let permit = theirs.permit().unwrap();
        let (found, _) = deliveries(&harness.desk, &permit, None).await.unwrap();
        assert_eq!(found[0].state, DeliveryState::Ignored);
        assert_eq!(found[0].body, "", "nothing crosses organizations");
        assert_eq!(harness.load(&order.id).await.refunds, []);
    })
    .await;
}

/// Someone of an organization who may do everything.
fn session_of(organization: &OrganizationId) -> Session {
    let scope = Scope {
        organization_id: organization.clone(),
        mode: Mode::Live,
    };
    session(scope, ActorKind::Person, &Permission::ALL)
}
