//! Each change does what the page does, and each refusal leaves everything as it was.

use domain::order::OrderStatus;
use serde_json::{Value, json};

use crate::client::{Client, filled, key, orders, traces};
use crate::support::on_every_database;

const CANCEL: &str = "mutation($id: ID!, $note: String, $version: Int, $dry: Boolean) {
    orderCancel(id: $id, note: $note, expectedVersion: $version, dryRun: $dry) {
        id status refunds { amount status reason } } }";

#[test]
fn c2_an_order_is_canceled_and_its_money_returns() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        // The reference's call: nothing but the order.
        let plain = "mutation($id: ID!) { orderCancel(id: $id) { id status refunds { amount } } }";
        let canceled = client.ask(plain, json!({"id": all[0].id})).data();
        assert_eq!(
            canceled["orderCancel"],
            json!({"id": all[0].id, "status": "CANCELED", "refunds": [{"amount": 25.0}]})
        );
        let now = &orders(desk)[0];
        assert_eq!(now.status, OrderStatus::Canceled);
        // C6: the record says that it came through the API, and by which key.
        let cancellation = now.cancellation.as_ref().unwrap();
        let by = &now.transitions.last().unwrap().by;
        assert_eq!(
            cancellation.note,
            format!("canceled through the API by the key \"Plugin\" ({})", by.id)
        );
        assert!(by.id.starts_with("key_") && !cancellation.notify);
        assert!(now.waiting.is_empty(), "a program does not undo");
        let noted = client.ask(CANCEL, json!({"id": all[1].id, "note": "sold out"}));
        assert_eq!(noted.data()["orderCancel"]["status"], json!("CANCELED"));
        let note = orders(desk)[1].cancellation.as_ref().unwrap().note.clone();
        assert_eq!(note, "sold out");
        desk.wait_for(
            "select count(*) from orders where facets like '%refunded%'",
            |count| count == 2,
        );
    });
}

#[test]
fn what_cannot_be_changed_is_refused_and_nothing_happens() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        client.ask(CANCEL, json!({"id": all[1].id})).data();
        desk.wait_for("select count(*) from jobs", |count| count == 0);
        let before = traces(desk);
        let order = &all[0].id;
        let cases: [(&str, Value, &[&str]); 14] = [
            (CANCEL, json!({"id": "order_x"}), &["NOT_FOUND", "not_found"]),
            (CANCEL, json!({"id": all[1].id}), &["FAILED_PRECONDITION", "canceled", "C1"]),
            (CANCEL, json!({"id": order, "version": 1}), &["FAILED_PRECONDITION", "stale_version", "O3", "version"]),
            (CANCEL, json!({"id": order, "version": -1}), &["BAD_REQUEST", "invalid", "O3", "expectedVersion"]),
            (CANCEL, json!({"id": order, "note": "x".repeat(2_001)}), &["BAD_REQUEST", "invalid", "O3", "note"]),
            (
                "mutation($id: ID!) { orderAddNote(input: {orderId: $id, note: \" \", type: COMMENT}) { id } }",
                json!({"id": order}),
                &["BAD_REQUEST", "invalid", "O3", "note"],
            ),
            (
                "mutation($id: ID!) { orderAddNote(input: {orderId: $id, note: \"x\", type: STATUS}) { id } }",
                json!({"id": order}),
                &["BAD_REQUEST", "invalid", "O3", "type"],
            ),
            (
                "mutation { orderUpdateNote(input: {id: \"note_x\", note: \"x\"}) { id } }",
                json!({}),
                &["NOT_FOUND", "not_found"],
            ),
            (
                "mutation { orderDeleteNote(id: \"note_x-1\") { id } }",
                json!({}),
                &["NOT_FOUND", "not_found"],
            ),
            (
                "mutation { orderAddTrackingNumber { id } }",
                json!({}),
                &["BAD_REQUEST", "invalid", "O3", "input"],
            ),
            (
                "mutation($id: ID!) { orderAddTrackingNumber(input: {id: $id, trackingNumbers: [\"%\"]}) { id } }",
                json!({"id": order}),
                &["BAD_REQUEST", "invalid", "O3", "trackingNumbers"],
            ),
            (
                "mutation($id: ID!) { orderAddTrackingNumber(input: {id: $id, trackingNumbers: [\"1\"],
                    items: [{item: \"item_x-1\", quantity: 1}]}) { id } }",
                json!({"id": order}),
                &["NOT_FOUND", "not_found"],
            ),
            (
                "mutation($id: ID!) { orderRemoveTrackingNumber(input: {id: $id, trackingNumbers: [\"1\"]}) { id } }",
                json!({"id": order}),
                &["FAILED_PRECONDITION", "tracking_not_found", "S1", "trackingNumbers"],
            ),
            (
                "mutation($id: ID!) { orderUpdateAccountOrderNumber(input: {id: $id, accountOrderNumber: \"A2\"}) { id } }",
                json!({"id": order}),
                &["FAILED_PRECONDITION", "number_taken", "N1", "number"],
            ),
        ];
        for (ask, variables, refused) in cases {
            assert_eq!(client.ask(ask, variables).refusal(), refused, "{ask}");
            assert_eq!(traces(desk), before, "{ask}");
        }
    });
}

