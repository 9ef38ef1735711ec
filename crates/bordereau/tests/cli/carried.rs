//! The list that an order was opened from leads through everything that is done with the order.

use crate::flows::open;
use crate::support::browser::Browser;
use crate::support::on_every_database;
use crate::support::people::ADA;

/// Where a form of an order is sent, its fields, and what the page says afterwards.
type Flow = (
    &'static str,
    &'static [(&'static str, &'static str)],
    &'static str,
);

#[test]
fn o2_the_list_an_order_was_opened_from_outlives_every_flow() {
    on_every_database(|desk| {
        let (server, all) = open(desk);
        let mut browser = Browser::signed_in(&server, "en", ADA);
        let [path, newer] = [1, 3].map(|at| format!("/orders/{}", all[at].id));
        let list = "list=destination%3DFR%26sort%3Dplaced";
        let row = browser.get("/orders?destination=FR&sort=placed");
        row.says(&format!("href=\"{path}?{list}\""));
        let flows: [Flow; 9] = [
            ("notes", &[("text", "called")], "The note is added."),
            ("do", &[("action", "tag"), ("text", "vip")], "vip"),
            ("number", &[("was_number", "F2"), ("number", "F2b")], "F2b"),
            (
                "ship-to",
                &[("was_city", "Lyon"), ("city", "Nantes")],
                "Nantes",
            ),
            (
                "bill-to",
                &[("was_city", "Lyon"), ("city", "Brest")],
                "Brest",
            ),
            ("tracking", &[("numbers", "LX1")], "LX1"),
            (
                "do",
                &[("action", "remove_tracking"), ("subject", "LX1")],
                "Open",
            ),
            (
                "refund",
                &[
                    ("refund", "refund_1"),
                    ("currency", "presentment"),
                    ("item", "1"),
                    ("reason", "duplicate"),
                    ("step", "confirm"),
                ],
                "Duplicate",
            ),
            ("cancel", &[("note", "twice"), ("step", "confirm")], "twice"),
        ];
        for (flow, fields, said) in flows {
            let address = format!("{path}/{flow}?{list}");
            if !matches!(flow, "notes" | "do") {
                let form = browser.get(&address).is(200);
                form.says(&format!("href=\"{path}?{list}\""));
            }
            let page = browser.post(&address, fields).is(200).says(said);
            let page = page.says("href=\"/orders?destination=FR&sort=placed\"");
            // The order between them goes elsewhere.
            page.says(&format!("href=\"{newer}?{list}\""))
                .says(&format!("action=\"{path}/notes?{list}\""));
        }
        // What is refused keeps it as well.
        let note = format!("{path}/notes?{list}");
        let page = browser.post(&note, &[("text", " ")]).is(422);
        page.says("href=\"/orders?destination=FR&sort=placed\"");
    });
}
