//! How much may be asked, what it costs, and how errors look.

use serde_json::{Value, json};

use crate::client::{Client, filled, key, said, traces};
use crate::support::on_every_database;

#[test]
fn what_an_answer_costs_is_told_and_taken() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let answer = client.ask(
            "query($id: String!) { order(orderId: $id) { id items { id } } }",
            json!({"id": all[0].id}),
        );
        // One operation that asks, and an order and an item beneath the answer's own object.
        assert_eq!(answer.figure("ratelimit-cost"), 5 + 3);
        assert_eq!(answer.figure("ratelimit-limit"), 300_000);
        // Points come back while the answer is written.
        let left = answer.figure("ratelimit-remaining");
        assert!((300_000 - 8..300_000).contains(&left), "{left}");
        let note = "mutation($id: ID!) { orderAddNote(input: {orderId: $id, note: \"x\", type: COMMENT}) { id } }";
        let answer = client.ask(note, json!({"id": all[0].id}));
        assert_eq!(answer.figure("ratelimit-cost"), 10 + 2);
        assert_eq!(answer.header("retry-after"), None);
    });
}

#[test]
fn a_key_that_used_up_its_points_waits_and_others_do_not() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let other = key(desk, &[], &[]);
        let server = desk.serve_with(&[("BORDEREAU_API_POINTS", "30")]);
        let client = Client::new(&server, &secret);
        let ask = "query($id: String!) { order(orderId: $id) { id } }";
        let id = json!({"id": all[0].id});
        let mut given = 0;
        let refused = loop {
            let answer = client.ask(ask, id.clone());
            if answer.status != 200 {
                break answer;
            }
            given += 1;
            assert!(given < 50, "it never ends");
        };
        assert!(given >= 3, "{given}");
        assert_eq!(refused.status, 429);
        assert!(refused.figure("retry-after") >= 1);
        assert_eq!(refused.figure("ratelimit-limit"), 30);
        let error = refused.error();
        assert_eq!(said(&error), ["UNAVAILABLE", "rate_limited"]);
        assert_eq!(error["extensions"]["canRetry"], json!(true));
        // A change that is more than the key has left is not begun.
        let before = traces(desk);
        let note = "mutation($id: ID!) { orderAddNote(input: {orderId: $id, note: \"x\", type: COMMENT}) { id } }";
        assert_eq!(client.ask(note, id.clone()).status, 429);
        assert_eq!(traces(desk), before);
        Client::new(&server, &other).ask(ask, id).data();
    });
}

#[test]
fn a_document_that_asks_for_too_much_is_not_carried_out() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let nested = |depth: usize| {
            let (open, close) = ("shipments{order{".repeat(depth), "}}".repeat(depth));
            format!("query($id: String!) {{ order(orderId: $id) {{ id {open} id {close} }} }}")
        };
        client.ask(&nested(5), json!({"id": all[0].id})).data();
        // Each fragment holds the next one twice: short to write, endless to lay out.
        let doubled: String = (0..40)
            .map(|number| {
                format!(
                    "fragment f{number} on Order {{ ...f{0} ...f{0} }}\n",
                    number + 1
                )
            })
            .collect();
        let bomb = |many: usize| {
            let doubled: Vec<&str> = doubled.lines().take(many).collect();
            format!(
                "{} fragment f{many} on Order {{ id }} query($id: String!) {{ order(orderId: $id) {{ ...f0 }} }}",
                doubled.join(" ")
            )
        };
        client.ask(&bomb(3), json!({"id": all[0].id})).data();
        let many = |count: usize| {
            let fields: String = (0..count)
                .map(|number| format!("a{number}: order(orderId: $id) {{ id }} "))
                .collect();
            format!("query($id: String!) {{ {fields} }}")
        };
        client.ask(&many(100), json!({"id": all[0].id})).data();
        let wide = format!(
            "{{ orders(first: 250) {{ edges {{ node {{ {} }} }} }} }}",
            (0..300)
                .map(|number| format!("a{number}: id "))
                .collect::<String>()
        );
        let cycle =
            "fragment f on Order { ...f } query($id: String!) { order(orderId: $id) { ...f } }";
        for (ask, told) in [
            (nested(20), "nested deeper than 30"),
            (bomb(20), "more than 5000 fields"),
            (bomb(40), "nested deeper than 30"),
            (many(101), "more than 100 operations"),
            (wide, "too complex"),
            (cycle.to_owned(), "recursion depth"),
        ] {
            let variables = if ask.starts_with('{') {
                json!({})
            } else {
                json!({"id": all[0].id})
            };
            let answer = client.ask(&ask, variables);
            assert_eq!(answer.json["data"], Value::Null);
            let errors = answer.json["errors"].as_array().unwrap().clone();
            assert_eq!(said(&errors[0]), ["BAD_REQUEST", "invalid_document"]);
            let message = errors[0]["message"].as_str().unwrap();
            assert!(message.contains(told), "{told}: {message}");
        }
        let long = json!({"query": "{ __typename }", "variables": {"x": "x".repeat(1 << 20)}});
        let answer = client.send(long.to_string().as_bytes());
        assert_eq!(answer.status, 413);
        assert_eq!(said(&answer.error()), ["BAD_REQUEST", "body_too_large"]);
    });
}

