//! Shipments through the API: made whole, in parts and in bulk, set on, and refused without a trace (S1 to S4, C4, O3).

use serde_json::{Value, json};

use crate::client::{Client, filled, key, orders, traces};
use crate::support::browser::Browser;
use crate::support::on_every_database;
use crate::support::people::ADA;
use crate::support::server::Server;

const CREATE: &str = "mutation($input: ShipmentCreateWorkflowInput!) { shipmentCreateWorkflow(input: $input) {
    id status declaredValue exemption itnNumber specialServices customsDocuments { id }
    serviceLevel { code } fulfillmentCenter { name type party { type location { countryCode locality } } }
    parties { type } trackingDetails { number url carrier }
    shipmentCartons { alcoholRecipientType signatureOptionType specialServices batteryDetail { material packingType }
        tracking { number } carton { length height width dimensionalUnit weight weightUnit items { quantity labelName } } }
    order { id status coverage { landedCostGuarantee { state cause } } } } }";

const FROM_ORDER: &str =
    "mutation($input: ShipmentsCreateFromOrderInput!) { shipmentsCreateFromOrder(input: $input) {
    status order { status } items { quantity } trackingDetails { number } } }";

const BULK: &str =
    "mutation($input: ShipmentBulkCreateInput!) { shipmentBulkCreate(input: $input) { __typename
    ... on Shipment { id status order { id status } }
    ... on ShipmentBulkCreateError { orderId carrierName errorMessage code } } }";

const UPDATE: &str =
    "mutation($input: ShipmentStatusUpdateInput!) { shipmentStatusUpdate(input: $input) {
    status statusTransitions { status note } order { status } } }";

const TOTAL: &str = "mutation($input: [OrderUpdateAmountSubtotalsInput!]!) { orderUpdateAmountSubtotals(input: $input) {
    id amountSubtotals { variance } } }";

/// The interface's name of the first item of an order.
fn item(client: &Client, order: &str) -> Value {
    let shown = "query($id: String!) { order(orderId: $id) { items { id } } }";
    client.ask(shown, json!({"id": order})).data()["order"]["items"][0]["id"].clone()
}

/// Adds a ship-from place as an admin does.
fn place(server: &Server, name: &str) {
    let mut ada = Browser::signed_in(server, "en", ADA);
    let typed = [
        ("name", name),
        ("kind", "standard"),
        ("line1", "1 Main Street"),
        ("city", "Springfield"),
        ("country", "us"),
    ];
    ada.post("/settings/places/new", &typed).is(200);
}

