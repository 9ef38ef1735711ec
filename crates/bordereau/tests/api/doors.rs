//! Who is let in, and where: no key, a wrong one, a revoked one, another organization's, the other mode's, one that may
//! not.

use serde_json::{Value, json};

use crate::client::{Client, filled, key, said, traces};
use crate::support::on_every_database;

const ORDER: &str = "query($id: String!) { order(orderId: $id) { id } }";

#[test]
fn nobody_is_let_in_without_a_good_key() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let id = json!({"id": all[0].id});
        let stranger = Client::stranger(&server);
        for (client, code) in [
            (stranger.with("cookie", "a=b"), "no_key"),
            (
                stranger.with("credentialToken", "credential_live_x"),
                "unknown_key",
            ),
            (
                stranger.with("credentialToken", &format!("{secret}x")),
                "unknown_key",
            ),
            (stranger.with("authorization", "Basic YTpi"), "no_key"),
            (
                stranger.with("authorization", "Bearer nothing"),
                "unknown_key",
            ),
        ] {
            let answer = client.ask(ORDER, id.clone());
            assert_eq!((answer.status, &answer.json["data"]), (401, &Value::Null));
            assert_eq!(said(&answer.error()), ["UNAUTHENTICATED", code]);
        }
        let known = json!({"order": {"id": all[0].id}});
        assert_eq!(
            Client::new(&server, &secret).ask(ORDER, id.clone()).data(),
            known
        );
        let bearer = stranger.with("authorization", &format!("bearer {secret}"));
        assert_eq!(bearer.ask(ORDER, id.clone()).data(), known);
        let used = "select count(*) from api_keys where last_used_at_us is not null";
        assert_eq!(desk.number(used), 1);
        let list = desk.run("key", &["list"]).fine();
        let name = list.split('\t').next().unwrap();
        desk.run("key", &["revoke", name]).fine();
        let answer = bearer.ask(ORDER, id);
        assert_eq!(answer.status, 401);
        assert_eq!(said(&answer.error()), ["UNAUTHENTICATED", "unknown_key"]);
    });
}

#[test]
fn o5_another_organization_and_the_other_mode_are_not_there() {
    on_every_database(|desk| {
        let all = filled(desk);
        desk.add_eve();
        let test = key(desk, &["--organization", "Shop", "--test"], &[]);
        let other = key(desk, &["--organization", "Other"], &[]);
        let mine = key(desk, &["--organization", "Shop"], &[]);
        let server = desk.serve();
        let order = &all[0].id;
        let shown = "query($id: String!) { order(orderId: $id) { items { id } parties { id } notes { id } } }";
        let parts = Client::new(&server, &mine)
            .ask(shown, json!({"id": order}))
            .data();
        let part = |kind: &str| parts["order"][kind][0]["id"].clone();
        let before = traces(desk);
        for secret in [test, other] {
            let client = Client::new(&server, &secret);
            let list = "{ orders { edges { node { id } } } }";
            assert_eq!(
                client.ask(list, json!({})).data(),
                json!({"orders": {"edges": []}})
            );
            let numbered =
                "{ orders(filter: {accountOrderNumber: \"A1\"}) { edges { node { id } } } }";
            assert_eq!(
                client.ask(numbered, json!({})).data(),
                json!({"orders": {"edges": []}})
            );
            for (ask, id) in [
                (ORDER, json!(order)),
                ("query($id: ID!) { item(id: $id) { id } }", part("items")),
                ("query($id: ID!) { party(id: $id) { id } }", part("parties")),
                (
                    "query($id: ID!) { orderFulfillmentProgress(orderId: $id) { fulfilled { id } } }",
                    json!(order),
                ),
                (
                    "mutation($id: ID!) { orderCancel(id: $id) { id } }",
                    json!(order),
                ),
                (
                    "mutation($id: ID!) { orderDeleteNote(id: $id) { id } }",
                    part("notes"),
                ),
                (
                    "mutation($id: ID!) { orderUpdateNote(input: {id: $id, note: \"x\"}) { id } }",
                    part("notes"),
                ),
                (
                    "mutation($id: ID!) { orderAddNote(input: {orderId: $id, note: \"x\", type: COMMENT}) { id } }",
                    json!(order),
                ),
                (
                    "mutation($id: ID!) { orderAddTrackingNumber(input: {id: $id, trackingNumbers: [\"1\"]}) { id } }",
                    json!(order),
                ),
                (
                    "mutation($id: ID!) { orderRemoveTrackingNumber(input: {id: $id, trackingNumbers: [\"1\"]}) { id } }",
                    json!(order),
                ),
                (
                    "mutation($id: ID!) { orderUpdateAccountOrderNumber(input: {id: $id, accountOrderNumber: \"1\"}) { id } }",
                    json!(order),
                ),
                (
                    "mutation($id: ID!) { orderRefundCreate(input: {id: $id, currencyCode: EUR}) { id } }",
                    json!(order),
                ),
            ] {
                let refused = client.ask(ask, json!({"id": id})).refusal();
                assert_eq!(refused, ["NOT_FOUND", "not_found"], "{ask}");
            }
        }
        assert_eq!(traces(desk), before);
    });
}

#[test]
fn p2_a_key_does_what_it_may_and_no_more() {
    on_every_database(|desk| {
        let all = filled(desk);
        let viewer = key(desk, &[], &["view_orders"]);
        // The answer of a change is the order, so a key that may not see one changes none.
        let blind = key(desk, &[], &["cancel_orders", "add_notes"]);
        let server = desk.serve();
        let order = json!({"id": all[0].id});
        let before = traces(desk);
        let viewer = Client::new(&server, &viewer);
        for ask in [
            "mutation($id: ID!) { orderCancel(id: $id) { id } }",
            "mutation($id: ID!) { orderRefundCreate(input: {id: $id, currencyCode: EUR}) { id } }",
            "mutation($id: ID!) { orderAddNote(input: {orderId: $id, note: \"x\", type: COMMENT}) { id } }",
            "mutation($id: ID!) { orderAddTrackingNumber(input: {id: $id, trackingNumbers: [\"1\"]}) { id } }",
            "mutation($id: ID!) { orderUpdateAccountOrderNumber(input: {id: $id, accountOrderNumber: \"1\"}) { id } }",
        ] {
            let refused = viewer.ask(ask, order.clone()).refusal();
            assert_eq!(
                refused,
                ["PERMISSION_DENIED", "not_permitted", "P2"],
                "{ask}"
            );
        }
        assert_eq!(viewer.ask(ORDER, order.clone()).data()["order"], order);
        let blind = Client::new(&server, &blind);
        for ask in [
            ORDER,
            "query($id: String!) { order(orderId: $id) { id } orders { edges { cursor } } }",
            "mutation($id: ID!) { orderCancel(id: $id) { id } }",
        ] {
            let answer = blind.ask(ask, order.clone());
            let errors = answer.json["errors"].as_array().unwrap();
            let each = errors.iter().map(said);
            assert!(
                each.into_iter()
                    .all(|said| said == ["PERMISSION_DENIED", "not_permitted", "P2"])
            );
        }
        assert_eq!(traces(desk), before);
    });
}
