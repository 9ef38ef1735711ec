//! E-mails to the shopper that did not arrive, or may not have: a person sends them again (C7).

use crate::command::Context;
use crate::event::EventKind;
use crate::ids::MailId;
use crate::order::{Concern, Mail, MailState, Order};
use crate::refusal::Refusal;

/// What stands between an e-mail's identifier and how often it was sent again.
const AGAIN: char = '~';

/// What an e-mail is about, by its identifier, however often it was sent again.
pub fn about(id: &MailId) -> &str {
    let whole = id.as_str().strip_prefix(MailId::PREFIX).unwrap_or_default();
    whole.split_once(AGAIN).map_or(whole, |(about, _)| about)
}

/// The e-mails that were not sent, or may not have been, and were not sent again since.
pub fn unsent(order: &Order) -> impl Iterator<Item = &Mail> {
    order.mails.iter().enumerate().filter_map(|(index, mail)| {
        let is_unsent = matches!(mail.state, MailState::Failed | MailState::Unknown);
        let mut later = order.mails[index + 1..].iter();
        let is_last = !later.any(|other| about(&other.id) == about(&mail.id));
        (is_unsent && is_last).then_some(mail)
    })
}

/// Whether there is an e-mail to send again.
///
/// # Errors
/// [`Refusal::MailNotFailed`].
pub fn may_send_any_again(order: &Order) -> Result<(), Refusal> {
    match unsent(order).next() {
        Some(_) => Ok(()),
        None => Err(Refusal::MailNotFailed {
            mail: order
                .mails
                .last()
                .map_or("none".into(), |mail| mail.id.clone()),
        }),
    }
}

/// Asks for an e-mail anew, with an identifier of its own: the one before may have arrived, and stays as it is.
///
/// # Errors
/// [`Refusal::MailNotFailed`] where it was sent, is on its way, or was sent again already.
pub(crate) fn send_again(
    order: &Order,
    id: &MailId,
    context: &Context,
) -> Result<Vec<EventKind>, Refusal> {
    let Some(mail) = unsent(order).find(|mail| mail.id == *id) else {
        return Err(Refusal::MailNotFailed { mail: id.clone() });
    };
    let what = about(id);
    let before = order.mails.iter().filter(|mail| about(&mail.id) == what);
    let again = Mail {
        id: MailId(format!(
            "{}{what}{AGAIN}{}",
            MailId::PREFIX,
            before.count() + 1
        )),
        kind: mail.kind,
        state: MailState::Requested,
    };
    let mut events = vec![EventKind::MailRequested { mail: again }];
    // What is raised does not say which e-mail it is about: it is over once none is left.
    if unsent(order).count() == 1 {
        let is_over = |concern: &Concern| {
            matches!(
                concern,
                Concern::MailFailed { .. } | Concern::MailUnknown { .. }
            )
        };
        events.extend(context.resolve_all(order, is_over));
    }
    Ok(events)
}
