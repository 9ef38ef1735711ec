//! Every e-mail of ours in every language, as it is sent; and what happens to words that cannot be used.

#![allow(clippy::unwrap_used, reason = "a test program")]

use letters::{Account, Field, Kind, Language, Shop, Why, Words, Written, account, write};

const SHOP: Shop<'_> = Shop {
    name: "Maison Éclair & Fils",
};

fn written(kind: Kind, language: Language) -> Written {
    let facts = account(
        &Account {
            name: "Zoé",
            email: "zoe@shop.example",
            by: "Ada <Admin>",
            link: "https://desk.example/invitations/secret?a=1&b=2",
            language: language.tag(),
        },
        kind,
        &SHOP,
    );
    write(&Words::ours(kind, language), &facts).unwrap()
}

#[test]
fn what_the_team_reads() {
    for (name, kind, language) in [
        ("invitation-en", Kind::Invitation, Language::English),
        ("invitation-fr", Kind::Invitation, Language::French),
        ("password_reset-en", Kind::PasswordReset, Language::English),
        ("password_reset-fr", Kind::PasswordReset, Language::French),
        (
            "password_changed-en",
            Kind::PasswordChanged,
            Language::English,
        ),
        (
            "password_changed-fr",
            Kind::PasswordChanged,
            Language::French,
        ),
    ] {
        insta::assert_snapshot!(name, shown(&written(kind, language)));
    }
}

/// All of an e-mail as one text.
fn shown(written: &Written) -> String {
    let Written {
        subject,
        text,
        html,
    } = written;
    format!("{subject}\n\n{text}\n{html}")
}

#[test]
fn html_is_escaped_and_text_is_not() {
    let invitation = written(Kind::Invitation, Language::English);
    assert!(invitation.text.contains("Ada <Admin> invites you"));
    assert!(invitation.html.contains("Ada &lt;Admin&gt; invites you"));
    assert!(!invitation.html.contains("<Admin>"));
    assert!(invitation.subject.starts_with("Ada <Admin> invites you"));
}

#[test]
fn nothing_is_loaded_from_elsewhere() {
    for kind in [Kind::Invitation, Kind::PasswordReset, Kind::PasswordChanged] {
        let html = written(kind, Language::English).html;
        for what in ["<img", "<link", "<script", "url(", "@import", "src="] {
            assert!(!html.contains(what), "{kind:?} has {what}");
        }
    }
}

/// The mistake in a body.
fn mistake(body: &str) -> (Field, usize, Why) {
    let words = Words {
        body: body.to_owned(),
        ..Words::ours(Kind::PasswordChanged, Language::English)
    };
    let facts = account(
        &Account {
            name: "",
            email: "zoe@shop.example",
            by: "",
            link: "",
            language: "en",
        },
        Kind::PasswordChanged,
        &SHOP,
    );
    let mistake = write(&words, &facts).unwrap_err();
    (mistake.field, mistake.line, mistake.why)
}

#[test]
fn a_mistake_is_told_with_its_line() {
    assert_eq!(
        mistake("Hello\n\n{{ nmae }}"),
        (Field::Body, 3, Why::UnknownName)
    );
    assert_eq!(mistake("Hello {{ name"), (Field::Body, 1, Why::Notation));
    assert_eq!(
        mistake("a\n{% if name %}b"),
        (Field::Body, 2, Why::Notation)
    );
    assert_eq!(
        mistake("{{ name|shout }}"),
        (Field::Body, 1, Why::UnknownHelp)
    );
    assert_eq!(mistake("{{ call() }}"), (Field::Body, 1, Why::UnknownHelp));
    assert_eq!(mistake(" \n "), (Field::Body, 1, Why::Empty));
    let endless = "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}";
    assert_eq!(mistake(endless), (Field::Body, 1, Why::TooLong));
    let long = "{{ \"x\" * 30000 }}";
    assert_eq!(mistake(long), (Field::Body, 1, Why::TooLong));
}

#[test]
fn a_subject_stays_one_line() {
    let words = Words {
        subject: "Hello\r\nBcc: all@example.com\u{7}".to_owned(),
        ..Words::ours(Kind::PasswordChanged, Language::English)
    };
    let account = Account {
        name: "",
        email: "zoe@shop.example",
        by: "",
        link: "",
        language: "en",
    };
    let facts = letters::account(&account, Kind::PasswordChanged, &SHOP);
    assert_eq!(
        write(&words, &facts).unwrap().subject,
        "Hello Bcc: all@example.com"
    );
}

#[test]
fn another_language_reads_english() {
    for tag in ["de", "de-DE", "", "frr", "x"] {
        assert_eq!(Language::of(tag), Language::English, "{tag}");
    }
    for tag in ["fr", "fr-CA", "FR", "fr_FR"] {
        assert_eq!(Language::of(tag), Language::French, "{tag}");
    }
}
