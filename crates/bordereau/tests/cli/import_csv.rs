//! Orders come in as CSV: good ones are kept, bad ones are told by line, field and remedy, twice is once.

use crate::support::orders::{csv_of, documents, plain, rejects, rows_of};
use crate::support::{Desk, on_every_database, text};

/// Orders that cannot be, each with the column and the words it is refused by.
const BAD: [(&str, &str, &str); 27] = [
    (
        "2026-03-01,JPY,0.0066,Cap,1,12.5,JP,,,,,,",
        "item_unit_price",
        "\"12.5\" has too many decimals; JPY has 0",
    ),
    (
        "2026-03-01,KWD,3.25,Cap,1,1.2345,KW,,,,,,",
        "item_unit_price",
        "\"1.2345\" has too many decimals; KWD has 3",
    ),
    (
        "2026-03-01,USD,,Cap,1,1.005,FR,,,,,,",
        "item_unit_price",
        "\"1.005\" has too many decimals; USD has 2",
    ),
    (
        "2026-03-01,USD,,Cap,1,1,FR,,0.001,,,,",
        "shipping",
        "\"0.001\" has too many decimals; USD has 2",
    ),
    (
        "2026-03-01,XXQ,1.1,Cap,1,1,FR,,,,,,",
        "currency",
        "\"XXQ\" is not an ISO 4217 currency code; use one such as EUR",
    ),
    ("2026-03-01,,,Cap,1,1,FR,,,,,,", "currency", "is missing"),
    ("2026-03-01,EUR,,Cap,1,1,FR,,,,,,", "rate", "is missing"),
    (
        "2026-03-01,EUR,0,Cap,1,1,FR,,,,,,",
        "rate",
        "must be greater than zero",
    ),
    (
        "2026-03-01,EUR,a lot,Cap,1,1,FR,,,,,,",
        "rate",
        "\"a lot\" is not how much USD one EUR is worth, such as 1.0842",
    ),
    (
        "2026-03-01,USD,,Cap,1,1,ZZ,,,,,,",
        "ship_to_country",
        "\"ZZ\" is not an ISO 3166-1 country code; use two letters such as FR",
    ),
    (
        "2026-03-01,USD,,Cap,1,1,,,,,,,",
        "ship_to_country",
        "is missing",
    ),
    (
        "2026-03-01,USD,,Cap,1,-5,FR,,,,,,",
        "item_unit_price",
        "must not be negative",
    ),
    (
        "2026-03-01,USD,,Cap,1,5,FR,,-1,,,,",
        "shipping",
        "must not be negative",
    ),
    (
        "2026-03-01,USD,,Cap,1,10000000000000.01,FR,,,,,,",
        "item_unit_price",
        "the amount is larger than the desk can keep",
    ),
    (
        "2026-03-01,USD,,Cap,1000000,9999999999999.99,FR,,,,,,",
        "items",
        "the amount is larger than the desk can keep",
    ),
    (
        "2026-03-01,USD,,Cap,1,1e3,FR,,,,,,",
        "item_unit_price",
        "\"1e3\" is not an amount; write digits with a point, such as 12.50",
    ),
    (
        "2026-03-01,USD,,Cap,1,1,FR,,\"1,50\",,,,",
        "shipping",
        "\"1,50\" is not an amount; write digits with a point, such as 12.50",
    ),
    (
        "2026-03-01,USD,,Cap,1,,FR,,,,,,",
        "item_unit_price",
        "is missing",
    ),
    ("2026-03-01,USD,,,1,1,FR,,,,,,", "item_name", "is missing"),
    (
        "2026-02-30,USD,,Cap,1,1,FR,,,,,,",
        "placed_at",
        "\"2026-02-30\" is not a date; write 2026-03-01 or 2026-03-01T12:30:00Z",
    ),
    (",USD,,Cap,1,1,FR,,,,,,", "placed_at", "is missing"),
    (
        "2199-01-01,USD,,Cap,1,1,FR,,,,,,",
        "placed_at",
        "\"2199-01-01T00:00:00Z\" is not a date that has come; an order was placed before it is imported",
    ),
    (
        "2026-03-01,USD,,Cap,1,1,FR,,,web,,,",
        "source",
        "\"web\" is not one of `checkout`, `duty_and_tax`, `api`",
    ),
    (
        "2026-03-01,USD,,Cap,0,1,FR,,,,,,",
        "item_quantity",
        "\"0\" is not between 1 and 1,000,000",
    ),
    (
        "2026-03-01,USD,,Cap,-1,1,FR,,,,,,",
        "item_quantity",
        "\"-1\" is not a whole number of zero or more",
    ),
    (
        "2026-03-01,USD,,Cap,1,1,FR,61A,,,,,",
        "item_hs_code",
        "\"61A\" is not an HS code of 4 to 12 digits",
    ),
    (
        "2026-03-01,USD,,Cap,1,1,FR",
        "line",
        "\"a row of 8 fields\" is not one of 14 fields, as the header has; quote what holds a comma",
    ),
];

