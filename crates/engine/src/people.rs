//! People who sign in, their roles, and what they prefer.

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use domain::actor::{Actor, ActorKind, By, Permission, Permissions};
use domain::ids::{OrganizationId, PersonId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::desk::Desk;
use crate::settings_log::Act;
use crate::store::StoreError;

pub use domain::team::{ADMIN, MEMBER};

/// The shortest password, in characters.
pub const MIN_PASSWORD: usize = 10;

/// What a role allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its identifier in the organization.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What it allows.
    pub permissions: Permissions,
}

impl Role {
    /// One of the two roles every organization has; any other name gets no permission.
    pub fn built_in(id: &str) -> Self {
        let permissions = match id {
            ADMIN => Permission::ALL.into_iter().collect(),
            MEMBER => Permission::MEMBER.into_iter().collect(),
            _ => Permissions::new(),
        };
        Self {
            id: id.to_owned(),
            name: id.to_owned(),
            permissions,
        }
    }
}

/// Which of an order's two currencies a person sees first (R6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CurrencyPreference {
    /// The organization's.
    #[default]
    Base,
    /// The shopper's.
    Presentment,
}

/// Units of measure a person reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Units {
    /// Grams and centimetres.
    #[default]
    Metric,
    /// Ounces and inches.
    Imperial,
}

/// Whether single letters are keys (WCAG 2.1.4: whoever dictates or trembles turns them off).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shortcuts {
    /// They are.
    #[default]
    On,
    /// They are not; keys with Ctrl or Command still are.
    Off,
}

/// Whether a person's pages are light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Appearance {
    /// As their system says.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// What a person prefers (P1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Preferences {
    /// Default order currency.
    pub currency: CurrencyPreference,
    /// A BCP 47 tag; none for the browser's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// An IANA name; none for UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Units of measure.
    pub units: Units,
    /// The columns of the list besides the number, in their order, by the names that the pages give them; none for
    /// those that everyone begins with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Keys of single letters.
    pub shortcuts: Shortcuts,
    /// Light or dark.
    pub appearance: Appearance,
}

/// Someone who signs in.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// Their identifier.
    pub id: PersonId,
    /// In lower case; unique in the installation.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// Argon2id, in PHC form.
    pub password_hash: String,
    /// Staff of whoever runs the installation.
    pub is_support: bool,
    /// What they prefer.
    pub preferences: Preferences,
    /// Since when.
    pub created_at: Timestamp,
    /// Since when they may not sign in any more.
    pub disabled_at: Option<Timestamp>,
}

/// Without the hash and the address: neither belongs in a log.
impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person")
            .field("id", &self.id)
            .field("is_support", &self.is_support)
            .finish_non_exhaustive()
    }
}

