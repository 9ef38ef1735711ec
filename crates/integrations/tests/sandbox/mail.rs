//! The outbox: each letter once, as another program would read it.

use std::fs;

use engine::ports::Answer;
use integrations::{Call, Misbehaviour};
use mail_parser::MessageParser;

use crate::letter::letter;
use crate::support::World;

#[tokio::test]
async fn a_letter_is_written_once() {
    let world = World::new();
    let first = letter("mail_refund_1");
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
    let letter = letter("mail_refund_1");
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
    let letter = letter("mail_refund_1");
    assert_eq!(world.ports.mail.send(&letter).await, Answer::Done(()));
    let listed = &world.sandbox.letters().unwrap()[0];
    let raw = fs::read(world.folder.path().join("outbox").join(&listed.file)).unwrap();
    let read = MessageParser::default().parse(&raw).unwrap();
    assert_eq!(read.message_id(), Some("mail_refund_1@shop.example"));
    assert_eq!(read.subject(), Some(letter.subject.as_str()));
    let first = |list: Option<&mail_parser::Address>| {
        let address = list.unwrap().first().unwrap();
        (
            address.name().map(str::to_owned),
            address.address().unwrap().to_owned(),
        )
    };
    let bare = |address: &str| (None, address.to_owned());
    assert_eq!(first(read.to()), bare("zoe@example.com"));
    let from = (
        Some("Maison Éclair, Paris".to_owned()),
        "orders@shop.example".to_owned(),
    );
    assert_eq!(first(read.from()), from);
    assert_eq!(first(read.reply_to()), bare("aide@shop.example"));
    assert_eq!(read.date().unwrap().to_rfc3339(), "2026-03-02T09:00:00Z");
    let whole = String::from_utf8(raw.clone()).unwrap();
    assert!(
        whole.contains("Content-Type: multipart/alternative"),
        "{whole}"
    );
    let text = read.body_text(0).unwrap().replace("\r\n", "\n");
    assert_eq!(text, letter.text);
    let html = read.body_html(0).unwrap();
    assert_eq!(html.trim_end(), letter.html);
    assert_eq!((&listed.text, &listed.html), (&letter.text, &letter.html));
}

#[tokio::test]
async fn what_was_sent_can_be_read_here() {
    let world = World::new();
    let mail = &world.ports.mail;
    assert_eq!(mail.kept().await.unwrap(), Some(Vec::new()));
    let (first, second) = (letter("mail_refund_1"), letter("mail_refund_2"));
    for one in [&first, &second, &first] {
        assert_eq!(mail.send(one).await, Answer::Done(()));
    }
    let world = world.reopened();
    let kept = world.ports.mail.kept().await.unwrap();
    assert_eq!(kept, Some(vec![first, second]));
}

#[tokio::test]
async fn an_id_cannot_leave_the_outbox() {
    let world = World::new();
    for id in ["mail_../../escape", "mail_A", "mail_a", "", "mail_\u{e9}"] {
        let letter = letter(id);
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
        let mut letter = letter("mail_refund_1");
        letter.to = to.to_owned();
        let refused = Answer::Refused(format!("\"{to}\" is not an e-mail address"));
        assert_eq!(world.ports.mail.send(&letter).await, refused);
    }
    assert_eq!(world.sandbox.letters().unwrap(), []);
}

#[tokio::test]
async fn misbehaves_by_script() {
    let world = World::new();
    let letter = letter("mail_refund_1");
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
