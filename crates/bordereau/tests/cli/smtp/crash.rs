//! A desk that is killed while the mail server has the letter and has not answered: the letter is not sent again, and a
//! person is asked to look.

use domain::order::{Concern, MailState};

use super::{cancel, filled, until};
use crate::flows::orders;
use crate::scripted_smtp::{Act, Scripted, Step};
use crate::support::browser::Browser;
use crate::support::on_every_database;
use crate::support::people::ADA;

#[test]
fn a_desk_killed_between_sent_and_recorded_sends_once_and_says_so() {
    on_every_database(|desk| {
        let smtp = Scripted::start(&[Some((Step::Letter, Act::Hold))]);
        let address = smtp.address();
        let settings = [("BORDEREAU_SMTP_URL", address.as_str())];
        let all = filled(desk);
        let server = desk.serve_with(&settings);
        cancel(&server, &all[0]);
        until("a letter", || (smtp.letters().len() == 1).then_some(()));
        server.kill();
        assert_eq!(
            desk.number("select count(*) from outgoing_mails where state = 'sending'"),
            1
        );
        // A server's desk waits for the lease to end, an embedded one frees it by itself.
        desk.tamper("update jobs set lease = '', due_at_us = 0");
        let server = desk.serve_with(&settings);
        desk.wait_for("select count(*) from jobs", |count| count == 0);
        assert_eq!(smtp.letters().len(), 1);
        let order = &orders(desk)[0];
        assert_eq!(
            (order.mails.len(), order.mails[0].state),
            (1, MailState::Unknown)
        );
        let reason = "the desk was interrupted while the mail server was asked".to_owned();
        let concerns: Vec<_> = order.attention.iter().map(|one| &one.concern).collect();
        assert_eq!(concerns, [&Concern::MailUnknown { reason }]);
        let mut browser = Browser::signed_in(&server, "en", ADA);
        let letter = format!("/outbox/{}", order.mails[0].id);
        browser
            .get(&format!("/orders/{}", order.id))
            .says("An e-mail may not have arrived")
            .says(&format!("href=\"{letter}\""));
        browser
            .get("/outbox")
            .says("E-mails really go out")
            .says("Your order M1 is canceled")
            .says("May have been sent");
        browser
            .get(&letter)
            .is(200)
            .says("the desk was interrupted")
            .says("It is not sent again by itself");
        browser.get(&format!("{letter}/html")).is(404);
    });
}