/// Why a person cannot be added or signed in.
#[derive(Debug, thiserror::Error)]
pub enum PersonError {
    /// Someone has this address already.
    #[error("{0} is taken; every person has an e-mail of their own")]
    EmailTaken(String),
    /// Not an address.
    #[error("\"{0}\" is not an e-mail address")]
    EmailMalformed(String),
    /// Nobody has this address.
    #[error("nobody here has the e-mail {0}")]
    EmailUnknown(String),
    /// Too short to be a secret.
    #[error("the password is too short; use {MIN_PASSWORD} characters or more")]
    PasswordTooShort,
    /// The organization has no such role.
    #[error("there is no role \"{0}\" in this organization")]
    RoleUnknown(String),
    /// The hash could not be made: a defect.
    #[error("the password could not be hashed: {0}")]
    Hash(String),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Whom to add.
#[derive(Clone)]
pub struct NewPerson {
    /// Any letter case.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// In clear, for as long as this lives.
    pub password: String,
    /// Staff of whoever runs the installation.
    pub is_support: bool,
}

/// Adds a person, and to an organization with a role where one is given.
///
/// # Errors
/// [`PersonError`]; nobody is added.
pub async fn add(
    desk: &Desk,
    new: NewPerson,
    membership: Option<(&OrganizationId, &str)>,
) -> Result<PersonId, PersonError> {
    let Ok(email) = domain::team::email(&new.email) else {
        return Err(PersonError::EmailMalformed(new.email));
    };
    if new.password.chars().count() < MIN_PASSWORD {
        return Err(PersonError::PasswordTooShort);
    }
    let mut joins = None;
    if let Some((organization, role)) = membership {
        let roles = desk.store().roles(organization).await?;
        let found = roles.into_iter().find(|known| known.id == role);
        let found = found.ok_or_else(|| PersonError::RoleUnknown(role.to_owned()))?;
        joins = Some((organization, found));
    }
    let person = Person {
        id: PersonId(desk.ids().fresh(PersonId::PREFIX, desk.now())),
        email,
        name: new.name,
        password_hash: hash_password(desk, &new.password)?,
        is_support: new.is_support,
        preferences: Preferences::default(),
        created_at: desk.now(),
        disabled_at: None,
    };
    if !desk.store().insert_person(&person).await? {
        return Err(PersonError::EmailTaken(person.email));
    }
    if let Some((organization, role)) = joins {
        join(desk, &person, organization, &role).await?;
    }
    Ok(person.id)
}

/// Makes someone a member without anyone of the organization asking, as the command line does.
///
/// # Errors
/// The database.
pub async fn join(
    desk: &Desk,
    person: &Person,
    organization: &OrganizationId,
    role: &Role,
) -> Result<(), StoreError> {
    let Some(mut change) = desk.store().change(organization).await? else {
        return Ok(());
    };
    change.put_member(&person.id, &role.id, desk.now()).await?;
    let act = Act::Joined {
        name: person.name.clone(),
        email: person.email.clone(),
        role: role.name.clone(),
    };
    change.note(desk, &By::desk(), &act).await?;
    change.commit().await
}

/// Argon2id of a password with a salt of its own; takes long on purpose.
pub(crate) fn hash_password(desk: &Desk, password: &str) -> Result<String, PersonError> {
    let unusable = |error: argon2::password_hash::Error| PersonError::Hash(error.to_string());
    let salt = SaltString::encode_b64(&desk.ids().random_bytes::<16>()).map_err(unusable)?;
    let hash = Argon2::default()
        .hash_password(password.as_bytes(), &salt)
        .map_err(unusable)?;
    Ok(hash.to_string())
}

/// Whether this is the person's password. A disabled person has none.
pub fn is_password(person: &Person, password: &str) -> bool {
    let Ok(hash) = PasswordHash::new(&person.password_hash) else {
        return false;
    };
    person.disabled_at.is_none()
        && Argon2::default()
            .verify_password(password.as_bytes(), &hash)
            .is_ok()
}

/// Sets another password.
///
/// # Errors
/// There is nobody with this address, or the password is too short.
pub async fn set_password(desk: &Desk, email: &str, password: &str) -> Result<(), PersonError> {
    if password.chars().count() < MIN_PASSWORD {
        return Err(PersonError::PasswordTooShort);
    }
    let email = email.trim().to_lowercase();
    let found = desk.store().person(&email).await?;
    let mut person = found.ok_or(PersonError::EmailUnknown(email))?;
    person.password_hash = hash_password(desk, password)?;
    desk.store().update_person(&person).await?;
    Ok(())
}

/// Keeps what a person prefers.
///
/// # Errors
/// The database.
pub async fn save_preferences(
    desk: &Desk,
    person: &Person,
    preferences: Preferences,
) -> Result<(), StoreError> {
    desk.store().put_preferences(&person.id, &preferences).await
}

/// Who a person is in an organization: their role's permissions, or all of them for operator support.
///
/// # Errors
/// The database. `None` is someone who does not belong there.
pub async fn actor(
    desk: &Desk,
    person: &Person,
    organization: &OrganizationId,
) -> Result<Option<Actor>, StoreError> {
    if person.disabled_at.is_some() {
        return Ok(None);
    }
    let by = |kind| By {
        kind,
        id: person.id.0.clone(),
        name: person.name.clone(),
    };
    if person.is_support {
        let permissions = Permission::ALL.into_iter().collect();
        return Ok(Some(Actor {
            by: by(ActorKind::Support),
            permissions,
        }));
    }
    let role = desk.store().role_of(organization, &person.id).await?;
    Ok(role.map(|role| Actor {
        by: by(ActorKind::Person),
        permissions: role.permissions,
    }))
}
