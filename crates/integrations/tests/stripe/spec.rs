//! Holds an exchange against Stripe's own description of its interface: the part of OpenAPI that it uses.

use std::sync::OnceLock;

use serde_json::Value;

use crate::proxy::Exchange;
use crate::world::{decoded, part};

/// Where the description is.
const VARIABLE: &str = "BORDEREAU_TEST_STRIPE_SPEC";

fn spec() -> &'static Value {
    static SPEC: OnceLock<Value> = OnceLock::new();
    SPEC.get_or_init(|| {
        let path = std::env::var(VARIABLE).unwrap_or_else(|_| panic!("{VARIABLE} is not set"));
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    })
}

/// The release that is described.
pub fn version() -> &'static str {
    spec()["info"]["version"].as_str().unwrap()
}

/// Where the stand-in differs from the description, wherever it shows a charge, in what the desk does not read.
const KNOWN: &str = ".radar_options is null";

/// What is wrong with an exchange; nothing where it is as described.
pub fn faults(exchange: &Exchange) -> Vec<String> {
    let (path, query) = exchange
        .path
        .split_once('?')
        .unwrap_or((&exchange.path, ""));
    let path = &path[path.find("/v1/").unwrap()..];
    let Some(operation) = operation(&exchange.method.to_lowercase(), path) else {
        return vec![format!("{} {path} is not there", exchange.method)];
    };
    let mut faults = Vec::new();
    question(operation, query, &exchange.body, &mut faults);
    let answers = &operation["responses"];
    let answer = match answers.get(exchange.status.to_string()) {
        Some(answer) => answer,
        None => &answers["default"],
    };
    let schema = &answer["content"]["application/json"]["schema"];
    let body: Value = serde_json::from_slice(&exchange.answer).unwrap();
    value(schema, &body, "answer", &mut faults);
    faults.retain(|fault| !fault.ends_with(KNOWN));
    faults
}

/// What is wrong with an object that Stripe shows; nothing where it is as the description has those of its name.
pub fn faults_of(object: &Value) -> Vec<String> {
    let name = object["object"].as_str().unwrap();
    let mut faults = Vec::new();
    value(
        &spec()["components"]["schemas"][name],
        object,
        name,
        &mut faults,
    );
    faults.retain(|fault| !fault.ends_with(KNOWN));
    faults
}

fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let parts: Vec<&str> = path.split('/').collect();
    let is_same = |template: &str| {
        let known: Vec<&str> = template.split('/').collect();
        let fits = |(known, part): (&&str, &&str)| known.starts_with('{') || known == part;
        known.len() == parts.len() && known.iter().zip(&parts).all(fits)
    };
    let mut paths = spec()["paths"].as_object()?.iter();
    paths
        .find(|(template, operations)| is_same(template) && operations.get(method).is_some())
        .map(|(_, operations)| &operations[method])
}

fn question(operation: &Value, query: &str, body: &str, faults: &mut Vec<String>) {
    let declared = operation["parameters"].as_array();
    let declared = declared.map_or(&[][..], Vec::as_slice);
    for (name, given) in decoded(query) {
        let base = name.split('[').next().unwrap();
        match declared.iter().find(|known| known["name"] == base) {
            Some(known) => text(&known["schema"], &name, &given, faults),
            None => faults.push(format!("the query has no {base}")),
        }
    }
    let form = &operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"];
    let fields = decoded(body);
    for (name, given) in &fields {
        let base = name.split('[').next().unwrap();
        match form["properties"].get(base) {
            Some(schema) => text(schema, name, given, faults),
            None => faults.push(format!("the form has no {base}")),
        }
    }
    for needed in form["required"].as_array().into_iter().flatten() {
        if !fields
            .iter()
            .any(|(name, _)| name == needed.as_str().unwrap())
        {
            faults.push(format!("the form lacks {needed}"));
        }
    }
}

/// A field of a form, or of a query, is text: whether it can be read as what is described.
fn text(schema: &Value, name: &str, given: &str, faults: &mut Vec<String>) {
    if schema["type"] == "integer" && given.parse::<i64>().is_err() {
        faults.push(format!("{name} is no whole number: {given}"));
    }
    let allowed = schema["enum"].as_array();
    if allowed.is_some_and(|allowed| !allowed.iter().any(|one| one == given)) {
        faults.push(format!("{name} cannot be {given}"));
    }
    if schema["type"] == "string" && name.contains('[') {
        faults.push(format!("{name} is no object"));
    }
}

fn value(schema: &Value, given: &Value, at: &str, faults: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap();
        return value(&spec()["components"]["schemas"][name], given, at, faults);
    }
    if given.is_null() {
        if schema["nullable"] != true {
            faults.push(format!("{at} is null"));
        }
        return;
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        let tried = choices.iter().map(|choice| {
            let mut found = Vec::new();
            value(choice, given, at, &mut found);
            found
        });
        // Of several choices the faults of what it is most like are told: of an object rather than its id.
        let nearest = tried.rev().min_by_key(Vec::len);
        faults.extend(nearest.unwrap_or_default());
        return;
    }
    let is_right = match schema["type"].as_str() {
        Some("object") => given.is_object(),
        Some("array") => given.is_array(),
        Some("string") => given.is_string(),
        Some("integer") => given.is_i64(),
        Some("number") => given.is_number(),
        Some("boolean") => given.is_boolean(),
        _ => true,
    };
    if !is_right {
        return faults.push(format!("{at} is no {}: {given}", schema["type"]));
    }
    let allowed = schema["enum"].as_array();
    if allowed.is_some_and(|allowed| !allowed.contains(given)) {
        faults.push(format!("{at} cannot be {given}"));
    }
    for (index, one) in given.as_array().into_iter().flatten().enumerate() {
        value(&schema["items"], one, &format!("{at}[{index}]"), faults);
    }
    object(schema, given, at, faults);
}

fn object(schema: &Value, given: &Value, at: &str, faults: &mut Vec<String>) {
    for needed in schema["required"].as_array().into_iter().flatten() {
        if given.get(needed.as_str().unwrap()).is_none() {
            faults.push(format!("{at} lacks {needed}"));
        }
    }
    for (name, one) in given.as_object().into_iter().flatten() {
        let at = format!("{at}.{name}");
        match schema["properties"].get(name) {
            Some(known) => value(known, one, &at, faults),
            None if schema["additionalProperties"].is_object() => {
                value(&schema["additionalProperties"], one, &at, faults);
            }
            None => {}
        }
    }
}

#[test]
fn an_exchange_that_is_not_as_described_is_told() {
    if part(VARIABLE).is_none() {
        return;
    }
    let exchange = |method: &str, path: &str, body: &str, answer: &str| Exchange {
        method: method.to_owned(),
        path: path.to_owned(),
        head: String::new(),
        body: body.to_owned(),
        status: 200,
        answer: answer.as_bytes().to_vec(),
    };
    let refund =
        r#"{"object":"refund","amount":"1","created":1,"currency":"usd","status":"succeeded"}"#;
    let asked = exchange("POST", "/v1/refunds", "amount=x&reason=none&more=1", refund);
    let found = faults(&asked);
    for expected in [
        "amount is no whole number: x",
        "reason cannot be none",
        "the form has no more",
        "answer.amount is no \"integer\": \"1\"",
        "answer lacks \"id\"",
    ] {
        assert!(
            found.iter().any(|fault| fault == expected),
            "{expected}: {found:?}"
        );
    }
    let nowhere = exchange("PUT", "/v1/refunds", "", "{}");
    assert_eq!(faults(&nowhere), ["PUT /v1/refunds is not there"]);
}
