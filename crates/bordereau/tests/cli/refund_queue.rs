//! The queue of refunds, settling one another way, and books compared: on the pages and on the command line.

use domain::order::Order;
use domain::refund::RefundState;

use crate::flows::{open, orders};
use crate::support::browser::Browser;
use crate::support::orders::{documents, rows_of};
use crate::support::people::{ADA, EVE, MAX};
use crate::support::server::Server;
use crate::support::{Desk, on_every_database, text};

/// A desk with a refund of 10.13 EUR that the sandbox refuses, and one of 1,015 JPY that stays pending.
fn filled(desk: &Desk) -> (Server, Vec<Order>) {
    let (server, all) = open(desk);
    let mut browser = Browser::signed_in(&server, "en", ADA);
    for (order, item) in [(&all[0], "10.13"), (&all[2], "1015")] {
        let refund = format!("/orders/{}/refund", order.id);
        let id = browser.get(&refund).field("refund");
        let fields = [
            ("refund", id.as_str()),
            ("currency", "presentment"),
            ("item", item),
            ("reason", "order_change"),
            ("step", "confirm"),
        ];
        browser.post(&refund, &fields).is(200);
    }
    let settled = "select count(*) from open_refunds where state in ('failed', 'pending')";
    desk.wait_for(settled, |count| count == 2);
    (server, orders(desk))
}

fn settle<'a>(order: &'a Order, reference: &'a str, note: &'a str) -> [(&'a str, &'a str); 4] {
    [
        ("order", order.id.as_str()),
        ("refund", order.refunds[0].id.as_str()),
        ("reference", reference),
        ("note", note),
    ]
}

#[test]
fn the_queue_shows_what_is_not_settled_and_settles_it_another_way() {
    on_every_database(|desk| {
        let (server, all) = filled(desk);
        let mut browser = Browser::signed_in(&server, "fr", ADA);
        let page = browser.get("/refunds").is(200);
        page.says("Remboursements")
            .says(">F1<")
            .says(">F3<")
            .says_not(">F2<")
            .says("the shopper's bank declined")
            .says("Échoué")
            .says("10,13 EUR")
            .says("10,98 USD")
            .says("Régler autrement")
            .says("Réessayer")
            .says("Demander maintenant")
            .says("Chez le client entre le");
        browser
            .get("/refunds?state=failed")
            .is(200)
            .says(">F1<")
            .says_not(">F3<");
        browser
            .get("/refunds?state=unknown")
            .says("Aucun remboursement n'en est là");
        // The form says what will happen, and what is wrong beside its field.
        let form = format!(
            "/refunds/settle?order={}&refund={}",
            all[0].id, all[0].refunds[0].id
        );
        browser
            .get(&form)
            .is(200)
            .says("10,13 EUR comptent comme rendus")
            .says("Rien de nos frais ne vous revient");
        let missing = settle(&all[0], " ", "virement du 3 mars");
        let page = browser.post("/refunds/settle", &missing).is(422);
        page.says("Cela manque.")
            .says("name=\"reference\" value=\" \" required")
            .says("virement du 3 mars");
        assert_eq!(orders(desk)[0], all[0], "nothing has happened yet");
        let whole = settle(&all[0], "SEPA 77", "virement du 3 mars");
        let page = browser.post("/refunds/settle", &whole).is(200);
        page.says("Le remboursement est réglé autrement.")
            .says("Réglé autrement par Ada")
            .says("SEPA 77 : virement du 3 mars");
        let order = &orders(desk)[0];
        assert_eq!(order.refunds[0].state, RefundState::Failed);
        assert_eq!((order.returned_minor(), order.attention.len()), (1_013, 0));
        browser.get("/refunds").says_not(">F1<").says(">F3<");
        // Once is enough: another time is refused, and says why.
        browser
            .get(&form)
            .says("Le remboursement est réglé autrement ; le client le recevrait deux fois.");
        let again = settle(&all[0], "SEPA 78", "encore");
        browser.post("/refunds/settle", &again).is(422);
        assert_eq!(orders(desk)[0], *order);
        desk.is_well();
    });
}

#[test]
fn a_refund_is_tried_again_and_asked_about_from_the_queue() {
    let desk = Desk::embedded();
    let (server, all) = filled(&desk);
    let mut browser = Browser::signed_in(&server, "en", ADA);
    browser.get("/refunds?state=pending").is(200);
    let ask = [
        ("order", all[2].id.as_str()),
        ("refund", all[2].refunds[0].id.as_str()),
        ("act", "ask"),
        ("state", "pending"),
    ];
    let page = browser.post("/refunds/act", &ask).is(200);
    assert!(
        page.path.starts_with("/refunds?state=pending"),
        "{}",
        page.path
    );
    page.says("The payment provider is being asked.");
    let open = "select count(*) from open_refunds";
    desk.wait_for(open, |count| count == 1);
    let retry = [
        ("order", all[0].id.as_str()),
        ("refund", all[0].refunds[0].id.as_str()),
        ("act", "retry"),
    ];
    browser.post("/refunds/act", &retry).is(200).says("Refunds");
    // The sandbox refuses this amount however often it is asked for.
    let failed = "select count(*) from open_refunds where state = 'failed'";
    desk.wait_for(failed, |count| count == 1);
    assert_eq!(orders(&desk)[0].refunds[0].attempt, 2);
    let asked = [ask[0], ask[1], ask[2]];
    browser.post("/refunds/act", &asked).is(422);
    browser
        .post(
            "/refunds/act",
            &[("order", "x"), ("refund", "y"), ("act", "z")],
        )
        .is(404);
}

