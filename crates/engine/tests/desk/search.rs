//! Search: either number, names, e-mail, tracking number, SKU, city, in any letter case or accent (O1).

use domain::command::Command;
use domain::event::AddressKind;
use domain::filter::{Filter, Sort};
use domain::ids::OrderId;
use domain::order::Order;
use engine::listing::page;
use engine::store::keys::KeyKind;
use engine::store::list::Page;
use rand::Rng;

use crate::support::orders::{item, plain, tracked};
use crate::support::random::Random;
use crate::support::{Harness, on_every_database};

fn only(order: &Order) -> &[OrderId] {
    std::slice::from_ref(&order.id)
}

async fn found(harness: &Harness, text: &str) -> Vec<OrderId> {
    let (session, text) = (harness.admin(), text.to_owned());
    let filter = Filter {
        text,
        ..Filter::default()
    };
    let page_of = Page {
        filter,
        sort: Sort::default(),
        after: None,
        limit: 50,
    };
    let rows = page(&harness.desk, &session.permit().unwrap(), &page_of)
        .await
        .unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

async fn named(harness: &Harness, number: &str, first: &str, last: &str) -> Order {
    let mut new = plain(number);
    new.ship_to.first_name = first.to_owned();
    new.ship_to.last_name = last.to_owned();
    new.ship_to.email = format!("{number}@shop.example");
    new.ship_to.city = "Lyon".to_owned();
    harness.take(new).await
}

#[tokio::test(flavor = "multi_thread")]
async fn o1_finds_in_any_letter_case_and_accent() {
    on_every_database(async |harness| {
        let emile = named(harness, "A-1", "Émile", "Zola").await;
        let gross = named(harness, "A-2", "Jürgen", "Groß").await;
        let soren = named(harness, "A-3", "Søren", "Kierkegaard").await;
        let hanako = named(harness, "A-4", "花子", "佐藤").await;
        let zak = named(harness, "A-5", "ŁUKASZ", "ŻAK").await;
        for (order, texts) in [
            (
                &emile,
                ["Émile", "emile", "ÉMILE", "émile zola", "zola EMI", "émi"],
            ),
            (
                &gross,
                ["gross", "GROSS", "groß", "GROẞ", "jurgen", "Jürgen G"],
            ),
            (
                &soren,
                [
                    "soren",
                    "SØREN",
                    "søren",
                    "kierke",
                    "KIERKEGAARD soren",
                    "s kierk",
                ],
            ),
            (
                &hanako,
                ["花子", "花", "佐藤", "佐藤 花子", "佐", "佐藤花子"],
            ),
            (
                &zak,
                ["lukasz", "Łukasz", "ŁUK", "zak", "żak", "zak łukasz"],
            ),
        ] {
            for text in &texts[..5] {
                assert_eq!(found(harness, text).await, only(order), "{text}");
            }
        }
        for text in ["mile", "ierkegaard", "子", "emile kierkegaard", "no such"] {
            assert_eq!(found(harness, text).await, [], "{text}");
        }
        assert_eq!(
            found(harness, "  -- ").await.len(),
            5,
            "no letter and no digit finds all"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn o1_finds_by_numbers_mail_sku_tracking_and_city() {
    on_every_database(async |harness| {
        let mut new = plain("WEB-2026/00417");
        new.items = vec![item("mug", 2, 2_000), item("plate", 1, 6_000)];
        new.items[0].sku = "MUG-BLUE-12".to_owned();
        new.ship_to.city = "Saint-Étienne".to_owned();
        new.ship_to.email = "hana.sato+desk@example.com".to_owned();
        let order = harness.take(new).await;
        harness
            .command(&order.id, tracked("s1", "1Z 999 AA1 01 2345 6784"))
            .await
            .unwrap();
        let other = named(harness, "B-1", "Anna", "Vries").await;
        let desk_number = order.desk_number.to_string();
        for text in [
            "WEB-2026/00417",
            "web202600417",
            "web 2026",
            "00417",
            desk_number.as_str(),
            "hana.sato+desk@example.com",
            "HANA.SATO",
            "hana.sato+desk@exam",
            "mug-blue-12",
            "MUGBLUE12",
            "mug blue",
            "1Z999AA10123456784",
            "1z 999 aa1 01 2345 6784",
            "1z999aa1",
            "saint etienne",
            "SAINT-ÉTIENNE",
            "etienne",
        ] {
            assert_eq!(found(harness, text).await, only(&order), "{text}");
        }
        assert_eq!(
            found(harness, &other.desk_number.to_string()).await,
            [other.id]
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_never_taken_for_the_databases_own_notation() {
    on_every_database(async |harness| {
        let order = named(harness, "A-1", "And", "Or Not").await;
        for text in [
            "AND",
            "or",
            "NOT and",
            "and OR not",
            "\"and\"",
            "and*",
            "(or)",
            "and & or",
            "and:*",
            "'or'",
        ] {
            assert_eq!(found(harness, text).await, only(&order), "{text}");
        }
        for text in [
            "words:x",
            "^x",
            "x'; drop table orders",
            "a \\ b",
            "{x y}: z",
            "x | y",
        ] {
            assert_eq!(found(harness, text).await, [], "{text}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_are_searched_at_once_and_what_they_replaced_no_more() {
    on_every_database(async |harness| {
        let order = named(harness, "A-1", "Émile", "Zola").await;
        let mine = [order.id.clone()];
        let mut after = order.ship_to.clone();
        after.last_name = "Dreyfus".to_owned();
        let edit = |which, before: &domain::address::Address| Command::EditAddress {
            which,
            before: Box::new(before.clone()),
            after: Box::new(after.clone()),
        };
        harness
            .command(&order.id, edit(AddressKind::ShipTo, &order.ship_to))
            .await
            .unwrap();
        assert_eq!(
            found(harness, "zola").await,
            mine,
            "the bill-to still says so"
        );
        harness
            .command(&order.id, edit(AddressKind::BillTo, &order.bill_to))
            .await
            .unwrap();
        assert_eq!(found(harness, "zola").await, []);
        assert_eq!(found(harness, "dreyfus").await, mine);
        let (number, was) = ("NEW-7".to_owned(), None);
        harness
            .command(&order.id, Command::SetNumber { number, was })
            .await
            .unwrap();
        assert_eq!(found(harness, "new7").await, mine);
        assert_eq!(found(harness, "A-1@shop.example").await, mine);
        harness
            .command(&order.id, tracked("s1", "TRACK1"))
            .await
            .unwrap();
        assert_eq!(found(harness, "track1").await, mine);
        let numbers = vec!["TRACK1".to_owned()];
        harness
            .command(&order.id, Command::RemoveTracking { numbers })
            .await
            .unwrap();
        assert_eq!(found(harness, "track1").await, []);
        assert_eq!(found(harness, "emile").await, mine);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn letters_of_every_script_are_found_as_the_filter_finds_them() {
    on_every_database(async |harness| {
        let mut random = Random::seeded(21);
        let mut letter = || loop {
            if let Some(letter) = char::from_u32(random.0.random_range(0x80..0x3_2000))
                && letter.is_alphanumeric()
            {
                return letter;
            }
        };
        let skus: Vec<String> = (0..300)
            .map(|_| format!("x{}y{}", letter(), letter()))
            .collect();
        let mut new = plain("A-1");
        let items = skus.iter().enumerate();
        new.items = items
            .map(|(index, sku)| {
                let mut item = item(&format!("item_{index}"), 1, 0);
                item.sku.clone_from(sku);
                item
            })
            .collect();
        new.amounts = domain::order::Amounts::default();
        let order = harness.take(new).await;
        for sku in &skus {
            for text in [
                sku.clone(),
                sku.to_uppercase(),
                sku.to_lowercase(),
                sku.chars().take(2).collect(),
            ] {
                let filter = Filter {
                    text: text.clone(),
                    ..Filter::default()
                };
                let is_found = !found(harness, &text).await.is_empty();
                assert_eq!(is_found, filter.keeps(&order), "{text:?}");
            }
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn words_longer_than_a_database_takes_are_found_by_their_beginning() {
    on_every_database(async |harness| {
        let mut new = plain("A-1");
        new.items[0].sku = "\u{d55c}".repeat(500);
        let order = harness.take(new).await;
        for text in [
            "\u{d55c}".repeat(500),
            "\u{d55c}".repeat(80),
            "\u{d55c}".to_owned(),
        ] {
            assert_eq!(found(harness, &text).await, only(&order));
        }
        for text in ["x".repeat(5_000), "x ".repeat(5_000)] {
            assert_eq!(found(harness, &text).await, []);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_no_database_can_hold_is_not_found_and_is_no_error() {
    on_every_database(async |harness| {
        let order = harness.take(plain("A-1")).await;
        let session = harness.admin();
        let permit = session.permit().unwrap();
        let by_number =
            engine::orders::find(&harness.desk, &permit, KeyKind::Number, "A-1\0").await;
        assert_eq!(by_number.unwrap(), []);
        let filter = Filter {
            tag: Some("a\0b".to_owned()),
            destination: vec!["J\0".to_owned()],
            ..Filter::default()
        };
        let page_of = Page {
            filter,
            sort: Sort::default(),
            after: None,
            limit: 5,
        };
        assert_eq!(page(&harness.desk, &permit, &page_of).await.unwrap(), []);
        assert_eq!(
            harness.desk.store().person("a\0@b.example").await.unwrap(),
            None
        );
        assert_eq!(
            found(harness, "A-1\0").await,
            only(&order),
            "search takes letters and digits only"
        );
    })
    .await;
}
