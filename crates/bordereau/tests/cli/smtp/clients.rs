//! What the big mail programs do not show as it is written, by the tables of caniemail.com, over every letter there is.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use letters::{Account, Kind, Language, Shop, Words, Written, account, example, write};

use super::part;

/// Where the checker is installed, with the script that runs it.
const PACKAGES: &str = "BORDEREAU_TEST_MAIL";

/// What is complained about and meant, each with the reason.
const MEANT: [(&str, &str); 14] = [
    (
        "@media",
        "only darkens and narrows: who does not know it shows the light letter, which is whole",
    ),
    (
        "<body> element",
        "replaced by a box with its style; the page's colour stands on the table within too",
    ),
    (
        "role attribute",
        "keeps a reader from reading layout as a table; programs that drop it show the same",
    ),
    (
        "lang attribute",
        "stands on the document, and is missed on cells only",
    ),
    (
        "margin",
        "never negative or automatic, and only on paragraphs",
    ),
    (
        "padding",
        "only on cells, and on the link whose cell says it once more for Outlook",
    ),
    ("width attribute", "a table's whole width, never an image's"),
    ("align attribute", "on cells, never on a table"),
    (
        "max-width",
        "where it is not known, the letter takes the window's width",
    ),
    ("font-size", "in pixels, which all know"),
    ("line-height", "in pixels, which all know"),
    ("font-weight", "bold, which all know"),
    (
        "display",
        "block, and only so that all of the button can be pressed",
    ),
    ("text-decoration", "none, which all know"),
];

fn to_team(kind: Kind, language: Language) -> Written {
    let reader = Account {
        name: "Zoé",
        email: "zoe@shop.example",
        by: "Ada",
        link: "https://desk.example/invitations/secret?a=1&b=2",
        language: language.tag(),
    };
    let facts = account(&reader, kind, &Shop { name: "Shop" });
    write(&Words::ours(kind, language), &facts).unwrap()
}

fn to_shopper(kind: Kind, language: Language) -> Written {
    let facts = letters::facts(&example(language), kind, &Shop { name: "Shop" });
    write(&Words::ours(kind, language), &facts).unwrap()
}

/// The feature that a complaint is about.
fn feature(complaint: &str) -> &str {
    complaint.split('`').nth(1).unwrap()
}

#[test]
fn no_letter_needs_what_gmail_outlook_apple_mail_or_yahoo_lack() {
    let Some(packages) = part(PACKAGES) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let team = [Kind::Invitation, Kind::PasswordReset, Kind::PasswordChanged];
    for language in Language::ALL {
        let shopper = Kind::TO_SHOPPER.map(|kind| (kind, to_shopper(kind, language)));
        let team = team.map(|kind| (kind, to_team(kind, language)));
        for (kind, written) in shopper.into_iter().chain(team) {
            let name = format!("{}-{}.html", kind.name(), language.tag());
            std::fs::write(folder.path().join(name), written.html).unwrap();
        }
    }
    let said = Command::new("node")
        .current_dir(packages)
        .arg("doiuse.mjs")
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(said.status.success(), "{said:?}");
    let said: BTreeMap<String, Vec<String>> = serde_json::from_slice(&said.stdout).unwrap();
    assert_eq!(said.len(), 12);
    let meant: BTreeMap<&str, &str> = MEANT.into_iter().collect();
    let mut seen = BTreeSet::new();
    for (letter, complaints) in &said {
        for complaint in complaints {
            assert!(
                meant.contains_key(feature(complaint)),
                "{letter}: {complaint}"
            );
            seen.insert(feature(complaint));
        }
    }
    // What nobody complains about any more needs no reason.
    let unused: Vec<&&str> = meant
        .keys()
        .filter(|known| !seen.contains(**known))
        .collect();
    assert_eq!(unused, Vec::<&&str>::new());
}
