//! `--help` teaches: every command says what it does, and how to begin.

use crate::support::{Desk, bordereau};

#[test]
fn every_command_says_what_it_does() {
    let cases: [(&[&str], &[&str]); 18] = [
        (
            &[],
            &[
                "A first look:",
                "bordereau demo --data demo",
                "bordereau import --data DIR orders.csv",
                "Exit codes: 0 done;",
            ],
        ),
        (
            &["serve"],
            &["Runs a desk until it is stopped", "--listen <ADDRESS>"],
        ),
        (
            &["demo"],
            &[
                "Makes a desk full of believable orders",
                "--orders <N>",
                "--seed <S>",
            ],
        ),
        (
            &["import"],
            &[
                "doing it twice",
                "docs/import.md",
                "--rejects <FILE>",
                "--test",
            ],
        ),
        (
            &["export"],
            &["Oldest first", "--destination <COUNTRY>", "--attention"],
        ),
        (&["migrate"], &["schema up to date"]),
        (&["schema"], &["Prints the order API's schema"]),
        (
            &["user"],
            &["add", "list", "password", "reset-second-factor"],
        ),
        (
            &["user", "add"],
            &[
                "BORDEREAU_PASSWORD",
                "--new-organization <NAME>",
                "--support",
            ],
        ),
        (&["key"], &["create", "list", "revoke"]),
        (
            &["listen"],
            &[
                "--forward <URL>",
                "--poll",
                "A demo on this machine:",
                "docs/webhooks.md",
            ],
        ),
        (&["refunds"], &["list", "retry", "ask", "settle"]),
        (
            &["reconcile"],
            &["payment provider's", "--from <DAY>", "--csv <FILE>"],
        ),
        (
            &["tariff"],
            &[
                "import",
                "set",
                "list",
                "export",
                "terms",
                "docs/landed-cost.md",
            ],
        ),
        (
            &["quote"],
            &["with its formula", "docs/landed-cost.md", "--json"],
        ),
        (
            &["key", "create"],
            &["shows it, this once", "--allow <PERMISSION>"],
        ),
        (
            &["backup"],
            &[
                "Copies a running embedded desk",
                "goes on working",
                "bordereau.db",
            ],
        ),
        (
            &["doctor"],
            &["documents equal their replayed events", "journals balance"],
        ),
    ];
    for (command, words) in cases {
        let said = bordereau(&[command, &["--help"]].concat()).fine();
        // The terminal's width decides where lines end.
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        for word in words {
            assert!(
                said.contains(word),
                "{command:?} does not say {word}: {said}"
            );
        }
        // The schema is the same for every desk.
        if ![0, 2].contains(&command.len()) && command[0] != "schema" {
            assert!(
                said.contains("--data <DIR>") && said.contains("--config <FILE>"),
                "{said}"
            );
        }
    }
    assert_eq!(
        bordereau(&["--version"]).fine(),
        format!("bordereau {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn a_new_desk_begins_with_its_schema() {
    let desk = Desk::embedded();
    let said = desk.run("migrate", &[]).fine();
    let all = desk.number("select count(*) from _sqlx_migrations");
    let up_to_date = format!("the schema is up to date: {all} migrations\n");
    assert_eq!(said, up_to_date);
    assert_eq!(desk.run("migrate", &[]).fine(), up_to_date);
    desk.is_well();
    let complaint = desk.run("export", &["-", "--format", "csv"]).refused();
    assert_eq!(
        complaint,
        "error: this desk has no organization yet; `bordereau user add --new-organization NAME …` makes one\n"
    );
}
