//! E-mails that did not arrive, or may not have (C7).

use domain::command::{Command, Fact};
use domain::ids::MailId;
use domain::mails::{about, unsent};
use domain::order::{Concern, MailState, Order};
use domain::refusal::Refusal;

use crate::support::*;

/// An order whose refund's e-mail, the latest asked for, came to this.
fn told_of_mail(order: &Order, state: MailState) -> Order {
    let mail = order.mails.last().unwrap().id.clone();
    let problem = "no such mailbox".to_owned();
    tell(
        order,
        Fact::Mail {
            mail,
            state,
            problem,
        },
    )
}

fn asked() -> Order {
    let Command::Refund(mut request) = refund("refund_1", parts(500, 0, 0)) else {
        unreachable!("it asks for a refund");
    };
    request.notify = true;
    let asked = run(&checkout_order(usd()), Command::Refund(request));
    succeeded(&asked, "refund_1")
}

fn again(mail: &MailId) -> Command {
    let mail = mail.clone();
    Command::SendMailAgain { mail }
}

#[test]
fn c7_an_e_mail_that_failed_is_sent_again_under_an_identifier_of_its_own() {
    for state in [MailState::Failed, MailState::Unknown] {
        let failed = told_of_mail(&asked(), state);
        let first = failed.mails[0].id.clone();
        assert_eq!(failed.attention.len(), 1);
        let sent = run(&failed, again(&first));
        let states: Vec<MailState> = sent.mails.iter().map(|mail| mail.state).collect();
        assert_eq!(states, [state, MailState::Requested]);
        assert_eq!(sent.mails[1].id.as_str(), "mail_refund_1~2");
        assert_eq!(about(&sent.mails[1].id), about(&first));
        assert_eq!(sent.attention, [], "a person has looked after it");
        // Once is enough, and what is on its way is left alone.
        let mail = first.clone();
        assert_eq!(
            refusal(&sent, again(&first)),
            Refusal::MailNotFailed { mail }
        );
        let mail = sent.mails[1].id.clone();
        let refused = Refusal::MailNotFailed { mail: mail.clone() };
        assert_eq!(refusal(&sent, again(&mail)), refused);
        // It can fail again, and be sent again.
        let twice = told_of_mail(&sent, MailState::Failed);
        assert_eq!(unsent(&twice).count(), 1);
        let third = run(&twice, again(&mail));
        assert_eq!(third.mails[2].id.as_str(), "mail_refund_1~3");
        let done = told_of_mail(&third, MailState::Sent);
        assert_eq!((unsent(&done).count(), done.attention.len()), (0, 0));
    }
}

#[test]
fn c7_what_was_raised_stays_while_another_e_mail_is_unsent() {
    let failed = told_of_mail(&asked(), MailState::Failed);
    let Command::Refund(mut request) = refund("refund_2", parts(500, 0, 0)) else {
        unreachable!("it asks for a refund");
    };
    request.notify = true;
    let both = succeeded(&run(&failed, Command::Refund(request)), "refund_2");
    let both = told_of_mail(&both, MailState::Failed);
    assert_eq!(unsent(&both).count(), 2);
    let one = run(&both, again(&both.mails[0].id));
    let is_raised = |order: &Order| {
        let mut concerns = order.attention.iter().map(|open| &open.concern);
        concerns.any(|concern| matches!(concern, Concern::MailFailed { .. }))
    };
    assert!(is_raised(&one));
    assert!(!is_raised(&run(&one, again(&both.mails[1].id))));
}
