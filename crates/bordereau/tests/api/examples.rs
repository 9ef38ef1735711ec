//! The examples of the reference are true: each is sent to a real desk, and what is shown is what was answered.
//!
//! `BORDEREAU_WRITE_EXAMPLES=1` writes down what is answered instead: look at the difference before it is kept.

use std::collections::BTreeSet;
use std::path::PathBuf;

use api::graphql::examples::{Example, examples};
use api::graphql::reference::operations;
use domain::actor::Permission;
use serde_json::{Value, json};

use crate::client::{Client, key, orders};
use crate::shown::{ENDPOINT, masked, pretty};
use crate::support::{Desk, on_every_database};

/// Where answers are written instead of compared.
const WRITE: &str = "BORDEREAU_WRITE_EXAMPLES";

/// A desk whose newest orders are for the lists, and one order for each example to do with as it likes.
fn prepared(desk: &Desk) -> String {
    let newest = (1..4).map(|number| {
        let (number, placed) = (
            format!("W-100{number}"),
            format!("2026-03-1{number}T00:00:00Z"),
        );
        placed_order(&number, &placed)
    });
    let own = examples().map(|example| placed_order(&number(&example), "2026-03-02T00:00:00Z"));
    let held = placed_order(HELD, "2026-03-01T00:00:00Z");
    let lines: String = newest
        .chain(own)
        .chain([on_hold(held)])
        .map(|order| format!("{order}\n"))
        .collect();
    let file = desk.with_shop().write("orders.jsonl", lines);
    desk.import(&file).fine();
    let all = Permission::ALL.map(|one| serde_json::to_value(one).unwrap());
    let all: Vec<&str> = all.iter().filter_map(Value::as_str).collect();
    key(desk, &[], &all)
}

/// The number of the order whose money is not taken yet; there is one for all examples.
const HELD: &str = "W-1000";

/// The same order, paid by an authorisation that the desk is to ask about.
fn on_hold(mut order: Value) -> Value {
    order["payment"] = json!({"provider": "sandbox", "reference": "held_1", "method": "Visa 4242", "state": "ask"});
    order
}

/// An order as a shop sends it: paid here, with both promises.
fn placed_order(number: &str, placed_at: &str) -> Value {
    json!({
        "number": number, "placed_at": placed_at, "source": "checkout", "currency": "EUR", "rate": "1.0842",
        "items": [
            {"sku": "HAT-1", "name": "Wool hat", "quantity": 2, "unit_price": "24.90", "hs_code": "6505.00",
             "origin": "PT", "weight_g": 120},
        ],
        "shipping": "5.00", "duties": "2.50", "taxes": "11.46",
        "ship_to": {"first_name": "Chloé", "last_name": "Lefèvre", "line1": "12 rue de la Paix", "city": "Nîmes",
                    "postal_code": "30000", "country": "FR", "email": "chloe@shopper.example"},
        "payment": {"provider": "sandbox", "reference": format!("ch_{number}"), "method": "Visa 4242"},
        "fraud_protection": true, "guarantee": true,
    })
}

/// The order that an example has for itself.
fn number(example: &Example) -> String {
    format!("W-{}", example.name)
}

/// What an example is sent with, and what came back.
struct Run {
    variables: Value,
    text: String,
    data: Value,
}

/// The orders that an example may name.
#[derive(Clone, Copy)]
struct Ids<'a> {
    order: &'a str,
    held: &'a str,
}

/// Sends an example for an order, and before it the examples that its variables name.
fn run(client: &Client, example: &Example, ids: Ids<'_>) -> Run {
    let variables = match example.variables().as_str() {
        "" => json!({}),
        text => {
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{}: {error}", example.name))
        }
    };
    let variables = filled(variables, &|name| {
        let (named, pointer) = match name.split_once(' ') {
            Some(both) => both,
            None if name == "order" => return json!(ids.order),
            None if name == "held" => return json!(ids.held),
            None if name == "endpoint" => return json!(format!("{ENDPOINT}/hooks")),
            None => panic!("{}: what is {{{name}}}?", example.name),
        };
        let before = examples().find(|one| one.name == named);
        let before =
            before.unwrap_or_else(|| panic!("{}: there is no example {named}", example.name));
        let data = run(client, &before, ids).data;
        let found = data.pointer(pointer).cloned();
        found.unwrap_or_else(|| panic!("{}: no {pointer} in {data}", example.name))
    });
    let answer = client.ask(&example.document(), variables.clone());
    let text = answer.text.clone();
    if let Some(code) = example.refused() {
        let said = answer.error()["extensions"]["code"].clone();
        assert_eq!(said, code, "{}: {text}", example.name);
        return Run {
            variables,
            text,
            data: Value::Null,
        };
    }
    let data = answer.data();
    let root = data.as_object().unwrap();
    assert!(
        root.values().all(|value| !value.is_null()),
        "{}: {text}",
        example.name
    );
    Run {
        variables,
        text,
        data,
    }
}

