//! E-mails as a person sees them: what lies in the outbox, and the words that a merchant may change.

use crate::flows::{open, orders};
use crate::passwords::letters_when;
use crate::support::browser::Browser;
use crate::support::people::{ADA, MAX};
use crate::support::{Desk, on_every_database};

const REFUND: &str = "/settings/emails/refund/fr";

#[test]
fn c7_what_the_shopper_receives_lies_in_the_outbox() {
    on_every_database(|desk| {
        let rows = "order_number,placed_at,currency,rate,item_name,item_quantity,item_unit_price,shipping,source,\
            ship_to_country,ship_to_email,payment_reference\n\
            F1,2026-03-01,EUR,1.0842,Cap,2,10.00,5.00,checkout,FR,zoe@example.com,ch_F1\n";
        let file = desk.with_shop().write("mailed.csv", rows);
        desk.import(&file).fine();
        let all = orders(desk);
        let server = desk.serve();
        let mut browser = Browser::signed_in(&server, "en", ADA);
        browser
            .get("/outbox")
            .is(200)
            .says("No e-mail has been sent yet");
        let order = format!("/orders/{}", all[0].id);
        let cancel = format!("{order}/cancel");
        browser.get(&cancel);
        let fields = [("note", "asked"), ("notify", "on"), ("step", "confirm")];
        browser.post(&cancel, &fields).is(200);
        let letter = letters_when(desk, 1).remove(0);
        let id = letter["id"].as_str().unwrap();
        browser
            .get("/outbox")
            .says("Your order F1 is canceled")
            .says(&format!("href=\"/outbox/{id}\""));
        let page = browser.get(&format!("/outbox/{id}")).is(200);
        page.says("25.00 EUR")
            .says("3 to 5 business days")
            .says(&format!("href=\"{order}\""))
            .says(&format!(
                "<iframe class=\"letter\" src=\"/outbox/{id}/html\""
            ))
            .says_not("asked");
        let html = browser.get(&format!("/outbox/{id}/html")).is(200);
        let policy = html.header("content-security-policy").unwrap();
        assert_eq!(
            policy,
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; \
             frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
        );
        assert_eq!(html.header("x-frame-options"), Some("SAMEORIGIN"));
        html.says("<h1 class=\"ink\"").says("25.00 EUR");
        browser.get("/outbox/mail_nowhere").is(404);
        browser.get("/outbox/mail_nowhere/html").is(404);
    });
}

#[test]
fn a_link_to_another_password_is_shown_to_its_reader_alone() {
    let desk = Desk::embedded();
    let (server, _) = open(&desk);
    desk.add_max();
    let mut guest = Browser::new(&server, "en");
    guest.get("/password/forgotten");
    guest.post("/password/forgotten", &[("email", MAX)]).is(200);
    let letter = letters_when(&desk, 1).remove(0);
    let page = format!("/outbox/{}", letter["id"].as_str().unwrap());
    let mut ada = Browser::signed_in(&server, "en", ADA);
    ada.get("/outbox").says_not("password");
    ada.get(&page).is(404).says_not("token=");
    ada.get(&format!("{page}/html")).is(404).says_not("token=");
    let mut max = Browser::signed_in(&server, "en", MAX);
    max.get(&page).is(200).says("/password/new?token=");
}

#[test]
fn a_merchant_changes_the_words_and_sees_what_is_sent() {
    on_every_database(|desk| {
        let (server, _) = open(desk);
        let mut browser = Browser::signed_in(&server, "en", ADA);
        browser
            .get("/settings/emails")
            .is(200)
            .says("As Bordereau wrote them")
            .says(REFUND);
        let preview = format!("{REFUND}/preview");
        browser
            .get(&preview)
            .is(200)
            .says("Nous vous remboursons 1 235,00 EUR");
        let page = browser.get(REFUND).is(200);
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("; frame-src 'self'; "), "{policy}");
        page.says("name=\"preview\"");
        let words = |subject: &'static str, body: &'static str| {
            [
                ("subject", subject),
                ("heading", "Bonne nouvelle"),
                ("body", body),
                ("closing", ""),
            ]
        };
        let wrong = words("Merci", "Bonjour,\r\n\r\n{{ nmae }}");
        browser
            .post(REFUND, &[&wrong[..], &[("act", "save")]].concat())
            .is(422)
            .says("Line 3: this e-mail does not know that name")
            .says("aria-describedby=\"problem-body\"")
            .says("{{ nmae }}")
            .says("Bonne nouvelle");
        browser
            .post(&preview, &[&wrong[..], &[("act", "html")]].concat())
            .is(422)
            .says("It cannot be shown")
            .says("Line 3");
        let right = words(
            "Merci, {{ shop }}",
            "<b>{{ amount }}</b> pour F{{ number }}",
        );
        browser
            .post(
                &preview,
                &[&right[..], &[("act", "text"), ("order", "F2")]].concat(),
            )
            .is(200)
            .says("pour FF2");
        browser
            .post(
                &preview,
                &[&right[..], &[("act", "html"), ("order", "none")]].concat(),
            )
            .is(422)
            .says("There is no order none here");
        assert_eq!(desk.number("select count(*) from mail_words"), 0);
        browser
            .post(REFUND, &[&right[..], &[("act", "save")]].concat())
            .is(200)
            .says("Saved.")
            .says("Changed by Ada");
        let html = browser.raw(&preview);
        assert!(
            html.contains("&lt;b&gt;1"),
            "markup in words stays text: {html}"
        );
        browser.get(REFUND);
        browser
            .post(REFUND, &[("act", "test")])
            .says("On its way to ada@shop.example");
        let letter = letters_when(desk, 1).remove(0);
        assert_eq!(letter["to"], ADA);
        assert!(letter["subject"].as_str().unwrap().starts_with("Merci, "));
        browser
            .post(REFUND, &[("act", "reset")])
            .says("As Bordereau wrote them");
        assert_eq!(desk.number("select count(*) from mail_words"), 0);
        browser.get("/settings/emails/refund/de").is(404);
        browser.get("/settings/emails/invitation/fr").is(404);
    });
}

#[test]
fn p2_a_member_changes_no_words() {
    let desk = Desk::embedded();
    let (server, _) = open(&desk);
    desk.add_max();
    let mut browser = Browser::signed_in(&server, "en", MAX);
    let preview = format!("{REFUND}/preview");
    for path in ["/settings/emails", REFUND, &preview] {
        browser.get(path).is(403);
    }
    browser.get("/orders");
    let words = [("subject", "x"), ("body", "x")];
    for act in ["save", "reset", "test"] {
        let fields = [&words[..], &[("act", act)]].concat();
        browser.post(REFUND, &fields).is(403);
    }
    browser.post(&preview, &words).is(403);
    assert_eq!(desk.number("select count(*) from mail_words"), 0);
    assert_eq!(desk.number("select count(*) from account_mails"), 0);
}
