//! docs/import.md is true: its examples come in, and every column and field is told in it.

use std::path::{Path, PathBuf};

use crate::support::orders::{documents, rejects};
use crate::support::{Desk, text};

fn document() -> String {
    let path: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/import.md");
    std::fs::read_to_string(path).unwrap()
}

/// The fenced blocks of a language.
pub fn blocks<'a>(document: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    let after = document.split(&fence).skip(1);
    after
        .map(|block| block.split_once("```").unwrap().0)
        .collect()
}

#[test]
fn the_examples_of_the_document_come_in() {
    let document = document();
    let (csv, json) = (blocks(&document, "csv"), blocks(&document, "jsonl"));
    assert_eq!((csv.len(), json.len()), (3, 1));
    let desk = Desk::embedded();
    let file = desk.with_shop().write("orders.csv", csv[0]);
    assert_eq!(
        desk.import(&file).fine(),
        "2 orders read: 2 new, 0 known already, 0 rejected\n"
    );
    let orders = documents(&desk.export("jsonl", &[]));
    let items: Vec<usize> = orders.iter().map(|order| order.items.len()).collect();
    assert_eq!(items, [2, 1]);
    let file = desk.write("orders.jsonl", json[0]);
    assert_eq!(
        desk.import(&file).fine(),
        "2 orders read: 2 new, 0 known already, 0 rejected\n"
    );
    let file = desk.write("bad.csv", csv[1]);
    let told = desk.file("rejected.csv");
    let said = desk
        .run("import", &[text(&file), "--rejects", text(&told)])
        .needs_a_look();
    assert!(
        said.starts_with("3 orders read: 1 new, 0 known already, 2 rejected\n"),
        "{said}"
    );
    assert_eq!(rejects(&told).len(), 2);
    assert_eq!(std::fs::read_to_string(&told).unwrap(), csv[2]);
    desk.is_well();
}

#[test]
fn every_column_that_is_read_is_in_the_document() {
    let document = document();
    let documented: Vec<&str> = document
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name)
        .collect();
    let columns: Vec<&str> = documented
        .iter()
        .copied()
        .take_while(|name| *name != "number")
        .collect();
    let addresses = ["ship_to_", "bill_to_"].map(|prefix| {
        domain::address::FIELDS
            .iter()
            .map(move |field| format!("{prefix}{}", field.name))
    });
    let columns = columns
        .into_iter()
        .filter(|name| !name.contains("to_…"))
        .map(str::to_owned)
        .chain(addresses.into_iter().flatten());
    let header: Vec<String> = columns.collect();
    assert_eq!(header.len(), 52);
    // A header of all of them is read, so all of them are known.
    let desk = Desk::embedded();
    let file = desk
        .with_shop()
        .write("orders.csv", format!("{}\n", header.join(",")));
    assert_eq!(
        desk.import(&file).fine(),
        "0 orders read: 0 new, 0 known already, 0 rejected\n"
    );
}
