//! The settings as a browser without scripts meets them: who may see and change them, and what each does.

use crate::support::browser::{Browser, Page};
use crate::support::server::Server;
use crate::support::{Desk, PASSWORD, on_every_database};

const ADA: &str = "ada@shop.example";
const MAX: &str = "max@shop.example";

/// A desk with an admin, a member and operator support.
fn open(desk: &Desk) -> Server {
    let max = ["--email", MAX, "--name", "Max"];
    desk.with_shop().user_add(&max, PASSWORD).fine();
    let sam = ["--email", "sam@operator.example", "--name", "Sam"];
    desk.user_add(&[&sam[..], &["--support"]].concat(), PASSWORD)
        .fine();
    desk.serve()
}

/// What of the settings is stored, as numbers that any change moves.
fn traces(desk: &Desk) -> Vec<i64> {
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
fn after(page: &Page, start: &str) -> String {
    let (_, rest) = page
        .body
        .split_once(start)
        .unwrap_or_else(|| panic!("no {start}: {}", page.body));
    rest.split('"').next().unwrap().to_owned()
}

/// The link that an invitation shows, without the host.
fn link(page: &Page) -> String {
    let url = page
        .body
        .split_once("/invitation/")
        .expect("a link is shown")
        .1;
    format!("/invitation/{}", url.split('"').next().unwrap())
}

const READ: [&str; 7] = [
    "/settings",
    "/settings/team",
    "/settings/roles",
    "/settings/roles/new",
    "/settings/keys",
    "/settings/organization",
    "/settings/log",
];

const SENT: [&str; 12] = [
    "/settings/team",
    "/settings/team/person_x/role",
    "/settings/team/person_x/remove",
    "/settings/invitations/invitation_x/send",
    "/settings/invitations/invitation_x/withdraw",
    "/settings/roles/new",
    "/settings/roles/member",
    "/settings/roles/member/delete",
    "/settings/keys",
    "/settings/keys/key_x/revoke",
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
        for path in READ.into_iter().chain(["/settings/fees"]) {
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
    let eve = [
        "--new-organization",
        "Other",
        "--email",
        "eve@other.example",
        "--name",
        "Eve",
        "--role",
        "admin",
    ];
    desk.user_add(&eve, PASSWORD).fine();
    let before = traces(&desk);
    let mut eve = Browser::signed_in(&server, "en", "eve@other.example");
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
fn p1_someone_is_invited_joins_and_is_removed() {
    on_every_database(|desk| {
        let server = open(desk);
        let mut ada = Browser::signed_in(&server, "en", ADA);
        ada.get("/settings/team").says("Max").says_not("Sam");
        let before = traces(desk);
        for (email, role, problem) in [
            ("nobody", "member", "“nobody” is no e-mail address."),
            (MAX, "member", "max@shop.example is in the team already."),
            ("nina@shop.example", "boss", "This role is not there."),
        ] {
            let page = ada
                .post("/settings/team", &[("email", email), ("role", role)])
                .is(422);
            page.says(problem).says(&format!("value=\"{email}\""));
        }
        assert_eq!(traces(desk), before);
        let invite = [("email", "Nina@shop.example"), ("role", "member")];
        let page = ada
            .post("/settings/team", &invite)
            .says("nina@shop.example is invited.");
        let first = link(&page);
        let id = after(&page, "action=\"/settings/invitations/").replace("/send", "");
        let page = ada
            .post(&format!("/settings/invitations/{id}/send"), &[])
            .is(200);
        let link = link(&page);
        assert_ne!(first, link);

        let mut nina = Browser::new(&server, "fr");
        nina.get(&first)
            .is(404)
            .says("Cette invitation ne vaut plus");
        nina.get("/invitation/made.up")
            .is(404)
            .says("Cette invitation ne vaut plus");
        nina.get(&link)
            .is(200)
            .says("Rejoindre Shop")
            .says("nina@shop.example");
        let given = [("name", "Nina"), ("password", PASSWORD)];
        nina.forge(&link, &given, &[]).is(403);
        let short = [("name", "Nina"), ("password", "court")];
        nina.post(&link, &short)
            .is(422)
            .says("Le mot de passe est trop court.")
            .says("value=\"Nina\"");
        nina.post(&link, &given)
            .is(200)
            .says("Toutes les commandes");
        nina.get("/settings").is(403);
        let mut late = Browser::new(&server, "en");
        late.get(&link)
            .is(404)
            .says("This invitation is no good any more");
        late.post(&link, &given).is(404);

        // Another role holds at the next request.
        let page = ada.get("/settings/team").says("Nina");
        let (_, row) = page.body.split_once("nina@shop.example").unwrap();
        let (_, row) = row.split_once("/settings/team/").unwrap();
        let person = row.split('/').next().unwrap().to_owned();
        ada.post(
            &format!("/settings/team/{person}/role"),
            &[("role", "admin")],
        )
        .says("The role holds from the next page they open.");
        nina.get("/settings/team").is(200);
        let remove = format!("/settings/team/{person}/remove");
        ada.get(&remove).says("Remove Nina?");
        ada.post(&remove, &[])
            .says("Removed, and signed out here.")
            .says_not("nina@shop.example<");
        nina.once("GET", "/orders", "", &[]).is(303);
        ada.get("/settings/log")
            .says("Removed Nina (nina@shop.example), who was Admin")
            .says("Nina (nina@shop.example): role Member → Admin")
            .says("Sent nina@shop.example another invitation")
            .says("Invited nina@shop.example as Member");
    });
}

#[test]
fn p1_who_has_an_account_joins_with_it_and_others_cannot() {
    let desk = Desk::embedded();
    let server = open(&desk);
    let eve = [
        "--new-organization",
        "Other",
        "--email",
        "eve@other.example",
        "--name",
        "Eve",
        "--role",
        "admin",
    ];
    desk.user_add(&eve, PASSWORD).fine();
    let mut eve = Browser::signed_in(&server, "en", "eve@other.example");
    eve.get("/settings/team");
    let link = link(&eve.post("/settings/team", &[("email", MAX), ("role", "admin")]));
    let before = traces(&desk);
    let mut other = Browser::new(&server, "en");
    other
        .get(&link)
        .says("max@shop.example has an account here.")
        .says(&format!("/sign-in?to={link}"));
    other.get("/sign-in");
    let takeover = [("name", "Max"), ("password", "another long secret")];
    other.post(&link, &takeover).is(404);
    let mut ada = Browser::signed_in(&server, "en", ADA);
    ada.get(&link)
        .says("You are signed in as ada@shop.example, but the invitation is for max@shop.example.");
    ada.post(&format!("{link}/join"), &[]).is(404);
    assert_eq!(traces(&desk), before);
    let mut max = Browser::signed_in(&server, "en", MAX);
    max.get(&link).says("Join Other");
    max.forge(&format!("{link}/join"), &[], &[]).is(403);
    max.get(&link);
    max.post(&format!("{link}/join"), &[]).is(200);
    max.get("/settings/team").is(200).says("eve@other.example");
    max.get(&link).is(404);
}

#[test]
fn p2_the_last_admin_cannot_go() {
    let desk = Desk::embedded();
    let server = open(&desk);
    let mut ada = Browser::signed_in(&server, "fr", ADA);
    ada.get("/settings/team")
        .says("Ada est le dernier administrateur.");
    // The page of who is the last one offers nothing: its address is known from when there were two.
    let page = ada.get("/settings/team");
    let max = after(&page, "action=\"/settings/team/").replace("/role", "");
    ada.post(&format!("/settings/team/{max}/role"), &[("role", "admin")]);
    let mut browser = Browser::signed_in(&server, "en", MAX);
    browser.get("/settings/team");
    let page = browser.get("/settings/team");
    let known = after(&page, "action=\"/settings/team/").replace("/role", "");
    assert_ne!(known, max, "ada comes first");
    browser.post(&format!("/settings/team/{max}/role"), &[("role", "member")]);
    let before = traces(&desk);
    let mut sam = Browser::signed_in(&server, "en", "sam@operator.example");
    sam.get("/settings/team")
        .says("Operator support")
        .says_not("sam@operator.example</small>");
    sam.post(
        &format!("/settings/team/{known}/role"),
        &[("role", "member")],
    )
    .is(422)
    .says("Ada is the last admin.");
    sam.post(&format!("/settings/team/{known}/remove"), &[])
        .is(422)
        .says("Ada is the last admin.");
    assert_eq!(traces(&desk), before);
}

#[test]
fn p2_a_role_of_ones_own_shows_what_it_allows_and_grants_no_more() {
    on_every_database(|desk| {
        let server = open(desk);
        let mut ada = Browser::signed_in(&server, "en", ADA);
        ada.get("/settings/roles").says("Seeing is not refunding");
        let lead = [
            ("name", "Lead"),
            ("permissions", "view_orders"),
            ("permissions", "manage_team"),
        ];
        ada.post("/settings/roles/new", &lead)
            .says("The role is made.");
        let before = traces(desk);
        ada.post("/settings/roles/new", &lead)
            .is(422)
            .says("There is a role “Lead” already.");
        ada.post("/settings/roles/new", &[("name", "None")])
            .is(422)
            .says("Choose one permission at least.");
        ada.post("/settings/roles/admin", &lead)
            .is(422)
            .says("Admin and Member are the same everywhere.");
        assert_eq!(traces(desk), before);
        let role = format!(
            "role_{}",
            after(&ada.get("/settings/roles"), "href=\"/settings/roles/role_")
        );
        let page = ada.get("/settings/team");
        let max = after(&page, "action=\"/settings/team/");
        ada.post(&format!("/settings/team/{max}"), &[("role", &role)]);
        let delete = format!("/settings/roles/{role}/delete");
        ada.get(&delete).says("Delete the role Lead?");
        ada.post(&delete, &[]).is(422).says("Someone has this role");
        // Whoever has it gives no more than it allows.
        let before = traces(desk);
        let mut browser = Browser::signed_in(&server, "en", MAX);
        browser
            .get("/settings")
            .says("Team")
            .says_not("Fees")
            .says_not("Open invitations");
        browser.get("/settings/fees").is(403);
        let invite = [("email", "new@shop.example"), ("role", "admin")];
        browser
            .post("/settings/team", &invite)
            .is(403)
            .says("This is about more than you may do yourself");
        browser
            .post(&format!("/settings/team/{max}"), &[("role", "admin")])
            .is(403);
        let more = [&lead[..], &[("permissions", "refund_orders")]].concat();
        browser
            .post(&format!("/settings/roles/{role}"), &more)
            .is(403);
        let key = [("name", "Key"), ("permissions", "refund_orders")];
        browser.post("/settings/keys", &key).is(403);
        assert_eq!(traces(desk), before);
        let less = [("name", "Reader"), ("permissions", "view_orders")];
        ada.post(&format!("/settings/roles/{role}"), &less)
            .says("Reader");
        browser.get("/settings").is(403);
        ada.get("/settings/log")
            .says("Role Lead → Reader; added: nothing; taken away: manage the team");
    });
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
