//! A second factor as a browser without scripts meets it: setting it up, signing in with it, losing the telephone.

use std::time::{SystemTime, UNIX_EPOCH};

use domain::totp::{STEP_S, Secret};

use crate::passwords::letters_when;
use crate::settings::{after, open};
use crate::support::browser::{Browser, Page};
use crate::support::people::{ADA, MAX};
use crate::support::{Desk, PASSWORD, on_every_database};

pub const PAGE: &str = "/preferences/second-factor";

/// The present code, and the next one, which is let through already: a code works once, and no test waits for another.
/// Time may pass between reading one and typing it.
const NOW: i64 = 0;
pub const NEXT: i64 = 1;

/// What the telephone shows.
#[allow(
    clippy::disallowed_methods,
    reason = "the desk is a process of its own, whose clock is the machine's"
)]
pub fn code(secret: &Secret, steps: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    secret.code(i64::try_from(now.as_secs()).unwrap() / STEP_S + steps)
}

/// The first page of a sign-in, answered rightly: the page that asks for a code.
pub fn asked(browser: &mut Browser, email: &str) -> Page {
    browser.get("/sign-in");
    let page = browser.post(
        "/sign-in",
        &[
            ("email", email),
            ("password", PASSWORD),
            ("to", "/preferences"),
        ],
    );
    assert!(page.path.starts_with("/sign-in/code?to="), "{}", page.path);
    page.is(200)
}

pub fn answer(browser: &mut Browser, code: &str) -> Page {
    let fields = [("code", code), ("to", "/preferences")];
    browser.post("/sign-in/code", &fields)
}

/// Begins to set it up; the secret that is shown.
fn begun(browser: &mut Browser) -> Secret {
    browser.get(PAGE);
    let page = browser.post(PAGE, &[("act", "begin"), ("password", PASSWORD)]);
    let secret = after(&page, "id=\"secret\" readonly value=\"");
    assert!(page.body.contains("<svg class=\"qr\""));
    let uri = after(&page, "href=\"otpauth:");
    let letters = secret.replace(' ', "");
    assert!(uri.contains(&format!("secret={letters}&issuer=Bordereau")));
    Secret::parse(&secret).unwrap()
}

/// Sets it up; the secret and the recovery codes.
pub fn ready(browser: &mut Browser) -> (Secret, Vec<String>) {
    let secret = begun(browser);
    let right = code(&secret, NOW);
    let page = browser
        .post(PAGE, &[("act", "confirm"), ("code", &right)])
        .is(200);
    (secret, codes(&page))
}

/// The recovery codes that a page shows.
fn codes(page: &Page) -> Vec<String> {
    let (_, rest) = page.body.split_once("<textarea id=\"codes\"").unwrap();
    let (_, rest) = rest.split_once('>').unwrap();
    let (text, _) = rest.split_once("</textarea>").unwrap();
    let codes: Vec<String> = text.lines().map(str::to_owned).collect();
    assert_eq!(codes.len(), 10, "{text}");
    codes
}

/// What of second factors is stored, as numbers that any change moves.
pub fn traces(desk: &Desk) -> Vec<i64> {
    [
        "select count(*) from second_factors",
        "select count(*) from second_factors where confirmed_at_us is not null",
        "select count(*) from recovery_codes",
        "select count(*) from sessions",
        "select count(*) from account_mails",
        "select count(*) from organization_events",
    ]
    .map(|statement| desk.number(statement))
    .to_vec()
}

