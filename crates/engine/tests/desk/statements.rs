//! Every statement in the sources of the store, read as text: each on a tenant's table names the organization.

use std::fs;
use std::path::{Path, PathBuf};

use domain::filter::Filter;
use domain::order::Mode;
use engine::store::list::Page;

use crate::support::on_every_database;
use crate::support::random::Random;

/// The tables that belong to organizations. The full-text table of an embedded desk has the range of its row numbers.
const TENANT_TABLES: &[&str] = &[
    "orders",
    "order_events",
    "order_keys",
    "order_tags",
    "order_search",
    "idempotency",
    "jobs",
    "saved_views",
    "view_counts",
    "roles",
    "members",
    "api_keys",
    "presence",
    "account_mails",
    "outgoing_mails",
    "mail_words",
    "invitations",
    "organization_events",
    "deliveries",
    "open_refunds",
    "parties",
    "tariff_versions",
    "tariff_rows",
    "landed_costs",
    "webhooks",
    "webhook_messages",
    "webhook_attempts",
    "labels",
    "label_files",
    "roots",
    "exchange_rates",
];

fn store() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store")
}

/// The name and text of every file of the store, and of the folders in it.
fn sources() -> Vec<(String, String)> {
    let (mut sources, mut folders) = (Vec::new(), vec![store()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(store()).unwrap().to_str().unwrap();
            sources.push((name.to_owned(), fs::read_to_string(&path).unwrap()));
        }
    }
    sources.sort();
    sources
}

/// The texts between quotation marks, with broken lines put together.
fn literals(source: &str) -> Vec<String> {
    let (mut found, mut letters) = (Vec::new(), source.chars().peekable());
    while let Some(letter) = letters.next() {
        match letter {
            '/' if letters.peek() == Some(&'/') => {
                letters.by_ref().find(|letter| *letter == '\n');
            }
            // A quotation mark as a letter begins no text.
            '\'' if letters.peek() == Some(&'"') => {
                letters.next();
            }
            '"' => {
                let mut text = String::new();
                while let Some(letter) = letters.next().filter(|letter| *letter != '"') {
                    match letter {
                        '\\' if letters.peek() == Some(&'\n') => {
                            while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
                        }
                        '\\' => {
                            letters.next();
                        }
                        _ => text.push(letter),
                    }
                }
                found.push(text);
            }
            _ => {}
        }
    }
    found
}

/// Every text of the store that speaks to the database, with its file.
fn statements() -> Vec<(String, String)> {
    let verbs = [
        "select ", "insert ", "update ", "delete ", "explain ", "with ",
    ];
    let is_statement = |text: &str| {
        verbs.iter().any(|verb| text.starts_with(verb))
            || text.contains(" from ")
            || text.contains(" join ")
    };
    let mut statements = Vec::new();
    for (file, source) in sources() {
        for text in literals(&source)
            .into_iter()
            .filter(|text| is_statement(text))
        {
            statements.push((file.clone(), text));
        }
    }
    statements
}

/// The one statement that holds this.
pub fn statement(part: &str) -> String {
    let all = statements();
    let mut found = all.iter().filter(|(_, text)| text.contains(part));
    let (_, text) = found
        .next()
        .unwrap_or_else(|| panic!("no statement holds {part}"));
    assert!(found.next().is_none(), "several statements hold {part}");
    text.clone()
}

fn touches(text: &str, table: &str) -> bool {
    ["from ", "into ", "update ", "join "]
        .iter()
        .flat_map(|word| {
            text.match_indices(word)
                .map(|(at, word)| &text[at + word.len()..])
        })
        .any(|rest| {
            rest.strip_prefix(table).is_some_and(|rest| {
                !rest.starts_with(|letter: char| letter == '_' || letter.is_alphanumeric())
            })
        })
}

#[test]
fn every_statement_on_a_tenants_table_names_the_organization() {
    let mut seen = 0;
    let columns = fs::read_to_string(store().join("orders.rs")).unwrap();
    assert!(columns.contains("IDENTITY: [&str; 5] = [\"organization_id\","));
    for (file, text) in statements() {
        let tables: Vec<&str> = TENANT_TABLES
            .iter()
            .copied()
            .filter(|table| touches(&text, table))
            .collect();
        if tables.is_empty() {
            continue;
        }
        seen += 1;
        let names = text.matches("organization_id").count();
        let is_by_range = text.contains("s.rowid between {base} and {last}");
        let is_row_of_range = text.starts_with("insert into order_search (rowid, words)")
            || text.starts_with("insert or replace into order_search (rowid, words)");
        let is_all_columns = text.starts_with("insert into orders ({columns})");
        // What leads a page; the whole of it is looked at below.
        let is_begun = text.starts_with("order_tags l ")
            || text.ends_with(" and ")
            || text.ends_with(" where ");
        assert!(
            names > 0 || is_by_range || is_row_of_range || is_all_columns || is_begun,
            "{file}: {text}"
        );
        // A join names it on both sides.
        let joins = text.matches(" join ").count();
        let of_people = text.contains("join people p on p.id = m.person_id");
        // The page that was found names it within; the whole of it is looked at below.
        let of_found = text.contains("({}) l cross join orders o");
        let of_others = usize::from(of_people) + usize::from(of_found);
        if !is_begun && joins > 0 {
            assert!(names > 2 * (joins - of_others), "{file}: {text}");
        }
    }
    assert!(seen > 40, "only {seen} statements were found");
}

