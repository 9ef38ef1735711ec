//! E-mails to people of the desk, tied to no order: invitations and passwords.
//!
//! What is to be sent is recorded with what caused it, in one transaction, together with the job that sends it. A link
//! is a secret of its reader: it is removed once the e-mail is sent or given up, and never logged.

use domain::ids::{JobId, MailId, OrderId, OrganizationId};
use domain::order::{MailState, Mode};
use jiff::Timestamp;
pub use letters::Kind;

use crate::desk::Desk;
use crate::jobs::JobKind;
use crate::people::Person;
use crate::store::StoreError;
use crate::store::queue::NewJob;

/// What to send, and to whom.
#[derive(Clone)]
pub struct NewAccountMail {
    /// In whose name; a person of several organizations gets it from one of them.
    pub organization_id: OrganizationId,
    /// What it is about.
    pub kind: Kind,
    /// The reader's address.
    pub to: String,
    /// What they are called; empty where nobody knows yet.
    pub name: String,
    /// What the person who made it be sent is called; empty where the reader did.
    pub by: String,
    /// The reader's language, a BCP 47 tag.
    pub language: String,
    /// Where it leads, whole, as of [`Desk::url`]; empty where it leads nowhere.
    pub link: String,
    /// When the link ends: later it is not sent any more.
    pub good_until: Option<Timestamp>,
}

/// An e-mail as it is kept.
#[derive(Clone)]
pub struct AccountMail {
    /// Its identifier, which keeps it from going out twice.
    pub id: MailId,
    /// What was asked for; the link is empty once it is settled.
    pub new: NewAccountMail,
    /// Where it stands.
    pub state: MailState,
    /// Why it could not be sent.
    pub problem: String,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was sent or given up.
    pub settled_at: Option<Timestamp>,
}

/// Without the address and the link: neither belongs in a log.
impl std::fmt::Debug for AccountMail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccountMail")
            .field("id", &self.id)
            .field("kind", &self.new.kind)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// An e-mail and its job, to be stored by the transaction of what caused it: see `store::account_mails::insert`.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub(crate) mail: AccountMail,
    pub(crate) job: NewJob,
}

impl Prepared {
    /// The identifier that the e-mail will have, by which its state is asked for.
    pub fn id(&self) -> &MailId {
        &self.mail.id
    }
}

/// What someone of the desk is told in their language, or the page's where they prefer none.
pub(crate) fn to_person(
    organization: &OrganizationId,
    person: &Person,
    language: &str,
    kind: Kind,
) -> NewAccountMail {
    let preferred = person.preferences.language.as_deref();
    NewAccountMail {
        organization_id: organization.clone(),
        kind,
        to: person.email.clone(),
        name: person.name.clone(),
        by: String::new(),
        language: preferred.unwrap_or(language).to_owned(),
        link: String::new(),
        good_until: None,
    }
}

/// Makes an e-mail that a transaction of the store records. Ring [`Desk::bell`] once that is committed.
pub fn prepare(desk: &Desk, new: NewAccountMail) -> Prepared {
    let now = desk.now();
    let id = MailId(desk.ids().fresh(MailId::PREFIX, now));
    let job = NewJob {
        id: JobId(desk.ids().fresh(JobId::PREFIX, now)),
        organization_id: new.organization_id.clone(),
        // People belong to both; the queue wants one.
        mode: Mode::Live,
        kind: JobKind::AccountMailSend,
        order_id: OrderId(String::new()),
        subject: id.0.clone(),
        due_at: now,
        created_at: now,
    };
    let mail = AccountMail {
        id,
        new,
        state: MailState::Requested,
        problem: String::new(),
        created_at: now,
        settled_at: None,
    };
    Prepared { mail, job }
}

/// Records an e-mail by itself, where nothing else is to be stored with it.
///
/// # Errors
/// The database.
pub async fn request(desk: &Desk, new: NewAccountMail) -> Result<MailId, StoreError> {
    let prepared = prepare(desk, new);
    desk.store().insert_account_mail(&prepared).await?;
    desk.bell().notify_one();
    Ok(prepared.mail.id)
}
