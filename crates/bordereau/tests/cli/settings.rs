//! The settings as a browser without scripts meets them: who may see and change them, and what each does.

use crate::support::browser::{Browser, Page};
use crate::support::people::{ADA, EVE, MAX};
use crate::support::server::Server;
use crate::support::{Desk, PASSWORD, on_every_database};

/// A desk with an admin, a member and operator support.
pub fn open(desk: &Desk) -> Server {
    let max = ["--email", MAX, "--name", "Max"];
    desk.with_shop().user_add(&max, PASSWORD).fine();
    let sam = ["--email", "sam@operator.example", "--name", "Sam"];
    desk.user_add(&[&sam[..], &["--support"]].concat(), PASSWORD)
        .fine();
    desk.serve()
}

/// What of the settings is stored, as numbers that any change moves.
pub fn traces(desk: &Desk) -> Vec<i64> {
    [
        "select count(*) from members where role_id = 'admin'",
        "select count(*) from members",
        "select count(*) from people",
        "select count(*) from roles",
        "select count(*) from invitations",
        "select count(*) from organization_events",
        "select count(*) from api_keys where revoked_at_us is null",
        "select count(*) from organizations where settings like '%\"total_bp\":600%'",
        "select count(*) from organizations where name = 'Shop'",
    ]
    .map(|statement| desk.number(statement))
    .to_vec()
}

/// What stands in a page between the quotation marks after this.
pub fn after(page: &Page, start: &str) -> String {
    let (_, rest) = page
        .body
        .split_once(start)
        .unwrap_or_else(|| panic!("no {start}: {}", page.body));
    rest.split('"').next().unwrap().to_owned()
}

const READ: &[&str] = &[
    "/settings",
    "/settings/team",
    "/settings/roles",
    "/settings/roles/new",
    "/settings/keys",
    "/settings/webhooks",
    "/settings/webhooks/new",
    "/settings/deliveries",
    "/settings/organization",
    "/settings/places",
    "/settings/places/new",
    "/settings/log",
];

const SENT: &[&str] = &[
    "/settings/team",
    "/settings/team/person_x/role",
    "/settings/team/person_x/remove",
    "/settings/team/person_x/second-factor",
    "/settings/organization/second-factor",
    "/settings/invitations/invitation_x/send",
    "/settings/invitations/invitation_x/withdraw",
    "/settings/roles/new",
    "/settings/roles/member",
    "/settings/roles/member/delete",
    "/settings/keys",
    "/settings/webhooks/new",
    "/settings/webhooks/webhook_x",
    "/settings/webhooks/webhook_x/act",
    "/settings/webhooks/webhook_x/delete",
    "/settings/deliveries/delivery_x",
    "/settings/keys/key_x/revoke",
    "/settings/places/new",
    "/settings/places/fulfillment_center_x",
    "/settings/places/fulfillment_center_x/default",
    "/settings/places/fulfillment_center_x/remove",
    "/settings/organization",
    "/settings/fees",
];

const FIELDS: [(&str, &str); 7] = [
    ("email", "new@shop.example"),
    ("role", "member"),
    ("name", "New"),
    ("permissions", "view_orders"),
    ("mail_from", "new@shop.example"),
    ("total", "5"),
    ("returned", "1"),
];

#[test]
fn p2_settings_are_shown_and_changed_by_nobody_who_may_not() {
    on_every_database(|desk| {
        let server = open(desk);
        let before = traces(desk);
        let mut nobody = Browser::new(&server, "en");
        for path in READ {
            nobody.once("GET", path, "", &[]).is(303);
        }
        for path in SENT {
            nobody.forge(path, &FIELDS, &[]).is(303);
        }
        let mut max = Browser::signed_in(&server, "en", MAX);
        max.get("/orders").says_not("href=\"/settings\"");
        for path in READ.iter().chain(&["/settings/fees"]) {
            max.get(path)
                .is(403)
                .says("Ask an admin of your organization.");
        }
        for path in SENT {
            max.post(path, &FIELDS).is(403);
        }
        let mut ada = Browser::signed_in(&server, "en", ADA);
        for path in SENT {
            ada.forge(path, &FIELDS, &[]).is(403);
            let wrong = [&FIELDS[..], &[("form_token", "00")]].concat();
            ada.forge(path, &wrong, &[]).is(403);
        }
        assert_eq!(traces(desk), before);
        for path in READ {
            ada.get(path).is(200);
        }
    });
}

