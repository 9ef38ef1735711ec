//! The queue of refunds: what is in it, how it is read, and how what is stuck gets going again (R4, R10).

use domain::filter::{Filter, Sort};
use domain::ids::{OrderId, RefundId};
use domain::order::{Concern, Mode};
use domain::refund::RefundState;
use domain::refund_settle::RefundFact;
use domain::refusal::Refusal;
use engine::doctor::{Finding, examine};
use engine::failure::Failure;
use engine::jobs::JobKind;
use engine::permit::Session;
use engine::ports::Answer;
use engine::refund_queue::{QueuePage, ask_now, queue, settle_by_hand};
use engine::store::list::Page;
use engine::store::open_refunds::QueueCursor;
use sqlx::Row;

use crate::statements::statement;
use crate::support::random::Random;
use crate::support::{Harness, check, on_every_database, on_sqlite, refund_of, session};

async fn page(
    harness: &Harness,
    session: &Session,
    state: Option<RefundState>,
    after: Option<&QueueCursor>,
    limit: usize,
) -> QueuePage {
    let permit = session.permit().unwrap();
    queue(&harness.desk, &permit, state, after, limit)
        .await
        .unwrap()
}

/// The refunds that the queue shows, without their prefix.
async fn names(harness: &Harness, state: Option<RefundState>) -> Vec<String> {
    let page = page(harness, &harness.admin(), state, None, 50).await;
    let rows = page.rows.iter();
    rows.map(|row| row.refund_id.as_str().replace("refund_", ""))
        .collect()
}

async fn ask(harness: &Harness, order: &OrderId, refund: &str) -> Result<(), Failure> {
    let (session, refund) = (harness.admin(), RefundId(format!("refund_{refund}")));
    ask_now(&harness.desk, &session.permit()?, order, &refund).await
}

async fn settle(harness: &Harness, order: &OrderId, refund: &str) -> Result<(), Failure> {
    let (session, refund) = (harness.admin(), RefundId(format!("refund_{refund}")));
    let permit = session.permit()?;
    settle_by_hand(
        &harness.desk,
        &permit,
        order,
        refund,
        "SEPA 77",
        "by transfer",
    )
    .await
    .map(|_| ())
}

