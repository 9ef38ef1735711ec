//! From parties to an order through the steps of the reference interface: in one document, in several, again under a key,
//! and what is refused on the way.

use serde_json::{Value, json};

use crate::client::{Client, key, orders};
use crate::support::{Desk, on_every_database, text};

/// A duty of 12 % on ceramics into the European Union, above 150 EUR.
const TARIFF: &str =
    "kind,destination,region,hs_prefix,origin,valid_from,rate,name,of,limit,currency,base,rounding,note
duty,EU,,6911,,2026-01-01,12,,,,,,,
duty,EU,,851712,,2026-01-01,0,,,,,,,
duty,EU,,851713,,2026-01-01,3,,,,,,,
duty,EU,,851718,,2026-01-01,9,,,,,,,
threshold,EU,,,,2026-01-01,,,duty,150,EUR,fob,,
destination,DE,,,,2026-01-01,,,,,,cif,half_up,
";

/// Everything but the order, as clients of the reference interface send it.
const TOLD: &str = "
    partyCreateWorkflow(input: [
        {type: ORIGIN, location: {countryCode: US, locality: \"Reno\", administrativeAreaCode: \"NV\"}}
        {type: DESTINATION, person: {firstName: \"Ana\", lastName: \"Li\", email: \"ana@example.org\"},
            location: {countryCode: DE, locality: \"Bonn\", line1: \"Am Hof 1\", postalCode: \"53111\",
                propertyType: RESIDENTAL, latitude: 50.73, metadata: [{key: \"door\", value: \"4\"}]}}
        {type: PAYOR, person: {companyName: \"Li GmbH\"}, location: {countryCode: DE, locality: \"Köln\"}}
    ]) { id type location { countryCode latitude propertyType metadata { key value } } person { lastName } }
    itemCreateWorkflow(input: [{amount: 45.00, currencyCode: EUR, quantity: 4, name: \"Mug\", sku: \"MUG-1\",
        productId: \"p-1\", hsCode: \"6911.10\", countryOfOrigin: PT, description: \"ceramic mug\",
        imageUrl: \"https://shop.example/mug.png\", itemType: PHYSICAL_GOOD,
        attributes: [{key: \"colour\", value: \"blue\"}], metadata: [{key: \"row\", value: \"7\"}],
        measurements: [{type: WEIGHT, unitOfMeasure: POUND, value: 0.88}
            {type: LENGTH, unitOfMeasure: CENTIMETER, value: 12} {type: WIDTH, unitOfMeasure: CENTIMETER, value: 10}
            {type: HEIGHT, unitOfMeasure: INCH, value: 4}]}
    ]) { id amount quantity hsCode productId sku imageUrl itemType attributes { key value } metadata { key value }
        measurements { type unitOfMeasure value source } countryOfOriginSource }
    shipmentRatingCreateWorkflow(input: {amount: 20.00, currencyCode: EUR, serviceLevelCode: \"express\",
        displayName: \"Express\"}) { id amount displayName serviceLevelCode shipTo { locality } }
    landedCostCalculateWorkflow(input: {endUse: NOT_FOR_RESALE, tariffRate: EXACT, calculationMethod: DDP}) {
        id rootId method tariffRate endUse landedCostGuaranteeCode expiresAt missing
        amountSubtotals { items shipping duties taxes fees landedCostTotal }
        duties { amount currency formula note item { id sku } payor { id } exchangeRate { sourceCurrencyCode } }
        taxes { amount formula type } fees { amount type } deMinimis { threshold type formula }
        remittance { amount description } shipmentRating { id amount } root { id items { id } } }";

const ORDER: &str = "
    orderCreate(input: {currencyCode: EUR, accountOrderNumber: \"W-1\", grandTotal: 266.56, source: \"my shop\",
        metadata: [{key: \"cart\", value: \"c-1\"}], references: [{key: \"shop\", value: \"77\"}], note: \"gift\",
        payments: [{provider: \"sandbox\", reference: \"ch_W1\"}], paymentsCaptured: true}) { id }";

const SHOWN: &str = "query($id: String!) { order(orderId: $id) { accountOrderNumber source sourceName
    metadata { key value } references { key value } amountSubtotals { items shipping duties taxes total }
    items { id sku productId imageUrl metadata { value } } landedCosts { id rootId duties { amount formula } }
    shipmentRatings { id amount } parties { id type location { locality } } notes { note } remittance { amount }
    root { id order { id } items { id } parties { id } landedCosts { id } } paymentStatus } }";

/// A desk with a tariff of its own, and a client.
pub fn with_tariff(desk: &Desk) -> String {
    let file = desk.with_shop().write("tariff.csv", TARIFF);
    let named = ["--source", "Example", "--stated-on", "2026-01-01"];
    desk.run("tariff", &[&["import", text(&file)][..], &named].concat())
        .fine();
    key(desk, &[], &[])
}

fn ids(of: &Value) -> Vec<&str> {
    let each = of.as_array().unwrap().iter();
    each.map(|one| one["id"].as_str().unwrap()).collect()
}

/// How much there is of all that a step or an order leaves.
fn marks(desk: &Desk) -> Vec<i64> {
    let tables = [
        "order_events",
        "idempotency",
        "jobs",
        "orders",
        "roots",
        "landed_costs",
        "exchange_rates",
    ];
    let counts = tables.map(|table| desk.number(&format!("select count(*) from {table}")));
    counts.to_vec()
}

#[test]
fn a_whole_sale_in_one_document_becomes_an_order_that_is_refunded_and_canceled() {
    on_every_database(|desk| {
        let secret = with_tariff(desk);
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let told = client
            .ask(&format!("mutation {{ {TOLD} {ORDER} }}"), json!({}))
            .data();
        let cost = &told["landedCostCalculateWorkflow"][0];
        // 12 % of 200.00 with shipping; 19 % of goods and duty, and of shipping.
        assert_eq!(
            cost["amountSubtotals"],
            json!({"items": 180.0, "shipping": 20.0, "duties": 24.0, "taxes": 42.56, "fees": 0.0,
                "landedCostTotal": 66.56})
        );
        let duty = &cost["duties"][0];
        assert_eq!(
            duty["formula"],
            "12 % of 200.00 EUR (CIF value: goods 180.00 EUR + shipping 20.00 EUR)"
        );
        assert_eq!(duty["exchangeRate"]["sourceCurrencyCode"], "EUR");
        assert_eq!(duty["payor"]["id"], told["partyCreateWorkflow"][2]["id"]);
        assert_eq!(cost["missing"], json!([]));
        assert_eq!(cost["landedCostGuaranteeCode"], "NOT_APPLICABLE");
        let item = &told["itemCreateWorkflow"][0];
        assert_eq!(duty["item"], json!({"id": item["id"], "sku": "MUG-1"}));
        assert_eq!(
            item["measurements"][0],
            json!({"type": "WEIGHT", "unitOfMeasure": "POUND", "value": 0.88, "source": "API_REQUEST"})
        );
        let order = client
            .ask(SHOWN, json!({"id": told["orderCreate"]["id"]}))
            .data();
        let order = &order["order"];
        assert_eq!(
            order["amountSubtotals"],
            json!({"items": 180.0, "shipping": 20.0, "duties": 24.0, "taxes": 42.56, "total": 266.56})
        );
        assert_eq!(order["source"], "CHECKOUT");
        assert_eq!(order["sourceName"], "my shop");
        assert_eq!(order["metadata"], json!([{"key": "cart", "value": "c-1"}]));
        assert_eq!(order["references"], json!([{"key": "shop", "value": "77"}]));
        assert_eq!(order["notes"], json!([{"note": "gift"}]));
        // What was quoted is answered under the identifiers of before.
        assert_eq!(ids(&order["items"]), ids(&told["itemCreateWorkflow"]));
        assert_eq!(order["items"][0]["imageUrl"], item["imageUrl"]);
        assert_eq!(ids(&order["landedCosts"]), [cost["id"].as_str().unwrap()]);
        assert_eq!(
            order["shipmentRatings"][0],
            json!({"id": cost["shipmentRating"]["id"], "amount": 20.0})
        );
        let parties = ids(&told["partyCreateWorkflow"]);
        assert_eq!(ids(&order["parties"]), [parties[1], parties[2], parties[0]]);
        assert_eq!(order["root"]["id"], cost["rootId"]);
        assert_eq!(order["root"]["order"]["id"], told["orderCreate"]["id"]);
        let weight = orders(desk)[0].estimated_weight.physical_g;
        // 0.88 lb are 399.2 g, rounded up.
        assert_eq!(weight, 4 * 400);
        let found = "query($id: ID!, $party: ID!) { item(id: $id) { id quantity hsCode } party(id: $party) { id } }";
        let asked = json!({"id": item["id"], "party": parties[1]});
        let found = client.ask(found, asked).data();
        assert_eq!(found["item"]["quantity"], 4);
        assert_eq!(found["party"]["id"], json!(parties[1]));
        desk.wait_for("select count(*) from jobs", |count| count == 0);
        let refund = "mutation($id: ID!) { orderRefundCreate(input: {id: $id, currencyCode: EUR,
            subtotals: [{type: DUTY_TAX_FEE, amount: 6.56}]}) { amount } }";
        let id = json!({"id": told["orderCreate"]["id"]});
        let refunded = client.ask(refund, id.clone()).data();
        assert_eq!(refunded["orderRefundCreate"]["amount"], 6.56);
        desk.wait_for("select count(*) from jobs", |count| count == 0);
        let cancel = "mutation($id: ID!) { orderCancel(id: $id) { status } }";
        assert_eq!(
            client.ask(cancel, id).data()["orderCancel"]["status"],
            "CANCELED"
        );
        desk.wait_for("select count(*) from jobs", |count| count == 0);
        desk.is_well();
    });
}

#[test]
fn a_later_request_goes_on_and_one_landed_cost_makes_one_order() {
    on_every_database(|desk| {
        let secret = with_tariff(desk);
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let told = client
            .ask(&format!("mutation {{ {TOLD} }}"), json!({}))
            .data();
        let cost = &told["landedCostCalculateWorkflow"][0];
        // The recipient pays: the same lines, of which nothing is collected.
        let dap =
            "mutation($id: String) { landedCostCalculateWorkflow(input: {endUse: NOT_FOR_RESALE,
            tariffRate: EXACT, method: DAP, sourceLandedCostId: $id}) {
            id rootId method duties { amount } amountSubtotals { duties landedCostTotal } notes
            remittance { amount note } } }";
        let dap = client.ask(dap, json!({"id": cost["id"]})).data();
        let dap = &dap["landedCostCalculateWorkflow"][0];
        assert_eq!(
            [&dap["rootId"], &dap["method"]],
            [&cost["rootId"], &json!("DAP")]
        );
        assert_eq!(dap["duties"], json!([{"amount": 24.0}]));
        assert_eq!(
            dap["amountSubtotals"],
            json!({"duties": 0.0, "landedCostTotal": 0.0})
        );
        assert_eq!(
            dap["remittance"][0],
            json!({"amount": 24.0, "note": "not collected: the recipient owes it on arrival in DE"})
        );
        let create = "mutation($id: ID, $total: Decimal, $currency: CurrencyCode!) {
            orderCreate(input: {landedCostId: $id, grandTotal: $total, currencyCode: $currency}) { id
                landedCosts { id } } }";
        let before = marks(desk);
        let ask = |id: &Value, total: &str, currency: &str| {
            let asked = json!({"id": id, "total": total, "currency": currency});
            client.ask(create, asked)
        };
        let wrong = ask(&cost["id"], "266.55", "EUR").error();
        assert_eq!(wrong["extensions"]["field"], "grandTotal");
        let message = wrong["message"].as_str().unwrap();
        assert!(message.contains("266.56 EUR"), "{message}");
        assert_eq!(
            ask(&cost["id"], "266.56", "USD").refusal(),
            ["BAD_REQUEST", "invalid", "O3", "currencyCode"]
        );
        assert_eq!(
            ask(&json!("landed_cost_x"), "1.00", "EUR").refusal()[1],
            "landed_cost_not_found"
        );
        let unnamed = ask(&Value::Null, "1.00", "EUR").error();
        let message = unnamed["message"].as_str().unwrap();
        assert!(message.contains("landedCostCalculateWorkflow"), "{message}");
        assert_eq!(marks(desk), before);
        let made = ask(&cost["id"], "266.56", "EUR").data();
        assert_eq!(
            ids(&made["orderCreate"]["landedCosts"]),
            [cost["id"].as_str().unwrap()]
        );
        assert_eq!(
            ask(&cost["id"], "266.56", "EUR").refusal()[1],
            "landed_cost_used"
        );
        // One that expired makes none.
        let late = "update landed_costs set document = \
            replace(document, '\"expires_at\":\"20', '\"expires_at\":\"19'), expires_at_us = 0";
        desk.tamper(late);
        let before = marks(desk);
        assert_eq!(
            ask(&dap["id"], "200.00", "EUR").refusal()[1],
            "landed_cost_expired"
        );
        assert_eq!(marks(desk), before);
        assert_eq!(orders(desk).len(), 1);
    });
}

#[test]
fn what_is_not_told_yet_is_named_with_its_step() {
    on_every_database(|desk| {
        let secret = with_tariff(desk);
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let party = |kind: &str| {
            format!(
                "partyCreateWorkflow(input: [{{type: {kind}, location: {{countryCode: DE}}}}]) {{ id }}"
            )
        };
        let item = "itemCreateWorkflow(input: [{amount: \"1.00\", currencyCode: EUR, quantity: 1}]) { id }";
        let cost = "landedCostCalculateWorkflow(input: {endUse: NOT_FOR_RESALE, tariffRate: EXACT}) { id }";
        let rating = "shipmentRatingCreateWorkflow(input: {amount: 1, currencyCode: EUR, serviceLevelCode: \"s\"}) { id }";
        let (origin, destination) = (party("ORIGIN"), format!("b: {}", party("DESTINATION")));
        let costs = desk.number("select count(*) from landed_costs");
        for (told, field, step) in [
            (vec![item, rating, cost], "destination", "DESTINATION"),
            (
                vec![&origin, &destination, rating, cost],
                "items",
                "itemCreateWorkflow",
            ),
            (
                vec![&origin, &destination, item, cost],
                "shipmentRating",
                "shipmentRatingCreateWorkflow",
            ),
            (vec![&destination, item, rating, cost], "origin", "ORIGIN"),
            (
                vec![&origin, &destination, item, "cartonizeWorkflow { id }"],
                "boxes",
                "",
            ),
            (
                vec![
                    &origin,
                    &destination,
                    item,
                    "shipmentRatingCalculateWorkflow { id }",
                ],
                "weight",
                "WEIGHT",
            ),
        ] {
            let document = format!("mutation {{ {} }}", told.join(" "));
            let answer = client.ask(&document, json!({}));
            let error = answer.json["errors"][0].clone();
            assert_eq!(error["extensions"]["field"], field, "{error}");
            assert_eq!(error["extensions"]["errorType"], "BAD_REQUEST");
            let message = error["message"].as_str().unwrap();
            assert!(message.contains(step), "{message}");
        }
        assert_eq!(desk.number("select count(*) from landed_costs"), costs);
        // Who may not take orders in tells nothing.
        let viewer = key(desk, &[], &["view_orders"]);
        let before = marks(desk);
        let refused =
            Client::new(&server, &viewer).ask(&format!("mutation {{ {item} }}"), json!({}));
        assert_eq!(
            refused.refusal()[..2],
            ["PERMISSION_DENIED", "not_permitted"]
        );
        assert_eq!(marks(desk), before);
    });
}

#[test]
fn the_same_document_under_its_key_makes_nothing_twice() {
    on_every_database(|desk| {
        let secret = with_tariff(desk);
        let server = desk.serve();
        let once = Client::new(&server, &secret).with("Idempotency-Key", "sale-1");
        let rate = "exchangeRateCreate(input: {sourceCurrencyCode: EUR, targetCurrencyCode: USD, type: GUARANTEED})
            { id rate expiresAt }";
        let document = format!("mutation {{ {TOLD} {rate} {ORDER} }}");
        let first = once.ask(&document, json!({})).data();
        desk.wait_for("select count(*) from jobs", |count| count == 0);
        let before = marks(desk);
        for _ in 0..2 {
            assert_eq!(once.ask(&document, json!({})).data(), first);
        }
        assert_eq!(marks(desk), before);
        // Another document under the key is refused.
        let other = document.replace("quantity: 4", "quantity: 5");
        let answer = once.ask(&other, json!({}));
        assert_eq!(answer.json["errors"][0]["extensions"]["code"], "key_reused");
        assert_eq!(marks(desk), before);
        let held = "query($id: ID!) { exchangeRate(id: $id) { rate type } }";
        let rate = &first["exchangeRateCreate"];
        let held = Client::new(&server, &secret)
            .ask(held, json!({"id": rate["id"]}))
            .data();
        assert_eq!(
            held["exchangeRate"],
            json!({"rate": rate["rate"], "type": "GUARANTEED"})
        );
    });
}
