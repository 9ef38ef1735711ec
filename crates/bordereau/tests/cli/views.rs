//! Saved views on the pages (O1): kept from the list, counted, arranged, and nobody else's to touch.

use crate::pages::open;
use crate::support::browser::Browser;
use crate::support::people::{ADA, EVE, MAX};
use crate::support::server::Server;
use crate::support::{Desk, on_every_database};

/// A desk with an admin and a member, and two orders that go to France.
fn with_member(desk: &Desk) -> Server {
    let (server, _) = open(desk);
    desk.add_max();
    server
}

/// The tabs as they are read, each with its count.
fn tabs(page: &str) -> Vec<String> {
    let (_, nav) = page.split_once("<nav class=\"tabs\"").unwrap();
    let (nav, _) = nav.split_once("</nav>").unwrap();
    let labels = nav.split("<a ").skip(1).map(|link| {
        let (_, text) = link.split_once('>').unwrap();
        let (label, count) = text.split_once(" <span class=\"count\">").unwrap();
        format!("{label} {}", count.split('<').next().unwrap())
    });
    labels.collect()
}

/// The identifier of the view whose tab or form names it.
fn id_of(desk: &Desk, page: &str, name: &str) -> String {
    let (before, _) = page.split_once(&format!("value=\"{name}\"")).unwrap();
    let (_, id) = before.rsplit_once("action=\"/views/").unwrap();
    assert!(desk.number("select count(*) from saved_views") > 0);
    id.split('"').next().unwrap().to_owned()
}

#[test]
fn a_persons_view_is_kept_from_the_list_counted_renamed_moved_and_removed() {
    on_every_database(|desk| {
        let server = with_member(desk);
        let mut max = Browser::signed_in(&server, "en", MAX);
        max.get("/orders?destination=JP&sort=-total")
            .says("Save view");
        let list = "destination=JP&sort=-total";
        let page = max
            .post("/views", &[("list", list), ("name", "To Japan")])
            .is(200);
        assert!(page.path.starts_with("/orders?view=view_"), "{}", page.path);
        assert!(
            page.path.ends_with("&destination=JP&sort=-total"),
            "{}",
            page.path
        );
        page.says("Nothing in “To Japan”")
            .says("To Japan <span class=\"count\">0");
        let fresh = [
            "All 2",
            "Needs attention 0",
            "To ship 2",
            "On hold 0",
            "Shipped 0",
            "Canceled 0",
        ];
        assert_eq!(tabs(&max.get("/orders").body)[..6], fresh);
        max.post(
            "/views",
            &[("list", "destination=FR"), ("name", "To France")],
        )
        .is(200);
        assert_eq!(
            tabs(&max.get("/orders").body)[6..],
            ["To Japan 0", "To France 2"]
        );
        let page = max.get("/views?list=destination%3DFR").is(200);
        let id = id_of(desk, &page.body, "To Japan");
        let path = format!("/views/{id}");
        // What is refused is said beside its field and keeps what was typed.
        for (name, said) in [
            ("To France", "“To France” is there twice."),
            ("  ", "This is missing."),
        ] {
            let fields = [
                ("action", "rename"),
                ("name", name),
                ("list", "destination=FR"),
            ];
            max.post(&path, &fields)
                .is(422)
                .says(said)
                .says("aria-invalid");
        }
        let fields = [
            ("action", "rename"),
            ("name", "Far away"),
            ("list", "destination=FR"),
        ];
        let page = max.post(&path, &fields).is(200).says("Far away");
        assert_eq!(page.path, "/views?list=destination%3DFR");
        max.post(&path, &[("action", "later"), ("list", "")])
            .is(200);
        assert_eq!(
            tabs(&max.get("/orders").body)[6..],
            ["To France 2", "Far away 0"]
        );
        max.post(&path, &[("action", "earlier")]).is(200);
        max.post(&path, &[("action", "refilter"), ("list", "q=p1")])
            .is(200);
        assert_eq!(
            tabs(&max.get("/orders").body)[6..],
            ["Far away 1", "To France 2"]
        );
        max.get(&format!("{path}/delete"))
            .is(200)
            .says("Delete the view “Far away”?")
            .says_not("for everyone in the organization");
        assert_eq!(desk.number("select count(*) from saved_views"), 8);
        max.post(&format!("{path}/delete"), &[("list", "")]).is(200);
        assert_eq!(tabs(&max.get("/orders").body)[6..], ["To France 2"]);
        max.post(&path, &[("action", "rename"), ("name", "x")])
            .is(404);
        desk.is_well();
    });
}

