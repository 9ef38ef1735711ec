//! Webhooks as a person sets them up: the form, what it refuses, how one does, and what the log of settings tells.

use crate::flows::open;
use crate::support::browser::Browser;
use crate::support::on_every_database;
use crate::support::people::{ADA, EVE, MAX};

const FINE: [(&str, &str); 5] = [
    ("type", "ORDER_CANCELED"),
    ("url", "https://shop.example/hooks"),
    ("description", "To the ERP"),
    ("query", ""),
    ("status", "enabled"),
];

/// The form with other values for some of its fields.
fn with<'a>(others: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let other = |name: &str| others.iter().find(|(known, _)| *known == name).copied();
    FINE.iter()
        .map(|one| other(one.0).unwrap_or(*one))
        .collect()
}

#[test]
fn a_webhook_is_made_changed_disabled_and_deleted_and_the_log_tells_it() {
    on_every_database(|desk| {
        let (server, _) = open(desk);
        let mut ada = Browser::signed_in(&server, "en", ADA);
        ada.get("/settings/webhooks").says("No webhooks yet.");
        let page = ada.post("/settings/webhooks/new", &FINE).is(200);
        assert!(
            page.path.starts_with("/settings/webhooks/webhook_"),
            "{}",
            page.path
        );
        let path = page.path.split('?').next().unwrap().to_owned();
        let page = page
            .says("The webhook is made.")
            .says("An order was canceled");
        assert!(page.body.contains("value=\"whsec_"));
        ada.post(&path, &with(&[("url", "https://other.example/")]))
            .says("https://other.example/");
        ada.post(&format!("{path}/act"), &[("act", "rotate")])
            .is(200)
            .says("The secret before signs too, until");
        ada.post(&path, &with(&[("status", "disabled")]))
            .is(200)
            .says("Disabled");
        ada.post(&format!("{path}/act"), &[("act", "test")])
            .is(422)
            .says("The webhook is disabled. Enable it first.");
        ada.get("/settings/log")
            .says("Made the webhook ORDER_CANCELED to https://shop.example/hooks")
            .says("Changed the webhook ORDER_CANCELED: https://shop.example/hooks → https://other.example/")
            .says("Gave the webhook ORDER_CANCELED to https://other.example/ a new secret")
            .says("Disabled the webhook ORDER_CANCELED to https://shop.example/hooks");
        desk.add_eve();
        let mut eve = Browser::signed_in(&server, "en", EVE);
        eve.get(&path).is(404);
        eve.post(&path, &FINE).is(404);
        eve.post(&format!("{path}/act"), &[("act", "rotate")])
            .is(404);
        eve.post(&format!("{path}/delete"), &[]).is(404);
        ada.get(&format!("{path}/delete"))
            .says("Delete this webhook?");
        ada.post(&format!("{path}/delete"), &[])
            .is(200)
            .says("The webhook is deleted");
        assert_eq!(desk.number("select count(*) from webhooks"), 0);
        ada.get(&path).is(404);
    });
}

#[test]
fn what_cannot_be_is_told_beside_its_field_and_what_was_typed_is_kept() {
    on_every_database(|desk| {
        let (server, _) = open(desk);
        let mut ada = Browser::signed_in(&server, "fr", ADA);
        let long = "x".repeat(201);
        for (field, value, said) in [
            ("url", "http://shop.example/", "doit commencer par https://"),
            (
                "url",
                "https://10.0.0.1/",
                "10.0.0.1 est une adresse privée",
            ),
            ("url", "shop", "« shop » n’est pas une adresse"),
            ("query", "{ nothing }", "La requête ne peut pas être posée"),
            ("description", &long, "plus long que 200 caractères"),
            ("type", "TEST", "Choisissez ce que le webhook signale."),
        ] {
            let page = ada
                .post("/settings/webhooks/new", &with(&[(field, value)]))
                .is(422)
                .says(said);
            assert!(
                page.body.contains("aria-describedby=\"problem\""),
                "{field}"
            );
            if field != "type" {
                let kept = value.replace('/', "&#x2f;");
                assert!(
                    page.body.contains(value) || page.body.contains(&kept),
                    "{value}: {}",
                    page.body
                );
            }
        }
        assert_eq!(desk.number("select count(*) from webhooks"), 0);
        assert_eq!(
            desk.number("select count(*) from organization_events where kind like 'webhook%'"),
            0
        );
    });
}

