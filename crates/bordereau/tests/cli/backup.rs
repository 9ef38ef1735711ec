//! A copy of an embedded desk is whole, whatever the desk does meanwhile.

use std::fmt::Write as _;

use crate::support::orders::{csv_of, plain};
use crate::support::{Desk, text};

/// The copy as a desk of its own.
fn restored(copy: &std::path::Path) -> Desk {
    let desk = Desk::embedded();
    std::fs::create_dir(desk.data()).unwrap();
    std::fs::copy(copy, desk.data().join("bordereau.db")).unwrap();
    desk
}

#[test]
fn a_desk_that_serves_and_takes_orders_in_is_copied_whole() {
    let desk = Desk::embedded();
    let mut rows = csv_of(&[]);
    for number in 0..6_000 {
        writeln!(rows, "{}", plain(&format!("B{number}"))).unwrap();
    }
    let file = desk.with_shop().write("orders.csv", rows);
    let server = desk.serve();
    let copies: Vec<_> = std::thread::scope(|scope| {
        let importing = scope.spawn(|| desk.import(&file).fine());
        desk.wait_for("select count(*) from orders", |orders| orders > 0);
        let copy = |number: usize| {
            let copy = desk.file(&format!("copy-{number}.db"));
            let said = desk.run("backup", &[text(&copy)]).fine();
            assert!(
                said.starts_with(&format!("{} holds the whole desk, ", copy.display())),
                "{said}"
            );
            copy
        };
        let copies = (0..2).map(copy).collect();
        assert_eq!(
            importing.join().unwrap(),
            "6000 orders read: 6000 new, 0 known already, 0 rejected\n"
        );
        copies
    });
    assert_eq!(server.stop(), Some(0));
    for copy in copies {
        let copied = restored(&copy);
        copied.is_well();
        let orders = copied.number("select count(*) from orders");
        assert!(
            orders > 0 && orders % 1_000 == 0,
            "{orders} orders are not whole batches"
        );
        // The copy goes on where it was cut off.
        let said = copied.import(&file).fine();
        let (new, known) = (6_000 - orders, orders);
        assert_eq!(
            said,
            format!("6000 orders read: {new} new, {known} known already, 0 rejected\n")
        );
    }
}

#[test]
fn a_copy_is_never_written_over_anything() {
    let desk = Desk::embedded();
    let there = desk.with_shop().write("copy.db", "mine");
    let complaint = desk.run("backup", &[text(&there)]).refused();
    assert_eq!(
        complaint,
        format!(
            "error: {} is there already; choose a new file\n",
            there.display()
        )
    );
    assert_eq!(std::fs::read_to_string(&there).unwrap(), "mine");
    let nowhere = desk.file("nowhere/copy.db");
    assert!(
        desk.run("backup", &[text(&nowhere)])
            .refused()
            .starts_with("error: ")
    );
}