/// Refunds that are not settled: `e1` failed, `d2` pending, `c3` failed, `b4` unknown, `a5` just asked for; each later than
/// the one before, whatever its name.
async fn filled(harness: &Harness) -> Vec<OrderId> {
    let refused = || Answer::Refused("the card is closed".to_owned());
    let pending = Answer::Done(RefundFact::Pending {
        reference: "re_p".to_owned(),
    });
    let lost = Answer::Unknown("no answer in time".to_owned());
    let mut ids = Vec::new();
    for (name, answer) in [
        ("e1", refused()),
        ("d2", pending),
        ("c3", refused()),
        ("b4", lost),
    ] {
        let order = harness.paid(&format!("A-{name}")).await;
        harness.fakes.refunds.reply(answer);
        harness.refund(&order.id, name, 1_250).await.unwrap();
        harness.step().await;
        harness.clock.advance_s(1);
        ids.push(order.id);
    }
    let order = harness.paid("A-a5").await;
    harness.refund(&order.id, "a5", 100).await.unwrap();
    ids.push(order.id);
    ids
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_tells_every_refund_that_is_not_settled_oldest_first_page_by_page() {
    on_every_database(async |harness| {
        // One that succeeded is none of the queue's.
        let done = harness.paid("A-0").await;
        harness.refund(&done.id, "r0", 100).await.unwrap();
        harness.step().await;
        filled(harness).await;
        assert_eq!(names(harness, None).await, ["e1", "d2", "c3", "b4", "a5"]);
        let failed = Some(RefundState::Failed);
        assert_eq!(names(harness, failed).await, ["e1", "c3"]);
        assert_eq!(names(harness, Some(RefundState::Sent)).await, [""; 0]);
        let admin = harness.admin();
        let first = page(harness, &admin, None, None, 2).await;
        let second = page(harness, &admin, None, first.next.as_ref(), 2).await;
        let third = page(harness, &admin, None, second.next.as_ref(), 2).await;
        let shown = [&first, &second, &third].map(|page| page.rows.len());
        assert_eq!((shown, third.next), ([2, 2, 1], None));
        assert_eq!(second.rows[0].refund_id.as_str(), "refund_c3");
        let job = second.rows[1].job.as_ref().unwrap();
        assert_eq!((job.job.kind, job.attempts), (JobKind::RefundExecute, 1));
        assert!(first.rows[0].job.is_none(), "nobody asks for what failed");
        let test = session(
            harness.scope_of(Mode::Test),
            domain::actor::ActorKind::Person,
            &domain::actor::Permission::ALL,
        );
        assert!(page(harness, &test, None, None, 50).await.rows.is_empty());
        harness.settle().await;
        assert_eq!(names(harness, None).await, ["e1", "c3"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_was_filled_before_gets_its_queue_when_it_is_migrated() {
    on_every_database(async |harness| {
        let mut random = Random::seeded(71);
        random.orders(harness, "B", 30).await;
        filled(harness).await;
        let of_queue = "select order_id || refund_id || mode || state || requested_at_us || ' ' || changed_at_us \
                        || ' ' || coalesce(look_at_us, 0) from open_refunds order by order_id, refund_id";
        let rows = async || -> Vec<String> {
            let rows = sqlx::query(of_queue).fetch_all(harness.raw()).await.unwrap();
            rows.iter().map(|row| row.try_get(0).unwrap()).collect()
        };
        let before = rows().await;
        assert!(before.len() >= 5);
        for statement in [
            "drop table open_refunds",
            "drop index order_events_money",
            "delete from _sqlx_migrations where version = 13",
        ] {
            sqlx::query(statement).execute(harness.raw()).await.unwrap();
        }
        harness.desk.store().migrate().await.unwrap();
        assert_eq!(rows().await, before);
        harness.settle().await;
        harness.settle().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_read_from_its_own_indexes_without_the_orders() {
    on_sqlite(async |harness| {
        let text = statement("and (requested_at_us, refund_id) > ($3, $4)");
        let columns = text.replace("{COLUMNS}", "order_id, refund_id");
        let all = columns.replace("{of_state}", "");
        let one = columns.replace("{of_state}", " and state = $6");
        for (text, index) in [(all, "open_refunds_age"), (one, "open_refunds_state")] {
            let plan = plan(harness, &text).await;
            assert!(plan.contains(index), "{plan}");
            assert!(!plan.contains("SCAN") && !plan.contains("TEMP"), "{plan}");
        }
        let due = statement("and look_at_us <= $2").replace("{COLUMNS}", "order_id");
        assert!(plan(harness, &due).await.contains("open_refunds_look"));
        let moved = plan(harness, &statement("kind = 'money_moved'")).await;
        assert!(moved.contains("order_events_money"), "{moved}");
    })
    .await;
}

async fn plan(harness: &Harness, statement: &str) -> String {
    let text = sqlx::AssertSqlSafe(format!("explain query plan {statement}"));
    let rows = sqlx::query(text).fetch_all(harness.raw()).await.unwrap();
    let lines = rows.iter().map(|row| row.try_get("detail").unwrap());
    lines.collect::<Vec<String>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn r10_asking_now_makes_the_next_try_due_and_brings_a_lost_job_back() {
    on_every_database(async |harness| {
        let ids = filled(harness).await;
        harness.drain().await;
        let asked = harness.fakes.refunds.asked().len();
        assert_eq!(harness.step().await.tried(), 0, "everything waits");
        ask(harness, &ids[3], "b4").await.unwrap();
        ask(harness, &ids[1], "d2").await.unwrap();
        assert_eq!(harness.step().await.finished, 2);
        assert_eq!(harness.fakes.refunds.asked().len(), asked + 1);
        assert_eq!(harness.fakes.refund_statuses.asked(), ["re_p"]);
        // With the key it was asked for with before: never twice.
        let keys = harness.fakes.refunds.asked();
        assert_eq!(keys.last().unwrap().key, "refund_b4.1");
        assert_eq!(names(harness, None).await, ["e1", "c3"]);
        let again = harness.refusal(ask(harness, &ids[0], "e1")).await;
        let (refund, state) = ("refund_e1".into(), RefundState::Failed);
        assert_eq!(again, Refusal::RefundStateWrong { refund, state });
        let unknown = harness.refusal(ask(harness, &ids[1], "r9")).await;
        assert!(matches!(unknown, Refusal::RefundNotFound { .. }));
        // A job that was lost.
        harness.refund(&ids[3], "r6", 200).await.unwrap();
        sqlx::query("delete from jobs")
            .execute(harness.raw())
            .await
            .unwrap();
        ask(harness, &ids[3], "r6").await.unwrap();
        ask(harness, &ids[3], "r6").await.unwrap();
        assert_eq!(check::count(harness.raw(), "jobs").await, 1);
        harness.drain().await;
        let order = harness.load(&ids[3]).await;
        assert_eq!(refund_of(&order, "r6").state, RefundState::Succeeded);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r10_a_refund_settled_by_hand_leaves_the_queue_and_a_late_success_needs_a_person() {
    on_every_database(async |harness| {
        let ids = filled(harness).await;
        settle(harness, &ids[0], "e1").await.unwrap();
        assert_eq!(names(harness, None).await, ["d2", "c3", "b4", "a5"]);
        let order = harness.load(&ids[0]).await;
        assert_eq!(order.returned_minor(), 1_250);
        let again = harness.refusal(settle(harness, &ids[3], "b4")).await;
        let (refund, state) = ("refund_b4".into(), RefundState::Unknown);
        assert_eq!(again, Refusal::RefundStateWrong { refund, state });
        let fact = domain::command::Fact::Refund {
            refund: "refund_e1".into(),
            fact: RefundFact::Succeeded {
                reference: "re_2".to_owned(),
            },
        };
        let kind = domain::actor::ActorKind::Provider;
        let told = harness.told(&ids[0], kind, fact).await;
        let refund = "refund_e1".into();
        assert_eq!(told.attention[0].concern, Concern::RefundedTwice { refund });
        harness.settle().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r10_settling_by_hand_and_trying_again_at_once_return_it_once() {
    on_every_database(async |harness| {
        for round in 0..6 {
            let order = harness.paid(&format!("C-{round}")).await;
            harness
                .fakes
                .refunds
                .reply(Answer::Refused("closed".to_owned()));
            let name = format!("c{round}");
            harness.refund(&order.id, &name, 1_250).await.unwrap();
            harness.step().await;
            let session = harness.admin();
            let permit = session.permit().unwrap();
            let refund = RefundId(format!("refund_{name}"));
            let retry = engine::refunds::retry(&harness.desk, &permit, &order.id, refund);
            let (by_hand, again) = tokio::join!(settle(harness, &order.id, &name), retry);
            assert_ne!(by_hand.is_ok(), again.is_ok());
            harness.drain().await;
            assert_eq!(harness.load(&order.id).await.returned_minor(), 1_250);
        }
        harness.settle().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r10_a_refund_that_hears_nothing_is_looked_after_though_its_job_was_lost() {
    on_every_database(async |harness| {
        let ids = filled(harness).await;
        sqlx::query("delete from jobs")
            .execute(harness.raw())
            .await
            .unwrap();
        assert_eq!(harness.worker.sweep().await.unwrap(), 0, "it is too early");
        harness.clock.advance_s(3_600);
        assert_eq!(
            harness.worker.sweep().await.unwrap(),
            3,
            "all but the failed"
        );
        assert_eq!(harness.worker.sweep().await.unwrap(), 0, "once in a while");
        // A person finds what nobody knows the outcome of; what is pending is known.
        let concerns = |order: &domain::order::Order| -> Vec<&str> {
            let open = order.attention.iter();
            open.map(|one| one.concern.name()).collect()
        };
        assert_eq!(concerns(&harness.load(&ids[3]).await), ["refund_overdue"]);
        assert_eq!(concerns(&harness.load(&ids[1]).await), [""; 0]);
        assert_eq!(concerns(&harness.load(&ids[4]).await), ["refund_overdue"]);
        let session = harness.admin();
        let page = Page {
            filter: Filter {
                needs_attention: Some(true),
                ..Filter::default()
            },
            sort: Sort::default(),
            after: None,
            limit: 50,
        };
        let permit = session.permit().unwrap();
        let found = engine::listing::page(&harness.desk, &permit, &page);
        // Unknown, requested, and the two that failed.
        assert_eq!(found.await.unwrap().len(), 4);
        let stepped = harness.drain().await;
        assert!(stepped.finished >= 3, "{stepped:?}");
        assert_eq!(names(harness, None).await, ["e1", "c3"]);
        assert_eq!(concerns(&harness.load(&ids[3]).await), [""; 0]);
        harness.settle().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn r10_a_job_that_was_given_up_stays_with_the_person_who_was_asked() {
    on_every_database(async |harness| {
        let ids = filled(harness).await;
        harness.drain().await;
        sqlx::query("update jobs set state = 'parked' where subject = 'refund_b4'")
            .execute(harness.raw())
            .await
            .unwrap();
        harness.clock.advance_s(7_200);
        harness.worker.sweep().await.unwrap();
        let asked = harness.fakes.refunds.asked().len();
        harness.drain().await;
        assert_eq!(
            harness.fakes.refunds.asked().len(),
            asked,
            "it stays parked"
        );
        ask(harness, &ids[3], "b4").await.unwrap();
        harness.drain().await;
        let order = harness.load(&ids[3]).await;
        assert_eq!(refund_of(&order, "b4").state, RefundState::Succeeded);
        harness.settle().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_finds_a_queue_that_is_not_what_the_orders_say() {
    on_every_database(async |harness| {
        let ids = filled(harness).await;
        let findings = async || {
            let mut found = Vec::new();
            let mut keep = |finding: &Finding| found.push(finding.clone());
            examine(harness.desk.store(), &mut keep, &mut |_| {})
                .await
                .unwrap();
            found
        };
        assert_eq!(findings().await, []);
        for (statement, undo, order) in [
            (
                "update open_refunds set state = 'failed' where refund_id = 'refund_b4'",
                "update open_refunds set state = 'unknown' where refund_id = 'refund_b4'",
                ids[3].clone(),
            ),
            (
                "update open_refunds set order_id = 'zzz' where refund_id = 'refund_e1'",
                "",
                ids[0].clone(),
            ),
        ] {
            sqlx::query(statement).execute(harness.raw()).await.unwrap();
            let mut expected = vec![Finding::Queued(order.clone())];
            if undo.is_empty() {
                expected.push(Finding::Queued(OrderId("zzz".to_owned())));
            }
            assert_eq!(findings().await, expected);
            let back =
                format!("update open_refunds set order_id = '{order}' where order_id = 'zzz'");
            let undo = if undo.is_empty() {
                back
            } else {
                undo.to_owned()
            };
            let undo = sqlx::AssertSqlSafe(undo);
            sqlx::query(undo).execute(harness.raw()).await.unwrap();
        }
        harness.settle().await;
    })
    .await;
}