#[test]
fn it_is_set_up_asked_for_and_turned_off() {
    on_every_database(|desk| {
        let server = open(desk);
        let mut elsewhere = Browser::signed_in(&server, "en", ADA);
        let mut ada = Browser::signed_in(&server, "fr", ADA);
        ada.get("/preferences")
            .says("Double authentification")
            .says("Désactivée");
        let before = traces(desk);
        ada.get(PAGE).says_not("Codes de secours");
        ada.post(PAGE, &[("act", "begin"), ("password", "not this one")])
            .is(422)
            .says("Ce n'est pas votre mot de passe actuel.");
        assert_eq!(traces(desk), before);
        let secret = begun(&mut ada);
        elsewhere.get(PAGE).says_not("id=\"secret\"").says("Set up");
        ada.get(PAGE).says("Code à 6 chiffres");
        ada.post(PAGE, &[("act", "confirm"), ("code", "12345")])
            .is(422)
            .says("Ce n'est pas le code actuel");
        let used = code(&secret, NOW);
        let page = ada
            .post(PAGE, &[("act", "confirm"), ("code", &used)])
            .is(200)
            .says("Codes de secours")
            .says_not("id=\"secret\"");
        let recovery = codes(&page);
        elsewhere.once("GET", "/orders", "", &[]).is(303);
        ada.get(PAGE)
            .says("Codes restants : 10")
            .says_not(&recovery[0])
            .says_not("otpauth:");

        let mut door = Browser::new(&server, "fr");
        let sessions = "select count(*) from sessions";
        let before = desk.number(sessions);
        let page = asked(&mut door, ADA);
        page.says("Saisissez votre code")
            .says("autocomplete=\"one-time-code\" inputmode=\"numeric\"");
        door.once("GET", "/orders", "", &[]).is(303);
        for wrong in ["", "12345", &used, "aaaa-bbbb-cccc-dddd"] {
            answer(&mut door, wrong)
                .is(422)
                .says("Ce n'est pas le code actuel");
        }
        assert_eq!(desk.number(sessions), before, "no session before the code");
        let page = answer(&mut door, &code(&secret, NEXT));
        assert_eq!((page.path.as_str(), page.status), ("/preferences", 200));
        assert_eq!(door.cookies["__Host-sign-in"], "", "it is taken back");
        let mut again = Browser::new(&server, "en");
        asked(&mut again, ADA);
        let page = answer(&mut again, &recovery[2].to_uppercase());
        assert_eq!(page.path, "/preferences");
        again.get("/sign-in");
        asked(&mut again, ADA);
        answer(&mut again, &recovery[2]).is(422);

        ada.get(PAGE).says("Codes restants : 9");
        let proof = |act: &'static str, code: &str| {
            [
                ("act".to_owned(), act.to_owned()),
                ("password".to_owned(), PASSWORD.to_owned()),
                ("code".to_owned(), code.to_owned()),
            ]
        };
        let mut send = |act, code: &str| {
            let fields = proof(act, code);
            let fields: Vec<(&str, &str)> = fields
                .iter()
                .map(|(name, value)| (name.as_str(), value.as_str()))
                .collect();
            ada.post(PAGE, &fields)
        };
        send("codes", &recovery[2]).is(422);
        let new = codes(&send("codes", &recovery[3]).is(200));
        send("off", &recovery[4]).is(422);
        send("off", &new[0])
            .is(200)
            .says("La double authentification est désactivée.");
        Browser::signed_in(&server, "en", ADA)
            .get("/orders")
            .is(200);
        let mails = letters_when(desk, 4);
        assert_eq!(mails.len(), 4);
        assert!(mails.iter().all(|mail| mail["to"] == ADA));
        desk.is_well();
    });
}