#[test]
fn s2_a_shipment_keeps_all_that_was_said_of_it() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        place(&server, "Warehouse");
        let client = Client::new(&server, &secret);
        let (order, cap) = (&all[0].id, item(&client, all[0].id.as_str()));
        let input = json!({
            "orderId": order, "serviceLevel": "post.parcel", "declaredValue": 11.5, "exemption": "30.37(a)",
            "itnNumber": "X20261125000001", "specialServices": ["DRY_ICE", "DRY_ICE"], "shipmentDate": "2026-12-01T10:00:00Z",
            "shipmentCartons": [{
                "dimensionalUnit": "INCH", "weightUnit": "POUND", "length": 12.5, "width": 10, "height": "4", "weight": 1.1,
                "trackingNumber": "1z999aa10123456784",
                "items": [{"itemReference": cap, "quantity": 1, "labelName": "Cotton cap"}],
                "specialServiceDetails": {
                    "serviceTypes": ["BATTERY"], "signatureOptionType": "ADULT", "alcoholRecipientType": "CONSUMER",
                    "batteryDetail": {"material": "LITHIUM_ION", "packingType": "BATTERY_ONLY"},
                },
            }],
        });
        let made = client.ask(CREATE, json!({"input": input})).data();
        let mut made = made["shipmentCreateWorkflow"].clone();
        let id = made["id"].take();
        assert!(id.as_str().unwrap().starts_with("shipment_"), "{id}");
        assert_eq!(
            made,
            json!({
                "id": null, "status": "CREATED", "declaredValue": 11.5, "exemption": "30.37(a)",
                "itnNumber": "X20261125000001", "specialServices": ["DRY_ICE"], "customsDocuments": [],
                "serviceLevel": {"code": "post.parcel"},
                "fulfillmentCenter": {"name": "Warehouse", "type": "PRIMARY", "party":
                    {"type": "ORIGIN", "location": {"countryCode": "US", "locality": "Springfield"}}},
                "parties": [{"type": "DESTINATION"}, {"type": "PAYOR"}, {"type": "ORIGIN"}],
                "trackingDetails": [{"number": "1Z999AA10123456784", "carrier": "UPS",
                    "url": "https://www.ups.com/track?tracknum=1Z999AA10123456784"}],
                "shipmentCartons": [{
                    "alcoholRecipientType": "CONSUMER", "signatureOptionType": "ADULT", "specialServices": ["BATTERY"],
                    "batteryDetail": {"material": "LITHIUM_ION", "packingType": "BATTERY_ONLY"},
                    "tracking": {"number": "1Z999AA10123456784"},
                    "carton": {"length": 318, "width": 254, "height": 102, "dimensionalUnit": "MILLIMETER",
                        "weight": 499, "weightUnit": "GRAM", "items": [{"quantity": 1, "labelName": "Cotton cap"}]},
                }],
                // Another value than the items are declared at is another price to customs; here nobody guarantees one.
                "order": {"id": order, "status": "PARTIALLY_SHIPPED",
                    "coverage": {"landedCostGuarantee": {"state": "NONE", "cause": null}}},
            })
        );
        let found = "query { shipments(filter: {serviceLevelId: \"post.parcel\", shipDate: {after: \"2026-12-01T00:00:00Z\"}}) { edges { node { id } } } }";
        let found = client.ask(found, json!({})).data();
        assert_eq!(found["shipments"]["edges"][0]["node"]["id"], id);
        let centers = "query { fulfillmentCenters(filter: {type: PRIMARY}) { name party { id } } }";
        let centers = client.ask(centers, json!({})).data();
        assert_eq!(centers["fulfillmentCenters"][0]["name"], json!("Warehouse"));
        let party = "query($id: ID!) { party(id: $id) { type location { locality } } }";
        let id = &centers["fulfillmentCenters"][0]["party"]["id"];
        let found = client.ask(party, json!({"id": id})).data()["party"].clone();
        assert_eq!(
            found,
            json!({"type": "ORIGIN", "location": {"locality": "Springfield"}})
        );
        let none = "query { fulfillmentCenters(filter: {type: CONSOLIDATION_CENTER}) { name } }";
        assert_eq!(
            client.ask(none, json!({})).data()["fulfillmentCenters"],
            json!([])
        );
        desk.wait_for("select count(*) from jobs", |count| count == 0);
    });
}

#[test]
fn s1_shipments_of_an_order_and_of_many_move_their_status() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let cap = item(&client, all[0].id.as_str());
        let carton = |number: &str| {
            json!({"serviceLevel": "post.parcel", "trackingNumber": number, "shipmentCartons": [
                {"dimensionalUnit": "CENTIMETER", "weightUnit": "GRAM", "items": [{"itemReference": cap, "quantity": 1}]}]})
        };
        let input = json!({"orderId": all[0].id, "shipments": [carton("A-1"), carton("A-2")]});
        let made = client.ask(FROM_ORDER, json!({"input": input})).data();
        let one = |number: &str| {
            json!({"status": "CREATED", "order": {"status": "COMPLETED"}, "items": [{"quantity": 1}],
                "trackingDetails": [{"number": number}]})
        };
        assert_eq!(
            made["shipmentsCreateFromOrder"],
            json!([one("A-1"), one("A-2")])
        );
        // In bulk each order is answered for, in the order given.
        let ids = json!([all[1].id, all[0].id, "order_x", all[2].id]);
        let once = client.with("Idempotency-Key", "bulk-1");
        let asked = json!({"input": {"orderReferenceIds": ids}});
        let bulk = once.ask(BULK, asked.clone()).data();
        let results = bulk["shipmentBulkCreate"].as_array().unwrap();
        let kinds: Vec<&Value> = results.iter().map(|one| &one["__typename"]).collect();
        let (shipped, not) = ("Shipment", "ShipmentBulkCreateError");
        assert_eq!(kinds, [shipped, not, not, shipped]);
        assert_eq!(
            results[0]["order"],
            json!({"id": all[1].id, "status": "COMPLETED"})
        );
        assert_eq!(results[1]["orderId"], json!(all[0].id));
        assert_eq!(
            [&results[1]["code"], &results[2]["code"]],
            ["nothing_to_ship", "not_found"]
        );
        assert_eq!(
            results[1]["errorMessage"],
            json!("every item is in a shipment already")
        );
        // The same request again ships nothing more, and answers the same shipments.
        let before = traces(desk);
        assert_eq!(once.ask(BULK, asked).data(), bulk);
        assert_eq!(traces(desk), before);
        desk.wait_for("select count(*) from jobs", |count| count == 0);
    });
}

