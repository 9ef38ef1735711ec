//! Nothing crosses organizations, and live and test orders never mix (O5).

use domain::actor::{ActorKind, Permission};
use domain::command::Command;
use domain::filter::{Filter, Sort};
use domain::ids::OrganizationId;
use domain::order::{Mode, Order};
use engine::corrections::correct;
use engine::failure::Failure;
use engine::listing::page;
use engine::orders::{Idempotency, Terms, find, fingerprint, load, record_fact, take};
use engine::organizations::{Settings, create};
use engine::permit::{EditOrders, Scope, Session};
use engine::store::keys::KeyKind;
use engine::store::list::Page;
use engine::views::{self, Keeper, NewView};

use crate::support::orders::plain;
use crate::support::{Harness, on_every_database, session};

fn everything(text: &str) -> Page {
    let text = text.to_owned();
    let filter = Filter {
        text,
        ..Filter::default()
    };
    Page {
        filter,
        sort: Sort::default(),
        after: None,
        limit: 50,
    }
}

/// The numbers that someone's list shows.
async fn listed(harness: &Harness, session: &Session, text: &str) -> Vec<String> {
    let permit = session.permit().unwrap();
    let rows = page(&harness.desk, &permit, &everything(text))
        .await
        .unwrap();
    rows.into_iter()
        .filter_map(|row| row.summary.number)
        .collect()
}

async fn count_of_all(harness: &Harness, session: &Session) -> u64 {
    let permit = session.permit().unwrap();
    let views = views::views(&harness.desk, &permit).await.unwrap();
    let all = views.iter().find(|(view, _)| view.name == "all");
    all.unwrap().1
}

async fn take_as(harness: &Harness, session: &Session, number: &str) -> Order {
    let permit = session.permit().unwrap();
    take(&harness.desk, &permit, plain(number), None)
        .await
        .unwrap()
}

fn everyone(organization_id: &OrganizationId, mode: Mode) -> Session {
    let organization_id = organization_id.clone();
    let scope = Scope {
        organization_id,
        mode,
    };
    session(scope, ActorKind::Person, &Permission::ALL)
}

/// `outsider` sees nothing of an order of `insider`, and cannot touch it.
async fn assert_hidden(harness: &Harness, order: &Order, outsider: &Session) {
    let (desk, permit) = (&harness.desk, outsider.permit().unwrap());
    let failure = harness.failure(load(desk, &permit, &order.id)).await;
    assert!(matches!(failure, Failure::NotFound(_)));
    let number = order.number.clone().unwrap();
    let found = find(desk, &permit, KeyKind::Number, &number).await.unwrap();
    assert!(!found.contains(&order.id));
    let (scope, tag) = (&outsider.scope, "x".to_owned());
    let by_desk_number =
        desk.store()
            .find_desk_number(&scope.organization_id, scope.mode, order.desk_number);
    assert_ne!(by_desk_number.await.unwrap(), Some(order.id.clone()));
    let (permit, terms) = (outsider.permit::<EditOrders>().unwrap(), Terms::default());
    let command = Command::Tag { tag };
    let edit = correct(desk, &permit, &order.id, command, &terms);
    assert!(matches!(harness.failure(edit).await, Failure::NotFound(_)));
    let fact = domain::command::Fact::Fraud(domain::order::FraudReview::Declined);
    let told = record_fact(desk, scope, &order.id, ActorKind::Desk, &fact);
    assert!(matches!(harness.failure(told).await, Failure::NotFound(_)));
}

