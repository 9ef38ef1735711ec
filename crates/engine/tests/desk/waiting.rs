//! Policies: what was confirmed waits, to be undone or approved; nothing is asked of the outside before.

use domain::actor::{ActorKind, Permission};
use domain::command::Command;
use domain::ids::OrderId;
use domain::money::{Currency, Money};
use domain::order::{Concern, Order, OrderStatus};
use domain::parts::Parts;
use domain::policy::{API_KEYS, Policies};
use domain::refusal::Refusal;
use engine::corrections::correct;
use engine::failure::Failure;
use engine::jobs::{JobKind, Worker};
use engine::orders::{Changed, Terms};
use engine::people::{ADMIN, MEMBER};
use engine::permit::{Session, ViewOrders};
use engine::policies;
use engine::settings_log::Act;

use crate::support::{Harness, on_every_database, orders, request, session as someone};
use crate::team::{log, member, session};

fn page() -> Terms {
    Terms::of_page()
}

async fn set(harness: &Harness, undo_s: u32, limits: &[(&str, i64)]) {
    let mut policies = Policies {
        undo_s,
        ..Policies::default()
    };
    for (role, minor) in limits {
        let limit = [(Currency::USD, *minor)].into();
        policies
            .approval_above_minor
            .insert((*role).to_owned(), limit);
    }
    let admin = harness.admin();
    policies::set(&harness.desk, &admin.permit().unwrap(), policies)
        .await
        .unwrap();
}

fn goods(item_minor: i64) -> Parts {
    Parts {
        item_minor,
        ..Parts::default()
    }
}

async fn asks(
    harness: &Harness,
    who: &Session,
    order: &OrderId,
    refund: &str,
    item_minor: i64,
    terms: Terms,
) -> Result<Changed, Failure> {
    let request = request(refund, goods(item_minor));
    engine::refunds::request(&harness.desk, &who.permit()?, order, request, &terms).await
}

async fn decides(
    harness: &Harness,
    who: &Session,
    order: &OrderId,
    command: Command,
) -> Result<Changed, Failure> {
    let permit = who.permit::<ViewOrders>()?;
    correct(&harness.desk, &permit, order, command, &page()).await
}

fn undo(order: &Order) -> Command {
    let waiting = order.waiting[0].id.clone();
    Command::Undo { waiting }
}

