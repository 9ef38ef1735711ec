//! Files as they really come: from spreadsheets, once more after a correction, as live and as test orders.

use crate::support::orders::{HEADER, csv_of, documents, plain, rejects};
use crate::support::{Desk, text};

#[test]
fn what_spreadsheets_add_to_a_file_is_read_over() {
    let desk = Desk::embedded();
    let rows = format!(
        "\u{feff}{HEADER}\r\n{}\r\n\r\n{}\r\n",
        plain("S1"),
        plain("S2").replace("Cap", "\"Cap, \"\"red\"\"\"")
    );
    let file = desk.with_shop().write("orders.csv", rows);
    assert_eq!(
        desk.import(&file).fine(),
        "2 orders read: 2 new, 0 known already, 0 rejected\n"
    );
    assert!(!desk.file("orders.csv.rejects.csv").exists());
    let orders = documents(&desk.export("jsonl", &[]));
    assert_eq!(orders[1].items[0].name, "Cap, \"red\"");
    // The same orders without what the spreadsheet added are the same orders, also from standard input.
    let rows = csv_of(&[
        &plain("S1"),
        &plain("S2").replace("Cap", "\"Cap, \"\"red\"\"\""),
    ]);
    let again = desk.run_with("import", &["-", "--format", "csv"], rows.as_bytes());
    assert_eq!(
        again.fine(),
        "2 orders read: 0 new, 2 known already, 0 rejected\n"
    );
}

#[test]
fn rejects_of_an_import_before_do_not_stay() {
    let desk = Desk::embedded();
    let file = desk.with_shop().write(
        "orders.csv",
        csv_of(&[&plain("S1").replace("12.50", "=1+1")]),
    );
    desk.import(&file).needs_a_look();
    let told = desk.file("orders.csv.rejects.csv");
    assert_eq!(rejects(&told).len(), 1);
    desk.write("orders.csv", csv_of(&[&plain("S1")]));
    assert_eq!(
        desk.import(&file).fine(),
        "1 orders read: 1 new, 0 known already, 0 rejected\n"
    );
    assert_eq!(rejects(&told), []);
    // A number that a spreadsheet would take for a formula is told as text.
    desk.write(
        "orders.csv",
        csv_of(&[&plain("=1+1").replace("12.50", "x")]),
    );
    desk.import(&file).needs_a_look();
    assert_eq!(rejects(&told)[0].1, "'=1+1");
}

#[test]
fn live_and_test_orders_do_not_know_each_other() {
    let desk = Desk::embedded();
    let file = desk
        .with_shop()
        .write("orders.csv", csv_of(&[&plain("L1")]));
    desk.import(&file).fine();
    let said = desk.run("import", &["--test", text(&file)]).fine();
    assert_eq!(said, "1 orders read: 1 new, 0 known already, 0 rejected\n");
    let live = documents(&desk.export("jsonl", &[]));
    let test = documents(&desk.export("jsonl", &["--test"]));
    assert_eq!((live.len(), test.len()), (1, 1));
    assert_ne!(live[0].id, test[0].id);
}
