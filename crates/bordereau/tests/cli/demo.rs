//! The demo: the same for the same seed, whole or told to be unfinished, and unharmed by whatever ends it.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt as _;

use bordereau::demo::{DemoFile, DemoSize, make};
use domain::money::Currency;
use engine::store::Store;

use crate::support::orders::{documents, rows_of};
use crate::support::{Desk, on_every_database, waited};

/// Every status that the specification names.
const STATUSES: [&str; 9] = [
    "canceled",
    "completed",
    "fraud_hold",
    "hold",
    "in_transit_to_consolidation_center",
    "open",
    "partially_shipped",
    "payment_failed",
    "payment_pending",
];

/// A demo as it is made, before a worker has touched it.
fn made(orders: u64, seed: u64) -> Desk {
    let desk = Desk::embedded();
    waited(async {
        let store = Store::open_embedded(&desk.data()).await.unwrap();
        store.migrate().await.unwrap();
        make(
            &store,
            "http://localhost",
            DemoSize { orders, seed },
            &mut |_| {},
        )
        .await
        .unwrap();
        store.close().await;
    });
    desk
}

fn all(desk: &Desk) -> [String; 4] {
    [
        ("jsonl", &[][..]),
        ("csv", &[]),
        ("jsonl", &["--test"]),
        ("csv", &["--test"]),
    ]
    .map(|(ending, filters)| desk.export(ending, filters))
}

#[test]
fn the_same_seed_makes_the_same_orders_to_the_byte() {
    let (one, two, other) = (made(300, 7), made(300, 7), made(300, 8));
    let (one, two, other) = (all(&one), all(&two), all(&other));
    assert_eq!(one, two);
    for (mine, others) in one.iter().zip(&other) {
        assert_ne!(mine, others);
    }
}

