//! `Idempotency-Key`: the same request again is answered and does nothing more; another request under it is refused.

use serde_json::json;

use crate::client::{Client, filled, key, orders, said, traces};
use crate::support::on_every_database;

const REFUND: &str = "mutation($id: ID!) { orderRefundCreate(input: {id: $id, currencyCode: EUR,
    subtotals: [{type: ITEM, amount: 1.00}]}) { id amount } }";

#[test]
fn r10_a_refund_asked_for_again_under_its_key_is_one_refund() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let client = Client::new(&server, &secret);
        let once = client.with("Idempotency-Key", "k-1");
        let first = once.ask(REFUND, json!({"id": all[0].id})).data();
        desk.wait_for("select count(*) from jobs", |count| count == 0);
        let before = traces(desk);
        for _ in 0..3 {
            assert_eq!(once.ask(REFUND, json!({"id": all[0].id})).data(), first);
        }
        assert_eq!(traces(desk), before);
        // Twice the same wish under two keys is two refunds.
        let other = client.with("Idempotency-Key", "k-2");
        let second = other.ask(REFUND, json!({"id": all[0].id})).data();
        assert_ne!(
            second["orderRefundCreate"]["id"],
            first["orderRefundCreate"]["id"]
        );
        assert_eq!(orders(desk)[0].refunds.len(), 2);
        desk.wait_for("select count(*) from jobs", |count| count == 0);
    });
}

#[test]
fn many_at_once_under_one_key_are_one_refund_with_one_answer() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let once = Client::new(&server, &secret).with("Idempotency-Key", "k-1");
        let (once, id) = (&once, &all[0].id);
        let answers: Vec<_> = std::thread::scope(|scope| {
            let asked: Vec<_> = (0..8)
                .map(|_| scope.spawn(move || once.ask(REFUND, json!({"id": id})).data()))
                .collect();
            asked.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert!(answers.iter().all(|answer| *answer == answers[0]));
        assert_eq!(orders(desk)[0].refunds.len(), 1);
        desk.wait_for("select count(*) from jobs", |count| count == 0);
    });
}

#[test]
fn a_key_with_another_body_is_refused() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let once = Client::new(&server, &secret).with("Idempotency-Key", "k-1");
        once.ask(REFUND, json!({"id": all[0].id})).data();
        desk.wait_for("select count(*) from jobs", |count| count == 0);
        let before = traces(desk);
        let reused = once.ask(REFUND, json!({"id": all[1].id})).refusal();
        assert_eq!(reused, ["BAD_REQUEST", "key_reused"]);
        let note = "mutation($id: ID!) { orderRefundCreate: orderAddNote(
            input: {orderId: $id, note: \"x\", type: COMMENT}) { id } }";
        let reused = once.ask(note, json!({"id": all[0].id})).refusal();
        assert_eq!(reused, ["BAD_REQUEST", "key_reused"]);
        for bad in ["", &"k".repeat(256)] {
            let client = Client::new(&server, &secret).with("Idempotency-Key", bad);
            let answer = client.ask(REFUND, json!({"id": all[0].id}));
            assert_eq!(answer.status, 400);
            assert_eq!(said(&answer.error()), ["BAD_REQUEST", "invalid_key"]);
        }
        assert_eq!(traces(desk), before);
    });
}

#[test]
fn each_change_of_a_document_has_its_part_of_the_key() {
    on_every_database(|desk| {
        let (all, secret) = (filled(desk), key(desk, &[], &[]));
        let server = desk.serve();
        let once = Client::new(&server, &secret).with("Idempotency-Key", "k-1");
        let both = "mutation($id: ID!) {
            one: orderAddNote(input: {orderId: $id, note: \"one\", type: COMMENT}) { version }
            two: orderAddNote(input: {orderId: $id, note: \"two\", type: COMMENT}) { version } }";
        once.ask(both, json!({"id": all[1].id})).data();
        let before = traces(desk);
        once.ask(both, json!({"id": all[1].id})).data();
        assert_eq!(traces(desk), before);
        assert_eq!(orders(desk)[1].notes.len(), 2);
        // What comes after a change that is refused is carried out all the same.
        let mixed = "mutation($id: ID!) {
            bad: orderDeleteNote(id: \"note_x\") { id }
            good: orderAddNote(input: {orderId: $id, note: \"three\", type: COMMENT}) { id } }";
        let answer = Client::new(&server, &secret).ask(mixed, json!({"id": all[1].id}));
        let data = json!({"bad": null, "good": {"id": all[1].id}});
        assert_eq!(answer.json["data"], data);
        assert_eq!(said(&answer.error()), ["NOT_FOUND", "not_found"]);
    });
}