#[test]
fn an_error_says_where_it_is_and_what_kind_it_is() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let ask = "query($id: String!) { good: order(orderId: $id) { id } bad: order(orderId: \"order_x\") { id } }";
        let answer = client.ask(ask, json!({"id": all[0].id}));
        assert_eq!(
            answer.json["data"],
            json!({"good": {"id": all[0].id}, "bad": null})
        );
        let error = answer.error();
        assert_eq!(error["path"], json!(["bad"]));
        assert_eq!(error["locations"], json!([{"line": 1, "column": 56}]));
        assert_eq!(error["message"], json!("order order_x is not known here"));
        for (body, status, code) in [
            ("", 400, "invalid_body"),
            ("[{\"query\": \"{ __typename }\"}]", 400, "invalid_body"),
            ("{\"query\": 1}", 400, "invalid_body"),
            ("{}", 200, "invalid_document"),
            ("{\"query\": \"{\"}", 200, "invalid_document"),
            ("{\"query\": \"{ nothing }\"}", 200, "invalid_document"),
            (
                "{\"query\": \"query A { __typename } query B { __typename }\"}",
                200,
                "invalid_document",
            ),
            (
                "{\"query\": \"{ order(orderId: 1) { id } }\"}",
                200,
                "invalid_document",
            ),
        ] {
            let answer = client.send(body.as_bytes());
            assert_eq!(answer.status, status, "{body}: {answer:?}");
            assert_eq!(said(&answer.error()), ["BAD_REQUEST", code], "{body}");
        }
        let answer = client.ask("subscription { nothing }", json!({}));
        let each = answer.json["errors"].as_array().unwrap().iter().map(said);
        assert!(
            each.into_iter()
                .all(|said| said == ["BAD_REQUEST", "invalid_document"])
        );
        // What the reader quotes of a document is short.
        let endless = json!({"query": "[".repeat(100_000)}).to_string();
        let answer = client.send(endless.as_bytes());
        assert!(answer.text.len() < 1_000, "{}", answer.text.len());
    });
}

#[test]
fn what_is_ours_to_mend_is_one_sentence_with_the_requests_id() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        // A document that this version cannot read.
        let damaged = format!(
            "update orders set document = '{{\"secret\":1}}' where id = '{}'",
            all[0].id
        );
        assert_eq!(desk.tamper(&damaged), 1);
        let ask = "query($id: String!) { order(orderId: $id) { id } }";
        let answer = Client::new(&server, &secret).ask(ask, json!({"id": all[0].id}));
        assert!(!answer.text.contains("secret") && !answer.text.contains("document"));
        let error = answer.error();
        assert_eq!(said(&error), ["INTERNAL", "internal"]);
        let request = error["extensions"]["requestId"].as_str().unwrap();
        let sentence = format!("something went wrong here; tell whoever runs the desk: {request}");
        assert_eq!(error["message"], json!(sentence));
    });
}

#[test]
fn the_whole_schema_can_be_asked_for() {
    on_every_database(|desk| {
        filled(desk);
        let secret = key(desk, &[], &[]);
        let server = desk.serve();
        let answer = Client::new(&server, &secret).ask(INTROSPECTION, json!({}));
        let data = answer.data();
        let types = data["__schema"]["types"].as_array().unwrap();
        assert!(types.iter().any(|one| one["name"] == "OrderRefundInput"));
        assert_eq!(data["__schema"]["mutationType"]["name"], json!("Mutation"));
    });
}

/// What consoles and code generators ask.
const INTROSPECTION: &str = "query IntrospectionQuery { __schema {
    queryType { name } mutationType { name } subscriptionType { name }
    types { ...FullType } directives { name description locations args { ...InputValue } } } }
fragment FullType on __Type { kind name description
    fields(includeDeprecated: true) { name description args { ...InputValue } type { ...TypeRef }
        isDeprecated deprecationReason }
    inputFields { ...InputValue } interfaces { ...TypeRef }
    enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
    possibleTypes { ...TypeRef } }
fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue }
fragment TypeRef on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name
    ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }";
