//! Two people on one order: presence, news of changes, activity by pages, notes of one's own.

use crate::flows::orders;
use crate::pages::open;
use crate::support::browser::{Browser, Page};
use crate::support::people::{ADA, EVE, MAX};
use crate::support::{Desk, on_every_database};

/// What an open page of an order says and hears.
pub fn tell(browser: &mut Browser<'_>, order: &str, place: &str, version: &str) -> Page {
    browser.get("/preferences");
    let path = format!("{order}/here");
    browser.post(&path, &[("place", place), ("version", version)])
}

pub fn heard(page: Page) -> serde_json::Value {
    assert_eq!(page.header("content-type"), Some("application/json"));
    serde_json::from_str(&page.is(200).body).unwrap()
}

#[test]
fn two_people_on_one_order_see_each_other_and_what_was_changed() {
    on_every_database(|desk| {
        let (server, ids) = open(desk);
        desk.add_max();
        let order = format!("/orders/{}", ids[0]);
        let mut ada = Browser::signed_in(&server, "en", ADA);
        let mut max = Browser::signed_in(&server, "fr", MAX);
        let alone = serde_json::json!({"version": 1, "here": [], "changed": null});
        assert_eq!(heard(tell(&mut ada, &order, "order", "1")), alone);
        assert_eq!(
            heard(tell(&mut max, &order, "ship_to", "1"))["here"],
            serde_json::json!(["Ada est ici"])
        );
        let answer = heard(tell(&mut ada, &order, "order", "1"));
        assert_eq!(
            answer["here"],
            serde_json::json!(["Max is editing ship-to"])
        );
        max.post(&format!("{order}/notes"), &[("text", "vu")])
            .says("La note est ajoutée.");
        let answer = heard(tell(&mut ada, &order, "order", "1"));
        assert_eq!(answer["changed"], "Changed by Max just now");
        assert_eq!(answer["version"], 2);
        assert_eq!(
            heard(tell(&mut ada, &order, "order", "2"))["changed"],
            serde_json::Value::Null
        );
        let answer = heard(tell(&mut max, &order, "ship_to", "1"));
        assert_eq!(
            answer["changed"],
            "Vous avez modifié cette commande ailleurs"
        );
        let leaving = [("place", "ship_to"), ("leaving", "yes")];
        max.post(&format!("{order}/here"), &leaving).is(200);
        assert_eq!(
            heard(tell(&mut ada, &order, "order", "2"))["here"],
            serde_json::json!([])
        );
    });
}

#[test]
fn presence_is_told_to_nobody_who_may_not_see_the_order() {
    let desk = Desk::embedded();
    let (server, ids) = open(&desk);
    desk.add_max();
    let path = format!("/orders/{}/here", ids[0]);
    let rows = "select count(*) from presence";
    let mut nobody = Browser::new(&server, "en");
    nobody.forge(&path, &[("place", "order")], &[]).is(303);
    let mut ada = Browser::signed_in(&server, "en", ADA);
    ada.forge(&path, &[("place", "order")], &[]).is(403);
    ada.get("/orders/order_none").is(404);
    ada.post("/orders/order_none/here", &[("place", "order")])
        .is(404);
    ada.post(&path, &[("place", "roof")]).is(400);
    desk.add_eve();
    let mut eve = Browser::signed_in(&server, "en", EVE);
    eve.get("/orders");
    eve.post(&path, &[("place", "order")]).is(404);
    ada.post("/switch", &[("mode", "test")]);
    ada.post(&path, &[("place", "order")]).is(404);
    let mut max = Browser::signed_in(&server, "en", MAX);
    desk.tamper("update roles set permissions = '[\"add_notes\"]' where id = 'member'");
    max.get("/preferences");
    max.post(&path, &[("place", "order")]).is(403);
    assert_eq!(desk.number(rows), 0);
}