#[test]
fn bad_rows_are_told_and_good_ones_are_kept() {
    on_every_database(|desk| {
        let bad: Vec<String> = (1..)
            .zip(BAD)
            .map(|(number, (row, ..))| format!("B{number},{row}"))
            .collect();
        let mut rows = vec![plain("G1")];
        rows.extend(bad);
        rows.push(plain("G2"));
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let file = desk.with_shop().write("orders.csv", csv_of(&rows));
        let said = desk.import(&file).needs_a_look();
        let told = desk.file("orders.csv.rejects.csv");
        assert_eq!(
            said,
            format!(
                "29 orders read: 2 new, 0 known already, 27 rejected\n\
                 {} says which and why; correct them in {} and import it again\n",
                text(&told),
                text(&file)
            )
        );
        let expected = (1..).zip(BAD).map(|(number, (_, field, words))| {
            (
                number + 2,
                format!("B{number}"),
                field.to_owned(),
                format!("{field} {words}"),
            )
        });
        assert_eq!(rejects(&told), expected.collect::<Vec<_>>());
        let numbers: Vec<_> = rows_of(&desk.export("csv", &[]))
            .iter()
            .map(|row| row["order_number"].clone())
            .collect();
        assert_eq!(numbers, ["G1", "G2"]);
        desk.is_well();
        says_the_same_again(desk, &file);
    });
}

/// The same file again: nothing is new, nothing changes, not even the number the next order gets.
fn says_the_same_again(desk: &Desk, file: &std::path::Path) {
    let next = || desk.number("select next_desk_number from organizations");
    let before = (desk.export("csv", &[]), desk.export("jsonl", &[]), next());
    let said = desk.import(file).needs_a_look();
    assert!(
        said.starts_with("29 orders read: 0 new, 2 known already, 27 rejected\n"),
        "{said}"
    );
    assert_eq!(
        (desk.export("csv", &[]), desk.export("jsonl", &[]), next()),
        before
    );
    desk.is_well();
}

