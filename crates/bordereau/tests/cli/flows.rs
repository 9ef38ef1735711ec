//! The flows of the user's document, step by step and by its own words, in a browser without scripts.

use domain::order::{Order, OrderStatus};

use crate::support::browser::Browser;
use crate::support::orders::{csv_of, documents};
use crate::support::people::ADA;
use crate::support::server::Server;
use crate::support::{Desk, on_every_database};

/// A desk with an order of 20.00 EUR and 5.00 EUR of shipping, paid here; with another, and one paid in yen.
pub fn open(desk: &Desk) -> (Server, Vec<Order>) {
    let rows = [
        "F1,2026-03-01,EUR,1.0842,Cap,2,10.00,FR,,5.00,checkout,Paris,,ch_F1",
        "F2,2026-03-02,EUR,1.0842,Cap,1,10.00,FR,,,checkout,Lyon,,ch_F2",
        "F3,2026-03-03,JPY,0.0067,Cap,3,1000,JP,,,checkout,Tokyo,,ch_F3",
        "F4,2026-03-04,EUR,1.0842,Cap,1,10.00,FR,,,duty_and_tax,Paris,,",
    ];
    let file = desk.with_shop().write("orders.csv", csv_of(&rows));
    desk.import(&file).fine();
    let orders = orders(desk);
    (desk.serve(), orders)
}

pub fn orders(desk: &Desk) -> Vec<Order> {
    documents(&desk.export("jsonl", &[]))
}

#[test]
fn c8_an_order_is_canceled_in_french_by_the_steps_of_the_document() {
    on_every_database(|desk| {
        let (server, all) = open(desk);
        let path = format!("/orders/{}", all[0].id);
        let mut browser = Browser::signed_in(&server, "fr-FR,fr;q=0.9", ADA);
        browser
            .get("/orders")
            .says("Toutes les commandes")
            .says("Rechercher")
            .says("Filtre");
        browser
            .get("/orders?q=f1")
            .says(&path)
            .says_not(all[1].id.as_str());
        browser
            .get(&path)
            .says("Plus d'actions")
            .says("Annuler la commande")
            .says("Rembourser la commande");
        let cancel = format!("{path}/cancel");
        browser
            .get(&cancel)
            .says("25,00 EUR retournent au client")
            .says("Envoyer un e-mail d'annulation au client");
        // A note is required, and what was chosen stays.
        let page = browser
            .post(
                &cancel,
                &[("note", "  "), ("notify", "on"), ("step", "review")],
            )
            .is(422);
        page.says("Dites pourquoi elle est annulée")
            .says("name=\"notify\" checked");
        browser
            .post(&cancel, &[("note", "Doublon"), ("step", "review")])
            .says("Êtes-vous sûr ?")
            .says("Doublon");
        assert_eq!(orders(desk)[0], all[0], "nothing has happened yet");
        let page = browser.post(&cancel, &[("note", "Doublon"), ("step", "confirm")]);
        page.says("La commande est annulée.")
            .says("Annulée : Doublon");
        let order = &orders(desk)[0];
        assert_eq!(order.status, OrderStatus::Canceled);
        assert_eq!(order.refunds.len(), 1);
        assert_eq!(order.refunds[0].parts.total_minor(), 2_500);
        assert!(order.mails.is_empty(), "no e-mail without the box");
        // Once is enough.
        browser
            .get(&cancel)
            .says("La commande est annulée, et c'est définitif.");
        browser
            .post(&cancel, &[("note", "encore"), ("step", "confirm")])
            .is(422);
        assert_eq!(orders(desk)[0].refunds.len(), 1);
    });
}

