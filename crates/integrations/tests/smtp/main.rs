//! Letters to a mail server: what each of its answers, and each lost one, means.

#![allow(
    clippy::unwrap_used,
    reason = "a test program: the lint knows test functions only, not their helpers"
)]

#[path = "../support/letter.rs"]
mod letter;
mod server;
#[path = "../support/smtp.rs"]
mod smtp;

use std::sync::Arc;

use domain::order::Mode;
use engine::ports::{Answer, Mail};
use integrations::mail::{MailServer, Post, Smtp};
use integrations::sandbox_ports;
use mail_parser::MessageParser;

use letter::letter;
use smtp::{Act, Scripted, Step};

fn client(server: &Scripted) -> Smtp {
    Smtp::new(MailServer::of(&server.address(), "").unwrap())
}

/// What a letter to such a server comes to; then how many were read whole.
async fn sent_to(turn: (Step, Act)) -> (Answer<()>, usize) {
    let server = Scripted::start(&[Some(turn)]);
    let answer = client(&server).send(&letter("mail_1")).await;
    (answer, server.letters().len())
}

/// The server's words, without where it is.
fn words(answer: &Answer<()>) -> (&'static str, &str) {
    let (kind, said) = match answer {
        Answer::Done(()) => return ("done", ""),
        Answer::Refused(said) => ("refused", said),
        Answer::NotNow(said) => ("not now", said),
        Answer::Unknown(said) => ("unknown", said),
        Answer::NeedsALook(said) => ("needs a look", said),
    };
    let said = said.strip_prefix("127.0.0.1:").unwrap();
    let digits = said.find(|letter: char| !letter.is_ascii_digit()).unwrap();
    (kind, said[digits..].trim_start_matches(':').trim_start())
}

#[tokio::test]
async fn a_letter_arrives_as_it_was_written_under_its_own_id() {
    let server = Scripted::start(&[]);
    let mut letter = letter("mail_1");
    letter.text = "Bonjour Zoé,\n\n.\n..\n12,50\u{a0}EUR.\n".to_owned();
    assert_eq!(client(&server).send(&letter).await, Answer::Done(()));
    let lines = server.lines();
    assert_eq!(lines[1], "MAIL FROM:<orders@shop.example>");
    assert_eq!(lines[2], "RCPT TO:<zoe@example.com>");
    let received = server.letters().remove(0);
    let message = MessageParser::default().parse(received.as_bytes()).unwrap();
    assert_eq!(message.message_id(), Some("mail_1@shop.example"));
    assert_eq!(message.subject(), Some(letter.subject.as_str()));
    let text = message.body_text(0).unwrap().replace("\r\n", "\n");
    assert_eq!(text, letter.text);
    let html = message.body_html(0).unwrap().replace("\r\n", "\n");
    assert_eq!(html, letter.html);
}

#[tokio::test]
async fn one_connection_serves_letters_that_follow_each_other() {
    let server = Scripted::start(&[]);
    let client = client(&server);
    for id in ["mail_1", "mail_2", "mail_3"] {
        assert_eq!(client.send(&letter(id)).await, Answer::Done(()));
    }
    assert_eq!((server.connections(), server.letters().len()), (1, 3));
}

#[tokio::test]
async fn a_connection_that_the_server_closed_meanwhile_is_made_anew() {
    let server = Scripted::start(&[Some((Step::Letter, Act::Leave("250 fine")))]);
    let client = client(&server);
    for id in ["mail_1", "mail_2"] {
        assert_eq!(client.send(&letter(id)).await, Answer::Done(()));
    }
    assert_eq!((server.connections(), server.letters().len()), (2, 2));
}

#[tokio::test]
async fn what_is_lost_before_the_letter_was_certainly_not_sent() {
    for step in [Step::Greeting, Step::From, Step::To, Step::Data] {
        let (answer, letters) = sent_to((step, Act::Cut)).await;
        let said = ("not now", "closed the connection or does not speak SMTP");
        assert_eq!((words(&answer), letters), (said, 0), "{step:?}");
    }
    let nobody = Scripted::start(&[]).port;
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    assert_ne!(port, nobody);
    let address = format!("smtp://127.0.0.1:{port}");
    let client = Smtp::new(MailServer::of(&address, "").unwrap());
    let answer = client.send(&letter("mail_1")).await;
    assert_eq!(
        words(&answer),
        ("not now", "I/O error: Connection refused (os error 111)")
    );
}

#[tokio::test]
async fn what_is_lost_after_the_letter_is_unknown() {
    let (answer, letters) = sent_to((Step::Letter, Act::Cut)).await;
    let said = ("unknown", "closed the connection or does not speak SMTP");
    assert_eq!((words(&answer), letters), (said, 1));
    let (answer, letters) = sent_to((Step::Letter, Act::Say("what was that?"))).await;
    assert_eq!((words(&answer).0, letters), ("unknown", 1));
}

