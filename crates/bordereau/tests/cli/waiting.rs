//! Policies as people meet them: undo, approval by someone else, and the page that sets both, without scripts.

use domain::order::{Order, OrderStatus};

use crate::flows::orders;
use crate::live::{heard, tell};
use crate::support::browser::{Browser, Page};
use crate::support::orders::csv_of;
use crate::support::people::{ADA, MAX};
use crate::support::server::Server;
use crate::support::{Desk, on_every_database};

/// A desk with time to undo, and one order of 25.00 EUR that was paid here.
fn open(desk: &Desk) -> (Server, Order) {
    let row = "W1,2026-03-01,EUR,1.0842,Cap,2,10.00,FR,,5.00,checkout,Paris,,ch_W1";
    let file = desk.with_careful_shop().write("orders.csv", csv_of(&[row]));
    desk.import(&file).fine();
    desk.add_max();
    let order = orders(desk).remove(0);
    (desk.serve(), order)
}

/// Sends the policies page with this time and this limit of the members.
fn set(browser: &mut Browser<'_>, undo: &str, currency: &str, limit: &str) -> Page {
    browser.get("/settings/policies");
    let fields = [
        ("undo", undo),
        ("role", "member"),
        ("currency", currency),
        ("amount", limit),
    ];
    browser.post("/settings/policies", &fields)
}

/// Confirms a refund of goods, having read what is said before.
fn refund(browser: &mut Browser<'_>, order: &Order, amount: &str, before: &str) -> Page {
    let address = format!("/orders/{}/refund", order.id);
    let id = browser.get(&address).field("refund");
    let fields = [
        ("refund", id.as_str()),
        ("currency", "presentment"),
        ("item", amount),
        ("reason", "duplicate"),
        ("note", "two of the same"),
    ];
    let step = |step: &'static str| [&fields[..], &[("step", step)]].concat();
    browser.post(&address, &step("review")).is(200).says(before);
    browser.post(&address, &step("confirm")).is(200)
}

fn presses(browser: &mut Browser<'_>, order: &Order, action: &str, note: &str) -> Page {
    let address = format!("/orders/{}", order.id);
    browser.get(&address);
    // What the button says is what waits, or what has waited.
    let subject = format!("waiting_{}", order.version + 1);
    let fields = [
        ("action", action),
        ("subject", subject.as_str()),
        ("text", note),
    ];
    browser.post(&format!("{address}/do"), &fields)
}

#[test]
fn a_refund_can_be_undone_until_it_goes_out_and_then_it_goes_out_by_itself() {
    on_every_database(|desk| {
        let (server, order) = open(desk);
        let mut browser = Browser::signed_in(&server, "en", ADA);
        set(&mut browser, "300", "", "").says("Saved.");
        let said = "It goes out after 300 s; until then you can undo it.";
        refund(&mut browser, &order, "12.50", said)
            .says("Confirmed. It can be undone until it goes out.")
            .says("Refund of 12.50 EUR goes out in")
            .says(">Undo<");
        assert_eq!(orders(desk)[0].refunds, []);
        presses(&mut browser, &order, "undo", "")
            .is(200)
            .says("It is undone: nothing was sent.")
            .says("undone: 12.50 EUR")
            .says_not("goes out in");
        // Who is late is told, above the order as it is.
        presses(&mut browser, &order, "undo", "")
            .is(422)
            .says("It does not wait any more: it was sent, withdrawn or declined.");
        assert_eq!(orders(desk)[0].left(), order.left());
        set(&mut browser, "1", "", "").says("Saved.");
        refund(&mut browser, &order, "10", "after 1 s");
        let shown = orders(desk)[0].version.to_string();
        let settled = "select count(*) from order_events where kind = 'refund_changed' \
                       and body like '%\"to\":\"succeeded\"%'";
        desk.wait_for(settled, |count| count == 1);
        // Their own page is told what went out, not that they were at work somewhere else.
        let address = format!("/orders/{}", order.id);
        let answer = heard(tell(&mut browser, &address, "order", &shown));
        assert_eq!(answer["changed"], "What you confirmed has gone out");
        browser.get(&address).says("Payment provider · ");
        desk.is_well();
    });
}