#[test]
fn s1_a_shipment_is_set_on_and_voided_and_the_order_follows() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let input = json!({"input": {"orderId": all[0].id, "trackingNumbers": ["A-1"]}});
        let made = client.ask(CREATE, input).data()["shipmentCreateWorkflow"].clone();
        assert_eq!(made["order"]["status"], json!("COMPLETED"));
        // One without a number or a label is voided on the page, so that the order can be canceled there (C4).
        let input = json!({"input": {"orderId": all[1].id}});
        let bare = client.ask(CREATE, input).data()["shipmentCreateWorkflow"]["id"].clone();
        let mut ada = Browser::signed_in(&server, "en", ADA);
        let page = format!("/orders/{}", all[1].id);
        ada.get(&page).says("Void shipment");
        let typed = [
            ("action", "void_shipment"),
            ("subject", bare.as_str().unwrap()),
        ];
        ada.post(&format!("{page}/do"), &typed)
            .is(200)
            .says("The shipment is voided")
            .says_not("Void shipment");
        let set = |status: &str, note: &str| {
            let input = json!({"shipment": made["id"], "status": status, "note": note});
            client.ask(UPDATE, json!({"input": input}))
        };
        let moved = set("DELIVERED", "at the door").data()["shipmentStatusUpdate"].clone();
        assert_eq!(
            moved["statusTransitions"][1],
            json!({"status": "DELIVERED", "note": "at the door"})
        );
        let before = traces(desk);
        let wrong = [
            "FAILED_PRECONDITION",
            "shipment_state_wrong",
            "S1",
            "status",
        ];
        assert_eq!(set("VOIDED", "").refusal(), wrong);
        assert_eq!(traces(desk), before);
        set("IN_TRANSIT", "the wrong door").data();
        let void = set("VOIDED", "sent by mistake").data()["shipmentStatusUpdate"].clone();
        assert_eq!(
            [&void["status"], &void["order"]["status"]],
            ["VOIDED", "OPEN"]
        );
        assert_eq!(set("CREATED", "").refusal(), wrong);
        desk.wait_for("select count(*) from jobs", |count| count == 0);
    });
}