#[test]
fn only_who_may_sees_and_settles_and_nobody_elses() {
    let desk = Desk::embedded();
    let (server, all) = filled(&desk);
    desk.add_max();
    desk.add_eve();
    let form = format!(
        "/refunds/settle?order={}&refund={}",
        all[0].id, all[0].refunds[0].id
    );
    let report = "/refunds/reconciliation?from=2026-01-01&to=2026-02-01";
    let sent = settle(&all[0], "SEPA 77", "by transfer");
    let mut nobody = Browser::new(&server, "en");
    for path in [
        "/refunds",
        form.as_str(),
        report,
        "/refunds/reconciliation.csv",
    ] {
        let page = nobody.once("GET", path, "", &[]).is(303);
        assert!(page.header("location").unwrap().starts_with("/sign-in?to="));
    }
    for path in ["/refunds/act", "/refunds/settle"] {
        nobody.forge(path, &sent, &[]).is(303);
    }
    // Another organization sees none of it.
    let mut eve = Browser::signed_in(&server, "en", EVE);
    eve.get("/refunds").is(200).says("No refund is waiting");
    eve.get(&form).is(404);
    eve.get("/refunds");
    eve.post("/refunds/settle", &sent).is(404);
    let act = [sent[0], sent[1], ("act", "retry")];
    eve.post("/refunds/act", &act).is(404);
    // A member refunds and sees no reports.
    let mut max = Browser::signed_in(&server, "en", MAX);
    max.get("/refunds")
        .is(200)
        .says("Settle another way")
        .says_not("Reconciliation");
    max.get(report).is(403).says("see reports");
    max.get("/refunds/reconciliation.csv").is(403);
    // Someone who only looks sees the queue, and why there is nothing to press.
    desk.tamper("update roles set permissions = '[\"view_orders\"]' where name = 'member'");
    let page = max.get("/refunds").is(200);
    page.says(">F1<")
        .says("Your role does not allow to refund orders.")
        .says_not("name=\"act\"");
    max.get(&form).is(403);
    max.post("/refunds/settle", &sent).is(403);
    max.post("/refunds/act", &act).is(403);
    // A form without the token of its session is heard by nobody.
    let mut ada = Browser::signed_in(&server, "en", ADA);
    ada.get("/refunds");
    let forged = [&sent[..], &[("form_token", "made-up")]].concat();
    ada.forge("/refunds/settle", &forged, &[]).is(403);
    ada.forge("/refunds/act", &forged, &[]).is(403);
    let left = desk.export("jsonl", &["--organization", "Shop"]);
    assert_eq!(documents(&left), all);
}

#[test]
fn the_command_line_lists_tries_again_asks_and_settles() {
    on_every_database(|desk| {
        let (server, all) = filled(desk);
        drop(server);
        let said = desk.run("refunds", &["list"]).fine();
        let rows = rows_of(&said);
        let told = |name: &str| {
            rows.iter()
                .map(|row| row[name].as_str())
                .collect::<Vec<_>>()
        };
        assert_eq!(told("order_number"), ["F1", "F3"]);
        assert_eq!(told("state"), ["failed", "pending"]);
        assert_eq!(told("amount"), ["10.13", "1015"]);
        assert_eq!(told("given_up"), ["", "no"]);
        assert_eq!(told("expected_from")[0], "");
        let said = desk
            .run("refunds", &["list", "--state", "failed", "--json"])
            .fine();
        let line: serde_json::Value = serde_json::from_str(said.trim()).unwrap();
        assert_eq!(line["problem"], "the shopper's bank declined");
        let failed = all[0].refunds[0].id.as_str();
        let pending = all[2].refunds[0].id.as_str();
        let by = ["--reference", "SEPA 77", "--note", "by transfer"];
        let refused = desk.run("refunds", &[&["settle", pending][..], &by].concat());
        assert_eq!(
            refused.refused(),
            format!("error: refund {pending} is Pending; that cannot follow\n")
        );
        desk.run("refunds", &["retry", failed]).fine();
        let refused = desk.run("refunds", &["retry", failed]).refused();
        assert!(refused.contains("is Requested"), "{refused}");
        desk.run("refunds", &["ask", pending]).fine();
        let refused = desk.run("refunds", &["ask", "refund_x"]).refused();
        assert_eq!(refused, "error: there is no refund refund_x here\n");
        let refused = desk
            .run("refunds", &["list", "--state", "succeeded"])
            .refused();
        assert!(refused.contains("use requested, sent, pending, unknown or failed"));
        let server = desk.serve();
        desk.wait_for(
            "select count(*) from open_refunds where state = 'failed'",
            |count| count == 1,
        );
        desk.run("refunds", &[&["settle", failed][..], &by].concat())
            .fine();
        drop(server);
        assert_eq!(orders(desk)[0].returned_minor(), 1_013);
        desk.is_well();
    });
}