#[test]
fn c5_what_the_shop_cancels_is_told_with_its_remedy() {
    on_every_database(|desk| {
        let rows = ["G1,2026-03-04,EUR,1.0842,Cap,1,10.00,FR,,,duty_and_tax,Paris,,"];
        let file = crate::support::orders::csv_of(&rows)
            .replace("order_number,", "guarantee,order_number,")
            .replace("G1,", "yes,G1,");
        let file = desk.with_shop().write("orders.csv", file);
        desk.import(&file).fine();
        let (all, secret) = (orders(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let before = traces(desk);
        let error = Client::new(&server, &secret)
            .ask(CANCEL, json!({"id": all[0].id}))
            .error();
        assert_eq!(error["path"], json!(["orderCancel"]));
        let mut said = error["extensions"].clone();
        said.as_object_mut().unwrap().remove("requestId");
        assert_eq!(
            said,
            json!({
                "errorType": "FAILED_PRECONDITION", "code": "cancel_in_shop", "rule": "C5",
                "remedy": "CANCEL_IN_SHOP", "canRetry": false,
            })
        );
        assert_eq!(traces(desk), before);
    });
}

#[test]
fn a_dry_run_answers_what_would_be_and_writes_nothing() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let before = traces(desk);
        let client = Client::new(&server, &secret).with("Idempotency-Key", "dry");
        let would = client
            .ask(CANCEL, json!({"id": all[0].id, "dry": true}))
            .data();
        assert_eq!(
            would["orderCancel"],
            json!({"id": all[0].id, "status": "CANCELED",
                "refunds": [{"amount": 25.0, "status": "REQUESTED", "reason": "CANCELLATION"}]})
        );
        assert_eq!(traces(desk), before);
        assert_eq!(orders(desk), all);
    });
}

#[test]
fn n4_notes_are_added_changed_and_taken_away() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let add = "mutation($id: ID!) { orderAddNote(input: {orderId: $id, note: \"call first\", type: COMMENT}) {
            notes { id note createdBy } } }";
        let added = client.ask(add, json!({"id": all[1].id})).data();
        let note = &added["orderAddNote"]["notes"][0];
        assert_eq!(note["note"], json!("call first"));
        assert!(note["createdBy"].as_str().unwrap().starts_with("key_"));
        let update = "mutation($id: ID!) { orderUpdateNote(input: {id: $id, note: \"call later\"}) { notes { id note } } }";
        let updated = client.ask(update, json!({"id": note["id"]})).data();
        assert_eq!(
            updated["orderUpdateNote"]["notes"],
            json!([{"id": note["id"], "note": "call later"}])
        );
        let delete = "mutation($id: ID!) { orderDeleteNote(id: $id) { notes { id } } }";
        let deleted = client.ask(delete, json!({"id": note["id"]})).data();
        assert_eq!(deleted["orderDeleteNote"]["notes"], json!([]));
        let again = client.ask(delete, json!({"id": note["id"]})).refusal();
        assert_eq!(again, ["NOT_FOUND", "note_not_found", "N4"]);
        assert!(orders(desk)[1].notes.is_empty());
    });
}