#[test]
fn what_cannot_be_shipped_is_refused_and_nothing_happens() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let viewer = key(desk, &[], &["view_orders"]);
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let (order, cap) = (&all[0].id, item(&client, all[0].id.as_str()));
        let before = traces(desk);
        let carton = |item: Value| json!([{"dimensionalUnit": "CENTIMETER", "weightUnit": "GRAM", "items": [item]}]);
        let bad = |field: &'static str| ["BAD_REQUEST", "invalid", "O3", field];
        let of = "shipmentCartons[0].items[0].itemReference";
        let other = item(&client, all[1].id.as_str());
        let cases: [(Value, &[&str]); 11] = [
            (json!({}), &bad("orderId")),
            (json!({"orderId": "order_x"}), &["NOT_FOUND", "not_found"]),
            (
                json!({"orderId": order, "fulfillmentCenter": "fulfillment_center_x"}),
                &["NOT_FOUND", "place_not_found", "P1", "fulfillmentCenter"],
            ),
            (
                json!({"orderId": order, "shipmentConsolidationId": "x"}),
                &["NOT_FOUND", "not_found"],
            ),
            (
                json!({"orderId": order, "generateLabel": true}),
                &bad("serviceLevel"),
            ),
            (
                json!({"orderId": order, "declaredValue": -1}),
                &bad("declaredValue"),
            ),
            (
                json!({"orderId": order, "trackingNumbers": ["a b", "AB"]}),
                &bad("trackingNumbers"),
            ),
            (
                json!({"orderId": order, "shipmentCartons": carton(json!({"itemReference": "hat"}))}),
                &bad(of),
            ),
            (
                json!({"orderId": order, "shipmentCartons": carton(json!({"itemReference": other}))}),
                &bad(of),
            ),
            (
                json!({"orderId": order, "shipmentCartons": carton(json!({"itemReference": cap, "quantity": 3}))}),
                &["FAILED_PRECONDITION", "quantity_exceeds", "S2", "items"],
            ),
            (
                json!({"orderId": order, "expectedVersion": 1}),
                &["FAILED_PRECONDITION", "stale_version", "O3", "version"],
            ),
        ];
        for (input, refused) in cases {
            let answer = client.ask(CREATE, json!({"input": input}));
            assert_eq!(answer.refusal(), refused, "{input}");
        }
        let seeing = Client::new(&server, &viewer);
        let input = json!({"input": {"orderId": order}});
        assert_eq!(
            seeing.ask(CREATE, input).refusal(),
            ["PERMISSION_DENIED", "not_permitted", "P2"]
        );
        let twice = json!({"input": {"orderReferenceIds": [order, order]}});
        assert_eq!(client.ask(BULK, twice).refusal(), bad("orderReferenceIds"));
        let many: Vec<String> = (0..501).map(|index| format!("order_{index}")).collect();
        let many = json!({"input": {"orderReferenceIds": many}});
        assert_eq!(client.ask(BULK, many).refusal(), bad("orderReferenceIds"));
        let unknown = json!({"input": {"shipment": "shipment_x", "status": "VOIDED"}});
        assert_eq!(
            client.ask(UPDATE, unknown).refusal(),
            ["NOT_FOUND", "not_found"]
        );
        let dry = json!({"input": {"orderId": order, "dryRun": true}});
        let would = client.ask(CREATE, dry).data();
        assert_eq!(
            would["shipmentCreateWorkflow"]["order"]["status"],
            json!("COMPLETED")
        );
        assert_eq!(traces(desk), before);
    });
}

#[test]
fn r4_a_total_changes_before_money_is_taken_and_of_all_orders_or_none() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        // The shop's order has no payment here: what the shopper was charged can still be told.
        let (paid, shops) = (&all[0].id, &all[3].id);
        let before = traces(desk);
        let both = json!({"input": [{"orderId": shops, "grandTotal": 99}, {"orderId": paid, "grandTotal": 99}]});
        let refused = client.ask(TOTAL, both).error();
        assert_eq!(refused["extensions"]["code"], json!("amounts_final"));
        assert_eq!(refused["extensions"]["remedy"], json!("REFUND_INSTEAD"));
        let none = json!({"input": [{"orderId": shops}]});
        assert_eq!(
            client.ask(TOTAL, none).refusal(),
            ["BAD_REQUEST", "invalid", "O3", "grandTotal"]
        );
        assert_eq!(traces(desk), before);
        let total = orders(desk)[3].amounts.total_minor();
        let more = format!("{}.{:02}", (total + 150) / 100, (total + 150) % 100);
        let one = json!({"input": [{"orderId": shops, "grandTotal": more}]});
        let changed = client.ask(TOTAL, one).data();
        let variance = &changed["orderUpdateAmountSubtotals"][0]["amountSubtotals"]["variance"];
        assert_eq!(*variance, json!(1.5));
    });
}
