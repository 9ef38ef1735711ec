//! Pages of shipments, from either end, of an order, of a number, and of all that is on its way.

use serde_json::{Value, json};

use crate::client::{Client, filled, key};
use crate::support::on_every_database;

const SHIPMENTS: &str =
    "query($after: String, $before: String, $first: Int, $last: Int, $filter: ShipmentFilter) {
    shipments(after: $after, before: $before, first: $first, last: $last, filter: $filter) {
        totalCount edges { cursor node { status tracking { number } } }
        pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } }";

/// The tracking numbers on a page; nothing for a shipment without one.
fn numbers(page: &Value) -> Vec<&str> {
    let edges = page["shipments"]["edges"].as_array().unwrap().iter();
    let number = edges.map(|edge| edge["node"]["tracking"]["number"].as_str());
    number.map(Option::unwrap_or_default).collect()
}

#[test]
fn shipments_are_listed_from_either_end() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let shown = "query($id: String!) { order(orderId: $id) { items { id } } }";
        let item =
            client.ask(shown, json!({"id": all[0].id})).data()["order"]["items"][0]["id"].clone();
        let add = "mutation($id: ID!, $number: String!, $items: [FulfillmentItemInput!]) {
            orderAddTrackingNumber(input: {id: $id, trackingNumbers: [$number], items: $items}) { id } }";
        let one = json!([{"item": item, "quantity": 1}]);
        for (order, number, items) in [
            (0, "1A", &one),
            (0, "1B", &one),
            (1, "2A", &Value::Null),
            (2, "3A", &Value::Null),
        ] {
            let asked = json!({"id": all[order].id, "number": number, "items": items});
            client.ask(add, asked).data();
        }
        let whole = client.ask(SHIPMENTS, json!({})).data();
        assert_eq!(numbers(&whole), ["3A", "2A", "1B", "1A"]);
        assert_eq!(whole["shipments"]["totalCount"], Value::Null);
        // Pages meet in the middle of an order.
        let first = client.ask(SHIPMENTS, json!({"first": 3})).data();
        assert_eq!(numbers(&first), ["3A", "2A", "1B"]);
        let info = &first["shipments"]["pageInfo"];
        assert_eq!(
            [&info["hasNextPage"], &info["hasPreviousPage"]],
            [true, false]
        );
        let next = client
            .ask(SHIPMENTS, json!({"first": 3, "after": info["endCursor"]}))
            .data();
        assert_eq!(numbers(&next), ["1A"]);
        let info = &next["shipments"]["pageInfo"];
        assert_eq!(
            [&info["hasNextPage"], &info["hasPreviousPage"]],
            [false, true]
        );
        let back = json!({"last": 2, "before": info["startCursor"]});
        let back = client.ask(SHIPMENTS, back).data();
        assert_eq!(numbers(&back), ["2A", "1B"]);
        let info = &back["shipments"]["pageInfo"];
        assert_eq!(
            [&info["hasNextPage"], &info["hasPreviousPage"]],
            [true, true]
        );
        let end = client.ask(SHIPMENTS, json!({"last": 1})).data();
        assert_eq!(numbers(&end), ["1A"]);
        // One that was taken back is voided: it is found by its order alone.
        let remove = "mutation($id: ID!) { orderRemoveTrackingNumber(input: {id: $id, trackingNumbers: [\"2A\"]}) { id } }";
        client.ask(remove, json!({"id": all[1].id})).data();
        let cases: [(Value, &[&str]); 8] = [
            (json!({}), &["3A", "1B", "1A"]),
            (json!({"orderId": all[0].id}), &["1B", "1A"]),
            (json!({"orderId": all[1].id}), &[""]),
            (json!({"trackingNumber": "1 a"}), &["1A"]),
            (json!({"trackingNumber": "2A"}), &[]),
            (json!({"shipDate": {"before": "2026-01-01T00:00:00Z"}}), &[]),
            (json!({"shipmentType": "DOMESTIC"}), &[]),
            (json!({"serviceLevelId": "express"}), &[]),
        ];
        for (filter, kept) in cases {
            let page = client.ask(SHIPMENTS, json!({"filter": filter})).data();
            assert_eq!(numbers(&page), kept, "{filter}");
        }
        let voided = client
            .ask(SHIPMENTS, json!({"filter": {"orderId": all[1].id}}))
            .data();
        assert_eq!(
            voided["shipments"]["edges"][0]["node"]["status"],
            json!("VOIDED")
        );
        for (asked, refused) in [
            (
                json!({"after": "x"}),
                ["BAD_REQUEST", "invalid", "O3", "after"].as_slice(),
            ),
            (
                json!({"before": "1-x"}),
                &["BAD_REQUEST", "invalid", "O3", "before"],
            ),
            (
                json!({"last": 251}),
                &["BAD_REQUEST", "invalid", "O3", "last"],
            ),
            (
                json!({"filter": {"orderId": "order_x"}}),
                &["NOT_FOUND", "not_found"],
            ),
        ] {
            assert_eq!(client.ask(SHIPMENTS, asked).refusal(), refused);
        }
    });
}
