//! What was reckoned for a sale that is another now, and what was sent before the order came.

use serde_json::{Value, json};

use crate::client::Client;
use crate::support::{on_every_database, text};
use crate::workflow::with_tariff;

const BOXES: &str = r#"{"packaging": {"boxes": [{"name": "small", "max_weight_g": 5000, "own_weight_g": 120,
    "size": {"length_mm": 200, "width_mm": 150, "height_mm": 150}}]}}"#;

const PARTIES: &str = "partyCreateWorkflow(input: [{type: ORIGIN, location: {countryCode: US}}
    {type: DESTINATION, person: {firstName: \"Ana\"}, location: {countryCode: DE, locality: \"Bonn\", line1: \"Hof 1\"}}]) { id }";

/// Two of one thing, under this SKU.
fn goods(sku: &str) -> String {
    let side = |kind: &str| format!("{{type: {kind}, unitOfMeasure: MILLIMETER, value: 100}}");
    let sides = ["LENGTH", "WIDTH", "HEIGHT"].map(side).concat();
    format!(
        "(input: [{{amount: \"9.00\", currencyCode: EUR, quantity: 2, name: \"Cup\", sku: \"{sku}\", hsCode: \"6911.10\",
        measurements: [{{type: WEIGHT, unitOfMeasure: GRAM, value: 300}}{sides}]}}]"
    )
}

#[test]
fn what_a_carrier_asked_and_what_was_packed_end_when_more_is_told() {
    on_every_database(|desk| {
        let secret = with_tariff(desk);
        let file = desk.write("terms.json", BOXES);
        desk.run("tariff", &["terms", text(&file)]).fine();
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let begun = format!(
            "mutation {{ {PARTIES} itemCreateWorkflow{}) {{ id }} cartonizeWorkflow {{ rootId }}
            shipmentRatingCalculateWorkflow {{ id }} }}",
            goods("CUP")
        );
        let cost = "landedCostCalculateWorkflow(input: {endUse: NOT_FOR_RESALE, tariffRate: EXACT, rootId: $root}) { id }";
        let more = [
            format!("itemCreateWorkflow{}, rootId: $root) {{ id }}", goods("MORE")),
            "partyCreateWorkflow(input: [{type: DESTINATION, location: {countryCode: AU}}], rootId: $root) { id }"
                .to_owned(),
        ];
        for told in more {
            let answer = client.ask(&begun, json!({})).data();
            let root = answer["cartonizeWorkflow"][0]["rootId"].clone();
            let on = format!("mutation($root: ID) {{ {told} {cost} }}");
            let error = client.ask(&on, json!({"root": root})).json["errors"][0].clone();
            assert_eq!(error["extensions"]["field"], "shipmentRating", "{error}");
            // Asked again, it is for what there is now.
            let again = format!(
                "mutation($root: ID) {{ shipmentRatingCalculateWorkflow(rootId: $root) {{ id }} {cost} }}"
            );
            client.ask(&again, json!({"root": root})).data();
        }
    });
}

#[test]
fn what_was_sent_before_is_a_parcel_for_each_number() {
    on_every_database(|desk| {
        let secret = with_tariff(desk);
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let carton = |number: Value, item: &str| {
            json!({"length": 1, "width": 1, "height": 1, "weight": 1, "weightUnit": "KILOGRAM", "trackingNumber": number,
                "items": [{"itemReference": item, "quantity": 1}]})
        };
        let document = format!(
            "mutation($sent: [OrderShipmentDetailInput!]) {{ {PARTIES} itemCreateWorkflow{}) {{ id }}
            more: itemCreateWorkflow{}) {{ id }}
            shipmentRatingCreateWorkflow(input: {{amount: 1, currencyCode: EUR, serviceLevelCode: \"s\"}}) {{ id }}
            landedCostCalculateWorkflow(input: {{endUse: NOT_FOR_RESALE, tariffRate: EXACT}}) {{ id }}
            orderCreate(input: {{currencyCode: EUR, shipmentDetails: $sent}})
                {{ shipments {{ trackingDetails {{ number }} items {{ quantity }} }} }} }}",
            goods("CUP"),
            goods("CUP")
        );
        let ask = |cartons: Vec<Value>| {
            let sent =
                json!([{"trackingNumber": "1Z999AA10123456784", "shipmentCartons": cartons}]);
            client.ask(&document, json!({"sent": sent}))
        };
        // Two lines have the SKU, and nothing has an empty one.
        for reference in ["CUP", ""] {
            let answer = ask(vec![carton(Value::Null, reference)]).json;
            let error = &answer["errors"][0]["extensions"];
            assert_eq!(error["code"], "invalid", "{answer}");
        }
        let document_of_two = document.replacen("\"CUP\"", "\"ONE\"", 1);
        let sent = json!([{"trackingNumber": "1Z999AA10123456784",
            "shipmentCartons": [carton(Value::Null, "ONE"), carton(Value::Null, "ONE"), carton(json!("RR1"), "CUP")]}]);
        let answer = client.ask(&document_of_two, json!({"sent": sent})).data();
        let shipments = &answer["orderCreate"]["shipments"];
        assert_eq!(
            *shipments,
            json!([
                {"trackingDetails": [{"number": "1Z999AA10123456784"}], "items": [{"quantity": 2}]},
                {"trackingDetails": [{"number": "RR1"}], "items": [{"quantity": 1}]}
            ])
        );
        let many: Vec<Value> = (0..51)
            .map(|n| carton(json!(format!("RR{n}")), "ONE"))
            .collect();
        let sent = json!([{"shipmentCartons": many}]);
        let answer = client.ask(&document_of_two, json!({"sent": sent})).json;
        assert_eq!(
            answer["errors"][0]["extensions"]["field"], "shipmentDetails",
            "{answer}"
        );
    });
}
