//! A forgotten password, from the sign-in page to signing in again.

use std::fs;
use std::time::Instant;

use crate::pages::open;
use crate::support::browser::Browser;
use crate::support::people::ADA;
use crate::support::server::LIMIT;
use crate::support::{Desk, PASSWORD, on_every_database};

const NEW: &str = "another staple horse";

/// Every letter in the outbox, oldest first. One that is being written is none yet: its line has no end.
pub fn letters(desk: &Desk) -> Vec<serde_json::Value> {
    let list = fs::read_to_string(desk.data().join("sandbox/letters.jsonl")).unwrap_or_default();
    list.split_inclusive('\n')
        .filter(|line| line.ends_with('\n'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The letters once there are so many. Asking is the pause between two questions.
pub fn letters_when(desk: &Desk, count: usize) -> Vec<serde_json::Value> {
    let begun = Instant::now();
    loop {
        let letters = letters(desk);
        if letters.len() >= count {
            return letters;
        }
        assert!(begun.elapsed() < LIMIT, "{count} letters did not come");
    }
}

fn ask(browser: &mut Browser, email: &str) -> String {
    browser.get("/password/forgotten").is(200);
    let page = browser
        .post("/password/forgotten", &[("email", email)])
        .is(200)
        .says(&format!("If someone here signs in with {email}"));
    page.body.replace(email, "ADDRESS")
}

#[test]
fn a_forgotten_password_is_replaced_by_mail() {
    on_every_database(|desk| {
        let (server, _) = open(desk);
        let mut before = Browser::signed_in(&server, "en", ADA);
        let mut browser = Browser::new(&server, "en");
        browser.get("/sign-in").says("Forgotten password?");
        let known = ask(&mut browser, ADA);
        let unknown = ask(&mut browser, "nobody@shop.example");
        assert_eq!(known, unknown, "nobody learns who is here");

        let letter = letters_when(desk, 1).remove(0);
        assert_eq!(letter["to"], ADA);
        assert_eq!(letter["subject"], "Choose a new Bordereau password");
        let text = letter["text"].as_str().unwrap();
        let start = format!("http://{}/password/new?token=", server.address);
        let (_, rest) = text.split_once(&start).unwrap_or_else(|| panic!("{text}"));
        let token = rest.lines().next().unwrap().to_owned();
        let link = format!("/password/new?token={token}");
        let links = "select count(*) from account_mails where link <> ''";
        desk.wait_for(links, |left| left == 0);

        browser.get(&link).is(200).says("Choose a new password");
        let chosen =
            |password: &'static str| [("token", token.clone()), ("password", password.to_owned())];
        let send = |browser: &mut Browser, password: &'static str| {
            let fields = chosen(password);
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (*name, value.as_str()))
                .collect();
            browser.post("/password/new", &fields)
        };
        send(&mut browser, "short")
            .is(422)
            .says("Use 10 characters or more");
        let page = send(&mut browser, NEW).is(200);
        page.says("Your new password is set");
        browser
            .post("/sign-in", &[("email", ADA), ("password", PASSWORD)])
            .is(422);
        browser
            .post("/sign-in", &[("email", ADA), ("password", NEW)])
            .is(200)
            .says("All orders");
        assert!(
            before.get("/orders").path.starts_with("/sign-in"),
            "every session ended"
        );
        let told = letters_when(desk, 2);
        assert_eq!(told[1]["subject"], "Your Bordereau password was changed");
        assert_eq!(told.len(), 2, "nobody else was sent anything");

        let mut late = Browser::new(&server, "fr");
        late.get(&link).is(410).says("Ce lien ne fonctionne plus");
    });
}

#[test]
fn a_link_is_not_asked_for_or_used_from_another_site() {
    let desk = Desk::embedded();
    let (server, _) = open(&desk);
    let mut browser = Browser::new(&server, "en");
    let stale = "The form is too old";
    browser
        .forge("/password/forgotten", &[("email", ADA)], &[])
        .is(403)
        .says(stale);
    browser
        .forge("/password/new", &[("token", "x"), ("password", NEW)], &[])
        .is(403)
        .says(stale);
    let mut other = Browser::new(&server, "en");
    let token = other.get("/password/forgotten").field("form_token");
    browser.get("/password/forgotten");
    let fields = [("email", ADA), ("form_token", token.as_str())];
    browser.forge("/password/forgotten", &fields, &[]).is(403);
    browser
        .forge(
            "/password/forgotten",
            &fields,
            &["origin: http://evil.example"],
        )
        .is(403);
    assert_eq!(desk.number("select count(*) from password_resets"), 0);
    assert_eq!(desk.number("select count(*) from account_mails"), 0);
}

#[test]
fn asking_too_often_is_stopped_for_known_and_unknown_alike() {
    let desk = Desk::embedded();
    let (server, _) = open(&desk);
    for email in [ADA, "nobody@shop.example"] {
        let mut browser = Browser::new(&server, "en");
        for _ in 0..10 {
            ask(&mut browser, email);
        }
        browser
            .post("/password/forgotten", &[("email", email)])
            .is(429)
            .says("asked for too often");
    }
    let mut browser = Browser::new(&server, "fr");
    browser
        .get("/password/forgotten")
        .says("Mot de passe oublié ?");
    browser
        .post("/password/forgotten", &[("email", "ada")])
        .is(422)
        .says("Ce n'est pas une adresse e-mail")
        .says("value=\"ada\"");
}
