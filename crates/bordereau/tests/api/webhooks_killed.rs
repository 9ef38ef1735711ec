//! Whatever the moment the process dies: what was changed is told, at least once and in order. An embedded desk takes over
//! at once what its last process had begun; on a server the lease ends first, which `crates/engine/tests/desk` shows.

use serde_json::json;

use crate::client::Client;
use crate::support::Desk;
use crate::support::receiver::Receiver;
use crate::webhooks::{NOTE, hook, open};

const OPEN: &[(&str, &str)] = &[("BORDEREAU_WEBHOOKS_ALLOW_PRIVATE", "true")];

#[test]
fn what_was_on_its_way_when_the_process_was_killed_is_sent_again() {
    let desk = &Desk::embedded();
    let (server, client, order) = open(desk);
    let receiver = Receiver::open();
    receiver.answers(0);
    let made = hook(&client, "ORDER_UPDATED", &receiver.url, json!({}));
    client
        .ask(NOTE, json!({"order": order, "note": "one"}))
        .data();
    let first = receiver.wait_for(1);
    server.kill();
    receiver.answers(200);
    let _server = desk.serve_with(OPEN);
    let again = receiver.wait_for(2);
    assert_eq!(
        (again[1].id(), &again[1].body),
        (first[0].id(), &first[0].body)
    );
    assert!(again[1].is_signed_with(made["secret"].as_str().unwrap()));
    desk.wait_for(
        "select count(*) from webhook_messages where state = 'sent'",
        |sent| sent == 1,
    );
}

#[test]
fn what_was_committed_right_before_the_process_was_killed_is_sent() {
    const KILLS: usize = 5;
    let desk = &Desk::embedded();
    let (mut server, client, order) = open(desk);
    let receiver = Receiver::open();
    hook(&client, "ORDER_UPDATED", &receiver.url, json!({}));
    let secret = crate::client::key(
        desk,
        &["--organization", "Shop"],
        &["view_orders", "add_notes"],
    );
    for number in 0..KILLS {
        let client = Client::new(&server, &secret);
        client
            .ask(
                NOTE,
                json!({"order": order, "note": format!("note {number}")}),
            )
            .data();
        server.kill();
        server = desk.serve_with(OPEN);
    }
    desk.wait_for(
        "select count(*) from webhook_messages where state = 'sent'",
        |sent| sent == KILLS as i64,
    );
    let mut versions: Vec<i64> = Vec::new();
    for heard in receiver.heard() {
        versions.push(heard.json()["data"]["notes"].as_array().unwrap().len() as i64);
    }
    assert!(versions.len() >= KILLS, "{versions:?}");
    assert!(versions.is_sorted(), "{versions:?}");
}
