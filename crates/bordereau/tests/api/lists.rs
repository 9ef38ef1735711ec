//! Pages of orders: by what the reference's filter says, from cursors that stay good.

use serde_json::{Value, json};

use crate::client::{Answer, Client, filled, key};
use crate::support::on_every_database;
use crate::support::orders::{csv_of, plain};

const ORDERS: &str = "query($after: String, $first: Int, $filter: OrdersFilter) {
    orders(after: $after, first: $first, filter: $filter) {
        edges { cursor node { accountOrderNumber } }
        pageInfo { endCursor startCursor hasNextPage hasPreviousPage } } }";

fn numbers(page: &Value) -> Vec<String> {
    let edges = page["orders"]["edges"].as_array().unwrap().iter();
    let number = edges.map(|edge| edge["node"]["accountOrderNumber"].as_str().unwrap());
    number.map(str::to_owned).collect()
}

#[test]
fn pages_follow_each_other_whatever_comes_between() {
    on_every_database(|desk| {
        let (_, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let first = client.ask(ORDERS, json!({"first": 2})).data();
        assert_eq!(numbers(&first), ["A4", "A3"]);
        let info = &first["orders"]["pageInfo"];
        assert_eq!(
            [&info["hasNextPage"], &info["hasPreviousPage"]],
            [true, false]
        );
        assert_eq!(info["endCursor"], first["orders"]["edges"][1]["cursor"]);
        assert_eq!(info["startCursor"], first["orders"]["edges"][0]["cursor"]);
        // One comes that is newer than all, and one that belongs on the first page.
        let newer = ["A9", "A3b"].map(plain);
        let rows = [
            newer[0].replace("03-01", "03-09"),
            newer[1].replace("03-01", "03-03"),
        ];
        let file = desk.write("more.csv", csv_of(&[&rows[0], &rows[1]]));
        desk.import(&file).fine();
        let next = client
            .ask(ORDERS, json!({"first": 2, "after": info["endCursor"]}))
            .data();
        assert_eq!(numbers(&next), ["A2", "A1"]);
        let info = &next["orders"]["pageInfo"];
        assert_eq!(
            [&info["hasNextPage"], &info["hasPreviousPage"]],
            [false, true]
        );
        let end = client
            .ask(ORDERS, json!({"after": info["endCursor"]}))
            .data();
        assert_eq!(numbers(&end), [""; 0]);
        assert_eq!(end["orders"]["pageInfo"]["hasNextPage"], json!(false));
    });
}

#[test]
fn o1_the_filter_keeps_what_all_of_it_says() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let cancel = "mutation($id: ID!) { orderCancel(id: $id) { id } }";
        client.ask(cancel, json!({"id": all[0].id})).data();
        desk.wait_for("select count(*) from jobs", |count| count == 0);
        let organization = &all[0].organization_id;
        let cases: [(Value, &[&str]); 10] = [
            (json!({}), &["A4", "A3", "A2", "A1"]),
            (json!({"accountOrderNumber": "A3"}), &["A3"]),
            (json!({"accountOrderNumber": "A"}), &[]),
            (json!({"status": "CANCELED"}), &["A1"]),
            (json!({"accountOrderNumber": "A1", "status": "OPEN"}), &[]),
            (
                json!({"between": {"after": "2026-03-02T00:00:00Z", "before": "2026-03-04T00:00:00Z"}}),
                &["A3", "A2"],
            ),
            (
                json!({"between": {"before": "2026-03-02T01:00:00+01:00"}}),
                &["A1"],
            ),
            (
                json!({"between": null, "status": null}),
                &["A4", "A3", "A2", "A1"],
            ),
            (
                json!({"storeId": organization, "status": "OPEN"}),
                &["A4", "A3", "A2"],
            ),
            (json!({"storeId": "another shop"}), &[]),
        ];
        for (filter, kept) in cases {
            let page = client.ask(ORDERS, json!({"filter": filter})).data();
            assert_eq!(numbers(&page), kept, "{filter}");
        }
    });
}

#[test]
fn a_shop_is_found_among_orders_of_others() {
    on_every_database(|desk| {
        let rows: Vec<String> = (10..40)
            .map(|number| plain(&format!("B{number}")))
            .collect();
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let file = desk.with_shop().write("orders.csv", csv_of(&rows));
        desk.import(&file).fine();
        for number in [10, 20, 30] {
            let (was, shop) = (
                format!("\"number\":\"B{number}\""),
                "\"shop\":{\"connection\":\"north\",\"external_id\":\"1\"}",
            );
            let linked = format!(
                "update orders set document = replace(document, '{was}', '{was},{shop}') where number = 'B{number}'"
            );
            assert_eq!(desk.tamper(&linked), 1);
        }
        let secret = key(desk, &[], &[]);
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let (mut found, mut after) = (Vec::new(), Value::Null);
        loop {
            let asked = json!({"first": 2, "after": after, "filter": {"storeId": "north"}});
            let page = client.ask(ORDERS, asked).data();
            found.extend(numbers(&page));
            after = page["orders"]["pageInfo"]["endCursor"].clone();
            if page["orders"]["pageInfo"]["hasNextPage"] == json!(false) {
                break;
            }
        }
        found.sort();
        assert_eq!(found, ["B10", "B20", "B30"]);
    });
}

#[test]
fn what_no_page_can_be_is_refused() {
    on_every_database(|desk| {
        let (_, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        for (asked, field) in [
            (json!({"first": 0}), "first"),
            (json!({"first": 251}), "first"),
            (json!({"first": -5}), "first"),
            (json!({"after": "x"}), "after"),
        ] {
            let answer: Answer = client.ask(ORDERS, asked);
            assert_eq!(answer.json["data"], json!({"orders": null}));
            assert_eq!(answer.refusal(), ["BAD_REQUEST", "invalid", "O3", field]);
        }
    });
}
