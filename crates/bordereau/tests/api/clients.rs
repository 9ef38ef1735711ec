//! Clients of others speak to the desk as they are: the schema is one that graphql-js takes, and graphql-request asks.

use std::process::Command;

use serde_json::{Value, json};

use crate::client::{filled, key};
use crate::support::on_every_database;

/// Where the clients are installed, with the script that runs them.
const PACKAGES: &str = "BORDEREAU_TEST_API";

#[test]
fn a_client_of_another_maker_reads_asks_and_changes() {
    let Some(folder) = std::env::var_os(PACKAGES) else {
        eprintln!("not run with graphql-request: {PACKAGES} is not set");
        return;
    };
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let url = format!("http://{}/graphql", server.address);
        let mut node = Command::new("node");
        node.current_dir(&folder).env_remove("NODE_OPTIONS");
        let said = node.args(["client.mjs", &url, &secret, all[1].id.as_str()]);
        let said = said.output().unwrap();
        assert!(said.status.success(), "{said:?}");
        let told: Value = serde_json::from_slice(&said.stdout).unwrap();
        assert_eq!(
            told,
            json!({
                "faults": [],
                "order": {
                    "accountOrderNumber": "A2",
                    "amountSubtotals": {"items": 10},
                    "items": [{"name": "Cap", "amount": 10}],
                },
                "orderAddNote": {"notes": [{"note": "told by another client"}]},
                "orderCancel": {"status": "CANCELED"},
                "refused": "canceled",
            })
        );
        desk.wait_for("select count(*) from jobs", |count| count == 0);
    });
}