fn approve(order: &Order) -> Command {
    let (waiting, note) = (order.waiting[0].id.clone(), String::new());
    Command::Approve { waiting, note }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_from_a_page_is_sent_when_its_time_is_over_and_not_before() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let admin = harness.admin();
        let asked = asks(harness, &admin, &order.id, "r1", 1_250, page()).await;
        let order = asked.unwrap().order;
        assert_eq!((order.refunds.len(), order.waiting.len()), (0, 1));
        let store = harness.desk.store();
        let jobs = store.jobs(&harness.organization, 9).await.unwrap();
        let due = jobs[0].job.due_at.duration_since(harness.desk.now());
        assert_eq!(
            (jobs.len(), jobs[0].job.kind, due.as_secs()),
            (1, JobKind::WaitingOver, 10)
        );
        harness.clock.advance_s(9);
        assert_eq!(harness.drain().await.tried(), 0);
        assert_eq!(harness.fakes.refunds.asked().len(), 0);
        harness.clock.advance_s(1);
        harness.drain().await;
        assert_eq!(harness.fakes.refunds.asked().len(), 1);
        let order = harness.load(&order.id).await;
        assert_eq!((order.waiting.len(), order.returned_minor()), (0, 1_250));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_do_not_wait_and_neither_does_a_page_where_the_time_is_nothing() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let program = someone(harness.scope(), ActorKind::ApiKey, &Permission::ALL);
        let asked = asks(harness, &program, &order.id, "r1", 100, Terms::default());
        assert_eq!(asked.await.unwrap().order.refunds.len(), 1);
        set(harness, 0, &[]).await;
        let asked = asks(harness, &harness.admin(), &order.id, "r2", 100, page()).await;
        assert_eq!(asked.unwrap().order.refunds.len(), 2);
        harness.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_asks_nothing_of_the_outside_and_the_job_finds_nothing_to_do() {
    on_every_database(async |harness| {
        let before = harness.paid("A-1").await;
        let admin = harness.admin();
        let asked = asks(harness, &admin, &before.id, "r1", 1_250, page()).await;
        let order = asked.unwrap().order;
        let undone = decides(harness, &admin, &order.id, undo(&order)).await;
        assert_eq!(undone.unwrap().order.left(), before.left());
        harness.clock.advance_s(10);
        assert_eq!(harness.drain().await.finished, 1);
        assert_eq!(harness.fakes.refunds.asked().len(), 0);
        let again = asks(harness, &admin, &order.id, "r1", 1_250, page());
        let refusal = harness.refusal(again).await;
        assert_eq!(refusal.code(), "refund_withdrawn");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn undo_and_the_worker_at_the_same_moment_end_as_one_of_them_and_the_loser_is_told() {
    on_every_database(async |harness| {
        let admin = harness.admin();
        for number in 0..8 {
            let order = harness.paid(&format!("A-{number}")).await;
            let refund = format!("r{number}");
            let asked = asks(harness, &admin, &order.id, &refund, 1_250, page()).await;
            let order = asked.unwrap().order;
            harness.clock.advance_s(10);
            let before = harness.fakes.refunds.asked().len();
            let (undone, _) = tokio::join!(
                decides(harness, &admin, &order.id, undo(&order)),
                harness.drain()
            );
            harness.drain().await;
            let sent = harness.fakes.refunds.asked().len() - before;
            let now = harness.load(&order.id).await;
            match undone {
                Ok(_) => assert_eq!((sent, now.refunds.len()), (0, 0)),
                Err(Failure::Refused(Refusal::WaitingNotFound { .. })) => {
                    assert_eq!((sent, now.refunds.len()), (1, 1));
                }
                Err(other) => panic!("{other}"),
            }
            assert_eq!(now.waiting, []);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn c10_two_cancellations_from_pages_at_once_wait_as_one_and_are_sent_as_one() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let admin = harness.admin();
        let cancel = || engine::cancellations::Cancel {
            note: "twice".to_owned(),
            notify: false,
            without_refund: false,
        };
        let (desk, permit) = (&harness.desk, admin.permit().unwrap());
        let terms = page();
        let (one, two) = tokio::join!(
            engine::cancellations::cancel(desk, &permit, &order.id, cancel(), &terms),
            engine::cancellations::cancel(desk, &permit, &order.id, cancel(), &terms)
        );
        let refused = [one, two].into_iter().filter_map(Result::err);
        let refused: Vec<_> = refused.map(|failure| failure.to_string()).collect();
        let said = "the order's cancellation is confirmed and waits; undo it first";
        assert_eq!(refused, [said]);
        // A refund while it waits conflicts with it, and so does shipping.
        for call in [
            harness.refusal(harness.refund(&order.id, "r1", 100)).await,
            harness
                .refusal(harness.command(&order.id, orders::tracked("s1", "RR1")))
                .await,
        ] {
            assert_eq!(call.code(), "cancellation_pending");
        }
        assert_eq!(harness.load(&order.id).await.status, OrderStatus::Open);
        harness.clock.advance_s(10);
        harness.settle().await;
        let order = harness.load(&order.id).await;
        assert_eq!(order.status, OrderStatus::Canceled);
        assert_eq!(harness.fakes.refunds.asked().len(), 1);
        assert_eq!(order.returned_minor(), 12_000);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_dies_at_the_end_of_the_time_leaves_it_to_the_next_which_sends_it_once() {
    on_every_database(async |harness| {
        let order = harness.paid("A-1").await;
        let admin = harness.admin();
        let asked = asks(harness, &admin, &order.id, "r1", 1_250, page()).await;
        asked.unwrap();
        harness.clock.advance_s(10);
        // It claims the job and is gone.
        let (store, now) = (harness.desk.store(), harness.desk.now());
        let until = now + jiff::SignedDuration::from_secs(120);
        let claimed = store.claim(&harness.organization, now, until, "gone", 9);
        assert_eq!(claimed.await.unwrap().len(), 1);
        assert_eq!(harness.drain().await.tried(), 0);
        harness.clock.advance_s(120);
        let other = Worker::new(harness.desk.clone(), harness.fakes.ports());
        let (one, two) = tokio::join!(harness.worker.drain(), other.drain());
        one.unwrap();
        two.unwrap();
        harness.drain().await;
        assert_eq!(harness.fakes.refunds.asked().len(), 1);
        assert_eq!(harness.load(&order.id).await.returned_minor(), 1_250);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn above_the_limit_of_their_role_someone_else_approves_and_the_list_finds_it() {
    on_every_database(async |harness| {
        set(harness, 10, &[(MEMBER, 1_000)]).await;
        let max = session(harness, &member(harness, "max", MEMBER).await).await;
        let mia = session(harness, &member(harness, "mia", MEMBER).await).await;
        let ada = session(harness, &member(harness, "ada", ADMIN).await).await;
        let order = harness.paid("A-1").await;
        // Approval does not depend on how it is asked for.
        let asked = asks(harness, &max, &order.id, "r1", 1_001, Terms::default()).await;
        let order = asked.unwrap().order;
        assert_eq!(order.refunds, []);
        let waiting = order.waiting[0].id.clone();
        let needed = Concern::ApprovalNeeded { waiting };
        assert_eq!(order.attention[0].concern, needed);
        let statement = "select count(*) from orders where attention_count = 1";
        let row: (i64,) = sqlx::query_as(statement)
            .fetch_one(harness.raw())
            .await
            .unwrap();
        assert_eq!(row.0, 1);
        harness.clock.advance_s(3_600);
        assert_eq!(harness.drain().await.tried(), 0);
        let own = decides(harness, &max, &order.id, approve(&order));
        assert_eq!(harness.refusal(own).await, Refusal::OwnRequest);
        let lower = decides(harness, &mia, &order.id, approve(&order));
        let (asked, limit) = (order.money(1_001), order.money(1_000));
        let refusal = harness.refusal(lower).await;
        assert_eq!(refusal, Refusal::AboveLimit { asked, limit });
        // Two at once approve one refund.
        let (one, two) = tokio::join!(
            decides(harness, &ada, &order.id, approve(&order)),
            decides(harness, &ada, &order.id, approve(&order))
        );
        assert_eq!([one, two].iter().filter(|done| done.is_ok()).count(), 1);
        harness.drain().await;
        let asked = harness.fakes.refunds.asked();
        assert_eq!((asked.len(), asked[0].money), (1, order.money(1_001)));
        let order = harness.load(&order.id).await;
        assert_eq!((order.attention.len(), order.returned_minor()), (0, 1_001));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn programs_have_limits_of_their_own_and_what_is_declined_is_free() {
    on_every_database(async |harness| {
        set(harness, 0, &[(API_KEYS, 500)]).await;
        let order = harness.paid("A-1").await;
        let program = someone(harness.scope(), ActorKind::ApiKey, &Permission::ALL);
        let asked = asks(harness, &program, &order.id, "r1", 501, Terms::default()).await;
        let waits = asked.unwrap().order;
        assert_eq!((waits.refunds.len(), waits.waiting.len()), (0, 1));
        let ada = session(harness, &member(harness, "ada", ADMIN).await).await;
        let (waiting, note) = (waits.waiting[0].id.clone(), "ask us first".to_owned());
        let declined = decides(harness, &ada, &order.id, Command::Decline { waiting, note });
        assert_eq!(declined.await.unwrap().order.left(), order.left());
        let events = harness.events(&order.id).await;
        let last = &events[events.len() - 2..];
        assert_eq!(last, ["waiting_ended", "attention_resolved"]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_that_waits_is_known_by_its_id_everywhere_in_the_organization() {
    on_every_database(async |harness| {
        let (one, two) = (harness.paid("A-1").await, harness.paid("A-2").await);
        let admin = harness.admin();
        let asked = asks(harness, &admin, &one.id, "r1", 100, page()).await;
        let waits = asked.unwrap().order;
        let taken = asks(harness, &admin, &two.id, "r1", 100, page());
        let given = "refund_r1".to_owned();
        let refusal = harness.refusal(taken).await;
        let problem = domain::refusal::Problem::Twice { given };
        assert_eq!(refusal, Refusal::invalid("id", problem));
        decides(harness, &admin, &one.id, undo(&waits))
            .await
            .unwrap();
        harness.clock.advance_s(10);
        harness.drain().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_are_set_and_logged_limit_by_limit_and_what_cannot_be_is_refused() {
    on_every_database(async |harness| {
        set(harness, 30, &[(MEMBER, 1_000)]).await;
        set(harness, 30, &[(MEMBER, 2_000)]).await;
        set(harness, 30, &[]).await;
        let usd = |minor| Some(Money::new(minor, Currency::USD));
        let limit = |from, to| Act::LimitChanged {
            role: MEMBER.to_owned(),
            from,
            to,
        };
        let undo = Act::UndoChanged {
            from_s: 10,
            to_s: 30,
        };
        let acts: Vec<Act> = log(harness).await.into_iter().map(|(act, _)| act).collect();
        let expected = [
            limit(usd(2_000), None),
            limit(usd(1_000), usd(2_000)),
            limit(None, usd(1_000)),
            undo,
        ];
        assert_eq!(acts, expected);
        let admin = harness.admin();
        let long = Policies {
            undo_s: 301,
            ..Policies::default()
        };
        let permit = admin.permit().unwrap();
        let call = policies::set(&harness.desk, &permit, long);
        assert_eq!(harness.refusal(call).await.field(), Some("undo"));
    })
    .await;
}
