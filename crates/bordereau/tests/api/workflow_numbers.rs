//! What a workflow reckons: prices of carriers, cartons, currencies of any grain, rates of unknown and short codes; and the
//! lists of what was reckoned.

use serde_json::{Value, json};

use crate::client::{Client, key};
use crate::support::{on_every_database, text};
use crate::workflow::with_tariff;

#[test]
fn carriers_are_asked_and_boxes_are_packed_in_currencies_of_any_grain() {
    on_every_database(|desk| {
        let secret = with_tariff(desk);
        let terms = json!({"packaging": {"boxes": [{"name": "small",
            "size": {"length_mm": 200, "width_mm": 150, "height_mm": 150}, "max_weight_g": 5000, "own_weight_g": 120}]}});
        let file = desk.write("terms.json", terms.to_string());
        desk.run("tariff", &["terms", text(&file)]).fine();
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        for (currency, amount, told) in [
            ("JPY", "1500", "1500"),
            ("USD", "12.50", "12.50"),
            ("KWD", "1.125", "1.125"),
        ] {
            let document = format!(
                "mutation {{ partyCreateWorkflow(input: [{{type: ORIGIN, location: {{countryCode: US}}}}
                    {{type: DESTINATION, location: {{countryCode: DE}}}}]) {{ id }}
                itemCreateWorkflow(input: [{{amount: {amount}, currencyCode: {currency}, quantity: 2, name: \"Cup\",
                    measurements: [{{type: WEIGHT, unitOfMeasure: GRAM, value: 300}}
                        {{type: LENGTH, unitOfMeasure: MILLIMETER, value: 100}}
                        {{type: WIDTH, unitOfMeasure: MILLIMETER, value: 100}}
                        {{type: HEIGHT, unitOfMeasure: MILLIMETER, value: 100}}]}}]) {{ amount }}
                cartonizeWorkflow {{ id name weight source items {{ quantity }} }}
                shipmentRatingCalculateWorkflow {{ serviceLevelCode amount currencyCode
                    shipmentRatingCartons {{ chargeableWeight }} }}
                landedCostCalculateWorkflow(input: {{endUse: NOT_FOR_RESALE, tariffRate: EXACT,
                    calculationMethod: DDP_AND_DAP}}) {{ method duties {{ amount note }} missing
                    amountSubtotals {{ items }} }} }}"
            );
            let answer = client.ask(&document, json!({}));
            // Amounts have the decimals of their currency.
            assert!(
                answer
                    .text
                    .contains(&format!("\"itemCreateWorkflow\":[{{\"amount\":{told}}}]")),
                "{}",
                answer.text
            );
            let said = answer.data();
            let carton = &said["cartonizeWorkflow"][0];
            assert_eq!(
                [&carton["name"], &carton["source"]],
                ["small", "ORGANIZATION"]
            );
            assert_eq!(carton["weight"], 720);
            let offers = said["shipmentRatingCalculateWorkflow"].as_array().unwrap();
            let services: Vec<_> = offers.iter().map(|one| &one["serviceLevelCode"]).collect();
            assert_eq!(services, ["standard", "express"]);
            assert!(offers.iter().all(|one| one["currencyCode"] == currency));
            assert_eq!(
                offers[0]["shipmentRatingCartons"][0]["chargeableWeight"],
                900
            );
            // For each price of shipping both ways to pay; goods without a code are told as such.
            let costs = said["landedCostCalculateWorkflow"].as_array().unwrap();
            let methods: Vec<_> = costs.iter().map(|one| &one["method"]).collect();
            assert_eq!(methods, ["DDP", "DAP", "DDP", "DAP"]);
            let note = costs[0]["duties"][0]["note"].as_str().unwrap_or_default();
            let missing = costs[0]["missing"].to_string();
            assert!(
                currency != "JPY" || note.is_empty() || missing.contains("duty rate"),
                "{note}"
            );
        }
    });
}

