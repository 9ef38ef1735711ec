//! Refunds through the API: exact, within what is left, once, in the currency that the shopper paid.

use domain::refund::RefundReason;
use serde_json::{Value, json};

use crate::client::{Client, filled, key, orders, traces};
use crate::support::on_every_database;

const REFUND: &str = "mutation($input: OrderRefundInput!) { orderRefundCreate(input: $input) {
    id amount currencyCode note status reason reasonText createdBy subtotals { type amount } order { id } } }";

#[test]
fn r4_a_part_is_refunded_exactly_and_the_record_says_by_whom() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let input = json!({"id": all[0].id, "currencyCode": "EUR", "note": "too small",
            "subtotals": [{"type": "ITEM", "amount": 3.10}, {"type": "SHIPPING", "amount": "1.20"}]});
        let made = client.ask(REFUND, json!({"input": input})).data();
        let refund = &made["orderRefundCreate"];
        assert_eq!(refund["amount"], json!(4.3));
        assert_eq!(refund["currencyCode"], json!("EUR"));
        assert_eq!(refund["note"], json!("too small"));
        assert_eq!(refund["order"]["id"], json!(all[0].id));
        assert_eq!(
            refund["subtotals"],
            json!([{"type": "ITEM", "amount": 3.1}, {"type": "SHIPPING", "amount": 1.2}])
        );
        let now = &orders(desk)[0];
        assert_eq!(now.refunds[0].parts.to_array(), [310, 120, 0]);
        let by = refund["createdBy"].as_str().unwrap();
        let words = format!("refunded through the API by the key \"Plugin\" ({by})");
        assert_eq!(now.refunds[0].reason, RefundReason::Other(words.clone()));
        assert_eq!(
            [&refund["reason"], &refund["reasonText"]],
            ["OTHER", words.as_str()]
        );
        // Without parts, everything that is left.
        let rest = json!({"id": all[0].id, "currencyCode": "EUR", "reason": "DUPLICATE"});
        let rest = client.ask(REFUND, json!({"input": rest})).data();
        assert_eq!(rest["orderRefundCreate"]["amount"], json!(20.7));
        assert_eq!(rest["orderRefundCreate"]["reason"], json!("DUPLICATE"));
        assert_eq!(orders(desk)[0].left().total_minor(), 0);
        desk.wait_for("select count(*) from jobs", |count| count == 0);
        let shown = "query($id: String!) { order(orderId: $id) { paymentStatus refunds { amount status } } }";
        let shown = client.ask(shown, json!({"id": all[0].id})).data();
        assert_eq!(
            shown["order"],
            json!({"paymentStatus": "REFUNDED", "refunds": [
                {"amount": 4.3, "status": "SUCCEEDED"}, {"amount": 20.7, "status": "SUCCEEDED"}]})
        );
    });
}

#[test]
fn r6_what_is_asked_in_base_currency_is_issued_in_the_shoppers() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let input = json!({"id": all[0].id, "currencyCode": "USD",
            "subtotals": [{"type": "ITEM", "amount": 5.00}]});
        let made = Client::new(&server, &secret)
            .ask(REFUND, json!({"input": input}))
            .data();
        // 5.00 USD at 1.0842 USD for one EUR.
        assert_eq!(made["orderRefundCreate"]["amount"], json!(4.61));
        assert_eq!(made["orderRefundCreate"]["currencyCode"], json!("EUR"));
        assert_eq!(orders(desk)[0].refunds[0].parts.to_array(), [461, 0, 0]);
        desk.wait_for("select count(*) from jobs", |count| count == 0);
    });
}

#[test]
fn what_cannot_be_refunded_is_refused_and_nothing_happens() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let before = traces(desk);
        let asked = |order: usize, currency: &str, parts: Value| json!({"input": {"id": all[order].id, "currencyCode": currency, "subtotals": parts}});
        let item = |amount: Value| json!([{"type": "ITEM", "amount": amount}]);
        let cases: [(Value, &[&str]); 9] = [
            (
                asked(3, "EUR", item(json!(1))),
                &["FAILED_PRECONDITION", "paid_elsewhere", "R1"],
            ),
            (
                asked(0, "EUR", item(json!(20.01))),
                &["FAILED_PRECONDITION", "exceeds_part", "R4", "item"],
            ),
            (
                asked(0, "EUR", item(json!(-1))),
                &["BAD_REQUEST", "invalid", "O3", "item"],
            ),
            (
                asked(0, "EUR", item(json!(0))),
                &["BAD_REQUEST", "invalid", "O3", "amount"],
            ),
            (
                asked(0, "EUR", json!([])),
                &["BAD_REQUEST", "invalid", "O3", "amount"],
            ),
            (
                asked(0, "EUR", item(json!(1.001))),
                &["BAD_REQUEST", "invalid", "O3", "item"],
            ),
            (
                asked(2, "JPY", item(json!(0.5))),
                &["BAD_REQUEST", "invalid", "O3", "item"],
            ),
            (
                asked(0, "CHF", item(json!(1))),
                &["BAD_REQUEST", "invalid", "O3", "currencyCode"],
            ),
            (
                json!({"input": {"id": "order_x", "currencyCode": "EUR"}}),
                &["NOT_FOUND", "not_found"],
            ),
        ];
        for (variables, refused) in cases {
            let told = format!("{variables}");
            assert_eq!(client.ask(REFUND, variables).refusal(), refused, "{told}");
            assert_eq!(traces(desk), before, "{told}");
        }
        // A number that JSON's readers round is not taken for the one that was meant.
        for amount in [
            "1e400",
            "1e22",
            "12.3456789012345678",
            "\"12,50\"",
            "true",
            "[1]",
            "\"\"",
        ] {
            let ask = format!(
                "mutation {{ orderRefundCreate(input: {{id: \"{}\", currencyCode: EUR,
                    subtotals: [{{type: ITEM, amount: {amount}}}]}}) {{ id }} }}",
                all[0].id
            );
            let refused = client.ask(&ask, json!({})).refusal();
            assert_eq!(refused, ["BAD_REQUEST", "invalid_document"], "{amount}");
        }
        assert_eq!(traces(desk), before);
    });
}

#[test]
fn above_the_limit_of_programs_a_person_approves() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let limit = "update organizations set settings = replace(settings, '\"approval_above_minor\":{}', \
                     '\"approval_above_minor\":{\"api_keys\":{\"EUR\":1000}}')";
        assert_eq!(desk.tamper(limit), 1);
        let server = desk.serve();
        let input = json!({"id": all[0].id, "currencyCode": "EUR"});
        let made = Client::new(&server, &secret)
            .ask(REFUND, json!({"input": input}))
            .data();
        assert_eq!(made["orderRefundCreate"]["status"], json!("WAITING"));
        assert_eq!(made["orderRefundCreate"]["amount"], json!(25.0));
        let now = &orders(desk)[0];
        assert_eq!((now.refunds.len(), now.waiting.len()), (0, 1));
        assert_eq!(desk.number("select count(*) from jobs"), 0);
    });
}