#[tokio::test]
async fn a_server_that_keeps_silent_is_not_waited_for_for_long() {
    for (step, kind) in [
        (Step::Greeting, "not now"),
        (Step::To, "not now"),
        (Step::Letter, "unknown"),
    ] {
        let server = Scripted::start(&[Some((step, Act::Hold))]);
        let client = client(&server);
        let sending = tokio::spawn(async move { client.send(&letter("mail_1")).await });
        while !has_come_to(&server, step) {
            tokio::task::yield_now().await;
        }
        // From here on nothing happens any more but time.
        tokio::time::pause();
        let begun = tokio::time::Instant::now();
        assert_eq!(
            words(&sending.await.unwrap()),
            (kind, "did not answer in time")
        );
        // A job may take a minute, and this is a part of it.
        assert!(begun.elapsed().as_secs() <= 25, "{step:?}");
        tokio::time::resume();
    }
}

fn has_come_to(server: &Scripted, step: Step) -> bool {
    match step {
        Step::Greeting => server.connections() == 1,
        Step::Letter => server.letters().len() == 1,
        _ => server.lines().iter().any(|line| line.starts_with("RCPT")),
    }
}

#[tokio::test]
async fn a_4xx_is_tried_later_and_a_5xx_is_refused_in_the_servers_words() {
    for step in [Step::From, Step::To, Step::Data, Step::Letter] {
        let (answer, _) = sent_to((step, Act::Say("451 4.7.1 try again"))).await;
        assert_eq!(
            words(&answer),
            ("not now", "451 4.7.1 try again"),
            "{step:?}"
        );
        let (answer, _) = sent_to((step, Act::Say("550-5.1.1 no such\r\n550 5.1.1 mailbox"))).await;
        let said = ("refused", "550 5.1.1 no such mailbox");
        assert_eq!(words(&answer), said, "{step:?}");
    }
    let (answer, _) = sent_to((Step::From, Act::Say("530 sign in first"))).await;
    assert_eq!(words(&answer), ("not now", "530 sign in first"));
}

#[tokio::test]
async fn the_desk_signs_in_and_tries_again_where_it_is_not_known() {
    let wrong = Some((Step::SignIn, Act::Say("535 no")));
    let server = Scripted::start(&[wrong]);
    let address = format!("smtp://shop%40example@127.0.0.1:{}", server.port);
    let client = Smtp::new(MailServer::of(&address, "sécret").unwrap());
    let answer = client.send(&letter("mail_1")).await;
    let (kind, said) = words(&answer);
    assert_eq!(kind, "not now");
    assert!(
        said.starts_with("does not accept the user or the password: "),
        "{said}"
    );
    assert!(client.check().await.is_ok());
    assert_eq!(client.send(&letter("mail_1")).await, Answer::Done(()));
    // A user and a password, each behind a zero byte.
    let signed_in = "AUTH PLAIN AHNob3BAZXhhbXBsZQBzw6ljcmV0";
    let signing: Vec<String> = server.lines();
    let signing = signing.iter().filter(|line| line.starts_with("AUTH"));
    assert!(signing.clone().any(|line| line == signed_in));
    assert!(!signing.clone().any(|line| line.contains("CRAM")));
}

#[tokio::test]
async fn nothing_is_said_to_a_server_without_tls_that_has_to_have_it() {
    let server = Scripted::start(&[]);
    let address = format!("{}?tls=required", server.address());
    let client = Smtp::new(MailServer::of(&address, "").unwrap());
    let answer = client.send(&letter("mail_1")).await;
    let said = (
        "not now",
        "offers no TLS (STARTTLS), and nothing is sent without",
    );
    assert_eq!(words(&answer), said);
    assert!(client.check().await.is_err());
    let lines = server.lines();
    assert!(
        lines.iter().all(|line| line.starts_with("EHLO ")),
        "{lines:?}"
    );
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_before_anyone_is_asked() {
    let server = Scripted::start(&[]);
    let mut letter = letter("mail_1");
    letter.to = "zoe@example.com>\r\nRCPT TO:<all@example.com".to_owned();
    let answer = client(&server).send(&letter).await;
    assert!(matches!(answer, Answer::Refused(_)), "{answer:?}");
    assert_eq!((server.connections(), server.letters().len()), (0, 0));
}

#[tokio::test]
async fn a_letter_about_a_test_order_stays_here() {
    let server = Scripted::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let (ports, sandbox) = sandbox_ports(folder.path(), 1).unwrap();
    let post = Post::new(client(&server), Arc::clone(&ports.mail));
    let mut test = letter("mail_test");
    test.scope.mode = Mode::Test;
    assert_eq!(post.send(&test).await, Answer::Done(()));
    assert!(post.knows_repeats(&test) && !post.keeps());
    let live = letter("mail_live");
    assert_eq!(post.send(&live).await, Answer::Done(()));
    assert!(!post.knows_repeats(&live));
    let kept = post.kept().await.unwrap().unwrap();
    assert_eq!((kept.len(), &kept[0].id), (1, &test.id));
    assert_eq!(sandbox.letters().unwrap().len(), 1);
    assert_eq!(server.letters().len(), 1);
}