#[test]
fn what_was_given_up_asks_for_attention_and_is_sent_again() {
    on_every_database(|desk| {
        let (server, _) = open(desk);
        let mut ada = Browser::signed_in(&server, "en", ADA);
        let page = ada.post(
            "/settings/webhooks/new",
            &with(&[("url", "https://nowhere.invalid/")]),
        );
        let path = page.path.split('?').next().unwrap().to_owned();
        desk.tamper(
            "insert into webhook_messages (organization_id, webhook_id, id, kind, order_id, subject, seq, state, body, \
             attempts, happened_at_us, since_us, next_at_us, settled_at_us, problem) select organization_id, id, 'msg_1', kind, \
             '', '', 0, 'parked', '{\"type\":\"TEST\"}', 25, 1770000000000000, 1770000000000000, 1770000000000000, \
             1770300000000000, 'answered 500' from webhooks",
        );
        ada.get("/settings/webhooks")
            .says("Needs attention")
            .says("Given up: 1");
        ada.get(&path)
            .says("These messages were tried for three days")
            .says("answered 500");
        let act = format!("{path}/act");
        ada.post(&act, &[("act", "replay"), ("message", "msg_x")])
            .is(422)
            .says("There is nothing to send again");
        let days = [
            ("act", "replay"),
            ("from", "2026-01-01"),
            ("until", "2026-02-28"),
            ("which", "parked"),
        ];
        ada.post(&act, &days).is(200).says("It is sent again");
        desk.wait_for("select count(*) from webhook_attempts", |tries| tries > 0);
        ada.get(&path).says("Did not arrive").says("Failing");
        ada.get("/settings/log").says(
            "Sent messages of the webhook ORDER_CANCELED to https://nowhere.invalid/ again: 1",
        );
    });
}

#[test]
fn who_manages_settings_and_may_not_see_orders_is_told_why_a_body_is_left_out() {
    on_every_database(|desk| {
        let (server, _) = open(desk);
        let mut ada = Browser::signed_in(&server, "en", ADA);
        let page = ada.post("/settings/webhooks/new", &FINE);
        let path = page.path.split('?').next().unwrap().to_owned();
        desk.add_max();
        // Signed in while there is a first page for them.
        let readers = ["en", "fr"].map(|language| Browser::signed_in(&server, language, MAX));
        desk.tamper("update roles set permissions = '[\"manage_settings\"]' where id = 'member'");
        desk.tamper(
            "insert into webhook_messages (organization_id, webhook_id, id, kind, order_id, subject, seq, state, body, \
             attempts, happened_at_us, since_us, next_at_us, settled_at_us, problem) select organization_id, id, 'msg_1', kind, \
             'order_1', 'order_1', 1, 'sent', '{\"data\":\"Jane Doe\"}', 1, 1770000000000000, 1770000000000000, \
             1770000000000000, 1770000000000000, '' from webhooks",
        );
        desk.tamper(
            "insert into webhook_attempts (organization_id, id, webhook_id, message_id, mode, kind, order_id, url, headers, \
             status, answer, problem, duration_ms, at_us) select organization_id, 'attempt_1', id, 'msg_1', mode, kind, \
             'order_1', url, '[]', 200, '', '', 7, 1770000000000000 from webhooks",
        );
        let attempt = format!("{path}/log/attempt_1");
        ada.get(&attempt).is(200).says("Jane Doe");
        let said = [
            "It shows an order, which your role does not allow",
            "Il montre une commande, que votre rôle",
        ];
        for (mut max, said) in readers.into_iter().zip(said) {
            max.get(&path).is(200);
            let page = max.get(&attempt).is(200).says(said);
            assert!(!page.body.contains("Jane Doe"));
        }
    });
}
