//! A mail server of other makers, aiosmtpd, that goes wrong in every way a real one does.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};

use domain::order::{Concern, MailState};
use serde_json::Value;

use super::{cancel, filled, part, until};
use crate::flows::orders;
use crate::support::browser::Browser;
use crate::support::people::ADA;
use crate::support::server::Server;
use crate::support::{Desk, text};

/// Where its packages are, unpacked.
const PACKAGES: &str = "BORDEREAU_TEST_AIOSMTPD";

/// The server; killed where the test ends.
struct Aiosmtpd {
    child: Child,
    port: u16,
    letters: Arc<Mutex<Vec<Value>>>,
}

impl Drop for Aiosmtpd {
    fn drop(&mut self) {
        // It may be gone already, which is what is wanted.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Aiosmtpd {
    fn start(packages: &Path, arguments: &[&str]) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/mail/smtp.py");
        let mut child = Command::new("python3")
            .arg(script)
            .args(arguments)
            .env("PYTHONPATH", packages)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut port = String::new();
        output.read_line(&mut port).unwrap();
        let letters = Arc::default();
        let port = port.trim().parse().unwrap();
        keep(output, Arc::clone(&letters));
        Self {
            child,
            port,
            letters,
        }
    }

    fn letters(&self) -> Vec<Value> {
        self.letters.lock().unwrap().clone()
    }
}

fn keep(output: BufReader<ChildStdout>, letters: Arc<Mutex<Vec<Value>>>) {
    std::thread::spawn(move || {
        for line in output.lines() {
            let letter = serde_json::from_str(&line.unwrap()).unwrap();
            letters.lock().unwrap().push(letter);
        }
    });
}

/// A desk whose only order was canceled, after a server with this plan was asked to take its letter.
fn told(plan: &str) -> Option<(Desk, Server, Aiosmtpd)> {
    let smtp = Aiosmtpd::start(&part(PACKAGES)?, &[plan]);
    let address = format!("smtp://127.0.0.1:{}", smtp.port);
    let desk = Desk::embedded();
    let all = filled(&desk);
    let server = desk.serve_with(&[("BORDEREAU_SMTP_URL", &address)]);
    cancel(&server, &all[0]);
    settled(&desk, 1);
    Some((desk, server, smtp))
}

/// Waits until so many letters came to something.
fn settled(desk: &Desk, letters: i64) {
    let settled = "select count(*) from order_events where kind = 'mail_settled'";
    desk.wait_for(settled, |count| count == letters);
    desk.wait_for("select count(*) from jobs", |count| count == 0);
}

/// Cancels an order through a server with this plan; what became of its e-mail, and what the server read whole.
fn canceled(plan: &str, state: MailState) -> Option<(Vec<Concern>, Vec<Value>)> {
    let (desk, _server, smtp) = told(plan)?;
    let order = orders(&desk).remove(0);
    assert_eq!(order.mails[0].state, state, "{plan}");
    let concerns = order.attention.into_iter().map(|one| one.concern);
    Some((concerns.collect(), smtp.letters()))
}

#[test]
fn a_4xx_or_a_cut_before_the_letter_is_tried_again_and_the_letter_sent_once() {
    for plan in ["rcpt 451 4.7.1 greylisted", "cut-before"] {
        let Some((concerns, letters)) = canceled(plan, MailState::Sent) else {
            return;
        };
        assert_eq!((concerns, letters.len()), (Vec::new(), 1), "{plan}");
    }
    let (concerns, letters) = canceled("452 4.3.1 full", MailState::Sent).unwrap();
    assert_eq!(concerns, []);
    // Both tries are the same letter: a server that has taken it after all can tell.
    let ids = letters.iter().map(|letter| {
        let content = letter["content"].as_str().unwrap();
        content.lines().next().unwrap()
    });
    let ids: Vec<&str> = ids.collect();
    assert!(ids[0].starts_with("Message-ID: <mail_"), "{ids:?}");
    assert_eq!(ids[0], ids[1]);
    assert_eq!(letters.len(), 2);
}

#[test]
fn a_5xx_is_not_tried_again_and_asks_for_a_person() {
    for plan in ["rcpt 550 5.1.1 nobody here", "554 5.6.0 nobody here"] {
        let Some((concerns, _)) = canceled(plan, MailState::Failed) else {
            return;
        };
        let [Concern::MailFailed { reason }] = &concerns[..] else {
            panic!("{concerns:?}");
        };
        let said = plan.trim_start_matches("rcpt ");
        assert!(reason.ends_with(said), "{reason}");
    }
}

#[test]
fn c7_what_was_refused_is_sent_again_when_a_person_says_so() {
    let Some((desk, server, smtp)) = told("rcpt 550 5.1.1 nobody here") else {
        return;
    };
    let order = orders(&desk).remove(0);
    let address = format!("/orders/{}", order.id);
    let mut browser = Browser::signed_in(&server, "en", ADA);
    browser
        .get(&address)
        .says("E-mail to the shopper that may not have arrived: Cancelation.")
        .says(">Send again<");
    let mail = order.mails[0].id.as_str();
    let fields = [("action", "send_mail_again"), ("subject", mail)];
    let path = format!("{address}/do");
    browser
        .post(&path, &fields)
        .says("The e-mail is sent again.");
    settled(&desk, 2);
    let order = orders(&desk).remove(0);
    assert_eq!(order.mails[1].state, MailState::Sent);
    assert_eq!((order.attention, smtp.letters().len()), (Vec::new(), 1));
    browser
        .post(&path, &fields)
        .is(422)
        .says("This e-mail was sent or is on its way.");
    desk.is_well();
}

