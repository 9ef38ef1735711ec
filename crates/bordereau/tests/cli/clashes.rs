//! Two people edit one order at once: different fields both survive; of the same field the second sees both and chooses.

use domain::order::Order;

use crate::flows::{open, orders};
use crate::support::browser::{Browser, Page};
use crate::support::people::{ADA, MAX};
use crate::support::{Desk, on_every_database};

/// What an open form of an address sends, with these fields typed otherwise.
fn sent(form: &Page, typed: &[(&str, &str)]) -> Vec<(String, String)> {
    let names = ["first_name", "last_name", "line1", "city", "country"];
    let mut fields = Vec::new();
    for name in names {
        let was = form.field(&format!("was_{name}"));
        let value = typed.iter().find(|(field, _)| *field == name);
        let value = value.map_or_else(|| form.field(name), |(_, value)| (*value).to_owned());
        fields.push((format!("was_{name}"), was));
        fields.push((name.to_owned(), value));
    }
    fields
}

fn send(browser: &mut Browser<'_>, path: &str, fields: &[(String, String)]) -> Page {
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    browser.post(path, &fields)
}

fn first(desk: &Desk) -> Order {
    orders(desk).remove(0)
}

#[test]
fn edits_of_different_fields_both_survive_and_a_mistake_between_loses_neither() {
    on_every_database(|desk| {
        let (server, all) = open(desk);
        desk.add_max();
        let path = format!("/orders/{}/ship-to", all[0].id);
        let mut ada = Browser::signed_in(&server, "en", ADA);
        let mut max = Browser::signed_in(&server, "fr", MAX);
        let (mine, theirs) = (ada.get(&path), max.get(&path));
        send(&mut max, &path, &sent(&theirs, &[("line1", "2 rue Neuve")])).is(200);
        // A mistake shows the form again, with what the other has made of the rest.
        let wrong = sent(&mine, &[("city", "Lille"), ("country", "XX")]);
        let again = send(&mut ada, &path, &wrong).is(422);
        assert_eq!(
            (again.field("line1"), again.field("city")),
            ("2 rue Neuve".to_owned(), "Lille".to_owned())
        );
        send(&mut ada, &path, &sent(&again, &[("country", "FR")])).says("Lille");
        let now = first(desk).ship_to;
        assert_eq!(
            (now.line1.as_str(), now.city.as_str()),
            ("2 rue Neuve", "Lille")
        );
    });
}

#[test]
fn of_the_same_field_of_an_address_the_second_sees_both_and_chooses() {
    on_every_database(|desk| {
        let (server, all) = open(desk);
        desk.add_max();
        for (end, which) in [("ship-to", 0), ("bill-to", 1)] {
            let address = |order: &Order| match which {
                0 => order.ship_to.clone(),
                _ => order.bill_to.clone(),
            };
            let path = format!("/orders/{}/{end}", all[0].id);
            let mut ada = Browser::signed_in(&server, "en", ADA);
            let mut max = Browser::signed_in(&server, "fr", MAX);
            let (mine, theirs) = (ada.get(&path), max.get(&path));
            send(&mut max, &path, &sent(&theirs, &[("city", "Lyon")])).is(200);
            let before = desk.export("jsonl", &[]);
            let typed = sent(&mine, &[("city", "Lille"), ("line1", "9 quai Haut")]);
            let clash = send(&mut ada, &path, &typed).is(422);
            let clash = clash
                .says("Someone else changed the same meanwhile.")
                .says("When you opened the form: <span>Paris</span>")
                .says("Keep theirs: <strong>Lyon</strong>")
                .says("Max, ")
                .says("Save mine: <strong>Lille</strong>");
            // Only what clashes is asked about; the rest is as it was typed.
            assert_eq!(clash.field("line1"), "9 quai Haut");
            assert_eq!(clash.body.matches("<fieldset class=\"clash\"").count(), 1);
            let mut again = sent(&clash, &[]);
            again.push(("opened_city".to_owned(), "Paris".to_owned()));
            // Without a choice it is asked again, and nothing is saved.
            send(&mut ada, &path, &again)
                .is(422)
                .says("Keep theirs: <strong>Lyon</strong>")
                .says("Save mine: <strong>Lille</strong>");
            assert_eq!(desk.export("jsonl", &[]), before);
            let mut kept = again.clone();
            kept.push(("keep_city".to_owned(), "theirs".to_owned()));
            send(&mut ada, &path, &kept).is(200);
            let now = address(&first(desk));
            assert_eq!((&*now.city, &*now.line1), ("Lyon", "9 quai Haut"));
            again.push(("keep_city".to_owned(), "mine".to_owned()));
            let edited = again.iter().map(|(name, value)| {
                let value = if name == "city" { "Lille-Sud" } else { value };
                let value = if name == "was_line1" {
                    "9 quai Haut"
                } else {
                    value
                };
                (name.clone(), value.to_owned())
            });
            let edited: Vec<_> = edited.collect();
            send(&mut ada, &path, &edited).is(200);
            assert_eq!(address(&first(desk)).city, "Lille-Sud");
        }
    });
}

#[test]
fn n1_of_the_order_number_the_second_sees_both_and_chooses() {
    on_every_database(|desk| {
        let (server, all) = open(desk);
        desk.add_max();
        let path = format!("/orders/{}/number", all[0].id);
        let mut ada = Browser::signed_in(&server, "fr", ADA);
        let mut max = Browser::signed_in(&server, "en", MAX);
        ada.get(&path);
        max.get(&path);
        max.post(&path, &[("was_number", "F1"), ("number", "F-100")]);
        let mine = [("was_number", "F1"), ("number", "F-200")];
        ada.post(&path, &mine)
            .is(422)
            .says("Quand vous avez ouvert le formulaire : <span>F1</span>")
            .says("Garder l'autre valeur : <strong>F-100</strong>")
            .says("Enregistrer la mienne : <strong>F-200</strong>");
        let clash = [("opened_number", "F1"), ("was_number", "F-100")];
        let theirs = [
            &clash[..],
            &[("number", "F-200"), ("keep_number", "theirs")],
        ]
        .concat();
        ada.post(&path, &theirs)
            .says("Rien n'a été modifié : ce qui s'y trouve reste.");
        assert_eq!(first(desk).number.as_deref(), Some("F-100"));
        // A third is faster than the choice: it is asked for again.
        max.post(&path, &[("was_number", "F-100"), ("number", "F-300")]);
        let mine = [&clash[..], &[("number", "F-200"), ("keep_number", "mine")]].concat();
        ada.post(&path, &mine)
            .is(422)
            .says("Quand vous avez ouvert le formulaire : <span>F1</span>")
            .says("Garder l'autre valeur : <strong>F-300</strong>");
        assert_eq!(first(desk).number.as_deref(), Some("F-300"));
        let clash = [("opened_number", "F1"), ("was_number", "F-300")];
        let mine = [&clash[..], &[("number", "F-200"), ("keep_number", "mine")]].concat();
        ada.post(&path, &mine)
            .says("Le numéro de commande est enregistré.");
        assert_eq!(first(desk).number.as_deref(), Some("F-200"));
    });
}