#[test]
fn another_organizations_people_roles_keys_and_invitations_are_not_there() {
    let desk = Desk::embedded();
    let server = open(&desk);
    let mut ada = Browser::signed_in(&server, "en", ADA);
    let team = ada.get("/settings/team");
    let person = after(&team, "action=\"/settings/team/").replace("/role", "");
    ada.post(
        "/settings/team",
        &[("email", "new@shop.example"), ("role", "member")],
    );
    let page = ada.get("/settings/team");
    let invitation = after(&page, "action=\"/settings/invitations/").replace("/send", "");
    ada.post(
        "/settings/roles/new",
        &[("name", "Reader"), ("permissions", "view_orders")],
    );
    let role = after(&ada.get("/settings/roles"), "href=\"/settings/roles/role_");
    ada.post(
        "/settings/keys",
        &[("name", "Plugin"), ("permissions", "view_orders")],
    );
    let key = after(&ada.get("/settings/keys"), "href=\"/settings/keys/");
    desk.add_eve();
    let before = traces(&desk);
    let mut eve = Browser::signed_in(&server, "en", EVE);
    eve.get("/settings/team")
        .says_not(MAX)
        .says_not("new@shop.example");
    eve.get("/settings/keys").says_not("Plugin");
    eve.get("/settings/roles").says_not("Reader");
    eve.get("/settings/log").says("Nothing was changed yet.");
    for path in [
        format!("/settings/team/{person}/role"),
        format!("/settings/team/{person}/remove"),
        format!("/settings/invitations/{invitation}/send"),
        format!("/settings/invitations/{invitation}/withdraw"),
        format!("/settings/roles/role_{role}"),
        format!("/settings/roles/role_{role}/delete"),
        format!("/settings/keys/{key}"),
    ] {
        eve.post(&path, &FIELDS).is(404);
    }
    for path in [
        format!("/settings/team/{person}/remove"),
        format!("/settings/roles/role_{role}"),
        format!("/settings/roles/role_{role}/delete"),
        format!("/settings/keys/{key}"),
    ] {
        eve.get(&path).is(404);
    }
    assert_eq!(traces(&desk), before);
}

#[test]
fn a_key_is_shown_once_on_the_page_and_revoked_after_a_question() {
    on_every_database(|desk| {
        let server = open(desk);
        let mut ada = Browser::signed_in(&server, "en", ADA);
        ada.get("/settings/keys").says("No keys yet.");
        let unnamed = [
            ("name", " "),
            ("mode", "test"),
            ("permissions", "view_orders"),
        ];
        ada.post("/settings/keys", &unnamed)
            .is(422)
            .says("The name is missing.")
            .says("value=\"view_orders\" checked");
        let named = [
            ("name", "Plugin"),
            ("mode", "test"),
            ("permissions", "view_orders"),
        ];
        let page = ada
            .post("/settings/keys", &named)
            .says("This is the only time it is shown");
        let secret = after(&page, "readonly value=\"");
        assert!(secret.starts_with("credential_test_"), "{secret}");
        assert_eq!(page.header("cache-control"), Some("no-store"));
        let page = ada
            .get("/settings/keys")
            .says("Plugin")
            .says("Never")
            .says_not(&secret);
        assert_eq!(
            desk.number("select count(*) from api_keys where mode = 'test'"),
            1
        );
        let stored =
            format!("select count(*) from api_keys where hash = '{secret}' or hint = '{secret}'");
        assert_eq!(desk.number(&stored), 0);
        let revoke = format!("/settings/keys/{}", after(&page, "href=\"/settings/keys/"));
        ada.get(&revoke).says("Revoke the key Plugin?");
        ada.post(&revoke, &[]).says("The key is revoked.");
        ada.post(&revoke, &[]).is(404);
        ada.get(&revoke).is(404);
        ada.get("/settings/log")
            .says("Revoked the key Plugin")
            .says_not(&secret);
    });
}

