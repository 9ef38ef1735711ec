//! Who sees a page, and what a form needs to be heard.

use crate::support::browser::Browser;
use crate::support::orders::{csv_of, documents, plain};
use crate::support::people::{ADA, EVE, MAX};
use crate::support::server::Server;
use crate::support::{Desk, PASSWORD, on_every_database};

/// A desk with two orders, and what it serves.
pub fn open(desk: &Desk) -> (Server, Vec<String>) {
    let rows = [plain("P1"), plain("P2")];
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let file = desk.with_shop().write("orders.csv", csv_of(&rows));
    desk.import(&file).fine();
    let ids = documents(&desk.export("jsonl", &[]));
    (
        desk.serve(),
        ids.into_iter().map(|order| order.id.0).collect(),
    )
}

/// Every page that is read, and every one that is sent to.
fn routes(id: &str) -> (Vec<String>, Vec<String>) {
    let of_order = |ends: &[&str]| {
        ends.iter()
            .map(|end| format!("/orders/{id}{end}"))
            .collect::<Vec<_>>()
    };
    let forms = [
        "/cancel",
        "/refund",
        "/capture",
        "/number",
        "/ship-to",
        "/bill-to",
        "/tracking",
    ];
    let mut read = vec![
        "/orders".to_owned(),
        "/orders.csv".to_owned(),
        "/orders/news".to_owned(),
        format!("/orders/print?id={id}"),
        "/views".to_owned(),
        "/views/view_all/delete".to_owned(),
        "/preferences".to_owned(),
        "/preferences/second-factor".to_owned(),
        "/outbox".to_owned(),
        "/refunds".to_owned(),
        "/refunds/reconciliation".to_owned(),
        "/settings/emails".to_owned(),
    ];
    read.extend(of_order(&[""]));
    read.extend(of_order(&forms));
    let mut sent = [
        "/sign-out",
        "/switch",
        "/preferences",
        "/preferences/password",
        "/preferences/second-factor",
        "/preferences/sessions",
        "/orders/chosen",
        "/orders/columns",
        "/views",
        "/views/view_all",
        "/views/view_all/delete",
        "/refunds/act",
        "/refunds/settle",
        "/settings/emails/refund/fr",
        "/settings/emails/refund/fr/preview",
    ]
    .map(str::to_owned)
    .to_vec();
    sent.extend(of_order(&forms));
    sent.extend(of_order(&["/notes", "/do"]));
    (read, sent)
}

#[test]
fn nobody_sees_or_changes_anything_without_signing_in() {
    let desk = Desk::embedded();
    let (server, ids) = open(&desk);
    let (read, sent) = routes(&ids[0]);
    let mut browser = Browser::new(&server, "en");
    for path in read {
        let page = browser.once("GET", &path, "", &[]).is(303);
        assert!(
            page.header("location").unwrap().starts_with("/sign-in?to="),
            "{path}"
        );
    }
    for path in sent {
        let page = browser.forge(&path, &[], &[]).is(303);
        assert!(
            page.header("location").unwrap().starts_with("/sign-in?to="),
            "{path}"
        );
    }
    browser
        .cookies
        .insert("__Host-desk".to_owned(), "made-up".to_owned());
    browser.once("GET", "/orders", "", &[]).is(303);
}

#[test]
fn signing_in_takes_address_and_password_together_and_tells_no_more() {
    on_every_database(|desk| {
        let (server, _) = open(desk);
        let mut browser = Browser::new(&server, "en");
        browser.get("/orders").says("Sign in to the desk");
        let wrong = "E-mail and password do not belong together";
        browser
            .post("/sign-in", &[("email", ADA), ("password", "no")])
            .is(422)
            .says(wrong);
        browser
            .post(
                "/sign-in",
                &[("email", "no@body.example"), ("password", PASSWORD)],
            )
            .is(422)
            .says(wrong);
        let page = browser.post(
            "/sign-in",
            &[
                ("email", " ADA@shop.example "),
                ("password", PASSWORD),
                ("to", "/preferences"),
            ],
        );
        assert_eq!(page.path, "/preferences");
        browser.get("/orders").is(200).says("All orders").says("P1");
        browser.post("/sign-out", &[]).says("Sign in to the desk");
        browser.once("GET", "/orders", "", &[]).is(303);
    });
}