/// The variables with what stands in braces replaced.
fn filled(value: Value, known: &dyn Fn(&str) -> Value) -> Value {
    match value {
        Value::String(text) => {
            let name = text
                .strip_prefix('{')
                .and_then(|rest| rest.strip_suffix('}'));
            name.map_or_else(|| Value::String(text.clone()), known)
        }
        Value::Array(values) => values
            .into_iter()
            .map(|value| filled(value, known))
            .collect(),
        Value::Object(fields) => {
            let fields = fields
                .into_iter()
                .map(|(name, value)| (name, filled(value, known)));
            Value::Object(fields.collect())
        }
        other => other,
    }
}

#[test]
fn every_operation_has_an_example() {
    let asked: BTreeSet<String> = examples().flat_map(|example| example.asked()).collect();
    let all = operations();
    let missing: Vec<&String> = all.iter().filter(|name| !asked.contains(*name)).collect();
    assert!(
        missing.is_empty(),
        "no file of docs/api/examples asks for {missing:?}"
    );
    for example in examples() {
        assert!(
            all.iter().any(|name| name == example.operation()),
            "{}: no such operation",
            example.name
        );
        assert!(
            !example.words().is_empty(),
            "{}: say what it does",
            example.name
        );
    }
}

#[test]
fn each_example_is_answered_as_it_is_shown() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/api/examples");
    let writes = std::env::var_os(WRITE).is_some();
    on_every_database(|desk| {
        let secret = prepared(desk);
        let server = desk.serve_with(&[("BORDEREAU_WEBHOOKS_ALLOW_PRIVATE", "true")]);
        let client = Client::new(&server, &secret);
        let known = orders(desk);
        // What the import left to ask is asked: the authorisation stands.
        desk.wait_for("select count(*) from jobs", |count| count == 0);
        let mut other = Vec::new();
        for example in examples() {
            let own = number(&example);
            let id = |number: &str| {
                let mut known = known.iter();
                let order = known.find(|order| order.number.as_deref() == Some(number));
                order.unwrap().id.as_str()
            };
            let ids = Ids {
                order: id(&own),
                held: id(HELD),
            };
            let ran = run(&client, &example, ids);
            let mask = |text: &str| {
                let text = text.replace(&server.address, "desk.example");
                pretty(&text, &|field, text| masked(field, text, &own))
            };
            // As they are written, in their order.
            let mut sent = example.variables();
            for (before, after) in pairs(&example, &ran.variables) {
                sent = sent.replace(&before, &after);
            }
            let sent = if sent.is_empty() { "{}" } else { &sent };
            let both = format!("{{\"variables\":{sent},\"answer\":{}}}", ran.text);
            let shown = format!("{}\n", mask(&both));
            let file = folder.join(format!("{}.json", example.name));
            if writes {
                std::fs::write(file, shown).unwrap();
            } else if std::fs::read_to_string(file).unwrap_or_default() != shown {
                other.push(format!("{}:\n{shown}", example.name));
            }
        }
        assert!(
            other.is_empty(),
            "answered otherwise than shown; `cargo xtask reference` writes it anew:\n{}",
            other.join("\n")
        );
    });
}

/// What stands in braces in an example's variables, each with what was sent in its place.
fn pairs(example: &Example, sent: &Value) -> Vec<(String, String)> {
    let Ok(written) = serde_json::from_str(&example.variables()) else {
        return Vec::new();
    };
    let (mut pairs, mut both) = (Vec::new(), vec![(&written, sent)]);
    while let Some((written, sent)) = both.pop() {
        match (written, sent) {
            (Value::String(written), sent) if written.starts_with('{') => {
                pairs.push((json!(written).to_string(), sent.to_string()));
            }
            (Value::Array(written), Value::Array(sent)) => both.extend(written.iter().zip(sent)),
            (Value::Object(written), Value::Object(sent)) => {
                both.extend(
                    written
                        .iter()
                        .filter_map(|(name, written)| Some((written, sent.get(name)?))),
                );
            }
            _ => {}
        }
    }
    pairs
}
