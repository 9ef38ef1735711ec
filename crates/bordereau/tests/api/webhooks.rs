//! Webhooks as a program sets them up, hears them and looks after them.

use serde_json::{Value, json};

use crate::client::{Client, filled, key};
use crate::support::Desk;
use crate::support::on_every_database;
use crate::support::receiver::Receiver;
use crate::support::server::Server;

/// Endpoints of these tests are on this machine.
const OPEN: &[(&str, &str)] = &[("BORDEREAU_WEBHOOKS_ALLOW_PRIVATE", "true")];

const ALLOWED: &[&str] = &[
    "view_orders",
    "add_notes",
    "cancel_orders",
    "manage_settings",
];

const CREATE: &str = "mutation($input: WebhookCreateInput!) { webhookCreate(input: $input) {
    id type url status query secret mode organizationId createdAt createdBy updatedAt updatedBy } }";

pub const NOTE: &str = "mutation($order: ID!, $note: String!) {
    orderAddNote(input: {orderId: $order, note: $note, type: COMMENT}) { version } }";

/// A desk that serves, with a program that may manage its webhooks.
pub fn open(desk: &Desk) -> (Server, Client, String) {
    let orders = filled(desk);
    let secret = key(desk, &["--organization", "Shop"], ALLOWED);
    let server = desk.serve_with(OPEN);
    let client = Client::new(&server, &secret);
    (server, client, orders[0].id.0.clone())
}

/// Makes a webhook.
pub fn hook(client: &Client, kind: &str, url: &str, more: Value) -> Value {
    let mut input = json!({"status": "ENABLED", "type": kind, "url": url});
    for (name, value) in more.as_object().cloned().unwrap_or_default() {
        input[name] = value;
    }
    client.ask(CREATE, json!({"input": input})).data()["webhookCreate"].clone()
}

#[test]
fn a_change_is_heard_signed_with_the_whole_order_and_stands_in_the_log() {
    on_every_database(|desk| {
        let (_server, client, order) = open(desk);
        let receiver = Receiver::open();
        let made = hook(&client, "ORDER_UPDATED", &receiver.url, json!({}));
        assert_eq!([&made["status"], &made["mode"]], ["ENABLED", "LIVE"]);
        assert!(
            made["query"]
                .as_str()
                .unwrap()
                .starts_with("query WholeOrder")
        );
        let changed = client.ask(NOTE, json!({"order": order, "note": "to the porter"}));
        let version = changed.data()["orderAddNote"]["version"].clone();
        let heard = receiver.wait_for(1);
        let secret = made["secret"].as_str().unwrap();
        assert!(secret.starts_with("whsec_"));
        assert!(heard[0].is_signed_with(secret));
        assert!(!heard[0].is_signed_with("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
        let body = heard[0].json();
        assert_eq!(body["type"], "ORDER_UPDATED");
        let told = &body["data"];
        assert_eq!([&told["id"], &told["version"]], [&json!(order), &version]);
        let notes = told["notes"].as_array().unwrap();
        assert_eq!(notes.last().unwrap()["note"], "to the porter");
        // Exact, with the decimals of the currency.
        assert!(
            heard[0].body.contains(r#""items":20.00"#),
            "{}",
            heard[0].body
        );
        desk.wait_for("select count(*) from webhook_attempts", |tries| tries == 1);
        let log = "{ webhookLogs(first: 1) { edges { node { id type messageId orderId url request responseStatus
            responseBody error durationMs mode requestHeaders { name value } webhook { id health { tried arrived parked } } } }
            pageInfo { hasNextPage hasPreviousPage } } }";
        let log = client.ask(log, json!({})).data();
        let node = &log["webhookLogs"]["edges"][0]["node"];
        assert_eq!(node["request"], heard[0].body);
        assert_eq!(node["messageId"], heard[0].id());
        assert_eq!(
            [&node["responseStatus"], &node["responseBody"]],
            [&json!(200), &json!("ok")]
        );
        assert_eq!(node["error"], Value::Null);
        assert_eq!(node["webhook"]["id"], made["id"]);
        let health = json!({"tried": 1, "arrived": 1, "parked": 0});
        assert_eq!(node["webhook"]["health"], health);
    });
}

#[test]
fn the_data_is_the_answer_of_its_own_query_where_it_has_one() {
    on_every_database(|desk| {
        let (_server, client, order) = open(desk);
        let receiver = Receiver::open();
        let query = "query($id: String!) { order(orderId: $id) { accountOrderNumber status } }";
        let more = json!({"query": query, "description": "To the ERP"});
        let made = hook(&client, "ORDER_CANCELED", &receiver.url, more);
        assert_eq!(made["query"], query);
        let cancel = "mutation($id: ID!) { orderCancel(id: $id) { status } }";
        client.ask(cancel, json!({"id": order})).data();
        let heard = receiver.wait_for(1);
        let data = json!({"order": {"accountOrderNumber": "A1", "status": "CANCELED"}});
        assert_eq!(heard[0].json()["data"], data);
    });
}

