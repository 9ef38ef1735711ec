//! Labels through the API: bought once, printed for who may see them, listed, and voided with their shipment (S2 to S4).

use domain::shipment::LabelState;
use serde_json::{Value, json};

use crate::client::{Client, filled, key, orders, traces};
use crate::support::browser::Browser;
use crate::support::on_every_database;
use crate::support::people::ADA;

const LABEL: &str =
    "id status trackingNumber labelFileType labelSize documentFiling labelImage url shipmentCarton
    labelAmounts { amount amountType currencyCode } statusTransitions { status note }";

fn create() -> String {
    format!(
        "mutation($input: ShipmentCreateWorkflowInput!) {{ shipmentCreateWorkflow(input: $input) {{ id status
            order {{ status }} tracking {{ number url label {{ id }} }}
            shipmentCartons {{ id label {{ {LABEL} }} }} }} }}"
    )
}

const LABELS: &str = "query($filter: LabelFilter, $first: Int, $after: String) {
    labels(filter: $filter, first: $first, after: $after) { totalCount
        edges { cursor node { id status } } pageInfo { hasNextPage endCursor } } }";

/// What a shipment of all that is left with a label of this format asks for.
fn wish(order: &str, spec: Value) -> Value {
    json!({"input": {"orderId": order, "generateLabel": true, "serviceLevel": "post.parcel", "labelSpec": spec,
        "shipmentCartons": [{"dimensionalUnit": "CENTIMETER", "weightUnit": "KILOGRAM", "weight": 1.2, "items": []}]}})
}

#[test]
fn s4_a_label_is_bought_once_and_printed_for_who_may_see_it() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let test = key(desk, &["--test"], &[]);
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let once = client.with("Idempotency-Key", "ship-1");
        let zpl = json!({"labelFileType": "ZPL", "labelSize": "FOUR_BY_EIGHT"});
        let asked = wish(all[0].id.as_str(), zpl);
        let made = once.ask(&create(), asked.clone()).data();
        let shipment = &made["shipmentCreateWorkflow"];
        assert_eq!(shipment["status"], json!("CREATED"));
        assert_eq!(shipment["order"]["status"], json!("COMPLETED"));
        let label = &shipment["shipmentCartons"][0]["label"];
        let (id, number) = (label["id"].as_str().unwrap(), &label["trackingNumber"]);
        assert_eq!(
            [
                &shipment["tracking"]["number"],
                &shipment["tracking"]["label"]["id"]
            ],
            [number, &label["id"]]
        );
        assert_eq!(
            label["shipmentCarton"],
            shipment["shipmentCartons"][0]["id"]
        );
        assert_eq!(
            [&label["labelFileType"], &label["labelSize"]],
            ["ZPL", "FOUR_BY_EIGHT"]
        );
        assert_eq!(
            label["statusTransitions"],
            json!([{"status": "CREATED", "note": null}])
        );
        assert_eq!(label["labelAmounts"][0]["amountType"], json!("QUOTE"));
        // The file says the number in bars, to a key and to who is signed in, and to nobody else.
        let bars = format!("A^FH^FD{}^FS", number.as_str().unwrap());
        let path = format!("/graphql/labels/{id}");
        assert!(label["url"].as_str().unwrap().ends_with(&path), "{label}");
        let file = client.get(&path);
        assert_eq!(file.status, 200, "{file:?}");
        assert!(
            file.text.contains(&bars) && file.text.contains("SAMPLE"),
            "{file:?}"
        );
        assert_eq!(file.header("cache-control"), Some("private, no-store"));
        assert_eq!(Client::new(&server, &test).get(&path).status, 404);
        assert_eq!(
            Client::new(&server, "credential_live_x").get(&path).status,
            401
        );
        let stranger = Client::stranger(&server).get(&path);
        assert_eq!(stranger.status, 303);
        let page = format!("/labels/{id}");
        assert_eq!(stranger.header("location"), Some(page.as_str()));
        let mut nobody = Browser::new(&server, "en");
        nobody.once("GET", &page, "", &[]).is(303);
        Browser::signed_in(&server, "en", ADA)
            .get(&page)
            .is(200)
            .says(&bars);
        Browser::signed_in(&server, "en", ADA)
            .get("/labels/label_x")
            .is(404);
        // Twelve clicks: the same answer, and one label.
        desk.wait_for("select count(*) from jobs", |count| count == 0);
        let before = traces(desk);
        for _ in 0..3 {
            assert_eq!(once.ask(&create(), asked.clone()).data(), made);
        }
        assert_eq!(traces(desk), before);
        assert_eq!(desk.number("select count(*) from labels"), 1);
    });
}

