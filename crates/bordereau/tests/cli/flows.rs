//! The flows of the user's document, step by step and by its own words, in a browser without scripts.

use domain::order::{Order, OrderStatus};

use crate::support::browser::Browser;
use crate::support::orders::{csv_of, documents};
use crate::support::server::Server;
use crate::support::{Desk, on_every_database};

const ADA: &str = "ada@shop.example";

/// A desk with an order of 20.00 EUR and 5.00 EUR of shipping, paid here; with another, and one paid in yen.
fn open(desk: &Desk) -> (Server, Vec<Order>) {
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

fn orders(desk: &Desk) -> Vec<Order> {
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
    let order = &orders(&desk)[2];
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
fn n1_the_order_number_is_changed_and_a_clash_is_refused_by_name() {
    on_every_database(|desk| {
        let (server, all) = open(desk);
        let path = format!("/orders/{}", all[0].id);
        let number = format!("{path}/number");
        let mut browser = Browser::signed_in(&server, "fr", ADA);
        browser
            .get(&path)
            .says("Numéro de commande")
            .says("Modifier");
        assert_eq!(
            browser.get(&number).says("Enregistrer").field("number"),
            "F1"
        );
        let page = browser
            .post(&number, &[("was", "F1"), ("number", "F2")])
            .is(422);
        page.says(&format!(
            "Le numéro F2 est celui de la commande nº {}.",
            all[1].desk_number
        ));
        browser
            .post(&number, &[("was", "F1"), ("number", "F-100")])
            .says("Le numéro de commande est enregistré.")
            .says("F-100");
        // Someone else changed it meanwhile.
        browser
            .post(&number, &[("was", "F1"), ("number", "F-200")])
            .is(422)
            .says("F-100");
        assert_eq!(orders(desk)[0].number.as_deref(), Some("F-100"));
    });
}

#[test]
fn n2_an_address_is_edited_with_its_warnings_and_the_original_is_kept() {
    let desk = Desk::embedded();
    let (server, all) = open(&desk);
    let path = format!("/orders/{}", all[0].id);
    let edit = format!("{path}/ship-to");
    let mut browser = Browser::signed_in(&server, "fr", ADA);
    browser.get(&path).says("Expédier à").says("Facturer à");
    let page = browser
        .get(&edit)
        .says("Enregistrer les détails")
        .says("seule l'adresse d'origine a été approuvée");
    page.says("Pour garder les deux, annulez la commande");
    let was = &all[0].ship_to;
    let before = [
        ("was_city", was.city.as_str()),
        ("was_country", was.country.as_str()),
    ];
    let wrong = [&before[..], &[("city", "Lyon"), ("country", "XX")]].concat();
    let page = browser
        .post(&edit, &wrong)
        .is(422)
        .says("« XX » n'est pas un code de pays.");
    assert_eq!(
        (page.field("city"), page.field("country")),
        ("Lyon".to_owned(), "XX".to_owned())
    );
    assert_eq!(orders(&desk), all);
    let right = [&before[..], &[("city", "Lyon"), ("country", "FR")]].concat();
    browser
        .post(&edit, &right)
        .says("Lyon")
        .says("Adresse d'origine")
        .says("Paris → Lyon");
    let order = &orders(&desk)[0];
    assert_eq!(order.ship_to.city, "Lyon");
    assert_eq!(
        order.original_ship_to.as_ref().map(|one| one.city.as_str()),
        Some("Paris")
    );
    assert_eq!(order.bill_to, all[0].bill_to);
}

#[test]
fn n4_s1_notes_and_tracking_numbers() {
    on_every_database(|desk| {
        let (server, all) = open(desk);
        let path = format!("/orders/{}", all[0].id);
        let mut browser = Browser::signed_in(&server, "fr", ADA);
        browser
            .get(&path)
            .says("Activité")
            .says("Ajouter une note")
            .says("Ajouter un numéro de suivi")
            .says("Créer une étiquette");
        let note = browser.post(
            &format!("{path}/notes"),
            &[("text", "Appelé <b>le client</b>")],
        );
        note.says("La note est ajoutée.")
            .says("Appelé <b>le client</b>");
        assert_eq!(orders(desk)[0].notes[0].text, "Appelé <b>le client</b>");
        let tracking = format!("{path}/tracking");
        browser.get(&tracking);
        browser
            .post(
                &tracking,
                &[
                    ("numbers", "LX000075446US\n  \nLX000075453US"),
                    ("carrier", "Poste"),
                ],
            )
            .says("Expédié")
            .says("LX000075453US");
        assert_eq!(orders(desk)[0].status, OrderStatus::Completed);
        // C4: what is shipped cannot be canceled, and says what comes first.
        browser
            .get(&path)
            .says("La commande est expédiée.")
            .says("retirez le numéro de suivi");
        browser.post(
            &format!("{path}/do"),
            &[("action", "remove_tracking"), ("subject", "LX000075446US")],
        );
        browser
            .post(
                &format!("{path}/do"),
                &[("action", "remove_tracking"), ("subject", "LX000075453US")],
            )
            .says("Le numéro de suivi est retiré.");
        assert_eq!(orders(desk)[0].status, OrderStatus::Open);
    });
}

#[test]
fn what_a_person_writes_is_never_taken_for_a_page() {
    let desk = Desk::embedded();
    let (server, all) = open(&desk);
    let path = format!("/orders/{}", all[0].id);
    let mut browser = Browser::signed_in(&server, "en", ADA);
    browser.get(&path);
    browser.post(
        &format!("{path}/notes"),
        &[("text", "<script>alert(1)</script>")],
    );
    let raw = browser.raw(&path);
    assert!(
        raw.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;"),
        "{raw}"
    );
    assert!(!raw.contains("<script>alert"), "{raw}");
    let raw = browser.raw("/orders?q=%22%3E%3Cscript%3E");
    assert!(!raw.contains("\"><script>"), "{raw}");
}

#[test]
fn o1_the_list_is_filtered_sorted_and_told_as_a_file() {
    let desk = Desk::embedded();
    let (server, all) = open(&desk);
    let mut browser = Browser::signed_in(&server, "en", ADA);
    let page = browser
        .get("/orders?destination=JP")
        .says("F3")
        .says_not("F2");
    page.says("Destination (countries): JP");
    browser
        .get("/orders?min=21.00")
        .says("F1")
        .says_not("F2")
        .says_not("F3");
    browser
        .get("/orders?from=2026-03-02&until=2026-03-03")
        .says("F2")
        .says("F3")
        .says_not("F1")
        .says_not("F4");
    browser
        .get("/orders?source=duty_and_tax&source=api")
        .says("F4")
        .says_not("F1");
    browser
        .get("/orders?status=canceled")
        .says("No order matches");
    let page = browser.get("/orders?sort=total");
    let places: Vec<usize> = [1, 3, 2, 0]
        .iter()
        .map(|index| page.body.find(all[*index as usize].id.as_str()).unwrap())
        .collect();
    assert!(places.is_sorted(), "{places:?}");
    let file = browser.get("/orders.csv?destination=FR").is(200);
    assert_eq!(file.body.lines().count(), 4);
    assert!(file.header("content-type").unwrap().starts_with("text/csv"));
}
