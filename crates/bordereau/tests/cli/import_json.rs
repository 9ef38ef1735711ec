//! Orders come in as JSON lines: amounts are exact however they are written, and a broken line is one rejected line.

use std::fmt::Write as _;

use crate::support::Desk;
use crate::support::orders::{documents, rejects};

/// An order in JSON whose one item costs this, written as it stands here.
fn order(number: &str, currency: &str, price: &str) -> String {
    format!(
        "{{\"number\": \"{number}\", \"placed_at\": \"2026-03-01T10:00:00Z\", \"currency\": \"{currency}\", \"rate\": 2.5, \
         \"items\": [{{\"name\": \"Cap\", \"quantity\": 1, \"unit_price\": {price}}}], \"ship_to\": {{\"country\": \"FR\"}}}}"
    )
}

#[test]
fn amounts_are_exact_as_numbers_and_as_text() {
    let desk = Desk::embedded();
    let cases = [
        ("EUR", "1234567.89", 123_456_789),
        ("EUR", "\"1234567.89\"", 123_456_789),
        ("KWD", "12.345", 12_345),
        ("KWD", "\"12.345\"", 12_345),
        ("JPY", "5.00", 5),
        ("EUR", "0.29", 29),
        ("EUR", "9007199254740.93", 900_719_925_474_093),
        ("EUR", "\" 1.10 \"", 110),
    ];
    let mut lines = String::new();
    for (index, (currency, price, _)) in cases.iter().enumerate() {
        writeln!(lines, "{}", order(&format!("N{index}"), currency, price)).unwrap();
    }
    let two = "{\"name\": \"a\", \"quantity\": 1, \"unit_price\": 0.1}, {\"name\": \"b\", \"quantity\": 1, \"unit_price\": 0.2}";
    let sum = order("SUM", "EUR", "0").replace(
        "[{\"name\": \"Cap\", \"quantity\": 1, \"unit_price\": 0}]",
        &format!("[{two}]"),
    );
    writeln!(lines, "{sum}").unwrap();
    let file = desk.with_shop().write("orders.jsonl", lines);
    assert_eq!(
        desk.import(&file).fine(),
        "9 orders read: 9 new, 0 known already, 0 rejected\n"
    );
    let orders = documents(&desk.export("jsonl", &[]));
    let totals: Vec<i64> = orders
        .iter()
        .map(|order| order.amounts.total_minor())
        .collect();
    let mut expected: Vec<i64> = cases.iter().map(|(_, _, minor)| *minor).collect();
    expected.push(30);
    assert_eq!(totals, expected);
    let file = desk.file("orders.jsonl");
    assert_eq!(
        desk.import(&file).fine(),
        "9 orders read: 0 new, 9 known already, 0 rejected\n"
    );
    desk.is_well();
}

#[test]
fn a_broken_line_is_one_rejected_line() {
    let desk = Desk::embedded();
    let huge =
        order("HUGE", "EUR", "1").replace("\"Cap\"", &format!("\"{}\"", "x".repeat(5 << 20)));
    let lines = [
        format!("\u{feff}{}", order("G1", "EUR", "1")),
        String::new(),
        order("B1", "EUR", "1e2"),
        order("B2", "EUR", "true"),
        order("B3", "EUR", "-1"),
        order("B4", "EUR", "1").replace("\"rate\"", "\"rat\""),
        "{\"number\": \"B5\", ".to_owned(),
        huge,
        order("B6", "EUR", "1").replace("\"country\": \"FR\"", "\"country\": \"FRA\""),
        order("B7", "EUR", "1").replace("\"quantity\": 1", "\"quantity\": 1.5"),
        "[1, 2]".to_owned(),
        order("G2", "EUR", "1"),
    ];
    let file = desk.with_shop().write("orders.jsonl", lines.join("\n"));
    let said = desk.import(&file).needs_a_look();
    assert!(
        said.starts_with("11 orders read: 2 new, 0 known already, 9 rejected\n"),
        "{said}"
    );
    let told = rejects(&desk.file("orders.jsonl.rejects.csv"));
    let places: Vec<_> = told
        .iter()
        .map(|(line, number, field, _)| (*line, number.as_str(), field.as_str()))
        .collect();
    let expected = [
        (3, "B1", "items[0].unit_price"),
        (4, "B2", "items[0].unit_price"),
        (5, "B3", "items[0].unit_price"),
        (6, "", "line"),
        (7, "", "line"),
        (8, "", "line"),
        (9, "B6", "ship_to.country"),
        (10, "", "line"),
        (11, "", "line"),
    ];
    assert_eq!(places, expected);
    assert!(told[3].3.contains("unknown field `rat`"), "{:?}", told[3]);
    assert_eq!(
        told[5].3,
        "line is longer than 4194304 characters; shorten it"
    );
    assert_eq!(documents(&desk.export("jsonl", &[])).len(), 2);
    desk.is_well();
}

