//! The columns of the list, which follow the person (O1), and what its script asks.

use crate::pages::open;
use crate::support::browser::{Browser, Page};
use crate::support::orders::{csv_of, documents, plain};
use crate::support::people::ADA;
use crate::support::{Desk, on_every_database};

/// The titles of the list's columns, in their order.
fn titles(page: &Page) -> Vec<String> {
    let (_, head) = page.body.split_once("<thead").unwrap();
    let (head, _) = head.split_once("</thead>").unwrap();
    let titles = head.split("<th ").skip(2).map(|title| {
        let text = title.split_once('>').unwrap().1;
        let text = text.rsplit_once("</th>").unwrap().0;
        match text.split_once('>') {
            Some((_, link)) => link.split('<').next().unwrap().to_owned(),
            None => text.to_owned(),
        }
    });
    titles.collect()
}

#[test]
fn columns_are_chosen_ordered_and_follow_the_person() {
    on_every_database(|desk| {
        let (server, _) = open(desk);
        let mut browser = Browser::signed_in(&server, "en", ADA);
        let first = [
            "Number", "Date", "Customer", "To", "Total", "Order", "Payment", "Shipped", "Coverage",
            "Tags",
        ];
        assert_eq!(titles(&browser.get("/orders")), first);
        let fields = [
            ("column", "total"),
            ("column", "city"),
            ("column", "made_up"),
            ("column", "placed"),
        ];
        let page = browser.post("/orders/columns?q=p1", &fields).is(200);
        assert_eq!(
            page.path, "/orders?q=p1",
            "the list is the one that was there"
        );
        assert_eq!(titles(&page), ["Number", "Total", "City", "Date"]);
        page.says("Paris");
        // Moving keeps the dialog open, and the outermost stays.
        let seen = [
            ("column", "total"),
            ("column", "city"),
            ("column", "placed"),
        ];
        let moved = |name, value| [&seen[..], &[(name, value)]].concat();
        let page = browser
            .post("/orders/columns?", &moved("earlier", "placed"))
            .is(200);
        assert_eq!(page.path, "/orders?panel=columns");
        assert_eq!(titles(&page), ["Number", "Total", "Date", "City"]);
        page.says("choose\" name=\"tools\" open");
        let page = browser.post("/orders/columns?", &moved("earlier", "total"));
        assert_eq!(titles(&page), ["Number", "Total", "City", "Date"]);
        let page = browser.post("/orders/columns?", &moved("later", "placed"));
        assert_eq!(titles(&page), ["Number", "Total", "City", "Date"]);
        let mut other = Browser::signed_in(&server, "fr", ADA);
        assert_eq!(
            titles(&other.get("/orders")),
            ["Numéro", "Total", "Ville", "Date"]
        );
        // Other preferences leave them alone, and they leave the others alone.
        let french = [
            ("currency", "presentment"),
            ("language", "fr"),
            ("units", "metric"),
        ];
        browser.get("/preferences");
        browser.post("/preferences", &french).is(200);
        let page = browser.post(
            "/orders/columns?",
            &[("column", "email"), ("column", "items")],
        );
        assert_eq!(titles(&page), ["Numéro", "E-mail", "Articles"]);
        page.says("1 × Cap");
        // Without any column there is still a list: the one that everyone begins with.
        let page = browser.post("/orders/columns?", &[("column", "email"), ("first", "yes")]);
        assert_eq!(titles(&page).len(), first.len());
    });
}

#[test]
fn what_came_is_told_in_words_and_costs_no_look_at_the_list() {
    on_every_database(|desk| {
        let (server, _) = open(desk);
        let mut browser = Browser::signed_in(&server, "en", ADA);
        let page = browser.get("/orders?q=paris");
        let seen = |page: &Page| -> Vec<String> {
            let rows = page.body.split("data-row=\"").skip(1);
            rows.map(|row| row.split('"').next().unwrap().to_owned())
                .collect()
        };
        let newest = page.body.split("data-newest=\"").nth(1).unwrap();
        let newest = newest.split('"').next().unwrap().to_owned();
        let rows = seen(&page).join(",");
        assert_eq!(rows, "10002.1,10001.1");
        let question =
            format!("/orders/news?q=paris&newest={newest}&seen={rows}&open=view_all&total=2");
        let nothing = format!("{{\"count\":\"2\",\"newest\":{newest},\"text\":\"\"}}");
        let answer = |browser: &mut Browser| browser.get(&question).is(200).body;
        assert_eq!(answer(&mut browser), nothing);
        let later = plain("P3").replace("2026-03-01", "2026-03-02");
        let file = desk.write("more.csv", csv_of(&[&later]));
        desk.import(&file).fine();
        assert!(
            answer(&mut browser).contains("\"text\":\"1 new order\""),
            "{}",
            answer(&mut browser)
        );
        let id = page.body.split("name=\"id\" value=\"").nth(1).unwrap();
        let id = id.split('"').next().unwrap().to_owned();
        browser.get(&format!("/orders/{id}"));
        browser
            .post(
                &format!("/orders/{id}/do"),
                &[("action", "tag"), ("text", "gift")],
            )
            .is(200);
        let told = answer(&mut browser);
        assert!(
            told.contains("\"text\":\"1 new order · 1 order changed\""),
            "{told}"
        );
        assert!(told.contains("\"count\":\"3\""), "{told}");
        // What is elsewhere in the view is told by its count.
        let other = "/orders/news?open=view_all&total=2&newest=9223372036854775807";
        browser.get(other).is(200).says("The list has changed");
        browser
            .get("/orders/news?newest=x&seen=,.,1.x&open=nobody")
            .is(200);
    });
}

#[test]
fn an_order_leads_to_its_neighbours_in_the_list_it_was_opened_from() {
    let desk = Desk::embedded();
    let rows = [
        plain("P1"),
        plain("P2").replace(",FR,", ",DE,"),
        plain("P3"),
    ];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let file = desk.with_shop().write("orders.csv", csv_of(&rows));
    desk.import(&file).fine();
    let orders = documents(&desk.export("jsonl", &[]));
    let [first, between, last] = [0, 1, 2].map(|index: usize| orders[index].id.as_str());
    let server = desk.serve();
    let mut browser = Browser::signed_in(&server, "en", ADA);
    let list = "?list=destination%3DFR%26sort%3Dplaced";
    let own = format!("/orders/{first}{list}");
    browser.get("/orders?destination=FR&sort=placed").says(&own);
    // The order between goes elsewhere.
    browser
        .get(&own)
        .says(&format!("/orders/{last}{list}"))
        .says("href=\"/orders?destination=FR&sort=placed\"")
        .says_not(between);
    browser
        .get(&format!("/orders/{first}"))
        .says(&format!("/orders/{between}\""));
}