#[tokio::test(flavor = "multi_thread")]
async fn o5_live_and_test_orders_never_mix() {
    on_every_database(async |harness| {
        let live = everyone(&harness.organization, Mode::Live);
        let test = everyone(&harness.organization, Mode::Test);
        // The same number is free in the other mode.
        let (real, trial) = (
            take_as(harness, &live, "A-1").await,
            take_as(harness, &test, "A-1").await,
        );
        take_as(harness, &test, "A-2").await;
        assert_hidden(harness, &real, &test).await;
        assert_hidden(harness, &trial, &live).await;
        assert_eq!(listed(harness, &live, "").await, ["A-1"]);
        assert_eq!(listed(harness, &test, "").await, ["A-2", "A-1"]);
        assert_eq!(listed(harness, &live, "hana").await, ["A-1"]);
        assert_eq!(listed(harness, &test, "hana").await, ["A-2", "A-1"]);
        assert_eq!(count_of_all(harness, &live).await, 1);
        assert_eq!(count_of_all(harness, &test).await, 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn o5_the_same_key_in_the_other_mode_is_another_key() {
    on_every_database(async |harness| {
        let idempotency = Idempotency {
            key: "k1".to_owned(),
            fingerprint: fingerprint("take A-1"),
        };
        let mut taken = Vec::new();
        for mode in [Mode::Live, Mode::Test] {
            let session = everyone(&harness.organization, mode);
            let permit = session.permit().unwrap();
            for _ in 0..2 {
                let order = take(&harness.desk, &permit, plain("A-1"), Some(&idempotency)).await;
                taken.push(order.unwrap());
            }
        }
        assert_eq!(taken[0], taken[1]);
        assert_eq!(taken[2], taken[3]);
        assert_eq!([taken[0].mode, taken[2].mode], [Mode::Live, Mode::Test]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_organization_sees_nothing() {
    on_every_database(async |harness| {
        let second = create(&harness.desk, "Second", Settings::default())
            .await
            .unwrap();
        let mine = everyone(&harness.organization, Mode::Live);
        let theirs = everyone(&second, Mode::Live);
        let order = take_as(harness, &mine, "A-1").await;
        take_as(harness, &mine, "A-2").await;
        assert_hidden(harness, &order, &theirs).await;
        assert_eq!(listed(harness, &theirs, "").await, [""; 0]);
        assert_eq!(listed(harness, &theirs, "hana").await, [""; 0]);
        let other = take_as(harness, &theirs, "A-1").await;
        assert_eq!(
            other.desk_number, order.desk_number,
            "each counts from the beginning"
        );
        assert_eq!(listed(harness, &theirs, "hana").await, ["A-1"]);
        assert_eq!(listed(harness, &mine, "hana").await, ["A-2", "A-1"]);
        assert_eq!(count_of_all(harness, &mine).await, 2);
        assert_eq!(count_of_all(harness, &theirs).await, 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_of_one_organization_is_free_in_another() {
    on_every_database(async |harness| {
        let second = create(&harness.desk, "Second", Settings::default())
            .await
            .unwrap();
        let key = |request: &str| Idempotency {
            key: "k1".to_owned(),
            fingerprint: fingerprint(request),
        };
        for (organization, request) in [(&harness.organization, "one"), (&second, "two")] {
            let session = everyone(organization, Mode::Live);
            let permit = session.permit().unwrap();
            let order = take(&harness.desk, &permit, plain("A-1"), Some(&key(request))).await;
            assert_eq!(order.unwrap().organization_id, *organization);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_seen_and_removed_by_its_own_people_only() {
    on_every_database(async |harness| {
        let second = create(&harness.desk, "Second", Settings::default())
            .await
            .unwrap();
        let mine = everyone(&harness.organization, Mode::Live);
        let theirs = everyone(&second, Mode::Live);
        let new = NewView {
            name: "Ours".to_owned(),
            filter: Filter::default(),
            sort: Sort::default(),
        };
        let keeper = |session| Keeper::Organization(Session::permit(session).unwrap());
        let (desk, mine_to_keep) = (&harness.desk, keeper(&mine));
        let view = views::save(desk, &mine_to_keep, new).await.unwrap();
        let names = async |session: &Session| {
            let seen = views::views(desk, &session.permit().unwrap()).await;
            let seen = seen.unwrap().into_iter().map(|(view, _)| view.name);
            seen.collect::<Vec<_>>()
        };
        assert_eq!(names(&mine).await.last().unwrap(), "Ours");
        assert!(!names(&theirs).await.contains(&"Ours".to_owned()));
        let (other, id) = (keeper(&theirs), &view.id);
        assert!(!views::rename(desk, &other, id, "Theirs").await.unwrap());
        assert!(!views::delete(desk, &other, id).await.unwrap());
        let permit = theirs.permit().unwrap();
        assert_eq!(views::count(desk, &permit, id).await.unwrap(), None);
        assert_eq!(names(&mine).await.last().unwrap(), "Ours");
        assert!(views::delete(desk, &mine_to_keep, id).await.unwrap());
        assert!(!names(&mine).await.contains(&"Ours".to_owned()));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_of_a_far_future_stays_out_of_other_organizations_words() {
    on_every_database(async |harness| {
        let mut new = plain("A-1");
        new.placed_at = "2199-12-31T23:59:59Z".parse().unwrap();
        harness.take(new).await;
        assert_eq!(listed(harness, &harness.admin(), "hana").await, ["A-1"]);
        let mut new = plain("A-2");
        new.placed_at = "2200-01-01T00:00:00Z".parse().unwrap();
        let refusal = harness.refusal(harness.try_take(new)).await;
        assert_eq!(refusal.field(), Some("placed_at"));
    })
    .await;
}
