//! Rows that are chosen on the list (O1): tagged, exported, printed, in a browser without scripts.

use crate::flows::{open, orders};
use crate::support::browser::Browser;
use crate::support::orders::rows_of;
use crate::support::people::{ADA, EVE, MAX};
use crate::support::{Desk, on_every_database};

#[test]
fn chosen_orders_are_tagged_and_each_is_reported() {
    on_every_database(|desk| {
        let (server, all) = open(desk);
        let mut browser = Browser::signed_in(&server, "fr", ADA);
        let page = browser.get("/orders?q=f").is(200);
        page.says("Choisir la commande F1")
            .says("Ajouter l'étiquette")
            .says("jusqu'à 200 à la fois");
        let ids: Vec<&str> = all.iter().map(|order| order.id.as_str()).collect();
        let chosen = [
            ("list", "q=f"),
            ("do", "tag"),
            ("tag", " cadeau "),
            ("id", ids[0]),
            ("id", ids[2]),
        ];
        let page = browser.post("/orders/chosen", &chosen).is(200);
        page.says("Ajout de l'étiquette « cadeau »")
            .says("Faites : 2")
            .says("href=\"/orders?q=f\"")
            .says(">F1<")
            .says_not(">F2<");
        let tags = |desk: &Desk| -> Vec<usize> {
            orders(desk).iter().map(|order| order.tags.len()).collect()
        };
        assert_eq!(tags(desk), [1, 0, 1, 0]);
        // The box of the page means all that it shows; what is so already and what is not there is said too.
        let page_of = format!("{} {} ", ids[0], ids[1]);
        let chosen = [
            ("do", "tag"),
            ("tag", "cadeau"),
            ("page", page_of.as_str()),
            ("id", ids[0]),
            ("id", "order_nowhere"),
        ];
        let page = browser.post("/orders/chosen", &chosen).is(200);
        page.says("Faites : 1 · Inchangées : 1 · Pas faites : 1")
            .says("L'avait déjà")
            .says("order_nowhere");
        assert_eq!(tags(desk), [1, 1, 1, 0]);
        let chosen = [
            ("do", "untag"),
            ("tag", "cadeau"),
            ("id", ids[0]),
            ("id", ids[3]),
        ];
        let page = browser.post("/orders/chosen", &chosen).is(200);
        page.says("Retrait de l'étiquette « cadeau »")
            .says("Ne l'avait pas");
        assert_eq!(tags(desk), [0, 1, 1, 0]);
        desk.is_well();
    });
}

#[test]
fn none_chosen_too_many_and_no_tag_are_refused_and_nothing_changes() {
    let desk = Desk::embedded();
    let (server, all) = open(&desk);
    let mut browser = Browser::signed_in(&server, "en", ADA);
    browser.get("/orders");
    for action in ["tag", "csv"] {
        browser
            .post(
                "/orders/chosen",
                &[("do", action), ("tag", "x"), ("list", "q=f")],
            )
            .is(422)
            .says("No order is chosen")
            .says("/orders?q=f");
    }
    let many: Vec<String> = (0..200).map(|index| format!("order_{index}")).collect();
    let mut chosen: Vec<(&str, &str)> = many.iter().map(|id| ("id", id.as_str())).collect();
    chosen.extend([("id", all[0].id.as_str()), ("tag", "x")]);
    for action in ["tag", "csv"] {
        let fields = [&chosen[..], &[("do", action)]].concat();
        browser
            .post("/orders/chosen", &fields)
            .is(422)
            .says("These are more than 200.");
    }
    let one = [("do", "tag"), ("id", all[0].id.as_str()), ("tag", "  ")];
    browser
        .post("/orders/chosen", &one)
        .is(422)
        .says("Tag: This is missing.");
    browser
        .post(
            "/orders/chosen",
            &[("do", "burn"), ("id", all[0].id.as_str())],
        )
        .is(404);
    assert_eq!(orders(&desk), all);
}

