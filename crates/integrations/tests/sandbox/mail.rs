//! The outbox: each letter once, as another program would read it, in the shopper's language.

use std::fs;

use domain::ids::MailId;
use domain::order::{Cancellation, MailKind, Order};
use domain::parts::Parts;
use domain::payment::PaymentState;
use domain::refund::{Refund, RefundOrigin, RefundReason, RefundState};
use domain::shipment::Tracking;
use engine::ports::{Answer, Letter};
use integrations::{Call, Misbehaviour};
use mail_parser::MessageParser;

use crate::support::{World, order, shipment_to, start};

fn letter(id: &str, kind: MailKind, language: &str, order: Order) -> Letter {
    Letter {
        id: MailId(id.to_owned()),
        kind,
        to: "zoe@example.com".to_owned(),
        from: "orders@shop.example".to_owned(),
        language: language.to_owned(),
        order: Box::new(order),
    }
}

fn refund(id: &str, item_minor: i64) -> Refund {
    Refund {
        id: id.into(),
        payment: "payment_1001".into(),
        parts: Parts {
            item_minor,
            ..Parts::default()
        },
        items: Vec::new(),
        reason: RefundReason::OrderChange,
        note: String::new(),
        origin: RefundOrigin::Desk,
        state: RefundState::Succeeded,
        attempt: 1,
        requested_at: start(),
        changed_at: start(),
        reference: "re_1".to_owned(),
        problem: String::new(),
        fee_returned: None,
        notify: true,
    }
}

/// An order with two refunds, one shipment and, where asked for, a cancellation that made the second refund.
fn rich_order() -> Order {
    let mut order = order();
    order.payments[0].state = PaymentState::Captured;
    order.payments[0].captured_minor = 12_000;
    order.refunds = vec![refund("refund_1", 1_250), refund("refund_2", 4_000)];
    let mut shipment = shipment_to("FR");
    shipment.tracking = vec![Tracking {
        number: "CX473124829US".to_owned(),
        carrier: "USPS".to_owned(),
    }];
    order.shipments = vec![shipment];
    order
}

fn canceled(mut order: Order, refunds: &[&str]) -> Order {
    order.cancellation = Some(Cancellation {
        note: "kept from the shopper".to_owned(),
        notify: true,
        without_refund: false,
        told_shop: true,
        refunds: refunds.iter().map(|id| (*id).into()).collect(),
    });
    order
}

/// Sends one, and its subject and text as the list has them.
async fn sent(kind: MailKind, id: &str, language: &str, order: Order) -> (String, String) {
    let world = World::new();
    let letter = letter(id, kind, language, order);
    assert_eq!(world.ports.mail.send(&letter).await, Answer::Done(()));
    let letters = world.sandbox.letters().unwrap();
    assert_eq!(letters.len(), 1);
    (letters[0].subject.clone(), letters[0].text.clone())
}

#[tokio::test]
async fn a_letter_is_written_once() {
    let world = World::new();
    let first = letter("mail_refund_1", MailKind::Refund, "en", rich_order());
    assert_eq!(world.ports.mail.send(&first).await, Answer::Done(()));
    let file = world.folder.path().join("outbox/mail_refund_1.eml");
    let written = fs::read(&file).unwrap();
    let world = world.reopened();
    let mut changed = first.clone();
    changed.to = "other@example.com".to_owned();
    assert_eq!(world.ports.mail.send(&changed).await, Answer::Done(()));
    assert_eq!(fs::read(&file).unwrap(), written);
    assert_eq!(world.sandbox.letters().unwrap().len(), 1);
    let names = fs::read_dir(world.folder.path().join("outbox")).unwrap();
    assert_eq!(names.count(), 1);
}

#[tokio::test]
async fn a_crash_between_file_and_list_is_made_good() {
    let world = World::new();
    let letter = letter("mail_refund_1", MailKind::Refund, "en", rich_order());
    assert_eq!(world.ports.mail.send(&letter).await, Answer::Done(()));
    let file = world.folder.path().join("outbox/mail_refund_1.eml");
    let written = fs::read(&file).unwrap();
    fs::write(world.book("letters"), b"{\"id\":\"mail_ref").unwrap();
    // What was being written aside when the process ended is in nobody's way.
    fs::write(file.with_extension("eml.part"), b"half").unwrap();
    let world = world.reopened();
    assert_eq!(world.sandbox.letters().unwrap(), []);
    assert_eq!(world.ports.mail.send(&letter).await, Answer::Done(()));
    assert_eq!(fs::read(&file).unwrap(), written);
    assert_eq!(world.sandbox.letters().unwrap().len(), 1);
}

#[tokio::test]
async fn another_program_can_read_it() {
    let world = World::new();
    let letter = letter("mail_refund_1", MailKind::Refund, "fr-CA", rich_order());
    assert_eq!(world.ports.mail.send(&letter).await, Answer::Done(()));
    let listed = &world.sandbox.letters().unwrap()[0];
    let raw = fs::read(world.folder.path().join("outbox").join(&listed.file)).unwrap();
    let read = MessageParser::default().parse(&raw).unwrap();
    assert_eq!(read.message_id(), Some("mail_refund_1@shop.example"));
    assert_eq!(
        read.subject(),
        Some("Un remboursement de votre commande 1001")
    );
    let address = |list: Option<&mail_parser::Address>| {
        list.and_then(|list| list.first()?.address().map(str::to_owned))
            .unwrap()
    };
    assert_eq!(address(read.to()), "zoe@example.com");
    assert_eq!(address(read.from()), "orders@shop.example");
    assert_eq!(read.date().unwrap().to_rfc3339(), "2026-03-02T09:00:00Z");
    let text = read.body_text(0).unwrap().replace("\r\n", "\n");
    assert_eq!(text, listed.text);
    assert!(text.contains("12.50 EUR sont reversés"), "{text}");
}

