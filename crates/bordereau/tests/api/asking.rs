//! What is asked is answered whole, exactly, and to nobody else.

use serde_json::{Value, json};

use crate::client::{Client, filled, key};
use crate::support::on_every_database;

const WHOLE: &str = "query($id: String!) { order(orderId: $id) {
    id accountOrderNumber zonosOrderId status mode source paymentStatus fulfillmentStatus isDisputed version tags
    amountSubtotals { duties fees items shipping taxes variance discounts landedCostTotal total }
    currencyCode createdAt createdBy updatedAt updatedBy placedAt organization
    items { id amount currencyCode name sku productId quantity quantitySold hsCode countryOfOrigin declaredAmount
        customsDescription description mode organization createdAt createdBy updatedAt updatedBy
        measurements { type unitOfMeasure value } }
    parties { id type mode organization organizationId createdAt createdBy updatedAt updatedBy
        person { id firstName lastName companyName email phone updatedAt updatedBy }
        location { id countryCode locality postalCode line1 line2 line3 line4 administrativeArea
            administrativeAreaCode updatedAt updatedBy } }
    notes { id note type createdAt createdBy updatedAt updatedBy deletedAt deletedBy }
    references { key value } metadata { key value } remittance { amount description note }
    refunds { id amount } trackingNumbers cartons { id }
    statusTransitions { status createdAt createdBy note }
    root { id exchangeRates { id rate sourceCurrencyCode targetCurrencyCode mode createdAt createdBy source }
        items { id } parties { id } order { id } shipment { id } cartons { id }
        landedCosts { id } shipmentRatings { id } }
    landedCosts { id amountSubtotals { discounts duties fees items landedCostTotal shipping taxes } currencyCode
        duties { amount type } fees { amount type } taxes { amount type } landedCostGuaranteeCode rootId }
    shipmentRatings { id amount amountSubtotals { shipping } currencyCode shipTo { countryCode } }
    shipments { id }
    coverage { fraudProtection { state cause movedAt } landedCostGuarantee { state cause movedAt } }
    journal { movement about at lines { account amount currencyCode } }
    actions { action allowed refusal { code rule message remedy field } }
    activity(first: 2) { version at by { id kind name } type data }
} }";

#[test]
fn an_order_is_answered_whole_and_its_amounts_are_exact() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let answer = Client::new(&server, &secret).ask(WHOLE, json!({"id": all[0].id}));
        // Numbers as they are written: with the decimals of the currency, never as text.
        for written in [
            "\"items\":20.00,\"shipping\":5.00",
            "\"total\":25.00",
            "\"rate\":1.0842",
        ] {
            assert!(answer.text.contains(written), "{written}: {}", answer.text);
        }
        let order = &answer.data()["order"];
        assert_eq!(order["id"], json!(all[0].id));
        assert_eq!(order["accountOrderNumber"], json!("A1"));
        assert_eq!(order["zonosOrderId"], json!(all[0].desk_number.to_string()));
        assert_eq!(
            [
                &order["status"],
                &order["mode"],
                &order["source"],
                &order["paymentStatus"]
            ],
            ["OPEN", "LIVE", "CHECKOUT", "PAID"]
        );
        assert_eq!(order["version"], json!(all[0].version));
        assert_eq!(order["placedAt"], json!("2026-03-01T00:00:00Z"));
        let item = &order["items"][0];
        assert_eq!([&item["name"], &item["hsCode"]], ["Cap", "650500"]);
        assert_eq!(item["quantity"], json!(2));
        assert_eq!(order["parties"][0]["location"]["locality"], json!("Paris"));
        assert_eq!(order["parties"][0]["type"], json!("DESTINATION"));
        assert_eq!(order["notes"][0]["note"], json!("as a gift"));
        assert_eq!(order["notes"][0]["type"], json!("COMMENT"));
        assert_eq!(order["metadata"], Value::Null);
        assert_eq!(order["shipments"], json!([]));
        let charge = &order["journal"][0];
        assert_eq!(charge["movement"], json!("charge"));
        assert_eq!(charge["lines"][0]["account"], json!("shopper"));
        assert_eq!(order["activity"].as_array().unwrap().len(), 2);
        assert_eq!(order["activity"][0]["version"], json!(all[0].version));
        assert_eq!(order["updatedBy"], order["activity"][0]["by"]["id"]);
        let actions = order["actions"].as_array().unwrap();
        let of = |name: &str| actions.iter().find(|one| one["action"] == name).unwrap();
        assert_eq!(of("REFUND")["allowed"], json!(true));
        assert_eq!(
            of("CANCEL_WITHOUT_REFUND")["refusal"],
            json!({
                "code": "operator_support_only", "rule": "C3", "remedy": "ASK_SUPPORT", "field": null,
                "message": "only operator support can do this",
            })
        );
    });
}

#[test]
fn a_yen_has_no_decimals() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let ask = "query($id: String!) { order(orderId: $id) { currencyCode amountSubtotals { total } } }";
        let answer = Client::new(&server, &secret).ask(ask, json!({"id": all[2].id}));
        assert_eq!(
            answer.text,
            "{\"data\":{\"order\":{\"currencyCode\":\"JPY\",\"amountSubtotals\":{\"total\":3000}}}}"
        );
    });
}

#[test]
fn what_belongs_to_an_order_is_found_by_its_own_identifier() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let shown = client.ask(WHOLE, json!({"id": all[0].id})).data();
        let order = &shown["order"];
        let ask = "query($item: ID!, $party: ID!, $order: ID!) {
            item(id: $item) { id name } party(id: $party) { id type }
            orderFulfillmentProgress(orderId: $order) {
                fulfilled { id } notFulfilled { quantity item { id } } } }";
        let (item, party) = (&order["items"][0]["id"], &order["parties"][1]["id"]);
        let variables = json!({"item": item, "party": party, "order": all[0].id});
        assert_eq!(
            client.ask(ask, variables).data(),
            json!({
                "item": {"id": item, "name": "Cap"},
                "party": {"id": party, "type": "PAYOR"},
                "orderFulfillmentProgress": {
                    "fulfilled": [], "notFulfilled": [{"quantity": 2, "item": {"id": item}}],
                },
            })
        );
        for (field, id) in [
            ("item", "item_x-1"),
            ("item", "nothing"),
            ("party", "party_x-payor"),
            // What PostgreSQL cannot be asked for.
            ("party", "party_\0-payor"),
            ("item", "\0"),
            ("party", ""),
            ("shipment", "shipment_1"),
        ] {
            let ask = format!("query($id: ID!) {{ {field}(id: $id) {{ id }} }}");
            let answer = client.ask(&ask, json!({"id": id}));
            assert_eq!(answer.json["data"], json!({field: null}));
            assert_eq!(
                answer.error()["message"],
                json!(format!("{field} {id} is not known here"))
            );
        }
    });
}
