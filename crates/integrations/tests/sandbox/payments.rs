//! Refunds, captures and releases: one outcome a key, never more back than was taken, each way to go wrong.

use std::time::Duration;

use domain::payment_settle::PaymentFact;
use domain::refund_settle::RefundFact;
use engine::ports::Answer;
use integrations::payments::Standing;
use integrations::{Call, Misbehaviour};

use crate::support::{World, currency, eur, payment_ask, refund_ask};

const SILENCE: &str = "the sandbox did not answer in time";
const DECLINED: &str = "the shopper's bank declined";

fn lost<T>() -> Answer<T> {
    Answer::Unknown(SILENCE.to_owned())
}

fn declined<T>() -> Answer<T> {
    Answer::Refused(DECLINED.to_owned())
}

/// Asks, and the reference of a success.
async fn succeed(world: &World, key: &str, minor: i64) -> String {
    match world.ports.payments.refund(&refund_ask(key, minor)).await {
        Answer::Done(RefundFact::Succeeded { reference }) => reference,
        other => panic!("{key}: {other:?}"),
    }
}

fn standings(world: &World) -> Vec<(String, i64, Standing)> {
    let refunds = world.sandbox.refunds().unwrap();
    let told = refunds
        .into_iter()
        .map(|refund| (refund.key, refund.money.minor, refund.standing));
    told.collect()
}

#[tokio::test]
async fn the_same_key_refunds_once() {
    let world = World::new();
    let first = succeed(&world, "r.1", 1_000).await;
    assert_eq!(succeed(&world, "r.1", 1_000).await, first);
    assert_ne!(succeed(&world, "r.2", 1_000).await, first);
    assert_eq!(
        standings(&world),
        [
            ("r.1".to_owned(), 1_000, Standing::Succeeded),
            ("r.2".to_owned(), 1_000, Standing::Succeeded)
        ]
    );
}

#[tokio::test]
async fn refuses_a_key_that_comes_with_another_request() {
    let world = World::new();
    succeed(&world, "r.1", 1_000).await;
    let refusal =
        Answer::Refused("the key r.1 was used before with another amount or payment".to_owned());
    let payments = &world.ports.payments;
    assert_eq!(payments.refund(&refund_ask("r.1", 1_001)).await, refusal);
    let mut other = refund_ask("r.1", 1_000);
    other.payment_reference = "pay_2".to_owned();
    assert_eq!(payments.refund(&other).await, refusal);
    assert_eq!(
        standings(&world),
        [("r.1".to_owned(), 1_000, Standing::Succeeded)]
    );
}

#[tokio::test]
async fn refuses_more_than_was_taken() {
    let world = World::new();
    world.sandbox.register_payment("pay_1", eur(2_500)).unwrap();
    succeed(&world, "r.1", 2_000).await;
    let problem = "5.01 EUR is more than the 5.00 EUR that are left of the payment".to_owned();
    let payments = &world.ports.payments;
    let refused = payments.refund(&refund_ask("r.2", 501)).await;
    assert_eq!(refused, Answer::Refused(problem.clone()));
    // The key keeps its outcome, even where the amount would fit now.
    world.sandbox.register_payment("pay_1", eur(9_000)).unwrap();
    let again = payments.refund(&refund_ask("r.2", 501)).await;
    assert_eq!(again, Answer::Refused(problem));
    succeed(&world, "r.3", 501).await;
    let mut dollars = refund_ask("r.4", 100);
    dollars.money.currency = currency("USD");
    assert_eq!(
        payments.refund(&dollars).await,
        Answer::Refused("the payment was taken in EUR".to_owned())
    );
}

#[tokio::test]
async fn a_payment_it_was_never_told_of_has_no_ceiling() {
    let world = World::new();
    succeed(&world, "r.1", 1_000_000_000).await;
    succeed(&world, "r.2", 1_000_000_000).await;
    let payments = &world.ports.payments;
    let mut nameless = refund_ask("r.3", 100);
    nameless.payment_reference = String::new();
    assert_eq!(
        payments.refund(&nameless).await,
        Answer::Refused("the refund names no payment".to_owned())
    );
    assert_eq!(
        payments.refund(&refund_ask("r.4", 0)).await,
        Answer::Refused("a refund of 0.00 EUR is no refund".to_owned())
    );
}

#[tokio::test]
async fn what_a_capture_takes_is_the_ceiling_of_refunds() {
    let world = World::new();
    let payments = &world.ports.payments;
    let ask = payment_ask("p.capture", "pay_1", 3_000);
    let taken = Answer::Done(PaymentFact::Captured {
        captured_minor: 3_000,
    });
    assert_eq!(payments.capture(&ask).await, taken);
    assert_eq!(payments.capture(&ask).await, taken);
    assert_eq!(
        payments
            .capture(&payment_ask("q.capture", "pay_1", 3_000))
            .await,
        Answer::Refused("30.00 EUR were taken of the payment already".to_owned())
    );
    assert_eq!(
        payments.void(&payment_ask("p.void", "pay_1", 3_000)).await,
        Answer::Refused("30.00 EUR were taken of it: refund it instead".to_owned())
    );
    let refused = payments.refund(&refund_ask("r.1", 3_001)).await;
    let problem = "30.01 EUR is more than the 30.00 EUR that are left of the payment";
    assert_eq!(refused, Answer::Refused(problem.to_owned()));
}

