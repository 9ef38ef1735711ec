//! Days of a filter (O1) are days where the person is; a view that others see too stands for the same instants everywhere.

use crate::support::browser::{Browser, Page};
use crate::support::on_every_database;
use crate::support::orders::csv_of;
use crate::support::people::{ADA, MAX};

/// Which of the orders a page or a file shows.
fn shown(page: &Page) -> Vec<&'static str> {
    let all = ["DAY-1", "DAY-2", "DAY-3", "DAY-4"];
    all.into_iter()
        .filter(|number| page.body.contains(number))
        .collect()
}

fn in_zone(browser: &mut Browser<'_>, zone: &str) {
    browser.get("/preferences");
    let fields = [
        ("currency", "base"),
        ("language", ""),
        ("time_zone", zone),
        ("units", "metric"),
    ];
    browser
        .post("/preferences", &fields)
        .says("Your preferences are saved.");
}

#[test]
fn o1_days_of_a_filter_are_those_of_the_persons_time_zone() {
    on_every_database(|desk| {
        let rows = [
            "DAY-1,2026-03-01T22:59:59Z",
            "DAY-2,2026-03-01T23:00:00Z",
            "DAY-3,2026-03-02T22:59:59Z",
            "DAY-4,2026-03-02T23:00:00Z",
        ];
        let rows = rows.map(|row| format!("{row},USD,,Cap,1,12.50,FR,,,,Paris,,"));
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let file = desk.with_shop().write("orders.csv", csv_of(&rows));
        desk.import(&file).fine();
        desk.add_max();
        let server = desk.serve();
        let mut ada = Browser::signed_in(&server, "en", ADA);
        in_zone(&mut ada, "Europe/Paris");
        let day = "from=2026-03-02&until=2026-03-02";
        let page = ada.get(&format!("/orders?{day}"));
        assert_eq!(shown(&page), ["DAY-2", "DAY-3"]);
        page.says("From day: Mar 2, 2026")
            .says("Days of the time zone Europe/Paris");
        let file = ada.get(&format!("/orders.csv?{day}"));
        assert_eq!(shown(&file), ["DAY-2", "DAY-3"]);
        // Whoever told no zone has days of UTC.
        let mut max = Browser::signed_in(&server, "en", MAX);
        let page = max.get(&format!("/orders?{day}"));
        assert_eq!(shown(&page), ["DAY-3", "DAY-4"]);
        page.says("Days of the time zone UTC");

        // A view keeps the instants that the days were for whoever kept it: all who see it see the same, and its count.
        ada.get(&format!("/orders?{day}"));
        let new = [("list", day), ("name", "That day"), ("shared", "on")];
        let kept = ada.post("/views", &new).is(200);
        assert!(kept.path.ends_with(&format!("&{day}")), "{}", kept.path);
        assert_eq!(shown(&kept), ["DAY-2", "DAY-3"]);
        let view = kept.says("That day <span class=\"count\">2");
        let (id, _) = view.path.split_once("&from").unwrap();
        let page = max.get("/orders").says("That day <span class=\"count\">2");
        let instants = "from=2026-03-01T23%3A00%3A00Z&until=2026-03-02T23%3A00%3A00Z";
        let address = format!("{id}&{instants}");
        let page = {
            page.says(&format!("href=\"{address}\""));
            max.get(&address)
        };
        assert_eq!(shown(&page), ["DAY-2", "DAY-3"]);
        page.says("From day: Mar 1, 2026, 11:00")
            .says("aria-current=\"page\">That day");
        // In the zone it was kept in it is told in days again.
        in_zone(&mut max, "Europe/Paris");
        max.get("/orders").says(&format!("href=\"{id}&{day}\""));
    });
}
