//! Parties: told first, then given to an order, which keeps its original and says what it did to its promises (N2).

use serde_json::{Value, json};

use crate::client::{Client, filled, key, orders, traces};
use crate::support::on_every_database;

const CREATE: &str = "mutation($input: PartyCreateInput!) { partyCreate(input: $input) {
    id type mode createdBy updatedBy person { firstName lastName email companyName }
    location { id countryCode locality line1 line2 postalCode administrativeArea administrativeAreaCode } } }";

const UPDATE: &str = "mutation($order: ID!, $party: ID!, $version: Int) {
    orderUpdateParty(input: {id: $order, partyId: $party, expectedVersion: $version}) {
        parties { id type updatedBy person { firstName email } location { countryCode locality line1 line2 } } } }";

fn lyon() -> Value {
    json!({"type": "DESTINATION",
        "person": {"firstName": "Ana", "lastName": "Li", "email": "ana@example.org"},
        "location": {"countryCode": "FR", "locality": "Lyon", "postalCode": "69001", "line1": "1 rue Neuve",
            "line2": "B", "line3": "door 4", "administrativeArea": "Auvergne-Rhône-Alpes",
            "administrativeAreaCode": "ARA"}})
}

#[test]
fn n2_an_order_gets_the_address_of_a_party() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let made = client.ask(CREATE, json!({"input": lyon()})).data();
        let party = &made["partyCreate"];
        assert_eq!([&party["type"], &party["mode"]], ["DESTINATION", "LIVE"]);
        let place = &party["location"];
        assert_eq!(place["line2"], json!("B, door 4"));
        assert_eq!(
            [
                &place["administrativeArea"],
                &place["administrativeAreaCode"]
            ],
            ["ARA", "ARA"]
        );
        let find = "query($id: ID!) { party(id: $id) { id createdBy person { lastName } location { locality } } }";
        let found = client.ask(find, json!({"id": party["id"]})).data();
        assert_eq!(
            found["party"],
            json!({"id": party["id"], "createdBy": party["createdBy"],
                "person": {"lastName": "Li"}, "location": {"locality": "Lyon"}})
        );
        let given = json!({"order": all[0].id, "party": party["id"], "version": all[0].version});
        let changed = client.ask(UPDATE, given.clone()).data();
        let destination = &changed["orderUpdateParty"]["parties"][0];
        assert_eq!(
            destination["person"],
            json!({"firstName": "Ana", "email": "ana@example.org"})
        );
        assert_eq!(destination["updatedBy"], party["createdBy"]);
        let now = &orders(desk)[0];
        assert_eq!(now.ship_to.city, "Lyon");
        assert_eq!(now.original_ship_to.as_ref().unwrap().city, "Paris");
        assert_eq!(now.bill_to, all[0].bill_to);
        // The version that it was given for is gone.
        let before = traces(desk);
        let refused = client.ask(UPDATE, given).refusal();
        assert_eq!(
            refused,
            ["FAILED_PRECONDITION", "stale_version", "O3", "version"]
        );
        // What a party does not tell stays as the order has it; a PAYOR is the bill-to.
        assert_eq!(traces(desk), before);
        let place = json!({"type": "PAYOR", "location": {"countryCode": "DE", "locality": "Bonn"}});
        let made = client.ask(CREATE, json!({"input": place})).data();
        let given = json!({"order": all[0].id, "party": made["partyCreate"]["id"]});
        let changed = client.ask(UPDATE, given).data();
        let payor = &changed["orderUpdateParty"]["parties"][1];
        assert_eq!(
            [&payor["type"], &payor["location"]["locality"]],
            ["PAYOR", "Bonn"]
        );
        let person = json!({"type": "DESTINATION", "person": {"firstName": "Eve"}});
        let made = client.ask(CREATE, json!({"input": person})).data();
        let given = json!({"order": all[0].id, "party": made["partyCreate"]["id"]});
        client.ask(UPDATE, given).data();
        let now = &orders(desk)[0];
        assert_eq!(
            [&now.ship_to.first_name, &now.ship_to.last_name],
            ["Eve", ""]
        );
        assert_eq!(
            [&now.ship_to.city, &now.ship_to.line1],
            ["Lyon", "1 rue Neuve"]
        );
    });
}