#[test]
fn no_statement_selects_every_column() {
    for (file, text) in statements() {
        assert!(
            !text.contains("select *") && !text.contains(".*"),
            "{file}: {text}"
        );
    }
}

#[test]
fn every_writing_transaction_on_an_order_begins_with_its_row() {
    let after_begin = |file: &str| {
        let source = fs::read_to_string(store().join(file)).unwrap();
        let begin = "let mut tx = self.write().await?;";
        let (_, rest) = source.split_once(begin).unwrap();
        assert!(!rest.contains(begin), "{file} begins one transaction");
        rest.trim_start().to_owned()
    };
    let commit = after_begin("commit.rs");
    let first = "match commit.before {\n            Some(before) => update(&mut tx, before, order, row).await?,\n            \
                 None => insert(&mut tx, order, row).await?,\n        }";
    assert!(commit.starts_with(first), "{commit}");
    // New orders have no row yet that someone could be faster at; the views are held until they are counted in.
    assert!(after_begin("insert.rs").starts_with("let filters = self.view_filters("));
    let batch = fs::read_to_string(store().join("insert.rs")).unwrap();
    assert!(
        batch.contains("let rows = vec![\n            orders,\n"),
        "its rows come first"
    );
    let writers = sources()
        .into_iter()
        .filter(|(_, source)| source.contains("self.write()"));
    let writers: Vec<String> = writers.map(|(file, _)| file).collect();
    assert_eq!(
        writers,
        [
            "account_mails.rs",
            "change.rs",
            "commit.rs",
            "deliveries.rs",
            "exchange_rates.rs",
            "insert.rs",
            "landed_costs.rs",
            "organizations.rs",
            "parties.rs",
            "password_resets.rs",
            "queue.rs",
            "roots.rs",
            "second_factors.rs",
            "sign_ins.rs",
            "views.rs",
            "webhook_attempts.rs"
        ]
    );
    let update = statement("update orders set");
    assert!(
        update.ends_with("where organization_id = ${next} and id = ${id} and version = ${was}"),
        "{update}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_names_the_organization_and_the_mode() {
    on_every_database(async |harness| {
        let mut random = Random::seeded(41);
        random.orders(harness, "A", 40).await;
        let mut seen = 0;
        for round in 0..200 {
            let (filter, sort) = (random.filter(), random.sort());
            let has_tag = filter.tag.is_some();
            let page = Page {
                filter,
                sort,
                after: None,
                limit: 5,
            };
            let store = harness.desk.store().with_few(round % 20);
            let text = store
                .page_text(&harness.organization, Mode::Live, &page)
                .await
                .unwrap();
            // No text is of a filter that no order's facets meet.
            for select in text.split(" union all ").filter(|text| !text.is_empty()) {
                seen += 1;
                let (from, conditions) = select.split_once(" where ").unwrap();
                assert!(conditions.contains("o.organization_id = $"), "{text}");
                assert!(conditions.contains("o.mode = $"), "{text}");
                if from.contains("order_search") && harness.is_sqlite() {
                    let range = "s.rowid between 0 and 4503599627370495";
                    assert!(conditions.contains(range), "{text}");
                }
                if from.contains("order_search") && !harness.is_sqlite() {
                    let same = "o.organization_id = s.organization_id";
                    assert!(from.contains(same), "{text}");
                }
                let of_tag = [
                    "t.organization_id = o.organization_id",
                    "l.organization_id = $",
                ];
                let names = of_tag.iter().any(|condition| select.contains(condition));
                assert_eq!(has_tag, names, "{text}");
            }
        }
        assert!(seen > 200, "only {seen} were looked at");
        let page = Page {
            filter: Filter::default(),
            sort: random.sort(),
            after: None,
            limit: 5,
        };
        let nowhere = "org_nowhere".into();
        let rows = harness.desk.store().list(&nowhere, Mode::Live, &page).await;
        assert!(rows.map_or(true, |rows| rows.is_empty()));
    })
    .await;
}