#[test]
fn s1_tracking_numbers_ship_an_order_and_their_removal_takes_it_back() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let shown = "{ status trackingNumbers fulfillmentStatus shipments {
            id status createdBy tracking { number carrier } trackingDetails { number } serviceLevel { code name }
            items { quantity item { id } } statusTransitions { status } parties { type } declaredValue
            order { id } shipmentCartons { id } shipmentType } }";
        let item = "query($id: String!) { order(orderId: $id) { items { id } } }";
        let item =
            client.ask(item, json!({"id": all[0].id})).data()["order"]["items"][0]["id"].clone();
        let add = format!(
            "mutation($id: ID!, $item: ID!) {{ orderAddTrackingNumber(input: {{id: $id, carrier: \"UPS\",
                trackingNumbers: [\"1z 1\"], items: [{{item: $item, quantity: 1}}]}}) {shown} }}"
        );
        let added = client
            .ask(&add, json!({"id": all[0].id, "item": item}))
            .data();
        let order = &added["orderAddTrackingNumber"];
        assert_eq!(
            [&order["status"], &order["fulfillmentStatus"]],
            ["PARTIALLY_SHIPPED", "SOME"]
        );
        assert_eq!(order["trackingNumbers"], json!(["1Z1"]));
        let shipment = &order["shipments"][0];
        assert_eq!(
            shipment["tracking"],
            json!({"number": "1Z1", "carrier": "UPS"})
        );
        assert_eq!(
            shipment["items"],
            json!([{"quantity": 1, "item": {"id": item}}])
        );
        assert_eq!(
            shipment["statusTransitions"],
            json!([{"status": "CREATED"}])
        );
        assert_eq!(shipment["declaredValue"], json!(10.0));
        assert!(shipment["createdBy"].as_str().unwrap().starts_with("key_"));
        let find = "query($id: ID!, $order: ID!) { shipment(id: $id) { id order { id } }
            orderFulfillmentProgress(orderId: $order) { fulfilled { id } notFulfilled { quantity } } }";
        let found = client
            .ask(find, json!({"id": shipment["id"], "order": all[0].id}))
            .data();
        assert_eq!(
            found,
            json!({
                "shipment": {"id": shipment["id"], "order": {"id": all[0].id}},
                "orderFulfillmentProgress": {
                    "fulfilled": [{"id": shipment["id"]}], "notFulfilled": [{"quantity": 1}],
                },
            })
        );
        // C4, with what to do first.
        let refused = client.ask(CANCEL, json!({"id": all[0].id})).refusal();
        assert_eq!(refused, ["FAILED_PRECONDITION", "shipped", "C4"]);
        let remove = "mutation($id: ID!) { orderRemoveTrackingNumber(input: {id: $id, trackingNumbers: [\"1Z1\"]}) {
            status trackingNumbers } }";
        assert_eq!(
            client.ask(remove, json!({"id": all[0].id})).data()["orderRemoveTrackingNumber"],
            json!({"status": "OPEN", "trackingNumbers": []})
        );
    });
}

#[test]
fn n1_an_order_gets_the_shops_number() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let ask = "mutation($id: ID!) { orderUpdateAccountOrderNumber(input: {id: $id, accountOrderNumber: \" B-1 \"}) {
            accountOrderNumber } }";
        let changed = Client::new(&server, &secret)
            .ask(ask, json!({"id": all[0].id}))
            .data();
        let number = &changed["orderUpdateAccountOrderNumber"]["accountOrderNumber"];
        assert_eq!(*number, json!("B-1"));
        assert_eq!(orders(desk)[0].number.as_deref(), Some("B-1"));
    });
}