#[test]
fn r8_fees_are_read_exactly_in_both_languages() {
    on_every_database(|desk| {
        let server = open(desk);
        let mut ada = Browser::signed_in(&server, "fr", ADA);
        ada.get("/settings/fees")
            .says("value=\"2,1\"")
            .says("Vaut pour les commandes reçues à partir de maintenant.");
        let before = traces(desk);
        for (total, returned, problem) in [
            ("six", "2", "Écrivez un taux"),
            ("6", "2,125", "Écrivez un taux"),
            ("100,01", "2", "Les frais ne peuvent pas dépasser 100 %."),
            ("5", "5,01", "Ce qui revient ne peut pas dépasser"),
        ] {
            let sent = [("total", total), ("returned", returned)];
            let page = ada.post("/settings/fees", &sent).is(422).says(problem);
            page.says(&format!("value=\"{total}\""))
                .says(&format!("value=\"{returned}\""));
        }
        assert_eq!(traces(desk), before);
        let sent = [("total", "4,55"), ("returned", "1,25")];
        ada.post("/settings/fees", &sent).says("value=\"4,55\"");
        let stored = "select count(*) from organizations where settings like '%\"total_bp\":455,\"returned_bp\":125%'";
        assert_eq!(desk.number(stored), 1);
        ada.get("/settings/log")
            .says("Frais : 6 %, dont 2,1 revient → 4,55 %, dont 1,25 revient");
    });
}

#[test]
fn the_organization_is_renamed_and_its_currency_is_not_changed() {
    let desk = Desk::embedded();
    let server = open(&desk);
    let mut ada = Browser::signed_in(&server, "en", ADA);
    ada.get("/settings/organization")
        .says("value=\"USD\" readonly")
        .says("It cannot be changed");
    let wrong = [("name", ""), ("mail_from", "orders@shop.example")];
    ada.post("/settings/organization", &wrong)
        .is(422)
        .says("The name is missing.")
        .says("orders@shop.example");
    let right = [
        ("name", "Shop & Co"),
        ("mail_from", "orders@shop.example"),
        ("base", "EUR"),
    ];
    ada.post("/settings/organization", &right)
        .says("Saved.")
        .says("value=\"USD\" readonly");
    let stored = "select count(*) from organizations where name = 'Shop & Co' and settings like '%orders@shop.example%USD%' or settings like '%USD%orders@shop.example%'";
    assert_eq!(desk.number(stored), 1);
}

#[test]
fn p2_support_acts_everywhere_and_each_act_is_marked() {
    on_every_database(|desk| {
        let server = open(desk);
        let mut sam = Browser::signed_in(&server, "en", "sam@operator.example");
        let page = sam
            .get("/settings/team")
            .says("Operator support: everything you do is marked as such.");
        let max = after(&page, "action=\"/settings/team/");
        sam.post(&format!("/settings/team/{max}"), &[("role", "admin")])
            .is(200);
        let mut ada = Browser::signed_in(&server, "en", ADA);
        let log = ada.get("/settings/log").says("role Member → Admin");
        let (_, first) = log.body.split_once("<li>").unwrap();
        let first = first.split("</li>").next().unwrap();
        assert!(
            first.contains("Sam") && first.contains("Operator support"),
            "{first}"
        );
    });
}

#[test]
fn p1_each_person_has_pages_light_or_dark_or_as_their_system_says() {
    on_every_database(|desk| {
        let server = open(desk);
        let mut browser = Browser::signed_in(&server, "en", ADA);
        browser.get("/preferences").says_not("data-appearance");
        for (chosen, scheme) in [("dark", "dark"), ("light", "light")] {
            let page = browser.post("/preferences", &[("appearance", chosen)]);
            page.says(&format!("data-appearance=\"{chosen}\""));
            let page = browser.get("/orders");
            page.says(&format!("data-appearance=\"{chosen}\""))
                .says(&format!("name=\"color-scheme\" content=\"{scheme}\""));
        }
        browser.post("/preferences", &[("appearance", "purple")]);
        browser
            .get("/orders")
            .says_not("data-appearance")
            .says("name=\"color-scheme\" content=\"light dark\"");
    });
}