#[test]
fn half_an_order_is_no_order() {
    let desk = Desk::embedded();
    let more = "2026-03-01,USD,,Bag,2,3.10,FR,,,,Paris,,";
    let rows = [
        format!("M1,{more}"),
        "M1,,,,Hat,1,x,,,,,,,".to_owned(),
        format!("M2,{more}"),
        "M2,,,,\u{1}?,1,1,,,,,,,".to_owned(),
        format!("M2,{more}"),
        format!("M3,{more}"),
        "M3,,,,Hat,1,1".to_owned(),
        format!("M4,{more}"),
        "M4,,EUR,,Hat,1,1,,,,,,,".to_owned(),
        format!("M5,{more}"),
        "M5,,,,Hat,1,1.05,,,,,,,".to_owned(),
        "M5,2026-03-01,USD,,Scarf,1,1,FR,,,,Paris,,".to_owned(),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    // One byte that is no UTF-8, in the second of M2's three rows.
    let bytes: Vec<u8> = csv_of(&rows)
        .bytes()
        .map(|byte| if byte == 1 { 0xff } else { byte })
        .collect();
    let file = desk.with_shop().write("orders.csv", bytes);
    let said = desk.import(&file).needs_a_look();
    assert!(
        said.starts_with("5 orders read: 1 new, 0 known already, 4 rejected\n"),
        "{said}"
    );
    let told = rejects(&desk.file("orders.csv.rejects.csv"));
    let row = |line, number: &str, field: &str, problem: &str| {
        (
            line,
            number.to_owned(),
            field.to_owned(),
            format!("{field} {problem}"),
        )
    };
    let expected = [
        row(
            3,
            "M1",
            "item_unit_price",
            "\"x\" is not an amount; write digits with a point, such as 12.50",
        ),
        row(
            5,
            "M2",
            "line",
            "\"this row\" is not UTF-8 text; save the file as UTF-8",
        ),
        row(
            8,
            "M3",
            "line",
            "\"a row of 7 fields\" is not one of 14 fields, as the header has; quote what holds a comma",
        ),
        row(
            10,
            "M4",
            "currency",
            "\"EUR\" is not \"USD\" as in the order's first row; repeat that, or leave it empty",
        ),
    ];
    assert_eq!(told, expected);
    let orders = documents(&desk.export("jsonl", &[]));
    assert_eq!(orders.len(), 1);
    let items: Vec<_> = orders[0]
        .items
        .iter()
        .map(|item| (item.name.as_str(), item.quantity, item.unit_price_minor))
        .collect();
    assert_eq!(items, [("Bag", 2, 310), ("Hat", 1, 105), ("Scarf", 1, 100)]);
    desk.is_well();
}

#[test]
fn a_number_or_a_payment_belongs_to_one_order() {
    on_every_database(|desk| {
        let other = |number: &str| plain(number).replace("12.50", "13.00");
        let paid =
            |number: &str| format!("{number},2026-03-01,USD,,Cap,1,9.99,FR,,,checkout,Paris,,ch_1");
        let rows = [
            plain("C1"),
            plain("C2"),
            other("C1"),
            paid("C3"),
            plain("C1"),
            paid("C4"),
        ];
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let file = desk.with_shop().write("orders.csv", csv_of(&rows));
        let said = desk.import(&file).needs_a_look();
        assert!(
            said.starts_with("6 orders read: 3 new, 1 known already, 2 rejected\n"),
            "{said}"
        );
        let told = rejects(&desk.file("orders.csv.rejects.csv"));
        let row = |line, number: &str, field: &str, problem: &str| {
            (
                line,
                number.to_owned(),
                field.to_owned(),
                problem.to_owned(),
            )
        };
        let expected = [
            row(
                4,
                "C1",
                "order_number",
                "order_number \"C1 (first on line 2)\" is there twice; keep one",
            ),
            row(
                7,
                "C4",
                "payment_reference",
                "payment_reference \"ch_1 (first on line 5)\" is there twice; keep one",
            ),
        ];
        assert_eq!(told, expected);

        let before = desk.export("jsonl", &[]);
        let rows = [other("C2"), paid("C5"), plain("C6")];
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let file = desk.write("later.csv", csv_of(&rows));
        let said = desk.import(&file).needs_a_look();
        assert!(
            said.starts_with("3 orders read: 1 new, 0 known already, 2 rejected\n"),
            "{said}"
        );
        let told = rejects(&desk.file("later.csv.rejects.csv"));
        assert_eq!(
            told[0],
            row(
                2,
                "C2",
                "order_number",
                "order number \"C2\" is taken by order #10002"
            )
        );
        let owner = documents(&before)
            .into_iter()
            .find(|order| order.number.as_deref() == Some("C3"))
            .unwrap();
        let problem = format!(
            "payment_reference \"ch_1 (of order {})\" is there twice; keep one",
            owner.id
        );
        assert_eq!(told[1], row(3, "C5", "payment_reference", &problem));
        assert!(desk.export("jsonl", &[]).starts_with(&before));
        desk.is_well();
    });
}
