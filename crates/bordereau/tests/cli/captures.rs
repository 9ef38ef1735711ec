//! Taking what is held on a card, in a browser without scripts: how a payment stands is learned, captured in part or in
//! full, released; and the settings say when that happens by itself.

use domain::order::Order;
use domain::payment::PaymentState;

use crate::flows::orders;
use crate::settings::traces;
use crate::support::browser::Browser;
use crate::support::people::{ADA, MAX};
use crate::support::server::Server;
use crate::support::{Desk, on_every_database};

const HEADER: &str = "order_number,placed_at,currency,rate,item_name,item_quantity,item_unit_price,\
ship_to_country,source,payment_provider,payment_reference,payment_state";

/// Imports orders of 20.00 EUR whose payments the provider is asked about, and waits until it has said that they are
/// held.
fn import_held(desk: &Desk, numbers: &[&str]) -> Vec<Order> {
    let row = |number: &&str| {
        format!("{number},2026-03-01,EUR,1.0842,Cap,2,10.00,FR,checkout,sandbox,pi_{number},ask")
    };
    let rows: Vec<String> = numbers.iter().map(row).collect();
    let file = desk.write("held.csv", format!("{HEADER}\n{}\n", rows.join("\n")));
    desk.import(&file).fine();
    desk.wait_for("select count(*) from jobs", |left| left == 0);
    orders(desk)
}

fn states(desk: &Desk) -> Vec<PaymentState> {
    let orders = orders(desk);
    orders.iter().map(|order| order.payments[0].state).collect()
}

fn path(order: &Order) -> String {
    format!("/orders/{}", order.id)
}

fn open(desk: &Desk) -> Server {
    desk.with_shop().add_max();
    desk.serve()
}

#[test]
fn what_is_held_is_captured_in_either_currency_and_once() {
    on_every_database(|desk| {
        let server = open(desk);
        let all = import_held(desk, &["C1", "C2"]);
        assert_eq!(states(desk), [PaymentState::Authorized; 2]);
        let mut ada = Browser::signed_in(&server, "en", ADA);
        ada.get(&path(&all[0]))
            .says("Authorized")
            .says("Release the hold")
            .says("/capture?payment=");
        let form = format!("{}/capture", path(&all[0]));
        let page = ada.get(&form).says("Capture payment").says("captured once");
        // The preference is the base currency; the switch keeps the amount exactly.
        assert_eq!(page.field("amount"), "21.68");
        let payment = page.field("payment");
        let sent = |currency, amount, step| {
            [
                ("payment", payment.as_str()),
                ("currency", currency),
                ("amount", amount),
                ("step", step),
            ]
        };
        let page = ada.post(&form, &sent("base", "21.68", "presentment"));
        assert_eq!(page.field("amount"), "20.00");
        for (amount, problem) in [
            ("20.01", "This adds up to"),
            ("0", "This must be more than zero."),
            ("ten", "That is no amount of this currency."),
        ] {
            let page = ada.post(&form, &sent("presentment", amount, "capture"));
            assert_eq!(page.is(422).says(problem).field("amount"), amount);
        }
        assert_eq!(orders(desk), all, "nothing has happened yet");
        ada.post(&form, &sent("presentment", "15,00", "capture"))
            .says("The capture is on its way.");
        // The button pressed twice.
        ada.post(&form, &sent("presentment", "15.00", "capture"))
            .is(422);
        desk.wait_for("select count(*) from jobs", |left| left == 0);
        let order = &orders(desk)[0];
        assert_eq!(order.captured_minor(), 1_500);
        ada.get(&path(order)).says("Captured:").says("15.00");
        ada.get(&form)
            .says("The payment is: Captured.")
            .says("Nothing needs to be done.");
    });
}

#[test]
fn what_is_held_is_released_and_then_says_what_to_do() {
    on_every_database(|desk| {
        let server = open(desk);
        let all = import_held(desk, &["V1"]);
        let mut max = Browser::signed_in(&server, "fr", MAX);
        max.get(&path(&all[0])).says("Autorisé");
        let payment = all[0].payments[0].id.as_str();
        let quick = format!("{}/do", path(&all[0]));
        let ask = [("action", "ask_payment"), ("subject", payment)];
        max.post(&quick, &ask)
            .says("Le prestataire de paiement est interrogé.");
        let void = [("action", "void_payment"), ("subject", payment)];
        max.post(&quick, &void).says("La libération est en route.");
        desk.wait_for("select count(*) from jobs", |left| left == 0);
        assert_eq!(states(desk), [PaymentState::Voided]);
        max.get(&format!("{}/capture", path(&all[0])))
            .says("Le paiement est : Libéré.")
            .says("Faites repayer le client, ou annulez la commande.");
        max.post(&quick, &void).is(422);
    });
}

#[test]
fn p1_when_payments_are_captured_is_set_logged_and_followed() {
    on_every_database(|desk| {
        let server = open(desk);
        let mut max = Browser::signed_in(&server, "en", MAX);
        let sent = [("when", "after_hours"), ("hours", "48")];
        let before = traces(desk);
        max.get("/settings/payments")
            .is(403)
            .says("Ask an admin of your organization.");
        max.post("/settings/payments", &sent).is(403);
        let mut ada = Browser::signed_in(&server, "fr", ADA);
        ada.forge("/settings/payments", &sent, &[]).is(403);
        ada.get("/settings/payments")
            .says("Quand les paiements sont encaissés")
            .says("value=\"by_hand\" checked");
        for hours in ["", "0", "721", "-1", "1.5"] {
            let page = ada.post(
                "/settings/payments",
                &[("when", "after_hours"), ("hours", hours)],
            );
            page.is(422)
                .says("Écrivez un nombre entier d'heures de 1 à 720.")
                .says("value=\"after_hours\" checked");
        }
        ada.post("/settings/payments", &[("when", "never")]).is(422);
        assert_eq!(traces(desk), before);
        let page = ada.post("/settings/payments", &sent);
        page.says("C'est enregistré.").says("value=\"48\"");
        ada.post("/settings/payments", &[("when", "whole_shipment")])
            .says("value=\"whole_shipment\" checked");
        ada.get("/settings/log")
            .says("48 h après l'autorisation → Une fois que tout est expédié");
        let all = import_held(desk, &["S1"]);
        let shipping = [("numbers", "LX1"), ("carrier", "Post")];
        ada.post(&format!("{}/tracking", path(&all[0])), &shipping)
            .says("Le numéro de suivi est ajouté.");
        desk.wait_for("select count(*) from jobs", |left| left == 0);
        let order = &orders(desk)[0];
        assert_eq!(order.payments[0].state, PaymentState::Captured);
        assert_eq!(order.captured_minor(), 2_000);
    });
}