#[test]
fn webhooks_are_changed_rotated_tried_sent_again_and_deleted() {
    on_every_database(|desk| {
        let (_server, client, order) = open(desk);
        let receiver = Receiver::open();
        let made = hook(&client, "ORDER_CREATED", &receiver.url, json!({}));
        let id = &made["id"];
        let update = "mutation($id: ID!, $query: String) { webhookUpdate(input: {id: $id, type: ORDER_UPDATED, query: $query}) {
            type url description secret } }";
        let updated = client.ask(update, json!({"id": id, "query": null})).data();
        assert_eq!(updated["webhookUpdate"]["type"], "ORDER_UPDATED");
        assert_eq!(updated["webhookUpdate"]["url"], receiver.url.as_str());
        let test = "mutation($id: ID!) { webhookTest(id: $id) }";
        let tested = client.ask(test, json!({"id": id})).data();
        let heard = receiver.wait_for(1);
        assert_eq!(tested["webhookTest"], heard[0].id());
        assert_eq!(heard[0].json()["type"], "TEST");
        let rotate =
            "mutation($id: ID!) { webhookRotateSecret(id: $id) { secret previousSecretUntil } }";
        let rotated = client.ask(rotate, json!({"id": id})).data();
        let rotated = &rotated["webhookRotateSecret"];
        assert!(rotated["previousSecretUntil"].is_string());
        client
            .ask(NOTE, json!({"order": order, "note": "one"}))
            .data();
        let heard = receiver.wait_for(2);
        for secret in [&made["secret"], &rotated["secret"]] {
            assert!(heard[1].is_signed_with(secret.as_str().unwrap()));
        }
        desk.wait_for("select count(*) from webhook_attempts", |tries| tries == 2);
        let replay = "mutation($id: ID!, $message: ID) { webhookReplay(input: {id: $id, messageId: $message}) }";
        let asked = json!({"id": id, "message": heard[1].id()});
        assert_eq!(client.ask(replay, asked).data()["webhookReplay"], 1);
        let again = receiver.wait_for(3);
        assert_eq!(
            (again[2].id(), &again[2].body),
            (heard[1].id(), &heard[1].body)
        );
        let delete = "mutation($id: ID!) { webhookDelete(id: $id) }";
        let deleted = client.ask(delete, json!({"id": id})).data();
        assert_eq!(deleted["webhookDelete"], "SUCCESS");
        let gone = client.ask(delete, json!({"id": id})).refusal();
        assert_eq!(gone, ["NOT_FOUND", "webhook_gone"]);
        client
            .ask(NOTE, json!({"order": order, "note": "two"}))
            .data();
        assert_eq!(
            desk.number("select count(*) from webhook_messages where state = 'waiting'"),
            0
        );
        assert_eq!(receiver.heard().len(), 3);
    });
}

#[test]
fn what_cannot_be_a_webhook_is_refused_and_nothing_is_kept() {
    on_every_database(|desk| {
        filled(desk);
        let secret = key(desk, &["--organization", "Shop"], ALLOWED);
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let create = |url: &str, more: Value| {
            let mut input = json!({"status": "ENABLED", "type": "ORDER_CREATED", "url": url});
            for (name, value) in more.as_object().cloned().unwrap_or_default() {
                input[name] = value;
            }
            client.ask(CREATE, json!({"input": input})).refusal()
        };
        let fine = "https://shop.example/";
        for (url, more, code, field) in [
            ("http://127.0.0.1:9/", json!({}), "url_not_secure", "url"),
            ("https://127.0.0.1:9/", json!({}), "url_private", "url"),
            ("https://169.254.169.254/", json!({}), "url_private", "url"),
            ("nonsense", json!({}), "url_malformed", "url"),
            (fine, json!({"type": "TEST"}), "type_none", "type"),
            (
                fine,
                json!({"query": "mutation { webhookDelete(id: \"1\") }"}),
                "query_wrong",
                "query",
            ),
            (
                fine,
                json!({"query": "{ order(orderId: \"1\") { nothing } }"}),
                "query_wrong",
                "query",
            ),
            (fine, json!({"query": "{ order("}), "query_wrong", "query"),
            (
                fine,
                json!({"query": "query($x: String!) { order(orderId: $x) { id } }"}),
                "query_wrong",
                "query",
            ),
            (
                fine,
                json!({"query": "query A { __typename } query B { __typename }"}),
                "query_wrong",
                "query",
            ),
        ] {
            let code = format!("webhook_{code}");
            assert_eq!(create(url, more), ["BAD_REQUEST", &code, field]);
        }
        assert_eq!(desk.number("select count(*) from webhooks"), 0);
        // Seeing orders is not managing settings.
        let member = Client::new(
            &server,
            &key(desk, &["--organization", "Shop"], &["view_orders"]),
        );
        let input = json!({"status": "ENABLED", "type": "ORDER_CREATED", "url": fine});
        let refused = member.ask(CREATE, json!({"input": input})).refusal();
        assert_eq!(refused[..2], ["PERMISSION_DENIED", "not_permitted"]);
        let refused = member
            .ask("{ webhooks { totalCount } }", json!({}))
            .refusal();
        assert_eq!(refused[..2], ["PERMISSION_DENIED", "not_permitted"]);
        // And whoever may not see orders cannot have them sent.
        let blind = Client::new(
            &server,
            &key(desk, &["--organization", "Shop"], &["manage_settings"]),
        );
        let refused = blind.ask(CREATE, json!({"input": input})).refusal();
        assert_eq!(refused[..2], ["PERMISSION_DENIED", "not_permitted"]);
    });
}