#[tokio::test]
async fn what_is_released_cannot_be_taken() {
    let world = World::new();
    let payments = &world.ports.payments;
    let ask = payment_ask("p.void", "pay_1", 3_000);
    assert_eq!(payments.void(&ask).await, Answer::Done(PaymentFact::Voided));
    assert_eq!(payments.void(&ask).await, Answer::Done(PaymentFact::Voided));
    assert_eq!(
        payments
            .capture(&payment_ask("p.capture", "pay_1", 3_000))
            .await,
        Answer::Refused("the payment was released".to_owned())
    );
}

#[tokio::test]
async fn captures_and_releases_go_wrong_by_amount_too() {
    let world = World::new();
    let payments = &world.ports.payments;
    let refused = payment_ask("a.capture", "pay_a", 1_013);
    assert_eq!(payments.capture(&refused).await, declined());
    let done = payment_ask("b.capture", "pay_b", 1_014);
    assert_eq!(payments.capture(&done).await, lost());
    let taken = Answer::Done(PaymentFact::Captured {
        captured_minor: 1_014,
    });
    assert_eq!(payments.capture(&done).await, taken);
    let lost_ask = payment_ask("c.void", "pay_c", 1_018);
    assert_eq!(payments.void(&lost_ask).await, lost());
    assert_eq!(
        payments.void(&lost_ask).await,
        Answer::Done(PaymentFact::Voided)
    );
}

#[tokio::test]
async fn ends_in_13_is_refused_for_good() {
    let world = World::new();
    let ask = refund_ask("r.1", 1_013);
    assert_eq!(world.ports.payments.refund(&ask).await, declined());
    let world = world.reopened();
    assert_eq!(world.ports.payments.refund(&ask).await, declined());
    let problem = DECLINED.to_owned();
    assert_eq!(
        standings(&world),
        [("r.1".to_owned(), 1_013, Standing::Refused { problem })]
    );
}

#[tokio::test]
async fn ends_in_14_is_done_and_found_again() {
    let world = World::new();
    let ask = refund_ask("r.1", 1_014);
    assert_eq!(world.ports.payments.refund(&ask).await, lost());
    let world = world.reopened();
    succeed(&world, "r.1", 1_014).await;
    assert_eq!(
        standings(&world),
        [("r.1".to_owned(), 1_014, Standing::Succeeded)]
    );
}

#[tokio::test]
async fn ends_in_15_is_pending_until_it_is_asked_about() {
    let world = World::new();
    let payments = &world.ports.payments;
    let ask = refund_ask("r.1", 1_015);
    let Answer::Done(RefundFact::Pending { reference }) = payments.refund(&ask).await else {
        panic!("not pending");
    };
    let again = payments.refund(&ask).await;
    let pending = Answer::Done(RefundFact::Pending {
        reference: reference.clone(),
    });
    assert_eq!(again, pending);
    world
        .sandbox
        .misbehave(Call::RefundStatus, Misbehaviour::Pending);
    assert_eq!(payments.refund_status(&ask, &reference).await, pending);
    world
        .sandbox
        .misbehave(Call::RefundStatus, Misbehaviour::TimeOutBeforeDoing);
    assert_eq!(payments.refund_status(&ask, &reference).await, lost());
    let done = Answer::Done(RefundFact::Succeeded {
        reference: reference.clone(),
    });
    assert_eq!(payments.refund_status(&ask, &reference).await, done);
    assert_eq!(payments.refund(&ask).await, done);
}

#[tokio::test]
async fn a_pending_refund_can_fail() {
    let world = World::new();
    let payments = &world.ports.payments;
    let ask = refund_ask("r.1", 1_015);
    let Answer::Done(RefundFact::Pending { reference }) = payments.refund(&ask).await else {
        panic!("not pending");
    };
    world
        .sandbox
        .misbehave(Call::RefundStatus, Misbehaviour::Refuse);
    let failed = Answer::Done(RefundFact::Failed {
        problem: DECLINED.to_owned(),
        failure: None,
    });
    assert_eq!(payments.refund_status(&ask, &reference).await, failed);
    assert_eq!(payments.refund(&ask).await, failed);
}

#[tokio::test]
async fn a_refund_it_does_not_know_is_never_a_failure() {
    let world = World::new();
    let answer = world
        .ports
        .payments
        .refund_status(&refund_ask("r.1", 1_000), "re_elsewhere")
        .await;
    let problem = "the sandbox does not know the refund re_elsewhere".to_owned();
    assert_eq!(answer, Answer::Unknown(problem));
}

#[tokio::test(start_paused = true)]
async fn ends_in_17_is_answered_two_seconds_late_once() {
    let world = World::new();
    let began = tokio::time::Instant::now();
    succeed(&world, "r.1", 1_017).await;
    assert_eq!(began.elapsed().as_secs(), 2);
    let began = tokio::time::Instant::now();
    succeed(&world, "r.1", 1_017).await;
    assert_eq!(began.elapsed().as_secs(), 0);
}

