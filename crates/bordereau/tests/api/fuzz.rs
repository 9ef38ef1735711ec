//! A fuzzer that reads the schema asks a desk full of orders whatever the schema allows, and what it just does not: each
//! answer is in the desk's own words and about its own organization, and the books are in order afterwards.

use std::process::Command;

use bordereau::demo::DemoFile;
use serde_json::{Value, json};

use crate::support::orders::{csv_of, documents};
use crate::support::{Desk, on_every_database, part};

/// Where Python finds the fuzzer.
const PYTHON: &str = "BORDEREAU_TEST_API_PYTHON";

/// For how many seconds each desk is asked, and with which seed.
const SECONDS: (&str, &str) = ("BORDEREAU_FUZZ_S", "20");
const SEED: (&str, &str) = ("BORDEREAU_FUZZ_SEED", "1");

/// What another organization's orders are told by.
const CANARY: &str = "Canaryson";

fn setting((variable, usual): (&str, &str)) -> String {
    std::env::var(variable).unwrap_or_else(|_| usual.to_owned())
}

#[test]
fn whatever_the_schema_allows_is_answered_well_and_leaves_the_books_in_order() {
    let Some(packages) = part(PYTHON) else { return };
    on_every_database(|desk| {
        assert_eq!(desk.demo(&["--orders", "300"]).stop(), Some(0));
        let demo = std::fs::read_to_string(desk.data().join("demo.json")).unwrap();
        let demo: DemoFile = serde_json::from_str(&demo).unwrap();
        let (before, strangers) = others(desk);
        // So many points that the key does not run out of them; webhooks may go where nobody listens.
        let settings = [
            ("BORDEREAU_API_POINTS", "4000000000"),
            ("BORDEREAU_WEBHOOKS_ALLOW_PRIVATE", "true"),
        ];
        let server = desk.serve_with(&settings);
        let mut python = Command::new("python3");
        python.env("PYTHONPATH", &packages);
        python.arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../tests/api/fuzz.py"
        ));
        python.arg(format!("http://{}/graphql", server.address));
        python.args([demo.credentials.live, setting(SECONDS), setting(SEED)]);
        let said = python.arg(strangers).output().unwrap();
        assert!(said.status.success(), "{said:?}");
        let mut told: Value = serde_json::from_slice(&said.stdout).unwrap();
        let found = told["found"].take();
        println!("{told}");
        assert_eq!(found, json!([]), "{told}");
        for figure in ["asked", "answered"] {
            assert!(told[figure].as_u64() > Some(0), "{told}");
        }
        let log = server.log();
        let faults: Vec<&str> = log.lines().filter(|line| is_fault(line)).collect();
        assert_eq!(faults, [""; 0]);
        assert_eq!(server.stop(), Some(0));
        assert_eq!(desk.export("jsonl", &["--organization", "Other"]), before);
        desk.is_well();
    });
}

fn is_fault(line: &str) -> bool {
    line.contains("ERROR") || line.contains("panicked")
}

/// Another organization's orders as they are, and the file that tells the fuzzer of them.
fn others(desk: &Desk) -> (String, std::path::PathBuf) {
    desk.add_eve();
    let row = |number| {
        format!(
            "{CANARY}-{number},2026-03-01,EUR,1.0842,{CANARY} cap,2,10.00,FR,,,checkout,Paris,{CANARY} note,ch_{number}"
        )
    };
    let rows = [row(1), row(2)];
    let file = desk.write("others.csv", csv_of(&[&rows[0], &rows[1]]));
    let file = crate::support::text(&file).to_owned();
    desk.run("import", &["--organization", "Other", &file])
        .fine();
    let before = desk.export("jsonl", &["--organization", "Other"]);
    let orders = documents(&before);
    let ids: Vec<&str> = orders.iter().map(|order| order.id.as_str()).collect();
    let organization = orders[0].organization_id.as_str();
    let told = json!({"ids": ids, "secrets": [CANARY, organization]});
    (before, desk.write("others.json", told.to_string()))
}