#[test]
fn books_are_compared_on_a_page_as_a_file_and_on_the_command_line() {
    on_every_database(|desk| {
        let (server, all) = filled(desk);
        refund_4_euros(desk, &server, &all[1]);
        let mut browser = Browser::signed_in(&server, "fr", ADA);
        browser
            .get("/refunds/reconciliation")
            .is(200)
            .says("Rapprochement")
            .says("Comparer");
        for days in [
            "from=x&to=y",
            "from=2026-02-01&to=2026-01-01",
            "from=2020-01-01&to=2026-01-01",
        ] {
            browser
                .get(&format!("/refunds/reconciliation?{days}"))
                .is(422)
                .says("Choisissez un premier et un dernier jour");
        }
        // What was refunded here stands in both books.
        let (from, to) = days_around(desk);
        let now = format!("from={from}&to={to}");
        let page = browser.get(&format!("/refunds/reconciliation?{now}"));
        page.is(200)
            .says("Les livres concordent sur tout : 1.")
            .says("−4,00 EUR");
        let arguments = ["--from", from.as_str(), "--to", to.as_str()];
        let said = desk.run("reconcile", &arguments).fine();
        assert_eq!(
            said,
            "ours -4.00 EUR, the provider's -4.00 EUR, difference 0.00 EUR\n1 compared, 0 differ\n"
        );
        // The sandbox never heard of what was captured before the import.
        let march = "from=2026-03-01&to=2026-03-05";
        let page = browser.get(&format!("/refunds/reconciliation?{march}"));
        page.is(200)
            .says("Les livres diffèrent sur 3 et concordent sur 0.")
            .says("Nos livres")
            .says(">F2<")
            .says("−10,00 EUR");
        let file = browser.get(&format!("/refunds/reconciliation.csv?{march}"));
        let file = file.is(200);
        let rows = rows_of(&file.body);
        let row = rows.iter().find(|row| row["order_number"] == "F2").unwrap();
        assert_eq!(row["order_id"], all[1].id.as_str());
        assert_eq!(
            (
                row["our_charged"].as_str(),
                row["provider_charged"].as_str()
            ),
            ("10.00", "0.00")
        );
        assert_eq!(
            (row["difference"].as_str(), row["agrees"].as_str()),
            ("-10.00", "no")
        );
        let told = desk.file("books.csv");
        let arguments = [
            "--from",
            "2026-03-01",
            "--to",
            "2026-03-05",
            "--csv",
            text(&told),
        ];
        let said = desk.run("reconcile", &arguments).needs_a_look();
        assert!(said.ends_with("3 compared, 3 differ\n"), "{said}");
        assert_eq!(std::fs::read_to_string(&told).unwrap(), file.body);
    });
}

#[test]
fn books_of_a_provider_that_does_not_answer_are_not_taken_for_empty() {
    on_every_database(|desk| {
        let (server, all) = filled(desk);
        refund_4_euros(desk, &server, &all[1]);
        let (from, to) = days_around(desk);
        let days = ["--from", from.as_str(), "--to", to.as_str()];
        // Connected as `serve` would connect it; nobody answers at this port.
        let stripe = [
            ("BORDEREAU_STRIPE_SECRET_KEY", "sk_test_of_a_test"),
            ("BORDEREAU_STRIPE_API_URL", "http://127.0.0.1:1"),
        ];
        let said = desk.run_with_settings("reconcile", &days, &stripe);
        let said = said.refused();
        let problem = "error: the payment provider does not show its books: ";
        assert!(said.starts_with(problem), "{said}");
    });
}

/// Refunds 4.00 EUR of an order, which the sandbox does.
fn refund_4_euros(desk: &Desk, server: &Server, order: &Order) {
    let mut browser = Browser::signed_in(server, "en", ADA);
    let refund = format!("/orders/{}/refund", order.id);
    let id = browser.get(&refund).field("refund");
    let fields = [
        ("refund", id.as_str()),
        ("currency", "presentment"),
        ("item", "4.00"),
        ("reason", "order_change"),
        ("step", "confirm"),
    ];
    browser.post(&refund, &fields).is(200);
    let open = format!("select count(*) from open_refunds where refund_id = '{id}'");
    desk.wait_for(&open, |count| count == 0);
}

/// The days around the latest change of an order.
fn days_around(desk: &Desk) -> (String, String) {
    let all = orders(desk);
    let latest = all.iter().map(|order| order.updated_at).max().unwrap();
    let day = jiff::SignedDuration::from_hours(48);
    let text = |at: jiff::Timestamp| at.to_string()[..10].to_owned();
    (text(latest - day), text(latest + day))
}