#[test]
fn chosen_orders_become_a_file_and_a_list_to_pack_by() {
    on_every_database(|desk| {
        let (server, all) = open(desk);
        let mut browser = Browser::signed_in(&server, "fr", ADA);
        browser.get("/orders");
        let (one, two) = (all[0].id.as_str(), all[2].id.as_str());
        let chosen = [("do", "csv"), ("id", two), ("id", one)];
        let file = browser.post("/orders/chosen", &chosen).is(200);
        assert_eq!(file.header("content-type"), Some("text/csv; charset=utf-8"));
        let rows = rows_of(&file.body);
        let numbers: Vec<&str> = rows
            .iter()
            .map(|row| row["order_number"].as_str())
            .collect();
        assert_eq!(numbers, ["F1", "F3"]);
        let chosen = [("do", "print"), ("id", two), ("id", one)];
        let page = browser.post("/orders/chosen", &chosen).is(200);
        assert!(page.path.starts_with("/orders/print?id="), "{}", page.path);
        // Five caps in two orders, then each order with where it goes.
        page.says("Liste de préparation")
            .says("Commandes : 2")
            .says("<strong>5</strong>")
            .says("Commande F1")
            .says("Commande F3")
            .says("Tokyo")
            .says_not("Commande F2");
        // What may not be shipped is not taken from the shelves.
        let hold = format!("/orders/{one}/do");
        browser.get(&format!("/orders/{one}"));
        browser
            .post(&hold, &[("action", "hold"), ("text", "Client absent")])
            .is(200);
        browser
            .get(&format!("/orders/print?id={one}&id={two}"))
            .says("<strong>3</strong>")
            .says_not("<strong>5</strong>")
            .says("À ne pas emballer")
            .says("Client absent");
        browser
            .get(&format!("/orders/print?id={one}&id=order_nowhere"))
            .is(404);
        browser.get("/orders/print").is(422);
    });
}

#[test]
fn p2_what_a_role_lacks_is_said_and_changes_nothing() {
    let desk = Desk::embedded();
    let (server, all) = open(&desk);
    desk.add_max();
    desk.tamper("update roles set permissions = '[\"view_orders\"]' where id = 'member'");
    let mut browser = Browser::signed_in(&server, "en", MAX);
    let page = browser.get("/orders").is(200);
    page.says("Your role does not allow to correct orders.")
        .says_not("Export CSV")
        .says_not("Add tag");
    let one = all[0].id.as_str();
    for action in ["tag", "untag", "csv"] {
        let chosen = [("do", action), ("tag", "x"), ("id", one)];
        browser.post("/orders/chosen", &chosen).is(403);
    }
    browser.get(&format!("/orders/print?id={one}")).is(200);
    assert_eq!(orders(&desk), all);
}

#[test]
fn another_organizations_orders_cannot_be_chosen() {
    on_every_database(|desk| {
        let (server, all) = open(desk);
        desk.add_eve();
        let mut browser = Browser::signed_in(&server, "en", EVE);
        browser.get("/orders");
        browser.get("/views");
        let one = all[0].id.as_str();
        browser.get(&format!("/orders/print?id={one}")).is(404);
        browser
            .post("/orders/chosen", &[("do", "csv"), ("id", one)])
            .is(404);
        browser
            .post(
                "/orders/chosen",
                &[("do", "tag"), ("tag", "x"), ("id", one)],
            )
            .is(200)
            .says("Not done: 1")
            .says_not("F1");
        let seen = format!("/orders/news?newest=0&seen={}.9", all[0].desk_number);
        browser.get(&seen).is(200).says("\"text\":\"\"");
        let tagged = desk.number("select count(*) from order_tags");
        assert_eq!(tagged, 0);
    });
}

#[test]
fn a_page_is_as_long_as_the_reader_wants_it() {
    let desk = Desk::embedded();
    let (server, _) = open(&desk);
    let mut browser = Browser::signed_in(&server, "en", ADA);
    let page = browser.get("/orders?rows=200&q=f").is(200);
    page.says("href=\"/orders?q=f\"")
        .says("href=\"/orders?q=f&rows=100\"");
    browser.get("/orders?rows=100000").is(200);
}