#[test]
fn s4_a_label_is_bought_for_the_shipment_of_the_same_request() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let document = format!(
            "mutation($ship: ShipmentCreateWorkflowInput!) {{
                shipmentCreateWorkflow(input: $ship) {{ id order {{ status }} }}
                labelCreateWorkflow {{ {LABEL} }} }}"
        );
        let mut ship = wish(all[0].id.as_str(), Value::Null)["input"].take();
        ship["generateLabel"] = json!(false);
        let made = client.ask(&document, json!({"ship": ship})).data();
        assert_eq!(
            made["shipmentCreateWorkflow"]["order"]["status"],
            json!("COMPLETED")
        );
        let label = &made["labelCreateWorkflow"][0];
        assert_eq!(
            [&label["status"], &label["labelFileType"]],
            ["CREATED", "PDF"]
        );
        // A PDF in base64.
        assert!(
            label["labelImage"].as_str().unwrap().starts_with("JVBERi0"),
            "{label}"
        );
        // Asked for again by name it is the same label.
        let again = "mutation($id: ID!) { labelCreateWorkflow(input: {shipment: $id}) { id } }";
        let shipment = &made["shipmentCreateWorkflow"]["id"];
        let same = client.ask(again, json!({"id": shipment})).data();
        assert_eq!(same["labelCreateWorkflow"][0]["id"], label["id"]);
        assert_eq!(desk.number("select count(*) from labels"), 1);
        let nothing = "mutation { labelCreateWorkflow { id } }";
        let missing = ["BAD_REQUEST", "invalid", "O3", "shipment"];
        assert_eq!(client.ask(nothing, json!({})).refusal(), missing);
        desk.wait_for("select count(*) from jobs", |count| count == 0);
    });
}

#[test]
fn s4_labels_are_listed_and_voided_with_their_shipment() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let made: Vec<Value> = all[..3]
            .iter()
            .map(|order| {
                let asked = wish(order.id.as_str(), Value::Null);
                client.ask(&create(), asked).data()["shipmentCreateWorkflow"].clone()
            })
            .collect();
        let id = |index: usize| made[index]["shipmentCartons"][0]["label"]["id"].clone();
        let void = "mutation($id: ID!) { shipmentStatusUpdate(input: {shipment: $id, status: VOIDED, note: \"wrong box\"}) {
            status order { status } shipmentCartons { label { status statusTransitions { status note } } } } }";
        let voided =
            client.ask(void, json!({"id": made[1]["id"]})).data()["shipmentStatusUpdate"].clone();
        assert_eq!(
            [&voided["status"], &voided["order"]["status"]],
            ["VOIDED", "OPEN"]
        );
        assert_eq!(
            voided["shipmentCartons"][0]["label"],
            json!({"status": "VOIDED", "statusTransitions": [
                {"status": "CREATED", "note": null}, {"status": "VOIDED", "note": "wrong box"}]})
        );
        let state = orders(desk)[1].shipments[0].label.as_ref().unwrap().state;
        assert_eq!(state, LabelState::Voided);
        let listed = |asked: Value| {
            let page = client.ask(LABELS, asked).data()["labels"].clone();
            let edges = page["edges"].as_array().unwrap().iter();
            let ids: Vec<Value> = edges.map(|edge| edge["node"]["id"].clone()).collect();
            (ids, page["totalCount"].clone(), page["pageInfo"].clone())
        };
        let (ids, count, _) = listed(json!({}));
        assert_eq!((ids, count), (vec![id(2), id(1), id(0)], json!(3)));
        let (first, count, info) = listed(json!({"first": 2}));
        assert_eq!(
            (first, count, &info["hasNextPage"]),
            (vec![id(2), id(1)], json!(3), &json!(true))
        );
        let (next, _, info) = listed(json!({"first": 2, "after": info["endCursor"]}));
        assert_eq!((next, &info["hasNextPage"]), (vec![id(0)], &json!(false)));
        for (filter, kept) in [
            (json!({"status": "VOIDED"}), vec![id(1)]),
            (
                json!({"status": "CREATED", "carrier": "post"}),
                vec![id(2), id(0)],
            ),
            (json!({"carrier": "other"}), vec![]),
            (
                json!({"createdDate": {"before": "2026-01-01T00:00:00Z"}}),
                vec![],
            ),
        ] {
            let (ids, count, _) = listed(json!({"filter": filter}));
            assert_eq!(
                (ids.len(), ids),
                (count.as_u64().unwrap() as usize, kept),
                "{filter}"
            );
        }
        let bad = client.ask(LABELS, json!({"after": "x"})).refusal();
        assert_eq!(bad, ["BAD_REQUEST", "invalid", "O3", "after"]);
        let one = "query($id: ID!) { label(id: $id) { id status trackingNumber } }";
        let found = client.ask(one, json!({"id": id(1)})).data();
        assert_eq!(found["label"]["status"], json!("VOIDED"));
        assert_eq!(
            client.ask(one, json!({"id": "label_x"})).refusal(),
            ["NOT_FOUND", "not_found"]
        );
        desk.wait_for("select count(*) from jobs", |count| count == 0);
    });
}
