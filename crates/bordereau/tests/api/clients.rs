//! Clients of others speak to the desk as they are: the schema is one that graphql-js and graphql-core take, and
//! graphql-request and gql ask.

use std::process::Command;

use serde_json::{Value, json};

use crate::client::{filled, key};
use crate::support::{Desk, on_every_database, part};

/// Where the clients in TypeScript are installed, with the script that runs them.
const PACKAGES: &str = "BORDEREAU_TEST_API";

/// Where Python finds its client.
const PYTHON: &str = "BORDEREAU_TEST_API_PYTHON";

/// What a client printed; it must have come to its end.
fn told(client: &mut Command) -> Value {
    let said = client.output().unwrap();
    assert!(said.status.success(), "{said:?}");
    serde_json::from_slice(&said.stdout).unwrap()
}

#[test]
fn a_client_of_another_maker_reads_asks_and_changes() {
    let Some(folder) = part(PACKAGES) else { return };
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let url = format!("http://{}/graphql", server.address);
        let mut node = Command::new("node");
        node.current_dir(&folder).env_remove("NODE_OPTIONS");
        assert_eq!(
            told(node.args(["client.mjs", &url, &secret, all[1].id.as_str()])),
            json!({
                "faults": [],
                "numbers": ["A4", "A3", "A2", "A1"],
                "order": {
                    "accountOrderNumber": "A2",
                    "amountSubtotals": {"items": 10},
                    "items": [{"name": "Cap", "amount": 10}],
                },
                "orderAddNote": {"notes": [{"note": "told by another client"}]},
                "orderCancel": {"status": "CANCELED"},
                "refused": {
                    "errorType": "FAILED_PRECONDITION", "code": "canceled", "rule": "C1", "canRetry": false,
                },
            })
        );
        desk.wait_for("select count(*) from jobs", |count| count == 0);
    });
}

#[test]
fn graphql_js_too_finds_nothing_that_breaks_clients_of_the_reference() {
    let Some(folder) = part(PACKAGES) else { return };
    let desk = Desk::embedded();
    filled(&desk);
    let (secret, server) = (key(&desk, &[], &[]), desk.serve());
    let url = format!("http://{}/graphql", server.address);
    let list = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../api/tests/schema/interface.txt"
    );
    let mut node = Command::new("node");
    node.current_dir(&folder).env_remove("NODE_OPTIONS");
    let found = told(node.args(["breaking.mjs", &url, &secret, list]));
    assert_eq!(found["weaker"], json!([]));
    // What is gone is what that list of the schema's own test says is not there yet.
    let absent = include_str!("../../../api/tests/schema/not_there_yet.txt");
    let gone = found["gone"].as_array().unwrap();
    assert_eq!(gone.is_empty(), absent.is_empty(), "{gone:?}");
}

#[test]
fn a_client_in_python_pages_refunds_once_and_is_refused() {
    let Some(packages) = part(PYTHON) else { return };
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let url = format!("http://{}/graphql", server.address);
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/api/client.py");
        let mut python = Command::new("python3");
        python.env("PYTHONPATH", &packages).arg(script);
        assert_eq!(
            told(python.args([&url, &secret, all[0].id.as_str()])),
            json!({
                "numbers": ["A4", "A3", "A2", "A1"],
                "refunds": [1.25, 1.25],
                "isTheSame": true,
                "count": 1,
                "notes": ["as a gift", "told from Python"],
                "tooMuch": {
                    "errorType": "FAILED_PRECONDITION", "code": "exceeds_part", "rule": "R4",
                    "remedy": "CHOOSE_LESS", "canRetry": false,
                },
            })
        );
        desk.wait_for("select count(*) from jobs", |count| count == 0);
        desk.is_well();
    });
}
