//! What cannot be done at all: exit code 1, one sentence with the remedy, and nothing has changed.

use crate::support::orders::{HEADER, csv_of, plain};
use crate::support::{Desk, bordereau, text};

#[test]
fn a_header_that_is_not_understood_refuses_the_whole_file() {
    let desk = Desk::embedded();
    let file = desk.with_shop().write("orders.csv", "");
    let cases = [
        (
            HEADER.replace(",notes,", ",remarks,"),
            "column \"remarks\" is not known; see docs/import.md for the columns",
        ),
        (
            HEADER.replace(",notes,", ",source,"),
            "column \"source\" is there twice; keep one",
        ),
        (
            HEADER.replace(",currency,", ","),
            "column \"currency\" is missing; see docs/import.md for the columns",
        ),
        (
            HEADER.replace(',', ";"),
            "column \"order_number;placed_at;currency",
        ),
        (
            "order_number".to_owned(),
            "column \"placed_at\" is missing; see docs/import.md for the columns",
        ),
    ];
    for (header, words) in cases {
        std::fs::write(&file, format!("{header}\n{}\n", plain("H1"))).unwrap();
        let complaint = desk.import(&file).refused();
        assert!(complaint.contains(words), "{complaint}");
        assert_eq!(desk.export("csv", &[]).lines().count(), 1);
        assert!(!desk.file("orders.csv.rejects.csv").exists());
    }
}

#[test]
fn a_quote_that_is_never_closed_is_named_by_its_line() {
    let desk = Desk::embedded();
    let mut rows = csv_of(&[&plain("Q1"), &plain("Q2").replace("Cap", "\"Cap")]);
    let row = format!("{}\n", plain("Q3"));
    rows.push_str(&row.repeat((5 << 20) / row.len()));
    let file = desk.with_shop().write("orders.csv", rows);
    let complaint = desk.import(&file).refused();
    assert_eq!(
        complaint,
        "error: the row on line 3 is longer than 4 MiB; close its quote, and import the file again\n"
    );
    assert_eq!(desk.export("csv", &[]).lines().count(), 1);
}

#[test]
fn a_folder_without_a_desk_is_left_as_it_is() {
    let desk = Desk::embedded();
    let file = desk.write("orders.csv", csv_of(&[&plain("F1")]));
    let file = text(&file);
    let copy = desk.file("copy.db");
    let commands: [(&str, &[&str]); 7] = [
        ("import", &[file]),
        ("export", &["-", "--format", "csv"]),
        ("doctor", &[]),
        ("backup", &[text(&copy)]),
        ("key", &["list"]),
        ("user", &["list"]),
        ("user", &["password", "--email", "ada@shop.example"]),
    ];
    for (command, arguments) in commands {
        let complaint = desk.run(command, arguments).refused();
        let remedy = format!(
            "error: there is no desk in {}; name its folder with --data, or make one with `bordereau demo` or `bordereau migrate`\n",
            desk.data().display()
        );
        assert_eq!(complaint, remedy, "{command}");
        assert!(!desk.data().exists() && !copy.exists(), "{command}");
    }
}

#[test]
fn settings_that_are_not_known_are_named() {
    let desk = Desk::embedded();
    let cases = [
        (
            "colour = \"blue\"",
            "there is no setting \"colour\"; see bordereau.toml",
        ),
        ("listen = 3", "a setting has a value of the wrong kind"),
        ("listen", "is not TOML"),
        (
            "database_url = \"mysql://localhost/desk\"",
            "database_url begins with \"mysql:\"; use sqlite:// or postgres://",
        ),
    ];
    for (settings, words) in cases {
        let file = desk.write("own.toml", settings);
        let complaint = bordereau(&["migrate", "--config", text(&file)]).refused();
        assert!(complaint.contains(words), "{complaint}");
    }
    let complaint = bordereau(&["migrate", "--config", text(&desk.file("none.toml"))]).refused();
    assert!(
        complaint.contains("cannot read") && complaint.contains("none.toml"),
        "{complaint}"
    );
}

#[test]
fn wrong_usage_is_told_apart_from_what_cannot_be_done() {
    let desk = Desk::embedded();
    let usage: [&[&str]; 5] = [
        &[],
        &["improt"],
        &["import"],
        &["import", "orders.csv", "--format", "xml"],
        &[
            "user",
            "add",
            "--email",
            "a@b.example",
            "--name",
            "A",
            "--support",
            "--organization",
            "Shop",
        ],
    ];
    for arguments in usage {
        assert_eq!(bordereau(arguments).code, 2, "{arguments:?}");
    }
    desk.with_shop();
    let cases: [(&str, &[&str], &str); 7] = [
        (
            "import",
            &["orders.txt"],
            "orders.txt does not say how it is written; add --format csv or --format jsonl",
        ),
        ("import", &["nowhere.csv"], "cannot read nowhere.csv"),
        (
            "import",
            &["nowhere.csv", "--organization", "Other"],
            "there is no organization \"Other\" here; there is: Shop",
        ),
        (
            "export",
            &["-", "--format", "csv", "--status", "lost"],
            "--status lost is no status",
        ),
        (
            "export",
            &["-", "--format", "csv", "--destination", "ZZ"],
            "--destination ZZ is no ISO 3166-1 country code",
        ),
        (
            "export",
            &["nowhere/orders.csv"],
            "cannot write nowhere/orders.csv",
        ),
        (
            "serve",
            &["--listen", "nonsense"],
            "cannot listen on nonsense",
        ),
    ];
    for (command, arguments, words) in cases {
        let complaint = desk.run(command, arguments).refused();
        assert!(complaint.contains(words), "{complaint}");
    }
}

#[test]
fn the_file_that_is_imported_is_never_written_over() {
    let desk = Desk::embedded();
    let file = desk
        .with_shop()
        .write("orders.csv", csv_of(&[&plain("W1")]));
    let complaint = desk
        .run("import", &[text(&file), "--rejects", text(&file)])
        .refused();
    assert!(
        complaint.contains("is the file that is imported; choose another for --rejects"),
        "{complaint}"
    );
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        csv_of(&[&plain("W1")])
    );
}

#[test]
fn an_embedded_desk_is_served_by_one_process_at_a_time() {
    let desk = Desk::embedded();
    desk.with_shop();
    let server = desk.serve();
    let refused = desk.run("serve", &["--listen", "127.0.0.1:0"]).refused();
    assert!(
        refused.contains("another process serves the desk in"),
        "{refused}"
    );
    assert!(refused.contains("stop it first"), "{refused}");
    assert_eq!(server.get("/healthz").1, "ok\n");
    server.kill();
    assert_eq!(desk.serve().stop(), Some(0));
}
