//! A landed cost on the command line: docs/landed-cost.md is true, and what it shows can be checked by hand.

use domain::landed_cost::quote::LandedCost;

use crate::documented::blocks;
use crate::support::{Desk, on_every_database, text};

fn document() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/landed-cost.md");
    std::fs::read_to_string(path).unwrap()
}

/// Brings the document's tariff in, and says what was said.
fn brought(desk: &Desk, csv: &str) -> String {
    let file = desk.write("tariff.csv", csv);
    let arguments = [
        "import",
        text(&file),
        "--source",
        "Example",
        "--stated-on",
        "2026-01-01",
    ];
    desk.run("tariff", &arguments).fine()
}

/// The lines behind the first, which names the quote.
fn lines(said: &str) -> Vec<&str> {
    said.lines().skip(1).collect()
}

#[test]
fn the_examples_of_the_document_can_be_followed() {
    on_every_database(|desk| {
        let document = document();
        let (csv, json) = (blocks(&document, "csv"), blocks(&document, "json"));
        desk.with_shop();
        let said = brought(desk, csv[0]);
        assert_eq!(
            said,
            "\"Example\" is now version 1: 6 rows, as of 2026-01-01\n"
        );
        let again = brought(desk, csv[0]);
        assert_eq!(again, said.replace("is now", "is still"));
        let terms = desk.write("terms.json", json[0]);
        desk.run("tariff", &["terms", text(&terms)]).fine();
        let kept: serde_json::Value =
            serde_json::from_str(&desk.run("tariff", &["terms"]).fine()).unwrap();
        let mut written: serde_json::Value = serde_json::from_str(json[0]).unwrap();
        // What was left out is there with what it means.
        written["guarantee"]["kind"] = "other".into();
        assert_eq!(kept, written);
        let file = desk.write("quote.json", json[1]);
        let said = desk.run("quote", &[text(&file)]).fine();
        let first = said.lines().next().unwrap();
        assert!(first.starts_with("landed_cost_"), "{said}");
        assert!(first.contains(" from US to DE, held until 20"), "{said}");
        let said = lines(&said);
        // 12 % of 200.00; 19 % of 204.00 and of 20.00; 2.5 % of 66.56 and 5.00; 1 % of all.
        let expected = [
            "Duty, Mug        24.00 EUR  12 % of 200.00 EUR (CIF value: goods 180.00 EUR + shipping 20.00 EUR)",
            "VAT, Mug         38.76 EUR  19 % of 204.00 EUR (goods 180.00 EUR + duty 24.00 EUR)",
            "VAT on shipping   3.80 EUR  19 % of 20.00 EUR (shipping)",
            "Clearance         6.66 EUR  2.5 % of 66.56 EUR (duties 24.00 EUR + taxes 42.56 EUR) + 5.00 EUR",
            "Guarantee         2.67 EUR  1 % of 266.56 EUR (goods 180.00 EUR + shipping 20.00 EUR + duties 24.00 EUR + \
             taxes 42.56 EUR)",
            "goods: 180.00 EUR",
            "shipping: 20.00 EUR",
            "discounts: 0.00 EUR",
            "duties: 24.00 EUR",
            "taxes: 42.56 EUR",
            "fees: 9.33 EUR",
            "landed cost: 75.89 EUR",
            "total: 275.89 EUR",
        ];
        assert_eq!(said[..expected.len()], expected);
        let rest = said[expected.len()..].join("\n");
        for told in [
            "rate: 1 EUR = 1.1739 USD, sandbox of 2026-01-02T00:00:00Z",
            "carton: small with 3 × Mug; 1320 g, by volume 900 g",
            "carton: small with 1 × Mug; 520 g, by volume 900 g",
            "threshold: 180.00 EUR (FOB value: goods) is above 150.00 EUR",
            "note: Example of 2026-01-01 (version 1)",
            "note: Bordereau's standard rates of 2026-01-01, written down from public knowledge: standard rates only, to \
             be checked before use",
        ] {
            assert!(rest.contains(told), "{told} is not in {rest}");
        }
        desk.is_well();
    });
}

#[test]
fn every_column_that_is_read_is_in_the_document() {
    let document = document();
    let documented: Vec<&str> = document
        .lines()
        .skip_while(|line| !line.starts_with("| column"))
        .filter_map(|line| line.strip_prefix("| `")?.split_once('`'))
        .map(|(name, _)| name)
        .collect();
    let header = blocks(&document, "csv")[0].lines().next().unwrap();
    assert_eq!(documented.join(","), header);
}