#[test]
fn webhooks_come_in_pages_and_are_apart_by_mode_and_organization() {
    on_every_database(|desk| {
        let (server, client, order) = open(desk);
        desk.add_eve();
        let receiver = Receiver::open();
        for kind in ["ORDER_UPDATED", "ORDER_CREATED", "ORDER_UPDATED"] {
            hook(&client, kind, &receiver.url, json!({}));
        }
        let list = "query($first: Int, $after: String, $last: Int, $before: String, $filter: WebhooksFilterInput) {
            webhooks(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
                totalCount edges { cursor node { type } } pageInfo { hasNextPage hasPreviousPage endCursor startCursor } } }";
        let page = client.ask(list, json!({"first": 2})).data()["webhooks"].clone();
        assert_eq!(page["totalCount"], 3);
        assert_eq!(page["pageInfo"]["hasNextPage"], true);
        let after = &page["pageInfo"]["endCursor"];
        let page = client.ask(list, json!({"first": 2, "after": after})).data()["webhooks"].clone();
        assert_eq!(page["edges"].as_array().unwrap().len(), 1);
        assert_eq!(page["pageInfo"]["hasNextPage"], false);
        assert_eq!(page["pageInfo"]["hasPreviousPage"], true);
        let page = client.ask(list, json!({"last": 1})).data()["webhooks"].clone();
        assert_eq!(page["pageInfo"]["hasPreviousPage"], true);
        let filter = json!({"filter": {"type": "ORDER_CREATED"}});
        let page = client.ask(list, filter).data()["webhooks"].clone();
        assert_eq!(page["totalCount"], 1);
        for arguments in [
            ["--organization", "Shop", "--test"].as_slice(),
            &["--organization", "Other"],
        ] {
            let stranger = Client::new(&server, &key(desk, arguments, ALLOWED));
            let page = stranger.ask(list, json!({})).data()["webhooks"].clone();
            assert_eq!(page["totalCount"], 0);
            hook(&stranger, "ORDER_UPDATED", &receiver.url, json!({}));
        }
        client
            .ask(NOTE, json!({"order": order, "note": "one"}))
            .data();
        // The two of the same mode and organization hear it, and nobody else.
        receiver.wait_for(2);
        desk.wait_for(
            "select count(*) from webhook_messages where state <> 'sent'",
            |left| left == 0,
        );
        assert_eq!(desk.number("select count(*) from webhook_messages"), 2);
    });
}

#[test]
fn under_the_same_key_a_webhook_is_made_once() {
    on_every_database(|desk| {
        let (_server, client, _) = open(desk);
        let client = client.with("Idempotency-Key", "hook-1");
        let first = hook(&client, "ORDER_CREATED", "https://shop.example/", json!({}));
        let second = hook(&client, "ORDER_CREATED", "https://shop.example/", json!({}));
        assert_eq!(first, second);
        assert_eq!(desk.number("select count(*) from webhooks"), 1);
        let input =
            json!({"status": "ENABLED", "type": "ORDER_UPDATED", "url": "https://shop.example/"});
        let reused = client.ask(CREATE, json!({"input": input})).refusal();
        assert_eq!(reused, ["BAD_REQUEST", "key_reused"]);
    });
}
