//! Orders go out: filtered, as rows that read back, and as whole documents.

use crate::support::orders::{csv_of, documents, plain, rows_of};
use crate::support::{Desk, on_every_database, text};

/// The columns of the export, whose order is a promise.
const COLUMNS: &str = "desk_number,order_number,placed_at,customer,status,payment,disputed,fulfilment,fraud_protection,\
guarantee,source,destination,attention,currency,total,base_currency,total_base,tags,id,updated_at\n";

const ORDERS: &str = r#"{"number": "E1", "placed_at": "2026-03-01", "currency": "KWD", "rate": "3.25", "items": [{"name": "Cap", "quantity": 3, "unit_price": "1.005", "sku": "CAP-1"}], "ship_to": {"country": "KW", "first_name": "=HYPERLINK(\"x\")", "city": "Al Jahra"}, "tags": ["gift", "vip"]}
{"number": "+49", "placed_at": "2026-03-02T10:30:00Z", "currency": "USD", "items": [{"name": "Hat", "quantity": 1, "unit_price": 7}], "ship_to": {"country": "DE", "company": "Müller, \"Söhne\"\n& Co", "city": "Köln"}, "state": "canceled"}
{"number": "@sum", "placed_at": "2026-03-03", "currency": "JPY", "rate": 0.0066, "items": [{"name": "Tee", "quantity": 1, "unit_price": 1200}], "ship_to": {"country": "FR", "first_name": "Zoé", "last_name": "Lefèvre", "city": "Saint-Étienne"}, "state": "shipped"}
"#;

fn numbers(desk: &Desk, filters: &[&str]) -> Vec<String> {
    let rows = rows_of(&desk.export("csv", filters));
    rows.iter().map(|row| row["order_number"].clone()).collect()
}

#[test]
fn filters_keep_what_they_say() {
    on_every_database(|desk| {
        let file = desk.with_shop().write("orders.jsonl", ORDERS);
        desk.import(&file).fine();
        let cases: [(&[&str], &[&str]); 10] = [
            (&[], &["E1", "+49", "'@sum"]),
            (&["--status", "canceled"], &["+49"]),
            (
                &["--status", "Canceled", "--status", "completed"],
                &["+49", "'@sum"],
            ),
            (
                &["--destination", "fr", "--destination", "KW"],
                &["E1", "'@sum"],
            ),
            (&["--search", "lefevre"], &["'@sum"]),
            (&["--search", "SAINT ÉTIENNE"], &["'@sum"]),
            (&["--search", "koln"], &["+49"]),
            (&["--search", "cap-1"], &["E1"]),
            (&["--search", "nobody"], &[]),
            (&["--attention"], &[]),
        ];
        for (filters, expected) in cases {
            assert_eq!(numbers(desk, filters), expected, "{filters:?}");
        }
    });
}

#[test]
fn rows_read_back_and_no_spreadsheet_runs_them() {
    let desk = Desk::embedded();
    let file = desk.with_shop().write("orders.jsonl", ORDERS);
    desk.import(&file).fine();
    let text = desk.export("csv", &[]);
    assert!(text.starts_with(COLUMNS), "{text}");
    let rows = rows_of(&text);
    let seen =
        |column: &str| -> Vec<&str> { rows.iter().map(|row| row[column].as_str()).collect() };
    assert_eq!(
        seen("customer"),
        [
            "'=HYPERLINK(\"x\")",
            "Müller, \"Söhne\"\n& Co",
            "Zoé Lefèvre"
        ]
    );
    assert_eq!(seen("total"), ["3.015", "7.00", "1200"]);
    assert_eq!(seen("total_base"), ["9.80", "7.00", "7.92"]);
    assert_eq!(seen("desk_number"), ["10001", "10002", "10003"]);
    assert_eq!(
        seen("placed_at"),
        [
            "2026-03-01T00:00:00Z",
            "2026-03-02T10:30:00Z",
            "2026-03-03T00:00:00Z"
        ]
    );
    assert_eq!(seen("tags"), ["gift;vip", "", ""]);
    // To standard output it is the same, and what it says of itself does not mix in.
    let ran = desk.run("export", &["-", "--format", "csv"]);
    assert_eq!(
        (ran.code, ran.out, ran.err),
        (0, text, "3 orders written\n".to_owned())
    );
}

#[test]
fn documents_are_whole_orders() {
    let desk = Desk::embedded();
    let file = desk.with_shop().write("orders.jsonl", ORDERS);
    desk.import(&file).fine();
    let orders = documents(&desk.export("jsonl", &[]));
    let totals: Vec<i64> = orders
        .iter()
        .map(|order| order.amounts.total_minor())
        .collect();
    assert_eq!(totals, [3_015, 700, 1_200]);
    assert_eq!(orders[2].ship_to.city, "Saint-Étienne");
}

#[test]
fn a_demo_exports_what_needs_attention() {
    let desk = Desk::embedded();
    desk.demo(&["--orders", "200"]).stop();
    let all = rows_of(&desk.export("csv", &[]));
    let kept = rows_of(&desk.export("csv", &["--attention"]));
    let needs: Vec<_> = all
        .into_iter()
        .filter(|row| row["attention"] != "0")
        .collect();
    assert!(!needs.is_empty());
    assert_eq!(kept, needs);
}

#[test]
fn an_empty_desk_is_a_header() {
    let desk = Desk::embedded();
    desk.with_shop();
    assert_eq!(desk.export("csv", &[]), COLUMNS);
    assert_eq!(desk.export("jsonl", &[]), "");
    let file = desk.write("orders.csv", csv_of(&[&plain("X1")]));
    desk.run("import", &["--test", text(&file)]).fine();
    assert_eq!(desk.export("csv", &[]), COLUMNS);
}
