//! What an organization does about second factors: resets one that is lost, or requires them.

use crate::passwords::letters_when;
use crate::second_factors::{NEXT, PAGE, answer, asked, code, ready, traces};
use crate::settings::open;
use crate::support::browser::Browser;
use crate::support::people::{ADA, EVE, MAX};
use crate::support::server::Server;
use crate::support::{Desk, PASSWORD, on_every_database};

fn person(desk: &Desk, server: &Server, email: &str) -> String {
    let mut ada = Browser::signed_in(server, "en", ADA);
    let page = ada.get("/settings/team");
    assert!(desk.number("select count(*) from people") > 1);
    let (_, row) = page.body.split_once(email).unwrap();
    let (_, row) = row.split_once("/settings/team/").unwrap();
    row.split('/').next().unwrap().to_owned()
}

#[test]
fn p2_an_admin_resets_it_and_the_person_is_told() {
    on_every_database(|desk| {
        let server = open(desk);
        desk.add_eve();
        let mut max = Browser::signed_in(&server, "en", MAX);
        ready(&mut max);
        let id = person(desk, &server, MAX);
        let reset = format!("/settings/team/{id}/second-factor");
        let before = traces(desk);
        max.get("/preferences");
        max.get(&reset).is(403);
        max.post(&reset, &[]).is(403);
        let mut eve = Browser::signed_in(&server, "en", EVE);
        eve.get(&reset).is(404);
        eve.post(&reset, &[]).is(404);
        let mut ada = Browser::signed_in(&server, "en", ADA);
        assert_eq!(traces(desk)[..3], before[..3]);
        ada.get("/settings/team").says("Two-factor").says(&reset);
        ada.get(&reset)
            .says("Reset two-factor authentication of Max?");
        let before = traces(desk);
        ada.forge(&reset, &[], &[]).is(403);
        assert_eq!(traces(desk), before);
        ada.post(&reset, &[])
            .is(200)
            .says("Two-factor authentication is reset.");
        ada.get("/settings/team").says_not(&reset);
        ada.get("/settings/log")
            .says("Reset two-factor authentication of Max (max@shop.example)");
        max.once("GET", "/orders", "", &[]).is(303);
        Browser::signed_in(&server, "en", MAX)
            .get("/orders")
            .is(200);
        ada.get(&reset);
        ada.post(&reset, &[])
            .is(422)
            .says("Max has no two-factor authentication.");
        let told = letters_when(desk, 2).pop().unwrap();
        assert_eq!(
            told["subject"],
            "Your two-factor authentication in Bordereau was reset"
        );
    });
}

#[test]
fn who_belongs_to_others_too_is_for_support_or_the_command_line() {
    let desk = Desk::embedded();
    let server = open(&desk);
    desk.add_eve();
    desk.tamper(
        "insert into members (organization_id, person_id, role_id, created_at_us) \
         select o.id, p.id, 'member', 0 from organizations o, people p \
         where o.name = 'Other' and p.email = 'max@shop.example'",
    );
    let (secret, _) = ready(&mut Browser::signed_in(&server, "en", MAX));
    let reset = format!(
        "/settings/team/{}/second-factor",
        person(&desk, &server, MAX)
    );
    let mut ada = Browser::signed_in(&server, "en", ADA);
    ada.get(&reset);
    let before = traces(&desk);
    ada.post(&reset, &[])
        .is(422)
        .says("Ask operator support to reset it")
        .says("“bordereau user reset-second-factor”");
    let unknown = ["reset-second-factor", "--email", "no@body.example"];
    assert_eq!(
        desk.run("user", &unknown).refused(),
        "error: nobody here has the e-mail no@body.example\n"
    );
    let none = ["reset-second-factor", "--email", ADA];
    assert_eq!(
        desk.run("user", &none).refused(),
        format!("error: {ADA} has no second factor\n")
    );
    assert_eq!(traces(&desk), before);
    let mut door = Browser::new(&server, "en");
    asked(&mut door, MAX);
    let said = desk.run("user", &["reset-second-factor", "--email", MAX]);
    assert_eq!(
        said.fine(),
        format!("{MAX} signs in with their password alone\n")
    );
    let page = answer(&mut door, &code(&secret, NEXT));
    assert_eq!(page.path, "/sign-in?done=late");
    Browser::signed_in(&server, "en", MAX)
        .get("/orders")
        .is(200);
    letters_when(&desk, 2);
}

#[test]
fn where_it_is_required_it_comes_before_anything_else() {
    on_every_database(|desk| {
        let server = open(desk);
        let mut max = Browser::signed_in(&server, "en", MAX);
        let path = "/settings/organization/second-factor";
        max.get("/preferences");
        max.post(path, &[("second_factor", "required")]).is(403);
        let mut ada = Browser::signed_in(&server, "en", ADA);
        ada.get("/settings/organization")
            .says("Required for everybody")
            .says_not("checked");
        // Whoever requires it is led to it too.
        let page = ada.post(path, &[("second_factor", "required")]);
        assert_eq!(page.path, PAGE);
        page.says("Your organization requires two-factor authentication.");
        for way in [
            "/",
            "/orders",
            "/orders.csv",
            "/preferences",
            "/settings/team",
        ] {
            assert_eq!(max.get(way).path, PAGE, "{way}");
        }
        let sent = max
            .forge("/preferences", &[("form_token", "00")], &[])
            .is(303);
        assert_eq!(sent.header("location"), Some(PAGE));
        ready(&mut max);
        assert_eq!(max.get("/orders").path, "/orders");
        let (_, recovery) = ready(&mut ada);
        ada.get("/settings/organization").says("checked");
        ada.get("/settings/log")
            .says("Two-factor authentication: as each prefers → for everybody");
        ada.get(PAGE)
            .says("you will be asked to set it up again at once");
        let off = [
            ("act", "off"),
            ("password", PASSWORD),
            ("code", recovery[0].as_str()),
        ];
        assert_eq!(
            ada.post(PAGE, &off).path,
            "/preferences/second-factor?done=off"
        );
        assert_eq!(ada.get("/orders").path, PAGE);
        ada.post("/sign-out", &[]).says("Sign in to the desk");
    });
}