#[tokio::test]
async fn says_what_was_refunded() {
    let (subject, text) = sent(MailKind::Refund, "mail_refund_2", "en", rich_order()).await;
    assert_eq!(subject, "A refund for your order 1001");
    assert!(text.contains("40.00 EUR go back"), "{text}");
}

#[tokio::test]
async fn says_that_an_order_is_canceled_and_what_goes_back() {
    let order = canceled(rich_order(), &["refund_2"]);
    let (subject, text) = sent(MailKind::Cancellation, "mail_order_1", "en", order.clone()).await;
    assert_eq!(subject, "Your order 1001 is canceled");
    assert!(text.contains("40.00 EUR go back"), "{text}");
    assert!(!text.contains("kept from the shopper"), "{text}");
    let (subject, text) = sent(MailKind::Cancellation, "mail_order_1", "fr", order).await;
    assert_eq!(subject, "Votre commande 1001 est annulée");
    assert!(text.contains("40.00 EUR sont reversés"), "{text}");
    let mut free = canceled(order_without_number(), &[]);
    free.payments[0].state = PaymentState::Voided;
    let (subject, text) = sent(MailKind::Cancellation, "mail_order_1", "de", free).await;
    assert_eq!(subject, "Your order 10001 is canceled");
    assert!(text.contains("You were not charged for it."), "{text}");
}

fn order_without_number() -> Order {
    let mut order = order();
    order.number = None;
    order
}

#[tokio::test]
async fn says_how_to_follow_a_parcel() {
    let (subject, text) = sent(MailKind::Shipment, "mail_shipment_1", "en", rich_order()).await;
    assert_eq!(subject, "Your order 1001 is on its way");
    assert!(
        text.contains("Follow it with:\n  USPS CX473124829US"),
        "{text}"
    );
    let (subject, text) = sent(MailKind::Shipment, "mail_shipment_1", "FR", rich_order()).await;
    assert_eq!(subject, "Votre commande 1001 est en route");
    assert!(
        text.contains("Suivez-la avec :\n  USPS CX473124829US"),
        "{text}"
    );
}

#[tokio::test]
async fn an_id_cannot_leave_the_outbox() {
    let world = World::new();
    for id in ["mail_../../escape", "mail_A", "mail_a", "", "mail_\u{e9}"] {
        let letter = letter(id, MailKind::Refund, "en", rich_order());
        assert_eq!(
            world.ports.mail.send(&letter).await,
            Answer::Done(()),
            "{id}"
        );
    }
    let files: Vec<String> = world
        .sandbox
        .letters()
        .unwrap()
        .into_iter()
        .map(|letter| letter.file)
        .collect();
    assert_eq!(files.len(), 5);
    assert!(
        files
            .iter()
            .all(|file| !file.contains(['/', '.']) || file.ends_with(".eml"))
    );
    let names = fs::read_dir(world.folder.path().join("outbox")).unwrap();
    assert_eq!(names.count(), 5);
    assert_eq!(files[2], "mail_a.eml");
    assert!(!world.folder.path().join("escape.eml").exists());
}

#[tokio::test]
async fn refuses_what_is_no_address() {
    let world = World::new();
    for to in [
        "",
        "zoe",
        "@example.com",
        "a@b\r\nBcc: all@example.com",
        "a b@c",
        "<a@b>",
    ] {
        let mut letter = letter("mail_refund_1", MailKind::Refund, "en", rich_order());
        letter.to = to.to_owned();
        let refused = Answer::Refused(format!("\"{to}\" is not an e-mail address"));
        assert_eq!(world.ports.mail.send(&letter).await, refused);
    }
    assert_eq!(world.sandbox.letters().unwrap(), []);
}

#[tokio::test]
async fn misbehaves_by_script() {
    let world = World::new();
    let letter = letter("mail_refund_1", MailKind::Refund, "en", rich_order());
    let (mail, sandbox) = (&world.ports.mail, &world.sandbox);
    let silence = Answer::Unknown("the sandbox did not answer in time".to_owned());
    sandbox.misbehave(Call::SendLetter, Misbehaviour::TimeOutBeforeDoing);
    assert_eq!(mail.send(&letter).await, silence);
    assert_eq!(sandbox.letters().unwrap(), []);
    sandbox.misbehave(Call::SendLetter, Misbehaviour::TimeOutAfterDoing);
    assert_eq!(mail.send(&letter).await, silence);
    assert_eq!(mail.send(&letter).await, Answer::Done(()));
    assert_eq!(sandbox.letters().unwrap().len(), 1);
    sandbox.misbehave(Call::SendLetter, Misbehaviour::Refuse);
    let refused = Answer::Refused("the mail server does not know the address".to_owned());
    assert_eq!(mail.send(&letter).await, refused);
}
