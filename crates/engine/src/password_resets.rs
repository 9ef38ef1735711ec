//! Passwords that are forgotten, and telling people that theirs was changed.
//!
//! Whoever asks learns nothing about who is here: the answer is the same for every address. The link of the e-mail is
//! a secret that works once, for an hour.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::ids::OrganizationId;
use jiff::{SignedDuration, Timestamp};

use crate::account_mail::{Kind, NewAccountMail, Prepared, prepare, to_person};
use crate::desk::Desk;
use crate::keys::hash;
use crate::people::{MIN_PASSWORD, Person, PersonError, hash_password};
use crate::sessions::organizations;
use crate::store::StoreError;
use crate::store::password_resets::NewPassword;

/// How long a link works.
pub const GOOD_FOR: SignedDuration = SignedDuration::from_hours(1);

/// How many links of one person may be good at once: nobody's mailbox is filled by others.
pub const MOST_AT_ONCE: u64 = 3;

/// Where a link leads, before its token.
const PATH: &str = "/password/new?token=";

/// Sends a link to whoever has this address, if anybody has. `language` is the page's, for who prefers none.
///
/// A caller answers before this is done: how long it takes would tell whether somebody has the address.
///
/// # Errors
/// The database.
pub async fn request(desk: &Desk, email: &str, language: &str) -> Result<(), StoreError> {
    let store = desk.store();
    let Some(person) = store.person(&email.trim().to_lowercase()).await? else {
        return Ok(());
    };
    // Who belongs nowhere or is disabled could not sign in with another password either.
    let belongs = organizations(desk, &person).await?;
    let Some((organization, _)) = belongs.into_iter().next() else {
        return Ok(());
    };
    if person.disabled_at.is_some() {
        return Ok(());
    }
    let since = since(desk.now());
    if store.password_resets_since(&person.id, since).await? >= MOST_AT_ONCE {
        return Ok(());
    }
    let token = BASE64_URL_SAFE_NO_PAD.encode(desk.ids().random_bytes::<32>());
    let mail = NewAccountMail {
        link: format!("{}{PATH}{token}", desk.url()),
        good_until: desk.now().checked_add(GOOD_FOR).ok(),
        ..to_person(&organization, &person, language, Kind::PasswordReset)
    };
    store
        .insert_password_reset(&hash(&token), &person.id, since, &prepare(desk, mail))
        .await?;
    desk.bell().notify_one();
    Ok(())
}

/// Whether a link still works.
///
/// # Errors
/// The database.
pub async fn is_good(desk: &Desk, token: &str) -> Result<bool, StoreError> {
    let found = desk
        .store()
        .password_reset(&hash(token), since(desk.now()))
        .await?;
    Ok(found.is_some_and(|person| person.disabled_at.is_none()))
}

/// Sets another password with the token of a link, ends every session of the person and tells them; whether the link
/// worked. It works once.
///
/// # Errors
/// The password is too short, which leaves the link as good as it was; the database.
pub async fn complete(
    desk: &Desk,
    token: &str,
    password: &str,
    language: &str,
) -> Result<bool, PersonError> {
    let (store, since) = (desk.store(), since(desk.now()));
    let found = store.password_reset(&hash(token), since).await?;
    let Some(person) = found.filter(|person| person.disabled_at.is_none()) else {
        return Ok(false);
    };
    let Some((organization, _)) = organizations(desk, &person).await?.into_iter().next() else {
        return Ok(false);
    };
    let changed = NewPassword {
        person_id: &person.id,
        hash: &hashed(desk, password).await?,
        keeps_session: "",
        told: &told(desk, &organization, &person, language),
    };
    let worked = store
        .use_password_reset(&hash(token), since, &changed)
        .await?;
    desk.bell().notify_one();
    Ok(worked)
}

/// The hash of a new password, made away from the threads that answer others: it takes long on purpose.
///
/// # Errors
/// It is too short.
pub(crate) async fn hashed(desk: &Desk, password: &str) -> Result<String, PersonError> {
    if password.chars().count() < MIN_PASSWORD {
        return Err(PersonError::PasswordTooShort);
    }
    let (desk, password) = (desk.clone(), password.to_owned());
    tokio::task::spawn_blocking(move || hash_password(&desk, &password))
        .await
        .map_err(|error| PersonError::Hash(error.to_string()))?
}

/// The e-mail that tells a person that their password was changed.
pub(crate) fn told(
    desk: &Desk,
    organization: &OrganizationId,
    person: &Person,
    language: &str,
) -> Prepared {
    let mail = to_person(organization, person, language, Kind::PasswordChanged);
    prepare(desk, mail)
}

/// Since when a link that still works was asked for.
fn since(now: Timestamp) -> Timestamp {
    now.checked_sub(GOOD_FOR).unwrap_or(Timestamp::MIN)
}