#[test]
fn c8_a_cancellation_can_be_undone_in_french_and_what_conflicts_says_so() {
    on_every_database(|desk| {
        let (server, order) = open(desk);
        let mut browser = Browser::signed_in(&server, "fr", ADA);
        set(&mut browser, "300", "", "").says("C'est enregistré.");
        let address = format!("/orders/{}", order.id);
        browser.get(&format!("{address}/cancel"));
        let step = |step| [("note", "Doublon"), ("step", step)];
        browser
            .post(&format!("{address}/cancel"), &step("review"))
            .says("L'envoi part après 300 s ; jusque-là, vous pouvez l'annuler.");
        browser
            .post(&format!("{address}/cancel"), &step("confirm"))
            .is(200)
            .says("Annulation en attente")
            .says("La commande est annulée et 25,00 EUR retournent au client dans")
            .says("Annuler l'envoi");
        assert_eq!(orders(desk)[0].status, OrderStatus::Open);
        browser
            .get(&format!("{address}/refund"))
            .says("L'annulation de la commande est en attente.")
            .says("Annulez d'abord cet envoi");
        presses(&mut browser, &order, "undo", "")
            .says("L'envoi est annulé : rien n'est parti.")
            .says_not("Annulation en attente");
        assert_eq!(orders(desk)[0].returnable(), order.returnable());
    });
}

#[test]
fn above_a_limit_someone_else_approves_or_declines_with_a_note() {
    on_every_database(|desk| {
        let (server, order) = open(desk);
        let mut ada = Browser::signed_in(&server, "en", ADA);
        set(&mut ada, "0", "EUR", "10.00").says("Limit of Member in EUR");
        let mut max = Browser::signed_in(&server, "fr", MAX);
        max.get("/settings/policies").is(403);
        let said = "Demande l'accord de quelqu'un d'autre : au-dessus de votre limite de 10,00 EUR par commande.";
        refund(&mut max, &order, "12,50", said)
            .says("Rien ne part avant que quelqu'un d'autre ne l'approuve.")
            .says("Max demande à rembourser 12,50 EUR.")
            .says("Pourquoi : Doublon (two of the same)")
            .says("Vous l'avez demandé ; quelqu'un d'autre l'approuve.")
            .says("Retirer la demande")
            .says_not(">Approuver<");
        presses(&mut max, &order, "approve", "").is(422);
        // The list finds it by what it needs.
        ada.get("/orders?needs_attention=yes")
            .says(order.id.as_str());
        presses(&mut ada, &order, "decline", " ")
            .is(422)
            .says("This is missing.");
        presses(&mut ada, &order, "decline", "one was enough")
            .says("It is declined: nothing was sent.")
            .says("declined: 12.50 EUR (one was enough)");
        let order = orders(desk).remove(0);
        assert_eq!((order.refunds.len(), order.attention.len()), (0, 0));
        refund(&mut max, &order, "12.50", "Demande l'accord");
        presses(&mut ada, &order, "approve", "asked the shopper")
            .says("It is approved and on its way.");
        let settled = "select count(*) from order_events where kind = 'refund_changed' \
                       and body like '%\"to\":\"succeeded\"%'";
        desk.wait_for(settled, |count| count == 1);
        assert_eq!(orders(desk)[0].returned_minor(), 1_250);
        desk.is_well();
    });
}

#[test]
fn policies_are_typed_in_their_currency_kept_where_they_are_wrong_and_logged() {
    let desk = Desk::embedded();
    let (server, _) = open(&desk);
    let mut ada = Browser::signed_in(&server, "en", ADA);
    for undo in ["301", "-1", "1.5", "soon"] {
        let page = set(&mut ada, undo, "", "").is(422);
        let page = page.says("Write a whole number of seconds from 0 to 300.");
        assert_eq!(page.field("undo"), undo);
    }
    for (currency, amount) in [("EURO", "1"), ("EUR", "1.001"), ("JPY", "-5"), ("", "7")] {
        set(&mut ada, "10", currency, amount)
            .is(422)
            .says("Write a currency such as EUR and an amount in it.")
            .says(&format!("value=\"{amount}\""));
    }
    set(&mut ada, "20", "jpy", "50000").is(200);
    ada.get("/settings/policies")
        .says("Limit of Member in JPY")
        .says("value=\"50000\"");
    ada.get("/settings/log")
        .says("Time to undo: 10 s → 20 s")
        .says("Limit of Member: No limit → 50,000 JPY");
}