#[test]
fn c7_the_box_sends_the_shopper_an_e_mail_once() {
    let desk = Desk::embedded();
    let (server, all) = open(&desk);
    let mut browser = Browser::signed_in(&server, "en", ADA);
    let cancel = format!("/orders/{}/cancel", all[1].id);
    browser.get(&cancel);
    let page = browser.post(
        &cancel,
        &[
            ("note", "asked for it"),
            ("notify", "on"),
            ("step", "review"),
        ],
    );
    page.says("Are you sure?").says("gets an e-mail");
    browser
        .post(
            &cancel,
            &[
                ("note", "asked for it"),
                ("notify", "on"),
                ("step", "confirm"),
            ],
        )
        .is(200);
    // It goes out once the refund is certain.
    desk.wait_for(
        "select count(*) from order_events where kind = 'mail_settled'",
        |count| count == 1,
    );
    assert_eq!(orders(&desk)[1].mails.len(), 1);
}

#[test]
fn r7_a_part_is_refunded_once_however_often_the_form_is_sent() {
    on_every_database(|desk| {
        let (server, all) = open(desk);
        let path = format!("/orders/{}", all[0].id);
        let refund = format!("{path}/refund");
        let mut browser = Browser::signed_in(&server, "en", ADA);
        let form = browser
            .get(&refund)
            .says("Process refund")
            .says("3 to 5 business days");
        let id = form.field("refund");
        let fields = [
            ("refund", id.as_str()),
            ("currency", "presentment"),
            ("item", "7,50"),
            ("shipping", "1.00"),
            ("reason", "product_unsatisfactory"),
        ];
        let step = |step: &'static str| [&fields[..], &[("step", step)]].concat();
        let review = browser.post(&refund, &step("review")).is(200);
        // 2.1 points of 8.50 EUR at 1.0842 return, 3.9 do not.
        review
            .says("Confirm refund")
            .says("Refund 8.50 EUR")
            .says("0.19 USD")
            .says("0.36 USD")
            .says("A refund is final.");
        assert_eq!(orders(desk)[0].refunds.len(), 0);
        browser
            .post(&refund, &step("confirm"))
            .says("The refund is on its way.")
            .says("8.50 EUR");
        browser.post(&refund, &step("confirm")).is(200);
        let order = &orders(desk)[0];
        assert_eq!(order.refunds.len(), 1);
        assert_eq!(order.refunds[0].parts.to_array(), [750, 100, 0]);
    });
}

#[test]
fn r4_more_than_is_left_is_refused_beside_its_field_and_keeps_what_was_typed() {
    let desk = Desk::embedded();
    let (server, all) = open(&desk);
    let refund = format!("/orders/{}/refund", all[0].id);
    let mut browser = Browser::signed_in(&server, "fr", ADA);
    let id = browser.get(&refund).field("refund");
    let cases: [(&[(&str, &str)], &str); 6] = [
        (
            &[("item", "20.01"), ("reason", "duplicate")],
            "20,01 EUR dépassent les 20,00 EUR qui restent (Sous-total du panier).",
        ),
        (
            &[("shipping", "5.001"), ("reason", "duplicate")],
            "Ce n'est pas un montant de cette devise.",
        ),
        (
            &[("item", "abc"), ("reason", "duplicate")],
            "Ce n'est pas un montant de cette devise.",
        ),
        (
            &[("item", "-1"), ("reason", "duplicate")],
            "Dites combien rembourser.",
        ),
        (&[("item", "1"), ("reason", "")], "Choisissez une raison."),
        (
            &[("item", "1"), ("reason", "other")],
            "Dites la raison en mots.",
        ),
    ];
    for (typed, said) in cases {
        let fields = [
            &[
                ("refund", id.as_str()),
                ("currency", "presentment"),
                ("note", "gardé"),
                ("step", "review"),
            ],
            typed,
        ]
        .concat();
        let page = browser
            .post(&refund, &fields)
            .is(422)
            .says(said)
            .says("gardé")
            .says("aria-invalid");
        assert_eq!(page.field(typed[0].0), typed[0].1);
    }
    assert_eq!(orders(&desk), all);
}

