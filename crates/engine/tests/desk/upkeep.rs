//! Opening, migrating, backing up, and the check of what is stored.

use domain::apply::replay;
use domain::command::Command;
use domain::ids::NoteId;
use domain::order::Order;
use engine::desk::{Clock, Desk, Ids};
use engine::store::{Dialect, Store, StoreError};

use crate::support::orders::plain;
use crate::support::random::Random;
use crate::support::{Harness, check, on_every_database, on_postgres, on_sqlite};

#[tokio::test(flavor = "multi_thread")]
async fn migrating_again_changes_nothing() {
    on_every_database(async |harness| {
        let mut random = Random::seeded(61);
        random.orders(harness, "A", 20).await;
        let store = harness.desk.store();
        let (before, orders) = (harness.traces().await, all(harness).await);
        assert_eq!(store.pending_migrations().await.unwrap(), 0);
        let first = store.migrate().await.unwrap();
        assert_eq!(store.migrate().await.unwrap(), first);
        assert_eq!(
            (harness.traces().await, all(harness).await),
            (before, orders)
        );
    })
    .await;
}

async fn all(harness: &Harness) -> Vec<Order> {
    check::orders(harness, &harness.organization).await
}

#[tokio::test(flavor = "multi_thread")]
async fn several_processes_may_migrate_at_once_and_open_a_filled_desk() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        let again = Store::open(&harness.url).await.unwrap();
        let (one, two) = tokio::join!(again.migrate(), harness.desk.store().migrate());
        assert_eq!(one.unwrap(), two.unwrap());
        let (organization, mode) = (&harness.organization, order.mode);
        let read = again.load(organization, mode, &order.id).await.unwrap();
        assert_eq!(read, Some(order));
        again.close().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tags_that_were_there_before_the_migration_hold_what_new_ones_hold() {
    on_every_database(async |harness| {
        Random::seeded(62).orders(harness, "A", 40).await;
        let columns = ["customer_sort", "destination", "total_base_minor"];
        let rows = format!(
            "select organization_id, mode, tag, facets, position, {} from order_tags",
            columns.join(", ")
        );
        let raw = harness.raw();
        let copy = sqlx::AssertSqlSafe(format!("create table tags_before as {rows}"));
        sqlx::query(copy).execute(raw).await.unwrap();
        for undone in [
            "drop index order_tags_placed",
            "drop index order_tags_total",
            "drop index order_tags_customer",
            "alter table order_tags drop column customer_sort",
            "alter table order_tags drop column destination",
            "alter table order_tags drop column total_base_minor",
            "delete from _sqlx_migrations where version = 11",
        ] {
            sqlx::query(undone).execute(raw).await.unwrap();
        }
        let again = Store::open(&harness.url).await.unwrap();
        again.migrate().await.unwrap();
        again.close().await;
        assert!(check::count(raw, "tags_before").await > 20);
        let missing =
            format!("select count(*) from (select * from tags_before except {rows}) as missing");
        assert_eq!(check::number(raw, &missing).await, 0);
        sqlx::query("drop table tags_before")
            .execute(raw)
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_desk_that_was_closed_goes_on_where_it_was() {
    on_every_database(async |harness| {
        let first = harness.take(plain("A-1")).await;
        let store = Store::open(&harness.url).await.unwrap();
        let clock = Clock::set_to(harness.desk.now());
        let desk = Desk::new(store, clock, Ids::seeded(8));
        let session = harness.admin();
        let permit = session.permit().unwrap();
        let next = engine::orders::take(&desk, &permit, plain("A-2"), None)
            .await
            .unwrap();
        assert!(
            next.desk_number > first.desk_number,
            "numbers grow, with gaps"
        );
        desk.store().close().await;
        assert_eq!(harness.load(&next.id).await, next);
    })
    .await;
}

/// The orders of a copy, each checked against its events.
async fn replayed(store: &Store, harness: &Harness) -> Vec<Order> {
    let mut orders = Vec::new();
    for stored in store
        .stored(&harness.organization, "", 10_000)
        .await
        .unwrap()
    {
        let order: Order = serde_json::from_str(&stored.document).unwrap();
        assert_eq!(replay(&stored.events.unwrap()).unwrap(), order);
        orders.push(order);
    }
    orders
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_running_desk_is_whole() {
    on_sqlite(async |harness| {
        let mut random = Random::seeded(62);
        let ids = random.orders(harness, "A", 30).await;
        let folder = tempfile::tempdir().unwrap();
        let copy = Store::embedded_file(&folder.path().join("copy"));
        std::fs::create_dir(folder.path().join("copy")).unwrap();
        let (done, mut is_done) = tokio::sync::watch::channel(false);
        let writing = async {
            let mut written = 0;
            while !*is_done.borrow_and_update() {
                let note = NoteId(format!("{}{written}", NoteId::PREFIX));
                let text = "while the copy is made".to_owned();
                let id = &ids[written % ids.len()];
                harness
                    .command(id, Command::AddNote { note, text })
                    .await
                    .unwrap();
                harness.take(plain(&format!("B-{written}"))).await;
                written += 1;
            }
            written
        };
        let copying = async {
            harness.desk.store().backup(&copy).await.unwrap();
            done.send(true).unwrap();
        };
        let (written, ()) = tokio::join!(writing, copying);
        assert!(written > 0);
        let store = Store::open_embedded(&folder.path().join("copy"))
            .await
            .unwrap();
        assert_eq!(store.check_file().await.unwrap(), [""; 0]);
        assert_eq!(store.pending_migrations().await.unwrap(), 0);
        let orders = replayed(&store, harness).await;
        assert!((30..=30 + written).contains(&orders.len()));
        store.close().await;
        // A second copy to the same place would replace the first.
        let before = std::fs::read(&copy).unwrap();
        let again = harness.desk.store().backup(&copy).await.unwrap_err();
        assert!(
            matches!(&again, StoreError::Setup(why) if why.contains("is there already")),
            "{again}"
        );
        assert_eq!(std::fs::read(&copy).unwrap(), before);
        assert_eq!(harness.desk.store().check_file().await.unwrap(), [""; 0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_of_a_server_is_the_servers_affair() {
    on_postgres(async |harness| {
        let folder = tempfile::tempdir().unwrap();
        let refused = harness
            .desk
            .store()
            .backup(&folder.path().join("copy"))
            .await;
        assert!(matches!(&refused, Err(StoreError::Setup(why)) if why.contains("pg_dump")));
        assert_eq!(harness.desk.store().check_file().await.unwrap(), [""; 0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_embedded_desk_is_durable_and_keeps_its_promises_between_tables() {
    on_sqlite(async |harness| {
        assert_eq!(harness.desk.store().dialect(), Dialect::Sqlite);
        let mode = sqlx::query("pragma journal_mode")
            .fetch_one(harness.raw())
            .await
            .unwrap();
        let mode: String = sqlx::Row::try_get(&mode, 0).unwrap();
        assert_eq!(mode, "wal");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_another_database_is_refused_with_what_to_use() {
    let refused = Store::open("mysql://localhost/desk").await.unwrap_err();
    assert!(!refused.is_transient());
    assert_eq!(
        refused.to_string(),
        "database_url begins with \"mysql:\"; use sqlite:// or postgres://"
    );
}