#[test]
fn the_answer_is_bound_to_the_browser_that_gave_the_password() {
    let desk = Desk::embedded();
    let server = open(&desk);
    let (secret, recovery) = ready(&mut Browser::signed_in(&server, "en", ADA));
    let mut nobody = Browser::new(&server, "en");
    let page = nobody.get("/sign-in/code");
    assert_eq!(page.path, "/sign-in?done=late");
    page.says("Signing in took too long.");
    let mut door = Browser::new(&server, "en");
    asked(&mut door, ADA);
    let before = traces(&desk);
    let token = door.get("/sign-in/code").field("form_token");
    let right = code(&secret, NEXT);
    for (fields, headers, status) in [
        (vec![("code", right.as_str())], vec![], 403),
        (
            vec![("code", right.as_str()), ("form_token", "00")],
            vec![],
            403,
        ),
        (
            vec![("code", right.as_str()), ("form_token", token.as_str())],
            vec!["origin: http://evil.example"],
            403,
        ),
    ] {
        door.forge("/sign-in/code", &fields, &headers).is(status);
    }
    // Another browser with a form of its own, but without the cookie, or with one that is made up.
    nobody.get("/sign-in");
    assert_eq!(answer(&mut nobody, &right).path, "/sign-in?done=late");
    nobody
        .cookies
        .insert("__Host-sign-in".to_owned(), "made-up".to_owned());
    assert_eq!(answer(&mut nobody, &right).path, "/sign-in?done=late");
    // A sign-in is no session, and a session's cookie no sign-in.
    let waits = door.cookies["__Host-sign-in"].clone();
    nobody.cookies.insert("__Host-desk".to_owned(), waits);
    nobody.once("GET", "/orders", "", &[]).is(303);
    assert_eq!(traces(&desk), before);
    let page = door.forge(
        "/sign-in",
        &[
            ("form_token", &token),
            ("email", ADA),
            ("password", PASSWORD),
        ],
        &[],
    );
    let cookie = page.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-sign-in="), "{cookie}");
    assert!(
        cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=300"),
        "{cookie}"
    );

    desk.tamper("update sign_ins set created_at_us = created_at_us - 300000000");
    let page = answer(&mut door, &right);
    assert_eq!(page.path, "/sign-in?done=late");
    let page = answer(&mut door, &recovery[0]);
    assert_eq!(page.path, "/sign-in?done=late");
    assert_eq!(traces(&desk), before);
}

#[test]
fn guessing_codes_is_stopped_after_ten_wherever_they_are_typed() {
    let desk = Desk::embedded();
    let server = open(&desk);
    let mut ada = Browser::signed_in(&server, "en", ADA);
    let (secret, recovery) = ready(&mut ada);
    let mut door = Browser::new(&server, "en");
    for _ in 0..5 {
        // Beginning anew forgives nothing.
        asked(&mut door, ADA);
        answer(&mut door, "000000").is(422);
    }
    ada.get(PAGE);
    for _ in 0..5 {
        let guess = [("act", "off"), ("password", PASSWORD), ("code", "000000")];
        ada.post(PAGE, &guess).is(422);
    }
    let before = traces(&desk);
    answer(&mut door, &code(&secret, NEXT))
        .is(429)
        .says("Too many wrong codes");
    answer(&mut door, &recovery[0]).is(429);
    let right = [
        ("act", "off"),
        ("password", PASSWORD),
        ("code", recovery[0].as_str()),
    ];
    ada.post(PAGE, &right).is(429).says("Too many wrong codes");
    assert_eq!(traces(&desk), before);
    // Others are not kept out by it.
    Browser::signed_in(&server, "en", MAX)
        .get("/orders")
        .is(200);
}

#[test]
fn a_wrong_password_tells_nothing_of_a_second_factor() {
    let desk = Desk::embedded();
    let server = open(&desk);
    ready(&mut Browser::signed_in(&server, "en", ADA));
    let mut browser = Browser::new(&server, "en");
    browser.get("/sign-in");
    let mut say = |email: &str| {
        let page = browser.post("/sign-in", &[("email", email), ("password", "no")]);
        let token = page.field("form_token");
        page.is(422).body.replace(email, "E").replace(&token, "T")
    };
    let (with, without, nobody) = (say(ADA), say(MAX), say("no@body.example"));
    assert_eq!((&with, &with), (&without, &nobody));
    assert_eq!(desk.number("select count(*) from sign_ins"), 0);
}