#[test]
fn n4_a_note_is_changed_and_deleted_by_who_wrote_it() {
    let desk = Desk::embedded();
    let (server, ids) = open(&desk);
    desk.add_max();
    let order = format!("/orders/{}", ids[0]);
    let (notes, act) = (format!("{order}/notes"), format!("{order}/do"));
    let mut ada = Browser::signed_in(&server, "en", ADA);
    ada.get(&order);
    let long = "x".repeat(2_001);
    ada.post(&notes, &[("text", "  ")]).is(422);
    // What was typed is kept, and what is wrong with it stands beside it.
    ada.post(&notes, &[("text", &long)])
        .is(422)
        .says(&long)
        .says("id=\"note-problem\"");
    ada.post(&notes, &[("text", "call back")])
        .says("Delete note");
    let note = orders(&desk)[0].notes[0].id.0.clone();
    let edit = [("action", "edit_note"), ("subject", note.as_str())];
    let edit = [&edit[..], &[("text", "called back")]].concat();
    let delete = [("action", "delete_note"), ("subject", note.as_str())];
    let mut max = Browser::signed_in(&server, "en", MAX);
    max.get(&order).says("call back").says_not("Delete note");
    let before = desk.export("jsonl", &[]);
    let refused = "Ada wrote this note, and notes are changed by who wrote them.";
    max.post(&act, &edit).is(422).says(refused);
    max.post(&act, &delete).is(422).says(refused);
    assert_eq!(desk.export("jsonl", &[]), before);
    ada.post(&act, &edit).says("call back → called back");
    ada.post(&act, &delete)
        .says("The note is deleted")
        .says_not("Delete note");
    assert_eq!(orders(&desk)[0].notes, []);
}

#[test]
fn o2_a_long_activity_is_read_by_pages_and_kinds() {
    let desk = Desk::embedded();
    let (server, ids) = open(&desk);
    let order = format!("/orders/{}", ids[0]);
    let mut ada = Browser::signed_in(&server, "en", ADA);
    ada.get(&order).says_not("Older activity");
    for number in 0..52 {
        let text = format!("note no {number}.");
        ada.once_sent(&format!("{order}/notes"), &[("text", &text)])
            .is(303);
    }
    // Event 1 took the order in; notes 0 to 51 are events 2 to 53.
    let newest = ada.get(&order).says("note no 51.").says("note no 2.");
    newest.says_not("note no 1.").says("before=4#activity");
    ada.get(&format!("{order}?before=4"))
        .says("note no 1.")
        .says("Order taken in")
        .says_not("note no 2.")
        .says("Newest activity")
        .says_not("Older activity");
    ada.get(&format!("{order}?activity=notes&before=4"))
        .says("note no 0.")
        .says_not("Order taken in");
    ada.get(&format!("{order}?activity=money"))
        .says("Nothing of this kind has happened.");
}

#[test]
fn the_palette_finds_orders_of_ones_own_desk_alone() {
    on_every_database(|desk| {
        let (server, ids) = open(desk);
        desk.add_max();
        let mut nobody = Browser::new(&server, "en");
        nobody.once("GET", "/find?q=P1", "", &[]).is(303);
        let mut ada = Browser::signed_in(&server, "fr", ADA);
        let found = heard(ada.get("/find?q=p1"));
        assert_eq!(found.as_array().unwrap().len(), 1);
        assert_eq!(found[0]["address"], format!("/orders/{}", ids[0]));
        assert_eq!(found[0]["title"], "Commande P1");
        assert_eq!(heard(ada.get("/find?q=P")).as_array().unwrap().len(), 2);
        for nothing in ["/find", "/find?q=%20", "/find?q=nobody"] {
            assert_eq!(heard(ada.get(nothing)), serde_json::json!([]), "{nothing}");
        }
        ada.get("/orders");
        ada.post("/switch", &[("mode", "test")]);
        assert_eq!(heard(ada.get("/find?q=p1")), serde_json::json!([]));
        desk.add_eve();
        let mut eve = Browser::signed_in(&server, "en", EVE);
        assert_eq!(heard(eve.get("/find?q=p1")), serde_json::json!([]));
        let mut max = Browser::signed_in(&server, "en", MAX);
        desk.tamper("update roles set permissions = '[\"add_notes\"]' where id = 'member'");
        max.get("/find?q=p1").is(403);
    });
}

#[test]
fn keys_of_single_letters_can_be_turned_off() {
    let desk = Desk::embedded();
    let (server, ids) = open(&desk);
    let mut ada = Browser::signed_in(&server, "en", ADA);
    ada.get(&format!("/orders/{}", ids[0]))
        .says("<body data-keys=\"on\">")
        .says("data-key=\"n\"");
    ada.get("/preferences").says("Keys of single letters");
    ada.post("/preferences", &[("shortcuts", "off")])
        .is(200)
        .says("<option value=\"off\" selected>Off</option>");
    ada.get("/orders")
        .says("<body data-keys=\"off\">")
        .says("Keys of single letters are turned off.");
}
