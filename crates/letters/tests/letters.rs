//! Every e-mail of ours in every language, as it is sent; and what happens to words that cannot be used.

#![allow(clippy::unwrap_used, reason = "a test program")]

use domain::money::Currency;
use domain::order::Order;
use domain::parts::Parts;
use letters::{
    Account, Field, Kind, Language, Shop, Why, Words, Written, account, check, example, write,
};

const SHOP: Shop<'_> = Shop {
    name: "Maison Éclair & Fils",
};

/// Those to people of the desk, with their snapshots in both languages.
const TO_TEAM: [(&str, &str, Kind); 8] = [
    ("invitation-en", "invitation-fr", Kind::Invitation),
    (
        "password_reset-en",
        "password_reset-fr",
        Kind::PasswordReset,
    ),
    (
        "password_changed-en",
        "password_changed-fr",
        Kind::PasswordChanged,
    ),
    (
        "second_factor_on-en",
        "second_factor_on-fr",
        Kind::SecondFactorOn,
    ),
    (
        "second_factor_off-en",
        "second_factor_off-fr",
        Kind::SecondFactorOff,
    ),
    (
        "second_factor_reset-en",
        "second_factor_reset-fr",
        Kind::SecondFactorReset,
    ),
    (
        "recovery_codes_made-en",
        "recovery_codes_made-fr",
        Kind::RecoveryCodesMade,
    ),
    (
        "recovery_code_used-en",
        "recovery_code_used-fr",
        Kind::RecoveryCodeUsed,
    ),
];

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
    for (english, french, kind) in TO_TEAM {
        for (name, language) in [(english, Language::English), (french, Language::French)] {
            insta::assert_snapshot!(name, shown(&written(kind, language)));
        }
    }
}

/// What the shopper reads of the example.
fn to_shopper(kind: Kind, language: Language) -> Written {
    let facts = letters::facts(&example(language), kind, &SHOP);
    write(&Words::ours(kind, language), &facts).unwrap()
}

#[test]
fn what_the_shopper_reads() {
    for (name, kind, language) in [
        ("cancellation-en", Kind::Cancellation, Language::English),
        ("cancellation-fr", Kind::Cancellation, Language::French),
        ("refund-en", Kind::Refund, Language::English),
        ("refund-fr", Kind::Refund, Language::French),
        ("shipment-en", Kind::Shipment, Language::English),
        ("shipment-fr", Kind::Shipment, Language::French),
    ] {
        insta::assert_snapshot!(name, shown(&to_shopper(kind, language)));
    }
}

/// The text of an e-mail about this order.
fn text_of(order: &Order, id: &str, kind: Kind) -> String {
    let language = Language::of(&order.language);
    let facts = letters::order(order, &id.into(), kind, &SHOP);
    let text = write(&Words::ours(kind, language), &facts).unwrap().text;
    text.replace(['\u{a0}', '\u{202f}', '’'], " ")
}

#[test]
fn amounts_are_exact_and_as_the_readers_locale_writes_them() {
    let mut order = example(Language::French);
    for (tag, currency, minor, shown) in [
        ("en", "EUR", 123_500, "1,235.00 EUR"),
        ("en-US", "JPY", 123_500, "123,500 JPY"),
        ("en", "KWD", 123_500, "123.500 KWD"),
        ("fr", "EUR", 123_500, "1 235,00 EUR"),
        ("fr-CA", "CAD", 5, "0,05 CAD"),
        ("fr-CH", "CHF", 1_235_000, "12'350,00 CHF"),
        ("de", "EUR", 123_500, "1,235.00 EUR"),
    ] {
        order.language = tag.to_owned();
        order.rate.presentment = Currency::parse(currency).unwrap();
        order.refunds[0].parts = Parts {
            item_minor: minor,
            ..Parts::default()
        };
        let text = text_of(&order, "mail_refund_1", Kind::Refund);
        assert!(text.contains(shown), "{shown}: {text}");
    }
}

