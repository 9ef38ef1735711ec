//! Tariffs: brought in by version, whole or not at all, and written as they were read.

use domain::refusal::{Problem, Refusal};
use domain::tariff::{Row, standard};
use engine::failure::Failure;
use engine::permit::ManageSettings;
use engine::settings_log::Act;
use engine::store::tariffs::Reach;
use engine::tariffs::{NewTariff, Version, import, rows, versions};
use engine::transfer::rows::RowsError;
use engine::transfer::tariff_rows::{read_tariff, write_tariff};
use jiff::civil::date;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::{Harness, on_every_database};
use crate::team::log;

pub const CSV: &str = "\
kind,destination,region,hs_prefix,origin,valid_from,rate,name,of,limit,currency,base,rounding,note
duty,EU,,6109,,2026-01-01,12,,,,,,,
duty,EU,,6911,CN,2026-01-01,13.1,,,,,,,\"anti-dumping, from 2013\"
tax,CA,ON,,,2026-01-01,13,HST,,,,duty,,
tax,DE,,4901,,2026-01-01,7,VAT,,,,shipping;insurance;duty,,
threshold,EU,,,,2026-01-01,,,duty,0.00,EUR,fob,,
destination,EU,,,,2026-01-01,,,,,,cif,half_up,
";

pub fn parsed(csv: &str) -> Vec<Row> {
    read_tariff(csv.as_bytes()).unwrap().unwrap()
}

pub async fn bring(harness: &Harness, source: &str, csv: &str) -> Result<(Version, bool), Failure> {
    let session = harness.admin();
    let new = NewTariff {
        source: source.to_owned(),
        stated_on: date(2026, 1, 1),
        rows: parsed(csv),
    };
    import(&harness.desk, &session.permit()?, new).await
}

/// The number, the source and what took its place of each version, newest first.
async fn held(harness: &Harness) -> Vec<(u64, String, Option<u64>)> {
    let session = harness.admin();
    let permit = session.permit::<ManageSettings>().unwrap();
    let all = versions(&harness.desk, &permit).await.unwrap();
    all.into_iter()
        .map(|one| (one.version, one.source, one.replaced_by))
        .collect()
}

#[test]
fn what_is_written_is_what_was_read() {
    let write = |rows: &[Row]| {
        let mut output = Vec::new();
        write_tariff(rows, &mut output).unwrap();
        String::from_utf8(output).unwrap()
    };
    assert_eq!(write(&parsed(CSV)), CSV);
    let own: Vec<Row> = standard::entries()
        .iter()
        .map(|entry| entry.row.clone())
        .collect();
    assert_eq!(parsed(&write(&own)), own);
}

/// Lines that cannot be rows, and what is said of each; the line before them is a duty on chapter 61.
const FAULTS: &[(&str, &str)] = &[
    (
        "levy,GB,,61,,2026-01-01,12,,,,,,,",
        "kind \"levy\" is not duty, tax, threshold or destination",
    ),
    (
        "duty,UK,,61,,2026-01-01,12,,,,,,,",
        "destination \"UK\" is not an ISO 3166-1 country code; use two letters such as FR",
    ),
    (
        "duty,GB,,61,,2026-13-01,12,,,,,,,",
        "valid_from \"2026-13-01\" is not a day; write 2026-01-01",
    ),
    (
        "duty,GB,,61,,2026-02-01,12%,,,,,,,",
        "rate \"12%\" is not a rate in percent; write digits with a point, such as 12.5",
    ),
    (
        "duty,GB,,61,,2026-02-01,\"12,5\",,,,,,,",
        "rate \"12,5\" is not a rate in percent; write digits with a point, such as 12.5",
    ),
    ("duty,GB,,61,,2026-02-01,,,,,,,,", "rate is missing"),
    (
        "duty,GB,ON,61,,2026-02-01,12,,,,,,,",
        "region \"ON\" is not empty, as it must be in a row of kind duty",
    ),
    ("tax,GB,,,,2026-01-01,20,,,,,duty,,", "name is missing"),
    (
        "tax,GB,,,,2026-01-01,20,VAT,,,,freight,,",
        "base \"freight\" is not one of `shipping`, `insurance`, `duty`",
    ),
    (
        "threshold,GB,,,,2026-01-01,,,duty,135.005,GBP,,,",
        "limit \"135.005\" has too many decimals; GBP has 2",
    ),
    (
        "threshold,GB,,,,2026-01-01,,,duty,135,,,,",
        "currency is missing",
    ),
    ("destination,GB,,,,2026-01-01,,,,,,,,", "base is missing"),
    (
        "duty,GB,,61,,2026-01-01,13,,,,,,,",
        "line \"what line 2 says\" is there twice; keep one",
    ),
    (
        "duty,GB,,61",
        "line \"a row of 4 fields\" is not one of 14 fields, as the header has; quote what holds a comma",
    ),
];