#[tokio::test]
async fn ends_in_18_is_lost_once_and_then_done() {
    let world = World::new();
    let ask = refund_ask("r.1", 1_018);
    assert_eq!(world.ports.payments.refund(&ask).await, lost());
    assert_eq!(standings(&world), []);
    let world = world.reopened();
    succeed(&world, "r.1", 1_018).await;
    assert_eq!(
        standings(&world),
        [("r.1".to_owned(), 1_018, Standing::Succeeded)]
    );
}

#[tokio::test(start_paused = true)]
async fn a_script_goes_before_the_amount_and_is_used_up() {
    let world = World::new();
    let (payments, sandbox) = (&world.ports.payments, &world.sandbox);
    sandbox.misbehave(Call::Refund, Misbehaviour::TimeOutAfterDoing);
    sandbox.misbehave(
        Call::Refund,
        Misbehaviour::AnswerLate(Duration::from_secs(5)),
    );
    // The amount alone would refuse it.
    assert_eq!(payments.refund(&refund_ask("r.1", 1_013)).await, lost());
    let began = tokio::time::Instant::now();
    succeed(&world, "r.1", 1_013).await;
    assert_eq!(began.elapsed().as_secs(), 5);
    assert_eq!(payments.refund(&refund_ask("r.2", 1_013)).await, declined());
    sandbox.misbehave(Call::Refund, Misbehaviour::Refuse);
    // A key that has its outcome is not refused afterwards.
    succeed(&world, "r.1", 1_013).await;
    succeed(&world, "r.3", 1_000).await;
}

#[tokio::test]
async fn many_at_once_with_one_key_refund_once() {
    let world = World::new();
    world.sandbox.register_payment("pay_1", eur(1_000)).unwrap();
    let ask = || {
        let (payments, ask) = (world.ports.payments.clone(), refund_ask("r.1", 700));
        tokio::spawn(async move { payments.refund(&ask).await })
    };
    let asked: Vec<_> = (0..16).map(|_| ask()).collect();
    let mut answers = Vec::new();
    for one in asked {
        answers.push(one.await.unwrap());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(
        standings(&world),
        [("r.1".to_owned(), 700, Standing::Succeeded)]
    );
}

async fn status(world: &World, reference: &str, minor: i64) -> Answer<Vec<PaymentFact>> {
    let ask = payment_ask(&format!("{reference}.status"), reference, minor);
    world.ports.payments.payment_status(&ask).await
}

fn held() -> PaymentFact {
    PaymentFact::Authorized { expires_at: None }
}

#[tokio::test]
async fn a_payment_tells_how_it_came_to_stand() {
    let world = World::new();
    let payments = &world.ports.payments;
    assert_eq!(
        status(&world, "pay_1", 3_000).await,
        Answer::Done(vec![held()])
    );
    payments
        .capture(&payment_ask("p.capture", "pay_1", 2_000))
        .await;
    let captured_minor = 2_000;
    let taken = vec![held(), PaymentFact::Captured { captured_minor }];
    assert_eq!(status(&world, "pay_1", 3_000).await, Answer::Done(taken));
    payments.void(&payment_ask("q.void", "pay_2", 3_000)).await;
    let released = vec![held(), PaymentFact::Voided];
    assert_eq!(status(&world, "pay_2", 3_000).await, Answer::Done(released));
    let until = "2026-03-09T09:00:00Z".parse().ok();
    world.sandbox.hold_payment("pay_3", until).unwrap();
    let held = PaymentFact::Authorized { expires_at: until };
    let answer = status(&world, "pay_3", 3_013).await;
    assert_eq!(answer, Answer::Done(vec![held.clone()]), "it is known");
    world.sandbox.let_payment_run_out("pay_3").unwrap();
    let ran_out = vec![held, PaymentFact::Expired];
    assert_eq!(status(&world, "pay_3", 3_000).await, Answer::Done(ran_out));
    let late = payments
        .capture(&payment_ask("r.capture", "pay_3", 3_000))
        .await;
    let problem = "the hold on the payment has run out".to_owned();
    assert_eq!(late, Answer::Refused(problem));
}

#[tokio::test]
async fn the_amount_of_an_unknown_payment_says_how_it_stands() {
    let world = World::new();
    let reason = DECLINED.to_owned();
    let failed = vec![PaymentFact::Failed { reason }];
    assert_eq!(status(&world, "pay_1", 3_013).await, Answer::Done(failed));
    assert_eq!(status(&world, "pay_1", 3_015).await, Answer::Done(vec![]));
    assert_eq!(status(&world, "pay_1", 3_014).await, lost());
    assert_eq!(status(&world, "pay_2", 3_018).await, lost());
    assert_eq!(
        status(&world, "pay_2", 3_018).await,
        Answer::Done(vec![held()])
    );
    let (call, how) = (Call::PaymentStatus, Misbehaviour::TimeOutAfterDoing);
    world.sandbox.misbehave(call, how);
    assert_eq!(status(&world, "pay_3", 3_000).await, lost());
}
