//! E-mails that really go out, each at most once.
//!
//! A mail server takes the same letter twice, so the desk has to know what it has begun: it is written down before the
//! server is asked, and what came of it behind. What was begun and never settled, by a crash or a lost answer, is not
//! repeated: it may have arrived, and a person looks.

use domain::ids::{MailId, OrderId, OrganizationId};
use domain::order::MailState;
use jiff::Timestamp;
use letters::Kind;
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::permit::Scope;
use crate::ports::{Answer, Letter, Mail};
use crate::store::StoreError;

/// Where an e-mail on its way stands. The names are stored: add, do not rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutgoingState {
    /// The mail server is being asked, or was when the desk was ended.
    Sending,
    /// Certainly not sent yet; it is tried again.
    Waiting,
    /// The mail server took it.
    Sent,
    /// The mail server does not take it.
    Refused,
    /// It may have been sent, and nobody can tell.
    Unknown,
}

/// An e-mail on its way, without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Its id.
    pub id: MailId,
    /// Whose it is.
    pub scope: Scope,
    /// What it is about.
    pub kind: Kind,
    /// The order it is about, where it is about one.
    pub order_id: Option<OrderId>,
    /// To whom.
    pub to: String,
    /// Its subject line.
    pub subject: String,
    /// Where it stands.
    pub state: OutgoingState,
    /// The last that went wrong, in the mail server's words.
    pub problem: String,
    /// When it was last begun.
    pub begun_at: Timestamp,
    /// When it was settled, for good or until it is tried again.
    pub settled_at: Option<Timestamp>,
}

/// What came of an e-mail for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Delivery {
    /// It is sent.
    Sent,
    /// It will not be.
    Refused(String),
    /// Nobody can tell, and trying again could send it twice.
    Unknown(String),
    /// It is tried again.
    Later(String),
}

/// Why an e-mail that was begun is not begun again.
const INTERRUPTED: &str = "the desk was interrupted while the mail server was asked";

/// Sends a letter, unless it was already, or may have been.
pub(crate) async fn deliver(
    desk: &Desk,
    mail: &dyn Mail,
    letter: &Letter,
) -> Result<Delivery, StoreError> {
    if mail.knows_repeats(letter) {
        return Ok(match mail.send(letter).await {
            Answer::Done(()) => Delivery::Sent,
            Answer::Refused(problem) => Delivery::Refused(problem),
            Answer::NotNow(problem) | Answer::Unknown(problem) => Delivery::Later(problem),
            Answer::NeedsALook(problem) => Delivery::Unknown(problem),
        });
    }
    let store = desk.store();
    if let Some((state, problem)) = store.begin_outgoing(letter, desk.now()).await? {
        return match state {
            OutgoingState::Sent => Ok(Delivery::Sent),
            OutgoingState::Refused => Ok(Delivery::Refused(problem)),
            OutgoingState::Unknown => Ok(Delivery::Unknown(problem)),
            OutgoingState::Sending => {
                let unknown = Delivery::Unknown(INTERRUPTED.to_owned());
                settle(desk, letter, unknown).await
            }
            OutgoingState::Waiting => Ok(Delivery::Later("it is being begun elsewhere".to_owned())),
        };
    }
    let delivery = match mail.send(letter).await {
        Answer::Done(()) => Delivery::Sent,
        Answer::Refused(problem) => Delivery::Refused(problem),
        Answer::NotNow(problem) => Delivery::Later(problem),
        Answer::Unknown(problem) | Answer::NeedsALook(problem) => Delivery::Unknown(problem),
    };
    settle(desk, letter, delivery).await
}

/// Gives a letter up that could not be sent for as long as it was tried; what came of it.
pub(crate) async fn give_up(
    desk: &Desk,
    organization: &OrganizationId,
    id: &MailId,
    problem: &str,
) -> Result<MailState, StoreError> {
    let store = desk.store();
    let state = store.give_up_outgoing(organization, id, problem, desk.now());
    Ok(match state.await? {
        OutgoingState::Sent => MailState::Sent,
        OutgoingState::Waiting | OutgoingState::Refused => MailState::Failed,
        OutgoingState::Sending | OutgoingState::Unknown => MailState::Unknown,
    })
}

async fn settle(desk: &Desk, letter: &Letter, delivery: Delivery) -> Result<Delivery, StoreError> {
    let (state, problem) = match &delivery {
        Delivery::Sent => (OutgoingState::Sent, ""),
        Delivery::Refused(problem) => (OutgoingState::Refused, problem.as_str()),
        Delivery::Unknown(problem) => (OutgoingState::Unknown, problem.as_str()),
        Delivery::Later(problem) => (OutgoingState::Waiting, problem.as_str()),
    };
    let store = desk.store();
    store
        .settle_outgoing(letter, state, problem, desk.now())
        .await?;
    Ok(delivery)
}