#[test]
fn r2_a_refund_says_when_to_expect_it() {
    let english = text_of(&example(Language::English), "", Kind::Refund);
    assert!(
        english.contains("Expected: 3 to 5 business days"),
        "{english}"
    );
    let french = text_of(&example(Language::French), "", Kind::Refund);
    assert!(
        french.contains("Délai prévu : 3 à 5 jours ouvrés"),
        "{french}"
    );
}

#[test]
fn an_email_speaks_of_the_refund_it_is_about() {
    let mut order = example(Language::English);
    let mut second = order.refunds[0].clone();
    second.id = "refund_2".into();
    second.parts = Parts {
        shipping_minor: 700,
        ..Parts::default()
    };
    second.items.clear();
    order.refunds.push(second);
    let first = text_of(&order, "mail_refund_1", Kind::Refund);
    assert!(
        first.contains("1,235.00 EUR") && first.contains("2 × Rope"),
        "{first}"
    );
    let second = text_of(&order, "mail_refund_2", Kind::Refund);
    assert!(
        second.contains("7.00 EUR") && !second.contains("Rope"),
        "{second}"
    );
    let canceled = text_of(&order, "mail_order_example", Kind::Cancellation);
    assert!(
        canceled.contains("1,235.00 EUR"),
        "only what the cancellation returned: {canceled}"
    );
}

#[test]
fn c6_the_note_is_internal() {
    let mut order = example(Language::English);
    order.cancellation.as_mut().unwrap().note = "the shopper is a nuisance".to_owned();
    let letter = text_of(&order, "", Kind::Cancellation);
    assert!(!letter.contains("nuisance"), "{letter}");
}

#[test]
fn who_was_not_charged_is_told_so() {
    for (language, said) in [
        (Language::English, "You were not charged for it."),
        (Language::French, "Elle ne vous a pas été débitée."),
    ] {
        let mut order = example(language);
        order.refunds.clear();
        order.payments[0].captured_minor = 0;
        let letter = text_of(&order, "", Kind::Cancellation);
        assert!(letter.contains(said), "{letter}");
        assert!(!letter.contains("EUR"), "{letter}");
    }
}

#[test]
fn markup_in_an_order_stays_text() {
    let mut order = example(Language::English);
    order.items[0].name = "<img src=x onerror=alert(1)> & {{ number }}".to_owned();
    order.bill_to.first_name = "<b>Zoé</b>".to_owned();
    let facts = letters::facts(&order, Kind::Refund, &SHOP);
    let html = write(&Words::ours(Kind::Refund, Language::English), &facts)
        .unwrap()
        .html;
    assert!(!html.contains("<img") && !html.contains("<b>"), "{html}");
    assert!(html.contains("&lt;img src=x onerror=alert(1)&gt; &amp; {{ number }}"));
    assert!(html.contains("Hello &lt;b&gt;Zoé&lt;/b&gt;,"));
}

#[test]
fn our_words_work_for_every_kind_of_order() {
    for kind in Kind::TO_SHOPPER {
        for language in Language::ALL {
            check(&Words::ours(kind, language), kind, language, &SHOP).unwrap();
        }
    }
    let words = Words {
        body: "x".repeat(8_001),
        ..Words::ours(Kind::Refund, Language::English)
    };
    let mistake = check(&words, Kind::Refund, Language::English, &SHOP).unwrap_err();
    assert_eq!((mistake.field, mistake.why), (Field::Body, Why::TooLong));
    // What only some orders have is tried without it, too.
    let words = Words {
        subject: "{{ name }}".to_owned(),
        ..words
    };
    let words = Words {
        body: "Hello".to_owned(),
        ..words
    };
    let mistake = check(&words, Kind::Refund, Language::English, &SHOP).unwrap_err();
    assert_eq!((mistake.field, mistake.why), (Field::Subject, Why::Empty));
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
    let team = TO_TEAM.map(|(_, _, kind)| written(kind, Language::English));
    let shopper = Kind::TO_SHOPPER.map(|kind| to_shopper(kind, Language::English));
    for Written { html, subject, .. } in team.into_iter().chain(shopper) {
        for what in ["<img", "<link", "<script", "url(", "@import", "src="] {
            assert!(!html.contains(what), "{subject} has {what}");
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
