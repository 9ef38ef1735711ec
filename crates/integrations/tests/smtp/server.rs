//! The settings' address of a mail server: what it means, and what is refused.

use integrations::mail::{MailServer, MailServerError};

fn read(address: &str, password: &str) -> Result<String, MailServerError> {
    MailServer::of(address, password).map(|server| format!("{server:?}"))
}

#[test]
fn tls_is_the_rule_and_absent_only_where_it_is_said_or_nobody_else_listens() {
    for (address, password, meant) in [
        (
            "smtps://u@mail.example",
            "p",
            "MailServer(mail.example:465, Implicit)",
        ),
        (
            "smtps://mail.example:10465",
            "",
            "MailServer(mail.example:10465, Implicit)",
        ),
        (
            "smtp://u@mail.example",
            "p",
            "MailServer(mail.example:587, Required)",
        ),
        (
            "smtp://mail.example:25?tls=required",
            "",
            "MailServer(mail.example:25, Required)",
        ),
        (
            "smtp://mail.example:25?tls=none",
            "",
            "MailServer(mail.example:25, Absent)",
        ),
        (
            "smtp://localhost:25",
            "",
            "MailServer(localhost:25, Absent)",
        ),
        (
            "smtp://u@127.0.0.1:25",
            "p",
            "MailServer(127.0.0.1:25, Absent)",
        ),
        ("smtp://[::1]:25", "", "MailServer(::1:25, Absent)"),
        (
            "smtp://localhost?tls=required",
            "",
            "MailServer(localhost:587, Required)",
        ),
    ] {
        assert_eq!(read(address, password).as_deref(), Ok(meant), "{address}");
    }
}

#[test]
fn an_address_that_would_leak_or_mean_nothing_is_refused() {
    use MailServerError as E;
    for (address, password, why) in [
        ("mail.example:25", "", E::NotAnAddress),
        ("http://mail.example", "", E::NotAnAddress),
        ("smtp://", "", E::NotAnAddress),
        ("smtp://mail.example/inbox", "", E::NotAnAddress),
        ("smtps://u:secret@mail.example", "", E::PasswordInside),
        ("smtps://u@mail.example", "", E::HalfLogin),
        ("smtps://mail.example", "p", E::HalfLogin),
        ("smtp://mail.example?tls=maybe", "", E::UnknownOption),
        ("smtps://mail.example?tls=none", "", E::UnknownOption),
        ("smtp://u@mail.example?tls=none", "p", E::PasswordInClear),
    ] {
        assert_eq!(read(address, password), Err(why), "{address}");
    }
}