#[test]
fn unknown_and_short_codes_say_so_and_lists_are_paged() {
    on_every_database(|desk| {
        let secret = with_tariff(desk);
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let parties = "partyCreateWorkflow(input: [{type: ORIGIN, location: {countryCode: US}}
            {type: DESTINATION, location: {countryCode: DE}}]) { id }
            shipmentRatingCreateWorkflow(input: {amount: 0, currencyCode: EUR, serviceLevelCode: \"s\"}) { id }";
        let quoted = |code: &str, rate: &str| {
            let document = format!(
                "mutation {{ {parties} itemCreateWorkflow(input: [{{amount: 1000, currencyCode: EUR, quantity: 1,
                    hsCode: \"{code}\"}}]) {{ id }} landedCostCalculateWorkflow(input: {{endUse: NOT_FOR_RESALE,
                    tariffRate: {rate}}}) {{ id duties {{ amount note }} missing }} }}"
            );
            client.ask(&document, json!({})).data()["landedCostCalculateWorkflow"][0].clone()
        };
        let unknown = quoted("999999", "EXACT");
        assert_eq!(unknown["duties"][0]["amount"], 0.0);
        let note = unknown["duties"][0]["note"].as_str().unwrap();
        assert!(note.contains("no duty rate for 999999"), "{note}");
        assert_eq!(unknown["missing"].as_array().unwrap().len(), 1);
        for (rate, amount, told) in [
            ("MINIMUM", 0.0, "the lowest of 3 rates of goods under 8517"),
            ("MEDIAN", 30.0, "the one in the middle of 3 rates"),
            ("MAXIMUM", 90.0, "which go from 0 % to 9 %"),
        ] {
            let duty = &quoted("8517", rate)["duties"][0];
            assert_eq!(duty["amount"], amount, "{rate}");
            let note = duty["note"].as_str().unwrap();
            assert!(note.contains(told), "{note}");
        }
        let duty = &quoted("691110", "MAXIMUM")["duties"][0];
        assert_eq!(duty["amount"], 120.0);
        assert!(
            duty["note"]
                .as_str()
                .unwrap()
                .contains("one rate alone holds"),
            "{duty}"
        );
        let list = "query($first: Int, $last: Int, $after: String, $before: String) {
            landedCosts(first: $first, last: $last, after: $after, before: $before,
                filter: {shipToCountry: DE, shipFromCountry: US}) {
                totalCount edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage endCursor startCursor } }
            items(first: 2, offset: 1) { edges { node { amount } } pageInfo { hasNextPage } } }";
        let page = |asked: Value| client.ask(list, asked).data();
        let all = page(json!({}));
        assert_eq!(all["landedCosts"]["totalCount"], 5);
        let nodes = |page: &Value| -> Vec<Value> {
            let edges = page["landedCosts"]["edges"].as_array().unwrap().iter();
            edges.map(|edge| edge["node"]["id"].clone()).collect()
        };
        let whole = nodes(&all);
        let first = page(json!({"first": 2}));
        assert_eq!(nodes(&first), whole[..2]);
        assert_eq!(first["landedCosts"]["pageInfo"]["hasNextPage"], true);
        let next =
            page(json!({"first": 2, "after": first["landedCosts"]["pageInfo"]["endCursor"]}));
        assert_eq!(nodes(&next), whole[2..4]);
        assert_eq!(nodes(&page(json!({"last": 2}))), whole[3..]);
        assert_eq!(
            nodes(&page(json!({"last": 1, "before": whole[2]}))),
            whole[1..2]
        );
        assert_eq!(all["items"]["edges"].as_array().unwrap().len(), 2);
        assert_eq!(all["items"]["pageInfo"]["hasNextPage"], true);
        // The other mode knows none of it.
        let test = key(desk, &["--test"], &[]);
        let mine = whole[0].clone();
        let ask = "query($id: ID!) { landedCost(id: $id) { id } }";
        let other = Client::new(&server, &test).ask(ask, json!({"id": mine}));
        assert_eq!(other.refusal()[1], "landed_cost_not_found");
    });
}