#[test]
fn the_session_is_a_cookie_of_this_host_that_no_script_reads() {
    let desk = Desk::embedded();
    let (server, _) = open(&desk);
    let mut browser = Browser::new(&server, "en");
    let token = browser.get("/sign-in").field("form_token");
    let fields = [
        ("form_token", token.as_str()),
        ("email", ADA),
        ("password", PASSWORD),
        ("to", "//evil.example/"),
    ];
    let page = browser.forge("/sign-in", &fields, &[]).is(303);
    assert_eq!(
        page.header("location"),
        Some("/orders"),
        "no other site is gone to"
    );
    let cookie = page.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-desk="), "{cookie}");
    assert!(
        cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=7776000"),
        "{cookie}"
    );
    // The database holds no token that could be used.
    let token = browser.cookies["__Host-desk"].clone();
    assert_eq!(
        desk.number(&format!(
            "select count(*) from sessions where token_hash = '{token}'"
        )),
        0
    );
    assert_eq!(desk.number("select count(*) from sessions"), 1);
}

#[test]
fn guessing_is_stopped_after_ten_attempts() {
    let desk = Desk::embedded();
    let (server, _) = open(&desk);
    let mut browser = Browser::new(&server, "fr");
    browser.get("/sign-in");
    for _ in 0..10 {
        browser
            .post("/sign-in", &[("email", ADA), ("password", "guess")])
            .is(422);
    }
    browser
        .post("/sign-in", &[("email", ADA), ("password", PASSWORD)])
        .is(429)
        .says("Trop d'essais");
    assert_eq!(desk.number("select count(*) from sessions"), 0);
}

#[test]
fn a_form_that_no_page_of_ours_made_changes_nothing() {
    let desk = Desk::embedded();
    let (server, ids) = open(&desk);
    let before = desk.export("jsonl", &[]);
    let mut browser = Browser::signed_in(&server, "en", ADA);
    let (_, sent) = routes(&ids[0]);
    for path in sent {
        let fields = [
            ("note", "x"),
            ("number", "x"),
            ("text", "x"),
            ("action", "tag"),
            ("step", "confirm"),
        ];
        browser.forge(&path, &fields, &[]).is(403);
        let with_wrong = [&fields[..], &[("form_token", "00")]].concat();
        browser.forge(&path, &with_wrong, &[]).is(403);
    }
    let token = browser.get("/preferences").field("form_token");
    let path = format!("/orders/{}/notes", ids[0]);
    let fields = [("form_token", token.as_str()), ("text", "from elsewhere")];
    browser
        .forge(&path, &fields, &["origin: https://evil.example"])
        .is(403);
    browser
        .forge(&path, &fields, &["sec-fetch-site: cross-site"])
        .is(403);
    assert_eq!(desk.export("jsonl", &[]), before);
    browser.get("/orders").is(200);
}

#[test]
fn every_answer_forbids_what_a_page_of_ours_never_does() {
    let desk = Desk::embedded();
    let (server, ids) = open(&desk);
    let mut browser = Browser::signed_in(&server, "en", ADA);
    let (mut read, _) = routes(&ids[0]);
    read.extend([
        "/sign-in".to_owned(),
        "/nothing".to_owned(),
        "/assets/none.css".to_owned(),
    ]);
    for path in read {
        let page = browser.once("GET", &path, "", &[]);
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.starts_with("default-src 'none'; script-src 'self'; style-src 'self'"),
            "{path}"
        );
        assert!(!policy.contains("unsafe"), "{path}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(page.header("x-frame-options"), Some("DENY"));
        assert!(!page.body.contains("style=\""), "{path} has a style within");
        assert!(!page.body.contains("onclick"), "{path} has a script within");
        if page.status == 200 && path != "/orders.csv" {
            assert_eq!(page.header("cache-control"), Some("no-store"), "{path}");
        }
    }
}

