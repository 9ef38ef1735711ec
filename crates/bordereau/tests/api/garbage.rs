//! Whatever is sent, the desk answers it in its own words, never with a fault of its own, and nothing is changed.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use crate::client::{Client, filled, key, traces};
use crate::support::on_every_database;

/// Pieces that documents are made of, in any order: most of what they make is none.
const PIECES: [&str; 40] = [
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "$",
    "!",
    ":",
    "...",
    "@",
    "\"",
    "\"\"\"",
    "#\n",
    "\\",
    "query",
    "mutation",
    "subscription",
    "fragment",
    "on",
    "Order",
    "order",
    "orders",
    "orderId",
    "id",
    "first",
    "filter",
    "input",
    "null",
    "true",
    "1",
    "-1",
    "1e999",
    "0.1",
    "9223372036854775808",
    "\"order_x\"",
    "__schema",
    "__typename",
    "\u{0}",
    "é",
];

/// Values of every kind where one is expected.
const VALUES: [&str; 16] = [
    "null",
    "true",
    "0",
    "-1",
    "1.5",
    "1e400",
    "99999999999999999999",
    "\"\"",
    "\"x\"",
    "\"\\u0000\"",
    "[]",
    "[null]",
    "{}",
    "{a: 1}",
    "X",
    "[[[1]]]",
];

/// Operations with places for values.
const OPERATIONS: [&str; 14] = [
    "{ order(orderId: VALUE) { id } }",
    "{ orders(after: VALUE, first: VALUE) { edges { cursor } } }",
    "{ orders(filter: {accountOrderNumber: VALUE, status: VALUE, storeId: VALUE, between: VALUE}) { edges { cursor } } }",
    "{ item(id: VALUE) { id } party(id: VALUE) { id } shipment(id: VALUE) { id } }",
    "mutation { orderCancel(id: VALUE, note: VALUE, notify: VALUE, expectedVersion: VALUE, dryRun: VALUE) { id } }",
    "mutation { orderRefundCreate(input: {id: VALUE, currencyCode: VALUE, subtotals: VALUE}) { id } }",
    "mutation { orderRefundCreate(input: {id: VALUE, currencyCode: EUR, subtotals: [{type: ITEM, amount: VALUE}]}) { id } }",
    "mutation { orderAddNote(input: {orderId: VALUE, note: VALUE, type: COMMENT}) { id } }",
    "mutation { orderUpdateNote(input: {id: VALUE, note: VALUE}) { id } orderDeleteNote(id: VALUE) { id } }",
    "mutation { orderAddTrackingNumber(input: {id: VALUE, trackingNumbers: VALUE, items: VALUE}) { id } }",
    "mutation { orderRemoveTrackingNumber(input: VALUE) { id } }",
    "mutation { orderUpdateAccountOrderNumber(input: {id: VALUE, accountOrderNumber: VALUE}) { id } }",
    "mutation { orderUpdateParty(input: {id: VALUE, partyId: VALUE, expectedVersion: VALUE}) { id } }",
    "{ shipments(after: VALUE, before: VALUE, first: VALUE, last: VALUE, filter: {orderId: VALUE, trackingNumber: VALUE}) { edges { cursor } } }",
];

fn document() -> impl Strategy<Value = String> {
    let pieces = proptest::collection::vec(prop::sample::select(&PIECES[..]), 0..40);
    let values = proptest::collection::vec(prop::sample::select(&VALUES[..]), 8);
    let filled = (prop::sample::select(&OPERATIONS[..]), values).prop_map(|(operation, values)| {
        let fill = |text: String, value: &&str| text.replacen("VALUE", value, 1);
        values.iter().fold(operation.to_owned(), fill)
    });
    prop_oneof![
        pieces.prop_map(|pieces| pieces.join(" ")),
        filled,
        any::<String>()
    ]
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => document().prop_map(|query| json!({"query": query}).to_string().into_bytes()),
        1 => (document(), any::<String>()).prop_map(|(query, text)| {
            json!({"query": query, "variables": {"id": text}, "operationName": text}).to_string().into_bytes()
        }),
        1 => proptest::collection::vec(any::<u8>(), 0..200),
    ]
}

#[test]
fn whatever_is_sent_is_answered_and_nothing_changes() {
    on_every_database(|desk| {
        filled(desk);
        let secret = key(desk, &[], &[]);
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let before = traces(desk);
        let mut runner = TestRunner::new(Config {
            cases: 400,
            failure_persistence: None,
            ..Config::default()
        });
        let answered = runner.run(&body(), |body| {
            let answer = client.send(&body);
            prop_assert!(matches!(answer.status, 200 | 400), "{answer:?}");
            prop_assert!(answer.json.is_object(), "{answer:?}");
            prop_assert!(!answer.text.contains("\"INTERNAL\""), "{answer:?}");
            Ok(())
        });
        answered.unwrap();
        assert_eq!(traces(desk), before);
        for nested in ["[", "{a", "{a:", "{a(b:[", "{...on Order"] {
            let query = format!("{{order(orderId:{}", nested.repeat(150_000));
            let answer = client.send(json!({"query": query}).to_string().as_bytes());
            assert!(matches!(answer.status, 200 | 413), "{}", answer.status);
        }
        client.ask("{ __typename }", json!({})).data();
    });
}