#[test]
fn a_line_that_cannot_be_a_row_is_told_with_its_field() {
    let header = CSV.lines().next().unwrap();
    let told = |line: &str| {
        let csv = format!("{header}\nduty,GB,,61,,2026-01-01,12,,,,,,,\n{line}\n");
        let rejects = read_tariff(csv.as_bytes()).unwrap().unwrap_err();
        assert_eq!(rejects.len(), 1, "{rejects:?}");
        assert_eq!(rejects[0].line, 3);
        rejects[0].refusal.to_string()
    };
    for (line, problem) in FAULTS {
        assert_eq!(told(line), *problem, "{line}");
    }
    let unknown = read_tariff("kind,percent\n".as_bytes());
    let Err(RowsError::UnknownColumn { name, document }) = unknown else {
        panic!("{unknown:?}");
    };
    assert_eq!(
        (name.as_str(), document),
        ("percent", "docs/landed-cost.md")
    );
    let missing = read_tariff("kind,destination\n".as_bytes());
    assert!(matches!(
        missing,
        Err(RowsError::MissingColumn {
            name: "valid_from",
            ..
        })
    ));
}

#[test]
fn whatever_a_file_says_it_is_read_or_refused() {
    let word = prop_oneof![
        Just("duty".to_owned()),
        Just("tax".to_owned()),
        Just("threshold".to_owned()),
        Just("destination".to_owned()),
        Just("EU".to_owned()),
        Just("EUR".to_owned()),
        Just("cif".to_owned()),
        Just("sale".to_owned()),
        Just("2026-01-01".to_owned()),
        "[0-9]{0,30}[.]?[0-9]{0,30}",
        "\\PC{0,8}",
    ];
    let rows = vec(vec(word, 0..16), 0..6);
    proptest!(|(rows in rows)| {
        let mut csv = CSV.lines().next().unwrap().to_owned();
        for row in &rows {
            csv.push('\n');
            csv.push_str(&row.join(","));
        }
        if let Ok(Ok(rows)) = read_tariff(csv.as_bytes()) {
            let mut output = Vec::new();
            write_tariff(&rows, &mut output).unwrap();
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_of_each_source_holds_and_the_same_again_changes_nothing() {
    on_every_database(async |harness| {
        let (first, is_new) = bring(harness, " TARIC ", CSV).await.unwrap();
        assert_eq!((first.version, first.row_count, is_new), (1, 6, true));
        let before = harness.traces().await;
        let again = bring(harness, "TARIC", CSV).await.unwrap();
        assert_eq!(again, (first, false));
        assert_eq!(harness.traces().await, before);
        let other = bring(
            harness,
            "By hand",
            "kind,destination,valid_from,rate\nduty,GB,2026-01-01,4\n",
        );
        assert!(other.await.unwrap().1);
        let corrected = CSV.replace(",12,", ",11.5,");
        bring(harness, "TARIC", &corrected).await.unwrap();
        let expected = [
            (3, "TARIC".to_owned(), None),
            (2, "By hand".to_owned(), None),
            (1, "TARIC".to_owned(), Some(3)),
        ];
        assert_eq!(held(harness).await, expected);
        // What was brought in first is still there, as it was.
        let session = harness.admin();
        let permit = session.permit().unwrap();
        let old = rows(&harness.desk, &permit, 1).await.unwrap();
        assert_eq!(old, parsed(CSV));
        let unknown = harness.refusal(rows(&harness.desk, &permit, 4)).await;
        let given = "4".to_owned();
        assert_eq!(
            unknown,
            Refusal::invalid("version", Problem::Unknown { given })
        );
        let (act, _) = log(harness).await.remove(0);
        let (source, version, rows) = ("TARIC".to_owned(), 3, 6);
        assert_eq!(
            act,
            Act::TariffImported {
                source,
                version,
                rows
            }
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_rows_that_may_hold_are_found_and_only_of_versions_that_hold() {
    on_every_database(async |harness| {
        bring(harness, "TARIC", CSV).await.unwrap();
        let store = harness.desk.store();
        let organization = &harness.organization;
        let found = async |country: &str, code: &str| -> Vec<String> {
            let entries = store
                .tariff_of(organization, country, code, Reach::Above)
                .await
                .unwrap();
            let told = |entry: &domain::tariff::find::Entry| {
                format!("{} {}", entry.row.rule.kind(), entry.row.rule.hs_prefix())
            };
            entries.iter().map(told).collect()
        };
        assert_eq!(
            found("DE", "610910").await,
            ["threshold ", "destination ", "duty 6109"]
        );
        assert_eq!(
            found("DE", "4901").await,
            ["tax 4901", "threshold ", "destination "]
        );
        assert_eq!(found("CA", "610910").await, ["tax "]);
        assert_eq!(found("JP", "610910").await, [""; 0]);
        let other = "org_other".into();
        let nothing = store
            .tariff_of(&other, "DE", "610910", Reach::Above)
            .await
            .unwrap();
        assert_eq!(nothing, []);
        // An empty tariff takes a source back.
        bring(harness, "TARIC", "kind,destination,valid_from\n")
            .await
            .unwrap();
        assert_eq!(found("DE", "610910").await, [""; 0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_without_a_name_is_refused() {
    on_every_database(async |harness| {
        let refusal = harness.refusal(bring(harness, "  ", CSV)).await;
        assert_eq!(refusal, Refusal::invalid("source", Problem::Missing));
    })
    .await;
}