fn demo_file(desk: &Desk) -> DemoFile {
    let text = std::fs::read_to_string(desk.data().join("demo.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn a_large_demo_shows_every_status_and_kind_of_currency() {
    let desk = Desk::embedded();
    let server = desk.demo(&["--orders", "3000", "--seed", "3"]);
    assert_eq!(
        server.get("/healthz"),
        ("HTTP/1.0 200 OK".to_owned(), "ok\n".to_owned())
    );
    let path = desk.data().join("demo.json");
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    has_the_promised_shape(&std::fs::read_to_string(&path).unwrap(), &server.address);
    assert_eq!(server.stop(), Some(0));

    let (live, test) = (
        rows_of(&desk.export("csv", &[])),
        rows_of(&desk.export("csv", &["--test"])),
    );
    assert_eq!((live.len(), test.len()), (2_900, 100));
    let seen =
        |column: &str| -> BTreeSet<&str> { live.iter().map(|row| row[column].as_str()).collect() };
    let statuses: BTreeSet<String> = seen("status")
        .iter()
        .map(|status| status.to_lowercase())
        .collect();
    assert_eq!(
        statuses.iter().map(String::as_str).collect::<Vec<_>>(),
        STATUSES
    );
    let decimals = |code: &&str| Currency::parse(code).unwrap().exponent();
    assert_eq!(
        seen("currency")
            .iter()
            .map(decimals)
            .collect::<BTreeSet<_>>(),
        BTreeSet::from([0, 2, 3])
    );
    assert!(seen("destination").len() >= 10, "{:?}", seen("destination"));
    assert_eq!(seen("source").len(), 3);
    desk.is_well();
}

fn has_the_promised_shape(text: &str, address: &str) {
    let file: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(file["url"], format!("http://{address}"));
    let names = |value: &serde_json::Value| -> Vec<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(names(&file), ["credentials", "people", "url"]);
    assert_eq!(names(&file["people"]), ["admin", "member", "support"]);
    for person in ["admin", "member", "support"] {
        assert_eq!(names(&file["people"][person]), ["email", "password"]);
    }
    let key = |mode: &str| file["credentials"][mode].as_str().unwrap().to_owned();
    assert!(
        key("live").starts_with("credential_live_") && key("test").starts_with("credential_test_")
    );
}

#[test]
fn a_demo_that_is_started_again_is_the_same_demo() {
    on_every_database(|desk| {
        let server = desk.demo(&["--orders", "120"]);
        desk.wait_for("select count(*) from jobs", |left| left == 0);
        assert_eq!(server.stop(), Some(0));
        let (file, orders) = (demo_file(desk), desk.export("jsonl", &[]));
        assert_eq!(orders.lines().count(), 116);

        let server = desk.demo(&["--orders", "500", "--seed", "9"]);
        let again = demo_file(desk);
        assert_eq!(again.url, format!("http://{}", server.address));
        assert_eq!(
            (again.people, again.credentials),
            (file.people, file.credentials)
        );
        assert_eq!(server.stop(), Some(0));
        assert_eq!(desk.export("jsonl", &[]), orders);
        desk.is_well();
    });
}

#[test]
fn an_unfinished_demo_says_so_and_what_to_do() {
    let desk = Desk::embedded();
    let mut making = desk.begin_demo(&["--orders", "200000"]);
    desk.wait_for("select count(*) from orders", |orders| orders > 0);
    making.kill().unwrap();
    making.wait().unwrap();
    assert!(!desk.data().join("demo.json").exists());

    let complaint = desk.run("demo", &["--listen", "127.0.0.1:0"]).refused();
    let folder = desk.data().display().to_string();
    assert_eq!(
        complaint,
        format!(
            "error: the demo in {folder} was stopped before it was finished; remove that folder and run the same command again\n"
        )
    );
    // What was written until then is whole.
    desk.is_well();

    std::fs::remove_dir_all(desk.data()).unwrap();
    assert_eq!(desk.demo(&["--orders", "30"]).stop(), Some(0));
    assert_eq!(desk.export("jsonl", &[]).lines().count(), 29);
}

#[test]
fn a_desk_of_ones_own_is_never_made_a_demo() {
    let desk = Desk::embedded();
    let complaint = desk
        .with_shop()
        .run("demo", &["--listen", "127.0.0.1:0"])
        .refused();
    assert!(
        complaint
            .ends_with("holds a desk that is no demo; use `bordereau serve`, or another --data\n"),
        "{complaint}"
    );
    assert!(!desk.data().join("demo.json").exists());
    assert_eq!(desk.number("select count(*) from organizations"), 1);
}

#[test]
fn refunds_that_wait_are_paid_once_however_often_the_desk_is_killed() {
    let desk = Desk::embedded();
    desk.demo(&["--orders", "900", "--seed", "5"]).kill();
    for _ in 0..3 {
        desk.serve().kill();
        // What is to be asked again later is asked now.
        desk.tamper("update jobs set due_at_us = 0");
    }
    let server = desk.serve();
    desk.wait_for("select count(*) from jobs", |left| left == 0);
    assert_eq!(server.stop(), Some(0));
    desk.is_well();

    let mut said: BTreeMap<String, usize> = BTreeMap::new();
    let books = std::fs::read_to_string(desk.data().join("sandbox/payments.jsonl")).unwrap();
    for line in books.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        *said
            .entry(key_of(&entry).expect("a refund has a key"))
            .or_default() += 1;
    }
    assert!(
        !said.is_empty() && said.values().all(|times| *times == 1),
        "{said:?}"
    );
    let mut orders = documents(&desk.export("jsonl", &[]));
    orders.extend(documents(&desk.export("jsonl", &["--test"])));
    let refunds = orders
        .iter()
        .flat_map(|order| order.refunds.iter().map(move |refund| (refund, order)));
    let paid = refunds.filter(|(refund, _)| said.contains_key(&refund.idempotency_key()));
    let settled: Vec<String> = paid
        .map(|(refund, _)| format!("{:?}", refund.state))
        .collect();
    assert_eq!(settled.len(), said.len(), "{settled:?}");
    assert!(
        !settled
            .iter()
            .any(|state| state == "Requested" || state == "Sent"),
        "{settled:?}"
    );
}

/// The idempotency key of a line of the books, wherever in it that stands.
fn key_of(entry: &serde_json::Value) -> Option<String> {
    let fields = entry.as_object()?;
    let key = fields
        .get("key")
        .and_then(serde_json::Value::as_str)
        .map(str::to_owned);
    key.or_else(|| fields.values().find_map(key_of))
}
