//! Corrections on the pages, the list, and what a person writes.

use domain::order::OrderStatus;

use crate::flows::{open, orders};
use crate::support::browser::Browser;
use crate::support::people::ADA;
use crate::support::{Desk, on_every_database};

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
            .post(&number, &[("was_number", "F1"), ("number", "F2")])
            .is(422);
        page.says(&format!(
            "Le numéro F2 est celui de la commande nº {}.",
            all[1].desk_number
        ));
        browser
            .post(&number, &[("was_number", "F1"), ("number", "F-100")])
            .says("Le numéro de commande est enregistré.")
            .says("F-100");
        // Someone else changed it meanwhile.
        browser
            .post(&number, &[("was_number", "F1"), ("number", "F-200")])
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
        .says("Nothing in “Canceled”");
    browser
        .get("/orders?status=canceled&q=zz")
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