#[test]
fn p2_the_organizations_views_are_an_admins_and_everyone_sees_them() {
    on_every_database(|desk| {
        let server = with_member(desk);
        let (mut ada, mut max) = (
            Browser::signed_in(&server, "en", ADA),
            Browser::signed_in(&server, "fr", MAX),
        );
        ada.get("/views");
        let fields = [("list", "status=open"), ("name", "Fresh"), ("shared", "on")];
        ada.post("/views", &fields).is(200);
        let page = ada.get("/views?list=q%3Dx");
        let id = id_of(desk, &page.body, "Fresh");
        max.get("/orders").says("Fresh <span class=\"count\">2");
        let before = desk.number("select cast(sum(place) as bigint) from saved_views");
        let page = max.get("/views").is(200);
        page.says("Vues de l'organisation")
            .says("Votre rôle ne permet pas de")
            .says("Demandez à un administrateur de votre organisation")
            .says_not("Renommer");
        for (path, fields) in [
            (
                "/views".to_owned(),
                vec![("name", "Mine"), ("shared", "on")],
            ),
            (
                format!("/views/{id}"),
                vec![("action", "rename"), ("name", "Mine")],
            ),
            (format!("/views/{id}"), vec![("action", "earlier")]),
            (
                format!("/views/{id}"),
                vec![("action", "refilter"), ("list", "")],
            ),
            (format!("/views/{id}/delete"), vec![]),
        ] {
            max.post(&path, &fields)
                .is(403)
                .says("Votre rôle ne permet pas de");
        }
        assert_eq!(
            desk.number("select count(*) from saved_views where name = 'Fresh'"),
            1
        );
        assert_eq!(desk.number("select count(*) from saved_views"), 7);
        assert_eq!(
            desk.number("select cast(sum(place) as bigint) from saved_views"),
            before
        );
        // A name that the desk says in each language is not fixed to one by saving it unchanged.
        ada.post(
            "/views/view_shipped",
            &[("action", "rename"), ("name", "Shipped")],
        )
        .is(200);
        max.get("/orders").says("Expédiées <span");
        ada.get(&format!("/views/{id}/delete"))
            .says("for everyone in the organization");
        ada.post(&format!("/views/{id}/delete"), &[]).is(200);
        max.get("/orders").says_not("Fresh");
    });
}

#[test]
fn a_persons_own_view_is_not_there_for_anyone_else() {
    on_every_database(|desk| {
        let server = with_member(desk);
        let (mut ada, mut max) = (
            Browser::signed_in(&server, "en", ADA),
            Browser::signed_in(&server, "en", MAX),
        );
        max.get("/views");
        max.post("/views", &[("list", "q=p1"), ("name", "Secret")])
            .is(200);
        let page = max.get("/views");
        let id = id_of(desk, &page.body, "Secret");
        ada.get("/orders").says_not("Secret");
        ada.get("/views").says_not("Secret");
        ada.get(&format!("/views/{id}/delete")).is(404);
        for (end, fields) in [
            ("", vec![("action", "rename"), ("name", "Mine")]),
            ("", vec![("action", "later")]),
            ("", vec![("action", "refilter"), ("list", "")]),
            ("/delete", vec![]),
        ] {
            ada.post(&format!("/views/{id}{end}"), &fields).is(404);
        }
        // Nor does the question what came tell its count.
        ada.get(&format!("/orders/news?open={id}"))
            .says("\"count\":null");
        max.get("/orders").says("Secret <span class=\"count\">1");
        desk.add_eve();
        let mut eve = Browser::signed_in(&server, "en", EVE);
        eve.get("/views").says_not("Secret");
        eve.post(&format!("/views/{id}/delete"), &[]).is(404);
        assert_eq!(
            desk.number("select count(*) from saved_views where name = 'Secret'"),
            1
        );
    });
}