#[test]
fn a_cut_after_the_letter_is_not_tried_again_and_asks_for_a_person() {
    let Some((concerns, letters)) = canceled("cut-after", MailState::Unknown) else {
        return;
    };
    assert_eq!(letters.len(), 1);
    assert!(
        matches!(&concerns[..], [Concern::MailUnknown { .. }]),
        "{concerns:?}"
    );
}

/// A certificate that this test made for localhost, with its key.
fn certificate(desk: &Desk) -> (String, String) {
    let settings = "[req]\ndistinguished_name=who\nx509_extensions=what\nprompt=no\n[who]\nCN=localhost\n\
        [what]\nsubjectAltName=DNS:localhost\nbasicConstraints=critical,CA:FALSE\n";
    let settings = desk.write("openssl.cnf", settings);
    let (key, made) = (desk.file("key.pem"), desk.file("certificate.pem"));
    let done = Command::new("openssl")
        .args([
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
        ])
        .args([
            "-config",
            text(&settings),
            "-keyout",
            text(&key),
            "-out",
            text(&made),
        ])
        .stderr(Stdio::null())
        .status();
    assert!(done.unwrap().success());
    (text(&made).to_owned(), text(&key).to_owned())
}

#[test]
fn tls_is_used_as_the_settings_say_and_only_with_a_certificate_that_is_trusted() {
    let Some(packages) = part(PACKAGES) else {
        return;
    };
    for (tls, scheme) in [("starttls", "smtp"), ("implicit", "smtps")] {
        let desk = Desk::embedded();
        let all = filled(&desk);
        let (certificate, key) = certificate(&desk);
        let mut arguments = vec!["--tls", tls, "--certificate", &certificate, "--key", &key];
        let signed_in = tls == "starttls";
        let (user, password) = if signed_in {
            ("shop@", "s3cret")
        } else {
            ("", "")
        };
        if signed_in {
            arguments.extend(["--user", "shop", "--password", password]);
        }
        let smtp = Aiosmtpd::start(&packages, &arguments);
        let required = if signed_in { "?tls=required" } else { "" };
        let address = format!("{scheme}://{user}localhost:{}{required}", smtp.port);
        let settings = [
            ("BORDEREAU_SMTP_URL", address.as_str()),
            ("BORDEREAU_SMTP_PASSWORD", password),
        ];
        let trusting = [&settings[..], &[("SSL_CERT_FILE", &certificate)]].concat();
        let told = desk
            .run_with_settings("doctor", &[], &settings)
            .needs_a_look();
        assert!(
            told.contains("the mail server cannot be used: localhost:"),
            "{told}"
        );
        assert!(told.contains("certificate"), "{told}");
        let told = desk
            .run_with_settings("doctor", &[], &trusting)
            .needs_a_look();
        assert!(told.contains("can be reached"), "{told}");
        assert!(
            told.contains("the e-mails of Shop come from orders@localhost"),
            "{told}"
        );
        assert!(!told.contains("s3cret"), "{told}");

        let server = desk.serve_with(&settings);
        cancel(&server, &all[0]);
        let doubted = "select count(*) from outgoing_mails where state = 'waiting' and problem like '%certificate%'";
        desk.wait_for(doubted, |count| count == 1);
        server.stop();
        assert_eq!(smtp.letters(), Vec::<Value>::new());
        let _server = desk.serve_with(&trusting);
        let letter = until("the letter", || smtp.letters().pop());
        assert_eq!(letter["is_secret"], true, "{tls}");
        assert_eq!(letter["user"], if signed_in { "shop" } else { "" });
        desk.wait_for(
            "select count(*) from outgoing_mails where state = 'sent'",
            |count| count == 1,
        );
    }
}

#[test]
fn settings_that_cannot_be_used_are_refused_at_the_start_without_the_password() {
    let desk = Desk::embedded();
    desk.with_shop();
    for (address, why) in [
        (
            "smtps://shop:s3cret@mail.example",
            "set smtp_password instead",
        ),
        ("mail.example:25", "it has to read smtps://"),
        ("smtp://shop@mail.example?tls=none", "use tls=required"),
    ] {
        let settings = [
            ("BORDEREAU_SMTP_URL", address),
            ("BORDEREAU_SMTP_PASSWORD", "s3cret"),
        ];
        for command in ["serve", "doctor"] {
            let ran = desk.run_with_settings(command, &[], &settings);
            assert_eq!(ran.code, 1, "{ran:?}");
            assert!(
                ran.err.contains("smtp_url cannot be used") && ran.err.contains(why),
                "{ran:?}"
            );
            assert!(!format!("{ran:?}").contains("s3cret"), "{ran:?}");
        }
    }
}
