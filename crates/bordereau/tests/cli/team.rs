//! The team as a browser without scripts meets it: invitations, roles, and who may not go.

use crate::settings::{after, open, traces};
use crate::support::browser::{Browser, Page};
use crate::support::people::{ADA, EVE, MAX};
use crate::support::{Desk, PASSWORD, on_every_database};

/// The link that an invitation shows, without the host.
fn link(page: &Page) -> String {
    let url = page
        .body
        .split_once("/invitation/")
        .expect("a link is shown")
        .1;
    format!("/invitation/{}", url.split('"').next().unwrap())
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
    desk.add_eve();
    let mut eve = Browser::signed_in(&server, "en", EVE);
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
    let token = max.get(&link).says("Join Other").field("form_token");
    // Another text on every page, as everywhere: no two of them compress to what tells it.
    assert_ne!(max.get(&link).field("form_token"), token);
    max.forge(&format!("{link}/join"), &[], &[]).is(403);
    max.get(&link);
    max.post(&format!("{link}/join"), &[]).is(200);
    max.get("/settings/team").is(200).says(EVE);
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
