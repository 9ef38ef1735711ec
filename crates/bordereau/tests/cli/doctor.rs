//! The doctor finds what was changed past the desk, says what to do, and changes nothing itself.

use crate::support::orders::{csv_of, documents, plain};
use crate::support::{Desk, on_every_database};

const PAST_THE_DESK: &str =
    "the row was changed past the desk: compare with a backup, and tell the makers if nobody did";

/// Three paid orders.
fn filled(desk: &Desk) -> &Desk {
    let row = |number: &str| {
        format!(
            "{}checkout,Paris,,ch_{number}",
            plain(number).replace(",Paris,,", "")
        )
    };
    let rows = ["D1", "D2", "D3"].map(row);
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let file = desk.with_shop().write("orders.csv", csv_of(&rows));
    desk.import(&file).fine();
    desk.is_well();
    desk
}

/// The doctor finds exactly this of the second order, and finds it again: it mends nothing.
fn finds(desk: &Desk, statement: &str, finding: &str, remedy: &str) {
    let id = documents(&desk.export("jsonl", &[]))[1].id.clone();
    assert_eq!(
        desk.tamper(&statement.replace("$id", id.as_str())),
        1,
        "{statement}"
    );
    let orders = || {
        desk.number(
            "select cast(sum(length(document) + version + total_minor) as bigint) from orders",
        )
    };
    let before = orders();
    for _ in 0..2 {
        let said = desk.run("doctor", &[]).needs_a_look();
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines.len(), 3, "{said}");
        assert!(
            lines[0].starts_with(&finding.replace("$id", id.as_str())),
            "{said}"
        );
        assert_eq!(lines[1].trim(), remedy);
        assert!(lines[2].ends_with(": 1 findings"), "{said}");
    }
    assert_eq!(orders(), before);
}

#[test]
fn a_document_that_was_changed_is_found() {
    on_every_database(|desk| {
        let statement = "update orders set document = replace(document, '\"quantity\":1', '\"quantity\":2') where id = '$id'";
        finds(
            filled(desk),
            statement,
            "order $id is not what its history makes",
            PAST_THE_DESK,
        );
    });
}

#[test]
fn an_event_that_was_changed_is_found() {
    on_every_database(|desk| {
        let statement = "update order_events set body = replace(body, 'Paris', 'Lyon') where order_id = '$id' and seq = 1";
        finds(
            filled(desk),
            statement,
            "order $id is not what its history makes",
            PAST_THE_DESK,
        );
    });
}

#[test]
fn an_event_that_is_gone_or_no_event_is_found() {
    let remedy =
        "was the desk run by a newer version before? run that one; else compare with a backup";
    let desk = Desk::embedded();
    let statement = "update order_events set body = '{}' where order_id = '$id' and seq = 1";
    finds(
        filled(&desk),
        statement,
        "order $id cannot be read: ",
        remedy,
    );
    let desk = Desk::embedded();
    let statement = "delete from order_events where order_id = '$id' and seq = 1";
    finds(
        filled(&desk),
        statement,
        "the history of order $id is broken: ",
        remedy,
    );
}

#[test]
fn a_column_that_says_something_else_is_found() {
    on_every_database(|desk| {
        let statement = "update orders set total_minor = total_minor + 1 where id = '$id'";
        finds(
            filled(desk),
            statement,
            "the list shows order $id otherwise than it is",
            PAST_THE_DESK,
        );
    });
}

#[test]
fn a_version_that_says_something_else_is_found() {
    let desk = Desk::embedded();
    let statement = "update orders set version = 77 where id = '$id'";
    finds(
        filled(&desk),
        statement,
        "order $id is stored as version 77 and says ",
        PAST_THE_DESK,
    );
}

#[test]
fn a_journal_that_does_not_balance_is_found() {
    let desk = Desk::embedded();
    let order = &documents(&filled(&desk).export("jsonl", &[]))[1];
    let text = serde_json::to_string(order).unwrap();
    let changed = unbalanced(&text);
    let statement = format!(
        "update orders set document = '{changed}' where id = '{}'",
        order.id
    );
    assert_eq!(desk.tamper(&statement), 1);
    let said = desk.run("doctor", &[]).needs_a_look();
    let expected = format!(
        "order {id} is not what its history makes\n    {PAST_THE_DESK}\n\
         the journal of order {id} is out by 0.01 USD\n    {PAST_THE_DESK}\n",
        id = order.id
    );
    assert!(said.starts_with(&expected), "{said}");
}

/// The document with one more cent on one side of its journal.
fn unbalanced(document: &str) -> String {
    let mut order: serde_json::Value = serde_json::from_str(document).unwrap();
    let entry = &mut order["journal"][0];
    let minor = first_minor(entry).expect("a posting has an amount");
    *minor = (minor.as_i64().unwrap() + 1).into();
    order.to_string()
}

fn first_minor(value: &mut serde_json::Value) -> Option<&mut serde_json::Value> {
    match value {
        serde_json::Value::Object(fields) => fields.iter_mut().find_map(|(name, value)| {
            if name.ends_with("minor") {
                Some(value)
            } else {
                first_minor(value)
            }
        }),
        serde_json::Value::Array(values) => values.iter_mut().find_map(first_minor),
        _ => None,
    }
}

#[test]
fn a_row_that_cannot_be_listed_is_a_finding_and_not_the_end() {
    let desk = Desk::embedded();
    finds(
        filled(&desk),
        "update orders set facets = 'lost' where id = '$id'",
        "the list shows order $id otherwise than it is",
        PAST_THE_DESK,
    );
}

#[test]
fn a_schema_that_is_behind_is_told_and_left_alone() {
    let desk = Desk::embedded();
    let done = "select count(*) from _sqlx_migrations";
    let all = desk.with_shop().number(done);
    desk.tamper("delete from _sqlx_migrations where version = 2");
    let said = desk.run("doctor", &[]).needs_a_look();
    assert_eq!(
        said,
        "the schema is 1 migrations behind; run `bordereau migrate`, then the doctor again\n"
    );
    assert_eq!(desk.number(done), all - 1);
}

#[test]
fn a_schema_of_a_newer_desk_is_told_and_left_alone() {
    let desk = Desk::embedded();
    desk.with_shop().tamper(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
         values (999, 'later', true, x'00', 1)",
    );
    let said = desk.run("doctor", &[]).needs_a_look();
    assert_eq!(
        said,
        "the schema is a newer desk's; run that one, this one would not understand it\n"
    );
}

#[test]
fn a_file_that_is_no_desk_is_named() {
    let desk = Desk::embedded();
    std::fs::create_dir(desk.data()).unwrap();
    let file = desk.data().join("bordereau.db");
    std::fs::write(
        &file,
        "no database at all, and long enough for a header of one hundred bytes: ".repeat(20),
    )
    .unwrap();
    let before = std::fs::read(&file).unwrap();
    let complaint = desk.run("doctor", &[]).refused();
    let remedy = "is not a database, or its beginning is damaged; keep a copy of it, and go back to the last backup\n";
    assert!(complaint.ends_with(remedy), "{complaint}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
}