#[test]
fn a_past_is_taken_in_with_the_order() {
    let desk = Desk::embedded();
    let with = |number: &str, more: &str| {
        order(number, "EUR", "20").replacen('{', &format!("{{{more}, "), 1)
    };
    let payment = "\"source\": \"checkout\", \"payment\": {\"provider\": \"sandbox\", \"reference\": \"ch_9\"}";
    let lines = [
        with("P1", payment),
        with(
            "P2",
            "\"state\": \"shipped\", \"tracking_numbers\": [\"LX1\", \"LX2\"]",
        ),
        with(
            "P3",
            "\"state\": \"canceled\", \"notes\": [\"Out of stock.\"]",
        ),
        with(
            "P4",
            "\"state\": \"canceled\", \"tracking_numbers\": [\"LX1\"]",
        ),
        with(
            "P5",
            "\"source\": \"duty_and_tax\", \"payment\": {\"provider\": \"sandbox\", \"reference\": \"ch_8\"}",
        ),
        with("P6", "\"total\": \"19.50\", \"duties\": 1.25"),
        with("P7", "\"total\": \"-1\""),
    ];
    let file = desk.with_shop().write("orders.jsonl", lines.join("\n"));
    let said = desk.import(&file).needs_a_look();
    assert!(
        said.starts_with("7 orders read: 4 new, 0 known already, 3 rejected\n"),
        "{said}"
    );
    let told = rejects(&desk.file("orders.jsonl.rejects.csv"));
    let fields: Vec<_> = told
        .iter()
        .map(|(_, number, field, _)| (number.as_str(), field.as_str()))
        .collect();
    assert_eq!(
        fields,
        [("P4", "state"), ("P5", "payment"), ("P7", "total")]
    );
    let orders = documents(&desk.export("jsonl", &[]));
    let captured: Vec<i64> = orders.iter().map(|order| order.captured_minor()).collect();
    assert_eq!(captured, [2_000, 0, 0, 0]);
    let status: Vec<String> = orders
        .iter()
        .map(|order| format!("{:?}", order.status))
        .collect();
    assert_eq!(status, ["Open", "Completed", "Canceled", "Open"]);
    assert_eq!(orders[3].amounts.variance_minor, -175);
    assert_eq!(orders[2].notes[0].text, "Out of stock.");
    // What has happened already is not asked of the outside again.
    assert_eq!(desk.number("select count(*) from jobs"), 0);
    desk.is_well();
}

#[test]
fn what_is_there_twice_is_found_while_other_batches_are_on_their_way() {
    let desk = Desk::embedded();
    let mut lines = String::new();
    for index in 0..4_500 {
        // Every thousand orders is a batch: the first order and its number come again in each of those behind it.
        let (number, price) = match index {
            1_500 | 2_500 | 3_500 | 4_400 => ("N0".to_owned(), "2"),
            1_600 | 2_600 | 3_600 | 4_450 => ("N0".to_owned(), "1"),
            _ => (format!("N{index}"), "1"),
        };
        writeln!(lines, "{}", order(&number, "EUR", price)).unwrap();
    }
    let file = desk.with_shop().write("orders.jsonl", lines);
    let said = desk.import(&file).needs_a_look();
    assert!(
        said.starts_with("4500 orders read: 4492 new, 4 known already, 4 rejected\n"),
        "{said}"
    );
    let rejects = rejects(&desk.file("orders.jsonl.rejects.csv"));
    let told: Vec<u64> = rejects.iter().map(|(line, ..)| *line).collect();
    assert_eq!(told, [1_501, 2_501, 3_501, 4_401]);
    assert_eq!(documents(&desk.export("jsonl", &[])).len(), 4_492);
    desk.is_well();
}
