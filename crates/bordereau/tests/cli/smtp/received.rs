//! What a real mail server receives, maildev, compared with what the letters say.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use domain::order::{Mail, MailState, Order};
use letters::{Language, Shop, Words, write};
use serde_json::Value;

use super::{cancel, filled, part, until};
use crate::flows::orders;
use crate::support::browser::Browser;
use crate::support::people::ADA;
use crate::support::server::{Server, try_get};
use crate::support::{Desk, on_every_database};

/// Where it is installed.
const PACKAGES: &str = "BORDEREAU_TEST_MAIL";

struct Maildev {
    child: Child,
    smtp: u16,
    web: u16,
    /// Where it keeps what it received.
    _kept: tempfile::TempDir,
}

impl Drop for Maildev {
    fn drop(&mut self) {
        // It may be gone already, which is what is wanted.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

impl Maildev {
    fn start() -> Option<Self> {
        let folder = part(PACKAGES)?;
        let (smtp, web) = (free_port(), free_port());
        let kept = tempfile::tempdir().unwrap();
        let child = Command::new("node")
            .current_dir(&folder)
            .arg("node_modules/maildev/dist/bin/maildev.js")
            .args(["--smtp", &smtp.to_string(), "--web", &web.to_string()])
            .args(["--ip", "127.0.0.1", "--web-ip", "127.0.0.1", "--silent"])
            .arg("--mail-directory")
            .arg(kept.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let maildev = Self {
            child,
            smtp,
            web,
            _kept: kept,
        };
        until("maildev", || maildev.mails());
        Some(maildev)
    }

    /// Everything it received, by subject; nothing while it does not answer.
    fn mails(&self) -> Option<BTreeMap<String, Value>> {
        let body = try_get(&format!("127.0.0.1:{}", self.web), "/api/email")?;
        let mails: Vec<Value> = serde_json::from_str(&body).ok()?;
        let by_subject = |mail: Value| (mail["subject"].as_str().unwrap().to_owned(), mail);
        Some(mails.into_iter().map(by_subject).collect())
    }
}

/// A port that nobody has at the moment.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// Refunds a part of an order and asks to tell the shopper.
fn refund(server: &Server, order: &Order) {
    let mut browser = Browser::signed_in(server, "en", ADA);
    let path = format!("/orders/{}/refund", order.id);
    let id = browser.get(&path).field("refund");
    let fields = [
        ("refund", id.as_str()),
        ("currency", "presentment"),
        ("item", "7.50"),
        ("reason", "product_unsatisfactory"),
        ("notify", "on"),
        ("step", "confirm"),
    ];
    browser.post(&path, &fields).is(200);
}

/// Ships an order and asks to tell the shopper.
fn ship(server: &Server, order: &Order) {
    let mut browser = Browser::signed_in(server, "en", ADA);
    let path = format!("/orders/{}/tracking", order.id);
    browser.get(&path);
    let number = format!("LX{}US", order.number.as_deref().unwrap());
    let fields = [
        ("numbers", number.as_str()),
        ("carrier", "Poste"),
        ("notify", "on"),
    ];
    browser.post(&path, &fields).is(200);
}

/// Ends of lines as every program writes them.
fn plain(text: &Value) -> String {
    text.as_str()
        .unwrap()
        .replace("\r\n", "\n")
        .trim()
        .to_owned()
}

fn is_as_written(received: &Value, order: &Order, mail: &Mail) {
    let language = Language::of(&order.language);
    let kind = mail.kind.into();
    let shop = Shop { name: "Shop" };
    let facts = letters::order(order, &mail.id, kind, &shop);
    let written = write(&Words::ours(kind, language), &facts).unwrap();
    assert_eq!(received["subject"], written.subject);
    assert_eq!(received["from"][0]["address"], "orders@localhost");
    assert_eq!(received["from"][0]["name"], "Shop");
    assert_eq!(received["to"][0]["address"], "zoe@example.com");
    assert_eq!(plain(&received["text"]), written.text.trim());
    assert_eq!(plain(&received["html"]), written.html.trim());
    let tag = format!("<html lang=\"{}\">", language.tag());
    assert!(plain(&received["html"]).contains(&tag), "{tag}");
    let id = received["headers"]["message-id"].as_str().unwrap();
    assert_eq!(
        id.trim_matches(['<', '>']),
        format!("{}@localhost", mail.id)
    );
}

#[test]
fn cancelations_refunds_and_shipments_arrive_as_they_are_written_in_both_languages() {
    let through = |desk: &Desk| {
        let Some(maildev) = Maildev::start() else {
            return;
        };
        let address = format!("smtp://127.0.0.1:{}", maildev.smtp);
        let all = filled(desk);
        let server = desk.serve_with(&[("BORDEREAU_SMTP_URL", &address)]);
        for pair in all.chunks(2).zip([cancel, refund, ship]) {
            let (orders, act): (&[Order], fn(&Server, &Order)) = pair;
            orders.iter().for_each(|order| act(&server, order));
        }
        let settled = "select count(*) from order_events where kind = 'mail_settled'";
        desk.wait_for(settled, |count| count == 6);
        let mails = maildev.mails().unwrap();
        assert_eq!(mails.len(), 6, "{:?}", mails.keys());
        for order in orders(desk) {
            let [mail] = &order.mails[..] else {
                panic!("{:?}", order.mails);
            };
            assert_eq!(
                (mail.state, &order.attention[..]),
                (MailState::Sent, &[][..])
            );
            let number = order.number.as_deref().unwrap();
            let of_order = |(subject, _): &(&String, &Value)| subject.contains(number);
            let (_, received) = mails.iter().find(of_order).unwrap();
            is_as_written(received, &order, mail);
        }
        let mut browser = Browser::signed_in(&server, "fr", ADA);
        browser
            .get("/outbox")
            .says("Les e-mails partent réellement")
            .says("Envoyé");
        assert_eq!(
            desk.number("select count(*) from outgoing_mails where state = 'sent'"),
            6
        );
    };
    on_every_database(through);
}