#[test]
fn r6_amounts_switch_currency_and_end_at_exactly_nothing_left() {
    let desk = Desk::embedded();
    let (server, all) = open(&desk);
    let path = format!("/orders/{}", all[2].id);
    let refund = format!("{path}/refund");
    let mut browser = Browser::signed_in(&server, "en", ADA);
    let form = browser.get(&refund);
    let id = form.field("refund");
    assert_eq!(form.field("currency"), "base", "as the person prefers");
    // One of three caps, in dollars: 1,000 yen are 6.70 USD.
    let fill = [
        ("refund", id.as_str()),
        ("currency", "base"),
        ("item_id", "item_1"),
        ("quantity", "1"),
        ("step", "fill"),
    ];
    let filled = browser
        .post(&refund, &fill)
        .says("1,000 JPY will be issued.");
    assert_eq!(filled.field("item"), "6.70");
    let all_left = [
        ("refund", id.as_str()),
        ("currency", "base"),
        ("step", "all"),
    ];
    assert_eq!(browser.post(&refund, &all_left).field("item"), "20.10");
    let yen = [
        ("refund", id.as_str()),
        ("currency", "base"),
        ("item", "20.10"),
        ("step", "presentment"),
    ];
    assert_eq!(browser.post(&refund, &yen).field("item"), "3000");
    let confirm = [
        ("refund", id.as_str()),
        ("currency", "base"),
        ("item", "20.10"),
        ("reason", "order_change"),
        ("step", "confirm"),
    ];
    browser.post(&refund, &confirm).is(200);
    // The same form once more is the same refund, though nothing is left.
    browser.post(&refund, &confirm).is(200);
    let order = &orders(&desk)[2];
    assert_eq!(order.refunds.len(), 1);
    assert_eq!(order.refunds[0].parts.total_minor(), 3_000);
    assert_eq!(order.left().total_minor(), 0);
}

#[test]
fn r1_what_was_paid_elsewhere_says_who_refunds() {
    let desk = Desk::embedded();
    let (server, all) = open(&desk);
    let path = format!("/orders/{}", all[3].id);
    let mut browser = Browser::signed_in(&server, "en", ADA);
    browser
        .get(&path)
        .says("The payment was taken by the shop.")
        .says("Refund it in your shop.");
    browser
        .get(&format!("{path}/refund"))
        .says("The payment was taken by the shop.")
        .says_not("Process refund");
    let fields = [
        ("refund", "refund_x"),
        ("currency", "presentment"),
        ("item", "1"),
        ("reason", "duplicate"),
        ("step", "confirm"),
    ];
    browser.post(&format!("{path}/refund"), &fields).is(422);
    assert_eq!(orders(&desk), all);
}

#[test]
fn r10_a_desk_that_dies_after_the_confirmation_refunds_once_and_knows_who_was_signed_in() {
    let desk = Desk::embedded();
    let (server, all) = open(&desk);
    let refund = format!("/orders/{}/refund", all[0].id);
    let mut browser = Browser::signed_in(&server, "en", ADA);
    let id = browser.get(&refund).field("refund");
    let confirm = [
        ("refund", id.as_str()),
        ("currency", "presentment"),
        ("item", "20"),
        ("reason", "duplicate"),
        ("step", "confirm"),
    ];
    browser.post(&refund, &confirm).is(200);
    let cookies = browser.cookies.clone();
    server.kill();
    // What it had claimed is taken over at once: nobody else can serve this folder.
    let server = desk.serve();
    let mut browser = Browser::new(&server, "en");
    browser.cookies = cookies;
    browser.get(&refund).is(200);
    browser.post(&refund, &confirm).is(200);
    let settled = "select count(*) from order_events where kind = 'refund_changed' and body like '%\"to\":\"succeeded\"%'";
    desk.wait_for(settled, |count| count > 0);
    let order = &orders(&desk)[0];
    assert_eq!(order.refunds.len(), 1);
    assert_eq!(order.left().to_array(), [0, 500, 0]);
    assert_eq!(desk.number(settled), 1);
}