#[test]
fn what_is_not_known_asks_for_a_look_and_is_whole_as_json() {
    let desk = Desk::embedded();
    desk.with_shop();
    let asked = br#"{"currency": "JPY", "origin": {"country": "JP"}, "destination": {"country": "US"},
        "items": [{"name": "Tea", "quantity": 2, "unit_price": 1500, "hs_code": "0902.10"}], "guarantee": true}"#;
    let said = desk.run_with("quote", &["-"], asked).needs_a_look();
    for told in [
        "Duty, Tea                  0 JPY  no duty rate known [no country of origin: only a rate for any origin could be \
         looked for; no duty rate for 090210 made in an unknown country into US is known: none was counted]",
        "Import tax, Tea            0 JPY  0 % of 3000 JPY (goods)",
        "missing: a duty rate for 090210 made in an unknown country into US",
        "note: no guarantee: the organization gives none",
    ] {
        assert!(squeezed(&said).contains(&squeezed(told)), "{told}: {said}");
    }
    let json = desk
        .run_with("quote", &["--json", "-"], asked)
        .needs_a_look();
    let quoted: LandedCost = serde_json::from_str(&json).unwrap();
    assert_eq!(quoted.calculation.amounts.total_minor(), 3_000);
    assert_eq!(desk.number("select count(*) from landed_costs"), 2);
    // Set by hand, it is known.
    let row = [
        "set",
        "kind=duty",
        "destination=US",
        "hs_prefix=0902",
        "rate=6.4",
        "valid_from=2026-01-01",
        "note=typed, by hand",
    ];
    let said = desk.run("tariff", &row).fine();
    assert!(
        said.starts_with("\"By hand\" is now version 1: 1 rows"),
        "{said}"
    );
    let said = desk.run("tariff", &row).fine();
    assert!(said.starts_with("\"By hand\" is still version 1"), "{said}");
    let said = desk.run_with("quote", &["-"], asked).fine();
    assert!(
        squeezed(&said).contains("6.4 % of 3000 JPY (FOB value: goods)"),
        "{said}"
    );
    let changed = [&row[..4], &["rate=7", "valid_from=2026-01-01"]].concat();
    desk.run("tariff", &changed).fine();
    let listed = desk.run("tariff", &["list"]).fine();
    let listed: Vec<&str> = listed.lines().collect();
    assert!(listed[1].starts_with("2,By hand,") && listed[1].ends_with(",Command line,"));
    assert!(listed[2].starts_with("1,By hand,") && listed[2].ends_with(",Command line,2"));
    let exported = desk.run("tariff", &["export", "1"]).fine();
    assert_eq!(
        exported.lines().nth(1),
        Some("duty,US,,0902,,2026-01-01,6.4,,,,,,,\"typed, by hand\"")
    );
}

/// Without the spaces that line columns up.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_tariff_with_a_fault_is_not_taken() {
    let desk = Desk::embedded();
    desk.with_shop();
    let document = document();
    let csv = blocks(&document, "csv")[0].replace(",12,", ",twelve,");
    let file = desk.write("tariff.csv", csv);
    let arguments = [
        "import",
        text(&file),
        "--source",
        "Example",
        "--stated-on",
        "2026-01-01",
    ];
    let complaint = desk.run("tariff", &arguments).refused();
    let told = desk.file("tariff.csv.rejects.csv");
    assert_eq!(
        complaint,
        format!(
            "error: 1 rows cannot be taken, so none was; {} says which and why\n",
            told.display()
        )
    );
    assert_eq!(
        std::fs::read_to_string(told).unwrap(),
        "line,order_number,field,rule,problem\n2,,rate,O3,\"rate \"\"twelve\"\" is not a rate in percent; write digits \
         with a point, such as 12.5\"\n"
    );
    assert_eq!(desk.number("select count(*) from tariff_versions"), 0);
    let unknown = desk.run("tariff", &["export", "7"]).refused();
    assert_eq!(unknown, "error: version \"7\" is not known here\n");
    let standard = desk.run("tariff", &["export", "standard"]).fine();
    assert!(
        standard.contains("tax,DE,,,,2026-01-01,19,VAT,"),
        "{standard}"
    );
}