#[test]
fn another_orders_party_is_copied() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let shown = "query($id: String!) { order(orderId: $id) { parties { id } } }";
        let tokyo = client.ask(shown, json!({"id": all[2].id})).data();
        let party = &tokyo["order"]["parties"][0]["id"];
        client
            .ask(UPDATE, json!({"order": all[0].id, "party": party}))
            .data();
        let now = orders(desk);
        assert_eq!((&now[0].ship_to, &now[2]), (&all[2].ship_to, &all[2]));
    });
}

#[test]
fn a_party_is_kept_once_under_its_key_and_nobody_elses_is_found() {
    on_every_database(|desk| {
        let all = filled(desk);
        desk.add_eve();
        let mine = key(desk, &["--organization", "Shop"], &[]);
        let test = key(desk, &["--organization", "Shop", "--test"], &[]);
        let other = key(desk, &["--organization", "Other"], &[]);
        let server = desk.serve();
        let client = Client::new(&server, &mine).with("Idempotency-Key", "p-1");
        let made = client.ask(CREATE, json!({"input": lyon()})).data();
        assert_eq!(client.ask(CREATE, json!({"input": lyon()})).data(), made);
        let mut another = lyon();
        another["type"] = json!("PAYOR");
        let reused = client.ask(CREATE, json!({"input": another})).refusal();
        assert_eq!(reused, ["BAD_REQUEST", "key_reused"]);
        assert_eq!(desk.number("select count(*) from parties"), 1);
        let find = "query($id: ID!) { party(id: $id) { id } }";
        for secret in [test, other] {
            let stranger = Client::new(&server, &secret);
            let missing = stranger
                .ask(find, json!({"id": made["partyCreate"]["id"]}))
                .refusal();
            assert_eq!(missing, ["NOT_FOUND", "not_found"]);
        }
        assert_eq!(orders(desk), all);
    });
}

#[test]
fn a_party_that_cannot_be_is_refused_and_nothing_happens() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let viewer = key(desk, &[], &["view_orders"]);
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let origin = json!({"type": "ORIGIN", "location": {"countryCode": "FR"}});
        let origin =
            client.ask(CREATE, json!({"input": origin})).data()["partyCreate"]["id"].clone();
        let cancel = "mutation($id: ID!) { orderCancel(id: $id) { id } }";
        client.ask(cancel, json!({"id": all[1].id})).data();
        desk.wait_for("select count(*) from jobs", |count| count == 0);
        let shown = "query($id: String!) { order(orderId: $id) { parties { id } } }";
        let own =
            client.ask(shown, json!({"id": all[0].id})).data()["order"]["parties"][0]["id"].clone();
        let before = traces(desk);
        let long = json!({"type": "PAYOR", "person": {"firstName": "x".repeat(201)}});
        let cases: [(&str, Value, &[&str]); 6] = [
            (
                CREATE,
                json!({"input": {"type": "PAYOR"}}),
                &["BAD_REQUEST", "invalid", "O3", "party"],
            ),
            (
                CREATE,
                json!({"input": long}),
                &["BAD_REQUEST", "invalid", "O3", "party.firstName"],
            ),
            (
                UPDATE,
                json!({"order": all[0].id, "party": origin}),
                &["BAD_REQUEST", "invalid", "O3", "partyId"],
            ),
            (
                UPDATE,
                json!({"order": all[0].id, "party": "party_x"}),
                &["NOT_FOUND", "not_found"],
            ),
            (
                UPDATE,
                json!({"order": "order_x", "party": own}),
                &["NOT_FOUND", "not_found"],
            ),
            (
                UPDATE,
                json!({"order": all[1].id, "party": own}),
                &["FAILED_PRECONDITION", "canceled", "C1"],
            ),
        ];
        for (ask, variables, refused) in cases {
            let told = variables.to_string();
            assert_eq!(client.ask(ask, variables).refusal(), refused, "{told}");
        }
        let viewer = Client::new(&server, &viewer);
        for (ask, variables) in [
            (CREATE, json!({"input": lyon()})),
            (UPDATE, json!({"order": all[0].id, "party": own})),
        ] {
            let refused = viewer.ask(ask, variables).refusal();
            assert_eq!(refused, ["PERMISSION_DENIED", "not_permitted", "P2"]);
        }
        assert_eq!(traces(desk), before);
        assert_eq!(desk.number("select count(*) from parties"), 1);
    });
}
