//! The words of e-mails to shoppers: ours, or what the merchant has written instead, for each kind and language.

use domain::actor::Permission;
use domain::ids::{OrderId, OrganizationId};
use domain::order::Order;
use domain::refusal::Refusal;
use jiff::Timestamp;
use letters::{Kind, Language, Mistake, Shop, Words, Written};

use crate::account_mail::{NewAccountMail, request};
use crate::desk::Desk;
use crate::failure::Failure;
use crate::orders::load_in;
use crate::permit::{ManageSettings, Permit};
use crate::settings_log::Act;
use crate::store::StoreError;
use crate::store::change::Change;
use crate::store::keys::KeyKind;

/// Which words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Which {
    /// Of what; one of [`Kind::TO_SHOPPER`].
    pub kind: Kind,
    /// In which language.
    pub language: Language,
}

impl Which {
    /// Every e-mail to shoppers in every language.
    pub fn all() -> Vec<Self> {
        let of = |kind| Language::ALL.map(|language| Self { kind, language });
        Kind::TO_SHOPPER.into_iter().flat_map(of).collect()
    }
}

/// Words that a merchant has written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    /// What for.
    pub which: Which,
    /// The words.
    pub words: Words,
    /// Who wrote them.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// Why words were not saved or shown.
#[derive(Debug, thiserror::Error)]
pub enum WordsError {
    /// They cannot be used.
    #[error(transparent)]
    Mistake(#[from] Mistake),
    /// There is no such order here to show them with.
    #[error("there is no order {0} here")]
    NoSuchOrder(String),
    /// Anything that any use case can meet.
    #[error(transparent)]
    Failure(#[from] Failure),
}

impl From<StoreError> for WordsError {
    fn from(error: StoreError) -> Self {
        Self::Failure(error.into())
    }
}

/// Everything the merchant has written, for a page.
///
/// # Errors
/// The database.
pub async fn own(desk: &Desk, permit: &Permit<'_, ManageSettings>) -> Result<Vec<Own>, StoreError> {
    let organization = &permit.scope().organization_id;
    desk.store().mail_words(organization).await
}

/// The words in force.
///
/// # Errors
/// The database.
pub(crate) async fn in_force(
    desk: &Desk,
    organization: &OrganizationId,
    which: Which,
) -> Result<Words, StoreError> {
    let own = desk.store().mail_words(organization).await?;
    let own = own.into_iter().find(|own| own.which == which);
    Ok(own.map_or_else(|| Words::ours(which.kind, which.language), |own| own.words))
}

/// Saves a merchant's words, once they have been tried on every kind of order. Ours, saved, are no words of their own.
///
/// # Errors
/// A mistake in the words, which leaves those in force; the database.
pub async fn save(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    which: Which,
    words: Words,
) -> Result<(), WordsError> {
    let organization = &permit.scope().organization_id;
    let (name, _) = desk.store().sender(organization).await?;
    letters::check(&words, which.kind, which.language, &Shop { name: &name })?;
    if words == Words::ours(which.kind, which.language) {
        return Ok(reset(desk, permit, which).await?);
    }
    if words == in_force(desk, organization, which).await? {
        return Ok(());
    }
    let own = Own {
        which,
        words,
        by: permit.actor().by.name.clone(),
        at: desk.now(),
    };
    let mut change = begin(desk, organization).await?;
    change.put_mail_words(&own).await?;
    let act = Act::WordsChanged {
        letter: which.kind,
        language: which.language,
    };
    change.note(desk, &permit.actor().by, &act).await?;
    Ok(change.commit().await?)
}

/// Goes back to our words.
///
/// # Errors
/// The database.
pub async fn reset(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    which: Which,
) -> Result<(), StoreError> {
    let mut change = begin(desk, &permit.scope().organization_id).await?;
    if change.delete_mail_words(which).await? {
        let act = Act::WordsReset {
            letter: which.kind,
            language: which.language,
        };
        change.note(desk, &permit.actor().by, &act).await?;
    }
    change.commit().await
}

/// Holds the organization for a change.
async fn begin(desk: &Desk, organization: &OrganizationId) -> Result<Change, StoreError> {
    let change = desk.store().change(organization).await?;
    change.ok_or_else(|| StoreError::Setup(format!("there is no organization {organization}")))
}

/// What would be sent with these words, or with those in force; about the example, or about an order by its number.
///
/// # Errors
/// A mistake in the words; there is no such order; the database.
pub async fn preview(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    which: Which,
    words: Option<Words>,
    number: &str,
) -> Result<Written, WordsError> {
    let organization = &permit.scope().organization_id;
    let (name, _) = desk.store().sender(organization).await?;
    let words = match words {
        Some(words) => words,
        None => in_force(desk, organization, which).await?,
    };
    let mut order = match number.trim() {
        "" => letters::example(which.language),
        number => numbered(desk, permit, number).await?,
    };
    // The language that is looked at, whatever the shopper's is; a Swiss order's amounts stay Swiss.
    if Language::of(&order.language) != which.language {
        which.language.tag().clone_into(&mut order.language);
    }
    let facts = letters::facts(&order, which.kind, &Shop { name: &name });
    Ok(letters::write(&words, &facts)?)
}

async fn numbered(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    number: &str,
) -> Result<Order, WordsError> {
    let scope = permit.scope();
    // Settings may be someone's who sees no orders.
    if !permit.actor().may(Permission::ViewOrders) {
        return Err(Failure::Refused(Refusal::NotPermitted {
            permission: Permission::ViewOrders,
        })
        .into());
    }
    let (organization, mode) = (&scope.organization_id, scope.mode);
    let store = desk.store();
    let mut found: Option<OrderId> = store
        .find(organization, mode, KeyKind::Number, number)
        .await?
        .into_iter()
        .next();
    if found.is_none()
        && let Ok(number) = number.parse()
    {
        found = store.find_desk_number(organization, mode, number).await?;
    }
    let id = found.ok_or_else(|| WordsError::NoSuchOrder(number.to_owned()))?;
    Ok(load_in(desk, scope, &id).await?)
}

/// Sends the words in force, about the example, to the person who asks.
///
/// # Errors
/// The database.
pub async fn send_test(
    desk: &Desk,
    permit: &Permit<'_, ManageSettings>,
    which: Which,
    to: &str,
) -> Result<(), StoreError> {
    let mail = NewAccountMail {
        organization_id: permit.scope().organization_id.clone(),
        kind: which.kind,
        to: to.to_owned(),
        name: String::new(),
        by: permit.actor().by.name.clone(),
        language: which.language.tag().to_owned(),
        link: String::new(),
        good_until: None,
    };
    request(desk, mail).await?;
    Ok(())
}