#[test]
fn another_organizations_order_is_not_there() {
    on_every_database(|desk| {
        let (server, ids) = open(desk);
        desk.add_eve();
        let mut browser = Browser::signed_in(&server, "en", EVE);
        browser.get("/orders").says("No orders yet").says_not("P1");
        let before = desk.export("jsonl", &["--organization", "Shop"]);
        let (read, sent) = routes(&ids[0]);
        for path in read.iter().filter(|path| path.contains(&ids[0])) {
            browser.get(path).is(404);
        }
        for path in sent.iter().filter(|path| path.contains(&ids[0])) {
            let fields = [
                ("note", "x"),
                ("number", "x"),
                ("text", "x"),
                ("action", "tag"),
                ("step", "confirm"),
                ("numbers", "1Z"),
            ];
            browser.post(path, &fields).is(404);
        }
        assert_eq!(desk.export("jsonl", &["--organization", "Shop"]), before);
        let shop = "select count(*) from members";
        assert_eq!(desk.number(shop), 2);
        browser.get("/preferences");
        browser
            .post("/switch", &[("organization", "org_made_up")])
            .is(404);
    });
}

#[test]
fn p2_a_role_that_only_sees_is_told_what_it_lacks_and_changes_nothing() {
    let desk = Desk::embedded();
    let (server, ids) = open(&desk);
    desk.add_max();
    desk.tamper("update roles set permissions = '[\"view_orders\"]' where id = 'member'");
    let mut browser = Browser::signed_in(&server, "en", MAX);
    browser
        .get(&format!("/orders/{}", ids[0]))
        .is(200)
        .says("Your role does not allow to cancel orders.");
    let before = desk.export("jsonl", &[]);
    let (_, sent) = routes(&ids[0]);
    for path in sent.iter().filter(|path| path.contains(&ids[0])) {
        let fields = [
            ("note", "x"),
            ("number", "x"),
            ("text", "x"),
            ("action", "tag"),
            ("step", "confirm"),
            ("numbers", "1Z"),
        ];
        browser
            .post(path, &fields)
            .is(403)
            .says("Ask an admin of your organization.");
    }
    browser.get("/orders.csv").is(403);
    assert_eq!(desk.export("jsonl", &[]), before);
}

#[test]
fn o5_test_orders_are_shown_apart_and_marked() {
    let desk = Desk::embedded();
    let (server, ids) = open(&desk);
    let mut browser = Browser::signed_in(&server, "en", ADA);
    browser.get("/orders").says("P1");
    browser
        .post("/switch", &[("mode", "test")])
        .says("Test orders: nothing here is a real sale.")
        .says_not("P1");
    browser.get(&format!("/orders/{}", ids[0])).is(404);
    browser.post("/switch", &[("mode", "live")]).says("P1");
}

#[test]
fn p1_preferences_are_kept_and_a_wrong_zone_is_named() {
    on_every_database(|desk| {
        let (server, _) = open(desk);
        let mut browser = Browser::signed_in(&server, "en", ADA);
        browser.get("/preferences").says("Preferences");
        let wrong = [
            ("currency", "base"),
            ("language", "fr"),
            ("time_zone", "Paris"),
            ("units", "metric"),
        ];
        browser
            .post("/preferences", &wrong)
            .is(422)
            .says("“Paris” is no time zone.");
        let right = [
            ("currency", "presentment"),
            ("language", "fr"),
            ("time_zone", "Europe/Paris"),
            ("units", "imperial"),
        ];
        browser
            .post("/preferences", &right)
            .is(200)
            .says("Préférences")
            .says("Europe/Paris");
        browser.get("/orders").says("Toutes les commandes");
        let mut other = Browser::signed_in(&server, "en", ADA);
        other.get("/orders").says("Toutes les commandes");
        browser.get("/preferences");
        browser
            .post(
                "/preferences/password",
                &[("present", "no"), ("new", "another horse battery")],
            )
            .is(422);
        browser
            .post(
                "/preferences/password",
                &[("present", PASSWORD), ("new", "short")],
            )
            .is(422);
        browser
            .post(
                "/preferences/password",
                &[("present", PASSWORD), ("new", "another horse battery")],
            )
            .is(200);
        other.once("GET", "/orders", "", &[]).is(303);
        browser.get("/orders").is(200);
    });
}
